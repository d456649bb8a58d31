/* One row of a JSON answer on its way to a sink: cells that live in the answer, and cells
 * whose text is written here (lists and objects as JSON). */
#ifndef CLIENTS_JSON_ROW_H
#define CLIENTS_JSON_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rows.h"

struct json_row {
	size_t ncolumns;        /* 0 = not told yet */
	struct cell *cells;
	size_t *starts;         /* of what was written into `text` for a cell */
	struct buf text;
};

/* ERR_DECODE for no columns, ERR_LIMIT for too many. */
bool json_row_begin(struct json_row *, size_t ncolumns, struct err *);
void json_row_release(struct json_row *);

/* A new row. */
void json_row_clear(struct json_row *);
/* A cell that lives elsewhere. */
void json_row_put(struct json_row *, size_t column, struct cell);
/* A cell that is written here: between the two, what is appended to row->text is its text. */
void json_row_open(struct json_row *, size_t column);
void json_row_close(struct json_row *, size_t column);
/* All cells; until the next row. ERR_LIMIT when a written one had no room. */
const struct cell *json_row_cells(struct json_row *, struct err *);

#endif
