/* The client against a real ClickHouse 18.16 from Debian. With
 * SEXTANT_TEST_CLICKHOUSE_URL set, the cases that every version must pass run
 * against that server instead (the current engine behind tests/peers). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/registry.h"
#include "tests/support/clickhouse_server.h"
#include "tests/support/client_fixture.h"

static struct clickhouse_server server;
static const char *other_url;

static struct source *make_source(const char *user, const char *password_ref)
{
	char url[80];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
	return source_make(&clickhouse_ops, "signoz", "url", other_url ? other_url : url, "user",
			   user, "password", password_ref, NULL);
}

/* One connection and what it answered. */
struct talk {
	struct source *source;
	void *conn;
	struct record got;
	struct query query;
	struct cancel cancel;
	struct err e;
};

static void talk_begin(struct talk *t, struct source *source)
{
	static unsigned next;

	*t = (struct talk){ .source = source };
	t->conn = clickhouse_ops.open(source, &t->e);
	assert_non_null(t->conn);
	record_init(&t->got);
	assert_true(cancel_init(&t->cancel, &t->e));
	t->query = (struct query){ .name = "test", .deadline = in_ms(60000) };
	snprintf(t->query.id, sizeof(t->query.id), "sextant-test-%d-%u", getpid(), ++next);
}

static bool talk_run(struct talk *t, const char *sql)
{
	t->query.text = sql;
	return clickhouse_ops.run(t->conn, &t->query, &t->cancel, &t->got.sink, &t->e);
}

static void talk_end(struct talk *t)
{
	clickhouse_ops.close(t->conn);
	record_release(&t->got);
	cancel_release(&t->cancel);
	source_free(t->source);
}

static void begin(struct talk *t)
{
	talk_begin(t, make_source("default", ""));
}

static void must_run(struct talk *t, const char *sql)
{
	if (!talk_run(t, sql))
		fail_msg("%s: %s", sql, t->e.text);
}

/* ---- answers ---- */

static void types_are_read(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	must_run(&t, "SELECT toUInt64(18446744073709551615) AS big, toInt8(-1) AS small, 0.5 AS half, "
		     "toDate('2026-01-23') AS day, toDateTime('2026-01-23 14:20:31', 'UTC') AS at, "
		     "[1, 2] AS list, ('a', 3) AS pair, "
		     "toFixedString('ab', 2) AS fixed;");
	assert_string_equal(buf_str(&t.got.columns), "big|small|half|day|at|list|pair|fixed");
	assert_string_equal(buf_str(&t.got.rows),
			    "18446744073709551615|-1|0.5|2026-01-23|2026-01-23 14:20:31|[1,2]|"
			    "('a',3)|ab\n");
	assert_true(t.got.received > 0);
	talk_end(&t);
}

static void null_is_not_empty_and_not_backslash_n(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	must_run(&t, "SELECT NULL AS a, '' AS b, '\\\\N' AS c, toNullable('x') AS d");
	assert_string_equal(buf_str(&t.got.rows), "<null>||\\N|x\n");
	talk_end(&t);
}

static void escapes_are_undone(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	must_run(&t, "SELECT 'tab\\there\\nline\\rback\\bfeed\\fslash\\\\q''\"' AS a, 'é→' AS `we\\tird`, "
		     "'\\0' AS z");
	assert_string_equal(buf_str(&t.got.columns), "a|we\tird|z");
	assert_int_equal(t.got.rows.len, strlen("tab\there\nline\rback\bfeed\fslash\\q'\"|é→||\n"));
	assert_memory_equal(t.got.rows.data, "tab\there\nline\rback\bfeed\fslash\\q'\"|é→|\0\n",
			    t.got.rows.len);
	talk_end(&t);
}

static void an_empty_answer_has_columns(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	must_run(&t, "SELECT 1 AS one, 'x' AS two FROM system.numbers WHERE 0 LIMIT 1");
	assert_string_equal(buf_str(&t.got.columns), "one|two");
	assert_int_equal(t.got.nrows, 0);
	talk_end(&t);
}

