/* Records that the user gave a letter. They are copies: a mark stays what it was when it
 * was set, whatever is fetched or opened after it. */
#ifndef VIEWS_MARKS_H
#define VIEWS_MARKS_H

#include "views/record_copy.h"

enum { MARKS = 26 };           /* a to z */

struct marks {
	struct record_copy at[MARKS];
	unsigned set[MARKS];       /* when, counted; the newest has the highest */
	unsigned last;
};

void marks_release(struct marks *);
/* NULL: no such letter, or nothing is marked with it. */
const struct record_copy *marks_get(const struct marks *, char letter);
/* The n-th newest, its letter in `letter`; NULL when there are not so many. */
const struct record_copy *marks_newest(const struct marks *, size_t n, char *letter);
/* Takes the copy over. False: it is no letter from a to z. */
bool marks_set(struct marks *, char letter, struct record_copy *);

#endif
