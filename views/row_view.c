#include "views/row_view.h"

#include <stdlib.h>

enum {
	LOOK_ROWS = 1024,        /* tests between two looks at the clock */
	LOOK_CHUNKS = 32,        /* rows passed over count as so much less */
	SORT_STEPS = 16 * 1024,
	FIRST_CAP = 256,
};

static bool list_add(struct row_list *l, size_t row)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : FIRST_CAP;
		uint32_t *more = reallocarray(l->rows, cap, sizeof *more);

		if (!more)
			return false;
		l->rows = more;
		l->cap = cap;
	}
	l->rows[l->n++] = (uint32_t)row;
	return true;
}

static void list_release(struct row_list *l)
{
	free(l->rows);
	*l = (struct row_list){ 0 };
}

/* ---- life ----------------------------------------------------------------------------- */

void row_view_init(struct row_view *v, const struct column_def *columns, size_t ncolumns)
{
	*v = (struct row_view){ .columns = columns, .ncolumns = ncolumns, .column = UNSORTED };
}

void row_view_release(struct row_view *v)
{
	row_filter_free(v->filter);
	row_filter_free(v->search);
	row_sort_free(v->sort);
	list_release(&v->shown);
	list_release(&v->hits);
	row_view_init(v, v->columns, v->ncolumns);
}

/* ---- what is wanted ------------------------------------------------------------------------ */

static void search_anew(struct row_view *v)
{
	list_release(&v->hits);
	v->searched = 0;
}

static void start_anew(struct row_view *v)
{
	row_sort_free(v->sort);
	v->sort = NULL;
	list_release(&v->shown);
	v->filtered = v->sorted = 0;
	v->trouble = VIEW_FINE;
	search_anew(v);
}

void row_view_rows(struct row_view *v, size_t total, unsigned revision)
{
	if (revision != v->revision || total < v->total)
		start_anew(v);
	v->total = total;
	v->revision = revision;
}

void row_view_filter(struct row_view *v, struct row_filter *f)
{
	row_filter_free(v->filter);
	v->filter = f;
	start_anew(v);
}

void row_view_sort(struct row_view *v, int column, bool down)
{
	v->column = column;
	v->down = down;
	start_anew(v);
}

void row_view_search(struct row_view *v, struct row_filter *f)
{
	row_filter_free(v->search);
	v->search = f;
	v->trouble = VIEW_FINE;
	search_anew(v);
}

/* ---- places ---------------------------------------------------------------------------------- */

static bool as_they_came(const struct row_view *v)
{
	return !v->filter && v->column == UNSORTED;
}

size_t row_view_count(const struct row_view *v)
{
	return as_they_came(v) ? v->total : v->shown.n;
}

size_t row_view_row(const struct row_view *v, size_t place)
{
	return as_they_came(v) || place >= v->shown.n ? place : v->shown.rows[place];
}

