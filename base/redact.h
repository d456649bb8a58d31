/* Takes what looks like a secret out of a text that others will read: passwords and keys by
 * their name, credentials of an Authorization header or in an address, tokens by their form,
 * and every secret that this process has, wherever it came from. What looks like none stays:
 * this is the second guard, the first is to send nothing that is not needed. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct redact;                  /* one thread at a time */

struct redact *redact_new(struct err *);
void redact_free(struct redact *);      /* NULL allowed */

/* Appends the text with ••• in place of these; *hidden grows by their number. A text that
 * takes too long to look through is hidden as a whole. */
bool redact_put(struct redact *, struct buf *out, const char *text, size_t len, size_t *hidden);

#endif
