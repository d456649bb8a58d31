/* The load itself: Tracking API, then the warehouse, then what the validation
 * mart remembers of attempts to create it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/investigation.h"
#include "sections/load/cells.h"
#include "sections/load/load.h"
#include "sections/payload.h"

#define LOAD_COLUMNS(X) \
	X(L_TRACKING_ID, "tracking_id", "tracking id", TEXT, 1, 10, true) \
	X(L_LOAD_NUMBER, "load_number", "load number", TEXT, 1, 15, true) \
	X(L_STATUS, "status", "status", TEXT, 1, 15, false) \
	X(L_MODE, "mode", "mode", TEXT, 1, 8, false) \
	X(L_SHIPPER, "shipper_name", "shipper", TEXT, 2, 18, false) \
	X(L_CARRIER, "carrier_name", "carrier", TEXT, 2, 18, false) \
	X(L_CREATED, "created_at", "created", TIME, 2, 16, false) \
	X(L_UPDATED, "updated_at", "updated", TIME, 3, 16, false) \
	X(L_METHOD, "tracking_method", "method", TEXT, 3, 6, false) \
	X(L_CONTAINER, "container_number", "container", TEXT, 3, 11, false) \
	X(L_BOOKING, "booking_number", "booking", TEXT, 3, 14, false) \
	X(L_BOL, "bol_number", "BOL", TEXT, 0, 14, false) \
	X(L_PO, "po_number", "PO", TEXT, 0, 14, false) \
	X(L_PRO, "pro_number", "PRO", TEXT, 0, 14, false) \
	X(L_DISPLAY, "display_load_number", "display number", TEXT, 0, 15, false) \
	X(L_KNOWN_FROM, "known_from", "from", TEXT, 3, 10, false) \
	X(L_MATCH, "match", "matched by", TEXT, 3, 12, false) \
	X(L_MAPPABLE, "mappable_status", "mappable status", TEXT, 0, 15, false) \
	X(L_LOAD_MODE, "load_mode", "load mode", TEXT, 0, 10, false) \
	X(L_ACTUAL_MODE, "actual_load_mode", "actual mode", TEXT, 0, 10, false) \
	X(L_IS_OCEAN, "is_ocean", "ocean", FLAG, 0, 5, false) \
	X(L_AGE, "age_days", "age (days)", NUMBER, 0, 5, false) \
	X(L_SHIPPER_ID, "shipper_id", "shipper id", TEXT, 0, 20, false) \
	X(L_CARRIER_ID, "carrier_id", "carrier id", TEXT, 0, 20, false) \
	X(L_MANAGING_ID, "managing_carrier_id", "managing carrier id", TEXT, 0, 20, false) \
	X(L_MANAGING, "managing_carrier_name", "managing carrier", TEXT, 0, 20, false) \
	X(L_OPERATING_ID, "operating_carrier_id", "operating carrier id", TEXT, 0, 20, false) \
	X(L_OPERATING, "operating_carrier_name", "operating carrier", TEXT, 0, 20, false) \
	X(L_ORIGIN, "origin", "origin", TEXT, 3, 16, false) \
	X(L_DESTINATION, "destination", "destination", TEXT, 3, 16, false) \
	X(L_ORIGIN_APPT, "origin_appointment_time", "origin appointment", TIME, 0, 16, false) \
	X(L_DEST_APPT, "destination_appointment_time", "destination appointment", TIME, 0, 16, false) \
	X(L_DELIVERED, "delivered_at", "delivered", TIME, 0, 16, false) \
	X(L_TERMINATED, "terminated_at", "terminated", TIME, 0, 16, false) \
	X(L_EXPIRED, "expired_at", "expired", TIME, 0, 16, false) \
	X(L_PICKED_UP, "picked_up_at", "picked up", TIME, 0, 16, false) \
	X(L_FIRST_CALL, "first_check_call_at", "first check call", TIME, 0, 16, false) \
	X(L_PICKUP_CALL, "pickup_check_call_at", "pickup check call", TIME, 0, 16, false) \
	X(L_DELIVERY_CALL, "delivery_check_call_at", "delivery check call", TIME, 0, 16, false) \
	X(L_LATEST_CALL, "latest_check_call_at", "latest check call", TIME, 0, 16, false) \
	X(L_LOCATION, "latest_location", "latest location", TEXT, 0, 24, false) \
	X(L_LOCATION_AT, "latest_location_at", "location at", TIME, 0, 16, false) \
	X(L_LOCATION_AGE, "location_freshness", "location is", TEXT, 0, 6, false) \
	X(L_ETA, "next_stop_eta", "next stop ETA", TIME, 0, 16, false) \
	X(L_CARRIER_ETA, "next_stop_carrier_eta", "carrier's ETA", TIME, 0, 16, false) \
	X(L_STOP_COUNT, "stop_count", "stops", NUMBER, 0, 5, false) \
	X(L_TRACKING_NUMBER, "tracking_number", "tracking number", TEXT, 0, 16, false) \
	X(L_TRAILER, "trailer_number", "trailer", TEXT, 0, 12, false) \
	X(L_TRUCK, "truck_number", "truck", TEXT, 0, 12, false) \
	X(L_RAIL, "rail_equipment", "rail equipment", TEXT, 0, 12, false) \
	X(L_REFERENCES, "reference_numbers", "reference numbers", TEXT, 0, 24, false) \
	X(L_TAGS, "tags", "tags", TEXT, 0, 16, false) \
	X(L_RELAY, "relay_load", "relay", FLAG, 0, 5, false) \
	X(L_PROCESSED, "processed_at", "creation attempt", TIME, 0, 16, false) \
	X(L_ERROR, "creation_error", "creation error", TEXT, 0, 40, false) \
	X(L_STOPS, "stops", "stops, as sent", BODY, 0, 0, false) \
	X(L_RAW, "raw", "answer, as sent", BODY, 0, 0, false)

enum { LOAD_COLUMNS(COLUMN_SYMBOL) L_COUNT };
_Static_assert((int)L_COUNT <= (int)CELLS_MAX, "more columns than a row of cells holds");

static const struct column_def columns[L_COUNT] = { LOAD_COLUMNS(COLUMN_ROW) };

static const char mart_name[] = "validation mart";

/* ---- derived cells ------------------------------------------------------------- */

