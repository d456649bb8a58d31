#include "base/tz.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 << 10, TIMES_MAX = 4096, TYPES_MAX = 256, CHARS_MAX = 512, HEAD = 44 };
enum { DAY = 86400, HOUR = 3600 };

static const char folder[] = "/usr/share/zoneinfo/";

struct type {
	long offset;
	char abbr[TZ_ABBR_MAX];
};

/* "M3.2.0/2": the second Sunday of March, at two. */
struct rule {
	int month, week, day;
	long time;
};

struct tz {
	char name[TZ_NAME_MAX];
	int64_t *times;              /* from then on a type holds, ascending */
	unsigned char *which;
	size_t ntimes;
	struct type types[TYPES_MAX];
	size_t ntypes;
	/* What the last line says of the time behind the last of them. */
	bool has_tail, has_rules;
	struct type standard, summer;
	struct rule begin, end;
};

/* ---- the last line: "CET-1CEST,M3.5.0,M10.5.0/3" -------------------------------------- */

static bool read_abbr(const char **at, char out[static TZ_ABBR_MAX])
{
	const char *from = *at;
	bool quoted = *from == '<';
	size_t n = 0;

	for (from += quoted; quoted ? *from && *from != '>' : isalpha((unsigned char)*from); from++)
		if (n + 1 < TZ_ABBR_MAX)
			out[n++] = *from;
	out[n] = '\0';
	*at = from + (quoted && *from == '>');
	return n > 0;
}

