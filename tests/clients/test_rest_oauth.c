/* Tokens of the kind "rest" against a stand-in for Salesforce: when one is asked for, how
 * often, by whom, what happens when it ends, and that nobody sees it. */
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

#include "clients/rest_token.h"
#include "tests/support/api_simulator.h"
#include "tests/support/client_fixture.h"
#include "tests/support/process.h"
#include "tests/support/salesforce_fake.h"
#include "tests/support/tls.h"

#define SECRET "canary secret/7f3a"
#define TOKEN_PATH "/services/oauth2/token"
#define QUERY_PATH "/services/data/v68.0/query"

static const char by_load[] =
	"method: GET\npath: /services/data/v68.0/query\n"
	"query: { q: \"SELECT CaseNumber, Subject, Account.Name FROM Case WHERE Load_ID__c = :id:soql"
	" ORDER BY CreatedDate DESC\" }\n"
	"rows: records\npages: { next: nextRecordsUrl, max: 5 }\n"
	"errors: { code: 0.errorCode, quota: [REQUEST_LIMIT_EXCEEDED], denied: [INVALID_TYPE] }\n"
	"columns: { key: CaseNumber, title: Subject, account: Account.Name }\n";

static const char cases[] =
	"[{\"CaseNumber\":\"1\",\"Subject\":\"a\",\"Load_ID__c\":\"726100801\",\"Account.Name\":\"N\","
	"  \"CreatedDate\":\"2026-01-20T08:00:00.000+0000\"},"
	" {\"CaseNumber\":\"2\",\"Subject\":\"b\",\"Load_ID__c\":\"726100801\","
	"  \"CreatedDate\":\"2026-01-22T08:00:00.000+0000\"},"
	" {\"CaseNumber\":\"3\",\"Subject\":\"c\",\"Load_ID__c\":\"it's \\\\ O'Hara\","
	"  \"CreatedDate\":\"2026-01-21T08:00:00.000+0000\"}]";

#define BOTH "2|b|<null>\n1|a|N\n"

/* ---- what a test has at hand ------------------------------------------------------------- */

static struct api_simulator *api;
static struct salesforce_fake fake;
static struct source *source;
static char url[64];

static void serve(const struct api_options *more)
{
	struct api_options o = more ? *more : (struct api_options){ 0 };
	struct err e = { 0 };

	fake = (struct salesforce_fake){ .cases = json_loads(cases, 0, NULL), .client_id = "3MVG9+x",
					 .client_secret = SECRET };
	o.service = salesforce_fake;
	o.service_ctx = &fake;
	api = api_simulator_start(&o, &e);
	if (!api)
		fail_msg("%s", e.text);
	snprintf(url, sizeof(url), "http%s://localhost:%u", o.cert_file ? "s" : "", api_simulator_port(api));
	setenv("TEST_SECRET", SECRET, 1);
}

static int start(void **state)
{
	(void)state;
	serve(NULL);
	source = source_make(&rest_ops, "salesforce", "url", url, "auth", "oauth", "token_url", TOKEN_PATH,
			     "client_id", "3MVG9+x", "client_secret", "env:TEST_SECRET", "health_path",
			     "/services/data/v68.0/limits", NULL);
	return 0;
}

static void stop_serving(void)
{
	api_simulator_stop(api);
	salesforce_fake_release(&fake);
}

static int stop(void **state)
{
	(void)state;
	source_free(source);
	stop_serving();
	return 0;
}

struct outcome {
	struct record got;
	struct err e;
	bool ok;
};

static void ask_with(void *conn, const char *id, struct outcome *o)
{
	const struct param params[] = { { "id", id } };
	const struct query q = { .name = "q", .text = by_load, .params = params, .nparams = 1,
				 .deadline = in_ms(20000), .id = "id" };

	*o = (struct outcome){ .ok = false };
	record_init(&o->got);
	o->ok = rest_ops.run(conn, &q, NULL, &o->got.sink, &o->e);
}

