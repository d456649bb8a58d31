/* What goes wrong with Athena, what that is called, and what is left running there. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/athena_case.h"

/* ---- failures ---------------------------------------------------------------------- */

static const struct failing {
	const char *state, *reason, *error;
	enum err_kind kind;
	bool transient;
} failing[] = {
	{ "FAILED", "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved",
	  "{\"ErrorCategory\":2,\"ErrorType\":1006,\"Retryable\":false}", ERR_REMOTE, false },
	{ "FAILED", "Access Denied (Service: Amazon S3; Status Code: 403)", "", ERR_DENIED, false },
	{ "FAILED", "Permission denied on S3 path: s3://b/k", "", ERR_DENIED, false },
	{ "FAILED", "Query exhausted resources at this scale factor",
	  "{\"ErrorCategory\":1,\"ErrorType\":1,\"Retryable\":false}", ERR_MEMORY, false },
	{ "FAILED", "Please reduce your request rate. (Status Code: 503; Error Code: SlowDown)", "",
	  ERR_QUOTA, true },
	{ "FAILED", "Query engine had an internal error",
	  "{\"ErrorCategory\":1,\"ErrorType\":200,\"Retryable\":true}", ERR_REMOTE, true },
	{ "FAILED", "", "", ERR_REMOTE, false },
	{ "CANCELLED", "Bytes scanned limit was exceeded", "", ERR_REMOTE, false },
};

/* Never "no rows". */
static void test_P23_a_failed_query_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		const struct failing *f = &failing[i];
		struct athena_case a;

		aws_fake_outcome(athena_fake, f->state, f->reason, f->error);
		athena_case_begin(&a, "SELECT 1");
		athena_case_err(&a, f->kind, f->transient, *f->reason ? f->reason : "no reason given");
		assert_int_equal(a.record.nrows, 0);
		athena_case_end(&a);
	}
	assert_int_equal(aws_fake_count(athena_fake, "GetQueryResults"), 0);
	assert_int_equal(aws_fake_count(athena_fake, "StopQueryExecution"), 0);
}

static void test_P23_a_long_reason(void **state)
{
	static char reason[100001];
	struct athena_case a;

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	memcpy(reason, "why\x1b[2J", 7);
	aws_fake_outcome(athena_fake, "FAILED", reason, "");
	athena_case_begin(&a, "SELECT 1");
	athena_case_err(&a, ERR_REMOTE, false, "why<1B>[2Jxxx");
	assert_true(strlen(a.e.text) < ERR_TEXT_MAX);
	athena_case_end(&a);
}

static void its_own_words_for_bad_sql(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT a FROM nowhere");
	athena_case_err(&a, ERR_REMOTE, false, "SYNTAX_ERROR: no such table: nowhere");
	athena_case_end(&a);
}

static void throttled_at_the_start(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_fault(athena_fake, "StartQueryExecution", "throttle");
	athena_case_begin(&a, "SELECT 1");
	athena_case_err(&a, ERR_QUOTA, true, "ThrottlingException: Rate exceeded");
	assert_int_equal(aws_fake_count(athena_fake, "StartQueryExecution"), 1);
	assert_int_equal(aws_fake_count(athena_fake, "StopQueryExecution"), 0);
	athena_case_end(&a);
	aws_fake_fault(athena_fake, "StartQueryExecution", "typed");
	athena_case_begin(&a, "SELECT 1");
	athena_case_err(&a, ERR_QUOTA, true, "ThrottlingException: Rate exceeded");
	athena_case_end(&a);
}

/* A look is no attempt: a few may fail. */
static void throttled_on_the_way(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_fault(athena_fake, "GetQueryExecution", "throttle*2");
	aws_fake_fault(athena_fake, "GetQueryResults", "internal*2");
	athena_case_begin(&a, "SELECT n FROM many");
	a.record.count_only = true;
	athena_case_ok(&a);
	assert_int_equal(a.record.nrows, 2500);
	assert_int_equal(aws_fake_count(athena_fake, "GetQueryExecution"), 3);
	assert_int_equal(aws_fake_count(athena_fake, "GetQueryResults"), 5);
	athena_case_end(&a);
	aws_fake_fault(athena_fake, "GetQueryExecution", "throttle");
	athena_case_begin(&a, "SELECT 1");
	athena_case_err(&a, ERR_QUOTA, true, "(the query was stopped there)");
	athena_case_end(&a);
}

