/* Marks, and two records side by side: what is told apart, and what is told about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"
#include "views/compare.h"

/* ---- pure ------------------------------------------------------------------------------- */

static const struct column_def left_columns[] = {
	{ "at", "sent", COLUMN_TIME, 1, 16, true }, { "code", "code", COLUMN_TEXT, 1, 4, false },
	{ "name", "name", COLUMN_TEXT, 1, 4, false }, { "note", "note", COLUMN_TEXT, 1, 4, false },
	{ "gone", "gone", COLUMN_TEXT, 1, 4, false },
};
static const struct column_def right_columns[] = {
	{ "name", "its name", COLUMN_TEXT, 1, 4, false }, { "code", "code", COLUMN_TEXT, 1, 4, false },
	{ "file", "file", COLUMN_TEXT, 1, 4, false }, { "empty", "empty one", COLUMN_TEXT, 1, 4, false },
};
static const struct section_def left_def = { "calls", "Calls", 'C', left_columns, 5 };
static const struct section_def right_def = { "files", "Files", 'F', right_columns, 4 };

#define CELL(s) { s, sizeof(s) - 1 }

static struct cell left_cells[] = { CELL("2026-01-23T12:00:00Z"), CELL("VA"), CELL("Rotterdam"), CELL(""), CELL_NULL };
static struct cell right_cells[] = { CELL("Rotterdam"), CELL("V|\x1b"), CELL("a.edi"), CELL_NULL };

static struct record_copy left = { .def = &left_def, .cells = left_cells, .ref = "C4", .of = "1" };
static struct record_copy right = { .def = &right_def, .cells = right_cells, .ref = "F2", .of = "1" };

static void test_fields_of_two_sections(void **state)
{
	static const struct { const char *title; enum compare_kind kind; const char *lacks[2]; } want[] = {
		{ "sent", COMPARE_ONLY_LEFT, { NULL, "no such field" } },
		{ "code", COMPARE_CHANGED, { NULL, NULL } },
		{ "name", COMPARE_EQUAL, { NULL, NULL } },
		{ "note", COMPARE_NEITHER, { "empty", "no such field" } },
		{ "gone", COMPARE_NEITHER, { "not given", "no such field" } },
		{ "file", COMPARE_ONLY_RIGHT, { "no such field", NULL } },
		{ "empty one", COMPARE_NEITHER, { "no such field", "not given" } },
	};
	struct compare c;
	struct err e = { 0 };

	(void)state;
	assert_true(compare_make(&c, &left, &right, &e));
	assert_int_equal(c.n, sizeof want / sizeof want[0]);
	for (size_t i = 0; i < c.n; i++) {
		assert_string_equal(compare_title(&c.fields[i]), want[i].title);
		assert_int_equal(c.fields[i].kind, want[i].kind);
		for (int side = 0; side < 2; side++) {
			const char *lacks = compare_absence(&c.fields[i], side);

			assert_int_equal(!lacks, !want[i].lacks[side]);
			if (lacks)
				assert_string_equal(lacks, want[i].lacks[side]);
		}
	}
	assert_int_equal(c.count[COMPARE_NEITHER], 3);
	compare_release(&c);
}

/* "" and NULL are both no value, and still not the same. */
static void test_empty_is_not_absent(void **state)
{
	struct cell cells[] = { left_cells[0], CELL_NULL, CELL(""), CELL_NULL, CELL("x") };
	struct record_copy other = { .def = &left_def, .cells = cells, .ref = "C5", .of = "1" };
	struct compare c;
	struct err e = { 0 };

	(void)state;
	assert_true(compare_make(&c, &left, &other, &e));
	assert_int_equal(c.fields[0].kind, COMPARE_EQUAL);
	assert_int_equal(c.fields[1].kind, COMPARE_ONLY_LEFT);
	assert_int_equal(c.fields[2].kind, COMPARE_ONLY_LEFT);
	assert_int_equal(c.fields[3].kind, COMPARE_CHANGED);
	assert_int_equal(c.fields[4].kind, COMPARE_ONLY_RIGHT);
	compare_release(&c);
}

static void expect_put(enum copy_form form, bool all, const char *want)
{
	struct buf out = BUF_INIT;
	struct compare c;
	struct err e = { 0 };

	assert_true(compare_make(&c, &left, &right, &e));
	compare_put(&c, form, all, &out);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
	compare_release(&c);
}

