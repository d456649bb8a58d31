/* The demonstration: its data is the same every time, complete, and answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/doc.h"
#include "sections/demo.h"
#include "sections/facts.h"
#include "tests/support/fixtures.h"

static struct fixtures fixtures;
static char full_db[200], second_db[200];
static sqlite3 *db;

/* ---- tools --------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *data;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	*len = (size_t)ftell(f);
	rewind(f);
	data = malloc(*len + 1);
	assert_int_equal(fread(data, 1, *len, f), *len);
	data[*len] = '\0';
	fclose(f);
	return data;
}

static void assert_same_file(const char *a, const char *b)
{
	size_t na, nb;
	char *da = read_file(a, &na), *dc = read_file(b, &nb);

	assert_int_equal(na, nb);
	assert_true(memcmp(da, dc, na) == 0);
	free(da);
	free(dc);
}

static sqlite3_stmt *prepare(const char *sql)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	return st;
}

static long number(const char *sql)
{
	sqlite3_stmt *st = prepare(sql);
	long n;

	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = (long)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static struct doc *scenarios(void)
{
	const struct embedded *f = embedded_find("sections/demo/scenarios.yaml");
	struct err e = { 0 };
	struct doc *doc;

	assert_non_null(f);
	doc = doc_parse(f->data, f->len, "scenarios", &e);
	if (!doc)
		fail_msg("%s", e.text);
	return doc;
}

/* ---- the data --------------------------------------------------------------------- */

static void test_same_every_time(void **state)
{
	const char *const args[] = { "sqlite", second_db, NULL };
	struct err e = { 0 };

	(void)state;
	if (!demo_data(args, &e))
		fail_msg("%s", e.text);
	assert_same_file(full_db, second_db);
	unlink(second_db);
}

static void test_counts(void **state)
{
	(void)state;
	assert_int_equal(number("SELECT count(*) FROM api_loads WHERE tracking_id LIKE '620%'"), 2000);
	assert_true(number("SELECT (SELECT count(*) FROM callbacks_v2)"
			   " + (SELECT count(*) FROM distributed_logs)") >= 200000);
	/* Three of four loads are delivered, 7.7 % wait: production's shares, about. */
	assert_in_range(number("SELECT count(*) FROM api_loads WHERE tracking_id LIKE '620%'"
			       " AND status = 'Delivered'"), 1400, 1550);
	assert_in_range(number("SELECT count(*) FROM api_loads WHERE tracking_id LIKE '620%'"
			       " AND status = 'Awaiting Tracking Info'"), 100, 200);
	assert_int_equal(number("SELECT count(*) FROM fact_loads WHERE carrier_id = 'ardent-freight'"
				" AND shipper_id = 'norbrook-foods'"), 848);
}

static void test_size(void **state)
{
	(void)state;
	assert_true(number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") <
		    80 * 1024 * 1024);
}

static void test_nothing_is_from_the_future(void **state)
{
	(void)state;
	assert_int_equal(number("SELECT count(*) FROM callbacks_v2 WHERE ts > '2026-01-23 14:22:07'"), 0);
	assert_int_equal(number("SELECT count(*) FROM distributed_logs"
				" WHERE timestamp > (1 + strftime('%s', '2026-01-23 14:22:07'))"
				" * 1000000000"), 0);
	assert_int_equal(number("SELECT count(*) FROM api_loads WHERE created_at > '2026-01-23 14:22:07'"
				" OR updated_at > '2026-01-23 14:22:07'"), 0);
}

static void test_callback_outage(void **state)
{
	(void)state;
	assert_int_equal(number("SELECT count(*) FROM callbacks_v2 WHERE fk_tracking_id = '726100801'"
				" AND ext_request_status IS NOT NULL"
				" AND ext_request_status NOT LIKE '2__'"), 47);
	assert_int_equal(number("SELECT count(DISTINCT ext_request_status) FROM callbacks_v2"
				" WHERE fk_tracking_id = '726100801' AND error_msg IS NOT NULL"), 3);
	/* The last success was eight and a half hours ago. */
	assert_int_equal(number("SELECT strftime('%s', '2026-01-23 14:22:07') - strftime('%s', max(ts))"
				" FROM callbacks_v2 WHERE fk_tracking_id = '726100801'"
				" AND ext_request_status = '200'"), 8 * 3600 + 1800);
}

static void test_thousand_lines_two_events(void **state)
{
	(void)state;
	assert_int_equal(number("SELECT count(*) FROM distributed_logs"
				" WHERE body LIKE '%:LoadId=>729388812,%'"), 1000);
	assert_int_equal(number("SELECT count(*) FROM api_ocean_events"
				" WHERE container_number = 'BRVU4471204'"), 2);
}

static void test_both_spellings(void **state)
{
	(void)state;
	assert_true(number("SELECT count(*) FROM distributed_logs WHERE body LIKE '%:LoadId=>726100801,%'"
			   " AND body LIKE '%\"event_date_time\"=>%'") > 3);
	assert_true(number("SELECT count(*) FROM distributed_logs WHERE body LIKE '%:LoadId=>726100801,%'"
			   " AND body LIKE '%\"eventDateTime\"=>%'") > 3);
}

