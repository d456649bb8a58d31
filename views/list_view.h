/* A view that is one table: what the log, the sources and the choice of sources
 * have in common. */
#ifndef VIEWS_LIST_VIEW_H
#define VIEWS_LIST_VIEW_H

#include "tui/table.h"
#include "views/pane.h"

struct list_view {
	struct view v;
	struct table table;
};

struct table_text list_text(const char *s, enum role);
void list_view_place(struct view *, int w, int h);     /* one line of title above */
bool list_view_act(struct view *, enum action);
void list_view_free(struct view *);

#endif
