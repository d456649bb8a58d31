/* The mappings of DataHub, Super API, JT and Salesforce against their stand-ins: what a
 * load's answers become, what is asked about a row, and what each refusal becomes. */
#include "clients/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sections/config.h"
#include "tests/support/api_simulator.h"
#include "tests/support/client_fixture.h"
#include "tests/support/ocean_fakes.h"
#include "tests/support/salesforce_fake.h"

#define SUBSCRIPTION "HALCYON_BOOKING_NUMBER_HLC26010440"
#define SECRET "canary-7f3a"

static const char data[] =
	"{\"configs\":{\"726100801\":{\"primary_identifier\":\"booking_number\",\"identifier_value\":\"HLC26010440\","
	"  \"subscription_id\":\"" SUBSCRIPTION "\",\"tracking_source\":\"RPA\",\"carrier_code\":\"HLCU\","
	"  \"subscription_status\":\"active\",\"config\":{\"poll\":6}},"
	" \"2\":{\"primary_identifier\":\"container\",\"identifier_value\":\"X\",\"tracking_source\":\"EDI\"},"
	" \"3\":{\"subscription_id\":\"GONE\",\"tracking_source\":\"JT\"}},"
	"\"subscriptions\":{\"" SUBSCRIPTION "\":{\"carrier_name\":\"Halcyon\",\"portal_url\":\"https://p.example\","
	"  \"credentials_status\":\"valid\",\"last_scrape_timestamp\":\"2026-01-23T10:00:00Z\",\"enabled\":true,"
	"  \"recent_error_count\":3}},"
	"\"checklists\":{\"726100801\":{\"load_exists\":true,\"tracking_active\":false,\"subscription_valid\":true,"
	"  \"recent_updates\":false,\"basic_diagnostics\":\"no events for 2 d\"}},"
	"\"supers\":{\"726100801\":{\"id\":55,\"containerNumber\":\"HLXU8120447\",\"loadNumber\":\"N\","
	"  \"trackingMethod\":\"RPA\",\"is_active\":true,\"multi_source\":false,\"sources\":[\"RPA\",\"EDI\"]}},"
	"\"identifiers\":{\"55\":{\"container_number\":\"HLXU8120447\",\"booking_number\":\"HLC26010440\"}},"
	"\"histories\":{\"" SUBSCRIPTION "\":["
	" {\"event_id\":\"e1\",\"timestamp\":\"2026-01-23T04:00:00Z\",\"event_code\":\"VD\",\"status\":\"success\","
	"  \"crawled_output\":{\"event_time\":\"2026-01-22T08:00:00Z\",\"vessel\":\"A\"},"
	"  \"response\":{\"event_time\":\"2026-01-30T08:00:00Z\"}},"
	" {\"event_id\":\"e2\",\"timestamp\":\"2026-01-22T22:00:00Z\",\"status\":\"REFERENCE_NOT_FOUND\"}]}}";

/* ---- what a test has at hand ------------------------------------------------------------ */

struct talk {
	struct ocean_fake fake;
	struct api_simulator *api;
	struct source *source;
	void *conn;
	struct record got;
	struct err e;
};

typedef void service_fn(void *, const struct loopback_call *, struct api_reply *);

static void begin(struct talk *t, service_fn *service, const char *auth, const char *given)
{
	struct api_options o = { .service = service, .service_ctx = &t->fake };
	char url[64];

	*t = (struct talk){ .fake = { .data = json_loads(data, 0, NULL), .user = "svc", .password = SECRET,
				      .token = SECRET, .key = SECRET } };
	assert_non_null(t->fake.data);
	t->api = api_simulator_start(&o, &t->e);
	assert_non_null(t->api);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", api_simulator_port(t->api));
	setenv("TEST_SECRET", given, 1);
	t->source = source_make(&rest_ops, "source", "url", url, "auth", auth, "user", "svc", "password",
				"env:TEST_SECRET", "token", "env:TEST_SECRET", "header_name", "X-Super-Key", NULL);
	t->conn = rest_ops.open(t->source, &t->e);
	assert_non_null(t->conn);
	record_init(&t->got);
}

