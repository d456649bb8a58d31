/* One subject that is open: its investigation, and the panes over it with everything
 * the user did to them (cursors, filters, orders, where he is and was). The one in
 * front is app->desk; only its views are placed, drawn and worked for. */
#ifndef VIEWS_DESK_H
#define VIEWS_DESK_H

#include "base/err.h"
#include "sections/investigation.h"
#include "views/changes.h"
#include "views/pane.h"

enum { APP_STACK = 8, APP_HISTORY = 32, APP_PANES = 16 };

struct desk {
	struct investigation *inv;       /* owned by the engine; NULL: nothing is open */
	struct view *overview, *timeline;
	struct view *panes[APP_PANES];   /* one per section */
	struct view *stack[APP_STACK];   /* over the base view */
	int depth;
	int base;                        /* 0 = overview, i + 1 = section i, then the timeline */
	struct changes changes;          /* since each section was looked at */
	int history[APP_HISTORY];
	int nhistory, at;
};

/* With nothing open. */
struct desk *desk_new(struct app *, struct err *);
void desk_free(struct desk *);         /* not its investigation */
/* Another investigation, or NULL, in place of the former: nothing of that is left. */
void desk_take(struct desk *, struct investigation *);

#endif
