/* `sextant sources`: asks every configured source something real, all at once.
 * `sextant config check`: says what is set and from where, asks nobody. */
#include <stdio.h>

#include "views/health.h"

static void print_text(struct engine *en)
{
	for (size_t i = 0; i < engine_sources(en); i++) {
		const struct source_status *st = engine_source(en, i);
		char span[TIME_SPAN_MAX];

		printf("%-10s %-10s %-15s ", st->source->name, health_kind(st), health_state(st));
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

static bool print_json(struct engine *en)
{
	json_t *all = json_array();
	bool ok = true;

	for (size_t i = 0; ok && i < engine_sources(en); i++)
		ok = !json_array_append_new(all, health_json(engine_source(en, i)));
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
	return health_run(cmd, &(struct health_command){ print_text, print_json, verdict });
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
