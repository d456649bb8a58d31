#include "tests/support/fake_scenes.h"

#include <stdio.h>
#include <string.h>

#include "sections/investigation.h"

/* ---- sections ---------------------------------------------------------------------------- */

static const struct column_def load_columns[] = {
	{ "tracking_id", "tracking id", COLUMN_TEXT, 1, 11, true },
	{ "load_number", "load number", COLUMN_TEXT, 1, 15, true },
	{ "status", "status", COLUMN_TEXT, 1, 12, false },
	{ "mode", "mode", COLUMN_TEXT, 1, 6, false },
	{ "shipper_name", "shipper", COLUMN_TEXT, 2, 18, false },
	{ "carrier_name", "carrier", COLUMN_TEXT, 2, 20, false },
	{ "created_at", "created", COLUMN_TIME, 2, 16, false },
	{ "container_number", "container", COLUMN_TEXT, 3, 11, false },
	{ "relay", "relay", COLUMN_FLAG, 0, 5, false },
	{ "stops", "stops", COLUMN_NUMBER, 0, 5, false },
	{ "raw", "answer, as sent", COLUMN_BODY, 0, 0, false },
};
static const struct column_def network_columns[] = {
	{ "id", "id", COLUMN_TEXT, 1, 8, true },
	{ "verdict", "verdict", COLUMN_TEXT, 1, 21, false },
	{ "status", "status", COLUMN_TEXT, 1, 8, false },
	{ "external_id", "external id", COLUMN_TEXT, 1, 12, false },
	{ "active", "active", COLUMN_FLAG, 2, 6, false },
};
static const struct column_def creation_columns[] = {
	{ "at", "processed", COLUMN_TIME, 1, 16, true },
	{ "status", "status", COLUMN_TEXT, 1, 15, false },
	{ "error", "error", COLUMN_TEXT, 1, 0, false },
};
static const struct column_def file_columns[] = {
	{ "at", "processed", COLUMN_TIME, 1, 16, true },
	{ "result", "result", COLUMN_TEXT, 1, 9, false },
	{ "file", "file", COLUMN_TEXT, 1, 0, false },
	{ "row", "row", COLUMN_NUMBER, 2, 5, false },
	{ "error", "error", COLUMN_TEXT, 2, 28, false },
	{ "uuid", "record uuid", COLUMN_TEXT, 0, 36, false },
};
static const struct column_def callback_columns[] = {
	{ "at", "sent", COLUMN_TIME, 1, 16, true },
	{ "result", "result", COLUMN_TEXT, 1, 7, false },
	{ "http", "HTTP", COLUMN_TEXT, 1, 4, false },
	{ "type", "message", COLUMN_TEXT, 1, 0, false },
	{ "error", "error", COLUMN_TEXT, 2, 32, false },
	{ "tries", "tries", COLUMN_NUMBER, 3, 5, false },
	{ "url", "URL", COLUMN_TEXT, 0, 40, false },
};
static const struct column_def ocean_columns[] = {
	{ "at", "known", COLUMN_TIME, 1, 16, true },
	{ "code", "code", COLUMN_TEXT, 1, 4, false },
	{ "place", "place", COLUMN_TEXT, 1, 0, false },
	{ "event", "event", COLUMN_TIME, 2, 16, false },
	{ "vessel", "vessel", COLUMN_TEXT, 3, 18, false },
	{ "body", "body", COLUMN_BODY, 0, 0, false },
};
static const struct column_def log_columns[] = {
	{ "at", "at", COLUMN_TIME, 1, 16, true },
	{ "level", "level", COLUMN_TEXT, 1, 5, false },
	{ "service", "service", COLUMN_TEXT, 2, 20, false },
	{ "text", "text", COLUMN_TEXT, 1, 0, false },
};

