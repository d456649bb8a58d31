/* `sextant doctor`: the way to every configured source, step by step, and what to do
 * where it is broken. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "views/health.h"
#include "views/words.h"

enum { MOST = 70 };      /* per cent that must be healthy for "some" */
enum { EXIT_ALL_HEALTHY = 0, EXIT_SOME_UNHEALTHY = 1, EXIT_FEW_HEALTHY = 2 };

/* Whether that word, with the blank before it, is among them. */
static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if (at[len] == ' ' || at[len] == '\0')
			return true;
	return false;
}

/* "; data until 2026-11-22 10:58, 4m old", or why that is not known. */
static void print_freshness(const struct freshness *f, const char *source)
{
	struct buf text = BUF_INIT;

	freshness_text(&text, f);
	if (f->err.kind != ERR_NONE)
		printf("; how new its data is it did not tell: %s", without_source(f->err.text, source));
	else if (f->asked)
		printf("; data: %s", text.len ? buf_str(&text) : "none of the last days");
	buf_release(&text);
}

static void print_found(const struct source_status *st)
{
	const struct health *h = &st->health;
	struct buf clock = BUF_INIT;

	printf("; %s%s%s%s%s", h->server, h->user[0] ? " as " : "", h->user, h->detail[0] ? ", " : "",
	       h->detail);
	if (st->reach.steps[REACH_TLS].outcome == REACH_OK)
		printf(", %s", st->reach.steps[REACH_TLS].text);
	if (h->rights == RIGHTS_READ)
		printf(", may only read");
	health_clock(&clock, h);
	if (clock.len)
		printf(", %s", buf_str(&clock));
	buf_release(&clock);
	print_freshness(&st->freshness, st->source->name);
}

/* What set it: the names in the environment, and of files the name alone. */
static void print_config(const struct source *s)
{
	struct buf all = BUF_INIT;

	for (size_t i = 0; i < s->nsettings; i++) {
		const char *origin = s->settings[i].origin, *slash = strrchr(origin, '/');
		const char *name = slash ? slash + 1 : origin;
		int len = (int)strcspn(name, ":");
		char word[80];

		snprintf(word, sizeof(word), " %.*s", len < 70 ? len : 70, name);
		if (strcmp(name, "built-in") != 0 && !has_word(buf_str(&all), word))
			buf_puts(&all, word);
	}
	printf("config%s  ", all.len ? buf_str(&all) : " built-in");
	buf_release(&all);
}

static void print(const struct source_status *st)
{
	const char *advice = health_advice(st);
	struct buf way = BUF_INIT;
	char span[TIME_SPAN_MAX];

	printf("%-10s %-10s %-15s", st->source->name, health_kind(st), health_state(st));
	if (!st->source->configured) {
		printf(" %6s  %s\n", "", st->source->missing);
		return;
	}
	health_way(&way, st);
	printf(" %6s  ", time_span(span, st->check_time));
	print_config(st->source);
	fputs(buf_str(&way), stdout);
	buf_release(&way);
	if (st->healthy)
		print_found(st);
	else
		printf("; %s", without_source(st->check_err.text, st->source->name));
	printf("%s%s\n", advice ? " - " : "", advice ? advice : "");
}

static void total(size_t healthy, size_t configured, size_t all)
{
	printf("%zu of %zu configured sources healthy, %zu not configured\n", healthy, configured,
	       all - configured);
}

/* ---- JSON ------------------------------------------------------------------------------- */

static json_t *steps_json(const struct source_status *st)
{
	static const char *const outcomes[] = {
		[REACH_SKIPPED] = "skipped", [REACH_OK] = "ok", [REACH_FAILED] = "failed",
	};
	json_t *all = json_array();

	for (int i = 0; st->checked && i < REACH_STEP_COUNT; i++) {
		const struct reach_step *step = &st->reach.steps[i];

		json_array_append_new(all, json_pack("{s:s, s:s, s:I, s:s}", "step", reach_word((enum reach_name)i),
			"outcome", outcomes[step->outcome], "ms", (json_int_t)(step->took / USEC_MS),
			"text", step->text));
	}
	return all;
}

/* Which names matched; a value that may be a secret's is a reference only, and is not told. */
static json_t *settings_json(const struct source *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->nsettings; i++)
		json_object_set_new(all, s->settings[i].key, json_string(s->settings[i].origin));
	return all;
}

static json_t *time_json(usec t)
{
	char text[TIME_TEXT_MAX];

	return t == TIME_NONE ? json_null() : json_string(time_iso(text, t, false));
}

/* null: the source has no such query, or was not well enough to be asked. */
static json_t *freshness_json(const struct freshness *f)
{
	if (!f->asked)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "oldest", time_json(f->oldest), "newest", time_json(f->newest),
			 "problem", f->err.kind == ERR_NONE ? json_null() : json_string(f->err.text));
}

static json_t *doctor_json(const struct source_status *st)
{
	const char *advice = health_advice(st);
	json_t *one = health_json(st);

	json_object_set_new(one, "steps", steps_json(st));
	json_object_set_new(one, "settings", settings_json(st->source));
	json_object_set_new(one, "data", freshness_json(&st->freshness));
	json_object_set_new(one, "advice", advice ? json_string(advice) : json_null());
	return one;
}

/* 0: all configured sources are healthy, 1: at least 70 %, 2: fewer, or none is configured. */
static int verdict(size_t healthy, size_t configured)
{
	if (healthy == configured && configured)
		return EXIT_ALL_HEALTHY;
	return configured && healthy * 100 >= configured * MOST ? EXIT_SOME_UNHEALTHY : EXIT_FEW_HEALTHY;
}

int cmd_doctor(const struct command *cmd)
{
	return health_run(cmd, &(struct health_command){ print, doctor_json, total, verdict, true });
}
