/* The same trials for every kind of source: what the server does, and what must come
 * of it, whatever the kind. A kind that lacks a trial says why. The table is printed, and
 * kept in docs/conformance.md (UPDATE_GOLDEN=1 writes it anew). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"
#include "tests/support/conformance_sql.h"
#include "tests/support/fault_server.h"
#include "tests/support/trino_fake.h"

#define DOCUMENT "docs/conformance.md"

enum body { BODY_TWO, BODY_EMPTY, BODY_PAGE_1, BODY_PAGE_2, BODY_PAGE_3, BODY_MALFORMED, BODY_BIG,
	    BODY_HTML, BODY_WORDS, BODY_SECRETS, BODIES };

enum fault { WHOLE, CUT, HANG, STALL };

struct reply {
	enum body body;
	unsigned status;        /* 0 = 200 */
	enum fault fault;
	int delay_ms;
	const char *headers;    /* "Name: value\r\n"; "" = a Retry-After with a date */
	bool elsewhere;         /* a Location: another port, where nothing may ever ask */
};

enum { REPLIES = 4, PRELUDES = 2, ANY = 1 << 20 };

enum stop { RUNS, CANCELLED, LATE };
enum place { ANSWERS, REFUSES, MUTE };

struct trial {
	const char *name, *outcome;
	struct reply replies[REPLIES];
	size_t n;
	enum err_kind kind;     /* ERR_NONE: it goes well */
	bool transient;
	size_t rows;            /* ANY = does not matter */
	bool pages;             /* only where there are pages */
	bool renews;            /* only where other credentials can be had meanwhile */
	enum stop stop;
	enum place place;
	uint64_t max_bytes, max_rows;
	bool once;              /* nothing is asked again */
	const char *words;      /* in the error's text */
};

#define REPLY(...) .replies = { __VA_ARGS__ }, .n = sizeof((struct reply[]){ __VA_ARGS__ }) / sizeof(struct reply)

