/* What the carrier's files said about the load, record by record. */
#include <stdio.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define FILE_COLUMNS(X) \
	X(F_DONE, "process_completed_timestamp", "processed", TIME, 1, 16, true) \
	X(F_RESULT, "result", "result", TEXT, 1, 9, false) \
	X(F_VERDICT, "verdict", "verdict", TEXT, 2, 11, false) \
	X(F_FILE, "file_name", "file", TEXT, 1, 0, false) \
	X(F_INDEX, "record_index", "row", NUMBER, 2, 5, false) \
	X(F_STATUS, "status", "status", TEXT, 2, 9, false) \
	X(F_ERROR, "error", "error", TEXT, 2, 28, false) \
	X(F_CONTAINER, "container_number", "container", TEXT, 3, 11, false) \
	X(F_BOOKING, "booking_number", "booking", TEXT, 3, 14, false) \
	X(F_BOL, "bill_of_lading", "BOL", TEXT, 3, 14, false) \
	X(F_ID_1, "load_identifier_1", "identifier 1", TEXT, 3, 14, false) \
	X(F_ID_2, "load_identifier_2", "identifier 2", TEXT, 0, 14, false) \
	X(F_ID_3, "load_identifier_3", "identifier 3", TEXT, 0, 14, false) \
	X(F_ID_4, "load_identifier_4", "identifier 4", TEXT, 0, 14, false) \
	X(F_EXTERNAL, "external_id", "external id", TEXT, 3, 10, false) \
	X(F_MATCHED, "matched_load_id", "matched load", TEXT, 3, 10, false) \
	X(F_QUEUED, "queued_messages", "queued", TEXT, 0, 20, false) \
	X(F_SKIPPED, "skipped_messages", "skipped", TEXT, 0, 20, false) \
	X(F_UPDATE_ERROR, "status_update_error", "status update error", TEXT, 0, 28, false) \
	X(F_COMPANY, "company", "company", TEXT, 0, 16, false) \
	X(F_SHIPPER_ID, "shipper_id", "shipper id", TEXT, 0, 20, false) \
	X(F_CARRIER_ID, "carrier_id", "carrier id", TEXT, 0, 20, false) \
	X(F_RECEIVED, "received_timestamp", "file received", TIME, 0, 16, false) \
	X(F_RECORDS, "record_count", "records in file", NUMBER, 0, 7, false) \
	X(F_FILE_STATUS, "processing_status", "file status", TEXT, 0, 10, false) \
	X(F_RECORD_UUID, "record_uuid", "record uuid", TEXT, 0, 36, false) \
	X(F_FILE_UUID, "file_uuid", "file uuid", TEXT, 0, 36, false)

enum { FILE_COLUMNS(COLUMN_SYMBOL) F_COUNT };

static const struct column_def columns[F_COUNT] = { FILE_COLUMNS(COLUMN_ROW) };

enum result { RESULT_MATCHED, RESULT_UNMATCHED, RESULT_FAILED, RESULTS };

static const char *const result_words[RESULTS] = { "matched", "unmatched", "failed" };

static bool bad_status(struct cell status)
{
	return cell_has(status, "fail") || cell_has(status, "error") || cell_has(status, "reject");
}

static enum result result_of(const struct cell *c)
{
	if (bad_status(c[F_STATUS]) || !cell_blank(c[F_ERROR]) || !cell_blank(c[F_UPDATE_ERROR]))
		return RESULT_FAILED;
	return cell_is_null(c[F_MATCHED]) ? RESULT_UNMATCHED : RESULT_MATCHED;
}

static bool was_skipped(const struct cell *c)
{
	return cell_has(c[F_ERROR], "relationship") || cell_has(c[F_STATUS], "skip") ||
	       (!cell_is_null(c[F_SKIPPED]) && cell_is_null(c[F_QUEUED]));
}

