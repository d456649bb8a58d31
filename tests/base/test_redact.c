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

static void secrets_are_known_by_their_form(void **state)
{
	(void)state;
	becomes("https://user:pw@host/path", "https://user:" X "@host/path", 1);
	becomes("id eyJhbGciOi.eyJzdWIiOi.c2ln end", "id " X " end", 1);
	becomes("AKIAIOSFODNN7EXAMPLE", X, 1);
	becomes("key sk-ant-0123456789abcdefghij.", "key " X ".", 1);
	becomes("ghp_0123456789abcdefghij0123 xoxb-1234567890-abc", X " " X, 2);
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
		cmocka_unit_test(secrets_are_known_by_their_form),
		cmocka_unit_test(the_rest_stays),
		cmocka_unit_test(the_environment_s_secrets_go),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
