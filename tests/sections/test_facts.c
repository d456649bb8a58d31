#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sections/facts.h"
#include "sections/state.h"

static void test_set_get_forget(void **state)
{
	struct facts f = FACTS_INIT;

	(void)state;
	assert_null(facts_get(&f, "carrier"));
	assert_true(facts_set(&f, "carrier", "ardent", "network"));
	assert_true(facts_set(&f, "shipper", "norbrook", "load"));
	assert_true(facts_set(&f, "pro", "PRO1", "load"));
	assert_string_equal(facts_get(&f, "carrier"), "ardent");
	assert_string_equal(f.items[0].from, "network");

	assert_true(facts_set(&f, "carrier", "halcyon", ""));
	assert_int_equal(f.n, 3);
	assert_string_equal(facts_get(&f, "carrier"), "halcyon");
	assert_string_equal(f.items[0].from, "");

	assert_true(facts_set(&f, "carrier", "", "load"));
	assert_null(facts_get(&f, "carrier"));
	assert_true(facts_set(&f, "shipper", NULL, "load"));
	assert_true(facts_set(&f, "never known", NULL, "load"));
	assert_int_equal(f.n, 1);
	assert_string_equal(facts_get(&f, "pro"), "PRO1");

	facts_clear(&f);
	assert_int_equal(f.n, 0);
	assert_null(facts_get(&f, "pro"));
	assert_true(facts_set(&f, "pro", "PRO2", "load"));
	facts_release(&f);
	assert_null(f.items);
}

static void test_cells(void **state)
{
	struct facts f = FACTS_INIT;
	struct cell part = { "TCNU4410027 and more", 11 };

	(void)state;
	assert_true(facts_set_cell(&f, "container", part, "load"));
	assert_string_equal(facts_get(&f, "container"), "TCNU4410027");
	assert_true(facts_set_cell(&f, "container", CELL_NULL, "load"));
	assert_null(facts_get(&f, "container"));
	facts_release(&f);
}

static void test_times(void **state)
{
	struct facts f = FACTS_INIT;

	(void)state;
	assert_true(facts_set(&f, "created", "2026-01-23 14:20:31", "load"));
	assert_true(facts_set(&f, "odd", "soon", "load"));
	assert_int_equal(facts_time(&f, "created"), INT64_C(1769178031) * USEC_SEC);
	assert_true(facts_time(&f, "odd") == TIME_NONE);
	assert_true(facts_time(&f, "absent") == TIME_NONE);
	facts_release(&f);
}

static void test_limits(void **state)
{
	struct facts f = FACTS_INIT;
	char name[FACT_NAME_MAX + 1];

	(void)state;
	memset(name, 'a', FACT_NAME_MAX);
	name[FACT_NAME_MAX] = '\0';
	assert_false(facts_set(&f, name, "x", "load"));
	name[FACT_NAME_MAX - 1] = '\0';
	assert_true(facts_set(&f, name, "x", "load"));
	for (int i = 1; i < FACTS_MAX; i++) {
		snprintf(name, sizeof(name), "fact_%d", i);
		assert_true(facts_set(&f, name, "x", "load"));
	}
	assert_false(facts_set(&f, "one_more", "x", "load"));
	assert_true(facts_set(&f, "fact_7", "changed", "load"));
	assert_true(facts_set(&f, "fact_8", NULL, "load"));
	assert_true(facts_set(&f, "one_more", "x", "load"));
	assert_string_equal(facts_get(&f, "fact_7"), "changed");
	assert_string_equal(facts_get(&f, "fact_95"), "x");
	facts_release(&f);
}

/* The words are a contract: a change here is a change for every consumer. */
static void test_state_words(void **state)
{
	static const char *const words[] = {
		"waiting", "queued", "running", "ok", "empty", "partial", "skipped", "failed",
		"unavailable", "cancelled", "not_asked",
	};
	static const char *const outcomes[] = {
		"queued", "running", "ok", "empty", "partial", "failed", "paused", "unavailable",
		"skipped", "cancelled",
	};

	(void)state;
	assert_int_equal(SECTION_STATE_COUNT, sizeof(words) / sizeof(words[0]));
	for (unsigned i = 0; i < SECTION_STATE_COUNT; i++) {
		assert_string_equal(section_state_word((enum section_state)i), words[i]);
		assert_in_range(strlen(section_state_rail((enum section_state)i)), 2, 4);
		assert_int_equal(section_state_final((enum section_state)i), i > 2);
	}
	assert_string_equal(section_state_word(SECTION_STATE_COUNT), "");
	assert_string_equal(section_state_rail(SECTION_STATE_COUNT), "");
	assert_int_equal(ATTEMPT_OUTCOME_COUNT, sizeof(outcomes) / sizeof(outcomes[0]));
	for (unsigned i = 0; i < ATTEMPT_OUTCOME_COUNT; i++)
		assert_string_equal(attempt_outcome_word((enum attempt_outcome)i), outcomes[i]);
	assert_string_equal(attempt_outcome_word(ATTEMPT_OUTCOME_COUNT), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_get_forget),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_state_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
