/* The query as a command: what is copied is given to a real shell with the real psql,
 * clickhouse-client and curl, and must bring the rows that the client got. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clients/registry.h"
#include "sections/runnable.h"
#include "tests/support/aws_fake.h"
#include "tests/support/clickhouse_server.h"
#include "tests/support/client_fixture.h"
#include "tests/support/gzip.h"
#include "tests/support/postgres_server.h"

static const char *const nasty[] = {
	"726100801", "it's \"quoted\"", "back\\slash \\n \\x41", "$HOME `id` $(id) ${x}", "SEXTANT",
	":x :'x' {x:String}", "a\nb\tc", "\u00fcber \u202e\u200b", "\x1b[2J\x07", "; DROP TABLE t; --",
};

enum { NASTY = sizeof nasty / sizeof *nasty };

static char *query_dir;

/* One query asked by the client and the attempt that the engine would keep of it. */
struct asked {
	struct source *source;
	struct config config;
	struct record got;
	struct attempt attempt;
	struct param params[3];
	struct buf text;
};

/* Ours, or the program would not read it. */
static void write_file(const char *folder, const char *name, const char *text)
{
	char path[400];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void describe(struct asked *a, const struct client_ops *ops, const char *sql)
{
	char folder[300];

	snprintf(folder, sizeof folder, "%s/%s", query_dir, ops->kind);
	write_file(folder, "probe.sql", sql);
	a->config = (struct config){ .sources = a->source, .nsources = 1, .override_dir = query_dir };
	a->attempt = (struct attempt){ .source = a->source->name, .kind = ops->kind, .query = "probe",
				       .params = a->params, .nparams = 3 };
}

/* Asks with :x, :none and :limit bound. */
static void ask(struct asked *a, const struct client_ops *ops, struct source *s, const char *sql,
		const char *x)
{
	struct query q = { .name = "probe", .text = sql, .params = a->params, .nparams = 3,
			   .deadline = in_ms(20000), .id = "sextant-test-1" };
	struct cancel cancel;
	struct err e = { 0 };
	void *conn = ops->open(s, &e);

	memset(a, 0, sizeof *a);
	a->source = s;
	a->params[0] = (struct param){ "x", x };
	a->params[1] = (struct param){ "none", NULL };
	a->params[2] = (struct param){ "limit", "5" };
	describe(a, ops, sql);
	record_init(&a->got);
	assert_true(cancel_init(&cancel, &e));
	if (!ops->run(conn, &q, &cancel, &a->got.sink, &e))
		fail_msg("%s: %s", sql, e.text);
	a->attempt.sent = a->got.sent.data;
	ops->close(conn);
	cancel_release(&cancel);
}

static void asked_end(struct asked *a)
{
	buf_release(&a->text);
	record_release(&a->got);
	source_free(a->source);
}

static void assert_harmless(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f)
			fail_msg("byte %02x in %s", c, b->data);
	}
}

static void render(struct asked *a, enum runnable_form form)
{
	struct err e = { 0 };

	buf_clear(&a->text);
	if (!runnable_query(&a->config, &a->attempt, form, &a->text, &e))
		fail_msg("%s", e.text);
	assert_harmless(&a->text);
	assert_null(strstr(a->text.data, "s3cret"));
}

/* Replaces the first `from`; what only the test's server or its output needs. */
static void change(struct buf *text, const char *from, const char *to)
{
	struct buf out = BUF_INIT;
	const char *at = strstr(buf_str(text), from);

	assert_non_null(at);
	buf_put(&out, text->data, (size_t)(at - text->data));
	buf_puts(&out, to);
	buf_puts(&out, at + strlen(from));
	buf_release(text);
	*text = out;
}

