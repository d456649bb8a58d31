/* The description of the terminal, apart from curses itself: <term.h> gives
 * common words as macros, so only term_caps.c includes it. Used by term.c only. */
#ifndef TUI_TERM_CAPS_H
#define TUI_TERM_CAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { CAPS_RESET_MAX = 400 };

struct term_caps {
	int colours;
	char reset[CAPS_RESET_MAX]; /* keypad off, attributes off, cursor on, normal screen */
	size_t reset_len;
};

/* Reads the description of $TERM without touching the terminal: ERR_CONFIG says
 * why it cannot be used. */
bool term_caps_read(struct term_caps *, const char *term, int fd, struct err *);
/* Makes curses go without the strings that some terminals get wrong: repeat,
 * erase characters, insert and delete. Call after newterm(). */
void term_caps_forgo(void);

#endif
