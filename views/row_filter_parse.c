/* Reading a row filter; the language is in row_filter.h. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "views/row_filter_terms.h"

struct reader {
	struct row_filter *f;
	size_t at;
	struct err *e;
};

/* ---- words ------------------------------------------------------------------------- */

static int place(const struct row_filter *f, size_t at)
{
	int n = 1;

	for (size_t i = 0; i < at; i++)
		n += ((unsigned char)f->text[i] & 0xc0) != 0x80;
	return n;
}

static bool wrong(struct reader *r, size_t at, const char *what)
{
	return err_set(r->e, ERR_CONFIG, 0, "%s at character %d", what, place(r->f, at));
}

/* What stands between `quote`s; the last may be missing while it is typed. */
static struct cell quoted(struct reader *r, char quote)
{
	const char *text = r->f->text;
	size_t from = ++r->at;
	struct cell got;

	while (text[r->at] && text[r->at] != quote)
		r->at += text[r->at] == '\\' && quote == '/' && text[r->at + 1] ? 2 : 1;
	got = (struct cell){ text + from, r->at - from };
	r->at += text[r->at] == quote;
	return got;
}

static struct cell word(struct reader *r)
{
	const char *from = r->f->text + r->at;
	size_t len = strcspn(from, " ");

	r->at += len;
	return (struct cell){ from, len };
}

static struct cell value(struct reader *r)
{
	return r->f->text[r->at] == '"' ? quoted(r, '"') : word(r);
}

/* ---- columns ------------------------------------------------------------------------- */

enum fit { FITS_NOT, FITS_PART, FITS_START, FITS_ALL };

static char plain(char c)
{
	return c == '_' || c == '-' ? ' ' : (char)tolower((unsigned char)c);
}

static bool begins(const char *in, struct cell name)
{
	for (size_t i = 0; i < name.len; i++)
		if (plain(in[i]) != plain(name.data[i]))
			return false;
	return true;
}

static enum fit fit_of(const char *in, struct cell name)
{
	size_t len = strlen(in);

	for (size_t i = 0; i + name.len <= len; i++)
		if (begins(in + i, name))
			return i ? FITS_PART : name.len == len ? FITS_ALL : FITS_START;
	return FITS_NOT;
}

/* The first of those that fit best. */
static int best_column(struct cell name, const struct column_def *columns, size_t ncolumns)
{
	enum fit best = FITS_NOT;
	int found = ANY_COLUMN;

	for (size_t i = 0; i < ncolumns; i++) {
		enum fit id = fit_of(columns[i].id, name), title = fit_of(columns[i].title, name);
		enum fit fit = id > title ? id : title;

		if (fit > best) {
			best = fit;
			found = (int)i;
		}
	}
	return found;
}

int row_filter_column(const char *name, const struct column_def *columns, size_t ncolumns)
{
	return best_column(cell_of(name), columns, ncolumns);
}

static int first_time(const struct row_filter *f)
{
	for (size_t i = 0; i < f->ncolumns; i++)
		if (f->columns[i].type == COLUMN_TIME)
			return (int)i;
	return ANY_COLUMN;
}

/* ---- values ---------------------------------------------------------------------------- */

bool filter_number(const char *in, size_t len, double *out)
{
	char copy[64], *end;

	if (!len || len >= sizeof copy || !strchr("+-.0123456789", in[0]))
		return false;
	memcpy(copy, in, len);
	copy[len] = '\0';
	*out = strtod(copy, &end);
	return end == copy + len && isfinite(*out);
}

static bool two_digits(const char *in, long max, long *out)
{
	*out = (in[0] - '0') * 10 + (in[1] - '0');
	return isdigit((unsigned char)in[0]) && isdigit((unsigned char)in[1]) && *out <= max;
}

/* "07:00", "07:00:30". */
static bool read_clock(struct cell v, struct filter_span *out)
{
	long h, m, s = 0;

	if ((v.len != 5 && v.len != 8) || v.data[2] != ':' || !two_digits(v.data, 24, &h) ||
	    !two_digits(v.data + 3, 59, &m))
		return false;
	if (v.len == 8 && (v.data[5] != ':' || !two_digits(v.data + 6, 59, &s)))
		return false;
	out->from = ((h * 60 + m) * 60 + s) * USEC_SEC;
	out->to = out->from + (v.len == 5 ? USEC_MIN : USEC_SEC);
	out->of_day = true;
	return true;
}

