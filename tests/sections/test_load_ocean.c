#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

#define LINE "2026-01-20 08:11:02.123 INFO trace_id:1 span_id:2 tracking_id:726100801 - [a1b2c3d4e5f6] [Push] "
#define OUTER LINE "{\"MessageType\"=>\"PROCESS_OCEAN_TRACKING_EVENTS\", \"CarrierId\"=>\"halcyon\", :LoadId=>726100801, "

static void line(struct section_rows *r, const char *known, const char *body)
{
	section_row(r, "known_at", known, "service", "mmcuw", "body", body, NULL);
}

/* One update, both spellings: the same row. */
static void test_both_spellings(void **state)
{
	static const char *const bodies[] = {
		OUTER "\"Updates\"=>[{\"update_action\"=>\"upsert\", \"event_code\"=>\"VD\", \"status\"=>\"Vessel departed\", "
		"\"event_date_time\"=>\"2026-01-17 12:00:00\", \"event_qualifier\"=>\"A\", "
		"\"event_timezone\"=>\"Local Timezone\", \"source_vendor\"=>\"justransform\", "
		"\"event_source\"=>\"web_scrapping\", \"sub_source\"=>\"CARRIER\", "
		"\"ocean_container_number\"=>\"HLXU8120447\", \"vessel_name\"=>\"AURORA\", \"voyage_id\"=>\"603W\", "
		"\"stop_type\"=>\"pol\", \"name\"=>\"Rotterdam,NL,ECT\", \"city\"=>\"\", \"location_identity\"=>nil, "
		"\"fetch_time\"=>\"2026-01-17 16:00:00\", \"port_of_loading\"=>{\"stop_type\"=>\"pol\", "
		"\"location_identity\"=>\"NLRTM\", \"terminal\"=>\"ECT\", \"sequence\"=>2}}]}",
		OUTER "\"Updates\"=>[{\"updateAction\"=>\"upsert\", \"eventCode\"=>\"VD\", \"status\"=>\"Vessel departed\", "
		"\"eventDateTime\"=>\"2026-01-17T12:00:00\", \"eventQualifier\"=>\"A\", "
		"\"eventTimezone\"=>\"Local Timezone\", \"sourceVendor\"=>\"justransform\", "
		"\"eventSource\"=>\"web_scrapping\", \"subSource\"=>\"CARRIER\", "
		"\"oceanContainerNumber\"=>\"HLXU8120447\", \"vesselName\"=>\"AURORA\", \"voyageId\"=>\"603W\", "
		"\"stopType\"=>\"pol\", \"name\"=>\"Rotterdam,NL,ECT\", \"locationIdentity\"=>\"NLRTM\", "
		"\"terminalName\"=>\"ECT\", \"fetchTime\"=>\"2026-01-17T16:00:00\"}]}",
	};
	static const struct { const char *column, *want; } cells[] = {
		{ "event_code", "VD" }, { "event_name", "vessel departed" }, { "qualifier", "A" },
		{ "event_time", "2026-01-17 12:00:00" }, { "event_time_local", "true" },
		{ "event_timezone", "Local Timezone" }, { "received_at", "2026-01-17T16:00:00Z" },
		{ "lag_seconds", "NULL" }, { "stop_type", "pol" }, { "unlocode", "NLRTM" },
		{ "place", "Rotterdam,NL,ECT" }, { "terminal", "ECT" }, { "vessel", "AURORA" },
		{ "voyage", "603W" }, { "container", "HLXU8120447" }, { "update_action", "upsert" },
		{ "status", "Vessel departed" }, { "source", "web_scrapping" }, { "sub_source", "CARRIER" },
		{ "vendor", "justransform" }, { "correlation_id", "a1b2c3d4e5f6" },
		{ "message_type", "PROCESS_OCEAN_TRACKING_EVENTS" }, { "known_at", "2026-01-20T08:11:02Z" },
		{ "copies", "1" }, { "correction", "false" }, { "superseded", "false" },
	};

	(void)state;
	for (size_t b = 0; b < 2; b++) {
		struct section_rows r;

		section_rows_init(&r, &section_ocean_events, now);
		line(&r, "1768896662000000000", bodies[b]);
		section_finish(&r);
		assert_int_equal(r.section.rows.rows, 1);
		for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
			assert_string_equal(section_text(&r, 0, cells[i].column), cells[i].want);
		assert_string_equal(section_text(&r, 0, "body"), bodies[b]);
		section_rows_release(&r);
	}
}

