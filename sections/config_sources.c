/* The configuration's sources: kinds, settings of the file and of the environment, and what each
 * lacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/secret.h"
#include "clients/client.h"
#include "clients/secret_settings.h"
#include "clients/secrets.h"
#include "sections/config_parts.h"

#define TIMEOUT_DEFAULT (30 * USEC_SEC)
#define TIMEOUT_MIN     USEC_SEC
#define TIMEOUT_MAX     (15 * USEC_MIN)

enum { LANE_DEFAULT = 4, LANE_MAX = 64 };

/* One source while it is read. */
struct entry {
	struct source *source;
	const struct source_def *def;
	const char *kind;
	const struct doc_node *map;     /* its part of the file; NULL = none */
	const char *off;                /* where the file switches it off; NULL = it does not */
	bool on;                        /* the file switches it on */
	bool use_env;
	bool store;                     /* no source, but where secrets of sources are */
};

/* ---- keys that every kind has --------------------------------------------------------- */

static bool known_kind(const struct workspace *w, const char *kind)
{
	if (client_find(kind))
		return true;
	for (size_t i = 0; i < w->nsources; i++)
		if (strcmp(w->sources[i].kind, kind) == 0)
			return true;
	return false;
}

static bool read_kind(struct entry *n, const struct workspace *w, struct err *e)
{
	const struct doc_node *node = doc_get(n->map, "kind");
	struct buf known = BUF_INIT;

	n->kind = n->def->kind;
	if (!node)
		return true;
	if (!config_scalar(node, "kind", &n->kind, e))
		return false;
	if (known_kind(w, n->kind))
		return true;
	for (const struct client_ops *const *k = client_kinds; *k; k++)
		config_list(&known, (*k)->kind);
	err_set(e, ERR_CONFIG, 0, "%s: unknown kind \"%s\"; known: %s", doc_where(node), n->kind,
		buf_str(&known));
	buf_release(&known);
	return false;
}

static bool read_title(struct entry *n, const struct doc_node *node, struct err *e)
{
	const char *text;

	if (!config_scalar(node, "title", &text, e))
		return false;
	if (strlen(text) >= sizeof(n->source->title))
		return err_set(e, ERR_CONFIG, 0, "%s: the title is over %zu bytes", doc_where(node),
			       sizeof(n->source->title) - 1);
	snprintf(n->source->title, sizeof(n->source->title), "%s", text);
	return true;
}

static bool read_lane(struct entry *n, const struct doc_node *node, struct err *e)
{
	long v;

	if (!doc_int(node, 1, LANE_MAX, &v, e))
		return false;
	n->source->lane = (unsigned)v;
	return true;
}

bool config_span_at(const struct doc_node *node, const char *key, usec *out, struct err *e)
{
	const char *text;

	if (!config_scalar(node, key, &text, e))
		return false;
	return config_span(text, out) ||
	       err_set(e, ERR_CONFIG, 0,
		       "%s: \"%s\" must be a number with ms, s, m, h or d, like 90s or 30h",
		       doc_where(node), key);
}

static bool read_lag(struct entry *n, const struct doc_node *node, struct err *e)
{
	return config_span_at(node, "lag", &n->source->lag, e);
}

static bool read_timeout(struct entry *n, const struct doc_node *node, struct err *e)
{
	if (!config_span_at(node, "timeout", &n->source->timeout, e))
		return false;
	return (n->source->timeout >= TIMEOUT_MIN && n->source->timeout <= TIMEOUT_MAX) ||
	       err_set(e, ERR_CONFIG, 0, "%s: \"timeout\" must be from 1s to 15m", doc_where(node));
}

static bool read_enabled(struct entry *n, const struct doc_node *node, struct err *e)
{
	bool on;

	if (!doc_bool(node, &on, e))
		return false;
	n->on = on;
	n->off = on ? NULL : doc_where(node);
	return true;
}

/* read_kind() runs before all others. */
static bool kind_is_read(struct entry *n, const struct doc_node *node, struct err *e)
{
	(void)n;
	(void)node;
	(void)e;
	return true;
}

static const struct common {
	const char *key;
	bool (*read)(struct entry *, const struct doc_node *, struct err *);
} common_keys[] = {
	{ "kind", kind_is_read }, { "title", read_title },     { "lane", read_lane },
	{ "lag", read_lag },      { "timeout", read_timeout }, { "enabled", read_enabled },
};

