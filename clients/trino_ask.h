/* One statement to a Trino server, from its POST to its last page. */
#ifndef CLIENTS_TRINO_ASK_H
#define CLIENTS_TRINO_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/client.h"
#include "clients/http.h"
#include "clients/http_source.h"
#include "clients/rest_auth.h"
#include "clients/trino_page.h"
#include "clients/trino_request.h"

/* A connection. */
struct trino {
	const struct source *source;
	struct http *http;
	struct rest_auth auth;
	char base[HTTP_BASE_MAX];       /* https://host[:port] */
	enum trino_binding binding;     /* found out once, by asking */
	bool no_limits;                 /* the account may not set the time limit */
};

enum { TRINO_PAGES_MAX = 10000 };

/* On the heap: it is large. The caller fills the first part. */
struct trino_asking {
	struct trino *trino;
	const struct trino_request *request;
	usec deadline;
	const char *id;                 /* for the server's log */
	struct cancel *cancel;
	struct row_sink *sink;          /* NULL: a question of our own, see rows.first */
	uint64_t max_bytes, max_rows;   /* not 0 */

	struct trino_rows rows;
	uint64_t bytes;
	char *at, *next;                /* asked last, to be asked next; NULL = none */
	uint64_t seen[TRINO_PAGES_MAX]; /* of addresses asked */
	unsigned pages, empty;          /* answers so far; the last ones without rows */
	struct http_response response;
	struct buf body;
	bool over;                      /* the server has said its last word */
	bool syntax_error, fixes_limits; /* what that was */
};

/* True when every page was read. On failure the server was told to stop, where it could
 * still be at work, and *e names the source. */
bool trino_ask(struct trino_asking *, struct err *);
/* A plain GET below the source's address; the body is in asking->body. */
bool trino_get(struct trino_asking *, const char *path, struct err *);
/* Puts the source's name in front, and takes out what must not be repeated. False. */
bool trino_name_error(const struct trino *, struct err *);
void trino_asking_free(struct trino_asking *);

#endif
