/* The athena kind against the fake of AWS, which the AWS command line accepts
 * (tests/peers/aws.sh): what is sent, what comes back, and who asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/athena_case.h"

/* ---- answers ----------------------------------------------------------------------- */

static void rows_arrive(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT a, b, n FROM t ORDER BY n");
	athena_case_ok(&a);
	assert_string_equal(buf_str(&a.record.columns), "a|b|n");
	assert_string_equal(buf_str(&a.record.rows), "x||1\nit's|<null>|2\na|b|3\n");
	assert_int_equal(aws_fake_count(athena_fake, "StartQueryExecution"), 1);
	assert_int_equal(aws_fake_count(athena_fake, "GetQueryResults"), 1);
	assert_int_equal(aws_fake_count(athena_fake, "StopQueryExecution"), 0);
	assert_non_null(strstr(buf_str(&a.record.sent), "SELECT a, b, n FROM t ORDER BY n"));
	assert_non_null(strstr(buf_str(&a.record.sent), "signed by settings access_key and secret_key"));
	assert_non_null(strstr(buf_str(&a.record.sent), ": was queued"));
	athena_case_end(&a);
}

static void progress_grows(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT 1 AS one");
	athena_case_ok(&a);
	assert_int_equal(a.record.nprogress, 3);
	assert_int_equal(a.record.progress.bytes_read, 3000000);
	assert_string_equal(a.record.progress.note, "was queued 0.1s, scanned 3000000 bytes");
	athena_case_end(&a);
}

static void nothing_is_an_answer(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT a FROM t WHERE n > 99");
	athena_case_ok(&a);
	assert_string_equal(buf_str(&a.record.columns), "a");
	assert_int_equal(a.record.nrows, 0);
	athena_case_end(&a);
}

/* Of a SELECT the first line repeats the names; a row that looks like them stays. */
static void only_the_heading_is_dropped(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT 'a' AS a UNION ALL SELECT 'a'");
	athena_case_ok(&a);
	assert_string_equal(buf_str(&a.record.rows), "a\na\n");
	athena_case_end(&a);
}

static void pages_are_followed(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT n FROM many ORDER BY n");
	a.record.count_only = true;
	athena_case_ok(&a);
	assert_int_equal(a.record.nrows, 2500);
	assert_int_equal(aws_fake_count(athena_fake, "GetQueryResults"), 3);
	athena_case_end(&a);
}

static void test_P37_values_become_literals(void **state)
{
	static const struct param params[] = {
		{ "q", "it's" }, { "none", NULL }, { "odd", "\\' OR 1=1 -- \xe2\x82\xac" },
	};
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT :q AS q, :none AS none, :odd AS odd, ':q' AS text -- :q\nFROM t WHERE a = :q");
	a.query.params = params;
	a.query.nparams = 3;
	athena_case_ok(&a);
	assert_string_equal(buf_str(&a.record.rows),
			    "it's|<null>|\\' OR 1=1 -- \xe2\x82\xac|:q\n");
	assert_string_equal(aws_fake_sql(athena_fake, 0), "SELECT 'it''s' AS q, NULL AS none, '\\'' OR 1=1 -- "
			    "\xe2\x82\xac' AS odd, ':q' AS text -- :q\nFROM t WHERE a = 'it''s'");
	assert_non_null(strstr(buf_str(&a.record.sent), "-- :q = 'it''s'"));
	athena_case_end(&a);
}

