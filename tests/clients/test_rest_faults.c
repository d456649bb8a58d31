/* The rest kind against the API simulator: every way in which an answer can go wrong, and how
 * many requests each of them costs. */
#include "clients/registry.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rest_case.h"

/* ---- answers ---------------------------------------------------------------------------- */

static void test_P24_faults_and_what_they_cost(void **state)
{
	static const struct {
		const char *spec;
		enum err_kind kind;
		long code;
		bool transient;
		int retry_after_ms;
		const char *says;
	} faults[] = {
		{ "401", ERR_AUTH, 401, false, 0, "HTTP 401: as told" },
		{ "403", ERR_AUTH, 403, false, 0, "HTTP 403" },
		{ "429:5", ERR_QUOTA, 429, true, 5000, "HTTP 429" },
		{ "503:2", ERR_QUOTA, 503, true, 2000, "HTTP 503" },
		{ "503", ERR_REMOTE, 503, true, 0, "HTTP 503" },
		{ "500", ERR_REMOTE, 500, true, 0, "HTTP 500" },
		{ "502", ERR_REMOTE, 502, true, 0, "HTTP 502" },
		{ "422", ERR_REMOTE, 422, false, 0, "HTTP 422" },
		{ "drop", ERR_NETWORK, 0, true, 0, "127.0.0.1" },
		{ "cut", ERR_NETWORK, 0, false, 0, "broke after" },
		{ "length:20", ERR_NETWORK, 0, false, 0, "broke after" },
		{ "length:-20", ERR_DECODE, 0, false, 0, "JSON is malformed at byte" },
		{ "malformed", ERR_DECODE, 0, false, 0, "JSON is malformed at byte" },
		{ "html", ERR_DECODE, 200, false, 0, "expected JSON, got text/html (login page?)" },
	};
	struct rest_case m;
	struct err e;

	(void)state;
	rest_case_make(&m, "hmac-query");
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		api_simulator_forget(rest_api);
		assert_true(api_simulator_fault(rest_api, "", faults[i].spec));
		e = rest_fails(&m, rest_by_id, faults[i].kind, faults[i].says);
		if (e.code != faults[i].code || e.transient != faults[i].transient ||
		    e.retry_after_ms != faults[i].retry_after_ms)
			fail_msg("%s: code %ld, transient %d, retry %d", faults[i].spec, e.code,
				 e.transient, e.retry_after_ms);
		/* Clients classify, the policy repeats. */
		assert_int_equal(api_simulator_count(rest_api, ""), 1);
	}
	api_simulator_fault(rest_api, "", NULL);
	rest_gives(&m, rest_by_id, REST_LOAD);
	rest_case_release(&m);
}

static void test_P20_redirects_are_refused(void **state)
{
	static const struct api_options open_to_all = { .data = rest_data };
	struct err e = { 0 };
	struct api_simulator *other = api_simulator_start(&open_to_all, &e);
	char spec[100], target[80];
	struct rest_case m;

	(void)state;
	assert_non_null(other);
	rest_case_make(&m, "basic");
	snprintf(target, sizeof(target), "http://127.0.0.1:%u/steal", api_simulator_port(other));
	snprintf(spec, sizeof(spec), "redirect:%s", target);
	assert_true(api_simulator_fault(rest_api, "", spec));
	e = rest_fails(&m, rest_by_id, ERR_TRUST, target);
	assert_false(e.transient);
	assert_int_equal(api_simulator_count(other, ""), 0);
	assert_int_equal(api_simulator_count(rest_api, ""), 1);
	api_simulator_stop(other);
	rest_case_release(&m);
}

/* The 404 of a proxy is not the 404 of the API. */
static void test_P19_absence_must_be_said_in_json(void **state)
{
	struct rest_case m;

	(void)state;
	rest_case_make(&m, "none");
	api_simulator_answer(rest_api, "", 404, "text/html", "<h1>404</h1>", 12);
	rest_fails(&m, rest_by_id, ERR_REMOTE, "HTTP 404");
	api_simulator_answer(rest_api, "", 404, "application/json", "", 0);
	rest_fails(&m, rest_by_id, ERR_DECODE, "empty");
	api_simulator_answer(rest_api, "", 404, "application/problem+json", "{}", 2);
	rest_gives(&m, rest_by_id, REST_HEAD);
	api_simulator_answer(rest_api, "", 200, "application/json", "{\"statusCode\":404}", 18);
	rest_gives(&m, rest_by_id, REST_HEAD);
	api_simulator_answer(rest_api, "", 204, "application/json", "", 0);
	rest_fails(&m, rest_by_id, ERR_DECODE, "the answer is empty");
	rest_case_release(&m);
}

