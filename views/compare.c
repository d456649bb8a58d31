#include "views/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/output.h"

static const struct { char sign; const char *word; } kinds[COMPARE_KINDS] = {
	[COMPARE_EQUAL] = { '=', "equal" },          [COMPARE_CHANGED] = { '~', "different" },
	[COMPARE_ONLY_LEFT] = { '-', "only left" },  [COMPARE_ONLY_RIGHT] = { '+', "only right" },
	[COMPARE_NEITHER] = { ' ', "neither" },
};

char compare_sign(enum compare_kind k)
{
	return kinds[k].sign;
}

/* ---- which fields there are ------------------------------------------------------------ */

static size_t find_column(const struct section_def *def, const char *id)
{
	size_t i = 0;

	while (i < def->ncolumns && strcmp(def->columns[i].id, id) != 0)
		i++;
	return i;
}

static void put_side(struct compare_field *f, int side, const struct record_copy *r, size_t column)
{
	if (column >= r->def->ncolumns)
		return;
	f->def[side] = &r->def->columns[column];
	f->cell[side] = r->cells[column];
}

static bool has_value(const struct compare_field *f, int side)
{
	return f->def[side] && !cell_is_null(f->cell[side]) && f->cell[side].len > 0;
}

/* NULL and "" are no values, but two different ways to have none. */
static enum compare_kind kind_of(const struct compare_field *f)
{
	bool left = has_value(f, COMPARE_LEFT), right = has_value(f, COMPARE_RIGHT);

	if (left && right)
		return cell_eq(f->cell[COMPARE_LEFT], f->cell[COMPARE_RIGHT]) ? COMPARE_EQUAL
		                                                              : COMPARE_CHANGED;
	if (left)
		return COMPARE_ONLY_LEFT;
	if (right)
		return COMPARE_ONLY_RIGHT;
	return f->def[COMPARE_LEFT] && f->def[COMPARE_RIGHT] &&
	       !cell_eq(f->cell[COMPARE_LEFT], f->cell[COMPARE_RIGHT]) ? COMPARE_CHANGED : COMPARE_NEITHER;
}

static void add(struct compare *c, size_t left, size_t right)
{
	struct compare_field *f = &c->fields[c->n++];

	put_side(f, COMPARE_LEFT, c->side[COMPARE_LEFT], left);
	put_side(f, COMPARE_RIGHT, c->side[COMPARE_RIGHT], right);
	f->kind = kind_of(f);
	c->count[f->kind]++;
}

bool compare_make(struct compare *c, const struct record_copy *left, const struct record_copy *right,
                  struct err *e)
{
	const struct section_def *a = left->def, *b = right->def;

	*c = (struct compare){ .side = { left, right } };
	c->fields = calloc(a->ncolumns + b->ncolumns, sizeof *c->fields);
	if (!c->fields)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	for (size_t i = 0; i < a->ncolumns; i++)
		add(c, i, find_column(b, a->columns[i].id));
	for (size_t i = 0; i < b->ncolumns; i++)
		if (find_column(a, b->columns[i].id) == a->ncolumns)
			add(c, a->ncolumns, i);
	return true;
}

void compare_release(struct compare *c)
{
	free(c->fields);
	*c = (struct compare){ 0 };
}

/* ---- words ----------------------------------------------------------------------------- */

const char *compare_absence(const struct compare_field *f, int side)
{
	if (!f->def[side])
		return "no such field";
	if (cell_is_null(f->cell[side]))
		return "not given";
	return f->cell[side].len ? NULL : "empty";
}

size_t compare_common(struct cell a, struct cell b)
{
	size_t n = 0, most = a.len < b.len ? a.len : b.len;

	while (n < most && a.data[n] == b.data[n])
		n++;
	/* Not in the middle of a character. */
	while (n > 0 && ((n < a.len && (a.data[n] & 0xc0) == 0x80) ||
	                 (n < b.len && (b.data[n] & 0xc0) == 0x80)))
		n--;
	return n;
}

const char *compare_name(char out[static COMPARE_NAME], const struct compare *c, int side)
{
	const struct record_copy *r = c->side[side], *other = c->side[1 - side];
	bool section = r->def != other->def, of = strcmp(r->of, other->of) != 0;

	snprintf(out, COMPARE_NAME, "%s%s%s%s%s", section ? r->def->title : "", section ? " " : "", r->ref,
	         of ? " of " : "", of ? r->of : "");
	return out;
}

/* ---- to be copied ------------------------------------------------------------------------ */

static bool wanted(const struct compare_field *f, bool all)
{
	return all || compare_differs(f->kind);
}

static size_t left_out(const struct compare *c, bool all)
{
	return all ? 0 : c->count[COMPARE_EQUAL] + c->count[COMPARE_NEITHER];
}

