/* Fixtures for real servers: a directory with schema.sql and one file of rows per
 * table.
 *   PostgreSQL: one file, load.sql, for `psql -f`: tables, then COPY … FROM stdin.
 *   ClickHouse: schema.sql, one statement a line, valid from 18.16 on; TABLE.tsv,
 *   for "INSERT INTO TABLE FORMAT TabSeparated". */
#include "sections/demo/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct text_store {
	struct store store;
	bool clickhouse;
	char *dir;
	FILE *rows[TABLE_COUNT];        /* NULL: the store has no such table */
	struct demo_column columns[TABLE_COUNT][TABLE_COLUMNS_MAX];
};

static const char *name_of(const struct text_store *s, enum table_id t)
{
	return s->clickhouse ? demo_tables[t].clickhouse : demo_tables[t].postgres;
}

static bool cannot(const char *name, struct err *e)
{
	return err_set(e, ERR_INTERNAL, errno, "%s: %s", name, strerror(errno));
}

static FILE *open_file(const struct text_store *s, const char *name, const char *end, const char *mode,
		       struct err *e)
{
	struct buf path = BUF_INIT;
	FILE *f;

	buf_printf(&path, "%s/%s%s", s->dir, name, end);
	f = fopen(buf_str(&path), mode);
	if (!f)
		cannot(buf_str(&path), e);
	buf_release(&path);
	return f;
}

/* Tab-separated as both servers read it: \N is NULL. */
static void put_escaped(FILE *f, const char *s)
{
	for (; *s; s++) {
		if (*s == '\t')
			fputs("\\t", f);
		else if (*s == '\n')
			fputs("\\n", f);
		else if (*s == '\\')
			fputs("\\\\", f);
		else
			putc(*s, f);
	}
}

static void put_cell(const struct text_store *s, const struct demo_column *c, const char *value, FILE *f)
{
	if (value)
		put_escaped(f, value);
	else if (!s->clickhouse || c->nullable)
		fputs("\\N", f);
	else if (c->kind == COLUMN_IS_TIME)
		fputs("0000-00-00 00:00:00", f);
	else if (c->kind != COLUMN_IS_TEXT)
		putc('0', f);
}

static bool text_row(struct store *store, enum table_id t, const char *const *cells, size_t n,
		     struct err *e)
{
	struct text_store *s = (struct text_store *)store;
	FILE *f = s->rows[t];

	for (size_t i = 0; f && i < n; i++) {
		if (i)
			putc('\t', f);
		put_cell(s, &s->columns[t][i], cells[i], f);
	}
	if (f && putc('\n', f) == EOF)
		return cannot(name_of(s, t), e);
	return true;
}

/* ---- schemas -------------------------------------------------------------------- */

static const char *type_of(const struct text_store *s, enum column_kind kind)
{
	static const char *const postgres[] = { "text", "bigint", "boolean", "timestamp" };
	static const char *const clickhouse[] = { "String", "UInt64", "UInt8", "DateTime" };

	return s->clickhouse ? clickhouse[kind] : postgres[kind];
}

static void put_table(const struct text_store *s, enum table_id t, size_t n, FILE *f)
{
	fprintf(f, "CREATE TABLE %s (", name_of(s, t));
	for (size_t i = 0; i < n; i++) {
		const struct demo_column *c = &s->columns[t][i];
		bool nullable = s->clickhouse && c->nullable;

		fprintf(f, "%s%s %s%s%s", i ? ", " : "", c->name, nullable ? "Nullable(" : "",
			type_of(s, c->kind), nullable ? ")" : "");
	}
	fputc(')', f);
	if (s->clickhouse)
		fprintf(f, " ENGINE = MergeTree() ORDER BY (%s)", demo_tables[t].order);
	fputs(s->clickhouse ? "\n" : ";\n", f);
}

/* "platform.fact_loads" and "rewind_db.callbacks_v2" live in what must exist first. */
static void put_containers(const struct text_store *s, FILE *f)
{
	static const char *const schemas[] = { "platform", "hadoop", "pgs_company" };
	static const char *const databases[] = { "rewind_db", "signoz_logs" };

	for (size_t i = 0; s->clickhouse && i < 2; i++)
		fprintf(f, "CREATE DATABASE IF NOT EXISTS %s\n", databases[i]);
	for (size_t i = 0; !s->clickhouse && i < 3; i++)
		fprintf(f, "CREATE SCHEMA IF NOT EXISTS %s;\n", schemas[i]);
}

static bool put_schema(struct text_store *s, struct err *e)
{
	FILE *f = open_file(s, s->clickhouse ? "schema" : "load", ".sql", "w", e);

	if (!f)
		return false;
	if (!s->clickhouse)
		fputs("\\set ON_ERROR_STOP on\nBEGIN;\n", f);
	put_containers(s, f);
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		if (name_of(s, (enum table_id)t))
			put_table(s, (enum table_id)t, demo_columns((enum table_id)t, s->columns[t]), f);
	}
	return fclose(f) == 0 || cannot(s->dir, e);
}

/* ---- ending ---------------------------------------------------------------------- */

static bool copy_all(FILE *from, FILE *to)
{
	char block[65536];
	size_t n;

	rewind(from);
	while ((n = fread(block, 1, sizeof block, from)) > 0)
		fwrite(block, 1, n, to);
	return !ferror(from) && !ferror(to);
}

/* psql reads rows from the same file: they follow their COPY. */
static bool join_postgres(struct text_store *s, struct err *e)
{
	FILE *f = open_file(s, "load", ".sql", "a", e);

	if (!f)
		return false;
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		if (!s->rows[t])
			continue;
		fprintf(f, "COPY %s FROM stdin;\n", name_of(s, (enum table_id)t));
		if (!copy_all(s->rows[t], f)) {
			fclose(f);
			return cannot(s->dir, e);
		}
		fputs("\\.\n", f);
	}
	fputs("COMMIT;\n", f);
	return fclose(f) == 0 || cannot(s->dir, e);
}

static bool text_close(struct store *store, bool ok, struct err *e)
{
	struct text_store *s = (struct text_store *)store;

	if (ok && !s->clickhouse)
		ok = join_postgres(s, e);
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		if (s->rows[t] && fclose(s->rows[t]) != 0 && ok)
			ok = cannot(s->dir, e);
	}
	free(s->dir);
	free(s);
	return ok;
}

static FILE *open_rows(const struct text_store *s, enum table_id t, struct err *e)
{
	FILE *f;

	if (s->clickhouse)
		return open_file(s, name_of(s, t), ".tsv", "w", e);
	f = tmpfile();
	if (!f)
		cannot("temporary file", e);
	return f;
}

static struct store *store_text(const char *dir, bool clickhouse, struct err *e)
{
	struct text_store *s = calloc(1, sizeof *s);
	bool ok;

	if (!s) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	s->store = (struct store){ text_row, NULL, text_close };
	s->clickhouse = clickhouse;
	s->dir = strdup(dir);
	ok = s->dir && (mkdir(dir, 0755) == 0 || errno == EEXIST || cannot(dir, e)) && put_schema(s, e);
	for (size_t t = 0; ok && t < TABLE_COUNT; t++) {
		if (name_of(s, (enum table_id)t))
			ok = (s->rows[t] = open_rows(s, (enum table_id)t, e)) != NULL;
	}
	if (ok)
		return &s->store;
	text_close(&s->store, false, e);
	return NULL;
}

struct store *store_postgres(const char *dir, struct err *e)
{
	return store_text(dir, false, e);
}

struct store *store_clickhouse(const char *dir, struct err *e)
{
	return store_text(dir, true, e);
}
