#include "sections/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/doc.h"
#include "base/tz.h"
#include "sections/config_parts.h"

enum { WORKERS_DEFAULT = 8, WORKERS_MAX = 64, THEME_MAX = 32, ZONES_READ = 8 };

bool config_no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, 0, "out of memory for the configuration");
}

/* ---- settings ------------------------------------------------------------------ */

bool setting_add(struct setting **list, size_t *n, const char *key, const char *value,
		 const char *origin, struct err *e)
{
	struct setting *grown = reallocarray(*list, *n + 1, sizeof(*grown));
	struct setting *s;

	if (!grown)
		return config_no_memory(e);
	*list = grown;
	s = &grown[(*n)++];
	s->key = strdup(key);
	s->value = strdup(value);
	s->origin = strdup(origin);
	return (s->key && s->value && s->origin) || config_no_memory(e);
}

void settings_release(struct setting *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].key);
		free(list[i].value);
		free(list[i].origin);
	}
	free(list);
}

const struct setting *setting_find(const struct setting *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].key, key) == 0)
			return &list[i];
	return NULL;
}

/* ---- values -------------------------------------------------------------------- */

bool config_scalar(const struct doc_node *n, const char *key, const char **out, struct err *e)
{
	const char *text = doc_str(n);

	if (!text)
		return err_set(e, ERR_CONFIG, 0, "%s: \"%s\" must be a single value", doc_where(n),
			       key);
	if (!*text)
		return err_set(e, ERR_CONFIG, 0,
			       "%s: \"%s\" is empty; give a value or remove the line",
			       doc_where(n), key);
	*out = text;
	return true;
}

void config_list(struct buf *out, const char *word)
{
	if (out->len > 0)
		buf_puts(out, ", ");
	buf_puts(out, word);
}

bool config_span(const char *text, usec *out)
{
	static const struct { const char *unit; usec size; } units[] = {
		{ "ms", USEC_MS }, { "s", USEC_SEC }, { "m", USEC_MIN }, { "h", USEC_HOUR },
		{ "d", USEC_DAY },
	};
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 6)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].unit) != 0)
			continue;
		*out = strtol(text, NULL, 10) * units[i].size;
		return true;
	}
	return false;
}

char *config_path(const char *value, const char *where, struct err *e)
{
	const char *home = getenv("HOME");
	char *path = NULL;

	if (value[0] != '/' && (strncmp(value, "~/", 2) != 0 || !home || home[0] != '/')) {
		err_set(e, ERR_CONFIG, 0, "%s: the path must be absolute or begin with ~/", where);
		return NULL;
	}
	if (value[0] == '/')
		path = strdup(value);
	else if (asprintf(&path, "%s%s", home, value + 1) < 0)
		path = NULL;
	if (!path)
		config_no_memory(e);
	return path;
}

/* ---- the keys at the top --------------------------------------------------------- */

static bool read_theme(struct config *c, const struct doc_node *n, struct err *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	const char *text;

	if (!config_scalar(n, "theme", &text, e))
		return false;
	/* It becomes part of a path. */
	if (strlen(text) > THEME_MAX || text[strspn(text, allowed)] != '\0')
		return err_set(e, ERR_CONFIG, 0, "%s: \"%s\" cannot be the name of a theme",
			       doc_where(n), text);
	c->theme = strdup(text);
	return c->theme || config_no_memory(e);
}

static bool read_workers(struct config *c, const struct doc_node *n, struct err *e)
{
	long v;

	if (!doc_int(n, 1, WORKERS_MAX, &v, e))
		return false;
	c->workers = (unsigned)v;
	return true;
}

static bool read_queries(struct config *c, const struct doc_node *n, struct err *e)
{
	struct stat st;
	const char *text;

	if (!config_scalar(n, "queries", &text, e))
		return false;
	c->override_dir = config_path(text, doc_where(n), e);
	if (!c->override_dir)
		return false;
	if (stat(c->override_dir, &st) != 0)
		return err_set(e, ERR_CONFIG, errno, "%s: %s: %s", doc_where(n), c->override_dir,
			       strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG, 0, "%s: %s: is not a folder", doc_where(n),
			       c->override_dir);
	return true;
}

