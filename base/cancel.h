/* A request to stop: a flag and a descriptor that a client's own wait includes.
 * The asking thread calls cancel_fire(); the worker sees it, tells the server,
 * and ends with ERR_CANCELLED. Fired stays fired. */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"

struct cancel {
	atomic_bool fired;
	int fd;            /* eventfd, readable once fired */
};

bool cancel_init(struct cancel *, struct err *);
void cancel_release(struct cancel *);
void cancel_fire(struct cancel *);                 /* any thread, async-signal-safe */
static inline bool cancel_fired(const struct cancel *c)
{
	return c && atomic_load_explicit(&c->fired, memory_order_acquire);
}

/* Waits until `fd` (or -1) has `events`, the cancel fires, or the monotonic
 * deadline passes. True when fd is ready (or, with fd -1, when the deadline
 * passed); otherwise ERR_CANCELLED or ERR_TIMEOUT. EINTR is handled. */
bool cancel_wait(struct cancel *, int fd, short events, usec deadline, struct err *);

#endif
