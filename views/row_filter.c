#include "views/row_filter.h"

#include <string.h>
#include <strings.h>

#include "views/row_filter_terms.h"

/* ---- one cell ------------------------------------------------------------------------- */

static enum filter_answer answer(bool yes)
{
	return yes ? FILTER_YES : FILTER_NO;
}

static enum filter_answer matches(const struct filter_term *t, struct cell c)
{
	size_t start, end;

	switch (regex_find(t->regex, c.data, c.len, 0, &start, &end)) {
	case REGEX_YES: return FILTER_YES;
	case REGEX_NO:  return FILTER_NO;
	default:        return FILTER_COSTLY;
	}
}

/* In the value as it was sent; times and flags are also found as they are shown. */
static bool has(const struct filter_term *t, const struct column_def *def, struct cell c,
                struct zone z)
{
	char scratch[TABLE_SCRATCH];
	struct table_text shown;

	if (needle_find(&t->needle, c.data, c.len))
		return true;
	if (!(def->type == COLUMN_TIME && t->like_time) &&
	    !(def->type == COLUMN_FLAG && t->column != ANY_COLUMN))
		return false;
	shown = format_cell(def, c, z, scratch);
	return needle_find(&t->needle, shown.data, shown.len) != NULL;
}

/* Less than, equal to, greater than zero, as the cell is to the value. */
static int compare_text(struct cell c, struct cell v)
{
	int order = strncasecmp(c.data, v.data, c.len < v.len ? c.len : v.len);

	return order ? order : c.len < v.len ? -1 : c.len > v.len;
}

static bool holds(enum filter_op op, int order)
{
	switch (op) {
	case FILTER_EQ: return order == 0;
	case FILTER_NE: return order != 0;
	case FILTER_LT: return order < 0;
	case FILTER_LE: return order <= 0;
	case FILTER_GT: return order > 0;
	default:        return order >= 0;
	}
}

/* The time in the span's own terms: as shown, or since midnight. */
static usec as_typed(const struct filter_span *span, usec t, struct zone z)
{
	if (!span->absolute)
		t += zone_offset(z, t);
	return span->of_day ? (t % USEC_DAY + USEC_DAY) % USEC_DAY : t;
}

static bool compare_time(const struct filter_term *t, struct cell c, struct zone z)
{
	usec at;

	if (!time_parse(c.data, c.len, &at))
		return t->op == FILTER_NE;
	at = as_typed(&t->span, at, z);
	return holds(t->op, at < t->span.from ? -1 : at >= t->span.to);
}

/* From 22:00 to 02:00 goes over midnight. */
static bool within(const struct filter_term *t, struct cell c, struct zone z)
{
	const struct filter_span *s = &t->span;
	bool after, before;
	usec at;

	if (!time_parse(c.data, c.len, &at))
		return false;
	at = as_typed(s, at, z);
	after = s->from == TIME_NONE || at >= s->from;
	before = s->to == TIME_NONE || at < s->to;
	if (s->of_day && s->from != TIME_NONE && s->to != TIME_NONE && s->to <= s->from)
		return after || before;
	return after && before;
}

/* Flags are compared as they are shown: t, 1 and true are all yes. */
static struct cell as_compared(const struct column_def *def, struct cell c, struct zone z)
{
	char scratch[TABLE_SCRATCH];
	struct table_text shown;

	if (def->type != COLUMN_FLAG)
		return c;
	shown = format_cell(def, c, z, scratch);
	return (struct cell){ shown.data, shown.len };
}

static bool compares(const struct filter_term *t, const struct column_def *def, struct cell c,
                     struct zone z)
{
	struct cell value = { t->needle.text, t->needle.len };
	double number;

	if (t->timed)
		return compare_time(t, c, z);
	if (t->numeric && filter_number(c.data, c.len, &number))
		return holds(t->op, number < t->number ? -1 : number > t->number);
	/* 404 is neither more nor less than "timeout". */
	if (t->numeric && t->op != FILTER_EQ && t->op != FILTER_NE)
		return false;
	return holds(t->op, compare_text(as_compared(def, c, z), as_compared(def, value, z)));
}

static enum filter_answer test_cell(const struct filter_term *t, const struct column_def *def,
                                    struct cell c, struct zone z)
{
	if (cell_is_null(c) || (!c.len && t->op == FILTER_EQ))
		return answer((t->op == FILTER_EQ && !t->needle.len) ||
		              (t->op == FILTER_NE && t->needle.len));
	switch (t->op) {
	case FILTER_HAS:     return answer(has(t, def, c, z));
	case FILTER_MATCHES: return matches(t, c);
	case FILTER_WITHIN:  return answer(within(t, c, z));
	default:             return answer(compares(t, def, c, z));
	}
}

/* ---- one row ---------------------------------------------------------------------------- */

static enum filter_answer test_term(const struct row_filter *f, const struct filter_term *t,
                                    const struct rowset *rows, size_t row, struct zone z)
{
	size_t first = t->column == ANY_COLUMN ? 0 : (size_t)t->column;
	size_t end = t->column == ANY_COLUMN ? f->ncolumns : first + 1;
	enum filter_answer got = FILTER_NO;

	for (size_t c = first; c < end && got == FILTER_NO; c++)
		got = test_cell(t, &f->columns[c], rowset_cell(rows, row, c), z);
	return got == FILTER_COSTLY ? got : answer((got == FILTER_YES) != t->inverse);
}

enum filter_answer row_filter_test(const struct row_filter *f, const struct rowset *rows, size_t row,
                                   struct zone z)
{
	enum filter_answer got = FILTER_YES;

	for (size_t i = 0; i < f->n && got == FILTER_YES; i++)
		got = test_term(f, &f->terms[i], rows, row, z);
	return got == FILTER_COSTLY ? got : answer((got == FILTER_YES) != f->inverse);
}

/* All terms must hold: each may pass over what the ones before it left. */
size_t row_filter_skip(const struct row_filter *f, const struct rowset *rows, size_t row)
{
	for (size_t i = 0; i < f->n && !f->inverse; i++) {
		const struct filter_term *t = &f->terms[i];

		if (t->op != FILTER_HAS || t->inverse || t->like_time || !t->needle.len)
			continue;
		if (t->column == ANY_COLUMN || f->columns[t->column].type != COLUMN_FLAG)
			row = rowset_seek(rows, row, &t->needle);
	}
	return row;
}

bool row_filter_slow(const struct row_filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->terms[i].regex)
			return true;
	return false;
}

/* ---- what is shown ---------------------------------------------------------------------------- */

static bool find_in(const struct filter_term *t, struct table_text text, size_t from, size_t *start,
                    size_t *end)
{
	const char *at;

	if (t->op == FILTER_MATCHES)
		return regex_find(t->regex, text.data, text.len, from, start, end) == REGEX_YES;
	if (t->op != FILTER_HAS)
		return false;
	at = needle_find(&t->needle, text.data + from, text.len - from);
	if (!at)
		return false;
	*start = (size_t)(at - text.data);
	*end = *start + t->needle.len;
	return true;
}

size_t row_filter_mark(const struct row_filter *f, struct table_text text, size_t from, size_t *len)
{
	size_t best = text.len, start, end;

	*len = 0;
	for (size_t i = 0; i < f->n && text.data; i++) {
		if (f->terms[i].inverse || !find_in(&f->terms[i], text, from, &start, &end))
			continue;
		if (*len && start >= best)
			continue;
		best = start;
		*len = end - start;
	}
	return best;
}