static void end(struct talk *t)
{
	record_release(&t->got);
	rest_ops.close(t->conn);
	source_free(t->source);
	api_simulator_stop(t->api);
	json_decref(t->fake.data);
}

/* The text of a built-in mapping; the caller frees. */
static char *built_in(const char *name)
{
	char path[128];
	const struct embedded *f;

	snprintf(path, sizeof(path), "sections/queries/rest/%s.yaml", name);
	f = embedded_find(path);
	assert_non_null(f);
	return strndup(f->data, f->len);
}

static bool run(void *conn, const char *name, const char *id, const char *subscription, struct record *got,
		struct err *e)
{
	const struct param params[] = {
		{ "tracking_id", id }, { "identifier", id }, { "subscription_id", subscription },
		{ "from", "2025-12-24 14:22:07" }, { "to", "2026-01-23 14:22:07" },
	};
	char *text = built_in(name);
	struct query q = { .name = name, .text = text, .params = params,
			   .nparams = sizeof(params) / sizeof(*params), .deadline = in_ms(20000) };
	bool ok;

	record_release(got);
	record_init(got);
	*e = (struct err){ 0 };
	ok = rest_ops.run(conn, &q, NULL, &got->sink, e);
	free(text);
	return ok;
}

static bool ask(struct talk *t, const char *name, const char *id, const char *subscription)
{
	return run(t->conn, name, id, subscription, &t->got, &t->e);
}

static void gives(struct talk *t, const char *name, const char *id, const char *rows)
{
	if (!ask(t, name, id, SUBSCRIPTION))
		fail_msg("%s", t->e.text);
	assert_string_equal(buf_str(&t->got.rows), rows);
}

static void fails(struct talk *t, const char *name, enum err_kind kind, const char *says)
{
	if (ask(t, name, "726100801", SUBSCRIPTION))
		fail_msg("it worked, not \"%s\"", says);
	if (t->e.kind != kind || !strstr(t->e.text, says) || strstr(t->e.text, SECRET))
		fail_msg("%s: %s", err_word(t->e.kind), t->e.text);
}

/* ---- configuration ------------------------------------------------------------------------ */

#define NO_SUBSCRIPTION "<null>|<null>|<null>|<null>|<null>|<null>"

static void test_a_configuration_and_its_subscription(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, datahub_fake, "basic", SECRET);
	gives(&t, "ocean_config", "726100801",
	      "booking_number|HLC26010440|" SUBSCRIPTION "|active|RPA|HLCU|{\"poll\":6}|"
	      "Halcyon|https://p.example|valid|2026-01-23T10:00:00Z|true|3|true\n");
	assert_int_equal(api_simulator_count(t.api, "/v1/subscriptions/" SUBSCRIPTION), 1);
	assert_non_null(strstr(buf_str(&t.got.sent), "/v1/subscriptions/" SUBSCRIPTION " (basic as svc)"));
	/* Without one there is nothing to ask about. */
	gives(&t, "ocean_config", "2", "container|X|<null>|<null>|EDI|<null>|<null>|" NO_SUBSCRIPTION "|<null>\n");
	assert_int_equal(api_simulator_count(t.api, "/v1/subscriptions/"), 1);
	/* Of one that is gone somebody has said so. */
	gives(&t, "ocean_config", "3", "<null>|<null>|GONE|<null>|JT|<null>|<null>|" NO_SUBSCRIPTION "|false\n");
	gives(&t, "ocean_config", "999", "");
	assert_int_equal(t.got.ncolumns, 14);
	end(&t);
}

static void test_a_configuration_stays_without_its_subscription(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, datahub_fake, "basic", SECRET);
	api_simulator_fault(t.api, "/v1/subscriptions/", "503");
	assert_false(ask(&t, "ocean_config", "726100801", NULL));
	assert_int_equal(t.e.kind, ERR_REMOTE);
	assert_string_equal(buf_str(&t.got.rows), "booking_number|HLC26010440|" SUBSCRIPTION "|active|RPA|HLCU|"
			    "{\"poll\":6}|" NO_SUBSCRIPTION "|<null>\n");
	/* Another attempt would bring the row twice. */
	assert_false(t.e.transient);
	api_simulator_fault(t.api, "/v1/subscriptions/", "malformed");
	assert_false(ask(&t, "ocean_config", "726100801", NULL));
	assert_int_equal(t.e.kind, ERR_DECODE);
	assert_int_equal(t.got.nrows, 1);
	end(&t);
}

