/* Patterns of users over bytes of strangers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/regex.h"

enum { LONG_LINE = 1 << 20 };

static struct regex *make(const char *pattern)
{
	struct err e = { 0 };
	struct regex *r = regex_new(pattern, strlen(pattern), &e);

	if (!r)
		fail_msg("%s: %s", pattern, e.text);
	return r;
}

static enum regex_result find(const char *pattern, const char *in, size_t len, size_t *start,
                              size_t *end)
{
	struct regex *r = make(pattern);
	enum regex_result result = regex_find(r, in, len, 0, start, end);

	regex_free(r);
	return result;
}

static void matches_are_found(void **state)
{
	static const struct { const char *pattern, *in; enum regex_result want; size_t start, end; } cases[] = {
		{ "40[13]", "status 403", REGEX_YES, 7, 10 },
		{ "acme", "the ACME load", REGEX_YES, 4, 8 },
		{ "Acme", "the ACME load", REGEX_NO, 0, 0 },
		{ "\\Sx", "ax", REGEX_YES, 0, 2 },
		{ "^$", "", REGEX_YES, 0, 0 },
		{ "ü", "für", REGEX_YES, 1, 3 },
		{ "b", "\xff\xfe b", REGEX_YES, 3, 4 },
		{ ".", "\xff", REGEX_NO, 0, 0 },
		{ "a.c", "a\nc", REGEX_YES, 0, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t start = 0, end = 0;

		assert_int_equal(find(cases[i].pattern, cases[i].in, strlen(cases[i].in), &start, &end),
		                 cases[i].want);
		assert_int_equal(end, cases[i].end);
		assert_true(start <= end);
	}
}

static void a_search_goes_on_after_a_match(void **state)
{
	struct regex *r = make("a");
	size_t start, end;

	(void)state;
	assert_int_equal(regex_find(r, "banana", 6, 2, &start, &end), REGEX_YES);
	assert_int_equal(start, 3);
	assert_int_equal(regex_find(r, "banana", 6, 6, &start, &end), REGEX_NO);
	regex_free(r);
}

static void mistakes_are_named_with_their_place(void **state)
{
	char longest[REGEX_PATTERN_MAX + 2];
	struct err e = { 0 };

	(void)state;
	assert_null(regex_new("a(b", 3, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_non_null(strstr(e.text, "at character 4"));
	memset(longest, 'a', sizeof longest);
	assert_null(regex_new(longest, sizeof longest - 1, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "1024"));
	memset(longest, '(', sizeof longest);
	assert_null(regex_new(longest, 1000, &e));
}

/* P10: an answer, or "too costly", within a second. */
static void test_P10_hostile_patterns_end(void **state)
{
	static const char *const patterns[] = {
		"(a+)+$", "(a|aa)+$", "(a*)*\\1b", "((a{1,100}){1,100}){1,10}", "a*\\d", "(.*)*x\\1$",
		"(?:a?){30}a{30}$", "(*NO_JIT)(a+)+$", "(?R)?a+$", "(a(?1)?)+$", ".*.*.*.*\\d",
	};
	char *line = malloc(LONG_LINE);
	size_t start, end;

	(void)state;
	assert_non_null(line);
	memset(line, 'a', LONG_LINE);
	line[LONG_LINE - 1] = '!';
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		for (size_t len = 30; len <= LONG_LINE; len = len < 2000 ? len + 1970 : len * 8 + 120000) {
			struct err e = { 0 };
			usec began = clock_mono(&clock_system), took;
			struct regex *r = regex_new(patterns[i], strlen(patterns[i]), &e);

			if (!r)
				assert_non_null(strstr(e.text, "too costly"));
			else
				regex_find(r, line + LONG_LINE - len, len, 0, &start, &end);
			regex_free(r);
			took = clock_mono(&clock_system) - began;
			if (took > USEC_SEC)
				fail_msg("%s on %zu bytes took %ld ms", patterns[i], len, (long)(took / USEC_MS));
		}
	}
	assert_int_equal(find("(a+)+$", line, LONG_LINE, &start, &end), REGEX_COSTLY);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_are_found),
		cmocka_unit_test(a_search_goes_on_after_a_match),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(test_P10_hostile_patterns_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
