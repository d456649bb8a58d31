#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define T0 INT64_C(1769178031000000) /* 2026-01-23T14:20:31Z */

static void good(const char *in, usec want)
{
	usec t = TIME_NONE;

	if (!time_parse(in, strlen(in), &t))
		fail_msg("refused: %s", in);
	if (t != want)
		fail_msg("%s: %lld, not %lld", in, (long long)t, (long long)want);
}

static void source_forms_are_read(void **state)
{
	(void)state;
	good("2026-01-23 14:20:31", T0);
	good("2026-01-23T14:20:31", T0);
	good("2026-01-23T14:20:31Z", T0);
	good("2026-01-23 14:20:31 UTC", T0);
	good("2026-01-23 14:20:31.5", T0 + 500000);
	good("2026-01-23 14:20:31.123456", T0 + 123456);
	good("2026-01-23T14:20:31.123456789Z", T0 + 123456);
	good("2026-01-23 15:20:31+01", T0);
	good("2026-01-23T15:50:31+01:30", T0);
	good("2026-01-23T12:50:31-0130", T0);
	good("2026-01-23", T0 - (14 * USEC_HOUR + 20 * USEC_MIN + 31 * USEC_SEC));
	good("2024-02-29", INT64_C(1709164800) * USEC_SEC);
	good("2000-02-29", INT64_C(951782400) * USEC_SEC);
	good("0001-01-01", INT64_C(-62135596800) * USEC_SEC);
	good("9999-12-31T23:59:59.999999Z", INT64_C(253402300799) * USEC_SEC + 999999);
	good("1969-12-31 23:59:59.999999", -1);
}

static void epochs_are_read_by_magnitude(void **state)
{
	(void)state;
	good("0", 0);
	good("1769178031", T0);
	good("1769178031123", T0 + 123000);
	good("1769178031123456", T0 + 123456);
	good("1769178031123456789", T0 + 123456);
	good("99999999999", INT64_C(99999999999) * USEC_SEC);
	good("100000000000", INT64_C(100000000000) * USEC_MS);
	good("9223372036854775807", INT64_C(9223372036854775));
}

static void test_P62_everything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "-1", "+1", "NaN", "1e308", "1.5", "infinity", "null", "yesterday",
		"2026-01-23 ", " 2026-01-23", "2026-1-23", "2026-01-23T", "2026-01-23x",
		"2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-02-29", "1900-02-29",
		"0000-01-01", "10000-01-01", "292277026596-12-04", "2026-01-23 24:00:00",
		"2026-01-23 14:60:00", "2016-12-31 23:59:60", "2026-01-23 14:20",
		"2026-01-23 14:20:31.", "2026-01-23 14:20:31.1234567890",
		"2026-01-23 14:20:31Zx", "2026-01-23 14:20:31+", "2026-01-23 14:20:31+1",
		"2026-01-23 14:20:31+19", "2026-01-23 14:20:31+01:", "2026-01-23 14:20:31+01:60",
		"2026-01-23 14:20:31+01:301", "2026-01-23 14:20:31 CET", "2026-01-23Z",
		"0001-01-01T00:00:00+01", "9999-12-31T23:59:59-01", "9223372036854775808",
		"99999999999999999999", "2026-01-23\x1b",
	};
	usec t = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (time_parse(bad[i], strlen(bad[i]), &t))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_false(time_parse("2026-01-23\0", 11, &t));
	assert_true(t == 42);
}

static void the_length_bounds_the_reading(void **state)
{
	static const char full[] = "2026-01-23T14:20:31.123456+01:30";
	usec t;

	(void)state;
	for (size_t len = 0; len < sizeof(full); len++) {
		/* On the heap, so that a sanitizer sees a byte too many. */
		char *copy = malloc(len ? len : 1);

		assert_non_null(copy);
		memcpy(copy, full, len);
		(void)time_parse(copy, len, &t);
		free(copy);
	}
	assert_true(time_parse(full, 10, &t));
}

static void texts_are_written(void **state)
{
	char s[TIME_TEXT_MAX];

	(void)state;
	assert_string_equal(time_iso(s, T0 + 123456, false), "2026-01-23T14:20:31Z");
	assert_string_equal(time_iso(s, T0 + 123456, true), "2026-01-23T14:20:31.123Z");
	assert_string_equal(time_sql(s, T0, false), "2026-01-23 14:20:31");
	assert_string_equal(time_sql(s, T0 + 9000, true), "2026-01-23 14:20:31.009");
	assert_string_equal(time_iso(s, -1, true), "1969-12-31T23:59:59.999Z");
	assert_string_equal(time_iso(s, TIME_NONE, true), "");
	assert_string_equal(time_iso(s, INT64_MAX, true), "");
}

static void writing_and_reading_agree(void **state)
{
	unsigned seed = 3;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int64_t days = -719162 + rand_r(&seed) % 3652059;
		usec t = days * USEC_DAY + (usec)(rand_r(&seed) % 86400000) * USEC_MS, back;
		char s[TIME_TEXT_MAX];

		time_sql(s, t, true);
		assert_true(time_parse(s, strlen(s), &back));
		assert_true(back == t);
		time_iso(s, t, true);
		assert_true(time_parse(s, strlen(s), &back));
		assert_true(back == t);
	}
}

static void spans_are_short(void **state)
{
	static const struct {
		usec span;
		const char *text;
	} cases[] = {
		{ 0, "0ms" }, { 84 * USEC_MS, "84ms" }, { 99999, "99ms" }, { 400 * USEC_MS, "0.4s" },
		{ 9990 * USEC_MS, "9.9s" }, { 26 * USEC_SEC, "26s" }, { 60 * USEC_SEC, "1m00s" },
		{ 192 * USEC_SEC, "3m12s" }, { 5 * USEC_HOUR, "5h" }, { 47 * USEC_HOUR, "47h" },
		{ 12 * USEC_DAY, "12d" }, { -26 * USEC_SEC, "-26s" },
		{ INT64_MIN, "-106751991d" }, { INT64_MAX, "106751991d" },
	};
	char s[TIME_SPAN_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(time_span(s, cases[i].span), cases[i].text);
}

static void test_P63_a_shifted_clock_runs_on(void **state)
{
	struct clock c = clock_shifted(T0);
	usec wall = clock_wall(&c), mono = clock_mono(&c);

	(void)state;
	assert_true(wall >= T0 && wall < T0 + USEC_MIN);
	assert_true(clock_mono(&clock_system) >= mono);
	assert_true(clock_mono(&clock_system) - mono < USEC_MIN);
	assert_true(clock_wall(&c) >= wall);
	assert_true(clock_wall(&clock_system) > INT64_C(1700000000) * USEC_SEC);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(source_forms_are_read),
		cmocka_unit_test(epochs_are_read_by_magnitude),
		cmocka_unit_test(test_P62_everything_else_is_refused),
		cmocka_unit_test(the_length_bounds_the_reading),
		cmocka_unit_test(texts_are_written),
		cmocka_unit_test(writing_and_reading_agree),
		cmocka_unit_test(spans_are_short),
		cmocka_unit_test(test_P63_a_shifted_clock_runs_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
