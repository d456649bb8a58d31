/* What somebody types to filter and to find (to the first newline), over rows of
 * anything (cells part at tabs): a mistake is named, else every row has an answer, no
 * row that fits is passed over, and what is marked lies in the text. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "views/row_filter.h"

enum { COLUMNS = 4, ROWS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct column_def columns[COLUMNS] = {
	{ "at", "time", COLUMN_TIME, 1, 16, true },
	{ "code", "http", COLUMN_NUMBER, 1, 5, false },
	{ "what", "event", COLUMN_TEXT, 1, 0, false },
	{ "body", "body", COLUMN_BODY, 0, 0, false },
};
static const struct zone zone = { false, INT64_C(1769178127) * USEC_SEC };

static void require(int ok)
{
	if (!ok)
		abort();
}

/* The next cell; NULL for one that is empty. */
static struct cell take(const char **p, const char *end)
{
	const char *s = *p, *stop = s;

	while (stop < end && *stop != '\t')
		stop++;
	*p = stop < end ? stop + 1 : end;
	return stop > s ? (struct cell){ s, (size_t)(stop - s) } : CELL_NULL;
}

static void fill(struct rowset *rows, const char *p, const char *end)
{
	struct chunk_builder *b = chunk_builder_new(COLUMNS);
	struct chunk *chunk;
	struct err e;

	require(b != NULL);
	for (int n = 0; p < end && n < ROWS; n++) {
		struct cell cells[COLUMNS];

		for (int c = 0; c < COLUMNS; c++)
			cells[c] = take(&p, end);
		require(chunk_builder_add(b, cells, &e));
	}
	chunk = chunk_builder_seal(b);
	chunk_builder_free(b);
	if (chunk)
		require(rowset_append(rows, chunk, &e));
}

static void check_marks(const struct row_filter *f, struct table_text text)
{
	size_t from = 0, len = 0, at;

	for (int i = 0; i < 1000; i++, from = at + len) {
		at = row_filter_mark(f, text, from, &len);
		if (len == 0)
			return;
		require(at >= from && at + len <= text.len);
	}
}

static void ask(struct row_filter *f, const struct rowset *rows)
{
	char scratch[TABLE_SCRATCH];
	size_t skip = 0;

	for (size_t row = 0; row < rows->rows; row++) {
		enum filter_answer is = row_filter_test(f, rows, row, zone);

		require(is == FILTER_NO || is == FILTER_YES || is == FILTER_COSTLY);
		if (skip <= row)
			skip = row_filter_skip(f, rows, row);
		require(skip >= row && skip <= rows->rows);
		require(is != FILTER_YES || skip == row);
		for (size_t c = 0; c < COLUMNS; c++)
			check_marks(f, format_cell(&columns[c], rowset_cell(rows, row, c), zone, scratch));
		if (skip == row)
			skip++;
	}
	row_filter_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *nl = size ? memchr(s, '\n', size) : NULL;
	struct rowset rows = ROWSET_INIT;
	struct row_filter *f;
	struct err e = { 0 };
	char *typed;

	if (!nl)
		return 0;
	typed = calloc(1, (size_t)(nl - s) + 1);
	memcpy(typed, s, (size_t)(nl - s));
	fill(&rows, nl + 1, s + size);
	f = row_filter_new(typed, columns, COLUMNS, &e);
	if (f)
		ask(f, &rows);
	else
		require((e.kind == ERR_CONFIG || e.kind == ERR_LIMIT) && e.text[0]);
	f = row_filter_search(typed, columns, COLUMNS, &e);
	if (f)
		ask(f, &rows);
	require(row_filter_column(typed, columns, COLUMNS) < COLUMNS);
	rowset_release(&rows);
	free(typed);
	return 0;
}
