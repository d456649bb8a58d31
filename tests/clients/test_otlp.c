/* What is told to collectors: looked at by a strict reader of the schema. tests/peers has it
 * read by the published one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "clients/otlp.h"
#include "tests/support/otlp_fake.h"

#define AT (INT64_C(1795349388934906))

static const struct otlp_attempt attempts[] = {
	{ .trace = { 1, 2, 0xab }, .span = { 9 }, .source = "redshift", .kind = "postgres", .section = "load",
	  .query = "load_by_id", .outcome = "ok", .error = "", .start = AT, .end = AT + 84 * USEC_MS, .rows = 3,
	  .bytes = UINT64_MAX, .tries = 1 },
	{ .trace = { 1, 2, 0xab }, .span = { 8 }, .source = "odd \"\\\n", .kind = "", .section = NULL, .query = NULL,
	  .outcome = "failed", .error = "timeout", .failed = true, .start = AT, .end = AT - 5 },
};

static void spans_are_as_the_schema_wants(void **state)
{
	struct otlp_seen seen = { 0 };
	struct buf out = BUF_INIT;
	const char *wrong;

	(void)state;
	assert_true(otlp_traces(&out, "1.0", attempts, 2));
	wrong = otlp_check("/v1/traces", buf_str(&out), out.len, &seen);
	if (wrong)
		fail_msg("%s: %s", wrong, buf_str(&out));
	assert_int_equal(seen.spans, 2);
	assert_non_null(strstr(buf_str(&out), "\"traceId\":\"0102ab00000000000000000000000000\",\"spanId\":"
					      "\"0900000000000000\",\"name\":\"redshift load_by_id\",\"kind\":3,"
					      "\"startTimeUnixNano\":\"1795349388934906000\",\"endTimeUnixNano\":"
					      "\"1795349389018906000\""));
	assert_non_null(strstr(buf_str(&out), "{\"key\":\"sextant.bytes\",\"value\":{\"intValue\":"
					      "\"18446744073709551615\"}}"));
	assert_non_null(strstr(buf_str(&out), "{\"key\":\"error.type\",\"value\":{\"stringValue\":\"timeout\"}}"));
	assert_non_null(strstr(buf_str(&out), "\"status\":{\"code\":2}"));
	buf_release(&out);
}

static void no_spans_are_a_request_too(void **state)
{
	struct otlp_seen seen = { 0 };
	struct buf out = BUF_INIT;

	(void)state;
	assert_true(otlp_traces(&out, "1.0", NULL, 0));
	assert_null(otlp_check("/v1/traces", buf_str(&out), out.len, &seen));
	buf_release(&out);
}

static void metrics_sum_up(void **state)
{
	struct otlp_series series[2] = {
		{ .source = "redshift", .kind = "postgres", .outcome = "ok", .error = "" },
		{ .source = "signoz", .kind = "clickhouse", .outcome = "failed", .error = "timeout" },
	};
	struct otlp_attempt slow = { .start = AT, .end = AT + 3600 * USEC_SEC, .rows = 1, .bytes = 10 };
	struct otlp_seen seen = { 0 };
	struct buf out = BUF_INIT;
	const char *wrong;

	(void)state;
	for (int i = 0; i < 3; i++)
		otlp_series_add(&series[0], &attempts[0]);
	otlp_series_add(&series[1], &slow);
	otlp_series_add(&series[1], &attempts[1]);
	assert_int_equal(series[0].total_ms, 3 * 84);
	assert_int_equal(series[0].buckets[3], 3);
	assert_int_equal(series[1].buckets[OTLP_BOUNDS], 1);
	assert_int_equal(series[1].buckets[0], 1);
	assert_true(otlp_metrics(&out, "1.0", series, 2, 7, AT, AT + USEC_SEC));
	wrong = otlp_check("/v1/metrics", buf_str(&out), out.len, &seen);
	if (wrong)
		fail_msg("%s: %s", wrong, buf_str(&out));
	assert_int_equal(seen.attempts, 5);
	assert_int_equal(seen.dropped, 7);
	buf_release(&out);
}

static void answers_are_read(void **state)
{
	static const struct { const char *text; bool ok; uint64_t rejected; const char *why; } cases[] = {
		{ "", true, 0, "" }, { "{}", true, 0, "" }, { "{\"partialSuccess\":{}}", true, 0, "" },
		{ "{\"partialSuccess\":{\"rejectedSpans\":\"3\",\"errorMessage\":\"no \\u001b room\"}}", true, 3,
		  "no <1B> room" },
		{ "{\"partialSuccess\":{\"rejectedDataPoints\":4}}", true, 4, "" },
		{ "{\"partialSuccess\":{\"rejectedSpans\":\"-3\"}}", false, 0, "" },
		{ "{\"partialSuccess\":{\"rejectedSpans\":\"3x\"}}", false, 0, "" },
		{ "[]", false, 0, "" }, { "<html>", false, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf why = BUF_INIT;
		struct err e = { 0 };
		uint64_t rejected;

		if (otlp_read_answer(cases[i].text, strlen(cases[i].text), &rejected, &why, &e) != cases[i].ok)
			fail_msg("%s: %s", cases[i].text, e.text);
		if (cases[i].ok)
			assert_int_equal(rejected, cases[i].rejected);
		assert_string_equal(buf_str(&why), cases[i].why);
		assert_int_equal(e.kind == ERR_NONE, cases[i].ok);
		buf_release(&why);
	}
}

/* The reader can say no. */
static void what_the_schema_does_not_know_is_seen(void **state)
{
	static const char *const texts[] = {
		"{", "{}", "{\"resource_spans\":[]}",
		"{\"resourceSpans\":[{\"resource\":{\"attributes\":[]},\"scopeSpans\":[{\"scope\":{\"name\":\"x\"},"
		"\"spans\":[{\"traceId\":\"AQI=\"}]}]}]}",
	};
	struct otlp_seen seen = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_non_null(otlp_check("/v1/traces", texts[i], strlen(texts[i]), &seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_as_the_schema_wants),
		cmocka_unit_test(no_spans_are_a_request_too),
		cmocka_unit_test(metrics_sum_up),
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(what_the_schema_does_not_know_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
