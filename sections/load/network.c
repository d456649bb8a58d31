/* The relationship between shipper and carrier, and what it tells the others:
 * the external id and which key each identifier slot of carrier files holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/investigation.h"
#include "sections/load/cells.h"
#include "sections/load/load.h"
#include "sections/payload.h"

#define NETWORK_COLUMNS(X) \
	X(N_ID, "relationship_id", "id", TEXT, 1, 8, true) \
	X(N_CLASS, "classification", "verdict", TEXT, 1, 21, false) \
	X(N_STATUS, "status", "status", TEXT, 1, 7, false) \
	X(N_EXTERNAL, "external_id", "external id", TEXT, 1, 11, false) \
	X(N_ACTIVE, "active", "active", FLAG, 2, 6, false) \
	X(N_ALLOW, "allow_tracking", "tracking", FLAG, 2, 8, false) \
	X(N_SCACS, "scacs", "SCACs", TEXT, 2, 12, false) \
	X(N_TYPE, "relationship_type", "type", TEXT, 3, 12, false) \
	X(N_DIRECTION, "direction", "direction", TEXT, 3, 18, false) \
	X(N_CARRIER, "carrier_name", "carrier", TEXT, 2, 18, false) \
	X(N_SLOT_1, "slot_1", "slot 1", TEXT, 3, 10, false) \
	X(N_SLOT_2, "slot_2", "slot 2", TEXT, 3, 10, false) \
	X(N_SLOT_3, "slot_3", "slot 3", TEXT, 3, 10, false) \
	X(N_SLOT_4, "slot_4", "slot 4", TEXT, 3, 10, false) \
	X(N_SHIPPER_ID, "shipper_id", "shipper id", TEXT, 0, 20, false) \
	X(N_CARRIER_ID, "carrier_id", "carrier id", TEXT, 0, 20, false) \
	X(N_ELD, "eld_enabled", "ELD", FLAG, 0, 5, false) \
	X(N_ELD_PROVIDER, "eld_provider", "ELD provider", TEXT, 0, 14, false) \
	X(N_CREATED, "created_at", "created", TIME, 0, 16, false) \
	X(N_UPDATED, "updated_at", "updated", TIME, 0, 16, false) \
	X(N_SUPER_FILES, "super_file_configurations", "super files, as sent", BODY, 0, 0, false) \
	X(N_RAW, "raw", "answer, as sent", BODY, 0, 0, false)

enum { NETWORK_COLUMNS(COLUMN_SYMBOL) N_COUNT };

static const struct column_def columns[N_COUNT] = { NETWORK_COLUMNS(COLUMN_ROW) };

enum { SLOTS = 4 };

/* ---- derived cells ---------------------------------------------------------------- */

static bool is_live(struct cell status)
{
	/* The API says live; the warehouse has been seen to say active. */
	return cell_is(status, "live") || cell_is(status, "active");
}

/* The order is the rule: the first that holds names the relationship. That there is
 * none is said by an empty section, never by a row. */
static const char *classify(const struct cell *c)
{
	if (cell_flag(c[N_ACTIVE]) == FLAG_NO)
		return "RELATIONSHIP_INACTIVE";
	if (!is_live(c[N_STATUS]))
		return "RELATIONSHIP_NOT_LIVE";
	if (cell_flag(c[N_ALLOW]) == FLAG_NO)
		return "TRACKING_DISABLED";
	return "RELATIONSHIP_OK";
}

/* identifier1..4 of the first configuration: {"key":"loadNumber",…}, or null. */
static void derive_slots(struct row_maker *m, struct cell *c)
{
	struct payload p;
	size_t config;
	char name[] = "identifier1";

	if (cell_is_null(c[N_SUPER_FILES]) ||
	    !payload_parse(&p, c[N_SUPER_FILES].data, c[N_SUPER_FILES].len, NULL))
		return;
	config = p.n > 0 && p.nodes[0].type == NODE_LIST ? payload_first(&p, 0) : 0;
	for (unsigned i = 0; i < SLOTS && config < p.n; i++) {
		size_t slot;
		struct cell key = CELL_NULL;

		name[sizeof name - 2] = (char)('1' + i);
		slot = payload_child(&p, config, name);
		if (slot != PAYLOAD_NONE)
			key = p.nodes[slot].type == NODE_MAP ? payload_get(&p, slot, "key")
							     : payload_get(&p, config, name);
		if (!cell_is_null(key))
			c[N_SLOT_1 + i] = row_bytes(m, key.data, key.len);
	}
	payload_release(&p);
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, N_COUNT, c);
	c[N_SCACS] = tidy_list(m, c[N_SCACS]);
	derive_slots(m, c);
	c[N_CLASS] = cell_of(classify(c));
	return row_emit(m, c, e);
}

/* ---- one row per relationship: the warehouse gives one per SCAC --------------------- */

static bool same_relationship(const struct rowset *in, size_t a, size_t b)
{
	return cell_eq(rowset_cell(in, a, N_ID), rowset_cell(in, b, N_ID));
}

static bool is_repeat(const struct rowset *in, size_t row)
{
	for (size_t i = 0; i < row; i++) {
		if (same_relationship(in, i, row))
			return true;
	}
	return false;
}

static struct cell all_scacs(const struct rowset *in, size_t row, struct row_maker *m)
{
	struct buf text = BUF_INIT;
	struct cell scacs = rowset_cell(in, row, N_SCACS);