/* Runs it in a shell; the output is the caller's. */
static void shell(const struct buf *text, struct buf *out)
{
	char line[300], bytes[4096];
	FILE *f;
	size_t n;

	write_file(query_dir, "copied.sh", buf_str(text));
	snprintf(line, sizeof line, "sh %s/copied.sh 2>&1 </dev/null", query_dir);
	f = popen(line, "r");
	assert_non_null(f);
	while ((n = fread(bytes, 1, sizeof bytes, f)) > 0)
		buf_put(out, bytes, n);
	if (pclose(f) != 0)
		fail_msg("%s\n---\n%s", buf_str(text), buf_str(out));
}

static void expect_hex(struct asked *a)
{
	struct buf out = BUF_INIT;

	shell(&a->text, &out);
	/* One cell, in hexadecimal digits, so that no output format changes it. */
	if (!a->got.rows.len || !strstr(buf_str(&out), buf_str(&a->got.rows)))
		fail_msg("%s\n--- got\n%s\n--- wanted\n%s", buf_str(&a->text), buf_str(&out),
			 buf_str(&a->got.rows));
	buf_release(&out);
}

/* ---- PostgreSQL ------------------------------------------------------------------------- */

static struct postgres_server pg;
static bool has_pg;

static struct source *pg_source(void)
{
	char port[16];

	snprintf(port, sizeof port, "%u", pg.port);
	return source_make(&postgres_ops, "ware-house", "host", "localhost", "port", port, "user",
			   "analyst", "password", "env:TEST_PASSWORD", "database", "postgres", "ca_file",
			   pg.ca_file, NULL);
}

static const char pg_sql[] =
	"-- It's a comment: :x stays\n"
	"SELECT encode(convert_to(:x::text, 'UTF8'), 'hex') || coalesce(:none::text, '-none')\n"
	"\tAS h -- \"h\"\n"
	"LIMIT :limit -- the end\n";

static void test_psql_gives_the_same_rows(void **state)
{
	struct asked a;

	(void)state;
	if (!has_pg)
		skip();
	for (size_t i = 0; i < NASTY; i++) {
		ask(&a, &postgres_ops, pg_source(), pg_sql, nasty[i]);
		render(&a, RUNNABLE_NATIVE);
		assert_non_null(strstr(a.text.data, "PGPASSWORD=\"$TEST_PASSWORD\" psql "));
		change(&a.text, "psql -X", "psql -A -t -X");
		expect_hex(&a);
		asked_end(&a);
	}
}

static void test_psql_can_only_read(void **state)
{
	struct asked a;
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	if (!has_pg)
		skip();
	assert_true(postgres_exec(&pg, "CREATE TABLE public.kept (n int)", &e));
	ask(&a, &postgres_ops, pg_source(), pg_sql, "1");
	render(&a, RUNNABLE_NATIVE);
	change(&a.text, "SELECT encode", "SELECT set_config('x.y', current_setting('transaction_read_only'), true) || encode");
	shell(&a.text, &out);
	assert_non_null(strstr(buf_str(&out), "on31-none"));
	buf_release(&out);
	asked_end(&a);
}

/* ---- ClickHouse ------------------------------------------------------------------------- */

static struct clickhouse_server ch;
static bool has_ch;

static struct source *ch_source(void)
{
	char url[80];

	snprintf(url, sizeof url, "http://127.0.0.1:%u", ch.port);
	return source_make(&clickhouse_ops, "signoz", "url", url, "user", "analyst", "password",
			   "file:/somewhere", "cleartext_password", "true", NULL);
}

static struct source *ch_open_source(void)
{
	char url[80];

	snprintf(url, sizeof url, "http://127.0.0.1:%u", ch.port);
	return source_make(&clickhouse_ops, "signoz", "url", url, "user", "default", NULL);
}

static const char ch_sql[] =
	"SELECT concat(lower(hex(:x)), if(:none IS NULL, '-none', '')) AS h -- it's :x\n"
	"FROM system.one\n";

