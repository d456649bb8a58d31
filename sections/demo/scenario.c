/* Reads scenarios.yaml. Every complaint names its place. */
#include "sections/demo/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RELATIONSHIPS_MAX = 64, COMPANIES_FROM = 1001 };

static void bad(struct generator *g, const struct doc_node *n, const char *what)
{
	if (g->err.kind == ERR_NONE)
		err_set(&g->err, ERR_CONFIG, 0, "%s: %s", n ? doc_where(n) : "scenarios.yaml", what);
}

/* ---- values ------------------------------------------------------------------- */

static const char *text_of(const struct doc_node *map, const char *key)
{
	const char *s = doc_str(doc_get(map, key));

	return s && s[0] ? s : NULL;
}

static long number_of(struct generator *g, const struct doc_node *map, const char *key, long fallback)
{
	const struct doc_node *n = doc_get(map, key);
	long value = fallback;

	if (n && !doc_int(n, 0, 2000000000, &value, &g->err))
		bad(g, n, "not a number");
	return value;
}

static bool flag_of(struct generator *g, const struct doc_node *map, const char *key, bool fallback)
{
	const struct doc_node *n = doc_get(map, key);
	bool value = fallback;

	if (n && !doc_bool(n, &value, &g->err))
		bad(g, n, "not a flag");
	return value;
}

static usec unit_of(char c)
{
	return c == 'd' ? USEC_DAY : c == 'h' ? USEC_HOUR : c == 'm' ? USEC_MIN : c == 's' ? USEC_SEC : 0;
}

/* "8h30m" */
static bool span_of(const char *s, usec *out)
{
	usec total = 0;

	while (*s) {
		char *end;
		long n = strtol(s, &end, 10);

		if (end == s || unit_of(*end) == 0)
			return false;
		total += n * unit_of(*end);
		s = end + 1;
	}
	*out = total;
	return true;
}

usec told_time(struct generator *g, const struct doc_node *n)
{
	const char *s = doc_str(n);
	char whole[32];
	usec t = TIME_NONE;

	if (!n)
		return TIME_NONE;
	if (s && (s[0] == '-' || s[0] == '+') && span_of(s + 1, &t))
		return s[0] == '-' ? g->now - t : g->now + t;
	/* "2025-12-15 09:12": the seconds may be left out. */
	snprintf(whole, sizeof whole, "%s%s", s ? s : "", s && strlen(s) == 16 ? ":00" : "");
	if (!time_parse(whole, strlen(whole), &t))
		bad(g, n, "not a time");
	return t;
}

static usec time_of(struct generator *g, const struct doc_node *map, const char *key)
{
	return told_time(g, doc_get(map, key));
}

/* What is told in round spans of `now` should not all happen at the same second: */
static usec rounded(usec t, usec unit)
{
	return t == TIME_NONE ? t : t - t % unit;
}

static usec scattered(struct generator *g, usec t, unsigned seconds)
{
	return t + (usec)random_below(g, seconds) * USEC_SEC;
}

static usec every_of(struct generator *g, const struct doc_node *map)
{
	const struct doc_node *n = doc_get(map, "every");
	usec span = 0;

	if (n && (!doc_str(n) || !span_of(doc_str(n), &span)))
		bad(g, n, "not a span");
	return span;
}

static void list_of(const struct doc_node *list, const char **out, size_t max)
{
	for (size_t i = 0; i < max && i < doc_count(list); i++)
		out[i] = doc_str(doc_item(list, i));
}

/* ---- companies, relationships, scripts ------------------------------------------- */

static const struct doc_node *companies(struct generator *g, bool carriers)
{
	return doc_get(doc_root(g->doc), carriers ? "carriers" : "shippers");
}

static int64_t company_id(struct generator *g, const char *permalink)
{
	int64_t id = COMPANIES_FROM;

	for (int c = 0; c < 2; c++) {
		const struct doc_node *map = companies(g, c);

		for (size_t i = 0; i < doc_count(map); i++, id++) {
			if (strcmp(doc_key(map, i), permalink) == 0)
				return id;
		}
	}
	return 0;
}

static struct company company_of(struct generator *g, const struct doc_node *n, bool carrier)
{
	const char *permalink = doc_str(n);
	const char *name;

	if (!permalink || !permalink[0])
		return (struct company){ "", "" };
	name = text_of(companies(g, carrier), permalink);
	if (!name)
		bad(g, n, "no such company");
	return (struct company){ permalink, name ? name : "" };
}