static bool read_now(struct config *c, const struct doc_node *n, struct err *e)
{
	const char *text;

	if (!config_scalar(n, "now", &text, e))
		return false;
	if (!time_parse(text, strlen(text), &c->now))
		return err_set(e, ERR_CONFIG, 0,
			       "%s: \"now\" must be a time like 2026-01-23T14:22:07Z", doc_where(n));
	return true;
}

static bool is_param_name(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	return *s && !(*s >= '0' && *s <= '9') && strlen(s) < FACT_NAME_MAX &&
	       s[strspn(s, allowed)] == '\0';
}

static bool read_zones(struct config *c, const struct doc_node *list, struct err *e)
{
	if (doc_type(list) != DOC_LIST || doc_count(list) > ZONES_READ)
		return err_set(e, ERR_CONFIG, 0, "%s: \"zones\" is a list of at most %d names", doc_where(list),
			       ZONES_READ);
	c->zones = calloc(doc_count(list) + 1, sizeof(*c->zones));
	for (size_t i = 0; c->zones && i < doc_count(list); i++) {
		const struct doc_node *n = doc_item(list, i);
		struct err why = { 0 };
		struct tz *tz = doc_str(n) ? tz_load(doc_str(n), &why) : NULL;

		if (!tz)
			return err_set(e, ERR_CONFIG, 0, "%s: %s", doc_where(n),
				       doc_str(n) ? why.text : "a zone is a name");
		tz_free(tz);
		c->zones[i] = strdup(doc_str(n));
		if (!c->zones[i])
			return config_no_memory(e);
		c->nzones++;
	}
	return c->zones || config_no_memory(e);
}

static bool read_params(struct config *c, const struct doc_node *map, struct err *e)
{
	if (doc_type(map) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: \"params\" must be a map of names to values",
			       doc_where(map));
	for (size_t i = 0; i < doc_count(map); i++) {
		const char *key = doc_key(map, i), *text;

		if (!is_param_name(key))
			return err_set(e, ERR_CONFIG, 0, "%s: \"%s\" cannot be the name of a parameter",
				       doc_where_key(map, i), key);
		if (!config_scalar(doc_value(map, i), key, &text, e) ||
		    !setting_add(&c->params, &c->nparams, key, text, doc_where(doc_value(map, i)), e))
			return false;
	}
	return true;
}

/* What the environment says of it is read last. */
static bool check_telemetry(struct config *c, const struct doc_node *n, struct err *e)
{
	(void)c;
	return doc_type(n) == DOC_MAP ||
	       err_set(e, ERR_CONFIG, 0, "%s: \"telemetry\" must be a map of settings", doc_where(n));
}

/* The sources need the workspace and the stores, and are read last. */
static bool keep_for_later(struct config *c, const struct doc_node *n, struct err *e)
{
	(void)c;
	return doc_type(n) == DOC_MAP ||
	       err_set(e, ERR_CONFIG, 0, "%s: \"sources\" must be a map of source names",
		       doc_where(n));
}

static bool keep_store(struct config *c, const struct doc_node *n, struct err *e)
{
	(void)c;
	(void)n;
	(void)e;
	return true;
}

static const struct {
	const char *key;
	bool (*read)(struct config *, const struct doc_node *, struct err *);
} top_keys[] = {
	{ "theme", read_theme },
	{ "workers", read_workers },
	{ "queries", read_queries },
	{ "now", read_now },
	{ "params", read_params },
	{ "zones", read_zones },
	{ "vault", keep_store },
	{ "aws", keep_store },
	{ "telemetry", check_telemetry },
	{ "sources", keep_for_later },
};

static bool unknown_key(const struct doc_node *root, size_t i, struct err *e)
{
	struct buf known = BUF_INIT;

	for (size_t k = 0; k < sizeof(top_keys) / sizeof(top_keys[0]); k++)
		config_list(&known, top_keys[k].key);
	err_set(e, ERR_CONFIG, 0, "%s: unknown key \"%s\"; known: %s", doc_where_key(root, i),
		doc_key(root, i), buf_str(&known));
	buf_release(&known);
	return false;
}

