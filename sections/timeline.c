#include "sections/timeline.h"

#include <stdlib.h>
#include <string.h>

/* ---- one moment of a row -------------------------------------------------------------- */

/* 1990 and 2100: what lies outside is a default, a sentinel or a wrong unit. */
#define PLAUSIBLE_FROM (INT64_C(631152000) * USEC_SEC)
#define PLAUSIBLE_TO (INT64_C(4102444800) * USEC_SEC)

static bool blank(struct cell c)
{
	return cell_is_null(c) || c.len == 0;
}

/* False when something is there and it is no time. */
static bool read_time(struct cell c, usec *out)
{
	*out = TIME_NONE;
	if (blank(c))
		return true;
	if (time_parse(c.data, c.len, out) && *out >= PLAUSIBLE_FROM && *out < PLAUSIBLE_TO)
		return true;
	*out = TIME_NONE;
	return false;
}

/* Columns count from 1 in a moment_def: 0 is none. */
static struct cell cell_at(const struct section *s, size_t row, unsigned column)
{
	return column ? rowset_cell(&s->rows, row, column - 1) : CELL_NULL;
}

bool moment_read(const struct section *s, size_t row, size_t moment, struct moment *out)
{
	const struct moment_def *def = &s->def->moments[moment];

	*out = (struct moment){
		.event_text = cell_at(s, row, def->event),
		.known_text = cell_at(s, row, def->known),
	};
	if (def->optional && blank(out->event_text))
		return false;
	if (!read_time(out->event_text, &out->event))
		out->flags |= INSTANT_BAD;
	if (!read_time(out->known_text, &out->known))
		out->flags |= INSTANT_BAD;
	if (out->event != TIME_NONE && cell_is(cell_at(s, row, def->local), "true"))
		out->flags |= INSTANT_LOCAL;
	if (out->event == TIME_NONE && out->known == TIME_NONE)
		out->flags |= INSTANT_BAD;
	else if (out->event == TIME_NONE)
		out->flags |= INSTANT_BY;
	return true;
}

static size_t put(char *out, size_t used, size_t cap, const char *data, size_t len)
{
	if (used && used + 1 < cap)
		out[used++] = ' ';
	if (len > cap - used)
		len = cap - used;
	if (len)
		memcpy(out + used, data, len);
	return used + len;
}

size_t moment_what(const struct section *s, size_t row, size_t moment, char *out, size_t cap)
{
	const struct moment_def *def = &s->def->moments[moment];
	size_t used = 0;

	if (def->word)
		used = put(out, used, cap, def->word, strlen(def->word));
	for (size_t i = 0; i < MOMENT_WHAT && def->what[i]; i++) {
		struct cell c = cell_at(s, row, def->what[i]);

		if (!blank(c))
			used = put(out, used, cap, c.data, c.len);
	}
	return used;
}

/* ---- one order --------------------------------------------------------------------------- */

/* Equal times are told apart by where they are from: the order is always the same. */
static int compare(const void *left, const void *right)
{
	const struct instant *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	return (a->moment > b->moment) - (a->moment < b->moment);
}

static bool make_room(struct timeline *t, size_t n)
{
	size_t cap = t->cap ? t->cap : 256;
	struct instant *more;

	while (cap < n)
		cap *= 2;
	if (cap == t->cap)
		return true;
	more = realloc(t->all, cap * sizeof *more);
	if (!more)
		return false;
	t->all = more;
	t->cap = cap;
	return true;
}

static void forget_lane(struct timeline *t, size_t lane)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n && t->lanes[lane].n; i++)
		if (t->all[i].section != lane)
			t->all[kept++] = t->all[i];
	if (t->lanes[lane].n)
		t->n = kept;
	t->lanes[lane] = (struct timeline_lane){ 0 };
}

/* Appends the moments of the lane's rows that were not read yet, out of order. False
 * without memory: the rest is left for the next time. */
static bool read_rows(struct timeline *t, const struct section *s, size_t lane)
{
	struct timeline_lane *l = &t->lanes[lane];
	size_t want = s->rows.rows < TIMELINE_ROWS ? s->rows.rows : TIMELINE_ROWS;
	struct moment m;

	for (; l->rows < want; l->rows++) {
		if (!make_room(t, t->n + s->def->nmoments))
			return false;
		for (size_t k = 0; k < s->def->nmoments; k++) {
			if (!moment_read(s, l->rows, k, &m))
				continue;
			t->all[t->n++] = (struct instant){
				.at = m.event != TIME_NONE ? m.event : m.known,
				.row = (uint32_t)l->rows,
				.section = (uint8_t)lane,
				.moment = (uint8_t)k,
				.flags = (uint8_t)m.flags,
			};
			l->n++;
			l->bad += (m.flags & INSTANT_BAD) != 0;
		}
	}
	return true;
}

