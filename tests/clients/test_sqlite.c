/* The sqlite kind against files made here: answers, guards, damage, the script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "clients/registry.h"
#include "clients/script.h"

static char dir[] = "/tmp/sextant-sqlite-XXXXXX";
static char path[80];

/* ---- what a test sees of an answer --------------------------------------------- */

struct seen {
	struct row_sink sink;
	struct buf text;            /* "a|b\n" for the columns and each row */
	struct buf sent;
	uint64_t rows, bytes;
	unsigned progress;
	struct cancel *cancel_at_row; /* fired when the first row comes */
};

static void on_sent(struct row_sink *s, const char *text)
{
	buf_puts(&((struct seen *)s)->sent, text);
}

static bool on_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	struct seen *seen = (struct seen *)s;

	(void)e;
	for (size_t i = 0; i < n; i++)
		buf_printf(&seen->text, "%s%s", i ? "|" : "", names[i]);
	return buf_putc(&seen->text, '\n');
}

static bool on_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct seen *seen = (struct seen *)s;

	(void)e;
	for (size_t i = 0; cells && i < 2; i++) {
		buf_puts(&seen->text, i ? "|" : "");
		buf_put(&seen->text, cell_is_null(cells[i]) ? "NULL" : cells[i].data,
			cell_is_null(cells[i]) ? 4 : cells[i].len);
	}
	buf_putc(&seen->text, '\n');
	seen->rows++;
	if (seen->cancel_at_row)
		cancel_fire(seen->cancel_at_row);
	return true;
}

static void on_progress(struct row_sink *s, const struct progress *p)
{
	assert_true(p->rows_read <= p->rows_total);
	((struct seen *)s)->progress++;
}

static void on_bytes(struct row_sink *s, size_t n)
{
	((struct seen *)s)->bytes += n;
}

static void seen_init(struct seen *s)
{
	*s = (struct seen){ .sink = { on_sent, on_columns, on_row, on_progress, on_bytes } };
}

static void seen_release(struct seen *s)
{
	buf_release(&s->text);
	buf_release(&s->sent);
}

/* ---- sources and queries --------------------------------------------------------- */

static char k_path[] = "path", k_scripted[] = "scripted", v_true[] = "true";

struct fixture {
	struct source source;
	struct setting settings[2];
	struct cancel cancel;
	void *conn;
};

static void set_up(struct fixture *f, char *file, const char *name, bool scripted)
{
	struct err e = { 0 };

	*f = (struct fixture){ .settings = { { .key = k_path, .value = file },
					     { .key = k_scripted, .value = v_true } } };
	snprintf(f->source.name, sizeof f->source.name, "%s", name);
	snprintf(f->source.title, sizeof f->source.title, "%s", name);
	f->source.client = &sqlite_ops;
	f->source.settings = f->settings;
	f->source.nsettings = scripted ? 2 : 1;
	assert_true(sqlite_ops.prepare(&f->source, &e));
	assert_true(cancel_init(&f->cancel, &e));
	f->conn = sqlite_ops.open(&f->source, &e);
	assert_non_null(f->conn);
}

static void tear_down(struct fixture *f)
{
	sqlite_ops.close(f->conn);
	cancel_release(&f->cancel);
}

static usec in(usec span)
{
	return clock_mono(&clock_system) + span;
}

static bool run(struct fixture *f, const char *name, const char *sql, const struct param *params,
		size_t n, struct seen *s, struct err *e)
{
	struct query q = { .name = name, .text = sql, .params = params, .nparams = n,
			   .deadline = in(10 * USEC_SEC), .id = "t1" };

	*e = (struct err){ 0 };
	return sqlite_ops.run(f->conn, &q, &f->cancel, &s->sink, e);
}

