#include "clients/postgres_error.h"

#include <stdlib.h>
#include <string.h>

enum { STATE_LEN = 5, BASE = 36 };

static bool is_state(const char *s)
{
	static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return strspn(s, allowed) >= STATE_LEN;
}

long pg_sqlstate(const char *state)
{
	if (!state || strlen(state) != STATE_LEN || !is_state(state))
		return 0;
	return strtol(state, NULL, BASE);
}

/* The first row whose state begins with `prefix` decides. */
static const struct class {
	const char *prefix;
	enum err_kind kind;
	bool transient;
} classes[] = {
	{ "28", ERR_AUTH, false },
	{ "42501", ERR_DENIED, false },           /* insufficient_privilege */
	{ "08", ERR_NETWORK, true },
	{ "57P01", ERR_NETWORK, true },         /* admin_shutdown */
	{ "57P02", ERR_NETWORK, true },         /* crash_shutdown */
	{ "57P03", ERR_NETWORK, true },         /* cannot_connect_now */
	{ "53300", ERR_REMOTE, true },          /* too_many_connections */
	{ "40001", ERR_REMOTE, true },          /* serialization_failure */
	{ "40P01", ERR_REMOTE, true },          /* deadlock_detected */
	{ "57014", ERR_CANCELLED, false },      /* query_canceled, not by us */
	{ "", ERR_REMOTE, false },
};

bool pg_server_err(const char *source, const char *state, const char *message, bool again,
		   struct err *e)
{
	long code = pg_sqlstate(state);
	const struct class *c = classes;

	if (!message || !*message)
		message = "no message";
	if (!code)
		return err_set(e, ERR_DECODE, 0, "%s: an error without an SQLSTATE: %s", source,
			       message);
	while (strncmp(state, c->prefix, strlen(c->prefix)) != 0)
		c++;
	if (c->transient && again)
		return err_transient(e, c->kind, code, "%s: %s (%s)", source, message, state);
	return err_set(e, c->kind, code, "%s: %s (%s)", source, message, state);
}

/* "FATAL:  28P01: password authentication failed": the word may be translated
 * by the server, the rest is fixed. NULL when there is none. */
static const char *find_state(const char *message)
{
	for (const char *p = message; (p = strstr(p, ":  ")) != NULL; p++)
		if (is_state(p + 3) && strncmp(p + 3 + STATE_LEN, ": ", 2) == 0)
			return p + 3;
	return NULL;
}

/* libpq puts `connection to server at "x", port 1 failed: ` in front. */
static const char *without_prefix(const char *message)
{
	static const char failed[] = " failed: ";
	const char *p = strncmp(message, "connection to server", 20) == 0 ?
			strstr(message, failed) : NULL;

	return p ? p + strlen(failed) : message;
}

static bool has(const char *message, const char *words)
{
	return strstr(message, words) != NULL;
}

/* A handshake that broke off proves nothing about the peer; one that was
 * completed to its bad end does. */
static bool tls_err(const char *source, const char *where, const char *message, int len,
		    struct err *e)
{
	if (has(message, "root certificate file") || has(message, "certificate revocation list"))
		return err_set(e, ERR_CONFIG, 0, "%s: %.*s", source, len, message);
	if (has(message, "SSL SYSCALL error") || has(message, "SSL connection has been closed") ||
	    has(message, "server closed the connection") || has(message, "could not receive") ||
	    has(message, "could not send"))
		return err_transient(e, ERR_NETWORK, 0, "%s: TLS with %s: %.*s", source, where, len,
				     message);
	return err_set(e, ERR_TRUST, 0, "%s: TLS with %s: %.*s", source, where, len, message);
}

static bool login_err(const char *source, const char *where, const char *message, int len,
		      struct err *e)
{
	if (has(message, "authentication method 13 not supported"))
		return err_set(e, ERR_AUTH, 13, "%s: %s asks for Redshift's own password digest "
			       "(authentication method 13), which libpq does not know: use IAM "
			       "temporary credentials or an md5 password", source, where);
	if (has(message, "authentication method"))
		return err_set(e, ERR_AUTH, 0, "%s: %s: %.*s", source, where, len, message);
	if (has(message, "no password supplied"))
		return err_set(e, ERR_AUTH, 0, "%s: %s asks for a password: set sources.%s.password",
			       source, where, source);
	if (has(message, "server signature") || has(message, "channel binding"))
		return err_set(e, ERR_TRUST, 0, "%s: %s: %.*s", source, where, len, message);
	if (has(message, "expected authentication request") || has(message, "lost synchronization") ||
	    has(message, "invalid") || has(message, "malformed"))
		return err_set(e, ERR_DECODE, 0, "%s: %s: %.*s", source, where, len, message);
	return err_transient(e, ERR_NETWORK, 0, "%s: login at %s: %.*s", source, where, len, message);
}

bool pg_connect_err(const char *source, const char *where, enum pg_stage stage,
		    const char *message, struct err *e)
{
	const char *state = stage == PG_LOGIN ? find_state(message) : NULL;
	char code[STATE_LEN + 1] = "", first[256];
	int len;

	if (state) {
		memcpy(code, state, STATE_LEN);
		message = state + STATE_LEN + 2;
	} else {
		message = without_prefix(message);
	}
	len = (int)strcspn(message, "\n");
	if ((size_t)len >= sizeof(first))
		len = (int)sizeof(first) - 1;
	memcpy(first, message, len);
	first[len] = '\0';
	if (state)
		return pg_server_err(source, code, first, true, e);
	if (stage == PG_TLS)
		return tls_err(source, where, message, len, e);
	if (stage == PG_LOGIN)
		return login_err(source, where, message, len, e);
	return err_transient(e, ERR_NETWORK, 0, "%s: cannot connect to %s: %s", source, where,
			     first);
}
