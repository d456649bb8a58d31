/* Background: many ordinary loads, so that queries have something to search in. The
 * same numbers on every machine; shares as in production (domain knowledge: three of
 * four loads are delivered, one of thirteen awaits tracking information). */
#include "sections/demo/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct volume_counts volume_default = { 2000, 90000, 22000, 88000 };

enum { PAIRS_MAX = 64, LIFE_DAYS = 75, FIRST_ID = 620000000 };

/* One background load: its texts live here. */
struct extra {
	struct load load;
	const struct relationship *pair;
	char number[24], container[16], booking[16], bol[24], truck[16];
	bool ocean;
	usec ends;                      /* of what happens to it */
};

struct volume {
	struct generator *g;
	struct relationship pairs[PAIRS_MAX];
	size_t npairs;
	struct extra *extras;
	unsigned n;
};

struct port { const char *city, *country, *locode; };

static const struct port ports[] = {
	{ "Rotterdam", "NL", "NLRTM" }, { "Antwerp", "BE", "BEANR" }, { "Hamburg", "DE", "DEHAM" },
	{ "Valencia", "ES", "ESVLC" }, { "Felixstowe", "GB", "GBFXT" }, { "Ningbo", "CN", "CNNGB" },
	{ "Singapore", "SG", "SGSIN" }, { "Busan", "KR", "KRPUS" }, { "New York", "US", "USNYC" },
	{ "Savannah", "US", "USSAV" }, { "Houston", "US", "USHOU" }, { "Santos", "BR", "BRSSZ" },
};
enum { PORTS = sizeof ports / sizeof *ports };

static const char *const vessels[] = {
	"HALCYON AURORA", "HALCYON BOREAS", "MERIDIAN SOLANO", "MERIDIAN PAMPAS", "KESTREL OSPREY",
	"KESTREL MERLIN", "HALCYON CIRRUS", "KESTREL KITE",
};
static const char *const codes[] = { "EE", "I", "AE", "VD", "AG", "VA", "UV", "OA", "RD" };

static bool is_ocean_line(const struct relationship *r)
{
	return strstr(r->carrier.permalink, "-line") || strstr(r->carrier.permalink, "ocean") ||
	       strstr(r->carrier.permalink, "shipping") || strstr(r->carrier.permalink, "freight");
}

static usec draw_span(struct generator *g, usec most)
{
	return most > 0 ? (usec)random_below(g, (uint64_t)(most / USEC_SEC)) * USEC_SEC : 0;
}

/* ---- loads -------------------------------------------------------------------- */

static void set_status(struct generator *g, struct extra *x)
{
	static const struct { unsigned upto; const char *status; } shares[] = {
		{ 738, "Delivered" }, { 821, "Expired" }, { 898, "Awaiting Tracking Info" },
		{ 948, "In Transit" }, { 968, "At Pickup" }, { 988, "At Delivery" }, { 1000, "Cancelled" },
	};
	unsigned draw = (unsigned)random_below(g, 1000), i = 0;
	struct load *l = &x->load;

	while (draw >= shares[i].upto)
		i++;
	l->status = shares[i].status;
	x->ends = l->created + 3 * USEC_DAY + draw_span(g, 25 * USEC_DAY);
	if (x->ends > g->now - USEC_HOUR)
		x->ends = g->now - USEC_HOUR;
	l->updated = x->ends;
	if (i == 2)
		return;
	l->picked_up = l->pickup_check_call = l->first_check_call = l->created + USEC_DAY;
	l->latest_check_call = x->ends;
	if (i == 0)
		l->delivered = l->delivery_check_call = x->ends;
	else if (i == 1)
		l->expired = x->ends;
	else if (i == 6)
		l->terminated = x->ends;
}