/* No relationship: the router skipped it. Unreadable, or no load found: its error. */
static const char *verdict_of(const struct cell *c, enum result r)
{
	if (was_skipped(c))
		return "cfw_skipped";
	return r == RESULT_MATCHED ? "cfw_success" : "cfw_error";
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	enum result r;

	tidy_cells(m, columns, F_COUNT, c);
	r = result_of(c);
	c[F_RESULT] = cell_of(result_words[r]);
	c[F_VERDICT] = cell_of(verdict_of(c, r));
	c[F_QUEUED] = tidy_list(m, c[F_QUEUED]);
	c[F_SKIPPED] = tidy_list(m, c[F_SKIPPED]);
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_newest_first(in, m, F_DONE, F_COUNT, e);
}

static bool row_is(const struct rowset *rows, size_t row, enum result r)
{
	return cell_is(rowset_cell(rows, row, F_RESULT), result_words[r]);
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	if (row_is(rows, row, RESULT_FAILED))
		return MARK_PROBLEM;
	return cell_is(rowset_cell(rows, row, F_VERDICT), "cfw_success") ? MARK_FINE : MARK_DOUBT;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t n[RESULTS] = { 0 };
	usec last = TIME_NONE;

	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++) {
		usec at = cell_time(rowset_cell(rows, i, F_DONE));

		last = at > last ? at : last;
		for (size_t r = 0; r < RESULTS; r++)
			n[r] += row_is(rows, i, (enum result)r);
	}
	buf_printf(out, "%zu record%s, %zu matched, %zu unmatched, %zu failed", rows->rows,
		   rows->rows == 1 ? "" : "s", n[RESULT_MATCHED], n[RESULT_UNMATCHED],
		   n[RESULT_FAILED]);
	if (last != TIME_NONE) {
		buf_puts(out, ", last");
		put_ago(out, now, last);
	}
}

/* ---- the table ------------------------------------------------------------------------------ */

static const char *const needs_id[] = { "tracking_id", NULL };

static const struct step steps[] = {
	{ .source = "redshift", .query = "carrier_files", .needs = needs_id, .age_to = 30, .authority = true },
	{ .source = "rewind", .query = "carrier_files", .needs = needs_id, .age_to = 180, .shrink = true },
	{ .source = "athena", .query = "carrier_files", .needs = needs_id, .age_from = 30, .age_to = 180,
	  .chunk_days = 7, .authority = true },
	{ .source = "trino", .query = "carrier_files", .needs = needs_id, .age_from = 30, .age_to = 180,
	  .chunk_days = 7, .authority = true },
};

/* A file came, and was known once it was processed. */
static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(F_RECEIVED), .known = MOMENT_COLUMN(F_DONE),
	  .what = { MOMENT_COLUMN(F_RESULT), MOMENT_COLUMN(F_FILE), MOMENT_COLUMN(F_STATUS),
		    MOMENT_COLUMN(F_ERROR) } },
};

static const struct jump_def jumps[] = {
	{ "the load it was matched to", "load", { { "matched_load_id", "tracking_id" } } },
	{ "the load of its identifiers", "load",
	  { { "container_number", "container_number" }, { "booking_number", "booking_number" },
	    { "bill_of_lading", "bol_number" }, { "load_identifier_1", "load_number" },
	    { "load_identifier_2", "load_number" } }, .any = true },
	{ "the relationship it names", "network", { { "external_id", "external_id" } } },
	{ "the first event known after it", "ocean_events", .when = JUMP_AFTER,
	  .at = "process_completed_timestamp", .there_at = "known_at", .within = USEC_DAY },
};

const struct section_def section_carrier_files = {
	.id = "carrier_files",
	.title = "Carrier files",
	.letter = 'F',
	.absent = "no carrier's record names it",
	.columns = columns,
	.ncolumns = F_COUNT,
	.after = after_network,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.windowed = true,
	.lead_days = 7,
	.older = "only the files themselves, in the backup bucket",
	.max_rows = 200,
	.ttl = 5 * USEC_MIN,
	.skip = skip_without_load,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
};