static void test_an_id_cannot_leave_its_segment(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, datahub_fake, "basic", SECRET);
	json_object_set_new(json_object_get(json_object_get(t.fake.data, "configs"), "3"), "subscription_id",
			    json_string("../tracking/config/2"));
	assert_false(ask(&t, "ocean_config", "3", NULL));
	assert_int_equal(t.e.kind, ERR_CONFIG);
	assert_int_equal(t.got.nrows, 1);
	assert_int_equal(api_simulator_count(t.api, ""), 1);
	end(&t);
}

static void test_super_api_and_checklist(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, super_fake, "header", SECRET);
	gives(&t, "super/ocean_config", "726100801",
	      "55|HLXU8120447|RPA|true|false|[\"RPA\",\"EDI\"]|HLXU8120447|HLC26010440|<null>|<null>|<null>\n");
	gives(&t, "super/ocean_config", "999", "");
	end(&t);
	begin(&t, super_fake, "header", "wrong");
	fails(&t, "super/ocean_config", ERR_AUTH, "HTTP 401: Unauthorized");
	end(&t);
	begin(&t, datahub_fake, "bearer", SECRET);
	gives(&t, "datahub/ocean_config", "726100801", "true|false|true|false|no events for 2 d\n");
	gives(&t, "datahub/ocean_config", "999", "");
	end(&t);
}

static void test_wrong_passwords(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, datahub_fake, "basic", "wrong");
	fails(&t, "ocean_config", ERR_AUTH, "HTTP 401: Unauthorized");
	assert_int_equal(api_simulator_count(t.api, ""), 1);
	end(&t);
	begin(&t, jt_fake, "basic", "wrong");
	fails(&t, "jt_history", ERR_AUTH, "HTTP 401: Unauthorized");
	end(&t);
}

/* ---- JT ------------------------------------------------------------------------------------- */

static void test_a_history(void **state)
{
	static const char *const names[] = { "jt_history", "jt_vendor/jt_history" };
	struct talk t;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(&t, jt_fake, "basic", SECRET);
		t.fake.vendor = i == 1;
		gives(&t, names[i], NULL,
		      "e1|2026-01-23T04:00:00Z|VD|success|2026-01-22T08:00:00Z|2026-01-30T08:00:00Z|<null>|"
		      "{\"event_time\":\"2026-01-22T08:00:00Z\",\"vessel\":\"A\"}|"
		      "{\"event_time\":\"2026-01-30T08:00:00Z\"}\n"
		      "e2|2026-01-22T22:00:00Z|<null>|REFERENCE_NOT_FOUND|<null>|<null>|<null>|<null>|<null>\n");
		if (i == 1)
			assert_int_equal(api_simulator_count(t.api, "/api/v1/ocean/subscriptions/" SUBSCRIPTION
							     "/history?from_date=2025-12-24&to_date=2026-01-23"), 1);
		/* Each refuses the other's words. */
		t.fake.vendor = i == 0;
		fails(&t, names[i], ERR_REMOTE, i == 0 ? "must be YYYY-MM-DD" : "days must be 1 to 90");
		end(&t);
	}
}

static void test_a_subscription_that_nobody_knows(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, jt_fake, "basic", SECRET);
	assert_true(ask(&t, "jt_history", NULL, "NONE"));
	assert_int_equal(t.got.nrows, 0);
	end(&t);
}

static void test_fifty_a_minute(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, jt_fake, "basic", SECRET);
	t.fake.left = 50;
	for (size_t i = 0; i < 50; i++)
		assert_true(ask(&t, "jt_history", NULL, SUBSCRIPTION));
	fails(&t, "jt_history", ERR_QUOTA, "HTTP 429: 50 requests per minute");
	assert_true(t.e.transient);
	assert_int_equal(t.e.retry_after_ms, 21000);
	end(&t);
}

