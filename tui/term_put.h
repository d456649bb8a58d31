/* What is written to the terminal past curses, which has no call for it. */
#ifndef TUI_TERM_PUT_H
#define TUI_TERM_PUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* False when the terminal took nothing for a while; a part may be written. */
bool term_put(const char *data, size_t len);
/* A few bytes that are no loss when it takes none. */
void term_put_mark(const char *sequence);
/* The text, and how to go back. Without utf8 only its ASCII: a terminal of another
 * character set could take the parts of a character for controls. */
void term_put_text(const char *text, size_t len, bool utf8);
/* As OSC 52 wants it; appended, not written. */
void term_put_base64(struct buf *out, const char *text, size_t len);

#endif
