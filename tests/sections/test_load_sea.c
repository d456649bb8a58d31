/* The sections on demand about shipments at sea, and about cases: what each answer of the
 * services says at three in the morning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

#define NOW "2026-01-23 14:22:07"

static size_t row_of(struct section_rows *r, const char *column, const char *value)
{
	size_t i = 0;

	while (i < r->section.rows.rows && strcmp(section_text(r, i, column), value) != 0)
		i++;
	if (i == r->section.rows.rows)
		fail_msg("no row with %s %s", column, value);
	return i;
}

static void says(struct section_rows *r, const char *fact, const char *value, enum mark mark, const char *note)
{
	size_t row = row_of(r, "fact", fact);

	assert_string_equal(section_text(r, row, "value"), value);
	assert_int_equal(section_mark(r, row), mark);
	if (note ? !strstr(section_text(r, row, "note"), note) : strcmp(section_text(r, row, "note"), "NULL") != 0)
		fail_msg("%s: %s", fact, section_text(r, row, "note"));
}

static bool told(struct section_rows *r, const char *fact)
{
	for (size_t i = 0; i < r->section.rows.rows; i++)
		if (strcmp(section_text(r, i, "fact"), fact) == 0)
			return true;
	return false;
}

/* ---- ocean configuration ------------------------------------------------------------------ */

#define WELL \
	"tracking_source", "RPA", "primary_identifier", "booking_number", "identifier_value", "HLC1", \
	"subscription_id", "HALCYON_BOOKING_NUMBER_HLC1", "subscription_known", "1", "carrier_code", "HLCU", \
	"carrier_name", "Halcyon", "portal_url", "https://p.example"

static void test_all_is_well(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, WELL, "subscription_status", "ACTIVE", "credentials_status", "valid", "scraping_enabled",
		    "true", "last_scrape_at", "2026-01-23T10:22:07Z", "recent_errors", "0", NULL);
	section_finish(&r);
	says(&r, "tracked by", "RPA", MARK_FINE, "a crawler");
	says(&r, "identifier", "HLC1", MARK_FINE, "by booking_number");
	says(&r, "carrier", "Halcyon", MARK_FINE, "code HLCU");
	says(&r, "subscription", "HALCYON_BOOKING_NUMBER_HLC1", MARK_FINE, NULL);
	says(&r, "status", "ACTIVE", MARK_FINE, NULL);
	says(&r, "scraping", "yes", MARK_FINE, NULL);
	says(&r, "credentials", "valid", MARK_FINE, NULL);
	says(&r, "last scrape", "4.0 h ago", MARK_FINE, NULL);
	says(&r, "recent errors", "0", MARK_FINE, NULL);
	says(&r, "portal", "https://p.example", MARK_FINE, "by hand");
	assert_string_equal(section_summary(&r), "0 problems, tracked by RPA, HLC1, subscription ACTIVE, "
			    "last scrape 4.0 h ago");
	/* Only one of them says when something happened. */
	assert_string_equal(section_text(&r, row_of(&r, "fact", "last scrape"), "at"), "2026-01-23T10:22:07Z");
	assert_string_equal(section_text(&r, 0, "at"), "NULL");
	section_rows_release(&r);
}

static void test_a_subscription_that_does_nothing(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, WELL, "subscription_status", "expired", "credentials_status", "locked", "scraping_enabled",
		    "false", "last_scrape_at", "2026-01-19T10:22:07Z", "recent_errors", "7", NULL);
	section_finish(&r);
	says(&r, "status", "expired", MARK_PROBLEM, "not active");
	says(&r, "scraping", "no", MARK_PROBLEM, "switched off");
	says(&r, "credentials", "locked", MARK_PROBLEM, "cannot log in");
	says(&r, "last scrape", "4 d ago", MARK_PROBLEM, "every 6 h is usual");
	says(&r, "recent errors", "7", MARK_DOUBT, "JT history");
	section_rows_release(&r);
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, WELL, "last_scrape_at", "2026-01-23T00:22:07Z", NULL);
	section_finish(&r);
	says(&r, "last scrape", "14.0 h ago", MARK_DOUBT, "every 6 h is usual");
	section_rows_release(&r);
}

static void test_what_is_missing(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "tracking_source", "JT", NULL);
	section_finish(&r);
	says(&r, "identifier", "NULL", MARK_PROBLEM, "no identifier");
	says(&r, "subscription", "NULL", MARK_PROBLEM, "nobody crawls");
	section_rows_release(&r);
	/* Nobody crawls for a carrier that sends messages: that is no problem. */
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "tracking_source", "EDI", "identifier_value", "B1", NULL);
	section_finish(&r);
	says(&r, "subscription", "NULL", MARK_FINE, "none is needed");
	section_rows_release(&r);
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "primary_identifier", "container_number", "identifier_value", "CSQU3054384", NULL);
	section_finish(&r);
	says(&r, "tracked by", "NULL", MARK_PROBLEM, "nothing is expected");
	says(&r, "identifier", "CSQU3054384", MARK_DOUBT, "check digit");
	section_rows_release(&r);
}

