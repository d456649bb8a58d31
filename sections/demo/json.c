/* Objects as the tracking and company APIs answer them. */
#include "sections/demo/model.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Absent values are null, as the API gives them. */
static void put(json_t *o, const char *key, const char *value)
{
	json_object_set_new(o, key, value && value[0] ? json_string(value) : json_null());
}

static void put_time(json_t *o, const char *key, usec t)
{
	char text[TIME_TEXT_MAX];

	put(o, key, time_iso(text, t, false));
}

static char *dump(json_t *j)
{
	char *text = j ? json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	json_decref(j);
	return text;
}

static json_t *strings(const char *const *items, size_t max)
{
	json_t *list = json_array();

	for (size_t i = 0; i < max && items[i]; i++)
		json_array_append_new(list, json_string(items[i]));
	return list;
}

char *json_strings(const char *const *items, size_t max)
{
	return dump(strings(items, max));
}

/* Both shapes occur in answers: {"shipper":{"id","name"}} and {"shipperId","shipperName"}. */
static void put_party(json_t *o, const char *role, const struct company *c, bool flat)
{
	char id[40], name[40];
	json_t *party;

	if (!c->permalink[0])
		return;
	if (flat) {
		snprintf(id, sizeof id, "%sId", role);
		snprintf(name, sizeof name, "%sName", role);
		put(o, id, c->permalink);
		put(o, name, c->name);
		return;
	}
	party = json_object();
	put(party, "id", c->permalink);
	put(party, "name", c->name);
	json_object_set_new(o, role, party);
}

static json_t *stops(const struct load *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->nstops; i++) {
		const struct stop *s = &l->stops[i];
		json_t *o = json_object();

		json_object_set_new(o, "sequence", json_integer((json_int_t)i + 1));
		put(o, "stopType", s->type);
		put(o, "name", s->name);
		put(o, "city", s->city);
		put(o, "country", s->country);
		put(o, "unlocode", s->locode);
		put_time(o, "appointmentTime", s->due);
		put_time(o, "arrivalTime", s->arrived);
		put_time(o, "departureTime", s->departed);
		json_array_append_new(list, o);
	}
	return list;
}

char *json_stops(const struct load *l)
{
	return dump(stops(l));
}

static void put_place(json_t *o, const char *key, const struct stop *s)
{
	char text[120];

	snprintf(text, sizeof text, "%s, %s", s->city, s->country);
	put(o, key, text);
}

static void put_position(json_t *o, const struct load *l)
{
	json_t *tracking = json_object(), *where = json_object(), *schedule = json_object();
	char *rest;

	if (l->position) {
		json_object_set_new(where, "latitude", json_real(strtod(l->position, &rest)));
		json_object_set_new(where, "longitude", json_real(strtod(rest + 1, NULL)));
		put_time(where, "timestamp", l->position_at);
		json_object_set(tracking, "latestLocation", where);
	}
	json_decref(where);
	put_time(schedule, "nextStopETA", l->eta);
	put_time(schedule, "nextStopCarrierETA", l->carrier_eta);
	json_object_set_new(tracking, "deliverySchedule", schedule);
	json_object_set_new(o, "trackingStatus", tracking);
}

static void put_times(json_t *o, const struct load *l)
{
	put_time(o, "createdAt", l->created);
	put_time(o, "updatedAt", l->updated);
	put_time(o, "deliveredAt", l->delivered);
	put_time(o, "terminatedAt", l->terminated);
	put_time(o, "expiredAt", l->expired);
	put_time(o, "pickedUp", l->picked_up);
	put_time(o, "pickupCheckCallAt", l->pickup_check_call);
	put_time(o, "deliveryCheckCallAt", l->delivery_check_call);
	put_time(o, "firstCheckCallAt", l->first_check_call);
	put_time(o, "latestCheckCallAt", l->latest_check_call);
}

static void put_numbers(json_t *o, const struct load *l)
{
	put(o, "trackingMethod", l->via);
	put(o, "trailerNumber", l->trailer);
	put(o, "truckNumber", l->truck);
	put(o, "containerNumber", l->container);
	put(o, "bookingNumber", l->booking);
	put(o, "bolNumber", l->bol);
	put(o, "poNumber", l->po);
	put(o, "proNumber", l->pro);
	json_object_set_new(o, "referenceNumbers", strings(l->references, 4));
}

char *json_load(const struct load *l)
{
	json_t *o = json_object();
	bool flat = l->id % 2;

	json_object_set_new(o, "id", json_integer((json_int_t)l->id));
	put(o, "loadNumber", l->number);
	put(o, "status", l->status);
	put(o, "loadMode", l->mode);
	put(o, "actualLoadMode", l->mode);
	put_party(o, "shipper", &l->shipper, flat);
	put_party(o, "carrier", &l->carrier, flat);
	put_times(o, l);
	if (l->nstops) {
		put_place(o, "origin", &l->stops[0]);
		put_place(o, "destination", &l->stops[l->nstops - 1]);
		put_time(o, "originAppointmentTime", l->stops[0].due);
		put_time(o, "destinationAppointmentTime", l->stops[l->nstops - 1].due);
	}
	json_object_set_new(o, "stops", stops(l));
	put_position(o, l);
	put_numbers(o, l);
	return dump(o);
}

static json_t *slots(const struct relationship *r)
{
	json_t *list = json_array(), *config = json_object();

	json_object_set_new(config, "id", json_integer(r->id * 10 + 1));
	for (size_t i = 0; i < SLOTS_MAX; i++) {
		char name[16];

		snprintf(name, sizeof name, "identifier%zu", i + 1);
		json_object_set_new(config, name, r->slots[i]
			? json_pack("{s:s,s:s,s:n}", "key", r->slots[i], "type", "string", "regex")
			: json_null());
	}
	json_array_append_new(list, config);
	return list;
}

char *json_slots(const struct relationship *r)
{
	return dump(slots(r));
}

char *json_relationship(const struct relationship *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_integer(r->id));
	json_object_set_new(o, "active", json_boolean(r->active));
	put(o, "status", r->status);
	json_object_set_new(o, "allowTracking", json_boolean(r->allow_tracking));
	put(o, "externalId", r->external_id);
	json_object_set_new(o, "allScacs", strings(r->scacs, SLOTS_MAX));
	put(o, "relationshipType", "carrier");
	put_time(o, "createdAt", r->created);
	json_object_set_new(o, "superFileConfigurations", slots(r));
	json_object_set_new(o, "tlTrackingConfigurations",
			    json_pack("{s:b,s:s?}", "eldEnabled", r->eld_enabled, "eldProvider",
				      r->eld_provider));
	json_object_set_new(o, "loadUpdatesConfiguration", json_object());
	json_object_set_new(o, "modePriorityConfigurations", json_object());
	json_object_set_new(o, "targetCompany",
			    json_pack("{s:s,s:s}", "permalink", r->carrier.permalink, "name",
				      r->carrier.name));
	return dump(o);
}
