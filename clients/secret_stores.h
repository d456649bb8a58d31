/* The stores behind clients/secrets.h: each fetches, and may renew and revoke. */
#ifndef CLIENTS_SECRET_STORES_H
#define CLIENTS_SECRET_STORES_H

#include <stdbool.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "clients/source.h"

enum { LEASE_MAX = 256 };

/* What a store gave. */
struct issued {
	struct secret secret;
	char user[LOGIN_USER_MAX];      /* "" = it names nobody */
	char lease[LEASE_MAX];          /* to be given back; "" = nothing is */
	usec lasts;                     /* from now; 0 = it does not say */
	bool renewable;
	bool closes;                    /* sessions end with it */
};

void issued_release(struct issued *);

struct secret_store {
	const char *scheme;             /* "vault:" */
	const char *needs;              /* "vault" or "aws": of struct source; NULL = itself */
	usec fresh;                     /* how long it is good when it does not say */
	bool last;                      /* given back after all others */
	bool local;                     /* of this machine: no store */
	/* NULL, or what is wrong with `what`, which stands behind the scheme. Pure. */
	const char *(*wrong)(const char *what);
	/* Blocks. May read other secrets. */
	bool (*fetch)(const struct source *, const char *what, struct issued *, usec deadline,
		      struct cancel *, struct err *);
	/* Sets `lasts` anew. NULL: it is fetched instead. */
	bool (*renew)(const struct source *, struct issued *, usec deadline, struct cancel *,
		      struct err *);
	/* NULL: there is nothing to give back. */
	bool (*revoke)(const struct source *, const struct issued *, usec deadline,
		       struct cancel *, struct err *);
};

extern const struct secret_store vault_kv_store, vault_db_store, vault_token_store;
extern const struct secret_store secretsmanager_store, redshift_iam_store;
extern const struct secret_store file_store, command_store;

#endif