enum { COMMON_KEYS = sizeof(common_keys) / sizeof(common_keys[0]) };

static const struct common *find_common(const char *key)
{
	for (size_t i = 0; i < COMMON_KEYS; i++)
		if (strcmp(common_keys[i].key, key) == 0)
			return &common_keys[i];
	return NULL;
}

/* ---- the settings of a kind ------------------------------------------------------------ */

static bool unknown_setting(const struct entry *n, size_t i, struct err *e)
{
	struct buf known = BUF_INIT;

	for (const struct setting_def *d = n->source->client->settings; d->key; d++)
		config_list(&known, d->key);
	for (size_t k = 0; !n->store && k < COMMON_KEYS; k++)
		config_list(&known, common_keys[k].key);
	err_set(e, ERR_CONFIG, 0, "%s: %s%s has no setting \"%s\"; known: %s", doc_where_key(n->map, i),
		n->store ? "" : "a source of kind ", n->kind, doc_key(n->map, i), buf_str(&known));
	buf_release(&known);
	return false;
}

static bool has_setting(const struct client_ops *client, const char *key)
{
	for (const struct setting_def *d = client->settings; d->key; d++)
		if (strcmp(d->key, key) == 0)
			return true;
	return false;
}

/* What a kind means that has no client here cannot be checked, and is not kept. */
static bool check_keys(struct entry *n, struct err *e)
{
	for (size_t i = 0; i < doc_count(n->map); i++) {
		const struct common *c = n->store ? NULL : find_common(doc_key(n->map, i));

		if (c && !c->read(n, doc_value(n->map, i), e))
			return false;
		if (!c && n->source->client && !has_setting(n->source->client, doc_key(n->map, i)))
			return unknown_setting(n, i, e);
	}
	return true;
}

static bool add(struct source *s, const char *key, const char *value, const char *origin,
		struct err *e)
{
	return setting_add(&s->settings, &s->nsettings, key, value, origin, e);
}

static bool add_from_file(struct entry *n, const struct setting_def *d,
			  const struct doc_node *node, struct err *e)
{
	const char *text;
	char *ref;
	bool ok;

	if (!d->secret)
		return config_scalar(node, d->key, &text, e) &&
		       add(n->source, d->key, text, doc_where(node), e);
	ref = config_secret_ref(node, d->key, n->store, e);
	ok = ref && add(n->source, d->key, ref, doc_where(node), e);
	free(ref);
	return ok;
}

static const struct env_alias *find_alias(const struct source_def *def, const char *key)
{
	for (const struct env_alias *a = def->env; a && a->key; a++)
		if (strcmp(a->key, key) == 0)
			return a;
	return NULL;
}

enum { ALIASES = sizeof(((struct env_alias *)0)->names) / sizeof(char *) };

static const char *alias_set(const struct env_alias *a)
{
	for (size_t i = 0; a && i < ALIASES && a->names[i]; i++) {
		const char *value = secret_env(a->names[i]);

		if (value && *value)
			return a->names[i];
	}
	return NULL;
}

static bool add_from_env(struct entry *n, const struct setting_def *d, const char *name,
			 struct err *e)
{
	char ref[128];

	if (!d->secret)
		return add(n->source, d->key, secret_env(name), name, e);
	snprintf(ref, sizeof(ref), "env:%s", name);
	return add(n->source, d->key, ref, name, e);
}

static const char *preset_of(const struct source_def *def, const char *key)
{
	size_t len = strlen(key);

	for (const char *const *p = def->presets; p && *p; p++)
		if (strncmp(*p, key, len) == 0 && (*p)[len] == '=')
			return *p + len + 1;
	return NULL;
}

/* The file wins over the environment, and both over what is built in. */
static bool fill(struct entry *n, const struct setting_def *d, struct err *e)
{
	const struct doc_node *node = doc_get(n->map, d->key);
	const char *alias = n->use_env ? alias_set(find_alias(n->def, d->key)) : NULL;
	const char *preset = preset_of(n->def, d->key);

	if (node)
		return add_from_file(n, d, node, e);
	if (alias)
		return add_from_env(n, d, alias, e);
	return !preset || add(n->source, d->key, preset, "built-in", e);
}

/* ---- is it usable? ------------------------------------------------------------------------ */

