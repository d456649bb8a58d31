#include "tui/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Records are their keys: 100, 101, ... unless a test says otherwise. */
static struct {
	uint64_t keys[64];
	size_t count;
	size_t million;     /* > 0: so many rows, key = row */
	size_t asked;       /* cells that were asked for */
} model;

static size_t rows(const void *ctx)
{
	(void)ctx;
	return model.million ? model.million : model.count;
}

static uint64_t key(const void *ctx, size_t row)
{
	(void)ctx;
	return model.million ? row : model.keys[row];
}

static struct table_text cell(const void *ctx, size_t row, int column, char *scratch)
{
	(void)ctx;
	model.asked++;
	if (column == 3)
		return (struct table_text){ NULL, 0, ROLE_TEXT };
	snprintf(scratch, TABLE_SCRATCH, column == 2 ? "%d" : "c%d-%d", column == 2 ? (int)key(ctx, row)
	         : column, (int)key(ctx, row));
	return (struct table_text){ scratch, strlen(scratch), ROLE_TEXT };
}

static char mark(const void *ctx, size_t row)
{
	(void)ctx;
	return "!?\0"[row % 3];
}

static struct table_text ref(const void *ctx, size_t row, char *scratch)
{
	(void)ctx;
	snprintf(scratch, TABLE_SCRATCH, "C%zu", row + 1);
	return (struct table_text){ scratch, strlen(scratch), ROLE_ACCENT };
}

static const struct table_column columns[] = {
	{ .title = "time", .width = 8, .frozen = true },
	{ .title = "endpoint", .width = 10, .priority = 1, .grow = true },
	{ .title = "ms", .width = 5, .priority = 2, .align = TABLE_RIGHT },
	{ .title = "note", .width = 6, .priority = 3 },
};

static struct table table;

static int setup(void **state)
{
	(void)state;
	memset(&model, 0, sizeof(model));
	for (size_t i = 0; i < 10; i++)
		model.keys[model.count++] = 100 + i;
	table_init(&table, columns, 4, (struct table_model){ NULL, rows, cell, key, mark, NULL });
	table_place(&table, 40, 6);
	return 0;
}

static void insert_before(size_t row, uint64_t new_key)
{
	memmove(&model.keys[row + 1], &model.keys[row], (model.count - row) * sizeof(model.keys[0]));
	model.keys[row] = new_key;
	model.count++;
}

static void remove_row(size_t row)
{
	memmove(&model.keys[row], &model.keys[row + 1], (model.count - row) * sizeof(model.keys[0]));
	model.count--;
}

static void draws(int w, int h, const char *expected)
{
	struct canvas c = CANVAS_INIT;
	struct buf out = BUF_INIT;

	assert_true(canvas_resize(&c, w, h, NULL));
	table_draw(&table, &c, canvas_rect(&c), true);
	assert_true(canvas_dump(&c, &out));
	assert_string_equal(buf_str(&out), expected);
	buf_release(&out);
	canvas_release(&c);
}

static void test_first_row_is_selected(void **state)
{
	(void)state;
	assert_true(table.has_selection);
	assert_int_equal(table.key, 100);
	assert_int_equal(table.page, 5);
}

static void test_begins_with_rows_before_it_in_sight(void **state)
{
	(void)state;
	table_begin(&table, 7);
	assert_int_equal(table.key, 107);
	assert_int_equal(table.top, 5);
	/* None is before the first, and the last page is full. */
	table_begin(&table, 1);
	assert_int_equal(table.top, 0);
	table_begin(&table, 9);
	assert_int_equal(table.selected, 9);
	assert_int_equal(table.top, 5);
}

