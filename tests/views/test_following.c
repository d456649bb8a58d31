/* Following a section, without a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"

enum { CALLBACKS = 4, BEGUN = 60 };      /* the scene's time when it is open */

static void open_scene(const char *scene)
{
	struct err e = { 0 };

	fake_case_open(&fc, scene);
	assert_true(app_resize(&fc.app, 120, 40, &e));
	app_draw(&fc.app);
}

/* What the engine does at that second, heard by the views. */
static void at(long seconds)
{
	fake_case_at(seconds);
	fake_case_settle(&fc);
	app_update(&fc.app);
}

static const struct follow *followed(void)
{
	return &fc.app.desk->inv->sections[CALLBACKS].follow;
}

/* ---- keys ------------------------------------------------------------------------------ */

static void test_the_key_turns_it_on_and_off(void **state)
{
	(void)state;
	open_scene("twins");
	press("5");
	assert_false(app_counts_down(&fc.app));
	press("a");
	assert_true(shows("Callbacks is asked for again every 30s; a ends it, Space holds it"));
	fake_case_settle(&fc);                    /* it was older than that */
	assert_true(shows("1 followed, next in 30s"));
	assert_true(app_counts_down(&fc.app));
	fake_case_at(BEGUN + 12);
	assert_true(shows("next in 18s"));
	press("a");
	assert_true(shows("Callbacks is no longer followed"));
	assert_false(shows("1 followed"));
	assert_false(app_counts_down(&fc.app));
}

static void test_held_and_on_again(void **state)
{
	(void)state;
	open_scene("twins");
	press("Space");
	assert_true(shows("nothing is followed; a follows a section"));
	press("5");
	type("follow 5m");
	assert_true(shows("every 5m, next in"));
	press("Space");
	assert_true(shows("follow held; Space goes on"));
	assert_true(shows("follow held  7/7"));
	assert_false(app_counts_down(&fc.app));
	press("Space");
	assert_true(shows("follow goes on"));
	press("x");
	assert_true(shows("stopped Callbacks; following it is held"));
	assert_int_equal(followed()->state, FOLLOW_HELD);
}

static void test_without_a_clock_the_interval_is_shown(void **state)
{
	(void)state;
	open_scene("twins");
	fc.app.still = true;
	type("follow callbacks 5m");
	assert_true(shows("1 followed, every 5m"));
	assert_false(app_counts_down(&fc.app));
}

static void test_everything(void **state)
{
	(void)state;
	open_scene("settled");
	type("follow all 10m");
	/* One of them was refused by a source. */
	assert_true(shows("6 of 7 sections are followed; the others say why they are not"));
	assert_true(shows("6 followed, 1 ended, next in"));
	press("A");
	assert_true(shows("nothing is followed any more"));
	press("A");                               /* the interval is remembered */
	assert_true(shows("6 followed, 1 ended, next in"));
	assert_int_equal(fc.app.desk->inv->sections[0].follow.interval, 10 * USEC_MIN);
	type("follow all off");
	assert_false(shows(" followed, "));
}

static void test_what_is_typed_wrongly(void **state)
{
	(void)state;
	open_scene("twins");
	type("follow logs 1s");
	assert_true(shows("an interval of 5s to 1h"));
	type("follow logs 2h");
	assert_true(shows("an interval of 5s to 1h"));
	type("follow nowhere 10s");
	assert_true(shows("nowhere"));
	type("follow nowhere");
	assert_true(shows("nowhere"));
	for (size_t i = 0; i < fc.app.npanes; i++)
		assert_int_equal(fc.app.desk->inv->sections[i].follow.state, FOLLOW_OFF);
	type("follow callbacks");
	assert_int_equal(followed()->interval, FOLLOW_USUAL);
	type("follow callbacks off");
	assert_int_equal(followed()->state, FOLLOW_OFF);
}

/* ---- refused ----------------------------------------------------------------------------- */

