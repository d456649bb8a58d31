/* The demonstration database: every table of schema.sql, the scripts, `now`. Written
 * beside its name and renamed, so that a database is whole or not there. */
#include "sections/demo/model.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sections/config.h"

struct sqlite_store {
	struct store store;
	sqlite3 *db;
	sqlite3_stmt *insert[TABLE_COUNT], *script;
	struct buf indexes;             /* their statements, for the end */
	char *file, *part;
};

static bool fail(const struct sqlite_store *s, struct err *e)
{
	return err_set(e, ERR_INTERNAL, sqlite3_errcode(s->db), "%s: %s", s->part, sqlite3_errmsg(s->db));
}

static bool exec(struct sqlite_store *s, const char *sql, struct err *e)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(s, e);
}

static bool step(const struct sqlite_store *s, sqlite3_stmt *st, struct err *e)
{
	bool ok = sqlite3_step(st) == SQLITE_DONE;

	if (!ok)
		fail(s, e);
	sqlite3_reset(st);
	return ok;
}

/* Tables now, indexes when the rows are in: it halves the time. */
static bool run_schema(struct sqlite_store *s, struct err *e)
{
	const struct embedded *schema = embedded_find("sections/demo/schema.sql");
	const char *sql = schema ? schema->data : "";
	bool ok = schema || err_set(e, ERR_INTERNAL, 0, "sections/demo/schema.sql is not built in");

	while (ok && *sql) {
		sqlite3_stmt *st;

		if (sqlite3_prepare_v2(s->db, sql, -1, &st, &sql) != SQLITE_OK)
			return fail(s, e);
		if (!st)
			break;
		if (strstr(sqlite3_sql(st), "CREATE INDEX"))
			buf_printf(&s->indexes, "%s\n", sqlite3_sql(st));
		else
			ok = step(s, st, e);
		sqlite3_finalize(st);
	}
	return ok;
}

static bool prepare_insert(struct sqlite_store *s, enum table_id t, struct err *e)
{
	struct demo_column columns[TABLE_COLUMNS_MAX];
	size_t n = demo_columns(t, columns);
	struct buf sql = BUF_INIT;
	bool ok;

	buf_printf(&sql, "INSERT INTO %s (", demo_tables[t].name);
	for (size_t i = 0; i < n; i++)
		buf_printf(&sql, "%s%s", i ? ", " : "", columns[i].name);
	buf_puts(&sql, ") VALUES (?");
	for (size_t i = 1; i < n; i++)
		buf_puts(&sql, ", ?");
	buf_puts(&sql, ")");
	ok = sqlite3_prepare_v2(s->db, buf_str(&sql), -1, &s->insert[t], NULL) == SQLITE_OK || fail(s, e);
	buf_release(&sql);
	return ok;
}

static bool sqlite_row(struct store *store, enum table_id t, const char *const *cells, size_t n,
		       struct err *e)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	for (size_t i = 0; i < n; i++)
		sqlite3_bind_text(s->insert[t], (int)i + 1, cells[i], -1, SQLITE_STATIC);
	return step(s, s->insert[t], e);
}

static bool sqlite_script(struct store *store, const struct script_line *l, struct err *e)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	sqlite3_bind_text(s->script, 1, l->source, -1, SQLITE_STATIC);
	sqlite3_bind_text(s->script, 2, l->query, -1, SQLITE_STATIC);
	sqlite3_bind_text(s->script, 3, l->load, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s->script, 4, l->latency_ms);
	sqlite3_bind_int64(s->script, 5, l->jitter_ms);
	sqlite3_bind_int64(s->script, 6, l->row_delay_ms);
	sqlite3_bind_int64(s->script, 7, l->scan_rows);
	sqlite3_bind_text(s->script, 8, l->fault, -1, SQLITE_STATIC);
	sqlite3_bind_text(s->script, 9, l->arg, -1, SQLITE_STATIC);
	return step(s, s->script, e);
}

static bool finish(struct sqlite_store *s, struct err *e)
{
	if (!exec(s, buf_str(&s->indexes), e) || !exec(s, "COMMIT", e))
		return false;
	if (sqlite3_close(s->db) != SQLITE_OK)
		return fail(s, e);
	s->db = NULL;
	if (rename(s->part, s->file) != 0)
		return err_set(e, ERR_INTERNAL, errno, "%s: %s", s->file, strerror(errno));
	return true;
}

static bool sqlite_close(struct store *store, bool ok, struct err *e)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		sqlite3_finalize(s->insert[i]);
	sqlite3_finalize(s->script);
	ok = ok && finish(s, e);
	sqlite3_close(s->db);
	if (!ok && s->part)
		unlink(s->part);
	buf_release(&s->indexes);
	free(s->file);
	free(s->part);
	free(s);
	return ok;
}

static bool begin(struct sqlite_store *s, usec now, struct err *e)
{
	static const char tables[] =
		"PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
		"PRAGMA cache_size=-65536; PRAGMA application_id=1397053524; BEGIN;"
		"CREATE TABLE demo_script (source TEXT NOT NULL, query TEXT NOT NULL,"
		" load_id TEXT NOT NULL, latency_ms INTEGER, jitter_ms INTEGER, row_delay_ms INTEGER,"
		" scan_rows INTEGER, fault TEXT, fault_arg TEXT);"
		"CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT)";
	char time[TIME_TEXT_MAX], meta[120];

	snprintf(meta, sizeof meta, "INSERT INTO meta VALUES ('now', '%s')", time_iso(time, now, false));
	if (!exec(s, tables, e) || !run_schema(s, e) || !exec(s, meta, e))
		return false;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (!prepare_insert(s, (enum table_id)i, e))
			return false;
	}
	return sqlite3_prepare_v2(s->db, "INSERT INTO demo_script VALUES (?,?,?,?,?,?,?,?,?)", -1,
				  &s->script, NULL) == SQLITE_OK || fail(s, e);
}

struct store *store_sqlite(const char *file, usec now, struct err *e)
{
	struct sqlite_store *s = calloc(1, sizeof *s);
	bool ok;

	if (!s) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	s->store = (struct store){ sqlite_row, sqlite_script, sqlite_close };
	s->file = strdup(file);
	ok = s->file && asprintf(&s->part, "%s.part", file) > 0;
	if (ok) {
		unlink(s->part);
		ok = (sqlite3_open(s->part, &s->db) == SQLITE_OK || fail(s, e)) && begin(s, now, e);
	}
	if (ok)
		return &s->store;
	sqlite_close(&s->store, false, e);
	return NULL;
}
