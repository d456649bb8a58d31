/* The way of one message through the services: every line that carries its correlation id,
 * in order. What came of it is what a line says in words, and nothing where none does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"
#include "sections/load/log_line.h"
#include "sections/load/ocean_body.h"

#define TRACE_COLUMNS(X) \
	X(W_TIME, "timestamp", "time", TIME, 1, 16, true) \
	X(W_SERVICE, "service", "service", TEXT, 1, 16, false) \
	X(W_OUTCOME, "outcome", "outcome", TEXT, 2, 8, false) \
	X(W_SAYS, "says", "says", TEXT, 1, 0, false) \
	X(W_STEP, "step", "step", TEXT, 3, 16, false) \
	X(W_CODE, "event_code", "code", TEXT, 2, 4, false) \
	X(W_EVENT_TIME, "event_time", "event time", TEXT, 3, 19, false) \
	X(W_LOCATION, "location", "location", TEXT, 3, 10, false) \
	X(W_SOURCE, "source", "source", TEXT, 3, 13, false) \
	X(W_SEVERITY, "severity", "level", TEXT, 3, 5, false) \
	X(W_CORRELATION, "correlation_id", "correlation", TEXT, 0, 12, false) \
	X(W_TRACE, "trace_id", "trace", TEXT, 0, 32, false) \
	X(W_BODY, "body", "body", BODY, 0, 0, false)

enum { TRACE_COLUMNS(COLUMN_SYMBOL) W_COUNT };

static const struct column_def columns[W_COUNT] = { TRACE_COLUMNS(COLUMN_ROW) };

/* ---- from a line to a row --------------------------------------------------------------- */

/* The first with a hit; a line may say both that something was accepted and what is rejected. */
static const char *outcome_of(struct cell says, struct cell severity)
{
	if (cell_has(says, "reject") || cell_has(says, "not accepted"))
		return "rejected";
	if (cell_has(severity, "err") || cell_has(severity, "fatal") || cell_has(severity, "crit"))
		return "failed";
	if (cell_has(says, "skipped") || cell_has(says, "ignored") || cell_has(says, "dropped"))
		return "skipped";
	if (cell_has(says, "accepted"))
		return "accepted";
	return NULL;
}

static struct cell keep(struct row_maker *m, struct cell c)
{
	return cell_blank(c) ? CELL_NULL : row_bytes(m, c.data, c.len);
}

struct first {
	struct row_maker *maker;
	struct cell *cells;
	size_t events;
};

/* The first event stands for the message. */
static bool take_event(void *ctx, const struct ocean_event *ev, struct err *e)
{
	struct first *f = ctx;

	(void)e;
	if (f->events++ > 0)
		return true;
	f->cells[W_CODE] = keep(f->maker, ev->code);
	f->cells[W_EVENT_TIME] = keep(f->maker, ev->time);
	f->cells[W_LOCATION] = keep(f->maker, cell_blank(ev->unlocode) ? ev->place : ev->unlocode);
	f->cells[W_SOURCE] = keep(f->maker, ev->source);
	if (!cell_blank(ev->message_type))
		f->cells[W_SAYS] = keep(f->maker, ev->message_type);
	return true;
}

/* A structured line is known by the event that it holds; its words are the carrier's, and
 * say nothing of what we made of it. */
static bool read_message(struct row_maker *m, struct cell *c, bool *structured, struct err *e)
{
	struct payload p = PAYLOAD_INIT;
	struct first f = { m, c, 0 };
	size_t count;
	bool ok = payload_parse(&p, c[W_BODY].data, c[W_BODY].len, e);

	*structured = ok && p.kind != PAYLOAD_TEXT;
	ok = ok && (!*structured || ocean_events_each(&p, take_event, &f, &count, e));
	payload_release(&p);
	return ok;
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	struct log_line line;
	bool structured = false;

	tidy_cells(m, columns, W_COUNT, c);
	line = log_line_read(c[W_BODY]);
	c[W_CORRELATION] = line.correlation;
	c[W_STEP] = line.origin;
	c[W_SAYS] = line.text;
	if (!cell_is_null(c[W_BODY]) && !read_message(m, c, &structured, e))
		return false;
	c[W_OUTCOME] = cell_of(outcome_of(structured ? CELL_NULL : line.text, c[W_SEVERITY]));
	return row_emit(m, c, e);
}

