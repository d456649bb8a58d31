/* The rest kind against the API simulator: every way to prove who asks, every way
 * in which an answer can go wrong, and how many requests each of them costs. */
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

#include "base/buf.h"
#include "clients/skew.h"
#include "tests/support/api_simulator.h"
#include "tests/support/process.h"
#include "tests/support/tls.h"

#define SECRET "canary+secret/7f3a"

static const char data[] =
	"{\"loads\":["
	"{\"id\":726100801,\"loadNumber\":\"U110045871\",\"status\":\"In Transit\","
	" \"shipper\":{\"id\":\"norbrook-foods\",\"name\":\"Norbrook Foods\"},"
	" \"referenceNumbers\":[\"R1\",\"R2\"],\"stops\":[{\"name\":\"Cork\"}]},"
	"{\"id\":723400749,\"loadNumber\":\"L-2\",\"shipperId\":\"fenn-and-marrow\"},"
	"{\"id\":725000806,\"loadNumber\":\"L-2\",\"shipperId\":\"norbrook-foods\"}],"
	"\"relationships\":["
	"{\"id\":1,\"_shipper\":\"norbrook-foods\",\"_carrier\":\"a\",\"active\":true},"
	"{\"id\":2,\"_shipper\":\"norbrook-foods\",\"_carrier\":\"b\",\"active\":false},"
	"{\"id\":3,\"_shipper\":\"norbrook-foods\",\"_carrier\":\"c\",\"active\":true}]}";

#define COLUMNS "columns: { id: id, shipper: [shipper.id, shipperId], refs: referenceNumbers }\n"

static const char by_id[] =
	"method: GET\npath: /api/v1/tracking\n"
	"query: { tracking_ids: \":id\", locale: en }\n"
	"status: { field: statusCode, ok: 200 }\nrows: [load, loads]\nabsent: [404]\n" COLUMNS;

static const char search[] =
	"method: POST\npath: /api/v1/tracking/search\n"
	"query: { company_id: \":shipper\", locale: en }\n"
	"body: '{ \"load_ids\": [\":number\"], \"page\": 0, \"per_page\": 20 }'\n"
	"status: { field: statusCode, ok: 200 }\nrows: loads\n" COLUMNS;

static const char related[] =
	"method: GET\npath: /api/v1/companies/:shipper/relationships\n"
	"query: { locale: en, per_page: 2, related_company_id: \":carrier\" }\n"
	"status: { field: statusCode, ok: 200 }\nrows: relationships\n"
	"pages: { param: page, first: 1, total: pagination.totalPages, max: 5 }\n"
	"columns: { id: id, active: active }\n";

/* ---- what a test has at hand ------------------------------------------------------------ */

static struct api_simulator *api;

static int start(void **state)
{
	const struct api_options options = {
		.data = data, .app = "demo-app", .secret = SECRET, .user = "svc-user",
		.password = SECRET, .token = SECRET,
	};
	struct err e = { 0 };

	(void)state;
	api = api_simulator_start(&options, &e);
	if (!api)
		fail_msg("%s", e.text);
	return 0;
}

static int stop(void **state)
{
	char origin[64];

	(void)state;
	/* The port may be given out again. */
	snprintf(origin, sizeof(origin), "http://127.0.0.1:%u", api_simulator_port(api));
	skew_learn(origin, 0);
	api_simulator_stop(api);
	return 0;
}

enum { SETTINGS_MAX = 16 };

/* A source of "key=value" settings, url and credentials included unless told otherwise. */
struct made {
	struct source source;
	struct setting settings[SETTINGS_MAX];
	char *texts[2 * SETTINGS_MAX];
	char url[64];
};

static void set(struct made *m, const char *key, const char *value)
{
	struct source *s = &m->source;
	size_t i = 0;

	while (i < s->nsettings && strcmp(m->settings[i].key, key) != 0)
		i++;
	assert_true(i < SETTINGS_MAX);
	if (i == s->nsettings) {
		m->texts[2 * i] = strdup(key);
		s->nsettings++;
	} else {
		free(m->texts[2 * i + 1]);
	}
	m->texts[2 * i + 1] = strdup(value);
	m->settings[i].key = m->texts[2 * i];
	m->settings[i].value = m->texts[2 * i + 1];
}

