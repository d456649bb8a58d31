/* The client against a stand-in that refuses what Neo4j refuses. tests/peers runs it against
 * real ones as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cypher.h"
#include "clients/neo4j_request.h"
#include "clients/registry.h"
#include "tests/support/client_talk.h"
#include "tests/support/neo4j_fake.h"

#define TYPED(type, value) "{\"$type\":\"" type "\",\"_value\":" value "}"
#define ANSWER(fields, values) "{\"data\":{\"fields\":[" fields "],\"values\":[" values "]}}"
#define ERROR(code, message) "{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}"

/* ---- Cypher ---------------------------------------------------------------------------- */

static void words_and_parameters_are_found(void **state)
{
	static const char text[] = "MATCH (n:Limit {a: $one}) // $no\n WHERE n.return = '$no' /* $no */ AND "
				   "`$no``$no` <> \"\\\"$no\" RETURN $two";
	struct cypher_token t;
	struct buf found = BUF_INIT;
	struct err e = { 0 };
	struct cypher c;

	(void)state;
	cypher_begin(&c, text);
	while (cypher_next(&c, &t, &e)) {
		if (t.kind == CYPHER_PARAM)
			buf_printf(&found, "$%.*s ", (int)t.len, t.text);
		assert_false(cypher_is(&t, "LIMIT"));
		if (cypher_is(&t, "return"))
			buf_printf(&found, "%.*s@%u ", (int)t.len, t.text, t.depth);
	}
	assert_int_equal(e.kind, ERR_NONE);
	assert_string_equal(buf_str(&found), "$one RETURN@0 $two ");
	buf_release(&found);
}

static void what_is_not_closed_is_refused(void **state)
{
	static const char *const texts[] = { "RETURN 'a", "RETURN \"a\\\"", "RETURN `a``", "RETURN 1 /* a" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct cypher_token t;
		struct err e = { 0 };
		struct cypher c;

		cypher_begin(&c, texts[i]);
		while (cypher_next(&c, &t, &e))
			;
		assert_int_equal(e.kind, ERR_CONFIG);
	}
}

/* ---- requests -------------------------------------------------------------------------- */

static void assert_statement(const char *text, const char *expected)
{
	struct query q = { .name = "q", .text = text, .id = "id" };
	struct buf out = BUF_INIT, begins = BUF_INIT;
	struct err e = { 0 };

	if (!neo4j_request_build(&out, &q, 10, 5, &e))
		fail_msg("%s: %s", text, e.text);
	buf_printf(&begins, "{\"statement\":\"%s\",\"parameters\":{\"sextant_query\":\"id\"},"
			    "\"accessMode\":\"Read\",\"maxExecutionTime\":5}", expected);
	assert_string_equal(buf_str(&out), buf_str(&begins));
	buf_release(&begins);
	buf_release(&out);
}

static void a_limit_is_put_where_none_is(void **state)
{
	(void)state;
	assert_statement("RETURN 1", "RETURN 1\\nLIMIT 11");
	assert_statement(" RETURN 1 ; // end", " RETURN 1\\nLIMIT 11");
	assert_statement("RETURN 1 // end", "RETURN 1\\nLIMIT 11");
	assert_statement("RETURN 1 LIMIT 3", "RETURN 1 LIMIT 3");
	assert_statement("MATCH (n) WITH n LIMIT 3 RETURN n", "MATCH (n) WITH n LIMIT 3 RETURN n\\nLIMIT 11");
	assert_statement("CALL { RETURN 1 AS a LIMIT 1 } RETURN a", "CALL { RETURN 1 AS a LIMIT 1 } RETURN a\\nLIMIT 11");
	assert_statement("MATCH (n) RETURN n.limit", "MATCH (n) RETURN n.limit\\nLIMIT 11");
	assert_statement("CALL db.labels()", "CALL db.labels()");
}

