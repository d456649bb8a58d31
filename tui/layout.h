/* Where things go for a size of the terminal. Pure arithmetic, plus the rules
 * between the parts. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/canvas.h"

enum layout_form {
	LAYOUT_TINY,     /* below 30x8: one line of finding and clock */
	LAYOUT_NARROW,   /* below 60 columns or 16 rows: the rail is one line */
	LAYOUT_NORMAL,   /* rail, pane, detail */
	LAYOUT_TALL,     /* from 100x32: also an extra pane below */
	LAYOUT_WIDE,     /* from 160x40: also a column beside */
};

enum {
	LAYOUT_DETAIL = 1,  /* a detail is open */
	LAYOUT_EXTRA  = 2,  /* something is to be shown in extra */
	LAYOUT_ZOOM   = 4,  /* the pane alone, with nothing beside it */
	LAYOUT_LIST   = 8,  /* the pane needs more lines than its detail */
};

/* Parts that are not there have w == 0. */
struct layout {
	enum layout_form form;
	struct rect header;      /* two lines, one when narrow */
	struct rect rail;        /* left column, or one line when narrow */
	struct rect pane;        /* first line: its title */
	struct rect detail_rule; /* one line; the detail's title is written on it */
	struct rect detail;
	struct rect extra_rule;
	struct rect extra;
	struct rect side;
	struct rect footer;      /* two lines, one when narrow; all of it when tiny */
	int top_rule, bottom_rule;  /* lines; -1 = none */
	int rail_rule, side_rule;   /* columns; -1 = none */
};

struct layout layout_compute(int w, int h, unsigned flags);
/* Draws all rules, joined. Titles on rules come after it. */
void layout_draw_rules(const struct layout *, struct canvas *);

/* Splits `area` from top to bottom into n (at most LAYOUT_STACK_MAX) parts with
 * one line between them for rules, by weight; parts that do not get `min` lines
 * are left out (w == 0), the last ones first. */
enum { LAYOUT_STACK_MAX = 8 };
void layout_stack(struct rect area, int n, const int *weights, int min, struct rect *out);

#endif
