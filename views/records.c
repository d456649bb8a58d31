#include "views/records.h"

#include <stdlib.h>
#include <string.h>

/* ---- a map from keys to small numbers ------------------------------------------------ */

static size_t slot_of(const struct keymap *m, uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15)) & (m->cap - 1);

	while (m->keys[i] && m->keys[i] != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

static bool map_grow(struct keymap *m)
{
	struct keymap more = { .cap = m->cap ? m->cap * 2 : 64, .n = m->n };

	more.keys = calloc(more.cap, sizeof *more.keys);
	more.values = calloc(more.cap, sizeof *more.values);
	if (!more.keys || !more.values) {
		free(more.keys);
		free(more.values);
		return false;
	}
	for (size_t i = 0; i < m->cap; i++) {
		size_t to;

		if (!m->keys[i])
			continue;
		to = slot_of(&more, m->keys[i]);
		more.keys[to] = m->keys[i];
		more.values[to] = m->values[i];
	}
	free(m->keys);
	free(m->values);
	*m = more;
	return true;
}

/* The value of the key, 0 at first; NULL without memory. */
static unsigned *map_at(struct keymap *m, uint64_t key)
{
	size_t i;

	if (m->n * 2 >= m->cap && !map_grow(m))
		return NULL;
	i = slot_of(m, key);
	m->n += m->keys[i] == 0;
	m->keys[i] = key;
	return &m->values[i];
}

static void map_clear(struct keymap *m)
{
	if (m->cap)
		memset(m->keys, 0, m->cap * sizeof *m->keys);
	if (m->cap)
		memset(m->values, 0, m->cap * sizeof *m->values);
	m->n = 0;
}

static void map_release(struct keymap *m)
{
	free(m->keys);
	free(m->values);
	*m = (struct keymap){ 0 };
}

void records_release(struct records *r)
{
	free(r->keys);
	map_release(&r->numbers);
	map_release(&r->seen);
	*r = (struct records)RECORDS_INIT;
}

/* ---- keys ------------------------------------------------------------------------------ */

/* FNV-1a; a NULL cell differs from an empty one. */
static uint64_t hash_cell(uint64_t h, struct cell c)
{
	h = (h ^ (c.data ? 1 : 2)) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < c.len; i++)
		h = (h ^ (unsigned char)c.data[i]) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_row(const struct section *s, size_t row)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t c = 0; c < s->def->ncolumns; c++)
		if (s->def->columns[c].key)
			h = hash_cell(h, rowset_cell(&s->rows, row, c));
	return h ? h : 1;
}

/* Rows with the same key columns are told apart by their order. */
static bool make_key(struct records *r, const struct section *s, size_t row)
{
	uint64_t h = hash_row(s, row);
	unsigned *times = map_at(&r->seen, h);

	if (!times)
		return false;
	h += (uint64_t)(*times)++ * UINT64_C(0x9e3779b97f4a7c15);
	r->keys[row] = h ? h : 1;
	return true;
}

static bool make_room(struct records *r, size_t rows)
{
	uint64_t *more;

	if (rows <= r->cap)
		return true;
	more = realloc(r->keys, rows * sizeof *more);
	if (!more)
		return false;
	r->keys = more;
	r->cap = rows;
	return true;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static usec row_time(const struct section *s, size_t row)
{
	usec t;

	for (size_t c = 0; c < s->def->ncolumns; c++) {
		const struct column_def *def = &s->def->columns[c];
		struct cell cell;

		if (!def->key || def->type != COLUMN_TIME)
			continue;
		cell = rowset_cell(&s->rows, row, c);
		return !cell_is_null(cell) && time_parse(cell.data, cell.len, &t) ? t : TIME_NONE;
	}
	return TIME_NONE;
}

static void number_row(struct records *r, size_t row)
{
	unsigned *number = map_at(&r->numbers, r->keys[row]);

	if (number && !*number)
		*number = ++r->last;
}

static void number_rows(struct records *r, const struct section *s)
{
	bool newest_first = r->kept > 1 && row_time(s, 0) > row_time(s, r->kept - 1);

	for (size_t i = 0; i < r->kept; i++)
		number_row(r, newest_first ? r->kept - 1 - i : i);
	r->numbered = true;
}

void records_update(struct records *r, const struct section *s)
{
	size_t rows = s->rows.rows, keep = rows < RECORDS_KEPT ? rows : RECORDS_KEPT;

	if (r->revision != s->revision || rows < r->n) {
		map_clear(&r->seen);
		r->kept = 0;
		r->numbered = false;
		r->revision = s->revision;
	}
	r->n = r->kept;
	if (!make_room(r, keep))
		return;
	r->numbered = r->numbered && r->kept == keep;
	while (r->kept < keep && make_key(r, s, r->kept))
		r->kept++;
	r->n = r->kept < keep ? r->kept : rows;
	if (section_state_final(s->state) && !r->numbered)
		number_rows(r, s);
}

uint64_t records_key(const struct records *r, const struct section *s, size_t row)
{
	if (row < r->kept)
		return r->keys[row];
	return s && row < r->n ? hash_row(s, row) : 0;
}

unsigned records_number(const struct records *r, size_t row)
{
	size_t i;

	if (row >= r->kept || !r->numbers.cap)
		return 0;
	i = slot_of(&r->numbers, r->keys[row]);
	return r->numbers.keys[i] ? r->numbers.values[i] : 0;
}

bool records_find(const struct records *r, const struct section *s, uint64_t key, size_t near,
		  size_t *row)
{
	*row = near;
	if (near < r->n && records_key(r, s, near) == key)
		return true;
	for (*row = 0; *row < r->n; ++*row)
		if (records_key(r, s, *row) == key)
			return true;
	return false;
}