static void refusals_have_kinds(void **state)
{
	static const struct { const char *fault; enum err_kind kind; bool transient; const char *words; }
	cases[] = {
		{ "denied", ERR_DENIED, false, "AccessDeniedException" },
		{ "invalid", ERR_REMOTE, false, "InvalidRequestException: this cannot be" },
		{ "internal", ERR_REMOTE, true, "InternalServerException" },
		{ "malformed", ERR_DECODE, false, "athena: JSON" },
		{ "body:[]", ERR_DECODE, false, "no JSON object" },
		{ "body:{\"QueryExecutionId\":7}", ERR_DECODE, false, "QueryExecutionId" },
		{ "body:{\"QueryExecutionId\":\"../x\"}", ERR_DECODE, false, "QueryExecutionId" },
		{ "drop", ERR_NETWORK, true, "athena: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct athena_case a;

		aws_fake_fault(athena_fake, "StartQueryExecution", cases[i].fault);
		athena_case_begin(&a, "SELECT 1");
		athena_case_err(&a, cases[i].kind, cases[i].transient, cases[i].words);
		athena_case_end(&a);
	}
}

static void test_P19_a_login_page_is_named(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_fault(athena_fake, "StartQueryExecution", "html");
	athena_case_begin(&a, "SELECT 1");
	athena_case_err(&a, ERR_DECODE, false, "expected JSON, got text/html (login page?)");
	athena_case_end(&a);
}

static void bad_answers_stop_the_query(void **state)
{
	static const char *const looks[] = {
		"malformed", "body:{}", "body:{\"QueryExecution\":{\"Status\":{\"State\":\"LOST\"}}}",
		"body:{\"QueryExecution\":{\"Status\":{\"State\":7}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		struct athena_case a;

		aws_fake_fault(athena_fake, "GetQueryExecution", looks[i]);
		athena_case_begin(&a, "SELECT 1");
		athena_case_err(&a, ERR_DECODE, false, "(the query was stopped there)");
		assert_int_equal(aws_fake_count(athena_fake, "StopQueryExecution"), i + 1);
		athena_case_end(&a);
	}
}

static void bad_pages_are_errors(void **state)
{
#define META "\"ResultSetMetadata\":{\"ColumnInfo\":[{\"Name\":\"a\"},{\"Name\":\"b\"}]}"
	static const struct { const char *body, *words; } cases[] = {
		{ "{}", "list of rows" },
		{ "{\"ResultSet\":{\"Rows\":[]}}", "list of columns" },
		{ "{\"ResultSet\":{\"Rows\":[{\"Data\":[{}]}]," META "}}", "row 1 of a page has 1 values for 2" },
		{ "{\"ResultSet\":{\"Rows\":[{\"Data\":[{},{\"VarCharValue\":7}]}]," META "}}", "column b" },
		{ "{\"ResultSet\":{\"Rows\":[{\"Data\":[{},7]}]," META "}}", "column b" },
		{ "{\"ResultSet\":{\"Rows\":[{}]," META "}}", "has 0 values" },
		{ "{\"ResultSet\":{\"Rows\":[]," META "},\"NextToken\":7}", "NextToken" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct athena_case a;
		char spec[400];

		snprintf(spec, sizeof(spec), "body:%s", cases[i].body);
		aws_fake_fault(athena_fake, "GetQueryResults", spec);
		athena_case_begin(&a, "SELECT 1");
		athena_case_err(&a, ERR_DECODE, false, cases[i].words);
		athena_case_end(&a);
	}
}

static void test_P23_pages_without_end(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_fault(athena_fake, "GetQueryResults", "same-token");
	athena_case_begin(&a, "SELECT n FROM many");
	a.record.count_only = true;
	athena_case_err(&a, ERR_LIMIT, false, "names a page before as its next");
	assert_int_equal(a.record.nrows, 1999);
	assert_int_equal(aws_fake_count(athena_fake, "GetQueryResults"), 2);
	athena_case_end(&a);
}

/* ---- what is left running ---------------------------------------------------------- */

static void a_lost_start_is_found_by_its_token(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_fault(athena_fake, "StartQueryExecution", "lost*1");
	athena_case_begin(&a, "SELECT a FROM t WHERE n = 1");
	athena_case_ok(&a);
	assert_string_equal(buf_str(&a.record.rows), "x\n");
	assert_int_equal(aws_fake_started(athena_fake), 1);
	assert_int_equal(aws_fake_count(athena_fake, "StartQueryExecution"), 2);
	athena_case_end(&a);
}

static void each_run_has_a_token_of_its_own(void **state)
{
	struct athena_case a;

	(void)state;
	athena_case_begin(&a, "SELECT 1 AS one");
	athena_case_ok(&a);
	athena_case_ok(&a);
	assert_int_equal(aws_fake_started(athena_fake), 2);
	athena_case_end(&a);
}

static void cancel_stops_it_there(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_hold(athena_fake, true);
	athena_case_begin(&a, "SELECT 1");
	a.record.fire_at_progress = &a.cancel;
	athena_case_err(&a, ERR_CANCELLED, false, "stopped (the query was stopped there)");
	assert_int_equal(aws_fake_count(athena_fake, "StopQueryExecution"), 1);
	athena_case_end(&a);
}

static void *fire_once_started(void *cancel)
{
	if (aws_fake_wait(athena_fake, "StartQueryExecution", 1, 20))
		cancel_fire(cancel);
	return NULL;
}

/* The start is under way, and its answer is waited for by nobody. */
static void cancel_while_it_starts(void **state)
{
	struct athena_case a;
	pthread_t thread;

	(void)state;
	aws_fake_fault(athena_fake, "StartQueryExecution", "slow:700*1");
	athena_case_begin(&a, "SELECT 1");
	assert_int_equal(pthread_create(&thread, NULL, fire_once_started, &a.cancel), 0);
	assert_false(athena_case_go(&a));
	pthread_join(thread, NULL);
	assert_int_equal(a.e.kind, ERR_CANCELLED);
	assert_non_null(strstr(a.e.text, "the query was stopped there"));
	assert_int_equal(aws_fake_started(athena_fake), 1);
	assert_int_equal(aws_fake_unended(athena_fake), 0);
	athena_case_end(&a);
}

static void test_P23_queued_for_good(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_hold(athena_fake, true);
	athena_case_begin(&a, "SELECT 1");
	a.query.deadline = in_ms(3000);
	athena_case_err(&a, ERR_TIMEOUT, false, "deadline passed (the query is queued) (the query was stopped");
	athena_case_end(&a);
}

static void what_cannot_be_stopped_is_said(void **state)
{
	struct athena_case a;

	(void)state;
	aws_fake_hold(athena_fake, true);
	aws_fake_fault(athena_fake, "StopQueryExecution", "denied");
	athena_case_begin(&a, "SELECT 1");
	a.record.fire_at_progress = &a.cancel;
	assert_false(athena_case_go(&a));
	assert_non_null(strstr(a.e.text, "could not be stopped there"));
	athena_case_end(&a);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, athena_case_start, athena_case_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_P23_a_failed_query_is_an_error),
		CASE(test_P23_a_long_reason),
		CASE(its_own_words_for_bad_sql),
		CASE(throttled_at_the_start),
		CASE(throttled_on_the_way),
		CASE(refusals_have_kinds),
		CASE(test_P19_a_login_page_is_named),
		CASE(bad_answers_stop_the_query),
		CASE(bad_pages_are_errors),
		CASE(test_P23_pages_without_end),
		CASE(a_lost_start_is_found_by_its_token),
		CASE(each_run_has_a_token_of_its_own),
		CASE(cancel_stops_it_there),
		CASE(cancel_while_it_starts),
		CASE(test_P23_queued_for_good),
		CASE(what_cannot_be_stopped_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
