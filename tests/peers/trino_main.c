/* The Trino client against the real coordinator that tests/peers/trino.sh starts. */
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
#include "clients/trino_ask.h"
#include "sections/config.h"
#include "tests/support/client_fixture.h"

static const char *url, *tls_url, *dir;

struct talk {
	struct source *source;
	struct trino *conn;
	struct record got;
	struct query query;
	struct cancel cancel;
	struct err e;
};

static void talk_open(struct talk *t, struct source *source)
{
	static unsigned next;

	*t = (struct talk){ .source = source };
	t->conn = trino_ops.open(source, &t->e);
	assert_non_null(t->conn);
	record_init(&t->got);
	assert_true(cancel_init(&t->cancel, &t->e));
	t->query = (struct query){ .name = "test", .deadline = in_ms(120000) };
	snprintf(t->query.id, sizeof(t->query.id), "sextant-test-%d-%u", getpid(), ++next);
}

static void talk_begin(struct talk *t, const char *user)
{
	talk_open(t, source_make(&trino_ops, "trino", "url", url, "user", user, "catalog", "memory",
				 "schema", "default", NULL));
}

static bool talk_run(struct talk *t, const char *sql)
{
	t->query.text = sql;
	t->e = (struct err){ 0 };
	return trino_ops.run(t->conn, &t->query, &t->cancel, &t->got.sink, &t->e);
}

static void run_well(struct talk *t, const char *sql)
{
	if (!talk_run(t, sql))
		fail_msg("%s: %s", sql, t->e.text);
}

static void talk_end(struct talk *t)
{
	trino_ops.close(t->conn);
	record_release(&t->got);
	cancel_release(&t->cancel);
	source_free(t->source);
}

/* A statement that the client would not send: tables have to come from somewhere. */
static void make(struct talk *t, const char *sql)
{
	struct trino_request request = TRINO_REQUEST_INIT;
	struct trino_asking *a = calloc(1, sizeof(*a));
	struct err e = { 0 };

	buf_puts(&request.body, sql);
	a->trino = t->conn;
	a->request = &request;
	a->deadline = in_ms(60000);
	a->id = "setup";
	a->max_bytes = a->max_rows = 1 << 20;
	if (!trino_ask(a, &e))
		fail_msg("%s: %s", sql, e.text);
	trino_asking_free(a);
	trino_request_release(&request);
}

static void health_names_the_version(void **state)
{
	struct health h;
	struct talk t;

	(void)state;
	talk_begin(&t, "alice");
	if (!trino_ops.check(t.conn, in_ms(60000), NULL, &h, &t.e))
		fail_msg("%s", t.e.text);
	printf("%s as %s (%s)\n", h.server, h.user, h.detail);
	assert_int_equal(strncmp(h.server, "Trino 4", 7), 0);
	assert_string_equal(h.user, "alice");
	assert_int_equal(t.conn->binding, TRINO_BIND_IMMEDIATE);
	talk_end(&t);
}

static void types_are_read(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t, "alice");
	run_well(&t, "SELECT 9223372036854775807 AS big, CAST(NULL AS varchar) AS none, '' AS empty, "
		     "DECIMAL '12345678901234567890.12' AS exact, "
		     "TIMESTAMP '2026-01-23 14:20:31.123456789' AS at, "
		     "TIMESTAMP '2026-01-23 14:20:31.123 America/New_York' AS zoned, X'00ff' AS bytes, "
		     "nan() AS n, ARRAY[1, NULL] AS list, MAP(ARRAY['k'], ARRAY[1.5]) AS map, "
		     "CAST(ROW(1, 'y') AS ROW(a int, b varchar)) AS pair, DATE '2026-01-01' AS day, true AS yes, "
		     "concat('a', chr(0), 'b') AS nul");
	assert_string_equal(buf_str(&t.got.columns),
			    "big|none|empty|exact|at|zoned|bytes|n|list|map|pair|day|yes|nul");
	assert_memory_equal(t.got.rows.data,
			    "9223372036854775807|<null>||12345678901234567890.12|2026-01-23 14:20:31.123456789|"
			    "2026-01-23 14:20:31.123 America/New_York|AP8=|NaN|[1,null]|{\"k\":\"1.5\"}|[1,\"y\"]|"
			    "2026-01-01|true|a\0b\n", t.got.rows.len);
	talk_end(&t);
}

