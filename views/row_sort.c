#include "views/row_sort.h"

#include <stdlib.h>
#include <string.h>

#include "views/row_filter_terms.h"

/* The value's first bytes (or the number, the time) as an integer of the same order;
 * the rest is only looked at when those are equal. */
struct sort_key {
	uint64_t prefix;
	const char *text;        /* of a chunk: it stays while the rowset does */
	uint32_t len;
	uint32_t row : 30, kind : 2;
};

enum { KIND_VALUE, KIND_TEXT, KIND_NONE };             /* what comes first */
enum { PASS_READ, PASS_PREFIX, PASS_RUNS, PASS_MERGE, PASS_DONE };
enum { RUN = 16, ROWS_MAX = (1 << 30) - 1 };

bool row_sort_start(struct row_sort *s, size_t n, size_t column, enum column_type type, bool down)
{
	row_sort_release(s);
	if (n > ROWS_MAX)
		return false;
	*s = (struct row_sort){ .n = n, .column = column, .type = type, .down = down, .width = RUN };
	/* Touched slice by slice: clearing them here would take its time. */
	s->keys = reallocarray(NULL, n ? n : 1, sizeof *s->keys);
	s->spare = reallocarray(NULL, n ? n : 1, sizeof *s->spare);
	if (!s->keys || !s->spare) {
		row_sort_release(s);
		return false;
	}
	return true;
}

void row_sort_release(struct row_sort *s)
{
	free(s->keys);
	free(s->spare);
	*s = (struct row_sort){ 0 };
}

void row_sort_take(const struct row_sort *s, uint32_t *rows)
{
	for (size_t i = 0; i < s->n; i++)
		rows[i] = s->keys[i].row;
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

static void note_common(struct row_sort *s, struct cell c)
{
	size_t i = 0;

	if (!s->common_known) {
		s->common = c.data;
		s->common_len = c.len;
		s->common_known = true;
	}
	while (i < c.len && i < s->common_len && c.data[i] == s->common[i])
		i++;
	s->common_len = i;
}

static void read_key(struct row_sort *s, const struct rowset *rows, uint32_t row, struct sort_key *k)
{
	struct cell c = rowset_cell(rows, row, s->column);

	*k = (struct sort_key){ .row = row & ROWS_MAX, .kind = KIND_NONE };
	if (!c.len)
		return;
	k->kind = KIND_VALUE;
	if (read_value(s, c, &k->prefix))
		return;
	k->kind = KIND_TEXT;
	k->text = c.data;
	k->len = (uint32_t)c.len;
	note_common(s, c);
}

static void set_prefix(const struct row_sort *s, struct sort_key *k)
{
	size_t n;

	if (k->kind != KIND_TEXT)
		return;
	k->text += s->common_len;
	k->len -= (uint32_t)s->common_len;
	n = k->len < 8 ? k->len : 8;
	k->prefix = 0;
	for (size_t i = 0; i < n; i++)
		k->prefix |= (uint64_t)(unsigned char)k->text[i] << (56 - 8 * i);
}

/* ---- order ---------------------------------------------------------------------------- */

static int compare_texts(const struct sort_key *a, const struct sort_key *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	/* Up to eight bytes the prefix has said it all. */
	int order = n > 8 ? memcmp(a->text + 8, b->text + 8, n - 8) : 0;

	return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

/* `b`, which came later, is to stand before `a`. */
static inline bool swapped(const struct row_sort *s, const struct sort_key *a, const struct sort_key *b)
{
	int order;

	if (a->kind != b->kind)
		return b->kind < a->kind;
	if (a->prefix != b->prefix)
		return (b->prefix < a->prefix) != s->down;
	if (a->kind != KIND_TEXT)
		return false;
	order = compare_texts(a, b);
	return s->down ? order < 0 : order > 0;
}

static void sort_run(struct row_sort *s, size_t from)
{
	size_t end = s->n - from < RUN ? s->n : from + RUN;

	for (size_t i = from + 1; i < end; i++) {
		struct sort_key k = s->keys[i];
		size_t j = i;

		for (; j > from && swapped(s, &s->keys[j - 1], &k); j--)
			s->keys[j] = s->keys[j - 1];
		s->keys[j] = k;
	}
}

/* ---- slices ------------------------------------------------------------------------------ */

static size_t run_end(const struct row_sort *s, size_t from)
{
	return s->n - from < s->width ? s->n : from + s->width;
}

/* Merges the two runs at `at`, at most `steps` keys; returns how many. */
static size_t merge(struct row_sort *s, size_t steps)
{
	size_t mid = run_end(s, s->at), end = run_end(s, mid), done = 0;
	size_t i = s->at + s->left, j = mid + s->right, k = s->at + s->left + s->right;

	for (; k < end && done < steps; k++, done++) {
		if (j == end || (i < mid && !swapped(s, &s->keys[i], &s->keys[j])))
			s->spare[k] = s->keys[i++];
		else
			s->spare[k] = s->keys[j++];
	}
	s->left = i - s->at;
	s->right = j - mid;
	if (k == end) {
		s->at = end;
		s->left = s->right = 0;
	}
	return done;
}

static void end_merges(struct row_sort *s)
{
	struct sort_key *keys = s->keys;

	s->keys = s->spare;
	s->spare = keys;
	s->at = 0;
	s->width *= 2;
}

static void end_pass(struct row_sort *s)
{
	if (s->pass == PASS_MERGE)
		end_merges(s);
	s->at = 0;
	if (s->pass != PASS_MERGE)
		s->pass++;
	if (s->pass == PASS_MERGE && s->width >= s->n)
		s->pass = PASS_DONE;
}

static size_t advance(struct row_sort *s, const struct rowset *rows, const uint32_t *list,
                      size_t steps)
{
	switch (s->pass) {
	case PASS_READ:
		read_key(s, rows, list[s->at], &s->keys[s->at]);
		s->at++;
		return 4;
	case PASS_PREFIX:
		set_prefix(s, &s->keys[s->at++]);
		return 1;
	case PASS_RUNS:
		sort_run(s, s->at);
		s->at = s->n - s->at < RUN ? s->n : s->at + RUN;
		return RUN * 4;
	default:
		return merge(s, steps);
	}
}

bool row_sort_step(struct row_sort *s, const struct rowset *rows, const uint32_t *list, size_t steps)
{
	for (size_t done = 0; s->pass != PASS_DONE;) {
		if (s->at >= s->n)
			end_pass(s);
		else if (done >= steps)
			return false;
		else
			done += advance(s, rows, list, steps - done);
	}
	return true;
}
