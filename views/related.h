/* The records that one has to do with, by the jumps that its section declares or because an
 * explanation names them (C4), and what sections on demand may be asked about it. */
#ifndef VIEWS_RELATED_H
#define VIEWS_RELATED_H

#include "sections/ask.h"
#include "sections/jump.h"
#include "views/pane.h"

enum { OFFERS_MAX = 16 };

struct related {
	struct jump jumps[JUMPS_MAX];    /* in the order of the section */
	size_t n, found;                 /* found: different records */
	bool repeats[JUMPS_MAX];         /* the same record as an earlier one */
	struct {
		size_t section;          /* that would be asked, or is led to */
		const struct ask_def *ask; /* NULL: opens the case that the record stands for */
		bool named;              /* goes to a record of that section instead, … */
		size_t row;              /* … this one */
		bool given;              /* the record has what that takes */
	} offers[OFFERS_MAX];
	size_t noffers, given;
};

void related_find(struct related *, const struct app *, int section, size_t row);
/* "O7  VD Halifax" or why there is none; outside bytes. */
enum { RELATED_TEXT = 320 };
const char *offer_word(char out[static RELATED_TEXT], const struct app *, const struct related *, size_t i);
const char *related_text(char out[static RELATED_TEXT], const struct app *, int section, size_t row,
                         const struct jump_def *, const struct jump *);

#endif
