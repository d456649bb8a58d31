/* Telling a collector of attempts, and the parts of the configuration that say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "sections/config.h"
#include "sections/engine_impl.h"
#include "sections/telemetry.h"
#include "tests/support/otlp_fake.h"

#define LOAD "726100801"

struct scene {
	struct config config;
	struct otlp_fake *fake;
	struct engine *engine;
	struct telemetry *telemetry;
	struct otlp_seen seen;          /* after scene_end() */
	struct buf text;                /* what was told */
};

/* `more` is appended to the part `telemetry`; %u is the collector's port. */
static void scene_begin(struct scene *s, const struct otlp_fake_options *o, const char *more)
{
	char text[512];
	struct err e = { 0 };

	*s = (struct scene){ .fake = otlp_fake_start(o) };
	snprintf(text, sizeof(text), "telemetry:\n  enabled: true\n  endpoint: http://127.0.0.1:%u/\n  timeout: 1m\n%s",
		 otlp_fake_port(s->fake), more);
	if (!config_parse(&s->config, &workspace_load, text, strlen(text), "test.yaml", false, &e))
		fail_msg("%s", e.text);
	s->engine = engine_new(&s->config, &workspace_load, &clock_system, &e);
	assert_non_null(s->engine);
	s->telemetry = telemetry_attach(s->engine, &s->config.telemetry);
	assert_non_null(s->telemetry);
}

/* Nothing is configured: every attempt ends at once, as not available. */
static size_t investigate(struct scene *s)
{
	struct err e = { 0 };
	struct investigation *inv = engine_open(s->engine, LOAD, &e);

	assert_non_null(inv);
	while (!investigation_settled(inv))
		engine_tick(s->engine, NULL);
	assert_true(inv->nlog > 2);
	return inv->nlog;
}

static void scene_end(struct scene *s)
{
	assert_true(engine_free(s->engine, 5 * USEC_SEC));
	s->seen = otlp_fake_seen(s->fake);
	otlp_fake_text(s->fake, &s->text);
	otlp_fake_stop(s->fake);
	config_release(&s->config);
	assert_string_equal(s->seen.wrong, "");
}

static struct telemetry_status status_of(const struct scene *s)
{
	struct telemetry_status st;

	telemetry_status(s->telemetry, &st);
	return st;
}

/* A whole batch waits for nothing. */
static void attempt_many(struct scene *s, size_t n)
{
	struct attempt a = { .source = "redshift", .kind = "postgres", .section = "load", .query = "q",
			     .outcome = ATTEMPT_OK, .of_case = 1 };

	for (size_t i = 0; i < n; i++)
		s->engine->observer.ended(s->engine->observer.ctx, &a);
}

static void every_attempt_is_told(void **state)
{
	struct scene s;
	size_t n;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){ 0 }, "");
	n = investigate(&s);
	scene_end(&s);
	assert_int_equal(s.seen.spans, n);
	assert_int_equal(s.seen.attempts, n);
	assert_int_equal(s.seen.dropped, 0);
	assert_int_equal(s.seen.metrics, 1);
	assert_non_null(strstr(buf_str(&s.text), "\"tracking load_by_id\""));
	assert_non_null(strstr(buf_str(&s.text), "\"unavailable\""));
	buf_release(&s.text);
}

static void nothing_of_the_load_is_told(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){ 0 }, "");
	investigate(&s);
	scene_end(&s);
	assert_null(strstr(buf_str(&s.text), LOAD));
	assert_null(strstr(buf_str(&s.text), "SELECT"));
	assert_null(strstr(buf_str(&s.text), "not configured"));
	buf_release(&s.text);
}

static void headers_are_secrets(void **state)
{
	struct scene s;

	(void)state;
	setenv("TEST_OTLP_KEY", "s3cret of the test", 1);
	scene_begin(&s, &(struct otlp_fake_options){ .header = "x-api-key", .value = "s3cret of the test" },
		    "  headers: { x-api-key: { env: TEST_OTLP_KEY } }\n");
	investigate(&s);
	scene_end(&s);
	assert_int_equal(s.seen.refused, 0);
	assert_true(s.seen.spans > 0);
	assert_null(strstr(buf_str(&s.text), "s3cret"));
	buf_release(&s.text);
}

static void a_collector_may_ask_to_come_again(void **state)
{
	static const unsigned statuses[] = { 429, 502, 503, 504 };
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		scene_begin(&s, &(struct otlp_fake_options){ .status = statuses[i], .times = 1, .retry_after = "1" }, "");
		attempt_many(&s, TELEMETRY_BATCH);
		assert_true(otlp_fake_wait(s.fake, 2, 30));
		scene_end(&s);
		assert_int_equal(s.seen.traces, 2);
		assert_int_equal(s.seen.spans, TELEMETRY_BATCH);
		buf_release(&s.text);
	}
}

