/* `sextant sources`: asks every configured source something real, all at once.
 * `sextant config check`: says what is set and from where, asks nobody. */
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "sections/engine.h"
#include "views/command.h"

#define QUIT_GRACE (900 * USEC_MS)

static bool all_checked(struct engine *en)
{
	for (size_t i = 0; i < engine_sources(en); i++)
		if (engine_source(en, i)->checking)
			return false;
	return true;
}

static void ask_all(struct engine *en)
{
	struct pollfd fd = { engine_fd(en), POLLIN, 0 };

	for (size_t i = 0; i < engine_sources(en); i++)
		engine_check(en, i);
	for (;;) {
		engine_tick(en, NULL);
		if (all_checked(en))
			return;
		poll(&fd, 1, -1);
	}
}

static const char *state_of(const struct source_status *st)
{
	if (!st->source->configured)
		return "not configured";
	return st->healthy ? "healthy" : "unhealthy";
}

static const char *kind_of(const struct source_status *st)
{
	return st->source->client ? st->source->client->kind : "";
}

static void print_text(struct engine *en)
{
	for (size_t i = 0; i < engine_sources(en); i++) {
		const struct source_status *st = engine_source(en, i);
		char span[TIME_SPAN_MAX];

		printf("%-10s %-10s %-15s ", st->source->name, kind_of(st), state_of(st));
		if (!st->source->configured)
			printf("%s\n", st->source->missing);
		else if (!st->healthy)
			printf("%6s  %s\n", time_span(span, st->check_time), st->check_err.text);
		else
			printf("%6s  %s%s%s%s%s\n", time_span(span, st->check_time),
			       st->health.server, st->health.user[0] ? " as " : "", st->health.user,
			       st->health.detail[0] ? ", " : "", st->health.detail);
	}
}

static json_t *string_or_null(const char *s)
{
	return s && *s ? json_string(s) : json_null();
}

static json_t *source_json(const struct source_status *st)
{
	bool asked = st->checked;

	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"name", st->source->name, "kind", string_or_null(kind_of(st)),
		"state", state_of(st), "origin", string_or_null(st->source->origin),
		"missing", string_or_null(st->source->configured ? NULL : st->source->missing),
		"ms", asked ? json_integer(st->check_time / USEC_MS) : json_null(),
		"server", string_or_null(st->health.server), "user", string_or_null(st->health.user),
		"read_only", asked && st->healthy ? json_boolean(st->health.read_only) : json_null(),
		"skew_ms", asked && st->healthy ? json_integer(st->health.skew_ms) : json_null(),
		"class", asked && !st->healthy ? json_string(err_word(st->check_err.kind)) : json_null(),
		"detail", string_or_null(st->healthy ? st->health.detail : st->check_err.text));
}

static bool print_json(struct engine *en)
{
	json_t *all = json_array();
	bool ok = true;

	for (size_t i = 0; ok && i < engine_sources(en); i++)
		ok = !json_array_append_new(all, source_json(engine_source(en, i)));
	ok = ok && !json_dumpf(all, stdout, JSON_ENSURE_ASCII | JSON_INDENT(1));
	json_decref(all);
	putchar('\n');
	return ok;
}

/* 0 when every configured source is healthy, 1 when some are not, 4 when none is. */
static int verdict(struct engine *en)
{
	size_t healthy = 0, configured = 0;

	for (size_t i = 0; i < engine_sources(en); i++) {
		configured += engine_source(en, i)->source->configured;
		healthy += engine_source(en, i)->healthy;
	}
	if (!healthy)
		return EXIT_NO_ANSWER;
	return healthy == configured ? EXIT_COMPLETE : EXIT_INCOMPLETE;
}

int cmd_sources(const struct command *cmd)
{
	struct config config;
	struct err e = { 0 };
	struct engine *en;
	int status;

	if (!command_config(cmd, &config, &e)) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}
	en = engine_new(&config, &workspace_load, &clock_system, &e);
	if (!en) {
		fprintf(stderr, "sextant: %s\n", e.text);
		config_release(&config);
		return EXIT_NO_ANSWER;
	}
	ask_all(en);
	if (cmd->format == FORMAT_JSON)
		print_json(en);
	else
		print_text(en);
	status = verdict(en);
	if (!engine_free(en, QUIT_GRACE)) {
		fflush(stdout);
		_exit(status);
	}
	config_release(&config);
	return status;
}

int cmd_config_check(const struct command *cmd)
{
	struct config config;
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	if (!command_config(cmd, &config, &e)) {
		fprintf(stderr, "sextant: %s\n", e.text);
		return EXIT_USAGE;
	}
	config_describe(&config, &text);
	fputs(buf_str(&text), stdout);
	buf_release(&text);
	config_release(&config);
	return 0;
}
