/* The Neo4j client against the real server that tests/peers/neo4j.sh starts. */
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
#include "sections/config.h"
#include "tests/support/client_talk.h"

/* Long enough to be stopped. */
#define ENDLESS "UNWIND range(1, 4000000000) AS x RETURN sum(x) AS s"

static const char *url, *version;
static char right[48], wrong[48];

static void talk_begin(struct client_talk *t)
{
	client_talk_begin(t, source_make(&neo4j_ops, "neo4j", "url", url, "auth", "basic", "user", "neo4j",
					 "password", right, "database", "neo4j", NULL));
}

static void run_well(struct client_talk *t, const char *text)
{
	if (!client_talk_run(t, text))
		fail_msg("%s: %s", text, t->e.text);
}

static void health_names_the_version(void **state)
{
	struct client_talk t;
	struct health h;
	char expected[64];

	(void)state;
	talk_begin(&t);
	if (!neo4j_ops.check(t.conn, in_ms(60000), NULL, &h, &t.e))
		fail_msg("%s", t.e.text);
	printf("%s as %s (%s)\n", h.server, h.user, h.detail);
	snprintf(expected, sizeof(expected), "Neo4j %s", version);
	assert_string_equal(h.server, expected);
	assert_string_equal(h.user, "neo4j");
	assert_true(h.read_only);
	assert_int_equal(h.rights, RIGHTS_WRITE);       /* the community edition knows no others */
	client_talk_end(&t);
}

static void types_are_read(void **state)
{
	struct client_talk t;

	(void)state;
	talk_begin(&t);
	run_well(&t, "RETURN 9223372036854775807 AS big, null AS none, '' AS empty, 1.0e300 AS f, 0.0/0.0 AS nan, "
		     "datetime('2026-01-23T14:20:31.123456789[America/New_York]') AS zoned, "
		     "localdatetime('2026-01-23T14:20:31') AS local, date('2026-01-01') AS day, "
		     "duration('P1DT2S') AS span, point({x: 1, y: 2}) AS place, [1, null, 'a'] AS list, "
		     "{z: [datetime('2026-01-23T14:20:31Z'), 1.5]} AS map, true AS yes, '\\u0001\xc3\xa9' AS text");
	assert_string_equal(buf_str(&t.got.columns),
			    "big|none|empty|f|nan|zoned|local|day|span|place|list|map|yes|text");
	assert_string_equal(buf_str(&t.got.rows),
			    "9223372036854775807|<null>||1.0E300|NaN|"
			    "2026-01-23T14:20:31.123456789-05:00[America/New_York]|2026-01-23T14:20:31|2026-01-01|"
			    "P1DT2S|SRID=7203;POINT (1.0 2.0)|[1,null,\"a\"]|"
			    "{\"z\":[\"2026-01-23T14:20:31Z\",1.5]}|true|\x01\xc3\xa9\n");
	client_talk_end(&t);
}

static void graphs_are_read(void **state)
{
	struct client_talk t;

	(void)state;
	talk_begin(&t);
	run_well(&t, "MATCH p = (n:Function {name: 'parse'})-[r:CALLS]->(m) RETURN n, r, p");
	assert_int_equal(t.got.nrows, 1);
	assert_non_null(strstr(buf_str(&t.got.rows), "\"labels\":[\"Function\"],\"properties\":{"));
	assert_non_null(strstr(buf_str(&t.got.rows), "\"line\":12"));
	assert_non_null(strstr(buf_str(&t.got.rows), "\"type\":\"CALLS\",\"properties\":{\"weight\":1.5}}|[{"));
	client_talk_end(&t);
}

static void values_are_bound(void **state)
{
	static const char odd[] = "'\"\\ }\n$b \xe2\x80\xae` // /* RETURN";
	const struct param params[] = { { "a", odd }, { "b", NULL }, { "limit", "3" } };
	struct client_talk t;
	char expected[100];

	(void)state;
	talk_begin(&t);
	t.query.params = params;
	t.query.nparams = 3;
	run_well(&t, "UNWIND range(1, 9) AS i RETURN $a AS a, $b AS b, i LIMIT toInteger($limit)");
	assert_int_equal(t.got.nrows, 3);
	snprintf(expected, sizeof(expected), "%s|<null>|1\n", odd);
	assert_memory_equal(buf_str(&t.got.rows), expected, strlen(expected));
	client_talk_end(&t);
}