static bool has_zone(struct cell v)
{
	bool date = v.len > 4 && v.data[4] == '-';

	if (!date)
		return true;
	for (size_t i = 10; i < v.len; i++)
		if (strchr("Zz+-", v.data[i]))
			return true;
	return false;
}

static bool read_date(struct cell v, struct filter_span *out)
{
	char longer[TIME_TEXT_MAX];
	usec unit = v.len == 10 && v.data[4] == '-' ? USEC_DAY : USEC_SEC;

	if (!time_parse(v.data, v.len, &out->from)) {
		if (v.len != 16)
			return false;
		snprintf(longer, sizeof longer, "%.16s:00", v.data);
		unit = USEC_MIN;
		if (!time_parse(longer, strlen(longer), &out->from))
			return false;
	} else if (v.len == 16 && !has_zone(v)) {
		unit = USEC_MIN;
	}
	out->to = out->from + unit;
	out->absolute = has_zone(v);
	return true;
}

static bool read_time(struct cell v, struct filter_span *out)
{
	*out = (struct filter_span){ .from = TIME_NONE, .to = TIME_NONE };
	return read_clock(v, out) || read_date(v, out);
}

/* ---- terms --------------------------------------------------------------------------------- */

static bool set_regex(struct reader *r, struct filter_term *t, struct cell v, size_t at)
{
	struct err why = { 0 };

	t->op = FILTER_MATCHES;
	if (!v.len)
		return wrong(r, at, "a pattern is missing");
	t->regex = regex_new(v.data, v.len, &why);
	return t->regex || err_set(r->e, why.kind, 0, "from character %d on: %s", place(r->f, at),
	                           why.text);
}

static void set_text(struct filter_term *t, struct cell v)
{
	t->op = FILTER_HAS;
	needle_init(&t->needle, v.data, v.len);
	for (size_t i = 0; i < v.len; i++)
		t->like_time |= v.data[i] == ':' || v.data[i] == '-';
	for (size_t i = 0; i < v.len; i++)
		t->like_time &= strchr("0123456789-: ", v.data[i]) != NULL;
}

static bool read_within(struct reader *r, struct filter_term *t)
{
	size_t at = r->at++;
	struct cell v = word(r), a = v, b = v;
	const char *dots = memmem(v.data, v.len, "..", 2);
	struct filter_span from = { 0 }, to = { 0 };

	t->op = FILTER_WITHIN;
	t->column = first_time(r->f);
	if (t->column == ANY_COLUMN)
		return wrong(r, at, "these rows have no time; '@'");
	if (dots) {
		a.len = (size_t)(dots - v.data);
		b = (struct cell){ dots + 2, v.len - a.len - 2 };
	}
	if ((!a.len && !b.len) || (a.len && !read_time(a, &from)) || (b.len && !read_time(b, &to)))
		return wrong(r, at, "'@' wants 07:00..10:00 or 2026-01-23..2026-01-24");
	if (a.len && b.len && from.of_day != to.of_day)
		return wrong(r, at, "'@' from a time of day to a date");
	t->span = a.len ? from : to;
	t->span.from = a.len ? from.from : TIME_NONE;
	t->span.to = b.len ? to.to : TIME_NONE;
	/* Until ten o'clock is not until the minute after it. */
	if (dots && b.len && to.of_day)
		t->span.to = to.from + USEC_SEC;
	return true;
}

static const struct { const char *sign; enum filter_op op; } signs[] = {
	{ ">=", FILTER_GE }, { "<=", FILTER_LE }, { "!=", FILTER_NE }, { "=", FILTER_EQ },
	{ ">", FILTER_GT }, { "<", FILTER_LT }, { ":", FILTER_HAS }, { "~", FILTER_MATCHES },
};

/* The length of "code>=", 0 when it is no such thing; the name's in *name. */
static size_t read_sign(const char *in, size_t *name, enum filter_op *op)
{
	for (*name = 0; isalnum((unsigned char)in[*name]) || in[*name] == '_'; ++*name)
		;
	if (*name == 0 || isdigit((unsigned char)in[0]))
		return 0;
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		size_t len = strlen(signs[i].sign);

		if (strncmp(in + *name, signs[i].sign, len) != 0)
			continue;
		*op = signs[i].op;
		return *name + len;
	}
	return 0;
}

static bool no_column(struct reader *r, size_t at, struct cell name)
{
	char known[160] = "";

	for (size_t i = 0; i < r->f->ncolumns; i++)
		if (r->f->columns[i].priority)
			snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
			         known[0] ? ", " : "", r->f->columns[i].title);
	return err_set(r->e, ERR_CONFIG, 0, "no column '%.*s' at character %d; there are %s", (int)name.len,
	               name.data, place(r->f, at), known);
}