static void many_rows_stream(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.got.count_only = true;
	must_run(&t, "SELECT number, toString(number) FROM system.numbers LIMIT 500000");
	assert_int_equal(t.got.nrows, 500000);
	talk_end(&t);
}

/* ---- values ---- */

static void round_trip(const char *value)
{
	struct param params[] = { { "unused", "x" }, { "v", value } };
	struct talk t;

	begin(&t);
	t.query.params = params;
	t.query.nparams = 2;
	must_run(&t, "SELECT :v AS v, ':v' AS quoted, :v IS NULL AS n");
	assert_int_equal(t.got.nrows, 1);
	if (value) {
		size_t n = strlen(value);

		assert_int_equal(t.got.rows.len, n + strlen("|:v|0\n"));
		assert_memory_equal(t.got.rows.data, value, n);
		assert_string_equal(t.got.rows.data + n, "|:v|0\n");
	} else {
		assert_string_equal(buf_str(&t.got.rows), "<null>|:v|1\n");
	}
	talk_end(&t);
}

static void test_P37_values_come_back_as_they_are(void **state)
{
	static const char *const values[] = {
		"726100801", "", "it's", "\"q\"", "back\\slash", "\\N", "\\'", "a\tb", "a\nb", "a\r\nb",
		"\b\f\a\v\x01\x1b[31m", "{v:String}", "$1", "?", "%s%n", "' OR 1=1 --", "\\",
		"Code: 241, e.displayText() = DB::Exception: x", "é→\xf0\x9f\x98\x80", "a+b&c=d%20#",
		" lead and trail ", "NULL", "p_v",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		round_trip(values[i]);
	round_trip(NULL);
}

static void test_P37_a_megabyte_is_bound(void **state)
{
	size_t n = 1000000;
	char *value = malloc(n + 1);

	(void)state;
	for (size_t i = 0; i < n; i++)
		value[i] = (char)(1 + (i * 7 + i / 255) % 126);
	value[n] = '\0';
	round_trip(value);
	free(value);
}

static void values_are_found_with_conversions_and_lists(void **state)
{
	const struct param params[] = {
		{ "from", "2026-01-23 10:00:00" }, { "id", "3" }, { "other", "5" },
	};
	struct talk t;

	(void)state;
	begin(&t);
	t.query.params = params;
	t.query.nparams = 3;
	must_run(&t, "SELECT number FROM system.numbers WHERE toString(number) IN (:id, :other) AND "
		     "toDateTime(:from, 'UTC') + number > toDateTime(:from, 'UTC') AND "
		     "number < 100 AND positionCaseInsensitive(toString(number), :other) = 0 LIMIT 1");
	assert_string_equal(buf_str(&t.got.rows), "3\n");
	talk_end(&t);
}

static void what_was_sent_is_told_with_its_values(void **state)
{
	const struct param params[] = { { "id", "it's" } };
	struct talk t;

	(void)state;
	begin(&t);
	t.query.params = params;
	t.query.nparams = 1;
	must_run(&t, "SELECT :id");
	assert_non_null(strstr(buf_str(&t.got.sent), "SELECT "));
	assert_non_null(strstr(buf_str(&t.got.sent), "-- :id = 'it''s'"));
	talk_end(&t);
}

static void a_missing_value_is_refused_before_sending(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	assert_false(talk_run(&t, "SELECT :nobody"));
	assert_int_equal(t.e.kind, ERR_CONFIG);
	assert_non_null(strstr(t.e.text, ":nobody"));
	assert_string_equal(buf_str(&t.got.sent), "");
	talk_end(&t);
}

/* ---- errors ---- */

static void an_error_before_rows_has_its_code(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	assert_false(talk_run(&t, "SELECT * FROM nowhere_at_all"));
	assert_int_equal(t.e.kind, ERR_REMOTE);
	assert_int_equal(t.e.code, 60);
	assert_false(t.e.transient);
	assert_non_null(strstr(t.e.text, "signoz: Code 60: "));
	assert_null(strstr(t.e.text, "e.what()"));
	/* The connection goes on. */
	must_run(&t, "SELECT 1");
	talk_end(&t);
}

static void test_P18_an_error_behind_rows_is_no_row(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.got.count_only = true;
	assert_false(talk_run(&t, "SELECT number, throwIf(number = 300000) FROM numbers(1000000)"));
	assert_int_equal(t.e.kind, ERR_REMOTE);
	assert_int_equal(t.e.code, 395);
	assert_in_range(t.got.nrows, 10000, 300000);
	talk_end(&t);
}

static void an_error_behind_one_column_is_no_row(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.got.count_only = true;
	assert_false(talk_run(&t, "SELECT toString(number + throwIf(number = 300000)) "
				  "FROM numbers(1000000)"));
	assert_int_equal(t.e.code, 395);
	assert_in_range(t.got.nrows, 10000, 300000);
	talk_end(&t);
}

static void data_that_looks_like_an_error_is_data(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	must_run(&t, "SELECT 'Code: 241, e.displayText() = DB::Exception: x, e.what() = "
		     "DB::Exception' AS body, number FROM system.numbers LIMIT 2");
	assert_int_equal(t.got.nrows, 2);
	record_release(&t.got);
	record_init(&t.got);
	must_run(&t, "SELECT if(number = 0, 'Code: 241, e.displayText() = DB::Exception: x, e.what() "
		     "= DB::Exception', '__exception__') AS body FROM system.numbers LIMIT 2");
	assert_int_equal(t.got.nrows, 2);
	talk_end(&t);
}

static void rows_stop_at_the_ceiling(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.query.max_rows = 10;
	assert_false(talk_run(&t, "SELECT number FROM system.numbers LIMIT 100000"));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_int_equal(t.got.nrows, 10);
	assert_non_null(strstr(t.e.text, "10 rows"));
	talk_end(&t);

	begin(&t);
	t.query.max_rows = 10;
	must_run(&t, "SELECT number FROM system.numbers LIMIT 10");
	assert_int_equal(t.got.nrows, 10);
	talk_end(&t);
}

static void bytes_stop_at_the_ceiling(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.query.max_bytes = 100000;
	t.got.count_only = true;
	assert_false(talk_run(&t, "SELECT number FROM system.numbers LIMIT 1000000"));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_true(t.got.nrows > 1000);
	assert_true(t.got.received <= 100000);
	talk_end(&t);
}

static void the_sink_can_refuse(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.got.refuse_at = 3;
	assert_false(talk_run(&t, "SELECT number FROM system.numbers LIMIT 100"));
	assert_non_null(strstr(t.e.text, "refused by the test"));
	assert_int_equal(t.got.nrows, 2);
	talk_end(&t);
}

/* ---- what only the real, old server shows ---- */

static void only_one_statement_and_no_writes(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	assert_false(talk_run(&t, "SELECT 1; DROP TABLE x"));
	assert_int_equal(t.e.kind, ERR_CONFIG);
	assert_false(talk_run(&t, "CREATE TABLE t (x UInt8) ENGINE = Memory"));
	assert_int_equal(t.e.code, 164);
	talk_end(&t);
}

static void memory_is_told_apart(void **state)
{
	struct talk t;

	(void)state;
	/* The account has a limit of 8 MB: small answers fit, sorting does not. */
	talk_begin(&t, make_source("tiny", ""));
	assert_false(talk_run(&t, "SELECT number AS n FROM numbers(5000000) ORDER BY sipHash64(n) "
				  "LIMIT 3000000"));
	assert_int_equal(t.e.kind, ERR_MEMORY);
	assert_int_equal(t.e.code, 241);
	must_run(&t, "SELECT 1");
	talk_end(&t);
}

static void a_wrong_password_is_auth(void **state)
{
	struct talk t;

	(void)state;
	setenv("TEST_CH_WRONG", "wrong-canary-7731", 1);
	talk_begin(&t, make_source("analyst", "env:TEST_CH_WRONG"));
	assert_false(talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_AUTH);
	assert_int_equal(t.e.code, 193);
	assert_null(strstr(t.e.text, "canary"));
	talk_end(&t);

	setenv("TEST_CH_RIGHT", "s3cret pass", 1);
	talk_begin(&t, make_source("analyst", "env:TEST_CH_RIGHT"));
	must_run(&t, "SELECT user FROM system.processes LIMIT 1");
	assert_string_equal(buf_str(&t.got.rows), "analyst\n");
	talk_end(&t);
}

static void a_strict_account_works_without_settings(void **state)
{
	const struct param params[] = { { "v", "it's" } };
	struct health h;
	struct talk t;

	(void)state;
	talk_begin(&t, make_source("strict", ""));
	t.query.params = params;
	t.query.nparams = 1;
	must_run(&t, "SELECT :v AS v");
	assert_string_equal(buf_str(&t.got.rows), "it's\n");
	if (!clickhouse_ops.check(t.conn, in_ms(5000), &t.cancel, &h, &t.e))
		fail_msg("%s", t.e.text);
	assert_true(h.read_only);
	assert_non_null(strstr(h.detail, "read-only account"));
	assert_int_equal(h.rights, RIGHTS_READ);
	talk_end(&t);
}

static void health_is_asked(void **state)
{
	struct health h;
	struct talk t;

	(void)state;
	begin(&t);
	if (!clickhouse_ops.check(t.conn, in_ms(5000), &t.cancel, &h, &t.e))
		fail_msg("%s", t.e.text);
	assert_int_equal(strncmp(h.server, "ClickHouse ", 11), 0);
	assert_string_equal(h.user, "default");
	assert_true(h.read_only);
	assert_non_null(strstr(h.detail, "this account could write"));
	assert_int_equal(h.rights, RIGHTS_WRITE);
	assert_in_range(h.skew_ms + 2000, 1, 4000);
	talk_end(&t);
}

/* Where no query can be asked nothing is well. */
static void health_wants_the_database(void **state)
{
	struct health h;
	struct talk t;
	char url[80];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
	talk_begin(&t, source_make(&clickhouse_ops, "signoz", "url", url, "database", "no_such_db&x=1", NULL));
	assert_false(clickhouse_ops.check(t.conn, in_ms(5000), &t.cancel, &h, &t.e));
	assert_int_equal(t.e.code, 81);
	if (!strstr(t.e.text, "no_such_db&x=1"))
		fail_msg("%s", t.e.text);
	talk_end(&t);
}

static bool running_there(const char *id)
{
	struct err e = { 0 };
	char sql[200], *answer;
	bool there;

	snprintf(sql, sizeof(sql), "SELECT count() FROM system.processes WHERE query_id = '%s'", id);
	answer = clickhouse_ask(&server, sql, &e);
	assert_non_null(answer);
	there = strcmp(answer, "0\n") != 0;
	free(answer);
	return there;
}

/* ASYNC: the server has been told, the query ends at its next block. */
static void assert_gone(const char *id)
{
	usec end = in_ms(5000);

	while (running_there(id))
		assert_true(clock_mono(&clock_system) < end);
}

#define ENDLESS "SELECT count() FROM system.numbers WHERE NOT ignore(sipHash64(number))"

static void test_P66_cancel_kills_the_query_there(void **state)
{
	struct talk t;
	usec before;

	(void)state;
	begin(&t);
	/* The first progress shows that the server sees it. */
	t.got.fire_at_progress = &t.cancel;
	assert_false(talk_run(&t, ENDLESS));
	assert_int_equal(t.e.kind, ERR_CANCELLED);
	assert_non_null(strstr(t.e.text, "told to stop"));
	assert_true(t.got.progress.rows_read > 0);
	assert_gone(t.query.id);
	talk_end(&t);

	begin(&t);
	must_run(&t, "SELECT 1");
	t.query.deadline = in_ms(20000);
	struct firing *f = fire_later(&t.cancel, 200);
	assert_false(talk_run(&t, ENDLESS));
	before = firing_end(f);
	assert_true(clock_mono(&clock_system) - before < 5 * USEC_SEC);
	assert_int_equal(t.e.kind, ERR_CANCELLED);
	assert_gone(t.query.id);
	talk_end(&t);
}

static void the_deadline_is_ours_and_theirs(void **state)
{
	struct talk t;
	usec start;

	(void)state;
	begin(&t);
	must_run(&t, "SELECT 1");
	start = clock_mono(&clock_system);
	t.query.deadline = in_ms(600);
	assert_false(talk_run(&t, ENDLESS));
	assert_int_equal(t.e.kind, ERR_TIMEOUT);
	assert_in_range(clock_mono(&clock_system) - start, 550 * USEC_MS, 5 * USEC_SEC);
	assert_gone(t.query.id);
	talk_end(&t);

	begin(&t);
	t.query.deadline = in_ms(3500);
	start = clock_mono(&clock_system);
	assert_false(talk_run(&t, ENDLESS));
	/* One second was the server's share: its own limit came first. */
	assert_int_equal(t.e.kind, ERR_TIMEOUT);
	assert_int_equal(t.e.code, 159);
	assert_true(clock_mono(&clock_system) - start < 3 * USEC_SEC);
	talk_end(&t);
}

static void cancel_in_the_middle_of_rows(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.got.count_only = true;
	t.got.fire_at_row = &t.cancel;
	t.query.max_rows = 1u << 30;
	assert_false(talk_run(&t, "SELECT number FROM system.numbers"));
	assert_int_equal(t.e.kind, ERR_CANCELLED);
	assert_true(t.got.nrows > 0);
	assert_gone(t.query.id);
	talk_end(&t);
}

static void progress_is_polled(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	t.query.deadline = in_ms(4500);
	assert_false(talk_run(&t, ENDLESS));
	assert_true(t.got.nprogress >= 1);
	assert_true(t.got.progress.rows_read > 100000);
	assert_true(t.got.progress.bytes_read > 100000);
	talk_end(&t);
}

static void a_server_that_went_away_comes_back(void **state)
{
	char port[16];
	struct talk t;

	(void)state;
	snprintf(port, sizeof(port), "%u", free_port());
	talk_begin(&t, source_make(&clickhouse_ops, "signoz", "host", "127.0.0.1", "port", port, NULL));
	assert_false(talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_NETWORK);
	assert_true(t.e.transient);
	assert_non_null(strstr(t.e.text, "signoz: connect"));
	talk_end(&t);
}

static void test_P31_tls_is_verified(void **state)
{
	char url[80];
	struct talk t;

	(void)state;
	snprintf(url, sizeof(url), "https://localhost:%u", server.tls_port);
	talk_begin(&t, source_make(&clickhouse_ops, "signoz", "url", url, "ca_file", server.ca_file,
				   NULL));
	must_run(&t, "SELECT 'over TLS'");
	assert_string_equal(buf_str(&t.got.rows), "over TLS\n");
	talk_end(&t);

	talk_begin(&t, source_make(&clickhouse_ops, "signoz", "url", url, NULL));
	assert_false(talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_TRUST);
	assert_false(t.e.transient);
	talk_end(&t);
}

static void addresses(void **state)
{
	static const struct {
		const char *key[3], *value[3], *origin;
	} cases[] = {
		{ { "host" }, { "ch.example" }, "http://ch.example:8123" },
		{ { "host", "port" }, { "ch.example", "9000" }, "http://ch.example:8123" },
		{ { "host", "port" }, { "ch.example", "9440" }, "https://ch.example:8443" },
		{ { "host", "secure" }, { "ch.example", "true" }, "https://ch.example:8443" },
		{ { "host" }, { "::1" }, "http://[::1]:8123" },
		{ { "url" }, { "https://ch.example/clickhouse/" }, "https://ch.example:443" },
		{ { "url" }, { "http://u:p@ch.example:8123" }, NULL },
		{ { "url" }, { "http://ch.example:8123/?a=b" }, NULL },
		{ { "url" }, { "ftp://ch.example" }, NULL },
		{ { "user" }, { "x" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct setting settings[3];
		struct source s = { .name = "x", .settings = settings };
		struct err e = { 0 };

		for (; s.nsettings < 3 && cases[i].key[s.nsettings]; s.nsettings++) {
			settings[s.nsettings].key = (char *)(uintptr_t)cases[i].key[s.nsettings];
			settings[s.nsettings].value = (char *)(uintptr_t)cases[i].value[s.nsettings];
		}
		assert_int_equal(clickhouse_ops.prepare(&s, &e), cases[i].origin != NULL);
		if (cases[i].origin)
			assert_string_equal(s.origin, cases[i].origin);
		else
			assert_int_equal(e.kind, ERR_CONFIG);
	}
}

static void a_password_does_not_travel_in_clear(void **state)
{
	struct talk t;

	(void)state;
	setenv("TEST_CH_RIGHT", "s3cret pass", 1);
	talk_begin(&t, source_make(&clickhouse_ops, "signoz", "host", "192.0.2.1", "password",
				   "env:TEST_CH_RIGHT", NULL));
	assert_false(talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_TRUST);
	assert_non_null(strstr(t.e.text, "clear text"));
	talk_end(&t);
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (!clients_init(&e) || (!other_url && !clickhouse_start(&server, &e))) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	return 0;
}

static int stop(void **state)
{
	(void)state;
	if (!other_url)
		clickhouse_stop(&server);
	clients_release();
	return 0;
}

#define EVERY_VERSION \
	cmocka_unit_test(types_are_read), \
	cmocka_unit_test(null_is_not_empty_and_not_backslash_n), \
	cmocka_unit_test(escapes_are_undone), \
	cmocka_unit_test(an_empty_answer_has_columns), \
	cmocka_unit_test(many_rows_stream), \
	cmocka_unit_test(test_P37_values_come_back_as_they_are), \
	cmocka_unit_test(test_P37_a_megabyte_is_bound), \
	cmocka_unit_test(values_are_found_with_conversions_and_lists), \
	cmocka_unit_test(what_was_sent_is_told_with_its_values), \
	cmocka_unit_test(a_missing_value_is_refused_before_sending), \
	cmocka_unit_test(an_error_before_rows_has_its_code), \
	cmocka_unit_test(test_P18_an_error_behind_rows_is_no_row), \
	cmocka_unit_test(an_error_behind_one_column_is_no_row), \
	cmocka_unit_test(data_that_looks_like_an_error_is_data), \
	cmocka_unit_test(rows_stop_at_the_ceiling), \
	cmocka_unit_test(bytes_stop_at_the_ceiling), \
	cmocka_unit_test(the_sink_can_refuse)

int main(void)
{
	const struct CMUnitTest every[] = { EVERY_VERSION };
	const struct CMUnitTest real[] = {
		EVERY_VERSION,
		cmocka_unit_test(only_one_statement_and_no_writes),
		cmocka_unit_test(memory_is_told_apart),
		cmocka_unit_test(a_wrong_password_is_auth),
		cmocka_unit_test(a_strict_account_works_without_settings),
		cmocka_unit_test(health_is_asked),
		cmocka_unit_test(health_wants_the_database),
		cmocka_unit_test(test_P66_cancel_kills_the_query_there),
		cmocka_unit_test(the_deadline_is_ours_and_theirs),
		cmocka_unit_test(cancel_in_the_middle_of_rows),
		cmocka_unit_test(progress_is_polled),
		cmocka_unit_test(a_server_that_went_away_comes_back),
		cmocka_unit_test(test_P31_tls_is_verified),
		cmocka_unit_test(addresses),
		cmocka_unit_test(a_password_does_not_travel_in_clear),
	};

	clients_scrub_env();
	other_url = getenv("SEXTANT_TEST_CLICKHOUSE_URL");
	if (other_url)
		return cmocka_run_group_tests_name("any server", every, start, stop);
	return cmocka_run_group_tests_name("ClickHouse 18.16", real, start, stop);
}
