/* What the application does, without a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"
#include "views/actions.h"
#include "views/records.h"
#include "views/timeline.h"

static void open_scene(const char *scene)
{
	fake_case_open(&fc, scene);
	app_draw(&fc.app);
}

/* ---- keys ------------------------------------------------------------------------------- */

static void test_no_key_means_two_things(void **state)
{
	(void)state;
	for (unsigned where = 0; where < 16384; where++) {
		assert_int_equal(action_of(key_rune('?'), where), ACTION_HELP);
		assert_int_equal(action_of(key_rune('Q'), where), ACTION_QUIT);
		assert_int_equal(action_of(key_ctrl('C'), where), ACTION_INTERRUPT);
	}
	assert_int_equal(action_of(key_rune('r'), ON_TABLE | ON_SECTION), ACTION_REFETCH);
	assert_int_equal(action_of(key_rune('r'), ON_TABLE | ON_SOURCES), ACTION_CHECK);
	assert_int_equal(action_of(key_rune('r'), ON_TEXT), ACTION_NONE);
	assert_int_equal(action_of(key_rune('%'), ON_TABLE), ACTION_NONE);
}

/* Every key of the list can be read, or help would promise what does not work. */
static void test_all_keys_parse(void **state)
{
	(void)state;
	for (unsigned a = 1; a < ACTION_COUNT; a++) {
		const char *keys = action_info((enum action)a)->keys;
		struct key k;

		while (*keys) {
			size_t len = strcspn(keys, " ");

			assert_true(key_parse(keys, len, &k));
			keys += len;
			keys += *keys == ' ';
		}
	}
}

/* ---- records ------------------------------------------------------------------------------ */

static void test_references_stay(void **state)
{
	struct view *pane;
	char ref[REF_MAX];
	uint64_t key;
	size_t row;

	(void)state;
	open_scene("settled");
	pane = fc.app.desk->panes[4];
	press("5");
	press("G");
	press("k");
	assert_true(section_pane_selected(pane, &row));
	assert_int_equal(row, 10);
	assert_string_equal(section_pane_ref(pane, row, ref), "C2");    /* the oldest is C1 */
	key = section_pane_key(pane, row);

	/* A new callback on top: the selection and the numbers stay with their records. */
	fake_case_play("later");
	press("r");
	fake_case_settle(&fc);
	app_update(&fc.app);
	app_draw(&fc.app);
	assert_true(section_pane_selected(pane, &row));
	assert_int_equal(row, 11);
	assert_true(section_pane_key(pane, row) == key);
	assert_string_equal(section_pane_ref(pane, row, ref), "C2");
	assert_string_equal(section_pane_ref(pane, 0, ref), "C13");
}

static void test_the_record_view_follows_its_record(void **state)
{
	struct err e = { 0 };

	(void)state;
	open_scene("settled");
	assert_true(app_resize(&fc.app, 120, 40, &e));
	press("5");
	press("j");
	press("Enter");
	assert_true(shows("C11  record 2 of 12"));
	fake_case_play("later");
	press("r");
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(shows("C11  record 3 of 13"));
	fake_case_play("gone");
	press("r");
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(shows("not in the answer any more"));
}

/* Rows with equal keys are different records. */
static void test_equal_keys(void **state)
{
	size_t row;

	(void)state;
	open_scene("twins");
	press("5");
	press("j");
	assert_true(section_pane_selected(fc.app.desk->panes[4], &row));
	assert_int_equal(row, 1);
	assert_true(section_pane_key(fc.app.desk->panes[4], 0) != section_pane_key(fc.app.desk->panes[4], 1));
	app_draw(&fc.app);
	assert_true(section_pane_selected(fc.app.desk->panes[4], &row));
	assert_int_equal(row, 1);
}

/* ---- asking again ---------------------------------------------------------------------------- */

static void test_a_failed_refetch_keeps_the_rows(void **state)
{
	(void)state;
	open_scene("settled");
	press("5");
	fake_case_play("down");
	press("r");
	assert_true(shows("asking again"));
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(shows("these rows are the former answer"));
	assert_true(shows("TRACKING_UPDATE"));
}

static void test_forbidding_a_source(void **state)
{
	const struct section *s;

	(void)state;
	open_scene("settled");
	press("4");
	type("source redshift off");
	assert_true(shows("redshift: off from the next fetch on"));
	press("r");
	fake_case_settle(&fc);
	app_update(&fc.app);
	s = app_section(&fc.app, 3);
	assert_int_equal(s->trail[0]->outcome, ATTEMPT_SKIPPED);
	assert_string_equal(s->answered_by, "rewind");
	type("source nosuch off");
	assert_true(shows("no source of this section 'nosuch'; there is redshift, rewind, trino"));
	type("source redshift maybe");
	assert_true(shows("on, off or only?"));
}