static void test_clickhouse_client_gives_the_same_rows(void **state)
{
	char port[40];
	struct asked a;

	(void)state;
	if (!has_ch)
		skip();
	snprintf(port, sizeof port, "--port %u", ch.native_port);
	for (size_t i = 0; i < NASTY; i++) {
		ask(&a, &clickhouse_ops, ch_open_source(), ch_sql, nasty[i]);
		render(&a, RUNNABLE_NATIVE);
		change(&a.text, "--port 9000", port);
		expect_hex(&a);
		asked_end(&a);
	}
}

static void test_curl_gives_the_same_rows(void **state)
{
	struct asked a;

	(void)state;
	if (!has_ch)
		skip();
	for (size_t i = 0; i < NASTY; i++) {
		ask(&a, &clickhouse_ops, ch_open_source(), ch_sql, nasty[i]);
		render(&a, RUNNABLE_CURL);
		expect_hex(&a);
		asked_end(&a);
	}
}

/* A secret in a file has no variable in the environment: one is made of the name. */
static void test_the_password_is_a_variable(void **state)
{
	struct asked a;

	(void)state;
	if (!has_ch)
		skip();
	ask(&a, &clickhouse_ops, ch_open_source(), ch_sql, "1");
	source_free(a.source);
	a.source = a.config.sources = ch_source();
	a.attempt.source = a.source->name;
	render(&a, RUNNABLE_NATIVE);
	assert_non_null(strstr(a.text.data, "--password \"$SIGNOZ_PASSWORD\""));
	render(&a, RUNNABLE_CURL);
	assert_non_null(strstr(a.text.data, "-H 'X-ClickHouse-Key: '\"$SIGNOZ_PASSWORD\""));
	setenv("SIGNOZ_PASSWORD", "s3cret pass", 1);
	expect_hex(&a);
	asked_end(&a);
}

/* ---- the others, as text ---------------------------------------------------------------- */

static void expect_text(struct asked *a, enum runnable_form form, const char *wanted)
{
	render(a, form);
	assert_string_equal(a->text.data, wanted);
}

static void begin_text(struct asked *a, const struct client_ops *ops, struct source *s,
		       const char *sql, const char *sent)
{
	memset(a, 0, sizeof *a);
	a->source = s;
	a->params[0] = (struct param){ "x", "a'b\x1b" };
	a->params[1] = (struct param){ "none", NULL };
	a->params[2] = (struct param){ "limit", "5" };
	describe(a, ops, sql);
	record_init(&a->got);
	buf_puts(&a->got.sent, sent);
	a->attempt.sent = a->got.sent.data;
}

static void test_a_newer_clickhouse_gets_parameters(void **state)
{
	struct asked a;

	(void)state;
	begin_text(&a, &clickhouse_ops,
		   source_make(&clickhouse_ops, "ch", "url", "https://ch.example:8443/p", "database", "d b",
			       NULL),
		   "SELECT :x, :none", "SELECT {x:String}, {none:Nullable(String)}");
	expect_text(&a, RUNNABLE_NATIVE,
		    "clickhouse-client --host 'ch.example' --port 9440 --secure --user 'default'"
		    " --database 'd b' --readonly 2 --format TabSeparatedWithNames \\\n"
		    "  '--param_x=a\\'\\''b\\x1b' \\\n  '--param_none=\\N' \\\n  '--param_limit=5' <<'SEXTANT'\n"
		    "SELECT {x:String}, {none:Nullable(String)}\nSEXTANT\n");
	render(&a, RUNNABLE_CURL);
	assert_non_null(strstr(a.text.data, "'https://ch.example:8443/p/?readonly=2&"));
	assert_non_null(strstr(a.text.data, "&param_x=a%5C%27b%5Cx1b&"));
	asked_end(&a);
}

