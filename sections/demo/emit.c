/* From what is told to the rows of every store that would know it. */
#include "sections/demo/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void row_json(struct generator *g, const char *column, char *json)
{
	if (!json && g->err.kind == ERR_NONE)
		err_set(&g->err, ERR_MEMORY, 0, "out of memory");
	row_text(g, column, json);
	free(json);
}

void emit_company(struct generator *g, int64_t id, const struct company *c)
{
	row_start(g, TABLE_COMPANIES);
	row_int(g, "id", id);
	row_text(g, "name", c->name);
	row_text(g, "permalink", c->permalink);
	row_text(g, "status", "approved");
	row_flag(g, "active", true);
	row_flag(g, "is_test_company", false);
	row_end(g);
}

static void emit_scacs(struct generator *g, const struct relationship *r)
{
	for (size_t i = 0; i < SLOTS_MAX && r->scacs[i]; i++) {
		row_start(g, TABLE_SCACS);
		row_int(g, "id", (int64_t)g->next_scac++);
		row_int(g, "relationship_id", r->id);
		row_text(g, "scac", r->scacs[i]);
		row_time(g, "created_at", r->created);
		row_text(g, "etl_active_flag", "Y");
		row_end(g);
	}
}

static void emit_api_relationship(struct generator *g, const struct relationship *r)
{
	row_start(g, TABLE_API_RELATIONSHIPS);
	row_int(g, "relationship_id", r->id);
	row_text(g, "shipper_id", r->shipper.permalink);
	row_text(g, "carrier_id", r->carrier.permalink);
	row_text(g, "carrier_name", r->carrier.name);
	row_text(g, "relationship_type", "carrier");
	row_text(g, "status", r->status);
	row_flag(g, "active", r->active);
	row_flag(g, "allow_tracking", r->allow_tracking);
	row_text(g, "external_id", r->external_id);
	row_flag(g, "eld_enabled", r->eld_enabled);
	row_text(g, "eld_provider", r->eld_provider);
	row_json(g, "scacs", json_strings(r->scacs, SLOTS_MAX));
	row_json(g, "super_file_configurations", json_slots(r));
	row_time(g, "created_at", r->created);
	row_json(g, "raw", json_relationship(r));
	row_end(g);
}

void emit_relationship(struct generator *g, const struct relationship *r, int64_t shipper_id,
		       int64_t carrier_id)
{
	emit_api_relationship(g, r);
	row_start(g, TABLE_RELATIONSHIPS);
	row_int(g, "id", r->id);
	row_int(g, "company_id", shipper_id);
	row_int(g, "target_company_id", carrier_id);
	row_text(g, "relationship_type", "carrier");
	row_text(g, "status", r->status);
	row_flag(g, "active", r->active);
	row_flag(g, "allow_tracking", r->allow_tracking);
	row_text(g, "external_id", r->external_id);
	row_flag(g, "eld_enabled", r->eld_enabled);
	row_text(g, "eld_provider", r->eld_provider);
	row_json(g, "super_file_configurations", json_slots(r));
	row_time(g, "created_at", r->created);
	row_time(g, "updated_at", r->created);
	row_text(g, "etl_active_flag", "Y");
	row_end(g);
	emit_scacs(g, r);
}

/* ---- loads -------------------------------------------------------------------- */

static void load_times(struct generator *g, const struct load *l)
{
	row_time(g, "created_at", l->created);
	row_time(g, "updated_at", l->updated);
	row_time(g, "delivered_at", l->delivered);
	row_time(g, "terminated_at", l->terminated);
	row_time(g, "expired_at", l->expired);
	row_time(g, "picked_up_at", l->picked_up);
	row_time(g, "pickup_check_call_at", l->pickup_check_call);
	row_time(g, "delivery_check_call_at", l->delivery_check_call);
	row_time(g, "first_check_call_at", l->first_check_call);
	row_time(g, "latest_check_call_at", l->latest_check_call);
}