/* "Callbacks C4 of 726100801", whatever the other side is. */
static void put_whole_name(const struct record_copy *r, struct buf *out)
{
	buf_printf(out, "%s %s of ", r->def->title, r->ref);
	buf_put_safe(out, r->of, strlen(r->of));
}

static void put_cell(const struct compare_field *f, int side, struct buf *out)
{
	const char *absent = compare_absence(f, side);

	if (absent)
		buf_printf(out, "(%s)", absent);
	else
		buf_put_safe(out, f->cell[side].data, f->cell[side].len);
}

static void put_rows(const struct compare *c, bool all, struct buf *out)
{
	buf_puts(out, "\tfield\t");
	put_whole_name(c->side[COMPARE_LEFT], out);
	buf_putc(out, '\t');
	put_whole_name(c->side[COMPARE_RIGHT], out);
	for (size_t i = 0; i < c->n; i++) {
		const struct compare_field *f = &c->fields[i];

		if (!wanted(f, all))
			continue;
		buf_printf(out, "\n%c\t%s\t", compare_sign(f->kind), compare_title(f));
		put_cell(f, COMPARE_LEFT, out);
		buf_putc(out, '\t');
		put_cell(f, COMPARE_RIGHT, out);
	}
	if (left_out(c, all))
		buf_printf(out, "\n%zu fields are equal", left_out(c, all));
}

static void put_markdown_cell(const struct compare_field *f, int side, struct buf *out)
{
	const char *absent = compare_absence(f, side);

	buf_puts(out, " | ");
	if (absent)
		buf_printf(out, "*%s*", absent);
	else
		copy_put_markdown(out, f->cell[side].data, f->cell[side].len);
}

static void put_markdown(const struct compare *c, bool all, struct buf *out)
{
	struct buf name = BUF_INIT;

	buf_puts(out, "| | field");
	for (int side = 0; side < COMPARE_SIDES; side++) {
		buf_clear(&name);
		put_whole_name(c->side[side], &name);
		buf_puts(out, " | ");
		copy_put_markdown(out, buf_str(&name), name.len);
	}
	buf_release(&name);
	buf_puts(out, " |\n|---|---|---|---|\n");
	for (size_t i = 0; i < c->n; i++) {
		const struct compare_field *f = &c->fields[i];

		if (!wanted(f, all))
			continue;
		buf_printf(out, "| %s | %s", kinds[f->kind].word, compare_title(f));
		put_markdown_cell(f, COMPARE_LEFT, out);
		put_markdown_cell(f, COMPARE_RIGHT, out);
		buf_puts(out, " |\n");
	}
	if (left_out(c, all))
		buf_printf(out, "\n%zu fields are equal.\n", left_out(c, all));
}

static void put_json_side(const struct record_copy *r, struct buf *out)
{
	buf_printf(out, "{\"section\":\"%s\",\"ref\":\"%s\",\"of\":", r->def->id, r->ref);
	output_json_text(out, r->of, strlen(r->of));
	buf_putc(out, '}');
}

/* A member that is missing: that side's section has no such field. */
static void put_json_field(const struct compare_field *f, struct buf *out)
{
	static const char *const names[COMPARE_SIDES] = { "left", "right" };
	const struct column_def *def = f->def[COMPARE_LEFT] ? f->def[COMPARE_LEFT] : f->def[COMPARE_RIGHT];

	buf_printf(out, "{\"field\":\"%s\",\"state\":\"%s\"", def->id, kinds[f->kind].word);
	for (int side = 0; side < COMPARE_SIDES; side++) {
		if (!f->def[side])
			continue;
		buf_printf(out, ",\"%s\":", names[side]);
		output_json_text(out, f->cell[side].data, f->cell[side].len);
	}
	buf_putc(out, '}');
}

static void put_json(const struct compare *c, bool all, struct buf *out)
{
	const char *before = "";

	buf_puts(out, "{\"left\":");
	put_json_side(c->side[COMPARE_LEFT], out);
	buf_puts(out, ",\"right\":");
	put_json_side(c->side[COMPARE_RIGHT], out);
	buf_printf(out, ",\"left_out\":%zu,\"fields\":[", left_out(c, all));
	for (size_t i = 0; i < c->n; i++) {
		if (!wanted(&c->fields[i], all))
			continue;
		buf_puts(out, before);
		put_json_field(&c->fields[i], out);
		before = ",";
	}
	buf_puts(out, "]}");
}

void compare_put(const struct compare *c, enum copy_form form, bool all, struct buf *out)
{
	switch (form) {
	case COPY_JSON:     put_json(c, all, out); break;
	case COPY_MARKDOWN: put_markdown(c, all, out); break;
	default:            put_rows(c, all, out); break;
	}
}