static void what_cannot_be_sent_is_refused(void **state)
{
	static const char *const statements[] = {
		"INSERT INTO t SELECT 1", "CREATE TABLE x AS SELECT 1", "UNLOAD (SELECT 1) TO 's3://x'",
		"DROP TABLE t", "SELECT 1; DROP TABLE t", "EXPLAIN ANALYZE INSERT INTO t SELECT 1",
		"SELECT :unknown", "SELECT :bell", "SELECT :bad", "SHOW TABLES :hive", "",
	};
	static const struct param params[] = {
		{ "bell", "a\ab" }, { "bad", "\xff" }, { "hive", "a\\" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		struct athena_case a;

		athena_case_begin(&a, statements[i]);
		a.query.params = params;
		a.query.nparams = 3;
		assert_false(athena_case_go(&a));
		if (a.e.kind != ERR_CONFIG || strncmp(a.e.text, "athena: ", 8) != 0)
			fail_msg("%s: %s", statements[i], a.e.text);
		athena_case_end(&a);
	}
	assert_int_equal(aws_fake_count(athena_fake, ""), 0);
}

static void too_long_a_statement(void **state)
{
	struct athena_case a;
	char *text = malloc(300000);

	(void)state;
	memset(text, ' ', 299999);
	memcpy(text, "SELECT 1", 8);
	text[299999] = '\0';
	athena_case_begin(&a, text);
	athena_case_err(&a, ERR_LIMIT, false, "262144");
	athena_case_end(&a);
	free(text);
}

static void ceilings(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT n FROM many");
	a.query.max_rows = 1200;
	a.record.count_only = true;
	athena_case_err(&a, ERR_LIMIT, false, "more than 1200 rows");
	assert_int_equal(a.record.nrows, 1200);
	athena_case_end(&a);
	athena_case_begin(&a, "SELECT n FROM many");
	a.query.max_bytes = 2000;
	athena_case_err(&a, ERR_LIMIT, false, "larger than 2000 bytes");
	athena_case_end(&a);
}

/* ---- who asks ---------------------------------------------------------------------- */

static void test_P25_refused_once(void **state)
{
	struct athena_case a;

	(void)state;
	setenv("TEST_SECRET", "canary-wrong", 1);
	athena_case_begin(&a, "SELECT 1");
	athena_case_err(&a, ERR_AUTH, false, "InvalidSignatureException");
	assert_int_equal(aws_fake_count(athena_fake, ""), 1);
	/* It was put right meanwhile. */
	setenv("TEST_SECRET", AWS_FAKE_SECRET, 1);
	athena_case_ok(&a);
	athena_case_end(&a);
}

static void test_P26_a_clock_is_put_right_once(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_fault(athena_fake, "", "skew:1200");
	athena_case_begin(&a, "SELECT a FROM t WHERE n = 1");
	athena_case_ok(&a);
	assert_int_equal(aws_fake_count(athena_fake, "StartQueryExecution"), 2);
	assert_int_equal(aws_fake_started(athena_fake), 1);
	athena_case_end(&a);
	aws_fake_fault(athena_fake, "", "skew:0");
	athena_case_begin(&a, "SELECT 1");
	athena_case_ok(&a);
	assert_int_equal(aws_fake_count(athena_fake, "StartQueryExecution"), 4);
	athena_case_end(&a);
	aws_fake_fault(athena_fake, "", "skew:200000");
	athena_case_begin(&a, "SELECT 1");
	athena_case_err(&a, ERR_AUTH, false, "your clock is 3333 min behind 127.0.0.1");
	athena_case_end(&a);
}

static struct source *role_source(void)
{
	return source_make(&athena_ops, "athena", "region", "us-east-1", "output_location", "s3://r/",
			   "url", athena_url, "sts_url", athena_url, "role_arn", AWS_FAKE_ROLE, ATHENA_KEYS, NULL);
}

static void keys_that_run_out_are_renewed_once(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin_with(&a, role_source(), "SELECT n FROM many");
	a.record.count_only = true;
	aws_fake_fault(athena_fake, "GetQueryResults", "expire*1");
	athena_case_ok(&a);
	assert_int_equal(a.record.nrows, 2500);
	assert_int_equal(aws_fake_count(athena_fake, "AssumeRole"), 2);
	assert_int_equal(aws_fake_count(athena_fake, "GetQueryResults"), 4);
	assert_non_null(strstr(buf_str(&a.record.sent), "role " AWS_FAKE_ROLE));
	athena_case_end(&a);
	aws_fake_fault(athena_fake, "GetQueryExecution", "expire");
	athena_case_begin_with(&a, role_source(), "SELECT 1");
	assert_false(athena_case_go(&a));
	assert_int_equal(a.e.kind, ERR_AUTH);
	assert_non_null(strstr(a.e.text, "ExpiredTokenException"));
	athena_case_end(&a);
}

static void a_check_really_asks(void **state)
{
	struct health h;
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "");
	assert_true(athena_ops.check(a.conn, in_ms(5000), NULL, &h, &a.e));
	assert_string_equal(h.server, "Athena, us-east-1");
	assert_non_null(strstr(h.detail, "SELECT 1 took"));
	assert_string_equal(aws_fake_sql(athena_fake, 0), "SELECT 1 AS one");
	/* Too little to be refused for it, and yet to be told. */
	aws_fake_fault(athena_fake, "", "skew:120");
	assert_true(athena_ops.check(a.conn, in_ms(5000), NULL, &h, &a.e));
	assert_in_range(h.skew_ms, 115000, 125000);
	aws_fake_fault(athena_fake, "", "skew:0");
	aws_fake_fault(athena_fake, "GetQueryResults", "body:{\"ResultSet\":{\"Rows\":[],\"ResultSetMetadata\":{"
		       "\"ColumnInfo\":[{\"Name\":\"one\"}]}}}");
	assert_false(athena_ops.check(a.conn, in_ms(5000), NULL, &h, &a.e));
	assert_non_null(strstr(a.e.text, "SELECT 1 was answered with 0 rows"));
	aws_fake_fault(athena_fake, "GetQueryResults", NULL);
	aws_fake_outcome(athena_fake, "FAILED", "Access Denied", "");
	assert_false(athena_ops.check(a.conn, in_ms(5000), NULL, &h, &a.e));
	assert_int_equal(a.e.kind, ERR_DENIED);
	athena_case_end(&a);
}

