/* The engine over clients that do what each test says, with the policy's clock in
 * the test's hand. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sections/engine.h"

/* ---- a clock that only moves when told ------------------------------------------------ */

static usec now_mono = 1000 * USEC_SEC;
static usec now_wall = INT64_C(1769178127) * USEC_SEC;   /* 2026-01-23T14:22:07Z */

static usec test_mono(const struct clock *c) { (void)c; return now_mono; }
static usec test_wall(const struct clock *c) { (void)c; return now_wall; }
static const struct clock test_clock = { test_mono, test_wall, 0 };

/* ---- a scripted client ------------------------------------------------------------------- */

struct act {
	const char *source, *query;
	unsigned rows;
	enum err_kind kind;             /* after the rows */
	long code;
	bool transient;
	bool hang;                      /* until cancelled */
	usec memory_over;               /* ERR_MEMORY while the window is longer */
	const char *value;              /* of the column "id"; NULL = the row's number */
};

static const struct act *script;
static pthread_mutex_t asked_lock = PTHREAD_MUTEX_INITIALIZER;
static char asked[4096];
static unsigned opened, in_run, most_in_run;

static const char *param(const struct query *q, const char *name)
{
	for (size_t i = 0; i < q->nparams; i++)
		if (!strcmp(q->params[i].name, name))
			return q->params[i].value;
	return NULL;
}

static void *fake_open(const struct source *s, struct err *e)
{
	(void)e;
	pthread_mutex_lock(&asked_lock);
	opened++;
	pthread_mutex_unlock(&asked_lock);
	return (void *)(uintptr_t)s;
}

static void play(const struct act *acts)
{
	pthread_mutex_lock(&asked_lock);
	script = acts;
	pthread_mutex_unlock(&asked_lock);
}

static bool was_asked(const char *what)
{
	pthread_mutex_lock(&asked_lock);
	bool found = strstr(asked, what) != NULL;
	pthread_mutex_unlock(&asked_lock);
	return found;
}

/* With asked_lock held. */
static const struct act *act_for(const struct source *s, const char *query)
{
	for (const struct act *a = script; a->source; a++)
		if (!strcmp(a->source, s->name) && !strcmp(a->query, query))
			return a;
	fail_msg("nobody expected %s/%s", s->name, query);
	return NULL;
}

static usec window_of(const struct query *q)
{
	usec from, to;
	const char *f = param(q, "from"), *t = param(q, "to");

	return f && t && time_parse(f, strlen(f), &from) && time_parse(t, strlen(t), &to) ?
	       to - from : 0;
}

static bool send_rows(const struct act *a, struct row_sink *sink, struct err *e)
{
	static const char *const names[] = { "other", "id" };

	if (!sink->columns(sink, names, 2, e))
		return false;
	for (unsigned i = 0; i < a->rows; i++) {
		char id[16];

		snprintf(id, sizeof id, "%u", i);
		struct cell cells[] = { cell_of("x"), cell_of(a->value ? a->value : id) };

		if (!sink->row(sink, cells, e))
			return false;
	}
	return true;
}

static bool fake_run(void *conn, const struct query *q, struct cancel *c, struct row_sink *sink,
		     struct err *e)
{
	const struct source *s = conn;
	pthread_mutex_lock(&asked_lock);
	const struct act *a = act_for(s, q->name);
	size_t used = strlen(asked);
	snprintf(asked + used, sizeof asked - used, "%s/%s ", s->name, q->name);
	if (++in_run > most_in_run)
		most_in_run = in_run;
	pthread_mutex_unlock(&asked_lock);
	sink->sent(sink, q->text);

	bool ok = true;

