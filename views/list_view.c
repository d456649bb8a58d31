#include "views/list_view.h"

#include <stdlib.h>
#include <string.h>

struct table_text list_text(const char *s, enum role role)
{
	return (struct table_text){ s, strlen(s), role };
}

void list_view_place(struct view *v, int w, int h)
{
	table_place(&((struct list_view *)v)->table, w, h > 1 ? h - 1 : 0);
}

bool list_view_act(struct view *v, enum action a)
{
	struct table *t = &((struct list_view *)v)->table;

	switch (a) {
	case ACTION_DOWN:      table_move(t, 1); break;
	case ACTION_UP:        table_move(t, -1); break;
	case ACTION_TOP:       table_top(t); break;
	case ACTION_BOTTOM:    table_bottom(t); break;
	case ACTION_HALF_DOWN: table_page(t, 1); break;
	case ACTION_HALF_UP:   table_page(t, -1); break;
	case ACTION_PAGE_DOWN: table_page(t, 2); break;
	case ACTION_PAGE_UP:   table_page(t, -2); break;
	case ACTION_LEFT:      table_scroll_columns(t, -1); break;
	case ACTION_RIGHT:     table_scroll_columns(t, 1); break;
	default:               return false;
	}
	return true;
}

void list_view_free(struct view *v)
{
	free((struct list_view *)v);
}
