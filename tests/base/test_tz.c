/* Zones beside the C library's own reading of the same files, and files that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/tz.h"

static const char *const zones[] = {
	"Europe/Amsterdam", "America/Halifax", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
	"Europe/Dublin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "UTC",
	"America/St_Johns", "Pacific/Chatham", "Asia/Tehran",
};

static void compare(const struct tz *z, int64_t when)
{
	time_t t = (time_t)when;
	const char *abbr;
	struct tm tm;
	long offset = tz_offset(z, when, &abbr);

	assert_non_null(localtime_r(&t, &tm));
	if (offset != tm.tm_gmtoff || strcmp(abbr, tm.tm_zone) != 0)
		fail_msg("%s at %lld: %ld %s, not %ld %s", tz_name(z), (long long)when, offset, abbr, tm.tm_gmtoff,
		         tm.tm_zone);
}

/* Every 13 hours, from 1970 far behind the last change that the files name. */
static void test_as_the_library_reads_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
		struct err e = { 0 };
		struct tz *z = tz_load(zones[i], &e);

		if (!z)
			fail_msg("%s", e.text);
		setenv("TZ", zones[i], 1);
		tzset();
		for (int64_t t = 0; t < INT64_C(4102444800) + 40 * INT64_C(31556952); t += 13 * 3600 + 7)
			compare(z, t);
		compare(z, -1);
		tz_free(z);
	}
}

static void test_names(void **state)
{
	static const char *const wrong[] = {
		"", "../etc/passwd", "Europe/../../etc/passwd", "/etc/localtime", "Europe//Paris", "Nowhere/Town",
		"Europe", "Europe/Paris\n", "tzdata.zi", "Europe/Amsterdam-and-a-name-that-is-much-too-long-for-it",
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		e = (struct err){ 0 };
		assert_null(tz_load(wrong[i], &e));
		assert_int_equal(e.kind, ERR_CONFIG);
	}
}

static size_t read_zone(unsigned char *data, size_t size)
{
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Amsterdam", "rb");
	size_t n;

	assert_non_null(f);
	n = fread(data, 1, size, f);
	fclose(f);
	return n;
}

/* Cut anywhere, changed anywhere: an error or a zone that answers, never more. */
static void test_files_that_lie(void **state)
{
	static unsigned char data[8192], copy[8192];
	size_t n = read_zone(data, sizeof data);
	struct err e = { 0 };
	struct tz *z;

	(void)state;
	for (size_t len = 0; len < n; len++) {
		unsigned char *exact = malloc(len ? len : 1);

		memcpy(exact, data, len);
		z = tz_parse(exact, len, "cut", &e);
		if (z)
			tz_offset(z, INT64_MAX / 2, NULL);
		tz_free(z);
		free(exact);
	}
	srand(7);
	for (int i = 0; i < 20000; i++) {
		memcpy(copy, data, n);
		for (int k = rand() % 4; k >= 0; k--)
			copy[(size_t)rand() % n] = (unsigned char)rand();
		z = tz_parse(copy, n, "changed", &e);
		for (int k = 0; z && k < 4; k++)
			tz_offset(z, (int64_t)rand() * rand() * (k % 2 ? 1 : -1), NULL);
		tz_free(z);
	}
}

/* A file as other systems make them: no times, only the last line. */
static void test_the_last_line(void **state)
{
	static const struct { const char *line; int64_t when; long offset; const char *abbr; } tries[] = {
		{ "EST5EDT,M3.2.0,M11.1.0", 1767225600, -18000, "EST" },               /* 2026-01-01 */
		{ "EST5EDT,M3.2.0,M11.1.0", 1782864000, -14400, "EDT" },               /* 2026-07-01 */
		{ "EST5EDT,M3.2.0,M11.1.0", 1772953199, -18000, "EST" },               /* 2026-03-08 06:59:59 */
		{ "EST5EDT,M3.2.0,M11.1.0", 1772953200, -14400, "EDT" },
		{ "NZST-12NZDT,M9.5.0,M4.1.0/3", 1767225600, 46800, "NZDT" },
		{ "NZST-12NZDT,M9.5.0,M4.1.0/3", 1782864000, 43200, "NZST" },
		{ "<-03>3", 1767225600, -10800, "-03" },
		{ "<+0545>-5:45", 1767225600, 20700, "+0545" },
	};
	static const char *const wrong[] = { "5", "EST", "EST5EDT,J60,J300", "EST5EDT,M13.1.0,M1.1.0", "EST5EDT,M3.2" };
	unsigned char data[300];

	(void)state;
	for (size_t i = 0; i < sizeof tries / sizeof tries[0] + sizeof wrong / sizeof wrong[0]; i++) {
		size_t right = sizeof tries / sizeof tries[0];
		const char *line = i < right ? tries[i].line : wrong[i - right], *abbr;
		static const unsigned char head[44] = { 'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4 };
		static const unsigned char body[10] = { 0, 0, 0, 0, 0, 0, 'L', 'M', 'T', 0 };
		size_t n = 0;
		struct err e = { 0 };
		struct tz *z;

		for (int twice = 0; twice < 2; twice++) {
			memcpy(data + n, head, sizeof head);
			memcpy(data + n + sizeof head, body, sizeof body);
			n += sizeof head + sizeof body;
		}
		n += (size_t)snprintf((char *)data + n, sizeof data - n, "\n%s\n", line);
		z = tz_parse(data, n, "line", &e);
		if (i >= right) {
			assert_null(z);
			continue;
		}
		assert_non_null(z);
		assert_int_equal(tz_offset(z, tries[i].when, &abbr), tries[i].offset);
		assert_string_equal(abbr, tries[i].abbr);
		tz_free(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_library_reads_them),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_files_that_lie),
		cmocka_unit_test(test_the_last_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
