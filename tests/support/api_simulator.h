/* The tracking and company APIs, as far as the rest client can tell: checks every
 * signature for real, pages, answers from a JSON file, and misbehaves on request.
 *
 *   GET  /api/v1/tracking?tracking_ids=|load_ids=[&company_id=]
 *   POST /api/v1/tracking/search?company_id=     { "load_ids", "page", "per_page" }
 *   GET  /api/v1/companies/SHIPPER/relationships?related_company_id=&page=&per_page=
 *   GET  /v1/ocean/events?container=|booking=|bl=
 *
 * Listens on 127.0.0.1; a thread per connection. All calls from any thread. */
#ifndef TESTS_SUPPORT_API_SIMULATOR_H
#define TESTS_SUPPORT_API_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"

struct api_simulator;
struct loopback_call;                   /* loopback.h */

/* What another service says to a request. */
struct api_reply {
	unsigned status;                /* 200 unless set */
	char *body;                     /* JSON; will be freed */
	char headers[1024];             /* "Name: value\n" each */
};

struct api_options {
	unsigned port;                  /* 0 = a free one */
	/* { "loads": [load …], "relationships": [{ "_shipper", "_carrier", … } …],
	 *   "ocean_events": [{ "_container", "_booking", "_bol", … } …] } */
	const char *data_file;          /* NULL = data */
	const char *data;               /* the same as text; NULL = nothing there */
	/* Credentials that are accepted; those left NULL accept nothing. None set at
	 * all: everybody may ask. */
	const char *app, *secret;
	const char *user, *password;
	const char *token;              /* Bearer or X-API-Key */
	const char *cert_file, *key_file; /* both: TLS */
	/* Another service instead of these APIs (service_fakes.h); called by several
	 * threads, one at a time. */
	void (*service)(void *ctx, const struct loopback_call *, struct api_reply *);
	void *service_ctx;
};

struct api_simulator *api_simulator_start(const struct api_options *, struct err *);
void api_simulator_stop(struct api_simulator *);        /* NULL allowed */
unsigned api_simulator_port(const struct api_simulator *);

/* What goes wrong with requests whose path begins with `path` ("" = all), instead
 * of what went wrong there before; NULL = nothing any more. "MODE[:ARG][*COUNT]",
 * with a count only for so many requests:
 *
 *   slow:MS        the answer begins later
 *   drop           the connection is closed without an answer
 *   cut            half of the body, then the connection is closed
 *   length:N       Content-Length is off by N; the connection ends where the shorter
 *                  of body and length does
 *   redirect:URL   302
 *   html           200 with a login page
 *   malformed      200 with JSON that ends early
 *   pages          there is always one more page
 *   same-page      always the first page, of many
 *   echo:STATUS    an error that repeats the request, signature and all
 *   skew:SECONDS   the server's clock (for all paths, for good)
 *   STATUS[:RETRY] that error, with Retry-After
 *
 * False when it is none of these. */
bool api_simulator_fault(struct api_simulator *, const char *path, const char *spec);
/* Answers like this instead. The body is copied; NULL takes it back. */
bool api_simulator_answer(struct api_simulator *, const char *path, unsigned status,
			  const char *content_type, const char *body, size_t len);

struct api_request {
	usec at;                        /* monotonic */
	char method[8];
	char uri[1024];                 /* as sent */
	unsigned status;                /* answered; 0 = dropped */
};

/* Requests so far whose uri begins with `path`. */
size_t api_simulator_count(struct api_simulator *, const char *path);
bool api_simulator_request(struct api_simulator *, size_t i, struct api_request *);
void api_simulator_forget(struct api_simulator *);      /* empties the log */
/* Waits until so many requests have begun; false after `seconds`. */
bool api_simulator_wait(struct api_simulator *, size_t count, unsigned seconds);

#endif
