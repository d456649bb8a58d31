#include "clients/client.h"

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "clients/postgres_error.h"
#include "clients/registry.h"
#include "tests/support/collect.h"
#include "tests/support/postgres_server.h"
#include "tests/support/tls.h"

static struct postgres_server server;
static char port_text[16];

/* A connection with all that one run needs. */
struct client {
	struct source source;
	void *conn;
	struct cancel cancel;
	struct collect got;
	struct err e;
};

static usec in_ms(int64_t ms)
{
	return clock_mono(&clock_system) + ms * USEC_MS;
}

static void client_init(struct client *c, const char *const *pairs)
{
	memset(c, 0, sizeof(*c));
	collect_init(&c->got);
	if (!source_init(&c->source, "warehouse", &postgres_ops, pairs, &c->e))
		fail_msg("%s", c->e.text);
	c->conn = postgres_ops.open(&c->source, &c->e);
	assert_non_null(c->conn);
	assert_true(cancel_init(&c->cancel, &c->e));
}

/* The usual one: TLS, verified, as the analyst. */
static void client_usual(struct client *c)
{
	const char *const pairs[] = {
		"host", "localhost", "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", server.ca_file, NULL,
	};

	client_init(c, pairs);
}

static void client_release(struct client *c)
{
	postgres_ops.close(c->conn);
	cancel_release(&c->cancel);
	collect_release(&c->got);
	source_release(&c->source);
}

static bool ask_until(struct client *c, const char *sql, const struct param *params, size_t n,
		      usec deadline)
{
	struct query q = {
		.name = "test", .text = sql, .params = params, .nparams = n,
		.deadline = deadline, .id = "t-1", .max_rows = UINT64_MAX,
	};
	bool (*on_row)(struct collect *, const struct cell *, struct err *) = c->got.on_row;
	void *ctx = c->got.ctx;
	bool keep = c->got.keep;

	collect_release(&c->got);
	collect_init(&c->got);
	c->got.on_row = on_row;
	c->got.ctx = ctx;
	c->got.keep = keep;
	c->e = (struct err){ 0 };
	return postgres_ops.run(c->conn, &q, &c->cancel, &c->got.sink, &c->e);
}

static bool ask(struct client *c, const char *sql, const struct param *params, size_t n)
{
	return ask_until(c, sql, params, n, in_ms(30000));
}

/* The first row of an answer that must come. */
static const char *first_of(struct client *c, const char *sql)
{
	if (!ask(c, sql, NULL, 0))
		fail_msg("%s: %s", sql, c->e.text);
	return buf_str(&c->got.first);
}

static void expect_failure(struct client *c, const char *sql, enum err_kind kind, const char *text)
{
	if (ask(c, sql, NULL, 0))
		fail_msg("succeeded: %s", sql);
	if (c->e.kind != kind || !strstr(c->e.text, text))
		fail_msg("%s: %s: %s", sql, err_word(c->e.kind), c->e.text);
}

static bool wait_for(const char *sql, const char *wanted)
{
	return postgres_wait(&server, sql, wanted);
}

static void exec(const char *sql)
{
	struct err e = { 0 };

	if (!postgres_exec(&server, sql, &e))
		fail_msg("%s: %s", sql, e.text);
}

/* ---- answers ---- */

static void types_come_as_text(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	assert_string_equal(first_of(&c, "SELECT 1, -2.50::numeric, 'x', NULL, true,"
				     " '2026-01-23 14:20:31.5+00'::timestamptz AT TIME ZONE 'UTC',"
				     " '\\xdead'::bytea, ARRAY[1,2], '{\"a\": 1}'::jsonb, ''"),
			    "1|-2.50|x|NULL|t|2026-01-23 14:20:31.5|\\xdead|{1,2}|{\"a\": 1}|");
	assert_int_equal(c.got.columns_calls, 1);
	assert_string_equal(first_of(&c, "SELECT 1 AS a, 2 AS \"B c\", 3 AS a"), "1|2|3");
	assert_string_equal(buf_str(&c.got.names), "a|B c|a");
	client_release(&c);
}

