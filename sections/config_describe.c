/* What `config check` and the pane of the configuration say: every setting with where it is from,
 * without secrets. */
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "clients/client.h"
#include "sections/config_parts.h"

#define HIDDEN "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"

enum { GAP = 2, COLUMN_MAX = 48 };

/* One line of three columns; the first two are padded. */
struct line {
	const char *name;
	struct buf value;
	const char *from;
};

static size_t cells(const char *s)
{
	return text_cells(s, strlen(s));
}

static void put(struct buf *out, const char *s)
{
	buf_put_safe(out, s, strlen(s));
}

static void pad(struct buf *out, size_t used, size_t width)
{
	for (size_t i = used; i < width + GAP; i++)
		buf_putc(out, ' ');
}

/* Without the folders: which file it is stands at the top. */
static const char *short_origin(const char *origin)
{
	const char *slash = strrchr(origin, '/');

	return slash ? slash + 1 : origin;
}

/* Of a helper command only the program: an argument could be a secret as well. */
static void secret_words(struct buf *out, const char *ref)
{
	static const char command[] = "command:", env[] = "env:";
	size_t len = strlen(ref);

	if (strncmp(ref, command, sizeof(command) - 1) == 0)
		len = strcspn(ref, " ");
	buf_puts(out, "(secret from ");
	buf_put(out, ref, len);
	if (len < strlen(ref))
		buf_puts(out, " …");
	if (strncmp(ref, env, sizeof(env) - 1) == 0) {
		const char *value = secret_env(ref + sizeof(env) - 1);

		buf_puts(out, value && *value ? ", set" : ", not set");
	}
	buf_putc(out, ')');
}

/* A proxy may want a password, and its address is the only place for it. */
static void put_address(struct buf *out, const char *value)
{
	const char *host = strstr(value, "://"), *at = strrchr(value, '@'), *colon;

	host = host ? host + strlen("://") : value;
	colon = at && at > host ? memchr(host, ':', (size_t)(at - host)) : NULL;
	if (colon)
		buf_printf(out, "%.*s:" HIDDEN "%s", (int)(colon - value), value, at);
	else
		buf_puts(out, value);
}

/* False: there is nothing to say about this setting. */
static bool fill_line(struct line *l, const struct source *s, const struct setting_def *d)
{
	const struct setting *set = setting_find(s->settings, s->nsettings, d->key);

	l->name = d->key;
	buf_clear(&l->value);
	if (set && d->secret)
		secret_words(&l->value, set->value);
	else if (set && strcmp(d->key, "proxy") == 0)
		put_address(&l->value, set->value);
	else if (set)
		buf_puts(&l->value, set->value);
	else if (d->fallback)
		buf_puts(&l->value, d->fallback);
	l->from = set ? short_origin(set->origin) : "default";
	return set || d->fallback;
}

static void widen(size_t *width, size_t to)
{
	if (to > COLUMN_MAX)
		to = COLUMN_MAX;
	if (*width < to)
		*width = to;
}

static void describe_settings(const struct source *s, struct buf *out)
{
	struct line l = { .value = BUF_INIT };
	size_t names = 0, values = 0;

	for (const struct setting_def *d = s->client->settings; d->key; d++) {
		if (!fill_line(&l, s, d))
			continue;
		widen(&names, cells(l.name));
		widen(&values, cells(buf_str(&l.value)));
	}
	for (const struct setting_def *d = s->client->settings; d->key; d++) {
		if (!fill_line(&l, s, d))
			continue;
		buf_puts(out, "  ");
		put(out, l.name);
		pad(out, cells(l.name), names);
		put(out, buf_str(&l.value));
		pad(out, cells(buf_str(&l.value)), values);
		put(out, l.from);
		buf_putc(out, '\n');
	}
	buf_release(&l.value);
}

static const char *kind_of(const struct source *s)
{
	return s->client ? s->client->kind : "-";
}

static void describe_source(const struct source *s, size_t names, size_t kinds, struct buf *out)
{
	char span[TIME_SPAN_MAX];

	put(out, s->name);
	pad(out, cells(s->name), names);
	put(out, kind_of(s));
	pad(out, cells(kind_of(s)), kinds);
	buf_puts(out, s->configured ? "configured      " : "not configured  ");
	put(out, s->configured ? s->origin : s->missing);
	if (s->configured && s->lag > 0)
		buf_printf(out, ", %s behind", time_span(span, s->lag));
	buf_putc(out, '\n');
	if (s->client)
		describe_settings(s, out);
}

static void describe_key(struct buf *out, const char *key, const char *value)
{
	enum { KEY_WIDTH = 7 };

	if (!value)
		return;
	buf_puts(out, key);
	pad(out, cells(key), KEY_WIDTH);
	put(out, value);
	buf_putc(out, '\n');
}

void config_describe(const struct config *c, struct buf *out)
{
	char now[TIME_TEXT_MAX];
	size_t names = 0, kinds = 0;

	describe_key(out, "file", c->path);
	if (!c->exists)
		describe_key(out, "", "(not there: only the environment and what is built in)");
	describe_key(out, "theme", c->theme);
	describe_key(out, "queries", c->override_dir);
	if (c->now != TIME_NONE)
		describe_key(out, "now", time_iso(now, c->now, false));
	for (size_t i = 0; i < c->nzones; i++)
		describe_key(out, i ? "" : "zones", c->zones[i]);
	config_telemetry_describe(&c->telemetry, out);
	for (size_t i = 0; i < c->nparams; i++) {
		buf_puts(out, i ? "         " : "params   ");
		put(out, c->params[i].key);
		buf_puts(out, " = ");
		put(out, c->params[i].value);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < c->nsources; i++) {
		widen(&names, cells(c->sources[i].name));
		widen(&kinds, cells(kind_of(&c->sources[i])));
	}
	/* A store that nothing is said about is not missed. */
	for (size_t i = 0; c->stores && i < CONFIG_STORES; i++) {
		if (c->stores[i].nsettings == 0)
			continue;
		buf_putc(out, '\n');
		describe_source(&c->stores[i], names, kinds, out);
	}
	for (size_t i = 0; i < c->nsources; i++) {
		buf_putc(out, '\n');
		describe_source(&c->sources[i], names, kinds, out);
	}
}
