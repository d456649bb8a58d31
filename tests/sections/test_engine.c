/* The engine, from a question to what its sections say. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/fake_engine.h"

/* ---- a small workspace ------------------------------------------------------------------------- */

static const struct column_def columns[] = {
	{ "id", "id", COLUMN_TEXT, 1, 8, true },
	{ "missing", "missing", COLUMN_TEXT, 1, 8, false },
};

static enum mark every_third(const struct rowset *rows, size_t row)
{
	(void)rows;
	return row % 3 == 2 ? MARK_PROBLEM : MARK_FINE;
}

static bool learn_id(const struct section *s, const struct step *answered, struct facts *f)
{
	bool copy = !strcmp(answered->source, "b");

	facts_set_cell(f, "id", section_cell(s, 0, "id"), "head");
	return copy && !facts_get(f, "never");
}

static const struct step head_steps[] = {
	{ .source = "a", .query = "by_id", .authority = true },
	{ .source = "b", .query = "by_any" },
};
static const struct step side_steps[] = {
	{ .source = "a", .query = "side", .authority = true, .age_to = 30 },
	{ .source = "b", .query = "side_old", .authority = true, .age_from = 30, .age_to = 180,
	  .chunk_days = 7 },
};
static const struct step mem_steps[] = {
	{ .source = "c", .query = "mem", .authority = true, .shrink = true },
	{ .source = "off", .query = "mem" },
};
static const char *const after_head[] = { "head", NULL };
static const char *const needs_nothing[] = { "nothing", NULL };
static const struct step needy_steps[] = {
	{ .source = "a", .query = "needy", .needs = needs_nothing },
};

static const struct section_def head = {
	.id = "head", .title = "Head", .letter = 'H', .columns = columns, .ncolumns = 2,
	.steps = head_steps, .nsteps = 2, .learn = learn_id, .mark = every_third,
};
static const struct section_def side = {
	.id = "side", .title = "Side", .letter = 'S', .columns = columns, .ncolumns = 2,
	.after = after_head, .steps = side_steps, .nsteps = 2, .windowed = true, .max_rows = 2000,
	.older = "only in the cellar",
};
static const struct section_def mem = {
	.id = "mem", .title = "Mem", .letter = 'M', .columns = columns, .ncolumns = 2,
	.after = after_head, .steps = mem_steps, .nsteps = 2, .windowed = true,
};
static const struct section_def needy = {
	.id = "needy", .title = "Needy", .letter = 'N', .columns = columns, .ncolumns = 2,
	.after = after_head, .steps = needy_steps, .nsteps = 1,
};
static const struct section_def *const sections[] = { &head, &side, &mem, &needy };

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	if (!*typed)
		return err_set(e, ERR_CONFIG, 0, "nothing typed");
	return facts_set(f, "identifier", typed, "");
}

static usec window_days = 5, window_age = 0;

static void find_window(const struct facts *f, usec now, struct window *w)
{
	(void)f;
	w->to = now - window_age * USEC_DAY;
	w->from = w->to - window_days * USEC_DAY;
	w->anchor = w->to;
}

static const struct workspace workspace = {
	.name = "test", .subject = "thing", .sections = sections, .nsections = 4,
	.identify = identify, .window = find_window,
};

/* ---- what happens ------------------------------------------------------------------------------------- */

static void begin(const struct act *script)
{
	fake_begin(&workspace, script);
}

static bool side_running(void)
{
	return fake.inv->sections[1].state == SECTION_RUNNING && fake_asked("a/side");
}

#define STATE(i, what) assert_string_equal(fake_state(i), what)

static const struct act all_well[] = {
	{ "a", "by_id", 1 }, { "a", "side", 3000 }, { "c", "mem", 4 }, { 0 },
};

static void test_everything_answers(void **state)
{
	(void)state;
	begin(all_well);
	fake_run(fake_settled);
	STATE(0, "ok");
	assert_false(fake.inv->sections[0].fallback);
	assert_string_equal(fake.inv->sections[0].answered_by, "a");
	assert_string_equal(facts_get(&fake.inv->facts, "id"), "0");
	STATE(1, "partial");    /* 3000 rows, 2000 allowed */
	assert_int_equal(fake.inv->sections[1].rows.rows, 2000);
	assert_non_null(strstr(fake.inv->sections[1].reason, "the first 2000 rows"));
	STATE(2, "ok");
	STATE(3, "skipped");
	assert_true(cell_is(section_cell(&fake.inv->sections[1], 1999, "id"), "1999"));
	assert_true(cell_is_null(section_cell(&fake.inv->sections[1], 0, "missing")));
	assert_int_equal(investigation_exit_code(fake.inv), EXIT_INCOMPLETE);
	assert_non_null(fake.inv->sections[0].trail[0]->sent);
}

