/* From a record to those that it has to do with, as the keys do it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"

static void assert_at(int section, const char *ref)
{
	char out[REF_MAX];
	size_t row;

	assert_int_equal(fc.app.desk->base, section);
	assert_int_equal(fc.app.desk->depth, 0);
	assert_true(section_pane_selected(fc.app.desk->panes[section - 1], &row));
	assert_string_equal(section_pane_ref(fc.app.desk->panes[section - 1], row, out), ref);
}

static void test_several_are_chosen_from(void **state)
{
	(void)state;
	press("5 j L");
	assert_true(shows("RELATED  to Callbacks C11"));
	assert_true(shows("O3  VD Halifax"));
	assert_true(shows("F4  matched halcyon_3"));
	/* Those that lead nowhere say why. */
	assert_true(shows("failed: sign"));
	press("j Enter");
	assert_at(4, "F4");
	assert_true(shows("F4: the last file before it"));
	press("[");
	assert_int_equal(fc.app.desk->base, 5);
}

static void test_one_is_gone_to(void **state)
{
	(void)state;
	/* Both jumps lead to one record: there is nothing to choose. */
	press("6 G L");
	assert_at(5, "C5");
	assert_true(shows("C5: the first callback after it, the nearest of 8"));
	/* From its own view, too. */
	press("6 G Enter L");
	assert_at(5, "C5");
	press("6 G");
	type("related");
	assert_at(5, "C5");
}

static void test_why_not(void **state)
{
	(void)state;
	press("4 L");
	assert_true(shows("the load of its identifiers: none of 1 row"));
	press("1 L");
	assert_true(shows("Load lead nowhere"));
	press("7 L");
	assert_true(shows("there is no record"));
	press("5 G L j j Enter");
	assert_true(shows("what was logged just then: failed: "));
	assert_int_equal(fc.app.desk->depth, 1);
	press("j Enter");
	assert_true(shows("the attempt to create: none: "));
}

static void test_a_filter_that_hides_it_is_left(void **state)
{
	(void)state;
	press("5");
	type("filter result:failed");
	press("6 G L");
	assert_at(5, "C5");
	assert_true(shows("its filter is off now"));
	assert_false(shows("result:failed"));
}

/* Where rows may come yet, their absence is not taken for an answer. */
static void test_an_answer_that_is_not_complete(void **state)
{
	(void)state;
	press("5 G L Enter");
	assert_true(shows("none of 3 rows within 24h; not all are known"));
	press("j Enter");
	assert_true(shows("none of 4 rows within 24h"));
}

static void test_the_choice_follows_its_record(void **state)
{
	(void)state;
	press("5 j L");
	fake_case_play("gone");
	press("r");
	fake_case_settle(&fc);
	app_update(&fc.app);
	assert_true(shows("not in the answer any more"));
	press("Enter j Enter");
	assert_int_equal(fc.app.desk->depth, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_several_are_chosen_from, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_one_is_gone_to, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_why_not, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_filter_that_hides_it_is_left, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_an_answer_that_is_not_complete, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_the_choice_follows_its_record, open_case, close_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
