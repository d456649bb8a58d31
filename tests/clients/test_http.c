#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/http.h"
#include "clients/http_head.h"
#include "tests/support/client_fixture.h"
#include "tests/support/fault_server.h"
#include "tests/support/gzip.h"
#include "tests/support/http_run.h"

/* ---- what goes out ---- */

static void a_request_is_plain(void **state)
{
	static const struct fault_step script[] = {
		{ .send = OK_HEAD "Content-Length: 2\r\n\r\nok" }, { .then = script },
	};
	static const char *const headers[] = { "X-Api-Key: sesame", NULL };
	struct fault_server s;
	struct run x;
	char url[160];

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	fault_start(&s, script);
	run_begin_at(&x, &s);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/a/../b%%2f?x=1", s.port);
	x.req = (struct http_request){
		.method = "POST", .url = url, .headers = headers, .body = "hello", .body_len = 5,
		.user = "u", .password = "p:w", .deadline = in_ms(5000),
	};
	assert_true(run_go(&x));
	assert_true(x.r.complete);
	assert_true(x.r.sent);
	assert_int_equal(x.r.status, 200);
	assert_string_equal(buf_str(&x.body), "ok");
	pthread_mutex_lock(&s.lock);
	assert_int_equal(strncmp(s.request, "POST /a/../b%2f?x=1 HTTP/1.1\r\n", 30), 0);
	assert_non_null(strstr(s.request, "\r\nAuthorization: Basic dTpwOnc=\r\n"));
	assert_non_null(strstr(s.request, "\r\nX-Api-Key: sesame\r\n"));
	assert_non_null(strstr(s.request, "\r\n\r\nhello"));
	assert_null(strstr(s.request, "Expect:"));
	assert_null(strstr(s.request, "Cookie:"));
	pthread_mutex_unlock(&s.lock);
	/* The same connection again, and nothing left over from the first request. */
	x.req = (struct http_request){ .method = "GET", .url = x.url, .deadline = in_ms(5000) };
	assert_true(run_go(&x));
	assert_int_equal(atomic_load(&s.connections), 1);
	assert_int_equal(atomic_load(&s.requests), 2);
	pthread_mutex_lock(&s.lock);
	assert_null(strstr(s.request, "Authorization:"));
	assert_null(strstr(s.request, "sesame"));
	pthread_mutex_unlock(&s.lock);
	unsetenv("http_proxy");
	fault_stop(&s);
	run_end(&x);
}

static void fields_are_multipart(void **state)
{
	static const struct fault_step script[] = {
		{ .send = OK_HEAD "Content-Length: 0\r\n\r\n" }, { 0 },
	};
	static const struct http_field fields[] = {
		{ "query", "SELECT 1", 8, false }, { "p", "a\tb\n", 4, true },
	};
	struct fault_server s;
	struct run x;

	(void)state;
	fault_start(&s, script);
	run_begin_at(&x, &s);
	x.req.method = "POST";
	x.req.fields = fields;
	x.req.nfields = 2;
	assert_true(run_go(&x));
	pthread_mutex_lock(&s.lock);
	assert_non_null(strstr(s.request, "name=\"query\"\r\n\r\nSELECT 1\r\n"));
	assert_non_null(strstr(s.request, "name=\"p\"; filename=\"p\"\r\n"));
	assert_non_null(strstr(s.request, "\r\n\r\na\tb\n\r\n"));
	pthread_mutex_unlock(&s.lock);
	fault_stop(&s);
	run_end(&x);
}

static void another_origin_gets_nothing(void **state)
{
	static const struct fault_step script[] = { { .send = OK_HEAD "\r\n" }, { 0 } };
	static const char *const urls[] = {
		"http://127.0.0.1:%u/", "https://localhost:%u/", "http://localhost:%u@127.0.0.1/",
		"file:///etc/passwd", "//127.0.0.1:%u/", "not a url",
	};
	struct fault_server s;
	struct run x;

	(void)state;
	fault_start(&s, script);
	run_begin(&x, "http", "localhost", s.port);
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		char url[100];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(url, sizeof(url), urls[i], s.port);
#pragma GCC diagnostic pop
		x.req.url = url;
		assert_false(run_go(&x));
		assert_true(x.e.kind == ERR_TRUST || x.e.kind == ERR_CONFIG);
		assert_false(x.r.sent);
	}
	assert_int_equal(atomic_load(&s.connections), 0);
	fault_stop(&s);
	run_end(&x);
}

