/* A program that runs beside us: a thread of its own starts it, reads what it writes and
 * sees its end, so that its owner never waits. It gets no input, no terminal and only the
 * environment that it is given. */
#ifndef BASE_TASK_H
#define BASE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

enum {
	TASK_OUTPUT_MAX = 1 << 20,     /* bytes of output that are kept; the rest is counted */
	TASK_GRACE_MS = 2000,          /* from being asked to end to being killed */
	TASK_TELL_MS = 50,             /* its owner is not told more often */
};

struct task;

struct task_spec {
	char *const *argv, *const *env;    /* copied; both end with NULL */
	usec limit;                        /* it may take so long; 0 = for ever */
	int tell;                          /* an eventfd, written to when there is news */
};

/* Words that end with NULL, on the heap; NULL without memory. */
char **task_words_copy(char *const *);
void task_words_free(char **);             /* NULL allowed */

enum task_state { TASK_RUNNING, TASK_ENDED, TASK_FAILED };

struct task_report {
	enum task_state state;
	struct err err;          /* TASK_FAILED: why it could not be run */
	int status, signal;      /* TASK_ENDED: its exit status, or the signal that ended it, else 0 */
	bool cancelled, late;    /* it was told to end, and why */
	usec started, ended;     /* monotonic; 0 = not yet */
	uint64_t written;        /* bytes */
	size_t kept;
};

struct task *task_new(const struct task_spec *, struct err *);
/* Kills what is left of its group; waits for the thread, but not for the program's will. */
void task_free(struct task *);                /* NULL allowed */

void task_report(struct task *, struct task_report *);
/* Appends what was kept from that byte on. */
bool task_output(struct task *, size_t from, struct buf *out);
/* Asks its group to end, and kills it when it does not. */
void task_cancel(struct task *);
/* At once, as task_free() does it. */
void task_kill(struct task *);

#endif