static const struct column_def ticket_columns[] = {
	{ "number", "ticket", COLUMN_TEXT, 1, 9, true },
	{ "status", "status", COLUMN_TEXT, 1, 9, false },
	{ "subject", "subject", COLUMN_TEXT, 1, 0, false },
	{ "changed", "changed", COLUMN_TIME, 2, 16, false },
};
static const struct column_def other_columns[] = {
	{ "number", "load", COLUMN_TEXT, 1, 15, true },
	{ "status", "status", COLUMN_TEXT, 1, 12, false },
	{ "tracking_id", "tracking id", COLUMN_TEXT, 1, 11, false },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct moment_def load_moments[] = {
	{ .word = "created", .event = 7, .optional = true, .what = { 3 } },
};
static const struct moment_def creation_moments[] = { { .event = 1, .what = { 2, 3 } } };
static const struct moment_def file_moments[] = { { .event = 1, .what = { 2, 3, 5 } } };
static const struct moment_def callback_moments[] = { { .event = 1, .what = { 4, 2, 3, 5 } } };
static const struct moment_def ocean_moments[] = { { .event = 4, .known = 1, .what = { 2, 3 } } };
static const struct moment_def log_moments[] = { { .event = 1, .what = { 2, 3, 4 } } };

static const struct jump_def file_jumps[] = {
	{ "the load of its identifiers", "load", { { "uuid", "load_number" }, { "file", "tracking_id" } }, .any = true },
};
static const struct jump_def callback_jumps[] = {
	{ "the last event known before it", "ocean_events", .when = JUMP_BEFORE, .at = "at", .there_at = "at",
	  .within = USEC_DAY },
	{ "the last file before it", "carrier_files", .when = JUMP_BEFORE, .at = "at", .there_at = "at",
	  .within = USEC_DAY },
	{ "what was logged just then", "logs", .when = JUMP_AFTER, .at = "at", .there_at = "at",
	  .within = USEC_MIN },
	{ "the attempt to create", "creation", { { "type", "status" } } },
};
static const struct jump_def ocean_jumps[] = {
	{ "the first callback after it", "callbacks", .when = JUMP_AFTER, .at = "at", .there_at = "at",
	  .within = USEC_DAY },
	{ "the next callback", "callbacks", .when = JUMP_AFTER, .at = "at", .there_at = "at",
	  .within = 2 * USEC_DAY },
};

static enum mark mark_result(const struct rowset *rows, size_t row)
{
	struct cell result = rowset_cell(rows, row, 1);

	if (cell_is(result, "failed"))
		return MARK_PROBLEM;
	return cell_is(result, "pending") ? MARK_DOUBT : MARK_FINE;
}

static void sum_results(const struct rowset *rows, usec now, struct buf *out)
{
	size_t failed = 0;

	(void)now;
	for (size_t i = 0; i < rows->rows; i++)
		failed += mark_result(rows, i) == MARK_PROBLEM;
	buf_printf(out, "%zu sent, %zu failed", rows->rows, failed);
}

static const char *const subject[] = {
	"tracking_id", "load_number", "status", "mode", "shipper_name", "carrier_name",
	"container_number", NULL,
};

static bool learn(const struct section *s, const struct step *answered, struct facts *f)
{
	(void)answered;
	for (size_t i = 0; s->rows.rows == 1 && subject[i]; i++)
		facts_set_cell(f, subject[i], section_cell(s, 0, subject[i]), s->def->id);
	return false;
}

static bool several(const struct section *s, const struct facts *f, char reason[static REASON_MAX])
{
	(void)f;
	if (s->rows.rows > 1)
		snprintf(reason, REASON_MAX, "%zu loads match; none is assumed", s->rows.rows);
	return s->rows.rows > 1;
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	if (facts_get(f, "tracking_id"))
		return false;
	snprintf(reason, REASON_MAX, "Load gave no tracking id");
	return true;
}

static const char *const after_load[] = { "load", NULL };
static const char *const after_network[] = { "load", "network", NULL };

#define JUMPS(name) .jumps = name##_jumps, .njumps = COUNT(name##_jumps)
#define MOMENTS(name) .moments = name##_moments, .nmoments = COUNT(name##_moments)
#define STEP(name, id) { .source = name, .query = id, .authority = true }
#define SECTION(id, title, letter, columns, after, steps, ...) \
	static const struct section_def section_##id = { \
		#id, title, letter, columns, COUNT(columns), after, steps, COUNT(steps), \
		.skip = skip, .ttl = 5 * USEC_MIN, __VA_ARGS__ \
	}

static const struct step load_steps[] = { STEP("tracking", "load"), STEP("redshift", "load") };
static const struct step network_steps[] = { STEP("company", "network") };
static const struct step creation_steps[] = { STEP("redshift", "creation") };
static const struct step file_steps[] = {
	STEP("redshift", "carrier_files"), STEP("rewind", "carrier_files"), STEP("trino", "carrier_files"),
};
static const struct step callback_steps[] = {
	STEP("trino", "callbacks"), STEP("redshift", "callbacks"), STEP("rewind", "callbacks"),
};
static const struct step ocean_steps[] = { STEP("signoz", "ocean_events") };
static const struct step log_steps[] = { STEP("signoz", "logs"), STEP("rewind", "logs") };