static const struct trial trials[] = {
	{ "rows", "ok", REPLY({ BODY_TWO }), .rows = 2 },
	{ "no rows", "ok, no rows", REPLY({ BODY_EMPTY }), .rows = 0 },
	{ "three pages", "ok, all rows in order", REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2 }, { BODY_PAGE_3 }),
	  .rows = 3, .pages = true },
	{ "slow first byte", "ok", REPLY({ BODY_TWO, .delay_ms = 700 }), .rows = 2 },
	{ "nobody listens", "network, transient", REPLY({ BODY_TWO }), ERR_NETWORK, true, .place = REFUSES },
	{ "cut in the body", "network", REPLY({ BODY_TWO, .fault = CUT }), ERR_NETWORK, .rows = ANY },
	{ "cut in the second page", "network, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2, .fault = CUT }), ERR_NETWORK, .rows = 1, .pages = true },
	{ "401", "auth, asked once", REPLY({ BODY_WORDS, 401 }), ERR_AUTH, .once = true, .words = "HTTP 401" },
	{ "403", "auth, asked once", REPLY({ BODY_WORDS, 403 }), ERR_AUTH, .once = true, .words = "HTTP 403" },
	{ "404", "remote", REPLY({ BODY_WORDS, 404 }), ERR_REMOTE, .once = true, .words = "HTTP 404" },
	{ "429, Retry-After in seconds", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 429, .headers = "Retry-After: 7\r\n" }), ERR_QUOTA, true, .words = "HTTP 429" },
	{ "429, Retry-After as a date", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 429, .headers = "" }), ERR_QUOTA, true, .words = "HTTP 429" },
	{ "403 that is a limit, Retry-After", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 403, .headers = "Retry-After: 7\r\n" }), ERR_QUOTA, true, .words = "HTTP 403" },
	{ "403 that is a limit, X-RateLimit-Reset", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 403, .headers = "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 7\r\n" }), ERR_QUOTA,
	  true, .words = "HTTP 403" },
	{ "500", "remote, transient", REPLY({ BODY_WORDS, 500 }), ERR_REMOTE, true, .words = "HTTP 500" },
	{ "malformed body", "decode", REPLY({ BODY_MALFORMED }), ERR_DECODE, .rows = ANY },
	{ "a login page with status 200", "decode, named", REPLY({ BODY_HTML }), ERR_DECODE,
	  .words = "got text/html (login page?)" },
	{ "more bytes than allowed", "limit", REPLY({ BODY_BIG }), ERR_LIMIT, .rows = ANY, .max_bytes = 20000 },
	{ "more rows than allowed", "limit, those allowed stay", REPLY({ BODY_BIG }), ERR_LIMIT, .rows = 100,
	  .max_rows = 100 },
	{ "redirect", "trust, the target named, never followed", REPLY({ BODY_WORDS, 302, .elsewhere = true }),
	  ERR_TRUST, .once = true, .words = "refused to follow the redirect to http://127.0.0.1:" },
	{ "redirect that keeps the method", "the same", REPLY({ BODY_WORDS, 307, .elsewhere = true }), ERR_TRUST,
	  .once = true, .words = "refused to follow the redirect to http://127.0.0.1:" },
	{ "an error that repeats the credentials", "remote, without them", REPLY({ BODY_SECRETS, 400 }), ERR_REMOTE,
	  .once = true, .words = "HTTP 400" },
	{ "credentials expire between pages", "auth, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_WORDS, 401 }, { BODY_WORDS, 401 }), ERR_AUTH, .rows = 1, .pages = true },
	{ "credentials expire between pages, and are renewed", "ok, all rows in order",
	  REPLY({ BODY_PAGE_1 }, { BODY_WORDS, 401 }, { BODY_PAGE_2 }, { BODY_PAGE_3 }), .rows = 3, .pages = true,
	  .renews = true },
	{ "cancel in the TLS handshake", "cancelled at once", REPLY({ BODY_TWO }), ERR_CANCELLED,
	  .stop = CANCELLED, .place = MUTE },
	{ "cancel before the first byte", "cancelled at once", REPLY({ BODY_TWO, .fault = HANG }), ERR_CANCELLED,
	  .stop = CANCELLED },
	{ "cancel in the body", "cancelled at once", REPLY({ BODY_BIG, .fault = STALL }), ERR_CANCELLED,
	  .rows = ANY, .stop = CANCELLED },
	{ "cancel in the second page", "cancelled at once, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2, .fault = HANG }), ERR_CANCELLED, .rows = 1, .pages = true,
	  .stop = CANCELLED },
	{ "deadline in the TLS handshake", "timeout", REPLY({ BODY_TWO }), ERR_TIMEOUT, true, .stop = LATE,
	  .place = MUTE },
	{ "deadline before the first byte", "timeout", REPLY({ BODY_TWO, .fault = HANG }), ERR_TIMEOUT, true,
	  .stop = LATE },
	{ "deadline in the body", "timeout", REPLY({ BODY_BIG, .fault = STALL }), ERR_TIMEOUT, .rows = ANY,
	  .stop = LATE },
	{ "deadline in the second page", "timeout, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2, .fault = HANG }), ERR_TIMEOUT, .rows = 1, .pages = true,
	  .stop = LATE },
};

enum { TRIALS = sizeof(trials) / sizeof(*trials), BIG_ROWS = 4000 };

/* ---- the kinds ----------------------------------------------------------------------- */

struct running;

struct kind {
	const struct client_ops *ops;
	const char *query, *type;
	const char *bodies[BODIES];     /* NULL = the same for all */
	const char *row, *between, *before, *after; /* of a big body; `row` takes a number */
	const char *no_pages;           /* why there are none; NULL = there are */
	const char *pages;              /* pages by this only, all else is another column's */
	const char *more;               /* where a Link leads, without its number */
	bool granted;                   /* tokens are had from a server of their own */
	const char *prelude[PRELUDES];  /* answer what is asked first; NULL = nothing is */
	bool basic;                     /* HTTP Basic says who asks */
	bool refused_first;             /* a refusal meets the first request, without a prelude */
	void (*begin)(struct running *, const struct trial *);
	struct source *(*source)(const char *url);
	enum conformance_sql sql;       /* speaks no HTTP: only `ops` besides */
};

struct running {
	const struct kind *kind;
	struct fault_server server, tokens;
	bool started;
	struct trino_fake *fake;
	struct fault_step steps[REPLIES + PRELUDES][3];
	unsigned asked_first;           /* requests before the first reply */
	struct buf texts[REPLIES][2];
	struct trino_answer answers[REPLIES + 2];
	char retry_after[64], location[64];
	unsigned port;
};

/* What proves who asks, in every kind, and how HTTP Basic spells it. */
#define CANARY "canary-5fd2c1a90b7e"
static char basic[64];

