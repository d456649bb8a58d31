/* A collector that is strict about OTLP/HTTP JSON: unknown members, ids that are no hex,
 * integers of 64 bits that are no texts, enums that are no numbers, times that run backwards
 * are a 400. */
#ifndef TESTS_SUPPORT_OTLP_FAKE_H
#define TESTS_SUPPORT_OTLP_FAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct otlp_fake;

struct otlp_fake_options {
	const char *header, *value;     /* asked for; NULL = none */
	unsigned status;                /* of the first `times` requests for traces; 0 = 200 */
	unsigned times;
	const char *retry_after, *body; /* of these */
	bool hang;                      /* never answers */
};

struct otlp_fake *otlp_fake_start(const struct otlp_fake_options *);
void otlp_fake_stop(struct otlp_fake *);                /* NULL allowed */
unsigned otlp_fake_port(const struct otlp_fake *);

struct otlp_seen {
	unsigned traces, metrics, refused, bad;
	size_t spans;                   /* in requests that were taken */
	unsigned long long attempts;    /* the sum in the last metrics */
	unsigned long long dropped;     /* there */
	char wrong[160];                /* what was wrong with the last bad one */
};

struct otlp_seen otlp_fake_seen(struct otlp_fake *);
/* Appends all bodies so far. */
void otlp_fake_text(struct otlp_fake *, struct buf *out);
bool otlp_fake_wait(struct otlp_fake *, unsigned requests, unsigned seconds);

/* NULL when the document is what the schema says, else what is not. */
const char *otlp_check(const char *path, const char *text, size_t len, struct otlp_seen *);

#endif