static void many_rows_are_cut(void **state)
{
	struct client_talk t;

	(void)state;
	talk_begin(&t);
	t.got.count_only = true;
	t.query.max_rows = 100;
	assert_false(client_talk_run(&t, "UNWIND range(1, 5000000) AS i RETURN i"));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_int_equal(t.got.nrows, 100);
	assert_true(t.got.received < 20000);
	client_talk_end(&t);
}

static void nothing_writes(void **state)
{
	static const char *const statements[] = {
		"CREATE (n:Written) RETURN n", "MATCH (n) SET n.written = 1", "CREATE INDEX i FOR (n:F) ON (n.a)",
		"CALL db.createLabel('X')", "CREATE USER bob SET PASSWORD 'password123'",
		"UNWIND [1] AS x CALL (x) { CREATE (:Written) } IN TRANSACTIONS RETURN x",
	};
	struct client_talk t;

	(void)state;
	talk_begin(&t);
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
		assert_false(client_talk_run(&t, statements[i]));
		if (t.e.kind != ERR_CONFIG || !strstr(t.e.text, "read access mode"))
			fail_msg("%s: %s", statements[i], t.e.text);
	}
	run_well(&t, "MATCH (n:Written) RETURN count(n) AS n");
	assert_string_equal(buf_str(&t.got.rows), "0\n");
	client_talk_end(&t);
}

static void errors_have_kinds(void **state)
{
	struct client_talk t;

	(void)state;
	talk_begin(&t);
	assert_false(client_talk_run(&t, "RETRN 1"));
	assert_int_equal(t.e.kind, ERR_REMOTE);
	assert_false(t.e.transient);
	assert_non_null(strstr(t.e.text, "SyntaxError"));
	/* It comes behind rows, inside a 202. */
	assert_false(client_talk_run(&t, "UNWIND [1, 2, 0] AS x RETURN 1 / x AS y"));
	assert_int_equal(t.e.kind, ERR_REMOTE);
	assert_int_equal(t.e.code, 202);
	assert_string_equal(buf_str(&t.got.rows), "1\n0\n");
	run_well(&t, "RETURN 1 AS a");
	client_talk_end(&t);
}

static void assert_nothing_runs(struct client_talk *t)
{
	t->query.deadline = in_ms(60000);
	t->cancel.fired = false;
	run_well(t, "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS '4000000000' AND NOT "
		    "currentQuery STARTS WITH 'SHOW' RETURN currentQuery");
	assert_int_equal(t->got.nrows, 0);
}

/* A server that has just begun takes seconds to plan a statement that it never saw. */
static void warm_up(struct client_talk *t)
{
	const struct param nobody = { "running", "nobody" };

	t->query.params = &nobody;
	t->query.nparams = 1;
	run_well(t, "SHOW TRANSACTIONS YIELD transactionId AS id, parameters "
		    "WHERE parameters.sextant_query = $running "
		    "TERMINATE TRANSACTIONS id YIELD message RETURN message");
	t->query.params = NULL;
	t->query.nparams = 0;
}

static void cancelling_stops_the_server(void **state)
{
	struct client_talk t;
	struct firing *firing;
	usec fired, ended;

	(void)state;
	talk_begin(&t);
	warm_up(&t);
	firing = fire_later(&t.cancel, 1500);
	assert_false(client_talk_run(&t, ENDLESS));
	ended = in_ms(0);
	fired = firing_end(firing);
	printf("%s, %lld ms after it\n", t.e.text, (long long)((ended - fired) / USEC_MS));
	assert_int_equal(t.e.kind, ERR_CANCELLED);
	assert_non_null(strstr(t.e.text, "(the server was told to stop)"));
	client_talk_end(&t);
	talk_begin(&t);
	assert_nothing_runs(&t);
	client_talk_end(&t);
}

