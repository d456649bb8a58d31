/* What kinds that speak to one HTTP server have in common: its address, who may be told
 * our credentials, and that answers are of the type that was asked for. */
#ifndef CLIENTS_HTTP_SOURCE_H
#define CLIENTS_HTTP_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "clients/base_url.h"
#include "clients/http.h"
#include "clients/rest_auth.h"
#include "clients/source.h"

enum { HTTP_BASE_MAX = 300 };

/* The setting `url` as https://host[:port], nothing behind it; a bare host means https,
 * since the environment often names one. Pure. */
bool http_source_base(const struct source *, char base[static HTTP_BASE_MAX], struct base_url *,
		      struct err *);
/* Whether `auth` is one of none, basic and bearer, has what it needs, and would not be sent
 * over plain http to another machine. Pure. */
bool http_source_auth(const struct source *, const struct base_url *, struct err *);

/* What a connection ends with. */
void http_source_close(struct http *, struct rest_auth *);

/* ERR_DECODE for an answer of another type than JSON, or whatever else was `expected`. */
bool http_wrong_type(const struct http_response *, const char *expected, struct err *);

#endif
