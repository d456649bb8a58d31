/* What the canvas holds after scripted keys, at each size, against tests/screens. */
#ifndef TESTS_SUPPORT_SCREENS_H
#define TESTS_SUPPORT_SCREENS_H

#include "views/app.h"

/* Every pane and popup is there in EVERY form; what only differs in its words, in one. */
enum {
	SMALL = 1, MEDIUM = 2, LARGE = 4, NARROW = 8, TINY = 16, ASCII = 32, ROLES = 64, SPECK = 128,
	EVERY = SMALL | MEDIUM | LARGE | ASCII | ROLES,
};

/* Names of keys, blanks between; 'text' is typed letter by letter. */
void screens_press(struct app *, const char *keys);
/* In these forms; golden_finish() fails the test if any differs. */
void screens_compare(struct app *, const char *name, unsigned forms);

#endif