static void empty_answers_have_columns(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	assert_true(ask(&c, "SELECT 1 AS a, 2 AS b WHERE false", NULL, 0));
	assert_string_equal(buf_str(&c.got.names), "a|b");
	assert_int_equal(c.got.columns_calls, 1);
	assert_int_equal(c.got.rows, 0);
	client_release(&c);
}

static void rows_keep_their_order(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	c.got.keep = true;
	assert_true(ask(&c, "SELECT g, CASE WHEN g % 2 = 0 THEN g::text END"
			" FROM generate_series(1, 5000) g", NULL, 0));
	assert_int_equal(c.got.rows, 5000);
	assert_string_equal(collect_text(&c.got, 4999, 0), "5000");
	assert_string_equal(collect_text(&c.got, 4998, 1), "NULL");
	assert_string_equal(collect_text(&c.got, 1, 1), "2");
	client_release(&c);
}

static void the_trail_shows_the_query(void **state)
{
	static const struct param params[] = { { "id", "it's" }, { "other", "unused" } };
	struct client c;

	(void)state;
	client_usual(&c);
	assert_true(ask(&c, "SELECT :id::text, :id::text || 'x';", params, 2));
	assert_string_equal(buf_str(&c.got.first), "it's|it'sx");
	assert_string_equal(buf_str(&c.got.sent),
			    "/* sextant t-1 */ SELECT $1::text, $1::text || 'x'\n-- :id = 'it''s'");
	assert_null(strstr(buf_str(&c.got.sent), "s3cret"));
	client_release(&c);
}

/* ---- binding ---- */

static void expect_round_trip(struct client *c, const char *value)
{
	struct param p = { "v", value };

	if (!ask(c, "SELECT :v::text", &p, 1))
		fail_msg("%.100s: %s", value, c->e.text);
	assert_string_equal(buf_str(&c->got.first), value);
}

static void test_P37_values_come_back_equal(void **state)
{
	static const char *const values[] = {
		"", "'", "''", "\"", "\\", "\\'", "a'; DROP TABLE x; --", "$1", "$$", ":v", "{x:String}",
		"?", "%s%n", "\n\r\t\x01\x7f", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x9a", "NULL", "E'\\n'",
	};
	struct client c;

	(void)state;
	client_usual(&c);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		expect_round_trip(&c, values[i]);
	client_release(&c);
}

static void test_P37_random_values_come_back_equal(void **state)
{
	static const char *const parts[] = {
		"'", "\"", "\\", "$", "$1", ":", ":v", ";", "--", "/*", "*/", "`", "{", "}", "?", "%",
		"\n", "a", "\xc3\xa9", "\xef\xbf\xbd", " ", "E'", "\x1b[2J",
	};
	struct client c;
	unsigned seed = 7;

	(void)state;
	client_usual(&c);
	for (int round = 0; round < 2000; round++) {
		struct buf v = BUF_INIT;

		for (unsigned n = 1 + (unsigned)rand_r(&seed) % 20; n > 0; n--)
			buf_puts(&v, parts[(size_t)rand_r(&seed) % (sizeof(parts) / sizeof(*parts))]);
		expect_round_trip(&c, buf_str(&v));
		buf_release(&v);
	}
	client_release(&c);
}

static void test_P37_a_megabyte_is_bound(void **state)
{
	size_t len = 1 << 20;
	char *big = malloc(len + 1);
	struct client c;

	(void)state;
	memset(big, '\'', len);
	big[len] = '\0';
	client_usual(&c);
	expect_round_trip(&c, big);
	free(big);
	client_release(&c);
}

static void nulls_and_types_are_bound(void **state)
{
	static const struct param params[] = {
		{ "none", NULL }, { "from", "2026-01-23 14:20:31" }, { "n", "42" },
	};
	struct client c;

	(void)state;
	client_usual(&c);
	assert_true(ask(&c, "SELECT :none::text IS NULL, :from::timestamp + interval '1 day', :n + 1",
			params, 3));
	assert_string_equal(buf_str(&c.got.first), "t|2026-01-24 14:20:31|43");
	client_release(&c);
}