static long rows_with(const char *sql, const char *value)
{
	sqlite3_stmt *st = prepare(sql);
	long n;

	sqlite3_bind_text(st, 1, value, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = (long)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void test_every_scenario_is_told(void **state)
{
	static const char *const ids[] = {
		"S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S16", "S17",
		"S20", "S22", "S24", "S27", "S28", "S29", "S30", "S31", "S32",
	};
	struct doc *doc = scenarios();
	const struct doc_node *list = doc_get(doc_root(doc), "scenarios");

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		size_t k = 0;

		while (k < doc_count(list) && strcmp(doc_str(doc_get(doc_item(list, k), "id")), ids[i]) != 0)
			k++;
		if (k == doc_count(list))
			fail_msg("no scenario %s", ids[i]);
	}
	doc_free(doc);
}

static void test_every_scenario_resolves(void **state)
{
	struct doc *doc = scenarios();
	const struct doc_node *list = doc_get(doc_root(doc), "scenarios");

	(void)state;
	for (size_t i = 0; i < doc_count(list); i++) {
		const struct doc_node *n = doc_item(list, i);
		const char *id = doc_str(doc_get(n, "id")), *load = doc_str(doc_get(n, "load"));
		long api = rows_with("SELECT count(*) FROM api_loads"
				     " WHERE tracking_id = ?1 OR load_number = ?1", load);
		long mart = rows_with("SELECT count(*) FROM load_validation_data_mart"
				      " WHERE load_number = ?1", load);
		long wanted = strcmp(id, "X1") == 0 ? 2 : 1;

		if (strcmp(id, "S4") == 0 || doc_get(n, "absent"))
			wanted = 0;
		if (api != wanted)
			fail_msg("%s: %s is known to the API %ld times", id, load, api);
		if (doc_get(n, "absent") && mart)
			fail_msg("%s: %s should be unknown everywhere", id, load);
		if (strcmp(id, "S4") == 0)
			assert_int_equal(mart, 3);
		assert_non_null(doc_str(doc_get(n, "title")));
		assert_non_null(doc_str(doc_get(n, "notice")));
	}
	doc_free(doc);
}

/* ---- the same in every dialect ------------------------------------------------------ */

/* "CREATE TABLE a.b (x text, y bigint)…" has the columns of the table b of schema.sql,
 * in their order. */
static void check_create(const char *line)
{
	const char *p = strchr(line, '.') + 1;
	char name[64], sql[120], column[64];
	sqlite3_stmt *st;

	assert_int_equal(sscanf(p, "%63[a-z0-9_]", name), 1);
	p = strchr(p, '(') + 1;
	snprintf(sql, sizeof sql, "SELECT name FROM pragma_table_info('%s') ORDER BY cid", name);
	st = prepare(sql);
	while (sqlite3_step(st) == SQLITE_ROW) {
		assert_int_equal(sscanf(p, "%63[a-z0-9_]", column), 1);
		if (strcmp(column, (const char *)sqlite3_column_text(st, 0)) != 0)
			fail_msg("%s: %s instead of %s", name, column, sqlite3_column_text(st, 0));
		p += strcspn(p, ",");
		p += strspn(p, ", ");
	}
	sqlite3_finalize(st);
}

static void check_schema(const char *kind, const char *file, size_t tables)
{
	char dir[200], path[260], *text, *at;
	const char *const args[] = { kind, dir, NULL };
	struct err e = { 0 };
	size_t len, n = 0;

	snprintf(dir, sizeof dir, "%s/%s-schema", fixtures.dir, kind);
	snprintf(path, sizeof path, "%s/%s", dir, file);
	if (!demo_data(args, &e))
		fail_msg("%s", e.text);
	text = read_file(path, &len);
	for (at = text; (at = strstr(at, "CREATE TABLE")); at++, n++)
		check_create(at);
	assert_int_equal(n, tables);
	free(text);
}

static void test_other_schemas_have_the_same_columns(void **state)
{
	(void)state;
	check_schema("postgres", "load.sql", 8);
	check_schema("clickhouse", "schema.sql", 4);
}

static void test_api_has_the_same_loads(void **state)
{
	json_t *root = json_load_file(fixtures.api_file, 0, NULL), *load;
	size_t i, ocean = 0;

	(void)state;
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "loads")),
			 number("SELECT count(*) FROM api_loads WHERE tracking_id NOT LIKE '620%'"));
	assert_int_equal(json_array_size(json_object_get(root, "relationships")),
			 number("SELECT count(*) FROM api_relationships"));
	json_array_foreach(json_object_get(root, "loads"), i, load) {
		assert_true(json_is_integer(json_object_get(load, "id")));
		ocean += json_is_string(json_object_get(load, "containerNumber"));
	}
	assert_true(ocean > 10);
	json_decref(root);
}

/* ---- the configuration --------------------------------------------------------------- */

