/* How many loads of a carrier are stuck, of how many: what the rows say, and that the
 * embedded query counts what it should. The real one is held against it (test_stores.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sections/config.h"
#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

/* ---- the query ---------------------------------------------------------------------------- */

static sqlite3 *database(void)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, embedded_find("sections/demo/schema.sql")->data, NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static void add(sqlite3 *db, int id, const char *carrier, const char *status, const char *created)
{
	char *sql = sqlite3_mprintf("INSERT INTO fact_loads (load_id, load_number, carrier_id, shipper_id, status, "
	                            "is_deleted, created_at) VALUES (%d, 'N%d', %Q, 's', %Q, %d, %Q)", id, id,
	                            carrier, status, !strcmp(status, "deleted"), created);

	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_free(sql);
}

static void bind(sqlite3_stmt *st, const char *name, const char *value)
{
	int i = sqlite3_bind_parameter_index(st, name);

	assert_true(i > 0);
	if (value)
		sqlite3_bind_text(st, i, value, -1, SQLITE_STATIC);
}

static const char *text(sqlite3_stmt *st, const char *column)
{
	int i = 0;

	while (strcmp(sqlite3_column_name(st, i), column) != 0)
		i++;
	return (const char *)sqlite3_column_text(st, i);
}

/* Its rows, as the section shows them. */
static void ask(sqlite3 *db, const char *carrier, const char *tracking_id, struct section_rows *r)
{
	static const char *const columns[] = {
		"kind", "day", "waiting", "loads", "tracking_id", "load_number", "status", "created_at", "window_from",
	};
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, embedded_find("sections/queries/sqlite/redshift/similar.sql")->data, -1,
	                                    &st, NULL), SQLITE_OK);
	bind(st, ":now", now);
	bind(st, ":carrier_id", carrier);
	bind(st, ":tracking_id", tracking_id);
	section_rows_init(r, &section_similar, now);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *v[sizeof columns / sizeof *columns];

		for (size_t i = 0; i < sizeof v / sizeof *v; i++)
			v[i] = text(st, columns[i]);
		section_row(r, columns[0], v[0], columns[1], v[1], columns[2], v[2], columns[3], v[3], columns[4], v[4],
		            columns[5], v[5], columns[6], v[6], columns[7], v[7], columns[8], v[8], NULL);
	}
	sqlite3_finalize(st);
	section_finish(r);
}

#define ROW(r, i, what, waiting, loads, share) do { \
	assert_string_equal(section_text(r, i, "what"), what); \
	assert_string_equal(section_text(r, i, "waiting"), waiting); \
	assert_string_equal(section_text(r, i, "loads"), loads); \
	assert_string_equal(section_text(r, i, "share"), share); \
} while (0)

static void test_counted_over_seven_days(void **state)
{
	struct section_rows r;
	sqlite3 *db = database();

	(void)state;
	add(db, 1, "kestrel", "Awaiting Tracking Info", "2026-01-23 09:00:00");   /* the load itself */
	add(db, 2, "kestrel", "AWAITING_TRACKING_INFO", "2026-01-22 09:00:00");
	add(db, 3, "kestrel", "awaiting_tracking_info", "2026-01-22 10:00:00");
	add(db, 4, "kestrel", "In Transit", "2026-01-22 11:00:00");
	add(db, 5, "kestrel", "Delivered", "2026-01-16 14:00:00");                /* just in the window */
	add(db, 6, "kestrel", "Awaiting Tracking Info", "2026-01-16 13:59:59");   /* just before it */
	add(db, 7, "kestrel", "Awaiting Tracking Info", "2026-01-23 14:00:01");   /* to come */
	add(db, 8, "kestrel", "deleted", "2026-01-22 12:00:00");
	add(db, 9, "halcyon", "Awaiting Tracking Info", "2026-01-22 12:00:00");
	ask(db, "kestrel", "1", &r);
	assert_int_equal(r.section.rows.rows, 6);
	ROW(&r, 0, "last 7 days", "3", "5", "60.0");
	ROW(&r, 1, "2026-01-23", "1", "1", "100.0");
	ROW(&r, 2, "2026-01-22", "2", "3", "66.7");
	ROW(&r, 3, "2026-01-16", "0", "1", "0.0");
	ROW(&r, 4, "N3", "NULL", "NULL", "NULL");
	assert_string_equal(section_text(&r, 4, "created_at"), "2026-01-22T10:00:00Z");
	ROW(&r, 5, "N2", "NULL", "NULL", "NULL");
	assert_string_equal(section_text(&r, 0, "window_from"), "2026-01-16T14:00:00Z");
	assert_string_equal(section_summary(&r), "3 of 5 loads (60 %) of this carrier in 7 days await tracking");
	section_rows_release(&r);
	/* Before its id is known nothing is taken for the load itself. */
	ask(db, "kestrel", NULL, &r);
	assert_int_equal(r.section.rows.rows, 7);
	section_rows_release(&r);
	sqlite3_close(db);
}