static void test_verbs_are_found_and_completed(void **state)
{
	(void)state;
	open_scene("settled");
	type("sec crf");
	assert_int_equal(fc.app.desk->base, 4);
	type("section ocev");
	assert_int_equal(fc.app.desk->base, 6);
	type("sec timel");
	assert_true(app_at_timeline(&fc.app));
	press("5");
	press(":");
	for (const char *at = "fil"; *at; at++)
		app_key(&fc.app, key_rune((unsigned char)*at));
	press("Tab");
	assert_string_equal(fc.app.prompt.text, "filter ");
	for (const char *at = "ht"; *at; at++)
		app_key(&fc.app, key_rune((unsigned char)*at));
	press("Tab");
	assert_string_equal(fc.app.prompt.text, "filter http");
	press("Esc");
	/* A verb that must have an argument waits for it. */
	press(":");
	press("Down");
	press("Enter");
	assert_int_equal(fc.app.prompting, PROMPT_COMMAND);
	assert_string_equal(fc.app.prompt.text, "open ");
	press("Esc");
}

static void test_show_prints_what_the_command_does(void **state)
{
	(void)state;
	open_scene("settled");
	type("show section callb json");
	assert_true(shows("printed "));
	type("show section c");
	assert_true(shows("may be creation, carrier_files, callbacks"));
	type("show sideways");
	assert_true(shows("show takes:"));
	type("config check");
	assert_true(shows("CONFIGURATION"));
	type("config frob");
	assert_true(shows("config has one command"));
	fc.app.demo = false;
	type("demo");
	assert_true(shows("demo: only in the demonstration"));
}

/* The lists have the keys of a section's rows, and keep what is under the cursor. */
static void test_lists_are_filtered_and_found_in(void **state)
{
	size_t before;

	(void)state;
	open_scene("settled");
	type("log");
	type("filter source:redshift");
	assert_true(shows("3 of 11   source:"));
	press("g");
	press("j");
	assert_true(shows("▸q4"));
	/* More queries: another one fits, the selected one stays. */
	before = fc.app.desk->inv->nlog;
	fake_case_play("later");
	engine_refetch(fc.app.engine, fc.app.desk->inv, 3);
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(fc.app.desk->inv->nlog > before);
	assert_true(shows("▸q4"));
	assert_false(shows("3 of 11 "));
	assert_true(shows("source:"));
	type("sort -time");
	assert_true(shows("▸q4"));
	assert_true(shows("time ▾"));
	press("Esc");
	assert_false(shows("source:"));
	assert_true(shows("▸q4"));
	press("Esc");
	assert_false(shows("time ▾"));
	assert_true(shows("▸q4"));
	press("Enter");
	assert_true(shows("q4"));
	assert_string_equal(app_view(&fc.app)->ops->name, "query");
	press("Esc");
	press("Esc");
	assert_int_equal(fc.app.desk->depth, 0);

	/* The timeline's own choice of time and lanes comes first. */
	press("8");
	type("filter what:/halifax/");
	type("filter lane:o");
	assert_true(shows("3 of 20"));
	press("G");
	press("Enter");
	assert_int_equal(fc.app.desk->base, 6);
	press("8");
	type("timeline lanes c");
	assert_true(shows("0 of 12"));
	assert_true(shows("none of 12 rows fits"));
	press("Enter");
	press("Esc");
	assert_true(shows("12, lanes C"));
	type("sort nosuch");
	assert_true(shows("no column 'nosuch'"));
	press("0");
	type("filter x");
	assert_true(shows("go to a section first"));
}

