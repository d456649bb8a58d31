/* Where the user was on a desk: places in the order in which he came to them, the cursor
 * where he left it. A place is the view below, what lies over it, the filter and what was
 * looked for; the views over it stay alive as long as a place holds them. */
#ifndef VIEWS_HISTORY_H
#define VIEWS_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct desk;
struct view;

enum { APP_STACK = 8, APP_HISTORY = 32 };

struct visit {
	int base;
	struct view *stack[APP_STACK];   /* held */
	int depth;
	uint64_t key;                /* of the selected record of the view below; 0 = none */
	char *filter, *search;       /* owned; NULL = none */
};

struct history {
	struct visit visits[APP_HISTORY];   /* the oldest is forgotten when it is full */
	int n, at;
	bool jumped;                 /* to another record, maybe without another view */
};

void history_release(struct history *);
/* Before a key, a click: the place in front is as the user sees it now. */
void history_leave(struct desk *);
/* After it: when this is another place, it is the newest, and those forward of the former
 * are forgotten. */
void history_arrive(struct desk *);

#endif
