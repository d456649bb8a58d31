/* Ocean events as the multimodal worker logged them, one row per event. */
#include "sections/load/ocean_events.h"

#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"
#include "sections/load/log_line.h"
#include "sections/load/ocean_body.h"

static const struct column_def columns[O_COUNT] = { OCEAN_COLUMNS(COLUMN_ROW) };

/* ---- times: a port's local time is never taken for UTC ------------------------------ */

static bool has_zone(struct cell time)
{
	long epoch;

	if (cell_int(time, &epoch))
		return true;
	for (size_t i = 11; i < time.len; i++) {
		if (strchr("Zz+-U", time.data[i]))
			return true;
	}
	return false;
}

static bool zone_is_utc(struct cell zone)
{
	return cell_is(zone, "UTC") || cell_is(zone, "GMT") || cell_is(zone, "Z") ||
	       cell_is(zone, "Etc/UTC");
}

/* Both spellings (T and space) become one: ISO with Z when the instant is known,
 * "2026-01-20 08:00:00" when only the port knows. */
static void set_event_time(struct row_maker *m, struct cell *c, struct cell time, struct cell zone)
{
	char text[TIME_TEXT_MAX];
	usec t;

	if (cell_is_null(time))
		return;
	c[O_LOCAL] = cell_of(has_zone(time) || zone_is_utc(zone) ? "false" : "true");
	c[O_TIME] = time;
	t = cell_time(time);
	if (t == TIME_NONE)
		return;
	if (cell_is(c[O_LOCAL], "true"))
		c[O_TIME] = row_printf(m, "%s", time_sql(text, t, false));
	else
		c[O_TIME] = row_printf(m, "%s", time_iso(text, t, false));
}

/* How long after the event it was received: only of what happened, and only when
 * the instant is known. */
static void set_lag(struct row_maker *m, struct cell *c)
{
	usec at = cell_time(c[O_TIME]), received = cell_time(c[O_RECEIVED]);

	if (at == TIME_NONE || received == TIME_NONE || cell_is(c[O_LOCAL], "true") ||
	    cell_is(c[O_QUALIFIER], "E"))
		return;
	c[O_LAG] = row_printf(m, "%lld", (long long)((received - at) / USEC_SEC));
}

/* ---- from a log line to rows ------------------------------------------------------------ */

struct line {
	struct row_maker *maker;
	const struct cell *common;       /* cells every event of the line shares */
};

static bool emit_event(void *ctx, const struct ocean_event *ev, struct err *e)
{
	struct line *l = ctx;
	struct cell c[O_COUNT];

	memcpy(c, l->common, sizeof c);
	c[O_MESSAGE_TYPE] = ev->message_type;
	c[O_CODE] = ev->code;
	c[O_NAME] = cell_of(ocean_code_name(ev->code));
	c[O_QUALIFIER] = ev->qualifier;
	c[O_ZONE] = ev->zone;
	if (cell_is_null(c[O_STATUS]))
		c[O_STATUS] = ev->status;
	c[O_STOP] = ev->stop_type;
	c[O_UNLOCODE] = ev->unlocode;
	c[O_PLACE] = ev->place;
	c[O_TERMINAL] = ev->terminal;
	c[O_VESSEL] = ev->vessel;
	c[O_VOYAGE] = ev->voyage;
	c[O_CONTAINER] = ev->container;
	c[O_ACTION] = ev->action;
	c[O_SOURCE] = ev->source;
	c[O_SUB_SOURCE] = ev->sub_source;
	c[O_VENDOR] = ev->vendor;
	c[O_RECEIVED] = ev->fetched;
	set_event_time(l->maker, c, ev->time, ev->zone);
	tidy_cells(l->maker, columns, O_COUNT, c);
	set_lag(l->maker, c);
	return row_emit(l->maker, c, e);
}

static struct cell first_word(const struct payload *p, struct cell text)
{
	static const char *const types[] = {
		"PROCESS_OCEAN_UPDATE", "PROCESS_OCEAN_TRACKING_EVENTS", "PROCESS_TRACKING_REFERENCE_V2",
	};
	struct cell type = ocean_message(p).message_type;

	for (size_t i = 0; cell_is_null(type) && i < sizeof types / sizeof types[0]; i++) {
		if (cell_has(text, types[i]))
			type = cell_of(types[i]);
	}
	return type;
}

/* A message that brought no event is a row too: that nothing came is evidence. */
static bool emit_message(struct line *l, const struct payload *p, struct cell text, struct err *e)
{
	struct ocean_event ev = ocean_message(p);
	const char *empty = ocean_empty_list(p);

	ev.message_type = first_word(p, text);
	if (empty)
		ev.status = cell_of(empty);
	else if (cell_is_null(ev.status))
		ev.status = cell_of(p->broken ? "cut off" : "no event");
	return emit_event(l, &ev, e);
}

/* What the line says before its payload. */
static struct cell spoken(struct cell text, struct cell body, const struct payload *p)
{
	size_t skipped = (size_t)(text.data - body.data);

	if (p->kind != PAYLOAD_TEXT && p->start >= skipped)
		text.len = p->start - skipped;
	return cell_trim(text);
}