/* Times move, and what is shown says by how much; what is copied stays. */
static void test_zones_in_turn(void **state)
{
	static char name[] = "America/Halifax", *zones[] = { name };

	(void)state;
	setenv("TZ", "Europe/Amsterdam", 1);
	tzset();
	open_scene("settled");
	fc.config.zones = zones;
	fc.config.nzones = 1;
	press("5");
	assert_true(shows("14:23 UTC"));
	press("t");
	assert_true(shows("15:23 CET +01:00"));
	assert_true(shows("01-23 15:18:07"));
	press("t");
	assert_true(shows("10:23 Halifax -04:00"));
	assert_true(shows("01-23 10:18:07"));
	/* What is typed means what is shown. */
	type("filter @10:18..10:19");
	assert_true(shows("1 of 12"));
	press("Esc");
	press("Enter");
	assert_true(shows("2026-01-23 10:18:07 Halifax -04:00"));
	press("y");
	press("j");
	assert_non_null(strstr(buf_str(&fc.app.copied), "2026-01-23T14:18:07Z"));
	press("q");
	press("8");
	assert_true(shows("01-23 10:18"));
	press("t");
	assert_true(shows("14:23 UTC"));
	type("zone Asia/Kathmandu");
	assert_true(shows("Kathmandu +05:45"));
	type("zone hali");
	assert_true(shows("Halifax -04:00"));
	type("zone utc");
	assert_true(shows("14:23 UTC"));
	type("zone Nowhere/Town");
	assert_true(shows("no zone 'Nowhere/Town'"));
	type("zone ../etc");
	assert_true(shows("cannot be the name of a zone"));
	/* Where the machine keeps UTC there is no other local time. */
	setenv("TZ", "UTC", 1);
	tzset();
	press("t");
	assert_true(shows("Halifax -04:00"));
	fc.config.zones = NULL;
	fc.config.nzones = 0;
	unsetenv("TZ");
	tzset();
}

static void test_cancel_and_all(void **state)
{
	(void)state;
	open_scene("running");
	press("4");
	press("x");
	assert_int_equal(app_section(&fc.app, 3)->state, SECTION_CANCELLED);
	assert_true(shows("stopped by you"));
	press("X");
	for (int i = 3; i < 6; i++)
		assert_int_equal(app_section(&fc.app, i)->state, SECTION_CANCELLED);
	assert_int_equal(app_section(&fc.app, 6)->state, SECTION_OK);
	assert_false(app_running(&fc.app));
}

static void test_a_candidate_opens(void **state)
{
	(void)state;
	open_scene("candidates");
	press("1");
	press("j");
	fake_case_play("settled");
	press("Enter");
	assert_string_equal(fc.app.desk->inv->typed, "714002210");
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(shows("7/7 sections"));
}

/* ---- places ------------------------------------------------------------------------------------ */

static void test_problems_in_turn(void **state)
{
	size_t row;

	(void)state;
	open_scene("settled");
	press("e");                                     /* the one bad file */
	assert_int_equal(fc.app.desk->base, 4);
	assert_true(section_pane_selected(fc.app.desk->panes[3], &row));
	assert_int_equal(row, 2);
	for (int i = 0; i < 4; i++)
		press("e");
	assert_int_equal(fc.app.desk->base, 5);
	press("e");                                     /* the section that failed */
	assert_int_equal(fc.app.desk->base, 7);
	press("e");                                     /* and round again */
	assert_int_equal(fc.app.desk->base, 4);
	press("E");
	assert_int_equal(fc.app.desk->base, 7);
}

static void test_history(void **state)
{
	(void)state;
	open_scene("settled");
	press("3");
	press("5");
	press("7");
	press("[");
	assert_int_equal(fc.app.desk->base, 5);
	press("[");
	press("[");
	press("[");
	assert_int_equal(fc.app.desk->base, 0);
	press("]");
	press("]");
	assert_int_equal(fc.app.desk->base, 5);
	for (int i = 0; i < 3 * APP_HISTORY; i++)
		press(i % 2 ? "1" : "2");
	press("[");
	assert_int_equal(fc.app.desk->base, 2);
}

static void test_back_leaves_one_view(void **state)
{
	(void)state;
	open_scene("settled");
	press("5");
	press("Enter");
	press("p");
	press("?");
	assert_int_equal(fc.app.desk->depth, 3);
	press("Esc");
	press("q");
	assert_int_equal(fc.app.desk->depth, 1);
	press("6");
	assert_int_equal(fc.app.desk->depth, 0);
	press("z");
	press("q");
	assert_false(fc.app.zoom);
	press("q");
	assert_int_equal(fc.app.desk->base, 0);
}

/* However many views are opened, nothing is lost or overrun. */
static void test_a_deep_stack(void **state)
{
	(void)state;
	open_scene("settled");
	press("6");
	for (int i = 0; i < 4 * APP_STACK; i++) {
		press(i % 2 ? "?" : "w");
		app_draw(&fc.app);
	}
	assert_int_equal(fc.app.desk->depth, APP_STACK);
}