static bool read_number(const char **at, int max, int *out)
{
	int n = 0, digits = 0;

	for (; digits < 4 && isdigit((unsigned char)**at); ++*at, digits++)
		n = n * 10 + (**at - '0');
	*out = n;
	return digits && n <= max;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool read_time(const char **at, long *out)
{
	int sign = **at == '-' ? -1 : 1, part[3] = { 0 };

	*at += **at == '-' || **at == '+';
	for (int i = 0; i < 3; i++) {
		if (i && **at != ':')
			break;
		*at += i > 0;
		if (!read_number(at, i ? 59 : 167, &part[i]))
			return false;
	}
	*out = sign * (part[0] * (long)HOUR + part[1] * 60L + part[2]);
	return true;
}

static bool read_rule(const char **at, struct rule *r)
{
	if (strncmp(*at, ",M", 2) != 0)
		return false;
	*at += 2;
	r->time = 2L * HOUR;
	if (!read_number(at, 12, &r->month) || !r->month || *(*at)++ != '.' || !read_number(at, 5, &r->week) ||
	    !r->week || *(*at)++ != '.' || !read_number(at, 6, &r->day))
		return false;
	if (**at != '/')
		return true;
	++*at;
	return read_time(at, &r->time);
}

/* Offsets there count to the west. */
static bool read_tail(struct tz *z, const char *at)
{
	if (!read_abbr(&at, z->standard.abbr) || !read_time(&at, &z->standard.offset))
		return false;
	z->standard.offset = -z->standard.offset;
	z->has_tail = true;
	if (!*at)
		return true;
	if (!read_abbr(&at, z->summer.abbr))
		return false;
	z->summer.offset = z->standard.offset + HOUR;
	if (*at && *at != ',') {
		if (!read_time(&at, &z->summer.offset))
			return false;
		z->summer.offset = -z->summer.offset;
	}
	z->has_rules = read_rule(&at, &z->begin) && read_rule(&at, &z->end) && !*at;
	return z->has_rules;
}

/* Days since 1970; the usual algorithm over eras of 400 years. */
static int64_t days_from(int64_t y, int m, int d)
{
	int64_t era, doe;
	int yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = (int)(y - era * 400);
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static int64_t year_of(int64_t when)
{
	int64_t days = when / DAY - (when % DAY < 0);
	int64_t y = 1970 + days / 146097 * 400;     /* near, however far it is */

	y += days % 146097 / 366;
	while (days_from(y + 1, 1, 1) <= days)
		y++;
	while (days_from(y, 1, 1) > days)
		y--;
	return y;
}

static int64_t rule_time(const struct rule *r, int64_t year)
{
	int64_t first = days_from(year, r->month, 1);
	int64_t next = r->month == 12 ? days_from(year + 1, 1, 1) : days_from(year, r->month + 1, 1);
	int weekday = (int)(((first + 4) % 7 + 7) % 7);
	int64_t day = first + (r->day - weekday + 7) % 7 + 7 * (r->week - 1);

	while (day >= next)
		day -= 7;
	return day * DAY + r->time;
}

static const struct type *by_tail(const struct tz *z, int64_t when)
{
	int64_t year = year_of(when + z->standard.offset), begin, end;

	if (!z->has_rules)
		return &z->standard;
	begin = rule_time(&z->begin, year) - z->standard.offset;
	end = rule_time(&z->end, year) - z->summer.offset;
	if (begin < end)
		return when >= begin && when < end ? &z->summer : &z->standard;
	return when >= end && when < begin ? &z->standard : &z->summer;
}

/* ---- the file ------------------------------------------------------------------------------ */

struct counts {
	size_t isut, isstd, leap, times, types, chars;
};

static uint32_t big32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t big(const unsigned char *p, size_t width)
{
	if (width == 4)
		return (int32_t)big32(p);
	return (int64_t)((uint64_t)big32(p) << 32 | big32(p + 4));
}

static bool read_head(const unsigned char *p, size_t len, struct counts *c)
{
	if (len < HEAD || memcmp(p, "TZif", 4) != 0)
		return false;
	*c = (struct counts){ big32(p + 20), big32(p + 24), big32(p + 28), big32(p + 32), big32(p + 36),
	                      big32(p + 40) };
	return c->isut <= TYPES_MAX && c->isstd <= TYPES_MAX && c->leap <= TIMES_MAX && c->times <= TIMES_MAX &&
	       c->types > 0 && c->types <= TYPES_MAX && c->chars <= CHARS_MAX;
}

static size_t body_size(const struct counts *c, size_t width)
{
	return c->times * (width + 1) + c->types * 6 + c->chars + c->leap * (width + 4) + c->isstd + c->isut;
}

static bool read_types(struct tz *z, const unsigned char *p, const struct counts *c)
{
	const char *chars = (const char *)p + c->types * 6;

	z->ntypes = c->types;
	for (size_t i = 0; i < c->types; i++, p += 6) {
		size_t at = p[5];

		if (at >= c->chars)
			return false;
		z->types[i].offset = (int32_t)big32(p);
		snprintf(z->types[i].abbr, TZ_ABBR_MAX, "%.*s", (int)strnlen(chars + at, c->chars - at), chars + at);
	}
	return true;
}

static bool read_body(struct tz *z, const unsigned char *p, size_t len, const struct counts *c, size_t width)
{
	if (len < body_size(c, width))
		return false;
	z->times = calloc(c->times + 1, sizeof *z->times);
	z->which = calloc(c->times + 1, 1);
	if (!z->times || !z->which)
		return false;
	z->ntimes = c->times;
	for (size_t i = 0; i < c->times; i++) {
		z->times[i] = big(p + i * width, width);
		z->which[i] = p[c->times * width + i];
		if (z->which[i] >= c->types || (i && z->times[i] <= z->times[i - 1]))
			return false;
	}
	return read_types(z, p + c->times * (width + 1), c);
}

/* From version 2 on the same follows with longer times, and a last line. */
static bool read_file(struct tz *z, const unsigned char *p, size_t len)
{
	struct counts c;
	size_t skip;
	char tail[80];

	if (!read_head(p, len, &c))
		return false;
	if (p[4] < '2')
		return read_body(z, p + HEAD, len - HEAD, &c, 4);
	skip = HEAD + body_size(&c, 4);
	if (len < skip || !read_head(p + skip, len - skip, &c))
		return false;
	p += skip + HEAD;
	len -= skip + HEAD;
	if (!read_body(z, p, len, &c, 8))
		return false;
	p += body_size(&c, 8);
	len -= body_size(&c, 8);
	if (len < 2 || *p != '\n' || len - 2 >= sizeof tail)
		return true;
	snprintf(tail, sizeof tail, "%.*s", (int)(len - 2), (const char *)p + 1);
	return !*tail || read_tail(z, tail);
}

struct tz *tz_parse(const void *data, size_t len, const char *name, struct err *e)
{
	struct tz *z = calloc(1, sizeof *z);

	if (!z) {
		err_set(e, ERR_MEMORY, 0, "out of memory for a time zone");
		return NULL;
	}
	snprintf(z->name, sizeof z->name, "%s", name);
	if (read_file(z, data, len))
		return z;
	tz_free(z);
	err_set(e, ERR_CONFIG, 0, "%s%s is no zone file", folder, name);
	return NULL;
}

void tz_free(struct tz *z)
{
	if (!z)
		return;
	free(z->times);
	free(z->which);
	free(z);
}

/* It becomes part of a path. */
static bool is_name(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";

	return isalpha((unsigned char)*s) && strlen(s) < TZ_NAME_MAX && s[strspn(s, allowed)] == '\0' &&
	       !strstr(s, "//");
}

struct tz *tz_load(const char *name, struct err *e)
{
	char path[sizeof folder + TZ_NAME_MAX];
	unsigned char *data;
	struct tz *z = NULL;
	struct stat st;
	ssize_t n = -1;
	int fd;

	if (!is_name(name)) {
		err_set(e, ERR_CONFIG, 0, "'%.60s' cannot be the name of a zone (as Europe/Amsterdam is)", name);
		return NULL;
	}
	snprintf(path, sizeof path, "%s%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	data = malloc(FILE_MAX);
	if (data && fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
		n = read(fd, data, FILE_MAX);
	if (n >= 0)
		z = tz_parse(data, (size_t)n, name, e);
	else
		err_set(e, ERR_CONFIG, fd < 0 ? errno : 0, "no zone '%s' below %s (package tzdata)", name, folder);
	free(data);
	if (fd >= 0)
		close(fd);
	return z;
}

const char *tz_name(const struct tz *z)
{
	return z->name;
}

/* ---- times -------------------------------------------------------------------------------- */

static const struct type *type_at(const struct tz *z, int64_t when)
{
	size_t lo = 0, hi = z->ntimes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (z->times[mid] <= when)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == z->ntimes && z->has_tail)
		return by_tail(z, when);
	return &z->types[lo ? z->which[lo - 1] : 0];
}

long tz_offset(const struct tz *z, int64_t when, const char **abbr)
{
	const struct type *t = type_at(z, when);

	if (abbr)
		*abbr = t->abbr;
	return t->offset;
}
