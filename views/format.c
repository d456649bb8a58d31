#include "views/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool broken_down(usec t, struct zone z, struct tm *out)
{
	time_t s = (time_t)(t / USEC_SEC - (t % USEC_SEC < 0));
	const char *abbr = "UTC";
	long offset;

	if (t == TIME_NONE)
		return false;
	if (z.local)
		return localtime_r(&s, out);
	offset = z.named ? tz_offset(z.named, s, &abbr) : 0;
	s += offset;
	if (!gmtime_r(&s, out))
		return false;
	out->tm_gmtoff = offset;
	out->tm_zone = abbr;
	return true;
}

usec zone_offset(struct zone z, usec t)
{
	struct tm tm;

	return broken_down(t, z, &tm) ? tm.tm_gmtoff * USEC_SEC : 0;
}

static bool same_year(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year;
}

static bool same_day(const struct tm *a, const struct tm *b)
{
	return same_year(a, b) && a->tm_yday == b->tm_yday;
}

/* "2026-01-23". */
static void put_date(char out[static FORMAT_MAX], const struct tm *tm)
{
	snprintf(out, FORMAT_MAX, "%04d-%02d-%02d", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);
}

const char *format_time(char out[static FORMAT_MAX], usec t, struct zone z)
{
	struct tm tm;
	size_t used;

	out[0] = '\0';
	if (!broken_down(t, z, &tm))
		return out;
	put_date(out, &tm);
	used = strlen(out);
	snprintf(out + used, FORMAT_MAX - used, " %02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}

const char *format_short(char out[static FORMAT_MAX], usec t, struct zone z)
{
	struct tm then, now;

	out[0] = '\0';
	if (!broken_down(t, z, &then))
		return out;
	if (broken_down(z.now, z, &now) && same_year(&then, &now))
		snprintf(out, FORMAT_MAX, "%02d-%02d %02d:%02d:%02d", then.tm_mon + 1, then.tm_mday,
		         then.tm_hour, then.tm_min, then.tm_sec);
	else
		put_date(out, &then);
	return out;
}

const char *format_minute(char out[static FORMAT_MAX], usec t, struct zone z)
{
	struct tm then, now;

	out[0] = '\0';
	if (!broken_down(t, z, &then))
		return out;
	if (broken_down(z.now, z, &now) && same_day(&then, &now))
		snprintf(out, FORMAT_MAX, "%02d:%02d", then.tm_hour, then.tm_min);
	else if (broken_down(z.now, z, &now) && same_year(&then, &now))
		snprintf(out, FORMAT_MAX, "%02d-%02d %02d:%02d", then.tm_mon + 1, then.tm_mday,
		         then.tm_hour, then.tm_min);
	else
		put_date(out, &then);
	return out;
}

const char *format_clock(char out[static FORMAT_MAX], usec t, struct zone z, bool seconds)
{
	struct tm tm;

	out[0] = '\0';
	if (!broken_down(t, z, &tm))
		return out;
	if (seconds)
		snprintf(out, FORMAT_MAX, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	else
		snprintf(out, FORMAT_MAX, "%02d:%02d", tm.tm_hour, tm.tm_min);
	return out;
}

/* "Halifax" of America/Halifax, else the abbreviation; one that is a number itself says
 * nothing more. */
static void put_zone_name(char *out, size_t size, struct zone z, const struct tm *tm)
{
	const char *slash = z.named ? strrchr(tz_name(z.named), '/') : NULL;

	if (z.named)
		snprintf(out, size, "%s", slash ? slash + 1 : tz_name(z.named));
	else
		snprintf(out, size, "%s", strpbrk(tm->tm_zone, "+-0123456789") ? "local" : tm->tm_zone);
	for (char *at = out; *at; at++)
		*at = *at == '_' ? ' ' : *at;
}

const char *format_zone_at(char out[static FORMAT_MAX], usec t, struct zone z)
{
	struct tm tm;
	char name[FORMAT_MAX - 10];
	long minutes;

	snprintf(out, FORMAT_MAX, "UTC");
	if (zone_is_utc(z) || !broken_down(t, z, &tm))
		return out;
	put_zone_name(name, sizeof name, z, &tm);
	minutes = labs(tm.tm_gmtoff) / 60;
	snprintf(out, FORMAT_MAX, "%s %c%02ld:%02ld", name, tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60 % 100,
	         minutes % 60);
	return out;
}

const char *format_zone(char out[static FORMAT_MAX], struct zone z)
{
	return format_zone_at(out, z.now, z);
}

const char *format_age(char out[static FORMAT_MAX], usec t, struct zone z)
{
	usec age = t == TIME_NONE ? 0 : z.now - t;

	out[0] = '\0';
	if (age >= 2 * USEC_DAY)
		snprintf(out, FORMAT_MAX, "%ldd old", (long)(age / USEC_DAY));
	else if (age >= 2 * USEC_HOUR)
		snprintf(out, FORMAT_MAX, "%ldh old", (long)(age / USEC_HOUR));
	else if (age >= USEC_MIN)
		snprintf(out, FORMAT_MAX, "%ldm old", (long)(age / USEC_MIN));
	return out;
}

const char *format_running(char out[static FORMAT_MAX], usec span)
{
	long s = span > 0 ? (long)(span / USEC_SEC) : 0;

	if (s < 100)
		snprintf(out, FORMAT_MAX, "%lds", s);
	else
		snprintf(out, FORMAT_MAX, "%ldm%02lds", s / 60, s % 60);
	return out;
}

static const char *scaled(char out[static FORMAT_MAX], uint64_t n, unsigned step,
                          const char *const *units)
{
	double v = (double)n;
	size_t u = 0;

	while (v >= step && units[u + 1]) {
		v /= step;
		u++;
	}
	snprintf(out, FORMAT_MAX, u && v < 100 ? "%.1f%s" : "%.0f%s", v, units[u]);
	return out;
}

const char *format_lag(char out[static FORMAT_MAX], usec lag)
{
	char sign = lag < 0 ? '-' : '+';
	long long s = (lag < 0 ? -lag : lag) / USEC_SEC;

	if (s < 60)
		snprintf(out, FORMAT_MAX, "%c%llds", sign, s);
	else if (s < 3600)
		snprintf(out, FORMAT_MAX, "%c%lldm", sign, s / 60);
	else if (s < 86400)
		snprintf(out, FORMAT_MAX, "%c%lldh%02lldm", sign, s / 3600, s / 60 % 60);
	else
		snprintf(out, FORMAT_MAX, "%c%lldd%lldh", sign, s / 86400, s / 3600 % 24);
	return out;
}

const char *format_bytes(char out[static FORMAT_MAX], uint64_t bytes)
{
	static const char *const units[] = { " B", " KB", " MB", " GB", " TB", NULL };

	return scaled(out, bytes, 1024, units);
}

const char *format_count(char out[static FORMAT_MAX], uint64_t n)
{
	static const char *const units[] = { "", "k", "M", "G", "T", NULL };

	return scaled(out, n, n < 10000 ? 10000 : 1000, units);
}

static struct table_text flag_text(struct cell c)
{
	if (cell_is(c, "true") || cell_is(c, "t") || cell_is(c, "1"))
		return (struct table_text){ "yes", 3, ROLE_TEXT };
	if (cell_is(c, "false") || cell_is(c, "f") || cell_is(c, "0"))
		return (struct table_text){ "no", 2, ROLE_TEXT };
	return (struct table_text){ c.data, c.len, ROLE_TEXT };
}

struct table_text format_cell(const struct column_def *def, struct cell c, struct zone z,
                              char scratch[static TABLE_SCRATCH])
{
	usec t;

	if (cell_is_null(c))
		return (struct table_text){ NULL, 0, ROLE_TEXT };
	if (def->type == COLUMN_FLAG)
		return flag_text(c);
	if (def->type != COLUMN_TIME || !time_parse(c.data, c.len, &t))
		return (struct table_text){ c.data, c.len, ROLE_TEXT };
	format_short(scratch, t, z);
	return (struct table_text){ scratch, strlen(scratch), ROLE_TEXT };
}
