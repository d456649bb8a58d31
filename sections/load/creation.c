/* Attempts to create or change the load, as the validation mart keeps them. */
#include <stdio.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define CREATION_COLUMNS(X) \
	X(V_PROCESSED, "processed_at", "processed", TIME, 1, 16, true) \
	X(V_STATUS, "status", "status", TEXT, 1, 15, false) \
	X(V_ERROR, "error", "error", TEXT, 1, 0, false) \
	X(V_NUMBER, "load_number", "load number", TEXT, 2, 15, false) \
	X(V_COMPANY, "company_name", "company", TEXT, 2, 16, false) \
	X(V_CARRIER, "carrier_name", "carrier", TEXT, 2, 16, false) \
	X(V_FILE, "file_name", "file", TEXT, 3, 28, false) \
	X(V_SOURCE, "creation_source", "by", TEXT, 2, 7, false) \
	X(V_LOAD_ID, "load_id", "load id", TEXT, 3, 10, false) \
	X(V_FAILED, "failed", "failed", FLAG, 0, 6, false) \
	X(V_KIND, "failure_kind", "failure", TEXT, 0, 10, false) \
	X(V_COMPANY_ID, "company_id", "company id", TEXT, 0, 20, false) \
	X(V_CARRIER_ID, "carrier_id", "carrier id", TEXT, 0, 20, false) \
	X(V_SHIPPER, "shipper_name", "shipper", TEXT, 0, 20, false) \
	X(V_MODES, "modes", "modes", TEXT, 0, 12, false) \
	X(V_STOPS, "stop_count", "stops", NUMBER, 0, 5, false) \
	X(V_ORIGIN, "origin_stop_name", "origin", TEXT, 0, 20, false) \
	X(V_ORIGIN_CITY, "origin_city", "origin city", TEXT, 0, 16, false) \
	X(V_ORIGIN_COUNTRY, "origin_country", "origin country", TEXT, 0, 8, false) \
	X(V_PICKUP, "pickup_appointment_time", "pickup appointment", TIME, 0, 16, false) \
	X(V_DEST, "dest_stop_name", "destination", TEXT, 0, 20, false) \
	X(V_DEST_CITY, "dest_city", "destination city", TEXT, 0, 16, false) \
	X(V_DEST_COUNTRY, "dest_country", "destination country", TEXT, 0, 8, false) \
	X(V_DELIVERY, "dest_appointment_time", "delivery appointment", TIME, 0, 16, false) \
	X(V_RAW_ERROR, "error_text", "error, as sent", BODY, 0, 0, false)

enum { CREATION_COLUMNS(COLUMN_SYMBOL) V_COUNT };

static const struct column_def columns[V_COUNT] = { CREATION_COLUMNS(COLUMN_ROW) };

/* ---- derived cells ------------------------------------------------------------------ */

/* Failed: the status says so, or there is an error (even under "Created"), or no
 * load came of it. */
static bool has_failed(const struct cell *c)
{
	return cell_has(c[V_STATUS], "failure") || cell_has(c[V_STATUS], "skipping") ||
	       !cell_blank(c[V_ERROR]) || cell_is_null(c[V_LOAD_ID]);
}

enum kind { KIND_CREATE, KIND_UPDATE, KIND_DELETE, KIND_REFERENCE, KIND_SKIPPED, KIND_OTHER, KINDS };

static const char *const kind_words[KINDS] = {
	"create", "update", "delete", "reference", "skipped", "other",
};

static enum kind kind_of(struct cell status)
{
	static const char *const marks[] = {
		"create failure", "update failure", "delete failure", "reference failure", "skip",
	};
	enum kind k = KIND_CREATE;

	while (k < KIND_OTHER && !cell_has(status, marks[k]))
		k++;
	return k;
}

static const char *source_of(struct cell file)
{
	if (cell_is_null(file))
		return "unknown";
	return cell_is(cell_trim(file), "API Request") ? "api" : "file";
}