/* What stands from `from` on was appended; the rest is in order. */
static void merge(struct timeline *t, size_t from)
{
	size_t fresh = t->n - from, at = t->n, old = from;
	struct instant *tail;

	if (!fresh)
		return;
	qsort(t->all + from, fresh, sizeof *t->all, compare);
	if (!from || compare(&t->all[from - 1], &t->all[from]) < 0)
		return;
	tail = malloc(fresh * sizeof *tail);
	if (!tail) {
		qsort(t->all, t->n, sizeof *t->all, compare);
		return;
	}
	memcpy(tail, t->all + from, fresh * sizeof *tail);
	while (fresh)
		t->all[--at] = old && compare(&t->all[old - 1], &tail[fresh - 1]) > 0 ? t->all[--old]
		                                                                       : tail[--fresh];
	free(tail);
}

/* Other rows than those that were read, not only more of them. */
static bool replaced(const struct timeline_lane *l, const struct section *s)
{
	return l->generation != s->generation || l->previous != s->previous ||
	       l->final != section_state_final(s->state) || s->rows.rows < l->rows ||
	       (l->rows && l->first != s->rows.chunks[0]);
}

static bool update_lane(struct timeline *t, const struct section *s, size_t lane)
{
	struct timeline_lane *l = &t->lanes[lane];
	size_t n = t->n, rows, all = l->all;
	bool gone = false;

	if (!s->def->nmoments)
		return false;
	if (replaced(l, s)) {
		gone = l->n > 0;
		forget_lane(t, lane);
		n = t->n;
	}
	rows = l->rows;
	read_rows(t, s, lane);
	merge(t, n);
	l->first = s->rows.nchunks ? s->rows.chunks[0] : NULL;
	l->generation = s->generation;
	l->previous = s->previous;
	l->final = section_state_final(s->state);
	l->all = s->rows.rows;
	return gone || l->rows != rows || l->all != all;
}

bool timeline_update(struct timeline *t, const struct investigation *inv)
{
	size_t n = inv ? inv->nsections : 0;
	bool changed = false;

	if (n > TIMELINE_LANES)
		n = TIMELINE_LANES;
	for (size_t i = n; i < t->nlanes; i++) {
		changed = changed || t->lanes[i].n;
		forget_lane(t, i);
	}
	t->nlanes = n;
	for (size_t i = 0; i < n; i++)
		changed = update_lane(t, &inv->sections[i], i) || changed;
	t->version += changed;
	return changed;
}

void timeline_release(struct timeline *t)
{
	free(t->all);
	*t = (struct timeline)TIMELINE_INIT;
}

/* ---- looking things up -------------------------------------------------------------------- */

size_t timeline_find(const struct timeline *t, usec when)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->all[mid].at < when)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool timeline_span(const struct timeline *t, usec *first, usec *last)
{
	size_t from = timeline_find(t, TIME_NONE + 1);

	if (from == t->n)
		return false;
	*first = t->all[from].at;
	*last = t->all[t->n - 1].at;
	return true;
}

size_t timeline_unread(const struct timeline *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nlanes; i++)
		n += t->lanes[i].all - t->lanes[i].rows;
	return n;
}

/* ---- how much, when ------------------------------------------------------------------------- */

static usec round_step(usec span, int cells)
{
	static const int minutes[] = {
		1, 5, 10, 15, 30, 60, 2 * 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60,
	};
	size_t i = 0, n = sizeof minutes / sizeof minutes[0];
	usec step;

	while (i + 1 < n && minutes[i] * USEC_MIN * (cells - 1) < span)
		i++;
	step = minutes[i] * USEC_MIN;
	while (step * (cells - 1) < span)
		step *= 2;
	return step;
}

void histogram_make(struct histogram *h, const struct timeline *t, usec from, usec to, int cells)
{
	usec step;

	/* The first cell begins before `from`: it takes a second one to hold them all. */
	cells = cells > TIMELINE_CELLS ? TIMELINE_CELLS : cells < 2 ? 2 : cells;
	step = round_step(to - from, cells);
	from -= from % step;
	/* What is round is seldom full: nothing is drawn after the end. */
	if ((to - from) / step + 1 < cells)
		cells = (int)((to - from) / step) + 1;
	if (h->version == t->version && h->from == from && h->step == step && h->cells == cells)
		return;
	*h = (struct histogram){ .version = t->version, .from = from, .step = step, .cells = cells };
	for (size_t i = timeline_find(t, from); i < t->n; i++) {
		const struct instant *in = &t->all[i];
		usec cell = (in->at - from) / step;

		if (cell >= cells)
			break;
		if (++h->count[in->section][cell] > h->most)
			h->most = h->count[in->section][cell];
		if (++h->sum[cell] > h->most_sum)
			h->most_sum = h->sum[cell];
	}
}

int histogram_level(unsigned count, unsigned most, int levels)
{
	if (!count || !most)
		return 0;
	return (int)(((uint64_t)count * (unsigned)levels + most - 1) / most);
}
