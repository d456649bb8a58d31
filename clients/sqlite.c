/* SQLite files: the embedded default (demonstration) and local extracts.
 *
 * A file is hostile: it is opened read-only and immutable, its schema is not
 * trusted, and an authorizer lets only reading through. With `scripted: true`
 * the table demo_script says how long each query takes and how it fails. */
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "clients/registry.h"
#include "clients/script.h"
#include "clients/sqltext.h"

enum {
	STEPS_BETWEEN_LOOKS = 2000, /* virtual machine steps between two looks at cancel and deadline */
	MAX_SQL_BYTES = 1 << 20,
	MAX_EXPR_DEPTH = 200,
	MAX_VDBE_OPS = 5000000,
};

struct sqlite_conn {
	const struct source *source;
	sqlite3 *db;                /* NULL until the first use */
	bool scripted;
	bool checking;              /* lets PRAGMA quick_check through */
	struct cancel *cancel;      /* of the query that runs */
	usec deadline;
};

static const struct setting_def settings[] = {
	{ "path", NULL, true, false, "the database file: absolute, or ~/…" },
	{ "scripted", "false", false, false, "play the delays and faults of its table demo_script" },
	{ NULL, NULL, false, false, NULL },
};

/* ---- opening ------------------------------------------------------------------ */

static bool full_path(const struct source *s, struct buf *out, struct err *e)
{
	const char *path = source_get(s, "path", "");
	const char *home = getenv("HOME");

	if (path[0] == '/')
		buf_puts(out, path);
	else if (path[0] == '~' && path[1] == '/' && home)
		buf_printf(out, "%s%s", home, path + 1);
	else
		return err_set(e, ERR_CONFIG, 0, "%s: path must be absolute or begin with ~/, not \"%s\"",
			       s->name, path);
	return !out->failed || err_set(e, ERR_MEMORY, 0, "%s: out of memory", s->name);
}

static bool sqlite_prepare(struct source *s, struct err *e)
{
	struct buf path = BUF_INIT;
	bool ok = full_path(s, &path, e);

	/* The name is part of it: sources of the demonstration share a file, but not
	 * a breaker. */
	if (ok)
		snprintf(s->origin, sizeof s->origin, "sqlite://%s%s", s->name, buf_str(&path));
	buf_release(&path);
	return ok;
}

/* An SQLite URI; what would end the path is escaped. */
static bool file_uri(const char *path, struct buf *out)
{
	buf_puts(out, "file:");
	for (; *path; path++) {
		if (strchr("?#%", *path))
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*path);
		else
			buf_putc(out, *path);
	}
	return buf_puts(out, "?mode=ro&immutable=1") && !out->failed;
}

static int on_authorize(void *ctx, int action, const char *a, const char *b, const char *db,
			const char *trigger)
{
	const struct sqlite_conn *c = ctx;

	(void)db;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA:
		return c->checking && a && strcmp(a, "quick_check") == 0 ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static int on_progress(void *ctx)
{
	const struct sqlite_conn *c = ctx;

	return cancel_fired(c->cancel) || now_mono() >= c->deadline;
}

static void harden(struct sqlite_conn *c)
{
	static const char pragmas[] = "PRAGMA query_only=1; PRAGMA cell_size_check=1; PRAGMA mmap_size=0;"
				      "PRAGMA temp_store=MEMORY";

	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, ROWS_MAX_CELL);
	sqlite3_limit(c->db, SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES);
	sqlite3_limit(c->db, SQLITE_LIMIT_COLUMN, 2000);
	sqlite3_limit(c->db, SQLITE_LIMIT_EXPR_DEPTH, MAX_EXPR_DEPTH);
	sqlite3_limit(c->db, SQLITE_LIMIT_VDBE_OP, MAX_VDBE_OPS);
	sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(c->db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_exec(c->db, pragmas, NULL, NULL, NULL);
	sqlite3_set_authorizer(c->db, on_authorize, c);
	sqlite3_progress_handler(c->db, STEPS_BETWEEN_LOOKS, on_progress, c);
}

static bool is_regular(const struct source *s, const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: cannot open %s: %s", s->name, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, 0, "%s: %s is not a file", s->name, path);
	return true;
}

static bool open_file(struct sqlite_conn *c, const char *path, struct err *e)
{
	struct buf uri = BUF_INIT;
	int rc = SQLITE_NOMEM;

	if (file_uri(path, &uri))
		rc = sqlite3_open_v2(buf_str(&uri), &c->db,
				     SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
				     SQLITE_OPEN_PRIVATECACHE, NULL);
	buf_release(&uri);
	if (rc == SQLITE_OK) {
		harden(c);
		return true;
	}
	err_set(e, rc == SQLITE_NOMEM ? ERR_MEMORY : ERR_CONFIG, rc, "%s: cannot open %s: %s",
		c->source->name, path, c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc));
	sqlite3_close(c->db);
	c->db = NULL;
	return false;
}