/* Asked and absent is not the same as not answered. */
static void test_a_subscription_that_is_gone(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "tracking_source", "RPA", "identifier_value", "B1", "subscription_id", "S1",
		    "subscription_known", "false", NULL);
	section_finish(&r);
	says(&r, "subscription", "S1", MARK_PROBLEM, "does not know it any more");
	assert_false(told(&r, "last scrape"));
	section_rows_release(&r);
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "tracking_source", "RPA", "identifier_value", "B1", "subscription_id", "S1", NULL);
	section_finish(&r);
	says(&r, "subscription", "S1", MARK_FINE, NULL);
	assert_false(told(&r, "last scrape"));
	section_rows_release(&r);
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "tracking_source", "RPA", "identifier_value", "B1", "subscription_id", "S1",
		    "subscription_known", "true", NULL);
	section_finish(&r);
	says(&r, "last scrape", "NULL", MARK_PROBLEM, "never");
	section_rows_release(&r);
}

static void test_other_services_tell_other_facts(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "config_id", "55", "tracking_source", "RPA", "active", "false", "multi_source", "true",
		    "sources", "[\"RPA\",\"EDI\"]", "identifier_booking", "B1", NULL);
	section_finish(&r);
	says(&r, "active", "no", MARK_PROBLEM, "not tracked");
	says(&r, "booking", "B1", MARK_FINE, NULL);
	says(&r, "sources", "RPA, EDI", MARK_FINE, "several");
	assert_false(told(&r, "subscription"));
	section_rows_release(&r);
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, "load_exists", "true", "tracking_active", "false", "subscription_valid", "false",
		    "recent_updates", "false", "diagnostics", "no events", NULL);
	section_finish(&r);
	says(&r, "load exists", "yes", MARK_FINE, NULL);
	says(&r, "tracking active", "no", MARK_PROBLEM, "nothing is tracked");
	says(&r, "recent updates", "no", MARK_DOUBT, "nothing came");
	says(&r, "diagnostics", "no events", MARK_FINE, NULL);
	assert_false(told(&r, "tracked by"));
	section_rows_release(&r);
}

static void test_what_the_history_is_asked_by(void **state)
{
	struct section_rows r;
	struct facts f = FACTS_INIT;
	char reason[REASON_MAX];

	(void)state;
	facts_set(&f, "tracking_id", "1", "");
	facts_set(&f, "mode", "OCEAN", "");
	assert_true((section_jt_history.skip)(&f, reason));
	assert_string_equal(reason, "no subscription is known");
	section_rows_init(&r, &section_ocean_config, NOW);
	section_row(&r, WELL, NULL);
	section_finish(&r);
	r.section.def = &section_ocean_config;
	assert_false(section_ocean_config.learn(&r.section, &section_ocean_config.steps[0], &f));
	assert_string_equal(facts_get(&f, "subscription_id"), "HALCYON_BOOKING_NUMBER_HLC1");
	assert_string_equal(facts_get(&f, "tracking_source"), "RPA");
	assert_string_equal(facts_get(&f, "carrier_code"), "HLCU");
	assert_false((section_jt_history.skip)(&f, reason));
	facts_set(&f, "subscription_id", NULL, "");
	facts_set(&f, "tracking_source", "EDI", "");
	assert_true((section_jt_history.skip)(&f, reason));
	assert_string_equal(reason, "tracked by EDI, without a subscription");
	/* Who knows of no subscriptions says nothing by naming none. */
	section_ocean_config.learn(&r.section, &section_ocean_config.steps[1], &f);
	facts_set(&f, "subscription_id", NULL, "");
	assert_true((section_jt_history.skip)(&f, reason));
	assert_string_equal(reason, "no subscription is known");
	facts_set(&f, "mode", "TL", "");
	assert_true((section_ocean_config.skip)(&f, reason));
	assert_string_equal(reason, "not an ocean load: mode TL, no container");
	section_rows_release(&r);
	facts_release(&f);
}

/* ---- JT history ------------------------------------------------------------------------------ */

static void judges(struct section_rows *r, const char *id, const char *result, const char *note)
{
	size_t row = row_of(r, "event_id", id);

	assert_string_equal(section_text(r, row, "result"), result);
	assert_int_equal(section_mark(r, row), strcmp(result, "delivered") == 0 ? MARK_FINE : MARK_PROBLEM);
	if (!strstr(section_text(r, row, "note"), note))
		fail_msg("%s: %s", id, section_text(r, row, "note"));
}