static void test_trino(void **state)
{
	struct asked a;

	(void)state;
	begin_text(&a, &trino_ops,
		   source_make(&trino_ops, "trino", "url", "trino.example", "auth", "basic", "user", "reader",
			       "password", "env:LAKE_PASSWORD", "catalog", "hive", "schema", "log", NULL),
		   "SELECT :x, :none, :limit;\n", "EXECUTE IMMEDIATE 'SELECT ?, ?, ?' USING 'a', NULL, '5'");
	expect_text(&a, RUNNABLE_NATIVE,
		    "TRINO_PASSWORD=\"$LAKE_PASSWORD\" trino --server 'https://trino.example:443' --user 'reader'"
		    " --password --catalog 'hive' --schema 'log' --timezone UTC --output-format TSV_HEADER"
		    " --file /dev/stdin <<'SEXTANT'\nSELECT from_utf8(X'6127621b'), NULL, '5'\n;\nSEXTANT\n");
	asked_end(&a);
}

static void test_sqlite(void **state)
{
	struct asked a;
	struct err e = { 0 };

	(void)state;
	begin_text(&a, &sqlite_ops, source_make(&sqlite_ops, "demo", "path", "/tmp/it's.db", NULL),
		   "SELECT :x, :none\n", "SELECT :x, :none");
	expect_text(&a, RUNNABLE_NATIVE,
		    "sqlite3 -readonly -header '/tmp/it'\\''s.db' <<'SEXTANT'\n"
		    "SELECT CAST(x'6127621b' AS TEXT), NULL\n;\nSEXTANT\n");
	assert_false(runnable_query(&a.config, &a.attempt, RUNNABLE_CURL, &a.text, &e));
	assert_non_null(strstr(e.text, "no command for curl"));
	asked_end(&a);
}

static void expect_api(struct source *s, const char *sent, const char *wanted)
{
	struct asked a;

	begin_text(&a, &rest_ops, s, "", sent);
	expect_text(&a, RUNNABLE_CURL, wanted);
	expect_text(&a, RUNNABLE_NATIVE, wanted);
	asked_end(&a);
}

#define API(...) source_make(&rest_ops, "api", "url", "https://api.example", __VA_ARGS__, NULL)

static void test_apis(void **state)
{
	(void)state;
	expect_api(API("auth", "none"), "GET https://api.example/v1?q=it%27s",
		   "curl -sS -X GET \\\n  'https://api.example/v1?q=it%27s'\n");
	expect_api(API("auth", "basic", "user", "a'b", "password", "env:P"),
		   "POST https://api.example/v1 (basic as a'b)\n{\"x\":\"it's\x1b\"}",
		   "curl -sS -X POST -u 'a'\\''b':\"$P\" -H 'Content-Type: application/json' --data-binary "
		   "'{\"x\":\"it'\\''s<1B>\"}' \\\n  'https://api.example/v1'\n");
	expect_api(API("auth", "bearer", "token", "command:pass show api"),
		   "GET https://api.example/ (bearer \u2022\u2022\u2022)",
		   "curl -sS -X GET -H 'Authorization: Bearer '\"$API_TOKEN\" \\\n  'https://api.example/'\n");
	expect_api(API("auth", "header", "token", "env:K"), "GET https://api.example/",
		   "curl -sS -X GET -H 'X-API-Key'': '\"$K\" \\\n  'https://api.example/'\n");
	expect_api(API("auth", "hmac", "app_id", "me", "secret", "env:K"),
		   "GET https://api.example/v1?a=1 (signed hmac-query as me)",
		   "curl -sS -X GET \\\n  'https://api.example/v1?a=1''&'\"$SIGNATURE\"\n");
}

static void test_what_cannot_be_copied(void **state)
{
	struct asked a;
	struct err e = { 0 };

	(void)state;
	begin_text(&a, &sqlite_ops, source_make(&sqlite_ops, "demo", "path", "/x", NULL), "SELECT :gone",
		   "SELECT :gone");
	assert_false(runnable_query(&a.config, &a.attempt, RUNNABLE_NATIVE, &a.text, &e));
	assert_non_null(strstr(e.text, ":gone is not known"));
	a.attempt.sent = NULL;
	assert_false(runnable_query(&a.config, &a.attempt, RUNNABLE_NATIVE, &a.text, &e));
	assert_non_null(strstr(e.text, "nothing was sent"));
	asked_end(&a);
}