static bool connect_file(struct sqlite_conn *c, struct err *e)
{
	struct buf path = BUF_INIT;
	bool ok;

	if (c->db)
		return true;
	ok = full_path(c->source, &path, e) && is_regular(c->source, buf_str(&path), e) &&
	     open_file(c, buf_str(&path), e);
	buf_release(&path);
	return ok;
}

static void *sqlite_open(const struct source *s, struct err *e)
{
	struct sqlite_conn *c = source_alloc(s, sizeof(*c), e);

	if (!c)
		return NULL;
	c->source = s;
	c->scripted = source_bool(s, "scripted", false);
	return c;
}

static void sqlite_close(void *conn)
{
	struct sqlite_conn *c = conn;

	if (!c)
		return;
	sqlite3_close(c->db);
	free(c);
}

/* ---- errors ------------------------------------------------------------------- */

static enum err_kind kind_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_TOOBIG:
		return ERR_LIMIT;
	case SQLITE_AUTH:
	case SQLITE_READONLY:
		return ERR_DENIED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		return ERR_DECODE;
	case SQLITE_CANTOPEN:
		return ERR_CONFIG;
	default:
		return ERR_REMOTE;
	}
}

static bool fail(const struct sqlite_conn *c, const char *what, struct err *e)
{
	int rc = sqlite3_extended_errcode(c->db);

	if (rc == SQLITE_INTERRUPT && cancel_fired(c->cancel))
		return err_set(e, ERR_CANCELLED, 0, "stopped");
	if (rc == SQLITE_INTERRUPT)
		return err_transient(e, ERR_TIMEOUT, 0, "%s: %s: the deadline passed", c->source->name, what);
	if ((rc & 0xff) == SQLITE_TOOBIG)
		return err_set(e, ERR_LIMIT, rc, "%s: a row over %d KB (%s)", c->source->name, ROWS_MAX_CELL >> 10, what);
	return err_set(e, kind_of(rc), rc, "%s: %s: %s", c->source->name, what, sqlite3_errmsg(c->db));
}

/* ---- asking ------------------------------------------------------------------- */

/* One statement; what follows it may only be blank or a comment. */
static sqlite3_stmt *compile(struct sqlite_conn *c, const struct query *q, struct err *e)
{
	sqlite3_stmt *st = NULL, *more = NULL;
	const char *tail = NULL;

	if (sqlite3_prepare_v2(c->db, q->text, -1, &st, &tail) != SQLITE_OK) {
		fail(c, q->name, e);
		return NULL;
	}
	while (tail && *tail == ';')
		tail++;
	if (!st || sqlite3_prepare_v2(c->db, tail, -1, &more, NULL) != SQLITE_OK || more) {
		err_set(e, ERR_CONFIG, 0, "%s: %s: a query is exactly one statement", c->source->name,
			q->name);
		sqlite3_finalize(st);
		sqlite3_finalize(more);
		return NULL;
	}
	return st;
}

static bool bind_all(const struct sqlite_conn *c, sqlite3_stmt *st, const struct query *q,
		     struct err *e)
{
	int n = sqlite3_bind_parameter_count(st);

	for (int i = 1; i <= n; i++) {
		const char *name = sqlite3_bind_parameter_name(st, i);
		const struct param *p = NULL;

		if (name && name[0] == ':')
			p = query_param(q, name + 1, strlen(name + 1));
		if (!p)
			return err_set(e, ERR_CONFIG, 0, "%s: %s: there is no value for %s",
				       c->source->name, q->name, name ? name : "?");
		if (p->value && sqlite3_bind_text(st, i, p->value, -1, SQLITE_STATIC) != SQLITE_OK)
			return fail(c, q->name, e);
	}
	return true;
}

static void tell_sent(struct row_sink *sink, const struct query *q)
{
	struct buf text = BUF_INIT;

	sqltext_describe(&text, q, q->text);
	sink->sent(sink, buf_str(&text));
	buf_release(&text);
}

static struct cell column_cell(sqlite3_stmt *st, int i)
{
	const void *data;

	if (sqlite3_column_type(st, i) == SQLITE_NULL)
		return CELL_NULL;
	if (sqlite3_column_type(st, i) == SQLITE_BLOB)
		data = sqlite3_column_blob(st, i);
	else
		data = sqlite3_column_text(st, i);
	return (struct cell){ data ? data : "", data ? (size_t)sqlite3_column_bytes(st, i) : 0 };
}

struct answer {
	sqlite3_stmt *st;
	int ncolumns;
	struct cell *cells;
	uint64_t rows, bytes;
};