static void test_inserted_rows_do_not_move_the_record(void **state)
{
	(void)state;
	table_select(&table, 6);
	assert_int_equal(table.top, 2);
	insert_before(0, 1);
	insert_before(0, 2);
	insert_before(12, 3);
	table_place(&table, 40, 6);
	assert_int_equal(table.key, 106);
	assert_int_equal(table.selected, 8);
	assert_int_equal(table.selected - table.top, 4);
	remove_row(0);
	remove_row(0);
	table_place(&table, 40, 6);
	assert_int_equal(table.key, 106);
	assert_int_equal(table.selected, 6);
	assert_int_equal(table.selected - table.top, 4);
}

static void test_a_reversed_order_keeps_the_record(void **state)
{
	(void)state;
	table_select(&table, 1);
	for (size_t i = 0; i < model.count; i++)
		model.keys[i] = 109 - i;
	table_place(&table, 40, 6);
	assert_int_equal(table.key, 101);
	assert_int_equal(table.selected, 8);
}

static void test_a_record_that_is_gone(void **state)
{
	(void)state;
	table_select(&table, 4);
	remove_row(4);
	table_place(&table, 40, 6);
	assert_int_equal(table.selected, 4);
	assert_int_equal(table.key, 105);
	model.count = 2;
	table_place(&table, 40, 6);
	assert_int_equal(table.key, 101);
	model.count = 0;
	table_place(&table, 40, 6);
	assert_false(table.has_selection);
	table_move(&table, 1);
	table_page(&table, -2);
	table_bottom(&table);
	draws(40, 2, " time     endpoint           ms note\n\n");
}

static void test_appended_rows_are_followed_only_when_asked(void **state)
{
	(void)state;
	table_bottom(&table);
	insert_before(model.count, 200);
	table_place(&table, 40, 6);
	assert_int_equal(table.key, 109);
	table_bottom(&table);
	table.follow = true;
	insert_before(model.count, 201);
	table_place(&table, 40, 6);
	assert_int_equal(table.key, 201);
	table_move(&table, -1);
	insert_before(model.count, 202);
	table_place(&table, 40, 6);
	assert_int_equal(table.key, 200);
}

static void at(size_t selected, size_t top)
{
	assert_int_equal(table.selected, selected);
	assert_int_equal(table.top, top);
	assert_int_equal(table.key, model.million ? selected : model.keys[selected]);
}

static void test_moves(void **state)
{
	(void)state;
	table_move(&table, 4);
	at(4, 0);
	table_move(&table, 1);                  /* past the edge: half a page turns */
	at(5, 3);
	table_move(&table, -1);
	table_move(&table, -1);
	at(3, 3);
	table_move(&table, -1);
	at(2, 0);
	table_move(&table, 3);
	at(5, 1);
	table_move(&table, -5);
	at(0, 0);
	table_move(&table, -1);
	at(0, 0);
	table_page(&table, 1);
	at(2, 0);
	table_page(&table, 2);
	at(6, 2);
	table_page(&table, -2);
	at(2, 2);
	table_bottom(&table);
	at(9, 5);
	table_move(&table, 1000);
	at(9, 5);
	table_top(&table);
	at(0, 0);
	table_select(&table, 7);
	at(7, 3);
	table_place(&table, 40, 20);
	at(7, 0);
	table_place(&table, 40, 0);
	at(7, 7);
}

static void test_P09_a_million_rows(void **state)
{
	(void)state;
	model.million = 1000000;
	table_place(&table, 40, 6);
	table_bottom(&table);
	at(999999, 999995);
	model.asked = 0;
	draws(40, 6,
	      " time     endpoint           ms note\n"
	      " c0-9999… c1-999995       9999…\n"
	      " c0-9999… c1-999996       9999…        !\n"
	      " c0-9999… c1-999997       9999…        ?\n"
	      " c0-9999… c1-999998       9999…\n"
	      "▸c0-9999… c1-999999       9999…        !\n");
	assert_true(model.asked <= 5 * 4);
}

