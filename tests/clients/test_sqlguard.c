/* What may be sent to engines without a read-only session, and values as literals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "clients/sqlguard.h"
#include "clients/sqlliteral.h"

static void statements_that_read_pass(void **state)
{
	static const char *const good[] = {
		"SELECT 1", "select 1;", "  -- a comment; DROP TABLE t\n SELECT 1 ; -- end",
		"/* first */ WITH x AS (SELECT 1) SELECT * FROM x", "(SELECT 1) UNION (SELECT 2)",
		"VALUES 1, 2", "TABLE nation", "SHOW TABLES", "DESCRIBE t", "DESC t",
		"EXPLAIN SELECT 1", "EXPLAIN ANALYZE VERBOSE SELECT 1",
		"EXPLAIN (TYPE LOGICAL, FORMAT TEXT) SELECT 1", "EXPLAIN ANALYZE WITH a AS (SELECT 1) TABLE a",
		"SELECT 'INSERT; it''s /* fine', \"DELETE;\" FROM t", "SELECT \"insert\" FROM \"a\"\"b\"",
		"WITH a AS (SELECT 'x' AS \"insert\"), b AS (SELECT 1) SELECT update FROM a",
		"WITH RECURSIVE t(n) AS (VALUES 1) SELECT n FROM t", "((SELECT 1))",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct err e = { 0 };

		if (!sqlguard_read_only(good[i], &e))
			fail_msg("%s: %s", good[i], e.text);
	}
}

static void others_do_not(void **state)
{
	static const struct { const char *sql, *why; } refused[] = {
		{ "INSERT INTO t SELECT 1", "not INSERT" }, { "drop table t", "not drop" },
		{ "DELETE FROM t", "not DELETE" }, { "UNLOAD (SELECT 1) TO 's3://x'", "not UNLOAD" },
		{ "CREATE TABLE t AS SELECT 1", "not CREATE" }, { "CALL system.sync()", "not CALL" },
		{ "SET SESSION a = 1", "not SET" }, { "EXECUTE IMMEDIATE 'DROP TABLE t'", "not EXECUTE" },
		{ "EXPLAIN ANALYZE DELETE FROM t", "not DELETE" }, { "EXPLAIN INSERT INTO t TABLE a", "not INSERT" },
		{ "EXPLAIN (TYPE LOGICAL) DROP TABLE t", "not DROP" }, { "EXPLAIN EXPLAIN DROP TABLE t", "not EXPLAIN" },
		{ "EXPLAIN SHOW TABLES", "not SHOW" },
		{ "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "not INSERT" },
		{ "(DELETE FROM t)", "not DELETE" }, { "/* SELECT */ MERGE INTO t", "not MERGE" },
		{ "SELECT 1; DROP TABLE t", "only one statement" }, { "SELECT 1;;", "only one statement" },
		{ "SELECT 'a", "quote is not closed" }, { "SELECT \"a", "quote is not closed" },
		{ "SELECT /* a", "comment is not closed" },
		{ "SELECT /* /* */ 1 */ 2", "comment holds another" },
		{ "", "no statement" }, { " -- only\n", "no statement" }, { "EXPLAIN", "no statement" },
		{ "'SELECT'", "no statement" }, { "SELECTED", "not SELECTED" }, { "1", "not 1" },
		{ "WITH a AS (SELECT 1)", "not followed by a SELECT" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct err e = { 0 };

		if (sqlguard_read_only(refused[i].sql, &e))
			fail_msg("%s passed", refused[i].sql);
		assert_int_equal(e.kind, ERR_CONFIG);
		if (!strstr(e.text, refused[i].why))
			fail_msg("%s: %s", refused[i].sql, e.text);
		assert_false(sqlguard_read_only(refused[i].sql, NULL));
	}
}

static void values_become_literals(void **state)
{
	static const struct { const char *value, *literal; } pairs[] = {
		{ NULL, "NULL" }, { "", "''" }, { "726100801", "'726100801'" }, { "it's", "'it''s'" },
		{ "''", "''''''" }, { "a\\'b", "'a\\''b'" }, { "x' OR '1'='1", "'x'' OR ''1''=''1'" },
		{ "?", "'?'" }, { "é\n\t;--", "'é\n\t;--'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };

		assert_true(sqlliteral_put(&out, pairs[i].value, &e));
		assert_string_equal(buf_str(&out), pairs[i].literal);
		buf_release(&out);
	}
}

static void odd_values_are_refused(void **state)
{
	struct buf out = BUF_INIT, small = { .max = 8 };
	struct err e = { 0 };

	(void)state;
	assert_false(sqlliteral_put(&out, "a\xff", &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_false(sqlliteral_put(&out, "\xed\xa0\x80", &e));
	assert_int_equal(out.len, 0);
	assert_false(sqlliteral_put(&small, "0123456789", &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	buf_release(&out);
	buf_release(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_that_read_pass),
		cmocka_unit_test(others_do_not),
		cmocka_unit_test(values_become_literals),
		cmocka_unit_test(odd_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
