/* A library call that blocks and knows no deadline (getaddrinfo, PQcancel), run
 * on a thread of its own that is left behind when it is late.
 *
 * The job lives on the heap and is shared by the caller and the thread; whoever
 * lets go last frees it. So it must own everything that its work touches. */
#ifndef CLIENTS_ASIDE_H
#define CLIENTS_ASIDE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"

/* Put first into the struct of the job. */
struct aside {
	void (*work)(struct aside *);
	void (*free)(struct aside *);   /* frees the whole struct */
	atomic_int refs;
	atomic_bool done;
	int wake;
};

enum { ASIDE_MAX = 32 };                /* threads at a time, the late ones included */

/* Runs the job and waits for it. True: it is done; read its result and call
 * aside_unref(). False: the job is not the caller's any more. */
bool aside_run(struct aside *, struct cancel *, usec deadline, struct err *);
void aside_unref(struct aside *);

#endif
