#include "sections/load/ocean_body.h"

#include <string.h>

#include "sections/load/cells.h"

/* A map and the maps around it: what an event does not say itself (its container,
 * its source) is said further out. */
struct scope {
	const struct payload *p;
	size_t map;
	const struct scope *out;
};

struct walk {
	ocean_event_fn *fn;
	void *ctx;
	size_t count;
	struct err *err;
};

static struct cell own(const struct scope *s, const char *names)
{
	return payload_get(s->p, s->map, names);
}

static struct cell inherited(const struct scope *s, const char *names)
{
	struct cell c = CELL_NULL;

	for (; s && cell_is_null(c); s = s->out)
		c = own(s, names);
	return c;
}

/* Which nested stop an event of this stop type happened at. */
static size_t stop_map(const struct scope *s, struct cell type)
{
	static const struct { const char *type, *key; } stops[] = {
		{ "pol", "port_of_loading" }, { "pod", "port_of_discharge" },
		{ "origin", "pickup" },       { "dlv", "delivery" },
	};
	size_t list, i;

	for (size_t k = 0; k < sizeof stops / sizeof stops[0]; k++) {
		if (cell_is(type, stops[k].type))
			return payload_child(s->p, s->map, stops[k].key);
	}
	if (type.len != 4 || memcmp(type.data, "tsp", 3) != 0)
		return PAYLOAD_NONE;
	list = payload_child(s->p, s->map, "transshipment_ports");
	if (list == PAYLOAD_NONE)
		return PAYLOAD_NONE;
	i = payload_first(s->p, list);
	for (char n = '1'; i != PAYLOAD_NONE && n < type.data[3]; n++)
		i = payload_next(s->p, list, i);
	return i;
}

static void read_place(const struct scope *s, struct ocean_event *ev)
{
	static const char unlocode[] = "location_identity|unlocode|un_locode|location_code";
	static const char place[] = "city|name|location|location_name";
	size_t stop = stop_map(s, ev->stop_type);

	ev->unlocode = own(s, unlocode);
	ev->place = own(s, place);
	ev->terminal = own(s, "terminal_name|terminal");
	if (stop == PAYLOAD_NONE)
		return;
	if (cell_is_null(ev->unlocode))
		ev->unlocode = payload_get(s->p, stop, unlocode);
	if (cell_is_null(ev->place))
		ev->place = payload_get(s->p, stop, place);
	if (cell_is_null(ev->terminal))
		ev->terminal = payload_get(s->p, stop, "terminal_name|terminal");
}

static struct ocean_event read_event(const struct scope *s)
{
	struct ocean_event ev = {
		.message_type = inherited(s, "message_type"),
		.code = own(s, "event_code|code"),
		.qualifier = own(s, "event_qualifier|qualifier"),
		.time = own(s, "event_date_time|event_time|event_timestamp"),
		.zone = inherited(s, "event_timezone|event_time_zone|timezone"),
		.status = own(s, "status|event_name|event_description"),
		.stop_type = inherited(s, "stop_type"),
		.vessel = inherited(s, "vessel_name|vessel"),
		.voyage = inherited(s, "voyage_id|voyage_number|voyage"),
		.container = inherited(s, "ocean_container_number|container_number|container|container_no"),
		.action = inherited(s, "update_action|update_type"),
		.source = inherited(s, "source|event_source"),
		.sub_source = inherited(s, "sub_source"),
		.vendor = inherited(s, "source_vendor|vendor"),
		.fetched = inherited(s, "fetch_time|received_at|received_time"),
	};

	read_place(s, &ev);
	return ev;
}

static bool is_event(const struct scope *s)
{
	return !cell_is_null(own(s, "event_code")) ||
	       !cell_is_null(own(s, "event_date_time|event_time|event_timestamp"));
}

/* Recursion is as deep as the payload, PAYLOAD_DEPTH at most. */
static bool visit(struct walk *w, const struct payload *p, size_t at, const struct scope *out)
{
	struct scope self = { p, at, out };
	const struct scope *inner = out;

	if (p->nodes[at].type == NODE_MAP) {
		inner = &self;
		if (is_event(&self)) {
			struct ocean_event ev = read_event(&self);

			w->count++;
			if (!w->fn(w->ctx, &ev, w->err))
				return false;
		}
	}
	for (size_t i = payload_first(p, at); i != PAYLOAD_NONE; i = payload_next(p, at, i)) {
		if (p->nodes[i].type <= NODE_LIST && !visit(w, p, i, inner))
			return false;
	}
	return true;
}

bool ocean_events_each(const struct payload *p, ocean_event_fn *fn, void *ctx, size_t *count,
		       struct err *e)
{
	struct walk w = { .fn = fn, .ctx = ctx, .err = e };
	bool ok = p->n == 0 || visit(&w, p, 0, NULL);

	*count = w.count;
	return ok;
}

struct ocean_event ocean_message(const struct payload *p)
{
	struct scope top = { p, 0, NULL };

	return p->n > 0 && p->nodes[0].type == NODE_MAP ? read_event(&top) : (struct ocean_event){ 0 };
}

const char *ocean_empty_list(const struct payload *p)
{
	static const struct { const char *key, *said; } lists[] = {
		{ "containers", "containers: []" }, { "updates", "updates: []" },
		{ "events", "events: []" },
	};

	for (size_t i = 0; p->n > 0 && i < sizeof lists / sizeof lists[0]; i++) {
		size_t list = payload_child(p, 0, lists[i].key);

		if (list != PAYLOAD_NONE && p->nodes[list].type == NODE_LIST && !p->broken &&
		    p->nodes[list].children == 0)
			return lists[i].said;
	}
	return NULL;
}

struct cell ocean_alert(struct cell body)
{
	static const char *const tokens[] = {
		"ADDRESS_NOT_FOUND", "SUBSCRIPTION_CREATION_FAILED", "CREATE_AA_SUBS", "AA_AUTH",
	};

	if (!cell_has(body, "OCEAN_ALERT"))
		return CELL_NULL;
	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
		if (cell_has(body, tokens[i]))
			return cell_of(tokens[i]);
	}
	return cell_of("OCEAN_ALERT");
}

const char *ocean_code_name(struct cell code)
{
	static const struct { const char *code, *name; } names[] = {
		{ "EE", "empty picked up" },     { "I", "gate in" },
		{ "AE", "loaded on vessel" },    { "VD", "vessel departed" },
		{ "VA", "vessel arrived" },      { "UV", "discharged" },
		{ "OA", "full gate out" },       { "AG", "arrival at delivery" },
		{ "C1", "estimated departure" }, { "RD", "empty returned" },
		{ "ET", "ETA update" },          { "AD", "delivered" },
		{ "DL", "delivered" },           { "GT", "gate transaction" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (cell_is(code, names[i].code))
			return names[i].name;
	}
	return NULL;
}