static void test_it_is_copied_printable(void **state)
{
	(void)state;
	expect_put(COPY_ROW, false,
	           "\tfield\tCalls C4 of 1\tFiles F2 of 1\n"
	           "-\tsent\t2026-01-23T12:00:00Z\t(no such field)\n"
	           "~\tcode\tVA\tV|<1B>\n"
	           "+\tfile\t(no such field)\ta.edi\n"
	           "4 fields are equal");
	expect_put(COPY_JSON, false,
	           "{\"left\":{\"section\":\"calls\",\"ref\":\"C4\",\"of\":\"1\"},"
	           "\"right\":{\"section\":\"files\",\"ref\":\"F2\",\"of\":\"1\"},\"left_out\":4,\"fields\":["
	           "{\"field\":\"at\",\"state\":\"only left\",\"left\":\"2026-01-23T12:00:00Z\"},"
	           "{\"field\":\"code\",\"state\":\"different\",\"left\":\"VA\",\"right\":\"V|\\u001B\"},"
	           "{\"field\":\"file\",\"state\":\"only right\",\"right\":\"a.edi\"}]}");
	expect_put(COPY_MARKDOWN, true,
	           "| | field | Calls C4 of 1 | Files F2 of 1 |\n|---|---|---|---|\n"
	           "| only left | sent | 2026-01-23T12:00:00Z | *no such field* |\n"
	           "| different | code | VA | V\\|&lt;1B\\> |\n"
	           "| equal | name | Rotterdam | Rotterdam |\n"
	           "| neither | note | *empty* | *no such field* |\n"
	           "| neither | gone | *not given* | *no such field* |\n"
	           "| only right | file | *no such field* | a.edi |\n"
	           "| neither | empty one | *no such field* | *not given* |\n");
}

static void test_common_beginnings_end_with_a_character(void **state)
{
	(void)state;
	assert_int_equal(compare_common((struct cell)CELL("abc"), (struct cell)CELL("abd")), 2);
	assert_int_equal(compare_common((struct cell)CELL("abc"), (struct cell)CELL("ab")), 2);
	assert_int_equal(compare_common((struct cell)CELL("a\xc3\xa9"), (struct cell)CELL("a\xc3\xa8")), 1);
	assert_int_equal(compare_common((struct cell)CELL("\x80\x80"), (struct cell)CELL("\x80")), 0);
	assert_int_equal(compare_common((struct cell)CELL(""), (struct cell)CELL("x")), 0);
}