static void test_P37_values_are_bound(void **state)
{
	static const char odd[] = "'\"\\ }\n$b \xe2\x80\xae RETURN";
	const struct param params[] = { { "unused", "x" }, { "a", odd }, { "b", NULL } };
	struct query q = { .name = "q", .text = "RETURN $a, $b, $a", .params = params, .nparams = 3, .id = "id" };
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	assert_true(neo4j_request_build(&out, &q, 10, 5, &e));
	assert_non_null(strstr(buf_str(&out), "\"parameters\":{\"sextant_query\":\"id\",\"a\":\"'\\\"\\\\ }\\n$b "
					      "\xe2\x80\xae RETURN\",\"b\":null}"));
	assert_null(strstr(buf_str(&out), "unused"));
	buf_release(&out);
}

static void requests_that_cannot_be_are_refused(void **state)
{
	const struct param wrong = { "a", "\xff" };
	const struct { const char *text, *words; const struct param *param; } cases[] = {
		{ "RETURN $b", "no value for $b", NULL },
		{ "RETURN $a", "the value of $a is no UTF-8", &wrong },
		{ "RETURN 1; RETURN 2", "only one statement", NULL },
		{ "RETURN 'a", "a quote (') is not closed", NULL },
		{ " // nothing", "the statement is empty", NULL },
		{ "RETURN '\xff'", "the statement is no UTF-8", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct query q = { .name = "q", .text = cases[i].text, .params = cases[i].param,
				   .nparams = cases[i].param != NULL, .id = "id" };
		struct buf out = BUF_INIT;
		struct err e = { 0 };

		assert_false(neo4j_request_build(&out, &q, 10, 5, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		if (!strstr(e.text, cases[i].words))
			fail_msg("%s", e.text);
		buf_release(&out);
	}
}

/* ---- settings --------------------------------------------------------------------------- */

static void assert_refused(const char *url, const char *key, const char *value, const char *words)
{
	struct setting settings[2] = {
		{ strdup("url"), strdup(url), strdup("test") }, { strdup(key), strdup(value), strdup("test") },
	};
	struct source s = { .name = "neo4j", .client = &neo4j_ops, .settings = settings, .nsettings = 2 };
	struct err e = { 0 };

	assert_false(neo4j_ops.prepare(&s, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, words))
		fail_msg("%s: %s", url, e.text);
	for (size_t i = 0; i < 2; i++) {
		free(settings[i].key);
		free(settings[i].value);
		free(settings[i].origin);
	}
}

static void settings_are_checked(void **state)
{
	(void)state;
	assert_refused("bolt://graph:7687", "auth", "none", "a Bolt address is for drivers");
	assert_refused("bolt+s://graph:7687", "auth", "none", "https://host:7473");
	assert_refused("neo4j+s://graph", "auth", "none", "a Bolt address is for drivers");
	assert_refused("https://graph:7473/db", "auth", "none", "must end behind host and port");
	assert_refused("https://graph:7473", "database", "a/../b", "cannot be the name of one");
	assert_refused("https://graph:7473", "auth", "hmac", "none of none, basic, bearer");
	assert_refused("https://graph:7473", "auth", "basic", "no user");
}

static void a_bare_host_means_https(void **state)
{
	struct source *s = source_make(&neo4j_ops, "neo4j", "url", "graph.example.net:7473", NULL);

	(void)state;
	assert_string_equal(s->origin, "https://graph.example.net:7473");
	source_free(s);
}

/* ---- the client and its server ------------------------------------------------------------ */

struct talk {
	struct client_talk client;
	struct neo4j_fake *fake;
	char secret[48];
	struct neo4j_seen seen;         /* after talk_end() */
};

static struct source *make_source(struct talk *t, const struct neo4j_options *o, const char *secret)
{
	const char *auth = o->token ? "bearer" : o->user ? "basic" : "none";
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u", neo4j_fake_port(t->fake));
	secret_file_make(t->secret, secret);
	return source_make(&neo4j_ops, "neo4j", "url", url, "auth", auth, "database", "neo4j", "user",
			   o->user ? o->user : "", o->token ? "token" : "password", t->secret, NULL);
}

static void talk_begin_as(struct talk *t, const struct neo4j_options *o, const char *secret)
{
	*t = (struct talk){ .fake = neo4j_fake_start(o) };
	client_talk_begin(&t->client, make_source(t, o, secret));
}

static void talk_begin(struct talk *t, const struct neo4j_options *o)
{
	talk_begin_as(t, o, o->token ? o->token : o->password ? o->password : "-");
}

static void talk_end(struct talk *t)
{
	client_talk_end(&t->client);
	t->seen = neo4j_fake_seen(t->fake);
	neo4j_fake_stop(t->fake);
	unlink(t->secret + strlen("file:"));
}

static void run_well(struct talk *t, const char *text)
{
	if (!client_talk_run(&t->client, text))
		fail_msg("%s: %s", text, t->client.e.text);
}

static void test_P12_typed_values_are_read(void **state)
{
	static const struct neo4j_options o = {
		.body = ANSWER("\"big\",\"f\",\"nan\",\"none\",\"yes\",\"text\",\"at\",\"list\",\"map\",\"new\"",
			       "[" TYPED("Integer", "\"9223372036854775807\"") "," TYPED("Float", "\"1.0E300\"") ","
			       TYPED("Float", "\"NaN\"") "," TYPED("Null", "null") "," TYPED("Boolean", "true") ","
			       TYPED("String", "\"a\\u0000b\"") ","
			       TYPED("ZonedDateTime", "\"2026-01-23T14:20:31.5-05:00[America/New_York]\"") ","
			       TYPED("List", "[" TYPED("Integer", "\"1\"") "," TYPED("Null", "null") ","
				     TYPED("Float", "\"NaN\"") "," TYPED("String", "\"\\\"\"") "]") ","
			       TYPED("Map", "{\"k\":" TYPED("Date", "\"2026-01-01\"") ",\"\\u0001l\":"
				     TYPED("List", "[]") "}") ","
			       TYPED("Vector", "{\"coordinates\":[1,2.50]}") "]") };
	static const char expected[] =
		"9223372036854775807|1.0E300|NaN|<null>|true|a\0b|2026-01-23T14:20:31.5-05:00[America/New_York]|"
		"[1,null,\"NaN\",\"\\\"\"]|{\"k\":\"2026-01-01\",\"\\u0001l\":[]}|{\"coordinates\":[1,2.50]}\n";
	struct talk t;

	(void)state;
	talk_begin(&t, &o);
	run_well(&t, "RETURN 1");
	assert_string_equal(buf_str(&t.client.got.columns), "big|f|nan|none|yes|text|at|list|map|new");
	assert_int_equal(t.client.got.rows.len, sizeof(expected) - 1);
	assert_memory_equal(t.client.got.rows.data, expected, sizeof(expected) - 1);
	talk_end(&t);
	assert_string_equal(t.seen.wrong, "");
}

#define NODE(id) TYPED("Node", "{\"_element_id\":\"" id "\",\"_labels\":[\"F\"],\"_properties\":{\"a\":" \
		       TYPED("Integer", "\"1\"") "}}")
#define EDGE TYPED("Relationship", "{\"_element_id\":\"5:0\",\"_start_node_element_id\":\"4:0\"," \
		   "\"_end_node_element_id\":\"4:1\",\"_type\":\"CALLS\",\"_properties\":{}}")
#define NODE_JSON(id) "{\"elementId\":\"" id "\",\"labels\":[\"F\"],\"properties\":{\"a\":1}}"
#define EDGE_JSON "{\"elementId\":\"5:0\",\"startNodeElementId\":\"4:0\",\"endNodeElementId\":\"4:1\"," \
		  "\"type\":\"CALLS\",\"properties\":{}}"

static void graphs_are_compact_json(void **state)
{
	static const struct neo4j_options o = {
		.body = ANSWER("\"n\",\"r\",\"p\"", "[" NODE("4:0") "," EDGE ","
			       TYPED("Path", "[" NODE("4:0") "," EDGE "," NODE("4:1") "]") "]") };
	struct talk t;

	(void)state;
	talk_begin(&t, &o);
	run_well(&t, "MATCH p = (n)-[r]->() RETURN n, r, p");
	assert_string_equal(buf_str(&t.client.got.rows), NODE_JSON("4:0") "|" EDGE_JSON "|[" NODE_JSON("4:0") ","
							  EDGE_JSON "," NODE_JSON("4:1") "]\n");
	talk_end(&t);
}

static void the_request_asks_for_reading(void **state)
{
	static const struct neo4j_options o = { .user = "neo4j", .password = "s3cret" };
	const struct param limit = { "limit", "3" };
	struct talk t;

	(void)state;
	talk_begin(&t, &o);
	t.client.query.params = &limit;
	t.client.query.nparams = 1;
	run_well(&t, "RETURN 1 AS a LIMIT toInteger($limit)");
	assert_string_equal(buf_str(&t.client.got.rows), "x\n");
	assert_non_null(strstr(buf_str(&t.client.got.sent), "/db/neo4j/query/v2 (basic as neo4j)\n{\"statement\":"));
	assert_null(strstr(buf_str(&t.client.got.sent), "s3cret"));
	talk_end(&t);
	assert_non_null(strstr(t.seen.body, "\"accessMode\":\"Read\""));
	assert_non_null(strstr(t.seen.body, "\"limit\":\"3\""));
	assert_string_equal(t.seen.wrong, "");
	assert_int_equal(t.seen.writes, 0);
}

static void writing_is_refused(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t, &(struct neo4j_options){ 0 });
	assert_false(client_talk_run(&t.client, "CREATE (n) RETURN n"));
	assert_int_equal(t.client.e.kind, ERR_CONFIG);
	assert_non_null(strstr(t.client.e.text, "Writing in read access mode not allowed"));
	talk_end(&t);
	assert_int_equal(t.seen.writes, 0);
}