	if (a->memory_over && window_of(q) > a->memory_over)
		ok = err_set(e, ERR_MEMORY, 241, "Memory limit exceeded");
	else
		ok = send_rows(a, sink, e);
	if (ok && a->hang)
		ok = cancel_wait(c, -1, 0, q->deadline, e);
	if (ok && a->kind)
		ok = a->transient ? err_transient(e, a->kind, a->code, "%s broke", s->name)
				  : err_set(e, a->kind, a->code, "%s broke", s->name);
	pthread_mutex_lock(&asked_lock);
	in_run--;
	pthread_mutex_unlock(&asked_lock);
	return ok;
}

static bool fake_check(void *conn, usec deadline, struct cancel *c, struct health *h, struct err *e)
{
	(void)conn, (void)deadline, (void)c, (void)e;
	snprintf(h->server, sizeof h->server, "fake 1.0");
	return true;
}

static void fake_close(void *conn) { (void)conn; }

static const struct client_ops fake_ops = {
	.kind = "sqlite", .open = fake_open, .run = fake_run, .check = fake_check,
	.close = fake_close,
};

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

/* ---- the harness ------------------------------------------------------------------------------------- */

static struct source sources[4];
static struct config config;
static struct engine *engine;
static struct investigation *inv;
static char override[] = "tests/sections/engine_queries";

static void source_set(struct source *s, const char *name, bool configured)
{
	*s = (struct source){ .client = &fake_ops, .lane = 2, .timeout = 30 * USEC_SEC,
			      .configured = configured, .missing = "no host" };
	snprintf(s->name, sizeof s->name, "%s", name);
	snprintf(s->origin, sizeof s->origin, "fake://%s", name);
}

static int setup(void **state)
{
	(void)state;
	source_set(&sources[0], "a", true);
	source_set(&sources[1], "b", true);
	source_set(&sources[2], "c", true);
	source_set(&sources[3], "off", false);
	config = (struct config){ .sources = sources, .nsources = 4, .workers = 4,
				  .override_dir = override, .now = TIME_NONE };
	asked[0] = '\0';
	window_days = 5;
	window_age = 0;
	most_in_run = 0;
	return 0;
}

static void begin(const struct act *acts)
{
	struct err e = { 0 };

	play(acts);
	engine = engine_new(&config, &workspace, &test_clock, &e);
	assert_non_null(engine);
	inv = engine_open(engine, "x1", &e);
	assert_non_null(inv);
}

static int teardown(void **state)
{
	(void)state;
	assert_true(engine_free(engine, 5 * USEC_SEC));
	engine = NULL;
	return 0;
}

/* Ticks until `done` holds; time moves to the next timer whenever nothing is flying. */
static void run_until(bool (*done)(void))
{
	for (int i = 0; i < 100000; i++) {
		usec next = engine_tick(engine, NULL);

		if (done())
			return;
		struct pollfd p = { .fd = engine_fd(engine), .events = POLLIN };
		if (poll(&p, 1, next == TIME_NONE ? 5000 : 60) == 0 && next != TIME_NONE &&
		    next > now_mono)
			now_mono = next;
	}
	fail_msg("never settled");
}

static bool all_settled(void) { return investigation_settled(inv); }
static bool side_running(void) { return inv->sections[1].state == SECTION_RUNNING && was_asked("a/side"); }

#define STATE(i, what) assert_string_equal(section_state_word(inv->sections[i].state), what)

static const struct act all_well[] = {
	{ "a", "by_id", 1 }, { "a", "side", 3000 }, { "c", "mem", 4 }, { 0 },
};