/* ---- what is typed -------------------------------------------------------------------------------- */

static void test_the_prompt(void **state)
{
	(void)state;
	open_scene("settled");
	press(":");
	app_paste(&fc.app, "sec\x1b[31m call\n", 14);
	press("Enter");
	assert_true(shows("no command"));
	press(":");
	app_paste(&fc.app, "section call", 12);
	press("Enter");
	assert_int_equal(fc.app.desk->base, 5);
	press(":");
	press("^C");
	assert_int_equal(fc.app.prompting, PROMPT_NONE);
	assert_int_equal(fc.app.interrupts, 0);
	type("retry");
	assert_true(shows("asked again for"));
	fake_case_settle(&fc);
}

static void test_nothing_open(void **state)
{
	static const char *const keys[] = {
		"r", "R", "x", "X", "p", "s", "F", "e", "E", "w", "?", "q", "j", "k", "G", "g", "Enter", "1", "Enter",
		"s", "p", "z", "Tab", "S-Tab", "l", "h", "^D", "^U", "[", "]", "t", "^L",
	};

	(void)state;
	open_scene("empty");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		press(keys[i]);
		app_draw(&fc.app);
	}
	type("refetch");
	assert_true(shows("nothing is open"));
	type("log");
	assert_true(shows("LOG  0 queries"));
	type("sources");
	assert_true(shows("not configured"));
}

/* Every size draws, every view in it. */
static void test_all_sizes(void **state)
{
	static const char *const keys[] = { "0", "5", "Enter", "6", "s", "p", "w", "?", "4", "F", "z", "z", ":", "Esc" };
	struct err e = { 0 };

	(void)state;
	open_scene("hostile");
	for (int w = 1; w <= 210; w += w < 40 ? 1 : 13)
		for (int h = 1; h <= 64; h += h < 20 ? 1 : 9) {
			assert_true(app_resize(&fc.app, w, h, &e));
			for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
				press(keys[i]);
				app_draw(&fc.app);
			}
		}
}

/* ---- what happened when --------------------------------------------------------------------------- */

static void test_the_timeline_leads_to_the_record(void **state)
{
	char ref[REF_MAX];
	size_t row;

	(void)state;
	open_scene("settled");
	press("8");
	assert_true(shows("TIMELINE"));
	press("k");
	press("Enter");
	assert_int_equal(fc.app.desk->base, 5);
	assert_true(section_pane_selected(fc.app.desk->panes[4], &row));
	assert_string_equal(section_pane_ref(fc.app.desk->panes[4], row, ref), "C11");
	press("[");
	assert_true(shows("TIMELINE"));
	/* What belongs to a section is that of the selected record. */
	press("p");
	assert_int_equal(app_view(&fc.app)->section, 4);
	press("q");
	press("Tab");
	assert_int_equal(fc.app.desk->base, 0);
	press("S-Tab");
	assert_true(shows("TIMELINE"));
	press("e");
	assert_int_equal(fc.app.desk->base, 4);
}

static void test_the_timeline_keeps_its_record(void **state)
{
	(void)state;
	open_scene("settled");
	press("8");
	press("k");
	press("k");
	assert_true(shows("▸ 01-23 13:10 C"));
	fake_case_play("later");
	press("R");
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(shows("▸ 01-23 13:10 C"));
	press("G");
	assert_true(shows("C13"));
}

static void test_lanes_and_time_are_chosen(void **state)
{
	(void)state;
	open_scene("settled");
	type("timeline lanes f");
	assert_true(shows("TIMELINE  4, lanes F"));
	type("timeline lanes C, O");
	assert_true(shows("TIMELINE  15, lanes C O"));
	type("timeline lanes C,Z");
	assert_true(shows("no section has the letter of 'C,Z'"));
	type("timeline elsewhere");
	assert_true(fc.app.message_bad);
	type("timeline lanes all");
	assert_true(shows("TIMELINE  20, all lanes "));
	press("+");
	assert_true(shows("all lanes, 7d"));
	press("+");
	assert_true(shows("all lanes, 48h"));
	for (int i = 0; i < 6; i++)
		press("+");
	assert_true(shows("no closer"));
	assert_true(shows("all lanes, 10m"));
	for (int i = 0; i < 6; i++)
		press("-");
	assert_true(shows("20, all lanes "));
	press("-");
	assert_true(shows("this is all of it"));
	type("section timel");
	assert_true(app_at_timeline(&fc.app));
}