static struct cell first_of(struct cell a, struct cell b)
{
	return cell_is_null(a) ? b : a;
}

static bool sea_mode(struct cell mode)
{
	return cell_has(mode, "ocean") || cell_has(mode, "intermodal") || cell_has(mode, "multimodal");
}

static void derive_mode(struct cell *c)
{
	c[L_MODE] = first_of(c[L_ACTUAL_MODE], c[L_LOAD_MODE]);
	if (cell_is_null(c[L_MODE]) && !cell_is_null(c[L_CONTAINER]))
		c[L_MODE] = cell_of("OCEAN");
	if (!cell_is_null(c[L_MODE]))
		c[L_IS_OCEAN] = cell_of(sea_mode(c[L_MODE]) ? "true" : "false");
}

static bool ended(const struct cell *c)
{
	return !cell_is_null(c[L_DELIVERED]) || !cell_is_null(c[L_TERMINATED]) ||
	       !cell_is_null(c[L_EXPIRED]);
}

/* A position older than 4 hours is stale, younger than 1 hour fresh; of an ended
 * load it is neither. */
static void derive_ages(struct row_maker *m, struct cell *c)
{
	usec created = cell_time(c[L_CREATED]), located = cell_time(c[L_LOCATION_AT]);
	usec age;

	if (created != TIME_NONE)
		c[L_AGE] = row_printf(m, "%d", (int)((row_now(m) - created) / USEC_DAY));
	if (located == TIME_NONE || ended(c))
		return;
	age = row_now(m) - located;
	c[L_LOCATION_AGE] = cell_of(age > 4 * USEC_HOUR ? "stale" : age < USEC_HOUR ? "fresh" : "aging");
}

static void derive_stops(struct row_maker *m, struct cell *c)
{
	struct payload p;

	if (!cell_is_null(c[L_STOP_COUNT]) || cell_is_null(c[L_STOPS]))
		return;
	if (!payload_parse(&p, c[L_STOPS].data, c[L_STOPS].len, NULL))
		return;
	if (p.kind != PAYLOAD_TEXT && p.nodes[0].type == NODE_LIST)
		c[L_STOP_COUNT] = row_printf(m, "%zu", p.nodes[0].children);
	payload_release(&p);
}

/* The SQL texts say where a row is from; the API's answer needs no saying. */
static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, L_COUNT, c);
	c[L_KNOWN_FROM] = first_of(c[L_KNOWN_FROM], cell_of("API"));
	c[L_ORIGIN] = tidy_place(m, c[L_ORIGIN]);
	c[L_DESTINATION] = tidy_place(m, c[L_DESTINATION]);
	c[L_LOCATION] = tidy_place(m, c[L_LOCATION]);
	c[L_REFERENCES] = tidy_list(m, c[L_REFERENCES]);
	c[L_TAGS] = tidy_list(m, c[L_TAGS]);
	derive_mode(c);
	derive_ages(m, c);
	derive_stops(m, c);
	return row_emit(m, c, e);
}

/* ---- one row per load ------------------------------------------------------------ */