static void test_everything_answers(void **state)
{
	(void)state;
	begin(all_well);
	run_until(all_settled);
	STATE(0, "ok");
	assert_false(inv->sections[0].fallback);
	assert_string_equal(inv->sections[0].answered_by, "a");
	assert_string_equal(facts_get(&inv->facts, "id"), "0");
	STATE(1, "partial");    /* 3000 rows, 2000 allowed */
	assert_int_equal(inv->sections[1].rows.rows, 2000);
	assert_non_null(strstr(inv->sections[1].reason, "stopped at 2000 rows"));
	STATE(2, "ok");
	STATE(3, "skipped");
	assert_true(cell_is(section_cell(&inv->sections[1], 1999, "id"), "1999"));
	assert_true(cell_is_null(section_cell(&inv->sections[1], 0, "missing")));
	assert_int_equal(investigation_exit_code(inv), EXIT_INCOMPLETE);
	assert_non_null(inv->sections[0].trail[0]->sent);
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
	run_until(all_settled);
	STATE(0, "ok");
	assert_true(inv->sections[0].fallback);
	assert_string_equal(inv->sections[0].answered_by, "b");
	assert_non_null(strstr(inv->sections[0].reason, "a broke"));
	assert_int_equal(inv->sections[0].rows.rows, 5);
	assert_int_equal(inv->sections[0].problems, 1);
	assert_int_equal(inv->sections[0].ntrail, 4);
	STATE(1, "empty");
	assert_int_equal(inv->sections[1].trail[0]->outcome, ATTEMPT_EMPTY);
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
	run_until(all_settled);
	STATE(0, "failed");
	STATE(1, "partial");
	assert_int_equal(inv->sections[1].rows.rows, 7);
	assert_int_equal(inv->sections[1].ntrail, 1);    /* no silent restart after rows */
	STATE(2, "failed");
	assert_int_equal(inv->sections[2].trail[0]->cls, ERR_REMOTE);
	assert_int_equal(inv->sections[2].trail[1]->outcome, ATTEMPT_UNAVAILABLE);
}

static const struct act transient[] = {
	{ "a", "by_id", 1 }, { "a", "side", 0, ERR_REMOTE, 503, true }, { "c", "mem", 1 }, { 0 },
};

static void test_retries_three_times(void **state)
{
	(void)state;
	begin(transient);
	run_until(all_settled);
	STATE(1, "failed");
	assert_int_equal(inv->sections[1].trail[2]->tries, 3);
	assert_string_equal(attempt_outcome_word(inv->sections[1].trail[2]->outcome), "failed");
	assert_int_equal(inv->sections[1].ntrail, 4);    /* three tries, and the archive that does not hold it */
}

static const struct act denied[] = {
	{ "a", "by_id", 0, ERR_AUTH, 403, false }, { "b", "by_any", 1 }, { "a", "side", 1 },
	{ "c", "mem", 1 }, { 0 },
};

static void test_denied_source_is_locked(void **state)
{
	(void)state;
	begin(denied);
	facts_set(&inv->facts, "never", "yes", "");      /* the copy's answer is final */
	run_until(all_settled);
	STATE(0, "ok");
	assert_int_equal(inv->sections[0].trail[0]->cls, ERR_AUTH);
	STATE(1, "failed");
	assert_int_equal(inv->sections[1].trail[0]->outcome, ATTEMPT_PAUSED);
	assert_false(was_asked("a/side"));
	assert_int_equal(engine_source(engine, 0)->breaker, BREAKER_LOCKED);
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
	run_until(all_settled);
	STATE(1, "ok");
	assert_int_equal(inv->sections[1].rows.rows, 2 + 5);     /* 30 d live, 30 d in 5 slices */
	assert_true(cell_is(section_cell(&inv->sections[1], 0, "id"), "new"));
	assert_true(cell_is(section_cell(&inv->sections[1], 6, "id"), "old"));
	assert_true(most_in_run <= 4);
}

static void test_nothing_is_kept_that_long(void **state)
{
	(void)state;
	window_age = 200;
	begin(straddles);
	run_until(all_settled);
	STATE(1, "skipped");
	assert_non_null(strstr(inv->sections[1].reason, "180 days"));
}

static const struct act memory[] = {
	{ "a", "by_id", 1 }, { "a", "side", 1 }, { "c", "mem", 6, .memory_over = USEC_DAY }, { 0 },
};

