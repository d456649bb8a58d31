#include "views/row_sort.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "views/row_filter_terms.h"

/* Keys that compare equal so far are a group, and a group is sorted by the next seven
 * bytes of its texts behind what all of them share. That makes smaller groups, until
 * no text has more to say; so every byte of a text is looked at about once, however
 * long the beginnings are that many of them share. Large groups are sorted by counting,
 * one byte of `order` after the other from the last on; small ones by insertion. */
struct sort_key {
	uint64_t order;          /* the number, the time, or a text's next bytes and their count */
	const char *text;        /* what follows those; of a chunk: it stays while the rowset does */
	uint32_t len;
	uint32_t row : 29, kind : 2;
	uint32_t first : 1;      /* of its group */
};

enum { KIND_VALUE, KIND_TEXT, KIND_NONE };             /* what comes first */
enum { ROWS_MAX = (1 << 29) - 1, SMALL = 32, AHEAD = 12 };
/* A text's order is seven bytes and how many there were; MORE: and others follow. */
enum { BYTES = 7, MORE = 8 };
enum { KIND_DIGIT = 8, DIGITS, VALUES = 256 };
/* What a key costs in steps. */
enum { READ_STEPS = 6, TEXT_STEPS = 4, MOVE_STEPS = 1 };

struct row_sort {
	struct sort_key *keys, *spare;
	size_t n, column;
	enum column_type type;
	bool down;
	enum { SORT_READ, SORT_FIND, SORT_SHARED, SORT_ORDER, SORT_MOVE, SORT_MARK, SORT_DONE } phase;
	size_t from, to;         /* the group that is being sorted */
	size_t at;               /* in this phase */
	size_t shared;           /* bytes that all its texts begin with */
	uint64_t varies;         /* bits of `order` that are not the same in all its keys */
	bool kinds_vary;
	bool aside;              /* the group is in spare */
	unsigned digit;          /* that it is being sorted by */
	uint32_t count[DIGITS][VALUES];   /* of each digit's values, then where the next goes */
};

struct row_sort *row_sort_new(size_t n, size_t column, enum column_type type, bool down)
{
	struct row_sort *s = n > ROWS_MAX ? NULL : calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->n = s->to = n;
	s->column = column;
	s->type = type;
	s->down = down;
	/* Touched slice by slice: clearing them here would take its time. */
	s->keys = reallocarray(NULL, n ? n : 1, sizeof *s->keys);
	s->spare = reallocarray(NULL, n ? n : 1, sizeof *s->spare);
	if (s->keys && s->spare)
		return s;
	row_sort_free(s);
	return NULL;
}

void row_sort_free(struct row_sort *s)
{
	if (!s)
		return;
	free(s->keys);
	free(s->spare);
	free(s);
}

size_t row_sort_take(const struct row_sort *s, uint32_t *rows)
{
	for (size_t i = 0; i < s->n; i++)
		rows[i] = s->keys[i].row;
	return s->n;
}

/* ---- keys --------------------------------------------------------------------------- */

