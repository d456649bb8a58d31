#include "sections/evidence.h"

#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/text.h"

struct writer {
	struct evidence *e;
	struct redact *redact;
	const struct investigation *inv;
	usec now;
	evidence_number *number;
	const void *ctx;
	struct buf cell;
};

void evidence_release(struct evidence *e)
{
	buf_release(&e->text);
	*e = (struct evidence)EVIDENCE_INIT;
}

/* ---- values ------------------------------------------------------------------------- */

/* On one line, cut between characters. A bar would end the value for a reader. */
static void put_value(struct writer *w, const char *data, size_t len)
{
	struct buf *out = &w->e->text;
	size_t used = 0, n;
	struct glyph g;

	buf_clear(&w->cell);
	redact_put(w->redact, &w->cell, data, len, &w->e->hidden);
	data = buf_str(&w->cell);
	len = w->cell.len;
	for (; (n = text_next(data, len, &g)); data += n, len -= n) {
		if (used + g.len > EVIDENCE_CELL) {
			buf_puts(out, "…");
			break;
		}
		buf_put(out, strcmp(g.utf8, "|") == 0 ? "/" : g.utf8, g.len);
		used += g.len;
	}
}

static void put_text(struct writer *w, const char *text)
{
	put_value(w, text, strlen(text));
}

static void put_time(struct writer *w, const char *before, usec at)
{
	char iso[TIME_TEXT_MAX];

	buf_printf(&w->e->text, "%s%s", before, time_iso(iso, at, false));
}

/* ---- a section ------------------------------------------------------------------------ */

/* What a state lets a reader conclude. */
static const char *meaning(const struct section *s)
{
	switch (s->state) {
	case SECTION_OK:
		return "answered";
	case SECTION_EMPTY:
		return "asked and answered";
	case SECTION_PARTIAL:
		return "INCOMPLETE: what is not here may still exist";
	case SECTION_SKIPPED:
		return "not asked";
	case SECTION_FAILED:
		return "FAILED: nothing is known from this, least of all that there is nothing";
	case SECTION_UNAVAILABLE:
		return "NOT CONFIGURED: nothing is known from this";
	case SECTION_CANCELLED:
		return "STOPPED by the user: nothing more is known from this";
	default:
		return "NOT FINISHED: more may come";
	}
}

static void put_head(struct writer *w, const struct section *s)
{
	struct buf *out = &w->e->text;

	buf_printf(out, "\n## %s (%c): %s", s->def->title, s->def->letter, meaning(s));
	if (s->state == SECTION_EMPTY)
		buf_printf(out, ": %s", section_absent(s));
	if (s->reason[0]) {
		buf_puts(out, ": ");
		put_text(w, s->reason);
	}
	if (s->answered_by)
		buf_printf(out, "; from %s%s", s->answered_by, s->fallback ? ", which is not the first choice" : "");
	if (s->as_of != TIME_NONE)
		put_time(w, ", data as of ", s->as_of);
	if (s->previous)
		buf_puts(out, "; the rows are of an earlier answer");
	if (s->rows.rows > 0 && s->def->summary) {
		struct buf summary = BUF_INIT;

		s->def->summary(&s->rows, w->now, &summary);
		buf_puts(out, "\n");
		put_value(w, buf_str(&summary), summary.len);
		buf_release(&summary);
	}
	buf_puts(out, "\n");
}

/* What a wide pane shows, as far as any row has it. */
static bool told_column(const struct section *s, size_t c)
{
	const struct column_def *col = &s->def->columns[c];

	if (!col->priority || col->type == COLUMN_BODY)
		return false;
	for (size_t r = 0; r < s->rows.rows; r++)
		if (rowset_cell(&s->rows, r, c).len > 0)
			return true;
	return false;
}

static enum mark mark_of(const struct section *s, size_t row)
{
	return s->def->mark ? s->def->mark(&s->rows, row) : MARK_FINE;
}

static size_t choose_marked(const struct section *s, enum mark m, size_t *chosen, size_t n)
{
	for (size_t r = 0; r < s->rows.rows && n < EVIDENCE_ROWS; r++)
		if (mark_of(s, r) == m)
			chosen[n++] = r;
	return n;
}

/* Problems first, then what is doubtful, then the others, as they stand in the pane; the
 * rows told are in that order again. */
