/* What the query "freshness" of a source says of its data, over an embedded database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/registry.h"
#include "sections/freshness.h"
#include "tests/support/client_fixture.h"
#include "tests/support/process.h"

#define NOW "2026-11-22 11:00:00"

static struct scratch {
	char *dir, *file;
	struct config config;
	struct source *source;
	void *conn;
	struct cancel cancel;
	struct freshness found;
	struct buf text;
} t;

static int begin(void **state)
{
	struct err e = { 0 };
	char path[300];

	(void)state;
	t = (struct scratch){ .text = BUF_INIT };
	t.dir = temp_dir("freshness", &e);
	assert_non_null(t.dir);
	snprintf(path, sizeof path, "%s/sqlite", t.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(asprintf(&t.file, "%s/sqlite/freshness.sql", t.dir) > 0);
	t.config.override_dir = t.dir;
	snprintf(path, sizeof path, "%s/rows.db", t.dir);
	fclose(fopen(path, "we"));
	t.source = source_make(&sqlite_ops, "archive", "path", path, NULL);
	t.conn = sqlite_ops.open(t.source, &e);
	assert_true(t.conn && cancel_init(&t.cancel, &e));
	return 0;
}

static int end(void **state)
{
	(void)state;
	sqlite_ops.close(t.conn);
	cancel_release(&t.cancel);
	source_free(t.source);
	buf_release(&t.text);
	temp_dir_remove(t.dir);
	free(t.dir);
	free(t.file);
	return 0;
}

/* The query's text; NULL: there is none. */
static void ask(const char *sql)
{
	FILE *f = sql ? fopen(t.file, "we") : NULL;
	usec now;

	assert_true(!sql || (f && fputs(sql, f) >= 0 && fclose(f) == 0));
	assert_true(time_parse(NOW, strlen(NOW), &now));
	freshness_ask(&t.found, &t.config, t.source, t.conn, now, in_ms(20000), &t.cancel);
	freshness_text(&t.text, &t.found);
}

static void without_a_query_nothing_is_asked(void **state)
{
	(void)state;
	ask(NULL);
	assert_false(t.found.asked);
	assert_int_equal(t.found.err.kind, ERR_NONE);
	assert_false(freshness_stale(&t.found, t.source));
	assert_string_equal(buf_str(&t.text), "");
}

static void both_ends(void **state)
{
	(void)state;
	ask("SELECT '2026-08-24' AS oldest, 1 AS other, datetime(:now, '-4 minutes') AS newest");
	assert_string_equal(buf_str(&t.text), "2026-08-24 to 2026-11-22 10:56, 4m00s old");
	assert_false(freshness_stale(&t.found, t.source));
}

static void two_days_and_the_usual_lag_are_no_news(void **state)
{
	(void)state;
	ask("SELECT datetime(:now, '-53 hours') AS newest");
	assert_true(freshness_stale(&t.found, t.source));
	t.source->lag = 6 * USEC_HOUR;
	assert_false(freshness_stale(&t.found, t.source));
}

static void nothing_new_is_stale(void **state)
{
	(void)state;
	ask("SELECT '2026-08-24' AS oldest, NULL AS newest");
	assert_string_equal(buf_str(&t.text), "2026-08-24 and nothing of the last days");
	assert_true(freshness_stale(&t.found, t.source));
}

/* Neither stale nor fresh: not known. */
static void a_failure_says_nothing_of_the_data(void **state)
{
	static const struct { const char *sql, *says; } wrong[] = {
		{ "SELECT 1 AS oldest, x AS newest FROM nowhere", "no such table" },
		{ "SELECT '2026-08-24' AS since", "gives neither oldest nor newest" },
		{ "SELECT '2026-08-24' AS oldest, 'soon' AS newest", "gives no time: \"soon\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		ask(wrong[i].sql);
		assert_true(t.found.asked);
		assert_non_null(strstr(t.found.err.text, wrong[i].says));
		assert_int_equal(t.found.oldest, TIME_NONE);
		assert_false(freshness_stale(&t.found, t.source));
	}
	assert_string_equal(buf_str(&t.text), "");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(without_a_query_nothing_is_asked),
		CASE(both_ends),
		CASE(two_days_and_the_usual_lag_are_no_news),
		CASE(nothing_new_is_stale),
		CASE(a_failure_says_nothing_of_the_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
