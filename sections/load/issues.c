/* Tickets of the teams that know the load, or the error: asked from a record's error, or
 * about the load. */
#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define ISSUE_COLUMNS(X) \
	X(I_KEY, "key", "issue", TEXT, 1, 11, true) \
	X(I_STATUS, "status", "status", TEXT, 1, 12, false) \
	X(I_SUMMARY, "summary", "summary", TEXT, 1, 0, false) \
	X(I_UPDATED, "updated_at", "updated", TIME, 1, 16, false) \
	X(I_ASSIGNEE, "assignee", "assignee", TEXT, 2, 14, false) \
	X(I_PRIORITY, "priority", "priority", TEXT, 3, 8, false) \
	X(I_CREATED, "created_at", "created", TIME, 3, 16, false) \
	X(I_REPORTER, "reporter", "reporter", TEXT, 0, 14, false) \
	X(I_OPEN, "open", "open", FLAG, 0, 5, false) \
	X(I_CATEGORY, "category", "category", TEXT, 0, 12, false)

enum { ISSUE_COLUMNS(COLUMN_SYMBOL) I_COUNT };

static const struct column_def columns[I_COUNT] = { ISSUE_COLUMNS(COLUMN_ROW) };

/* The site's own names of states count where it does not tell the category. */
static bool is_open(const struct cell *c)
{
	static const char *const ends[] = { "Done", "Closed", "Resolved" };

	if (!cell_blank(c[I_CATEGORY]))
		return !cell_is(c[I_CATEGORY], "done");
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (cell_has(c[I_STATUS], ends[i]))
			return false;
	}
	return true;
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, I_COUNT, c);
	c[I_OPEN] = cell_of(is_open(c) ? "true" : "false");
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_distinct(in, m, I_KEY, I_UPDATED, I_COUNT, e);
}

static bool row_open(const struct rowset *rows, size_t row)
{
	return cell_is(rowset_cell(rows, row, I_OPEN), "true");
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	return row_open(rows, row) ? MARK_DOUBT : MARK_FINE;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t open = 0;

	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++)
		open += row_open(rows, i);
	buf_printf(out, "%zu issue%s, %zu open", rows->rows, rows->rows == 1 ? "" : "s", open);
	put_newest(out, " change", rows, I_UPDATED, now);
}

/* ---- the table ---------------------------------------------------------------------------- */

static const char *const needs_error[] = { "issue_error", NULL };

static const struct step steps[] = {
	{ .source = "jira", .query = "issues_by_error", .needs = needs_error, .authority = true },
	{ .source = "jira", .query = "issues_by_load", .authority = true },
};

static const struct ask_def asks[] = {
	{ "issues about this error", "callbacks", { { "error_msg", "issue_error" } } },
	{ "issues about this error", "creation", { { "error", "issue_error" } } },
	{ "issues about this error", "carrier_files", { { "error", "issue_error" } } },
	{ "issues about this error", "jt_history", { { "error", "issue_error" } } },
	{ "issues about this line", "logs", { { "message", "issue_error" } } },
};

static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(I_CREATED), .what = { MOMENT_COLUMN(I_KEY), MOMENT_COLUMN(I_SUMMARY) },
	  .optional = true },
};

const struct section_def section_issues = {
	.id = "issues",
	.title = "Issues",
	.letter = 'I',
	.absent = "no issue matches",
	.columns = columns,
	.ncolumns = I_COUNT,
	.after = after_nothing,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 50,
	.ttl = 10 * USEC_MIN,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.on_demand = true,
	.question = "Jira issues that name the load, or say what an error says",
	.asks = asks,
	.nasks = sizeof asks / sizeof asks[0],
};