/* On a connection of its own. */
static void ask(const char *id, struct outcome *o)
{
	struct err e = { 0 };
	void *conn = rest_ops.open(source, &e);

	if (!conn)
		fail_msg("%s", e.text);
	ask_with(conn, id, o);
	rest_ops.close(conn);
}

static void gives(void *conn, const char *id, const char *rows)
{
	struct outcome o;

	if (conn)
		ask_with(conn, id, &o);
	else
		ask(id, &o);
	if (!o.ok)
		fail_msg("%s", o.e.text);
	assert_string_equal(buf_str(&o.got.rows), rows);
	record_release(&o.got);
}

static struct err fails(enum err_kind kind, const char *says)
{
	struct outcome o;

	ask("726100801", &o);
	if (o.ok)
		fail_msg("it worked, not \"%s\"", says);
	record_release(&o.got);
	if (o.e.kind != kind || !strstr(o.e.text, says))
		fail_msg("%s: \"%s\" does not say \"%s\"", err_word(o.e.kind), o.e.text, says);
	if (strstr(o.e.text, "canary"))
		fail_msg("a secret is told: %s", o.e.text);
	return o.e;
}

/* ---- tokens -------------------------------------------------------------------------------- */

static void test_one_token_serves_all_connections(void **state)
{
	struct err e = { 0 };
	void *first = rest_ops.open(source, &e), *second = rest_ops.open(source, &e);

	(void)state;
	gives(first, "726100801", BOTH);
	gives(second, "726100801", BOTH);
	gives(first, "none", "");
	assert_int_equal(fake.tokens, 1);
	assert_int_equal(api_simulator_count(api, ""), 4);
	rest_ops.close(first);
	rest_ops.close(second);
	/* Nobody refers to it any more. */
	gives(NULL, "726100801", BOTH);
	assert_int_equal(fake.tokens, 2);
}

static void test_P37_a_value_stays_a_literal(void **state)
{
	(void)state;
	gives(NULL, "it's \\ O'Hara", "3|c|<null>\n");
	gives(NULL, "x' OR Subject = 'a", "");
	assert_non_null(strstr(fake.query, "Load_ID__c = 'x\\' OR Subject = \\'a'"));
}

static void test_the_client_may_stand_in_the_body(void **state)
{
	struct source *other = source_make(&rest_ops, "salesforce", "url", url, "auth", "oauth", "token_url",
					   TOKEN_PATH, "client_id", "3MVG9+x", "client_secret",
					   "env:TEST_SECRET", "client_auth", "body", NULL);

	(void)state;
	fake.body_only = true;
	fails(ERR_AUTH, "HTTP 400: invalid_client_id: client identifier invalid (asking for a token)");
	source_free(source);
	source = other;
	gives(NULL, "726100801", BOTH);
}

struct crowd {
	pthread_t thread;
	struct outcome o;
};

static void *ask_in_crowd(void *ctx)
{
	ask("726100801", &((struct crowd *)ctx)->o);
	return NULL;
}

static void test_a_crowd_asks_for_one_token(void **state)
{
	enum { CROWD = 8 };
	struct crowd crowd[CROWD];
	struct err e = { 0 };
	void *keeper = rest_ops.open(source, &e);

	(void)state;
	api_simulator_fault(api, TOKEN_PATH, "slow:300");
	for (size_t i = 0; i < CROWD; i++)
		assert_int_equal(pthread_create(&crowd[i].thread, NULL, ask_in_crowd, &crowd[i]), 0);
	for (size_t i = 0; i < CROWD; i++) {
		pthread_join(crowd[i].thread, NULL);
		if (!crowd[i].o.ok)
			fail_msg("%s", crowd[i].o.e.text);
		assert_string_equal(buf_str(&crowd[i].o.got.rows), BOTH);
		record_release(&crowd[i].o.got);
	}
	assert_int_equal(fake.tokens, 1);
	rest_ops.close(keeper);
}