static void test_crawled_is_held_against_delivered(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_jt_history, NOW);
	section_row(&r, "event_id", "same", "scraped_at", "2026-01-23 08:00:00", "status", "success", "crawled_at",
		    "2026-01-22T08:00:00Z", "delivered_at", "2026-01-22T10:00:00+02:00", NULL);
	section_row(&r, "event_id", "later", "scraped_at", "2026-01-23 02:00:00", "status", "SUCCESS", "crawled_at",
		    "2026-01-22T08:00:00Z", "delivered_at", "2026-01-30T08:00:00Z", NULL);
	section_row(&r, "event_id", "lost", "scraped_at", "2026-01-22 20:00:00", "crawled_at",
		    "2026-01-22T08:00:00Z", NULL);
	section_row(&r, "event_id", "vessel", "scraped_at", "2026-01-22 14:00:00", "status", "ok", "crawled_at",
		    "2026-01-22T08:00:00Z", "delivered_at", "2026-01-22T08:00:00Z", "crawled",
		    "{\"event_time\":\"2026-01-22T08:00:00Z\",\"vessel\":\"A\",\"voyage\":1,\"only\":2}", "delivered",
		    "{\"eventTime\":\"x\",\"vessel\":\"B\",\"voyage\":1}", NULL);
	section_row(&r, "event_id", "unknown", "scraped_at", "2026-01-22 08:00:00", "status", "REFERENCE_NOT_FOUND",
		    NULL);
	section_row(&r, "event_id", "unmapped", "scraped_at", "2026-01-22 02:00:00", "status", "error", "error",
		    "NEW_UNMAPPED_ERROR", NULL);
	section_row(&r, "event_id", "broken", "scraped_at", "2026-01-21 20:00:00", "status",
		    "Something went wrong while fetching event history", NULL);
	section_row(&r, "event_id", "odd", "scraped_at", "2026-01-21 14:00:00", "status", "E42", NULL);
	section_finish(&r);
	judges(&r, "same", "delivered", "NULL");
	judges(&r, "later", "differs", "delivered 8d later than crawled");
	judges(&r, "lost", "not delivered", "lost on the way");
	judges(&r, "vessel", "differs", "delivered otherwise: vessel");
	judges(&r, "unknown", "failed", "does not know the identifier");
	judges(&r, "unmapped", "failed", "has it changed?");
	judges(&r, "broken", "failed", "did not give its history");
	judges(&r, "odd", "failed", "the scrape failed");
	assert_string_equal(section_summary(&r), "8 scrapes, 4 failed (50 %), 1 not delivered, 2 delivered otherwise, "
			    "last good 6.4 h ago, about every 6h");
	section_rows_release(&r);
}

static void test_events_of_one_scrape_are_one_scrape(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_jt_history, NOW);
	for (const char *id = "abc"; *id; id++)
		section_row(&r, "event_id", id, "scraped_at", "2026-01-23 08:22:07", "status", "success", NULL);
	section_row(&r, "event_id", "x", "scraped_at", "2026-01-23 02:22:07", "status", "E42", NULL);
	section_row(&r, "event_id", "y", "scraped_at", "2026-01-23 02:22:07", "status", "E42", NULL);
	section_row(&r, "event_id", "z", "status", "E42", NULL);
	section_finish(&r);
	assert_string_equal(section_summary(&r), "3 scrapes, 2 failed (66 %), last good 6.0 h ago, about every 6h");
	section_rows_release(&r);
}

/* ---- cases -------------------------------------------------------------------------------------- */

static void test_open_cases_are_marked(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_cases, NOW);
	section_row(&r, "number", "1", "closed", "true", "updated_at", "2026-01-23T08:00:00.000+0000", NULL);
	section_row(&r, "number", "2", "closed", "false", "updated_at", "2026-01-23T10:22:07.000+0000", NULL);
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "number"), "2");
	assert_int_equal(section_mark(&r, 0), MARK_DOUBT);
	assert_int_equal(section_mark(&r, 1), MARK_FINE);
	assert_string_equal(section_summary(&r), "2 cases, 1 open, newest change 4.0 h ago");
	section_rows_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_well),
		cmocka_unit_test(test_a_subscription_that_does_nothing),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_a_subscription_that_is_gone),
		cmocka_unit_test(test_other_services_tell_other_facts),
		cmocka_unit_test(test_what_the_history_is_asked_by),
		cmocka_unit_test(test_crawled_is_held_against_delivered),
		cmocka_unit_test(test_events_of_one_scrape_are_one_scrape),
		cmocka_unit_test(test_open_cases_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
