#include "sections/demo.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/doc.h"
#include "base/secret.h"
#include "base/tz.h"

static const char scenarios[] = "sections/demo/scenarios.yaml";

static const struct embedded *scenarios_text(struct err *e)
{
	const struct embedded *f = embedded_find(scenarios);

	if (!f)
		err_set(e, ERR_INTERNAL, 0, "%s is not built in", scenarios);
	return f;
}

/* ---- where the database is ------------------------------------------------------ */

static char *beside_program(void)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash, *path = NULL;

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return asprintf(&path, "%s/demo.db", exe) > 0 ? path : NULL;
}

static char *if_readable(char *path)
{
	if (path && access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* The path is given to a source, which wants it absolute. */
static char *named_by_user(const char *name, struct err *e)
{
	char *path = realpath(name, NULL);

	if (!path)
		err_set(e, ERR_CONFIG, 0, "SEXTANT_DEMO_DB: %s cannot be read", name);
	return path;
}

char *demo_db_path(struct err *e)
{
	const char *name = secret_env("SEXTANT_DEMO_DB");
	char *path;

	if (name && name[0])
		return named_by_user(name, e);
	path = if_readable(beside_program());
	if (!path)
		path = if_readable(strdup(PKGDATADIR "/demo.db"));
	if (!path)
		err_set(e, ERR_CONFIG, 0, "the demonstration database is neither beside the program nor "
			"in " PKGDATADIR ": `make` builds it (build/demo.db)");
	return path;
}

/* ---- the configuration ------------------------------------------------------------ */

/* How far the copies are behind; the others are live or have their usual lag. */
static const struct { const char *source, *lag; } lags[] = {
	{ "redshift", "15m" }, { "rewind", "3m" }, { "athena", "20m" },
};

static const char *lag_of(const char *source)
{
	for (size_t i = 0; i < sizeof lags / sizeof *lags; i++) {
		if (strcmp(lags[i].source, source) == 0)
			return lags[i].lag;
	}
	return NULL;
}

/* YAML in single quotes: only the quote itself is special. */
static void put_quoted(struct buf *out, const char *s)
{
	buf_putc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_putc(out, '\'');
		buf_putc(out, *s);
	}
	buf_putc(out, '\'');
}

/* The line "now: 2026-01-23T14:22:07Z" as it stands there. The first frame waits for
 * this, and parsing all of the text takes milliseconds. */
static bool put_now(struct buf *out, struct err *e)
{
	static const char key[] = "\nnow: ";
	const struct embedded *f = scenarios_text(e);
	const char *before, *end;

	if (!f)
		return false;
	before = memmem(f->data, f->len, key, sizeof key - 1);
	end = before ? memchr(before + 1, '\n', (size_t)(f->data + f->len - before - 1)) : NULL;
	if (!end)
		return err_set(e, ERR_INTERNAL, 0, "%s: no line \"now: …\"", scenarios);
	buf_put(out, before + 1, (size_t)(end - before));
	return true;
}

/* Where the first load begins and where it is; without zone files there are none. */
static void put_zones(struct buf *out)
{
	static const char *const names[] = { "Europe/Amsterdam", "America/Halifax" };
	bool any = false;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct tz *tz = tz_load(names[i], NULL);

		if (tz)
			buf_printf(out, "%s%s", any ? ", " : "zones: [", names[i]);
		any = any || tz;
		tz_free(tz);
	}
	if (any)
		buf_puts(out, "]\n");
}

static bool write_config(struct buf *out, const char *db_path, struct err *e)
{
	if (!put_now(out, e))
		return false;
	put_zones(out);
	buf_puts(out, "sources:\n");
	for (size_t i = 0; i < workspace_load.nsources; i++) {
		const char *name = workspace_load.sources[i].name;

		buf_printf(out, "  %s:\n    enabled: true\n    kind: sqlite\n    scripted: true\n    path: ", name);
		put_quoted(out, db_path);
		if (lag_of(name))
			buf_printf(out, "\n    lag: %s", lag_of(name));
		buf_putc(out, '\n');
	}
	return !out->failed || err_set(e, ERR_MEMORY, 0, "out of memory");
}

static bool is_plain(const char *path)
{
	for (; *path; path++) {
		if ((unsigned char)*path < 0x20 || *path == 0x7f)
			return false;
	}
	return true;
}

bool demo_config(struct config *c, const char *db_path, struct err *e)
{
	struct buf text = BUF_INIT;
	bool ok;

	if (!is_plain(db_path))
		return err_set(e, ERR_CONFIG, 0, "%s: a path with control characters", db_path);
	ok = write_config(&text, db_path, e) &&
	     config_parse(c, &workspace_load, buf_str(&text), text.len, "demonstration", false, e);
	buf_release(&text);
	return ok;
}

/* ---- its scenarios ------------------------------------------------------------------ */

static struct doc *scenarios_doc(struct err *e)
{
	const struct embedded *f = scenarios_text(e);

	return f ? doc_parse(f->data, f->len, scenarios, e) : NULL;
}

bool demo_list(struct buf *out, struct err *e)
{
	struct doc *doc = scenarios_doc(e);
	const struct doc_node *list;

	if (!doc)
		return false;
	list = doc_get(doc_root(doc), "scenarios");
	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *n = doc_item(list, i);

		buf_printf(out, "%-4s  %-14s  %s\n", doc_str(doc_get(n, "id")), doc_str(doc_get(n, "load")),
			   doc_str(doc_get(n, "title")));
	}
	doc_free(doc);
	return !out->failed || err_set(e, ERR_MEMORY, 0, "out of memory");
}

/* Reading all of them takes a third of the time to the first frame. */
static bool may_be_id(const char *word)
{
	const struct embedded *f = embedded_find(scenarios);
	char line[DEMO_LOAD_SIZE];

	snprintf(line, sizeof line, "- id: %s\n", word);
	return f && strcasestr(f->data, line);
}

const char *demo_load(const char *word, char store[static DEMO_LOAD_SIZE])
{
	struct err e = { 0 };
	struct doc *doc = may_be_id(word) ? scenarios_doc(&e) : NULL;
	const struct doc_node *list = doc ? doc_get(doc_root(doc), "scenarios") : NULL;

	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *n = doc_item(list, i);

		if (strcasecmp(word, doc_str(doc_get(n, "id"))) == 0) {
			snprintf(store, DEMO_LOAD_SIZE, "%s", doc_str(doc_get(n, "load")));
			word = store;
			break;
		}
	}
	doc_free(doc);
	return word;
}