static const struct section_def section_load = {
	"load", "Load", 'L', load_columns, COUNT(load_columns), NULL, load_steps, COUNT(load_steps),
	.learn = learn, .verdict = several, MOMENTS(load),
};
SECTION(network, "Network", 'N', network_columns, after_load, network_steps, .windowed = false);
SECTION(creation, "Creation", 'V', creation_columns, after_network, creation_steps, .windowed = false,
	.absent = "no attempt is known",
	MOMENTS(creation));
SECTION(carrier_files, "Carrier files", 'F', file_columns, after_network, file_steps,
	.windowed = true, .mark = mark_result, MOMENTS(file), JUMPS(file));
SECTION(callbacks, "Callbacks", 'C', callback_columns, after_network, callback_steps,
	.windowed = true, .mark = mark_result, .summary = sum_results, MOMENTS(callback), JUMPS(callback));
SECTION(ocean_events, "Ocean events", 'O', ocean_columns, after_network, ocean_steps,
	.windowed = true, .lead_days = 2, MOMENTS(ocean), JUMPS(ocean));
static const struct ask_def ticket_asks[] = {
	{ "tickets about this error", "callbacks", { { "error", "tickets_error" } } },
	{ "tickets about this address", "callbacks", { { "url", "tickets_url" } } },
};
static const struct step ticket_steps[] = { STEP("company", "tickets") };
static const struct step other_steps[] = { STEP("redshift", "others") };

SECTION(logs, "Logs", 'G', log_columns, after_network, log_steps, .windowed = true,
	MOMENTS(log));
SECTION(tickets, "Related tickets", 'T', ticket_columns, after_load, ticket_steps, .mark = mark_result,
	.on_demand = true, .question = "tickets that name this load", .asks = ticket_asks,
	.nasks = COUNT(ticket_asks));
SECTION(others, "Other loads", 'Q', other_columns, after_load, other_steps, .opens = "tracking_id",
	.on_demand = true, .question = "other loads of the same carrier that wait too");

static const struct section_def *const sections[] = {
	&section_load, &section_network, &section_creation, &section_carrier_files,
	&section_callbacks, &section_ocean_events, &section_logs, &section_tickets, &section_others,
};

static const struct source_def sources[] = {
	{ .name = "tracking", .title = "Tracking API", .kind = "fake" },
	{ .name = "company", .title = "Company API", .kind = "fake" },
	{ .name = "redshift", .title = "Warehouse", .kind = "fake" },
	{ .name = "rewind", .title = "Rewind copy", .kind = "fake" },
	{ .name = "signoz", .title = "SigNoz logs", .kind = "fake" },
	{ .name = "trino", .title = "Trino archive", .kind = "fake" },
};

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	if (!*typed)
		return err_set(e, ERR_CONFIG, 0, "nothing was typed");
	return facts_set(f, "identifier", typed, "");
}

static void find_window(const struct facts *f, usec now, struct window *w)
{
	(void)f;
	w->from = now - 10 * USEC_DAY;
	w->to = TIME_NONE;
	w->anchor = now;
	snprintf(w->reason, sizeof w->reason, "from a day before it was created: not delivered yet");
}

const struct workspace fake_workspace = {
	.name = "load", .subject = "load", .sections = sections, .nsections = COUNT(sections),
	.sources = sources, .nsources = COUNT(sources), .identify = identify, .window = find_window,
	.subject_facts = subject,
};

/* ---- rows ------------------------------------------------------------------------------------ */

#define ROWS(...) (const char *const[]){ __VA_ARGS__, NULL }

#define LOAD_ROW \
	"726100801|NB-2026-004417|In Transit|OCEAN|Norbrook Foods|Halcyon Container Line|" \
	"2026-01-14T12:22:07Z|HLXU8120447|false|4|" \
	"{\"id\":726100801,\"stops\":[{\"type\":\"pickup\",\"city\":\"Rotterdam\"}],\"relay\":false}"
#define NETWORK_ROW "48211|RELATIONSHIP_OK|live|NBF-HLC|true"

