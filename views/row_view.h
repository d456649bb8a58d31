/* Which rows of a section are shown and in what order: a filter, a sort and a search
 * over a rowset that may still grow. Holds row numbers, never rows. Work is done in
 * slices, so that a million rows do not keep a key waiting. */
#ifndef VIEWS_ROW_VIEW_H
#define VIEWS_ROW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "views/row_filter.h"
#include "views/row_sort.h"

struct row_list {
	uint32_t *rows;
	size_t n, cap;
};

enum { UNSORTED = -1 };

struct row_view {
	const struct column_def *columns;
	size_t ncolumns;
	size_t total;            /* rows there are */
	unsigned revision;       /* of the rows */

	struct row_filter *filter;   /* owned; NULL = all rows */
	struct row_list shown;   /* rows in their order; not used while there is neither filter nor sort */
	size_t filtered;         /* rows that the filter has seen */
	int column;              /* sorted by; UNSORTED */
	bool down;
	struct row_sort *sort;   /* under way; NULL = none */
	size_t sorted;           /* of shown; the rest came later */

	struct row_filter *search;   /* owned; NULL = nothing is looked for */
	struct row_list hits;    /* places in the view, ascending */
	size_t searched;         /* places that the search has seen */

	enum { VIEW_FINE, VIEW_COSTLY, VIEW_MEMORY } trouble;   /* why it stopped */
};

void row_view_init(struct row_view *, const struct column_def *columns, size_t ncolumns);
void row_view_release(struct row_view *);

/* There are so many rows now; another revision means others than before. */
void row_view_rows(struct row_view *, size_t total, unsigned revision);
/* All three take effect with the work. Filters are taken over; NULL = none. */
void row_view_filter(struct row_view *, struct row_filter *);
void row_view_sort(struct row_view *, int column, bool down);
void row_view_search(struct row_view *, struct row_filter *);

/* Works until the clock says so or nothing is left; true when there is more to do. */
bool row_view_work(struct row_view *, const struct rowset *, struct zone, const struct clock *,
                   usec until);
bool row_view_busy(const struct row_view *);

size_t row_view_count(const struct row_view *);
/* The row at a place, the place of a row. */
size_t row_view_row(const struct row_view *, size_t place);
bool row_view_place(const struct row_view *, size_t row, size_t *place);

/* The next hit behind a place (or before it), around the ends. HIT_LATER: not known
 * before there was more work. */
enum hit { HIT_NONE, HIT_FOUND, HIT_LATER };
enum hit row_view_next(const struct row_view *, size_t place, int direction, size_t *hit);
/* Which of the hits stands at a place, from 1 on; 0 = none. */
size_t row_view_hit(const struct row_view *, size_t place);

#endif
