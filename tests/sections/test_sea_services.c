/* Ocean configuration, JT history and cases, asked on demand through the engine of the
 * services' stand-ins: who is asked after whom, and what is said when somebody is down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/client.h"
#include "sections/load/load.h"
#include "tests/support/ocean_fakes.h"
#include "tests/support/salesforce_fake.h"
#include "tests/support/stores.h"

#define SECRET "canary-7f3a"

static const char loads[] =
	"{\"loads\":[{\"id\":726100801,\"loadNumber\":\"NB-1\",\"status\":\"In Transit\",\"loadMode\":\"OCEAN\","
	"\"containerNumber\":\"CSQU3054383\",\"createdAt\":\"2026-01-14T12:00:00Z\"}]}";

static const char sea[] =
	"{\"configs\":{\"726100801\":{\"primary_identifier\":\"booking_number\",\"identifier_value\":\"B1\","
	"  \"subscription_id\":\"S1\",\"tracking_source\":\"RPA\",\"subscription_status\":\"active\"}},"
	"\"subscriptions\":{\"S1\":{\"carrier_name\":\"Halcyon\",\"credentials_status\":\"valid\",\"enabled\":true,"
	"  \"last_scrape_timestamp\":\"2026-01-23T10:00:00Z\"}},"
	"\"supers\":{\"726100801\":{\"id\":55,\"trackingMethod\":\"RPA\",\"is_active\":true}},"
	"\"identifiers\":{\"55\":{\"booking_number\":\"B1\"}},"
	"\"checklists\":{\"726100801\":{\"load_exists\":true,\"tracking_active\":false}},"
	"\"histories\":{\"S1\":[{\"event_id\":\"e1\",\"timestamp\":\"2026-01-23T10:00:00Z\",\"event_code\":\"VD\","
	"  \"status\":\"success\",\"crawled_output\":{\"event_time\":\"2026-01-22T08:00:00Z\"},"
	"  \"response\":{\"event_time\":\"2026-01-30T08:00:00Z\"}}]}}";

static const char cases[] =
	"[{\"Id\":\"500A\",\"CaseNumber\":\"00812044\",\"Subject\":\"No updates\",\"Load_ID__c\":\"726100801\","
	"  \"CreatedDate\":\"2026-01-22T08:00:00.000+0000\",\"IsClosed\":\"false\"}]";

enum { TRACKING, DATAHUB, SUPER, JT, VENDOR, SALESFORCE, SERVICES };

static struct ocean_fake fakes[SERVICES];
static struct salesforce_fake salesforce;
static struct api_simulator *apis[SERVICES];
static struct buf config;
static struct opened o;

static void serve(size_t i, void (*service)(void *, const struct loopback_call *, struct api_reply *), void *ctx)
{
	struct api_options options = { .service = service, .service_ctx = ctx, .data = i == TRACKING ? loads : NULL };
	struct err e = { 0 };

	apis[i] = api_simulator_start(&options, &e);
	if (!apis[i])
		fail_msg("%s", e.text);
}

static void put_source(const char *name, size_t api, const char *settings)
{
	buf_printf(&config, "  %s: { url: 'http://127.0.0.1:%u', %s }\n", name, api_simulator_port(apis[api]), settings);
}

#define GIVEN "{ command: \"printf %s " SECRET "\" }"

static void put_config(void)
{
	static const char *const asked[] = { "tracking", "ocean", "datahub", "super", "jt", "jt_vendor", "salesforce" };

	config = (struct buf)BUF_INIT;
	buf_puts(&config, "now: 2026-01-23T14:22:07Z\nsources:\n");
	for (size_t i = 0; i < workspace_load.nsources; i++) {
		size_t k = 0;

		while (k < sizeof asked / sizeof *asked && strcmp(asked[k], workspace_load.sources[i].name) != 0)
			k++;
		if (k == sizeof asked / sizeof *asked)
			buf_printf(&config, "  %s: { enabled: false }\n", workspace_load.sources[i].name);
	}
	put_source("tracking", TRACKING, "auth: none");
	put_source("ocean", DATAHUB, "user: svc, password: " GIVEN);
	put_source("datahub", DATAHUB, "token: " GIVEN);
	put_source("super", SUPER, "token: " GIVEN);
	put_source("jt", JT, "user: svc, password: " GIVEN);
	put_source("jt_vendor", VENDOR, "user: svc, password: " GIVEN);
	put_source("salesforce", SALESFORCE, "client_id: id, client_secret: " GIVEN);
}

static int start(void **state)
{
	(void)state;
	for (size_t i = DATAHUB; i <= VENDOR; i++)
		fakes[i] = (struct ocean_fake){ .data = json_loads(sea, 0, NULL), .user = "svc", .password = SECRET,
						.token = SECRET, .key = SECRET, .vendor = i == VENDOR };
	salesforce = (struct salesforce_fake){ .cases = json_loads(cases, 0, NULL), .client_id = "id",
					       .client_secret = SECRET };
	serve(TRACKING, NULL, NULL);
	serve(DATAHUB, datahub_fake, &fakes[DATAHUB]);
	serve(SUPER, super_fake, &fakes[SUPER]);
	serve(JT, jt_fake, &fakes[JT]);
	serve(VENDOR, jt_fake, &fakes[VENDOR]);
	serve(SALESFORCE, salesforce_fake, &salesforce);
	put_config();
	opened_start(&o, buf_str(&config), "726100801");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	opened_end(&o);
	buf_release(&config);
	for (size_t i = 0; i < SERVICES; i++) {
		api_simulator_stop(apis[i]);
		json_decref(fakes[i].data);
	}
	salesforce_fake_release(&salesforce);
	return 0;
}

static bool is_over(struct opened *opened, void *ctx)
{
	const struct section *s = opened_section(opened, ctx);

	return section_state_final(s->state) && s->state != SECTION_UNASKED;
}

static const struct section *ask(const char *id)
{
	struct err e = { 0 };
	size_t i = 0;

	while (strcmp(workspace_load.sections[i]->id, id) != 0)
		i++;
	if (!engine_ask(o.engine, o.inv, i, NULL, &e))
		fail_msg("%s", e.text);
	opened_run(&o, is_over, (void *)(uintptr_t)id);
	return opened_section(&o, id);
}

static void is_state(const struct section *s, enum section_state state, const char *reason)
{
	if (s->state != state || !strstr(s->reason, reason))
		fail_msg("%s: %s (%s)", s->def->id, section_state_word(s->state), s->reason);
}

/* ---- all is well ---------------------------------------------------------------------------- */

