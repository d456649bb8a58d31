/* The engine when sources fail, pause, hang and contradict each other: what it says
 * must stay true, and nothing may wait for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/support/fake_engine.h"

/* ---- workspaces of a few sections ---------------------------------------------------- */

static usec window_days, anchor_age;

static void find_window(const struct facts *f, usec now, struct window *w)
{
	(void)f;
	w->to = now;
	w->from = now - window_days * USEC_DAY;
	w->anchor = now - anchor_age * USEC_DAY;
}

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	(void)e;
	return facts_set(f, "identifier", typed, "") && facts_set(f, "candidate", typed, "");
}

static const struct section_def *sections[4];
static struct workspace workspace = {
	.name = "test", .subject = "thing", .sections = sections, .identify = identify,
	.window = find_window,
};

static void begin(const struct act *script, const struct section_def *first,
		  const struct section_def *second, const struct section_def *third)
{
	sections[0] = first;
	sections[1] = second;
	sections[2] = third;
	workspace.nsections = third ? 3 : second ? 2 : 1;
	fake_begin(&workspace, script);
}

static const struct section *section(size_t i) { return &fake.inv->sections[i]; }
static void refetch(size_t i) { engine_refetch(fake.engine, fake.inv, i); }

#define STATE(i, what) assert_string_equal(fake_state(i), what)
#define SAYS(i, what) assert_non_null(strstr(section(i)->reason, what))
#define SAYS_NOT(i, what) assert_null(strstr(section(i)->reason, what))

static const struct column_def columns[] = { { .id = "id" } };

#define CHAIN(name) .columns = columns, .ncolumns = 1, .steps = name, \
	.nsteps = sizeof name / sizeof name[0]

static const struct step one_step[] = { { .source = "c", .query = "mem", .authority = true } };
static const struct section_def one = { .id = "one", .title = "One", CHAIN(one_step) };

static const struct step two_steps[] = {
	{ .source = "a", .query = "by_id", .authority = true },
	{ .source = "c", .query = "mem", .authority = true },
};
static const struct section_def two = { .id = "two", .title = "Two", CHAIN(two_steps) };

static const char *const after_one[] = { "one", NULL };
static const char *const after_plain[] = { "plain", NULL };

static const struct step split_steps[] = {
	{ .source = "a", .query = "side", .authority = true, .age_to = 30 },
	{ .source = "b", .query = "side_old", .authority = true, .age_from = 30, .age_to = 180 },
};
static const struct act well[] = { { "a", "by_id", 1 }, { "c", "mem", 3 }, { 0 } };
static const struct act nothing[] = { { "a", "by_id", 0 }, { "c", "mem", 0 }, { 0 } };
static const struct act dead[] = {
	{ "a", "by_id", 0, ERR_NETWORK, 0, true }, { "c", "mem", 0, ERR_NETWORK, 0, true }, { 0 },
};

/* ---- breakers -------------------------------------------------------------------------- */

static const struct step absent_step[] = { { .source = "c", .query = "absent", .authority = true } };
static const struct section_def absent = { .id = "absent", .title = "Absent", CHAIN(absent_step) };

/* Two fetches of `one` with three tries each; the breaker opens at the fifth. */
static void open_the_breaker_of_c(const struct section_def *other)
{
	begin(dead, &one, other, NULL);
	fake_run(fake_settled);
	refetch(0);
	fake_run(fake_settled);
	assert_int_equal(engine_source(fake.engine, FAKE_C)->breaker, BREAKER_OPEN);
	fake.mono += USEC_MIN;
	fake_play(well);
}

static void test_a_missing_query_is_no_lost_probe(void **state)
{
	(void)state;
	open_the_breaker_of_c(&absent);
	refetch(1);
	fake_run(fake_settled);
	STATE(1, "unavailable");
	refetch(0);
	fake_run(fake_settled);
	STATE(0, "ok");
}