static void release(struct made *m)
{
	for (size_t i = 0; i < 2 * SETTINGS_MAX; i++)
		free(m->texts[i]);
}

static void make(struct made *m, const char *auth)
{
	*m = (struct made){ .source = { .name = "tracking", .client = &rest_ops, .configured = true } };
	m->source.settings = m->settings;
	snprintf(m->url, sizeof(m->url), "http://127.0.0.1:%u/", api_simulator_port(api));
	set(m, "url", m->url);
	set(m, "auth", auth);
	set(m, "app_id", "demo-app");
	set(m, "user", "svc-user");
	set(m, "secret", "env:TEST_SECRET");
	set(m, "password", "env:TEST_SECRET");
	set(m, "token", "env:TEST_SECRET");
	setenv("TEST_SECRET", SECRET, 1);
}

struct seen {
	struct row_sink sink;
	struct buf text, sent, notes;
	size_t columns, rows, bytes;
};

static void on_sent(struct row_sink *s, const char *text)
{
	buf_printf(&((struct seen *)s)->sent, "%s\n", text);
}

static bool on_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	struct seen *seen = (struct seen *)s;

	(void)e;
	assert_int_equal(seen->columns, 0);
	seen->columns = n;
	for (size_t i = 0; i < n; i++)
		buf_printf(&seen->text, "%s%s", i ? "|" : "", names[i]);
	return buf_putc(&seen->text, '\n');
}

static bool on_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct seen *seen = (struct seen *)s;

	(void)e;
	for (size_t i = 0; i < seen->columns; i++) {
		buf_puts(&seen->text, i ? "|" : "");
		buf_put(&seen->text, cell_is_null(cells[i]) ? "NULL" : cells[i].data,
			cell_is_null(cells[i]) ? 4 : cells[i].len);
	}
	seen->rows++;
	return buf_putc(&seen->text, '\n');
}

static void on_progress(struct row_sink *s, const struct progress *p)
{
	buf_printf(&((struct seen *)s)->notes, "%s\n", p->note);
}

static void on_bytes(struct row_sink *s, size_t n)
{
	((struct seen *)s)->bytes += n;
}

static void seen_init(struct seen *s)
{
	*s = (struct seen){ .sink = { on_sent, on_columns, on_row, on_progress, on_bytes } };
}

static void seen_release(struct seen *s)
{
	buf_release(&s->text);
	buf_release(&s->sent);
	buf_release(&s->notes);
}

static const struct param params[] = {
	{ "id", "726100801" }, { "number", "U110045871" }, { "shipper", "norbrook-foods" },
	{ "carrier", NULL },
};

static struct query ask_for(const char *text)
{
	return (struct query){
		.name = "q", .text = text, .params = params,
		.nparams = sizeof(params) / sizeof(params[0]),
		.deadline = clock_mono(&clock_system) + 20 * USEC_SEC, .id = "id",
	};
}

static bool run_query(struct made *m, const struct query *q, struct seen *seen, struct cancel *c,
		      struct err *e)
{
	void *conn;
	bool ok;

	*e = (struct err){ 0 };
	seen_init(seen);
	if (!m->source.origin[0] && !rest_ops.prepare(&m->source, e))
		return false;
	conn = rest_ops.open(&m->source, e);
	if (!conn)
		return false;
	ok = rest_ops.run(conn, q, c, &seen->sink, e);
	rest_ops.close(conn);
	return ok;
}

static void gives(struct made *m, const char *text, const char *rows)
{
	struct query q = ask_for(text);
	struct seen seen;
	struct err e;

	if (!run_query(m, &q, &seen, NULL, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&seen.text), rows);
	seen_release(&seen);
}

static struct err fails(struct made *m, const char *text, enum err_kind kind, const char *says)
{
	struct query q = ask_for(text);
	struct seen seen;
	struct err e;

