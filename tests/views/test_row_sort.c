/* The sort of texts against qsort(), left and gone on with at every step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "views/row_sort.h"

enum { ROWS = 3000, LONG = 300 };

static uint32_t seed = 11;
static uint32_t any(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

/* Few letters, so that many texts begin alike or are equal; NUL is one of them. */
static size_t some_letters(char *out)
{
	static const char letters[] = { '\0', 'a', '\x7f', '\x80', '\xff' };
	size_t n = any(20);

	for (size_t i = 0; i < n; i++)
		out[i] = letters[any(4) ? 1 : any(5)];
	return n;
}

/* All behind the same long beginning, but for a few. */
static size_t behind_a_beginning(char *out)
{
	size_t n = any(500) ? LONG : any(LONG);

	memset(out, 'x', n);
	return n + some_letters(out + n);
}

static size_t one_of_a_few(char *out)
{
	memset(out, 'y', 40);
	out[39] = (char)('a' + any(3));
	return 40 - any(2);
}

static struct rowset some_rows(size_t (*text)(char *), size_t n)
{
	struct chunk_builder *b = chunk_builder_new(1);
	struct rowset rows = ROWSET_INIT;
	char bytes[LONG + 40];
	struct err e = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct cell c = { bytes, text(bytes) };

		assert_true(chunk_builder_add(b, any(30) ? &c : &CELL_NULL, &e));
		if (chunk_builder_rows(b) == CHUNK_ROWS)
			assert_true(rowset_append(&rows, chunk_builder_seal(b), &e));
	}
	assert_true(rowset_append(&rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
	return rows;
}

static const struct rowset *compared;
static bool downwards;

static int by_bytes(const void *pa, const void *pb)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	struct cell ca = rowset_cell(compared, a, 0), cb = rowset_cell(compared, b, 0);
	int order;

	if (!ca.len || !cb.len)
		return ca.len ? -1 : cb.len ? 1 : a < b ? -1 : 1;
	order = memcmp(ca.data, cb.data, ca.len < cb.len ? ca.len : cb.len);
	order = order ? order : ca.len < cb.len ? -1 : ca.len > cb.len;
	order = downwards ? -order : order;
	return order ? order : a < b ? -1 : 1;
}

static void check(const struct rowset *rows, bool down, size_t steps)
{
	static uint32_t list[ROWS], want[ROWS];
	struct row_sort *s = row_sort_new(rows->rows, 0, COLUMN_TEXT, down);

	assert_non_null(s);
	for (uint32_t i = 0; i < rows->rows; i++)
		list[i] = want[i] = i;
	while (!row_sort_step(s, rows, list, steps ? steps : 1 + any(200)))
		;
	assert_int_equal(row_sort_take(s, list), rows->rows);
	row_sort_free(s);
	compared = rows;
	downwards = down;
	qsort(want, rows->rows, sizeof *want, by_bytes);
	assert_memory_equal(list, want, rows->rows * sizeof *want);
}

static void texts_sort_by_their_bytes(void **state)
{
	static size_t (*const texts[])(char *) = { some_letters, behind_a_beginning, one_of_a_few };
	static const size_t sizes[] = { 0, 1, 2, 31, 32, 33, 34, 100, ROWS };

	(void)state;
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			struct rowset rows = some_rows(texts[t], sizes[i]);

			check(&rows, false, 1);
			check(&rows, true, 0);
			check(&rows, false, SIZE_MAX / 2);
			rowset_release(&rows);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(texts_sort_by_their_bytes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