static void assert_kind(const struct neo4j_options *o, enum err_kind kind, bool transient, const char *words)
{
	struct talk t;

	talk_begin(&t, o);
	assert_false(client_talk_run(&t.client, "RETURN 1"));
	if (t.client.e.kind != kind || t.client.e.transient != transient || !strstr(t.client.e.text, words))
		fail_msg("%s%s: %s", err_word(t.client.e.kind), t.client.e.transient ? ", transient" : "", t.client.e.text);
	talk_end(&t);
}

static void errors_are_known_by_their_code(void **state)
{
	static const struct { const char *code; enum err_kind kind; bool transient; } cases[] = {
		{ "Neo.ClientError.Security.Unauthorized", ERR_AUTH, false },
		{ "Neo.ClientError.Security.CredentialsExpired", ERR_AUTH, false },
		{ "Neo.ClientError.Security.AuthenticationRateLimit", ERR_AUTH, false },
		{ "Neo.ClientError.Security.Forbidden", ERR_DENIED, false },
		{ "Neo.ClientError.Statement.SyntaxError", ERR_REMOTE, false },
		{ "Neo.ClientError.Statement.AccessMode", ERR_CONFIG, false },
		{ "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", ERR_TIMEOUT, false },
		{ "Neo.TransientError.Transaction.DeadlockDetected", ERR_REMOTE, true },
		{ "Neo.TransientError.Transaction.MaximumTransactionLimitReached", ERR_QUOTA, true },
		{ "Neo.TransientError.General.MemoryPoolOutOfMemoryError", ERR_MEMORY, false },
		{ "Neo.DatabaseError.General.UnknownError", ERR_REMOTE, false },
		{ "Something.Else", ERR_REMOTE, false },
	};
	static const unsigned statuses[] = { 202, 400, 500 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char body[200];

		snprintf(body, sizeof(body), ERROR("%s", "because\\nof it"), cases[i].code);
		for (size_t s = 0; s < sizeof(statuses) / sizeof(*statuses); s++)
			assert_kind(&(struct neo4j_options){ .body = body, .status = statuses[s] }, cases[i].kind,
				    cases[i].transient, "because of it");
	}
}