/* ---- what comes back ---- */

static void the_head_is_read(void **state)
{
	static const struct fault_step script[] = {
		{ .send = "HTTP/1.1 103 Early Hints\r\nRetry-After: 99\r\nContent-Type: a/b\r\n\r\n"
			  "HTTP/1.1 503 Busy\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			  "content-TYPE:  Text/HTML ; charset=x\r\nRetry-After: 5\r\n"
			  "X-ClickHouse-Exception-Tag: dmrdfnujjqvszhav\r\n"
			  "X-ClickHouse-Exception-Code: 241\r\nContent-Length: 1\r\n\r\nx" },
		{ 0 },
	};
	struct run x;

	(void)state;
	assert_true(run_against(&x, script));
	assert_int_equal(x.r.status, 503);
	assert_string_equal(x.r.content_type, "text/html");
	assert_string_equal(x.r.exception_tag, "dmrdfnujjqvszhav");
	assert_int_equal(x.r.exception_code, 241);
	assert_int_equal(x.r.retry_after_ms, 5000);
	assert_true(x.r.skew_ms < -INT64_C(30) * 365 * 86400 * 1000);
	http_status_err(x.source, &x.r, buf_str(&x.body), x.body.len, &x.e);
	assert_int_equal(x.e.kind, ERR_QUOTA);
	assert_true(x.e.transient);
	assert_int_equal(x.e.retry_after_ms, 5000);
	run_end(&x);
}

static void test_P24_retry_after_has_two_forms(void **state)
{
	/* A date is read by the server's clock: ten seconds after its own Date. */
	static const struct fault_step script[] = {
		{ .send = "HTTP/1.1 429 Slow down\r\nRetry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n"
			  "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n" },
		{ 0 },
	};
	const usec now = INT64_C(784111777) * USEC_SEC; /* Sun, 06 Nov 1994 08:49:37 GMT */
	struct run x;

	(void)state;
	assert_int_equal(http_retry_after_ms("5", now), 5000);
	assert_int_equal(http_retry_after_ms(" 120 ", now), 120000);
	assert_int_equal(http_retry_after_ms("0", now), 1);
	assert_int_equal(http_retry_after_ms("99999999999999999999", now), INT_MAX);
	assert_int_equal(http_retry_after_ms("Sun, 06 Nov 1994 08:49:47 GMT", now), 10000);
	assert_int_equal(http_retry_after_ms("Sun, 06 Nov 1994 08:49:07 GMT", now), 1);
	assert_int_equal(http_retry_after_ms("soon", now), 0);
	assert_int_equal(http_retry_after_ms("5x", now), 0);
	assert_int_equal(http_retry_after_ms("", now), 0);
	assert_int_equal(http_retry_after_ms("-1", now), 0);

	assert_true(run_against(&x, script));
	assert_in_range(x.r.retry_after_ms, 8000, 11000);
	http_status_err(x.source, &x.r, "", 0, &x.e);
	assert_int_equal(x.e.kind, ERR_QUOTA);
	assert_int_equal(x.e.code, 429);
	run_end(&x);
}

#define LIMIT_HEAD "HTTP/1.1 403 Forbidden\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n"

static void check_limit(const char *head, enum err_kind kind, int least, int most)
{
	const struct fault_step script[] = { { .send = head }, { 0 } };
	struct run x;

	assert_true(run_against(&x, script));
	http_status_err(x.source, &x.r, "", 0, &x.e);
	assert_int_equal(x.e.kind, kind);
	assert_int_equal(x.e.transient, kind == ERR_QUOTA);
	assert_in_range(x.e.retry_after_ms, least, most);
	run_end(&x);
}

/* Half a second either way: Date has whole seconds. */
static void test_P24_limits_say_when_they_end(void **state)
{
	(void)state;
	check_limit(LIMIT_HEAD "\r\n", ERR_AUTH, 0, 0);
	check_limit(LIMIT_HEAD "X-RateLimit-Remaining: 7\r\nX-RateLimit-Reset: 784111797\r\n\r\n", ERR_AUTH, 0, 0);
	check_limit(LIMIT_HEAD "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 784111797\r\n\r\n", ERR_QUOTA,
		    19000, 20000);
	check_limit(LIMIT_HEAD "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1994-11-06T08:49:47Z\r\n\r\n",
		    ERR_QUOTA, 9000, 10000);
	check_limit(LIMIT_HEAD "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 12\r\n\r\n", ERR_QUOTA, 12000, 12000);
	check_limit(LIMIT_HEAD "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: soon\r\n\r\n", ERR_QUOTA, 0, 0);
	check_limit(LIMIT_HEAD "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 784111797\r\nRetry-After: 3\r\n\r\n",
		    ERR_QUOTA, 3000, 3000);
	check_limit(LIMIT_HEAD "Retry-After: 60\r\n\r\n", ERR_QUOTA, 60000, 60000);
	check_limit("HTTP/1.1 429 Slow\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n"
		    "X-RateLimit-Reset: 1994-11-06T08:50Z\r\n\r\n", ERR_QUOTA, 22000, 23000);
}