static const char *const files[] = {
	"2026-01-23T11:10:07Z|matched|halcyon_315_0123_01.edi|8||5e1f0a52-0001",
	"2026-01-22T16:22:58Z|matched|halcyon_315_0122_02.edi|19||5e1f0a52-0002",
	"2026-01-20T03:22:18Z|failed|halcyon_315_0120_03.edi|19|load not found for identifier "
	"bookingNumber=HLC2601044O|5e1f0a52-0003",
	"2026-01-16T20:22:31Z|matched|halcyon_315_0117_01.edi|32||5e1f0a52-0004",
	NULL,
};

#define HOOK "https://hooks.norbrook-foods.example/v2/tracking"
#define DOWN "HTTP 503 Service Unavailable: upstream connect error or disconnect before headers"

#define CALLBACKS \
	"2026-01-23T14:18:07Z|pending||TRACKING_UPDATE||0|" HOOK, \
	"2026-01-23T13:18:03Z|failed|0|LOCATION_UPDATE|Failed to open TCP connection to " \
	"hooks.norbrook-foods.example:443|3|" HOOK, \
	"2026-01-23T13:10:23Z|failed|503|TRACKING_UPDATE|" DOWN "|5|" HOOK, \
	"2026-01-23T12:58:25Z|failed|503|TRACKING_UPDATE|" DOWN "|5|" HOOK, \
	"2026-01-23T12:22:16Z|failed|422|TRACKING_UPDATE_CREATION|event is not subscribed|1|" HOOK, \
	"2026-01-23T05:52:00Z|ok|200|TRACKING_UPDATE||1|" HOOK, \
	"2026-01-23T04:30:41Z|ok|200|TRACKING_UPDATE||1|" HOOK, \
	"2026-01-22T18:01:12Z|ok|200|TRACKING_UPDATE||1|" HOOK, \
	"2026-01-22T09:44:10Z|ok|200|TRACKING_UPDATE||1|" HOOK, \
	"2026-01-21T23:59:59Z|ok|200|TRACKING_UPDATE||1|" HOOK, \
	"2026-01-21T03:15:00Z|ok|200|TRACKING_UPDATE||1|" HOOK, \
	"2026-01-14T13:22:07Z|ok|200|TRACKING_UPDATE_CREATION||1|" HOOK

static const char *const callbacks[] = { CALLBACKS, NULL };
static const char *const one_more[] = {
	"2026-01-23T14:22:30Z|ok|200|TRACKING_UPDATE||1|" HOOK, CALLBACKS, NULL,
};

#define OCEAN_BODY \
	"INFO [ProcessOceanEvents] {\"MessageType\"=>\"OCEAN\", :LoadId=>726100801, " \
	"\"Updates\"=>[{\"event_code\"=>\"VD\", \"vessel\"=>\"HALCYON BOREAS\", \"copies\"=>2, \"eta\"=>nil}]}"

static const char *const ocean[] = {
	"2026-01-23T11:22:38Z|VD|Halifax|2026-01-23T00:50:00Z|HALCYON BOREAS|" OCEAN_BODY,
	"2026-01-22T17:22:35Z|UV|Halifax|2026-01-22T14:50:00Z|HALCYON AURORA|" OCEAN_BODY,
	"2026-01-22T15:22:13Z|VA|Halifax|2026-01-22T12:20:00Z|HALCYON AURORA|" OCEAN_BODY,
	NULL,
};

/* ---- scenes ------------------------------------------------------------------------------------ */

static const struct fake_act settled[] = {
	{ "tracking", "load", 0, 0, 410, ROWS(LOAD_ROW) },
	{ "company", "network", 410, 0, 330, ROWS(NETWORK_ROW) },
	{ "redshift", "creation", 740, 0, 1200 },
	{ "redshift", "carrier_files", 740, 460, 8000, .kind = ERR_TIMEOUT,
	  .text = "canceling statement due to statement timeout" },
	{ "rewind", "carrier_files", 9200, 0, 1260, files },
	{ "redshift", "callbacks", 740, 0, 1700, .kind = ERR_DENIED, .code = 403,
	  .text = "permission denied for relation callbacks" },
	{ "rewind", "callbacks", 2440, 0, 2970, callbacks },
	{ "signoz", "ocean_events", 740, 0, 4100, ocean, .kind = ERR_NETWORK,
	  .text = "connection reset by peer after 3 rows" },
	{ "signoz", "logs", 740, 2000, 5000, .kind = ERR_REMOTE, .code = 500, .text = "Code: 500. Too busy" },
	{ "rewind", "logs", 7740, 0, 900, .kind = ERR_TIMEOUT, .text = "no answer within 0.9 s" },
	{ "company", "tickets", 60000, 0, 400,
	  ROWS("JT-1140|closed|callbacks of Norbrook fail since the move|2026-01-20T09:12:00Z",
	       "JT-1187|pending|503 from hooks.norbrook-foods.example|2026-01-23T13:40:00Z") },
	{ "redshift", "others", 60000, 0, 900, ROWS("|5 of 41|", "NB-2025-018800|waiting|714002210") },
	{ 0 },
};