static void test_refused_it_says_why(void **state)
{
	(void)state;
	open_scene("settled");
	press("5");
	press("a");
	assert_true(shows("Callbacks is not followed: redshift refused us; F forbids a source here"));
	press("j");
	assert_true(shows("not followed: redshift refused us"));
	assert_true(shows("follow ended"));
	type("source redshift off");
	press("a");
	assert_true(shows("Callbacks is asked for again every 30s"));
}

/* ---- rounds -------------------------------------------------------------------------------- */

/* Rows come and go above the selected one; it stays the same record. */
static void test_the_selection_stays_with_its_record(void **state)
{
	const struct view *pane;
	size_t row;
	uint64_t key;

	(void)state;
	open_scene("twins");
	pane = fc.app.desk->panes[CALLBACKS];
	type("follow callbacks 1m");
	at(BEGUN);
	fake_case_play("later");
	at(BEGUN + 61);
	press("5");
	press("G");
	press("k");
	assert_true(section_pane_selected(pane, &row));
	assert_int_equal(row, 11);
	key = section_pane_key(pane, row);
	fake_case_play("settled");                /* a row less, and the source refuses us */
	at(BEGUN + 122);
	assert_true(shows("not followed: redshift refused us"));
	assert_true(section_pane_selected(pane, &row));
	assert_int_equal(row, 10);
	assert_true(section_pane_key(pane, row) == key);
	at(BEGUN + 999);
	assert_int_equal(followed()->state, FOLLOW_STOPPED);
}

/* Its former answer was another source's; that stays said, and its rows stay. */
static void test_a_running_round_is_calm(void **state)
{
	const struct section *s;

	(void)state;
	open_scene("settled");
	press("4");
	s = app_section(&fc.app, 3);
	type("follow 1m");
	fake_case_play("running");                /* the source hangs */
	at(BEGUN + 61);
	assert_int_equal(s->state, SECTION_RUNNING);
	assert_true(shows("every 1m, asking"));
	assert_true(shows("rewind answered, as of 14:00"));
	assert_false(shows("asking again"));
	assert_int_equal(s->rows.rows, 4);
	press("0");
	assert_true(shows("rewind answered, as of 14:00"));
	assert_false(shows("asking again"));
	assert_true(fc.app.desk->inv->settled_mono > 0);
	press("4");
	press("r");                               /* by hand it is told */
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(shows("asking again"));
}

static void test_it_goes_on_behind(void **state)
{
	(void)state;
	open_scene("twins");
	press("5");
	type("follow 1m");
	press("0");
	at(BEGUN);
	type("open 714002210");
	assert_true(shows("726100801 behind: 1 followed, every 1m"));
	at(BEGUN);
	assert_false(shows("others changed"));
	fake_case_play("later");                  /* one callback more */
	at(BEGUN + 61);
	assert_true(shows("1 of 1 others changed"));
	press("b");
	assert_true(shows("1 of 7   next 60s"));
	press("{");
	assert_true(shows("CHANGED SINCE YOU LOOKED"));
	assert_true(shows("1 followed, next in 60s"));
	press("}");
	assert_true(shows("726100801 behind: 1 followed, every 1m"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_the_key_turns_it_on_and_off, close_case),
		cmocka_unit_test_teardown(test_held_and_on_again, close_case),
		cmocka_unit_test_teardown(test_without_a_clock_the_interval_is_shown, close_case),
		cmocka_unit_test_teardown(test_everything, close_case),
		cmocka_unit_test_teardown(test_what_is_typed_wrongly, close_case),
		cmocka_unit_test_teardown(test_refused_it_says_why, close_case),
		cmocka_unit_test_teardown(test_the_selection_stays_with_its_record, close_case),
		cmocka_unit_test_teardown(test_a_running_round_is_calm, close_case),
		cmocka_unit_test_teardown(test_it_goes_on_behind, close_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
