/* Log lines as the workers write them: a prefix, then words or a Ruby hash. */
#include "sections/demo/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct { const char *code, *name, *text; } events[] = {
	{ "EE", "Empty pick-up", "Gate out empty" },
	{ "I",  "Gate in", "Gate in full" },
	{ "AE", "Loaded on vessel", "Loaded" },
	{ "VD", "Vessel departure", "Vessel departed" },
	{ "VA", "Vessel arrival", "Vessel arrived" },
	{ "UV", "Discharged", "Discharged" },
	{ "OA", "Gate out from port", "Gate out full" },
	{ "AG", "Estimated arrival", "Estimated arrival" },
	{ "RD", "Empty returned", "Gate in empty" },
};

static size_t event_index(const char *code)
{
	size_t i = 0;

	while (i + 1 < sizeof events / sizeof *events && strcmp(events[i].code, code) != 0)
		i++;
	return i;
}

const char *ocean_event_name(const char *code)
{
	return events[event_index(code)].name;
}

/* "2026-01-20 08:11:02.123 INFO trace_id:… span_id:… tracking_id:N - [corr] [Class] " */
static void prefix(struct generator *g, struct buf *out, usec at, const char *level, uint64_t id,
		   const char *correlation, const char *class)
{
	char time[TIME_TEXT_MAX];
	uint64_t trace = random_next(g), own = random_next(g);

	buf_printf(out, "%s %s trace_id:%016" PRIx64 " span_id:%08" PRIx32, time_sql(time, at, true),
		   level, trace, (uint32_t)own);
	if (id)
		buf_printf(out, " tracking_id:%" PRIu64, id);
	if (correlation)
		buf_printf(out, " - [%s] [%s] ", correlation, class);
	else
		buf_printf(out, " - [%012" PRIx64 "] [%s] ", own >> 16, class);
}

/* event_date_time, or eventDateTime: the same record has two spellings. */
static void key(struct buf *out, const char *name, bool camel)
{
	buf_putc(out, '"');
	for (; *name; name++) {
		if (camel && *name == '_' && name[1])
			buf_putc(out, (char)(*++name - 'a' + 'A'));
		else
			buf_putc(out, *name);
	}
	buf_puts(out, "\"=>");
}

static void entry(struct buf *out, const char *name, const char *value, bool camel)
{
	key(out, name, camel);
	if (!value) {
		buf_puts(out, "nil, ");
		return;
	}
	buf_putc(out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *value);
	}
	buf_puts(out, "\", ");
}

static void stop_of(struct buf *out, const struct ocean_told *o)
{
	static const struct { const char *stop, *name; } names[] = {
		{ "pol", "port_of_loading" }, { "pod", "port_of_discharge" }, { "origin", "pickup" },
		{ "dlv", "delivery" }, { "tsp1", "transshipment_ports" },
	};
	bool list;
	size_t i = 0;

	while (i + 1 < sizeof names / sizeof *names && strcmp(names[i].stop, o->stop) != 0)
		i++;
	list = strcmp(names[i].stop, "tsp1") == 0;
	key(out, names[i].name, o->camel);
	buf_puts(out, list ? "[{" : "{");
	entry(out, "stop_type", o->stop, o->camel);
	entry(out, "location_identity", o->locode, o->camel);
	entry(out, "city", o->city, o->camel);
	entry(out, "country", o->country, o->camel);
	key(out, "sequence", o->camel);
	buf_puts(out, list ? "2}], " : "1}, ");
}

static void times_of(struct buf *out, const struct ocean_told *o)
{
	char text[TIME_TEXT_MAX];
	bool estimate = o->qualifier[0] == 'E';

	time_sql(text, o->at, false);
	if (estimate)
		text[10] = 'T';
	entry(out, "event_date_time", text, o->camel);
	entry(out, "event_qualifier", o->qualifier, o->camel);
	entry(out, "event_timezone", "Local Timezone", o->camel);
	if (o->brief)
		return;
	entry(out, "fetch_time", time_sql(text, o->known - 7 * USEC_MIN, false), o->camel);
	entry(out, "prev_fetch_time", time_sql(text, o->known - 6 * USEC_HOUR, false), o->camel);
	if (estimate)
		entry(out, "eta_date_time", time_sql(text, o->at, false), o->camel);
}

static void record(struct buf *out, const struct load *l, const struct ocean_told *o)
{
	char name[160];

	snprintf(name, sizeof name, "%s,%s,%s", o->city, o->country, o->terminal ? o->terminal : "");
	buf_putc(out, '{');
	entry(out, "update_action", "upsert", o->camel);
	entry(out, "event_code", o->code, o->camel);
	entry(out, "status", o->text ? o->text : events[event_index(o->code)].text, o->camel);
	times_of(out, o);
	entry(out, "event_source", o->edi ? "superfile" : "web_scrapping", o->camel);
	entry(out, "source_vendor", o->edi ? NULL : "justransform", o->camel);
	if (!o->brief) {
		entry(out, "source", o->edi ? "edi" : "web_scrapping", o->camel);
		entry(out, "sub_source", "CARRIER", o->camel);
		entry(out, "container_type", "40HC", o->camel);
		entry(out, "vessel_imo", "", o->camel);
		entry(out, "terminal_name", o->terminal, o->camel);
		entry(out, "name", name, o->camel);
		entry(out, "state", "", o->camel);
		stop_of(out, o);
	}
	entry(out, "ocean_container_number", l->container, o->camel);
	entry(out, "vessel_name", o->vessel, o->camel);
	entry(out, "voyage_id", o->voyage, o->camel);
	entry(out, "stop_type", o->stop, o->camel);
	entry(out, "city", o->city, o->camel);
	entry(out, "country", o->country, o->camel);
	key(out, "location_identity", o->camel);
	buf_printf(out, "\"%s\"}", o->locode);
}

void body_ocean(struct generator *g, struct buf *out, const struct load *l, const struct ocean_told *o,
		usec written)
{
	prefix(g, out, written, "INFO", l->id, o->correlation,
	       o->edi ? "ProcessOceanUpdate" : "ProcessOceanTrackingPushApiEvents");
	buf_printf(out, "{\"MessageType\"=>\"%s\", \"CarrierId\"=>\"%s\", :LoadId=>%" PRIu64 ", ",
		   o->edi ? "PROCESS_OCEAN_UPDATE" : "PROCESS_OCEAN_TRACKING_EVENTS",
		   l->carrier.permalink, l->id);
	if (l->booking)
		buf_printf(out, "\"BookingNumber\"=>\"%s\", ", l->booking);
	if (o->empty) {
		buf_puts(out, "\"containers\"=>[], \"Updates\"=>[]}");
		return;
	}
	buf_puts(out, "\"Updates\"=>[");
	record(out, l, o);
	buf_puts(out, "]}");
}

void body_log(struct generator *g, struct buf *out, const struct load *l, const struct log_told *t,
	      usec written)
{
	prefix(g, out, written, t->level, l->id, t->correlation, t->class);
	buf_puts(out, t->text);
}