/* `text` and the names in the environment that would do. */
static void say_missing(struct entry *n, const char *key, const char *text)
{
	const struct env_alias *a = n->use_env ? find_alias(n->def, key) : NULL;
	struct buf out = { .max = sizeof(n->source->missing) - 1 };

	buf_puts(&out, text);
	for (size_t i = 0; a && i < ALIASES && a->names[i]; i++)
		buf_printf(&out, "%s %s", i ? "," : " or", a->names[i]);
	snprintf(n->source->missing, sizeof(n->source->missing), "%s", buf_str(&out));
	buf_release(&out);
}

static bool lacks_required(struct entry *n)
{
	const struct source *s = n->source;
	char text[96];

	for (const struct setting_def *d = s->client->settings; d->key; d++) {
		if (!d->required || setting_find(s->settings, s->nsettings, d->key))
			continue;
		snprintf(text, sizeof(text), "no %s: set %s%s.%s", d->key, n->store ? "" : "sources.", s->name,
			 d->key);
		say_missing(n, d->key, text);
		return true;
	}
	return false;
}

/* The key that a client missed, which its table could not require: "no KEY: ...". */
static const char *key_missed(const struct client_ops *client, const char *text)
{
	for (const struct setting_def *d = client->settings; d->key; d++) {
		size_t len = strlen(d->key);

		if (strncmp(text, "no ", 3) == 0 && strncmp(text + 3, d->key, len) == 0 &&
		    text[3 + len] == ':')
			return d->key;
	}
	return NULL;
}

/* A wrong value in the file stops everything; one in the environment only takes
 * this source away. */
static bool prepare(struct entry *n, struct err *e)
{
	struct source *s = n->source;
	struct err why = { 0 };
	const char *key;

	s->configured = s->client->prepare(s, &why);
	if (s->configured)
		return true;
	key = key_missed(s->client, why.text);
	if (n->map && !key)
		return err_set(e, ERR_CONFIG, 0, "%s: %s", doc_where(n->map), why.text);
	say_missing(n, key ? key : "", why.text);
	return true;
}

/* A secret in a store that is not configured cannot be had. */
static void need_stores(struct source *s)
{
	for (const struct setting_def *d = s->client->settings; s->configured && d->key; d++) {
		const struct setting *set = d->secret ? setting_find(s->settings, s->nsettings, d->key) : NULL;
		const struct source *lacking = set ? secrets_lacking(s, set->value) : NULL;

		if (!lacking)
			continue;
		s->configured = false;
		snprintf(s->missing, sizeof(s->missing), "its %s is in %s: %s", d->key, lacking->title,
			 lacking->missing);
	}
}

/* The name in the environment that switches the source off, or NULL. It switches nothing on. */
static const char *env_off(const struct entry *n)
{
	static const char *const words[] = { "false", "no", "off", "0" };
	const char *name = n->use_env && !n->on ? alias_set(find_alias(n->def, "enabled")) : NULL;

	for (size_t i = 0; name && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(secret_env(name), words[i]) == 0)
			return name;
	return NULL;
}

