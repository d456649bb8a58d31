/* Sections that are asked only when somebody opens them, as the keys do it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"

enum { TICKETS = 7, OTHERS = 8, TICKETS_BASE = 9, OTHERS_BASE = 10 };

static const struct section *section(int i)
{
	return app_section(&fc.app, i);
}

static void settle(void)
{
	fake_case_settle(&fc);
	app_update(&fc.app);
}

static void test_opened_by_its_name(void **state)
{
	(void)state;
	assert_int_equal(section(TICKETS)->state, SECTION_UNASKED);
	assert_true(shows("7/7 sections"));
	type("tickets");
	assert_int_equal(fc.app.desk->base, TICKETS_BASE);
	assert_true(shows("8 sections"));
	settle();
	assert_true(shows("RELATED TICKETS  2 rows"));
	assert_true(shows("on demand"));
	assert_true(shows("JT-1187"));
	/* What was asked is not asked again by going there. */
	press("0");
	type("section tickets");
	assert_int_equal(section(TICKETS)->ntrail, 1);
	assert_int_equal(section(TICKETS)->state, SECTION_OK);
	type("oth");
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
}

static void test_opened_by_its_title(void **state)
{
	(void)state;
	type("related tickets ");
	assert_int_equal(fc.app.desk->base, TICKETS_BASE);
	type("Other");
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
	/* No verb begins so, and more than one section has these letters. */
	type("tes");
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
	type("ts");
	assert_true(shows("section 'ts' may be tickets, others"));
	/* What a verb begins with stays the verbs'. */
	type("so");
	assert_true(shows("command 'so' may be"));
}

static void test_opened_from_the_list(void **state)
{
	(void)state;
	press("d");
	assert_true(shows("ON DEMAND"));
	assert_true(shows("tickets that name this load"));
	press("j");
	assert_true(shows("other loads of the same carrier that wait too"));
	assert_int_equal(section(OTHERS)->state, SECTION_UNASKED);
	press("Enter");
	settle();
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
	assert_int_equal(section(OTHERS)->state, SECTION_OK);
	assert_int_equal(section(TICKETS)->state, SECTION_UNASKED);
	type("more");
	assert_true(shows("ON DEMAND"));
	/* What is selected there can be asked for without going there. */
	press("r");
	settle();
	assert_int_equal(section(TICKETS)->state, SECTION_OK);
	assert_true(shows("ON DEMAND"));
}

/* Numbers keep their meaning; the way round passes what was asked. */
static void test_where_it_stands(void **state)
{
	(void)state;
	press("8");
	assert_true(app_at_timeline(&fc.app));
	press("Tab");
	assert_int_equal(fc.app.desk->base, 0);
	type("others");
	settle();
	press("8 Tab");
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
	press("Tab");
	assert_int_equal(fc.app.desk->base, 0);
	press("S-Tab");
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
	press("S-Tab");
	assert_true(app_at_timeline(&fc.app));
	assert_int_equal(section(TICKETS)->state, SECTION_UNASKED);
	press("[");
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
	assert_int_equal(rail_at(&fc.app, 2, fc.app.layout.rail.y + 9), OTHERS_BASE);
	assert_int_equal(rail_at(&fc.app, 2, fc.app.layout.rail.y + 10), -1);
}

static void test_left_out_until_then(void **state)
{
	(void)state;
	press("R");
	settle();
	assert_int_equal(section(TICKETS)->state, SECTION_UNASKED);
	assert_true(shows("7/7 sections"));
	press("A");
	assert_int_equal(section(TICKETS)->follow.state, FOLLOW_OFF);
	assert_true(shows("of 7 sections are followed"));
	press("A b");
	assert_true(shows("OPEN LOADS"));
	assert_false(shows("asking"));
	press("q w");
	assert_false(shows("Other loads"));
}

static void test_asked_about_a_record(void **state)
{
	(void)state;
	press("5 j L");
	assert_true(shows("tickets about this error"));
	assert_true(shows("tickets about this address"));
	press("G k Enter");
	settle();
	assert_int_equal(fc.app.desk->base, TICKETS_BASE);
	assert_true(shows("about \"Failed to open TCP connection to hooks"));
	assert_string_equal(section(TICKETS)->about,
	                    "Failed to open TCP connection to hooks.norbrook-foods.example:443");
	/* About another one. */
	press("5 j");
	type("lookup tickets");
	assert_true(shows("about \"HTTP 503 Service"));
	settle();
	assert_int_equal(section(TICKETS)->ntrail, 1);
	/* About what is typed. */
	type("lookup tickets gone   away");
	settle();
	assert_string_equal(section(TICKETS)->about, "gone   away");
	assert_string_equal(facts_get(&fc.app.desk->inv->facts, "tickets_error"), "gone   away");
	/* And about none. */
	type("lookup tickets all");
	settle();
	assert_string_equal(section(TICKETS)->about, "");
	assert_false(shows("about \""));
}

static void test_why_it_cannot_be_asked(void **state)
{
	(void)state;
	press("5");
	type("lookup others");
	assert_true(shows("Other loads cannot be asked about this record"));
	press("7");
	type("lookup tickets");
	assert_true(shows("there is no record to look up"));
	type("lookup callbacks all");
	assert_true(shows("Callbacks is always asked"));
	type("lookup others frobnicate");
	assert_true(shows("Other loads cannot be asked about a text"));
	assert_int_equal(section(TICKETS)->state, SECTION_UNASKED);
	/* A record without it: the row that was sent lately has no error. */
	press("5 g L G k Enter");
	assert_true(shows("tickets about this error: not given here: error"));
	assert_int_equal(section(TICKETS)->state, SECTION_UNASKED);
}

static void test_a_record_opens_its_load(void **state)
{
	(void)state;
	type("others");
	settle();
	press("L");
	assert_true(shows("not given here: tracking id"));
	assert_int_equal(fc.app.ndesks, 1);
	press("j L");
	assert_int_equal(fc.app.ndesks, 2);
	assert_string_equal(fc.app.desk->inv->typed, "714002210");
	press("{");
	assert_int_equal(fc.app.desk->base, OTHERS_BASE);
}

static void test_its_rows_are_like_any_others(void **state)
{
	(void)state;
	type("tickets");
	settle();
	type("filter status:pending");
	assert_true(shows("1 of 2"));
	press("Esc");
	type("sort -number");
	press("g Enter");
	assert_true(shows("T2  record 2 of 2"));
	press("q p");
	assert_true(shows("company"));
	press("q x");
	assert_true(shows("Related tickets is not being asked for"));
	press("m a 0 ' a");
	assert_int_equal(fc.app.desk->base, TICKETS_BASE);
	press("a");
	assert_int_equal(section(TICKETS)->follow.state, FOLLOW_ON);
}

static void test_in_the_overview(void **state)
{
	(void)state;
	assert_true(shows("on demand  2 not asked, d lists them"));
	type("tickets");
	settle();
	press("0");
	assert_true(shows("on demand  Related tickets"));
	assert_true(shows("1 not asked (d)"));
	/* The overview itself goes over those with a number. */
	press("G Enter");
	assert_int_equal(fc.app.desk->base, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, open_case, close_case)
		T(opened_by_its_name),
		T(opened_by_its_title),
		T(opened_from_the_list),
		T(where_it_stands),
		T(left_out_until_then),
		T(asked_about_a_record),
		T(why_it_cannot_be_asked),
		T(a_record_opens_its_load),
		T(its_rows_are_like_any_others),
		T(in_the_overview),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
