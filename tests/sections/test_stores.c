/* The same load from real servers and from the embedded database: one picture.
 * Only what was asked, and how long it took, may differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "sections/ask.h"
#include "sections/config.h"
#include "tests/support/stores.h"

static struct stores stores;
/* Without some sources their seconds answer: the warehouse for the APIs, the copy in
 * ClickHouse for the warehouse, the ocean API for the logs. */
enum { WITH_ALL, WITHOUT_APIS, WITHOUT_WAREHOUSE, WITHOUT_LOGS, SETUPS };
static const char *const off[SETUPS] = { NULL, "tracking company", "redshift", "signoz" };
static struct buf servers[SETUPS], embedded[SETUPS];

/* ---- comparing --------------------------------------------------------------------- */

enum { SHOWN = 12 };     /* differences of one load that are printed */

static void tell(const char *path, json_t *a, json_t *b)
{
	char *left = a ? json_dumps(a, JSON_ENCODE_ANY) : NULL;
	char *right = b ? json_dumps(b, JSON_ENCODE_ANY) : NULL;

	print_error("  %s\n    servers:  %.400s\n    embedded: %.400s\n", path, left ? left : "(absent)",
		    right ? right : "(absent)");
	free(left);
	free(right);
}

static size_t differences(const char *path, json_t *a, json_t *b, size_t told);

static size_t object_differences(const char *path, json_t *a, json_t *b, size_t told)
{
	char deeper[300];
	const char *key;
	json_t *v;

	json_object_foreach(a, key, v) {
		snprintf(deeper, sizeof deeper, "%s.%s", path, key);
		told = differences(deeper, v, json_object_get(b, key), told);
	}
	json_object_foreach(b, key, v) {
		snprintf(deeper, sizeof deeper, "%s.%s", path, key);
		if (!json_object_get(a, key))
			told = differences(deeper, NULL, v, told);
	}
	return told;
}

static size_t array_differences(const char *path, json_t *a, json_t *b, size_t told)
{
	size_t n = json_array_size(a) > json_array_size(b) ? json_array_size(a) : json_array_size(b);
	char deeper[300];

	for (size_t i = 0; i < n; i++) {
		snprintf(deeper, sizeof deeper, "%s[%zu]", path, i);
		told = differences(deeper, json_array_get(a, i), json_array_get(b, i), told);
	}
	return told;
}

static size_t differences(const char *path, json_t *a, json_t *b, size_t told)
{
	if (json_is_object(a) && json_is_object(b))
		return object_differences(path, a, b, told);
	if (json_is_array(a) && json_is_array(b))
		return array_differences(path, a, b, told);
	if (a && b && json_equal(a, b))
		return told;
	if (told < SHOWN)
		tell(path, a, b);
	return told + 1;
}

/* The trail keeps its shape: who was asked, for what, and with what result. */
static void drop_timings(json_t *doc)
{
	static const char *const timings[] = { "kind", "query", "started", "ms", "bytes", "id" };
	size_t i, k;
	json_t *section, *attempt;

	json_array_foreach(json_object_get(doc, "sections"), i, section) {
		json_array_foreach(json_object_get(section, "trail"), k, attempt) {
			for (size_t t = 0; t < sizeof timings / sizeof *timings; t++)
				json_object_del(attempt, timings[t]);
		}
	}
}

static json_t *look(const struct buf *config, const char *load)
{
	struct opened o;
	struct err e = { 0 };
	json_t *doc;

	opened_start(&o, buf_str(config), load);
	/* The one on demand that these stores answer. */
	assert_true(engine_ask(o.engine, o.inv, (size_t)(opened_section(&o, "similar") - o.inv->sections), NULL, &e));
	opened_run(&o, NULL, NULL);
	doc = opened_json(&o);
	opened_end(&o);
	drop_timings(doc);
	return doc;
}

static size_t count_rows(json_t *doc)
{
	size_t i, n = 0;
	json_t *section;

	json_array_foreach(json_object_get(doc, "sections"), i, section)
		n += json_array_size(json_object_get(section, "rows"));
	return n;
}

/* Returns how many rows there were. */
static size_t compare(size_t setup, const char *id, const char *typed, size_t *wrong)
{
	json_t *a = look(&servers[setup], typed), *b = look(&embedded[setup], typed);
	size_t told = differences(id, a, b, 0), rows = count_rows(b);

	if (told > 0)
		print_error("%s %s: %zu differences\n", id, typed, told);
	*wrong += told > 0;
	json_decref(a);
	json_decref(b);
	return rows;
}

/* ---- what is compared ---------------------------------------------------------------- */

static size_t compare_scenarios(size_t setup)
{
	const struct embedded *f = embedded_find("sections/demo/scenarios.yaml");
	struct err e = { 0 };
	struct doc *doc = doc_parse(f->data, f->len, "scenarios", &e);
	const struct doc_node *list = doc_get(doc_root(doc), "scenarios");
	size_t wrong = 0, rows = 0;

	assert_true(doc_count(list) > 25);
	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *n = doc_item(list, i);

		rows += compare(setup, doc_str(doc_get(n, "id")), doc_str(doc_get(n, "load")), &wrong);
	}
	doc_free(doc);
	assert_int_equal(wrong, 0);
	return rows;
}

