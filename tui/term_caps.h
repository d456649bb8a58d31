/* The description of the terminal, apart from curses itself: <term.h> gives
 * common words as macros, so only term_caps.c includes it. Used by term.c only. */
#ifndef TUI_TERM_CAPS_H
#define TUI_TERM_CAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { CAPS_RESET_MAX = 400, CAPS_SYNC_MAX = 32, CAPS_NAME_MAX = 64 };

struct term_caps {
	char name[CAPS_NAME_MAX];   /* the description to use: TERM, a richer or a plainer one */
	int colours;
	/* Synchronized output on and off; "" = the terminal has none. */
	char sync_on[CAPS_SYNC_MAX], sync_off[CAPS_SYNC_MAX];
	char reset[CAPS_RESET_MAX]; /* sync and mouse off, keypad off, attributes off, cursor on, normal screen */
	size_t reset_len;
};

/* Reads the description of `term` without touching the terminal: ERR_CONFIG says
 * why it cannot be used. `safe` looks for a plainer description when this one
 * can repeat or erase characters, which some terminals get wrong; curses cannot
 * be told to go without. */
bool term_caps_read(struct term_caps *, const char *term, bool safe, int fd, struct err *);

#endif
