#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

static void test_derived(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_load, now);
	section_row(&r, "tracking_id", "726100801", "load_number", "NB-1", "status", "In Transit",
		    "load_mode", "OCEAN", "created_at", "2026-01-14 12:00:00", "updated_at", "",
		    "latest_location", "{\"latitude\":43.619999999999997,\"longitude\":-52.18}",
		    "latest_location_at", "2026-01-23T09:00:00Z", "origin", "{\"city\":\"Rotterdam\",\"country\":\"NL\"}",
		    "destination", "Edison, US", "reference_numbers", "[\"A1\",\"B2\"]",
		    "stops", "[{\"a\":1},{\"a\":2},{\"a\":3}]", "relay_load", "f", NULL);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 1);
	assert_string_equal(section_text(&r, 0, "mode"), "OCEAN");
	assert_string_equal(section_text(&r, 0, "is_ocean"), "true");
	assert_string_equal(section_text(&r, 0, "age_days"), "9");
	assert_string_equal(section_text(&r, 0, "location_freshness"), "stale");
	assert_string_equal(section_text(&r, 0, "latest_location"), "43.62, -52.18");
	assert_string_equal(section_text(&r, 0, "origin"), "Rotterdam, NL");
	assert_string_equal(section_text(&r, 0, "destination"), "Edison, US");
	assert_string_equal(section_text(&r, 0, "reference_numbers"), "A1, B2");
	assert_string_equal(section_text(&r, 0, "stop_count"), "3");
	assert_string_equal(section_text(&r, 0, "created_at"), "2026-01-14T12:00:00Z");
	assert_string_equal(section_text(&r, 0, "updated_at"), "NULL");
	assert_string_equal(section_text(&r, 0, "relay_load"), "false");
	assert_string_equal(section_text(&r, 0, "known_from"), "API");
	assert_int_equal(section_mark(&r, 0), MARK_DOUBT);
	assert_string_equal(section_summary(&r),
			    "In Transit, OCEAN, known from API, created 9 d ago, position is stale");
	section_rows_release(&r);
}

static void test_mode_and_position(void **state)
{
	static const struct { const char *mode, *actual, *container, *at, *delivered, *want, *ocean, *fresh; } cases[] = {
		{ "TL", NULL, NULL, NULL, NULL, "TL", "false", "NULL" },
		{ "TL", "Intermodal", NULL, NULL, NULL, "Intermodal", "true", "NULL" },
		{ NULL, NULL, "C", NULL, NULL, "OCEAN", "true", "NULL" },
		{ NULL, NULL, NULL, NULL, NULL, "NULL", "NULL", "NULL" },
		{ "TL", NULL, NULL, "2026-01-23 13:30:00", NULL, "TL", "false", "fresh" },
		{ "TL", NULL, NULL, "2026-01-23 12:00:00", NULL, "TL", "false", "aging" },
		{ "TL", NULL, NULL, "2026-01-23 05:30:00", NULL, "TL", "false", "stale" },
		{ "TL", NULL, NULL, "2026-01-20 05:30:00", "2026-01-20 06:00:00", "TL", "false", "NULL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_load, now);
		section_row(&r, "tracking_id", "1", "load_mode", cases[i].mode, "actual_load_mode",
			    cases[i].actual, "container_number", cases[i].container,
			    "latest_location_at", cases[i].at, "delivered_at", cases[i].delivered, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "mode"), cases[i].want);
		assert_string_equal(section_text(&r, 0, "is_ocean"), cases[i].ocean);
		assert_string_equal(section_text(&r, 0, "location_freshness"), cases[i].fresh);
		section_rows_release(&r);
	}
}

/* ---- what is learnt ------------------------------------------------------------------ */

static const struct step *step_of(const char *query)
{
	for (size_t i = 0; i < section_load.nsteps; i++) {
		if (strcmp(section_load.steps[i].query, query) == 0)
			return &section_load.steps[i];
	}
	fail_msg("no step %s", query);
	return NULL;
}

struct told {
	struct section_rows rows;
	struct facts facts;
	struct attempt attempts[4];
	struct attempt *trail[4];
};

