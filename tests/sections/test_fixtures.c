/* The fixtures load into real servers and hold there what they hold in SQLite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixtures.h"

static struct fixtures fixtures;
static sqlite3 *db;

/* As text, what count() of this table is. */
static char *count_here(const char *table)
{
	char sql[120];
	sqlite3_stmt *st;
	char *text;

	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	text = strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return text;
}

static void check_count(const char *table, char *there)
{
	char *here = count_here(table);

	assert_non_null(there);
	there[strcspn(there, "\n")] = '\0';
	if (strcmp(here, there) != 0 || strcmp(here, "0") == 0)
		fail_msg("%s: %s rows here, %s there", table, here, there);
	free(here);
	free(there);
}

static void test_postgres(void **state)
{
	static const char *const tables[] = {
		"platform.fact_loads", "platform.fact_stops", "hadoop.load_validation_data_mart",
		"hadoop.fact_carrier_file_logs", "hadoop.fact_carrier_record_logs",
		"pgs_company.companies", "pgs_company.company_relationships", "pgs_company.company_scacs",
	};
	struct postgres_server s = { 0 };
	struct err e = { 0 };
	char sql[120], *text;

	(void)state;
	if (!postgres_installed())
		skip();
	if (!postgres_start(&s, &e) || !fixtures_load_postgres(&fixtures, &s, &e))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
		check_count(strchr(tables[i], '.') + 1, postgres_ask(&s, sql, &e));
	}
	text = postgres_ask(&s, "SELECT created_at || ' ' || is_deleted FROM platform.fact_loads"
			    " WHERE load_id = 726100801", &e);
	assert_string_equal(text, "2026-01-14 12:22:07 false");
	free(text);
	postgres_stop(&s);
}

static void test_clickhouse(void **state)
{
	static const char *const tables[] = {
		"rewind_db.fact_load_file_logs", "rewind_db.fact_load_file_records",
		"rewind_db.callbacks_v2", "signoz_logs.distributed_logs",
	};
	struct clickhouse_server s = { 0 };
	struct err e = { 0 };
	char sql[120], *text;

	(void)state;
	if (!clickhouse_installed())
		skip();
	if (!clickhouse_start(&s, &e) || !fixtures_load_clickhouse(&fixtures, &s, &e))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		snprintf(sql, sizeof sql, "SELECT count() FROM %s", tables[i]);
		check_count(strchr(tables[i], '.') + 1, clickhouse_ask(&s, sql, &e));
	}
	text = clickhouse_ask(&s, "SELECT ext_request_status, toString(ts, 'UTC') FROM rewind_db.callbacks_v2"
			      " WHERE fk_tracking_id = '726100801' ORDER BY ts DESC LIMIT 1", &e);
	assert_string_equal(text, "\\N\t2026-01-23 14:18:07\n");
	free(text);
	clickhouse_stop(&s);
}

static int set_up(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (!fixtures_init(&fixtures, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	return sqlite3_open_v2(fixtures.db_file, &db, SQLITE_OPEN_READONLY, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	sqlite3_close(db);
	fixtures_release(&fixtures);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_postgres),
		cmocka_unit_test(test_clickhouse),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
