/* Pages of one answer, parted by a line "---": nothing may crash, cells must lie in memory,
 * rows be as wide as the columns, and a next address that passes must be the source's own. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/trino_page.h"
#include "clients/trino_request.h"

static const struct source source = { .name = "fuzz", .origin = "https://trino.example.net:443" };

struct tally {
	struct row_sink sink;
	uint64_t sum;
	size_t columns, rows;
};

static void add(struct tally *t, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		t->sum = t->sum * 31 + (unsigned char)s[i];
}

static bool on_columns(struct row_sink *sink, const char *const *names, size_t n, struct err *e)
{
	struct tally *t = (struct tally *)sink;

	(void)e;
	if (t->columns > 0 || n == 0 || n > ROWS_MAX_COLUMNS)
		abort();
	t->columns = n;
	for (size_t i = 0; i < n; i++)
		add(t, names[i], strlen(names[i]));
	return true;
}

static bool on_row(struct row_sink *sink, const struct cell *cells, struct err *e)
{
	struct tally *t = (struct tally *)sink;

	(void)e;
	if (t->columns == 0)
		abort();
	t->rows++;
	for (size_t i = 0; i < t->columns; i++)
		add(t, cells[i].data, cells[i].data ? cells[i].len : 0);
	return true;
}

static bool take(struct trino_rows *rows, const char *text, size_t len)
{
	struct trino_page page;
	struct err e = { 0 };
	bool ok = trino_page_read(&page, text, len, &e);

	if (ok && page.failed)
		trino_error(&e, "fuzz", &page.failure, rows->rows > 0);
	if (ok && page.next && trino_next_check(&source, page.next, &e) &&
	    (strncasecmp(page.next, "https://trino.example.net", 25) != 0 || strchr(page.next, '@')))
		abort();
	ok = ok && trino_rows_take(rows, &page, &e);
	if (!ok && e.kind == ERR_NONE)
		abort();
	if (memchr(page.progress.note, '\0', sizeof(page.progress.note)) == NULL)
		abort();
	trino_page_release(&page);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally tally = { .sink = { .columns = on_columns, .row = on_row } };
	struct trino_rows rows = { .sink = &tally.sink, .max_rows = 1000 };
	const char *at = (const char *)data, *end = at + size, *cut;
	bool ok = true;

	for (; ok && at < end; at = cut + 5) {
		cut = memmem(at, (size_t)(end - at), "\n---\n", 5);
		ok = take(&rows, at, (size_t)((cut ? cut : end) - at));
		if (!cut)
			break;
	}
	if (rows.rows > 1000 || rows.rows != tally.rows)
		abort();
	trino_rows_release(&rows);
	return 0;
}