static void test_event_time(void **state)
{
	static const struct { const char *time, *zone, *want, *local, *lag; } cases[] = {
		{ "2026-01-17 12:00:00", "\"Local Timezone\"", "2026-01-17 12:00:00", "true", "NULL" },
		{ "2026-01-17T12:00:00", "nil", "2026-01-17 12:00:00", "true", "NULL" },
		{ "2026-01-17 12:00:00", "\"Asia/Singapore\"", "2026-01-17 12:00:00", "true", "NULL" },
		{ "2026-01-17 12:00:00", "\"UTC\"", "2026-01-17T12:00:00Z", "false", "14400" },
		{ "2026-01-17T12:00:00Z", "nil", "2026-01-17T12:00:00Z", "false", "14400" },
		{ "2026-01-17T12:00:00+02:00", "\"Local Timezone\"", "2026-01-17T10:00:00Z", "false", "21600" },
		{ "sometime", "nil", "sometime", "true", "NULL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;
		char body[512];

		snprintf(body, sizeof body, OUTER "\"Updates\"=>[{\"event_code\"=>\"VD\", \"event_date_time\"=>\"%s\","
			 " \"event_timezone\"=>%s, \"fetch_time\"=>\"2026-01-17 16:00:00\"}]}", cases[i].time,
			 cases[i].zone);
		section_rows_init(&r, &section_ocean_events, now);
		line(&r, "2026-01-20 00:00:00", body);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "event_time"), cases[i].want);
		assert_string_equal(section_text(&r, 0, "event_time_local"), cases[i].local);
		assert_string_equal(section_text(&r, 0, "lag_seconds"), cases[i].lag);
		section_rows_release(&r);
	}
}

/* Events nested in containers and stops take what they do not say from outside. */
static void test_nested(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_events, now);
	line(&r, "2026-01-20 00:00:00",
	     OUTER "\"containers\"=>[{\"containerNumber\"=>\"C1\", \"sourceVendor\"=>\"jt\", \"events\"=>["
	     "{\"eventCode\"=>\"VD\", \"eventTime\"=>\"2026-01-17 12:00:00\", \"stopType\"=>\"tsp2\", "
	     "\"transshipment_ports\"=>[{\"location_identity\"=>\"P1\"}, {\"location_identity\"=>\"P2\"}]}, "
	     "{\"eventCode\"=>\"VA\", \"eventTime\"=>\"2026-01-18 12:00:00\", \"vendor\"=>\"own\"}]}, "
	     "{\"containerNumber\"=>\"C2\", \"events\"=>[{\"eventCode\"=>\"VA\"}]}]}");
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 3);
	assert_string_equal(section_text(&r, 0, "container"), "C1");
	assert_string_equal(section_text(&r, 0, "unlocode"), "P2");
	assert_string_equal(section_text(&r, 0, "vendor"), "jt");
	assert_string_equal(section_text(&r, 1, "vendor"), "own");
	assert_string_equal(section_text(&r, 2, "container"), "C2");
	section_rows_release(&r);
}

/* S16, S20 and what cannot be read: a row that says so. */
static void test_messages_without_events(void **state)
{
	static const struct { const char *body, *status, *type; enum mark mark; } cases[] = {
		{ OUTER "\"containers\"=>[], \"Updates\"=>[]}", "containers: []", "PROCESS_OCEAN_TRACKING_EVENTS", MARK_DOUBT },
		{ OUTER "\"Updates\"=>[]}", "updates: []", "PROCESS_OCEAN_TRACKING_EVENTS", MARK_DOUBT },
		{ LINE "[OCEAN_ALERT] [ADDRESS_NOT_FOUND] Genoa", "ADDRESS_NOT_FOUND", "NULL", MARK_PROBLEM },
		{ LINE "[OCEAN_ALERT] something new", "OCEAN_ALERT", "NULL", MARK_PROBLEM },
		{ LINE "PROCESS_OCEAN_UPDATE rejected: event older than 45 days", "no event",
		  "PROCESS_OCEAN_UPDATE", MARK_PROBLEM },
		{ LINE "PROCESS_OCEAN_UPDATE done", "no event", "PROCESS_OCEAN_UPDATE", MARK_DOUBT },
		{ OUTER "\"Updates\"=>[{\"upd", "cut off", "PROCESS_OCEAN_TRACKING_EVENTS", MARK_DOUBT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_ocean_events, now);
		line(&r, "2026-01-20 00:00:00", cases[i].body);
		section_finish(&r);
		assert_int_equal(r.section.rows.rows, 1);
		assert_string_equal(section_text(&r, 0, "event_code"), "NULL");
		assert_string_equal(section_text(&r, 0, "status"), cases[i].status);
		assert_string_equal(section_text(&r, 0, "message_type"), cases[i].type);
		assert_int_equal(section_mark(&r, 0), cases[i].mark);
		section_rows_release(&r);
	}
}

