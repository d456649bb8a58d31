/* What looks like a secret is taken out of a text, and what does not stays. */
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"

#define X "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"

static struct redact *redact;

static void becomes(const char *text, const char *want, size_t hidden)
{
	struct buf out = BUF_INIT;
	size_t n = 0;

	assert_true(redact_put(redact, &out, text, strlen(text), &n));
	assert_string_equal(buf_str(&out), want);
	assert_int_equal(n, hidden);
	buf_release(&out);
}

static void named_secrets_go(void **state)
{
	(void)state;
	becomes("password=hunter2 user=alice", "password=" X " user=alice", 1);
	becomes("{\"api_key\": \"abc\", \"id\": 7}", "{\"api_key\": \"" X "\", \"id\": 7}", 1);
	becomes("Authorization: Bearer abc.def-123", "Authorization: Bearer " X, 1);
	becomes("Authorization: Basic dXNlcjpwYXNz==", "Authorization: Basic " X, 1);
	becomes("sent with bearer 0123456789abcdef", "sent with bearer " X, 1);
	becomes("GET /x?a=1&X-Amz-Signature=00ff&b=2", "GET /x?a=1&X-Amz-Signature=" X "&b=2", 1);
	becomes("app_id=x&signature=v1aa&TOKEN = zz", "app_id=x&signature=" X "&TOKEN = " X, 2);
	becomes("PASSWORD: a, secret: b", "PASSWORD: " X ", secret: " X, 2);
}

/* As logs write them: quoted, quoted within a quote, as Ruby, as XML, as an address. */
static void a_secret_goes_to_its_end(void **state)
{
	(void)state;
	becomes("{\"password\": \"two words, \\\"and\\\" more\", \"id\": 7}", "{\"password\": \"" X "\", \"id\": 7}", 1);
	becomes("{\"msg\":\"{\\\"password\\\":\\\"two words\\\",\\\"id\\\":7}\"}",
		"{\"msg\":\"{\\\"password\\\":\\\"" X "\\\",\\\"id\\\":7}\"}", 1);
	becomes("{\"password\"=>\"a b\", :token=>'c d', :id=>7}", "{\"password\"=>\"" X "\", :token=>'" X "', :id=>7}", 2);
	becomes("<wsse:Password Type=\"x\">a b</wsse:Password><id>7</id>",
		"<wsse:Password Type=\"x\">" X "</wsse:Password><id>7</id>", 1);
	becomes("body=%22password%22%3A%22hunter2%22&id=7", "body=%22password%22%3A%22" X "&id=7", 1);
	becomes("sv=2024&sig=abc%2Fdef&se=x", "sv=2024&sig=" X "&se=x", 1);
	becomes("Authorization: AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature=0f",
		"Authorization: " X, 1);
	becomes("{\"Authorization\":\"Digest username=\\\"u\\\"", "{\"Authorization\":\"" X "\\\"u\\\"", 1);
	becomes("Cookie: sid=1; theme=dark\nX: y", "Cookie: " X "\nX: y", 1);
	becomes("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY----- after",
		"-----BEGIN RSA PRIVATE KEY-----" X "-----END RSA PRIVATE KEY----- after", 1);
}

static void secrets_are_known_by_their_form(void **state)
{
	(void)state;
	becomes("https://user:pw@host/path", "https://user:" X "@host/path", 1);
	becomes("id eyJhbGciOi.eyJzdWIiOi.c2ln end", "id " X " end", 1);
	becomes("AKIAIOSFODNN7EXAMPLE", X, 1);
	becomes("key sk-ant-0123456789abcdefghij.", "key " X ".", 1);
	becomes("ghp_0123456789abcdefghij0123 xoxb-1234567890-abc", X " " X, 2);
	becomes("github_pat_11AAAAAAA0123456789_abcdef ATATT3xFfGF0123456789abcdef=1A", X " " X, 2);
	becomes("00D5g000004hcXY!AQ4AQFakeSession.Id0123", X, 1);
}

static void the_rest_stays(void **state)
{
	static const char *const texts[] = {
		"", "Norbrook Foods", "HTTP 401: invalid signature", "NB-2026-004417 | HLXU8120447", "https://host:8443/x",
		"the token was refused", "2026-01-23T14:22:07Z", "basic auth", "http://a/b@c", "author: me",
		"gr\xc3\xbc\xc3\x9f \xff raw",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		becomes(texts[i], texts[i], 0);
}

static void the_environment_s_secrets_go(void **state)
{
	static const char *const names[] = { "REDACT_TEST_KEY", "REDACT_TEST_SHORT" };

	(void)state;
	setenv(names[0], "correct horse", 1);
	setenv(names[1], "load", 1);
	secret_seal_env(names, 2);
	becomes("it said correct horse twice: correct horse", "it said " X " twice: " X, 2);
	becomes("a load", "a load", 0);
}

/* From a file, a helper or a store: as long as somebody holds it. */
static void what_is_held_goes(void **state)
{
	struct secret some = SECRET_INIT, more = SECRET_INIT, twice = SECRET_INIT;

	(void)state;
	assert_true(secret_set(&some, "battery-staple", 14, NULL));
	assert_true(secret_set(&more, "battery-staple-and-more", 23, NULL));
	assert_true(secret_set(&twice, "battery-staple", 14, NULL));
	becomes("x battery-staple-and-more y battery-staple z", "x " X " y " X " z", 2);
	secret_release(&some);
	becomes("battery-staple", X, 1);
	assert_true(secret_set(&twice, "another one", 11, NULL));
	secret_release(&more);
	becomes("battery-staple battery-staple-and-more another one", "battery-staple battery-staple-and-more " X, 1);
	secret_release(&twice);
	becomes("another one", "another one", 0);
}

static int begin(void **state)
{
	struct err e = { 0 };

	(void)state;
	redact = redact_new(&e);
	return redact ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	redact_free(redact);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_secrets_go),
		cmocka_unit_test(a_secret_goes_to_its_end),
		cmocka_unit_test(secrets_are_known_by_their_form),
		cmocka_unit_test(the_rest_stays),
		cmocka_unit_test(the_environment_s_secrets_go),
		cmocka_unit_test(what_is_held_goes),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