	for (size_t i = row; i < in->rows; i++) {
		struct cell c = rowset_cell(in, i, N_SCACS);

		if (!same_relationship(in, i, row) || cell_is_null(c))
			continue;
		if (text.len > 0)
			buf_puts(&text, ", ");
		buf_put(&text, c.data, c.len);
	}
	if (text.len > 0)
		scacs = row_bytes(m, text.data, text.len);
	buf_release(&text);
	return scacs;
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	struct cell cells[N_COUNT];

	for (size_t i = 0; i < in->rows; i++) {
		if (is_repeat(in, i))
			continue;
		for (size_t c = 0; c < N_COUNT; c++)
			cells[c] = rowset_cell(in, i, c);
		cells[N_SCACS] = all_scacs(in, i, m);
		if (!row_emit(m, cells, e))
			return false;
	}
	return true;
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	struct cell verdict = rowset_cell(rows, row, N_CLASS);

	if (cell_is(verdict, "RELATIONSHIP_OK"))
		return MARK_FINE;
	return cell_is(verdict, "RELATIONSHIP_INACTIVE") ? MARK_PROBLEM : MARK_DOUBT;
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
	(void)now;
	if (rows->rows == 0)
		return;
	put_cell(out, "", rowset_cell(rows, 0, N_CLASS));
	put_cell(out, ", external id ", rowset_cell(rows, 0, N_EXTERNAL));
	put_cell(out, ", SCAC ", rowset_cell(rows, 0, N_SCACS));
	if (rows->rows > 1)
		buf_printf(out, ", first of %zu", rows->rows);
}

/* ---- what carrier files need ---------------------------------------------------------- */

/* Which fact a slot's key stands for. */
static const char *fact_of_key(struct cell key)
{
	static const struct { const char *key, *fact; } known[] = {
		{ "load_number", "load_number" },   { "loadId", "tracking_id" },
		{ "tracking_id", "tracking_id" },   { "po_number", "po_number" },
		{ "bol_number", "bol_number" },     { "bill_of_lading", "bol_number" },
		{ "pro_number", "pro_number" },     { "booking_number", "booking_number" },
		{ "container_number", "container_number" }, { "container", "container_number" },
		{ "ocean_container_number", "container_number" },
	};

	for (size_t i = 0; key.data && i < sizeof known / sizeof known[0]; i++) {
		if (payload_same_key(key.data, key.len, known[i].key, strlen(known[i].key)))
			return known[i].fact;
	}
	return NULL;
}

static bool learn(const struct section *s, const struct step *answered, struct facts *f)
{
	static const char *const slots[SLOTS] = { "slot_1", "slot_2", "slot_3", "slot_4" };

	(void)answered;
	facts_set_cell(f, "relationship_id", rowset_cell(&s->rows, 0, N_ID), s->def->id);
	facts_set_cell(f, "relationship", rowset_cell(&s->rows, 0, N_CLASS), s->def->id);
	facts_set_cell(f, "external_id", rowset_cell(&s->rows, 0, N_EXTERNAL), s->def->id);
	for (unsigned i = 0; i < SLOTS; i++) {
		const char *fact = fact_of_key(rowset_cell(&s->rows, 0, N_SLOT_1 + i));

		facts_set(f, slots[i], fact ? facts_get(f, fact) : NULL, s->def->id);
	}
	return false;
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	bool parties = facts_get(f, "shipper_id") && facts_get(f, "carrier_id");

	if (parties)
		return false;
	/* A load never created may still name both parties: only then it is no reason. */
	if (facts_get(f, "never_created"))
		snprintf(reason, REASON_MAX, "%s in the creation attempt",
			 facts_get(f, "carrier_id") ? "no shipper" : "no carrier");
	else if (skip_without_load(f, reason))
		return true;
	else
		snprintf(reason, REASON_MAX, "no %s on the load",
			 facts_get(f, "carrier_id") ? "shipper" : "carrier");
	return true;
}

/* ---- the table -------------------------------------------------------------------------- */

static const char *const needs_parties[] = { "shipper_id", "carrier_id", NULL };

static const struct step steps[] = {
	{ .source = "company", .query = "relationship", .needs = needs_parties, .authority = true },
	{ .source = "redshift", .query = "relationship", .needs = needs_parties },
};

static const struct moment_def moments[] = {
	{ .word = "relationship created", .event = MOMENT_COLUMN(N_CREATED), .optional = true,
	  .what = { MOMENT_COLUMN(N_CARRIER) } },
	{ .word = "relationship updated", .event = MOMENT_COLUMN(N_UPDATED), .optional = true,
	  .what = { MOMENT_COLUMN(N_CLASS), MOMENT_COLUMN(N_STATUS) } },
};

static const struct jump_def jumps[] = {
	{ "the load of its carrier", "load", { { "carrier_id", "carrier_id" } } },
	{ "the newest file that names it", "carrier_files", { { "external_id", "external_id" } } },
};

const struct section_def section_network = {
	.id = "network",
	.title = "Network",
	.letter = 'N',
	.absent = "there is no relationship",
	.columns = columns,
	.ncolumns = N_COUNT,
	.after = after_load,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 200,
	.ttl = 5 * USEC_MIN,
	.deadline = 30 * USEC_SEC,
	.skip = skip,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.learn = learn,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
};