static void test_a_probe_that_never_flew_is_not_awaited(void **state)
{
	struct rlimit old, few;
	int next = dup(0);

	(void)state;
	close(next);
	open_the_breaker_of_c(NULL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	next = dup(0);
	close(next);
	few = old;
	few.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	refetch(0);
	fake_run(fake_settled);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	STATE(0, "failed");
	refetch(0);
	fake_run(fake_settled);
	STATE(0, "ok");
}

static bool c_checked(void) { return !engine_source(fake.engine, FAKE_C)->checking; }

static void test_a_check_is_the_probe(void **state)
{
	(void)state;
	open_the_breaker_of_c(NULL);
	engine_check(fake.engine, FAKE_C);
	fake_run(c_checked);
	assert_true(engine_source(fake.engine, FAKE_C)->healthy);
	assert_int_equal(engine_source(fake.engine, FAKE_C)->breaker, BREAKER_CLOSED);
}

static const struct act denied[] = { { "c", "mem", 0, ERR_AUTH, 403 }, { 0 } };

static void test_asking_again_unlocks(void **state)
{
	(void)state;
	begin(denied, &one, NULL, NULL);
	fake_run(fake_settled);
	assert_int_equal(engine_source(fake.engine, FAKE_C)->breaker, BREAKER_LOCKED);
	fake_play(well);
	refetch(0);
	fake_run(fake_settled);
	STATE(0, "ok");
}

/* ---- lanes, workers, timers ------------------------------------------------------------- */

static const struct step sliced_step[] = {
	{ .source = "b", .query = "side_old", .authority = true, .chunk_days = 7 },
};
static const struct section_def sliced = {
	.id = "sliced", .title = "Sliced", CHAIN(sliced_step), .windowed = true, .after = after_one,
};
static const struct step hang_step[] = { { .source = "a", .query = "by_id", .authority = true } };
static const struct section_def plain = { .id = "plain", .title = "Plain", CHAIN(hang_step) };

static const struct act b_breaks_a_hangs[] = {
	{ "c", "mem", 1 }, { "b", "side_old", 0, ERR_NETWORK, 0, true },
	{ "a", "by_id", 0, .hang = true }, { 0 },
};

static bool third_runs(void) { return section(2)->state == SECTION_RUNNING; }

/* Two retries are due while the only worker is taken: there is nothing to do until
 * it comes back. */
static void test_due_retries_do_not_spin(void **state)
{
	usec next;

	(void)state;
	window_days = 14;
	fake.config.workers = 1;
	begin(b_breaks_a_hangs, &one, &sliced, &plain);
	fake_run(third_runs);
	assert_int_equal(section(1)->ntrail, 4);         /* two that failed, two that wait */
	fake.mono += USEC_SEC;
	next = engine_tick(fake.engine, NULL);
	assert_true(next == TIME_NONE || next > fake.mono);
}

static const struct step brief_step[] = { { .source = "a", .query = "side", .authority = true } };
static const struct section_def brief = {
	.id = "brief", .title = "Brief", CHAIN(brief_step), .deadline = 5 * USEC_SEC,
};
static const struct act a_hangs[] = {
	{ "a", "by_id", 0, .hang = true }, { "a", "side", 1 }, { 0 },
};

static bool first_runs(void) { return section(0)->state == SECTION_RUNNING; }

static void test_time_runs_out_in_the_queue(void **state)
{
	(void)state;
	fake.sources[FAKE_A].lane = 1;
	begin(a_hangs, &plain, &brief, NULL);
	fake_run(first_runs);
	STATE(1, "queued");
	assert_true(engine_tick(fake.engine, NULL) <= fake.mono + 5 * USEC_SEC);
	fake.mono += 6 * USEC_SEC;
	engine_tick(fake.engine, NULL);
	STATE(1, "failed");
	SAYS(1, "time was used up");
	STATE(0, "running");
}

static const struct act checks_hang[] = {
	{ "a", "check", .hang = true }, { "b", "check", .hang = true },
	{ "c", "check", .hang = true }, { "c", "mem", 1 }, { 0 },
};

static void test_checks_leave_workers(void **state)
{
	(void)state;
	fake.config.workers = 2;
	begin(checks_hang, &one, NULL, NULL);
	engine_check(fake.engine, FAKE_A);
	engine_check(fake.engine, FAKE_B);
	engine_check(fake.engine, FAKE_C);
	fake_run(fake_settled);
	STATE(0, "ok");
	assert_true(engine_source(fake.engine, FAKE_A)->checking);
	assert_true(engine_source(fake.engine, FAKE_C)->checking);
}

static bool tried_once(void)
{
	return section(0)->ntrail && section(0)->trail[0]->outcome == ATTEMPT_FAILED;
}

static void test_waiting_for_a_retry_is_not_running(void **state)
{
	(void)state;
	begin(dead, &one, NULL, NULL);
	fake_run(tried_once);
	STATE(0, "queued");
	assert_null(section(0)->running_source);
	fake_run(fake_settled);
	SAYS(0, "tried 3 times");
	for (size_t i = 0; i < fake.inv->nlog; i++)
		assert_int_equal(fake.inv->log[i]->number, i + 1);
}

/* ---- the order of sections ------------------------------------------------------------------ */

static bool skip_unknown(const struct facts *f, char reason[static REASON_MAX])
{
	memcpy(reason, "no id", sizeof "no id");
	return !facts_get(f, "id");
}

static bool learn_id(const struct section *s, const struct step *answered, struct facts *f)
{
	struct cell id = section_cell(s, 0, "id");

	assert_non_null(answered);
	facts_set_cell(f, "id", id, s->def->id);
	facts_set(f, "candidate", "better", s->def->id);
	return false;
}

static const char *const after_mid[] = { "mid", NULL };
static const char *const after_two[] = { "two", NULL };
static const struct section_def head = {
	.id = "two", .title = "Two", CHAIN(two_steps), .learn = learn_id,
};
static const struct section_def mid = {
	.id = "mid", .title = "Mid", CHAIN(one_step), .after = after_two, .skip = skip_unknown,
};
static const struct section_def leaf = {
	.id = "leaf", .title = "Leaf", CHAIN(one_step), .after = after_mid, .skip = skip_unknown,
};

static void test_skipped_for_want_of_the_skipped(void **state)
{
	(void)state;
	begin(dead, &head, &mid, &leaf);
	fake_run(fake_settled);
	STATE(0, "failed");
	STATE(1, "skipped");
	STATE(2, "skipped");
	fake_play(well);
	refetch(0);
	fake_run(fake_settled);
	STATE(1, "ok");
	STATE(2, "ok");
}

static const struct section_def alone = {
	.id = "alone", .title = "Alone", CHAIN(one_step), .skip = skip_unknown,
};
static const struct section_def late = {
	.id = "mid", .title = "Late", CHAIN(one_step), .skip = skip_unknown,
};

/* No mail will come that could wake the section before the one it waits for. */
static void test_waiting_for_a_later_one(void **state)
{
	(void)state;
	begin(well, &alone, &leaf, &late);
	engine_tick(fake.engine, NULL);
	assert_true(fake_settled());
}

static const struct section_def free_windowed = {
	.id = "free", .title = "Free", CHAIN(one_step), .windowed = true,
};

static void test_a_window_is_waited_for(void **state)
{
	(void)state;
	begin(well, &two, &free_windowed, NULL);
	fake_run(fake_settled);
	STATE(1, "ok");
	assert_int_equal(section(1)->trail[0]->from, fake.wall - window_days * USEC_DAY);
}

/* ---- what is shown -------------------------------------------------------------------------- */

static void test_the_former_answer_keeps_its_name(void **state)
{
	usec as_of;

	(void)state;
	begin(well, &one, NULL, NULL);
	fake_run(fake_settled);
	as_of = section(0)->as_of;
	fake_play(dead);
	fake.wall += USEC_HOUR;
	refetch(0);
	fake_run(fake_settled);
	STATE(0, "failed");
	assert_true(section(0)->previous);
	assert_int_equal(section(0)->rows.rows, 3);
	assert_string_equal(section(0)->answered_by, "c");
	assert_int_equal(section(0)->as_of, as_of);
	fake_play(nothing);
	refetch(0);
	fake_run(fake_settled);
	STATE(0, "empty");
	assert_int_equal(section(0)->rows.rows, 0);
	assert_false(section(0)->previous);
}

static void test_empty_says_who_and_when(void **state)
{
	(void)state;
	fake.sources[FAKE_C].lag = USEC_HOUR;
	begin(nothing, &one, NULL, NULL);
	fake_run(fake_settled);
	STATE(0, "empty");
	assert_string_equal(section(0)->answered_by, "c");
	assert_int_equal(section(0)->as_of, fake.wall - USEC_HOUR);
	assert_false(section(0)->fallback);
}

static const struct act first_dead[] = {
	{ "a", "by_id", 0, ERR_TIMEOUT }, { "c", "mem", 0 }, { 0 },
};

/* Both would know: the second's word counts, and it is a fallback's. */
static void test_nothing_of_a_fallback(void **state)
{
	(void)state;
	begin(first_dead, &two, NULL, NULL);
	fake_run(fake_settled);
	STATE(0, "empty");
	assert_true(section(0)->fallback);
	assert_string_equal(section(0)->answered_by, "c");
}

/* What happened since yesterday only the dead one would know. */
static void test_old_data_do_not_prove_absence(void **state)
{
	(void)state;
	fake.sources[FAKE_C].lag = 30 * USEC_HOUR;
	begin(first_dead, &two, NULL, NULL);
	fake_run(fake_settled);
	STATE(0, "failed");
	SAYS(0, "a broke");
}

static const struct section_def split = {
	.id = "split", .title = "Split", CHAIN(split_steps), .windowed = true,
	.after = after_plain, .learn = learn_id,
};
static const struct act both_answer[] = {
	{ "a", "by_id", 1 }, { "a", "side", 2 }, { "b", "side_old", 2 }, { 0 },
};
static const struct act old_part_dead[] = {
	{ "a", "by_id", 1 }, { "a", "side", 0 }, { "b", "side_old", 0, ERR_REMOTE, 500 }, { 0 },
};

static void test_partial_without_rows_shows_none(void **state)
{
	(void)state;
	window_days = 40;
	begin(both_answer, &plain, &split, NULL);
	fake_run(fake_settled);
	STATE(1, "ok");
	assert_int_equal(section(1)->rows.rows, 4);
	fake_play(old_part_dead);
	refetch(1);
	fake_run(fake_settled);
	STATE(1, "partial");
	assert_int_equal(section(1)->rows.rows, 0);
	assert_null(section(1)->answered_by);
	assert_int_equal(section(1)->as_of, TIME_NONE);
}

static const struct step backed_steps[] = {
	{ .source = "a", .query = "side", .authority = true, .age_to = 30 },
	{ .source = "b", .query = "side_old", .authority = true, .age_from = 30, .age_to = 180 },
	{ .source = "c", .query = "mem" },
};
static const struct section_def backed = {
	.id = "backed", .title = "Backed", CHAIN(backed_steps), .windowed = true, .after = after_plain,
};
static const struct act old_part_by_copy[] = {
	{ "a", "by_id", 1 }, { "a", "side", 2 }, { "b", "side_old", 0, ERR_REMOTE, 500 },
	{ "c", "mem", 2 }, { 0 },
};

static void test_the_fallback_of_a_part_is_named(void **state)
{
	(void)state;
	window_days = 40;
	fake.sources[FAKE_C].lag = USEC_HOUR;
	begin(old_part_by_copy, &plain, &backed, NULL);
	fake_run(fake_settled);
	STATE(1, "ok");
	assert_true(section(1)->fallback);
	assert_string_equal(section(1)->answered_by, "c");
	assert_int_equal(section(1)->as_of, fake.wall - USEC_HOUR);
}

static const struct step shrinking_steps[] = {
	{ .source = "c", .query = "mem", .authority = true, .shrink = true },
	{ .source = "b", .query = "by_any" },
};
static const struct section_def shrinking = {
	.id = "shrinking", .title = "Shrinking", CHAIN(shrinking_steps), .windowed = true,
	.after = after_plain,
};
static const struct act never_enough[] = {
	{ "a", "by_id", 1 }, { "c", "mem", 1, .memory_over = USEC_HOUR }, { "b", "by_any", 2 }, { 0 },
};
static const struct act enough_for_a_day[] = {
	{ "a", "by_id", 1 }, { "c", "mem", 1, .memory_over = USEC_DAY }, { 0 },
};

static void test_a_whole_answer_is_not_called_shrunk(void **state)
{
	(void)state;
	begin(never_enough, &plain, &shrinking, NULL);
	fake_run(fake_settled);
	STATE(1, "ok");
	assert_string_equal(section(1)->answered_by, "b");
	SAYS(1, "Memory limit exceeded");
	SAYS_NOT(1, "only");
}

static void test_shrunk_around_its_anchor(void **state)
{
	(void)state;
	anchor_age = 2;
	begin(enough_for_a_day, &plain, &shrinking, NULL);
	fake_run(fake_settled);
	STATE(1, "partial");
	SAYS(1, "only 1 d of 5 d, up to 2026-01-21T14:22:07Z");
	SAYS_NOT(1, "last");
}

#define LONG "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"

static const struct act wordy[] = {
	{ "a", "by_id", 0, ERR_REMOTE, 500, .says = LONG },
	{ "c", "mem", 0, ERR_REMOTE, 500, .says = LONG LONG }, { 0 },
};
static const struct act wordier[] = {
	{ "a", "by_id", 0, ERR_REMOTE, 500, .says = "-" LONG },
	{ "c", "mem", 0, ERR_REMOTE, 500, .says = LONG LONG }, { 0 },
};

static void assert_cut_well(void)
{
	const char *reason = section(0)->reason;

	assert_true(strlen(reason) > REASON_MAX - 5);
	assert_true(text_is_utf8(reason, strlen(reason)));
}

static void test_a_reason_is_never_cut_inside_a_character(void **state)
{
	(void)state;
	begin(wordy, &two, NULL, NULL);
	fake_run(fake_settled);
	assert_cut_well();
	fake_play(wordier);
	refetch(0);
	fake_run(fake_settled);
	assert_cut_well();
}

static const struct act two_then_hang[] = { { "c", "mem", 2, .hang = true }, { 0 } };

static bool has_rows(void) { return section(0)->rows.rows == 2; }

static void test_what_had_arrived_has_a_name(void **state)
{
	(void)state;
	begin(two_then_hang, &one, NULL, NULL);
	fake_run(has_rows);
	engine_cancel(fake.engine, fake.inv, 0);
	STATE(0, "cancelled");
	assert_int_equal(section(0)->rows.rows, 2);
	assert_string_equal(section(0)->answered_by, "c");
	assert_int_equal(section(0)->as_of, fake.wall);
}

static struct act old_then_new[] = {
	{ "c", "mem", 1 }, { "b", "side_old", 1, .hang = true, .value = "old" },
	{ "b", "side_old", 1, .hang = true, .value = "new" }, { 0 },
};

static bool has_two(void) { return section(1)->rows.rows == 2; }

static void test_rows_stand_in_order_while_they_come(void **state)
{
	(void)state;
	window_days = 14;
	old_then_new[1].older_than = fake.wall - 3 * USEC_DAY;
	begin(old_then_new, &one, &sliced, NULL);
	fake_run(has_two);
	STATE(1, "running");
	assert_true(cell_is(section_cell(section(1), 0, "id"), "new"));
	assert_true(cell_is(section_cell(section(1), 1, "id"), "old"));
}

/* ---- what is learnt ---------------------------------------------------------------------------- */

static void test_an_empty_answer_unlearns(void **state)
{
	(void)state;
	begin(well, &head, NULL, NULL);
	fake_run(fake_settled);
	assert_string_equal(facts_get(&fake.inv->facts, "id"), "0");
	assert_string_equal(facts_get(&fake.inv->facts, "candidate"), "better");
	fake_play(nothing);
	refetch(0);
	fake_run(fake_settled);
	STATE(0, "empty");
	assert_null(facts_get(&fake.inv->facts, "id"));
	assert_string_equal(facts_get(&fake.inv->facts, "candidate"), "x1");
}

static bool learn_and_ask_again(const struct section *s, const struct step *answered,
				struct facts *f)
{
	(void)s, (void)answered, (void)f;
	return true;
}

static bool learn_and_all_die(const struct section *s, const struct step *answered, struct facts *f)
{
	(void)s, (void)answered, (void)f;
	fake_play(dead);
	return true;
}

static const struct section_def asks_twice = {
	.id = "asks_twice", .title = "Twice", CHAIN(split_steps), .windowed = true,
	.after = after_plain, .learn = learn_and_ask_again,
};

/* What nobody keeps is not asked for the second time either. */
static void test_asking_twice_keeps_the_plan(void **state)
{
	(void)state;
	window_days = 200;
	begin(both_answer, &plain, &asks_twice, NULL);
	fake_run(fake_settled);
	STATE(1, "partial");
	SAYS(1, "180 days");
	for (size_t i = 0; i < section(1)->ntrail; i++)
		assert_int_not_equal(section(1)->trail[i]->segment, 2);
}

static const struct section_def dies_later = {
	.id = "dies", .title = "Dies", CHAIN(two_steps), .learn = learn_and_all_die,
};

static void test_the_first_of_two_answers_stands(void **state)
{
	(void)state;
	begin(well, &dies_later, NULL, NULL);
	fake_run(fake_settled);
	STATE(0, "partial");
	assert_int_equal(section(0)->rows.rows, 1);
	assert_false(section(0)->previous);
	assert_string_equal(section(0)->answered_by, "a");
	SAYS(0, "a broke");
}

static int setup(void **state)
{
	window_days = 5;
	anchor_age = 0;
	return fake_setup(state);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_missing_query_is_no_lost_probe),
		T(test_a_probe_that_never_flew_is_not_awaited),
		T(test_a_check_is_the_probe), T(test_asking_again_unlocks),
		T(test_due_retries_do_not_spin), T(test_time_runs_out_in_the_queue),
		T(test_checks_leave_workers), T(test_waiting_for_a_retry_is_not_running),
		T(test_skipped_for_want_of_the_skipped), T(test_waiting_for_a_later_one),
		T(test_a_window_is_waited_for), T(test_the_former_answer_keeps_its_name),
		T(test_empty_says_who_and_when), T(test_nothing_of_a_fallback),
		T(test_old_data_do_not_prove_absence), T(test_partial_without_rows_shows_none),
		T(test_the_fallback_of_a_part_is_named),
		T(test_a_whole_answer_is_not_called_shrunk), T(test_shrunk_around_its_anchor),
		T(test_a_reason_is_never_cut_inside_a_character),
		T(test_what_had_arrived_has_a_name), T(test_rows_stand_in_order_while_they_come),
		T(test_an_empty_answer_unlearns), T(test_asking_twice_keeps_the_plan),
		T(test_the_first_of_two_answers_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