static void set_stops(struct generator *g, struct extra *x)
{
	struct load *l = &x->load;
	size_t from = random_below(g, PORTS), to = (from + 1 + random_below(g, PORTS - 1)) % PORTS;

	l->stops[0] = (struct stop){ "pickup", ports[from].city, ports[from].city, ports[from].country,
				     ports[from].locode, l->created + USEC_DAY, l->picked_up, l->picked_up };
	l->stops[1] = (struct stop){ "delivery", ports[to].city, ports[to].city, ports[to].country,
				     ports[to].locode, x->ends, l->delivered, TIME_NONE };
	l->nstops = 2;
}

static void set_numbers(struct generator *g, struct extra *x, unsigned i)
{
	struct load *l = &x->load;

	snprintf(x->number, sizeof x->number, "%c%c-%u", x->pair->shipper.name[0],
		 x->pair->carrier.name[0], 40000000 + i * 7);
	l->number = x->number;
	if (!x->ocean) {
		snprintf(x->truck, sizeof x->truck, "T-%u", 1000 + (unsigned)random_below(g, 9000));
		l->truck = x->truck;
		return;
	}
	snprintf(x->container, sizeof x->container, "BGDU%07u", (unsigned)random_below(g, 10000000));
	snprintf(x->booking, sizeof x->booking, "BKG%08u", i * 13 + 100000);
	snprintf(x->bol, sizeof x->bol, "BGDUBOL%09u", i * 17);
	l->container = x->container;
	l->booking = x->booking;
	l->bol = x->bol;
}

static void make_extra(struct volume *v, unsigned i)
{
	struct generator *g = v->g;
	struct extra *x = &v->extras[i];
	struct load *l = &x->load;

	x->pair = &v->pairs[random_below(g, v->npairs)];
	x->ocean = is_ocean_line(x->pair);
	*l = (struct load){
		.id = FIRST_ID + (uint64_t)i * 131, .mode = x->ocean ? "OCEAN" : "TL",
		.via = x->ocean ? "RPA" : "ELD", .shipper = x->pair->shipper, .carrier = x->pair->carrier,
		.updated = TIME_NONE, .delivered = TIME_NONE, .terminated = TIME_NONE,
		.expired = TIME_NONE, .picked_up = TIME_NONE, .pickup_check_call = TIME_NONE,
		.delivery_check_call = TIME_NONE, .first_check_call = TIME_NONE,
		.latest_check_call = TIME_NONE, .position_at = TIME_NONE, .eta = TIME_NONE,
		.carrier_eta = TIME_NONE,
		.created = g->now - 2 * USEC_DAY - draw_span(g, LIFE_DAYS * USEC_DAY),
	};
	set_status(g, x);
	set_stops(g, x);
	set_numbers(g, x, i);
}

static void emit_extra(struct volume *v, const struct extra *x)
{
	struct generator *g = v->g;
	struct attempt_told a = { .at = x->load.created, .status = "Created", .file = "API Request",
				  .created = true };
	struct file_told f = { .file = x->ocean ? "ocean_315.edi" : "positions.csv", .status = "success",
			       .queued = x->ocean ? "PROCESS_OCEAN_UPDATE" : "PROCESS_TRUCK_LOCATION",
			       .matched = true };

	emit_load_api(g, &x->load);
	emit_load_warehouse(g, &x->load);
	emit_attempt(g, &x->load, &a);
	for (int i = 0; i < 3; i++) {
		f.at = x->load.created + draw_span(g, x->ends - x->load.created);
		emit_file(g, &x->load, x->pair, &f);
	}
}

/* ---- events -------------------------------------------------------------------- */

static const struct extra *draw_extra(struct volume *v)
{
	return &v->extras[random_below(v->g, v->n)];
}

static usec draw_moment(struct generator *g, const struct extra *x)
{
	return x->load.created + draw_span(g, x->ends - x->load.created);
}

/* Each draw is a statement of its own: the order of draws is the order of lines, with
 * every compiler. */
