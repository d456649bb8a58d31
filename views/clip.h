/* The ways out of the program for a text: a tmux buffer, the terminal's clipboard. */
#ifndef VIEWS_CLIP_H
#define VIEWS_CLIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "tui/term.h"

/* Inside of tmux its buffer (which sets the clipboard too), else OSC 52. Blocks for a
 * second at most. *way is "tmux" or "OSC 52". `term` NULL: no terminal to tell. */
bool clip_put(struct term *, const char *text, size_t len, const char **way, struct err *);

#endif
