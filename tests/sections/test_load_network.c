#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

/* The order of the rule, domain by domain spelling. */
static void test_classification(void **state)
{
	static const struct { const char *active, *status, *allow, *want; enum mark mark; } cases[] = {
		{ "true", "live", "true", "RELATIONSHIP_OK", MARK_FINE },
		{ "t", "ACTIVE", "1", "RELATIONSHIP_OK", MARK_FINE },
		{ "false", "suspended", "false", "RELATIONSHIP_INACTIVE", MARK_PROBLEM },
		{ "0", "live", "1", "RELATIONSHIP_INACTIVE", MARK_PROBLEM },
		{ "true", "pending", "false", "RELATIONSHIP_NOT_LIVE", MARK_DOUBT },
		{ "true", NULL, "true", "RELATIONSHIP_NOT_LIVE", MARK_DOUBT },
		{ "true", "live", "false", "TRACKING_DISABLED", MARK_DOUBT },
		{ NULL, "live", NULL, "RELATIONSHIP_OK", MARK_FINE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_network, now);
		section_row(&r, "relationship_id", "1", "active", cases[i].active, "status",
			    cases[i].status, "allow_tracking", cases[i].allow, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "classification"), cases[i].want);
		assert_int_equal(section_mark(&r, 0), cases[i].mark);
		section_rows_release(&r);
	}
}

/* The API gives a list of SCACs, the warehouse a row each: the same in the end. */
static void test_scacs(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_network, now);
	section_row(&r, "relationship_id", "7", "status", "live", "scacs", "[\"hlcu\",\"hlcy\"]", NULL);
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "scacs"), "hlcu, hlcy");
	section_rows_release(&r);

	section_rows_init(&r, &section_network, now);
	section_row(&r, "relationship_id", "7", "status", "live", "scacs", "hlcu", NULL);
	section_row(&r, "relationship_id", "8", "status", "live", "scacs", NULL, NULL);
	section_row(&r, "relationship_id", "7", "status", "live", "scacs", "hlcy", NULL);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 2);
	assert_string_equal(section_text(&r, 0, "scacs"), "hlcu, hlcy");
	assert_string_equal(section_text(&r, 1, "scacs"), "NULL");
	assert_string_equal(section_summary(&r), "RELATIONSHIP_OK, SCAC hlcu, hlcy, first of 2");
	section_rows_release(&r);
}

static void test_no_rows_no_words(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_network, now);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 0);
	assert_string_equal(section_summary(&r), "");
	section_rows_release(&r);
}

static void test_slots(void **state)
{
	static const struct { const char *json, *slot[4]; } cases[] = {
		{ "[{\"id\":1,\"identifier1\":{\"key\":\"loadNumber\",\"type\":\"string\"},\"identifier2\":null,"
		  "\"identifier3\":{\"key\":\"bookingNumber\"}}]", { "loadNumber", "NULL", "bookingNumber", "NULL" } },
		{ "{\"identifier1\":\"poNumber\"}", { "poNumber", "NULL", "NULL", "NULL" } },
		{ "[]", { "NULL", "NULL", "NULL", "NULL" } },
		{ "[null]", { "NULL", "NULL", "NULL", "NULL" } },
		{ "nonsense", { "NULL", "NULL", "NULL", "NULL" } },
		{ NULL, { "NULL", "NULL", "NULL", "NULL" } },
	};
	static const char *const columns[] = { "slot_1", "slot_2", "slot_3", "slot_4" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_network, now);
		section_row(&r, "relationship_id", "1", "super_file_configurations", cases[i].json, NULL);
		section_finish(&r);
		for (size_t s = 0; s < 4; s++)
			assert_string_equal(section_text(&r, 0, columns[s]), cases[i].slot[s]);
		section_rows_release(&r);
	}
}

/* What carrier files are asked for: the values that the load has for the slots' keys. */
static void test_learn(void **state)
{
	struct section_rows r;
	struct facts f = FACTS_INIT;

	(void)state;
	facts_set(&f, "load_number", "NB-1", "load");
	facts_set(&f, "booking_number", "BK9", "load");
	facts_set(&f, "slot_4", "old", "network");
	section_rows_init(&r, &section_network, now);
	section_row(&r, "relationship_id", "48211", "status", "live", "external_id", "NBF-HLC",
		    "super_file_configurations",
		    "[{\"identifier1\":{\"key\":\"loadNumber\"},\"identifier2\":{\"key\":\"proNumber\"},"
		    "\"identifier3\":{\"key\":\"booking_number\"}}]", NULL);
	section_finish(&r);
	assert_false(section_network.learn(&r.section, &section_network.steps[0], &f));
	assert_string_equal(facts_get(&f, "external_id"), "NBF-HLC");
	assert_string_equal(facts_get(&f, "relationship_id"), "48211");
	assert_string_equal(facts_get(&f, "slot_1"), "NB-1");
	assert_null(facts_get(&f, "slot_2"));
	assert_string_equal(facts_get(&f, "slot_3"), "BK9");
	assert_null(facts_get(&f, "slot_4"));
	section_rows_release(&r);
	facts_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classification), cmocka_unit_test(test_scacs),
		cmocka_unit_test(test_no_rows_no_words), cmocka_unit_test(test_slots),
		cmocka_unit_test(test_learn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