/* How many of the numbers are less than this one; they ascend. */
static size_t count_less(const uint32_t *rows, size_t n, size_t row)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (rows[mid] < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool row_view_place(const struct row_view *v, size_t row, size_t *place)
{
	*place = row;
	if (as_they_came(v))
		return row < v->total;
	if (v->column == UNSORTED) {
		*place = count_less(v->shown.rows, v->shown.n, row);
		return *place < v->shown.n && v->shown.rows[*place] == row;
	}
	for (*place = 0; *place < v->shown.n; ++*place)
		if (v->shown.rows[*place] == row)
			return true;
	return false;
}

enum hit row_view_next(const struct row_view *v, size_t place, int direction, size_t *hit)
{
	const struct row_list *l = &v->hits;
	bool all = !row_view_busy(v);
	size_t at;

	if (direction > 0) {
		at = count_less(l->rows, l->n, place + 1);
		if (at == l->n && !all)
			return HIT_LATER;
		at = at == l->n ? 0 : at;
	} else {
		at = count_less(l->rows, l->n, place);
		if ((at == 0 || v->searched < place) && !all)
			return HIT_LATER;
		at = at == 0 ? l->n - 1 : at - 1;
	}
	if (!l->n)
		return HIT_NONE;
	*hit = l->rows[at];
	return HIT_FOUND;
}

size_t row_view_hit(const struct row_view *v, size_t place)
{
	size_t at = count_less(v->hits.rows, v->hits.n, place);

	return at < v->hits.n && v->hits.rows[at] == place ? at + 1 : 0;
}

/* ---- work -------------------------------------------------------------------------------------- */

struct work {
	const struct rowset *rows;
	struct zone zone;
	const struct clock *clock;
	usec until;
};

static bool in_time(const struct work *w)
{
	return clock_mono(w->clock) < w->until;
}

static bool filtering(const struct row_view *v)
{
	return !as_they_came(v) && v->filtered < v->total;
}

static bool sorting(const struct row_view *v)
{
	return v->column != UNSORTED && v->sorted < v->shown.n;
}

static bool searching(const struct row_view *v)
{
	return v->search && v->searched < row_view_count(v);
}

bool row_view_busy(const struct row_view *v)
{
	return v->trouble == VIEW_FINE && (filtering(v) || sorting(v) || searching(v));
}

/* Adds `value` when the row passes; false when that cannot be said. */
static bool take(struct row_view *v, const struct row_filter *f, struct row_list *l, size_t row,
                 size_t value, const struct work *w)
{
	enum filter_answer a = f ? row_filter_test(f, w->rows, row, w->zone) : FILTER_YES;

	if (a == FILTER_COSTLY)
		v->trouble = VIEW_COSTLY;
	else if (a == FILTER_YES && !list_add(l, value))
		v->trouble = VIEW_MEMORY;
	return v->trouble == VIEW_FINE;
}

/* To the next row that is worth a test; how many tests the way was worth. */
static size_t skip(const struct row_filter *f, const struct work *w, size_t *row)
{
	size_t from = *row;

	*row = row_filter_skip(f, w->rows, from);
	return 1 + (*row - from) / LOOK_CHUNKS;
}

/* Row numbers ascend as long as nothing is sorted. */
static bool filter_some(struct row_view *v, const struct work *w)
{
	size_t left = v->filter && row_filter_slow(v->filter) ? 1 : LOOK_ROWS, look = left, cost;

	while (v->filtered < v->total) {
		cost = v->filter ? skip(v->filter, w, &v->filtered) : 1;
		if (v->filtered < v->total) {
			if (!take(v, v->filter, &v->shown, v->filtered, v->filtered, w))
				return false;
			v->filtered++;
		}
		left = cost < left ? left - cost : 0;
		if (left == 0 && !in_time(w))
			return false;
		left = left ? left : look;
	}
	return true;
}

static bool search_some(struct row_view *v, const struct work *w)
{
	size_t left = row_filter_slow(v->search) ? 1 : LOOK_ROWS, look = left, cost;
	size_t count = row_view_count(v);

	while (v->searched < count) {
		cost = as_they_came(v) ? skip(v->search, w, &v->searched) : 1;
		if (v->searched < count) {
			if (!take(v, v->search, &v->hits, row_view_row(v, v->searched), v->searched, w))
				return false;
			v->searched++;
		}
		left = cost < left ? left - cost : 0;
		if (left == 0 && !in_time(w))
			return false;
		left = left ? left : look;
	}
	return true;
}

/* What came since the sort began is sorted in by the next one. */
static bool sort_some(struct row_view *v, const struct work *w)
{
	while (sorting(v)) {
		if (!v->sort)
			v->sort = row_sort_new(v->shown.n, (size_t)v->column, v->columns[v->column].type,
			                       v->down);
		if (!v->sort) {
			v->trouble = VIEW_MEMORY;
			return false;
		}
		while (!row_sort_step(v->sort, w->rows, v->shown.rows, SORT_STEPS))
			if (!in_time(w))
				return false;
		v->sorted = row_sort_take(v->sort, v->shown.rows);
		row_sort_free(v->sort);
		v->sort = NULL;
		search_anew(v);
	}
	return true;
}

bool row_view_work(struct row_view *v, const struct rowset *rows, struct zone zone,
                   const struct clock *clock, usec until)
{
	struct work w = { rows, zone, clock, until };

	if (!row_view_busy(v))
		return false;
	if (!as_they_came(v) && !filter_some(v, &w))
		return row_view_busy(v);
	if (v->column != UNSORTED && !sort_some(v, &w))
		return row_view_busy(v);
	if (v->search)
		search_some(v, &w);
	return row_view_busy(v);
}