static bool give_columns(const struct sqlite_conn *c, struct answer *a, struct row_sink *sink,
			 struct err *e)
{
	const char **names;
	bool ok;

	a->ncolumns = sqlite3_column_count(a->st);
	names = calloc((size_t)a->ncolumns + 1, sizeof *names);
	a->cells = calloc((size_t)a->ncolumns + 1, sizeof *a->cells);
	ok = names && a->cells;
	for (int i = 0; ok && i < a->ncolumns; i++)
		ok = (names[i] = sqlite3_column_name(a->st, i)) != NULL;
	if (ok)
		ok = sink->columns(sink, names, (size_t)a->ncolumns, e);
	else
		err_set(e, ERR_MEMORY, 0, "%s: out of memory", c->source->name);
	free(names);
	return ok;
}

static bool give_row(const struct sqlite_conn *c, struct answer *a, const struct query *q,
		     struct row_sink *sink, struct err *e)
{
	uint64_t max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS;
	uint64_t max_bytes = q->max_bytes ? q->max_bytes : CLIENT_MAX_BYTES;
	size_t bytes = 0;

	if (a->rows >= max_rows)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %llu rows", c->source->name,
			       (unsigned long long)max_rows);
	for (int i = 0; i < a->ncolumns; i++) {
		a->cells[i] = column_cell(a->st, i);
		bytes += a->cells[i].len;
	}
	a->bytes += bytes;
	if (a->bytes > max_bytes)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %llu bytes", c->source->name,
			       (unsigned long long)max_bytes);
	sink->bytes(sink, bytes);
	a->rows++;
	return sink->row(sink, a->cells, e);
}

static bool give_rows(const struct sqlite_conn *c, struct answer *a, const struct query *q,
		      const struct script *s, struct row_sink *sink, struct err *e)
{
	int rc = SQLITE_DONE;

	while (s->fault != SCRIPT_EMPTY && (rc = sqlite3_step(a->st)) == SQLITE_ROW) {
		if (!script_row(s, c->source->name, a->rows, q, c->cancel, e) ||
		    !give_row(c, a, q, sink, e))
			return false;
	}
	if (rc == SQLITE_DONE)
		return true;
	fail(c, q->name, e);
	/* Another attempt would bring the rows once more. */
	if (e && a->rows > 0)
		e->transient = false;
	return false;
}

/* ---- the script of the demonstration ------------------------------------------ */

static bool names_load(const struct query *q, const char *load)
{
	if (strcmp(load, "*") == 0)
		return true;
	for (size_t i = 0; i < q->nparams; i++) {
		if (q->params[i].value && strcmp(q->params[i].value, load) == 0)
			return true;
	}
	return false;
}

