/* Which of its rows a table shows, in what order, and what is found there: the filter, the
 * order and the search of a view, whatever its rows are. Rows of the table are places;
 * all else speaks of rows. */
#ifndef VIEWS_FINDER_H
#define VIEWS_FINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"
#include "views/narrow.h"
#include "views/pane.h"

struct finder_ops {
	/* What is looked through; NULL when there is nothing now. */
	const struct rowset *(*rows)(struct view *);
	/* A record's row now, however many there are. */
	bool (*find)(const struct view *, uint64_t key, size_t *row);
	uint64_t (*key)(const struct view *, size_t row);
	/* The column of the rows that the user chose. */
	size_t (*column)(const struct view *);
};

struct finder {
	struct view *v;              /* whose rows they are */
	struct table *table;
	const struct finder_ops *ops;
	struct narrow narrow;
	uint64_t pinned;             /* the record that stays selected while rows are chosen; 0 */
};

void finder_init(struct finder *, struct view *, struct table *, const struct finder_ops *,
                 const struct column_def *columns, size_t ncolumns);
/* All rows again, as they came. */
void finder_forget(struct finder *);

/* There are so many rows now; another revision means others than before. Does some work. */
void finder_rows(struct finder *, size_t total, unsigned revision);
/* What is looked through has changed: the selected record stays so. */
void finder_again(struct finder *);
/* Works until then; true when there is more to do. */
bool finder_work(struct finder *, usec until);
/* It filters, sorts or searches. */
bool finder_active(const struct finder *);

/* The keys of a table that can be searched; false when the action is none of them. */
bool finder_act(struct finder *, enum action);

/* What was typed after & and /; "" = nothing. False: it is wrong, all stays as it was. */
bool finder_filter(struct finder *, const char *text, struct err *);
bool finder_search(struct finder *, const char *text, struct err *);
/* As it was: nothing is jumped to. False when that record is gone; 0 = none was selected. */
bool finder_return(struct finder *, const char *filter, const char *search, uint64_t key);
/* By the name of a column, a part is enough; a minus in front sorts downwards. */
bool finder_sort(struct finder *, const char *column, struct err *);

static inline size_t finder_row(const struct finder *f, size_t place)
{
	return row_view_row(&f->narrow.view, place);
}
bool finder_selected(const struct finder *, size_t *row);
/* A filter that hides the row is left. */
void finder_select(struct finder *, size_t row);
/* The row above or below a row, as they are shown. */
bool finder_beside(const struct finder *, size_t row, int direction, size_t *other);
/* The filter lets it through. */
bool finder_shows(const struct finder *, size_t row);
/* For a table's model. */
size_t finder_mark(const struct finder *, struct table_text, size_t from, size_t *len);
/* Where no row is shown: why. */
void finder_draw_nothing(const struct finder *, struct canvas *, struct rect, size_t total);

#endif