static void told_init(struct told *t, const char *typed)
{
	struct err e;

	*t = (struct told){ .facts = FACTS_INIT };
	section_rows_init(&t->rows, &section_load, now);
	assert_true(load_identify(typed, &t->facts, &e));
	t->rows.section.trail = t->trail;
}

static void told_release(struct told *t)
{
	section_rows_release(&t->rows);
	facts_release(&t->facts);
}

static void tried(struct told *t, const char *query, enum attempt_outcome outcome)
{
	size_t n = t->rows.section.ntrail++;

	t->attempts[n] = (struct attempt){ .query = query, .outcome = outcome };
	t->trail[n] = &t->attempts[n];
}

static bool learn(struct told *t, const char *answered)
{
	section_finish(&t->rows);
	return section_load.learn(&t->rows.section, step_of(answered), &t->facts);
}

static void test_learn_one(void **state)
{
	struct told t;
	char reason[REASON_MAX];

	(void)state;
	told_init(&t, "726100801");
	section_row(&t.rows, "tracking_id", "726100801", "load_number", "NB-1", "load_mode", "OCEAN",
		    "shipper_id", "norbrook-foods", "carrier_id", "halcyon-line", "created_at",
		    "2026-01-14 12:00:00", "container_number", "HLXU8120447", NULL);
	assert_false(learn(&t, "load_by_id"));
	assert_string_equal(facts_get(&t.facts, "tracking_id"), "726100801");
	assert_string_equal(facts_get(&t.facts, "mode"), "OCEAN");
	assert_string_equal(facts_get(&t.facts, "created_at"), "2026-01-14T12:00:00Z");
	assert_string_equal(facts_get(&t.facts, "container_number"), "HLXU8120447");
	assert_false(section_load.verdict(&t.rows.section, &t.facts, reason));
	told_release(&t);
}

/* S32: a number that looks like an id. The answer names the real id; the API gave it. */
static void test_learn_numeric_load_number(void **state)
{
	struct told t;

	(void)state;
	told_init(&t, "900100200");
	section_row(&t.rows, "tracking_id", "645000111", "load_number", "900100200", NULL);
	assert_false(learn(&t, "load_by_number"));
	assert_string_equal(facts_get(&t.facts, "tracking_id"), "645000111");
	told_release(&t);
}

