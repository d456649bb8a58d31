/* One request to a source of the kind "rest" and its answer: signed, said, sent,
 * and asked again only with a clock put right. */
#ifndef CLIENTS_REST_ASK_H
#define CLIENTS_REST_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/client.h"
#include "clients/http.h"
#include "clients/rest_auth.h"
#include "clients/rest_mapping.h"

enum { REST_BASE_MAX = 1024 };

/* A connection. */
struct rest {
	const struct source *source;
	struct source there;       /* its settings, the origin of base */
	struct http *http;
	struct rest_auth auth;
	char base[REST_BASE_MAX];  /* where the API is, without a slash at its end */
	const char *base_path;     /* in base: what follows host and port; may be "" */
	char host[128];
	bool may_learn;            /* its Date is worth believing */
};

/* Makes that the place of the API. */
bool rest_move(struct rest *, const char *base, struct err *);

struct rest_asking {
	struct rest *rest;
	const char *method;
	const struct rest_request *request;
	const struct rest_mapping *mapping; /* what its refusals mean; NULL in a health check */
	const char *refused;       /* there: what a 401 may mean; NULL = nothing known */
	usec deadline;
	size_t max_bytes;
	struct cancel *cancel;
	struct row_sink *sink;     /* NULL in a health check */
	struct http_response response;
	struct buf body;           /* of an error only its beginning; the caller releases it */
};

/* True when an answer came, whatever its status. */
bool rest_ask(struct rest_asking *, struct err *);

bool rest_is_success(const struct http_response *);
bool rest_is_refused(const struct http_response *);     /* 401, 403 */
bool rest_is_json(const struct http_response *);

/* The error that an answer other than a success stands for. */
bool rest_ask_error(struct rest_asking *, struct err *);
/* Puts the source's name in front of the error, and takes out what must not be
 * repeated. Returns false. */
bool rest_name_error(const struct rest *, struct err *);

#endif