static void bad_values_are_refused(void **state)
{
	static const struct param bad = { "v", "a\xff" };
	struct client c;

	(void)state;
	client_usual(&c);
	assert_false(ask(&c, "SELECT :v::text", &bad, 1));
	assert_int_equal(c.e.kind, ERR_CONFIG);
	assert_non_null(strstr(c.e.text, ":v is not valid UTF-8"));
	expect_failure(&c, "SELECT :missing", ERR_CONFIG, ":missing has no value");
	expect_failure(&c, "SELECT 1; SELECT 2", ERR_CONFIG, "one statement");
	expect_failure(&c, "-- nothing", ERR_CONFIG, "no statement");
	expect_failure(&c, "SELECT 1 FROM nowhere", ERR_REMOTE, "(42P01)");
	assert_int_equal(c.e.code, pg_sqlstate("42P01"));
	assert_false(c.e.transient);
	client_release(&c);
}

/* ---- the guard ---- */

static void nothing_can_be_written(void **state)
{
	static const char *const attempts[] = {
		"INSERT INTO target VALUES (1)", "UPDATE target SET n = 2", "DELETE FROM target",
		"TRUNCATE target", "CREATE TABLE made (n int)", "DROP TABLE target",
		"BEGIN READ WRITE", "SET TRANSACTION READ WRITE", "SET transaction_read_only = off",
		"SELECT set_config('transaction_read_only', 'off', false)",
		"DO $$ BEGIN SET TRANSACTION READ WRITE; INSERT INTO target VALUES (1); END $$",
		"WITH x AS (INSERT INTO target VALUES (1) RETURNING n) SELECT * FROM x",
		"SELECT * INTO made FROM target", "SELECT nextval('numbers')",
		"COPY target FROM STDIN", "DO $$ BEGIN COMMIT; INSERT INTO target VALUES (1); END $$",
	};
	const char *const pairs[] = {
		"host", "localhost", "port", port_text, "user", "writer", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", server.ca_file, NULL,
	};
	struct client c;

	(void)state;
	exec("SET ROLE writer; CREATE TABLE target (n int); CREATE SEQUENCE numbers;");
	client_init(&c, pairs);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (ask(&c, attempts[i], NULL, 0))
			fail_msg("accepted: %s", attempts[i]);
	assert_true(wait_for("SELECT to_regclass('made') IS NULL AND count(*) = 0 FROM target", "t"));
	client_release(&c);
}

/* What leaves the transaction early leaves nothing behind for the next statement. */
static void each_statement_starts_read_only(void **state)
{
	static const char *const leavers[] = {
		"COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "END",
		"SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
		"SET default_transaction_read_only = off", "SET statement_timeout = 0",
	};
	struct client c;

	(void)state;
	client_usual(&c);
	for (size_t i = 0; i < sizeof(leavers) / sizeof(*leavers); i++) {
		ask(&c, leavers[i], NULL, 0);
		assert_string_equal(first_of(&c, "SELECT current_setting('transaction_read_only'),"
					     " current_setting('statement_timeout') <> '0'"), "on|t");
		ask(&c, leavers[i], NULL, 0);
		expect_failure(&c, "CREATE TABLE made (n int)", ERR_REMOTE, "(25006)");
	}
	assert_true(wait_for("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'", "0"));
	client_release(&c);
}

static void copies_are_no_queries(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	expect_failure(&c, "COPY (SELECT 1) TO STDOUT", ERR_CONFIG, "no query for rows");
	assert_string_equal(first_of(&c, "SELECT 2"), "2");
	client_release(&c);
}

static void privileges_missing_are_auth(void **state)
{
	const char *const pairs[] = {
		"host", "localhost", "port", port_text, "user", "writer", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", server.ca_file, NULL,
	};
	struct client c;

	(void)state;
	exec("CREATE TABLE IF NOT EXISTS hidden (n int)");
	client_init(&c, pairs);
	expect_failure(&c, "SELECT * FROM hidden", ERR_DENIED, "(42501)");
	client_release(&c);
}

/* ---- streaming ---- */