/* In the order in which it went. */
static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	size_t *order = rows_newest_first(in, W_TIME);
	bool ok = true;

	if (!order && in->rows)
		return err_set(e, ERR_MEMORY, 0, "out of memory for the order of rows");
	for (size_t i = in->rows; ok && i-- > 0;)
		ok = emit_same(m, in, order[i], W_COUNT, e);
	free(order);
	return ok;
}

/* ---- what it says ------------------------------------------------------------------------ */

static enum mark mark(const struct rowset *rows, size_t row)
{
	struct cell outcome = rowset_cell(rows, row, W_OUTCOME);

	if (cell_is(outcome, "rejected") || cell_is(outcome, "failed"))
		return MARK_PROBLEM;
	return cell_is(outcome, "skipped") || cell_has(rowset_cell(rows, row, W_SEVERITY), "warn") ? MARK_DOUBT
												     : MARK_FINE;
}

static size_t services(const struct rowset *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->rows; i++) {
		size_t k = 0;

		while (k < i && !cell_eq(rowset_cell(rows, k, W_SERVICE), rowset_cell(rows, i, W_SERVICE)))
			k++;
		n += k == i;
	}
	return n;
}

/* The last line that says what came of it; the number of rows when none does. */
static size_t says_outcome(const struct rowset *rows)
{
	size_t said = rows->rows;

	for (size_t i = 0; i < rows->rows; i++)
		if (!cell_is_null(rowset_cell(rows, i, W_OUTCOME)))
			said = i;
	return said;
}

static size_t start(const struct rowset *rows)
{
	size_t said = says_outcome(rows);

	return said < rows->rows ? said : 0;
}

/* "accepted by tracking-service, 4 lines in 3 services", or how far it is known to have come. */
static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t n = services(rows), said = says_outcome(rows);
	struct cell service, outcome;

	(void)now;
	if (rows->rows == 0)
		return;
	service = rowset_cell(rows, said < rows->rows ? said : rows->rows - 1, W_SERVICE);
	outcome = said < rows->rows ? rowset_cell(rows, said, W_OUTCOME) : CELL_NULL;
	if (!cell_is_null(outcome))
		buf_printf(out, "%.*s by ", (int)outcome.len, outcome.data);
	else
		buf_puts(out, "no outcome told, last in ");
	buf_put(out, service.data, service.len);
	buf_printf(out, ", %zu line%s in %zu service%s", rows->rows, rows->rows == 1 ? "" : "s", n,
		   n == 1 ? "" : "s");
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	enum { ID_LEN = 12 };
	const char *id = facts_get(f, "trace_correlation");

	if (id && strlen(id) == ID_LEN && strspn(id, "0123456789abcdefABCDEF") == ID_LEN)
		return false;
	/* A part of one stands in many lines of other messages. */
	if (id)
		snprintf(reason, REASON_MAX, "needs the whole id of a message, 12 hexadecimal digits: L on a record gives it");
	else
		snprintf(reason, REASON_MAX, "needs a message: L on an ocean event or a log line, or its id (:lookup, --about)");
	return true;
}

/* ---- the table ----------------------------------------------------------------------------- */

static const char *const needs_message[] = { "trace_correlation", NULL };

static const struct step steps[] = {
	LOG_STORES("ocean_trace", needs_message),
};

#define ASK(from_, time) { "where this message went", from_, \
	{ { "correlation_id", "trace_correlation" }, { time, "trace_at" } } }

static const struct ask_def asks[] = { ASK("ocean_events", "known_at"), ASK("logs", "timestamp") };

static const struct jump_def jumps[] = {
	{ "the event of this message", "ocean_events", { { "correlation_id", "correlation_id" } } },
	{ "the log of this message", "logs", { { "correlation_id", "correlation_id" } } },
};

const struct section_def section_ocean_trace = {
	.id = "ocean_trace",
	.title = "Ocean trace",
	.letter = 'W',
	.absent = "no line carries its id",
	.columns = columns,
	.ncolumns = W_COUNT,
	.after = after_load,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.windowed = true,
	.max_rows = 200,
	.ttl = 10 * USEC_MIN,
	.deadline = 120 * USEC_SEC,
	.skip = skip,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.start = start,
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
	.on_demand = true,
	.question = "how one ocean message went through the services, and what came of it",
	.asks = asks,
	.nasks = sizeof asks / sizeof asks[0],
};