static void statements_that_look_are_answered(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t, "alice");
	run_well(&t, "SHOW CATALOGS");
	assert_non_null(strstr(buf_str(&t.got.rows), "tpch\n"));
	run_well(&t, "DESCRIBE tpch.tiny.nation");
	run_well(&t, "EXPLAIN SELECT 1;");
	run_well(&t, "WITH n AS (SELECT 1 AS one) SELECT one FROM n WHERE one = 2");
	assert_false(talk_run(&t, "SELECT * FROM tpch.tiny.nosuch"));
	assert_int_equal(t.e.kind, ERR_REMOTE);
	assert_string_equal(t.e.text, "trino: TABLE_NOT_FOUND: line 1:15: Table 'tpch.tiny.nosuch' does not exist");
	talk_end(&t);
}

/* ---- values ---- */

enum { VALUES = 60, ROUNDS = 10 };

/* Quotes, comments, markers, controls, wide characters: everything that a C string holds
 * and is UTF-8. */
static void random_value(char *out, unsigned *seed)
{
	static const char *const bits[] = {
		"'", "''", "\"", "\\", "\\'", "?", ":x", ";", "--", "/*", "*/", "\n", "\r\n", "\t", "\1", "\x7f",
		"%", "_", "$1", "{x:String}", "é", "→", "𝄞", "\xef\xbb\xbf", "\xe2\x80\xae", "U&'\\0041'", "NULL",
		" ", "a", "DROP TABLE t", ")", "(", "`", "EXECUTE", "USING",
	};
	int n = rand_r(seed) % 12;

	*out = '\0';
	while (n-- > 0)
		strncat(out, bits[(unsigned)rand_r(seed) % (sizeof(bits) / sizeof(*bits))], 20);
}

static void values_come_back_equal(enum trino_binding binding)
{
	struct param params[VALUES];
	char names[VALUES][16], text[VALUES][256];
	unsigned seed = 20261122;
	struct buf sql = BUF_INIT;
	struct talk t;

	buf_puts(&sql, "SELECT count(*) FROM (VALUES ");
	for (int i = 0; i < VALUES; i++) {
		snprintf(names[i], sizeof(names[i]), "p%d", i);
		params[i] = (struct param){ names[i], text[i] };
		buf_printf(&sql, "%s(%d, :p%d)", i ? ", " : "", i, i);
	}
	buf_puts(&sql, ") v(i, s) WHERE to_hex(to_utf8(s)) = element_at(split(:hex, ','), i + 1)");
	talk_begin(&t, "alice");
	t.conn->binding = binding;
	for (int round = 0; round < ROUNDS; round++) {
		struct param all[VALUES + 1];
		struct buf hex = BUF_INIT;

		for (int i = 0; i < VALUES; i++) {
			random_value(text[i], &seed);
			buf_puts(&hex, i ? "," : "");
			for (const char *c = text[i]; *c; c++)
				buf_printf(&hex, "%02X", (unsigned char)*c);
			all[i] = params[i];
		}
		all[VALUES] = (struct param){ "hex", buf_str(&hex) };
		t.query.params = all;
		t.query.nparams = VALUES + 1;
		buf_clear(&t.got.rows);
		run_well(&t, buf_str(&sql));
		assert_string_equal(buf_str(&t.got.rows), "60\n");
		buf_release(&hex);
	}
	assert_int_equal(t.conn->binding, binding == TRINO_BIND_HEADER ? binding : TRINO_BIND_IMMEDIATE);
	talk_end(&t);
	buf_release(&sql);
}

static void values_in_execute_immediate_come_back(void **state)
{
	(void)state;
	values_come_back_equal(TRINO_BIND_UNKNOWN);
}

static void values_for_a_prepared_header_come_back(void **state)
{
	(void)state;
	values_come_back_equal(TRINO_BIND_HEADER);
}

/* ---- a large answer ---- */

enum { MANY = 1000000 };

