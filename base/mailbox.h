/* Letters from worker threads to the one thread that reads them.
 * Posting wakes the reader (one eventfd) only when the box was empty. */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <stdbool.h>

#include "base/err.h"

/* Put first into the struct that is posted; the receiver owns it. */
struct mail {
	struct mail *next;
};

struct mailbox;
struct mailbox *mailbox_new(struct err *);
void mailbox_free(struct mailbox *);              /* must be empty */
int mailbox_fd(const struct mailbox *);           /* readable while letters wait */
void mailbox_post(struct mailbox *, struct mail *); /* any thread */
/* Reader only: all letters so far, oldest first; NULL when none. */
struct mail *mailbox_take(struct mailbox *);

#endif
