/* The client against a stand-in of a Trino coordinator that refuses what the real one
 * refuses. tests/peers runs it against the real one as well (test_trino_peer). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"
#include "tests/support/process.h"
#include "tests/support/tls.h"
#include "tests/support/trino_talk.h"

#define FAKE(answers_, ...) &(struct trino_options){ \
	.answers = answers_, .nanswers = sizeof(answers_) / sizeof(*(answers_)), __VA_ARGS__ }

static const struct trino_answer three_pages[] = {
	{ 0 }, { .rows = "[[1,\"x\"],[2,null]]" }, { 0 }, { .rows = "[[3,\"y\"]]" }, { .rows = "[[4,\"\"]]" },
	{ 0 },
};

static void run_well(struct trino_talk *t, const char *sql)
{
	if (!trino_talk_run(t, sql))
		fail_msg("%s: %s", sql, t->e.text);
}

/* ---- answers ---- */

static void pages_are_followed_to_their_end(void **state)
{
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(three_pages));
	run_well(&t, "SELECT a, b FROM t");
	assert_string_equal(buf_str(&t.got.columns), "a|b");
	assert_string_equal(buf_str(&t.got.rows), "1|x\n2|<null>\n3|y\n4|\n");
	assert_true(t.got.received > 1000);
	assert_true(t.got.nprogress >= 5);
	assert_int_equal(t.got.progress.rows_read, 500);
	assert_string_equal(t.got.progress.note, "finished, 5 of 8 splits");
	trino_talk_end(&t);
	assert_int_equal(t.seen.gets, 5);
	assert_int_equal(t.seen.deletes, 0);
	assert_int_equal(t.seen.connections, 1);
	assert_string_equal(t.seen.statement, "SELECT a, b FROM t");
	assert_string_equal(t.seen.catalog, "hive");
	assert_string_equal(t.seen.schema, "log");
	assert_string_equal(t.seen.zone, "UTC");
	assert_string_equal(t.seen.source, "sextant");
	assert_string_equal(t.seen.info, "sextant-1");
	assert_memory_equal(t.seen.session, "query_max_run_time=1", 20);
	assert_int_equal(t.seen.session[strlen(t.seen.session) - 1], 's');
}

static void an_empty_answer_has_columns(void **state)
{
	static const struct trino_answer empty[] = { { 0 }, { 0 }, { 0 } };
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(empty));
	run_well(&t, "SELECT a, b FROM t");
	assert_string_equal(buf_str(&t.got.columns), "a|b");
	assert_int_equal(t.got.nrows, 0);
	trino_talk_end(&t);
}

static void test_P12_values_are_as_the_server_wrote_them(void **state)
{
	static const struct trino_answer page[] = {
		{ 0 },
		{ .rows = "[[9223372036854775807,\"12345678901234567890.12\",\"2026-01-23 14:20:31.123 "
			  "America/New_York\",1.0E308,\"NaN\",[1,[null,\"a\"]],{\"k\":1.50},true,\"a\\u0000b\","
			  "18446744073709551616,-0]]" },
		{ 0 },
	};
	static const char expected[] = "9223372036854775807|12345678901234567890.12|2026-01-23 14:20:31.123 "
				       "America/New_York|1.0E308|NaN|[1,[null,\"a\"]]|{\"k\":1.50}|true|a\0b|"
				       "18446744073709551616|-0\n";
	struct trino_talk t;
	char columns[400] = "[";

	(void)state;
	for (int i = 0; i < 11; i++)
		snprintf(columns + strlen(columns), 40, "%s{\"name\":\"c%d\"}", i ? "," : "", i);
	columns[strlen(columns) + 1] = '\0';
	columns[strlen(columns)] = ']';
	trino_talk_begin(&t, FAKE(page, .columns = columns));
	run_well(&t, "SELECT 1");
	assert_int_equal(t.got.rows.len, sizeof(expected) - 1);
	assert_memory_equal(t.got.rows.data, expected, sizeof(expected) - 1);
	trino_talk_end(&t);
}

