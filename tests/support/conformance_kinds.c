/* The kinds, and servers for those that speak HTTP, which do what a trial says. */
#include "tests/support/conformance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"

const char *conformance_basic(void)
{
	static const char both[] = "alice:" CANARY;
	static char basic[64];

	if (!basic[0])
		EVP_EncodeBlock((unsigned char *)basic, (const unsigned char *)both, sizeof(both) - 1);
	return basic;
}

static const char *common_body(enum body b)
{
	static char secrets[256];

	snprintf(secrets, sizeof(secrets), "you said %s, Basic %s, X-Key: %s", CANARY, conformance_basic(), CANARY);
	return b == BODY_HTML ? "<html>login</html>" : b == BODY_WORDS ? "not now" :
	       b == BODY_SECRETS ? secrets : "{\"id\":";
}

static const char *type_of(const struct kind *k, const struct reply *r)
{
	return r->body == BODY_HTML ? "text/html" :
	       r->body == BODY_WORDS || r->body == BODY_SECRETS ? "text/plain" : k->type;
}

/* ---- servers that speak raw HTTP --------------------------------------------------------- */

static void put_big(const struct kind *k, struct buf *out)
{
	buf_puts(out, k->before);
	for (size_t i = 0; i < BIG_ROWS; i++) {
		const char *number = strstr(k->row, "%zu");

		buf_printf(out, "%s%.*s%zu%s", i ? k->between : "", (int)(number - k->row), k->row, i,
			   number + 3);
	}
	buf_puts(out, k->after);
}

static const char *retry_date(struct running *r)
{
	time_t then = time(NULL) + 5;
	struct tm tm;

	gmtime_r(&then, &tm);
	strftime(r->retry_after, sizeof(r->retry_after), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	return r->retry_after;
}

static const char *location(struct running *r)
{
	snprintf(r->location, sizeof(r->location), "http://127.0.0.1:%u/x", r->elsewhere);
	return r->location;
}

/* One answer as a script: head and body, or half of it, and then perhaps silence. */
static void write_reply(struct running *r, size_t i, const struct reply *reply, struct fault_step *steps)
{
	const struct kind *k = r->kind;
	struct buf body = BUF_INIT, *text = r->texts[i];
	bool half = reply->fault == CUT || reply->fault == STALL;
	size_t sent;

	if (reply->body == BODY_BIG)
		put_big(k, &body);
	else
		buf_puts(&body, k->bodies[reply->body] ? k->bodies[reply->body] : common_body(reply->body));
	sent = half ? body.len * 3 / 4 : body.len;
	buf_printf(text, "HTTP/1.1 %u Said\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
		   reply->status ? reply->status : 200, type_of(k, reply), body.len);
	if (reply->headers && *reply->headers)
		buf_puts(text, reply->headers);
	else if (reply->headers)
		buf_printf(text, "Retry-After: %s\r\n", retry_date(r));
	if (reply->elsewhere)
		buf_printf(text, "Location: %s\r\n", location(r));
	if (k->more && (reply->body == BODY_PAGE_1 || reply->body == BODY_PAGE_2))
		buf_printf(text, "Link: <%s%zu>; rel=\"next\"\r\n", k->more, i + 2);
	buf_puts(text, "\r\n");
	buf_put(text, body.data, sent);
	steps[0] = (struct fault_step){ .send = text->data, .len = text->len, .gap_ms = reply->delay_ms };
	if (reply->fault == HANG)
		steps[0].gap_ms = 30000;
	if (reply->fault == STALL)
		steps[1] = (struct fault_step){ .send = "", .gap_ms = 30000 };
	buf_release(&body);
}

/* The terminator of a script of `k` steps says what answers the next request. */
static void link_steps(struct running *r, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		size_t end = 0;

		while (r->steps[i][end].send)
			end++;
		r->steps[i][end].then = r->steps[i + 1];
	}
}

static void begin_raw(struct running *r, const struct trial *t)
{
	size_t n = 0;

	if (!r->kind->refused_first || !t->replies[0].status) {
		while (n < PRELUDES && r->kind->prelude[n]) {
			r->steps[n][0] = (struct fault_step){ .send = r->kind->prelude[n] };
			n++;
		}
	}
	r->asked_first = (unsigned)n;
	for (size_t i = 0; i < t->n; i++)
		write_reply(r, i, &t->replies[i], r->steps[n++]);
	link_steps(r, n);
	fault_start(&r->server, r->steps[0]);
	r->started = true;
	r->port = r->server.port;
}

