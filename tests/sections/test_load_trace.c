/* The way of an ocean message through the services, as its lines tell it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

#define PREFIX(at, level) at " " level " trace_id:30c40fe88c7aaeda tracking_id:1 - [48cbc482ef49] "
#define HASH "{\"MessageType\"=>\"PROCESS_OCEAN_UPDATE\", :LoadId=>1, \"Updates\"=>[{\"status\"=>\"Departed\"," \
	     " \"event_code\"=>\"VD\", \"event_date_time\"=>\"2026-01-23 01:00:00\"," \
	     " \"event_source\"=>\"web_scrapping\", \"location_identity\"=>\"CAHAL\"}]}"

static struct section_rows r;

static void line(const char *at, const char *service, const char *level, const char *body)
{
	section_row(&r, "timestamp", at, "service", service, "severity", level, "body", body, NULL);
}

static int begin(void **state)
{
	(void)state;
	section_rows_init(&r, &section_ocean_trace, "2026-01-23 14:00:00");
	return 0;
}

static int end(void **state)
{
	(void)state;
	section_rows_release(&r);
	return 0;
}

static void is(size_t row, const char *column, const char *want)
{
	assert_string_equal(section_text(&r, row, column), want);
}

static void a_message_goes_from_service_to_service(void **state)
{
	(void)state;
	line("2026-01-23 11:23:17", "tracking-service", "INFO", PREFIX("2026-01-23 11:23:17.000", "INFO") "[OceanUpdateApplier] VD at CAHAL accepted");
	line("2026-01-23 11:22:38", "worker", "INFO", PREFIX("2026-01-23 11:22:38.000", "INFO") "[ProcessOceanUpdate] " HASH);
	line("2026-01-23 11:20:37", "reader", "INFO", PREFIX("2026-01-23 11:20:37.000", "INFO") "[Reader] 1 event read");
	section_finish(&r);
	is(0, "service", "reader");
	is(0, "step", "Reader");
	is(0, "says", "1 event read");
	is(0, "outcome", "NULL");
	is(0, "event_code", "NULL");
	is(1, "event_code", "VD");
	is(1, "event_time", "2026-01-23 01:00:00");
	is(1, "location", "CAHAL");
	is(1, "source", "web_scrapping");
	is(1, "says", "PROCESS_OCEAN_UPDATE");
	is(2, "outcome", "accepted");
	is(2, "correlation_id", "48cbc482ef49");
	assert_int_equal(section_mark(&r, 2), MARK_FINE);
	assert_string_equal(section_summary(&r), "accepted by tracking-service, 3 lines in 3 services");
}

/* Nothing is made of silence: the message came so far, and nobody said more. */
static void without_a_word_nothing_is_claimed(void **state)
{
	(void)state;
	line("2026-01-23 11:20:37", "reader", "INFO", "1 event read");
	line("2026-01-23 11:22:38", "worker", "INFO", "taken up");
	section_finish(&r);
	assert_string_equal(section_summary(&r), "no outcome told, last in worker, 2 lines in 2 services");
}

static void outcomes_are_words_of_the_line(void **state)
{
	static const struct { const char *level, *body, *outcome; enum mark mark; } cases[] = {
		{ "INFO", "VD rejected: over 45 days old", "rejected", MARK_PROBLEM },
		{ "INFO", "update was not accepted", "rejected", MARK_PROBLEM },
		{ "ERROR", "cannot geocode", "failed", MARK_PROBLEM },
		{ "WARN", "stale location ignored", "skipped", MARK_DOUBT },
		{ "WARN", "slow", "NULL", MARK_DOUBT },
		{ "INFO", "update accepted", "accepted", MARK_FINE },
		{ NULL, "read", "NULL", MARK_FINE },
		/* What the carrier writes of a shipment is no word of ours about the message. */
		{ "INFO", "{\"Updates\"=>[{\"status\"=>\"Rejected at gate\", \"event_code\"=>\"OA\"}]}", "NULL", MARK_FINE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		line("2026-01-23 11:20:37", "s", cases[i].level, cases[i].body);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, sizeof cases / sizeof cases[0]);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t row = 0;

		while (strcmp(section_text(&r, row, "body"), cases[i].body) != 0)
			row++;
		if (strcmp(section_text(&r, row, "outcome"), cases[i].outcome) != 0 || section_mark(&r, row) != cases[i].mark)
			fail_msg("%s: %s", cases[i].body, section_text(&r, row, "outcome"));
	}
}

static void odd_lines_are_kept(void **state)
{
	(void)state;
	line("2026-01-23 11:20:37", "s", "INFO", "");
	line(NULL, NULL, NULL, NULL);
	line("soon", "s", "INFO", "{\"Updates\"=>[{");
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 3);
}

static void it_is_asked_about_a_message(void **state)
{
	struct facts f = { 0 };
	char reason[REASON_MAX];

	(void)state;
	assert_true((section_ocean_trace.skip)(&f, reason));
	assert_non_null(strstr(reason, "L on an ocean event"));
	assert_true(facts_set(&f, "trace_correlation", "48cbc482ef49", ""));
	assert_false((section_ocean_trace.skip)(&f, reason));
	assert_true(facts_set(&f, "trace_correlation", "48cbc", ""));
	assert_true((section_ocean_trace.skip)(&f, reason));
	assert_non_null(strstr(reason, "needs the whole id"));
	facts_release(&f);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_message_goes_from_service_to_service),
		CASE(without_a_word_nothing_is_claimed),
		CASE(outcomes_are_words_of_the_line),
		CASE(odd_lines_are_kept),
		CASE(it_is_asked_about_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