static void check_next(const char *links, const char *want)
{
	struct http_response r = { 0 };
	struct http_head h = { .response = &r };

	http_head_line(&h, "HTTP/1.1 200 OK", 15, 0);
	http_head_line(&h, links, strlen(links), 0);
	http_head_line(&h, "", 0, 0);
	assert_string_equal(r.next, want);
}

static void the_next_page_is_one_of_the_links(void **state)
{
	char all[3000];

	(void)state;
	check_next("Link: <https://h/a?page=1>; rel=\"prev\", <https://h/a?page=3>; rel=\"next\"", "https://h/a?page=3");
	check_next("link:</a,b;c>;title=\"x, <y>; rel=next\";REL=next", "/a,b;c");
	check_next("Link: </l>; rel=\"last  NEXT\"", "/l");
	check_next("Link: </l>; rel=\"nextish\", </m>; xrel=next", "");
	check_next("Link: </cut", "");
	check_next("Link: rel=next", "");
	check_next("Link: , ,;;<>", "");
	snprintf(all, sizeof(all), "Link: </%02100d>;rel=next", 1);
	check_next(all, " ");
}

static void test_P24_statuses_have_kinds(void **state)
{
	static const struct {
		long status;
		enum err_kind kind;
		bool transient;
	} cases[] = {
		{ 400, ERR_REMOTE, false }, { 401, ERR_AUTH, false }, { 403, ERR_AUTH, false },
		{ 404, ERR_REMOTE, false }, { 408, ERR_REMOTE, true }, { 429, ERR_QUOTA, true },
		{ 500, ERR_REMOTE, true }, { 503, ERR_REMOTE, true }, { 302, ERR_TRUST, false },
		{ 304, ERR_TRUST, false },
	};
	struct source s = { .name = "orders" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_response r = { .status = cases[i].status };
		struct err e = { 0 };

		assert_false(http_status_err(&s, &r, "no \x1b[2J such\nthing", 17, &e));
		assert_int_equal(e.kind, cases[i].kind);
		assert_int_equal(e.code, cases[i].status);
		assert_int_equal(e.transient, cases[i].transient);
		assert_int_equal(strncmp(e.text, "orders: HTTP ", 13), 0);
		assert_null(strchr(e.text, '\x1b'));
	}
}

static void test_P19_a_login_page_is_named(void **state)
{
	struct source s = { .name = "orders" };
	struct http_response r = { .status = 403, .content_type = "text/html" };
	struct err e = { 0 };

	(void)state;
	http_status_err(&s, &r, "<html>", 6, &e);
	assert_non_null(strstr(e.text, "login page?"));
	assert_null(strstr(e.text, "<html>"));
}

static void test_P20_redirects_are_refused(void **state)
{
	static const unsigned statuses[] = { 301, 302, 303, 307, 308 };
	static const struct fault_step other_script[] = { { .send = OK_HEAD "\r\n" }, { 0 } };
	struct fault_server other;

	(void)state;
	fault_start(&other, other_script);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		char head[200];
		struct fault_step script[] = { { .send = head }, { 0 } };
		struct run x;

		snprintf(head, sizeof(head), "HTTP/1.1 %u Go\r\nLocation: http://127.0.0.1:%u/x?canary"
			 "\r\nContent-Length: 0\r\n\r\n", statuses[i], other.port);
		assert_true(run_against(&x, script));
		assert_int_equal(x.r.status, statuses[i]);
		http_status_err(x.source, &x.r, "", 0, &x.e);
		assert_int_equal(x.e.kind, ERR_TRUST);
		snprintf(head, sizeof(head), "http://127.0.0.1:%u/x", other.port);
		assert_says(&x, head);
		run_end(&x);
	}
	assert_int_equal(atomic_load(&other.connections), 0);
	fault_stop(&other);
}

/* ---- bodies that break off, lie or never end ---- */

