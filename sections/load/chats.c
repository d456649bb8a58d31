/* What was said about the load or the error. */
#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define CHAT_COLUMNS(X) \
	X(M_SENT, "sent_at", "sent", TIME, 1, 16, true) \
	X(M_CHANNEL, "channel", "channel", TEXT, 1, 13, false) \
	X(M_TEXT, "text", "message", TEXT, 1, 0, false) \
	X(M_AUTHOR, "author", "author", TEXT, 2, 14, false) \
	X(M_RESOLVED, "resolved", "resolved", FLAG, 2, 8, false) \
	X(M_LINK, "link", "link", TEXT, 0, 40, true) \
	X(M_REACTIONS, "reactions", "reactions, as sent", BODY, 0, 0, false)

enum { CHAT_COLUMNS(COLUMN_SYMBOL) M_COUNT };

static const struct column_def columns[M_COUNT] = { CHAT_COLUMNS(COLUMN_ROW) };

/* By the names of the reactions, where the search tells them at all. */
static struct cell resolved(struct cell reactions)
{
	static const char *const marks[] = { "\"white_check_mark\"", "\"heavy_check_mark\"", "\"check\"" };

	if (cell_blank(reactions))
		return CELL_NULL;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (cell_has(reactions, marks[i]))
			return cell_of("true");
	}
	return cell_of("false");
}

/* Slack's own times are seconds and a number that tells messages of a second apart:
 * "1769178031.000100". */
static struct cell sent_at(struct cell ts)
{
	const char *dot = ts.len > 0 ? memchr(ts.data, '.', ts.len) : NULL;

	if (dot && dot > ts.data && strspn(ts.data, "0123456789") == (size_t)(dot - ts.data))
		ts.len = (size_t)(dot - ts.data);
	return ts;
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	c[M_SENT] = sent_at(c[M_SENT]);
	tidy_cells(m, columns, M_COUNT, c);
	c[M_RESOLVED] = resolved(c[M_REACTIONS]);
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_newest_first(in, m, M_SENT, M_COUNT, e);
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t done = 0;

	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++)
		done += cell_is(rowset_cell(rows, i, M_RESOLVED), "true");
	buf_printf(out, "%zu message%s", rows->rows, rows->rows == 1 ? "" : "s");
	if (done > 0)
		buf_printf(out, ", %zu marked as resolved", done);
	put_newest(out, "", rows, M_SENT, now);
}

/* ---- the table ---------------------------------------------------------------------------- */

static const char *const needs_error[] = { "chat_error", NULL };

static const struct step steps[] = {
	{ .source = "slack", .query = "chats_by_error", .needs = needs_error },
	{ .source = "slack", .query = "chats_by_load", .authority = true },
};

static const struct ask_def asks[] = {
	{ "messages about this error", "callbacks", { { "error_msg", "chat_error" } } },
	{ "messages about this error", "creation", { { "error", "chat_error" } } },
	{ "messages about this error", "carrier_files", { { "error", "chat_error" } } },
	{ "messages about this error", "jt_history", { { "error", "chat_error" } } },
	{ "messages about this line", "logs", { { "message", "chat_error" } } },
};

static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(M_SENT),
	  .what = { MOMENT_COLUMN(M_CHANNEL), MOMENT_COLUMN(M_AUTHOR), MOMENT_COLUMN(M_TEXT) } },
};

const struct section_def section_chats = {
	.id = "chats",
	.title = "Chats",
	.letter = 'M',
	.absent = "no message matches",
	.columns = columns,
	.ncolumns = M_COUNT,
	.after = after_nothing,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 20,
	.ttl = 10 * USEC_MIN,
	.derive = derive,
	.finish = finish,
	.summary = summary,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.on_demand = true,
	.question = "Slack messages that quote an error, or else name the load",
	.asks = asks,
	.nasks = sizeof asks / sizeof asks[0],
};
