/* A query as Trino takes it, and where it says the answer goes on. Pure.
 *
 * Trino binds nothing itself: USING takes literals. The statement travels inside of
 * EXECUTE IMMEDIATE (since 418), or, for older servers, in a header. */
#ifndef CLIENTS_TRINO_REQUEST_H
#define CLIENTS_TRINO_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "clients/client.h"

enum trino_binding { TRINO_BIND_UNKNOWN, TRINO_BIND_IMMEDIATE, TRINO_BIND_HEADER };

/* What servers and proxies take of one header line. */
enum { TRINO_HEADER_MAX = 7000, TRINO_URI_MAX = 4096 };

struct trino_request {
	struct buf body;
	struct buf prepared;    /* the header line with the statement; empty = none */
};

#define TRINO_REQUEST_INIT { BUF_INIT, BUF_INIT }

/* Whether the statement has parameters, so that a binding must be known. */
bool trino_binds(const struct query *);
/* ERR_CONFIG for a statement that does more than read, or a parameter without value;
 * ERR_LIMIT for one that does not fit into a header. */
bool trino_request_build(struct trino_request *, const struct query *, enum trino_binding,
			 struct err *);
void trino_request_release(struct trino_request *);

/* ERR_TRUST unless the address of the next page is plain, of the source's own origin
 * and below /v1/: it is asked with our credentials. Names both. */
bool trino_next_check(const struct source *, const char *next, struct err *);

#endif