/* ---- Trino ------------------------------------------------------------------------------- */

static struct trino_answer trino_answer(struct running *r, const struct reply *reply)
{
	static const enum trino_fault faults[] = { TRINO_WHOLE, TRINO_CUT, TRINO_HANG, TRINO_STALL };
	struct trino_answer a = { .status = reply->status, .fault = faults[reply->fault],
				  .delay_ms = reply->delay_ms, .type = type_of(r->kind, reply) };

	if (reply->body == BODY_BIG)
		a.many = BIG_ROWS;
	else if (r->kind->bodies[reply->body])
		a.rows = r->kind->bodies[reply->body];
	else
		a.body = common_body(reply->body);
	if (reply->elsewhere)
		a.location = location(r);
	if (reply->headers)
		a.retry_after = *reply->headers ? "7" : retry_date(r);
	return a;
}

/* A refusal, and silence, meet the POST; rows come with the pages behind it. */
static void begin_trino(struct running *r, const struct trial *t)
{
	struct trino_options o = { .answers = r->answers, .user = "alice", .password = CANARY };
	struct err e = { 0 };

	if (!t->replies[0].status && t->replies[0].fault != HANG)
		r->answers[o.nanswers++] = (struct trino_answer){ 0 };
	for (size_t i = 0; i < t->n; i++)
		r->answers[o.nanswers++] = trino_answer(r, &t->replies[i]);
	r->answers[o.nanswers++] = (struct trino_answer){ 0 };
	r->fake = trino_fake_start(&o, &e);
	assert_non_null(r->fake);
	r->port = trino_fake_port(r->fake);
}

unsigned conformance_asked(struct running *r)
{
	struct trino_seen seen;

	if (!r->fake) {
		unsigned n = atomic_load(&r->server.requests), first = r->asked_first;

		return n > first ? n - first : 0;
	}
	seen = trino_fake_seen(r->fake);
	return seen.posts + seen.gets + seen.deletes;
}

/* ---- the kinds ---------------------------------------------------------------------- */

static struct source *basic_source(const struct client_ops *ops, const char *url)
{
	return source_make(ops, "source", "url", url, "auth", "basic", "user", "alice", "password",
			   "env:TEST_SECRET", NULL);
}

static struct source *clickhouse_source(const char *url)
{
	return source_make(&clickhouse_ops, "source", "url", url, "user", "alice", "password", "env:TEST_SECRET",
			   NULL);
}

static struct source *rest_source(const char *url)
{
	return basic_source(&rest_ops, url);
}

static char token_url[64];

static struct source *oauth_source(const char *url)
{
	return source_make(&rest_ops, "source", "url", url, "auth", "oauth", "token_url", token_url, "client_id",
			   "alice", "client_secret", "env:TEST_SECRET", NULL);
}

static struct source *trino_source(const char *url)
{
	return basic_source(&trino_ops, url);
}

static struct source *neo4j_source(const char *url)
{
	return basic_source(&neo4j_ops, url);
}

static struct source *athena_source(const char *url)
{
	return source_make(&athena_ops, "source", "url", url, "region", "us-east-1", "output_location",
			   "s3://results/", "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET", NULL);
}

static struct source *llm_source(const char *url)
{
	return source_make(&llm_ops, "source", "url", url, "model", "m", "anthropic_key", "env:TEST_SECRET", NULL);
}

static struct source *s3_source(const char *url)
{
	return source_make(&s3_ops, "source", "url", url, "region", "us-east-1", "bucket", "files",
			   "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET", NULL);
}

/* Every connection gets one, and is closed. */
void conformance_grant(struct running *r)
{
	static const struct fault_step script[] = {
		{ .send = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 44\r\n"
			  "Connection: close\r\n\r\n{\"access_token\":\"t\",\"token_type\":\"Bearer\"}  " },
		{ .send = NULL },
	};

	fault_start(&r->tokens, script);
	snprintf(token_url, sizeof(token_url), "http://127.0.0.1:%u/token", r->tokens.port);
}

#define CLICKHOUSE_HEAD "a\tb\nUInt32\tString\n"
#define REST_PAGE(row, pages) "{\"rows\":[" row "],\"pages\":" pages "}"

#define REST_QUERY "method: GET\npath: /rows\nrows: rows\ncolumns: { a: a, b: b }\n"
#define REST_NEXT(a, next) "{\"rows\":[{\"a\":" a "}],\"next\":\"" next "\"}"