static void a_ceiling_of_rows_stops_the_server(void **state)
{
	static const struct trino_answer many[] = { { 0 }, { .many = 50 }, { .many = 50 }, { 0 } };
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(many));
	t.query.max_rows = 60;
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_int_equal(t.got.nrows, 60);
	assert_string_equal(t.e.text, "trino: more than 60 rows, stopped there (the server was told to stop)");
	trino_talk_end(&t);
	assert_int_equal(t.seen.deletes, 1);
}

/* ---- values ---- */

static const struct param values[] = {
	{ "id", "726100801" }, { "name", "it's; DROP TABLE t --" }, { "none", NULL },
};

#define BOUND "SELECT a FROM t WHERE a = :id AND b IN (:name, 'it''s?', :none) AND c = :id;"

static void bind(struct trino_talk *t)
{
	t->query.params = values;
	t->query.nparams = sizeof(values) / sizeof(*values);
}

static void test_P37_values_travel_as_literals(void **state)
{
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(three_pages));
	bind(&t);
	run_well(&t, BOUND);
	assert_non_null(strstr(buf_str(&t.got.sent), "EXECUTE IMMEDIATE 'SELECT a"));
	assert_non_null(strstr(buf_str(&t.got.sent), "\n-- :name = 'it''s; DROP TABLE t --'"));
	run_well(&t, BOUND);
	trino_talk_end(&t);
	assert_int_equal(t.seen.posts, 2);
	assert_string_equal(t.seen.statement,
			    "EXECUTE IMMEDIATE 'SELECT a FROM t WHERE a = ? AND b IN (?, ''it''''s?'', ?) "
			    "AND c = ?' USING '726100801', 'it''s; DROP TABLE t --', NULL, '726100801'");
	assert_string_equal(t.seen.prepared, "");
}

/* The old way is found out once, then kept. */
static void an_old_server_gets_a_prepared_statement(void **state)
{
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(three_pages, .old = true));
	bind(&t);
	run_well(&t, BOUND);
	run_well(&t, BOUND);
	assert_int_equal(t.got.nrows, 8);
	trino_talk_end(&t);
	/* the trial, two questions who we are, the query, the query */
	assert_int_equal(t.seen.posts, 5);
	assert_string_equal(t.seen.statement, "EXECUTE sextant USING '726100801', 'it''s; DROP TABLE t --', "
					      "NULL, '726100801'");
	assert_string_equal(t.seen.prepared, "sextant=SELECT a FROM t WHERE a = ? AND b IN (?, 'it''s?', ?) "
					     "AND c = ?");
}

static void a_statement_too_long_for_a_header_says_so(void **state)
{
	struct trino_talk t;
	char *sql = malloc(8001);

	(void)state;
	memset(sql, ' ', 8000);
	memcpy(sql, "SELECT :id", 10);
	sql[7999] = ';';
	sql[8000] = '\0';
	trino_talk_begin(&t, FAKE(three_pages, .old = true));
	bind(&t);
	assert_false(trino_talk_run(&t, sql));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_non_null(strstr(t.e.text, "older than 418"));
	assert_int_equal(strncmp(t.e.text, "trino: ", 7), 0);
	trino_talk_end(&t);
	free(sql);
}

/* An error of the query itself is no sign of an old server, and is said once. */
static void an_error_of_syntax_stays_one(void **state)
{
	static const struct trino_answer wrong[] = {
		{ 0 }, { .error = "{\"message\":\"line 1:8: mismatched input\",\"errorCode\":1,"
				  "\"errorName\":\"SYNTAX_ERROR\",\"errorType\":\"USER_ERROR\"}" },
	};
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(wrong));
	bind(&t);
	assert_false(trino_talk_run(&t, "SELECT FROM FROM :id"));
	assert_int_equal(t.e.kind, ERR_REMOTE);
	assert_false(t.e.transient);
	assert_string_equal(t.e.text, "trino: SYNTAX_ERROR: line 1:8: mismatched input");
	trino_talk_end(&t);
	assert_int_equal(t.seen.posts, 2);
	assert_int_equal(t.seen.deletes, 0);
}