/* ---- Salesforce ------------------------------------------------------------------------------ */

static const char cases[] =
	"[{\"Id\":\"500A\",\"CaseNumber\":\"00812044\",\"Subject\":\"No updates\",\"Status\":\"New\",\"Priority\":\"High\","
	"  \"CreatedDate\":\"2026-01-22T08:00:00.000+0000\",\"LastModifiedDate\":\"2026-01-23T08:00:00.000+0000\","
	"  \"IsClosed\":\"false\",\"Owner.Name\":\"ISBO\",\"Account.Name\":\"Norbrook\",\"Load_ID__c\":\"726100801\"},"
	" {\"Id\":\"500B\",\"CaseNumber\":\"00799001\",\"Subject\":\"Old\",\"Load_ID__c\":\"726100801\","
	"  \"CreatedDate\":\"2026-01-02T08:00:00.000+0000\"},"
	" {\"Id\":\"500C\",\"CaseNumber\":\"00799002\",\"Subject\":\"Else\",\"Load_ID__c\":\"1\","
	"  \"CreatedDate\":\"2026-01-03T08:00:00.000+0000\"}]";

#define NEW_CASE "00812044|No updates|New|High|2026-01-22T08:00:00.000+0000|2026-01-23T08:00:00.000+0000|false|ISBO|" \
		 "Norbrook|<null>|726100801|<null>|<null>|<null>|500A\n"
#define OLD_CASE "00799001|Old|<null>|<null>|2026-01-02T08:00:00.000+0000|<null>|<null>|<null>|<null>|<null>|" \
		 "726100801|<null>|<null>|<null>|500B\n"

static void test_cases(void **state)
{
	struct salesforce_fake fake = { .cases = json_loads(cases, 0, NULL), .client_id = "id",
					.client_secret = SECRET, .page = 1 };
	const struct api_options o = { .service = salesforce_fake, .service_ctx = &fake };
	struct err e = { 0 };
	struct api_simulator *api = api_simulator_start(&o, &e);
	struct record got;
	struct source *s;
	char url[64];
	void *conn;

	(void)state;
	assert_non_null(api);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", api_simulator_port(api));
	setenv("TEST_SECRET", SECRET, 1);
	s = source_make(&rest_ops, "salesforce", "url", url, "auth", "oauth", "token_url", "/services/oauth2/token",
			"client_id", "id", "client_secret", "env:TEST_SECRET", NULL);
	conn = rest_ops.open(s, &e);
	assert_non_null(conn);
	record_init(&got);
	if (!run(conn, "cases", "726100801", NULL, &got, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&got.rows), NEW_CASE OLD_CASE);
	if (!run(conn, "cases_by_number", "00812044", NULL, &got, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&got.rows), NEW_CASE);
	if (!run(conn, "cases_by_number", "' OR Subject != '", NULL, &got, &e))
		fail_msg("%s", e.text);
	assert_int_equal(got.nrows, 0);
	fake.used_up = true;
	assert_false(run(conn, "cases", "726100801", NULL, &got, &e));
	assert_int_equal(e.kind, ERR_QUOTA);
	assert_non_null(strstr(e.text, "requests of the day are used up"));
	record_release(&got);
	rest_ops.close(conn);
	source_free(s);
	api_simulator_stop(api);
	salesforce_fake_release(&fake);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_a_configuration_and_its_subscription),
	cmocka_unit_test(test_a_configuration_stays_without_its_subscription),
	cmocka_unit_test(test_an_id_cannot_leave_its_segment),
	cmocka_unit_test(test_super_api_and_checklist),
	cmocka_unit_test(test_wrong_passwords),
	cmocka_unit_test(test_a_history),
	cmocka_unit_test(test_a_subscription_that_nobody_knows),
	cmocka_unit_test(test_fifty_a_minute),
	cmocka_unit_test(test_cases),
};

int main(void)
{
	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
