/* Host names to addresses within a deadline; the system's resolver knows none. */
#ifndef CLIENTS_RESOLVE_H
#define CLIENTS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"

enum { ADDRESS_MAX = 64 };

struct address {
	char text[ADDRESS_MAX];         /* numeric */
	bool loopback;
};

/* At most `max` addresses of `host` in the resolver's order; *n of them, never 0.
 * Numeric hosts need no lookup. ERR_NETWORK (transient) names the host. */
bool resolve(const char *host, struct address *out, size_t max, size_t *n, struct cancel *,
	     usec deadline, struct err *);

#endif
