/* The signature profiles against frozen vectors. Those of hmac-query are the
 * platform's own; the others were computed with Python's hmac and checked with
 * `openssl dgst -sha1 -hmac`. */
#include "clients/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define AT_093045 (INT64_C(1768469445) * USEC_SEC) /* 2026-01-15 09:30:45 */
#define AT_093005 (INT64_C(1768469405) * USEC_SEC)
#define AT_DEC_1  (INT64_C(1764547200) * USEC_SEC) /* 2025-12-01 00:00:00 */

static struct sign_request request(const char *secret, const char *app, usec now)
{
	return (struct sign_request){
		.method = "GET", .path = "/api/v1/tracking", .body = "",
		.app = app, .secret = secret, .secret_len = strlen(secret), .now = now,
	};
}

struct signed_parts {
	struct buf query, headers;
};

static struct signed_parts apply(const char *profile, struct sign_request r, const char *query)
{
	struct signed_parts out = { BUF_INIT, BUF_INIT };
	struct err e = { 0 };

	assert_non_null(sign_find(profile));
	buf_puts(&out.query, query);
	assert_true(sign_apply(sign_find(profile), &r, &out.query, &out.headers, &e));
	return out;
}

static void expect(const char *profile, struct sign_request r, const char *query,
		   const char *headers)
{
	struct signed_parts out = apply(profile, r, "");

	assert_string_equal(buf_str(&out.query), query);
	assert_string_equal(buf_str(&out.headers), headers);
	buf_release(&out.query);
	buf_release(&out.headers);
}

static void test_golden_vectors(void **state)
{
	(void)state;
	expect("hmac-query", request("testsecret", "airflow-worker", AT_093045),
	       "app_id=airflow-worker&timestamp=20260115093045"
	       "&signature=dDOLtvmuNRjuDEGUzF3939Lpig8%3D", "");
	expect("hmac-query", request("testsecret", "airflow-worker", AT_093005),
	       "app_id=airflow-worker&timestamp=20260115093005"
	       "&signature=%2B4xzhbWjWSdlOK3oT8xUy%2BHe%2F3U%3D", "");
	expect("hmac-query", request("s3cr3t-key", "demo-app", AT_DEC_1),
	       "app_id=demo-app&timestamp=20251201000000"
	       "&signature=2jXR1eScEe%2B0oahG2L2GftJfINo%3D", "");
}

static void test_url_safe_profile(void **state)
{
	(void)state;
	expect("hmac-client", request("testsecret", "airflow-worker", AT_093005),
	       "client_id=airflow-worker&signature=-4xzhbWjWSdlOK3oT8xUy-He_3U%3D"
	       "&timestamp=20260115093005", "");
}

static void test_header_profile(void **state)
{
	static const char body[] = "{\"load_ids\":[\"U110045871\"],\"page\":0}";
	struct sign_request r = request("testsecret", "airflow-worker", AT_093045);

	(void)state;
	expect("hmac-headers", r, "",
	       "X-FourKitesDeviceId: airflow-worker\n"
	       "X-FourKitesSignature: e781f27609ac948a75e96b20b04678e315ca9a81\n"
	       "X-FourKitesTimestamp: 1768469445\n");
	r.method = "POST";
	r.path = "/api/v1/tracking/search";
	r.body = body;
	r.body_len = sizeof(body) - 1;
	expect("hmac-headers", r, "",
	       "X-FourKitesDeviceId: airflow-worker\n"
	       "X-FourKitesSignature: 234142dea59604a53c034f2618d906d1253a05e1\n"
	       "X-FourKitesTimestamp: 1768469445\n");
}

static void test_follows_the_endpoints_own_parameters(void **state)
{
	struct signed_parts out = apply("hmac-query",
					request("testsecret", "airflow-worker", AT_093045),
					"tracking_ids=1&locale=en");

	(void)state;
	assert_string_equal(buf_str(&out.query),
			    "tracking_ids=1&locale=en&app_id=airflow-worker"
			    "&timestamp=20260115093045&signature=dDOLtvmuNRjuDEGUzF3939Lpig8%3D");
	buf_release(&out.query);
	buf_release(&out.headers);
}

static void refuse(const char *profile, struct sign_request r, enum err_kind kind)
{
	struct buf query = BUF_INIT, headers = BUF_INIT;
	struct err e = { 0 };

	assert_false(sign_apply(sign_find(profile), &r, &query, &headers, &e));
	assert_int_equal(e.kind, kind);
	assert_int_equal(query.len, 0);
	assert_int_equal(headers.len, 0);
	buf_release(&query);
	buf_release(&headers);
}

static void test_refusals(void **state)
{
	(void)state;
	assert_null(sign_find("hmac"));
	refuse("hmac-query", request("", "app", AT_DEC_1), ERR_CONFIG);
	refuse("hmac-query", request("s", "", AT_DEC_1), ERR_CONFIG);
	refuse("hmac-headers", request("s", "app\r\nX-Evil: 1", AT_DEC_1), ERR_CONFIG);
	refuse("hmac-client", request("s", "app", -USEC_DAY), ERR_INTERNAL);
	refuse("hmac-client", request("s", "app", INT64_MAX), ERR_INTERNAL);
}

static void test_escapes_the_app_once(void **state)
{
	struct signed_parts out = apply("hmac-query", request("s", "a b&c", AT_DEC_1), "");

	(void)state;
	assert_int_equal(strncmp(buf_str(&out.query), "app_id=a+b%26c&timestamp=", 25), 0);
	buf_release(&out.query);
	buf_release(&out.headers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_vectors),
		cmocka_unit_test(test_url_safe_profile),
		cmocka_unit_test(test_header_profile),
		cmocka_unit_test(test_follows_the_endpoints_own_parameters),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_escapes_the_app_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