static uint64_t order_of_number(double d)
{
	uint64_t bits;

	d += 0.0;                                      /* -0 is 0 */
	memcpy(&bits, &d, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static bool read_value(const struct row_sort *s, struct cell c, uint64_t *out)
{
	double number;
	usec t;

	if (s->type == COLUMN_TIME && time_parse(c.data, c.len, &t)) {
		*out = (uint64_t)t ^ UINT64_C(1) << 63;
		return true;
	}
	if (s->type != COLUMN_NUMBER || !filter_number(c.data, c.len, &number))
		return false;
	*out = order_of_number(number);
	return true;
}

/* Downwards is upwards with all bits turned: what is equal stays as it came. */
static uint64_t turned(const struct row_sort *s, uint64_t order)
{
	return s->down ? ~order : order;
}

static struct sort_key read_key(const struct row_sort *s, const struct rowset *rows, uint32_t row)
{
	struct cell c = rowset_cell(rows, row, s->column);
	struct sort_key k = { .row = row & ROWS_MAX, .kind = KIND_NONE };

	if (!c.len)
		return k;
	k.kind = KIND_VALUE;
	if (!read_value(s, c, &k.order)) {
		k.kind = KIND_TEXT;
		k.order = MORE;
		k.text = c.data;
		k.len = (uint32_t)c.len;
	}
	k.order = turned(s, k.order);
	return k;
}

/* Goes on behind what the texts of the group share. */
static void read_on(const struct row_sort *s, struct sort_key *k)
{
	uint64_t order = 0;

	k->text += s->shared;
	k->len -= (uint32_t)s->shared;
	if (k->len > BYTES) {
		memcpy(&order, k->text, sizeof order);
		order = (be64toh(order) & ~UINT64_C(0xff)) | MORE;
		k->text += BYTES;
		k->len -= BYTES;
	} else {
		for (uint32_t i = 0; i < k->len; i++)
			order |= (uint64_t)(unsigned char)k->text[i] << (56 - 8 * i);
		order |= k->len;
	}
	k->order = turned(s, order);
}

/* Nothing more can be said about it: what is equal to it is so to the end. */
static bool settled(const struct row_sort *s, const struct sort_key *k)
{
	return k->kind != KIND_TEXT || (turned(s, k->order) & 0xff) != MORE;
}

static bool begins_group(const struct row_sort *s, const struct sort_key *before,
                         const struct sort_key *k)
{
	return k->order != before->order || k->kind != before->kind || settled(s, k);
}

/* How much of what the group shares is in this text too. */
static size_t shared_with(const struct sort_key *first, const struct sort_key *k, size_t shared)
{
	size_t i = 0;

	if (shared <= k->len && memcmp(first->text, k->text, shared) == 0)
		return shared;
	while (i < k->len && first->text[i] == k->text[i])
		i++;
	return i;
}

/* ---- small groups --------------------------------------------------------------------- */

static void insert(struct sort_key *keys, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct sort_key k = keys[i];
		size_t j = i;

		for (; j > 0 && k.order < keys[j - 1].order; j--)
			keys[j] = keys[j - 1];
		keys[j] = k;
	}
}

static void sort_small(struct row_sort *s)
{
	struct sort_key *keys = s->keys + s->from;
	size_t n = s->to - s->from;

	for (size_t i = 1; i < n; i++)
		__builtin_prefetch(keys[i].text);
	s->shared = keys[0].len;
	for (size_t i = 1; i < n; i++)
		s->shared = shared_with(keys, &keys[i], s->shared);
	for (size_t i = 0; i < n; i++)
		read_on(s, &keys[i]);
	insert(keys, n);
	for (size_t i = 1; i < n; i++)
		keys[i].first = begins_group(s, &keys[i - 1], &keys[i]);
}

/* ---- groups, slice by slice ------------------------------------------------------------- */

static void enter(struct row_sort *s, int phase)
{
	s->phase = phase;
	s->at = s->from;
}

/* Looks on from s->from for keys that are not settled yet. */
static void find_on(struct row_sort *s)
{
	s->to = s->from;
	enter(s, s->from < s->n ? SORT_FIND : SORT_DONE);
}

static void begin_shared(struct row_sort *s)
{
	memset(s->count, 0, sizeof s->count);
	s->varies = s->kinds_vary = 0;
	s->shared = s->keys[s->from].len;
	enter(s, SORT_SHARED);
}

/* The end of the group that begins at s->from. */
static size_t find_group(struct row_sort *s, size_t most)
{
	size_t start = s->to, end = s->n - start < most ? s->n : start + most;

	if (s->to == s->from)
		s->to++;
	while (s->to < end && !s->keys[s->to].first)
		s->to++;
	if (s->to == end && end < s->n)
		return s->to - start;

	size_t size = s->to - s->from, took = s->to - start;

	if (size == 1)
		s->from++;
	if (size > SMALL) {
		begin_shared(s);
		return took;
	}
	if (size > 1) {
		sort_small(s);
		took += size * TEXT_STEPS;
	}
	find_on(s);
	return took;
}

static void count_digits(struct row_sort *s, const struct sort_key *k)
{
	const struct sort_key *first = &s->keys[s->from];

	for (unsigned d = 0; d < KIND_DIGIT; d++)
		s->count[d][k->order >> (8 * d) & 0xff]++;
	s->count[KIND_DIGIT][k->kind]++;
	s->varies |= k->order ^ first->order;
	s->kinds_vary |= k->kind != first->kind;
}

static bool digit_varies(const struct row_sort *s, unsigned d)
{
	return d == KIND_DIGIT ? s->kinds_vary : s->varies >> (8 * d) & 0xff;
}

static unsigned digit(const struct sort_key *k, unsigned d)
{
	return d == KIND_DIGIT ? k->kind : (unsigned)(k->order >> (8 * d)) & 0xff;
}

/* The next digit that says anything, from s->digit on. */
static void begin_move(struct row_sort *s)
{
	uint32_t at = 0;

	while (s->digit < DIGITS && !digit_varies(s, s->digit))
		s->digit++;
	if (s->digit == DIGITS) {
		enter(s, SORT_MARK);
		return;
	}
	for (size_t v = 0; v < VALUES; v++) {
		uint32_t n = s->count[s->digit][v];

		s->count[s->digit][v] = at;
		at += n;
	}
	enter(s, SORT_MOVE);
}

/* All keys have their order. */
static void begin_digits(struct row_sort *s)
{
	s->digit = 0;
	s->aside = false;
	if (s->varies || s->kinds_vary)
		begin_move(s);
	else if (!settled(s, &s->keys[s->from]))
		begin_shared(s);
	else {
		s->from = s->to;
		find_on(s);
	}
}

static void move_keys(struct row_sort *s, size_t end)
{
	const struct sort_key *in = s->aside ? s->spare : s->keys;
	struct sort_key *out = (s->aside ? s->keys : s->spare) + s->from;
	uint32_t *next = s->count[s->digit];

	for (; s->at < end; s->at++)
		out[next[digit(&in[s->at], s->digit)]++] = in[s->at];
}

static void mark_keys(struct row_sort *s, size_t end)
{
	const struct sort_key *in = s->aside ? s->spare : s->keys;

	for (; s->at < end; s->at++) {
		struct sort_key k = in[s->at];

		k.first = s->at == s->from || begins_group(s, &s->keys[s->at - 1], &k);
		s->keys[s->at] = k;
	}
}

static void end_phase(struct row_sort *s)
{
	switch (s->phase) {
	case SORT_SHARED:
		enter(s, SORT_ORDER);
		break;
	case SORT_MOVE:
		s->aside = !s->aside;
		s->digit++;
		begin_move(s);
		break;
	case SORT_MARK:
		find_on(s);
		break;
	default:
		begin_digits(s);
	}
}

/* Works on the keys from s->at to `end`. */
static void advance(struct row_sort *s, const struct rowset *rows, const uint32_t *list, size_t end)
{
	struct sort_key *keys = s->keys;

	switch (s->phase) {
	case SORT_READ:
		for (; s->at < end; s->at++) {
			keys[s->at] = read_key(s, rows, list[s->at]);
			count_digits(s, &keys[s->at]);
		}
		break;
	case SORT_SHARED:
		for (; s->at < end; s->at++) {
			if (s->at + AHEAD < s->to)
				__builtin_prefetch(keys[s->at + AHEAD].text);
			s->shared = shared_with(&keys[s->from], &keys[s->at], s->shared);
		}
		break;
	case SORT_ORDER:
		for (; s->at < end; s->at++) {
			if (s->at + AHEAD < s->to)
				__builtin_prefetch(keys[s->at + AHEAD].text + s->shared);
			read_on(s, &keys[s->at]);
			count_digits(s, &keys[s->at]);
		}
		break;
	case SORT_MOVE:
		move_keys(s, end);
		break;
	default:
		mark_keys(s, end);
	}
}

bool row_sort_step(struct row_sort *s, const struct rowset *rows, const uint32_t *list, size_t steps)
{
	static const size_t costs[] = { [SORT_READ] = READ_STEPS, [SORT_SHARED] = TEXT_STEPS,
	                                [SORT_ORDER] = TEXT_STEPS, [SORT_MOVE] = MOVE_STEPS,
	                                [SORT_MARK] = MOVE_STEPS };

	if (s->n == 0)
		s->phase = SORT_DONE;
	for (size_t done = 0; s->phase != SORT_DONE;) {
		if (done >= steps)
			return false;
		if (s->phase == SORT_FIND) {
			done += find_group(s, steps - done);
			continue;
		}

		size_t cost = costs[s->phase], most = (steps - done) / cost + 1, left = s->to - s->at;
		size_t n = left < most ? left : most;

		advance(s, rows, list, s->at + n);
		done += n * cost;
		if (s->at == s->to)
			end_phase(s);
	}
	return true;
}