static bool settle(struct entry *n, struct err *e)
{
	struct source *s = n->source;
	const char *place = n->off ? strrchr(n->off, '/') : NULL;

	if (!s->client)
		snprintf(s->missing, sizeof(s->missing),
			 "no client for kind %.60s in this version", n->kind);
	else if (n->off)
		snprintf(s->missing, sizeof(s->missing), "switched off at %.100s",
			 place ? place + 1 : n->off);
	else if (env_off(n))
		snprintf(s->missing, sizeof(s->missing), "switched off by %s in the environment", env_off(n));
	else if (n->def->opt_in && !n->on)
		snprintf(s->missing, sizeof(s->missing), "off unless sources.%s.enabled is true", s->name);
	else if (!lacks_required(n)) {
		if (!prepare(n, e))
			return false;
		need_stores(s);
	}
	return true;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool start_entry(struct entry *n, struct err *e)
{
	struct source *s = n->source;

	snprintf(s->name, sizeof(s->name), "%s", n->def->name);
	snprintf(s->title, sizeof(s->title), "%s", n->def->title);
	s->lane = n->def->lane ? n->def->lane : LANE_DEFAULT;
	s->timeout = TIMEOUT_DEFAULT;
	if (n->def->lag && !config_span(n->def->lag, &s->lag))
		return err_set(e, ERR_INTERNAL, 0, "source %s: unusable lag", s->name);
	if (n->def->timeout && !config_span(n->def->timeout, &s->timeout))
		return err_set(e, ERR_INTERNAL, 0, "source %s: unusable timeout", s->name);
	return !n->map || doc_type(n->map) == DOC_MAP ||
	       err_set(e, ERR_CONFIG, 0, "%s: \"%s\" must be a map of settings", doc_where(n->map),
		       s->name);
}

static bool fill_all(struct entry *n, struct err *e)
{
	const struct client_ops *client = n->source->client;

	if (!check_keys(n, e))
		return false;
	for (const struct setting_def *d = client ? client->settings : NULL; d && d->key; d++)
		if (!fill(n, d, e))
			return false;
	return settle(n, e);
}

static bool read_source(struct config *c, const struct workspace *w, const struct source_def *def,
			const struct doc_node *map, bool use_env, struct err *e)
{
	struct source *s = &c->sources[c->nsources++];
	struct entry n = { .source = s, .def = def, .map = doc_get(map, def->name),
			   .use_env = use_env };

	if (!start_entry(&n, e) || !read_kind(&n, w, e))
		return false;
	s->client = client_find(n.kind);
	s->vault = &c->stores[CONFIG_VAULT];
	s->aws = &c->stores[CONFIG_AWS];
	return fill_all(&n, e);
}

static bool names_source(const struct workspace *w, const char *name)
{
	for (size_t i = 0; i < w->nsources; i++)
		if (strcmp(w->sources[i].name, name) == 0)
			return true;
	return false;
}

static bool unknown_source(const struct workspace *w, const struct doc_node *map, size_t i,
			   struct err *e)
{
	struct buf known = BUF_INIT;

	for (size_t k = 0; k < w->nsources; k++)
		config_list(&known, w->sources[k].name);
	err_set(e, ERR_CONFIG, 0, "%s: unknown source \"%s\"; known: %s", doc_where_key(map, i),
		doc_key(map, i), buf_str(&known));
	buf_release(&known);
	return false;
}

/* Under the names that the tools of the stores use. */
static const struct env_alias vault_env[] = {
	{ "url", { "VAULT_ADDR" } },           { "namespace", { "VAULT_NAMESPACE" } },
	{ "token", { "VAULT_TOKEN" } },        { "role_id", { "VAULT_ROLE_ID" } },
	{ "secret_id", { "VAULT_SECRET_ID" } }, { "ca_file", { "VAULT_CACERT" } },
	{ 0 },
};

static const struct env_alias aws_env[] = {
	{ "region", { "AWS_REGION", "AWS_DEFAULT_REGION" } },
	{ 0 },
};

static const struct store_def {
	struct source_def def;
	const struct client_ops *ops;
} store_defs[CONFIG_STORES] = {
	[CONFIG_VAULT] = { { .name = "vault", .title = "HashiCorp Vault", .kind = "vault", .env = vault_env },
			   &vault_store_ops },
	[CONFIG_AWS] = { { .name = "aws", .title = "AWS", .kind = "aws", .env = aws_env }, &aws_store_ops },
};

bool config_stores(struct config *c, const struct doc_node *root, bool use_env, struct err *e)
{
	c->stores = calloc(CONFIG_STORES, sizeof(*c->stores));
	if (!c->stores)
		return config_no_memory(e);
	for (size_t i = 0; i < CONFIG_STORES; i++) {
		const struct store_def *d = &store_defs[i];
		struct entry n = { .source = &c->stores[i], .def = &d->def, .map = doc_get(root, d->def.name),
				   .use_env = use_env, .kind = d->def.kind, .store = true };

		c->stores[i].client = d->ops;
		if (!start_entry(&n, e) || !fill_all(&n, e))
			return false;
	}
	return true;
}

bool config_sources(struct config *c, const struct workspace *w, const struct doc_node *map,
		    bool use_env, struct err *e)
{
	for (size_t i = 0; i < doc_count(map); i++)
		if (!names_source(w, doc_key(map, i)))
			return unknown_source(w, map, i, e);
	c->sources = calloc(w->nsources ? w->nsources : 1, sizeof(*c->sources));
	if (!c->sources)
		return config_no_memory(e);
	for (size_t i = 0; i < w->nsources; i++)
		if (!read_source(c, w, &w->sources[i], map, use_env, e))
			return false;
	return true;
}