static void test_a_token_that_ends_between_pages(void **state)
{
	struct outcome o;

	(void)state;
	fake.page = 1;
	fake.token_uses = 1;
	ask("726100801", &o);
	if (!o.ok)
		fail_msg("%s", o.e.text);
	assert_string_equal(buf_str(&o.got.rows), BOTH);
	assert_int_equal(fake.tokens, 2);
	assert_non_null(strstr(o.got.progress.note, "the token was refused"));
	record_release(&o.got);
}

static void test_a_token_is_renewed_once_only(void **state)
{
	struct err e;

	(void)state;
	api_simulator_fault(api, QUERY_PATH, "401");
	e = fails(ERR_AUTH, "HTTP 401");
	assert_false(e.transient);
	assert_int_equal(api_simulator_count(api, QUERY_PATH), 2);
	assert_int_equal(fake.tokens, 2);
	/* What was refused is not tried again. */
	api_simulator_fault(api, QUERY_PATH, NULL);
	gives(NULL, "726100801", BOTH);
	assert_int_equal(fake.tokens, 3);
}

static void test_a_token_is_asked_for_before_its_end(void **state)
{
	struct err e = { 0 };
	void *conn = rest_ops.open(source, &e);

	(void)state;
	fake.expires_in = "3600";
	gives(conn, "726100801", BOTH);
	gives(conn, "726100801", BOTH);
	assert_int_equal(fake.tokens, 1);
	rest_ops.close(conn);
	/* One that ends at once serves the request that it was asked for. */
	fake.expires_in = "\"0\"";
	conn = rest_ops.open(source, &e);
	gives(conn, "726100801", BOTH);
	gives(conn, "726100801", BOTH);
	assert_int_equal(fake.tokens, 3);
	rest_ops.close(conn);
	assert_int_equal(rest_token_use(USEC_HOUR), USEC_HOUR - USEC_MIN);
	assert_int_equal(rest_token_use(10 * USEC_SEC), 9 * USEC_SEC);
	assert_int_equal(rest_token_use(0), 0);
}

/* ---- what goes wrong ------------------------------------------------------------------------ */

