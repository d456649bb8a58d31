/* A source: a named entry of the configuration, ready to be connected to.
 * Immutable after the configuration is read; shared by all threads. */
#ifndef CLIENTS_SOURCE_H
#define CLIENTS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"

struct client_ops;

/* One setting as written: its value and where it came from. For a secret the
 * value is a reference (base/secret.h: env:, file:, command:; clients/secrets.h: what a
 * store holds), never the secret. */
struct setting {
	char *key;
	char *value;
	char *origin;              /* "config.yaml:12:5", "REDSHIFT_HOST", "built-in" */
};

enum { SOURCE_NAME_MAX = 32 };

struct source {
	char name[SOURCE_NAME_MAX];        /* "signoz" */
	char title[48];                    /* "SigNoz logs", for people */
	const struct client_ops *client;   /* the kind */
	struct setting *settings;
	size_t nsettings;
	unsigned lane;                     /* requests in flight at most (default 4) */
	int64_t timeout;                   /* µs one request may take (default 30 s) */
	int64_t lag;                       /* µs that its data is behind; 0 = live */
	bool configured;                   /* false: UNAVAILABLE, `missing` says why */
	char missing[120];                 /* "no host: set sources.redshift.host or REDSHIFT_HOST" */
	char origin[256];                  /* scheme://host:port: what breaker and credentials are bound to */
	const struct source *vault, *aws;  /* the stores that its secrets may be in; NULL = none */
};

/* The setting's value, or `fallback` when it is not set. */
const char *source_get(const struct source *, const char *key, const char *fallback);
/* Typed reads of a validated setting; `fallback` when not set. */
long source_int(const struct source *, const char *key, long fallback);
bool source_bool(const struct source *, const char *key, bool fallback);
/* Zeroed memory for a connection to it. */
void *source_alloc(const struct source *, size_t size, struct err *);
/* Reads the secret that `key` refers to. May block (helper command): workers only.
 * ERR_CONFIG when it is not set. */
bool source_secret(const struct source *, const char *key, struct secret *, struct err *);

enum { LOGIN_USER_MAX = 128 };

/* A secret, and what goes with one that a store issued. Belongs to one connection. */
struct login {
	struct secret secret;
	char user[LOGIN_USER_MAX];  /* whom the store names with it; "" = nobody */
	usec ends;                  /* monotonic: sessions that it opened end then; TIME_NONE = they do not */
	unsigned generation;        /* of a store; 0 = of none */
};

#define LOGIN_INIT { .ends = TIME_NONE }
void login_release(struct login *);

/* Makes *login what is good now: reads what `key` refers to unless it was read before,
 * and of a store what is newer than that. Call it before each request. May block on a
 * store or a helper, within the deadline: workers only. */
bool source_login(const struct source *, const char *key, struct login *, usec deadline,
		  struct cancel *, struct err *);

#endif
