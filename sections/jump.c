#include "sections/jump.h"

#include <string.h>

/* ---- values ------------------------------------------------------------------------------ */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct cell trim(struct cell c)
{
	while (c.len && (c.data[0] == ' ' || c.data[0] == '\t')) {
		c.data++;
		c.len--;
	}
	while (c.len && (c.data[c.len - 1] == ' ' || c.data[c.len - 1] == '\t'))
		c.len--;
	return c;
}

/* Identifiers are written in capitals here and without there. */
static bool same(struct cell a, struct cell b)
{
	a = trim(a);
	b = trim(b);
	if (!a.len || a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.data[i]) != lower(b.data[i]))
			return false;
	return true;
}

static usec time_of(struct cell c)
{
	usec t;

	return !cell_is_null(c) && time_parse(c.data, c.len, &t) ? t : TIME_NONE;
}

static size_t column_of(const struct section_def *def, const char *id)
{
	size_t i = 0;

	while (i < def->ncolumns && strcmp(def->columns[i].id, id) != 0)
		i++;
	return i;
}

/* ---- what is looked for --------------------------------------------------------------------- */

struct wanted {
	const struct jump_def *def;
	struct { struct cell value; size_t column; } keys[JUMP_KEYS];
	size_t nkeys;
	usec at;                   /* TIME_NONE = time does not matter */
	size_t at_column;
};

/* False when the record lacks a value that it takes. */
static bool prepare(struct wanted *w, const struct section *from, size_t row, const struct section *to)
{
	const struct jump_def *def = w->def;
	size_t given = 0;

	for (; w->nkeys < JUMP_KEYS && def->same[w->nkeys].here; w->nkeys++) {
		w->keys[w->nkeys].value = trim(section_cell(from, row, def->same[w->nkeys].here));
		w->keys[w->nkeys].column = column_of(to->def, def->same[w->nkeys].there);
		given += w->keys[w->nkeys].value.len > 0;
	}
	if (def->when != JUMP_WHENEVER) {
		w->at = time_of(section_cell(from, row, def->at));
		w->at_column = column_of(to->def, def->there_at);
		if (w->at == TIME_NONE)
			return false;
	}
	return !w->nkeys || (def->any ? given > 0 : given == w->nkeys);
}

static bool keys_fit(const struct wanted *w, const struct section *to, size_t row)
{
	size_t equal = 0;

	for (size_t i = 0; i < w->nkeys; i++)
		equal += same(w->keys[i].value, rowset_cell(&to->rows, row, w->keys[i].column));
	return !w->nkeys || (w->def->any ? equal > 0 : equal == w->nkeys);
}

/* How far away in time on the wanted side; false: on the other side, too far, no time. */
static bool distance(const struct wanted *w, const struct section *to, size_t row, usec *out)
{
	usec then;

	*out = 0;
	if (w->def->when == JUMP_WHENEVER)
		return true;
	then = time_of(rowset_cell(&to->rows, row, w->at_column));
	if (then == TIME_NONE)
		return false;
	*out = w->def->when == JUMP_BEFORE ? w->at - then : then - w->at;
	return *out >= 0 && *out <= w->def->within;
}

static void look_through(const struct wanted *w, const struct section *to, struct jump *out)
{
	size_t n = to->rows.rows < JUMP_ROWS ? to->rows.rows : JUMP_ROWS;
	usec nearest = 0, far;

	out->cut = to->rows.rows > n;
	for (size_t row = 0; row < n; row++) {
		if (!keys_fit(w, to, row) || !distance(w, to, row, &far))
			continue;
		if (!out->fits++ || far < nearest) {
			out->row = row;
			nearest = far;
		}
	}
	out->outcome = out->fits ? JUMP_FOUND : JUMP_NO_MATCH;
}

void jump_follow(const struct investigation *inv, const struct section *from, size_t row,
                 const struct jump_def *def, struct jump *out)
{
	struct wanted w = { .def = def, .at = TIME_NONE };
	const struct section *to;

	*out = (struct jump){ .outcome = JUMP_NO_ROWS };
	while (out->section < inv->nsections && strcmp(inv->sections[out->section].def->id, def->to) != 0)
		out->section++;
	if (out->section == inv->nsections)
		return;
	to = &inv->sections[out->section];
	if (!prepare(&w, from, row, to))
		out->outcome = JUMP_NOT_GIVEN;
	else if (to->rows.rows)
		look_through(&w, to, out);
}