static void s3_gives(const char *url, const char *mapping, const char *key, const char *wanted)
{
	struct buf got = BUF_INIT;
	struct asked a;
	char *last;

	ask(&a, &s3_ops, source_make(&s3_ops, "edi", "bucket", "files", "region", "us-east-1", "url", url,
				     "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET", NULL),
	    mapping, key);
	/* The trail keeps the last request. */
	last = strstr(a.attempt.sent, "\nGET ");
	if (last)
		a.attempt.sent = last + 1;
	render(&a, RUNNABLE_NATIVE);
	shell(&a.text, &got);
	if (!strstr(buf_str(&got), wanted))
		fail_msg("%s gave %s", a.text.data, buf_str(&got));
	buf_release(&got);
	asked_end(&a);
}

/* curl signs it anew, and a server that checks signatures believes it. */
static void test_s3_is_signed_by_curl(void **state)
{
	const struct aws_fake_options o = { .page_keys = 10 };
	struct err e = { 0 };
	struct aws_fake *fake = aws_fake_start(&o, &e);
	struct buf packed = BUF_INIT;
	char url[64];

	(void)state;
	assert_non_null(fake);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", aws_fake_port(fake));
	setenv("TEST_ID", AWS_FAKE_ID, 1);
	setenv("TEST_SECRET", AWS_FAKE_SECRET, 1);
	aws_fake_object(fake, "files", "edi/it's 1+2.edi", "ISA*00", 6);
	s3_gives(url, "{ list: { prefix: \"edi/\" }, columns: { key: key } }", NULL,
		 "<Key>edi/it%27s+1%2B2.edi</Key>");
	s3_gives(url, "{ get: { key: \":x\" }, columns: { t: text } }", "edi/none", "NoSuchKey");
	s3_gives(url, "{ get: { key: \":x\" }, columns: { t: text } }", "edi/it's 1+2.edi", "ISA*00");
	gzip_put(&packed, "ISA*01*packed", 13);
	aws_fake_object(fake, "files", "edi/3.gz", packed.data, packed.len);
	s3_gives(url, "{ get: { key: \":x\" }, columns: { t: text } }", "edi/3.gz", "ISA*01*packed");
	buf_release(&packed);
	aws_fake_stop(fake);
}

static int start(void **state)
{
	static const char *const kinds[] = { "postgres", "clickhouse", "sqlite", "rest", "trino", "s3" };
	struct err e = { 0 };
	char path[300];

	(void)state;
	query_dir = temp_dir("copy", &e);
	assert_non_null(query_dir);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(path, sizeof path, "%s/%s", query_dir, kinds[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	setenv("TEST_PASSWORD", "s3cret pass", 1);
	assert_true(clients_init(&e));
	has_pg = postgres_installed();
	if (has_pg && !postgres_start(&pg, &e))
		fail_msg("%s", e.text);
	has_ch = clickhouse_installed();
	if (has_ch && !clickhouse_start(&ch, &e))
		fail_msg("%s", e.text);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	if (has_pg)
		postgres_stop(&pg);
	if (has_ch)
		clickhouse_stop(&ch);
	clients_release();
	temp_dir_remove(query_dir);
	free(query_dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_psql_gives_the_same_rows),
		cmocka_unit_test(test_psql_can_only_read),
		cmocka_unit_test(test_clickhouse_client_gives_the_same_rows),
		cmocka_unit_test(test_curl_gives_the_same_rows),
		cmocka_unit_test(test_s3_is_signed_by_curl),
		cmocka_unit_test(test_the_password_is_a_variable),
		cmocka_unit_test(test_a_newer_clickhouse_gets_parameters),
		cmocka_unit_test(test_trino),
		cmocka_unit_test(test_sqlite),
		cmocka_unit_test(test_apis),
		cmocka_unit_test(test_what_cannot_be_copied),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