static bool derive_line(struct row_maker *m, struct cell *c, struct err *e)
{
	struct cell body = c[O_BODY];
	struct log_line line = log_line_read(body);
	struct line l = { m, c };
	struct payload p;
	size_t events = 0;
	bool ok;

	if (!payload_parse(&p, body.data, body.len, e))
		return false;
	c[O_CORRELATION] = line.correlation;
	c[O_MESSAGE] = spoken(line.text, body, &p);
	c[O_STATUS] = ocean_alert(body);
	ok = ocean_events_each(&p, emit_event, &l, &events, e);
	if (ok && events == 0)
		ok = emit_message(&l, &p, line.text, e);
	payload_release(&p);
	return ok;
}

/* The ocean API gives events, the log stores lines. */
static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	struct cell time = c[O_TIME];

	if (!cell_is_null(c[O_BODY]))
		return derive_line(m, c, e);
	c[O_NAME] = cell_is_null(c[O_NAME]) ? cell_of(ocean_code_name(c[O_CODE])) : c[O_NAME];
	c[O_TIME] = CELL_NULL;
	set_event_time(m, c, time, c[O_ZONE]);
	tidy_cells(m, columns, O_COUNT, c);
	set_lag(m, c);
	return row_emit(m, c, e);
}

static bool says(const struct rowset *rows, size_t row, size_t column, const char *word)
{
	return cell_has(rowset_cell(rows, row, column), word);
}

static bool is_alert(const struct rowset *rows, size_t row)
{
	return says(rows, row, O_BODY, "OCEAN_ALERT") || says(rows, row, O_STATUS, "reject") ||
	       says(rows, row, O_MESSAGE, "reject");
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	if (is_alert(rows, row))
		return MARK_PROBLEM;
	if (says(rows, row, O_CORRECTION, "true") || says(rows, row, O_SUPERSEDED, "true") ||
	    cell_is_null(rowset_cell(rows, row, O_CODE)))
		return MARK_DOUBT;
	return MARK_FINE;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t events = 0, corrections = 0, alerts = 0;
	long copies = 0, n;
	usec last = TIME_NONE;

	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++) {
		usec at = cell_time(rowset_cell(rows, i, O_KNOWN));

		events += !cell_is_null(rowset_cell(rows, i, O_CODE));
		corrections += says(rows, i, O_CORRECTION, "true");
		alerts += is_alert(rows, i);
		copies += cell_int(rowset_cell(rows, i, O_COPIES), &n) ? n - 1 : 0;
		last = at > last ? at : last;
	}
	buf_printf(out, "%zu event%s", events, events == 1 ? "" : "s");
	if (copies > 0)
		buf_printf(out, ", %ld duplicate%s folded", copies, copies == 1 ? "" : "s");
	if (corrections > 0)
		buf_printf(out, ", %zu correction%s", corrections, corrections == 1 ? "" : "s");
	if (alerts > 0)
		buf_printf(out, ", %zu rejected or alerted", alerts);
	if (last != TIME_NONE) {
		buf_puts(out, ", last known");
		put_ago(out, now, last);
	}
}

/* ---- the table ------------------------------------------------------------------------------ */

static const char *const needs_id[] = { "tracking_id", NULL };
static const char *const needs_shipment[] = { "container_number", "booking_number", "bol_number", NULL };

static const struct step steps[] = {
	LOG_STORES("ocean_events", needs_id),
	/* How long it keeps events is not known: nobody is believed about older ones. */
	{ .source = "ocean", .query = "ocean_api_events", .needs_one = needs_shipment, .age_to = 180,
	  .authority = true },
};

static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(O_TIME), .known = MOMENT_COLUMN(O_KNOWN), .local = MOMENT_COLUMN(O_LOCAL),
	  .what = { MOMENT_COLUMN(O_CODE), MOMENT_COLUMN(O_QUALIFIER), MOMENT_COLUMN(O_NAME),
		    MOMENT_COLUMN(O_UNLOCODE), MOMENT_COLUMN(O_STATUS) } },
};

static const struct jump_def jumps[] = {
	{ "the log of the same message", "logs", { { "correlation_id", "correlation_id" } } },
	{ "the log of the same trace", "logs", { { "trace_id", "trace_id" } } },
	{ "the load of its container", "load", { { "container", "container_number" } } },
	{ "the first callback after it", "callbacks", .when = JUMP_AFTER, .at = "known_at",
	  .there_at = "ts", .within = USEC_DAY },
	{ "the last file before it", "carrier_files", .when = JUMP_BEFORE, .at = "known_at",
	  .there_at = "process_completed_timestamp", .within = USEC_DAY },
};

const struct section_def section_ocean_events = {
	.id = "ocean_events",
	.title = "Ocean events",
	.letter = 'O',
	.absent = "no ocean event names it",
	.columns = columns,
	.ncolumns = O_COUNT,
	.after = after_network,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.windowed = true,
	.max_rows = 1000,
	.ttl = 2 * USEC_MIN,
	.deadline = 120 * USEC_SEC,
	.skip = skip_unless_ocean,
	.derive = derive,
	.finish = ocean_history,
	.mark = mark,
	.summary = summary,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
};
