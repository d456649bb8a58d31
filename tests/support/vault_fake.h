/* HashiCorp Vault as far as it is used here, and as strict as it can be configured: it
 * demands the header X-Vault-Request, knows each token's time and policy, counts leases,
 * and writes down what was renewed and revoked.
 *
 *   GET  /v1/secret/data/NAME      key/value, version 2
 *   GET  /v1/kv/NAME               key/value, version 1
 *   GET  /v1/database/creds/NAME   a lease on a user and password
 *   POST /v1/sys/leases/{renew,revoke}, /v1/auth/approle/login,
 *        /v1/auth/token/{renew-self,revoke-self}; GET lookup-self
 *
 * Listens on 127.0.0.1; a thread per connection. All calls from any thread. */
#ifndef TESTS_SUPPORT_VAULT_FAKE_H
#define TESTS_SUPPORT_VAULT_FAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct vault_fake;

#define VAULT_FAKE_TOKEN     "hvs.canary-token-1"
#define VAULT_FAKE_ROLE      "reader-role"
#define VAULT_FAKE_SECRET_ID "canary-secret-id"

struct vault_fake_options {
	/* How long database credentials and tokens of a login are said to last; 0 = an hour. They
	 * do so half a minute longer: a slow machine must not be late. */
	unsigned lease_ms;
	const char *namespace;   /* what X-Vault-Namespace has to be; NULL = absent */
	const char *tls_dir;     /* serves TLS with what tls_files() made there; NULL = none */
	/* Makes and drops the users of leases; NULL = nobody does. Under no lock. */
	void (*grant)(void *ctx, const char *user, const char *password);
	void (*drop)(void *ctx, const char *user);
	void *ctx;
};

struct vault_fake *vault_fake_start(const struct vault_fake_options *, struct err *);
void vault_fake_stop(struct vault_fake *);       /* NULL allowed */
unsigned vault_fake_port(const struct vault_fake *);

/* A secret: "secret/data/x" or "kv/x", its fields as JSON; NULL: deleted. */
void vault_fake_put(struct vault_fake *, const char *path, const char *fields);
/* The token is worth nothing from now on; so are its leases. */
void vault_fake_kill_token(struct vault_fake *, const char *token);
/* Another token that is good for good. */
void vault_fake_add_token(struct vault_fake *, const char *token);
/* Paths with this beginning are not for any token; NULL: all are. */
void vault_fake_deny(struct vault_fake *, const char *prefix);
/* The next `count` requests for paths with this beginning get this; 0 = for good. A
 * status of 0: well again. */
void vault_fake_fault(struct vault_fake *, const char *prefix, unsigned status, const char *body,
		      const char *location, unsigned count);
/* Answers come so much later. */
void vault_fake_slow(struct vault_fake *, unsigned ms);

/* Requests so far for paths with this beginning, refused ones as well. */
size_t vault_fake_count(struct vault_fake *, const char *prefix);
/* Waits for so many; false after 10 s. */
bool vault_fake_wait(struct vault_fake *, const char *prefix, size_t count);
size_t vault_fake_leases(struct vault_fake *);   /* made so far */
size_t vault_fake_live(struct vault_fake *);     /* neither over nor given back */
/* What a client did that none does; "" = nothing. Lives as long as the fake. */
const char *vault_fake_complaint(struct vault_fake *);

#endif