static bool still_running(struct collect *c, const struct cell *cells, struct err *e)
{
	(void)cells;
	if (c->rows != 1)
		return true;
	if (!wait_for("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sextant'"
		      " AND state = 'active'", "1"))
		return err_set(e, ERR_INTERNAL, 0, "the query had ended before the first row");
	return true;
}

/* Present in sanitized builds, where freed memory is kept for a while. */
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

static void test_P09_a_million_rows_need_no_memory(void **state)
{
	struct rusage before, after;
	struct client c;

	(void)state;
	client_usual(&c);
	first_of(&c, "SELECT 1");
	c.got.on_row = still_running;
	getrusage(RUSAGE_SELF, &before);
	if (!ask(&c, "SELECT g, g * 2, 'event ' || g, now(), 'PENDING', NULL"
		 " FROM (SELECT generate_series(1, 1000000) g) x", NULL, 0))
		fail_msg("%s", c.e.text);
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(c.got.rows, 1000000);
	assert_true(c.got.bytes > 50000000);
	if (!__asan_init && !__tsan_init)
		assert_true(after.ru_maxrss - before.ru_maxrss < 8 << 10);
	client_release(&c);
}

static void ceilings_end_an_answer(void **state)
{
	struct query q = { .name = "test", .text = "SELECT generate_series(1, 10000000)",
			   .max_rows = 1500 };
	struct client c;

	(void)state;
	client_usual(&c);
	q.deadline = in_ms(20000);
	assert_false(postgres_ops.run(c.conn, &q, &c.cancel, &c.got.sink, &c.e));
	assert_int_equal(c.e.kind, ERR_LIMIT);
	assert_int_equal(c.got.rows, 1500);
	assert_non_null(strstr(c.e.text, "1500 rows"));
	q.max_rows = UINT64_MAX;
	q.max_bytes = 100;
	assert_false(postgres_ops.run(c.conn, &q, &c.cancel, &c.got.sink, &c.e));
	assert_int_equal(c.e.kind, ERR_LIMIT);
	assert_non_null(strstr(c.e.text, "100 bytes"));
	q = (struct query){ .name = "test", .text = "SELECT 1", .deadline = in_ms(20000), .max_rows = 1 };
	assert_true(postgres_ops.run(c.conn, &q, &c.cancel, &c.got.sink, &c.e));
	client_release(&c);
}

static bool refuse_row(struct collect *c, const struct cell *cells, struct err *e)
{
	(void)cells;
	return c->rows < 10 || err_set(e, ERR_DECODE, 5, "the sink has enough");
}

static void the_sink_may_refuse(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	c.got.on_row = refuse_row;
	expect_failure(&c, "SELECT generate_series(1, 10000000)", ERR_DECODE, "the sink has");
	assert_int_equal(c.got.rows, 10);
	c.got.on_row = NULL;
	assert_string_equal(first_of(&c, "SELECT 7"), "7");
	client_release(&c);
}

static void test_P34_notices_are_counted(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	assert_true(ask(&c, "DO $$ BEGIN RAISE NOTICE 'first'; RAISE WARNING E'last \\x1b[2J'; END $$",
			NULL, 0));
	assert_string_equal(c.got.progress.note, "2 notices: last <1B>[2J");
	client_release(&c);
}

/* ---- stopping ---- */

static void *fire_when_seen(void *arg)
{
	struct client *c = arg;

	wait_for("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
		 " AND query LIKE '%sextant t-1%pg_sleep%' AND pid <> pg_backend_pid()", "1");
	cancel_fire(&c->cancel);
	return NULL;
}

static void test_P66_cancel_reaches_the_server(void **state)
{
	struct client c;
	pthread_t thread;

	(void)state;
	client_usual(&c);
	pthread_create(&thread, NULL, fire_when_seen, &c);
	expect_failure(&c, "SELECT pg_sleep(60)", ERR_CANCELLED, "stopped");
	pthread_join(thread, NULL);
	assert_true(wait_for("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
			     " AND state = 'active' AND pid <> pg_backend_pid()", "0"));
	client_release(&c);
}

static bool fire_at_1000(struct collect *got, const struct cell *cells, struct err *e)
{
	(void)cells;
	(void)e;
	if (got->rows == 1000)
		cancel_fire(got->ctx);
	return true;
}

