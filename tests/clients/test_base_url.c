/* Addresses of HTTP sources: what is read, what is refused, and that libcurl's own
 * parser sees the same origin in everything that we accept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "clients/base_url.h"

static const struct { const char *text, *origin; } good[] = {
	{ "https://ch.example", "https://ch.example:443" },
	{ "http://ch.example/", "http://ch.example:80" },
	{ "https://CH.Example:8443/a/b", "https://ch.example:8443" },
	{ "https://10.0.0.7:1", "https://10.0.0.7:1" },
	{ "http://[::1]:8123/x", "http://[::1]:8123" },
	{ "HTTPS://a_b-c.d:65535/", "https://a_b-c.d:65535" },
};

static const char *const bad[] = {
	"", "ch.example", "ftp://ch.example", "https:/ch.example", "https:///x", "https://",
	"https://u@ch.example", "https://ch.example@evil.example", "https://ch.example?x",
	"https://ch.example#x", "https://ch.example\\@evil", "https://ch.ex ample", "https://a\tb",
	"https://a\n", "https://a:", "https://a:0", "https://a:65536", "https://a:999999",
	"https://a:80x", "https://[::1", "https://[]", "https://[::1]x", "https://a,b", "https://\xc3\xa9",
};

static void test_good_addresses(void **state)
{
	struct base_url u;
	char origin[300];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_null(base_url_parse(good[i].text, &u));
		assert_true(base_url_origin(&u, origin, sizeof origin));
		assert_string_equal(origin, good[i].origin);
	}
	assert_false(base_url_origin(&u, origin, 5));
}

static void test_bad_addresses(void **state)
{
	struct base_url u;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!base_url_parse(bad[i], &u))
			fail_msg("accepted: %s", bad[i]);
}

/* Two parsers that disagree about the host would send credentials astray. */
static void test_libcurl_sees_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		CURLU *c = curl_url();
		char *host = NULL, *port = NULL, origin[300];

		assert_int_equal(curl_url_set(c, CURLUPART_URL, good[i].text, 0), CURLUE_OK);
		assert_int_equal(curl_url_get(c, CURLUPART_HOST, &host, 0), CURLUE_OK);
		assert_int_equal(curl_url_get(c, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT), CURLUE_OK);
		snprintf(origin, sizeof origin, "%s:%s", host, port);
		assert_int_equal(strcasecmp(origin, strstr(good[i].origin, "://") + 3), 0);
		curl_free(host);
		curl_free(port);
		curl_url_cleanup(c);
	}
}

static void test_loopback(void **state)
{
	(void)state;
	assert_true(host_is_loopback("localhost"));
	assert_true(host_is_loopback("127.0.0.1"));
	assert_true(host_is_loopback("[::1]"));
	assert_false(host_is_loopback("127.evil.example"));
	assert_false(host_is_loopback("localhost.example"));
	assert_false(host_is_loopback("10.0.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_addresses), cmocka_unit_test(test_bad_addresses),
		cmocka_unit_test(test_libcurl_sees_the_same), cmocka_unit_test(test_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