static bool seen_before(const struct rowset *in, const size_t *order, size_t nth)
{
	struct cell id = rowset_cell(in, order[nth], L_TRACKING_ID);

	for (size_t i = 0; i < nth; i++) {
		if (cell_eq(rowset_cell(in, order[i], L_TRACKING_ID), id))
			return true;
	}
	return false;
}

static bool any_id(const struct rowset *in)
{
	for (size_t i = 0; i < in->rows; i++) {
		if (!cell_is_null(rowset_cell(in, i, L_TRACKING_ID)))
			return true;
	}
	return false;
}

/* Candidates come newest first, however the store orders them. Of creation attempts
 * the newest stands for all; one that made a load outweighs those that did not. They
 * have no created_at: the query gives the newest first. */
static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	size_t *order = rows_newest_first(in, L_CREATED);
	bool ids = any_id(in), ok = order != NULL;

	if (!ok)
		return err_set(e, ERR_MEMORY, 0, "out of memory sorting %zu loads", in->rows);
	for (size_t i = 0; ok && i < in->rows; i++) {
		bool none = cell_is_null(rowset_cell(in, order[i], L_TRACKING_ID));

		if (!(ids && none) && !seen_before(in, order, i))
			ok = emit_same(m, in, order[i], L_COUNT, e);
	}
	free(order);
	return ok;
}

static bool from_mart(const struct rowset *rows, size_t row)
{
	return cell_is(rowset_cell(rows, row, L_KNOWN_FROM), mart_name);
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	struct cell status = rowset_cell(rows, row, L_STATUS);

	if (from_mart(rows, row) && cell_is_null(rowset_cell(rows, row, L_TRACKING_ID)))
		return MARK_PROBLEM;
	if (cell_has(status, "awaiting") || cell_has(status, "expired") || cell_has(status, "deleted") ||
	    cell_has(status, "cancel") || cell_is(rowset_cell(rows, row, L_LOCATION_AGE), "stale"))
		return MARK_DOUBT;
	return MARK_FINE;
}

static void put_cell(struct buf *out, const char *before, struct cell c)
{
	if (cell_is_null(c))
		return;
	buf_puts(out, before);
	buf_put_safe(out, c.data, c.len);
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	usec created;

	if (rows->rows == 0)
		return;
	if (rows->rows > 1) {
		buf_printf(out, "%zu loads match", rows->rows);
		return;
	}
	created = cell_time(rowset_cell(rows, 0, L_CREATED));
	put_cell(out, "", rowset_cell(rows, 0, L_STATUS));
	put_cell(out, ", ", rowset_cell(rows, 0, L_MODE));
	put_cell(out, ", known from ", rowset_cell(rows, 0, L_KNOWN_FROM));
	if (created != TIME_NONE) {
		buf_puts(out, ", created");
		put_ago(out, now, created);
	}
	if (cell_is(rowset_cell(rows, 0, L_LOCATION_AGE), "stale"))
		buf_puts(out, ", position is stale");
}

/* ---- what is learnt ---------------------------------------------------------------- */

/* The outcome of the last attempt of a query in this fetch. */
static enum attempt_outcome last_outcome(const struct section *s, const char *query)
{
	enum attempt_outcome outcome = ATTEMPT_SKIPPED;

	for (size_t i = 0; i < s->ntrail; i++) {
		if (!strcmp(s->trail[i]->query, query))
			outcome = s->trail[i]->outcome;
	}
	return outcome;
}

/* Everybody who would know the load was asked and has nothing. */
static bool proven_absent(const struct section *s, const struct facts *f)
{
	return last_outcome(s, "load_by_number") == ATTEMPT_EMPTY &&
	       last_outcome(s, "load_by_identifiers") == ATTEMPT_EMPTY &&
	       (!facts_get(f, "tracking_id_candidate") ||
		last_outcome(s, "load_by_id") == ATTEMPT_EMPTY);
}

static void learn_all(const struct section *s, struct facts *f)
{
	for (size_t i = 0; load_subject_facts[i]; i++) {
		if (strcmp(load_subject_facts[i], "never_created"))
			facts_set_cell(f, load_subject_facts[i],
				       section_cell(s, 0, load_subject_facts[i]), s->def->id);
	}
	facts_set_cell(f, "processed_at", rowset_cell(&s->rows, 0, L_PROCESSED), s->def->id);
	/* The mart says "unavailable" when the shipper sent no carrier. */
	if (cell_is(rowset_cell(&s->rows, 0, L_CARRIER_ID), "unavailable"))
		facts_set(f, "carrier_id", NULL, s->def->id);
}

static void learn_absence(const struct section *s, struct facts *f)
{
	bool proven = proven_absent(s, f);

	facts_set(f, proven ? "never_created" : "only_attempts", "yes", s->def->id);
}

