/* Callbacks, carrier files and logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

/* ---- callbacks ------------------------------------------------------------------------ */

static void test_callback_result(void **state)
{
	static const struct { const char *http, *error, *want; enum mark mark; } cases[] = {
		{ "200", NULL, "ok", MARK_FINE },
		{ "299", NULL, "ok", MARK_FINE },
		{ "204", "ignored", "ok", MARK_FINE },
		{ "199", NULL, "failed", MARK_PROBLEM },
		{ "300", NULL, "failed", MARK_PROBLEM },
		{ "503", "down", "failed", MARK_PROBLEM },
		{ "0", "getaddrinfo", "failed", MARK_PROBLEM },
		{ "timeout", NULL, "failed", MARK_PROBLEM },
		{ NULL, NULL, "pending", MARK_DOUBT },
		{ "", "", "pending", MARK_DOUBT },
		/* No answer will come: the event is not subscribed, the host not known. */
		{ NULL, "host not resolved", "failed", MARK_PROBLEM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_callbacks, now);
		section_row(&r, "ts", "2026-01-23 10:00:00", "ext_request_status", cases[i].http,
			    "error_msg", cases[i].error, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "result"), cases[i].want);
		assert_int_equal(section_mark(&r, 0), cases[i].mark);
		section_rows_release(&r);
	}
}

static void test_callback_host(void **state)
{
	static const struct { const char *url, *host; } cases[] = {
		{ "https://hooks.example/fk?x=1", "hooks.example" },
		{ "https://u:p@hooks.example:8443/fk", "hooks.example:8443" },
		{ "hooks.example/fk", "hooks.example" },
		{ "https://", "NULL" },
		{ NULL, "NULL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_callbacks, now);
		section_row(&r, "ext_url", cases[i].url, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "host"), cases[i].host);
		section_rows_release(&r);
	}
}

static void callback(struct section_rows *r, const char *ts, const char *http)
{
	section_row(r, "ts", ts, "ext_request_status", http, NULL);
}

static void test_callback_summary(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_callbacks, now);
	callback(&r, "2026-01-23 05:30:00", "200");
	callback(&r, "2026-01-23 13:50:00", NULL);
	callback(&r, "2026-01-23 08:00:00", "503");
	callback(&r, "2026-01-23 13:00:00", "503");
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "ts"), "2026-01-23T13:50:00Z");
	assert_string_equal(section_text(&r, 3, "ts"), "2026-01-23T05:30:00Z");
	assert_string_equal(section_summary(&r), "4 sent, 2 failed, 1 ok, 1 pending, last ok 8.5 h ago, "
			    "first failure 6.0 h ago, persistent");
	callback(&r, "2026-01-23 12:30:00", "200");
	section_finish(&r);
	assert_string_equal(section_summary(&r), "5 sent, 2 failed, 2 ok, 1 pending, last ok 1.5 h ago, "
			    "first failure 6.0 h ago, still failing");
	callback(&r, "2026-01-23 13:30:00", "200");
	section_finish(&r);
	assert_string_equal(section_summary(&r), "6 sent, 2 failed, 3 ok, 1 pending, last ok 30 min ago, "
			    "first failure 6.0 h ago");
	section_rows_release(&r);
}

/* ---- carrier files ----------------------------------------------------------------------- */