static size_t choose(const struct section *s, size_t chosen[static EVIDENCE_ROWS])
{
	size_t n = choose_marked(s, MARK_PROBLEM, chosen, 0);

	n = choose_marked(s, MARK_DOUBT, chosen, n);
	n = choose_marked(s, MARK_FINE, chosen, n);
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && chosen[k] < chosen[k - 1]; k--) {
			size_t t = chosen[k];

			chosen[k] = chosen[k - 1];
			chosen[k - 1] = t;
		}
	return n;
}

static void put_row(struct writer *w, const struct section *s, const bool *told, size_t row)
{
	struct buf *out = &w->e->text;
	unsigned number = w->number(w->ctx, (size_t)(s - w->inv->sections), row);
	enum mark m = mark_of(s, row);

	if (number)
		buf_printf(out, "%c%u", s->def->letter, number);
	else
		buf_printf(out, "%c?", s->def->letter);
	buf_puts(out, m == MARK_PROBLEM ? " problem" : m == MARK_DOUBT ? " doubtful" : "");
	for (size_t c = 0; c < s->def->ncolumns; c++) {
		struct cell cell = rowset_cell(&s->rows, row, c);

		if (!told[c])
			continue;
		buf_puts(out, " | ");
		put_value(w, cell.data ? cell.data : "", cell.len);
	}
	buf_puts(out, "\n");
}

static void put_rows(struct writer *w, const struct section *s)
{
	struct buf *out = &w->e->text;
	size_t chosen[EVIDENCE_ROWS], n = choose(s, chosen), from = out->len, told_rows = 0;
	bool told[ROWS_MAX_COLUMNS] = { false };

	buf_puts(out, "ref");
	for (size_t c = 0; c < s->def->ncolumns; c++) {
		told[c] = told_column(s, c);
		if (told[c])
			buf_printf(out, " | %s", s->def->columns[c].id);
	}
	buf_puts(out, "\n");
	for (; told_rows < n && out->len - from < EVIDENCE_SECTION; told_rows++)
		put_row(w, s, told, chosen[told_rows]);
	w->e->rows += told_rows;
	w->e->left_out += s->rows.rows - told_rows;
	if (told_rows < s->rows.rows)
		buf_printf(out, "… and %zu more rows that are not listed\n", s->rows.rows - told_rows);
}

/* ---- the case --------------------------------------------------------------------------- */

static void put_case(struct writer *w)
{
	const struct investigation *inv = w->inv;
	struct buf *out = &w->e->text;

	buf_printf(out, "The %s that was looked for: ", inv->workspace->subject);
	put_text(w, inv->typed);
	put_time(w, "\nNow: ", w->now);
	for (size_t i = 0; inv->workspace->subject_facts[i]; i++) {
		const char *value = facts_get(&inv->facts, inv->workspace->subject_facts[i]);

		if (!value)
			continue;
		buf_printf(out, "\n%s: ", inv->workspace->subject_facts[i]);
		put_text(w, value);
	}
	if (inv->window_known && inv->window.from != TIME_NONE) {
		put_time(w, "\nLooked at: from ", inv->window.from);
		if (inv->window.to != TIME_NONE)
			put_time(w, " to ", inv->window.to);
	}
	buf_puts(out, "\n");
}

bool evidence_render(struct evidence *e, const struct investigation *inv, const struct section_def *without,
		     usec now, evidence_number *number, const void *ctx, struct err *err)
{
	struct writer w = { .e = e, .redact = redact_new(err), .inv = inv, .now = now, .number = number,
			    .ctx = ctx };
	bool ok;

	if (!w.redact)
		return false;
	e->settled = true;
	put_case(&w);
	for (size_t i = 0; i < inv->nsections; i++) {
		const struct section *s = &inv->sections[i];

		if (s->def == without || s->state == SECTION_UNASKED)
			continue;
		e->settled = e->settled && section_state_final(s->state);
		put_head(&w, s);
		if (s->rows.rows > 0)
			put_rows(&w, s);
	}
	ok = !e->text.failed && !w.cell.failed;
	buf_release(&w.cell);
	redact_free(w.redact);
	return ok || err_set(err, ERR_MEMORY, 0, "out of memory");
}
