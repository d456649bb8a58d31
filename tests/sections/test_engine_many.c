/* The engine with several investigations, and with sections that are followed. */
#include <malloc.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_engine.h"

/* ---- a small workspace ----------------------------------------------------------------- */

static const struct column_def columns[] = {
	{ "id", "id", COLUMN_TEXT, 1, 8, true },
};
static const char *const after_head[] = { "head", NULL };
static const struct step head_steps[] = { { .source = "a", .query = "by_id", .authority = true } };
static const struct step side_steps[] = {
	{ .source = "a", .query = "side", .authority = true },
	{ .source = "b", .query = "side_old", .authority = true },
};
static const struct step off_steps[] = { { .source = "off", .query = "mem" } };

static const struct section_def head = {
	.id = "head", .title = "Head", .letter = 'H', .columns = columns, .ncolumns = 1,
	.steps = head_steps, .nsteps = 1,
};
static const struct section_def side = {
	.id = "side", .title = "Side", .letter = 'S', .columns = columns, .ncolumns = 1,
	.after = after_head, .steps = side_steps, .nsteps = 2,
};
static const struct section_def nobody = {
	.id = "nobody", .title = "Nobody", .letter = 'N', .columns = columns, .ncolumns = 1,
	.after = after_head, .steps = off_steps, .nsteps = 1,
};
enum { HEAD, SIDE, NOBODY };
static const struct section_def *const sections[] = { &head, &side, &nobody };

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	(void)e;
	return facts_set(f, "identifier", typed, "");
}

static void find_window(const struct facts *f, usec now, struct window *w)
{
	(void)f, (void)now;
	w->from = w->to = TIME_NONE;
}

static const struct workspace workspace = {
	.name = "test", .subject = "thing", .sections = sections, .nsections = 3,
	.identify = identify, .window = find_window,
};

static struct investigation *second;

static struct investigation *open_second(void)
{
	struct err e = { 0 };

	second = engine_open(fake.engine, "x2", &e);
	assert_non_null(second);
	return second;
}

static size_t rows(const struct investigation *inv, size_t section)
{
	return inv->sections[section].rows.rows;
}

static const struct follow *follow(size_t section)
{
	return &fake.inv->sections[section].follow;
}

/* ---- several at once ----------------------------------------------------------------------- */

static const struct act each_its_own[] = {
	{ "a", "by_id", 3, .typed = "x1", .value = "first" }, { "a", "side", 5000, .typed = "x1" },
	{ "a", "by_id", 4, .typed = "x2", .value = "second" }, { "a", "side", 6000, .typed = "x2" },
	{ 0 },
};

static bool both_settled(void)
{
	return investigation_settled(fake.inv) && investigation_settled(second);
}

static void test_every_answer_finds_its_own(void **state)
{
	(void)state;
	fake_begin(&workspace, each_its_own);
	open_second();
	fake_run(both_settled);
	assert_int_equal(rows(fake.inv, HEAD), 3);
	assert_int_equal(rows(second, HEAD), 4);
	assert_true(cell_is(section_cell(&fake.inv->sections[HEAD], 0, "id"), "first"));
	assert_true(cell_is(section_cell(&second->sections[HEAD], 3, "id"), "second"));
	assert_int_equal(rows(fake.inv, SIDE), 5000);
	assert_int_equal(rows(second, SIDE), 6000);
	assert_int_equal(fake.inv->nlog, second->nlog);
}

static const struct act one_hangs[] = {
	{ "a", "by_id", 1, .typed = "x1" }, { "a", "side", 2000, .hang = true, .typed = "x1" },
	{ "a", "by_id", 1, .typed = "x2" }, { "a", "side", 7, .typed = "x2" }, { 0 },
};

static bool side_arrives(void)
{
	return rows(fake.inv, SIDE) == 2000;
}

static bool second_settled(void)
{
	return investigation_settled(second);
}

static bool side_arrives_whole(void)
{
	return rows(fake.inv, SIDE) == 200000 && investigation_settled(fake.inv);
}

static bool nobody_in_run(void)
{
	return fake_in_run() == 0;
}

/* Its letters are on their way while it is closed: nobody gets them. */
static void test_closing_cancels_what_flies(void **state)
{
	(void)state;
	fake_begin(&workspace, one_hangs);
	open_second();
	fake_run(side_arrives);
	engine_close(fake.engine, fake.inv);
	fake_run(second_settled);
	fake_run(nobody_in_run);
	assert_int_equal(rows(second, SIDE), 7);
	engine_close(fake.engine, fake.inv);             /* once more is nothing */
	assert_int_equal(engine_source(fake.engine, FAKE_A)->failed, 0);
}

