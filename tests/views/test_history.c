/* [ and ]: the places where the user was, as he left them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"

/* Names of keys, blanks between; 'text' is typed letter by letter. */
static void go(const char *keys)
{
	while (*keys) {
		size_t len = strcspn(keys, " ");
		struct key k;

		if (*keys == '\'' && keys[1] != ' ') {
			for (keys++; *keys != '\''; keys++)
				app_key(&fc.app, key_rune((unsigned char)*keys));
			len = 1;
		} else {
			assert_true(key_parse(keys, len, &k));
			app_key(&fc.app, k);
		}
		keys += len;
		keys += *keys == ' ';
	}
}

/* The section's pane is in front, with that record selected. */
static void assert_at(int section, const char *ref)
{
	char out[REF_MAX];
	size_t row;

	assert_int_equal(fc.app.desk->base, section);
	assert_int_equal(fc.app.desk->depth, 0);
	assert_true(section_pane_selected(fc.app.desk->panes[section - 1], &row));
	assert_string_equal(section_pane_ref(fc.app.desk->panes[section - 1], row, out), ref);
}

static void assert_front(const char *name)
{
	assert_string_equal(app_view(&fc.app)->ops->name, name);
}

static void test_the_cursor_is_where_it_was(void **state)
{
	(void)state;
	go("5 j j j 4 j 5 g");
	assert_at(5, "C12");
	go("[");
	assert_at(4, "F3");
	go("[");
	assert_at(5, "C9");
	go("[");
	assert_int_equal(fc.app.desk->base, 0);
	go("] ] ]");
	assert_at(5, "C12");
	go("]");
	assert_true(shows("nowhere to go forward to"));
	go("8 k k 1 [");
	assert_true(app_at_timeline(&fc.app));
	assert_true(shows("▸ 01-23 13:10 C"));
}

static void test_views_come_back(void **state)
{
	(void)state;
	go("6 s j j q q");
	assert_int_equal(fc.app.desk->base, 0);
	go("[");
	assert_at(6, "O3");
	go("[");
	assert_front("raw payload");
	go("[ [");
	assert_int_equal(fc.app.desk->base, 0);
	go("] ]");
	assert_front("raw payload");
	/* One over the other. */
	go("5 Enter p q [");
	assert_front("from where");
	go("[");
	assert_front("record");
	/* What lies over a place is forgotten with it. */
	go("[ w [ w [ w");
	assert_front("waterfall");
}

static void test_searches_and_filters(void **state)
{
	(void)state;
	go("5 / 'failed' Enter");
	assert_at(5, "C11");
	go("n [");
	assert_at(5, "C12");
	go("]");
	assert_at(5, "C10");
	go("n");
	assert_at(5, "C9");
	go("G & 'http>=400' Enter [");
	assert_at(5, "C1");
	assert_true(shows("12 sent"));
	go("]");
	assert_true(shows("http>=400"));
	/* The same text again, from elsewhere. */
	go("Esc Esc g / '503' Enter");
	assert_at(5, "C10");
	go("g / '503' Enter [");
	assert_at(5, "C12");
	/* What was only tried is no place. */
	go("4 6 / 'H' Esc & 'x' Esc [");
	assert_int_equal(fc.app.desk->base, 4);
}

static void test_jumps_within_a_section(void **state)
{
	(void)state;
	go("5 e e e");
	assert_at(5, "C9");
	go("[");
	assert_at(5, "C10");
	go("[ [");
	assert_at(5, "C12");
	go("G m a g ' a");
	assert_at(5, "C1");
	go("[");
	assert_at(5, "C12");
	go("6 G L");
	assert_at(5, "C5");
	go("[");
	assert_at(6, "O1");
	go("]");
	assert_at(5, "C5");
}

static void test_a_new_place_cuts_the_way_forward(void **state)
{
	(void)state;
	go("1 2 3 [ [ 5 ]");
	assert_int_equal(fc.app.desk->base, 5);
	assert_true(shows("nowhere to go forward to"));
	go("[");
	assert_int_equal(fc.app.desk->base, 1);
}

static void test_it_is_bounded(void **state)
{
	int n = 0;

	(void)state;
	for (int i = 0; i < 3 * APP_HISTORY; i++)
		go(i % 3 == 0 ? "5 Enter" : i % 3 == 1 ? "w" : "6 s");
	assert_int_equal(fc.app.desk->history.n, APP_HISTORY);
	while (!fc.app.message[0]) {
		go("[");
		app_draw(&fc.app);
		assert_true(++n <= APP_HISTORY);
	}
	assert_int_equal(n, APP_HISTORY);
	assert_string_equal(fc.app.message, "nowhere to go back to");
}

static void test_a_record_that_is_gone(void **state)
{
	(void)state;
	go("5 j Enter 5 j j 4");
	fake_case_play("gone");
	go("5 r");
	fake_case_settle(&fc);
	app_update(&fc.app);
	go("4 [ [ [");
	assert_int_equal(fc.app.desk->base, 5);
	assert_true(shows("the record that was selected here is not in"));
	go("[");
	assert_front("record");
	assert_true(shows("This record is not in the answer any more"));
}

/* Each load has its own way back, which ends with it. */
static void test_another_load(void **state)
{
	(void)state;
	go("5 Enter");
	fake_case_play("hostile");
	go(": 'open 1' Enter");
	fake_case_settle(&fc);
	app_update(&fc.app);
	go("[");
	assert_true(shows("nowhere to go back to"));
	go("4 [");
	assert_int_equal(fc.app.desk->base, 0);
	go("{ [");
	assert_at(5, "C12");
	go(": 'close' Enter");
	assert_int_equal(fc.app.ndesks, 1);
	go("]");
	assert_int_equal(fc.app.desk->base, 4);
}

static void test_clicks_are_places(void **state)
{
	(void)state;
	go("5 j");
	app_draw(&fc.app);
	app_mouse(&fc.app, MOUSE_CLICK, 4, fc.app.layout.rail.y + 2);
	assert_int_equal(fc.app.desk->base, 2);
	go("[");
	assert_at(5, "C11");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_cursor_is_where_it_was, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_views_come_back, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_searches_and_filters, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_jumps_within_a_section, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_new_place_cuts_the_way_forward, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_it_is_bounded, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_record_that_is_gone, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_another_load, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_clicks_are_places, open_case, close_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