	if (run_query(m, &q, &seen, NULL, &e))
		fail_msg("it worked, not \"%s\": %s", says, buf_str(&seen.text));
	seen_release(&seen);
	if (e.kind != kind || !strstr(e.text, says))
		fail_msg("%s: \"%s\" does not say \"%s\"", err_word(e.kind), e.text, says);
	if (strncmp(e.text, "tracking: ", 10) != 0)
		fail_msg("no source in \"%s\"", e.text);
	return e;
}

#define ID_HEAD "id|shipper|refs\n"
#define THE_LOAD ID_HEAD "726100801|norbrook-foods|[\"R1\",\"R2\"]\n"

/* ---- who asks --------------------------------------------------------------------------- */

static const char *const auths[] = { "hmac", "hmac-query", "hmac-client", "hmac-headers", "basic",
				     "bearer", "header" };

static void test_every_proof_is_accepted(void **state)
{
	struct made m;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		make(&m, auths[i]);
		gives(&m, by_id, THE_LOAD);
		gives(&m, search, THE_LOAD);
		gives(&m, related, "id|active\n1|true\n2|false\n3|true\n");
		release(&m);
	}
}

static void test_a_wrong_secret_is_refused_once(void **state)
{
	struct made m;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		make(&m, auths[i]);
		setenv("TEST_SECRET", "wrong", 1);
		api_simulator_forget(api);
		e = fails(&m, by_id, ERR_AUTH, "HTTP 401: bad ");
		assert_int_equal(e.code, 401);
		assert_false(e.transient);
		assert_int_equal(api_simulator_count(api, ""), 1);
		release(&m);
	}
}

static void test_a_prefix_in_the_url_is_signed_too(void **state)
{
	struct made m;
	char url[80];

	(void)state;
	make(&m, "hmac-headers");
	snprintf(url, sizeof(url), "%sprefix//", m.url);
	set(&m, "url", url);
	/* The simulator knows no such path, but it has checked the signature before. */
	fails(&m, related, ERR_REMOTE, "no such endpoint");
	assert_int_equal(api_simulator_count(api, "/prefix/api/v1/companies/"), 1);
	release(&m);
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
	struct made m;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make(&m, "hmac-query");
		set(&m, wrong[i].key, wrong[i].value);
		if (rest_ops.prepare(&m.source, &e))
			fail_msg("accepted %s %s", wrong[i].key, wrong[i].value);
		assert_int_equal(e.kind, ERR_CONFIG);
		if (!strstr(e.text, wrong[i].says))
			fail_msg("\"%s\" does not say \"%s\"", e.text, wrong[i].says);
		release(&m);
	}
	make(&m, "basic");
	set(&m, "url", "https://API.example.com/x");
	assert_true(rest_ops.prepare(&m.source, &e));
	assert_string_equal(m.source.origin, "https://api.example.com:443");
	release(&m);
}

