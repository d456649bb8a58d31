/* Views of rows against the plainest way to make them, while rows arrive and the
 * work is cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "views/row_view.h"

static const struct column_def columns[] = {
	{ "name", "name", COLUMN_TEXT, 1, 8, true },
	{ "n", "n", COLUMN_NUMBER, 1, 8, false },
};

enum { COLUMNS = 2, ROUNDS = 60 };

/* Every look at this clock costs one unit. */
static usec looks;
static usec count_looks(const struct clock *c) { (void)c; return looks++; }
static const struct clock counter = { count_looks, count_looks, 0 };

static uint32_t seed = 7;
static uint32_t any(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

static void add_rows(struct rowset *rows, size_t n)
{
	static const char *const names[] = { "alpha-", "alpha-beta", "Alpha", "gamma", "", "alpha-b" };
	struct chunk_builder *b = chunk_builder_new(COLUMNS);
	struct err e = { 0 };

	for (size_t i = 0; i < n; i++) {
		char name[40], number[20];

		snprintf(name, sizeof name, "%s%u", names[any(6)], any(20));
		snprintf(number, sizeof number, any(9) ? "%d" : "none%d", (int)any(50) - 25);
		struct cell row[] = { any(15) ? cell_of(name) : CELL_NULL,
		                      any(15) ? cell_of(number) : CELL_NULL };
		assert_true(chunk_builder_add(b, row, &e));
	}
	assert_true(rowset_append(rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
}

/* ---- the plain way ------------------------------------------------------------------- */

static const struct rowset *sorted_rows;
static int sorted_column;
static bool sorted_down;

static int kind_of(struct cell c, double *number)
{
	char text[64];
	char *end;

	if (!c.len)
		return 2;
	if (sorted_column == 0)
		return 1;
	snprintf(text, sizeof text, "%.*s", (int)c.len, c.data);
	*number = strtod(text, &end);
	return *end ? 1 : 0;
}

static int by_column(const void *pa, const void *pb)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	struct cell ca = rowset_cell(sorted_rows, a, (size_t)sorted_column);
	struct cell cb = rowset_cell(sorted_rows, b, (size_t)sorted_column);
	double na = 0, nb = 0;
	int ka = kind_of(ca, &na), kb = kind_of(cb, &nb), order = 0;

	if (ka != kb)
		return ka - kb;
	if (ka == 0)
		order = na < nb ? -1 : na > nb;
	if (ka == 1) {
		order = memcmp(ca.data, cb.data, ca.len < cb.len ? ca.len : cb.len);
		order = order ? order : ca.len < cb.len ? -1 : ca.len > cb.len;
	}
	order = sorted_down ? -order : order;
	return order ? order : a < b ? -1 : 1;
}

static void check(const struct row_view *v, const struct rowset *rows)
{
	uint32_t *want = calloc(rows->rows + 1, sizeof *want);
	size_t n = 0, place, nhits = 0;

	assert_non_null(want);
	for (size_t r = 0; r < rows->rows; r++)
		if (!v->filter || row_filter_test(v->filter, rows, r, (struct zone){ 0 }) == FILTER_YES)
			want[n++] = (uint32_t)r;
	sorted_rows = rows;
	sorted_column = v->column;
	sorted_down = v->down;
	if (v->column != UNSORTED)
		qsort(want, n, sizeof *want, by_column);
	assert_int_equal(row_view_count(v), n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(row_view_row(v, i), want[i]);
		assert_true(n > 500 || (row_view_place(v, want[i], &place) && place == i));
		if (v->search && row_filter_test(v->search, rows, want[i], (struct zone){ 0 }) == FILTER_YES)
			assert_int_equal(row_view_hit(v, i), ++nhits);
		else
			assert_int_equal(row_view_hit(v, i), 0);
	}
	assert_int_equal(v->hits.n, nhits);
	free(want);
}

static void work(struct row_view *v, const struct rowset *rows)
{
	usec slice = 1 + any(4);

	while (row_view_work(v, rows, (struct zone){ 0 }, &counter, looks + slice))
		;
	assert_false(row_view_busy(v));
}

static struct row_filter *some_filter(bool search)
{
	static const char *const texts[] = { "alpha-b", "n>0", "/^gamma1/", "!alpha", "name=", "n<0 alpha", "alpha-b 7 a", "" };
	struct err e = { 0 };
	size_t i = any(search ? 3 : 8);

	return search ? row_filter_search(i == 1 ? "a-" : texts[i], columns, COLUMNS, &e)
	              : row_filter_new(texts[i], columns, COLUMNS, &e);
}

/* Whatever is asked in whatever order, in the end it is as if done in one go. */
static void any_order_ends_the_same(void **state)
{
	struct rowset rows = ROWSET_INIT;
	struct row_view v;
	unsigned revision = 0;

	(void)state;
	row_view_init(&v, columns, COLUMNS);
	for (int round = 0; round < ROUNDS; round++) {
		for (int step = 0; step < 6; step++) {
			switch (any(6)) {
			case 0: row_view_filter(&v, any(3) ? some_filter(false) : NULL); break;
			case 1: row_view_sort(&v, (int)any(3) - 1, any(2)); break;
			case 2: row_view_search(&v, any(3) ? some_filter(true) : NULL); break;
			case 3: add_rows(&rows, 1 + any(round % 4 == 0 ? 3000 : 40)); break;
			case 4: row_view_work(&v, &rows, (struct zone){ 0 }, &counter, looks + any(3)); break;
			default:
				if (any(4))
					break;
				rowset_release(&rows);
				revision++;
			}
			row_view_rows(&v, rows.rows, revision);
		}
		work(&v, &rows);
		check(&v, &rows);
	}
	row_view_release(&v);
	rowset_release(&rows);
}

static void hits_go_around(void **state)
{
	struct rowset rows = ROWSET_INIT;
	struct chunk_builder *b = chunk_builder_new(COLUMNS);
	struct err e = { 0 };
	struct row_view v;
	size_t at;

	(void)state;
	for (int i = 0; i < 9; i++)
		assert_true(chunk_builder_add(b, (struct cell[]){ cell_of(i % 4 == 1 ? "hit" : "no"), CELL_NULL }, &e));
	assert_true(rowset_append(&rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
	row_view_init(&v, columns, COLUMNS);
	row_view_rows(&v, rows.rows, 0);
	row_view_search(&v, row_filter_search("hit", columns, COLUMNS, &e));
	assert_int_equal(row_view_next(&v, 0, 1, &at), HIT_LATER);
	work(&v, &rows);
	assert_int_equal(row_view_next(&v, 0, 1, &at), HIT_FOUND);
	assert_int_equal(at, 1);
	assert_int_equal(row_view_next(&v, 1, 1, &at), HIT_FOUND);
	assert_int_equal(at, 5);
	assert_int_equal(row_view_next(&v, 5, 1, &at), HIT_FOUND);
	assert_int_equal(at, 1);
	assert_int_equal(row_view_next(&v, 5, -1, &at), HIT_FOUND);
	assert_int_equal(at, 1);
	assert_int_equal(row_view_next(&v, 1, -1, &at), HIT_FOUND);
	assert_int_equal(at, 5);
	row_view_search(&v, row_filter_search("none", columns, COLUMNS, &e));
	work(&v, &rows);
	assert_int_equal(row_view_next(&v, 0, 1, &at), HIT_NONE);
	row_view_release(&v);
	rowset_release(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_ends_the_same),
		cmocka_unit_test(hits_go_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