static void read_pair(struct generator *g, const struct doc_node *map, struct company *shipper,
		      struct company *carrier)
{
	const struct doc_node *pair = doc_get(map, "pair");

	*shipper = company_of(g, doc_item(pair, 0), false);
	*carrier = company_of(g, doc_item(pair, 1), true);
}

static void read_relationship(struct generator *g, const struct doc_node *map, struct relationship *r)
{
	const struct doc_node *eld = doc_get(map, "eld");

	*r = (struct relationship){
		.id = number_of(g, map, "id", 0),
		.status = text_of(map, "status"),
		.external_id = text_of(map, "external_id"),
		.active = flag_of(g, map, "active", true),
		.allow_tracking = flag_of(g, map, "allow_tracking", true),
		.created = g->now - 400 * USEC_DAY,
	};
	if (!r->status)
		r->status = "live";
	if (eld) {
		r->eld_enabled = strcmp(doc_str(doc_item(eld, 0)), "true") == 0;
		r->eld_provider = doc_str(doc_item(eld, 1));
	}
	read_pair(g, map, &r->shipper, &r->carrier);
	list_of(doc_get(map, "slots"), r->slots, SLOTS_MAX);
	list_of(doc_get(map, "scacs"), r->scacs, SLOTS_MAX);
}

size_t scenario_relationships(struct generator *g, struct relationship *out, size_t max)
{
	const struct doc_node *list = doc_get(doc_root(g->doc), "relationships");
	size_t n = doc_count(list) < max ? doc_count(list) : max;

	for (size_t i = 0; i < n; i++)
		read_relationship(g, doc_item(list, i), &out[i]);
	return n;
}

static void emit_companies(struct generator *g)
{
	int64_t id = COMPANIES_FROM;

	for (int c = 0; c < 2; c++) {
		const struct doc_node *map = companies(g, c);

		for (size_t i = 0; i < doc_count(map); i++) {
			struct company company = { doc_key(map, i), doc_str(doc_value(map, i)) };

			emit_company(g, id++, &company);
		}
	}
}

static void emit_scripts(struct generator *g, const struct doc_node *list, const char *load)
{
	for (size_t i = 0; i < doc_count(list) && g->err.kind == ERR_NONE; i++) {
		const struct doc_node *map = doc_item(list, i);
		const char *query = text_of(map, "query");
		struct script_line line = {
			.source = text_of(map, "source"),
			.query = query ? query : "*",
			.load = load,
			.latency_ms = number_of(g, map, "latency", 0),
			.jitter_ms = number_of(g, map, "jitter", 0),
			.row_delay_ms = number_of(g, map, "row_delay", 0),
			.scan_rows = number_of(g, map, "scan", 0),
			.fault = text_of(map, "fault"),
			.arg = text_of(map, "arg"),
		};

		if (g->store->script && g->err.kind == ERR_NONE)
			g->store->script(g->store, &line, &g->err);
	}
}

/* ---- one load ---------------------------------------------------------------------- */

static void read_ids(const struct doc_node *ids, struct load *l)
{
	l->container = text_of(ids, "container");
	l->booking = text_of(ids, "booking");
	l->bol = text_of(ids, "bol");
	l->po = text_of(ids, "po");
	l->pro = text_of(ids, "pro");
	l->truck = text_of(ids, "truck");
	l->trailer = text_of(ids, "trailer");
	list_of(doc_get(ids, "references"), l->references, 4);
}

static void read_times(struct generator *g, const struct doc_node *times, struct load *l)
{
	l->created = time_of(g, times, "created");
	l->updated = time_of(g, times, "updated");
	l->delivered = time_of(g, times, "delivered");
	l->terminated = time_of(g, times, "terminated");
	l->expired = time_of(g, times, "expired");
	l->picked_up = time_of(g, times, "picked_up");
	l->pickup_check_call = time_of(g, times, "picked_up");
	l->delivery_check_call = time_of(g, times, "delivery_check_call");
	l->first_check_call = time_of(g, times, "first_check_call");
	l->latest_check_call = time_of(g, times, "latest_check_call");
}

static const char *or_blank(const char *s)
{
	return s ? s : "";
}

