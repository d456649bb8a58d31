/* Loads of the same carrier that await tracking information too, out of all that it has:
 * one row counts the window, one each of its days, and a few of the loads follow. The
 * counts come from the source, whatever number of loads is shown. */
#include <stdio.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define SIMILAR_COLUMNS(X) \
	X(S_WHAT, "what", "load or day", TEXT, 1, 15, true) \
	X(S_WAITING, "waiting", "await", NUMBER, 1, 5, false) \
	X(S_LOADS, "loads", "of", NUMBER, 1, 5, false) \
	X(S_SHARE, "share", "%", NUMBER, 1, 5, false) \
	X(S_CREATED, "created_at", "created", TIME, 1, 16, false) \
	X(S_SHIPPER, "shipper_name", "shipper", TEXT, 1, 0, false) \
	X(S_STATUS, "status", "status", TEXT, 2, 22, false) \
	X(S_ID, "tracking_id", "tracking id", TEXT, 2, 11, false) \
	X(S_KIND, "kind", "counts", TEXT, 0, 6, false) \
	X(S_DAY, "day", "day", TEXT, 0, 10, false) \
	X(S_NUMBER, "load_number", "load number", TEXT, 0, 15, false) \
	X(S_SHIPPER_ID, "shipper_id", "shipper id", TEXT, 0, 20, false) \
	X(S_FROM, "window_from", "window from", TIME, 0, 16, false) \
	X(S_TO, "window_to", "window to", TIME, 0, 16, false)

enum { SIMILAR_COLUMNS(COLUMN_SYMBOL) S_COUNT };

static const struct column_def columns[S_COUNT] = { SIMILAR_COLUMNS(COLUMN_ROW) };

static struct cell share_of(struct row_maker *m, struct cell waiting, struct cell loads)
{
	long some, all;

	if (!cell_int(waiting, &some) || !cell_int(loads, &all) || all <= 0)
		return CELL_NULL;
	return row_printf(m, "%.1f", 100.0 * (double)some / (double)all);
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, S_COUNT, c);
	if (cell_is(c[S_KIND], "window"))
		c[S_WHAT] = cell_of("last 7 days");
	else if (cell_is(c[S_KIND], "day"))
		c[S_WHAT] = c[S_DAY];
	else
		c[S_WHAT] = cell_is_null(c[S_NUMBER]) ? c[S_ID] : c[S_NUMBER];
	c[S_SHARE] = share_of(m, c[S_WAITING], c[S_LOADS]);
	return row_emit(m, c, e);
}

/* False while the row that counts the window is not there. */
static bool count(const struct rowset *rows, long *waiting, long *loads)
{
	for (size_t i = 0; i < rows->rows; i++)
		if (cell_is(rowset_cell(rows, i, S_KIND), "window"))
			return cell_int(rowset_cell(rows, i, S_WAITING), waiting) &&
			       cell_int(rowset_cell(rows, i, S_LOADS), loads);
	return false;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	long waiting, loads;

	(void)now;
	if (!count(rows, &waiting, &loads))
		buf_puts(out, "out of how many loads is not known");
	else if (!loads)
		buf_puts(out, "no load of this carrier in 7 days: nothing to compare with");
	else
		buf_printf(out, "%ld of %ld loads (%.0f %%) of this carrier in 7 days await tracking",
			   waiting, loads, 100.0 * (double)waiting / (double)loads);
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	if (facts_get(f, "candidates"))
		return skip_without_load(f, reason);
	if (facts_get(f, "carrier_id"))
		return false;
	snprintf(reason, REASON_MAX, "the carrier is not known");
	return true;
}

static const struct step steps[] = {
	{ .source = "redshift", .query = "similar", .authority = true },
};

const struct section_def section_similar = {
	.id = "similar",
	.title = "Similar stuck loads",
	.letter = 'S',
	.columns = columns,
	.ncolumns = S_COUNT,
	.after = after_load,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 40,
	.ttl = 10 * USEC_MIN,
	.skip = skip,
	.derive = derive,
	.summary = summary,
	.on_demand = true,
	.question = "how many loads of this carrier await tracking too, of how many, in 7 days",
	.opens = "tracking_id",
};