/* Another case brings another timeline; nothing of the former one is left. */
static void test_the_timeline_is_of_its_case(void **state)
{
	(void)state;
	open_scene("settled");
	type("timeline lanes c");
	press("+");
	fake_case_play("hostile");
	type("open 1");
	fake_case_settle(&fc);
	app_update(&fc.app);
	press("8");
	assert_true(shows("bad time"));
	assert_false(shows("C12"));
}

/* One date of years ago does not press all the rest into one bar. */
static void test_bars_begin_with_the_window(void **state)
{
	usec first, last, from, to;

	(void)state;
	open_scene("settled");
	assert_true(timeline_span(timeline_pane_moments(fc.app.desk->timeline), &first, &last));
	fc.app.desk->inv->window.from = first + USEC_DAY;
	assert_true(timeline_pane_span(fc.app.desk->timeline, &from, &to));
	assert_true(from == first + USEC_DAY && to == last);
	fc.app.desk->inv->window.from = last + USEC_DAY;
	assert_true(timeline_pane_span(fc.app.desk->timeline, &from, &to));
	assert_true(from == first && to == last);
}

static void refetch_later(void)
{
	fake_case_play("later");
	press("R");
	fake_case_settle(&fc);
	app_update(&fc.app);
}

static void test_what_changed_since_it_was_looked_at(void **state)
{
	(void)state;
	open_scene("settled");
	press("4");
	press("5");
	press("0");
	assert_false(shows("CHANGED"));
	refetch_later();
	assert_true(shows("CHANGED  "));
	assert_true(shows(" Callbacks"));
	/* Never looked at: there is nothing to compare with. */
	assert_int_equal(fc.app.desk->changes.sections[6].changed, TIME_NONE);
	assert_non_null(strstr(fc.app.desk->changes.sections[4].what, "1 more row"));
	press("5");
	press("0");
	assert_int_equal(fc.app.desk->changes.sections[4].changed, TIME_NONE);
}

static void test_lags(void **state)
{
	static const struct { usec lag; const char *text; } cases[] = {
		{ 0, "+0s" }, { 59 * USEC_SEC, "+59s" }, { 60 * USEC_SEC, "+1m" }, { -90 * USEC_SEC, "-1m" },
		{ 225 * USEC_MIN, "+3h45m" }, { USEC_DAY, "+1d0h" }, { -52 * USEC_HOUR, "-2d4h" },
	};
	char out[FORMAT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(format_lag(out, cases[i].lag), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_key_means_two_things),
		cmocka_unit_test(test_all_keys_parse),
		cmocka_unit_test_teardown(test_references_stay, close_case),
		cmocka_unit_test_teardown(test_the_record_view_follows_its_record, close_case),
		cmocka_unit_test_teardown(test_equal_keys, close_case),
		cmocka_unit_test_teardown(test_a_failed_refetch_keeps_the_rows, close_case),
		cmocka_unit_test_teardown(test_forbidding_a_source, close_case),
		cmocka_unit_test_teardown(test_verbs_are_found_and_completed, close_case),
		cmocka_unit_test_teardown(test_show_prints_what_the_command_does, close_case),
		cmocka_unit_test_teardown(test_lists_are_filtered_and_found_in, close_case),
		cmocka_unit_test_teardown(test_zones_in_turn, close_case),
		cmocka_unit_test_teardown(test_cancel_and_all, close_case),
		cmocka_unit_test_teardown(test_a_candidate_opens, close_case),
		cmocka_unit_test_teardown(test_problems_in_turn, close_case),
		cmocka_unit_test_teardown(test_history, close_case),
		cmocka_unit_test_teardown(test_back_leaves_one_view, close_case),
		cmocka_unit_test_teardown(test_a_deep_stack, close_case),
		cmocka_unit_test_teardown(test_the_prompt, close_case),
		cmocka_unit_test_teardown(test_nothing_open, close_case),
		cmocka_unit_test_teardown(test_all_sizes, close_case),
		cmocka_unit_test_teardown(test_the_timeline_leads_to_the_record, close_case),
		cmocka_unit_test_teardown(test_the_timeline_keeps_its_record, close_case),
		cmocka_unit_test_teardown(test_lanes_and_time_are_chosen, close_case),
		cmocka_unit_test_teardown(test_the_timeline_is_of_its_case, close_case),
		cmocka_unit_test_teardown(test_bars_begin_with_the_window, close_case),
		cmocka_unit_test_teardown(test_what_changed_since_it_was_looked_at, close_case),
		cmocka_unit_test(test_lags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