static void read_stops(struct generator *g, const struct doc_node *list, struct load *l)
{
	l->nstops = doc_count(list) < STOPS_MAX ? doc_count(list) : STOPS_MAX;
	for (size_t i = 0; i < l->nstops; i++) {
		const struct doc_node *n = doc_item(list, i);

		l->stops[i] = (struct stop){
			.type = text_of(n, "type"), .name = text_of(n, "name"),
			.city = or_blank(text_of(n, "city")), .country = or_blank(text_of(n, "country")),
			.locode = text_of(n, "locode"),
			.due = rounded(time_of(g, n, "due"), 30 * USEC_MIN),
			.arrived = time_of(g, n, "arrived"), .departed = time_of(g, n, "departed"),
		};
	}
}

static void read_load(struct generator *g, const struct doc_node *n, struct load *l)
{
	const struct doc_node *position = doc_get(n, "position"), *eta = doc_get(n, "eta");

	*l = (struct load){
		.id = (uint64_t)number_of(g, n, "tracking_id", 0),
		.number = text_of(n, "number"), .mode = text_of(n, "mode"),
		.status = text_of(n, "status"), .via = text_of(n, "via"),
		.position = text_of(position, "at"), .position_at = time_of(g, position, "time"),
		.eta = time_of(g, eta, "next"), .carrier_eta = time_of(g, eta, "carrier"),
	};
	read_pair(g, n, &l->shipper, &l->carrier);
	read_ids(doc_get(n, "ids"), l);
	read_times(g, doc_get(n, "times"), l);
	read_stops(g, doc_get(n, "stops"), l);
}

static const struct relationship *relationship_of(const struct relationship *all, size_t n,
						  const struct load *l)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].shipper.permalink, l->shipper.permalink) == 0 &&
		    strcmp(all[i].carrier.permalink, l->carrier.permalink) == 0)
			return &all[i];
	}
	return NULL;
}

/* ---- what happened to it -------------------------------------------------------------- */

static void emit_creation(struct generator *g, const struct doc_node *n, const struct load *l)
{
	const struct doc_node *list = doc_get(n, "creation");
	struct attempt_told a = { .status = "Created", .file = "API Request", .created = true };

	if (!list) {
		a.at = l->created + 3 * USEC_SEC;
		emit_attempt(g, l, &a);
		return;
	}
	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *m = doc_item(list, i);

		a = (struct attempt_told){ time_of(g, m, "at"), text_of(m, "status"), text_of(m, "error"),
					   text_of(m, "file"), flag_of(g, m, "load", true) };
		emit_attempt(g, l, &a);
	}
}

/* An event as a carrier's file tells it. */
static struct edi_event edi_event(struct generator *g, const struct doc_node *m)
{
	const char *parts[3] = { "", "", "" }, *stop = text_of(m, "stop");

	list_of(doc_get(m, "place"), parts, 3);
	return (struct edi_event){
		.code = text_of(m, "code"), .stop = stop ? stop : "pol", .city = parts[0], .country = parts[1],
		.locode = parts[2], .vessel = text_of(m, "vessel"), .voyage = text_of(m, "voyage"),
		.at = rounded(time_of(g, m, "at"), 5 * USEC_MIN),
	};
}

/* The last event before the file was written, and the one of the code `late`. */
static void choose_events(struct generator *g, const struct doc_node *ocean, const char *late,
			  struct original_told *t)
{
	for (size_t i = 0; i < doc_count(ocean); i++) {
		struct edi_event e = edi_event(g, doc_item(ocean, i));

		if (!e.code || !e.locode[0] || e.at > t->at)
			continue;
		if (late && strcmp(e.code, late) == 0 && t->nevents == 1) {
			t->events[t->nevents++] = e;
			late = NULL;
		} else if (t->nevents == 0 || e.at >= t->events[0].at) {
			t->events[0] = e;
			t->nevents = t->nevents ? t->nevents : 1;
		}
	}
}

static void emit_originals(struct generator *g, const struct doc_node *n, const struct doc_node *m,
			   const struct load *l, const struct relationship *r, const struct file_told *f)
{
	struct original_told t = {
		.at = f->at, .file = f->file, .scac = r && r->scacs[0] ? r->scacs[0] : "CARR",
		.booking = l->booking ? l->booking : "", .record = (size_t)file_record(f),
		.miscount = flag_of(g, m, "miscount", false),
	};

	for (size_t i = 0; r && i < SLOTS_MAX && f->ids[i]; i++) {
		if (r->slots[i] && strcmp(r->slots[i], "bookingNumber") == 0)
			t.booking = f->ids[i];
	}
	choose_events(g, doc_get(n, "ocean"), text_of(m, "late"), &t);
	emit_original(g, l, &t);
}

