/* What a language model makes of the case. Asked only where a person opens it and agrees to
 * what is sent; an opinion about the rows, no row of its own. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sections/load/cells.h"
#include "sections/load/load.h"

#define EXPLAIN_COLUMNS(X) \
	X(X_TEXT, "text", "what it writes", TEXT, 1, 0, false) \
	X(X_MODEL, "model", "written by", TEXT, 0, 28, false) \
	X(X_STOP, "stop", "ended by", TEXT, 0, 12, false) \
	X(X_READ, "tokens_read", "tokens read", NUMBER, 0, 8, false) \
	X(X_WRITTEN, "tokens_written", "tokens written", NUMBER, 0, 8, false)

enum { EXPLAIN_COLUMNS(COLUMN_SYMBOL) X_COUNT };

static const struct column_def columns[X_COUNT] = { EXPLAIN_COLUMNS(COLUMN_ROW) };

enum { LINE_CELLS = 52 };       /* what 80 columns show beside the rail */

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	if (facts_get(f, "evidence"))
		return false;
	snprintf(reason, REASON_MAX, "asked in the workbench only, where you see first what would be sent");
	return true;
}

/* How much of the text stands on the next line: up to its last blank that fits, else as many
 * characters as fit. *next is where the line after it begins. */
static size_t line_of(struct cell text, size_t *next)
{
	size_t at = 0, blank = 0, cells = 0, n;
	struct glyph g;

	while (at < text.len && (n = text_next(text.data + at, text.len - at, &g)) &&
	       cells + g.cells <= LINE_CELLS) {
		if (at > 0 && text.data[at] == ' ')
			blank = at;
		cells += g.cells;
		at += n;
	}
	if (at < text.len && text.data[at] != ' ' && blank > 0)
		at = blank;
	*next = at + (at < text.len && text.data[at] == ' ');
	return at;
}

/* A paragraph becomes the lines that a pane can show. */
static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	struct cell rest = c[X_TEXT], line[X_COUNT];
	size_t next = 0;

	memcpy(line, c, sizeof line);
	line[X_STOP] = line[X_READ] = line[X_WRITTEN] = CELL_NULL;
	while (line[X_TEXT].len = line_of(rest, &next), next < rest.len) {
		line[X_TEXT].data = rest.data;
		if (!row_emit(m, line, e))
			return false;
		rest = (struct cell){ rest.data + next, rest.len - next };
	}
	c[X_TEXT] = rest;
	return row_emit(m, c, e);
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	struct cell model = rowset_cell(rows, 0, X_MODEL);
	struct cell read = rowset_cell(rows, rows->rows - 1, X_READ);
	struct cell written = rowset_cell(rows, rows->rows - 1, X_WRITTEN);

	(void)now;
	buf_puts(out, "no evidence: by ");
	buf_put_safe(out, model.data ? model.data : "a model", model.data ? model.len : 7);
	if (read.len > 0 && written.len > 0)
		buf_printf(out, " (%.*s tokens in, %.*s out)", (int)read.len, read.data, (int)written.len,
			   written.data);
}

static const char *const needs_evidence[] = { "evidence", NULL };

static const struct step steps[] = {
	{ .source = "llm", .query = "explain", .needs = needs_evidence },
};

const struct section_def section_explain = {
	.id = "explain",
	.title = "Explanation",
	.letter = 'X',
	.columns = columns,
	.ncolumns = X_COUNT,
	.after = after_nothing,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 500,
	.deadline = 10 * USEC_MIN,
	.skip = skip,
	.derive = derive,
	.summary = summary,
	.on_demand = true,
	.question = "what a language model makes of the rows: an opinion, sent for only after you agree",
	.told = "evidence",
};