static const struct fake_act running[] = {
	{ "company", "tickets", 26000, 0, 0, .hangs = true },
	{ "redshift", "others", 26000, 0, 100, .kind = ERR_NETWORK, .text = "connection refused" },
	{ "tracking", "load", 0, 0, 410, ROWS(LOAD_ROW) },
	{ "company", "network", 410, 0, 330, ROWS(NETWORK_ROW) },
	{ "redshift", "creation", 740, 0, 1200, ROWS("2026-01-14T12:22:10Z|Created|") },
	{ "redshift", "carrier_files", 740, 0, 0, .hangs = true },
	{ "redshift", "callbacks", 740, 0, 0, callbacks, .hangs = true },
	{ "signoz", "ocean_events", 740, 0, 0, .hangs = true },
	{ "signoz", "logs", 740, 0, 3500, ROWS("2026-01-23T13:58:01Z|warn|hooks|queue is 40 s behind",
					       "2026-01-23T13:51:44Z|error|hooks|upstream is gone") },
	{ 0 },
};

static const struct fake_act starting[] = {
	{ "tracking", "load", 0, 0, 0, .hangs = true },
	{ 0 },
};

static const struct fake_act absent[] = {
	{ "tracking", "load", 0, 0, 380 },
	{ "redshift", "load", 380, 0, 900 },
	{ 0 },
};

/* A load that has no tracking id: nothing else can be asked. */
static const struct fake_act unnumbered[] = {
	{ "tracking", "load", 0, 0, 410,
	  ROWS("|NB-2026-004417|In Transit|OCEAN|Norbrook Foods|Halcyon Container Line|"
	       "2026-01-14T12:22:07Z||true|4|") },
	{ 0 },
};

static const struct fake_act candidates[] = {
	{ "tracking", "load", 0, 0, 410,
	  ROWS("726100801|NB-2026-004417|In Transit|OCEAN|Norbrook Foods|Halcyon Container Line|"
	       "2026-01-14T12:22:07Z|HLXU8120447",
	       "714002210|NB-2025-018800|Delivered|OCEAN|Norbrook Foods|Halcyon Container Line|"
	       "2025-09-02T08:00:00Z|HLXU8120447",
	       "698110021|OT-7781|Delivered|OCEAN|Ostrava Tyres|Kestrel Shipping|2025-03-11T10:30:00Z|"
	       "HLXU8120447") },
	{ 0 },
};

static const struct fake_act hostile[] = {
	{ "tracking", "load", 0, 0, 410,
	  ROWS("1|N\x1b[31m-RED|In\nTransit|OCE\xe2\x80\xae""AN|\xe6\x97\xa5\xe6\x9c\xac\xe9\x80\x9a\xe9\x81\x8b|"
	       "Caf\x65\xcc\x81 \xff\xfe|not a time|\x9b""31m") },
	{ "company", "network", 410, 0, 330, ROWS("\x07|\x1b]0;title\x07|live|\xe2\x80\x8b|maybe") },
	{ "redshift", "creation", 740, 0, 100, .kind = ERR_REMOTE, .code = 42601,
	  .text = "ERROR: \x1b[2J\x1b]52;c;AAAA\x07 near \xe2\x80\xae" },
	{ "redshift", "carrier_files", 740, 0, 100,
	  ROWS("2026-01-23T11:10:07Z|matched|\xe6\x97\xa5\xe6\x9c\xac\xe9\x80\x9a\xe9\x81\x8b_315.edi|8|"
	       "tab\there",
	       "yesterday|failed|\x1b[H\x1b[2J.edi|many|" "0123456789012345678901234567890123456789") },
	{ "redshift", "callbacks", 740, 0, 100, ROWS("2026-01-23T14:18:07Z|pending||\x0d\x0a|\x1b(0") },
	{ "signoz", "ocean_events", 740, 0, 100,
	  ROWS("2026-01-23T14:18:07Z|VD|x|||{\"k\x1b[31m\":\"\\u001b[2J\\u202e\",\"n\":[1,2,{\"a\":null}]}") },
	{ "signoz", "logs", 740, 0, 100, ROWS("2026-01-23T14:18:07Z|warn|s|bell \x07 back\x08space") },
	{ 0 },
};

