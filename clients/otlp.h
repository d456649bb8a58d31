/* Attempts as OpenTelemetry's protocol writes them (OTLP/HTTP, JSON): spans and metrics.
 * Names of sources, sections and queries, outcomes and numbers: no text of a query, no
 * value, no identifier of a case. Pure. */
#ifndef CLIENTS_OTLP_H
#define CLIENTS_OTLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

enum otlp_signal { OTLP_TRACES, OTLP_METRICS, OTLP_SIGNALS };

/* The path of a signal below a collector's address: "/v1/traces". */
const char *otlp_path(enum otlp_signal);

/* Texts live elsewhere; NULL and "" are left out. */
struct otlp_attempt {
	unsigned char trace[16], span[8];       /* not all zero */
	const char *source, *kind, *section, *query;
	const char *outcome, *error;            /* the words of the trail; error "" = none */
	bool failed;
	usec start, end;                        /* wall */
	uint64_t rows, bytes;
	unsigned tries;
};

bool otlp_traces(struct buf *out, const char *version, const struct otlp_attempt *, size_t n);

/* What there was since the start, of one source with one outcome. */
enum { OTLP_BOUNDS = 12 };
extern const unsigned otlp_bounds[OTLP_BOUNDS]; /* milliseconds: upper ends of the buckets */

struct otlp_series {
	const char *source, *kind, *outcome, *error;
	uint64_t attempts, rows, bytes;
	uint64_t total_ms, buckets[OTLP_BOUNDS + 1];
};

void otlp_series_add(struct otlp_series *, const struct otlp_attempt *);

/* From `start` to `now` (wall); `dropped` attempts whose spans were never sent. */
bool otlp_metrics(struct buf *out, const char *version, const struct otlp_series *, size_t n,
		  uint64_t dropped, usec start, usec now);

/* What a collector says of a request that it took: how much of it it threw away, and why.
 * False with ERR_DECODE when it is no such answer; an empty one is. */
bool otlp_read_answer(const char *text, size_t len, uint64_t *rejected, struct buf *why, struct err *);

#endif
