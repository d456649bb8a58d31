/* PostgreSQL: answers, values, the guard, and how much of an answer is taken. Against a real
 * server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "clients/postgres_error.h"
#include "tests/support/client_fixture.h"
#include "tests/support/postgres_case.h"

/* ---- answers ---- */

static void types_come_as_text(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	assert_string_equal(pg_case_first(&c, "SELECT 1, -2.50::numeric, 'x', NULL, true,"
				     " '2026-01-23 14:20:31.5+00'::timestamptz AT TIME ZONE 'UTC',"
				     " '\\xdead'::bytea, ARRAY[1,2], '{\"a\": 1}'::jsonb, ''"),
			    "1|-2.50|x|NULL|t|2026-01-23 14:20:31.5|\\xdead|{1,2}|{\"a\": 1}|");
	assert_int_equal(c.got.columns_calls, 1);
	assert_string_equal(pg_case_first(&c, "SELECT 1 AS a, 2 AS \"B c\", 3 AS a"), "1|2|3");
	assert_string_equal(buf_str(&c.got.names), "a|B c|a");
	pg_case_end(&c);
}

static void empty_answers_have_columns(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	assert_true(pg_case_ask(&c, "SELECT 1 AS a, 2 AS b WHERE false", NULL, 0));
	assert_string_equal(buf_str(&c.got.names), "a|b");
	assert_int_equal(c.got.columns_calls, 1);
	assert_int_equal(c.got.rows, 0);
	pg_case_end(&c);
}

static void rows_keep_their_order(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	c.got.keep = true;
	assert_true(pg_case_ask(&c, "SELECT g, CASE WHEN g % 2 = 0 THEN g::text END"
			" FROM generate_series(1, 5000) g", NULL, 0));
	assert_int_equal(c.got.rows, 5000);
	assert_string_equal(collect_text(&c.got, 4999, 0), "5000");
	assert_string_equal(collect_text(&c.got, 4998, 1), "NULL");
	assert_string_equal(collect_text(&c.got, 1, 1), "2");
	pg_case_end(&c);
}

static void the_trail_shows_the_query(void **state)
{
	static const struct param params[] = { { "id", "it's" }, { "other", "unused" } };
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	assert_true(pg_case_ask(&c, "SELECT :id::text, :id::text || 'x';", params, 2));
	assert_string_equal(buf_str(&c.got.first), "it's|it'sx");
	assert_string_equal(buf_str(&c.got.sent),
			    "/* sextant t-1 */ SELECT $1::text, $1::text || 'x'\n-- :id = 'it''s'");
	assert_null(strstr(buf_str(&c.got.sent), "s3cret"));
	pg_case_end(&c);
}

/* ---- binding ---- */

static void expect_round_trip(struct postgres_case *c, const char *value)
{
	struct param p = { "v", value };

	if (!pg_case_ask(c, "SELECT :v::text", &p, 1))
		fail_msg("%.100s: %s", value, c->e.text);
	assert_string_equal(buf_str(&c->got.first), value);
}

static void test_P37_values_come_back_equal(void **state)
{
	static const char *const values[] = {
		"", "'", "''", "\"", "\\", "\\'", "a'; DROP TABLE x; --", "$1", "$$", ":v", "{x:String}",
		"?", "%s%n", "\n\r\t\x01\x7f", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x9a", "NULL", "E'\\n'",
	};
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		expect_round_trip(&c, values[i]);
	pg_case_end(&c);
}

static void test_P37_random_values_come_back_equal(void **state)
{
	static const char *const parts[] = {
		"'", "\"", "\\", "$", "$1", ":", ":v", ";", "--", "/*", "*/", "`", "{", "}", "?", "%",
		"\n", "a", "\xc3\xa9", "\xef\xbf\xbd", " ", "E'", "\x1b[2J",
	};
	struct postgres_case c;
	unsigned seed = 7;

	(void)state;
	pg_case_usual(&c);
	for (int round = 0; round < 2000; round++) {
		struct buf v = BUF_INIT;

		for (unsigned n = 1 + (unsigned)rand_r(&seed) % 20; n > 0; n--)
			buf_puts(&v, parts[(size_t)rand_r(&seed) % (sizeof(parts) / sizeof(*parts))]);
		expect_round_trip(&c, buf_str(&v));
		buf_release(&v);
	}
	pg_case_end(&c);
}

static void test_P37_a_megabyte_is_bound(void **state)
{
	size_t len = 1 << 20;
	char *big = malloc(len + 1);
	struct postgres_case c;

	(void)state;
	memset(big, '\'', len);
	big[len] = '\0';
	pg_case_usual(&c);
	expect_round_trip(&c, big);
	free(big);
	pg_case_end(&c);
}

static void nulls_and_types_are_bound(void **state)
{
	static const struct param params[] = {
		{ "none", NULL }, { "from", "2026-01-23 14:20:31" }, { "n", "42" },
	};
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	assert_true(pg_case_ask(&c, "SELECT :none::text IS NULL, :from::timestamp + interval '1 day', :n + 1",
				params, 3));
	assert_string_equal(buf_str(&c.got.first), "t|2026-01-24 14:20:31|43");
	pg_case_end(&c);
}