/* A copy that answers is asked about with what it taught: once more from the start. */
static const struct act falls_back[] = {
	{ "a", "by_id", 0, ERR_REMOTE, 404, false }, { "b", "by_any", 5 },
	{ "a", "side", 0 }, { "c", "mem", 1 }, { 0 },
};

static void test_fallback_and_learning(void **state)
{
	(void)state;
	begin(falls_back);
	fake_run(fake_settled);
	STATE(0, "ok");
	assert_true(fake.inv->sections[0].fallback);
	assert_string_equal(fake.inv->sections[0].answered_by, "b");
	assert_non_null(strstr(fake.inv->sections[0].reason, "a broke"));
	assert_int_equal(fake.inv->sections[0].rows.rows, 5);
	assert_int_equal(fake.inv->sections[0].problems, 1);
	assert_int_equal(fake.inv->sections[0].ntrail, 4);
	STATE(1, "empty");
	assert_int_equal(fake.inv->sections[1].trail[0]->outcome, ATTEMPT_EMPTY);
}

/* An outage is never "nothing there"; a copy's silence is no evidence either. */
static const struct act outage[] = {
	{ "a", "by_id", 0, ERR_TIMEOUT, 0, false }, { "b", "by_any", 0 },
	{ "a", "side", 7, ERR_NETWORK, 0, true }, { "c", "mem", 0, ERR_REMOTE, 60, false }, { 0 },
};

static void test_outage_is_not_empty(void **state)
{
	(void)state;
	begin(outage);
	fake_run(fake_settled);
	STATE(0, "failed");
	STATE(1, "partial");
	assert_int_equal(fake.inv->sections[1].rows.rows, 7);
	assert_int_equal(fake.inv->sections[1].ntrail, 1);    /* no silent restart after rows */
	STATE(2, "failed");
	assert_int_equal(fake.inv->sections[2].trail[0]->cls, ERR_REMOTE);
	assert_int_equal(fake.inv->sections[2].trail[1]->outcome, ATTEMPT_UNAVAILABLE);
}

static const struct act transient[] = {
	{ "a", "by_id", 1 }, { "a", "side", 0, ERR_REMOTE, 503, true }, { "c", "mem", 1 }, { 0 },
};

static void test_P24_retries_three_times(void **state)
{
	(void)state;
	begin(transient);
	fake_run(fake_settled);
	STATE(1, "failed");
	assert_int_equal(fake.inv->sections[1].trail[2]->tries, 3);
	assert_string_equal(attempt_outcome_word(fake.inv->sections[1].trail[2]->outcome), "failed");
	assert_int_equal(fake.inv->sections[1].ntrail, 4);    /* three tries, and the archive that does not hold it */
}

static const struct act limited[] = {
	{ "a", "by_id", 0, ERR_QUOTA, 429, true, .retry_after_ms = 600000 }, { "b", "by_any", 1 },
	{ "a", "side", 1 }, { "c", "mem", 1 }, { 0 },
};

/* The source says ten minutes: one request, the copy answers, and only the user asks before. */
static void test_P24_a_long_pause_is_kept(void **state)
{
	const struct source_status *a;
	usec began;

	(void)state;
	begin(limited);
	facts_set(&fake.inv->facts, "never", "yes", "");
	began = fake.mono;
	fake_run(fake_settled);
	STATE(0, "ok");
	assert_int_equal(fake_count("a/by_id"), 1);
	assert_non_null(strstr(fake.inv->sections[0].reason, "left alone for 10m00s; r asks now"));
	STATE(1, "failed");
	assert_int_equal(fake.inv->sections[1].trail[0]->outcome, ATTEMPT_PAUSED);
	assert_non_null(strstr(fake.inv->sections[1].reason, "paused as it asked, next try in 10m00s"));
	assert_false(fake_asked("a/side"));
	a = engine_source(fake.engine, FAKE_A);
	assert_int_equal(a->breaker, BREAKER_OPEN);
	assert_true(a->retry_at >= began + 10 * USEC_MIN);
	engine_refetch(fake.engine, fake.inv, 1);
	fake_run(fake_settled);
	STATE(1, "ok");
	assert_int_equal(engine_source(fake.engine, FAKE_A)->breaker, BREAKER_CLOSED);
}

