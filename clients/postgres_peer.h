/* Who really answers at an address: libpq says "certificate verify failed" and
 * no more, which does not tell an expired certificate from a stranger's. */
#ifndef CLIENTS_POSTGRES_PEER_H
#define CLIENTS_POSTGRES_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/clock.h"

struct pg_peer {
	const char *host;               /* as configured, for the server's choice of certificate */
	const char *address;            /* numeric */
	long port;
	const char *ca_file;
};

/* Shakes hands once more, without trust and without a word about us, and writes
 * "certificate has expired; CN=db, issuer CN=Corp CA, until Nov 24 10:00:00 2026 GMT".
 * False and "" when it could not be found out in time. Not printable yet:
 * err_set() makes it so. */
bool pg_peer_facts(const struct pg_peer *, char *out, size_t size, struct cancel *, usec deadline);

#endif
