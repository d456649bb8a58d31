/* Where a request may go: to its source's own origin only, and a password not
 * in clear text. Pure; used by http.c only. */
#ifndef CLIENTS_HTTP_ORIGIN_H
#define CLIENTS_HTTP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "clients/http.h"

/* False with ERR_TRUST or ERR_CONFIG. `where` gets "host:port", for errors. */
bool http_origin_check(const struct source *, const struct http_request *, char *where,
		       size_t wheresz, struct err *);

#endif
