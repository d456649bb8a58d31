#include "clients/json_row.h"

#include <stdlib.h>

#define ELSEWHERE ((size_t)-1)

bool json_row_begin(struct json_row *r, size_t n, struct err *e)
{
	if (n == 0 || n > ROWS_MAX_COLUMNS)
		return err_set(e, n ? ERR_LIMIT : ERR_DECODE, 0, "the answer has %zu columns, 1 to %d are "
			       "read", n, ROWS_MAX_COLUMNS);
	r->cells = calloc(n, sizeof(*r->cells));
	r->starts = calloc(n, sizeof(*r->starts));
	r->ncolumns = n;
	return (r->cells && r->starts) || err_set(e, ERR_MEMORY, 0, "no memory for %zu columns", n);
}

void json_row_release(struct json_row *r)
{
	free(r->cells);
	free(r->starts);
	buf_release(&r->text);
	*r = (struct json_row){ 0 };
}

void json_row_clear(struct json_row *r)
{
	buf_clear(&r->text);
}

void json_row_put(struct json_row *r, size_t column, struct cell c)
{
	r->starts[column] = ELSEWHERE;
	r->cells[column] = c;
}

void json_row_open(struct json_row *r, size_t column)
{
	r->starts[column] = r->text.len;
}

void json_row_close(struct json_row *r, size_t column)
{
	r->cells[column].len = r->text.len - r->starts[column];
}

/* The text moves until the row is whole. */
const struct cell *json_row_cells(struct json_row *r, struct err *e)
{
	if (r->text.failed) {
		err_set(e, ERR_LIMIT, 0, "a value is larger than its room");
		return NULL;
	}
	for (size_t i = 0; i < r->ncolumns; i++) {
		if (r->starts[i] != ELSEWHERE)
			r->cells[i].data = r->text.data + r->starts[i];
	}
	return r->cells;
}