static struct err paged(const char *spec, size_t rows, size_t requests)
{
	struct rest_case m;
	struct query q = rest_case_query(rest_related);
	struct rest_seen seen;
	struct err e;

	rest_case_make(&m, "basic");
	api_simulator_forget(rest_api);
	assert_true(api_simulator_fault(rest_api, "", spec));
	assert_false(rest_case_run(&m, &q, &seen, NULL, &e));
	assert_int_equal(seen.rows, rows);
	assert_int_equal(api_simulator_count(rest_api, ""), requests);
	rest_seen_release(&seen);
	rest_case_release(&m);
	return e;
}

static void test_pages_without_end(void **state)
{
	struct err e = paged("pages", 5, 5);

	(void)state;
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "stopped after 5 pages: 5 rows kept"));
	e = paged("same-page", 2, 2);
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "page 2 has the rows of a page before: 2 rows kept"));
}

static void test_rows_before_a_failure_stay(void **state)
{
	static const char first[] = "{\"statusCode\":200,\"relationships\":[{\"id\":1}]}";
	struct rest_case m;
	struct query q = rest_case_query(rest_related);
	struct rest_seen seen;
	struct err e;

	(void)state;
	rest_case_make(&m, "none");
	api_simulator_answer(rest_api, "", 200, "application/json", first, sizeof(first) - 1);
	assert_false(rest_case_run(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_DECODE);
	assert_non_null(strstr(e.text, "has no pagination.totalPages"));
	assert_string_equal(buf_str(&seen.text), "id|active\n1|NULL\n");
	rest_seen_release(&seen);
	rest_case_release(&m);
}

static void serve_json(const char *body, size_t len)
{
	api_simulator_answer(rest_api, "", 200, "application/json", body, len);
}

static void test_P11_json_bombs(void **state)
{
	static const char numbers[] =
		"{\"statusCode\":200,\"load\":{\"id\":9007199254740993,\"shipperId\":"
		"12345678901234567890123456789012345678,\"referenceNumbers\":[1e999,-0]}}";
	struct buf b = BUF_INIT;
	struct rest_case m;
	struct err e;

	(void)state;
	rest_case_make(&m, "none");
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, '[');
	serve_json(b.data, b.len);
	e = rest_fails(&m, rest_by_id, ERR_DECODE, "nested deeper than 512 at byte");
	serve_json("{\"load\":{\"id\":1,\"id\":2}}", 24);
	rest_fails(&m, rest_by_id, ERR_DECODE, "duplicate");
	serve_json("{\"load\":{}} x", 13);
	rest_fails(&m, rest_by_id, ERR_DECODE, "at byte");
	serve_json(numbers, sizeof(numbers) - 1);
	rest_gives(&m, rest_by_id, REST_HEAD "9007199254740993|12345678901234567890123456789012345678|[1e999,-0]\n");
	assert_false(e.transient);
	buf_release(&b);
	rest_case_release(&m);
}

/* ---- time ----------------------------------------------------------------------------------- */

static void test_P26_a_clock_is_put_right_once(void **state)
{
	static const struct { const char *spec, *note; } skews[] = {
		{ "skew:1200", "your clock is 20 min behind: signed again\n" },
		{ "skew:-1200", "your clock is 20 min ahead: signed again\n" },
	};
	static const char *const timed[] = { "hmac-query", "hmac-client", "hmac-headers" };
	struct rest_case m;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct query q = rest_case_query(rest_by_id);
		struct rest_seen seen;
		struct err e;

		rest_case_make(&m, timed[i / 2]);
		api_simulator_forget(rest_api);
		api_simulator_fault(rest_api, "", skews[i % 2].spec);
		if (!rest_case_run(&m, &q, &seen, NULL, &e))
			fail_msg("%s", e.text);
		assert_int_equal(api_simulator_count(rest_api, ""), 2);
		assert_string_equal(buf_str(&seen.text), REST_LOAD);
		assert_string_equal(buf_str(&seen.notes), skews[i % 2].note);
		rest_seen_release(&seen);
		/* Other connections to the origin know it now. */
		rest_gives(&m, rest_by_id, REST_LOAD);
		assert_int_equal(api_simulator_count(rest_api, ""), 3);
		rest_case_release(&m);
	}
}