static void load_journey(struct generator *g, const struct load *l)
{
	const struct stop *last = &l->stops[l->nstops ? l->nstops - 1 : 0];

	if (l->nstops) {
		row_format(g, "origin", "%s, %s", l->stops[0].city, l->stops[0].country);
		row_format(g, "destination", "%s, %s", last->city, last->country);
		row_time(g, "origin_appointment_time", l->stops[0].due);
		row_time(g, "destination_appointment_time", last->due);
	}
	row_json(g, "stops", json_stops(l));
	row_int(g, "stop_count", (int64_t)l->nstops);
	row_text(g, "latest_location", l->position);
	row_time(g, "latest_location_at", l->position ? l->position_at : TIME_NONE);
	row_time(g, "next_stop_eta", l->eta);
	row_time(g, "next_stop_carrier_eta", l->carrier_eta);
}

static void load_numbers(struct generator *g, const struct load *l)
{
	row_text(g, "tracking_method", l->via);
	row_text(g, "trailer_number", l->trailer);
	row_text(g, "truck_number", l->truck);
	row_text(g, "container_number", l->container);
	row_text(g, "booking_number", l->booking);
	row_text(g, "bol_number", l->bol);
	row_text(g, "po_number", l->po);
	row_text(g, "pro_number", l->pro);
	row_json(g, "reference_numbers", json_strings(l->references, 4));
}

void emit_load_api(struct generator *g, const struct load *l)
{
	row_start(g, TABLE_API_LOADS);
	row_int(g, "tracking_id", (int64_t)l->id);
	row_text(g, "load_number", l->number);
	row_text(g, "status", l->status);
	row_text(g, "load_mode", l->mode);
	row_text(g, "actual_load_mode", l->mode);
	row_text(g, "shipper_id", l->shipper.permalink);
	row_text(g, "shipper_name", l->shipper.name);
	row_text(g, "carrier_id", l->carrier.permalink);
	row_text(g, "carrier_name", l->carrier.name);
	load_times(g, l);
	load_journey(g, l);
	load_numbers(g, l);
	row_json(g, "raw", json_load(l));
	row_end(g);
}

static void emit_stop(struct generator *g, const struct load *l, size_t i)
{
	const struct stop *s = &l->stops[i];
	int64_t late = 0;

	if (s->arrived != TIME_NONE && s->due != TIME_NONE && s->arrived > s->due)
		late = (s->arrived - s->due) / USEC_MIN;
	row_start(g, TABLE_FACT_STOPS);
	row_int(g, "stop_id", (int64_t)(500000 + g->next_stop++));
	row_int(g, "load_id", (int64_t)l->id);
	row_text(g, "stop_type", s->type);
	row_text(g, "stop_name", s->name);
	row_int(g, "sequence", (int64_t)i + 1);
	row_time(g, "appointment_time", s->due);
	row_time(g, "arrival_time", s->arrived);
	row_time(g, "departure_time", s->departed);
	row_text(g, "status", s->departed != TIME_NONE ? "departed" :
		 s->arrived != TIME_NONE ? "arrived" : "planned");
	row_flag(g, "on_time", late <= 30);
	row_flag(g, "delayed", late > 30);
	row_int(g, "delay", late);
	row_end(g);
}

void emit_load_warehouse(struct generator *g, const struct load *l)
{
	row_start(g, TABLE_FACT_LOADS);
	row_int(g, "load_id", (int64_t)l->id);
	row_text(g, "load_number", l->number);
	row_text(g, "display_load_number", l->number);
	row_text(g, "pro_number", l->pro);
	row_text(g, "shipper_id", l->shipper.permalink);
	row_text(g, "carrier_id", l->carrier.permalink);
	row_text(g, "status", l->status);
	row_time(g, "created_at", l->created);
	row_time(g, "terminated_at", l->terminated);
	row_time(g, "delivered_at", l->delivered);
	row_time(g, "first_ping_time", l->first_check_call);
	row_time(g, "latest_check_call_time", l->latest_check_call);
	row_text(g, "load_mode", l->mode);
	row_text(g, "modes", l->mode);
	row_flag(g, "relay_load", false);
	row_json(g, "reference_numbers", json_strings(l->references, 4));
	row_flag(g, "is_deleted", false);
	row_end(g);
	for (size_t i = 0; i < l->nstops; i++)
		emit_stop(g, l, i);
}