static void a_fixed_time_limit_is_left_out(void **state)
{
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(three_pages, .fixed_limits = true));
	run_well(&t, "SELECT a");
	assert_int_equal(t.got.nrows, 4);
	run_well(&t, "SELECT a");
	trino_talk_end(&t);
	assert_string_equal(t.seen.session, "");
	assert_int_equal(t.seen.posts, 5);
}

static void what_writes_is_not_sent(void **state)
{
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(three_pages));
	bind(&t);
	assert_false(trino_talk_run(&t, "DELETE FROM t WHERE a = :id"));
	assert_int_equal(t.e.kind, ERR_CONFIG);
	assert_string_equal(t.e.text, "trino: SQL: only statements that read are sent, not DELETE");
	assert_false(trino_talk_run(&t, "SELECT :nobody"));
	assert_int_equal(t.e.kind, ERR_CONFIG);
	t.query.params = &(struct param){ "id", "a\xff" };
	assert_false(trino_talk_run(&t, "SELECT :id"));
	assert_int_equal(t.e.kind, ERR_CONFIG);
	trino_talk_end(&t);
	assert_int_equal(t.seen.posts, 0);
}

/* ---- who asks ---- */

static void credentials_go_with_each_request(void **state)
{
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(three_pages, .user = "reader", .password = "s3cret"));
	run_well(&t, "SELECT a");
	trino_talk_end(&t);
	assert_int_equal(t.seen.refused, 0);
	trino_talk_begin(&t, FAKE(three_pages, .token = "eyJhbGciOiJub25lIn0.e30."));
	run_well(&t, "SELECT a");
	assert_null(strstr(buf_str(&t.got.sent), "eyJ"));
	trino_talk_end(&t);
	assert_int_equal(t.seen.refused, 0);
	assert_int_equal(t.seen.gets, 5);
}

/* The next page is asked over the same TLS; whom nobody vouches for gets no password. */
static void test_P31_tls_is_verified(void **state)
{
	char cert[200], key[200], ca[200];
	struct err e = { 0 };
	char *dir = temp_dir("trino", &e);
	struct trino_talk t;

	(void)state;
	assert_non_null(dir);
	assert_true(tls_files(dir, &e));
	snprintf(cert, sizeof(cert), "%s/server.crt", dir);
	snprintf(key, sizeof(key), "%s/server.key", dir);
	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	trino_talk_begin(&t, FAKE(three_pages, .cert_file = cert, .key_file = key, .password = "s3cret",
				  .ca_file = ca));
	run_well(&t, "SELECT a");
	assert_int_equal(t.got.nrows, 4);
	trino_talk_end(&t);
	assert_int_equal(t.seen.refused, 0);
	trino_talk_begin(&t, FAKE(three_pages, .cert_file = cert, .key_file = key, .password = "s3cret"));
	assert_false(trino_talk_run(&t, "SELECT a"));
	assert_int_equal(t.e.kind, ERR_TRUST);
	assert_false(t.e.transient);
	trino_talk_end(&t);
	assert_int_equal(t.seen.posts + t.seen.refused, 0);
	temp_dir_remove(dir);
	free(dir);
}

static void health_is_a_real_answer(void **state)
{
	struct health h;
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(three_pages, .user = "alice"));
	assert_true(trino_ops.check(t.conn, in_ms(5000), NULL, &h, &t.e));
	assert_string_equal(h.server, "Trino 476-fake");
	assert_string_equal(h.user, "alice");
	assert_non_null(strstr(h.detail, "EXECUTE IMMEDIATE"));
	trino_talk_end(&t);
	trino_talk_begin(&t, FAKE(three_pages, .old = true, .fixed_limits = true));
	assert_true(trino_ops.check(t.conn, in_ms(5000), NULL, &h, &t.e));
	assert_non_null(strstr(h.detail, "header; our time limit may not be set"));
	assert_int_equal(t.e.kind, ERR_NONE);
	trino_talk_end(&t);
}