static void test_refusals_of_the_token_endpoint(void **state)
{
	static const struct { const char *body; unsigned status; enum err_kind kind; bool transient; const char *says; } said[] = {
		{ "{\"error\":\"invalid_client\"}", 401, ERR_AUTH, false, "HTTP 401: invalid_client" },
		{ "{\"error\":\"invalid_scope\",\"error_description\":\"no\"}", 400, ERR_AUTH, false, "invalid_scope: no" },
		{ "{\"error\":\"temporarily_unavailable\"}", 503, ERR_REMOTE, true, "HTTP 503" },
		{ "{}", 404, ERR_REMOTE, false, "HTTP 404" },
		{ "{}", 200, ERR_DECODE, false, "has no access_token" },
		{ "[]", 200, ERR_DECODE, false, "has no access_token" },
		{ "{\"access_token\":\"a\\r\\nX: y\"}", 200, ERR_DECODE, false, "cannot be sent" },
		{ "{\"access_token\":\"a\",\"token_type\":\"mac\"}", 200, ERR_DECODE, false, "no bearer" },
		{ "{\"access_token\":", 200, ERR_DECODE, false, "malformed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
		struct err e;

		api_simulator_answer(api, TOKEN_PATH, said[i].status, "application/json", said[i].body,
				     strlen(said[i].body));
		e = fails(said[i].kind, said[i].says);
		assert_int_equal(e.transient, said[i].transient);
		if (!strstr(e.text, "salesforce: ") || !strstr(e.text, "(asking for a token)"))
			fail_msg("%s", e.text);
		assert_int_equal(api_simulator_count(api, QUERY_PATH), 0);
	}
	api_simulator_answer(api, TOKEN_PATH, 0, NULL, NULL, 0);
	api_simulator_fault(api, TOKEN_PATH, "redirect:http://evil.test/token");
	fails(ERR_TRUST, "http://evil.test/token");
	api_simulator_fault(api, TOKEN_PATH, "429:5");
	assert_int_equal(fails(ERR_QUOTA, "HTTP 429").retry_after_ms, 5000);
	api_simulator_fault(api, TOKEN_PATH, "drop");
	assert_true(fails(ERR_NETWORK, "salesforce: ").transient);
	api_simulator_fault(api, TOKEN_PATH, NULL);
	setenv("TEST_SECRET", "wrong", 1);
	fails(ERR_AUTH, "invalid_client: invalid client credentials");
	setenv("TEST_SECRET", SECRET, 1);
	gives(NULL, "726100801", BOTH);
}

static void test_limits_and_denials_are_told_apart(void **state)
{
	struct err e;

	(void)state;
	fake.used_up = true;
	e = fails(ERR_QUOTA, "HTTP 403: REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.");
	assert_int_equal(e.code, 403);
	assert_false(e.transient);
	assert_int_equal(fake.tokens, 1);
	fake.used_up = false;
	api_simulator_answer(api, QUERY_PATH, 400, "application/json",
			     "[{\"message\":\"no access\",\"errorCode\":\"INVALID_TYPE\"}]", 52);
	fails(ERR_DENIED, "HTTP 400: INVALID_TYPE: no access");
	api_simulator_answer(api, QUERY_PATH, 400, "application/json",
			     "[{\"message\":\"unexpected token\",\"errorCode\":\"MALFORMED_QUERY\"}]", 62);
	fails(ERR_REMOTE, "MALFORMED_QUERY: unexpected token");
}

static void test_the_next_page_stays_at_home(void **state)
{
	static const char away[] = "{\"records\":[{\"CaseNumber\":\"1\"}],\"nextRecordsUrl\":"
				   "\"http://evil.test/services/data/v68.0/query/x\"}";
	static const char round[] = "{\"records\":[{\"CaseNumber\":\"1\"}],\"nextRecordsUrl\":"
				    "\"/services/data/v68.0/query/x\"}";

	(void)state;
	api_simulator_answer(api, QUERY_PATH, 200, "application/json", away, sizeof(away) - 1);
	fails(ERR_TRUST, "http://evil.test");
	assert_int_equal(api_simulator_count(api, QUERY_PATH), 1);
	api_simulator_answer(api, QUERY_PATH, 200, "application/json", round, sizeof(round) - 1);
	fails(ERR_LIMIT, "leads to a page before");
	assert_int_equal(api_simulator_count(api, QUERY_PATH), 3);
}

/* As connected apps of before the client credentials flow want it. */
static void test_a_password_buys_a_token(void **state)
{
	static const char repeats[] = "{\"error\":\"invalid_grant\",\"error_description\":\"no canary+pa%2Fss for canary-5EC\"}";
	struct source *own = source, *by_password;
	struct outcome o;

	(void)state;
	setenv("TEST_PASSWORD", "canary pa/ss", 1);
	setenv("TEST_SECURITY", "canary-5EC", 1);
	by_password = source_make(&rest_ops, "salesforce", "url", url, "auth", "oauth", "token_url", TOKEN_PATH,
				  "client_id", "3MVG9+x", "client_secret", "env:TEST_SECRET", "grant", "password",
				  "user", "ada@example.com", "password", "env:TEST_PASSWORD", "security_token",
				  "env:TEST_SECURITY", NULL);
	source = by_password;
	fails(ERR_AUTH, "HTTP 400: invalid_grant: authentication failure (asking for a token)");
	fake.user = "ada@example.com";
	fake.password = "canary pa/sscanary-5EC";
	ask("726100801", &o);
	assert_true(o.ok);
	assert_string_equal(buf_str(&o.got.rows), BOTH);
	assert_null(strstr(buf_str(&o.got.sent), "canary"));
	record_release(&o.got);
	api_simulator_answer(api, TOKEN_PATH, 400, "application/json", repeats, sizeof(repeats) - 1);
	fails(ERR_AUTH, "invalid_grant: no \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 for \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 (");
	source = own;
	source_free(by_password);
}

static void test_nobody_sees_the_token(void **state)
{
	static const char repeats[] = "{\"error\":\"invalid_client\",\"error_description\":\"no " SECRET " here\"}";
	/* As a form spells it, and HTTP Basic with the id. */
	static const char spelt[] = "{\"error\":\"bad\",\"error_description\":\"no canary+secret%2F7f3a or "
				    "M01WRzklMkJ4OmNhbmFyeStzZWNyZXQlMkY3ZjNh\"}";
	struct outcome o;

	(void)state;
	ask("726100801", &o);
	assert_true(o.ok);
	assert_null(strstr(buf_str(&o.got.sent), "canary"));
	assert_non_null(strstr(buf_str(&o.got.sent), "(bearer \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 of 3MVG9+x)"));
	record_release(&o.got);
	/* A service that repeats what it was sent. */
	api_simulator_fault(api, QUERY_PATH, "echo:422");
	fails(ERR_REMOTE, "HTTP 422");
	api_simulator_answer(api, TOKEN_PATH, 400, "application/json", repeats, sizeof(repeats) - 1);
	fails(ERR_AUTH, "HTTP 400: invalid_client: no \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 here");
	api_simulator_answer(api, TOKEN_PATH, 400, "application/json", spelt, sizeof(spelt) - 1);
	fails(ERR_AUTH, "bad: no \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 or \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 (asking");
}

static void test_health_says_how_much_is_left(void **state)
{
	struct health h;
	struct err e = { 0 };
	void *conn = rest_ops.open(source, &e);

	(void)state;
	assert_true(rest_ops.check(conn, in_ms(5000), NULL, &h, &e));
	assert_string_equal(h.user, "3MVG9+x");
	assert_string_equal(h.detail, "GET /services/data/v68.0/limits gave HTTP 200, api-usage=18/5000");
	rest_ops.close(conn);
	setenv("TEST_SECRET", "wrong", 1);
	conn = rest_ops.open(source, &e);
	assert_false(rest_ops.check(conn, in_ms(5000), NULL, &h, &e));
	assert_int_equal(e.kind, ERR_AUTH);
	rest_ops.close(conn);
}

/* ---- waiting for it ---------------------------------------------------------------------------- */

static void *stop_when_asked(void *ctx)
{
	api_simulator_wait(api, 1, 10);
	cancel_fire(ctx);
	return NULL;
}

static void test_nobody_waits_for_a_token_longer_than_wanted(void **state)
{
	const struct param params[] = { { "id", "726100801" } };
	struct query q = { .name = "q", .text = by_load, .params = params, .nparams = 1,
			   .deadline = in_ms(20000), .id = "id" };
	struct cancel cancel;
	struct record got;
	struct err e = { 0 };
	void *conn = rest_ops.open(source, &e);
	pthread_t user;

	(void)state;
	api_simulator_fault(api, TOKEN_PATH, "slow:30000");
	record_init(&got);
	assert_true(cancel_init(&cancel, &e));
	assert_int_equal(pthread_create(&user, NULL, stop_when_asked, &cancel), 0);
	assert_false(rest_ops.run(conn, &q, &cancel, &got.sink, &e));
	pthread_join(user, NULL);
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_true(in_ms(0) < q.deadline);
	q.deadline = in_ms(300);
	assert_false(rest_ops.run(conn, &q, NULL, &got.sink, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_true(e.transient);
	assert_int_equal(api_simulator_count(api, QUERY_PATH), 0);
	/* What one gave up another one may have. */
	api_simulator_fault(api, TOKEN_PATH, NULL);
	gives(conn, "726100801", BOTH);
	record_release(&got);
	cancel_release(&cancel);
	rest_ops.close(conn);
}

/* ---- settings, and where the API is ----------------------------------------------------------- */

static void test_configuration_is_checked(void **state)
{
	static const struct { const char *key, *value, *says; } wrong[] = {
		{ "token_url", "", "no token_url: set sources.s.token_url" },
		{ "client_id", "", "no client_id: set sources.s.client_id" },
		{ "client_secret", "", "no client_secret: set sources.s.client_secret" },
		{ "token_url", "http://login.example.com/token", "not sent over plain http" },
		{ "token_url", "ftp://login.example.com/token", "must begin with https://" },
		{ "token_url", "/token?x=y", "cannot be read" },
		{ "client_auth", "header", "none of basic, body" },
		{ "grant", "implicit", "none of client_credentials, password" },
		{ "grant", "password", "no user: set sources.s.user" },
		{ "instance_suffix", "example.com", "like .my.example.com" },
		{ "instance_suffix", ".", "like .my.example.com" },
		{ "instance_suffix", ".a/b", "like .my.example.com" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const char *pairs[][2] = {
			{ "url", "https://acme.example.com" }, { "auth", "oauth" }, { "token_url", TOKEN_PATH },
			{ "client_id", "id" }, { "client_secret", "env:TEST_SECRET" },
			{ "client_auth", "basic" }, { "instance_suffix", ".example.com" },
			{ "grant", "client_credentials" },
		};
		enum { PAIRS = sizeof(pairs) / sizeof(*pairs) };
		struct setting settings[PAIRS];
		struct source s = { .name = "s", .settings = settings, .nsettings = PAIRS };
		struct err e = { 0 };

		for (size_t k = 0; k < PAIRS; k++) {
			bool it = strcmp(pairs[k][0], wrong[i].key) == 0;

			settings[k] = (struct setting){ strdup(pairs[k][0]), strdup(it ? wrong[i].value : pairs[k][1]), NULL };
		}
		if (rest_ops.prepare(&s, &e) || e.kind != ERR_CONFIG || !strstr(e.text, wrong[i].says))
			fail_msg("%s %s: %s", wrong[i].key, wrong[i].value, e.text);
		for (size_t k = 0; k < PAIRS; k++) {
			free(settings[k].key);
			free(settings[k].value);
		}
	}
}

static void reads(const char *json, const char *suffix, enum err_kind kind, const char *base, usec life)
{
	struct rest_grant g;
	struct err e = { 0 };

	if (rest_grant_read(json, strlen(json), suffix, &g, &e) != (kind == ERR_NONE) || e.kind != kind)
		fail_msg("%s: %s", json, e.text);
	if (kind == ERR_NONE) {
		assert_string_equal(g.token.base, base);
		assert_int_equal(g.life, life);
	}
	rest_token_release(&g.token);
}

#define GRANT(more) "{\"access_token\":\"t\"" more "}"
#define AT(place) GRANT(",\"instance_url\":\"" place "\"")

static void test_P20_the_token_may_not_lead_away(void **state)
{
	(void)state;
	reads(GRANT(""), ".example.com", ERR_NONE, "", TIME_NONE);
	reads(GRANT(",\"expires_in\":600"), NULL, ERR_NONE, "", 600 * USEC_SEC);
	reads(GRANT(",\"expires_in\":-1"), NULL, ERR_NONE, "", TIME_NONE);
	reads(GRANT(",\"expires_in\":99999999999999999999"), NULL, ERR_NONE, "", TIME_NONE);
	reads(AT("https://acme.example.com/"), ".example.com", ERR_NONE, "https://acme.example.com", TIME_NONE);
	reads(AT("https://ACME.Example.com:8443"), ".example.com", ERR_NONE, "https://ACME.Example.com:8443", TIME_NONE);
	/* Without the setting nobody looks at it. */
	reads(AT("https://evil.test"), NULL, ERR_NONE, "", TIME_NONE);
	reads(AT("https://evil.test"), ".example.com", ERR_TRUST, NULL, 0);
	reads(AT("https://evilexample.com"), ".example.com", ERR_TRUST, NULL, 0);
	reads(AT("https://.example.com"), ".example.com", ERR_TRUST, NULL, 0);
	reads(AT("http://acme.example.com"), ".example.com", ERR_TRUST, NULL, 0);
	reads(AT("https://evil.test/.example.com"), ".example.com", ERR_TRUST, NULL, 0);
	reads(AT("https://acme.example.com@evil.test"), ".example.com", ERR_DECODE, NULL, 0);
	reads(AT("https://evil.test?.example.com"), ".example.com", ERR_DECODE, NULL, 0);
	reads(AT("javascript:1"), ".example.com", ERR_DECODE, NULL, 0);
}

static void test_P20_the_token_says_where(void **state)
{
	struct err e = { 0 };
	char *dir = temp_dir("oauth-tls", &e), path[3][256], there[64];
	struct api_options o = { .cert_file = path[0], .key_file = path[1] };
	struct outcome got;

	(void)state;
	assert_non_null(dir);
	snprintf(path[0], sizeof(path[0]), "%s/server.crt", dir);
	snprintf(path[1], sizeof(path[1]), "%s/server.key", dir);
	snprintf(path[2], sizeof(path[2]), "%s/ca.crt", dir);
	if (!tls_files(dir, &e))
		fail_msg("%s", e.text);
	serve(&o);
	source = source_make(&rest_ops, "salesforce", "url", url, "auth", "oauth", "token_url", TOKEN_PATH,
			     "client_id", "3MVG9+x", "client_secret", "env:TEST_SECRET", "ca_file", path[2],
			     "instance_suffix", ".localhost", NULL);
	snprintf(there, sizeof(there), "https://api.localhost:%u", api_simulator_port(api));
	fake.instance_url = there;
	fake.page = 1;
	ask("726100801", &got);
	if (!got.ok)
		fail_msg("%s", got.e.text);
	assert_string_equal(buf_str(&got.got.rows), BOTH);
	assert_ptr_equal(strstr(buf_str(&got.got.sent), there), buf_str(&got.got.sent) + strlen("GET "));
	assert_null(strstr(buf_str(&got.got.sent), "https://localhost"));
	record_release(&got.got);
	fake.instance_url = "https://evil.test";
	fails(ERR_TRUST, "https://evil.test");
	source_free(source);
	stop_serving();
	temp_dir_remove(dir);
	free(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_one_token_serves_all_connections, start, stop),
	cmocka_unit_test_setup_teardown(test_P37_a_value_stays_a_literal, start, stop),
	cmocka_unit_test_setup_teardown(test_the_client_may_stand_in_the_body, start, stop),
	cmocka_unit_test_setup_teardown(test_a_crowd_asks_for_one_token, start, stop),
	cmocka_unit_test_setup_teardown(test_a_token_that_ends_between_pages, start, stop),
	cmocka_unit_test_setup_teardown(test_a_token_is_renewed_once_only, start, stop),
	cmocka_unit_test_setup_teardown(test_a_token_is_asked_for_before_its_end, start, stop),
	cmocka_unit_test_setup_teardown(test_refusals_of_the_token_endpoint, start, stop),
	cmocka_unit_test_setup_teardown(test_limits_and_denials_are_told_apart, start, stop),
	cmocka_unit_test_setup_teardown(test_the_next_page_stays_at_home, start, stop),
	cmocka_unit_test_setup_teardown(test_a_password_buys_a_token, start, stop),
		cmocka_unit_test_setup_teardown(test_nobody_sees_the_token, start, stop),
	cmocka_unit_test_setup_teardown(test_health_says_how_much_is_left, start, stop),
	cmocka_unit_test_setup_teardown(test_nobody_waits_for_a_token_longer_than_wanted, start, stop),
	cmocka_unit_test(test_configuration_is_checked),
	cmocka_unit_test(test_P20_the_token_may_not_lead_away),
	cmocka_unit_test(test_P20_the_token_says_where),
};

int main(void)
{
	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
