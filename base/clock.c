#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TIME_FIRST (INT64_C(-62135596800) * USEC_SEC)     /* 0001-01-01T00:00:00Z */
#define TIME_LAST  (INT64_C(253402300800) * USEC_SEC - 1) /* 9999-12-31T23:59:59.999999Z */

static usec read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * USEC_SEC + ts.tv_nsec / 1000;
}

static usec system_mono(const struct clock *c)
{
	(void)c;
	return read_clock(CLOCK_MONOTONIC);
}

static usec system_wall(const struct clock *c)
{
	return read_clock(CLOCK_REALTIME) + c->offset;
}

const struct clock clock_system = { system_mono, system_wall, 0 };

struct clock clock_shifted(usec wall_now)
{
	struct clock c = clock_system;

	c.offset = wall_now - now_wall();
	return c;
}

/* Days since 1970-01-01 in the Gregorian calendar: years are counted from
 * March, so that the leap day is the last of its year. */
static int64_t days_from_date(int y, int m, int d)
{
	int era, yoe, doy, doe;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return (int64_t)era * 146097 + doe - 719468;
}

static int days_in_month(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return days[m - 1] + (m == 2 && leap);
}

/* What is left to read. */
struct scan {
	const char *p, *end;
};

static bool digit(const struct scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool take(struct scan *s, char c)
{
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* Exactly n digits, min..max. */
static bool number(struct scan *s, int n, int min, int max, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!digit(s))
			return false;
		v = v * 10 + (*s->p++ - '0');
	}
	*out = v;
	return v >= min && v <= max;
}

static bool scan_date(struct scan *s, usec *out)
{
	int y, m, d;

	if (!number(s, 4, 1, 9999, &y) || !take(s, '-') ||
	    !number(s, 2, 1, 12, &m) || !take(s, '-') ||
	    !number(s, 2, 1, days_in_month(y, m), &d))
		return false;
	*out = days_from_date(y, m, d) * USEC_DAY;
	return true;
}

/* One to nine digits; what is finer than a microsecond is dropped. */
static bool scan_fraction(struct scan *s, usec *out)
{
	usec unit = USEC_SEC;
	int n = 0;

	for (; digit(s) && n < 9; n++) {
		unit /= 10;
		*out += (*s->p++ - '0') * unit;
	}
	return n > 0;
}

static bool scan_clock(struct scan *s, usec *out)
{
	int h, m, sec;

	if (!number(s, 2, 0, 23, &h) || !take(s, ':') ||
	    !number(s, 2, 0, 59, &m) || !take(s, ':') ||
	    !number(s, 2, 0, 59, &sec))
		return false;
	*out += h * USEC_HOUR + m * USEC_MIN + sec * USEC_SEC;
	return !take(s, '.') || scan_fraction(s, out);
}

/* Z, " UTC" (Trino), +hh, +hhmm, +hh:mm, or nothing, which means UTC. */
static bool scan_zone(struct scan *s, usec *out)
{
	int sign, h, m = 0;

	if (s->p == s->end || take(s, 'Z'))
		return true;
	if (s->end - s->p == 4 && memcmp(s->p, " UTC", 4) == 0) {
		s->p += 4;
		return true;
	}
	sign = take(s, '+') ? 1 : take(s, '-') ? -1 : 0;
	if (sign == 0 || !number(s, 2, 0, 18, &h))
		return false;
	if ((take(s, ':') || digit(s)) && !number(s, 2, 0, 59, &m))
		return false;
	*out -= sign * (h * USEC_HOUR + m * USEC_MIN);
	return true;
}

static bool scan_stamp(struct scan *s, usec *out)
{
	usec t;

	if (!scan_date(s, &t))
		return false;
	if (s->p < s->end) {
		if (!take(s, 'T') && !take(s, ' '))
			return false;
		if (!scan_clock(s, &t) || !scan_zone(s, &t))
			return false;
	}
	*out = t;
	return s->p == s->end;
}

/* The unit shows in the size: seconds reach the year 5138 before the
 * milliseconds of 1973 begin, and so on. */
