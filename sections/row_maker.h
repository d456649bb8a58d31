/* Where section rows are made: on a worker while a source answers, and once more
 * on the engine's thread when a section finishes. The functions that a section's
 * derive() and finish() call are declared in section.h. */
#ifndef SECTIONS_ROW_MAKER_H
#define SECTIONS_ROW_MAKER_H

#include "base/clock.h"
#include "base/rows.h"
#include "sections/section.h"

struct scratch;                          /* a block of derived bytes */

struct row_maker {
	const struct section_def *def;
	usec now;                        /* wall time at which the fetch began */
	bool (*emit)(struct row_maker *, const struct cell *, struct err *);
	void *ctx;                       /* the emitter's */
	struct scratch *scratch;
};

/* Forgets derived bytes; cells made from them are invalid afterwards. */
void row_maker_reset(struct row_maker *);
void row_maker_release(struct row_maker *);

/* Runs def->finish over `in` and collects what it emits. */
bool rows_finish(const struct section_def *, const struct rowset *in, usec now,
		 struct rowset *out, struct err *);

#endif