static void cancel_keeps_the_connection(void **state)
{
	char pid[32];
	struct client c;
	usec before;

	(void)state;
	client_usual(&c);
	snprintf(pid, sizeof(pid), "%s", first_of(&c, "SELECT pg_backend_pid()"));
	c.got.on_row = fire_at_1000;
	c.got.ctx = &c.cancel;
	before = clock_mono(&clock_system);
	expect_failure(&c, "SELECT generate_series(1, 100000000), repeat('x', 100)",
		       ERR_CANCELLED, "stopped after 1000 rows");
	assert_true(clock_mono(&clock_system) - before < 5 * USEC_SEC);
	c.got.on_row = NULL;
	cancel_release(&c.cancel);
	assert_true(cancel_init(&c.cancel, &c.e));
	assert_string_equal(first_of(&c, "SELECT pg_backend_pid()"), pid);
	client_release(&c);
}

static void the_server_stops_before_the_deadline(void **state)
{
	struct client c;
	usec before = clock_mono(&clock_system);

	(void)state;
	client_usual(&c);
	assert_false(ask_until(&c, "SELECT pg_sleep(60)", NULL, 0, in_ms(600)));
	assert_int_equal(c.e.kind, ERR_TIMEOUT);
	assert_int_equal(c.e.code, pg_sqlstate("57014"));
	assert_true(c.e.transient);
	assert_true(clock_mono(&clock_system) - before < 600 * USEC_MS);
	assert_string_equal(first_of(&c, "SELECT 1"), "1");
	client_release(&c);
}

/* The backend sends its pid, and is stopped as soon as that was read. */
static bool stop_backend(struct collect *got, const struct cell *cells, struct err *e)
{
	(void)e;
	if (got->rows == 1) {
		*(pid_t *)got->ctx = (pid_t)strtol(cells[0].data, NULL, 10);
		kill(*(pid_t *)got->ctx, SIGSTOP);
	}
	return true;
}

static void test_P29_silence_ends_at_the_deadline(void **state)
{
	usec before = clock_mono(&clock_system);
	struct client c;
	pid_t backend = 0;

	(void)state;
	client_usual(&c);
	c.got.on_row = stop_backend;
	c.got.ctx = &backend;
	assert_false(ask_until(&c, "SELECT pg_backend_pid(), repeat('x', 1000),"
			       " generate_series(1, 100000000)", NULL, 0, in_ms(700)));
	kill(backend, SIGCONT);
	assert_int_equal(c.e.kind, ERR_TIMEOUT);
	assert_false(c.e.transient);
	assert_true(c.got.rows > 0);
	assert_true(clock_mono(&clock_system) - before < 6 * USEC_SEC);
	c.got.on_row = NULL;
	assert_string_equal(first_of(&c, "SELECT 1"), "1");
	client_release(&c);
}

static void someone_else_cancels(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	expect_failure(&c, "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(5)", ERR_CANCELLED,
		       "(57014)");
	client_release(&c);
}

/* ---- broken connections ---- */

static bool terminate_at_1000(struct collect *got, const struct cell *cells, struct err *e)
{
	char sql[80];

	if (got->rows != 1000)
		return true;
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%.*s)", (int)cells[0].len,
		 cells[0].data);
	return postgres_exec(&server, sql, e);
}

static void test_P35_killed_in_the_middle_keeps_rows(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	c.got.on_row = terminate_at_1000;
	expect_failure(&c, "SELECT pg_backend_pid(), repeat('x', 1000),"
		       " generate_series(1, 10000000)", ERR_NETWORK, "warehouse: ");
	assert_true(c.got.rows >= 1000);
	assert_false(c.e.transient);
	c.got.on_row = NULL;
	assert_string_equal(first_of(&c, "SELECT 1"), "1");
	client_release(&c);
}

static void errors_after_rows_keep_rows(void **state)
{
	struct client c;

	(void)state;
	client_usual(&c);
	expect_failure(&c, "SELECT repeat('x', 100), 1 / (5000 - g) FROM generate_series(1, 10000) g",
		       ERR_REMOTE, "(22012)");
	assert_int_equal(c.got.rows, 4999);
	client_release(&c);
}