static void test_only_the_newest_are_shown(void **state)
{
	struct section_rows r;
	sqlite3 *db = database();
	char created[32];

	(void)state;
	for (int i = 0; i < 50; i++) {
		snprintf(created, sizeof created, "2026-01-22 10:%02d:00", i);
		add(db, 100 + i, "kestrel", "Awaiting Tracking Info", created);
	}
	ask(db, "kestrel", "1", &r);
	assert_int_equal(r.section.rows.rows, 22);
	ROW(&r, 0, "last 7 days", "50", "50", "100.0");
	assert_string_equal(section_text(&r, 2, "what"), "N149");
	assert_string_equal(section_text(&r, 21, "what"), "N130");
	section_rows_release(&r);
	sqlite3_close(db);
}

/* No other load, or none at all: said with the number that it is a part of. */
static void test_none_is_said_of_how_many(void **state)
{
	struct section_rows r;
	sqlite3 *db = database();

	(void)state;
	ask(db, "kestrel", "1", &r);
	assert_int_equal(r.section.rows.rows, 1);
	ROW(&r, 0, "last 7 days", "0", "0", "NULL");
	assert_string_equal(section_summary(&r), "no load of this carrier in 7 days: nothing to compare with");
	section_rows_release(&r);
	add(db, 2, "kestrel", "Delivered", "2026-01-22 09:00:00");
	ask(db, "kestrel", "1", &r);
	assert_string_equal(section_summary(&r), "0 of 1 loads (0 %) of this carrier in 7 days await tracking");
	section_rows_release(&r);
	sqlite3_close(db);
}

/* ---- the rows ------------------------------------------------------------------------------- */

static void test_without_the_count_nothing_is_claimed(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_similar, now);
	section_row(&r, "kind", "load", "tracking_id", "7", NULL);
	section_finish(&r);
	assert_string_equal(section_text(&r, 0, "what"), "7");
	assert_string_equal(section_summary(&r), "out of how many loads is not known");
	section_rows_release(&r);
}

static void test_whom_it_is_asked_about(void **state)
{
	struct facts f = FACTS_INIT;
	char reason[REASON_MAX];

	(void)state;
	assert_true((section_similar.skip)(&f, reason));
	assert_string_equal(reason, "the carrier is not known");
	facts_set(&f, "carrier_id", "kestrel", "load");
	assert_false((section_similar.skip)(&f, reason));
	facts_set(&f, "candidates", "3", "load");
	assert_true((section_similar.skip)(&f, reason));
	assert_string_equal(reason, "3 loads match: open one of them");
	facts_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted_over_seven_days),
		cmocka_unit_test(test_only_the_newest_are_shown),
		cmocka_unit_test(test_none_is_said_of_how_many),
		cmocka_unit_test(test_without_the_count_nothing_is_claimed),
		cmocka_unit_test(test_whom_it_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