static const struct act many_rows[] = {
	{ "a", "by_id", 1 }, { "a", "side", 200000, .typed = "x1" }, { "a", "side", 3, .typed = "x2" }, { 0 },
};

/* Memory follows what is open. Sanitizers count nothing here. */
static void test_closing_frees_the_rows(void **state)
{
	size_t before, full, after;

	(void)state;
	fake_begin(&workspace, many_rows);
	fake_run(side_arrives_whole);
	full = mallinfo2().uordblks + mallinfo2().hblkhd;
	open_second();
	fake_run(second_settled);
	before = rows(fake.inv, SIDE) * 4;               /* no row takes less */
	engine_close(fake.engine, fake.inv);
	after = mallinfo2().uordblks + mallinfo2().hblkhd;
	assert_true(!full || full - after > before);
	assert_int_equal(rows(second, SIDE), 3);
}

static bool second_head(void)
{
	return second->sections[HEAD].state == SECTION_OK;
}

/* With one request at a time the one that is preferred goes first. */
static void test_the_preferred_goes_first(void **state)
{
	(void)state;
	fake.config.workers = 1;
	fake_begin(&workspace, each_its_own);
	open_second();
	engine_prefer(fake.engine, fake.inv);
	engine_prefer(fake.engine, second);
	fake_run(second_head);
	assert_int_equal(fake.inv->sections[HEAD].state, SECTION_QUEUED);
	fake_run(both_settled);
}

/* ---- following ---------------------------------------------------------------------------------- */

static unsigned wanted;

static bool asked_often_enough(void)
{
	return fake_count("a/side") >= wanted && fake_settled();
}

static void run_rounds(unsigned n)
{
	wanted = fake_count("a/side") + n;
	fake_run(asked_often_enough);
}

static const struct act well[] = { { "a", "by_id", 1 }, { "a", "side", 5 }, { 0 } };
static const struct act more[] = { { "a", "by_id", 1 }, { "a", "side", 6 }, { 0 } };

static void test_rounds_come_at_the_interval(void **state)
{
	usec settled;

	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, SIDE, 60 * USEC_SEC);
	settled = fake.inv->sections[SIDE].settled_mono;
	assert_int_equal(follow(SIDE)->next, settled + 60 * USEC_SEC);
	assert_int_equal(engine_tick(fake.engine, NULL), settled + 60 * USEC_SEC);
	fake_play(more);
	run_rounds(1);
	assert_true(fake.inv->sections[SIDE].by_itself);
	assert_int_equal(rows(fake.inv, SIDE), 6);
	assert_int_equal(fake.mono, settled + 60 * USEC_SEC);
	run_rounds(3);
	assert_int_equal(fake.mono, settled + 240 * USEC_SEC);
	assert_int_equal(fake_count("a/by_id"), 1);      /* that one only */
	engine_refetch(fake.engine, fake.inv, SIDE);
	assert_false(fake.inv->sections[SIDE].by_itself);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, SIDE, 0);
	assert_int_equal(engine_tick(fake.engine, NULL), TIME_NONE);    /* off: nothing to wake for */
}

static const struct act hangs[] = { { "a", "by_id", 1 }, { "a", "side", 5, .hang = true }, { 0 } };

static bool flying(void)
{
	return fake_in_run() == 1;
}

static void test_no_round_while_one_is_under_way(void **state)
{
	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	fake_play(hangs);
	engine_follow(fake.engine, fake.inv, SIDE, 5 * USEC_SEC);
	fake_run(flying);
	fake.mono += 20 * USEC_SEC;
	for (int i = 0; i < 5; i++)
		engine_tick(fake.engine, NULL);
	assert_int_equal(fake_count("a/side"), 2);
	assert_int_equal(follow(SIDE)->next, TIME_NONE);
	engine_cancel(fake.engine, fake.inv, SIDE);      /* which holds it */
	assert_int_equal(follow(SIDE)->state, FOLLOW_HELD);
	fake_run(nobody_in_run);
	fake_play(well);
	fake.mono += USEC_HOUR;
	engine_tick(fake.engine, NULL);
	assert_int_equal(follow_next(follow(SIDE)), TIME_NONE);
	assert_int_equal(fake_count("a/side"), 2);
	engine_hold(fake.engine, fake.inv, SIDE, false);
	run_rounds(1);
	assert_int_equal(follow(SIDE)->state, FOLLOW_ON);
}

static const struct act comes_slowly[] = {
	{ "a", "by_id", 1 }, { "a", "side", 2000, .hang = true }, { 0 },
};

