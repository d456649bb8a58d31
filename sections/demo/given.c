/* Rows that no scenario tells: tables.yaml has them as they are, by table and column. */
#include "sections/demo/model.h"

#include <string.h>

#include "sections/config.h"

static void bad_key(struct generator *g, const struct doc_node *map, size_t i, const char *what)
{
	if (g->err.kind == ERR_NONE)
		err_set(&g->err, ERR_CONFIG, 0, "%s: no such %s: %s", doc_where_key(map, i), what,
			doc_key(map, i));
}

static bool find_table(const char *name, enum table_id *out)
{
	size_t i = 0;

	while (i < TABLE_COUNT && strcmp(demo_tables[i].name, name) != 0)
		i++;
	*out = (enum table_id)i;
	return i < TABLE_COUNT;
}

static const struct demo_column *find_column(const struct generator *g, enum table_id t, const char *name)
{
	for (size_t i = 0; i < g->ncolumns[t]; i++) {
		if (strcmp(g->columns[t][i].name, name) == 0)
			return &g->columns[t][i];
	}
	return NULL;
}

static void emit_given(struct generator *g, enum table_id t, const struct doc_node *row)
{
	row_start(g, t);
	for (size_t i = 0; i < doc_count(row); i++) {
		const struct demo_column *c = find_column(g, t, doc_key(row, i));

		if (!c)
			bad_key(g, row, i, "column");
		else if (c->kind == COLUMN_IS_TIME)
			row_time(g, c->name, told_time(g, doc_value(row, i)));
		else
			row_text(g, c->name, doc_str(doc_value(row, i)));
	}
	row_end(g);
}

static void emit_tables(struct generator *g, const struct doc_node *root)
{
	enum table_id t;

	for (size_t i = 0; i < doc_count(root); i++) {
		const struct doc_node *rows = doc_value(root, i);

		if (!find_table(doc_key(root, i), &t))
			bad_key(g, root, i, "table");
		for (size_t k = 0; k < doc_count(rows) && g->err.kind == ERR_NONE; k++)
			emit_given(g, t, doc_item(rows, k));
	}
}

void emit_given_tables(struct generator *g)
{
	static const char name[] = "sections/demo/tables.yaml";
	const struct embedded *f = embedded_find(name);
	struct doc *doc = f ? doc_parse(f->data, f->len, name, &g->err) : NULL;

	if (doc)
		emit_tables(g, doc_root(doc));
	else if (!f)
		err_set(&g->err, ERR_INTERNAL, 0, "%s is not built in", name);
	doc_free(doc);
}