static void test_the_history_asks_for_the_subscription_first(void **state)
{
	const struct section *s = ask("jt_history");

	(void)state;
	is_state(s, SECTION_OK, "");
	assert_int_equal(s->rows.rows, 1);
	assert_true(cell_is(section_cell(s, 0, "result"), "differs"));
	assert_true(cell_is(section_cell(s, 0, "note"), "delivered 8d later than crawled"));
	assert_string_equal(s->answered_by, "jt");
	assert_int_equal(opened_section(&o, "ocean_config")->state, SECTION_OK);
	assert_int_equal(api_simulator_count(apis[SUPER], ""), 0);
	assert_int_equal(api_simulator_count(apis[VENDOR], ""), 0);
}

static void test_cases(void **state)
{
	const struct section *s = ask("cases");

	(void)state;
	is_state(s, SECTION_OK, "");
	assert_int_equal(s->rows.rows, 1);
	assert_int_equal(salesforce.tokens, 1);
	for (size_t i = 0; i < s->ntrail; i++)
		if (s->trail[i]->sent && strstr(s->trail[i]->sent, "canary"))
			fail_msg("%s", s->trail[i]->sent);
}

/* ---- somebody is down ------------------------------------------------------------------------- */

static void test_the_subscription_cannot_be_asked(void **state)
{
	const struct section *s;

	(void)state;
	api_simulator_fault(apis[DATAHUB], "/v1/subscriptions/", "422");
	s = ask("ocean_config");
	is_state(s, SECTION_PARTIAL, "HTTP 422");
	assert_true(s->rows.rows > 0);
	is_state(ask("jt_history"), SECTION_OK, "");
}