static bool scan_epoch(struct scan *s, usec *out)
{
	int64_t v = 0;

	for (; digit(s); s->p++) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, *s->p - '0', &v))
			return false;
	}
	if (s->p != s->end)
		return false;
	if (v < INT64_C(100000000000))
		*out = v * USEC_SEC;
	else if (v < INT64_C(100000000000000))
		*out = v * USEC_MS;
	else if (v < INT64_C(100000000000000000))
		*out = v;
	else
		*out = v / 1000;
	return true;
}

bool time_parse(const char *in, size_t len, usec *out)
{
	struct scan s = { in, in + len };
	usec t;

	if (len == 0)
		return false;
	if (len > 4 && in[4] == '-') {
		if (!scan_stamp(&s, &t))
			return false;
	} else if (!scan_epoch(&s, &t)) {
		return false;
	}
	if (t < TIME_FIRST || t > TIME_LAST)
		return false;
	*out = t;
	return true;
}

/* The inverse of days_from_date(). */
static void date_from_days(int64_t days, int *y, int *m, int *d)
{
	int64_t z = days + 719468;
	int era = (int)(z / 146097);
	int doe = (int)(z % 146097);
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;

	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = yoe + era * 400 + (*m <= 2);
}

static const char *format(char out[static TIME_TEXT_MAX], usec t, bool ms, char between,
			  const char *zone)
{
	char frac[8] = "";
	int64_t days, rest;
	unsigned sec, ms_part;
	int y, m, d;

	out[0] = '\0';
	if (t < TIME_FIRST || t > TIME_LAST)
		return out;
	days = (t - TIME_FIRST) / USEC_DAY + TIME_FIRST / USEC_DAY;
	rest = t - days * USEC_DAY;
	date_from_days(days, &y, &m, &d);
	sec = (unsigned)(rest / USEC_SEC);
	ms_part = (unsigned)(rest % USEC_SEC / USEC_MS) % 1000;
	if (ms)
		snprintf(frac, sizeof(frac), ".%03u", ms_part);
	/* The remainders tell the compiler that it fits. */
	snprintf(out, TIME_TEXT_MAX, "%04u-%02u-%02u%c%02u:%02u:%02u%s%s",
		 (unsigned)y % 10000, (unsigned)m % 100, (unsigned)d % 100, between,
		 sec / 3600 % 24, sec / 60 % 60, sec % 60, frac, zone);
	return out;
}

const char *time_iso(char out[static TIME_TEXT_MAX], usec t, bool ms)
{
	return format(out, t, ms, 'T', "Z");
}

const char *time_sql(char out[static TIME_TEXT_MAX], usec t, bool ms)
{
	return format(out, t, ms, ' ', "");
}

const char *time_span(char out[static TIME_SPAN_MAX], usec span)
{
	const char *sign = span < 0 ? "-" : "";
	uint64_t us = span < 0 ? -(uint64_t)span : (uint64_t)span;
	uint64_t sec = us / USEC_SEC;

	if (us < 100 * USEC_MS)
		snprintf(out, TIME_SPAN_MAX, "%s%" PRIu64 "ms", sign, us / USEC_MS);
	else if (sec < 10)
		snprintf(out, TIME_SPAN_MAX, "%s%" PRIu64 ".%" PRIu64 "s", sign, sec,
			 us % USEC_SEC / (100 * USEC_MS));
	else if (sec < 60)
		snprintf(out, TIME_SPAN_MAX, "%s%" PRIu64 "s", sign, sec);
	else if (sec < 3600)
		snprintf(out, TIME_SPAN_MAX, "%s%" PRIu64 "m%02" PRIu64 "s", sign, sec / 60,
			 sec % 60);
	else if (sec < 48 * 3600)
		snprintf(out, TIME_SPAN_MAX, "%s%" PRIu64 "h", sign, sec / 3600);
	else
		snprintf(out, TIME_SPAN_MAX, "%s%" PRIu64 "d", sign, sec / 86400);
	return out;
}