static bool read_column(struct reader *r, struct filter_term *t, size_t name_len, size_t sign_len)
{
	size_t at = r->at;
	struct cell name = { r->f->text + at, name_len }, v;

	t->column = best_column(name, r->f->columns, r->f->ncolumns);
	if (t->column == ANY_COLUMN)
		return no_column(r, at, name);
	r->at += sign_len;
	if (t->op == FILTER_MATCHES)
		return set_regex(r, t, r->f->text[r->at] == '/' ? quoted(r, '/') : value(r), at + sign_len);
	v = value(r);
	if (!v.len && t->op != FILTER_EQ && t->op != FILTER_NE)
		return wrong(r, r->at, "a value is missing");
	if (t->op == FILTER_HAS) {
		set_text(t, v);
		return true;
	}
	needle_init(&t->needle, v.data, v.len);
	t->numeric = filter_number(v.data, v.len, &t->number);
	t->timed = r->f->columns[t->column].type == COLUMN_TIME && v.len;
	if (t->timed && !read_time(v, &t->span))
		return wrong(r, at + sign_len, "a time is 07:00 or 2026-01-23T07:00; it is not one");
	return true;
}

static bool read_term(struct reader *r, struct filter_term *t)
{
	const char *in = r->f->text + r->at;
	size_t name, sign;

	t->column = ANY_COLUMN;
	if (*in == '/')
		return set_regex(r, t, quoted(r, '/'), r->at);
	if (*in == '@')
		return read_within(r, t);
	sign = *in == '"' ? 0 : read_sign(in, &name, &t->op);
	if (sign)
		return read_column(r, t, name, sign);
	set_text(t, value(r));
	return true;
}

static void skip_blanks(struct reader *r)
{
	r->at += strspn(r->f->text + r->at, " ");
}

static bool read_terms(struct reader *r)
{
	const char *text = r->f->text;

	skip_blanks(r);
	if (text[r->at] == '!' && text[r->at + 1] == ' ') {
		r->f->inverse = true;
		r->at++;
		skip_blanks(r);
	}
	while (text[r->at]) {
		struct filter_term *t = &r->f->terms[r->f->n];

		if (r->f->n == FILTER_TERMS)
			return wrong(r, r->at, "too many terms");
		t->inverse = text[r->at] == '!';
		r->at += t->inverse;
		if (!text[r->at])
			return wrong(r, r->at - 1, "nothing to turn around");
		r->f->n++;
		if (!read_term(r, t))
			return false;
		skip_blanks(r);
	}
	return true;
}

/* ---- life --------------------------------------------------------------------------------------- */

static struct row_filter *start(const char *text, const struct column_def *columns, size_t ncolumns,
                                struct err *e)
{
	struct row_filter *f;

	if (strlen(text) >= FILTER_TEXT) {
		err_set(e, ERR_LIMIT, 0, "a filter has at most %d bytes", FILTER_TEXT - 1);
		return NULL;
	}
	f = calloc(1, sizeof *f);
	if (!f) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	f->columns = columns;
	f->ncolumns = ncolumns;
	memcpy(f->text, text, strlen(text) + 1);
	return f;
}

static struct row_filter *finish(struct row_filter *f, bool ok)
{
	if (ok)
		return f;
	row_filter_free(f);
	return NULL;
}

struct row_filter *row_filter_new(const char *text, const struct column_def *columns,
                                  size_t ncolumns, struct err *e)
{
	struct row_filter *f = start(text, columns, ncolumns, e);
	struct reader r = { .f = f, .e = e };

	return f ? finish(f, read_terms(&r)) : NULL;
}

struct row_filter *row_filter_search(const char *text, const struct column_def *columns,
                                     size_t ncolumns, struct err *e)
{
	struct row_filter *f = start(text, columns, ncolumns, e);
	struct reader r = { .f = f, .e = e };
	struct filter_term *t;

	if (!f)
		return NULL;
	t = &f->terms[f->n++];
	t->column = ANY_COLUMN;
	if (f->text[0] == '/')
		return finish(f, set_regex(&r, t, quoted(&r, '/'), 0));
	set_text(t, (struct cell){ f->text, strlen(f->text) });
	return f;
}

void row_filter_free(struct row_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		regex_free(f->terms[i].regex);
	free(f);
}