static void emit_files(struct generator *g, const struct doc_node *n, const struct load *l,
		       const struct relationship *r)
{
	const struct doc_node *list = doc_get(n, "files");

	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *m = doc_item(list, i);
		struct file_told f = {
			.at = scattered(g, time_of(g, m, "at"), 60), .file = text_of(m, "file"),
			.status = text_of(m, "status"), .error = text_of(m, "error"),
			.queued = text_of(m, "queued"), .skipped = text_of(m, "skipped"),
			.matched = flag_of(g, m, "matched", true),
		};

		if (!f.status)
			f.status = "success";
		list_of(doc_get(m, "ids"), f.ids, SLOTS_MAX);
		emit_file(g, l, r, &f);
		emit_originals(g, n, m, l, r, &f);
	}
}

static void emit_callbacks(struct generator *g, const struct doc_node *list, const struct load *l)
{
	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *m = doc_item(list, i);
		long times = number_of(g, m, "times", 1);
		usec every = every_of(g, m);
		struct callback_told c = {
			.at = time_of(g, m, "at"), .type = text_of(m, "type"),
			.status = text_of(m, "status"), .error = text_of(m, "error"),
			.config = 5512, .attempts = number_of(g, m, "attempts", 1),
		};

		if (c.status && strcmp(c.status, "pending") == 0)
			c.status = NULL;
		emit_callback(g, l, &c);
		for (long k = 1; k < times; k++) {
			struct callback_told next = c;

			next.at = scattered(g, c.at + k * every, 200);
			emit_callback(g, l, &next);
		}
	}
}

/* What every tracked load has when the scenario says nothing about it: callbacks that
 * were taken, and by sea a few rows of carrier files. */
static void emit_usual_callbacks(struct generator *g, const struct load *l)
{
	struct callback_told c = { .at = scattered(g, l->first_check_call, 900), .type = "TRACKING_UPDATE",
				   .status = "200", .config = 5512, .attempts = 1 };

	for (int i = 0; i < 12 && c.at < l->latest_check_call; i++) {
		emit_callback(g, l, &c);
		c.at = scattered(g, c.at + 5 * USEC_HOUR, 3000);
	}
}

static void emit_usual_files(struct generator *g, const struct load *l, const struct relationship *r)
{
	struct file_told f = { .at = scattered(g, l->first_check_call, 3000), .status = "success",
			       .queued = "PROCESS_OCEAN_UPDATE", .matched = true };
	char name[80];

	for (int i = 1; i <= 3 && f.at < l->latest_check_call; i++) {
		snprintf(name, sizeof name, "%s_315_%02d.edi", l->carrier.permalink, i);
		f.file = name;
		emit_file(g, l, r, &f);
		f.at = scattered(g, f.at + 22 * USEC_HOUR, 9000);
	}
}

static void emit_usual(struct generator *g, const struct doc_node *n, const struct load *l,
		       const struct relationship *r)
{
	if (l->first_check_call == TIME_NONE || l->latest_check_call == TIME_NONE)
		return;
	if (!doc_get(n, "callbacks"))
		emit_usual_callbacks(g, l);
	if (!doc_get(n, "files") && r && strcmp(l->mode, "OCEAN") == 0)
		emit_usual_files(g, l, r);
}

static void read_ocean(struct generator *g, const struct doc_node *m, struct ocean_told *o)
{
	const struct doc_node *place = doc_get(m, "place");
	const char *parts[3] = { "", "", "" }, *via = text_of(m, "via"), *keys = text_of(m, "keys");
	const char *qualifier = text_of(m, "q"), *stop = text_of(m, "stop");

	list_of(place, parts, 3);
	*o = (struct ocean_told){
		.code = or_blank(text_of(m, "code")), .text = text_of(m, "text"),
		.qualifier = qualifier ? qualifier : "A", .stop = stop ? stop : "pol",
		.vessel = text_of(m, "vessel"), .voyage = text_of(m, "voyage"),
		.terminal = text_of(m, "terminal"),
		.city = parts[0], .country = parts[1], .locode = parts[2],
		.at = rounded(time_of(g, m, "at"), 5 * USEC_MIN),
		.known = scattered(g, rounded(time_of(g, m, "known"), USEC_MIN), 50),
		.edi = via && strcmp(via, "edi") == 0,
		.camel = keys && strcmp(keys, "camel") == 0,
		.empty = flag_of(g, m, "empty", false), .correlation = text_of(m, "correlation"),
	};
}

