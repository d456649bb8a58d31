#include "clients/trino_page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/jsontext.h"

/* ---- one answer ---- */

static json_t *member(json_t *object, const char *key)
{
	return json_object_get(object, key);
}

static struct cell text_of(json_t *object, const char *key)
{
	json_t *v = member(object, key);

	return v && !jsontext_is_number(v) ? jsontext_scalar(v) : CELL_NULL;
}

/* 0 for what is no number or a senseless one. */
static uint64_t count_of(json_t *object, const char *key)
{
	json_t *v = member(object, key);
	char *end;
	unsigned long long n;

	if (!v || !jsontext_is_number(v))
		return 0;
	errno = 0;
	n = strtoull(jsontext_scalar(v).data, &end, 10);
	return errno || jsontext_scalar(v).data[0] == '-' ? 0 : n;
}

/* "running 43%, 12 of 28 splits" */
static void read_progress(struct progress *p, json_t *stats)
{
	struct cell state = text_of(stats, "state");
	uint64_t total = count_of(stats, "totalSplits");
	char word[24] = "";

	p->rows_read = count_of(stats, "processedRows");
	p->bytes_read = count_of(stats, "processedBytes");
	if (state.data)
		text_safe(word, sizeof(word), state.data, state.len);
	for (char *c = word; *c; c++)
		*c = (char)(*c == '_' ? ' ' : *c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
	if (total > 0)
		snprintf(p->note, sizeof(p->note), "%s, %" PRIu64 " of %" PRIu64 " splits", word,
			 count_of(stats, "completedSplits"), total);
	else
		snprintf(p->note, sizeof(p->note), "%s", word);
}

static bool read_failure(struct trino_page *p, json_t *error, struct err *e)
{
	if (!json_is_object(error))
		return err_set(e, ERR_DECODE, 0, "the answer's error is no object");
	p->failed = true;
	p->failure = (struct trino_failure){
		.name = text_of(error, "errorName"), .type = text_of(error, "errorType"),
		.message = text_of(error, "message"), .code = (long)count_of(error, "errorCode"),
	};
	return true;
}

static bool read_next(struct trino_page *p, json_t *next, struct err *e)
{
	struct cell c = jsontext_scalar(next);

	if (!json_is_string(next) || jsontext_is_number(next) || strlen(c.data) != c.len)
		return err_set(e, ERR_DECODE, 0, "the answer's nextUri is no text");
	p->next = c.data;
	return true;
}

static bool read_array(json_t **out, json_t *v, const char *what, struct err *e)
{
	if (!v || json_is_null(v))
		return true;
	*out = v;
	/* An object is a spooled result, which is never asked for. */
	return json_is_array(v) || err_set(e, ERR_DECODE, 0, "the answer's %s is no list", what);
}

static bool read_members(struct trino_page *p, struct err *e)
{
	json_t *next = member(p->root, "nextUri"), *error = member(p->root, "error");
	json_t *stats = member(p->root, "stats");

	if (!json_is_object(p->root) || !json_is_object(stats) || !text_of(p->root, "id").data)
		return err_set(e, ERR_DECODE, 0, "the answer is JSON, but not that of a Trino server");
	read_progress(&p->progress, stats);
	if ((error && !json_is_null(error) && !read_failure(p, error, e)) ||
	    (next && !json_is_null(next) && !read_next(p, next, e)))
		return false;
	if (!p->failed && !p->next && cell_is(text_of(stats, "state"), "FAILED"))
		return err_set(e, ERR_REMOTE, 0, "the query failed, and the server does not say why");
	return read_array(&p->columns, member(p->root, "columns"), "columns", e) &&
	       read_array(&p->data, member(p->root, "data"), "data", e);
}

bool trino_page_read(struct trino_page *p, const char *text, size_t len, struct err *e)
{
	*p = (struct trino_page){ .root = jsontext_read(text, len, e) };
	return p->root && read_members(p, e);
}

void trino_page_release(struct trino_page *p)
{
	json_decref(p->root);
	*p = (struct trino_page){ 0 };
}

size_t trino_page_rows(const struct trino_page *p)
{
	return json_array_size(p->data);
}

/* ---- columns ---- */

static bool list_names(const char **names, json_t *columns, struct err *e)
{
	json_t *column;
	size_t i;

	json_array_foreach(columns, i, column) {
		struct cell name = text_of(column, "name");

		if (!name.data)
			return err_set(e, ERR_DECODE, 0, "column %zu has no name", i + 1);
		names[i] = name.data;
	}
	return true;
}

static bool take_columns(struct trino_rows *r, const struct trino_page *p, struct err *e)
{
	size_t n = json_array_size(p->columns);
	const char **names;
	bool ok;

	if (!json_row_begin(&r->row, n, e))
		return false;
	names = calloc(n, sizeof(*names));
	if (!names)
		return err_set(e, ERR_MEMORY, 0, "no memory for %zu columns", n);
	ok = list_names(names, p->columns, e) &&
	     (!r->sink || r->sink->columns(r->sink, names, n, e));
	free(names);
	return ok;
}

/* ---- rows ---- */

static bool take_cell(struct json_row *row, size_t i, json_t *v, struct err *e)
{
	bool ok = true;

	if (json_is_array(v) || json_is_object(v)) {
		json_row_open(row, i);
		ok = jsontext_write(&row->text, v, NULL, NULL, e);
		json_row_close(row, i);
	} else {
		json_row_put(row, i, jsontext_scalar(v));
	}
	return ok;
}

static bool hand_over(struct trino_rows *r, struct err *e)
{
	const struct cell *cells = json_row_cells(&r->row, e);

	if (!cells)
		return false;
	if (r->sink)
		return r->sink->row(r->sink, cells, e);
	if (r->rows == 0)
		buf_put_safe(&r->first, cells[0].data, cells[0].len);
	return true;
}

static bool take_row(struct trino_rows *r, json_t *row, struct err *e)
{
	json_t *v;
	size_t i;

	if (!json_is_array(row) || json_array_size(row) != r->row.ncolumns)
		return err_set(e, ERR_DECODE, 0, "row %" PRIu64 " has %zu values for %zu columns",
			       r->rows + 1, json_array_size(row), r->row.ncolumns);
	if (r->rows >= r->max_rows)
		return err_set(e, ERR_LIMIT, 0, "more than %" PRIu64 " rows, stopped there", r->max_rows);
	json_row_clear(&r->row);
	json_array_foreach(row, i, v) {
		if (!take_cell(&r->row, i, v, e))
			return false;
	}
	if (!hand_over(r, e))
		return false;
	r->rows++;
	return true;
}

bool trino_rows_take(struct trino_rows *r, const struct trino_page *p, struct err *e)
{
	json_t *row;
	size_t i;

	if (p->columns && r->row.ncolumns == 0 && !take_columns(r, p, e))
		return false;
	if (trino_page_rows(p) > 0 && r->row.ncolumns == 0)
		return err_set(e, ERR_DECODE, 0, "rows came before their columns");
	json_array_foreach(p->data, i, row) {
		if (cancel_fired(r->cancel))
			return err_set(e, ERR_CANCELLED, 0, "stopped");
		if (!take_row(r, row, e))
			return false;
	}
	return true;
}

void trino_rows_release(struct trino_rows *r)
{
	json_row_release(&r->row);
	buf_release(&r->first);
}