/* What would have to wait too long is forgotten, and what comes meanwhile waits. */
static void a_collector_may_ask_to_be_left_alone(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){ .status = 429, .times = 1, .retry_after = "600" }, "");
	attempt_many(&s, TELEMETRY_BATCH);
	while (status_of(&s).dropped == 0)
		poll(NULL, 0, 5);
	attempt_many(&s, TELEMETRY_BATCH);
	assert_int_equal(status_of(&s).waiting, TELEMETRY_BATCH);
	scene_end(&s);
	assert_int_equal(s.seen.traces, 1);
	assert_int_equal(s.seen.metrics, 0);
	buf_release(&s.text);
}

static void a_refusal_is_not_repeated(void **state)
{
	static const unsigned statuses[] = { 400, 401, 413, 500 };
	struct telemetry_status st;
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		scene_begin(&s, &(struct otlp_fake_options){ .status = statuses[i], .times = 1, .body = "x-api-key" }, "");
		attempt_many(&s, TELEMETRY_BATCH);
		assert_true(otlp_fake_wait(s.fake, 1, 30));
		while ((st = status_of(&s)).err.kind == ERR_NONE || st.dropped == 0)
			poll(NULL, 0, 5);
		assert_int_equal(st.err.code, statuses[i]);
		assert_null(strstr(st.err.text, "x-api-key"));
		assert_int_equal(st.dropped, TELEMETRY_BATCH);
		scene_end(&s);
		assert_int_equal(s.seen.traces, 1);
		assert_int_equal(s.seen.dropped, TELEMETRY_BATCH);
		buf_release(&s.text);
	}
}

static void partial_success_is_not_repeated(void **state)
{
	struct telemetry_status st;
	struct scene s;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){
		.times = 1, .body = "{\"partialSuccess\":{\"rejectedSpans\":\"2\",\"errorMessage\":\"too old\"}}" }, "");
	attempt_many(&s, TELEMETRY_BATCH);
	while ((st = status_of(&s)).told == 0)
		poll(NULL, 0, 5);
	assert_int_equal(st.rejected, 2);
	assert_string_equal(st.err.text, "telemetry: threw 2 away: too old");
	scene_end(&s);
	assert_int_equal(s.seen.traces, 1);
	buf_release(&s.text);
}

/* The engine goes on, and the end is not kept waiting. */
static void a_collector_that_hangs_costs_the_oldest(void **state)
{
	struct telemetry_status st;
	struct scene s;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){ .hang = true }, "");
	attempt_many(&s, TELEMETRY_BATCH);
	assert_true(otlp_fake_wait(s.fake, 1, 30));
	attempt_many(&s, TELEMETRY_QUEUE + 100);
	st = status_of(&s);
	assert_int_equal(st.waiting, TELEMETRY_QUEUE);
	assert_int_equal(st.dropped, 100);
	scene_end(&s);
	assert_int_equal(s.seen.traces, 1);
	buf_release(&s.text);
}

static void nobody_listens(void **state)
{
	struct scene s;
	struct otlp_fake *fake;
	struct telemetry_status st;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){ 0 }, "");
	fake = s.fake;
	otlp_fake_stop(fake);
	s.fake = otlp_fake_start(&(struct otlp_fake_options){ 0 });
	attempt_many(&s, TELEMETRY_BATCH);
	while ((st = status_of(&s)).err.kind == ERR_NONE)
		poll(NULL, 0, 5);
	assert_int_equal(st.err.kind, ERR_NETWORK);
	scene_end(&s);
	buf_release(&s.text);
}

static void many_batches_are_told(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){ 0 }, "");
	attempt_many(&s, 5 * TELEMETRY_BATCH / 2);
	scene_end(&s);
	assert_int_equal(s.seen.spans, 5 * TELEMETRY_BATCH / 2);
	assert_int_equal(s.seen.attempts, 5 * TELEMETRY_BATCH / 2);
	assert_true(s.seen.traces >= 3);
	buf_release(&s.text);
}

static void a_collector_is_asked(void **state)
{
	struct telemetry_status st;
	struct scene s;

	(void)state;
	scene_begin(&s, &(struct otlp_fake_options){ 0 }, "");
	telemetry_ask(s.telemetry);
	assert_true(telemetry_asked(s.telemetry, clock_mono(&clock_system) + 30 * USEC_SEC));
	st = status_of(&s);
	assert_int_equal(st.err.kind, ERR_NONE);
	scene_end(&s);
	assert_int_equal(s.seen.traces, 1);
	assert_int_equal(s.seen.metrics, 1);
	assert_int_equal(s.seen.spans, 0);
	buf_release(&s.text);
}