static bool learn(const struct section *s, const struct step *answered, struct facts *f)
{
	const char *asked = facts_get(f, "tracking_id_candidate");
	struct cell id = rowset_cell(&s->rows, 0, L_TRACKING_ID);
	char count[24];
	bool again;

	facts_set(f, "never_created", NULL, s->def->id);
	facts_set(f, "only_attempts", NULL, s->def->id);
	facts_set(f, "candidates", NULL, s->def->id);
	if (s->rows.rows == 0)
		return false;
	if (s->rows.rows > 1) {
		snprintf(count, sizeof count, "%zu", s->rows.rows);
		facts_set(f, "candidates", count, s->def->id);
		return false;
	}
	learn_all(s, f);
	if (cell_is_null(id)) {
		learn_absence(s, f);
		return false;
	}
	again = strcmp(answered->source, "tracking") != 0 && !cell_is(id, asked);
	facts_set_cell(f, "tracking_id_candidate", id, s->def->id);
	return again;
}

static bool verdict(const struct section *s, const struct facts *f, char reason[static REASON_MAX])
{
	const char *candidates = facts_get(f, "candidates");

	(void)s;
	if (candidates) {
		snprintf(reason, REASON_MAX, "%s loads match; open one of them", candidates);
		return true;
	}
	if (facts_get(f, "only_attempts")) {
		snprintf(reason, REASON_MAX, "only creation attempts are known, none of which made a load; "
			 "not every source that would know the load has answered");
		return true;
	}
	return false;
}

/* ---- the table ------------------------------------------------------------------------ */

static const char *const needs_id[] = { "tracking_id_candidate", NULL };
static const char *const needs_number[] = { "load_number_candidate", NULL };

static const struct step steps[] = {
	{ .source = "tracking", .query = "load_by_id", .needs = needs_id, .authority = true },
	{ .source = "tracking", .query = "load_by_number", .needs = needs_number, .authority = true },
	{ .source = "redshift", .query = "load_by_identifiers", .needs = needs_number },
	{ .source = "redshift", .query = "load_by_document", .needs = needs_number },
	{ .source = "redshift", .query = "load_creation", .needs = needs_number },
};

static const struct moment_def moments[] = {
	{ .word = "created", .event = MOMENT_COLUMN(L_CREATED), .optional = true },
	{ .word = "updated", .event = MOMENT_COLUMN(L_UPDATED), .optional = true,
	  .what = { MOMENT_COLUMN(L_STATUS) } },
	{ .word = "picked up", .event = MOMENT_COLUMN(L_PICKED_UP), .optional = true },
	{ .word = "first check call", .event = MOMENT_COLUMN(L_FIRST_CALL), .optional = true },
	{ .word = "check call at pickup", .event = MOMENT_COLUMN(L_PICKUP_CALL), .optional = true },
	{ .word = "check call at delivery", .event = MOMENT_COLUMN(L_DELIVERY_CALL), .optional = true },
	{ .word = "latest check call", .event = MOMENT_COLUMN(L_LATEST_CALL), .optional = true },
	{ .word = "latest location", .event = MOMENT_COLUMN(L_LOCATION_AT), .optional = true,
	  .what = { MOMENT_COLUMN(L_LOCATION) } },
	{ .word = "delivered", .event = MOMENT_COLUMN(L_DELIVERED), .optional = true },
	{ .word = "terminated", .event = MOMENT_COLUMN(L_TERMINATED), .optional = true },
	{ .word = "expired", .event = MOMENT_COLUMN(L_EXPIRED), .optional = true },
	{ .word = "creation attempt", .event = MOMENT_COLUMN(L_PROCESSED), .optional = true,
	  .what = { MOMENT_COLUMN(L_ERROR) } },
};

static const struct jump_def jumps[] = {
	{ "its relationship", "network", { { "carrier_id", "carrier_id" } } },
	{ "the newest creation attempt", "creation",
	  { { "tracking_id", "load_id" }, { "load_number", "load_number" } }, .any = true },
	{ "the newest file matched to it", "carrier_files", { { "tracking_id", "matched_load_id" } } },
	{ "the newest callback about it", "callbacks", { { "tracking_id", "fk_tracking_id" } } },
	{ "its container's newest event", "ocean_events", { { "container_number", "container" } } },
};

const struct section_def section_load = {
	.id = "load",
	.title = "Load",
	.letter = 'L',
	.absent = "no load is known by this",
	.columns = columns,
	.ncolumns = L_COUNT,
	.after = after_nothing,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 50,
	.ttl = 5 * USEC_MIN,
	.deadline = 30 * USEC_SEC,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.learn = learn,
	.verdict = verdict,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
};