static void extra_callback(struct volume *v)
{
	const struct extra *x = draw_extra(v);
	struct generator *g = v->g;
	bool failed = random_below(g, 40) == 0;
	struct callback_told c = {
		.status = failed ? "503" : "200", .error = failed ? "HTTP 503 Service Unavailable" : NULL,
		.config = 5500 + x->pair->id % 40, .attempts = failed ? 5 : 1,
	};

	c.at = draw_moment(g, x);
	c.type = random_below(g, 3) ? "TRACKING_UPDATE" : "LOCATION_UPDATE";
	emit_callback(g, &x->load, &c);
}

static void extra_ocean(struct volume *v)
{
	const struct extra *x = draw_extra(v);
	struct generator *g = v->g;
	const struct port *p = &ports[random_below(g, PORTS)];
	struct ocean_told o = { .voyage = "601W", .city = p->city, .country = p->country,
				.locode = p->locode, .brief = true };

	while (!x->ocean)
		x = draw_extra(v);
	o.code = codes[random_below(g, sizeof codes / sizeof *codes)];
	o.qualifier = strcmp(o.code, "AG") ? "A" : "E";
	o.stop = strcmp(o.code, "VA") && strcmp(o.code, "UV") ? "pol" : "pod";
	o.vessel = vessels[random_below(g, sizeof vessels / sizeof *vessels)];
	o.known = draw_moment(g, x);
	o.at = o.known - 6 * USEC_HOUR;
	o.camel = random_below(g, 3) == 0;
	emit_ocean(g, &x->load, &o, random_next(g) % 4 == 0);
}

static void extra_log(struct volume *v)
{
	static const struct { const char *level, *service, *class, *text; } lines[] = {
		{ "INFO", "tracking-service", "LoadUpdater", "load updated" },
		{ "INFO", "carrier-files-worker", "ProcessSuperRecord", "PROCESS_SUPER_RECORD mapped" },
		{ "INFO", "location-worker", "ProcessNewLocation", "check call created" },
		{ "INFO", "global-worker-ex", "ProcessTruckLocation", "location queued" },
		{ "INFO", "callback_delivery_service", "CallbackSender", "200 in 84 ms" },
		{ "WARN", "location-worker", "ProcessNewLocation", "stale location, over 4 hours" },
		{ "WARN", "carrier-files-worker", "ProcessSuperRecord", "record skipped: no relationship" },
		{ "ERROR", "integrations-worker", "AAReferenceClient", "read timeout after 30 s" },
		{ "ERROR", "tracking-service", "Geocoder", "geocode failed: address not found" },
	};
	const struct extra *x = draw_extra(v);
	struct generator *g = v->g;
	size_t draw = random_below(g, 100);
	size_t i = draw < 90 ? draw % 5 : 5 + draw % 4;
	struct log_told t = { draw_moment(g, x), lines[i].level, lines[i].service, lines[i].class,
			      lines[i].text };

	emit_log(g, &x->load, &t);
}

static bool going(const struct volume *v)
{
	return v->g->err.kind == ERR_NONE;
}

void emit_volume(struct generator *g, const struct volume_counts *counts)
{
	struct volume v = { .g = g, .n = counts->loads };

	v.npairs = scenario_relationships(g, v.pairs, PAIRS_MAX);
	v.extras = calloc(v.n, sizeof *v.extras);
	if (!v.extras || !v.npairs) {
		err_set(&g->err, ERR_MEMORY, 0, "no room or no relationships for the background");
		free(v.extras);
		return;
	}
	for (unsigned i = 0; i < v.n && going(&v); i++) {
		make_extra(&v, i);
		emit_extra(&v, &v.extras[i]);
	}
	for (unsigned i = 0; i < counts->callbacks && going(&v); i++)
		extra_callback(&v);
	for (unsigned i = 0; i < counts->ocean && going(&v); i++)
		extra_ocean(&v);
	for (unsigned i = 0; i < counts->logs && going(&v); i++)
		extra_log(&v);
	free(v.extras);
}