/* ---- settings ---- */

static void wrong_settings_are_refused(void **state)
{
	static const struct { const char *key, *value, *why; } wrong[] = {
		{ "url", "ftp://h", "must begin with" }, { "url", "https://h/path", "must end behind" },
		{ "url", "https://u@h", "no user" }, { "auth", "hmac", "none of none, basic, bearer" },
		{ "user", "a b", "plain ASCII" }, { "catalog", "a\nX-Evil: 1", "plain ASCII" },
		{ "user", "", "no user: set sources.trino.user" },
		{ "auth", "bearer", "no token: set sources.trino.token" },
		{ "auth", "basic", "no password: set sources.trino.password" },
		{ "url", "http://far.example.net", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct setting settings[] = {
			{ (char *)(uintptr_t)wrong[i].key, (char *)(uintptr_t)wrong[i].value, NULL },
			{ (char *)(uintptr_t)"url", (char *)(uintptr_t)"trino.example.net", NULL },
			{ (char *)(uintptr_t)"user", (char *)(uintptr_t)"alice", NULL },
		};
		struct source s = { .name = "trino", .settings = settings, .nsettings = 3 };
		struct err e = { 0 };
		bool ok = trino_ops.prepare(&s, &e);

		if (ok != !wrong[i].why || (wrong[i].why && !strstr(e.text, wrong[i].why)))
			fail_msg("%s %s: %s", wrong[i].key, wrong[i].value, e.text);
	}
}

static void a_bare_host_means_https(void **state)
{
	struct source *s = source_make(&trino_ops, "trino", "url", "Trino.example.net", "user", "a", NULL);

	(void)state;
	assert_string_equal(s->origin, "https://trino.example.net:443");
	source_free(s);
}

static void a_password_goes_by_tls_only(void **state)
{
	struct setting settings[] = {
		{ (char *)(uintptr_t)"url", (char *)(uintptr_t)"http://far.example.net", NULL },
		{ (char *)(uintptr_t)"user", (char *)(uintptr_t)"alice", NULL },
		{ (char *)(uintptr_t)"auth", (char *)(uintptr_t)"basic", NULL },
		{ (char *)(uintptr_t)"password", (char *)(uintptr_t)"env:P", NULL },
	};
	struct source s = { .name = "trino", .settings = settings, .nsettings = 4 };
	struct err e = { 0 };

	(void)state;
	assert_false(trino_ops.prepare(&s, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_non_null(strstr(e.text, "not sent over plain http"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_followed_to_their_end),
		cmocka_unit_test(an_empty_answer_has_columns),
		cmocka_unit_test(test_P12_values_are_as_the_server_wrote_them),
		cmocka_unit_test(a_ceiling_of_rows_stops_the_server),
		cmocka_unit_test(test_P37_values_travel_as_literals),
		cmocka_unit_test(an_old_server_gets_a_prepared_statement),
		cmocka_unit_test(a_statement_too_long_for_a_header_says_so),
		cmocka_unit_test(an_error_of_syntax_stays_one),
		cmocka_unit_test(a_fixed_time_limit_is_left_out),
		cmocka_unit_test(what_writes_is_not_sent),
		cmocka_unit_test(credentials_go_with_each_request),
		cmocka_unit_test(test_P31_tls_is_verified),
		cmocka_unit_test(health_is_a_real_answer),
		cmocka_unit_test(wrong_settings_are_refused),
		cmocka_unit_test(a_bare_host_means_https),
		cmocka_unit_test(a_password_goes_by_tls_only),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