static bool rows_came(void)
{
	const struct section *s = &fake.inv->sections[SIDE];

	return s->ntrail == 1 && s->trail[0]->rows == 2000;
}

/* Or the selected row would be gone until the last of them is there. */
static void test_a_round_shows_nothing_by_halves(void **state)
{
	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, SIDE, 60 * USEC_SEC);
	fake_play(comes_slowly);
	fake_run(rows_came);
	engine_tick(fake.engine, NULL);
	assert_int_equal(rows(fake.inv, SIDE), 5);
	assert_true(fake.inv->sections[SIDE].previous);
	engine_cancel(fake.engine, fake.inv, SIDE);
	assert_int_equal(rows(fake.inv, SIDE), 5);
	assert_true(fake.inv->sections[SIDE].previous);
	engine_refetch(fake.engine, fake.inv, SIDE);     /* the user sees them arrive */
	fake_run(rows_came);
	engine_tick(fake.engine, NULL);
	assert_int_equal(rows(fake.inv, SIDE), 2000);
}

static const struct act denied[] = {
	{ "a", "by_id", 1 }, { "a", "side", 0, ERR_DENIED, 403 }, { "b", "side_old", 2 }, { 0 },
};
static const struct act locked[] = {
	{ "a", "by_id", 1 }, { "a", "side", 0, ERR_AUTH, 401 }, { "b", "side_old", 2 }, { 0 },
};
static const struct act untrusted[] = {
	{ "a", "by_id", 1 }, { "a", "side", 0, ERR_TRUST }, { "b", "side_old", 2 }, { 0 },
};

/* Somebody else answers, but who refuses us is not to be asked every few seconds. */
static void stops(const struct act *refusal, const char *why)
{
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, SIDE, 10 * USEC_SEC);
	fake_play(refusal);
	run_rounds(1);
	assert_int_equal(rows(fake.inv, SIDE), 2);
	assert_int_equal(engine_tick(fake.engine, NULL), TIME_NONE);
	assert_int_equal(follow(SIDE)->state, FOLLOW_STOPPED);
	assert_string_equal(follow(SIDE)->why, why);
	/* At once, as long as the last answer says so. */
	engine_follow(fake.engine, fake.inv, SIDE, 10 * USEC_SEC);
	assert_int_equal(follow(SIDE)->state, FOLLOW_STOPPED);
	engine_rule(fake.engine, fake.inv, SIDE, "a", SOURCE_FORBIDDEN);
	engine_follow(fake.engine, fake.inv, SIDE, 10 * USEC_SEC);
	assert_int_equal(follow(SIDE)->state, FOLLOW_ON);
}

static void test_denied_it_ends(void **state)
{
	(void)state;
	stops(denied, "a refused us");
}

static void test_refused_it_ends(void **state)
{
	(void)state;
	stops(locked, "a refused us");
}

static void test_untrusted_it_ends(void **state)
{
	(void)state;
	stops(untrusted, "a is not trusted");
}

/* What another section got locked is not asked, and no round of following opens it. */
static void test_locked_meanwhile_it_ends(void **state)
{
	static const struct act head_locks[] = {
		{ "a", "by_id", 0, ERR_AUTH, 401 }, { "b", "side_old", 2 }, { 0 },
	};

	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, SIDE, 10 * USEC_SEC);
	fake_play(head_locks);
	engine_refetch(fake.engine, fake.inv, HEAD);
	fake_run(fake_settled);
	while (follow(SIDE)->state == FOLLOW_ON) {
		usec next = engine_tick(fake.engine, NULL);

		if (next != TIME_NONE && next > fake.mono)
			fake.mono = next;
		poll(&(struct pollfd){ engine_fd(fake.engine), POLLIN, 0 }, 1, 20);
	}
	assert_string_equal(follow(SIDE)->why, "a is locked");
	assert_int_equal(fake_count("a/side"), 1);
	assert_int_equal(engine_source(fake.engine, FAKE_A)->breaker, BREAKER_LOCKED);
}

static void test_nobody_to_follow(void **state)
{
	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, NOBODY, 10 * USEC_SEC);
	assert_int_equal(follow(NOBODY)->state, FOLLOW_STOPPED);
	assert_string_equal(follow(NOBODY)->why, "no source that would know is configured");
}

static const struct act down[] = {
	{ "a", "by_id", 1 }, { "a", "side", 0, ERR_REMOTE, 500 }, { "b", "side_old", 0, ERR_REMOTE, 500 },
	{ 0 },
};