static const struct act denied[] = {
	{ "a", "by_id", 0, ERR_AUTH, 403, false }, { "b", "by_any", 1 }, { "a", "side", 1 },
	{ "c", "mem", 1 }, { 0 },
};

static void test_P25_denied_source_is_locked(void **state)
{
	(void)state;
	begin(denied);
	facts_set(&fake.inv->facts, "never", "yes", "");      /* the copy's answer is final */
	fake_run(fake_settled);
	STATE(0, "ok");
	assert_int_equal(fake.inv->sections[0].trail[0]->cls, ERR_AUTH);
	STATE(1, "failed");
	assert_int_equal(fake.inv->sections[1].trail[0]->outcome, ATTEMPT_PAUSED);
	assert_false(fake_asked("a/side"));
	assert_int_equal(engine_source(fake.engine, 0)->breaker, BREAKER_LOCKED);
}

static const struct act straddles[] = {
	{ "a", "by_id", 1 }, { "a", "side", 2, .value = "new" },
	{ "b", "side_old", 1, .value = "old" }, { "c", "mem", 1 }, { 0 },
};

static void test_straddling_window_is_split_and_sliced(void **state)
{
	(void)state;
	window_days = 60;
	begin(straddles);
	fake_run(fake_settled);
	STATE(1, "ok");
	assert_int_equal(fake.inv->sections[1].rows.rows, 2 + 5);     /* 30 d live, 30 d in 5 slices */
	assert_true(cell_is(section_cell(&fake.inv->sections[1], 0, "id"), "new"));
	assert_true(cell_is(section_cell(&fake.inv->sections[1], 6, "id"), "old"));
	assert_true(fake.most_in_run <= 4);
}

static void test_nothing_is_kept_that_long(void **state)
{
	(void)state;
	window_age = 200;
	begin(straddles);
	fake_run(fake_settled);
	STATE(1, "skipped");
	assert_int_equal(strncmp(fake.inv->sections[1].reason, "nothing older than ", 19), 0);
	assert_non_null(strstr(fake.inv->sections[1].reason, " is kept (180 days), only in the cellar"));
}

static const struct act memory[] = {
	{ "a", "by_id", 1 }, { "a", "side", 1 }, { "c", "mem", 6, .memory_over = USEC_DAY }, { 0 },
};

static void test_memory_shrinks_to_one_day(void **state)
{
	(void)state;
	begin(memory);
	fake_run(fake_settled);
	STATE(2, "partial");
	assert_int_equal(fake.inv->sections[2].rows.rows, 6);
	assert_non_null(strstr(fake.inv->sections[2].reason, "only the last 1 d of 5 d"));
	assert_int_equal(fake.inv->sections[2].ntrail, 4);    /* 5, 3, 2, 1 days */
	assert_int_equal(fake.inv->sections[2].trail[3]->to - fake.inv->sections[2].trail[3]->from, USEC_DAY);
}

static const struct act hangs[] = {
	{ "a", "by_id", 1 }, { "a", "side", 2, .hang = true }, { "c", "mem", 1 }, { 0 },
};
static const struct act hangs_no_more[] = {
	{ "a", "by_id", 1 }, { "a", "side", 9 }, { "c", "mem", 1 }, { 0 },
};

static void test_cancel_alone_and_refetch(void **state)
{
	(void)state;
	begin(hangs);
	fake_run(side_running);
	engine_cancel(fake.engine, fake.inv, 1);
	STATE(1, "cancelled");
	fake_run(fake_settled);
	STATE(2, "ok");
	fake_play(hangs_no_more);
	engine_refetch(fake.engine, fake.inv, 1);
	fake_run(fake_settled);
	STATE(1, "ok");
	assert_int_equal(fake.inv->sections[1].rows.rows, 9);
	assert_int_equal(fake.inv->sections[1].ntrail, 1);
}

static struct act trickles[] = {
	{ "a", "by_id", 1 }, { "a", "side", 1, .hang = true }, { "c", "mem", 1 }, { 0 },
};
static bool one_row(void) { return fake.inv->sections[1].rows.rows == 1; }
static bool two_rows(void) { return fake.inv->sections[1].rows.rows == 2; }

