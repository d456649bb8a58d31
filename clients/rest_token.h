/* Bearer tokens by OAuth 2.0's client credentials (RFC 6749, 4.4), or a user's password (4.3),
 * for sources of the kind "rest": the settings `token_url`, `client_id`, `client_secret`,
 * `client_auth`, `grant`, `user`, `password`, `security_token`, `scope`, `audience`,
 * `instance_suffix`. A token belongs to its source and is shared by all its
 * connections: asked for once however many threads want one, anew before its end, and when
 * the service refuses it. Thread-safe. */
#ifndef CLIENTS_REST_TOKEN_H
#define CLIENTS_REST_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "clients/source.h"

enum { TOKEN_BASE_MAX = 512 };

struct rest_token {
	struct secret value;
	char base[TOKEN_BASE_MAX];  /* where the token says that the API is; "" = it does not */
	unsigned generation;        /* 0 = none */
};

#define REST_TOKEN_INIT { .value = SECRET_INIT }
void rest_token_release(struct rest_token *);

/* Whether the settings would do: ERR_CONFIG as rest_auth_check(). Pure. */
bool rest_token_check(const struct source *, struct err *);

struct rest_tokens;

/* The source's; lives as long as somebody refers to it. */
struct rest_tokens *rest_tokens_ref(const struct source *, struct err *);
void rest_tokens_unref(struct rest_tokens *);   /* NULL allowed */
/* Copies what is good now into *out, unless that is it already. Blocks. */
bool rest_tokens_get(struct rest_tokens *, struct rest_token *out, usec deadline, struct cancel *,
		     struct err *);
/* The service refused this one: the next get() asks, unless another came meanwhile. */
void rest_tokens_refused(struct rest_tokens *, const struct rest_token *);

/* ---- pure ---------------------------------------------------------------------------- */

/* How long a token of that life is used before another is asked for. */
usec rest_token_use(usec life);

/* What a token endpoint answered; life is TIME_NONE when it does not say. */
struct rest_grant {
	struct rest_token token;
	usec life;
};

/* `suffix` as instance_suffix: NULL = the answer may not say where the API is. */
bool rest_grant_read(const char *json, size_t len, const char *suffix, struct rest_grant *,
		     struct err *);

#endif