static void an_error_behind_rows_keeps_them(void **state)
{
	static const struct neo4j_options o = {
		.body = "{\"data\":{\"fields\":[\"a\"],\"values\":[[" TYPED("Integer", "\"1\"") "]]},"
			"\"errors\":[{\"code\":\"Neo.TransientError.Transaction.LeaseExpired\",\"message\":\"m\"}]}" };
	struct talk t;

	(void)state;
	talk_begin(&t, &o);
	assert_false(client_talk_run(&t.client, "RETURN 1"));
	assert_string_equal(buf_str(&t.client.got.rows), "1\n");
	assert_int_equal(t.client.e.kind, ERR_REMOTE);
	assert_false(t.client.e.transient);
	talk_end(&t);
}

static void test_P14_bodies_that_are_no_answer(void **state)
{
	static const char *const bodies[] = {
		"{}", "[]", "{\"data\":{}}", "{\"data\":{\"fields\":[\"a\"],\"values\":{}}}", "{\"errors\":{}}",
		ANSWER("\"a\"", "[1]"), ANSWER("\"a\"", "[{\"$type\":\"Integer\"}]"), ANSWER("", "[]"),
		ANSWER("\"a\",\"b\"", "[" TYPED("Integer", "\"1\"") "]"), ANSWER("1.5,\"b\\u0000\"", "[1,2]"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		assert_kind(&(struct neo4j_options){ .body = bodies[i] }, ERR_DECODE, false, "neo4j: ");
}

static void statements_may_give_nothing(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t, &(struct neo4j_options){ .body = ANSWER("", "") });
	run_well(&t, "MATCH (n) FINISH");
	assert_int_equal(t.client.got.nrows, 0);
	talk_end(&t);
}

static void test_P25_refused_credentials_are_tried_once(void **state)
{
	static const struct neo4j_options basic = { .user = "neo4j", .password = "right" };
	static const struct neo4j_options bearer = { .token = "right-token" };
	struct talk t;

	(void)state;
	for (int i = 0; i < 2; i++) {
		talk_begin_as(&t, i ? &bearer : &basic, "wrong-secret");
		assert_false(client_talk_run(&t.client, "RETURN 1"));
		assert_int_equal(t.client.e.kind, ERR_AUTH);
		assert_null(strstr(t.client.e.text, "wrong-secret"));
		talk_end(&t);
		assert_int_equal(t.seen.refused, 1);
	}
	talk_begin(&t, &bearer);
	run_well(&t, "RETURN 1");
	talk_end(&t);
}

static void rows_beyond_the_ceiling_are_not_taken(void **state)
{
	static const struct neo4j_options o = { .body = ANSWER("\"a\"", "[" TYPED("Integer", "\"1\"") "],["
							       TYPED("Integer", "\"2\"") "]") };
	struct talk t;

	(void)state;
	talk_begin(&t, &o);
	t.client.query.max_rows = 1;
	assert_false(client_talk_run(&t.client, "RETURN 1"));
	assert_int_equal(t.client.e.kind, ERR_LIMIT);
	assert_string_equal(buf_str(&t.client.got.rows), "1\n");
	talk_end(&t);
	assert_non_null(strstr(t.seen.body, "LIMIT 2"));
}

static void cancelling_stops_the_server(void **state)
{
	struct talk t;
	struct firing *firing;

	(void)state;
	talk_begin(&t, &(struct neo4j_options){ .hang = true });
	firing = fire_later(&t.client.cancel, 150);
	assert_false(client_talk_run(&t.client, "RETURN 1"));
	firing_end(firing);
	assert_int_equal(t.client.e.kind, ERR_CANCELLED);
	assert_non_null(strstr(t.client.e.text, "(the server was told to stop)"));
	talk_end(&t);
	assert_int_equal(t.seen.stopped, 1);
}

static void lateness_stops_the_server(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t, &(struct neo4j_options){ .hang = true });
	t.client.query.deadline = in_ms(500);
	assert_false(client_talk_run(&t.client, "RETURN 1"));
	assert_int_equal(t.client.e.kind, ERR_TIMEOUT);
	assert_non_null(strstr(t.client.e.text, "(the server was told to stop)"));
	talk_end(&t);
	assert_int_equal(t.seen.stopped, 1);
	assert_non_null(strstr(t.seen.body, "\"maxExecutionTime\":1}"));
}

