/* The rest kind against the API simulator: every way to prove who asks, what is said of a
 * request, what answers become, TLS and health. */
#include "clients/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/process.h"
#include "tests/support/rest_case.h"
#include "tests/support/tls.h"

/* ---- who asks --------------------------------------------------------------------------- */

static const char *const auths[] = { "hmac", "hmac-query", "hmac-client", "hmac-headers", "basic",
				     "bearer", "header" };

static void test_every_proof_is_accepted(void **state)
{
	struct rest_case m;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		rest_case_make(&m, auths[i]);
		rest_gives(&m, rest_by_id, REST_LOAD);
		rest_gives(&m, rest_search, REST_LOAD);
		rest_gives(&m, rest_related, "id|active\n1|true\n2|false\n3|true\n");
		rest_case_release(&m);
	}
}

static void test_a_wrong_secret_is_refused_once(void **state)
{
	struct rest_case m;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		rest_case_make(&m, auths[i]);
		setenv("TEST_SECRET", "wrong", 1);
		api_simulator_forget(rest_api);
		e = rest_fails(&m, rest_by_id, ERR_AUTH, "HTTP 401: bad ");
		assert_int_equal(e.code, 401);
		assert_false(e.transient);
		assert_int_equal(api_simulator_count(rest_api, ""), 1);
		rest_case_release(&m);
	}
}

static void test_a_prefix_in_the_url_is_signed_too(void **state)
{
	struct rest_case m;
	char url[80];

	(void)state;
	rest_case_make(&m, "hmac-headers");
	snprintf(url, sizeof(url), "%sprefix//", m.url);
	rest_case_set(&m, "url", url);
	/* The simulator knows no such path, but it has checked the signature before. */
	rest_fails(&m, rest_related, ERR_REMOTE, "no such endpoint");
	assert_int_equal(api_simulator_count(rest_api, "/prefix/api/v1/companies/"), 1);
	rest_case_release(&m);
}

static void test_configuration_is_checked(void **state)
{
	static const struct { const char *key, *value, *says; } wrong[] = {
		{ "auth", "hmac-md5", "auth \"hmac-md5\" is none of" },
		{ "app_id", "", "no app_id: set sources.tracking.app_id" },
		{ "secret", "", "no secret: set sources.tracking.secret" },
		{ "url", "ftp://host/", "must begin with https://" },
		{ "url", "https:/host/", "must begin with https://" },
		{ "url", "https://user:pw@host/", "no user" },
		{ "url", "https://host/?a=b", "no ?" },
		{ "url", "http://api.example.com/", "not sent over plain http" },
		{ "url", "::", "must begin with https://" },
		{ "url", "https://ho st/", "no blanks" },
		{ "url", "https://host:99999/", "1 to 65535" },
		{ "url", "https://[::1/", "host cannot be read" },
		{ "header_name", "X-Key: a\r\nX", "no header name" },
		{ "health_path", "health", "must be a path" },
	};
	struct rest_case m;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		rest_case_make(&m, "hmac-query");
		rest_case_set(&m, wrong[i].key, wrong[i].value);
		if (rest_ops.prepare(&m.source, &e))
			fail_msg("accepted %s %s", wrong[i].key, wrong[i].value);
		assert_int_equal(e.kind, ERR_CONFIG);
		if (!strstr(e.text, wrong[i].says))
			fail_msg("\"%s\" does not say \"%s\"", e.text, wrong[i].says);
		rest_case_release(&m);
	}
	rest_case_make(&m, "basic");
	rest_case_set(&m, "url", "https://API.example.com/x");
	assert_true(rest_ops.prepare(&m.source, &e));
	assert_string_equal(m.source.origin, "https://api.example.com:443");
	rest_case_release(&m);
}