void emit_attempt(struct generator *g, const struct load *l, const struct attempt_told *a)
{
	const struct stop *first = &l->stops[0], *last = &l->stops[l->nstops ? l->nstops - 1 : 0];

	row_start(g, TABLE_VALIDATION);
	if (a->created)
		row_int(g, "load_id", (int64_t)l->id);
	row_text(g, "company_id", l->shipper.permalink);
	row_text(g, "company_name", l->shipper.name);
	row_text(g, "load_number", l->number);
	row_text(g, "status", a->status);
	row_text(g, "error", a->error);
	row_time(g, "processed_at", a->at);
	row_text(g, "carrier_id", l->carrier.permalink);
	row_text(g, "carrier_name", l->carrier.name);
	row_text(g, "file_name", a->file);
	row_int(g, "stop_count", (int64_t)l->nstops);
	if (l->nstops) {
		row_text(g, "origin_stop_name", first->name);
		row_text(g, "origin_city", first->city);
		row_text(g, "origin_country", first->country);
		row_time(g, "pickup_appointment_time", first->due);
		row_text(g, "dest_stop_name", last->name);
		row_text(g, "dest_city", last->city);
		row_text(g, "dest_country", last->country);
		row_time(g, "dest_appointment_time", last->due);
	}
	row_text(g, "modes", l->mode);
	row_text(g, "shipper_name", l->shipper.name);
	row_end(g);
}

/* ---- carrier files ------------------------------------------------------------- */

static const char *slot_value(const struct load *l, const char *slot)
{
	const struct { const char *slot, *value; } values[] = {
		{ "loadNumber", l->number }, { "bookingNumber", l->booking }, { "bolNumber", l->bol },
		{ "poNumber", l->po }, { "proNumber", l->pro },
	};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		if (strcmp(values[i].slot, slot) == 0)
			return values[i].value;
	}
	return NULL;
}

static void emit_file_log(struct generator *g, enum table_id table, const struct load *l,
			  const struct file_told *f, const char *uuid)
{
	row_start(g, table);
	row_text(g, "file_uuid", uuid);
	row_text(g, "file_name", f->file);
	row_text(g, "carrier_id", l->carrier.permalink);
	row_time(g, "received_timestamp", f->at - 4 * USEC_SEC);
	row_int(g, "record_count", 40 + (int64_t)(f->at / USEC_SEC % 300));
	row_text(g, "processing_status", "completed");
	row_end(g);
}

int64_t file_record(const struct file_told *f)
{
	return 1 + (int64_t)(f->at / USEC_SEC % 40);
}

static void record_identifiers(struct generator *g, const struct load *l,
			       const struct relationship *r, const struct file_told *f)
{
	char column[24] = "load_identifier_1";

	for (size_t i = 0; i < SLOTS_MAX; i++) {
		const char *value = f->ids[i];

		if (!f->ids[0] && r && r->slots[i])
			value = slot_value(l, r->slots[i]);
		column[16] = (char)('1' + i);
		row_text(g, column, value);
	}
	row_text(g, "booking_number", l->booking);
	row_text(g, "bill_of_lading", l->bol);
	row_text(g, "container_number", l->container);
}

static void emit_record(struct generator *g, enum table_id table, const struct load *l,
			const struct relationship *r, const struct file_told *f, const char *uuid,
			const char *file_uuid)
{
	row_start(g, table);
	row_text(g, "record_uuid", uuid);
	row_text(g, "file_uuid", file_uuid);
	row_text(g, "company", l->shipper.name);
	row_text(g, "file_name", f->file);
	row_int(g, "record_index", file_record(f));
	row_text(g, "shipper_id", l->shipper.permalink);
	row_text(g, "carrier_id", l->carrier.permalink);
	row_text(g, "status", f->status);
	row_time(g, "process_completed_timestamp", f->at);
	row_text(g, "error", f->error);
	record_identifiers(g, l, r, f);
	row_text(g, "external_id", r ? r->external_id : NULL);
	row_text(g, "queued_messages", f->queued);
	row_text(g, "skipped_messages", f->skipped);
	if (f->matched)
		row_int(g, table == TABLE_RECORD_LOGS ? "matched_load_id" : "load_id", (int64_t)l->id);
	row_end(g);
}

