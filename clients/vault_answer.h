/* What HashiCorp Vault answers: JSON that is read in one place. Pure. */
#ifndef CLIENTS_VAULT_ANSWER_H
#define CLIENTS_VAULT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "clients/secret_stores.h"

/* A field of a secret, of version 1 or 2 of the key/value engine. */
bool vault_read_field(const char *text, size_t len, const char *field, struct issued *,
		      struct err *);
/* Credentials of the database engine: of a lease, or of a static role. */
bool vault_read_credentials(const char *text, size_t len, struct issued *, struct err *);
/* The token that a login gave. */
bool vault_read_login(const char *text, size_t len, struct issued *, struct err *);
/* How long a token or lease lasts, after a renewal or when looked up. */
bool vault_read_time(const char *text, size_t len, struct issued *, struct err *);

enum { VAULT_SAID_MAX = 200 };
/* Its first error or warning, printable; "" when it says none. */
void vault_said(const char *text, size_t len, char out[static VAULT_SAID_MAX]);
/* Whether a 404 speaks of a version that was deleted or destroyed. */
bool vault_deleted(const char *text, size_t len);

#endif
