/* Sending one signal to a collector over the shared HTTP transport. */
#ifndef CLIENTS_OTLP_POST_H
#define CLIENTS_OTLP_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/source.h"

/* A source without a kind: its settings are the transport's (http.h), its `url` is the whole
 * address of the signal. Fills `origin`; says what is wrong with the address. Pure. */
bool otlp_prepare(struct source *, struct err *);
/* Whether its address is plain http to another machine, where no secret is sent. */
bool otlp_in_clear(const struct source *);

struct otlp_link;

/* `headers`: names, and references of their values (base/secret.h). `env_headers` NULL or
 * "name=value,…" with values percent-encoded. Both stay the caller's. */
struct otlp_link *otlp_link_new(const struct source *, const struct setting *headers, size_t nheaders,
				const char *env_headers, struct err *);
void otlp_link_free(struct otlp_link *);                /* NULL allowed */

struct otlp_outcome {
	bool again;             /* not taken, and worth another try */
	int retry_after_ms;     /* the collector's wish; 0 = none */
	uint64_t rejected;      /* taken, but so many of it thrown away */
};

/* True when the collector took it. `url` is of the link's origin. Blocks, reads secrets when
 * first used. */
bool otlp_post(struct otlp_link *, const char *url, const struct buf *body, usec deadline, struct cancel *,
	       struct otlp_outcome *, struct err *);

#endif