static void test_P35_a_dead_idle_connection_is_replaced(void **state)
{
	char pid[32], sql[160];
	struct client c;

	(void)state;
	client_usual(&c);
	snprintf(pid, sizeof(pid), "%s", first_of(&c, "SELECT pg_backend_pid()"));
	assert_string_equal(first_of(&c, "SELECT pg_backend_pid()"), pid);
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%s)", pid);
	exec(sql);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM pg_stat_activity WHERE pid = %s", pid);
	assert_true(wait_for(sql, "0"));
	assert_string_not_equal(first_of(&c, "SELECT pg_backend_pid()"), pid);
	client_release(&c);
}

static void an_old_connection_is_replaced(void **state)
{
	const char *const pairs[] = {
		"host", "localhost", "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", server.ca_file,
		"max_age", "0", NULL,
	};
	char pid[32];
	struct client c;

	(void)state;
	client_init(&c, pairs);
	snprintf(pid, sizeof(pid), "%s", first_of(&c, "SELECT pg_backend_pid()"));
	assert_string_not_equal(first_of(&c, "SELECT pg_backend_pid()"), pid);
	client_release(&c);
}

/* ---- connecting ---- */

static void expect_no_connection(const char *const *pairs, enum err_kind kind, bool transient,
				 const char *text)
{
	struct client c;

	client_init(&c, pairs);
	expect_failure(&c, "SELECT 1", kind, text);
	assert_int_equal(c.e.transient, transient);
	client_release(&c);
}

static void wrong_passwords_are_auth(void **state)
{
	const char *const wrong[] = {
		"host", "localhost", "port", port_text, "user", "analyst", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", server.ca_file, NULL,
	};
	const char *const none[] = {
		"host", "localhost", "port", port_text, "user", "analyst", "database", "postgres",
		"ca_file", server.ca_file, NULL,
	};

	(void)state;
	expect_no_connection(wrong, ERR_AUTH, false, "\"analyst\" (28P01)");
	expect_no_connection(none, ERR_AUTH, false, "sources.warehouse.password");
}

static void test_P28_unreachable_hosts_are_named(void **state)
{
	char closed[16];
	const char *const unknown[] = {
		"host", "no-such-host.invalid", "user", "a", "database", "d", NULL,
	};
	const char *const refused[] = {
		"host", "127.0.0.1", "port", closed, "user", "a", "database", "d", NULL,
	};

	(void)state;
	snprintf(closed, sizeof(closed), "%u", free_port());
	expect_no_connection(unknown, ERR_NETWORK, true, "warehouse: DNS: ");
	expect_no_connection(unknown, ERR_NETWORK, true, "no-such-host.invalid");
	expect_no_connection(refused, ERR_NETWORK, true, "Connection refused");
}

static void test_P31_tls_is_verified(void **state)
{
	struct err e = { 0 };
	char *other = temp_dir("other-ca", &e), other_ca[300];
	const char *const wrong_ca[] = {
		"host", "localhost", "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", other_ca, NULL,
	};
	const char *const wrong_name[] = {
		"host", "127.0.0.2", "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", server.ca_file, NULL,
	};
	const char *const no_ca[] = {
		"host", "localhost", "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", "/nowhere/ca.crt", NULL,
	};
	struct client c;

	(void)state;
	assert_non_null(other);
	assert_true(tls_files(other, &e));
	snprintf(other_ca, sizeof(other_ca), "%s/ca.crt", other);
	client_usual(&c);
	assert_string_equal(first_of(&c, "SELECT ssl, version FROM pg_stat_ssl"
				     " WHERE pid = pg_backend_pid()"), "t|TLSv1.3");
	client_release(&c);
	expect_no_connection(wrong_ca, ERR_TRUST, false, "certificate verify failed (");
	expect_no_connection(wrong_ca, ERR_TRUST, false,
			     "; CN=localhost, issuer CN=Sextant test CA, until ");
	expect_no_connection(wrong_name, ERR_TRUST, false, "does not match host name \"127.0.0.2\"");
	expect_no_connection(wrong_name, ERR_TRUST, false, "(IP address mismatch; CN=localhost, issuer");
	expect_no_connection(no_ca, ERR_CONFIG, false, "/nowhere/ca.crt");
	temp_dir_remove(other);
	free(other);
}

