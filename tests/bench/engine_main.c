/* The engine over sources that take exactly the time they are told to.
 *
 * engine QUERIES: one load; the seconds until everything settled. What is above the
 * plan's critical path (2.8 s) is the engine's own.
 * engine QUERIES many: twenty sources, of which ten never answer, five take 1.5 s and
 * five 0.3 s; the seconds until the last of these had its rows, and until the last of
 * those that take 1.5 s had. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sections/engine.h"

enum { NEVER = 60000, GOOD_MS = 300, SLOW_MS = 1500, DEAD = 10, SLOW = 5, GOOD = 5,
       MANY = DEAD + SLOW + GOOD };

struct answer { const char *source; long ms; bool fails; };

static const struct answer answers[] = {
	{ "first", 500, false }, { "second", 300, false }, { "a", 700, false }, { "b", 2000, false },
	{ "c", 1200, false },    { "d", 1200, false },     { "e", 700, true },  { "f", 900, false },
};

enum { PLAN = sizeof answers / sizeof answers[0] };

/* Of the twenty: "m0" never answers, "m19" is good. */
static struct answer answer_of(const char *source)
{
	for (size_t i = 0; i < PLAN; i++)
		if (!strcmp(answers[i].source, source))
			return answers[i];

	long number = strtol(source + 1, NULL, 10);

	return (struct answer){ source, number < DEAD ? NEVER : number < DEAD + SLOW ? SLOW_MS : GOOD_MS,
				false };
}

static void *open_any(const struct source *s, struct err *e)
{
	(void)e;
	return (void *)(uintptr_t)s;
}

static void close_any(void *conn) { (void)conn; }

/* Not poll(): the kernel lets it be late by a thousandth of its time, which is all that
 * is measured here. */
static void take_time(usec until)
{
	struct timespec t = { .tv_sec = until / USEC_SEC, .tv_nsec = until % USEC_SEC * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static bool run(void *conn, const struct query *q, struct cancel *c, struct row_sink *sink,
		struct err *e)
{
	static const char *const names[] = { "id" };
	const struct source *s = conn;
	struct answer a = answer_of(s->name);
	struct cell cell = { "1", 1 };

	(void)q, (void)c;
	take_time(clock_mono(&clock_system) + a.ms * USEC_MS);
	if (a.fails)
		return err_set(e, ERR_DENIED, 403, "%s: not allowed", s->name);
	return sink->columns(sink, names, 1, e) && sink->row(sink, &cell, e);
}

static const struct client_ops timed = {
	.kind = "sqlite", .open = open_any, .run = run, .close = close_any,
};

static const struct column_def columns[] = { { "id", "id", COLUMN_TEXT, 1, 8, true } };
static const char *const after_first[] = { "first", NULL }, *const after_second[] = { "second", NULL };

#define SECTION(name, needs, ...) \
	static const struct step name##_steps[] = { __VA_ARGS__ }; \
	static const struct section_def name = { .id = #name, .title = #name, .letter = 'S', \
		.columns = columns, .ncolumns = 1, .after = needs, .steps = name##_steps, \
		.nsteps = sizeof name##_steps / sizeof name##_steps[0] };
#define STEP(name) { .source = name, .query = "any", .authority = true }

SECTION(first, NULL, STEP("first"))
SECTION(second, after_first, STEP("second"))
SECTION(sa, after_second, STEP("a"))
SECTION(sb, after_second, STEP("b"))
SECTION(sc, after_second, STEP("c"))
SECTION(sd, after_second, STEP("d"))
SECTION(over, after_second, STEP("e"), STEP("f"))

static const struct section_def *const sections[] = { &first, &second, &sa, &sb, &sc, &sd, &over };

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	(void)e;
	return facts_set(f, "identifier", typed, "");
}

static void no_window(const struct facts *f, usec now, struct window *w)
{
	(void)f, (void)now, (void)w;
}

static const struct workspace workspace = {
	.name = "bench", .subject = "case", .sections = sections, .nsections = 7,
	.identify = identify, .window = no_window,
};

static double settle(struct engine *en, struct err *e)
{
	struct investigation *inv = engine_open(en, "1", e);
	struct pollfd fd = { engine_fd(en), POLLIN, 0 };

	while (engine_tick(en, NULL), !investigation_settled(inv))
		poll(&fd, 1, -1);
	return (double)(inv->settled_mono - inv->opened_mono) / USEC_SEC;
}

/* ---- twenty sources ---- */

/* Whether the sections [from, to) have their rows, and when the last of them had. */
static bool rows_there(const struct investigation *inv, size_t from, size_t to, usec *when)
{
	for (size_t i = from; i < to; i++) {
		if (inv->sections[i].state != SECTION_OK)
			return false;
		if (inv->sections[i].settled_mono > *when)
			*when = inv->sections[i].settled_mono;
	}
	return true;
}

static void settle_many(struct engine *en, struct err *e)
{
	struct investigation *inv = engine_open(en, "1", e);
	struct pollfd fd = { engine_fd(en), POLLIN, 0 };
	usec good = 0, slow = 0;

	while (engine_tick(en, NULL), !rows_there(inv, DEAD + SLOW, MANY, &good) ||
				      !rows_there(inv, DEAD, DEAD + SLOW, &slow))
		poll(&fd, 1, -1);
	printf("%.6f %.6f\n", (double)(good - inv->opened_mono) / USEC_SEC,
	       (double)(slow - inv->opened_mono) / USEC_SEC);
}

static bool many(const struct config *base, struct err *e)
{
	static struct source many_sources[MANY];
	static struct step steps[MANY];
	static struct section_def defs[MANY];
	const struct section_def *all[MANY];
	struct workspace w = workspace;
	struct config config = *base;

	for (size_t i = 0; i < MANY; i++) {
		struct source *s = &many_sources[i];

		*s = base->sources[0];
		snprintf(s->name, sizeof s->name, "m%zu", i);
		steps[i] = (struct step){ .source = s->name, .query = "any", .authority = true };
		defs[i] = first;
		defs[i].id = defs[i].title = s->name;
		defs[i].steps = &steps[i];
		all[i] = &defs[i];
	}
	config.sources = many_sources;
	config.nsources = w.nsections = MANY;
	w.sections = all;

	struct engine *en = engine_new(&config, &w, &clock_system, e);
	if (!en)
		return false;
	settle_many(en, e);
	engine_free(en, USEC_SEC);
	return true;
}

static bool one_load(const struct config *config, struct err *e)
{
	struct engine *en = engine_new(config, &workspace, &clock_system, e);

	if (!en)
		return false;
	printf("%.6f\n", settle(en, e));
	return engine_free(en, USEC_SEC);
}

int main(int argc, char **argv)
{
	struct source sources[PLAN] = { 0 };
	struct err e = { 0 };
	struct config config = { .sources = sources, .nsources = PLAN, .now = TIME_NONE,
				 .override_dir = argc > 1 ? argv[1] : NULL };

	if (argc < 2) {
		fprintf(stderr, "usage: engine QUERIES (with sqlite/any.sql) [many]\n");
		return 2;
	}
	for (size_t i = 0; i < PLAN; i++) {
		sources[i] = (struct source){ .client = &timed, .lane = 4, .configured = true,
					      .timeout = 30 * USEC_SEC };
		snprintf(sources[i].name, sizeof sources[i].name, "%s", answers[i].source);
	}
	return (argc > 2 ? many : one_load)(&config, &e) ? 0 : 1;
}