static void test_every_scenario(void **state)
{
	(void)state;
	assert_true(compare_scenarios(WITH_ALL) > 500);
}

static void test_every_scenario_without_the_apis(void **state)
{
	(void)state;
	assert_true(compare_scenarios(WITHOUT_APIS) > 300);
}

static void test_every_scenario_without_the_warehouse(void **state)
{
	(void)state;
	assert_true(compare_scenarios(WITHOUT_WAREHOUSE) > 500);
}

static void test_every_scenario_without_the_logs(void **state)
{
	(void)state;
	assert_true(compare_scenarios(WITHOUT_LOGS) > 400);
}

/* Whatever a person may type instead of the id. */
static void test_other_identifiers(void **state)
{
	static const char *const typed[] = {
		"NB-2026-004417", "HLXU8120447", "hlxu8120447", "HLC26010440", "HLCURTM260104401",
		"PRO204418877", "204418877", "2026-004417", "000000000", "CR-OC-20145", "  726100801 ",
	};
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		compare(WITH_ALL, "typed", typed[i], &wrong);
		compare(WITHOUT_APIS, "typed", typed[i], &wrong);
	}
	assert_int_equal(wrong, 0);
}

/* ---- what the servers show -------------------------------------------------------------- */

static json_t *section_of(json_t *doc, const char *id)
{
	size_t i;
	json_t *section;

	json_array_foreach(json_object_get(doc, "sections"), i, section) {
		if (strcmp(json_string_value(json_object_get(section, "id")), id) == 0)
			return section;
	}
	fail_msg("no section %s", id);
	return NULL;
}

static const char *text_of(json_t *doc, const char *id, const char *member)
{
	const char *s = json_string_value(json_object_get(section_of(doc, id), member));

	return s ? s : "";
}

static size_t rows_with(json_t *doc, const char *id, const char *column, const char *value)
{
	size_t i, n = 0;
	json_t *row;

	json_array_foreach(json_object_get(section_of(doc, id), "rows"), i, row) {
		const char *s = json_string_value(json_object_get(row, column));

		n += s && strcmp(s, value) == 0;
	}
	return n;
}

/* So that two equal nothings do not pass for a picture. */
static void test_callback_outage(void **state)
{
	json_t *doc = look(&servers[WITH_ALL], "726100801");

	(void)state;
	assert_string_equal(text_of(doc, "load", "state"), "ok");
	assert_string_equal(text_of(doc, "load", "source"), "tracking");
	assert_string_equal(text_of(doc, "network", "source"), "company");
	assert_string_equal(text_of(doc, "creation", "source"), "redshift");
	assert_string_equal(text_of(doc, "carrier_files", "source"), "redshift");
	assert_string_equal(text_of(doc, "callbacks", "source"), "rewind");
	assert_string_equal(text_of(doc, "ocean_events", "source"), "signoz");
	assert_int_equal(rows_with(doc, "callbacks", "result", "failed"), 47);
	assert_int_equal(rows_with(doc, "network", "external_id", "NBF-HLC"), 1);
	assert_true(rows_with(doc, "carrier_files", "matched_load_id", "726100801") >= 5);
	assert_true(rows_with(doc, "ocean_events", "copies", "4") == 1);
	json_decref(doc);
}

static void test_similar_loads_are_counted(void **state)
{
	json_t *doc = look(&servers[WITH_ALL], "U110045871");

	(void)state;
	assert_string_equal(text_of(doc, "similar", "state"), "ok");
	assert_int_equal(rows_with(doc, "similar", "kind", "window"), 1);
	assert_int_equal(rows_with(doc, "similar", "waiting", "567"), 1);
	assert_int_equal(rows_with(doc, "similar", "loads", "567"), 1);
	assert_int_equal(rows_with(doc, "similar", "kind", "day"), 6);
	assert_int_equal(rows_with(doc, "similar", "kind", "load"), 20);
	/* The load itself is counted, but is no example. */
	assert_int_equal(rows_with(doc, "similar", "tracking_id", "728300142"), 0);
	json_decref(doc);
}

static void test_the_ocean_api_answers_for_the_logs(void **state)
{
	json_t *doc = look(&servers[WITHOUT_LOGS], "726100801");

	(void)state;
	assert_string_equal(text_of(doc, "ocean_events", "state"), "ok");
	assert_string_equal(text_of(doc, "ocean_events", "source"), "ocean");
	assert_true(rows_with(doc, "ocean_events", "event_code", "VD") >= 1);
	json_decref(doc);
}

