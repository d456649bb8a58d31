/* What of a terminal's bytes steers it: the distinct sequences, each once. */
#ifndef TESTS_SUPPORT_SEQUENCES_H
#define TESTS_SUPPORT_SEQUENCES_H

#include "base/buf.h"

/* Appends each sequence of the log that is not in `seen` yet, in brackets, a line each.
 * Moving, clearing to an end, repeating and scrolling count as one kind: which way
 * curses takes depends on the text. A text for the clipboard (OSC 52) is one kind, too:
 * it must be whole base64, and what it holds goes to `copied`, a line each. */
void sequences_of(const struct buf *log, struct buf *seen, struct buf *copied);

#endif
