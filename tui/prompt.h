/* One line of input. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"
#include "tui/keys.h"

enum { PROMPT_MAX = 1024 };

struct prompt {
	char text[PROMPT_MAX];   /* valid UTF-8, NUL-terminated */
	size_t len;
	size_t cursor;           /* byte offset, at a grapheme */
	const char *label;
};

enum prompt_result { PROMPT_IGNORED, PROMPT_EDITED, PROMPT_DONE, PROMPT_CANCELLED };

/* The label must outlive the prompt. `text` (NULL allowed) is edited from its end. */
void prompt_init(struct prompt *, const char *label, const char *text);
/* Characters, Backspace Del ^D ^U ^K ^W, arrows ^B ^F, Home End ^A ^E; Enter is
 * DONE; Esc, ^C, ^G and Backspace on an empty line are CANCELLED. */
enum prompt_result prompt_key(struct prompt *, struct key);
/* Inserts at the cursor: newlines and tabs as spaces, other controls and bad
 * UTF-8 dropped, what does not fit dropped. */
enum prompt_result prompt_paste(struct prompt *, const char *text, size_t len);
/* On one line; parks the cursor. */
void prompt_draw(const struct prompt *, struct canvas *, struct rect);

#endif