static void test_memory_shrinks_to_one_day(void **state)
{
	(void)state;
	begin(memory);
	run_until(all_settled);
	STATE(2, "partial");
	assert_int_equal(inv->sections[2].rows.rows, 6);
	assert_non_null(strstr(inv->sections[2].reason, "only the last 1 d of 5 d"));
	assert_int_equal(inv->sections[2].ntrail, 4);    /* 5, 3, 2, 1 days */
	assert_int_equal(inv->sections[2].trail[3]->to - inv->sections[2].trail[3]->from, USEC_DAY);
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
	run_until(side_running);
	engine_cancel(engine, inv, 1);
	STATE(1, "cancelled");
	run_until(all_settled);
	STATE(2, "ok");
	play(hangs_no_more);
	engine_refetch(engine, inv, 1);
	run_until(all_settled);
	STATE(1, "ok");
	assert_int_equal(inv->sections[1].rows.rows, 9);
	assert_int_equal(inv->sections[1].ntrail, 1);
}

static void test_superseded_rows_are_dropped(void **state)
{
	(void)state;
	begin(hangs);
	run_until(side_running);
	play(hangs_no_more);
	engine_refetch(engine, inv, 1);
	run_until(all_settled);
	assert_int_equal(inv->sections[1].rows.rows, 9);
	size_t cancelled = 0;
	for (int i = 0; i < 200 && !cancelled; i++) {    /* the first fetch's end may come later */
		engine_tick(engine, NULL);
		for (size_t k = 0; k < inv->nlog; k++)
			cancelled += inv->log[k]->outcome == ATTEMPT_CANCELLED;
		poll(&(struct pollfd){ engine_fd(engine), POLLIN, 0 }, 1, 100);
	}
	assert_int_equal(cancelled, 1);
}

static void test_forbidden_source_is_not_asked(void **state)
{
	(void)state;
	begin(falls_back);
	engine_rule(engine, inv, 0, "a", SOURCE_FORBIDDEN);
	run_until(all_settled);
	assert_false(was_asked("a/by_id"));
	assert_int_equal(inv->sections[0].trail[0]->outcome, ATTEMPT_SKIPPED);
	assert_string_equal(inv->sections[0].answered_by, "b");
}

static void test_only_one_section(void **state)
{
	static const char *const ids[] = { "mem" };

	(void)state;
	begin(all_well);
	engine_only(engine, inv, ids, 1);
	run_until(all_settled);
	assert_string_equal(asked, "a/by_id c/mem ");
	assert_int_equal(investigation_exit_code(inv), EXIT_COMPLETE);
}

static bool checked(void) { return engine_source(engine, 0)->checked; }

static void test_check_really_asks(void **state)
{
	(void)state;
	begin(all_well);
	engine_check(engine, 0);
	engine_check(engine, 3);                         /* not configured: nothing to ask */
	run_until(checked);
	assert_true(engine_source(engine, 0)->healthy);
	assert_string_equal(engine_source(engine, 0)->health.server, "fake 1.0");
	assert_false(engine_source(engine, 3)->checking);
}

static void test_quit_while_hanging(void **state)
{
	(void)state;
	begin(hangs);
	run_until(side_running);                         /* teardown must end it */
}

static void test_close_while_hanging(void **state)
{
	(void)state;
	begin(hangs);
	run_until(side_running);
	engine_close(engine, inv);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_everything_answers), T(test_fallback_and_learning),
		T(test_outage_is_not_empty), T(test_retries_three_times),
		T(test_denied_source_is_locked), T(test_straddling_window_is_split_and_sliced),
		T(test_nothing_is_kept_that_long), T(test_memory_shrinks_to_one_day),
		T(test_cancel_alone_and_refetch), T(test_superseded_rows_are_dropped),
		T(test_forbidden_source_is_not_asked), T(test_only_one_section),
		T(test_check_really_asks), T(test_quit_while_hanging), T(test_close_while_hanging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