/* ---- settings ---------------------------------------------------------------------- */

static void wrong_settings_are_named(void **state)
{
	static const struct { const char *key, *value, *words; } cases[] = {
		{ "region", "Us East", "region" },
		{ "url", "http://athena.example", "plain http" },
		{ "url", "ftp://x", "url" },
		{ "sts_url", "http://169.254.169.254", "plain http" },
		{ "output_location", "/tmp/x", "s3://" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char key[40], value[60];
		char region[] = "region", here[] = "us-east-1", out[] = "output_location", place[] = "s3://x/";
		struct setting settings[] = {
			{ key, value, NULL }, { region, here, NULL }, { out, place, NULL },
		};
		struct source s = { .name = "athena", .settings = settings, .nsettings = 3 };
		struct err e = { 0 };

		snprintf(key, sizeof(key), "%s", cases[i].key);
		snprintf(value, sizeof(value), "%s", cases[i].value);
		assert_false(athena_ops.prepare(&s, &e));
		if (e.kind != ERR_CONFIG || !strstr(e.text, cases[i].words))
			fail_msg("%s: %s", cases[i].key, e.text);
	}
}

static void without_a_place_for_results_it_is_not_configured(void **state)
{
	char region[] = "region", here[] = "cn-north-1", group[] = "workgroup", name[] = "w";
	struct setting settings[] = { { region, here, NULL }, { group, name, NULL } };
	struct source s = { .name = "athena", .settings = settings, .nsettings = 1 };
	struct err e = { 0 };

	(void)state;
	assert_false(athena_ops.prepare(&s, &e));
	assert_string_equal(e.text, "no output_location: set sources.athena.output_location");
	s.nsettings = 2;
	assert_true(athena_ops.prepare(&s, &e));
	assert_string_equal(s.origin, "https://athena.cn-north-1.amazonaws.com.cn:443");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, athena_case_start, athena_case_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rows_arrive),
		cmocka_unit_test_setup_teardown(progress_grows, athena_case_start_slowly, athena_case_stop),
		CASE(nothing_is_an_answer),
		CASE(only_the_heading_is_dropped),
		CASE(pages_are_followed),
		CASE(test_P37_values_become_literals),
		CASE(what_cannot_be_sent_is_refused),
		CASE(too_long_a_statement),
		CASE(ceilings),
		CASE(test_P25_refused_once),
		CASE(test_P26_a_clock_is_put_right_once),
		CASE(keys_that_run_out_are_renewed_once),
		CASE(a_check_really_asks),
		cmocka_unit_test(wrong_settings_are_named),
		cmocka_unit_test(without_a_place_for_results_it_is_not_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
