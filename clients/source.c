#include "clients/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

bool source_secret(const struct source *s, const char *key, struct secret *out, struct err *e)
{
	const char *ref = source_get(s, key, NULL);

	if (!ref || !*ref)
		return err_set(e, ERR_CONFIG, 0, "%s: its %s is not set", s->name, key);
	return secret_read(out, ref, e);
}