static void make(const char *file, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

/* ---- answers ----------------------------------------------------------------------- */

static void test_binds_and_streams(void **state)
{
	static const struct param params[] = { { "id", "7" }, { "word", "it's :id" }, { "none", NULL } };
	struct fixture f;
	struct seen s;
	struct err e;

	(void)state;
	set_up(&f, path, "tracking", false);
	seen_init(&s);
	assert_true(run(&f, "q", "SELECT a, b FROM t WHERE a = :id OR b = :word OR b = :none"
			" ORDER BY a;\n-- end", params, 3, &s, &e));
	assert_string_equal(buf_str(&s.text), "a|b\n7|seven\n8|it's :id\n");
	assert_non_null(strstr(buf_str(&s.sent), ":word = "));
	assert_int_equal(s.bytes, 1 + 5 + 1 + 8);
	seen_release(&s);

	seen_init(&s);
	assert_true(run(&f, "q", "SELECT a, b FROM t WHERE a = 9", NULL, 0, &s, &e));
	assert_string_equal(buf_str(&s.text), "a|b\n9|NULL\n");
	seen_release(&s);
	tear_down(&f);
}

static void test_empty_answer_has_columns(void **state)
{
	struct fixture f;
	struct seen s;
	struct err e;

	(void)state;
	set_up(&f, path, "tracking", false);
	seen_init(&s);
	assert_true(run(&f, "q", "SELECT a, b FROM t WHERE a = 99", NULL, 0, &s, &e));
	assert_string_equal(buf_str(&s.text), "a|b\n");
	seen_release(&s);
	tear_down(&f);
}

static void refused(const char *sql, enum err_kind kind)
{
	struct fixture f;
	struct seen s;
	struct err e;

	set_up(&f, path, "tracking", false);
	seen_init(&s);
	assert_false(run(&f, "q", sql, NULL, 0, &s, &e));
	if (e.kind != kind)
		fail_msg("%s: %s: %s", sql, err_word(e.kind), e.text);
	assert_int_equal(s.rows, 0);
	seen_release(&s);
	tear_down(&f);
}

static void test_only_reads(void **state)
{
	(void)state;
	refused("INSERT INTO t VALUES (1, 'x')", ERR_DENIED);
	refused("DELETE FROM t", ERR_DENIED);
	refused("DROP TABLE t", ERR_DENIED);
	refused("ATTACH '/tmp/x.db' AS x", ERR_DENIED);
	refused("PRAGMA quick_check", ERR_DENIED);
	refused("SELECT a, b FROM t; DELETE FROM t", ERR_CONFIG);
	refused("SELECT a, b FROM t; SELECT 1", ERR_CONFIG);
	refused("", ERR_CONFIG);
	refused("SELECT a, b FROM t WHERE a = :nobody", ERR_CONFIG);
	refused("SELECT a, b FROM t WHERE a = ?", ERR_CONFIG);
	refused("SELEC", ERR_REMOTE);
	refused("SELECT load_extension('x'), 1", ERR_REMOTE);
	refused("SELECT zeroblob(100000000), 1", ERR_LIMIT);
}

static void test_ceilings(void **state)
{
	struct fixture f;
	struct seen s;
	struct err e = { 0 };
	struct query q = { .name = "q", .text = "SELECT a, b FROM t", .deadline = in(10 * USEC_SEC),
			   .max_rows = 2 };

	(void)state;
	set_up(&f, path, "tracking", false);
	seen_init(&s);
	assert_false(sqlite_ops.run(f.conn, &q, &f.cancel, &s.sink, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(s.rows, 2);
	q.max_rows = 0;
	q.max_bytes = 3;
	assert_false(sqlite_ops.run(f.conn, &q, &f.cancel, &s.sink, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	seen_release(&s);
	tear_down(&f);
}

static const char endless[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i), 1 FROM n";

static void test_deadline_stops_a_long_query(void **state)
{
	struct fixture f;
	struct seen s;
	struct err e = { 0 };
	struct query q = { .name = "q", .text = endless, .deadline = in(50 * USEC_MS) };

	(void)state;
	set_up(&f, path, "tracking", false);
	seen_init(&s);
	assert_false(sqlite_ops.run(f.conn, &q, &f.cancel, &s.sink, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	/* and the connection is good for another */
	assert_true(run(&f, "q", "SELECT a, b FROM t WHERE a = 9", NULL, 0, &s, &e));
	seen_release(&s);
	tear_down(&f);
}

static void test_cancel_stops_a_long_query(void **state)
{
	struct fixture f;
	struct seen s;
	struct err e;

	(void)state;
	set_up(&f, path, "tracking", false);
	seen_init(&s);
	s.cancel_at_row = &f.cancel;
	assert_false(run(&f, "q", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
			 " SELECT i, 1 FROM n WHERE i = 1", NULL, 0, &s, &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_int_equal(s.rows, 1);
	seen_release(&s);
	tear_down(&f);
}

/* ---- files ---------------------------------------------------------------------------- */

static void file_fails(char *file, enum err_kind kind)
{
	struct fixture f;
	struct seen s;
	struct health h;
	struct err e;

	set_up(&f, file, "tracking", false);
	seen_init(&s);
	assert_false(run(&f, "q", "SELECT a, b FROM t", NULL, 0, &s, &e));
	assert_int_equal(e.kind, kind);
	assert_false(sqlite_ops.check(f.conn, in(USEC_SEC), &f.cancel, &h, &e));
	assert_int_equal(e.kind, kind);
	seen_release(&s);
	tear_down(&f);
}

static void test_files_that_are_none(void **state)
{
	char missing[100], text[100], folder[] = "/tmp";
	int fd;

	(void)state;
	snprintf(missing, sizeof missing, "%s/missing.db", dir);
	file_fails(missing, ERR_CONFIG);
	file_fails(folder, ERR_CONFIG);
	snprintf(text, sizeof text, "%s/text.db", dir);
	fd = open(text, O_CREAT | O_WRONLY, 0600);
	assert_true(write(fd, "this is not a database, at all", 30) == 30);
	close(fd);
	file_fails(text, ERR_DECODE);
}

static void test_P36_odd_names(void **state)
{
	char odd[100], relative[] = "demo.db";
	struct setting set = { .key = k_path, .value = relative };
	struct source source = { .name = "x", .settings = &set, .nsettings = 1 };
	struct fixture f;
	struct health h;
	struct err e = { 0 };

	(void)state;
	snprintf(odd, sizeof odd, "%s/a?b#c%%20.db", dir);
	make(odd, "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4)");
	set_up(&f, odd, "extract", false);
	assert_true(sqlite_ops.check(f.conn, in(USEC_SEC), &f.cancel, &h, &e));
	assert_string_equal(h.detail, "1 tables, 2 rows, integrity ok");
	assert_true(h.read_only);
	tear_down(&f);
	assert_false(sqlite_ops.prepare(&source, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
}

static void test_two_sources_have_two_origins(void **state)
{
	struct fixture a, b;

	(void)state;
	set_up(&a, path, "athena", false);
	set_up(&b, path, "trino", false);
	assert_string_not_equal(a.source.origin, b.source.origin);
	tear_down(&a);
	tear_down(&b);
}

/* ---- the script ------------------------------------------------------------------------ */

static const struct param of_load[] = { { "tracking_id", "726100801" },
	{ "from", "2026-01-14 00:00:00" }, { "to", "2026-01-23 00:00:00" } };
static const struct param one_day[] = { { "tracking_id", "726100801" },
	{ "from", "2026-01-22 00:00:00" }, { "to", "2026-01-23 00:00:00" } };

static void scripted(const char *query, const struct param *params, enum err_kind kind, long code,
		     bool transient, uint64_t rows)
{
	struct fixture f;
	struct seen s;
	struct err e;
	bool ok;

	set_up(&f, path, "rewind", true);
	seen_init(&s);
	ok = run(&f, query, "SELECT a, b FROM t", params, 3, &s, &e);
	if (ok != (kind == ERR_NONE) || e.kind != kind || e.code != code || e.transient != transient)
		fail_msg("%s: %s %ld %s", query, err_word(e.kind), e.code, e.text);
	assert_int_equal(s.rows, rows);
	seen_release(&s);
	tear_down(&f);
}

static void test_faults(void **state)
{
	(void)state;
	scripted("plain", of_load, ERR_NONE, 0, false, 3);
	scripted("auth", of_load, ERR_AUTH, 401, false, 0);
	scripted("denied", of_load, ERR_DENIED, 403, false, 0);
	scripted("timeout", of_load, ERR_TIMEOUT, 0, false, 0);
	scripted("network", of_load, ERR_NETWORK, 0, true, 0);
	scripted("http_500", of_load, ERR_REMOTE, 503, true, 0);
	scripted("empty", of_load, ERR_NONE, 0, false, 0);
	scripted("memory", of_load, ERR_MEMORY, 241, false, 0);
	scripted("memory", one_day, ERR_NONE, 0, false, 3);
	scripted("cut", of_load, ERR_NETWORK, 0, false, 2);
	scripted("limit", of_load, ERR_LIMIT, 0, false, 1);
	scripted("typo", of_load, ERR_CONFIG, 0, false, 0);
}

static void test_the_line_of_the_load_comes_first(void **state)
{
	static const struct param other[] = { { "tracking_id", "1" }, { "x", "" }, { "y", NULL } };

	(void)state;
	scripted("own", of_load, ERR_AUTH, 401, false, 0);
	scripted("own", other, ERR_NONE, 0, false, 3);
}

static void test_latency_and_progress(void **state)
{
	struct fixture f;
	struct seen s;
	struct err e;
	usec start = clock_mono(&clock_system);

	(void)state;
	set_up(&f, path, "rewind", true);
	seen_init(&s);
	assert_true(run(&f, "slow", "SELECT a, b FROM t", of_load, 3, &s, &e));
	assert_true(clock_mono(&clock_system) - start >= 300 * USEC_MS);
	assert_true(s.progress >= 2);
	seen_release(&s);
	tear_down(&f);
}

static void test_never_answers(void **state)
{
	struct query q = { .name = "never", .text = "SELECT a, b FROM t", .deadline = in(30 * USEC_MS) };
	struct fixture f;
	struct seen s;
	struct err e = { 0 };

	(void)state;
	set_up(&f, path, "rewind", true);
	seen_init(&s);
	assert_false(sqlite_ops.run(f.conn, &q, &f.cancel, &s.sink, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	q.deadline = in(60 * USEC_SEC);
	cancel_fire(&f.cancel);
	assert_false(sqlite_ops.run(f.conn, &q, &f.cancel, &s.sink, &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	seen_release(&s);
	tear_down(&f);
}

static void test_check_is_scripted_too(void **state)
{
	struct fixture f;
	struct health h;
	struct err e = { 0 };

	(void)state;
	set_up(&f, path, "athena", true);
	assert_false(sqlite_ops.check(f.conn, in(USEC_SEC), &f.cancel, &h, &e));
	assert_int_equal(e.kind, ERR_AUTH);
	assert_non_null(strstr(e.text, "expired"));
	tear_down(&f);
}

/* ---- set-up ------------------------------------------------------------------------------ */

static int make_files(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/t.db", dir);
	make(path,
	     "CREATE TABLE t (a INTEGER, b TEXT);"
	     "INSERT INTO t VALUES (7, 'seven'), (8, 'it''s :id'), (9, NULL);"
	     "CREATE TABLE demo_script (source, query, load_id, latency_ms INTEGER, jitter_ms INTEGER,"
	     " row_delay_ms INTEGER, scan_rows INTEGER, fault, fault_arg);"
	     "INSERT INTO demo_script VALUES"
	     " ('rewind', 'plain', '*', 1, 2, 1, 0, 'none', NULL),"
	     " ('rewind', 'slow', '*', 300, 0, 0, 8000000, NULL, NULL),"
	     " ('rewind', 'auth', '*', 1, 0, 0, 0, 'auth', NULL),"
	     " ('rewind', 'denied', '*', 1, 0, 0, 0, 'denied', NULL),"
	     " ('rewind', 'timeout', '*', 20, 0, 0, 0, 'timeout', NULL),"
	     " ('rewind', 'never', '*', 0, 0, 0, 0, 'timeout', NULL),"
	     " ('rewind', 'network', '*', 0, 0, 0, 0, 'network', NULL),"
	     " ('rewind', 'http_500', '*', 0, 0, 0, 0, 'http_500', NULL),"
	     " ('rewind', 'empty', '*', 0, 0, 0, 0, 'empty', NULL),"
	     " ('rewind', 'memory', '*', 0, 0, 0, 0, 'memory_over_days', '1'),"
	     " ('rewind', 'cut', '*', 0, 0, 0, 0, 'cut_after_rows', '2'),"
	     " ('rewind', 'limit', '*', 0, 0, 0, 0, 'limit', '1'),"
	     " ('rewind', 'typo', '*', 0, 0, 0, 0, 'sloow', NULL),"
	     " ('rewind', 'own', '*', 0, 0, 0, 0, 'none', NULL),"
	     " ('rewind', 'own', '726100801', 0, 0, 0, 0, 'auth', NULL),"
	     " ('athena', 'check', '*', 0, 0, 0, 0, 'auth', 'the security token has expired');");
	return 0;
}

static int remove_files(void **state)
{
	static const char *const names[] = { "t.db", "text.db", "a?b#c%20.db" };
	char name[100];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(name, sizeof name, "%s/%s", dir, names[i]);
		unlink(name);
	}
	return rmdir(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binds_and_streams),
		cmocka_unit_test(test_empty_answer_has_columns),
		cmocka_unit_test(test_only_reads),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_deadline_stops_a_long_query),
		cmocka_unit_test(test_cancel_stops_a_long_query),
		cmocka_unit_test(test_files_that_are_none),
		cmocka_unit_test(test_P36_odd_names),
		cmocka_unit_test(test_two_sources_have_two_origins),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_the_line_of_the_load_comes_first),
		cmocka_unit_test(test_latency_and_progress),
		cmocka_unit_test(test_never_answers),
		cmocka_unit_test(test_check_is_scripted_too),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