static void test_priorities(void **state)
{
	struct table_fit fit;

	(void)state;
	table_fit(&table, 35, &fit);
	assert_false(fit.more_right);
	assert_int_equal(fit.width[1], 10);
	table_fit(&table, 34, &fit);
	assert_int_equal(fit.width[3], 0);
	assert_int_equal(fit.width[1], 16);
	assert_true(fit.more_right);
	table_fit(&table, 26, &fit);
	assert_int_equal(fit.width[2], 0);
	assert_int_equal(fit.width[1], 14);
	table_fit(&table, 18, &fit);
	assert_int_equal(fit.width[1], 0);
	assert_int_equal(fit.width[0], 8);
	table_fit(&table, 6, &fit);
	assert_int_equal(fit.width[0], 3);
	table_fit(&table, 1, &fit);
	assert_int_equal(fit.width[0], 0);
}

static void test_scrolled_columns(void **state)
{
	(void)state;
	table_place(&table, 24, 3);
	draws(24, 3,
	      " time     endpoint     ›\n"
	      "▸c0-100   c1-100       !\n"
	      " c0-101   c1-101       ?\n");
	table_scroll_columns(&table, 1);
	draws(24, 3,
	      "‹time        ms note\n"
	      "▸c0-100     100        !\n"
	      " c0-101     101        ?\n");
	table_scroll_columns(&table, 9);
	assert_int_equal(table.first_column, 2);
	table_scroll_columns(&table, -9);
	assert_int_equal(table.first_column, 0);
}

static void test_refs_when_wide(void **state)
{
	(void)state;
	table.model.ref = ref;
	model.count = 1;
	table_place(&table, 70, 2);
	draws(70, 2,
	      " time      endpoint                                 ms  note    ref\n"
	      "▸c0-100    c1-100                                  100          C1   !\n");
	draws(69, 2,
	      " time      endpoint                                      ms  note\n"
	      "▸c0-100    c1-100                                       100         !\n");
}

static void test_focus(void **state)
{
	struct canvas c = CANVAS_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	table_select(&table, 1);
	assert_true(canvas_resize(&c, 14, 3, NULL));
	table_draw(&table, &c, canvas_rect(&c), true);
	assert_true(c.cursor_shown);
	assert_int_equal(c.cursor_y, 2);
	assert_true(canvas_dump_roles(&c, &out));
	assert_string_equal(buf_str(&out), " dddd        a\n ......      b\nf......      w\n");
	canvas_clear(&c);
	buf_clear(&out);
	c.whole_rows = true;
	table_draw(&table, &c, canvas_rect(&c), true);
	assert_true(canvas_dump_roles(&c, &out));
	assert_string_equal(buf_str(&out), " dddd        a\n ......      b\nfffffffffffffw\n");
	canvas_clear(&c);
	buf_clear(&out);
	table_draw(&table, &c, canvas_rect(&c), false);
	assert_false(c.cursor_shown);
	assert_true(canvas_dump_roles(&c, &out));
	assert_string_equal(buf_str(&out), " dddd        a\n ......      b\na......      w\n");
	buf_release(&out);
	canvas_release(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_first_row_is_selected, setup),
		cmocka_unit_test_setup(test_begins_with_rows_before_it_in_sight, setup),
		cmocka_unit_test_setup(test_inserted_rows_do_not_move_the_record, setup),
		cmocka_unit_test_setup(test_a_reversed_order_keeps_the_record, setup),
		cmocka_unit_test_setup(test_a_record_that_is_gone, setup),
		cmocka_unit_test_setup(test_appended_rows_are_followed_only_when_asked, setup),
		cmocka_unit_test_setup(test_moves, setup),
		cmocka_unit_test_setup(test_P09_a_million_rows, setup),
		cmocka_unit_test_setup(test_priorities, setup),
		cmocka_unit_test_setup(test_scrolled_columns, setup),
		cmocka_unit_test_setup(test_refs_when_wide, setup),
		cmocka_unit_test_setup(test_focus, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