/* Where redirects lead: nothing may ever come there. */
static struct fault_server elsewhere;

static void begin_raw(struct running *, const struct trial *);
static void begin_trino(struct running *, const struct trial *);

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

static const struct kind kinds[] = {
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

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static const char *common_body(enum body b)
{
	static char secrets[256];

	snprintf(secrets, sizeof(secrets), "you said %s, Basic %s, X-Key: %s", CANARY, basic, CANARY);
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
	snprintf(r->location, sizeof(r->location), "http://127.0.0.1:%u/x", elsewhere.port);
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

/* ---- one trial --------------------------------------------------------------------------- */

/* Every connection gets one, and is closed. */
static void begin_tokens(struct running *r)
{
	static const struct fault_step script[] = {
		{ .send = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 44\r\n"
			  "Connection: close\r\n\r\n{\"access_token\":\"t\",\"token_type\":\"Bearer\"}  " },
		{ .send = NULL },
	};

	fault_start(&r->tokens, script);
	snprintf(token_url, sizeof(token_url), "http://127.0.0.1:%u/token", r->tokens.port);
}

static void begin(struct running *r, const struct trial *t)
{
	if (r->kind->granted)
		begin_tokens(r);
	if (t->place == ANSWERS && r->kind->sql)
		return;
	if (t->place == ANSWERS) {
		r->kind->begin(r, t);
		return;
	}
	fault_start_mute(&r->server);
	r->port = r->server.port;
	if (t->place == REFUSES)
		fault_stop(&r->server);
	else
		r->started = true;
}

/* Requests so far, without those that come first. */
static unsigned asked(struct running *r)
{
	struct trino_seen seen;

	if (!r->fake) {
		unsigned n = atomic_load(&r->server.requests), first = r->asked_first;

		return n > first ? n - first : 0;
	}
	seen = trino_fake_seen(r->fake);
	return seen.posts + seen.gets + seen.deletes;
}

static void end(struct running *r)
{
	if (r->started)
		fault_stop(&r->server);
	if (r->kind->granted)
		fault_stop(&r->tokens);
	trino_fake_stop(r->fake);
	for (size_t i = 0; i < REPLIES; i++)
		buf_release(&r->texts[i][0]);
}

static void judge(const struct kind *k, const struct trial *t, const struct err *e, bool ok, size_t rows)
{
	const char *words = k->sql ? conformance_sql_statement(k->sql, t->name).words : t->words;

	if (ok != (t->kind == ERR_NONE) || (!ok && (e->kind != t->kind || e->transient != t->transient)))
		fail_msg("%s%s: %s", ok ? "ok" : err_word(e->kind), e->transient ? ", transient" : "", e->text);
	if (t->rows != ANY && rows != t->rows)
		fail_msg("%zu rows: %s", rows, e->text);
	if (words && !strstr(e->text, words))
		fail_msg("%s", e->text);
	if (t->kind == ERR_QUOTA && !(e->retry_after_ms > 1000 && e->retry_after_ms <= 7000))
		fail_msg("waits %d ms", e->retry_after_ms);
}

/* Whatever a server says: nobody reads the secret, and nobody else is asked. */
static void judge_secrets(const struct kind *k, const struct err *e, const struct record *got)
{
	const char *const texts[] = { e->text, buf_str(&got->sent), buf_str(&got->rows), got->progress.note };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strstr(texts[i], CANARY) || (k->basic && strstr(texts[i], basic)))
			fail_msg("a secret: %s", texts[i]);
	assert_int_equal(atomic_load(&elsewhere.connections), 0);
}

static struct source *make_source(const struct running *r, const struct trial *t)
{
	char url[64];

	if (r->kind->sql)
		return conformance_sql_source(r->kind->sql, t->name, r->port);
	snprintf(url, sizeof(url), "http%s://127.0.0.1:%u", t->place == MUTE ? "s" : "", r->port);
	return r->kind->source(url);
}

struct asking {
	struct running *running;
	const struct trial *trial;
	struct cancel cancel;
	struct record got;
	struct err e;
	usec fired;             /* when the user cancelled */
	bool ok;
};

/* A user who cancels once the last answer is being waited for, or in the handshake. */
static void *cancel_later(void *ctx)
{
	struct asking *a = ctx;
	enum conformance_sql sql = a->running->kind->sql;
	usec patience = in_ms(20000);
	unsigned wanted = (unsigned)a->trial->n;

	/* Behind the POST there are the pages. */
	if (a->running->fake && a->trial->replies[0].fault != HANG)
		wanted++;
	if (a->trial->place != MUTE && sql)
		conformance_sql_wait(sql);
	while (a->trial->place != MUTE && !sql && asked(a->running) < wanted && in_ms(0) < patience)
		poll(NULL, 0, 5);
	poll(NULL, 0, 150);
	a->fired = in_ms(0);
	cancel_fire(&a->cancel);
	return NULL;
}

/* Long enough for what comes before the phase in which it strikes. */
static usec deadline_of(const struct kind *k, const struct trial *t)
{
	bool at_once = t->place == MUTE || (t->replies[0].fault == HANG && !k->refused_first);

	return in_ms(t->stop != LATE ? 20000 : at_once ? 500 : 2000);
}

/* Returns how long it went on after the cancel, 0 when there was none. */
static usec ask(struct asking *a)
{
	const struct client_ops *ops = a->running->kind->ops;
	const struct kind *k = a->running->kind;
	const struct trial *t = a->trial;
	struct source *source = make_source(a->running, t);
	struct query q = { .name = "trial", .id = "sextant-1",
			   .text = k->sql ? conformance_sql_statement(k->sql, t->name).query : k->query,
			   .deadline = deadline_of(k, t), .max_bytes = t->max_bytes, .max_rows = t->max_rows };
	void *conn = ops->open(source, &a->e);
	pthread_t user;
	usec ended;

	assert_non_null(conn);
	if (t->stop == CANCELLED)
		assert_int_equal(pthread_create(&user, NULL, cancel_later, a), 0);
	a->ok = ops->run(conn, &q, &a->cancel, &a->got.sink, &a->e);
	ended = in_ms(0);
	if (t->stop == CANCELLED)
		pthread_join(user, NULL);
	ops->close(conn);
	source_free(source);
	return t->stop == CANCELLED ? ended - a->fired : 0;
}

static struct running running;          /* large */

struct cell_of_table {
	const struct kind *kind;
	const struct trial *trial;
};

static void run_trial(void **state)
{
	const struct cell_of_table *c = *state;
	struct asking a = { .running = &running, .trial = c->trial };
	unsigned requests;
	usec took;

	running = (struct running){ .kind = c->kind };
	begin(&running, c->trial);
	record_init(&a.got);
	assert_true(cancel_init(&a.cancel, &a.e));
	took = ask(&a);
	requests = c->trial->once && !c->kind->sql ? asked(&running) : 1;
	end(&running);
	judge(c->kind, c->trial, &a.e, a.ok, a.got.nrows);
	judge_secrets(c->kind, &a.e, &a.got);
	assert_int_equal(requests, 1);
	/* Telling the server to stop is part of it. */
	assert_true(took < 3 * USEC_SEC);
	record_release(&a.got);
	cancel_release(&a.cancel);
}

/* ---- the table --------------------------------------------------------------------------- */

static const char *lacks(const struct kind *k, const struct trial *t)
{
	if (k->sql)
		return conformance_sql_statement(k->sql, t->name).why;
	if (t->renews && !k->granted)
		return "its credentials are not renewed within a question, or in words of its own";
	return t->pages ? k->no_pages : k->pages;
}

/* What kinds without HTTP lack, the trials of one reason together. */
static void put_lacking(struct buf *out, const struct kind *k)
{
	for (size_t t = 0; t < TRIALS; t++) {
		const char *why = lacks(k, &trials[t]);
		size_t first = 0;

		while (why && first < t && (!lacks(k, &trials[first]) || strcmp(lacks(k, &trials[first]), why) != 0))
			first++;
		if (!why || first < t)
			continue;
		buf_printf(out, "`%s` lacks \"%s\"", k->ops->kind, trials[t].name);
		for (size_t more = t + 1; more < TRIALS; more++)
			if (lacks(k, &trials[more]) && strcmp(lacks(k, &trials[more]), why) == 0)
				buf_printf(out, ", \"%s\"", trials[more].name);
		buf_printf(out, ": %s.\n", why);
	}
}

static void put_table(struct buf *out)
{
	buf_puts(out, "# Conformance of the clients\n\n"
		      "What `tests/clients/test_conformance.c` tries with every kind of source, and "
		      "what must come of it\nfor all of them alike. Written by that test.\n\n| trial | outcome |");
	for (size_t k = 0; k < KINDS; k++)
		buf_printf(out, " %s%s%s |", kinds[k].ops->kind, kinds[k].pages ? ", " : "",
			   kinds[k].pages ? kinds[k].pages : "");
	buf_puts(out, "\n|---|---|");
	for (size_t k = 0; k < KINDS; k++)
		buf_puts(out, "---|");
	for (size_t t = 0; t < TRIALS; t++) {
		buf_printf(out, "\n| %s | %s |", trials[t].name, trials[t].outcome);
		for (size_t k = 0; k < KINDS; k++)
			buf_puts(out, !lacks(&kinds[k], &trials[t]) ? " yes |" :
				      kinds[k].pages ? " |" : " lacks |");
	}
	buf_puts(out, "\n\n");
	for (size_t k = 0; k < KINDS; k++) {
		if (kinds[k].no_pages)
			buf_printf(out, "`%s` lacks pages: %s.\n", kinds[k].ops->kind, kinds[k].no_pages);
		if (kinds[k].sql)
			put_lacking(out, &kinds[k]);
	}
	buf_puts(out, "`rest` counts its pages, or follows an address, a token or a header of the answer: what has\n"
		      "nothing to do with pages is tried once. Only OAuth's tokens can be renewed after a bare 401;\n"
		      "what AWS says of expired credentials is tried in `tests/clients/test_athena_faults.c`.\n");
	buf_puts(out, "\nWhatever the trial: the secret is in no error, no request as shown and no row, and nothing\n"
		      "ever connects to where a redirect leads.\n");
	buf_puts(out, "\n`postgres` meets a real server there, and an SQLSTATE where others meet a status; "
		      "`sqlite` meets files.\n");
}

static void the_table_is_kept(void **state)
{
	struct buf table = BUF_INIT;
	char kept[16384] = "";
	FILE *f;

	(void)state;
	put_table(&table);
	printf("%s", table.data);
	f = fopen(DOCUMENT, getenv("UPDATE_GOLDEN") ? "w+" : "r");
	assert_non_null(f);
	if (getenv("UPDATE_GOLDEN"))
		assert_int_equal(fwrite(table.data, 1, table.len, f), table.len);
	rewind(f);
	kept[fread(kept, 1, sizeof(kept) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(kept, table.data);
	buf_release(&table);
}

/* A kind that is new has to be tried too. */
static void no_kind_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; client_kinds[i]; i++) {
		size_t k = 0;

		while (k < KINDS && kinds[k].ops != client_kinds[i])
			k++;
		if (k == KINDS)
			fail_msg("%s is not in the table", client_kinds[i]->kind);
	}
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	setenv("TEST_ID", "AKIAEXAMPLE", 1);
	setenv("TEST_SECRET", CANARY, 1);
	EVP_EncodeBlock((unsigned char *)basic, (const unsigned char *)"alice:" CANARY, sizeof("alice:" CANARY) - 1);
	fault_start_mute(&elsewhere);
	if (conformance_sql_start(CANARY, &e) && clients_init(&e))
		return 0;
	print_error("%s\n", e.text);
	return -1;
}

static int stop(void **state)
{
	(void)state;
	fault_stop(&elsewhere);
	conformance_sql_stop();
	clients_release();
	return 0;
}

int main(void)
{
	static struct CMUnitTest tests[KINDS * TRIALS + 2];
	static struct cell_of_table cells[KINDS * TRIALS];
	static char names[KINDS * TRIALS][80];
	size_t n = 0;

	for (size_t k = 0; k < KINDS; k++) {
		for (size_t t = 0; t < TRIALS; t++) {
			if (lacks(&kinds[k], &trials[t]))
				continue;
			cells[n] = (struct cell_of_table){ &kinds[k], &trials[t] };
			snprintf(names[n], sizeof(names[n]), "%s%s%s: %s", kinds[k].ops->kind,
				 kinds[k].pages ? " by " : "", kinds[k].pages ? kinds[k].pages : "", trials[t].name);
			tests[n] = (struct CMUnitTest){ .name = names[n], .test_func = run_trial,
							.initial_state = &cells[n] };
			n++;
		}
	}
	tests[n++] = (struct CMUnitTest){ .name = "no kind is missing", .test_func = no_kind_is_missing };
	tests[n++] = (struct CMUnitTest){ .name = "the table is kept", .test_func = the_table_is_kept };
	return _cmocka_run_group_tests("conformance", tests, n, start, stop);
}
