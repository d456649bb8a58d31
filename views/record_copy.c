#include "views/record_copy.h"

#include <stdlib.h>
#include <string.h>

/* Cells with their bytes behind them; NULL stays NULL. */
static struct cell *copy_cells(const struct cell *from, size_t n, struct err *e)
{
	size_t bytes = 0;
	struct cell *to;
	char *at;

	for (size_t i = 0; i < n; i++)
		bytes += from[i].len;
	if (bytes > RECORD_COPY_MAX) {
		err_set(e, ERR_LIMIT, 0, "this record has %zu bytes; %d are the most to keep a copy of", bytes,
		        (int)RECORD_COPY_MAX);
		return NULL;
	}
	to = malloc(n * sizeof *to + bytes + 1);
	if (!to) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	at = (char *)(to + n);
	for (size_t i = 0; i < n; i++) {
		to[i] = (struct cell){ cell_is_null(from[i]) ? NULL : at, from[i].len };
		if (from[i].len)
			memcpy(at, from[i].data, from[i].len);
		at += from[i].len;
	}
	return to;
}

static bool put(struct record_copy *r, const struct section_def *def, const struct cell *cells,
                struct err *e)
{
	struct cell *copy = copy_cells(cells, def->ncolumns, e);

	if (!copy)
		return false;
	record_copy_release(r);
	r->def = def;
	r->cells = copy;
	return true;
}

bool record_copy_take(struct record_copy *r, const struct section *s, size_t row, struct err *e)
{
	struct cell *cells = calloc(s->def->ncolumns, sizeof *cells);
	bool ok;

	if (!cells)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	for (size_t i = 0; i < s->def->ncolumns; i++)
		cells[i] = rowset_cell(&s->rows, row, i);
	ok = put(r, s->def, cells, e);
	free(cells);
	return ok;
}

bool record_copy_again(struct record_copy *r, const struct record_copy *from, struct err *e)
{
	struct cell *cells;

	if (!put(r, from->def, from->cells, e))
		return false;
	cells = r->cells;
	*r = *from;
	r->cells = cells;
	return true;
}

void record_copy_release(struct record_copy *r)
{
	free(r->cells);
	*r = (struct record_copy)RECORD_COPY_INIT;
}