static size_t resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long all = 0, resident = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu %lu", &all, &resident), 2);
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

/* Counts rows and looks at memory; the fixture's sink keeps no text either. */
struct counting {
	struct row_sink sink;
	size_t rows, early_kb, most_kb;
	uint64_t bytes;
};

static void count_sent(struct row_sink *s, const char *text)
{
	(void)s;
	(void)text;
}

static bool count_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	(void)s;
	(void)names;
	(void)e;
	assert_int_equal(n, 6);
	return true;
}

static bool count_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct counting *c = (struct counting *)s;

	(void)cells;
	(void)e;
	if (++c->rows % 10000 == 0) {
		size_t now = resident_kb();

		if (c->rows == 100000)
			c->early_kb = now;
		c->most_kb = now > c->most_kb ? now : c->most_kb;
	}
	return true;
}

static void count_progress(struct row_sink *s, const struct progress *p)
{
	(void)s;
	(void)p;
}

static void count_bytes(struct row_sink *s, size_t n)
{
	((struct counting *)s)->bytes += n;
}

static void a_million_rows_take_no_more_memory_than_ten(void **state)
{
	struct counting c = { .sink = { count_sent, count_columns, count_row, count_progress, count_bytes } };
	struct talk t;
	usec begun = in_ms(0);

	(void)state;
	talk_begin(&t, "alice");
	t.query.deadline = in_ms(300000);
	t.query.text = "SELECT orderkey, partkey, quantity, shipdate, shipmode, comment FROM tpch.sf1.lineitem "
		       "LIMIT 1000000";
	if (!trino_ops.run(t.conn, &t.query, &t.cancel, &c.sink, &t.e))
		fail_msg("%s", t.e.text);
	assert_int_equal(c.rows, MANY);
	printf("%d rows, %.0f MB in %.1f s; resident %zu MB at 100,000 rows, %zu MB at most\n", MANY,
	       (double)c.bytes / 1e6, (double)(in_ms(0) - begun) / 1e6, c.early_kb / 1024, c.most_kb / 1024);
	/* A sanitizer's allocator keeps freed memory for a while. */
	if (!getenv("ASAN_OPTIONS"))
		assert_true(c.most_kb < c.early_kb + 24 * 1024);
	talk_end(&t);
}

/* ---- stopping ---- */

#define LONG_QUERY "SELECT count(*) AS %s FROM tpch.sf1000.lineitem a CROSS JOIN tpch.sf1000.lineitem b " \
		   "WHERE a.comment < b.comment"

/* What became of the query with that mark, as the server tells; waits until it ended. It
 * failed with one of the errors. */
static void expect_ended(const char *mark, const char *error, const char *or_error)
{
	const struct param params[] = { { "mark", mark } };
	usec until = in_ms(60000);
	struct talk t;

	talk_begin(&t, "alice");
	t.query.params = params;
	t.query.nparams = 1;
	do {
		assert_true(in_ms(0) < until);
		buf_clear(&t.got.rows);
		run_well(&t, "SELECT state, error_code FROM system.runtime.queries WHERE source = 'sextant' "
			     "AND strpos(query, concat('AS ', :mark, ' FROM')) > 0");
	} while (!strstr(buf_str(&t.got.rows), "FAILED"));
	if (!strstr(buf_str(&t.got.rows), error) && !strstr(buf_str(&t.got.rows), or_error))
		fail_msg("%s", buf_str(&t.got.rows));
	talk_end(&t);
}

static void cancel_reaches_the_server(void **state)
{
	char sql[200];
	struct firing *firing;
	struct talk t;
	usec late;

	(void)state;
	talk_begin(&t, "alice");
	snprintf(sql, sizeof(sql), LONG_QUERY, "stopped_by_us");
	firing = fire_later(&t.cancel, 4000);
	assert_false(talk_run(&t, sql));
	late = in_ms(0) - firing_end(firing);
	assert_int_equal(t.e.kind, ERR_CANCELLED);
	assert_non_null(strstr(t.e.text, "(the server was told to stop)"));
	assert_true(late < 5 * USEC_SEC);
	talk_end(&t);
	expect_ended("stopped_by_us", "FAILED|USER_CANCELED\n", "FAILED|USER_CANCELED\n");
}