static bool trace_settled(struct opened *o, void *ctx)
{
	(void)ctx;
	return section_state_final(opened_section(o, "ocean_trace")->state) &&
	       opened_section(o, "ocean_trace")->state != SECTION_UNASKED;
}

/* Asked about the record of the ocean event whose message it was. */
static void follow_message(const struct buf *config, const char *correlation)
{
	struct section *events, *trace;
	struct subject about;
	struct opened o;
	struct err e = { 0 };
	size_t row = 0;

	opened_start(&o, buf_str(config), "726100801");
	opened_run(&o, NULL, NULL);
	events = opened_section(&o, "ocean_events");
	trace = opened_section(&o, "ocean_trace");
	while (!cell_is(section_cell(events, row, "correlation_id"), correlation))
		assert_true(++row < events->rows.rows);
	assert_true(subject_take(&about, &trace->def->asks[0], events, row));
	assert_true(engine_ask(o.engine, o.inv, (size_t)(trace - o.inv->sections), &about, &e));
	opened_run(&o, trace_settled, NULL);
	if (trace->state != SECTION_OK)
		fail_msg("%s", trace->reason);
	assert_int_equal(trace->rows.rows, 3);
	assert_true(cell_is(section_cell(trace, 0, "service"), "integrations-worker"));
	assert_true(cell_is(section_cell(trace, 1, "event_code"), "AE"));
	assert_true(cell_is(section_cell(trace, 2, "outcome"), "rejected"));
	opened_end(&o);
}

static void test_a_message_is_followed(void **state)
{
	(void)state;
	follow_message(&servers[WITH_ALL], "7d41c09be2a5");
	follow_message(&embedded[WITH_ALL], "7d41c09be2a5");
}

static void test_thousand_lines(void **state)
{
	json_t *doc = look(&servers[WITH_ALL], "729388812");

	(void)state;
	assert_string_equal(text_of(doc, "ocean_events", "state"), "ok");
	assert_int_equal(json_array_size(json_object_get(section_of(doc, "ocean_events"), "rows")), 2);
	assert_int_equal(rows_with(doc, "ocean_events", "copies", "959"), 1);
	json_decref(doc);
}

static void test_nothing_anywhere(void **state)
{
	struct opened o;

	(void)state;
	opened_start(&o, buf_str(&servers[WITH_ALL]), "NB-55120093");
	opened_run(&o, NULL, NULL);
	assert_int_equal(opened_section(&o, "load")->state, SECTION_EMPTY);
	assert_int_equal(investigation_exit_code(o.inv), EXIT_NOT_FOUND);
	opened_end(&o);
}

static void test_every_server_is_well(void **state)
{
	struct opened o;
	size_t well = 0, told = 0;

	(void)state;
	opened_start(&o, buf_str(&servers[WITH_ALL]), "726100801");
	opened_check(&o);
	for (size_t i = 0; i < engine_sources(o.engine); i++) {
		const struct source_status *s = engine_source(o.engine, i);

		if (s->source->configured && !s->healthy)
			fail_msg("%s: %s", s->source->name, s->check_err.text);
		if (strcmp(s->source->name, "redshift") == 0)
			assert_non_null(strstr(s->health.server, "PostgreSQL 15"));
		if (strcmp(s->source->name, "signoz") == 0)
			assert_non_null(strstr(s->health.server, "18.16"));
		well += s->healthy;
		told += s->healthy && s->freshness.newest != TIME_NONE;
		if (s->freshness.err.kind != ERR_NONE)
			fail_msg("%s: %s", s->source->name, s->freshness.err.text);
	}
	assert_int_equal(well, 6);
	assert_int_equal(told, 3);                              /* redshift, signoz, rewind */
	opened_end(&o);
}

/* ---- set-up --------------------------------------------------------------------------------- */

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (!stores_installed()) {
		print_message("skipped: PostgreSQL 15 or ClickHouse is not installed\n");
		exit(0);
	}
	if (!stores_start(&stores, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	for (size_t i = 0; i < SETUPS; i++) {
		const struct stores_options o = { .off = off[i] };

		servers[i] = stores_servers(&stores, &o);
		embedded[i] = stores_embedded(&stores, &o);
	}
	return 0;
}

static int stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETUPS; i++) {
		buf_release(&servers[i]);
		buf_release(&embedded[i]);
	}
	stores_stop(&stores);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_scenario),
		cmocka_unit_test(test_every_scenario_without_the_apis),
		cmocka_unit_test(test_every_scenario_without_the_warehouse),
		cmocka_unit_test(test_every_scenario_without_the_logs),
		cmocka_unit_test(test_other_identifiers),
		cmocka_unit_test(test_callback_outage),
		cmocka_unit_test(test_similar_loads_are_counted),
		cmocka_unit_test(test_the_ocean_api_answers_for_the_logs),
		cmocka_unit_test(test_a_message_is_followed),
		cmocka_unit_test(test_thousand_lines),
		cmocka_unit_test(test_nothing_anywhere),
		cmocka_unit_test(test_every_server_is_well),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