static void test_an_empty_secret_sends_nothing(void **state)
{
	struct made m;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		struct query q = ask_for(by_id);
		struct seen seen;
		struct err e;

		make(&m, auths[i]);
		setenv("TEST_SECRET", "", 1);
		assert_false(run_query(&m, &q, &seen, NULL, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		assert_int_equal(api_simulator_count(api, ""), 0);
		seen_release(&seen);
		release(&m);
	}
}

/* ---- what is said about it ---------------------------------------------------------------- */

static void expect_sent(const char *auth, const char *text, const char *format)
{
	struct made m;
	struct query q = ask_for(text);
	struct seen seen;
	struct err e;
	char url[64], expected[400];

	make(&m, auth);
	snprintf(url, sizeof(url), "%.*s", (int)strlen(m.url) - 1, m.url);
	snprintf(expected, sizeof(expected), "%s %s%s\n", *format == '!' ? "POST" : "GET", url,
		 format + (*format == '!'));
	assert_true(run_query(&m, &q, &seen, NULL, &e));
	assert_string_equal(buf_str(&seen.sent), expected);
	seen_release(&seen);
	release(&m);
}

static void test_the_sent_text_shows_no_secret(void **state)
{
	(void)state;
	expect_sent("hmac-query", by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en"
		    " (signed hmac-query as demo-app)");
	expect_sent("hmac-client", by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en"
		    " (signed hmac-client as demo-app)");
	expect_sent("basic", by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en (basic as svc-user)");
	expect_sent("bearer", by_id,
		    "/api/v1/tracking?tracking_ids=726100801&locale=en (bearer •••)");
	expect_sent("hmac-headers", search,
		    "!/api/v1/tracking/search?company_id=norbrook-foods&locale=en"
		    " (signed hmac-headers as demo-app)"
		    "\n{\"load_ids\":[\"U110045871\"],\"page\":0,\"per_page\":20}");
}

/* The value behind `name` in the uri that the simulator saw. */
static void seen_value(const char *name, char out[static 128])
{
	struct api_request r;
	const char *at;

	assert_true(api_simulator_request(api, 0, &r));
	at = strstr(r.uri, name);
	snprintf(out, 128, "%.*s", at ? (int)strcspn(at + strlen(name), "&") : 0,
		 at ? at + strlen(name) : "");
}

static void test_a_server_that_repeats_our_secrets(void **state)
{
	struct made m;
	char signature[128];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		make(&m, auths[i]);
		api_simulator_forget(api);
		assert_true(api_simulator_fault(api, "", "echo:422"));
		e = fails(&m, by_id, ERR_REMOTE, "HTTP 422: cannot handle");
		assert_null(strstr(e.text, SECRET));
		assert_null(strstr(e.text, "c3ZjLXVzZXI6"));     /* base64 of "svc-user:…" */
		seen_value("signature=", signature);
		assert_true(!signature[0] || !strstr(e.text, signature));
		assert_non_null(strstr(e.text, "•••"));
		release(&m);
	}
}

/* ---- answers -------------------------------------------------------------------------------- */

static void test_nothing_there_is_empty(void **state)
{
	static const struct param other[] = { { "id", "999" }, { "number", "none" },
					      { "shipper", "nobody" }, { "carrier", "x" } };
	static const char *const texts[] = { by_id, search, related };
	struct made m;
	struct seen seen;
	struct err e;

	(void)state;
	make(&m, "hmac-query");
	for (size_t i = 0; i < 3; i++) {
		struct query q = ask_for(texts[i]);

		q.params = other;
		if (!run_query(&m, &q, &seen, NULL, &e))
			fail_msg("%s", e.text);
		assert_int_equal(seen.rows, 0);
		assert_true(seen.columns > 0);
		seen_release(&seen);
	}
	release(&m);
}

static void test_parties_come_nested_or_flat(void **state)
{
	static const char by_number[] =
		"method: GET\npath: /api/v1/tracking\nquery: { load_ids: L-2 }\n"
		"rows: [load, loads]\n" COLUMNS;
	struct made m;

	(void)state;
	make(&m, "basic");
	gives(&m, by_number,
	      ID_HEAD "723400749|fenn-and-marrow|NULL\n725000806|norbrook-foods|NULL\n");
	release(&m);
}

static void test_rows_stop_at_the_limit(void **state)
{
	struct made m;
	struct query q = ask_for(related);
	struct seen seen;
	struct err e;

	(void)state;
	make(&m, "basic");
	q.max_rows = 2;
	assert_false(run_query(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(seen.rows, 2);
	seen_release(&seen);
	q.max_rows = 0;
	q.max_bytes = 100;
	assert_false(run_query(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(seen.rows, 0);
	seen_release(&seen);
	release(&m);
}

static void test_paths_cannot_be_left(void **state)
{
	static const char *const values[] = { "..", "../../admin", "a/b", "", "a\\b", "%2e%2e/x" };
	struct made m;

	(void)state;
	make(&m, "basic");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct param p[] = { { "shipper", values[i] }, { "carrier", NULL } };
		struct query q = ask_for(related);
		struct seen seen;
		struct err e;

		q.params = p;
		q.nparams = 2;
		assert_false(run_query(&m, &q, &seen, NULL, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		seen_release(&seen);
	}
	assert_int_equal(api_simulator_count(api, ""), 0);
	release(&m);
}

/* ---- faults --------------------------------------------------------------------------------- */

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
	struct made m;
	struct err e;

	(void)state;
	make(&m, "hmac-query");
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		api_simulator_forget(api);
		assert_true(api_simulator_fault(api, "", faults[i].spec));
		e = fails(&m, by_id, faults[i].kind, faults[i].says);
		if (e.code != faults[i].code || e.transient != faults[i].transient ||
		    e.retry_after_ms != faults[i].retry_after_ms)
			fail_msg("%s: code %ld, transient %d, retry %d", faults[i].spec, e.code,
				 e.transient, e.retry_after_ms);
		/* Clients classify, the policy repeats. */
		assert_int_equal(api_simulator_count(api, ""), 1);
	}
	api_simulator_fault(api, "", NULL);
	gives(&m, by_id, THE_LOAD);
	release(&m);
}

static void test_P20_redirects_are_refused(void **state)
{
	static const struct api_options open_to_all = { .data = data };
	struct err e = { 0 };
	struct api_simulator *other = api_simulator_start(&open_to_all, &e);
	char spec[100], target[80];
	struct made m;

	(void)state;
	assert_non_null(other);
	make(&m, "basic");
	snprintf(target, sizeof(target), "http://127.0.0.1:%u/steal", api_simulator_port(other));
	snprintf(spec, sizeof(spec), "redirect:%s", target);
	assert_true(api_simulator_fault(api, "", spec));
	e = fails(&m, by_id, ERR_TRUST, target);
	assert_false(e.transient);
	assert_int_equal(api_simulator_count(other, ""), 0);
	assert_int_equal(api_simulator_count(api, ""), 1);
	api_simulator_stop(other);
	release(&m);
}

/* The 404 of a proxy is not the 404 of the API. */
static void test_P19_absence_must_be_said_in_json(void **state)
{
	struct made m;

	(void)state;
	make(&m, "none");
	api_simulator_answer(api, "", 404, "text/html", "<h1>404</h1>", 12);
	fails(&m, by_id, ERR_REMOTE, "HTTP 404");
	api_simulator_answer(api, "", 404, "application/json", "", 0);
	fails(&m, by_id, ERR_DECODE, "empty");
	api_simulator_answer(api, "", 404, "application/problem+json", "{}", 2);
	gives(&m, by_id, ID_HEAD);
	api_simulator_answer(api, "", 200, "application/json", "{\"statusCode\":404}", 18);
	gives(&m, by_id, ID_HEAD);
	api_simulator_answer(api, "", 204, "application/json", "", 0);
	fails(&m, by_id, ERR_DECODE, "the answer is empty");
	release(&m);
}

static struct err paged(const char *spec, size_t rows, size_t requests)
{
	struct made m;
	struct query q = ask_for(related);
	struct seen seen;
	struct err e;

	make(&m, "basic");
	api_simulator_forget(api);
	assert_true(api_simulator_fault(api, "", spec));
	assert_false(run_query(&m, &q, &seen, NULL, &e));
	assert_int_equal(seen.rows, rows);
	assert_int_equal(api_simulator_count(api, ""), requests);
	seen_release(&seen);
	release(&m);
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
	struct made m;
	struct query q = ask_for(related);
	struct seen seen;
	struct err e;

	(void)state;
	make(&m, "none");
	api_simulator_answer(api, "", 200, "application/json", first, sizeof(first) - 1);
	assert_false(run_query(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_DECODE);
	assert_non_null(strstr(e.text, "has no pagination.totalPages"));
	assert_string_equal(buf_str(&seen.text), "id|active\n1|NULL\n");
	seen_release(&seen);
	release(&m);
}

static void serve_json(const char *body, size_t len)
{
	api_simulator_answer(api, "", 200, "application/json", body, len);
}

static void test_P11_json_bombs(void **state)
{
	static const char numbers[] =
		"{\"statusCode\":200,\"load\":{\"id\":9007199254740993,\"shipperId\":"
		"12345678901234567890123456789012345678,\"referenceNumbers\":[1e999,-0]}}";
	struct buf b = BUF_INIT;
	struct made m;
	struct err e;

	(void)state;
	make(&m, "none");
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, '[');
	serve_json(b.data, b.len);
	e = fails(&m, by_id, ERR_DECODE, "nested deeper than 512 at byte");
	serve_json("{\"load\":{\"id\":1,\"id\":2}}", 24);
	fails(&m, by_id, ERR_DECODE, "duplicate");
	serve_json("{\"load\":{}} x", 13);
	fails(&m, by_id, ERR_DECODE, "at byte");
	serve_json(numbers, sizeof(numbers) - 1);
	gives(&m, by_id, ID_HEAD "9007199254740993|12345678901234567890123456789012345678|[1e999,-0]\n");
	assert_false(e.transient);
	buf_release(&b);
	release(&m);
}

/* ---- time ----------------------------------------------------------------------------------- */

static void test_P26_a_clock_is_put_right_once(void **state)
{
	static const struct { const char *spec, *note; } skews[] = {
		{ "skew:1200", "your clock is 20 min behind: signed again\n" },
		{ "skew:-1200", "your clock is 20 min ahead: signed again\n" },
	};
	static const char *const timed[] = { "hmac-query", "hmac-client", "hmac-headers" };
	struct made m;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct query q = ask_for(by_id);
		struct seen seen;
		struct err e;

		make(&m, timed[i / 2]);
		api_simulator_forget(api);
		api_simulator_fault(api, "", skews[i % 2].spec);
		if (!run_query(&m, &q, &seen, NULL, &e))
			fail_msg("%s", e.text);
		assert_int_equal(api_simulator_count(api, ""), 2);
		assert_string_equal(buf_str(&seen.text), THE_LOAD);
		assert_string_equal(buf_str(&seen.notes), skews[i % 2].note);
		seen_release(&seen);
		/* Other connections to the origin know it now. */
		gives(&m, by_id, THE_LOAD);
		assert_int_equal(api_simulator_count(api, ""), 3);
		release(&m);
	}
}

/* The server's clock is put right, or jumps, while the connection lives. */
static void test_P26_a_clock_that_steps_during_the_run(void **state)
{
	static const char *const steps[] = { "skew:0", "skew:1200", "skew:-1200", "skew:0" };
	struct made m;

	(void)state;
	make(&m, "hmac-query");
	api_simulator_forget(api);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		int before;

		api_simulator_fault(api, "", steps[i]);
		before = (int)api_simulator_count(api, "");
		gives(&m, by_id, THE_LOAD);
		/* Refused once, signed again once; known from then on. */
		assert_int_equal((int)api_simulator_count(api, "") - before, i == 0 ? 1 : 2);
		gives(&m, by_id, THE_LOAD);
		assert_int_equal((int)api_simulator_count(api, "") - before, i == 0 ? 2 : 3);
	}
	release(&m);
}

static void test_P26_a_clock_is_no_excuse(void **state)
{
	struct made m;
	struct err e;

	(void)state;
	api_simulator_fault(api, "", "skew:1200");
	make(&m, "hmac-query");
	setenv("TEST_SECRET", "wrong", 1);
	e = fails(&m, by_id, ERR_AUTH, "your clock is 20 min behind 127.0.0.1 (HTTP 401)");
	assert_int_equal(e.code, 401);
	assert_int_equal(api_simulator_count(api, ""), 2);
	release(&m);
	/* Nothing in a password depends on the time. */
	api_simulator_forget(api);
	make(&m, "basic");
	setenv("TEST_SECRET", "wrong", 1);
	fails(&m, by_id, ERR_AUTH, "HTTP 401: bad credentials");
	assert_int_equal(api_simulator_count(api, ""), 1);
	release(&m);
	/* Who is off by more than a day is not believed. */
	api_simulator_forget(api);
	api_simulator_fault(api, "", "skew:90000");
	make(&m, "hmac-query");
	fails(&m, by_id, ERR_AUTH, "your clock is 1500 min behind");
	assert_int_equal(api_simulator_count(api, ""), 1);
	release(&m);
}

static void test_slow_answers(void **state)
{
	struct made m;
	struct query q = ask_for(by_id);
	usec before = clock_mono(&clock_system);
	struct seen seen;
	struct err e;

	(void)state;
	make(&m, "hmac-query");
	api_simulator_fault(api, "", "slow:100");
	gives(&m, by_id, THE_LOAD);
	api_simulator_fault(api, "", "slow:30000");
	set(&m, "first_byte_timeout", "1");
	e = fails(&m, by_id, ERR_TIMEOUT, "first byte");
	assert_true(e.transient);
	q.deadline = clock_mono(&clock_system) + 300 * USEC_MS;
	assert_false(run_query(&m, &q, &seen, NULL, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_true(clock_mono(&clock_system) - before < 5 * USEC_SEC);
	seen_release(&seen);
	release(&m);
}

struct canceller {
	struct cancel cancel;
	usec fired;
};

static void *cancel_when_asked(void *ctx)
{
	struct canceller *c = ctx;

	api_simulator_wait(api, 1, 10);
	c->fired = clock_mono(&clock_system);
	cancel_fire(&c->cancel);
	return NULL;
}

static void test_cancel(void **state)
{
	struct canceller c = { .fired = 0 };
	struct query q = ask_for(by_id);
	struct made m;
	struct seen seen;
	struct err e = { 0 };
	pthread_t thread;
	usec ended;

	(void)state;
	make(&m, "hmac-query");
	api_simulator_fault(api, "", "slow:30000");
	assert_true(cancel_init(&c.cancel, &e));
	assert_int_equal(pthread_create(&thread, NULL, cancel_when_asked, &c), 0);
	assert_false(run_query(&m, &q, &seen, &c.cancel, &e));
	ended = clock_mono(&clock_system);
	pthread_join(thread, NULL);
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_true(ended - c.fired < 5 * USEC_SEC);
	cancel_release(&c.cancel);
	seen_release(&seen);
	release(&m);
}

/* ---- TLS and health ---------------------------------------------------------------------------- */

static void test_P31_tls(void **state)
{
	struct err e = { 0 };
	char *dir = temp_dir("rest-tls", &e), path[3][256], url[64];
	struct api_options o = { .data = data, .app = "demo-app", .secret = SECRET,
				 .cert_file = path[0], .key_file = path[1] };
	struct api_simulator *plain = api;
	struct made m;

	(void)state;
	assert_non_null(dir);
	snprintf(path[0], sizeof(path[0]), "%s/server.crt", dir);
	snprintf(path[1], sizeof(path[1]), "%s/server.key", dir);
	snprintf(path[2], sizeof(path[2]), "%s/ca.crt", dir);
	if (!tls_files(dir, &e))
		fail_msg("%s", e.text);
	api = api_simulator_start(&o, &e);
	if (!api)
		fail_msg("%s", e.text);
	make(&m, "hmac-query");
	snprintf(url, sizeof(url), "https://localhost:%u", api_simulator_port(api));
	set(&m, "url", url);
	fails(&m, by_id, ERR_TRUST, "certificate");
	assert_int_equal(api_simulator_count(api, ""), 0);
	set(&m, "ca_file", path[2]);
	gives(&m, by_id, THE_LOAD);
	release(&m);
	api_simulator_stop(api);
	api = plain;
	temp_dir_remove(dir);
	free(dir);
}

static bool check_health(const char *auth, const char *path, const char *ok_field, const char *absent,
			 struct health *h, struct err *e)
{
	struct made m;
	void *conn;
	bool ok;

	make(&m, auth);
	set(&m, "health_path", path);
	set(&m, "health_ok", ok_field);
	set(&m, "health_absent", absent);
	set(&m, "health_refused", "their hint");
	assert_true(rest_ops.prepare(&m.source, e));
	conn = rest_ops.open(&m.source, e);
	assert_non_null(conn);
	ok = rest_ops.check(conn, clock_mono(&clock_system) + 5 * USEC_SEC, NULL, h, e);
	rest_ops.close(conn);
	release(&m);
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
	assert_int_equal(api_simulator_count(api, A_LOAD "&app_id="), 1);
	assert_true(check_health("basic", NO_LOAD, "statusCode=200", "true", &h, &e));
	assert_string_equal(h.detail, "GET /api/v1/tracking gave HTTP 404, for it knows no such thing");
	api_simulator_fault(api, "", "skew:-600");
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
		api_simulator_fault(api, "", faults[i].spec);
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
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
		TEST(test_P31_tls),
		TEST(test_health_really_asks),
		TEST(test_health_says_what_is_wrong),
		TEST(test_health_takes_no_answer_of_others),
	};

	if (!clients_init(NULL))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