static void test_failures_make_it_slower(void **state)
{
	usec settled;

	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, SIDE, 60 * USEC_SEC);
	fake_play(down);
	run_rounds(1);
	settled = fake.inv->sections[SIDE].settled_mono;
	engine_tick(fake.engine, NULL);
	assert_int_equal(follow(SIDE)->next, settled + 120 * USEC_SEC);
	assert_int_equal(rows(fake.inv, SIDE), 5);       /* of the former answer */
	fake_play(well);
	run_rounds(1);
	assert_int_equal(fake.mono, settled + 120 * USEC_SEC);
	engine_tick(fake.engine, NULL);
	assert_int_equal(follow(SIDE)->next, fake.mono + 60 * USEC_SEC);
}

/* Everything, every five seconds, costs more than the source's bucket gives. */
static void test_within_the_budget(void **state)
{
	usec began;

	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	began = fake.mono;
	engine_follow(fake.engine, fake.inv, HEAD, FOLLOW_LEAST);
	engine_follow(fake.engine, fake.inv, SIDE, FOLLOW_LEAST);
	run_rounds(20);
	assert_true(fake.mono - began > 20 * FOLLOW_LEAST);
	assert_true(fake.mono - began < 60 * FOLLOW_LEAST);
}

/* In the background it goes on, and ends with its investigation. */
static void test_it_is_of_its_investigation(void **state)
{
	(void)state;
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, SIDE, 60 * USEC_SEC);
	open_second();
	fake_run(second_settled);
	engine_prefer(fake.engine, second);
	run_rounds(2);
	assert_int_equal(second->sections[SIDE].follow.state, FOLLOW_OFF);
	assert_int_equal(second->sections[SIDE].generation, 0);
	engine_close(fake.engine, fake.inv);
	assert_int_equal(engine_tick(fake.engine, NULL), TIME_NONE);
}

/* ---- ten minutes without a source ----------------------------------------------------------- */

static const struct act dead[] = {
	{ "a", "by_id", 0, ERR_NETWORK, 0, true }, { "a", "side", 0, ERR_NETWORK, 0, true },
	{ "b", "side_old", 0, ERR_NETWORK, 0, true }, { 0 },
};
static const struct act rejected[] = {
	{ "a", "by_id", 0, ERR_AUTH, 401 }, { "a", "side", 0, ERR_AUTH, 401 }, { "b", "side_old", 2 }, { 0 },
};

/* What was sent has been answered, and the answer read. */
static bool quiet(void)
{
	for (size_t i = 0; i < engine_sources(fake.engine); i++)
		if (engine_source(fake.engine, i)->in_flight > 0)
			return false;
	return true;
}

static void follow_for_ten_minutes(const struct act *script)
{
	fake_begin(&workspace, well);
	fake_run(fake_settled);
	fake_play(script);
	engine_follow(fake.engine, fake.inv, HEAD, FOLLOW_LEAST);
	engine_follow(fake.engine, fake.inv, SIDE, FOLLOW_LEAST);
	for (int i = 0; i < 600; i++) {
		fake.mono += USEC_SEC;
		fake_run(quiet);
	}
}

static void test_P64_followed_through_an_outage(void **state)
{
	unsigned a, b;

	(void)state;
	follow_for_ten_minutes(dead);
	a = fake_count("a/by_id") + fake_count("a/side") - 2;
	b = fake_count("b/side_old");
	assert_in_range(a, 5, 20);
	assert_in_range(b, 5, 20);
	assert_int_equal(follow(SIDE)->state, FOLLOW_ON);
	/* It is asked again by itself once it is back. */
	fake_play(more);
	fake.mono += USEC_MIN;
	run_rounds(1);
	assert_int_equal(rows(fake.inv, SIDE), 6);
}

static void test_P25_followed_and_refused(void **state)
{
	(void)state;
	follow_for_ten_minutes(rejected);
	assert_int_equal(fake_count("a/by_id") + fake_count("a/side") - 2, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_every_answer_finds_its_own), T(test_closing_cancels_what_flies), T(test_closing_frees_the_rows),
		T(test_the_preferred_goes_first), T(test_rounds_come_at_the_interval),
		T(test_no_round_while_one_is_under_way),
		T(test_a_round_shows_nothing_by_halves), T(test_denied_it_ends), T(test_refused_it_ends),
		T(test_untrusted_it_ends), T(test_locked_meanwhile_it_ends), T(test_nobody_to_follow),
		T(test_failures_make_it_slower), T(test_within_the_budget),
		T(test_it_is_of_its_investigation), T(test_P64_followed_through_an_outage),
		T(test_P25_followed_and_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