/* `Data Issue: ["a","b"]` reads as "Data Issue: a, b"; the original stays beside it. */
static struct cell plain_error(struct row_maker *m, struct cell error)
{
	size_t open = 0;
	struct cell list, text;

	while (open < error.len && error.data[open] != '[')
		open++;
	if (open == error.len)
		return error;
	list = (struct cell){ error.data + open, error.len - open };
	text = tidy_list(m, list);
	if (text.data == list.data || cell_is_null(text))
		return error;
	return row_printf(m, "%.*s%.*s", (int)open, error.data, (int)text.len, text.data);
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	bool failed;

	tidy_cells(m, columns, V_COUNT, c);
	failed = has_failed(c);
	c[V_RAW_ERROR] = c[V_ERROR];
	c[V_ERROR] = plain_error(m, c[V_ERROR]);
	c[V_MODES] = tidy_list(m, c[V_MODES]);
	c[V_FAILED] = cell_of(failed ? "true" : "false");
	c[V_KIND] = failed ? cell_of(kind_words[kind_of(c[V_STATUS])]) : CELL_NULL;
	c[V_SOURCE] = cell_of(source_of(c[V_FILE]));
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_newest_first(in, m, V_PROCESSED, V_COUNT, e);
}

static bool row_failed(const struct rowset *rows, size_t row)
{
	return cell_is(rowset_cell(rows, row, V_FAILED), "true");
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	if (!row_failed(rows, row))
		return MARK_FINE;
	return cell_has(rowset_cell(rows, row, V_STATUS), "skip") ? MARK_DOUBT : MARK_PROBLEM;
}

/* ---- counters -------------------------------------------------------------------------- */

struct tally {
	size_t failed, kinds[KINDS];
	usec first_success;
};

static struct tally count(const struct rowset *rows)
{
	struct tally t = { .first_success = TIME_NONE };

	for (size_t i = 0; i < rows->rows; i++) {
		usec at = cell_time(rowset_cell(rows, i, V_PROCESSED));

		if (row_failed(rows, i)) {
			t.failed++;
			t.kinds[kind_of(rowset_cell(rows, i, V_STATUS))]++;
		} else if (at != TIME_NONE && (t.first_success == TIME_NONE || at < t.first_success)) {
			t.first_success = at;
		}
	}
	return t;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	struct tally t = count(rows);
	const char *before = " (";

	if (rows->rows == 0)
		return;
	buf_printf(out, "%zu attempt%s, %zu failed", rows->rows, rows->rows == 1 ? "" : "s", t.failed);
	for (size_t k = 0; k < KINDS; k++) {
		if (t.kinds[k] == 0)
			continue;
		buf_printf(out, "%s%s %zu", before, kind_words[k], t.kinds[k]);
		before = ", ";
	}
	buf_puts(out, t.failed > 0 ? ")" : "");
	if (t.first_success != TIME_NONE) {
		buf_puts(out, ", first success");
		put_ago(out, now, t.first_success);
	} else {
		buf_puts(out, ", never succeeded");
	}
}

/* Attempts are asked for by number too, so only a choice between loads stops it. */
static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	return facts_get(f, "candidates") && skip_without_load(f, reason);
}

/* ---- the table ---------------------------------------------------------------------------- */

static const struct step steps[] = {
	{ .source = "redshift", .query = "creation", .authority = true },
};

static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(V_PROCESSED),
	  .what = { MOMENT_COLUMN(V_STATUS), MOMENT_COLUMN(V_ERROR), MOMENT_COLUMN(V_FILE) } },
};

static const struct jump_def jumps[] = {
	{ "the load that came of it", "load", { { "load_id", "tracking_id" } } },
	{ "the load of that number", "load", { { "load_number", "load_number" } } },
};

const struct section_def section_creation = {
	.id = "creation",
	.title = "Creation",
	.letter = 'V',
	.absent = "no attempt to create it is known",
	.columns = columns,
	.ncolumns = V_COUNT,
	.after = after_network,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 50,
	.ttl = 10 * USEC_MIN,
	.skip = skip,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
};
