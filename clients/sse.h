/* Server-sent events (WHATWG HTML, 9.2), cut out of a body that arrives in whatever
 * pieces: lines end with \n, \r\n or \r, a comment begins with ':', several data lines
 * make one text, an event ends with an empty line, and one that does not is dropped.
 * `id` and `retry` are for clients that come back by themselves: they are passed over.
 * Pure. */
#ifndef CLIENTS_SSE_H
#define CLIENTS_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rows.h"

enum { SSE_DATA_MAX = 1 << 20, SSE_NAME_MAX = 256 };

struct sse {
	struct buf line;        /* what came of the line so far */
	struct buf name, data;  /* of the event so far */
	bool began;             /* the first line is behind us, and with it a byte order mark */
	bool after_cr;          /* a \n now belongs to the \r before it */
};

#define SSE_INIT { .line = BUF_INIT }
void sse_release(struct sse *);

/* One event; `name` is "message" when the server gives none. Bytes as they were sent. */
typedef bool sse_event_fn(void *ctx, const char *name, struct cell data, struct err *);

/* Takes the next piece. False when `event` says so, without memory, or with ERR_LIMIT
 * for an event or a line over SSE_DATA_MAX; nothing may follow then. */
bool sse_feed(struct sse *, const char *piece, size_t len, sse_event_fn *event, void *ctx,
	      struct err *);

#endif