static void the_deadline_reaches_the_server(void **state)
{
	char sql[200];
	struct talk t;

	(void)state;
	talk_begin(&t, "alice");
	snprintf(sql, sizeof(sql), LONG_QUERY, "late");
	t.query.deadline = in_ms(8000);
	assert_false(talk_run(&t, sql));
	assert_int_equal(t.e.kind, ERR_TIMEOUT);
	talk_end(&t);
	/* Its limit is two seconds shorter than ours: whoever was first. */
	expect_ended("late", "FAILED|EXCEEDED_TIME_LIMIT\n", "FAILED|USER_CANCELED\n");
}

static void a_ceiling_of_rows_reaches_the_server(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t, "alice");
	t.got.count_only = true;
	t.query.max_rows = 1000;
	assert_false(talk_run(&t, "SELECT orderkey AS too_many FROM tpch.sf1000.lineitem"));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_int_equal(t.got.nrows, 1000);
	assert_non_null(strstr(t.e.text, "(the server was told to stop)"));
	talk_end(&t);
	expect_ended("too_many", "FAILED|USER_CANCELED\n", "FAILED|USER_CANCELED\n");
}

/* ---- who asks ---- */

static void rules_are_told_apart(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t, "limited");
	assert_false(talk_run(&t, "SELECT count(*) FROM tpch.tiny.nation"));
	assert_int_equal(t.e.kind, ERR_DENIED);
	assert_non_null(strstr(t.e.text, "PERMISSION_DENIED: Access Denied"));
	assert_false(t.e.transient);
	talk_end(&t);
	talk_begin(&t, "fixed");
	run_well(&t, "SELECT count(*) FROM tpch.tiny.nation");
	assert_string_equal(buf_str(&t.got.rows), "25\n");
	assert_true(t.conn->no_limits);
	talk_end(&t);
}

static struct source *secured(const char *auth, const char *key, const char *file)
{
	char ca[200], ref[200];

	snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
	snprintf(ref, sizeof(ref), "file:%s/%s", dir, file);
	return source_make(&trino_ops, "trino", "url", tls_url, "auth", auth, "ca_file", ca, key, ref, "user",
			   strcmp(auth, "basic") == 0 ? "reader" : "", NULL);
}