static bool read_key(struct config *c, const struct doc_node *root, size_t i, struct err *e)
{
	for (size_t k = 0; k < sizeof(top_keys) / sizeof(top_keys[0]); k++)
		if (strcmp(doc_key(root, i), top_keys[k].key) == 0)
			return top_keys[k].read(c, doc_value(root, i), e);
	return unknown_key(root, i, e);
}

static bool read_root(struct config *c, const struct workspace *w, const struct doc_node *root,
		      bool use_env, struct err *e)
{
	const char *text = doc_str(root);
	bool empty = doc_type(root) == DOC_NONE || (text && !*text);

	if (!empty && doc_type(root) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: expected keys and values", doc_where(root));
	for (size_t i = 0; !empty && i < doc_count(root); i++)
		if (!read_key(c, root, i, e))
			return false;
	return config_telemetry(&c->telemetry, doc_get(root, "telemetry"), use_env, e) &&
	       config_stores(c, root, use_env, e) &&
	       config_sources(c, w, doc_get(root, "sources"), use_env, e);
}

unsigned config_workers(size_t sources)
{
	size_t n = sources > WORKERS_DEFAULT ? sources : WORKERS_DEFAULT;

	return n < WORKERS_MAX ? (unsigned)n : WORKERS_MAX;
}

bool config_parse(struct config *c, const struct workspace *w, const char *text, size_t len,
		  const char *name, bool use_env, struct err *e)
{
	struct doc *doc = doc_parse(text, len, name, e);
	bool ok;

	*c = (struct config){
		.workers = config_workers(w->nsources), .now = TIME_NONE, .exists = true,
	};
	if (!doc)
		return false;
	c->path = strdup(name);
	ok = c->path ? read_root(c, w, doc_root(doc), use_env, e) : config_no_memory(e);
	doc_free(doc);
	if (!ok)
		config_release(c);
	return ok;
}

void config_release(struct config *c)
{
	for (size_t i = 0; i < c->nsources; i++)
		settings_release(c->sources[i].settings, c->sources[i].nsettings);
	free(c->sources);
	for (size_t i = 0; c->stores && i < CONFIG_STORES; i++)
		settings_release(c->stores[i].settings, c->stores[i].nsettings);
	free(c->stores);
	settings_release(c->params, c->nparams);
	config_telemetry_release(&c->telemetry);
	for (size_t i = 0; i < c->nzones; i++)
		free(c->zones[i]);
	free(c->zones);
	free(c->path);
	free(c->theme);
	free(c->override_dir);
	*c = (struct config){ 0 };
}

struct source *config_source(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->nsources; i++)
		if (strcmp(c->sources[i].name, name) == 0)
			return &c->sources[i];
	return NULL;
}

/* ---- the file ---------------------------------------------------------------------- */

/* The basedir specification: a relative $XDG_CONFIG_HOME is to be ignored. */
char *config_user_path(const char *name)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path;
	int n;

	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/sextant/%s", xdg, name);
	else
		n = asprintf(&path, "%s/.config/sextant/%s",
			     home && home[0] == '/' ? home : "~", name);
	return n < 0 ? NULL : path;
}

bool config_load(struct config *c, const struct workspace *w, const char *given, struct err *e)
{
	char *path = given ? strdup(given) : config_user_path("config.yaml");
	struct buf text = BUF_INIT;
	bool absent = false, ok;

	*c = (struct config){ 0 };
	if (!path)
		return config_no_memory(e);
	ok = config_read_file(path, &text, &absent, e);
	if (!ok && absent)
		ok = !given || err_set(e, ERR_CONFIG, ENOENT, "%s: no such file", path);
	ok = ok && config_parse(c, w, buf_str(&text), text.len, path, true, e);
	if (ok) {
		c->exists = !absent;
		config_seal(c);
	}
	buf_release(&text);
	free(path);
	return ok;
}