static void test_P17_every_cut_is_seen(void **state)
{
	static const char whole[] = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
	static const char sized[] = OK_HEAD "Content-Length: 5\r\n\r\nhello";
	const char *const bodies[] = { whole, sized };

	(void)state;
	for (size_t b = 0; b < 2; b++) {
		/* The very last line end is no news. */
		for (size_t n = 1, len = strlen(bodies[b]) - (b == 0 ? 2 : 0); n < len; n += 3) {
			struct fault_step script[] = { { .send = bodies[b], .len = n }, { 0 } };
			struct run x;

			assert_false(run_against(&x, script));
			assert_int_equal(x.e.kind, ERR_NETWORK);
			assert_int_equal(x.e.transient, x.body.len == 0);
			assert_false(x.r.complete);
			assert_int_equal(x.r.received, x.body.len);
			run_end(&x);
		}
	}
}

static void test_P17_lengths_that_lie(void **state)
{
	static const struct fault_step larger[] = {
		{ .send = OK_HEAD "Content-Length: 100\r\n\r\nhello" }, { 0 },
	};
	static const struct fault_step smaller[] = {
		{ .send = OK_HEAD "Content-Length: 3\r\n\r\nhello" }, { 0 },
	};
	static const struct fault_step chunk[] = {
		{ .send = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n" }, { 0 },
	};
	static const struct fault_step reset[] = {
		{ .send = OK_HEAD "Content-Length: 100\r\n\r\nhello" },
		{ .reset = true, .gap_ms = 100 }, { 0 },
	};
	const struct fault_step *const broken[] = { larger, chunk, reset };
	struct run x;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_false(run_against(&x, broken[i]));
		assert_int_equal(x.e.kind, ERR_NETWORK);
		assert_says(&x, "broke after 5 bytes");
		assert_false(x.e.transient);
		assert_string_equal(buf_str(&x.body), "hello");
		run_end(&x);
	}
	assert_true(run_against(&x, smaller));
	assert_string_equal(buf_str(&x.body), "hel");
	run_end(&x);
}

static void what_is_not_http(void **state)
{
	static const struct fault_step banner[] = { { .send = "SSH-2.0-x\r\n\r\nhello\r\n" }, { 0 } };
	static const struct fault_step nothing[] = { { 0 } };
	static const struct fault_step flood[] = {
		{ .send = OK_HEAD }, { .send = "X-A: bbbbbbbbbbbbbbbb\r\n", .times = FAULT_FOREVER }, { 0 },
	};
	static const struct fault_step coding[] = {
		{ .send = OK_HEAD "Content-Encoding: x-unknown\r\nContent-Length: 1\r\n\r\nx" }, { 0 },
	};
	static const struct fault_step bad_gzip[] = {
		{ .send = OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip" }, { 0 },
	};
	const struct fault_step *const scripts[] = { banner, nothing, flood, coding, bad_gzip };

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		struct run x;

		assert_false(run_against(&x, scripts[i]));
		assert_true(x.e.kind == ERR_NETWORK || x.e.kind == ERR_DECODE);
		assert_int_equal(strncmp(x.e.text, "orders: ", 8), 0);
		assert_int_equal(x.body.len, 0);
		run_end(&x);
	}
}