/* The warehouse knows an id that the API was not asked for: ask again. */
static void test_learn_asks_again(void **state)
{
	static const struct { const char *typed, *answered; bool again; } cases[] = {
		{ "HLXU8120447", "load_by_document", true },
		{ "NB-1", "load_by_identifiers", true },
		{ "NB-1", "load_creation", true },
		{ "645000111", "load_by_identifiers", false },
		{ "NB-1", "load_by_number", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct told t;

		told_init(&t, cases[i].typed);
		section_row(&t.rows, "tracking_id", "645000111", "known_from", "warehouse", NULL);
		assert_int_equal(learn(&t, cases[i].answered), cases[i].again);
		assert_string_equal(facts_get(&t.facts, "tracking_id_candidate"), "645000111");
		assert_false(learn(&t, cases[i].answered));
		told_release(&t);
	}
}

static void test_candidates(void **state)
{
	struct told t;
	char reason[REASON_MAX];

	(void)state;
	told_init(&t, "NB-1");
	section_row(&t.rows, "tracking_id", "1", "load_number", "NB-1", NULL);
	section_row(&t.rows, "tracking_id", "2", "load_number", "NB-1", NULL);
	section_row(&t.rows, "tracking_id", "1", "load_number", "NB-1", NULL);
	section_row(&t.rows, "tracking_id", "3", "load_number", "NB-1", NULL);
	assert_false(learn(&t, "load_by_number"));
	assert_int_equal(t.rows.section.rows.rows, 3);
	assert_null(facts_get(&t.facts, "tracking_id"));
	assert_string_equal(facts_get(&t.facts, "candidates"), "3");
	assert_true(section_load.verdict(&t.rows.section, &t.facts, reason));
	assert_string_equal(reason, "3 loads match; open one of them");
	assert_string_equal(section_summary(&t.rows), "3 loads match");
	told_release(&t);
}

static void attempt_rows(struct told *t)
{
	section_row(&t->rows, "load_number", "S20260102-0087", "status", "Create Failure",
		    "shipper_id", "norbrook-foods", "carrier_id", "unavailable", "processed_at",
		    "2026-01-02 10:00:00", "known_from", "validation mart", NULL);
	section_row(&t->rows, "load_number", "S20260102-0087", "status", "Create Failure",
		    "processed_at", "2026-01-02 09:00:00", "known_from", "validation mart", NULL);
}

/* S4: absent everywhere else, and everybody answered. */
static void test_never_created(void **state)
{
	struct told t;
	char reason[REASON_MAX];

	(void)state;
	told_init(&t, "S20260102-0087");
	attempt_rows(&t);
	tried(&t, "load_by_number", ATTEMPT_EMPTY);
	tried(&t, "load_by_identifiers", ATTEMPT_EMPTY);
	tried(&t, "load_creation", ATTEMPT_OK);
	assert_false(learn(&t, "load_creation"));
	assert_int_equal(t.rows.section.rows.rows, 1);
	assert_string_equal(facts_get(&t.facts, "never_created"), "yes");
	assert_string_equal(facts_get(&t.facts, "processed_at"), "2026-01-02T10:00:00Z");
	assert_string_equal(facts_get(&t.facts, "shipper_id"), "norbrook-foods");
	assert_null(facts_get(&t.facts, "carrier_id"));
	assert_false(section_load.verdict(&t.rows.section, &t.facts, reason));
	assert_int_equal(section_mark(&t.rows, 0), MARK_PROBLEM);
	told_release(&t);
}

/* An API that did not answer proves nothing. */
static void test_never_created_needs_proof(void **state)
{
	static const struct { const char *typed; enum attempt_outcome id, number, warehouse; bool proven; } cases[] = {
		{ "S1", ATTEMPT_SKIPPED, ATTEMPT_EMPTY, ATTEMPT_EMPTY, true },
		{ "S1", ATTEMPT_SKIPPED, ATTEMPT_FAILED, ATTEMPT_EMPTY, false },
		{ "S1", ATTEMPT_SKIPPED, ATTEMPT_UNAVAILABLE, ATTEMPT_EMPTY, false },
		{ "S1", ATTEMPT_SKIPPED, ATTEMPT_PAUSED, ATTEMPT_EMPTY, false },
		{ "S1", ATTEMPT_SKIPPED, ATTEMPT_EMPTY, ATTEMPT_FAILED, false },
		{ "S1", ATTEMPT_SKIPPED, ATTEMPT_SKIPPED, ATTEMPT_EMPTY, false },
		{ "645000111", ATTEMPT_EMPTY, ATTEMPT_EMPTY, ATTEMPT_EMPTY, true },
		{ "645000111", ATTEMPT_FAILED, ATTEMPT_EMPTY, ATTEMPT_EMPTY, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct told t;
		char reason[REASON_MAX];

		told_init(&t, cases[i].typed);
		attempt_rows(&t);
		tried(&t, "load_by_id", cases[i].id);
		tried(&t, "load_by_number", cases[i].number);
		tried(&t, "load_by_identifiers", cases[i].warehouse);
		learn(&t, "load_creation");
		assert_int_equal(facts_get(&t.facts, "never_created") != NULL, cases[i].proven);
		assert_int_equal(section_load.verdict(&t.rows.section, &t.facts, reason), !cases[i].proven);
		told_release(&t);
	}
}

/* A retry that made a load outweighs the attempts that did not. */
static void test_attempt_with_id(void **state)
{
	struct told t;

	(void)state;
	told_init(&t, "S20260102-0087");
	attempt_rows(&t);
	section_row(&t.rows, "tracking_id", "645000111", "status", "Created", "known_from",
		    "validation mart", NULL);
	assert_true(learn(&t, "load_creation"));
	assert_int_equal(t.rows.section.rows.rows, 1);
	assert_string_equal(facts_get(&t.facts, "tracking_id"), "645000111");
	assert_null(facts_get(&t.facts, "never_created"));
	told_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derived),
		cmocka_unit_test(test_mode_and_position),
		cmocka_unit_test(test_learn_one),
		cmocka_unit_test(test_learn_numeric_load_number),
		cmocka_unit_test(test_learn_asks_again),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_never_created),
		cmocka_unit_test(test_never_created_needs_proof),
		cmocka_unit_test(test_attempt_with_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
