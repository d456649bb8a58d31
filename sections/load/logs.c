/* Warnings and errors that the services logged about the load. */
#include <stdio.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"
#include "sections/load/log_line.h"

#define LOG_COLUMNS(X) \
	X(G_TIME, "timestamp", "time", TIME, 1, 16, true) \
	X(G_SEVERITY, "severity", "level", TEXT, 1, 5, false) \
	X(G_SERVICE, "service", "service", TEXT, 1, 14, false) \
	X(G_MESSAGE, "message", "message", TEXT, 1, 0, false) \
	X(G_CLASS, "class", "class", TEXT, 2, 14, false) \
	X(G_CORRELATION, "correlation_id", "correlation", TEXT, 3, 12, false) \
	X(G_TRACE, "trace_id", "trace", TEXT, 0, 32, false) \
	X(G_BODY, "body", "body", BODY, 0, 0, false)

enum { LOG_COLUMNS(COLUMN_SYMBOL) G_COUNT };

static const struct column_def columns[G_COUNT] = { LOG_COLUMNS(COLUMN_ROW) };

/* The first class with a hit names the row; so the order is the rule. */
enum { WORDS_MAX = 7 };
static const struct { const char *class, *words[WORDS_MAX]; } classes[] = {
	{ "validation", { "validation", "invalid", "required field", "missing" } },
	{ "connection", { "connection", "connect", "refused", "unreachable" } },
	{ "timeout", { "timeout", "timed out", "deadline" } },
	{ "parsing", { "parse", "json", "format", "decode" } },
	{ "authentication", { "auth", "unauthorized", "forbidden", "401", "403" } },
	{ "not_found", { "not found", "404", "does not exist" } },
};
enum { CLASSES = sizeof classes / sizeof classes[0] };

static size_t class_of(struct cell text)
{
	for (size_t i = 0; i < CLASSES; i++) {
		for (size_t w = 0; classes[i].words[w]; w++) {
			if (cell_has(text, classes[i].words[w]))
				return i;
		}
	}
	return CLASSES;
}

static const char *class_word(size_t i)
{
	return i < CLASSES ? classes[i].class : "other";
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	struct log_line line;

	tidy_cells(m, columns, G_COUNT, c);
	line = log_line_read(c[G_BODY]);
	c[G_CORRELATION] = line.correlation;
	c[G_MESSAGE] = line.text;
	/* The prefix holds ids: only what was said is searched for words. */
	c[G_CLASS] = cell_of(class_word(class_of(line.text)));
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_newest_first(in, m, G_TIME, G_COUNT, e);
}

static bool is_error(const struct rowset *rows, size_t row)
{
	struct cell severity = rowset_cell(rows, row, G_SEVERITY);

	return cell_has(severity, "err") || cell_has(severity, "fatal") || cell_has(severity, "crit");
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	return is_error(rows, row) ? MARK_PROBLEM : MARK_DOUBT;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t errors = 0, n[CLASSES + 1] = { 0 };

	(void)now;
	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++) {
		errors += is_error(rows, i);
		n[class_of(rowset_cell(rows, i, G_MESSAGE))]++;
	}
	buf_printf(out, "%zu line%s, %zu error%s", rows->rows, rows->rows == 1 ? "" : "s", errors,
		   errors == 1 ? "" : "s");
	for (size_t i = 0; i <= CLASSES; i++) {
		if (n[i] > 0)
			buf_printf(out, ", %s %zu", class_word(i), n[i]);
	}
}

/* A load never created is still spoken of by its number. */
static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	return facts_get(f, "candidates") && skip_without_load(f, reason);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const char *const needs_term[] = { "identifier", NULL };

static const struct step steps[] = {
	LOG_STORES("logs", needs_term),
};

static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(G_TIME),
	  .what = { MOMENT_COLUMN(G_SEVERITY), MOMENT_COLUMN(G_SERVICE), MOMENT_COLUMN(G_MESSAGE) } },
};

static const struct jump_def jumps[] = {
	{ "the event of the same message", "ocean_events", { { "correlation_id", "correlation_id" } } },
	{ "the event of the same trace", "ocean_events", { { "trace_id", "trace_id" } } },
};

const struct section_def section_logs = {
	.id = "logs",
	.title = "Logs",
	.letter = 'G',
	.absent = "no warning or error names it",
	.columns = columns,
	.ncolumns = G_COUNT,
	.after = after_network,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.windowed = true,
	.max_rows = 200,
	.ttl = USEC_MIN,
	.deadline = 120 * USEC_SEC,
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
