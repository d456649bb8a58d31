/* Ocean events without repeats: the same event told again is one row, and a later version of it
 * marks the former as corrected. */
#include "sections/load/ocean_events.h"

#include <stdint.h>
#include <stdlib.h>

enum { NONE = -1 };

/* What makes two rows the same event, and what makes them about the same thing.
 * Rows without a code are compared by what they say. */
static const int same_columns[] = {
	O_CONTAINER, O_CODE, O_QUALIFIER, O_STOP, O_TIME, O_VESSEL, O_STATUS, O_MESSAGE_TYPE,
};
enum { TOPIC_COLUMNS = 4, SAME_COLUMNS = 6, SAME_COLUMNS_NO_CODE = 8 };

/* One distinct event. */
struct event {
	size_t row, last;                /* where it was known first, and last */
	size_t copies;
	int next_same, next_topic;       /* chains of the tables */
	bool correction, superseded;
};

struct history {
	const struct rowset *in;
	struct event *events;
	size_t n;
	int *same, *topic;               /* hash tables: first of each chain */
	size_t buckets;                  /* a power of two */
};

static uint64_t hash_row(const struct rowset *in, size_t row, unsigned columns)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (unsigned i = 0; i < columns; i++) {
		struct cell c = rowset_cell(in, row, (size_t)same_columns[i]);

		for (size_t k = 0; k < c.len; k++)
			h = (h ^ (unsigned char)c.data[k]) * UINT64_C(1099511628211);
		h = (h ^ 0x1f) * UINT64_C(1099511628211);
	}
	return h;
}

static bool rows_agree(const struct rowset *in, size_t a, size_t b, unsigned columns)
{
	for (unsigned i = 0; i < columns; i++) {
		size_t c = (size_t)same_columns[i];

		if (!cell_eq(rowset_cell(in, a, c), rowset_cell(in, b, c)))
			return false;
	}
	return true;
}

static bool has_code(const struct rowset *in, size_t row)
{
	return !cell_is_null(rowset_cell(in, row, O_CODE));
}

static unsigned identity(const struct rowset *in, size_t row)
{
	return has_code(in, row) ? SAME_COLUMNS : SAME_COLUMNS_NO_CODE;
}

static bool history_init(struct history *h, const struct rowset *in)
{
	*h = (struct history){ .in = in, .buckets = 16 };
	while (h->buckets < in->rows)
		h->buckets *= 2;
	h->events = calloc(in->rows ? in->rows : 1, sizeof *h->events);
	h->same = malloc(h->buckets * sizeof *h->same);
	h->topic = malloc(h->buckets * sizeof *h->topic);
	if (!h->events || !h->same || !h->topic)
		return false;
	for (size_t i = 0; i < h->buckets; i++)
		h->same[i] = h->topic[i] = NONE;
	return true;
}

static void history_release(struct history *h)
{
	free(h->events);
	free(h->same);
	free(h->topic);
}

static struct event *find_same(struct history *h, size_t row, uint64_t hash)
{
	for (int i = h->same[hash & (h->buckets - 1)]; i != NONE; i = h->events[i].next_same) {
		if (rows_agree(h->in, h->events[i].row, row, identity(h->in, row)))
			return &h->events[i];
	}
	return NULL;
}

/* Chains grow at the head, so the first hit is the one known last. */
static struct event *find_topic(struct history *h, size_t row, uint64_t hash)
{
	for (int i = h->topic[hash & (h->buckets - 1)]; i != NONE; i = h->events[i].next_topic) {
		if (rows_agree(h->in, h->events[i].row, row, TOPIC_COLUMNS))
			return &h->events[i];
	}
	return NULL;
}

/* A vessel that was not named before corrects nothing. */
static bool contradicts(const struct rowset *in, size_t a, size_t b)
{
	struct cell va = rowset_cell(in, a, O_VESSEL), vb = rowset_cell(in, b, O_VESSEL);

	if (!cell_eq(rowset_cell(in, a, O_TIME), rowset_cell(in, b, O_TIME)))
		return true;
	return !cell_is_null(va) && !cell_is_null(vb) && !cell_eq(va, vb);
}

/* Rows come in the order in which they were known. */
static void add_row(struct history *h, size_t row)
{
	uint64_t hash = hash_row(h->in, row, identity(h->in, row));
	uint64_t topic = hash_row(h->in, row, TOPIC_COLUMNS);
	struct event *ev = find_same(h, row, hash), *earlier;
	size_t s = hash & (h->buckets - 1), t = topic & (h->buckets - 1);

	if (ev) {
		ev->copies++;
		ev->last = row;
		return;
	}
	earlier = has_code(h->in, row) ? find_topic(h, row, topic) : NULL;
	if (earlier && !contradicts(h->in, earlier->row, row))
		earlier = NULL;
	ev = &h->events[h->n];
	*ev = (struct event){ .row = row, .last = row, .copies = 1, .correction = earlier != NULL,
			      .next_same = h->same[s], .next_topic = h->topic[t] };
	if (earlier)
		earlier->superseded = true;
	h->same[s] = h->topic[t] = (int)h->n++;
}

static bool emit(const struct history *h, const struct event *ev, struct row_maker *m, struct err *e)
{
	struct cell c[O_COUNT];

	for (size_t i = 0; i < O_COUNT; i++)
		c[i] = rowset_cell(h->in, ev->row, i);
	c[O_LAST_KNOWN] = rowset_cell(h->in, ev->last, O_KNOWN);
	c[O_COPIES] = row_printf(m, "%zu", ev->copies);
	c[O_CORRECTION] = cell_of(ev->correction ? "true" : "false");
	c[O_SUPERSEDED] = cell_of(ev->superseded ? "true" : "false");
	return row_emit(m, c, e);
}

bool ocean_history(const struct rowset *in, struct row_maker *m, struct err *e)
{
	size_t *order = rows_newest_first(in, O_KNOWN);
	struct history h;
	bool ok = history_init(&h, in) && order;

	if (!ok)
		err_set(e, ERR_MEMORY, 0, "out of memory folding %zu ocean events", in->rows);
	for (size_t i = in->rows; ok && i > 0; i--)
		add_row(&h, order[i - 1]);
	for (size_t i = h.n; ok && i > 0; i--)
		ok = emit(&h, &h.events[i - 1], m, e);
	history_release(&h);
	free(order);
	return ok;
}