static const struct fake_act nothing[] = { { 0 } };

/* For asking again: a callback more, only another one, and nobody there. */
static const struct fake_act later[] = {
	{ "redshift", "callbacks", 60000, 0, 300, one_more },
	{ 0 },
};

static const struct fake_act gone[] = {
	{ "redshift", "callbacks", 60000, 0, 300, ROWS("2026-01-23T14:22:30Z|ok|200|TRACKING_UPDATE") },
	{ 0 },
};

static const struct fake_act down[] = {
	{ "redshift", "callbacks", 60000, 0, 300, .kind = ERR_NETWORK, .text = "connection refused" },
	{ "rewind", "callbacks", 60000, 0, 300, .kind = ERR_TIMEOUT, .text = "no answer" },
	{ 0 },
};

static const struct fake_act twins[] = {
	{ "tracking", "load", 0, 0, 410, ROWS(LOAD_ROW) },
	{ "company", "network", 410, 0, 330, ROWS(NETWORK_ROW) },
	{ "redshift", "creation", 740, 0, 100 },
	{ "redshift", "carrier_files", 740, 0, 100 },
	{ "redshift", "callbacks", 740, 0, 100,
	  ROWS("2026-01-23T14:18:07Z|ok|200|A", "2026-01-23T14:18:07Z|ok|200|B", "2026-01-23T14:18:07Z|ok|200|C") },
	{ "signoz", "ocean_events", 740, 0, 100 },
	{ "signoz", "logs", 740, 0, 100 },
	{ 0 },
};

static const char *const other_callbacks[] = {
	"2026-01-23T14:02:11Z|failed|503|TRACKING_UPDATE|" DOWN "|5|" HOOK,
	"2026-01-23T13:40:00Z|ok|200|TRACKING_UPDATE||1|" HOOK,
	NULL,
};

static const struct fake_act other[] = {
	{ "tracking", "load", 0, 0, 410,
	  ROWS("714002210|NB-2025-018800|Delivered|OCEAN|Ostrava Tyres|Kestrel Shipping|"
	       "2025-09-02T08:00:00Z|KSTU4410098") },
	{ "company", "network", 410, 0, 330, ROWS("51007|RELATIONSHIP_OK|live|OST-KST|true") },
	{ "redshift", "creation", 740, 0, 100 },
	{ "redshift", "carrier_files", 740, 0, 100 },
	{ "redshift", "callbacks", 740, 0, 100, other_callbacks },
	{ "signoz", "ocean_events", 740, 0, 100 },
	{ "signoz", "logs", 740, 0, 100 },
	{ 0 },
};

static const struct fake_scene scenes[] = {
	{ "settled", "726100801", settled, .seconds = 60, .settled = 10460 },
	{ "running", "726100801", running, .seconds = 26, .busy = true },
	{ "starting", "726100801", starting, .seconds = 2 },
	{ "absent", "999", absent, .seconds = 60, .settled = 1280, .beside = true },
	{ "other", "714002210", other, .seconds = 60, .settled = 840, .beside = true },
	{ "unnumbered", "NB-2026-004417", unnumbered, .seconds = 60, .settled = 410 },
	{ "candidates", "HLXU8120447", candidates, .seconds = 60, .settled = 410 },
	{ "hostile", "1", hostile, .seconds = 60, .settled = 840 },
	{ "empty", NULL, nothing },
	{ "later", "726100801", later },
	{ "gone", "726100801", gone },
	{ "down", "726100801", down },
	{ "twins", "726100801", twins, .seconds = 60, .settled = 840 },
};

const struct fake_scene *fake_scene(const char *name)
{
	for (size_t i = 0; i < COUNT(scenes); i++)
		if (!strcmp(scenes[i].name, name))
			return &scenes[i];
	return NULL;
}

const struct fake_scene *fake_scene_beside(const char *typed)
{
	for (size_t i = 0; i < COUNT(scenes); i++)
		if (scenes[i].beside && !strcmp(scenes[i].typed, typed))
			return &scenes[i];
	return NULL;
}
