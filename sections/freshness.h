/* How old the data of a source is, where it can tell: the query "freshness" of the source, if
 * there is one, answers with one row of the columns `oldest` and `newest` (times, or NULL:
 * nothing in the days that it looks at). It binds :now. */
#ifndef SECTIONS_FRESHNESS_H
#define SECTIONS_FRESHNESS_H

#include "base/buf.h"
#include "base/cancel.h"
#include "sections/config.h"

struct freshness {
	bool asked;                     /* false: the source has no such query, the rest means nothing */
	usec oldest, newest;            /* TIME_NONE: not told */
	usec now;                       /* when it was asked */
	struct err err;                 /* kind ERR_NONE: it answered */
};

/* Asks over a connection that works. Worker thread; blocks until the deadline at most. */
void freshness_ask(struct freshness *, const struct config *, const struct source *, void *conn,
		   usec now, usec deadline, struct cancel *);

/* "2026-08-24 to 2026-11-22 10:58, 4m old"; nothing when it was not told. */
void freshness_text(struct buf *out, const struct freshness *);
/* Nothing came for longer than the source is behind anyway, and two days. */
bool freshness_stale(const struct freshness *, const struct source *);

#endif