#define ATHENA_OK "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"
#define ATHENA_BEFORE "{\"ResultSet\":{\"ResultSetMetadata\":{\"ColumnInfo\":[{\"Name\":\"a\"}]},\"Rows\":["
#define ATHENA_ROW(value) "{\"Data\":[{\"VarCharValue\":\"" value "\"}]}"
#define ATHENA_PAGE(rows, more) ATHENA_BEFORE rows "]}" more "}"

#define LLM_TEXT(text) "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\"," \
		       "\"text\":\"" text "\"}}\n\n"
#define LLM_END "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n" \
		"data: {\"type\":\"message_stop\"}\n\n"

#define S3_BEFORE "<ListBucketResult><IsTruncated>false</IsTruncated>"
#define S3_ROW(key) "<Contents><Key>" key "</Key></Contents>"
#define S3_PAGE(row, next) "<ListBucketResult><IsTruncated>true</IsTruncated>" S3_ROW(row) \
			   "<NextContinuationToken>" next "</NextContinuationToken></ListBucketResult>"

#define NEO4J_BEFORE "{\"data\":{\"fields\":[\"a\"],\"values\":["
#define NEO4J_ROW(value) "[{\"$type\":\"Integer\",\"_value\":\"" value "\"}]"

const struct kind conformance_kinds[KINDS] = {
	{
		.ops = &clickhouse_ops, .query = "SELECT 1", .type = "text/tab-separated-values",
		.bodies = { [BODY_TWO] = CLICKHOUSE_HEAD "1\tx\n2\ty\n", [BODY_EMPTY] = CLICKHOUSE_HEAD,
			    [BODY_MALFORMED] = CLICKHOUSE_HEAD "1\tx\n2\n" },
		.before = CLICKHOUSE_HEAD, .row = "%zu\tx\n", .between = "", .after = "",
		.no_pages = "an answer is one stream",
		.prelude = { "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n18.16.1\n" },
		.begin = begin_raw, .source = clickhouse_source, .basic = true,
	},
	{
		.ops = &rest_ops, .type = "application/json",
		.query = "method: GET\npath: /rows\nrows: rows\n"
			 "pages: { param: page, first: 1, total: pages, max: 5 }\ncolumns: { a: a, b: b }\n",
		.bodies = { [BODY_TWO] = REST_PAGE("{\"a\":1,\"b\":\"x\"},{\"a\":2}", "1"),
			    [BODY_EMPTY] = REST_PAGE("", "0"), [BODY_PAGE_1] = REST_PAGE("{\"a\":1}", "3"),
			    [BODY_PAGE_2] = REST_PAGE("{\"a\":2}", "3"), [BODY_PAGE_3] = REST_PAGE("{\"a\":3}", "3"),
			    [BODY_MALFORMED] = "{\"rows\":[{\"a\":1}" },
		.before = "{\"pages\":1,\"rows\":[", .row = "{\"a\":%zu}", .between = ",", .after = "]}",
		.begin = begin_raw, .source = rest_source, .basic = true,
	},
	{
		.ops = &rest_ops, .type = "application/json", .pages = "address",
		.query = REST_QUERY "pages: { next: next, max: 5 }\n",
		.bodies = { [BODY_PAGE_1] = REST_NEXT("1", "/rows?page=2"), [BODY_PAGE_2] = REST_NEXT("2", "/rows?page=3"),
			    [BODY_PAGE_3] = REST_NEXT("3", "") },
		.begin = begin_raw, .source = rest_source, .basic = true,
	},
	{
		.ops = &rest_ops, .type = "application/json", .pages = "token",
		.query = REST_QUERY "pages: { token: next, param: next, max: 5 }\n",
		.bodies = { [BODY_PAGE_1] = REST_NEXT("1", "t1"), [BODY_PAGE_2] = REST_NEXT("2", "t2"),
			    [BODY_PAGE_3] = REST_NEXT("3", "") },
		.begin = begin_raw, .source = rest_source, .basic = true,
	},
	{
		.ops = &rest_ops, .type = "application/json", .pages = "link",
		.query = REST_QUERY "pages: { link: next, max: 5 }\n", .more = "/rows?page=",
		.bodies = { [BODY_PAGE_1] = REST_NEXT("1", ""), [BODY_PAGE_2] = REST_NEXT("2", ""),
			    [BODY_PAGE_3] = REST_NEXT("3", "") },
		.begin = begin_raw, .source = rest_source, .basic = true,
	},
	{
		.ops = &rest_ops, .type = "application/json", .pages = "OAuth", .granted = true,
		.query = REST_QUERY "pages: { next: next, max: 5 }\n",
		.bodies = { [BODY_PAGE_1] = REST_NEXT("1", "/rows?page=2"), [BODY_PAGE_2] = REST_NEXT("2", "/rows?page=3"),
			    [BODY_PAGE_3] = REST_NEXT("3", "") },
		.begin = begin_raw, .source = oauth_source,
	},
	{
		.ops = &trino_ops, .query = "SELECT 1", .type = "application/json",
		.bodies = { [BODY_TWO] = "[[1,\"x\"],[2,\"y\"]]", [BODY_EMPTY] = "[]", [BODY_PAGE_1] = "[[1,\"x\"]]",
			    [BODY_PAGE_2] = "[[2,\"y\"]]", [BODY_PAGE_3] = "[[3,\"z\"]]" },
		.begin = begin_trino, .source = trino_source, .basic = true,
	},
	{
		.ops = &athena_ops, .query = "SELECT 1", .type = "application/x-amz-json-1.1",
		.bodies = { [BODY_TWO] = ATHENA_PAGE(ATHENA_ROW("1") "," ATHENA_ROW("2"), ""),
			    [BODY_EMPTY] = ATHENA_PAGE("", ""),
			    [BODY_PAGE_1] = ATHENA_PAGE(ATHENA_ROW("1"), ",\"NextToken\":\"t1\""),
			    [BODY_PAGE_2] = ATHENA_PAGE(ATHENA_ROW("2"), ",\"NextToken\":\"t2\""),
			    [BODY_PAGE_3] = ATHENA_PAGE(ATHENA_ROW("3"), "") },
		.before = ATHENA_BEFORE, .row = ATHENA_ROW("%zu"), .between = ",", .after = "]}}",
		.prelude = { ATHENA_OK "Content-Length: 25\r\n\r\n{\"QueryExecutionId\":\"q1\"}",
			     ATHENA_OK "Content-Length: 51\r\n\r\n"
				       "{\"QueryExecution\":{\"Status\":{\"State\":\"SUCCEEDED\"}}}" },
		.refused_first = true, .begin = begin_raw, .source = athena_source,
	},
	{
		.ops = &llm_ops, .query = "prompt: [why]", .type = "text/event-stream",
		.bodies = { [BODY_TWO] = LLM_TEXT("1\\n2") LLM_END, [BODY_EMPTY] = LLM_END,
			    [BODY_MALFORMED] = LLM_TEXT("1\\n2") "data: {\"type\n\n" LLM_END },
		.before = "", .row = LLM_TEXT("%zu\\n"), .between = "", .after = LLM_END,
		.no_pages = "an answer is one stream", .begin = begin_raw, .source = llm_source,
	},
	{
		.ops = &s3_ops, .query = "list: { prefix: a/ }\ncolumns: { key: key }\n", .type = "application/xml",
		.bodies = { [BODY_TWO] = S3_BEFORE S3_ROW("1") S3_ROW("2") "</ListBucketResult>",
			    [BODY_EMPTY] = S3_BEFORE "</ListBucketResult>", [BODY_PAGE_1] = S3_PAGE("1", "t1"),
			    [BODY_PAGE_2] = S3_PAGE("2", "t2"),
			    [BODY_PAGE_3] = S3_BEFORE S3_ROW("3") "</ListBucketResult>" },
		.before = S3_BEFORE, .row = S3_ROW("%zu"), .between = "", .after = "</ListBucketResult>",
		.begin = begin_raw, .source = s3_source,
	},
	{
		.ops = &neo4j_ops, .query = "RETURN 1", .type = "application/vnd.neo4j.query",
		.bodies = { [BODY_TWO] = NEO4J_BEFORE NEO4J_ROW("1") "," NEO4J_ROW("2") "]}}",
			    [BODY_EMPTY] = NEO4J_BEFORE "]}}" },
		.before = NEO4J_BEFORE, .row = NEO4J_ROW("%zu"), .between = ",", .after = "]}}",
		.no_pages = "an answer is one document",
		.begin = begin_raw, .source = neo4j_source, .basic = true,
	},
	{ .ops = &postgres_ops, .sql = SQL_POSTGRES },
	{ .ops = &sqlite_ops, .sql = SQL_SQLITE },
};
