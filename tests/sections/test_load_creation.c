#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

static void test_failed_rule(void **state)
{
	static const struct { const char *status, *error, *load_id, *failed, *kind; enum mark mark; } cases[] = {
		{ "Created", NULL, "1", "false", "NULL", MARK_FINE },
		{ "Created", "  ", "1", "false", "NULL", MARK_FINE },
		{ "Created", "late stop", "1", "true", "other", MARK_PROBLEM },
		{ "Created", NULL, NULL, "true", "other", MARK_PROBLEM },
		{ "Create Failure", "x", NULL, "true", "create", MARK_PROBLEM },
		{ "Update Failure", "x", "1", "true", "update", MARK_PROBLEM },
		{ "Delete Failure", "x", "1", "true", "delete", MARK_PROBLEM },
		{ "Reference Failure", "x", "1", "true", "reference", MARK_PROBLEM },
		{ "Failure", "x", "1", "true", "other", MARK_PROBLEM },
		{ "Skipping load creation", NULL, "1", "true", "skipped", MARK_DOUBT },
		{ "Skipping load updation", NULL, "1", "true", "skipped", MARK_DOUBT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_creation, now);
		section_row(&r, "status", cases[i].status, "error", cases[i].error, "load_id",
			    cases[i].load_id, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "failed"), cases[i].failed);
		assert_string_equal(section_text(&r, 0, "failure_kind"), cases[i].kind);
		assert_int_equal(section_mark(&r, 0), cases[i].mark);
		section_rows_release(&r);
	}
}

static void test_source_and_error(void **state)
{
	static const struct { const char *file, *by, *error, *plain; } cases[] = {
		{ "API Request", "api", "Data Issue: [\"a\",\"b c\"]", "Data Issue: a, b c" },
		{ "otm_payload_1.xml", "file", "plain words", "plain words" },
		{ NULL, "unknown", "broken [\"a", "broken [\"a" },
		{ "", "unknown", "[\"only\"]", "only" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_creation, now);
		section_row(&r, "file_name", cases[i].file, "error", cases[i].error, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "creation_source"), cases[i].by);
		assert_string_equal(section_text(&r, 0, "error"), cases[i].plain);
		assert_string_equal(section_text(&r, 0, "error_text"), cases[i].error);
		section_rows_release(&r);
	}
}

static void test_summary(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_creation, now);
	section_row(&r, "processed_at", "2026-01-20 10:00:00", "status", "Create Failure", "error", "x", NULL);
	section_row(&r, "processed_at", "2026-01-21 14:00:00", "status", "Created", "load_id", "5", NULL);
	section_row(&r, "processed_at", "2026-01-22 10:00:00", "status", "Update Failure", "load_id", "5",
		    "error", "y", NULL);
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "status"), "Update Failure");
	assert_string_equal(section_text(&r, 2, "processed_at"), "2026-01-20T10:00:00Z");
	assert_string_equal(section_summary(&r),
			    "3 attempts, 2 failed (create 1, update 1), first success 2 d ago");
	section_rows_release(&r);

	section_rows_init(&r, &section_creation, now);
	section_row(&r, "status", "Create Failure", NULL);
	section_finish(&r);
	assert_string_equal(section_summary(&r), "1 attempt, 1 failed (create 1), never succeeded");
	section_rows_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failed_rule),
		cmocka_unit_test(test_source_and_error),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