static void test_file_verdict(void **state)
{
	static const struct {
		const char *status, *error, *matched, *queued, *skipped, *result, *verdict;
		enum mark mark;
	} cases[] = {
		{ "success", NULL, "1", "PROCESS_OCEAN_UPDATE", NULL, "matched", "cfw_success", MARK_FINE },
		{ "success", NULL, "1", "PROCESS_OCEAN_UPDATE", "PROCESS_TRUCK_LOCATION", "matched",
		  "cfw_success", MARK_FINE },
		{ "success", NULL, NULL, NULL, NULL, "unmatched", "cfw_error", MARK_DOUBT },
		{ "failed", "load not found", NULL, NULL, NULL, "failed", "cfw_error", MARK_PROBLEM },
		{ "failed", "no network relationship", NULL, NULL, NULL, "failed", "cfw_skipped", MARK_PROBLEM },
		{ "skipped", NULL, "1", NULL, "PROCESS_OCEAN_UPDATE", "matched", "cfw_skipped", MARK_DOUBT },
		{ "success", "parse error at byte 3", "1", NULL, NULL, "failed", "cfw_error", MARK_PROBLEM },
		{ NULL, NULL, NULL, NULL, NULL, "unmatched", "cfw_error", MARK_DOUBT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_carrier_files, now);
		section_row(&r, "status", cases[i].status, "error", cases[i].error, "matched_load_id",
			    cases[i].matched, "queued_messages", cases[i].queued, "skipped_messages",
			    cases[i].skipped, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "result"), cases[i].result);
		assert_string_equal(section_text(&r, 0, "verdict"), cases[i].verdict);
		assert_int_equal(section_mark(&r, 0), cases[i].mark);
		section_rows_release(&r);
	}
}

static void test_file_summary(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_carrier_files, now);
	section_row(&r, "process_completed_timestamp", "2026-01-19 10:00:00", "matched_load_id", "1", NULL);
	section_row(&r, "process_completed_timestamp", "2026-01-20 13:00:00", "error", "x", NULL);
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "result"), "failed");
	assert_string_equal(section_summary(&r), "2 records, 1 matched, 0 unmatched, 1 failed, last 3 d ago");
	section_rows_release(&r);
}

/* ---- logs ------------------------------------------------------------------------------------ */

#define PREFIX "2026-01-20 08:11:02.123 ERROR trace_id:1 span_id:2 tracking_id:726100404 - "

static void test_log_class(void **state)
{
	static const struct { const char *body, *class, *message, *correlation; } cases[] = {
		{ PREFIX "[a1b2c3d4e5f6] [Worker::Stop] Required field absent, 404", "validation",
		  "Required field absent, 404", "a1b2c3d4e5f6" },
		{ PREFIX "[a1b2c3d4e5f6] connection timed out", "connection", "connection timed out", "a1b2c3d4e5f6" },
		{ PREFIX "[a1b2c3d4e5f6] request TIMED OUT", "timeout", "request TIMED OUT", "a1b2c3d4e5f6" },
		{ "cannot decode", "parsing", "cannot decode", "NULL" },
		{ PREFIX "[a1b2c3d4e5f6] [X] got 403", "authentication", "got 403", "a1b2c3d4e5f6" },
		/* 404 stands only in the id of the prefix. */
		{ PREFIX "[a1b2c3d4e5f6] [X] gave up", "other", "gave up", "a1b2c3d4e5f6" },
		{ "load does not exist", "not_found", "load does not exist", "NULL" },
		{ "[abc] short bracket", "other", "[abc] short bracket", "NULL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_logs, now);
		section_row(&r, "timestamp", "1768896662123456789", "body", cases[i].body, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "class"), cases[i].class);
		assert_string_equal(section_text(&r, 0, "message"), cases[i].message);
		assert_string_equal(section_text(&r, 0, "correlation_id"), cases[i].correlation);
		assert_string_equal(section_text(&r, 0, "timestamp"), "2026-01-20T08:11:02.123Z");
		section_rows_release(&r);
	}
}

static void test_log_summary(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_logs, now);
	section_row(&r, "timestamp", "2026-01-20 08:00:00", "severity", "WARN", "body", "timeout", NULL);
	section_row(&r, "timestamp", "2026-01-20 09:00:00", "severity", "ERROR", "body", "odd", NULL);
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "severity"), "ERROR");
	assert_int_equal(section_mark(&r, 0), MARK_PROBLEM);
	assert_int_equal(section_mark(&r, 1), MARK_DOUBT);
	assert_string_equal(section_summary(&r), "2 lines, 1 error, timeout 1, other 1");
	section_rows_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_callback_result),  cmocka_unit_test(test_callback_host),
		cmocka_unit_test(test_callback_summary), cmocka_unit_test(test_file_verdict),
		cmocka_unit_test(test_file_summary),     cmocka_unit_test(test_log_class),
		cmocka_unit_test(test_log_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