/* ---- the configuration --------------------------------------------------------------------- */

static bool parse(struct config *c, const char *text, bool use_env, struct err *e)
{
	*e = (struct err){ 0 };
	return config_parse(c, &workspace_load, text, strlen(text), "test.yaml", use_env, e);
}

static void it_is_off_by_default(void **state)
{
	static const char *const texts[] = { "theme: calm\n", "telemetry: { endpoint: \"http://127.0.0.1:1\" }\n",
					     "telemetry: { enabled: false }\n" };
	struct config c;
	struct err e;

	(void)state;
	setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", 1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_true(parse(&c, texts[i], true, &e));
		assert_false(c.telemetry.on);
		assert_null(telemetry_attach(NULL, &c.telemetry));
		config_release(&c);
	}
	unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT");
}

static const char *url_of(const struct source *s)
{
	return source_get(s, "url", "");
}

static void the_environment_says_where(void **state)
{
	struct config c;
	struct err e;

	(void)state;
	setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example.net:4318/base/", 1);
	setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://other.example.net/my/metrics", 1);
	setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2500", 1);
	setenv("OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c", 1);
	if (!parse(&c, "telemetry: { enabled: true }\n", true, &e))
		fail_msg("%s", e.text);
	assert_string_equal(url_of(&c.telemetry.traces), "https://collector.example.net:4318/base/v1/traces");
	assert_string_equal(url_of(&c.telemetry.metrics), "https://other.example.net/my/metrics");
	assert_int_equal(c.telemetry.traces.timeout, 2500 * USEC_MS);
	assert_string_equal(c.telemetry.env_headers, "a=b%20c");
	config_release(&c);
	/* The file wins. */
	assert_true(parse(&c, "telemetry: { enabled: true, endpoint: \"https://mine.example.net\", timeout: 1s }\n",
			  true, &e));
	assert_string_equal(url_of(&c.telemetry.traces), "https://mine.example.net/v1/traces");
	assert_string_equal(url_of(&c.telemetry.metrics), "https://mine.example.net/v1/metrics");
	assert_int_equal(c.telemetry.metrics.timeout, USEC_SEC);
	config_release(&c);
	unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT");
	unsetenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
	unsetenv("OTEL_EXPORTER_OTLP_TIMEOUT");
	unsetenv("OTEL_EXPORTER_OTLP_HEADERS");
}

static void wrong_settings_are_named(void **state)
{
	static const struct { const char *text, *words; } cases[] = {
		{ "telemetry: yes\n", "must be a map of settings" },
		{ "telemetry: { enabled: true }\n", "telemetry has no endpoint" },
		{ "telemetry: { endpont: x }\n", "test.yaml:1:14: telemetry has no setting \"endpont\"" },
		{ "telemetry: { enabled: true, endpoint: \"ftp://x\" }\n", "must begin with https" },
		{ "telemetry: { enabled: true, endpoint: \"https://u:p@x\" }\n", "must hold no user" },
		{ "telemetry: { headers: { a: plain } }\n", "is a secret and must not stand here" },
		{ "telemetry: { headers: { \"a b\": { env: X } } }\n", "is no header name" },
		{ "telemetry: { enabled: true, endpoint: \"http://far.example.net\", headers: { a: { env: X } } }\n",
		  "are not sent over plain http" },
		{ "telemetry: { enabled: true, endpoint: \"https://x\", timeout: 5m }\n", "from 100ms to 1m" },
	};
	struct config c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_false(parse(&c, cases[i].text, false, &e));
		if (!strstr(e.text, cases[i].words))
			fail_msg("%s: %s", cases[i].text, e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attempt_is_told),
		cmocka_unit_test(nothing_of_the_load_is_told),
		cmocka_unit_test(headers_are_secrets),
		cmocka_unit_test(a_collector_may_ask_to_come_again),
		cmocka_unit_test(a_collector_may_ask_to_be_left_alone),
		cmocka_unit_test(a_refusal_is_not_repeated),
		cmocka_unit_test(partial_success_is_not_repeated),
		cmocka_unit_test(a_collector_that_hangs_costs_the_oldest),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(many_batches_are_told),
		cmocka_unit_test(a_collector_is_asked),
		cmocka_unit_test(it_is_off_by_default),
		cmocka_unit_test(the_environment_says_where),
		cmocka_unit_test(wrong_settings_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