static void passwords_and_tokens_are_known(void **state)
{
	static const struct { const char *auth, *key, *file; } ways[] = {
		{ "basic", "password", "password" }, { "bearer", "token", "token" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct talk t;

		talk_open(&t, secured(ways[i].auth, ways[i].key, ways[i].file));
		run_well(&t, "SELECT current_user");
		assert_string_equal(buf_str(&t.got.rows), "reader\n");
		talk_end(&t);
		talk_open(&t, secured(ways[i].auth, ways[i].key, "wrong"));
		assert_false(talk_run(&t, "SELECT current_user"));
		if (t.e.kind != ERR_AUTH)
			fail_msg("%s: %s", ways[i].auth, t.e.text);
		assert_int_equal(t.e.code, 401);
		talk_end(&t);
	}
}

/* ---- our own queries ---- */

static void make_tables(struct talk *t)
{
	make(t, "CREATE TABLE callbacks_v2 AS SELECT 'u1' AS uuid, TIMESTAMP '2026-01-23 14:20:31.123' AS ts, "
		"'726100801' AS fk_tracking_id, 'c' AS config_id, 'L1' AS load_number, 'co' AS company_id, "
		"'https://h/x' AS ext_url, 503 AS ext_request_status, 'T' AS message_type, 'gone' AS error_msg, "
		"'2026-01-23' AS datestr");
	make(t, "CREATE TABLE load_files AS SELECT 'r1' AS record_uuid, 'f1' AS file_uuid, 'c' AS company, "
		"'x.csv' AS file_name, 1 AS record_index, 's' AS shipper_id, 'ca' AS carrier_id, 'ok' AS status, "
		"TIMESTAMP '2026-01-23 14:20:31' AS process_completed_timestamp, '' AS error, "
		"'' AS status_update_error, 'a' AS load_identifier_1, 'b' AS load_identifier_2, "
		"'c' AS load_identifier_3, 'd' AS load_identifier_4, '' AS external_id, '[]' AS queued_messages, "
		"'[]' AS skipped_messages, 'BK' AS booking_number, 'BL' AS bill_of_lading, "
		"'MSCU1234567' AS container_number, BIGINT '5' AS load_id, '2026-01-24' AS datestr");
	make(t, "CREATE TABLE logs AS SELECT TIMESTAMP '2026-01-23 14:20:31.5' AS timestamp, "
		"'Error' AS severity_text, 'mmcuw' AS service_name, 't' AS trace_id, "
		"'PROCESS_OCEAN_UPDATE 726100801' AS body, '2026-01-22' AS datestr");
}

static void our_queries_are_understood(void **state)
{
	static const char *const names[] = { "callbacks", "carrier_files", "ocean_events", "logs" };
	static const char *const rows[] = {
		"u1|2026-01-23 14:20:31.123|726100801|c|L1|co|https://h/x|503|T|gone\n",
		"r1|f1|c|x.csv|1|s|ca|ok|2026-01-23 14:20:31|||a|b|c|d||[]|[]|BK|BL|MSCU1234567|5\n",
		"2026-01-23 14:20:31.5|mmcuw|t|PROCESS_OCEAN_UPDATE 726100801\n",
		"2026-01-23 14:20:31.5|Error|mmcuw|t|PROCESS_OCEAN_UPDATE 726100801\n",
	};
	struct param params[] = {
		{ "from", "2026-01-20 00:00:00" }, { "to", "2026-01-24 00:00:00" }, { "tracking_id", "726100801" },
		{ "identifier", "726100801" }, { "container_number", "MSCU1234567" }, { "load_number", NULL },
		{ "booking_number", NULL }, { "bol_number", NULL }, { "carrier_id", NULL }, { "external_id", NULL },
		{ "slot_1", NULL }, { "slot_2", NULL }, { "slot_3", NULL }, { "slot_4", NULL },
		{ "ocean_services", NULL }, { "log_services", NULL },
	};
	struct talk t;

	(void)state;
	talk_begin(&t, "alice");
	make_tables(&t);
	t.query.params = params;
	t.query.nparams = sizeof(params) / sizeof(*params);
	for (size_t i = 0; i < 8; i++) {
		char path[80], text[8192];
		const struct embedded *f;

		snprintf(path, sizeof(path), "sections/queries/trino/%s.sql", names[i % 4]);
		f = embedded_find(path);
		assert_non_null(f);
		snprintf(text, sizeof(text), "%.*s", (int)f->len, f->data);
		/* The day after, there is nothing. */
		params[0].value = i < 4 ? "2026-01-20 00:00:00" : "2026-01-23 14:20:32";
		buf_clear(&t.got.rows);
		run_well(&t, text);
		assert_string_equal(buf_str(&t.got.rows), i < 4 ? rows[i] : "");
	}
	talk_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health_names_the_version),
		cmocka_unit_test(types_are_read),
		cmocka_unit_test(statements_that_look_are_answered),
		cmocka_unit_test(values_in_execute_immediate_come_back),
		cmocka_unit_test(values_for_a_prepared_header_come_back),
		cmocka_unit_test(a_million_rows_take_no_more_memory_than_ten),
		cmocka_unit_test(cancel_reaches_the_server),
		cmocka_unit_test(the_deadline_reaches_the_server),
		cmocka_unit_test(a_ceiling_of_rows_reaches_the_server),
		cmocka_unit_test(rules_are_told_apart),
		cmocka_unit_test(passwords_and_tokens_are_known),
		cmocka_unit_test(our_queries_are_understood),
	};

	url = getenv("SEXTANT_TEST_TRINO");
	tls_url = getenv("SEXTANT_TEST_TRINO_TLS");
	dir = getenv("SEXTANT_TEST_TRINO_DIR");
	if (!url || !tls_url || !dir) {
		fprintf(stderr, "tests/peers/trino.sh starts this\n");
		return 2;
	}
	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
