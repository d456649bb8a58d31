#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"

static const char *fact(const struct facts *f, const char *name)
{
	const char *value = facts_get(f, name);

	return value ? value : "-";
}

static void test_shapes(void **state)
{
	static const struct { const char *typed, *identifier, *id, *pro, *container, *check; } cases[] = {
		{ "726100801", "726100801", "726100801", "-", "-", "-" },
		{ "  62012345\t", "62012345", "62012345", "-", "-", "-" },
		{ "1234567", "1234567", "-", "-", "-", "-" },
		{ "12345678901", "12345678901", "-", "-", "-", "-" },
		{ "U110045871", "U110045871", "-", "-", "-", "-" },
		{ "S20250914-0032", "S20250914-0032", "-", "-", "-", "-" },
		{ "pro12345678", "pro12345678", "-", "12345678", "-", "-" },
		{ "PROX", "PROX", "-", "-", "-", "-" },
		{ "csqu3054383", "csqu3054383", "-", "-", "CSQU3054383", "valid" },
		{ "CSQU3054384", "CSQU3054384", "-", "-", "CSQU3054384", "wrong check digit" },
		{ "CSQ13054383", "CSQ13054383", "-", "-", "-", "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct facts f = FACTS_INIT;
		struct err e = { 0 };

		assert_true(load_identify(cases[i].typed, &f, &e));
		assert_string_equal(fact(&f, "identifier"), cases[i].identifier);
		assert_string_equal(fact(&f, "load_number_candidate"), cases[i].identifier);
		assert_string_equal(fact(&f, "tracking_id_candidate"), cases[i].id);
		assert_string_equal(fact(&f, "pro_candidate"), cases[i].pro);
		assert_string_equal(fact(&f, "container_candidate"), cases[i].container);
		assert_string_equal(fact(&f, "container_check"), cases[i].check);
		facts_release(&f);
	}
}

static void test_refused(void **state)
{
	static const char *const cases[] = {
		"", "   \t ", "a\nb", "a\x1b[31m", "a\x7f",
		"12345678901234567890123456789012345678901234567890123456789012345",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct facts f = FACTS_INIT;
		struct err e = { 0 };

		assert_false(load_identify(cases[i], &f, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		assert_int_equal(f.n, 0);
		facts_release(&f);
	}
}

/* ---- the window -------------------------------------------------------------------- */

struct window_case {
	const char *facts[8];                /* name, value … */
	const char *from, *to;               /* "" = open */
	const char *anchor, *reason;         /* reason: a part of it */
};

static void check_window(const struct window_case *c)
{
	struct facts f = FACTS_INIT;
	struct window w = { 0 };
	usec now;
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; c->facts[i]; i += 2)
		facts_set(&f, c->facts[i], c->facts[i + 1], "load");
	assert_true(time_parse("2026-01-23 14:00:00", 19, &now));
	load_window(&f, now, &w);
	assert_string_equal(time_sql(text, w.from, false), c->from);
	assert_string_equal(time_sql(text, w.to, false), c->to);
	assert_string_equal(time_sql(text, w.anchor, false), c->anchor);
	assert_non_null(strstr(w.reason, c->reason));
	facts_release(&f);
}

static void test_window(void **state)
{
	static const struct window_case cases[] = {
		/* A live load has an open end. */
		{ { "created_at", "2026-01-14T12:00:00Z" }, "2026-01-13 12:00:00", "", "", "to now" },
		{ { "created_at", "2026-01-14T12:00:00Z", "latest_check_call_at", "2026-01-20T00:00:00Z",
		    "updated_at", "2026-01-22T00:00:00Z" },
		  "2026-01-13 12:00:00", "", "2026-01-22 00:00:00", "not delivered" },
		{ { "created_at", "2026-01-01T00:00:00Z", "delivered_at", "2026-01-10T00:00:00Z" },
		  "2025-12-31 00:00:00", "2026-01-11 00:00:00", "2026-01-11 00:00:00", "a day after the last" },
		/* Events may come before the load was created. */
		{ { "created_at", "2026-01-05T00:00:00Z", "first_check_call_at", "2026-01-02T00:00:00Z",
		    "terminated_at", "2026-01-06T00:00:00Z" },
		  "2026-01-01 00:00:00", "2026-01-07 00:00:00", "2026-01-07 00:00:00", "a day" },
		{ { "created_at", "soon", "tracking_id", "1" },
		  "2026-01-16 14:00:00", "", "", "created_at cannot be read" },
		{ { "tracking_id", "1", "delivered_at", "2026-01-10T00:00:00Z" },
		  "2026-01-16 14:00:00", "", "", "created_at is missing" },
		{ { "candidates", "3" }, "2026-01-16 14:00:00", "", "", "several" },
		{ { "never_created", "yes", "processed_at", "2026-01-02T10:00:00Z" },
		  "2026-01-02 04:00:00", "2026-01-02 16:00:00", "2026-01-02 16:00:00", "never created" },
		{ { NULL }, "2026-01-16 14:00:00", "", "", "no times of the load are known" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_window(&cases[i]);
}

/* ---- why a section is not asked ------------------------------------------------------- */

static void test_skip(void **state)
{
	static const struct { const struct section_def *def; const char *facts[8], *reason; } cases[] = {
		{ &section_callbacks, { "tracking_id", "1" }, NULL },
		{ &section_callbacks, { "never_created", "yes" }, "load never created: no tracking id exists" },
		{ &section_carrier_files, { "never_created", "yes" }, "load never created: no tracking id exists" },
		{ &section_callbacks, { "candidates", "3" }, "3 loads match: open one of them" },
		{ &section_callbacks, { "only_attempts", "yes" }, "no tracking id: only creation attempts are known so far" },
		{ &section_callbacks, { NULL }, "Load gave no tracking id" },
		{ &section_creation, { "never_created", "yes" }, NULL },
		{ &section_creation, { NULL }, NULL },
		{ &section_creation, { "candidates", "2" }, "2 loads match: open one of them" },
		{ &section_logs, { "never_created", "yes" }, NULL },
		{ &section_logs, { "candidates", "2" }, "2 loads match: open one of them" },
		/* S28: a load without a carrier is no error. */
		{ &section_network, { "tracking_id", "1", "shipper_id", "s" }, "no carrier on the load" },
		{ &section_network, { "tracking_id", "1", "carrier_id", "c" }, "no shipper on the load" },
		{ &section_network, { "shipper_id", "s", "carrier_id", "c" }, NULL },
		{ &section_network, { "never_created", "yes", "shipper_id", "s" }, "no carrier in the creation attempt" },
		{ &section_network, { NULL }, "Load gave no tracking id" },
		{ &section_ocean_events, { "tracking_id", "1", "mode", "OCEAN" }, NULL },
		{ &section_ocean_events, { "tracking_id", "1", "mode", "Intermodal" }, NULL },
		{ &section_ocean_events, { "tracking_id", "1", "mode", "multimodal" }, NULL },
		{ &section_ocean_events, { "tracking_id", "1" }, NULL },
		{ &section_ocean_events, { "tracking_id", "1", "mode", "DY", "container_number", "X" }, NULL },
		{ &section_ocean_events, { "tracking_id", "1", "mode", "TL" }, "not an ocean load: mode TL, no container" },
		{ &section_ocean_events, { "never_created", "yes" }, "load never created: no tracking id exists" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct facts f = FACTS_INIT;
		char reason[REASON_MAX] = "";

		for (size_t k = 0; cases[i].facts[k]; k += 2)
			facts_set(&f, cases[i].facts[k], cases[i].facts[k + 1], "load");
		assert_int_equal((cases[i].def->skip)(&f, reason), cases[i].reason != NULL);
		if (cases[i].reason)
			assert_string_equal(reason, cases[i].reason);
		facts_release(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