static void test_P16_an_endless_body_stops_at_the_ceiling(void **state)
{
	static const struct fault_step script[] = {
		{ .send = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n" },
		{ .send = "10\r\n0123456789abcdef\r\n", .times = FAULT_FOREVER }, { 0 },
	};
	struct fault_server s;
	struct run x;

	(void)state;
	fault_start(&s, script);
	run_begin_at(&x, &s);
	x.req.max_bytes = 100001;
	assert_false(run_go(&x));
	assert_int_equal(x.e.kind, ERR_LIMIT);
	assert_says(&x, "100001 bytes");
	assert_int_equal(x.body.len, 100001);
	fault_stop(&s);
	run_end(&x);
}

static void test_P15_a_bomb_stops_at_the_ceiling(void **state)
{
	struct buf bomb = BUF_INIT;
	char head[200];
	struct fault_step script[] = { { .send = head }, { 0 }, { 0 } };
	struct fault_server s;
	struct run x;

	(void)state;
	gzip_zeros(&bomb, 200000); /* 50 MB in 325 kB */
	snprintf(head, sizeof(head), OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
		 bomb.len);
	script[1] = (struct fault_step){ .send = bomb.data, .len = bomb.len };
	fault_start(&s, script);
	run_begin_at(&x, &s);
	x.req.max_bytes = 1 << 20;
	assert_false(run_go(&x));
	assert_int_equal(x.e.kind, ERR_LIMIT);
	assert_int_equal(x.body.len, 1 << 20);
	assert_int_equal(x.body.data[12345], 0);
	fault_stop(&s);
	run_end(&x);
	buf_release(&bomb);
}

static void the_receiver_can_refuse(void **state)
{
	static const struct fault_step script[] = {
		{ .send = OK_HEAD "Content-Length: 5\r\n\r\nhello" }, { 0 },
	};
	struct fault_server s;
	struct run x;

	(void)state;
	fault_start(&s, script);
	run_begin_at(&x, &s);
	x.refuse = true;
	assert_false(run_go(&x));
	assert_string_equal(x.e.text, "refused by the test");
	assert_int_equal(x.e.kind, ERR_DECODE);
	fault_stop(&s);
	run_end(&x);
}

/* P15: what was not asked for, twice the same, no gzip at all, a wrong checksum. */
static void test_P15_encodings_that_lie(void **state)
{
	static const char *const encodings[] = { "x-unknown", "gzip, gzip", "gzip, x-unknown", "gzip" };
	struct buf zeros = BUF_INIT;
	char head[200];
	struct fault_step script[] = { { .send = head }, { .send = "hello" }, { 0 } };
	struct run x;

	(void)state;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings); i++) {
		snprintf(head, sizeof(head), OK_HEAD "Content-Encoding: %s\r\nContent-Length: 5\r\n\r\n",
			 encodings[i]);
		assert_false(run_against(&x, script));
		assert_true(x.e.kind == ERR_DECODE || x.e.kind == ERR_NETWORK);
		assert_int_equal(strncmp(x.e.text, "orders: ", 8), 0);
		assert_int_equal(x.body.len, 0);
		run_end(&x);
	}
	gzip_zeros(&zeros, 100);
	buf_put(&zeros, "wrong\0\0\0", 8);
	snprintf(head, sizeof(head), OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
		 zeros.len);
	script[1] = (struct fault_step){ .send = zeros.data, .len = zeros.len };
	assert_false(run_against(&x, script));
	assert_int_equal(strncmp(x.e.text, "orders: ", 8), 0);
	run_end(&x);
	buf_release(&zeros);
	/* Two files in one: libcurl unpacks the first. */
	gzip_put(&zeros, "one", 3);
	gzip_put(&zeros, "two", 3);
	snprintf(head, sizeof(head), OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
		 zeros.len);
	script[1] = (struct fault_step){ .send = zeros.data, .len = zeros.len };
	assert_false(run_against(&x, script));
	assert_int_equal(x.e.kind, ERR_DECODE);
	assert_says(&x, "more follows the end of what is compressed");
	run_end(&x);
	buf_release(&zeros);
}

/* ---- escapes ---- */

static void escapes(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_true(http_escape(&b, "aZ09-._~ +/&=?%\n\xc3\xa9", 18));
	assert_string_equal(b.data, "aZ09-._~%20%2B%2F%26%3D%3F%25%0A%C3%A9");
	buf_clear(&b);
	assert_true(http_form_escape(&b, "a b+c\0d", 7));
	assert_string_equal(b.data, "a+b%2Bc%00d");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_plain),
		cmocka_unit_test(fields_are_multipart),
		cmocka_unit_test(another_origin_gets_nothing),
		cmocka_unit_test(the_head_is_read),
		cmocka_unit_test(test_P24_retry_after_has_two_forms),
		cmocka_unit_test(test_P24_limits_say_when_they_end),
		cmocka_unit_test(the_next_page_is_one_of_the_links),
		cmocka_unit_test(test_P24_statuses_have_kinds),
		cmocka_unit_test(test_P19_a_login_page_is_named),
		cmocka_unit_test(test_P20_redirects_are_refused),
		cmocka_unit_test(test_P17_every_cut_is_seen),
		cmocka_unit_test(test_P17_lengths_that_lie),
		cmocka_unit_test(what_is_not_http),
		cmocka_unit_test(test_P16_an_endless_body_stops_at_the_ceiling),
		cmocka_unit_test(test_P15_a_bomb_stops_at_the_ceiling),
		cmocka_unit_test(test_P15_encodings_that_lie),
		cmocka_unit_test(the_receiver_can_refuse),
		cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests_name("HTTP", tests, clients_start, clients_stop);
}