/* Each of them, though no chunk gets full. */
static void test_rows_that_trickle_in_are_seen(void **state)
{
	int tap = trickles[1].again_on = eventfd(0, EFD_CLOEXEC);

	(void)state;
	begin(trickles);
	fake_run(one_row);
	STATE(1, "running");
	assert_int_equal(eventfd_write(tap, 1), 0);
	fake_run(two_rows);
	STATE(1, "running");
	engine_cancel(fake.engine, fake.inv, 1);
	fake_run(fake_settled);
	close(tap);
}

static void test_superseded_rows_are_dropped(void **state)
{
	(void)state;
	begin(hangs);
	fake_run(side_running);
	fake_play(hangs_no_more);
	engine_refetch(fake.engine, fake.inv, 1);
	fake_run(fake_settled);
	assert_int_equal(fake.inv->sections[1].rows.rows, 9);
	size_t cancelled = 0;
	for (int i = 0; i < 200 && !cancelled; i++) {    /* the first fetch's end may come later */
		engine_tick(fake.engine, NULL);
		for (size_t k = 0; k < fake.inv->nlog; k++)
			cancelled += fake.inv->log[k]->outcome == ATTEMPT_CANCELLED;
		poll(&(struct pollfd){ engine_fd(fake.engine), POLLIN, 0 }, 1, 100);
	}
	assert_int_equal(cancelled, 1);
}

static void test_forbidden_source_is_not_asked(void **state)
{
	(void)state;
	begin(falls_back);
	engine_rule(fake.engine, fake.inv, 0, "a", SOURCE_FORBIDDEN);
	fake_run(fake_settled);
	assert_false(fake_asked("a/by_id"));
	assert_int_equal(fake.inv->sections[0].trail[0]->outcome, ATTEMPT_SKIPPED);
	assert_string_equal(fake.inv->sections[0].answered_by, "b");
}

static void test_only_one_section(void **state)
{
	static const char *const ids[] = { "mem" };

	(void)state;
	begin(all_well);
	engine_only(fake.engine, fake.inv, ids, 1);
	fake_run(fake_settled);
	assert_true(fake_asked("a/by_id c/mem "));
	assert_false(fake_asked("side"));
	assert_int_equal(investigation_exit_code(fake.inv), EXIT_COMPLETE);
}

static bool checked(void) { return engine_source(fake.engine, 0)->checked; }

static void test_check_really_asks(void **state)
{
	(void)state;
	begin(all_well);
	fake_run(fake_settled);
	engine_check(fake.engine, 0);
	engine_check(fake.engine, 3);                         /* not configured: nothing to ask */
	fake_run(checked);
	assert_true(engine_source(fake.engine, 0)->healthy);
	assert_string_equal(engine_source(fake.engine, 0)->health.server, "fake 1.0");
	/* What it answers from now on is newer than the check. */
	assert_true(engine_source(fake.engine, 0)->ok > 0);
	assert_int_equal(engine_source(fake.engine, 0)->ok_then, engine_source(fake.engine, 0)->ok);
	assert_false(engine_source(fake.engine, 3)->checking);
}

static void test_P66_quit_while_hanging(void **state)
{
	(void)state;
	begin(hangs);
	fake_run(side_running);                         /* teardown must end it */
}

static void test_P66_close_while_hanging(void **state)
{
	(void)state;
	begin(hangs);
	fake_run(side_running);
	engine_close(fake.engine, fake.inv);
}

/* What was found stays readable while the workers end; the teardown looks at the
 * connections. */
static void test_stop_before_printing(void **state)
{
	(void)state;
	begin(all_well);
	fake_run(fake_settled);
	engine_stop(fake.engine);
	engine_stop(fake.engine);
	STATE(0, "ok");
	assert_true(cell_is(section_cell(&fake.inv->sections[1], 1999, "id"), "1999"));
}

static int setup(void **state)
{
	window_days = 5;
	window_age = 0;
	return fake_setup(state);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_everything_answers), T(test_fallback_and_learning),
		T(test_outage_is_not_empty), T(test_P24_retries_three_times),
		T(test_P24_a_long_pause_is_kept),
		T(test_P25_denied_source_is_locked), T(test_straddling_window_is_split_and_sliced),
		T(test_nothing_is_kept_that_long), T(test_memory_shrinks_to_one_day),
		T(test_cancel_alone_and_refetch), T(test_rows_that_trickle_in_are_seen),
		T(test_superseded_rows_are_dropped),
		T(test_forbidden_source_is_not_asked), T(test_only_one_section),
		T(test_check_really_asks), T(test_P66_quit_while_hanging), T(test_P66_close_while_hanging),
		T(test_stop_before_printing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