static void a_server_without_tls_is_refused(void **state)
{
	const char *const pairs[] = {
		"host", "localhost", "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", server.ca_file, NULL,
	};

	(void)state;
	exec("ALTER SYSTEM SET ssl = off");
	exec("SELECT pg_reload_conf()");
	assert_true(wait_for("SHOW ssl", "off"));
	expect_no_connection(pairs, ERR_TRUST, false, "does not support SSL");
	exec("ALTER SYSTEM SET ssl = on");
	exec("SELECT pg_reload_conf()");
	assert_true(wait_for("SHOW ssl", "on"));
}

static void sockets_and_loopback_need_no_tls(void **state)
{
	const char *const by_socket[] = {
		"host", server.dir, "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", NULL,
	};
	const char *const by_loopback[] = {
		"host", "127.0.0.1", "port", port_text, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "sslmode", "disable", NULL,
	};
	struct client c;

	(void)state;
	client_init(&c, by_socket);
	assert_string_equal(first_of(&c, "SELECT current_user"), "analyst");
	client_release(&c);
	client_init(&c, by_loopback);
	assert_string_equal(first_of(&c, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
			    "f");
	client_release(&c);
}

static void settings_are_checked(void **state)
{
	static const char *const bad[][9] = {
		{ "host", "db.example.com", "sslmode", "disable", NULL },
		{ "host", "db.example.com", "sslmode", "require", NULL },
		{ "host", "a,b", NULL },
		{ "host", "a", "port", "0", NULL },
		{ "host", "a", "port", "65536", NULL },
		{ "host", "a", "port", "x", NULL },
		{ "host", "a", "dialect", "oracle", NULL },
		{ "host", "a", "connect_timeout", "0", NULL },
		{ "host", "", NULL },
	};
	static const char *const good[] = { "host", "db.example.com", "port", "5439", "user", "u", NULL };
	struct source s;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (source_init(&s, "w", &postgres_ops, bad[i], &e))
			fail_msg("accepted: %zu", i);
		assert_int_equal(e.kind, ERR_CONFIG);
		source_release(&s);
	}
	assert_true(source_init(&s, "w", &postgres_ops, good, &e));
	assert_string_equal(s.origin, "postgres://db.example.com:5439");
	source_release(&s);
}

/* ---- a server that accepts and says nothing ---- */

