/* What is special about Redshift, with its stand-in in front of a real PostgreSQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "clients/registry.h"
#include "tests/support/collect.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redshift_proxy.h"

static struct postgres_server server;

/* ---- the client ---- */

struct fixture {
	struct redshift_proxy proxy;
	struct source source;
	struct cancel cancel;
	struct collect got;
	void *conn;
	struct err e;
};

static void set_up(struct fixture *f, uint32_t auth, bool knows_readonly, const char *dialect)
{
	memset(f, 0, sizeof(*f));
	assert_true(redshift_proxy_start(&f->proxy, server.port, auth, knows_readonly));
	const char *const pairs[] = {
		"host", "127.0.0.1", "port", f->proxy.wire.port_text, "user", "analyst", "database",
		"postgres", "sslmode", "disable", "password", "env:TEST_PASSWORD",
		"dialect", dialect, NULL,
	};
	if (!source_init(&f->source, "redshift", &postgres_ops, pairs, &f->e))
		fail_msg("%s", f->e.text);
	assert_true(cancel_init(&f->cancel, &f->e));
	collect_init(&f->got);
	f->conn = postgres_ops.open(&f->source, &f->e);
}

static void tear_down(struct fixture *f)
{
	postgres_ops.close(f->conn);
	redshift_proxy_stop(&f->proxy);
	collect_release(&f->got);
	cancel_release(&f->cancel);
	source_release(&f->source);
}

static usec in_ms(int64_t ms)
{
	return clock_mono(&clock_system) + ms * USEC_MS;
}

static bool ask(struct fixture *f, const char *sql, const struct param *params, size_t n,
		int64_t ms)
{
	struct query q = { .name = "q", .text = sql, .params = params, .nparams = n,
			   .deadline = in_ms(ms), .id = "r-1" };

	collect_release(&f->got);
	collect_init(&f->got);
	f->e = (struct err){ 0 };
	return postgres_ops.run(f->conn, &q, &f->cancel, &f->got.sink, &f->e);
}

static void expect_seen(struct fixture *f, const char *text)
{
	bool found;

	pthread_mutex_lock(&f->proxy.lock);
	found = strstr(buf_str(&f->proxy.seen), text) != NULL;
	pthread_mutex_unlock(&f->proxy.lock);
	if (!found)
		fail_msg("not seen: %s, but: %s", text, buf_str(&f->proxy.seen));
}

static void redshift_is_recognised(void **state)
{
	static const struct param params[] = { { "id", "it's \xc3\xa9" } };
	struct fixture f;

	(void)state;
	set_up(&f, 0, true, "auto");
	if (!ask(&f, "SELECT :id::text, current_setting('sextant.readonly'),"
		 " current_setting('transaction_read_only')", params, 1, 10000))
		fail_msg("%s", f.e.text);
	assert_string_equal(buf_str(&f.got.first), "it's \xc3\xa9|1|on");
	expect_seen(&f, "SET readonly=1\nSET statement_timeout TO ");
	expect_seen(&f, "\nBEGIN READ ONLY\nSELECT 1\n/* sextant r-1 */ SELECT $1::text");
	expect_seen(&f, "\nROLLBACK\n");
	assert_null(strstr(buf_str(&f.proxy.seen), "set_config"));
	assert_string_equal(f.proxy.options, "");
	tear_down(&f);
}

/* A real Redshift behind a proxy that hides its version, or an old PostgreSQL. */
static void what_fails_is_skipped(void **state)
{
	struct fixture f;
	struct health h;

	(void)state;
	set_up(&f, 0, false, "redshift");
	if (!ask(&f, "SELECT current_setting('transaction_read_only')", NULL, 0, 10000))
		fail_msg("%s", f.e.text);
	assert_string_equal(buf_str(&f.got.first), "on");
	assert_true(postgres_ops.check(f.conn, in_ms(5000), &f.cancel, &h, &f.e));
	assert_false(h.read_only);
	tear_down(&f);
}

static void the_dialect_can_be_forced(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 0, true, "postgres");
	assert_false(ask(&f, "SELECT 1", NULL, 0, 10000));
	expect_seen(&f, "set_config");
	tear_down(&f);
}

static void writing_is_refused(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 0, true, "auto");
	assert_false(ask(&f, "CREATE TABLE made (n int)", NULL, 0, 10000));
	assert_non_null(strstr(f.e.text, "(25006)"));
	assert_false(ask(&f, "SET TRANSACTION READ WRITE", NULL, 0, 10000));
	assert_true(ask(&f, "SELECT 1", NULL, 0, 10000));
	tear_down(&f);
}

static void limits_and_cancel_work(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 0, true, "auto");
	assert_false(ask(&f, "SELECT pg_sleep(30)", NULL, 0, 600));
	assert_int_equal(f.e.kind, ERR_TIMEOUT);
	assert_true(ask(&f, "SELECT 1", NULL, 0, 10000));
	tear_down(&f);
}

static void health_asks_little(void **state)
{
	struct fixture f;
	struct health h;

	(void)state;
	set_up(&f, 0, true, "auto");
	if (!postgres_ops.check(f.conn, in_ms(5000), &f.cancel, &h, &f.e))
		fail_msg("%s", f.e.text);
	assert_string_equal(h.server, "Redshift, PostgreSQL 8.0.2");
	assert_string_equal(h.user, "analyst");
	assert_true(h.read_only);
	assert_in_range(h.skew_ms + 2000, 1, 4000);
	assert_int_equal(h.rights, RIGHTS_READ);
	assert_string_equal(h.detail, "no TLS");
	assert_true(postgres_exec(&server, "CREATE TABLE \"odd \"\"table\" (n int); "
					   "GRANT INSERT ON \"odd \"\"table\" TO analyst", &f.e));
	assert_true(postgres_ops.check(f.conn, in_ms(5000), &f.cancel, &h, &f.e));
	assert_int_equal(h.rights, RIGHTS_WRITE);
	assert_string_equal(h.detail, "no TLS, this role could write");
	assert_true(postgres_exec(&server, "DROP TABLE \"odd \"\"table\"", &f.e));
	tear_down(&f);
}

static void expect_auth(uint32_t method, const char *text)
{
	struct fixture f;

	set_up(&f, method, true, "auto");
	assert_false(ask(&f, "SELECT 1", NULL, 0, 10000));
	assert_int_equal(f.e.kind, ERR_AUTH);
	assert_false(f.e.transient);
	if (!strstr(f.e.text, text))
		fail_msg("%s", f.e.text);
	tear_down(&f);
}

static void test_P32_own_password_methods_are_explained(void **state)
{
	(void)state;
	expect_auth(13, "use IAM temporary credentials or an md5 password");
	expect_auth(14, "authentication method 14 not supported");
}

static int start_server(void **state)
{
	struct err e = { 0 };

	(void)state;
	setenv("TEST_PASSWORD", "s3cret pass", 1);
	if (postgres_start(&server, &e))
		return 0;
	fprintf(stderr, "%s\n", e.text);
	return -1;
}

static int stop_server(void **state)
{
	(void)state;
	postgres_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redshift_is_recognised),
		cmocka_unit_test(what_fails_is_skipped),
		cmocka_unit_test(the_dialect_can_be_forced),
		cmocka_unit_test(writing_is_refused),
		cmocka_unit_test(limits_and_cancel_work),
		cmocka_unit_test(health_asks_little),
		cmocka_unit_test(test_P32_own_password_methods_are_explained),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