static void emit_oceans(struct generator *g, const struct doc_node *list, const struct load *l)
{
	for (size_t i = 0; i < doc_count(list) && g->err.kind == ERR_NONE; i++) {
		const struct doc_node *m = doc_item(list, i);
		long times = number_of(g, m, "times", 1);
		usec every = every_of(g, m);
		struct ocean_told o;

		read_ocean(g, m, &o);
		for (long k = 0; k < times; k++, o.known += every ? every : 40 * USEC_SEC)
			emit_ocean(g, l, &o, k == 0);
	}
}

static void emit_logs(struct generator *g, const struct doc_node *list, const struct load *l)
{
	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *m = doc_item(list, i);
		long times = number_of(g, m, "times", 1);
		usec every = every_of(g, m);
		struct log_told t = { time_of(g, m, "at"), text_of(m, "level"), text_of(m, "service"),
				      text_of(m, "class"), text_of(m, "text"), text_of(m, "correlation") };

		for (long k = 0; k < times; k++, t.at += every)
			emit_log(g, l, &t);
	}
}

static void emit_story(struct generator *g, const struct doc_node *n, const struct load *l,
		       const struct relationship *r)
{
	if (!doc_get(n, "known_to")) {
		emit_load_api(g, l);
		emit_load_warehouse(g, l);
	}
	emit_creation(g, n, l);
	emit_usual(g, n, l, r);
	emit_files(g, n, l, r);
	emit_callbacks(g, doc_get(n, "callbacks"), l);
	emit_oceans(g, doc_get(n, "ocean"), l);
	emit_logs(g, doc_get(n, "logs"), l);
}

/* The same story under the next ids. */
static void emit_clones(struct generator *g, const struct doc_node *n, const struct load *l,
			const struct relationship *r)
{
	long clones = number_of(g, n, "clones", 0);
	char number[64], booking[64], container[16];

	for (long i = 1; i <= clones; i++) {
		struct load twin = *l;

		twin.id = l->id + (uint64_t)i;
		snprintf(number, sizeof number, "%s-%ld", l->number, i);
		snprintf(booking, sizeof booking, "%s%ld", l->booking ? l->booking : "", i);
		snprintf(container, sizeof container, "KESU590%04ld", 3400 + i * 11);
		twin.number = number;
		twin.booking = l->booking ? booking : NULL;
		twin.container = l->container ? container : NULL;
		emit_story(g, n, &twin, r);
	}
}

/* Loads of the same pair that wait like this one: only the warehouse counts them. */
static void emit_similar(struct generator *g, const struct doc_node *n, const struct load *l)
{
	long similar = number_of(g, n, "similar", 0);
	char number[64];

	for (long i = 1; i <= similar; i++) {
		struct load twin = *l;

		twin.id = l->id - 20000 - (uint64_t)i;
		twin.created = l->created - (i % 6) * USEC_DAY - i * USEC_MIN;
		twin.nstops = 0;
		snprintf(number, sizeof number, "U11003%04ld", i);
		twin.number = number;
		emit_load_warehouse(g, &twin);
	}
}

static void emit_scenario(struct generator *g, const struct doc_node *n,
			  const struct relationship *all, size_t nall)
{
	struct load l;
	const struct relationship *r;
	char id[24];

	if (flag_of(g, n, "absent", false))
		return;
	read_load(g, n, &l);
	r = relationship_of(all, nall, &l);
	emit_story(g, n, &l, r);
	emit_clones(g, n, &l, r);
	emit_similar(g, n, &l);
	emit_scripts(g, doc_get(n, "script"), doc_str(doc_get(n, "load")));
	snprintf(id, sizeof id, "%llu", (unsigned long long)l.id);
	if (strcmp(id, or_blank(text_of(n, "load"))) != 0)
		emit_scripts(g, doc_get(n, "script"), id);
}

void emit_scenarios(struct generator *g)
{
	const struct doc_node *list = doc_get(doc_root(g->doc), "scenarios");
	struct relationship all[RELATIONSHIPS_MAX];
	size_t n = scenario_relationships(g, all, RELATIONSHIPS_MAX);

	emit_companies(g);
	for (size_t i = 0; i < n; i++)
		emit_relationship(g, &all[i], company_id(g, all[i].shipper.permalink),
				  company_id(g, all[i].carrier.permalink));
	emit_scripts(g, doc_get(doc_root(g->doc), "script"), "*");
	for (size_t i = 0; i < doc_count(list) && g->err.kind == ERR_NONE; i++)
		emit_scenario(g, doc_item(list, i), all, n);
}
