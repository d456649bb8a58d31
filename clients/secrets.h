/* Secrets that a store holds or issues, shared by all connections of the source that
 * they are for. Fetched once however many threads ask, kept in locked memory, fetched
 * anew when their time is over or the source refuses them; leases are renewed at two
 * thirds of their time by a thread of their own, and given back at the end.
 * Thread-safe. The stores are in secret_stores.h.
 *
 *   vault:PATH#FIELD             HashiCorp Vault, key/value
 *   vault_db:PATH                its database engine: user and password of a lease
 *   secretsmanager:ID[#FIELD]    AWS Secrets Manager, current version
 *   file:PATH, command:LINE      base/secret.h: no stores, but kept alike
 *
 * What was fetched for one source is never given to another. */
#ifndef CLIENTS_SECRETS_H
#define CLIENTS_SECRETS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/source.h"

/* Whether a store is to be asked for it. Pure. */
bool secrets_stored(const char *ref);
/* Whether secrets_get() has it: all but what stands in the environment. Pure. */
bool secrets_kept(const char *ref);
/* Checks such a reference: NULL, or what is wrong with it, as a clause. Pure. */
const char *secrets_wrong(const char *ref);
/* The store that the reference needs and that is not configured, in which case `missing`
 * of it says why; NULL = all is there. Pure. */
const struct source *secrets_lacking(const struct source *, const char *ref);

/* Makes *login what is good now. Blocks. */
bool secrets_get(const struct source *, const char *ref, struct login *, usec deadline,
		 struct cancel *, struct err *);

/* Around one request of a source, on the thread that makes it: what it was given from
 * here on counts. */
void secrets_begin(void);
/* The request was refused (*e says so). True when the stores have something newer than it
 * was given: ask once more. They are asked at most once; what they still hold unchanged
 * is not tried again, so that no account is locked for it. False: *e says what came of it. */
bool secrets_again(const struct source *, usec deadline, struct cancel *, struct err *e);

/* At the end: gives leases back, all at once, within `budget`, and forgets everything.
 * What cannot be given back in time ends by itself. */
void secrets_close(usec budget);

#endif
