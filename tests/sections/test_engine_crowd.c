/* P65: twenty sources at once, ten that never answer, five that are slow, five that are
 * well: these are there as soon as if they were alone. With the number of workers that
 * so many sources get by themselves. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sections/engine.h"

enum { GOOD = 5, SLOW = 5, DEAD = 10, ALL = GOOD + SLOW + DEAD, ROUNDS = 7 };

#define GOOD_TAKES (300 * USEC_MS)
#define SLOW_TAKES (3 * USEC_SEC)

/* ---- clients ------------------------------------------------------------------------------ */

static usec takes(const struct source *s)
{
	return s->name[0] == 'g' ? GOOD_TAKES : s->name[0] == 's' ? SLOW_TAKES : USEC_HOUR;
}

static bool run(void *conn, const struct query *q, struct cancel *c, struct row_sink *sink, struct err *e)
{
	static const char *const names[] = { "id" };
	const struct cell cells[] = { cell_of("1") };
	usec end = clock_mono(&clock_system) + takes(conn);

	sink->sent(sink, q->text);
	cancel_wait(c, -1, 0, end < q->deadline ? end : q->deadline, e);
	if (cancel_fired(c) || q->deadline <= end)
		return err_set(e, ERR_TIMEOUT, 0, "no answer");
	*e = (struct err){ 0 };
	return sink->columns(sink, names, 1, e) && sink->row(sink, cells, e);
}

static void *open_one(const struct source *s, struct err *e)
{
	(void)e;
	return (void *)(uintptr_t)s;
}

static void close_one(void *conn)
{
	(void)conn;
}

static const struct setting_def no_settings[] = { { NULL, NULL, false, false, NULL } };
static const struct client_ops ops = {
	.kind = "sqlite", .settings = no_settings, .open = open_one, .run = run, .close = close_one,
};

/* ---- a section for each source -------------------------------------------------------------- */

static char names[ALL][8];
static struct source sources[ALL];
static struct step steps[ALL];
static struct section_def defs[ALL];
static const struct section_def *sections[ALL];
static const struct column_def columns[] = { { .id = "id" } };

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	(void)e;
	return facts_set(f, "id", typed, "") && facts_set(f, "candidate", typed, "");
}

static void find_window(const struct facts *f, usec now, struct window *w)
{
	(void)f;
	*w = (struct window){ now - USEC_DAY, now, now, "" };
}

/* The dead come first, the good last. */
static int make(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		size_t at = ALL - 1 - i;

		snprintf(names[i], sizeof names[i], "%c%zu", i < GOOD ? 'g' : i < GOOD + SLOW ? 's' : 'd', i);
		sources[i] = (struct source){ .client = &ops, .lane = 2, .timeout = USEC_MIN, .configured = true };
		snprintf(sources[i].name, sizeof sources[i].name, "%s", names[i]);
		snprintf(sources[i].origin, sizeof sources[i].origin, "fake://%s", names[i]);
		steps[i] = (struct step){ .source = names[i], .query = "by_id", .authority = true };
		defs[i] = (struct section_def){ .id = names[i], .title = names[i], .columns = columns, .ncolumns = 1,
						.steps = &steps[i], .nsteps = 1 };
		sections[at] = &defs[i];
	}
	return 0;
}

/* How long until the first row of every good section; `n` sections from the end. */
static usec measure(size_t n)
{
	const struct workspace workspace = {
		.name = "test", .subject = "thing", .sections = sections + ALL - n, .nsections = n,
		.identify = identify, .window = find_window,
	};
	static char queries[] = "tests/sections/engine_queries";
	struct config config = { .sources = sources, .nsources = ALL, .override_dir = queries, .now = TIME_NONE };
	struct err e = { 0 };
	struct engine *engine = engine_new(&config, &workspace, &clock_system, &e);
	usec begin = clock_mono(&clock_system), took;
	struct investigation *inv;
	size_t ready = 0;

	assert_non_null(engine);
	inv = engine_open(engine, "x", &e);
	assert_non_null(inv);
	while (ready < GOOD) {
		struct pollfd p = { engine_fd(engine), POLLIN, 0 };

		engine_tick(engine, NULL);
		ready = 0;
		for (size_t i = n - GOOD; i < n; i++)
			ready += inv->sections[i].state == SECTION_OK;
		took = clock_mono(&clock_system) - begin;
		if (took > 30 * USEC_SEC)
			fail_msg("%zu of %d good ones after 30 s", ready, GOOD);
		if (ready < GOOD)
			poll(&p, 1, 100);
	}
	engine_free(engine, 5 * USEC_SEC);
	return took;
}

/* A busy machine may delay any one round, but not all of them. */
static void test_P65_ten_dead_five_slow_five_good(void **state)
{
	usec alone = USEC_HOUR, among = USEC_HOUR;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		usec a = measure(GOOD), m = measure(ALL);

		alone = a < alone ? a : alone;
		among = m < among ? m : among;
		if (among <= alone + alone / 10)
			return;
	}
	fail_msg("%lld ms alone, %lld ms among the others", (long long)(alone / USEC_MS), (long long)(among / USEC_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P65_ten_dead_five_slow_five_good),
	};

	return cmocka_run_group_tests(tests, make, NULL);
}
