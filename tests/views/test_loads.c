/* Several loads open at once, without a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"

#define OTHER "714002210"        /* scenes of fake_scenes.c that answer beside others */
#define ABSENT "999"

/* The caller frees it. */
static char *screen(void)
{
	struct buf out = BUF_INIT;
	char *text;

	app_draw(&fc.app);
	assert_true(canvas_dump(&fc.app.canvas, &out));
	text = strdup(buf_str(&out));
	assert_non_null(text);
	buf_release(&out);
	return text;
}

static void settle(void)
{
	fake_case_settle(&fc);
	app_update(&fc.app);
}

static void open_scene(const char *scene)
{
	struct err e = { 0 };

	fake_case_open(&fc, scene);
	assert_true(app_resize(&fc.app, 120, 40, &e));
	app_draw(&fc.app);
}

/* ---- each has its own ------------------------------------------------------------------ */

static void test_a_load_is_as_it_was_left(void **state)
{
	char *before, *after;

	(void)state;
	open_scene("settled");
	type("open " OTHER);
	settle();
	assert_true(shows("2/2  " OTHER));
	press("5");
	assert_true(shows("2 sent, 1 failed"));
	press("{");
	assert_true(shows("1/2  726100801"));
	assert_true(shows("OVERVIEW"));
	press("5");
	press("&");
	letters("http>=400");
	press("Enter");
	press("l");
	press("o");
	press("j");
	press("Enter");
	before = screen();
	assert_non_null(strstr(before, "  record "));
	press("}");
	assert_true(shows("2 sent, 1 failed"));
	assert_false(shows("http>=400"));
	press("j");
	press("}");
	after = screen();
	assert_string_equal(before, after);
	free(before);
	free(after);
	press("q");
	assert_true(shows("   http>=400"));
	press("{");
	press("[");
	assert_true(shows("OVERVIEW"));          /* its own way back */
}

static void test_what_changes_behind_is_said(void **state)
{
	(void)state;
	open_scene("settled");
	type("open " OTHER);
	settle();
	press("{");
	press("5");
	press("0");
	fake_case_play("later");
	type("refetch callbacks");
	press("}");
	assert_false(shows("others changed"));
	settle();
	assert_true(shows("1 of 1 others changed"));
	press("b");
	assert_true(shows("1 of 7"));
	press("k");
	press("Enter");
	assert_true(shows("1/2  726100801"));
	assert_true(shows("CHANGED SINCE YOU LOOKED"));
	assert_true(shows("1 more row"));
}

/* The only worker is held by the first; closing that sets it free for the second. */
static void test_closing_stops_what_is_asked_for(void **state)
{
	(void)state;
	open_scene("starting");
	type("open " OTHER);
	assert_true(shows("2/2  " OTHER));
	assert_int_equal(engine_source(fc.app.engine, 0)->in_flight, 1);
	type("close 1");
	settle();
	assert_int_equal(fc.app.ndesks, 1);
	assert_true(shows("Ostrava Tyres"));
	assert_true(shows("7/7 sections"));
}

/* ---- opening and closing ------------------------------------------------------------------ */

static void test_opened_twice_is_one(void **state)
{
	(void)state;
	open_scene("settled");
	type("open " OTHER);
	settle();
	type("open 726100801");
	assert_int_equal(fc.app.ndesks, 2);
	assert_true(shows("it is open already"));
	assert_true(shows("1/2  726100801"));
	type("loads 2");
	assert_true(shows("2/2  " OTHER));
	type("loads 726100801");
	assert_true(shows("1/2  "));
	type("loads nowhere");
	assert_true(shows("'nowhere' is not open"));
}

static void test_a_limit_that_is_said(void **state)
{
	(void)state;
	open_scene("settled");
	for (int i = 1; i < DESKS_MAX; i++) {
		char line[32];

		snprintf(line, sizeof line, "open 80000000%d", i);
		type(line);
	}
	assert_int_equal(fc.app.ndesks, DESKS_MAX);
	type("open 1");
	assert_int_equal(fc.app.ndesks, DESKS_MAX);
	assert_true(shows("8 loads are open, which is the most; b lists them, : close makes room"));
	type("close");
	type("open 1");
	assert_int_equal(fc.app.ndesks, DESKS_MAX);
	assert_string_equal(fc.app.desk->inv->typed, "1");
}

static void test_closing(void **state)
{
	(void)state;
	open_scene("running");
	type("open " OTHER);
	type("open " ABSENT);
	settle();
	press("{");
	assert_true(shows("2/3  " OTHER));
	press("b");
	press("k");
	press("x");                               /* another than the one in front */
	assert_true(shows("closed 726100801"));
	assert_true(shows("OPEN LOADS  2 of 8"));
	assert_true(shows("1/2  " OTHER));
	press("k");
	press("x");                               /* the one in front */
	assert_true(shows("OPEN LOADS  1 of 8"));
	assert_true(shows(ABSENT));
	press("x");
	assert_true(shows("closed " ABSENT));
	assert_false(shows("OPEN LOADS"));
	assert_null(fc.app.desk->inv);
	assert_int_equal(fc.app.ndesks, 1);
	press("}");
	assert_true(shows("no other load is open"));
	type("open " OTHER);                      /* and from there on again */
	settle();
	assert_int_equal(fc.app.ndesks, 1);
	assert_true(shows("Ostrava Tyres"));
}

static void test_what_cannot_be_opened_leaves_nothing(void **state)
{
	(void)state;
	open_scene("settled");
	app_open(&fc.app, "");
	assert_true(shows("nothing was typed"));
	assert_int_equal(fc.app.ndesks, 1);
	assert_true(shows("Norbrook"));
	press("b");
	assert_true(shows("1 of 8"));
}

/* ---- candidates ----------------------------------------------------------------------------- */

static void test_a_candidate_takes_the_place_of_the_choice(void **state)
{
	(void)state;
	open_scene("candidates");
	type("open 1");
	press("{");
	press("1");
	press("j");
	press("Enter");
	settle();
	assert_int_equal(fc.app.ndesks, 2);
	assert_true(shows("1/2  " OTHER));
	assert_true(shows("Ostrava Tyres"));
}

static void test_a_candidate_that_is_open_already(void **state)
{
	(void)state;
	open_scene("candidates");
	type("open " OTHER);
	settle();
	press("{");
	press("1");
	press("j");
	press("Enter");
	assert_int_equal(fc.app.ndesks, 2);
	assert_true(shows("2/2  " OTHER));
	assert_true(shows("it is open already"));
	press("{");
	assert_int_equal(fc.app.desk->inv->sections[0].rows.rows, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_a_load_is_as_it_was_left, close_case),
		cmocka_unit_test_teardown(test_what_changes_behind_is_said, close_case),
		cmocka_unit_test_teardown(test_closing_stops_what_is_asked_for, close_case),
		cmocka_unit_test_teardown(test_opened_twice_is_one, close_case),
		cmocka_unit_test_teardown(test_a_limit_that_is_said, close_case),
		cmocka_unit_test_teardown(test_closing, close_case),
		cmocka_unit_test_teardown(test_what_cannot_be_opened_leaves_nothing, close_case),
		cmocka_unit_test_teardown(test_a_candidate_takes_the_place_of_the_choice, close_case),
		cmocka_unit_test_teardown(test_a_candidate_that_is_open_already, close_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
