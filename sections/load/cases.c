/* Salesforce cases that name the load, or whose number was typed. */
#include <stdio.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define CASE_COLUMNS(X) \
	X(T_NUMBER, "number", "case", TEXT, 1, 9, true) \
	X(T_STATUS, "status", "status", TEXT, 1, 12, false) \
	X(T_SUBJECT, "subject", "subject", TEXT, 1, 0, false) \
	X(T_UPDATED, "updated_at", "updated", TIME, 1, 16, false) \
	X(T_PRIORITY, "priority", "priority", TEXT, 2, 8, false) \
	X(T_OWNER, "owner", "owner", TEXT, 2, 16, false) \
	X(T_CREATED, "created_at", "created", TIME, 2, 16, false) \
	X(T_ACCOUNT, "account", "account", TEXT, 3, 18, false) \
	X(T_CONTACT, "contact", "contact", TEXT, 3, 16, false) \
	X(T_CATEGORY, "category", "category", TEXT, 3, 18, false) \
	X(T_MODE, "mode", "mode", TEXT, 0, 8, false) \
	X(T_CLOSED, "closed", "closed", FLAG, 0, 6, false) \
	X(T_LOAD, "load_id", "load id", TEXT, 0, 12, false) \
	X(T_ID, "case_id", "case id", TEXT, 0, 18, false) \
	X(T_DESCRIPTION, "description", "description", BODY, 0, 0, false)

enum { CASE_COLUMNS(COLUMN_SYMBOL) T_COUNT };

static const struct column_def columns[T_COUNT] = { CASE_COLUMNS(COLUMN_ROW) };

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, T_COUNT, c);
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_newest_first(in, m, T_UPDATED, T_COUNT, e);
}

static bool is_open(const struct rowset *rows, size_t row)
{
	return cell_flag(rowset_cell(rows, row, T_CLOSED)) == FLAG_NO;
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	return is_open(rows, row) ? MARK_DOUBT : MARK_FINE;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	usec newest = rows->rows > 0 ? cell_time(rowset_cell(rows, 0, T_UPDATED)) : TIME_NONE;
	size_t open = 0;

	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++)
		open += is_open(rows, i);
	buf_printf(out, "%zu case%s, %zu open", rows->rows, rows->rows == 1 ? "" : "s", open);
	if (newest == TIME_NONE)
		return;
	buf_puts(out, ", newest change");
	put_ago(out, now, newest);
}

/* ---- the table ---------------------------------------------------------------------------- */

static const char *const needs_id[] = { "tracking_id", NULL };

static const struct step steps[] = {
	{ .source = "salesforce", .query = "cases", .needs = needs_id, .authority = true },
	{ .source = "salesforce", .query = "cases_by_number", .authority = true },
};

static const struct moment_def moments[] = {
	{ .word = "case", .event = MOMENT_COLUMN(T_CREATED),
	  .what = { MOMENT_COLUMN(T_NUMBER), MOMENT_COLUMN(T_SUBJECT) }, .optional = true },
};

static const struct jump_def jumps[] = {
	{ "the load it names", "load", { { "load_id", "tracking_id" } } },
};

const struct section_def section_cases = {
	.id = "cases",
	.title = "Cases",
	.letter = 'T',
	.absent = "no case names it",
	.columns = columns,
	.ncolumns = T_COUNT,
	.after = after_load,
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
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
	.on_demand = true,
	.question = "Salesforce cases about the load",
	.opens = "load_id",
};
