/* A table of any number of rows: only what is visible is asked for and drawn.
 * The selection holds a record's key, never a line number: rows that arrive do
 * not move what is under the cursor, on the screen either. */
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table_column {
	const char *title;
	int width;               /* cells */
	int priority;            /* 0 stays longest; the highest is dropped first */
	bool frozen;             /* key column: always shown, never scrolled away */
	bool grow;               /* takes the cells that are left over */
	enum table_align align;
};

struct table_text {
	const char *data;        /* outside bytes; NULL draws nothing */
	size_t len;
	enum role role;
};

enum { TABLE_SCRATCH = 512 };

/* All callbacks are pure reads. `scratch` (TABLE_SCRATCH bytes) is for texts
 * that the model has to make; they are drawn before the next call. */
struct table_model {
	const void *ctx;
	size_t (*rows)(const void *ctx);
	struct table_text (*cell)(const void *ctx, size_t row, int column, char *scratch);
	uint64_t (*key)(const void *ctx, size_t row);     /* unique and stable per record */
	char (*mark)(const void *ctx, size_t row);        /* '!', '?' or 0; NULL = no marks */
	struct table_text (*ref)(const void *ctx, size_t row, char *scratch); /* "C4"; NULL = none */
	/* The next part of a cell's text that was looked for, from `from` on; its length is 0
	 * when there is none. NULL = nothing is. */
	size_t (*find)(const void *ctx, struct table_text, size_t from, size_t *len);
};

struct table {
	const struct table_column *columns;
	int ncolumns;
	struct table_model model;
	size_t rows;             /* as of the last table_place() */
	bool has_selection;      /* false only while there are no rows */
	uint64_t key;            /* of the selected record */
	size_t selected, top;    /* its row, the first row drawn */
	int first_column;        /* columns scrolled away, frozen ones not counted */
	int column;              /* the chosen one, always shown; -1 = none */
	int w, page;             /* as of the last table_place(): width, rows on screen */
	bool follow;             /* stay on the last row as rows are appended */
};

/* Columns must outlive the table. Selects the first row once there is one. */
void table_init(struct table *, const struct table_column *, int ncolumns, struct table_model);
/* Call after rows or the size changed and before moving or drawing: finds the
 * selected record again. `h` includes the line of titles. */
void table_place(struct table *, int w, int h);

void table_move(struct table *, long delta);       /* past the edge by 1: half a page turns */
void table_page(struct table *, int halves);       /* 1 = half a page down, -2 = a page up */
void table_top(struct table *);
void table_bottom(struct table *);
void table_select(struct table *, size_t row);
void table_begin(struct table *, size_t row);      /* with a few of the rows before it in sight */
void table_scroll_columns(struct table *, int delta);
void table_choose_column(struct table *, int delta);

/* Draws in the rectangle given to table_place(). `focused` shows the mark of the
 * selected row in reverse (all of it on a canvas with whole_rows) and parks the
 * cursor on it. */
void table_draw(const struct table *, struct canvas *, struct rect, bool focused);

/* Which columns are drawn in `w` cells, for views that name hidden ones.
 * x is from the left edge; width 0 means hidden. */
enum { TABLE_COLUMNS_MAX = 64 };
struct table_fit {
	int x[TABLE_COLUMNS_MAX], width[TABLE_COLUMNS_MAX];
	int ref_x;               /* -1 when there is no room for refs */
	bool more_left, more_right;
};
void table_fit(const struct table *, int w, struct table_fit *out);

#endif
