/* A view that is one table with the keys of one: find, filter, sort. What the log, the
 * sources, the timeline and a command's output have in common. */
#ifndef VIEWS_FIND_LIST_H
#define VIEWS_FIND_LIST_H

#include "views/finder.h"
#include "views/list_view.h"

struct find_list_ops {
	const struct column_def *columns;   /* as filters call them; one for each of the table */
	size_t (*rows)(const struct view *);
	struct table_text (*cell)(const struct view *, size_t row, int column, char *scratch);
	uint64_t (*key)(const struct view *, size_t row);
	char (*mark)(const struct view *, size_t row);   /* NULL = no marks */
	/* What is compared and sorted where that is not what is shown: times as in rows, numbers
	 * bare. NULL, or a text without data: what is shown. */
	struct table_text (*value)(const struct view *, size_t row, int column, char *scratch);
};

struct find_list {
	struct list_view l;
	struct finder finder;
	const struct find_list_ops *ops;
	struct rowset rows;          /* the values, while something is filtered, sorted or found */
	bool fresh;                  /* they are of now */
	bool follow;                 /* stay on the last row, while rows are as they came */
	unsigned revision;
};

void find_list_init(struct find_list *, const struct view_ops *, struct app *,
                    const struct find_list_ops *, const struct table_column *, int ncolumns);
void find_list_release(struct find_list *);     /* what it holds */

/* For struct view_ops. */
void find_list_update(struct view *);
bool find_list_act(struct view *, enum action);
struct finder *find_list_finder(struct view *);
void find_list_free(struct view *);

/* The rows are others, or there are more. */
void find_list_changed(struct find_list *);
/* The selected row; false when there is none. */
bool find_list_selected(const struct find_list *, size_t *row);
/* Title and table; instead of `rest` and `right` what is filtered, found and sorted. */
void find_list_draw(const struct find_list *, struct canvas *, struct rect, bool focused,
                    const char *name, const char *rest, const char *right);
/* The two of them apart. */
void find_list_title(const struct find_list *, struct canvas *, struct rect, const char *name,
                     const char *rest, const char *right);
void find_list_table(const struct find_list *, struct canvas *, struct rect, bool focused);

#endif