static void bad_values_are_refused(void **state)
{
	static const struct param bad = { "v", "a\xff" };
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	assert_false(pg_case_ask(&c, "SELECT :v::text", &bad, 1));
	assert_int_equal(c.e.kind, ERR_CONFIG);
	assert_non_null(strstr(c.e.text, ":v is not valid UTF-8"));
	pg_case_fails(&c, "SELECT :missing", ERR_CONFIG, ":missing has no value");
	pg_case_fails(&c, "SELECT 1; SELECT 2", ERR_CONFIG, "one statement");
	pg_case_fails(&c, "-- nothing", ERR_CONFIG, "no statement");
	pg_case_fails(&c, "SELECT 1 FROM nowhere", ERR_REMOTE, "(42P01)");
	assert_int_equal(c.e.code, pg_sqlstate("42P01"));
	assert_false(c.e.transient);
	pg_case_end(&c);
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
		"host", "localhost", "port", pg_case_port, "user", "writer", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", pg_case_server.ca_file, NULL,
	};
	struct postgres_case c;

	(void)state;
	pg_case_exec("SET ROLE writer; CREATE TABLE target (n int); CREATE SEQUENCE numbers;");
	pg_case_begin(&c, pairs);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (pg_case_ask(&c, attempts[i], NULL, 0))
			fail_msg("accepted: %s", attempts[i]);
	assert_true(postgres_wait(&pg_case_server, "SELECT to_regclass('made') IS NULL AND count(*) = 0 FROM target", "t"));
	pg_case_end(&c);
}

/* What leaves the transaction early leaves nothing behind for the next statement. */
static void each_statement_starts_read_only(void **state)
{
	static const char *const leavers[] = {
		"COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "END",
		"SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
		"SET default_transaction_read_only = off", "SET statement_timeout = 0",
	};
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	for (size_t i = 0; i < sizeof(leavers) / sizeof(*leavers); i++) {
		pg_case_ask(&c, leavers[i], NULL, 0);
		assert_string_equal(pg_case_first(&c, "SELECT current_setting('transaction_read_only'),"
					     " current_setting('statement_timeout') <> '0'"), "on|t");
		pg_case_ask(&c, leavers[i], NULL, 0);
		pg_case_fails(&c, "CREATE TABLE made (n int)", ERR_REMOTE, "(25006)");
	}
	assert_true(postgres_wait(&pg_case_server, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'", "0"));
	pg_case_end(&c);
}

static void copies_are_no_queries(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	pg_case_fails(&c, "COPY (SELECT 1) TO STDOUT", ERR_CONFIG, "no query for rows");
	assert_string_equal(pg_case_first(&c, "SELECT 2"), "2");
	pg_case_end(&c);
}

static void privileges_missing_are_auth(void **state)
{
	const char *const pairs[] = {
		"host", "localhost", "port", pg_case_port, "user", "writer", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", pg_case_server.ca_file, NULL,
	};
	struct postgres_case c;

	(void)state;
	pg_case_exec("CREATE TABLE IF NOT EXISTS hidden (n int)");
	pg_case_begin(&c, pairs);
	pg_case_fails(&c, "SELECT * FROM hidden", ERR_DENIED, "(42501)");
	pg_case_end(&c);
}

/* ---- streaming ---- */

static bool still_running(struct collect *c, const struct cell *cells, struct err *e)
{
	(void)cells;
	if (c->rows != 1)
		return true;
	if (!postgres_wait(&pg_case_server, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sextant'"
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
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	pg_case_first(&c, "SELECT 1");
	c.got.on_row = still_running;
	getrusage(RUSAGE_SELF, &before);
	if (!pg_case_ask(&c, "SELECT g, g * 2, 'event ' || g, now(), 'PENDING', NULL"
		 " FROM (SELECT generate_series(1, 1000000) g) x", NULL, 0))
		fail_msg("%s", c.e.text);
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(c.got.rows, 1000000);
	assert_true(c.got.bytes > 50000000);
	if (!__asan_init && !__tsan_init)
		assert_true(after.ru_maxrss - before.ru_maxrss < 8 << 10);
	pg_case_end(&c);
}

static void ceilings_end_an_answer(void **state)
{
	struct query q = { .name = "test", .text = "SELECT generate_series(1, 10000000)",
			   .max_rows = 1500 };
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
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
	pg_case_end(&c);
}

static bool refuse_row(struct collect *c, const struct cell *cells, struct err *e)
{
	(void)cells;
	return c->rows < 10 || err_set(e, ERR_DECODE, 5, "the sink has enough");
}

static void the_sink_may_refuse(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	c.got.on_row = refuse_row;
	pg_case_fails(&c, "SELECT generate_series(1, 10000000)", ERR_DECODE, "the sink has");
	assert_int_equal(c.got.rows, 10);
	c.got.on_row = NULL;
	assert_string_equal(pg_case_first(&c, "SELECT 7"), "7");
	pg_case_end(&c);
}

static void test_P34_notices_are_counted(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	assert_true(pg_case_ask(&c, "DO $$ BEGIN RAISE NOTICE 'first'; RAISE WARNING E'last \\x1b[2J'; END $$",
				NULL, 0));
	assert_string_equal(c.got.progress.note, "2 notices: last <1B>[2J");
	pg_case_end(&c);
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
	};

	return cmocka_run_group_tests(tests, pg_case_start, pg_case_stop);
}
