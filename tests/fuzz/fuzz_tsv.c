/* The same body must give the same columns, rows and end however it is split;
 * cells must lie in memory and rows be as wide as the columns. The first byte
 * says where to split, the second whether there is a tag. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/clickhouse_error.h"
#include "clients/clickhouse_tsv.h"

struct tally {
	uint64_t sum;
	size_t columns, rows;
};

static void add(struct tally *t, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		t->sum = t->sum * 31 + (unsigned char)s[i] + 1;
	t->sum = t->sum * 31 + len;
}

static bool on_columns(void *ctx, const char *const *names, const char *const *types, size_t n,
		       struct err *e)
{
	struct tally *t = ctx;

	(void)e;
	if (t->columns > 0 || n == 0)
		abort();
	t->columns = n;
	for (size_t i = 0; i < n; i++) {
		add(t, names[i], strlen(names[i]));
		add(t, types[i], strlen(types[i]));
	}
	return true;
}

static bool on_row(void *ctx, const struct cell *cells, struct err *e)
{
	struct tally *t = ctx;

	(void)e;
	if (t->columns == 0)
		abort();
	t->rows++;
	for (size_t i = 0; i < t->columns; i++)
		add(t, cells[i].data, cells[i].data ? cells[i].len : 0);
	return true;
}

struct result {
	struct tally tally;
	bool fed;
	enum tsv_end end;
	long code;
};

static struct result read_in(const char *body, size_t len, size_t step, const char *tag)
{
	struct result r = { .fed = true };
	struct tsv_sink sink = { on_columns, on_row, &r.tally };
	struct err e = { 0 };
	struct tsv *t = tsv_new(&sink, &e);

	if (!t)
		abort();
	tsv_set_tag(t, tag);
	for (size_t at = 0; r.fed && at < len; at += step)
		r.fed = tsv_feed(t, body + at, step < len - at ? step : len - at, &e);
	if (r.fed) {
		r.end = tsv_finish(t, &e);
		r.code = tsv_code(t);
		ch_error(&e, "fuzz", r.code, tsv_message(t), strlen(tsv_message(t)), false);
	}
	tsv_free(t);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, parts;
	const char *body, *tag;

	if (size < 2)
		return 0;
	body = (const char *)data + 2;
	tag = data[1] & 1 ? "dmrdfnujjqvszhav" : "";
	size -= 2;
	whole = read_in(body, size, size + 1, tag);
	parts = read_in(body, size, data[0] + 1u, tag);
	if (whole.fed != parts.fed || whole.end != parts.end || whole.code != parts.code ||
	    whole.tally.sum != parts.tally.sum || whole.tally.rows != parts.tally.rows)
		abort();
	return 0;
}