/* The same for the same query id, so that a run can be repeated. */
static usec jitter(const struct query *q, int64_t most_ms)
{
	uint32_t h = 2166136261u;

	for (const char *p = q->id; *p; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	return most_ms > 0 ? (usec)(h % (uint64_t)most_ms) * USEC_MS : 0;
}

static bool read_line(sqlite3_stmt *st, const struct query *q, struct script *s, struct err *e)
{
	const char *fault = (const char *)sqlite3_column_text(st, 5);
	const char *arg = (const char *)sqlite3_column_text(st, 6);

	s->latency = sqlite3_column_int64(st, 1) * USEC_MS + jitter(q, sqlite3_column_int64(st, 2));
	s->row_delay = sqlite3_column_int64(st, 3) * USEC_MS;
	s->scan_rows = (uint64_t)sqlite3_column_int64(st, 4);
	snprintf(s->arg, sizeof s->arg, "%s", arg ? arg : "");
	s->n = arg ? strtol(arg, NULL, 10) : 0;
	return !fault || script_fault_parse(fault, &s->fault, e);
}

/* The line that fits best: for this load before any, for this query before any. */
static bool read_script(struct sqlite_conn *c, const struct query *q, struct script *s,
			struct err *e)
{
	static const char sql[] =
		"SELECT load_id, latency_ms, jitter_ms, row_delay_ms, scan_rows, fault, fault_arg"
		" FROM demo_script WHERE source = ?1 AND query IN (?2, '*')"
		" ORDER BY load_id = '*', query = '*'";
	sqlite3_stmt *st;
	bool ok = true;
	int rc;

	if (!c->scripted)
		return true;
	if (sqlite3_prepare_v2(c->db, sql, -1, &st, NULL) != SQLITE_OK)
		return fail(c, "demo_script", e);
	sqlite3_bind_text(st, 1, c->source->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, q->name, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *load = (const char *)sqlite3_column_text(st, 0);

		if (load && names_load(q, load)) {
			ok = read_line(st, q, s, e);
			break;
		}
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		ok = fail(c, "demo_script", e);
	sqlite3_finalize(st);
	return ok;
}

static bool ask(struct sqlite_conn *c, const struct query *q, struct row_sink *sink, struct err *e)
{
	struct answer a = { 0 };
	struct script s = { .asked = now_mono() };
	bool ok;

	if (!connect_file(c, e) || !read_script(c, q, &s, e))
		return false;
	a.st = compile(c, q, e);
	if (!a.st)
		return false;
	ok = bind_all(c, a.st, q, e);
	if (ok) {
		tell_sent(sink, q);
		ok = script_before(&s, c->source->name, q, c->cancel, sink, e) &&
		     give_columns(c, &a, sink, e) && give_rows(c, &a, q, &s, sink, e);
	}
	sqlite3_finalize(a.st);
	free(a.cells);
	return ok;
}

static bool sqlite_run(void *conn, const struct query *q, struct cancel *cancel,
		       struct row_sink *sink, struct err *e)
{
	struct sqlite_conn *c = conn;
	bool ok;

	c->cancel = cancel;
	c->deadline = q->deadline;
	ok = ask(c, q, sink, e);
	c->cancel = NULL;
	return ok;
}

/* ---- checking ----------------------------------------------------------------- */

static bool first_text(struct sqlite_conn *c, const char *sql, char *out, size_t outsz,
		       struct err *e)
{
	sqlite3_stmt *st;
	bool ok;

	if (sqlite3_prepare_v2(c->db, sql, -1, &st, NULL) != SQLITE_OK)
		return fail(c, "check", e);
	ok = sqlite3_step(st) == SQLITE_ROW;
	if (ok)
		snprintf(out, outsz, "%s", (const char *)sqlite3_column_text(st, 0));
	else
		fail(c, "check", e);
	sqlite3_finalize(st);
	return ok;
}

/* Whole tables are counted, not sampled: a truncated file shows here. */
static bool count_rows(struct sqlite_conn *c, unsigned *tables, uint64_t *rows, struct err *e)
{
	sqlite3_stmt *st;
	char text[32], *sql;
	bool ok = true;

	if (sqlite3_prepare_v2(c->db, "SELECT name FROM sqlite_schema WHERE type = 'table'"
			       " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'", -1, &st, NULL) != SQLITE_OK)
		return fail(c, "check", e);
	while (ok && sqlite3_step(st) == SQLITE_ROW) {
		sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", sqlite3_column_text(st, 0));
		ok = sql && first_text(c, sql, text, sizeof text, e);
		sqlite3_free(sql);
		*rows += ok ? strtoull(text, NULL, 10) : 0;
		++*tables;
	}
	sqlite3_finalize(st);
	return ok;
}

static bool check_file(struct sqlite_conn *c, struct health *h, struct err *e)
{
	char integrity[100];
	unsigned tables = 0;
	uint64_t rows = 0;

	if (!count_rows(c, &tables, &rows, e) ||
	    !first_text(c, "PRAGMA quick_check(1)", integrity, sizeof integrity, e))
		return false;
	if (strcmp(integrity, "ok") != 0)
		return err_set(e, ERR_DECODE, SQLITE_CORRUPT, "%s: the file is damaged: %s",
			       c->source->name, integrity);
	snprintf(h->server, sizeof h->server, "SQLite %s", sqlite3_libversion());
	snprintf(h->detail, sizeof h->detail, "%u tables, %llu rows, integrity ok", tables,
		 (unsigned long long)rows);
	h->read_only = sqlite3_db_readonly(c->db, "main") == 1;
	return true;
}

static void no_sent(struct row_sink *s, const char *text)
{
	(void)s;
	(void)text;
}

static void no_progress(struct row_sink *s, const struct progress *p)
{
	(void)s;
	(void)p;
}

static bool sqlite_check(void *conn, usec deadline, struct cancel *cancel, struct health *h,
			 struct err *e)
{
	struct sqlite_conn *c = conn;
	struct query q = { .name = "check", .text = "", .deadline = deadline };
	struct row_sink nowhere = { .sent = no_sent, .progress = no_progress };
	struct script s = { .asked = now_mono() };
	bool ok;

	*h = (struct health){ 0 };
	c->cancel = cancel;
	c->deadline = deadline;
	c->checking = true;
	ok = connect_file(c, e) && read_script(c, &q, &s, e) &&
	     script_before(&s, c->source->name, &q, cancel, &nowhere, e) && check_file(c, h, e);
	c->checking = false;
	c->cancel = NULL;
	return ok;
}

const struct client_ops sqlite_ops = {
	.kind = "sqlite",
	.settings = settings,
	.prepare = sqlite_prepare,
	.open = sqlite_open,
	.run = sqlite_run,
	.check = sqlite_check,
	.close = sqlite_close,
};