static void event(struct section_rows *r, const char *known, const char *code, const char *stop,
		  const char *time, const char *vessel)
{
	char body[640];

	snprintf(body, sizeof body, OUTER "\"Updates\"=>[{\"event_code\"=>\"%s\", \"event_qualifier\"=>\"A\","
		 " \"event_date_time\"=>\"%s\", \"stop_type\"=>\"%s\", \"vessel_name\"=>\"%s\","
		 " \"ocean_container_number\"=>\"C1\"}]}", code, time, stop, vessel);
	line(r, known, body);
}

/* S27: a thousand lines, two events. */
static void test_duplicates(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_events, now);
	for (int i = 999; i >= 0; i--) {
		char known[32];

		snprintf(known, sizeof known, "2026-01-20 %02d:%02d:%02d", 1 + i / 3600, i / 60 % 60, i % 60);
		event(&r, known, i % 25 == 24 ? "VA" : "VD", "pol", "2026-01-17 12:00:00", "AURORA");
	}
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 2);
	assert_string_equal(section_text(&r, 1, "event_code"), "VD");
	assert_string_equal(section_text(&r, 1, "copies"), "960");
	assert_string_equal(section_text(&r, 1, "known_at"), "2026-01-20T01:00:00Z");
	assert_string_equal(section_text(&r, 1, "last_known_at"), "2026-01-20T01:16:38Z");
	assert_string_equal(section_text(&r, 0, "event_code"), "VA");
	assert_string_equal(section_text(&r, 0, "copies"), "40");
	assert_string_equal(section_text(&r, 0, "correction"), "false");
	assert_non_null(strstr(section_summary(&r), "2 events, 998 duplicates folded"));
	section_rows_release(&r);
}

/* S2: a rollover. The later one is the correction, whatever its time. */
static void test_corrections(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_events, now);
	event(&r, "2026-01-19 00:00:00", "VD", "pol", "2025-12-30 09:00:00", "BOREAS");
	event(&r, "2026-01-15 00:00:00", "VD", "pol", "2025-12-22 09:00:00", "AURORA");
	event(&r, "2026-01-16 00:00:00", "VD", "pol", "2025-12-22 09:00:00", "AURORA");
	event(&r, "2026-01-16 00:00:00", "VD", "tsp1", "2025-12-28 09:00:00", "AURORA");
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 3);
	assert_string_equal(section_text(&r, 0, "vessel"), "BOREAS");
	assert_string_equal(section_text(&r, 0, "correction"), "true");
	assert_string_equal(section_text(&r, 0, "superseded"), "false");
	assert_string_equal(section_text(&r, 1, "stop_type"), "tsp1");
	assert_string_equal(section_text(&r, 1, "correction"), "false");
	assert_string_equal(section_text(&r, 2, "copies"), "2");
	assert_string_equal(section_text(&r, 2, "superseded"), "true");
	assert_int_equal(section_mark(&r, 0), MARK_DOUBT);
	assert_int_equal(section_mark(&r, 1), MARK_FINE);
	section_rows_release(&r);
}

/* A vessel that was not named before corrects nothing. */
static void test_vessel_learnt_later(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_events, now);
	event(&r, "2026-01-15 00:00:00", "VD", "pol", "2025-12-22 09:00:00", "");
	event(&r, "2026-01-16 00:00:00", "VD", "pol", "2025-12-22 09:00:00", "AURORA");
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 2);
	assert_string_equal(section_text(&r, 0, "correction"), "false");
	assert_string_equal(section_text(&r, 1, "superseded"), "false");
	section_rows_release(&r);
}

/* The ocean API gives events ready made. */
static void test_api_rows(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_events, now);
	section_row(&r, "event_code", "VD", "event_time", "2026-01-17T12:00:00Z", "known_at",
		    "2026-01-17T15:00:00Z", "place", "Rotterdam", NULL);
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "event_time"), "2026-01-17T12:00:00Z");
	assert_string_equal(section_text(&r, 0, "event_name"), "vessel departed");
	assert_string_equal(section_text(&r, 0, "event_time_local"), "false");
	section_rows_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_spellings),
		cmocka_unit_test(test_event_time),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_messages_without_events),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_corrections),
		cmocka_unit_test(test_vessel_learnt_later),
		cmocka_unit_test(test_api_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
