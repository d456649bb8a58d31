/* Small tools over cells and rowsets for the load sections: reading what stores
 * spell differently, and writing it in one way. Pure. */
#ifndef SECTIONS_LOAD_CELLS_H
#define SECTIONS_LOAD_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rows.h"
#include "sections/section.h"

/* A section's columns are one list: X(SYMBOL, id, title, TYPE, priority, width, key). */
#define COLUMN_SYMBOL(sym, id, title, type, priority, width, key) sym,
#define COLUMN_ROW(sym, id, title, type, priority, width, key) \
	[sym] = { id, title, COLUMN_##type, priority, width, key },

enum { CELLS_MAX = 64 };        /* columns of a load section */

bool cell_blank(struct cell);                            /* NULL or only spaces */
bool cell_has(struct cell, const char *needle);          /* contains; ASCII case ignored */
bool cell_int(struct cell, long *out);                   /* the whole cell is a number */
enum flag { FLAG_UNKNOWN, FLAG_NO, FLAG_YES };
enum flag cell_flag(struct cell);                        /* t, true, 1, yes, Y … */
usec cell_time(struct cell);                             /* TIME_NONE when none */
struct cell cell_trim(struct cell);

/* Writes each cell as its column wants it: times as ISO, flags as true or false,
 * empty text as NULL. */
void tidy_cells(struct row_maker *, const struct column_def *, size_t n, struct cell *);
/* ["a","b"] as "a, b"; anything else as it is. */
struct cell tidy_list(struct row_maker *, struct cell);
/* {"name":…,"city":…,"country":…} or coordinates as one line; else as it is. */
struct cell tidy_place(struct row_maker *, struct cell);

/* Row numbers, newest first by the time in `column`; rows without a time last.
 * The caller frees. NULL without memory or rows. */
size_t *rows_newest_first(const struct rowset *, size_t column);
/* Emits row `row` of `in` as it is. */
bool emit_same(struct row_maker *, const struct rowset *in, size_t row, size_t ncolumns, struct err *);
/* All rows, newest first: a whole finish(). */
bool finish_newest_first(const struct rowset *in, struct row_maker *, size_t column, size_t ncolumns,
			 struct err *);
/* The same, of rows with the same key only the newest. For few rows. */
bool finish_distinct(const struct rowset *in, struct row_maker *, size_t key, size_t column, size_t ncolumns,
		     struct err *);

/* " 8.5 h ago", " 3 d ago": how long before `now`, for summaries. */
void put_ago(struct buf *out, usec now, usec then);
/* ", newest change 3 h ago" of rows that are newest first; nothing without a time. */
void put_newest(struct buf *out, const char *what, const struct rowset *, size_t column, usec now);

#endif
