/* How a source of the kind "rest" proves who is asking: the settings `auth`,
 * `app_id`, `secret`, `user`, `password`, `token`, `header_name`, and those of
 * rest_token.h. */
#ifndef CLIENTS_REST_AUTH_H
#define CLIENTS_REST_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "clients/rest_token.h"
#include "clients/source.h"

struct rest_scheme;

/* Belongs to one connection. */
struct rest_auth {
	const struct source *source;
	const struct rest_scheme *scheme;
	const char *key, *header;       /* which setting is the secret; which header carries it */
	struct login login;             /* the secret */
	struct rest_tokens *tokens;     /* of oauth; else NULL */
	struct rest_token token;
	struct buf query, headers;      /* of the last request; hold a usable signature */
};

/* What is signed. */
struct rest_signed {
	const char *method, *path;      /* the path as sent, without the query */
	const char *body;
	size_t body_len;
	usec now;                       /* wall, by the server's clock */
};

/* Whether the settings are what the scheme needs. Pure. */
bool rest_auth_check(const struct source *, struct err *);

bool rest_auth_init(struct rest_auth *, const struct source *, struct err *);
/* For a kind with settings of its own: the secret `key` in `header`, or as a bearer token. */
void rest_auth_init_key(struct rest_auth *, const struct source *, const char *header,
			const char *key, bool bearer);
void rest_auth_release(struct rest_auth *);
/* The next request reads the secret anew: it may have been replaced. */
void rest_auth_forget(struct rest_auth *);

/* Has what the next request needs at hand: the secret, and a token where the scheme buys
 * one. Blocks on a helper, a store, the service that grants tokens. */
bool rest_auth_ready(struct rest_auth *, usec deadline, struct cancel *, struct err *);
/* The service refused who we said we are. True when that can be put right by asking
 * for another token. */
bool rest_auth_renew(struct rest_auth *);
/* Where the token says that the API is; NULL = where the url says. After rest_auth_ready(). */
const char *rest_auth_base(const struct rest_auth *);

/* Fills auth->query and auth->headers ("Name: value\n" each) anew. After
 * rest_auth_ready(). */
bool rest_auth_apply(struct rest_auth *, const struct rest_signed *, struct err *);
/* For HTTP Basic, else NULL. After rest_auth_apply(). */
const char *rest_auth_user(const struct rest_auth *);

/* True when requests carry a time that the server compares with its clock. */
bool rest_auth_timed(const struct rest_auth *);
bool rest_auth_none(const struct source *);
/* Whom we say we are; NULL when the scheme has no name. */
const char *rest_auth_identity(const struct rest_auth *);
/* " (signed hmac-query as APP)" */
void rest_auth_describe(const struct rest_auth *, struct buf *out);
/* Replaces the secret and the last signature, however spelt, by ••• in what a
 * server sent back. */
void rest_auth_scrub(const struct rest_auth *, struct buf *text);
/* Replaces that by •••, wherever it stands. */
void rest_auth_hide(struct buf *text, const char *what, size_t len);
/* The same with a password, also as HTTP Basic spells it with its user. */
void rest_auth_hide_login(struct buf *text, const char *user, const struct secret *);
/* An error as it may be told: the source's name in front, without what must not be
 * repeated. Returns false. NULL allowed. */
bool rest_auth_name_error(const struct rest_auth *, const char *source, struct err *);
/* Releases a buffer that held such things; nothing of it stays in freed memory. */
void rest_auth_wipe(struct buf *);

#endif
