/* The files of ocean events (EDI 315) that a carrier sent in those days, as they lie in the
 * bucket: whose load they are about stands in them only. */
#include <stdio.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define EDI_FILE_COLUMNS(X) \
	X(B_MODIFIED, "last_modified", "stored", TIME, 1, 16, true) \
	X(B_NAME, "file_name", "file", TEXT, 1, 0, false) \
	X(B_SIZE, "size", "bytes", NUMBER, 1, 10, false) \
	X(B_KEY, "object_key", "object", TEXT, 2, 50, false) \
	X(B_STORAGE, "storage", "storage class", TEXT, 3, 13, false)

enum { EDI_FILE_COLUMNS(COLUMN_SYMBOL) B_COUNT };

static const struct column_def columns[B_COUNT] = { EDI_FILE_COLUMNS(COLUMN_ROW) };

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, B_COUNT, c);
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_newest_first(in, m, B_MODIFIED, B_COUNT, e);
}

static bool is_empty(const struct rowset *rows, size_t row)
{
	return cell_is(rowset_cell(rows, row, B_SIZE), "0");
}

/* Put away: it has to be restored before it can be read. */
static bool is_archived(const struct rowset *rows, size_t row)
{
	struct cell storage = rowset_cell(rows, row, B_STORAGE);

	return cell_is(storage, "GLACIER") || cell_is(storage, "DEEP_ARCHIVE");
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	return is_empty(rows, row) || is_archived(rows, row) ? MARK_DOUBT : MARK_FINE;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t empty = 0, archived = 0;
	usec last;

	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++) {
		empty += is_empty(rows, i);
		archived += is_archived(rows, i);
	}
	buf_printf(out, "%zu file%s of the carrier", rows->rows, rows->rows == 1 ? "" : "s");
	if (empty > 0)
		buf_printf(out, ", %zu empty", empty);
	if (archived > 0)
		buf_printf(out, ", %zu archived", archived);
	last = cell_time(rowset_cell(rows, 0, B_MODIFIED));
	if (last == TIME_NONE)
		return;
	buf_puts(out, ", last");
	put_ago(out, now, last);
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	const char *around = facts_get(f, "edi_around");

	if (facts_get(f, "candidates"))
		return skip_without_load(f, reason);
	if (around && cell_time(cell_of(around)) == TIME_NONE)
		snprintf(reason, REASON_MAX, "needs a time, as 2026-01-20 05:22: what it is asked about is none");
	else if (!facts_get(f, "carrier_id"))
		snprintf(reason, REASON_MAX, "the carrier is not known");
	else if (load_is_ocean(f) == OCEAN_NO)
		snprintf(reason, REASON_MAX, "not an ocean load: mode %s, no container", facts_get(f, "mode"));
	else
		return false;
	return true;
}

static const char *const needs_moment[] = { "carrier_id", "edi_around", NULL };
static const char *const needs_carrier[] = { "carrier_id", NULL };

static bool no_moment(const struct facts *f)
{
	return !facts_get(f, "edi_around");
}

/* The days around a record when it was asked about one, else all of the load's. */
static const struct step steps[] = {
	{ .source = "edi", .query = "edi_files_around", .needs = needs_moment, .authority = true },
	{ .source = "edi", .query = "edi_files", .needs = needs_carrier, .applies = no_moment, .authority = true },
};

static const struct ask_def asks[] = {
	{ "the carrier's EDI files then", "ocean_events", { { "known_at", "edi_around" } } },
};

const struct section_def section_edi_files = {
	.id = "edi_files",
	.title = "Sent EDI",
	.letter = 'B',
	.absent = "no file in those days",
	.columns = columns,
	.ncolumns = B_COUNT,
	.after = after_load,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.windowed = true,
	.max_rows = 2000,
	.ttl = 10 * USEC_MIN,
	.skip = skip,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.on_demand = true,
	.question = "which files of ocean events (EDI 315) the carrier sent in those days",
	.asks = asks,
	.nasks = sizeof asks / sizeof asks[0],
};
