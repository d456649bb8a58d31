/* The address of a next page as an answer names it: "/path?query", or the whole of it at
 * the source's own origin. Anything else is not followed. Pure. */
#ifndef CLIENTS_REST_NEXT_H
#define CLIENTS_REST_NEXT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/rows.h"
#include "clients/rest_mapping.h"

/* Puts path and query into the request, counted from the origin ("https://host:443"), or a
 * path from the url. ERR_TRUST when it leads elsewhere, ERR_DECODE when it is no address. */
bool rest_next_read(struct cell address, const char *origin, bool below_url, struct rest_request *,
		    struct err *);

#endif