/* The enterprise edition knows what an account may. */
static void rights_are_asked_for(void **state)
{
	static const char *const may[] = { "read", "write" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct neo4j_options o = { .user = "neo4j", .password = "s3cret", .may = may[i] };
		struct health h;
		struct talk t;

		talk_begin(&t, &o);
		assert_true(neo4j_ops.check(t.client.conn, in_ms(5000), NULL, &h, &t.client.e));
		assert_int_equal(h.rights, i ? RIGHTS_WRITE : RIGHTS_READ);
		assert_int_equal(strstr(h.detail, "could write") != NULL, i);
		talk_end(&t);
	}
}

static void health_is_asked_for(void **state)
{
	static const struct neo4j_options o = { .user = "neo4j", .password = "s3cret" };
	struct health h;
	struct talk t;

	(void)state;
	talk_begin(&t, &o);
	assert_true(neo4j_ops.check(t.client.conn, in_ms(5000), NULL, &h, &t.client.e));
	assert_string_equal(h.server, "Neo4j 5.26.30");
	assert_string_equal(h.user, "neo4j");
	assert_string_equal(h.detail, "community, database neo4j, in read access mode, this account could write");
	assert_true(h.read_only);
	assert_int_equal(h.rights, RIGHTS_WRITE);
	talk_end(&t);
	talk_begin_as(&t, &o, "wrong");
	assert_false(neo4j_ops.check(t.client.conn, in_ms(5000), NULL, &h, &t.client.e));
	assert_int_equal(t.client.e.kind, ERR_AUTH);
	talk_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_parameters_are_found),
		cmocka_unit_test(what_is_not_closed_is_refused),
		cmocka_unit_test(a_limit_is_put_where_none_is),
		cmocka_unit_test(test_P37_values_are_bound),
		cmocka_unit_test(requests_that_cannot_be_are_refused),
		cmocka_unit_test(settings_are_checked),
		cmocka_unit_test(a_bare_host_means_https),
		cmocka_unit_test(test_P12_typed_values_are_read),
		cmocka_unit_test(graphs_are_compact_json),
		cmocka_unit_test(the_request_asks_for_reading),
		cmocka_unit_test(writing_is_refused),
		cmocka_unit_test(errors_are_known_by_their_code),
		cmocka_unit_test(an_error_behind_rows_keeps_them),
		cmocka_unit_test(test_P14_bodies_that_are_no_answer),
		cmocka_unit_test(statements_may_give_nothing),
		cmocka_unit_test(test_P25_refused_credentials_are_tried_once),
		cmocka_unit_test(rows_beyond_the_ceiling_are_not_taken),
		cmocka_unit_test(cancelling_stops_the_server),
		cmocka_unit_test(lateness_stops_the_server),
		cmocka_unit_test(health_is_asked_for),
		cmocka_unit_test(rights_are_asked_for),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