static void test_copies_have_a_limit(void **state)
{
	static char much[RECORD_COPY_MAX];
	struct cell cells[] = { { much, sizeof much }, CELL("x"), CELL_NULL, CELL(""), CELL_NULL };
	struct record_copy big = { .def = &left_def, .cells = cells }, copy = RECORD_COPY_INIT;
	struct err e = { 0 };

	(void)state;
	assert_false(record_copy_again(&copy, &big, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	cells[1].len = 0;
	assert_true(record_copy_again(&copy, &big, &e));
	assert_true(cell_is_null(copy.cells[2]));
	assert_false(cell_is_null(copy.cells[3]));
	record_copy_release(&copy);
}

static void test_the_newest_mark_is_first(void **state)
{
	struct marks marks = { 0 };
	struct record_copy r = RECORD_COPY_INIT;
	struct err e = { 0 };
	char letter;

	(void)state;
	for (const char *at = "azb"; *at; at++) {
		assert_true(record_copy_again(&r, &left, &e));
		assert_true(marks_set(&marks, *at, &r));
		assert_null(r.def);
	}
	assert_true(record_copy_again(&r, &left, &e));
	assert_false(marks_set(&marks, 'A', &r));
	assert_false(marks_set(&marks, '\0', &r));
	record_copy_release(&r);
	assert_non_null(marks_newest(&marks, 0, &letter));
	assert_int_equal(letter, 'b');
	assert_non_null(marks_newest(&marks, 2, &letter));
	assert_int_equal(letter, 'a');
	assert_null(marks_newest(&marks, 3, &letter));
	assert_null(marks_get(&marks, 'c'));
	assert_null(marks_get(&marks, '\xff'));
	marks_release(&marks);
}

/* ---- on the screen ------------------------------------------------------------------------ */

static void test_with_the_one_before(void **state)
{
	(void)state;
	press("5 j =");
	assert_true(shows("COMPARE  the one before: "));
	assert_true(shows("C11   "));
	assert_true(shows("C10"));
	press("=");
	assert_true(shows("the one after: "));
	press("=");
	assert_true(shows("the one before: "));
	assert_int_equal(fc.app.desk->depth, 1);
	press("Esc");
	assert_int_equal(fc.app.desk->depth, 0);
	/* The oldest has none before it. */
	press("G =");
	assert_true(shows("the one after: "));
	/* From the record's own view, and in an order that is turned around. */
	press("Esc g j Enter =");
	assert_true(shows("the one before: "));
	press("Esc Esc");
	type("sort sent");
	press("g j =");
	assert_true(shows("the one before: "));
}

static void test_equal_fields_unfold(void **state)
{
	(void)state;
	press("5 j j =");
	assert_true(shows("equal (6)"));
	assert_false(shows("= HTTP"));
	press("Space");
	assert_true(shows("= HTTP"));
	assert_false(shows("equal (6)"));
	press("Enter");
	assert_true(shows("equal (6)"));
}

static void test_only_rows_that_are_shown(void **state)
{
	(void)state;
	press("5");
	type("filter message:CREATION");
	press("g =");
	assert_true(shows("C8"));
	assert_true(shows("C1\n"));
}

static void test_with_a_mark(void **state)
{
	(void)state;
	press("4 m a");
	assert_true(shows("mark a is Carrier files F4"));
	press("5 m b");
	press("j =");
	assert_true(shows("mark b, set "));
	press("= = =");
	assert_true(shows("mark a, set "));
	assert_true(shows("no such field"));
	press("Esc 8");
	type("diff a");
	assert_true(shows("mark a, set "));
	press("Esc");
	type("diff c");
	assert_true(shows("nothing is marked with that"));
	press("4");
	type("diff a");
	assert_true(shows("this is the record that a marks"));
	press("' a");
	assert_int_equal(fc.app.desk->base, 4);
	press("' c");
	assert_true(shows("nothing is marked with that"));
	press("' Esc");
	assert_string_equal(fc.app.message, "");
	press("m Q");
	assert_false(fc.app.quit);
	assert_true(shows("a letter from a to z"));
}

/* It is what it was when it was set. */
static void test_a_mark_outlives_its_answer(void **state)
{
	(void)state;
	press("5 j m a");
	fake_case_play("gone");
	press("r");
	fake_case_settle(&fc);
	app_update(&fc.app);
	press("' a");
	assert_true(shows("C11 is not in the answer any more"));
	fake_case_play("hostile");
	type("open 1");
	fake_case_settle(&fc);
	app_update(&fc.app);
	press("5 =");
	assert_true(shows("C11 of 726100801"));
	assert_true(shows(" of 1 "));
	press("' a");
	assert_int_equal(app_at_desk(&fc.app), 0);
	assert_true(shows("C11 is not in the answer any more"));
	app_close(&fc.app, 0);
	press("' a");
	assert_true(shows("Callbacks C11 is of 726100801, which is not"));
}

static void test_the_comparison_is_copied(void **state)
{
	(void)state;
	press("5 j j = y r");
	assert_non_null(strstr(buf_str(&fc.app.copied), "Callbacks C10 of 726100801\tCallbacks C9 of 726100801"));
	assert_non_null(strstr(buf_str(&fc.app.copied), "6 fields are equal"));
	press("Space y j");
	assert_non_null(strstr(buf_str(&fc.app.copied), "\"state\":\"equal\""));
	press("y p");
	assert_string_equal(buf_str(&fc.app.copied), "726100801/callbacks/C10");
}

static void test_nothing_to_compare(void **state)
{
	(void)state;
	press("7 =");
	assert_true(shows("there is no record to compare"));
	press("m a");
	assert_true(shows("there is no record to mark"));
	press("1 =");
	assert_true(shows("there is nothing to compare it with"));
	press("w");
	type("diff");
	assert_true(shows("there is no record to compare"));
	type("diff ab");
	assert_true(shows("which mark"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_of_two_sections),
		cmocka_unit_test(test_empty_is_not_absent),
		cmocka_unit_test(test_it_is_copied_printable),
		cmocka_unit_test(test_common_beginnings_end_with_a_character),
		cmocka_unit_test(test_copies_have_a_limit),
		cmocka_unit_test(test_the_newest_mark_is_first),
		cmocka_unit_test_setup_teardown(test_with_the_one_before, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_equal_fields_unfold, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_only_rows_that_are_shown, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_with_a_mark, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_mark_outlives_its_answer, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_the_comparison_is_copied, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_nothing_to_compare, open_case, close_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
