#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/rows.h"

static void assert_cell(struct cell c, const char *want)
{
	assert_true(cell_eq(c, cell_of(want)));
}

static struct chunk *one_chunk(size_t rows)
{
	struct chunk_builder *b = chunk_builder_new(2);
	struct chunk *c;

	assert_non_null(b);
	for (size_t i = 0; i < rows; i++) {
		struct cell cells[] = { { (const char *)&i, sizeof(i) }, CELL_NULL };

		assert_true(chunk_builder_add(b, cells, NULL));
	}
	c = chunk_builder_seal(b);
	chunk_builder_free(b);
	return c;
}

static void cells_compare(void **state)
{
	(void)state;
	assert_true(cell_is_null(cell_of(NULL)));
	assert_true(cell_eq(CELL_NULL, CELL_NULL));
	assert_false(cell_eq(CELL_NULL, cell_of("")));
	assert_true(cell_eq((struct cell){ "a\0b", 3 }, (struct cell){ "a\0b", 3 }));
	assert_false(cell_eq((struct cell){ "a\0b", 3 }, (struct cell){ "a\0c", 3 }));
	assert_true(cell_is(cell_of("Delivered"), "dELIVERED"));
	assert_false(cell_is(cell_of("deliver"), "delivered"));
	assert_false(cell_is(cell_of("delivered"), "deliver"));
	assert_false(cell_is((struct cell){ "a\0", 2 }, "a"));
	assert_false(cell_is((struct cell){ "a\0", 2 }, "ab"));
	assert_false(cell_is(CELL_NULL, ""));
	assert_true(cell_is(cell_of(""), ""));
}

static void bytes_come_back_as_they_went_in(void **state)
{
	struct chunk_builder *b = chunk_builder_new(4);
	struct cell row[] = { { "a\0\x1b\xff", 4 }, CELL_NULL, { "", 0 }, { "long enough", 11 } };
	struct chunk *c;

	(void)state;
	assert_null(chunk_builder_seal(b));
	assert_true(chunk_builder_add(b, row, NULL));
	assert_int_equal(chunk_builder_rows(b), 1);
	c = chunk_builder_seal(b);
	assert_int_equal(chunk_rows(c), 1);
	for (size_t i = 0; i < 4; i++)
		assert_true(cell_eq(chunk_cell(c, 0, i), row[i]));
	assert_non_null(chunk_cell(c, 0, 2).data);
	assert_true(cell_is_null(chunk_cell(c, 0, 4)));
	assert_true(cell_is_null(chunk_cell(c, 1, 0)));
	chunk_unref(c);
	assert_int_equal(chunk_builder_rows(b), 0);
	assert_null(chunk_builder_seal(b));
	chunk_builder_free(b);
}

static void test_P09_long_cells_lie_beside_short_ones(void **state)
{
	static const size_t sizes[] = { 0, 254, 255, 256, 65534, 65535, 65536, ROWS_MAX_CELL, 3 };
	char *big = malloc(ROWS_MAX_CELL);
	struct chunk_builder *b = chunk_builder_new(3);
	size_t n = sizeof sizes / sizeof *sizes;
	struct chunk *c;

	(void)state;
	assert_non_null(big);
	memset(big, 'z', ROWS_MAX_CELL);
	for (size_t i = 0; i < n; i++) {
		struct cell row[] = { CELL_NULL, { big, sizes[i] }, { "x", 1 } };

		assert_true(chunk_builder_add(b, row, NULL));
	}
	c = chunk_builder_seal(b);
	for (size_t i = 0; i < n; i++) {
		assert_true(cell_is_null(chunk_cell(c, i, 0)));
		assert_true(cell_eq(chunk_cell(c, i, 1), (struct cell){ big, sizes[i] }));
		assert_cell(chunk_cell(c, i, 2), "x");
	}
	chunk_unref(c);
	chunk_builder_free(b);
	free(big);
}

static void a_cell_over_the_limit_leaves_the_rows_before_it(void **state)
{
	char *big = calloc(1, ROWS_MAX_CELL + 1);
	struct chunk_builder *b = chunk_builder_new(2);
	struct cell good[] = { { "a", 1 }, { "b", 1 } };
	struct cell bad[] = { { "c", 1 }, { big, ROWS_MAX_CELL + 1 } };
	struct err e = { 0 };
	struct chunk *c;

	(void)state;
	assert_true(chunk_builder_add(b, good, &e));
	assert_false(chunk_builder_add(b, bad, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "column 2"));
	assert_true(chunk_builder_add(b, good, &e));
	c = chunk_builder_seal(b);
	assert_int_equal(chunk_rows(c), 2);
	assert_cell(chunk_cell(c, 1, 1), "b");
	chunk_unref(c);
	chunk_builder_free(b);
	free(big);
}