void emit_file(struct generator *g, const struct load *l, const struct relationship *r,
	       const struct file_told *f)
{
	char uuid[UUID_MAX], file_uuid[UUID_MAX];

	random_uuid(g, uuid);
	random_uuid(g, file_uuid);
	emit_file_log(g, TABLE_FILE_LOGS, l, f, file_uuid);
	emit_file_log(g, TABLE_REWIND_FILES, l, f, file_uuid);
	emit_record(g, TABLE_RECORD_LOGS, l, r, f, uuid, file_uuid);
	emit_record(g, TABLE_REWIND_RECORDS, l, r, f, uuid, file_uuid);
}

/* ---- callbacks, ocean events, logs ------------------------------------------------- */

void emit_callback(struct generator *g, const struct load *l, const struct callback_told *c)
{
	char uuid[UUID_MAX];

	row_start(g, TABLE_CALLBACKS);
	row_text(g, "uuid", random_uuid(g, uuid));
	row_time(g, "ts", c->at);
	row_int(g, "fk_tracking_id", (int64_t)l->id);
	row_int(g, "config_id", c->config);
	row_text(g, "load_number", l->number);
	row_text(g, "company_id", l->shipper.permalink);
	if (c->url)
		row_text(g, "ext_url", c->url);
	else
		row_format(g, "ext_url", "https://hooks.%s.example/v2/tracking", l->shipper.permalink);
	row_text(g, "ext_request_status", c->status);
	row_text(g, "message_type", c->type);
	row_text(g, "error_msg", c->error);
	row_int(g, "attempt_count", c->attempts);
	row_end(g);
}

static void emit_line(struct generator *g, usec at, const char *service, const char *level)
{
	row_start(g, TABLE_LOGS);
	/* Nanoseconds; the last digits differ, so that lines have an order. */
	row_format(g, "timestamp", "%" PRId64 "%03u", at, (unsigned)random_below(g, 1000));
	row_text(g, "service_name", service);
	row_text(g, "severity_text", level);
	row_text(g, "body", buf_str(&g->scratch));
	row_format(g, "trace_id", "%016" PRIx64, random_next(g));
	row_end(g);
}

static void emit_ocean_row(struct generator *g, const struct load *l, const struct ocean_told *o)
{
	row_start(g, TABLE_API_OCEAN_EVENTS);
	row_text(g, "container_number", l->container);
	row_text(g, "booking_number", l->booking);
	row_text(g, "bol_number", l->bol);
	row_text(g, "event_code", o->code);
	row_text(g, "event_name", ocean_event_name(o->code));
	row_time(g, "event_time", o->at);
	row_text(g, "location", o->locode[0] ? o->locode : o->city);
	row_text(g, "vessel", o->vessel);
	row_text(g, "voyage", o->voyage);
	row_text(g, "source", o->edi ? "EDI" : "JT");
	row_time(g, "received_at", o->known);
	row_end(g);
}

static usec with_ms(struct generator *g, usec t)
{
	return t + (usec)random_below(g, 1000) * USEC_MS;
}

void emit_ocean(struct generator *g, const struct load *l, const struct ocean_told *o, bool listed)
{
	usec written = with_ms(g, o->known);

	buf_clear(&g->scratch);
	body_ocean(g, &g->scratch, l, o, written);
	emit_line(g, written, "multimodal_carrier_updates_worker", "INFO");
	if (listed && !o->empty)
		emit_ocean_row(g, l, o);
}

void emit_log(struct generator *g, const struct load *l, const struct log_told *t)
{
	usec written = with_ms(g, t->at);

	buf_clear(&g->scratch);
	body_log(g, &g->scratch, l, t, written);
	emit_line(g, written, t->service, t->level);
}