static void test_without_datahub_nothing_is_known_of_subscriptions(void **state)
{
	const struct section *s;

	(void)state;
	api_simulator_fault(apis[DATAHUB], "/v1/tracking/", "422");
	s = ask("ocean_config");
	is_state(s, SECTION_OK, "HTTP 422");
	assert_true(s->fallback);
	assert_string_equal(s->answered_by, "super");
	is_state(ask("jt_history"), SECTION_SKIPPED, "no subscription is known");
	assert_int_equal(api_simulator_count(apis[JT], ""), 0);
}

static void test_the_checklist_is_the_last(void **state)
{
	const struct section *s;

	(void)state;
	json_object_clear(json_object_get(fakes[DATAHUB].data, "configs"));
	json_object_clear(json_object_get(fakes[SUPER].data, "supers"));
	s = ask("ocean_config");
	is_state(s, SECTION_OK, "");
	assert_string_equal(s->answered_by, "datahub");
	assert_true(cell_is(section_cell(s, 1, "note"), "nothing is tracked"));
}

static void test_who_cannot_be_asked_is_looked_at_by_hand(void **state)
{
	(void)state;
	api_simulator_fault(apis[JT], "", "422");
	api_simulator_fault(apis[VENDOR], "", "422");
	is_state(ask("jt_history"), SECTION_FAILED, "look at the carrier's portal by hand");
}

static void test_the_vendor_answers_instead(void **state)
{
	const struct section *s;

	(void)state;
	api_simulator_fault(apis[JT], "", "422");
	s = ask("jt_history");
	is_state(s, SECTION_OK, "HTTP 422");
	assert_string_equal(s->answered_by, "jt_vendor");
	assert_true(s->fallback);
}

#define T(f) cmocka_unit_test_setup_teardown(test_##f, start, stop)

static int start_all(void **state)
{
	struct err e = { 0 };

	(void)state;
	return clients_init(&e) ? 0 : -1;
}

static int stop_all(void **state)
{
	(void)state;
	clients_release();
	return 0;
}

/* With the questions that are built in. */
static void test_health_is_an_answer_to_us(void **state)
{
	(void)state;
	opened_check(&o);
	for (size_t i = 0; i < engine_sources(o.engine); i++) {
		const struct source_status *s = engine_source(o.engine, i);

		if (s->source->configured && !s->healthy)
			fail_msg("%s: %s", s->source->name, s->check_err.text);
	}
}

static void test_health_is_no_answer_to_others(void **state)
{
	(void)state;
	for (size_t i = DATAHUB; i <= VENDOR; i++)
		fakes[i].user = fakes[i].token = fakes[i].key = "another";
	salesforce.client_secret = "another";
	opened_check(&o);
	for (size_t i = 0; i < engine_sources(o.engine); i++) {
		const struct source_status *s = engine_source(o.engine, i);

		if (s->source->configured && strcmp(s->source->name, "tracking") != 0 &&
		    (s->healthy || s->check_err.kind != ERR_AUTH))
			fail_msg("%s: %s", s->source->name, s->check_err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_history_asks_for_the_subscription_first),
		T(cases),
		T(the_subscription_cannot_be_asked),
		T(without_datahub_nothing_is_known_of_subscriptions),
		T(the_checklist_is_the_last),
		T(who_cannot_be_asked_is_looked_at_by_hand),
		T(the_vendor_answers_instead),
		T(health_is_an_answer_to_us),
		T(health_is_no_answer_to_others),
	};

	return cmocka_run_group_tests(tests, start_all, stop_all);
}