static void test_P09_many_columns_and_none(void **state)
{
	static struct cell wide[ROWS_MAX_COLUMNS];
	struct chunk_builder *b = chunk_builder_new(ROWS_MAX_COLUMNS);
	struct chunk *c;

	(void)state;
	wide[ROWS_MAX_COLUMNS - 1] = cell_of("last");
	assert_true(chunk_builder_add(b, wide, NULL));
	c = chunk_builder_seal(b);
	assert_cell(chunk_cell(c, 0, ROWS_MAX_COLUMNS - 1), "last");
	assert_true(cell_is_null(chunk_cell(c, 0, 0)));
	chunk_unref(c);
	chunk_builder_free(b);
	b = chunk_builder_new(0);
	assert_true(chunk_builder_add(b, wide, NULL));
	c = chunk_builder_seal(b);
	assert_int_equal(chunk_rows(c), 1);
	chunk_unref(c);
	chunk_builder_free(b);
}

/* Six short columns must not cost more than about their own size again. */
static void a_full_chunk_is_compact(void **state)
{
	struct chunk_builder *b = chunk_builder_new(6);
	struct cell row[6];
	struct chunk *c = NULL;
	size_t before = 0, used;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		row[i] = cell_of("0123456789");
	/* The first round fills the allocator's caches, which count as used. */
	for (int round = 0; round < 2; round++) {
		chunk_unref(c);
		before = mallinfo2().uordblks;
		for (size_t i = 0; i < CHUNK_ROWS; i++)
			assert_true(chunk_builder_add(b, row, NULL));
		c = chunk_builder_seal(b);
	}
	used = mallinfo2().uordblks - before;
	/* A sanitizer's allocator does not report here. */
	if (used > 0)
		assert_in_range(used, CHUNK_ROWS * 60, CHUNK_ROWS * (60 + 17));
	chunk_unref(c);
	chunk_builder_free(b);
}

static void a_rowset_finds_rows_across_chunks(void **state)
{
	struct rowset r = ROWSET_INIT;
	size_t n = 0, bytes = 0;

	(void)state;
	assert_true(cell_is_null(rowset_cell(&r, 0, 0)));
	assert_true(rowset_append(&r, NULL, NULL));
	for (size_t k = 1; k <= 40; k++) {
		assert_true(rowset_append(&r, one_chunk(k), NULL));
		n += k;
		bytes += k * sizeof(size_t);
	}
	assert_int_equal(r.rows, n);
	assert_int_equal(r.bytes, bytes);
	for (size_t k = 1, row = 0; k <= 40; k++) {
		for (size_t i = 0; i < k; i++, row++) {
			struct cell want = { (const char *)&i, sizeof(i) };

			assert_true(cell_eq(rowset_cell(&r, row, 0), want));
			assert_true(cell_is_null(rowset_cell(&r, row, 1)));
		}
	}
	assert_true(cell_is_null(rowset_cell(&r, n, 0)));
	assert_true(cell_is_null(rowset_cell(&r, 0, 2)));
	rowset_release(&r);
	assert_int_equal(r.rows, 0);
}

static void *share(void *arg)
{
	struct chunk *c = arg;

	for (int i = 0; i < 10000; i++) {
		chunk_ref(c);
		if (!cell_is_null(chunk_cell(c, 0, 1)))
			abort();
		chunk_unref(c);
	}
	chunk_unref(c);
	return NULL;
}

static void chunks_are_shared_between_threads(void **state)
{
	struct chunk *c = one_chunk(3);
	pthread_t t[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, share, chunk_ref(c)), 0);
	chunk_unref(c);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_compare),
		cmocka_unit_test(bytes_come_back_as_they_went_in),
		cmocka_unit_test(test_P09_long_cells_lie_beside_short_ones),
		cmocka_unit_test(a_cell_over_the_limit_leaves_the_rows_before_it),
		cmocka_unit_test(test_P09_many_columns_and_none),
		cmocka_unit_test(a_full_chunk_is_compact),
		cmocka_unit_test(a_rowset_finds_rows_across_chunks),
		cmocka_unit_test(chunks_are_shared_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
