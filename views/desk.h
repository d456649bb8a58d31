/* One subject that is open: its investigation, and the panes over it with everything
 * the user did to them (cursors, filters, orders, where he is and was). The one in
 * front is app->desk; only its views are placed, drawn and worked for. */
#ifndef VIEWS_DESK_H
#define VIEWS_DESK_H

#include "base/err.h"
#include "sections/investigation.h"
#include "views/changes.h"
#include "views/history.h"
#include "views/pane.h"

enum { APP_PANES = SECTIONS_MAX, DESKS_MAX = 8 };

struct desk {
	struct investigation *inv;       /* owned by the engine; NULL: nothing is open */
	struct view *overview, *timeline;
	struct view *panes[APP_PANES];   /* one per section */
	struct view *stack[APP_STACK];   /* over the base view */
	int depth;
	int base;                        /* 0 = overview, i + 1 = section i, then the timeline */
	struct changes changes;          /* since each section was looked at */
	struct history history;
};

/* With nothing open. */
struct desk *desk_new(struct app *, struct err *);
void desk_free(struct desk *);         /* not its investigation */
/* Another investigation, or NULL, in place of the former: nothing of that is left. */
void desk_take(struct desk *, struct investigation *);
/* The view below all others. */
struct view *desk_base_view(const struct desk *);
/* What it is called: the id of its load once that is known, else as it was typed; "" when
 * nothing is open. */
const char *desk_name(const struct desk *);
/* Whose it is and what moves it, in a line without the name; narrow: what is short and tells
 * loads apart comes first (header.c). */
enum { SUBJECT_MAX = 300 };
void desk_subject(const struct desk *, char out[static SUBJECT_MAX], bool wide);
/* Sections that changed since they were looked at. */
int desk_changed(const struct desk *);

#endif