/* The server's clock is put right, or jumps, while the connection lives. */
static void test_P26_a_clock_that_steps_during_the_run(void **state)
{
	static const char *const steps[] = { "skew:0", "skew:1200", "skew:-1200", "skew:0" };
	struct rest_case m;

	(void)state;
	rest_case_make(&m, "hmac-query");
	api_simulator_forget(rest_api);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		int before;

		api_simulator_fault(rest_api, "", steps[i]);
		before = (int)api_simulator_count(rest_api, "");
		rest_gives(&m, rest_by_id, REST_LOAD);
		/* Refused once, signed again once; known from then on. */
		assert_int_equal((int)api_simulator_count(rest_api, "") - before, i == 0 ? 1 : 2);
		rest_gives(&m, rest_by_id, REST_LOAD);
		assert_int_equal((int)api_simulator_count(rest_api, "") - before, i == 0 ? 2 : 3);
	}
	rest_case_release(&m);
}

static void test_P26_a_clock_is_no_excuse(void **state)
{
	struct rest_case m;
	struct err e;

	(void)state;
	api_simulator_fault(rest_api, "", "skew:1200");
	rest_case_make(&m, "hmac-query");
	setenv("TEST_SECRET", "wrong", 1);
	e = rest_fails(&m, rest_by_id, ERR_AUTH, "your clock is 20 min behind 127.0.0.1 (HTTP 401)");
	assert_int_equal(e.code, 401);
	assert_int_equal(api_simulator_count(rest_api, ""), 2);
	rest_case_release(&m);
	/* Nothing in a password depends on the time. */
	api_simulator_forget(rest_api);
	rest_case_make(&m, "basic");
	setenv("TEST_SECRET", "wrong", 1);
	rest_fails(&m, rest_by_id, ERR_AUTH, "HTTP 401: bad credentials");
	assert_int_equal(api_simulator_count(rest_api, ""), 1);
	rest_case_release(&m);
	/* Who is off by more than a day is not believed. */
	api_simulator_forget(rest_api);
	api_simulator_fault(rest_api, "", "skew:90000");
	rest_case_make(&m, "hmac-query");
	rest_fails(&m, rest_by_id, ERR_AUTH, "your clock is 1500 min behind");
	assert_int_equal(api_simulator_count(rest_api, ""), 1);
	rest_case_release(&m);
}

static void test_slow_answers(void **state)
{
	struct rest_case m;
	struct query q = rest_case_query(rest_by_id);
	usec before = clock_mono(&clock_system);
	struct rest_seen seen;
	struct err e;

	(void)state;
	rest_case_make(&m, "hmac-query");
	api_simulator_fault(rest_api, "", "slow:100");
	rest_gives(&m, rest_by_id, REST_LOAD);
	api_simulator_fault(rest_api, "", "slow:30000");
	rest_case_set(&m, "first_byte_timeout", "1");
	e = rest_fails(&m, rest_by_id, ERR_TIMEOUT, "first byte");
	assert_true(e.transient);
	q.deadline = clock_mono(&clock_system) + 300 * USEC_MS;
	assert_false(rest_case_run(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_true(clock_mono(&clock_system) - before < 5 * USEC_SEC);
	rest_seen_release(&seen);
	rest_case_release(&m);
}

struct canceller {
	struct cancel cancel;
	usec fired;
};

static void *cancel_when_asked(void *ctx)
{
	struct canceller *c = ctx;

	api_simulator_wait(rest_api, 1, 10);
	c->fired = clock_mono(&clock_system);
	cancel_fire(&c->cancel);
	return NULL;
}

static void test_cancel(void **state)
{
	struct canceller c = { .fired = 0 };
	struct query q = rest_case_query(rest_by_id);
	struct rest_case m;
	struct rest_seen seen;
	struct err e = { 0 };
	pthread_t thread;
	usec ended;

	(void)state;
	rest_case_make(&m, "hmac-query");
	api_simulator_fault(rest_api, "", "slow:30000");
	assert_true(cancel_init(&c.cancel, &e));
	assert_int_equal(pthread_create(&thread, NULL, cancel_when_asked, &c), 0);
	assert_false(rest_case_run(&m, &q, &seen, &c.cancel, &e));
	ended = clock_mono(&clock_system);
	pthread_join(thread, NULL);
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_true(ended - c.fired < 5 * USEC_SEC);
	cancel_release(&c.cancel);
	rest_seen_release(&seen);
	rest_case_release(&m);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rest_case_start, rest_case_stop)
	const struct CMUnitTest tests[] = {
		TEST(test_P24_faults_and_what_they_cost),
		TEST(test_P20_redirects_are_refused),
		TEST(test_P19_absence_must_be_said_in_json),
		TEST(test_pages_without_end),
		TEST(test_rows_before_a_failure_stay),
		TEST(test_P11_json_bombs),
		TEST(test_P26_a_clock_is_put_right_once),
		TEST(test_P26_a_clock_that_steps_during_the_run),
		TEST(test_P26_a_clock_is_no_excuse),
		TEST(test_slow_answers),
		TEST(test_cancel),
	};

	if (!clients_init(NULL))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