static void lateness_stops_the_server(void **state)
{
	struct client_talk t;

	(void)state;
	talk_begin(&t);
	t.query.deadline = in_ms(2500);
	assert_false(client_talk_run(&t, ENDLESS));
	printf("%s\n", t.e.text);
	assert_int_equal(t.e.kind, ERR_TIMEOUT);
	assert_nothing_runs(&t);
	client_talk_end(&t);
}

static void wrong_passwords_are_refused(void **state)
{
	struct client_talk t;

	(void)state;
	client_talk_begin(&t, source_make(&neo4j_ops, "neo4j", "url", url, "auth", "basic", "user", "neo4j",
					  "password", wrong, "database", "neo4j", NULL));
	/* After three the server asks to wait, which is no other kind. */
	for (int i = 0; i < 4; i++) {
		assert_false(client_talk_run(&t, "RETURN 1"));
		assert_int_equal(t.e.kind, ERR_AUTH);
		assert_false(t.e.transient);
	}
	assert_non_null(strstr(t.e.text, "AuthenticationRateLimit"));
	client_talk_end(&t);
}

static void our_queries_are_understood(void **state)
{
	static const char error[] = "HTTP 503: Upstream connect error or disconnect before headers";
	struct param params[] = { { "graph_error", error }, { "graph_service", "gateway" }, { "limit", "30" } };
	const struct embedded *f = embedded_find("sections/queries/neo4j/code_graph_by_error.cypher");
	struct client_talk t;
	char text[4096];

	(void)state;
	assert_non_null(f);
	snprintf(text, sizeof(text), "%.*s", (int)f->len, f->data);
	talk_begin(&t);
	t.query.params = params;
	t.query.nparams = sizeof(params) / sizeof(*params);
	run_well(&t, text);
	assert_string_equal(buf_str(&t.got.columns), "function|class|file|line|service|repository|says|callers");
	assert_string_equal(buf_str(&t.got.rows),
			    "connect|<null>|proxy.rb|7|gateway|<null>|upstream connect error|\n"
			    "deliver|Callbacks::Sender|sender.rb|48|callback-worker|<null>|upstream connect error|"
			    "perform, retry_later\n");
	/* What a record does not have is not known; a class is found by its name. */
	params[0].value = "undefined method for Callbacks::Sender";
	params[1].value = NULL;
	run_well(&t, text);
	assert_int_equal(t.got.nrows, 1);
	params[0].value = "nothing of the kind";
	run_well(&t, text);
	assert_int_equal(t.got.nrows, 0);
	client_talk_end(&t);
}

static void unknown_databases_are_named(void **state)
{
	struct client_talk t;

	(void)state;
	client_talk_begin(&t, source_make(&neo4j_ops, "neo4j", "url", url, "auth", "basic", "user", "neo4j",
					  "password", right, "database", "nope", NULL));
	assert_false(client_talk_run(&t, "RETURN 1"));
	assert_int_equal(t.e.kind, ERR_CONFIG);
	assert_non_null(strstr(t.e.text, "DatabaseNotFound"));
	client_talk_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health_names_the_version),
		cmocka_unit_test(types_are_read),
		cmocka_unit_test(graphs_are_read),
		cmocka_unit_test(values_are_bound),
		cmocka_unit_test(many_rows_are_cut),
		cmocka_unit_test(nothing_writes),
		cmocka_unit_test(errors_have_kinds),
		cmocka_unit_test(our_queries_are_understood),
		cmocka_unit_test(cancelling_stops_the_server),
		cmocka_unit_test(lateness_stops_the_server),
		cmocka_unit_test(unknown_databases_are_named),
		cmocka_unit_test(wrong_passwords_are_refused),
	};
	int failed;

	url = getenv("SEXTANT_TEST_NEO4J");
	version = getenv("SEXTANT_TEST_NEO4J_VERSION");
	if (!url || !version || !getenv("SEXTANT_TEST_NEO4J_PASSWORD")) {
		printf("tests/peers/neo4j.sh starts the server for this\n");
		return 77;
	}
	secret_file_make(right, getenv("SEXTANT_TEST_NEO4J_PASSWORD"));
	secret_file_make(wrong, "wrong");
	failed = cmocka_run_group_tests(tests, clients_start, clients_stop);
	unlink(right + strlen("file:"));
	unlink(wrong + strlen("file:"));
	return failed;
}
