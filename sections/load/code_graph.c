/* Which functions say what an error says, and who calls them: the code graph. Asked from a
 * record's error only; a log line brings its service. */
#include <stdio.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define GRAPH_COLUMNS(X) \
	X(Y_FUNCTION, "function", "function", TEXT, 1, 24, true) \
	X(Y_CLASS, "class", "class", TEXT, 2, 24, false) \
	X(Y_FILE, "file", "file", TEXT, 1, 0, true) \
	X(Y_LINE, "line", "line", NUMBER, 1, 5, false) \
	X(Y_SERVICE, "service", "service", TEXT, 2, 18, false) \
	X(Y_CALLERS, "callers", "called by", TEXT, 2, 30, false) \
	X(Y_SAYS, "says", "says", TEXT, 3, 34, false) \
	X(Y_REPOSITORY, "repository", "repository", TEXT, 3, 26, false)

enum { GRAPH_COLUMNS(COLUMN_SYMBOL) Y_COUNT };

static const struct column_def columns[Y_COUNT] = { GRAPH_COLUMNS(COLUMN_ROW) };

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, Y_COUNT, c);
	return row_emit(m, c, e);
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	(void)now;
	if (rows->rows > 0)
		buf_printf(out, "%zu function%s", rows->rows, rows->rows == 1 ? "" : "s");
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	return skip_without_error(f, "graph_error", reason);
}

static const struct step steps[] = {
	{ .source = "neo4j", .query = "code_graph_by_error", .authority = true },
};

static const struct ask_def asks[] = {
	{ "functions behind this error", "callbacks", { { "error_msg", "graph_error" } } },
	{ "functions behind this error", "creation", { { "error", "graph_error" } } },
	{ "functions behind this error", "carrier_files", { { "error", "graph_error" } } },
	{ "functions behind this line", "logs", { { "message", "graph_error" }, { "service", "graph_service" } } },
};

const struct section_def section_code_graph = {
	.id = "code_graph",
	.title = "Code graph",
	.letter = 'Y',
	.absent = "no function matches",
	.columns = columns,
	.ncolumns = Y_COUNT,
	.after = after_nothing,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 30,
	.ttl = USEC_HOUR,
	.skip = skip,
	.derive = derive,
	.summary = summary,
	.on_demand = true,
	.question = "functions that say what an error says, and who calls them",
	.asks = asks,
	.nasks = sizeof asks / sizeof asks[0],
};
