/* Bytes of the terminal to keys and pastes, through curses. Used by term.c only. */
#ifndef TUI_TERM_INPUT_H
#define TUI_TERM_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "tui/term.h"

struct _win_st;                   /* curses' WINDOW */

struct term_input {
	struct _win_st *pad;          /* reading from a pad never draws */
	uint32_t rune;                /* of which `more` bytes are to come */
	int more, length;
	bool gone;                    /* the end of input was reported */
	bool pasting, paste_cut;
	struct buf paste;
	usec paste_last;              /* when its last character came */
};

/* After newterm(). */
bool input_init(struct term_input *, struct err *);
void input_release(struct term_input *);
/* TERM_KEY, TERM_PASTE or, once, TERM_HANGUP; false when there is nothing. */
bool input_next(struct term_input *, struct term_event *);

#endif
