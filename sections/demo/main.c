/* build/demo-data: makes the demonstration's data. A tool of the build and the tests. */
#include <stdio.h>
#include <string.h>

#include "sections/config.h"
#include "sections/demo/model.h"

static const char usage[] =
	"usage: demo-data sqlite FILE [--no-volume]\n"
	"       demo-data postgres DIR [--volume]     DIR/load.sql, for psql -f\n"
	"       demo-data clickhouse DIR [--volume]   DIR/schema.sql and DIR/TABLE.tsv\n"
	"       demo-data api FILE [--volume]\n";

static struct store *open_store(const char *kind, const char *where, usec now, struct err *e)
{
	if (strcmp(kind, "sqlite") == 0)
		return store_sqlite(where, now, e);
	if (strcmp(kind, "postgres") == 0)
		return store_postgres(where, e);
	if (strcmp(kind, "clickhouse") == 0)
		return store_clickhouse(where, e);
	if (strcmp(kind, "api") == 0)
		return store_api(where, e);
	err_set(e, ERR_CONFIG, 0, "no such store: %s", kind);
	return NULL;
}

static bool read_now(const struct doc *doc, usec *now, struct err *e)
{
	const char *text = doc_str(doc_get(doc_root(doc), "now"));

	return (text && time_parse(text, strlen(text), now)) ||
	       err_set(e, ERR_CONFIG, 0, "scenarios.yaml: now is missing or no time");
}

static bool generate(struct doc *doc, const char *kind, const char *where, bool volume, struct err *e)
{
	struct generator g;
	struct store *store;
	usec now;
	bool ok;

	if (!read_now(doc, &now, e) || !(store = open_store(kind, where, now, e)))
		return false;
	generator_init(&g, store);
	g.doc = doc;
	g.now = now;
	emit_scenarios(&g);
	emit_given_tables(&g);
	if (volume && g.err.kind == ERR_NONE)
		emit_volume(&g, &volume_default);
	ok = g.err.kind == ERR_NONE;
	if (!ok)
		*e = g.err;
	generator_release(&g);
	return store->close(store, ok, e) && ok;
}

int main(int argc, char **argv)
{
	const struct embedded *text = embedded_find("sections/demo/scenarios.yaml");
	struct err e = { 0 };
	struct doc *doc;
	bool volume, ok;

	if (argc < 3 || argc > 4) {
		fputs(usage, stderr);
		return 2;
	}
	volume = strcmp(argv[1], "sqlite") == 0 ? argc == 3 : argc == 4;
	doc = text ? doc_parse(text->data, text->len, "scenarios.yaml", &e) : NULL;
	ok = doc && generate(doc, argv[1], argv[2], volume, &e);
	doc_free(doc);
	if (!ok)
		fprintf(stderr, "demo-data: %s\n", e.text);
	return ok ? 0 : 1;
}
