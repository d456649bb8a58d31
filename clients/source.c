#include "clients/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clients/secrets.h"

#define SECRET_TIME (10 * USEC_SEC)

static const struct setting *find(const struct source *s, const char *key)
{
	for (size_t i = 0; i < s->nsettings; i++) {
		if (strcmp(s->settings[i].key, key) == 0)
			return &s->settings[i];
	}
	return NULL;
}

const char *source_get(const struct source *s, const char *key, const char *fallback)
{
	const struct setting *found = find(s, key);

	return found && found->value ? found->value : fallback;
}

long source_int(const struct source *s, const char *key, long fallback)
{
	const char *text = source_get(s, key, NULL);
	char *end;
	long v;

	if (!text || !*text)
		return fallback;
	errno = 0;
	v = strtol(text, &end, 10);
	return errno || *end ? fallback : v;
}

bool source_bool(const struct source *s, const char *key, bool fallback)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	const char *text = source_get(s, key, NULL);

	if (!text || !*text)
		return fallback;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return true;
	}
	return false;
}

void *source_alloc(const struct source *s, size_t size, struct err *e)
{
	void *conn = calloc(1, size);

	if (!conn)
		err_set(e, ERR_MEMORY, 0, "%s: no memory for a connection", s->name);
	return conn;
}

void login_release(struct login *l)
{
	secret_release(&l->secret);
	*l = (struct login)LOGIN_INIT;
}

static bool named(const struct source *s, const char *key, const struct err *why, struct err *e)
{
	err_set(e, why->kind, why->code, "%s: its %s: %s", s->name, key, why->text);
	if (e) {
		e->transient = why->transient;
		e->retry_after_ms = why->retry_after_ms;
	}
	return false;
}

bool source_login(const struct source *s, const char *key, struct login *l, usec deadline,
		  struct cancel *c, struct err *e)
{
	const char *ref = source_get(s, key, NULL);
	struct err why = { 0 };

	if (!ref || !*ref)
		return err_set(e, ERR_CONFIG, 0, "%s: its %s is not set", s->name, key);
	if (secrets_kept(ref))
		return secrets_get(s, ref, l, deadline, c, &why) || named(s, key, &why, e);
	return l->secret.data || secret_read(&l->secret, ref, e);
}

bool source_secret(const struct source *s, const char *key, struct secret *out, struct err *e)
{
	const char *ref = source_get(s, key, "");
	struct login l = LOGIN_INIT;

	if (*ref && !secrets_stored(ref))
		return secret_read(out, ref, e);
	if (!source_login(s, key, &l, now_mono() + SECRET_TIME, NULL, e))
		return false;
	secret_release(out);
	*out = l.secret;
	return true;
}
