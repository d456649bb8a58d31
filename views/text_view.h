/* A view of lines: whatever its content() lays out, scrolled. */
#ifndef VIEWS_TEXT_VIEW_H
#define VIEWS_TEXT_VIEW_H

#include "views/flow.h"
#include "views/pane.h"

enum { TEXT_TITLE = 160 };

struct text_view {
	struct view v;
	int top, lines, page;    /* as of the last place() */
	/* Lays it all out; pure. */
	void (*content)(const struct text_view *, struct flow *);
	/* Writes the name and what follows it on the title line. */
	void (*title)(const struct text_view *, char name[static TEXT_TITLE], char rest[static TEXT_TITLE]);
};

void text_view_place(struct view *, int w, int h);
void text_view_draw(const struct view *, struct canvas *, struct rect, bool focused);
bool text_view_act(struct view *, enum action);
/* For views without anything else to free. */
void text_view_free(struct view *);

#endif