static void test_an_empty_secret_sends_nothing(void **state)
{
	struct rest_case m;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		struct query q = rest_case_query(rest_by_id);
		struct rest_seen seen;
		struct err e;

		rest_case_make(&m, auths[i]);
		setenv("TEST_SECRET", "", 1);
		assert_false(rest_case_run(&m, &q, &seen, NULL, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		assert_int_equal(api_simulator_count(rest_api, ""), 0);
		rest_seen_release(&seen);
		rest_case_release(&m);
	}
}

/* ---- what is said about it ---------------------------------------------------------------- */

static void expect_sent(const char *auth, const char *text, const char *format)
{
	struct rest_case m;
	struct query q = rest_case_query(text);
	struct rest_seen seen;
	struct err e;
	char url[64], expected[400];

	rest_case_make(&m, auth);
	snprintf(url, sizeof(url), "%.*s", (int)strlen(m.url) - 1, m.url);
	snprintf(expected, sizeof(expected), "%s %s%s\n", *format == '!' ? "POST" : "GET", url,
		 format + (*format == '!'));
	assert_true(rest_case_run(&m, &q, &seen, NULL, &e));
	assert_string_equal(buf_str(&seen.sent), expected);
	rest_seen_release(&seen);
	rest_case_release(&m);
}

static void test_the_sent_text_shows_no_secret(void **state)
{
	(void)state;
	expect_sent("hmac-query", rest_by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en"
		    " (signed hmac-query as demo-app)");
	expect_sent("hmac-client", rest_by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en"
		    " (signed hmac-client as demo-app)");
	expect_sent("basic", rest_by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en (basic as svc-user)");
	expect_sent("bearer", rest_by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en (bearer •••)");
	expect_sent("hmac-headers", rest_search,
		    "!/api/v1/tracking/search?company_id=norbrook-foods&locale=en"
		    " (signed hmac-headers as demo-app)"
		    "\n{\"load_ids\":[\"U110045871\"],\"page\":0,\"per_page\":20}");
}

/* The value behind `name` in the uri that the simulator saw. */
static void seen_value(const char *name, char out[static 128])
{
	struct api_request r;
	const char *at;

	assert_true(api_simulator_request(rest_api, 0, &r));
	at = strstr(r.uri, name);
	snprintf(out, 128, "%.*s", at ? (int)strcspn(at + strlen(name), "&") : 0,
		 at ? at + strlen(name) : "");
}

static void test_a_server_that_repeats_our_secrets(void **state)
{
	struct rest_case m;
	char signature[128];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		rest_case_make(&m, auths[i]);
		api_simulator_forget(rest_api);
		assert_true(api_simulator_fault(rest_api, "", "echo:422"));
		e = rest_fails(&m, rest_by_id, ERR_REMOTE, "HTTP 422: cannot handle");
		assert_null(strstr(e.text, REST_SECRET));
		assert_null(strstr(e.text, "c3ZjLXVzZXI6"));     /* base64 of "svc-user:…" */
		seen_value("signature=", signature);
		assert_true(!signature[0] || !strstr(e.text, signature));
		assert_non_null(strstr(e.text, "•••"));
		rest_case_release(&m);
	}
}

/* ---- answers -------------------------------------------------------------------------------- */

static void test_nothing_there_is_empty(void **state)
{
	static const struct param other[] = { { "id", "999" }, { "number", "none" },
					      { "shipper", "nobody" }, { "carrier", "x" } };
	static const char *const texts[] = { rest_by_id, rest_search, rest_related };
	struct rest_case m;
	struct rest_seen seen;
	struct err e;

	(void)state;
	rest_case_make(&m, "hmac-query");
	for (size_t i = 0; i < 3; i++) {
		struct query q = rest_case_query(texts[i]);

		q.params = other;
		if (!rest_case_run(&m, &q, &seen, NULL, &e))
			fail_msg("%s", e.text);
		assert_int_equal(seen.rows, 0);
		assert_true(seen.columns > 0);
		rest_seen_release(&seen);
	}
	rest_case_release(&m);
}

static void test_parties_come_nested_or_flat(void **state)
{
	static const char by_number[] =
		"method: GET\npath: /api/v1/tracking\nquery: { load_ids: L-2 }\n"
		"rows: [load, loads]\n" REST_COLUMNS;
	struct rest_case m;

	(void)state;
	rest_case_make(&m, "basic");
	rest_gives(&m, by_number,
		   REST_HEAD "723400749|fenn-and-marrow|NULL\n725000806|norbrook-foods|NULL\n");
	rest_case_release(&m);
}

static void test_rows_stop_at_the_limit(void **state)
{
	struct rest_case m;
	struct query q = rest_case_query(rest_related);
	struct rest_seen seen;
	struct err e;

	(void)state;
	rest_case_make(&m, "basic");
	q.max_rows = 2;
	assert_false(rest_case_run(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(seen.rows, 2);
	rest_seen_release(&seen);
	q.max_rows = 0;
	q.max_bytes = 100;
	assert_false(rest_case_run(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(seen.rows, 0);
	rest_seen_release(&seen);
	rest_case_release(&m);
}

static void test_paths_cannot_be_left(void **state)
{
	static const char *const values[] = { "..", "../../admin", "a/b", "", "a\\b", "%2e%2e/x" };
	struct rest_case m;

	(void)state;
	rest_case_make(&m, "basic");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct param p[] = { { "shipper", values[i] }, { "carrier", NULL } };
		struct query q = rest_case_query(rest_related);
		struct rest_seen seen;
		struct err e;

		q.params = p;
		q.nparams = 2;
		assert_false(rest_case_run(&m, &q, &seen, NULL, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		rest_seen_release(&seen);
	}
	assert_int_equal(api_simulator_count(rest_api, ""), 0);
	rest_case_release(&m);
}

/* ---- TLS and health ---------------------------------------------------------------------------- */

static void test_P31_tls(void **state)
{
	struct err e = { 0 };
	char *dir = temp_dir("rest-tls", &e), path[3][256], url[64];
	struct api_options o = { .data = rest_data, .app = "demo-app", .secret = REST_SECRET,
				 .cert_file = path[0], .key_file = path[1] };
	struct api_simulator *plain = rest_api;
	struct rest_case m;

	(void)state;
	assert_non_null(dir);
	snprintf(path[0], sizeof(path[0]), "%s/server.crt", dir);
	snprintf(path[1], sizeof(path[1]), "%s/server.key", dir);
	snprintf(path[2], sizeof(path[2]), "%s/ca.crt", dir);
	if (!tls_files(dir, &e))
		fail_msg("%s", e.text);
	rest_api = api_simulator_start(&o, &e);
	if (!rest_api)
		fail_msg("%s", e.text);
	rest_case_make(&m, "hmac-query");
	snprintf(url, sizeof(url), "https://localhost:%u", api_simulator_port(rest_api));
	rest_case_set(&m, "url", url);
	rest_fails(&m, rest_by_id, ERR_TRUST, "certificate");
	assert_int_equal(api_simulator_count(rest_api, ""), 0);
	rest_case_set(&m, "ca_file", path[2]);
	rest_gives(&m, rest_by_id, REST_LOAD);
	rest_case_release(&m);
	api_simulator_stop(rest_api);
	rest_api = plain;
	temp_dir_remove(dir);
	free(dir);
}

static bool check_health(const char *auth, const char *path, const char *ok_field, const char *absent,
			 struct health *h, struct err *e)
{
	struct rest_case m;
	void *conn;
	bool ok;

	rest_case_make(&m, auth);
	rest_case_set(&m, "health_path", path);
	rest_case_set(&m, "health_ok", ok_field);
	rest_case_set(&m, "health_absent", absent);
	rest_case_set(&m, "health_refused", "their hint");
	assert_true(rest_ops.prepare(&m.source, e));
	conn = rest_ops.open(&m.source, e);
	assert_non_null(conn);
	ok = rest_ops.check(conn, clock_mono(&clock_system) + 5 * USEC_SEC, NULL, h, e);
	rest_ops.close(conn);
	rest_case_release(&m);
	return ok;
}

#define A_LOAD "/api/v1/tracking?tracking_ids=726100801&locale=en"
#define NO_LOAD "/api/v1/tracking?tracking_ids=1&locale=en"

static void test_health_really_asks(void **state)
{
	struct health h;
	struct err e = { 0 };

	(void)state;
	assert_true(check_health("hmac-query", A_LOAD, "statusCode=200", "false", &h, &e));
	assert_string_equal(h.user, "demo-app");
	assert_string_equal(h.detail, "GET /api/v1/tracking gave HTTP 200");
	assert_in_range(h.skew_ms + 5000, 0, 10000);
	assert_int_equal(api_simulator_count(rest_api, A_LOAD "&app_id="), 1);
	assert_true(check_health("basic", NO_LOAD, "statusCode=200", "true", &h, &e));
	assert_string_equal(h.detail, "GET /api/v1/tracking gave HTTP 404, for it knows no such thing");
	api_simulator_fault(rest_api, "", "skew:-600");
	assert_true(check_health("basic", A_LOAD, "", "false", &h, &e));
	assert_in_range(-h.skew_ms, 590000, 610000);
	assert_string_equal(h.user, "svc-user");
}

static void test_health_says_what_is_wrong(void **state)
{
	static const struct { const char *spec; enum err_kind kind; } faults[] = {
		{ "401", ERR_AUTH }, { "403", ERR_AUTH }, { "500", ERR_REMOTE },
		{ "503:1", ERR_QUOTA }, { "drop", ERR_NETWORK }, { "html", ERR_DECODE },
		{ "redirect:https://login.example.com/", ERR_TRUST },
	};
	struct health h;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		e = (struct err){ 0 };
		api_simulator_fault(rest_api, "", faults[i].spec);
		assert_false(check_health("bearer", A_LOAD, "", "true", &h, &e));
		assert_int_equal(e.kind, faults[i].kind);
		assert_true((strstr(e.text, "their hint") != NULL) == (i == 0));
	}
}

/* Something answers; the service it is not, or not to us. */
static void test_health_takes_no_answer_of_others(void **state)
{
	static const struct { const char *path, *field, *absent; enum err_kind kind; const char *says; } trials[] = {
		{ "/", "", "false", ERR_REMOTE, "HTTP 404" },
		{ NO_LOAD, "", "false", ERR_REMOTE, "HTTP 404" },
		{ "/api/v1/tracking", "", "true", ERR_REMOTE, "HTTP 422" },
		{ A_LOAD, "ok", "false", ERR_DECODE, "the answer has no \"ok\"" },
		{ A_LOAD, "accountId=*", "false", ERR_DECODE, "the answer has no \"accountId\"" },
		{ A_LOAD, "statusCode=201", "false", ERR_REMOTE, "\"statusCode\" of the answer is 200" },
		{ A_LOAD, "load.status=other", "false", ERR_AUTH, "\"load.status\" of the answer is" },
	};
	struct health h;

	(void)state;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		struct err e = { 0 };

		if (check_health("bearer", trials[i].path, trials[i].field, trials[i].absent, &h, &e) ||
		    e.kind != trials[i].kind || !strstr(e.text, trials[i].says))
			fail_msg("%s %s: %s, %s", trials[i].path, trials[i].field, err_word(e.kind), e.text);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rest_case_start, rest_case_stop)
	const struct CMUnitTest tests[] = {
		TEST(test_every_proof_is_accepted),
		TEST(test_a_wrong_secret_is_refused_once),
		TEST(test_a_prefix_in_the_url_is_signed_too),
		TEST(test_configuration_is_checked),
		TEST(test_an_empty_secret_sends_nothing),
		TEST(test_the_sent_text_shows_no_secret),
		TEST(test_a_server_that_repeats_our_secrets),
		TEST(test_nothing_there_is_empty),
		TEST(test_parties_come_nested_or_flat),
		TEST(test_rows_stop_at_the_limit),
		TEST(test_paths_cannot_be_left),
		TEST(test_P31_tls),
		TEST(test_health_really_asks),
		TEST(test_health_says_what_is_wrong),
		TEST(test_health_takes_no_answer_of_others),
	};

	if (!clients_init(NULL))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
