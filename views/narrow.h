/* What a pane shows of its rows: the filter, the order and the search as they were
 * typed, over a row_view, and the words for them. */
#ifndef VIEWS_NARROW_H
#define VIEWS_NARROW_H

#include "tui/prompt.h"
#include "tui/table.h"
#include "views/row_view.h"

struct narrow {
	struct row_view view;
	char filter[PROMPT_MAX], search[PROMPT_MAX];   /* "" = none */
	int jump;                /* to the next hit (1), the one before (-1), once it is known */
	size_t jump_from;        /* place */
};

void narrow_init(struct narrow *, const struct column_def *columns, size_t ncolumns);
void narrow_release(struct narrow *);

/* False: what was typed is wrong, all stays as it was. */
bool narrow_filter(struct narrow *, const char *text, struct err *);
bool narrow_search(struct narrow *, const char *text, struct err *);
/* Leaves the search, else the filter, else the order; false when there was nothing. */
bool narrow_clear(struct narrow *);

/* "6 of 41   code>=400"; "" when all rows are shown and nothing is looked for. */
enum { NARROW_WORDS = 2 * PROMPT_MAX + 200 };
const char *narrow_words(char out[static NARROW_WORDS], const struct narrow *, size_t place);
/* "time ▾"; "" = as they came. */
const char *narrow_order(char out[static 64], const struct narrow *);

/* Asks for a jump from a place. */
void narrow_jump(struct narrow *, size_t place, int direction);
/* The place of the jump that was asked for; HIT_LATER when there is none to make yet. */
enum hit narrow_jumped(struct narrow *, size_t *place);

#endif
