/* For people: each section with its state, where it comes from, and its rows. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "views/output.h"

enum { CELL_WIDTH = 40, LABEL_WIDTH = 24 };

static void put_padded(struct buf *line, const char *data, size_t len, size_t width)
{
	char safe[CELL_WIDTH * 4 + 1];
	size_t cells;

	text_safe(safe, sizeof safe, data ? data : "", len);
	cells = text_cells(safe, strlen(safe));
	if (cells > width) {                         /* cut at a grapheme, say that it is cut */
		struct glyph g;
		size_t at = 0, used = 0, n;

		while ((n = text_next(safe + at, strlen(safe + at), &g)) && used + g.cells < width) {
			at += n;
			used += g.cells;
		}
		buf_put(line, safe, at);
		buf_puts(line, "…");
		cells = used + 1;
	} else {
		buf_puts(line, safe);
	}
	for (; cells < width; cells++)
		buf_putc(line, ' ');
}

static size_t column_width(const struct section *s, size_t c)
{
	size_t width = strlen(s->def->columns[c].title);

	for (size_t r = 0; r < s->rows.rows && width < CELL_WIDTH; r++) {
		struct cell cell = rowset_cell(&s->rows, r, c);
		size_t cells = cell.len > CELL_WIDTH * 4 ? CELL_WIDTH : text_cells(cell.data, cell.len);

		if (cells > width)
			width = cells;
	}
	return width < CELL_WIDTH ? width : CELL_WIDTH;
}

static bool put_line(FILE *out, struct buf *line)
{
	while (line->len && line->data[line->len - 1] == ' ')
		line->data[--line->len] = '\0';
	bool ok = !line->failed && fprintf(out, "%s\n", buf_str(line)) > 0;

	buf_clear(line);
	return ok;
}

/* Columns that a table shows; bodies and details stay in the JSON. */
static bool shown(const struct column_def *c)
{
	return c->priority && c->type != COLUMN_BODY;
}

static bool put_table(FILE *out, const struct section *s, struct buf *line)
{
	size_t widths[64] = { 0 }, n = s->def->ncolumns < 64 ? s->def->ncolumns : 64;
	bool ok;

	buf_puts(line, "  ");
	for (size_t c = 0; c < n; c++) {
		const char *title = s->def->columns[c].title;

		if (!shown(&s->def->columns[c]))
			continue;
		widths[c] = column_width(s, c);
		put_padded(line, title, strlen(title), widths[c] + 2);
	}
	ok = put_line(out, line);
	for (size_t r = 0; ok && r < s->rows.rows; r++) {
		enum mark m = s->def->mark ? s->def->mark(&s->rows, r) : MARK_FINE;

		buf_puts(line, m == MARK_PROBLEM ? "! " : m == MARK_DOUBT ? "? " : "  ");
		for (size_t c = 0; c < n; c++) {
			struct cell cell = rowset_cell(&s->rows, r, c);

			if (widths[c])
				put_padded(line, cell.data, cell.len, widths[c]);
			if (widths[c])
				buf_puts(line, "  ");
		}
		ok = put_line(out, line);
	}
	return ok;
}

/* A single row reads better as a list of its fields. */
static bool put_record(FILE *out, const struct section *s, struct buf *line)
{
	bool ok = true;

	for (size_t c = 0; ok && c < s->def->ncolumns; c++) {
		const struct column_def *col = &s->def->columns[c];
		struct cell cell = rowset_cell(&s->rows, 0, c);

		if (cell_is_null(cell) || !cell.len || col->type == COLUMN_BODY)
			continue;
		buf_puts(line, "  ");
		put_padded(line, col->title, strlen(col->title), LABEL_WIDTH);
		buf_put_safe(line, cell.data, cell.len);
		ok = put_line(out, line);
	}
	return ok;
}

static void put_head(struct buf *line, const struct section *s)
{
	char iso[TIME_TEXT_MAX];

	buf_printf(line, "%s  %s", s->def->title, section_state_word(s->state));
	if (s->rows.rows)
		buf_printf(line, "  %zu row%s", s->rows.rows, s->rows.rows == 1 ? "" : "s");
	if (s->problems)
		buf_printf(line, "  !%zu", s->problems);
	if (s->answered_by)
		buf_printf(line, "  from %s%s, as of %s", s->answered_by,
			   s->fallback ? " (fallback)" : "", time_iso(iso, s->as_of, false));
	if (s->state == SECTION_EMPTY)
		buf_printf(line, ": %s", section_absent(s));
}

static bool put_section(FILE *out, const struct section *s, usec now, struct buf *line)
{
	put_head(line, s);
	if (!put_line(out, line))
		return false;
	if (s->about[0]) {
		buf_printf(line, "  about: %s", s->about);
		if (!put_line(out, line))
			return false;
	}
	if (s->reason[0]) {
		buf_printf(line, "  (%s)", s->reason);
		if (!put_line(out, line))
			return false;
	}
	if (s->rows.rows && s->def->summary) {
		buf_puts(line, "  ");
		s->def->summary(&s->rows, now, line);
		if (line->len > 2 ? !put_line(out, line) : (buf_clear(line), false))
			return false;
	}
	if (s->rows.rows == 1)
		return put_record(out, s, line);
	return !s->rows.rows || put_table(out, s, line);
}

bool output_unasked(FILE *out, const struct investigation *inv)
{
	bool any = false;

	for (size_t i = 0; i < inv->nsections; i++) {
		if (inv->sections[i].state != SECTION_UNASKED)
			continue;
		if (fprintf(out, "%s%s", any ? ", " : "on demand, not asked: ", inv->sections[i].def->id) < 0)
			return false;
		any = true;
	}
	return !any || fputs(" (--section ID asks)\n", out) != EOF;
}

bool output_text(FILE *out, const struct investigation *inv, const struct output_choice *choice)
{
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
	struct buf line = BUF_INIT;
	bool ok;

	buf_put_safe(&line, inv->typed, strlen(inv->typed));
	buf_printf(&line, "  window %s to %s", time_iso(from, inv->window.from, false),
		   inv->window.to == TIME_NONE ? "now" : time_iso(to, inv->window.to, false));
	if (inv->window.reason[0])
		buf_printf(&line, "  (%s)", inv->window.reason);
	ok = put_line(out, &line);
	for (size_t i = 0; ok && i < inv->nsections; i++)
		if (output_wants(choice, &inv->sections[i]))
			ok = putc('\n', out) != EOF &&
			     put_section(out, &inv->sections[i], inv->opened_wall, &line);
	buf_release(&line);
	if (ok && !choice->n && investigation_asked(inv, NULL) < inv->nsections)
		ok = putc('\n', out) != EOF && output_unasked(out, inv);
	return ok && !fflush(out);
}