static int silent_listener(char port[static 16])
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_return_code(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_return_code(listen(fd, 8), 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	snprintf(port, 16, "%u", ntohs(a.sin_port));
	return fd;
}

struct firing {
	int listener;
	struct cancel *cancel;
	usec at;
};

static void *fire_when_accepted(void *arg)
{
	struct firing *f = arg;
	int fd = accept(f->listener, NULL, NULL);
	char first[8];

	/* The request for TLS shows that the client waits for its answer now. */
	if (recv(fd, first, sizeof(first), MSG_WAITALL) == sizeof(first)) {
		f->at = clock_mono(&clock_system);
		cancel_fire(f->cancel);
	}
	while (recv(fd, first, sizeof(first), 0) > 0)
		continue;
	close(fd);
	return NULL;
}

static void test_P28_silence_at_login_is_left(void **state)
{
	char port[16];
	const char *const pairs[] = {
		"host", "127.0.0.1", "port", port, "user", "a", "database", "d", "ca_file",
		server.ca_file, NULL,
	};
	struct firing f = { .listener = silent_listener(port) };
	usec before = clock_mono(&clock_system);
	struct client c;
	pthread_t thread;

	(void)state;
	client_init(&c, pairs);
	assert_false(ask_until(&c, "SELECT 1", NULL, 0, in_ms(300)));
	assert_int_equal(c.e.kind, ERR_TIMEOUT);
	assert_non_null(strstr(c.e.text, "TLS handshake"));
	assert_in_range(clock_mono(&clock_system) - before, 300 * USEC_MS, 500 * USEC_MS);
	close(accept(f.listener, NULL, NULL));

	f.cancel = &c.cancel;
	pthread_create(&thread, NULL, fire_when_accepted, &f);
	expect_failure(&c, "SELECT 1", ERR_CANCELLED, "stopped");
	before = clock_mono(&clock_system);
	pthread_join(thread, NULL);
	assert_true(before - f.at < 100 * USEC_MS);
	close(f.listener);
	client_release(&c);
}

/* ---- health ---- */

static void health_tells_what_is_there(void **state)
{
	const char *const writer[] = {
		"host", "localhost", "port", port_text, "user", "writer", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", server.ca_file, NULL,
	};
	struct health h;
	struct client c;

	(void)state;
	client_usual(&c);
	if (!postgres_ops.check(c.conn, in_ms(5000), &c.cancel, &h, &c.e))
		fail_msg("%s", c.e.text);
	assert_memory_equal(h.server, "PostgreSQL 15.", 14);
	assert_string_equal(h.user, "analyst");
	assert_true(h.read_only);
	assert_string_equal(h.detail, "");
	assert_int_equal(h.rights, RIGHTS_READ);
	assert_in_range(h.skew_ms + 1000, 0, 2000);
	client_release(&c);

	exec("SET ROLE writer; CREATE TABLE IF NOT EXISTS target (n int);");
	client_init(&c, writer);
	assert_true(postgres_ops.check(c.conn, in_ms(5000), &c.cancel, &h, &c.e));
	assert_string_equal(h.detail, "this role could write");
	assert_int_equal(h.rights, RIGHTS_WRITE);
	client_release(&c);
}

static int start_server(void **state)
{
	struct err e = { 0 };

	(void)state;
	setenv("TEST_PASSWORD", "s3cret pass", 1);
	setenv("TEST_WRITER", "w", 1);
	if (!postgres_start(&server, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	snprintf(port_text, sizeof(port_text), "%u", server.port);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	postgres_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_come_as_text),
		cmocka_unit_test(empty_answers_have_columns),
		cmocka_unit_test(rows_keep_their_order),
		cmocka_unit_test(the_trail_shows_the_query),
		cmocka_unit_test(test_P37_values_come_back_equal),
		cmocka_unit_test(test_P37_random_values_come_back_equal),
		cmocka_unit_test(test_P37_a_megabyte_is_bound),
		cmocka_unit_test(nulls_and_types_are_bound),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(nothing_can_be_written),
		cmocka_unit_test(each_statement_starts_read_only),
		cmocka_unit_test(copies_are_no_queries),
		cmocka_unit_test(privileges_missing_are_auth),
		cmocka_unit_test(test_P09_a_million_rows_need_no_memory),
		cmocka_unit_test(ceilings_end_an_answer),
		cmocka_unit_test(the_sink_may_refuse),
		cmocka_unit_test(test_P34_notices_are_counted),
		cmocka_unit_test(test_P66_cancel_reaches_the_server),
		cmocka_unit_test(cancel_keeps_the_connection),
		cmocka_unit_test(the_server_stops_before_the_deadline),
		cmocka_unit_test(test_P29_silence_ends_at_the_deadline),
		cmocka_unit_test(someone_else_cancels),
		cmocka_unit_test(test_P35_killed_in_the_middle_keeps_rows),
		cmocka_unit_test(errors_after_rows_keep_rows),
		cmocka_unit_test(test_P35_a_dead_idle_connection_is_replaced),
		cmocka_unit_test(an_old_connection_is_replaced),
		cmocka_unit_test(wrong_passwords_are_auth),
		cmocka_unit_test(test_P28_unreachable_hosts_are_named),
		cmocka_unit_test(test_P31_tls_is_verified),
		cmocka_unit_test(a_server_without_tls_is_refused),
		cmocka_unit_test(sockets_and_loopback_need_no_tls),
		cmocka_unit_test(settings_are_checked),
		cmocka_unit_test(test_P28_silence_at_login_is_left),
		cmocka_unit_test(health_tells_what_is_there),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