static void test_config(void **state)
{
	struct config c = { 0 };
	struct err e = { 0 };
	struct doc *doc = scenarios();
	const char *text = doc_str(doc_get(doc_root(doc), "now"));
	usec now;

	(void)state;
	if (!demo_config(&c, full_db, &e))
		fail_msg("%s", e.text);
	assert_string_equal(text, FIXTURES_NOW);
	assert_true(time_parse(text, strlen(text), &now));
	assert_true(c.now == now);
	doc_free(doc);
	assert_int_equal(c.nsources, workspace_load.nsources);
	for (size_t i = 0; i < c.nsources; i++) {
		assert_true(c.sources[i].configured);
		assert_string_equal(c.sources[i].client->kind, "sqlite");
		assert_true(source_bool(&c.sources[i], "scripted", false));
		assert_string_equal(source_get(&c.sources[i], "path", ""), full_db);
	}
	config_release(&c);
}

static void test_config_quotes_the_path(void **state)
{
	struct config c = { 0 };
	struct err e = { 0 };

	(void)state;
	if (!demo_config(&c, "/tmp/it's: \\ #odd.db", &e))
		fail_msg("%s", e.text);
	assert_string_equal(source_get(&c.sources[0], "path", ""), "/tmp/it's: \\ #odd.db");
	config_release(&c);
	assert_false(demo_config(&c, "/tmp/a\nb", &e));
	assert_int_equal(e.kind, ERR_CONFIG);
}

/* Every source and query that a script names exists. */
static void test_scripts_name_real_queries(void **state)
{
	sqlite3_stmt *st = prepare("SELECT DISTINCT source, query FROM demo_script"
				   " WHERE query NOT IN ('*', 'check')");
	struct config c = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_true(demo_config(&c, full_db, &e));
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct source *s = config_source(&c, (const char *)sqlite3_column_text(st, 0));
		char *text;

		if (!s)
			fail_msg("no source %s", sqlite3_column_text(st, 0));
		text = query_text(&c, s, (const char *)sqlite3_column_text(st, 1), &e);
		if (!text)
			fail_msg("%s", e.text);
		free(text);
	}
	sqlite3_finalize(st);
	config_release(&c);
}

/* Every step of every section has a query that the database understands. */
static void test_every_step_can_be_asked(void **state)
{
	struct config c = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_true(demo_config(&c, full_db, &e));
	for (size_t i = 0; i < workspace_load.nsections; i++) {
		const struct section_def *def = workspace_load.sections[i];

		for (size_t k = 0; k < def->nsteps; k++) {
			struct source *s = config_source(&c, def->steps[k].source);
			char *text = s ? query_text(&c, s, def->steps[k].query, &e) : NULL;

			if (!text)
				fail_msg("%s: %s %s: %s", def->id, def->steps[k].source,
					 def->steps[k].query, e.text);
			sqlite3_finalize(prepare(text));
			free(text);
		}
	}
	config_release(&c);
}

static void test_list(void **state)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	assert_true(demo_list(&out, &e));
	assert_non_null(strstr(buf_str(&out), "S3    726100801       Callback outage"));
	assert_non_null(strstr(buf_str(&out), "S32   914200377 "));
	buf_release(&out);
}

static void test_a_scenario_is_known_by_its_id(void **state)
{
	char named[DEMO_LOAD_SIZE];

	(void)state;
	assert_string_equal(demo_load("S4", named), "S20260102-0087");
	assert_string_equal(demo_load("x1B", named), "729700958");
	assert_string_equal(demo_load("S44", named), "S44");
	assert_string_equal(demo_load("", named), "");
}

/* ---- set-up ------------------------------------------------------------------------------ */

static int make_all(void **state)
{
	const char *const args[] = { "sqlite", full_db, NULL };
	struct err e = { 0 };

	(void)state;
	if (!fixtures_init(&fixtures, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	snprintf(full_db, sizeof full_db, "%s/full.db", fixtures.dir);
	snprintf(second_db, sizeof second_db, "%s/second.db", fixtures.dir);
	if (!demo_data(args, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	return sqlite3_open_v2(full_db, &db, SQLITE_OPEN_READONLY, NULL);
}

static int remove_all(void **state)
{
	(void)state;
	sqlite3_close(db);
	fixtures_release(&fixtures);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_every_time),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_nothing_is_from_the_future),
		cmocka_unit_test(test_callback_outage),
		cmocka_unit_test(test_thousand_lines_two_events),
		cmocka_unit_test(test_both_spellings),
		cmocka_unit_test(test_every_scenario_is_told),
		cmocka_unit_test(test_every_scenario_resolves),
		cmocka_unit_test(test_other_schemas_have_the_same_columns),
		cmocka_unit_test(test_api_has_the_same_loads),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_config_quotes_the_path),
		cmocka_unit_test(test_scripts_name_real_queries),
		cmocka_unit_test(test_every_step_can_be_asked),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_a_scenario_is_known_by_its_id),
	};

	return cmocka_run_group_tests(tests, make_all, remove_all);
}
