/* A connection to PostgreSQL: made, stopped, broken, replaced. Against a real server. */
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/postgres_error.h"
#include "tests/support/client_fixture.h"
#include "tests/support/postgres_case.h"
#include "tests/support/tls.h"

/* ---- stopping ---- */

static void *fire_when_seen(void *arg)
{
	struct postgres_case *c = arg;

	postgres_wait(&pg_case_server, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
		 " AND query LIKE '%sextant t-1%pg_sleep%' AND pid <> pg_backend_pid()", "1");
	cancel_fire(&c->cancel);
	return NULL;
}

static void test_P66_cancel_reaches_the_server(void **state)
{
	struct postgres_case c;
	pthread_t thread;

	(void)state;
	pg_case_usual(&c);
	pthread_create(&thread, NULL, fire_when_seen, &c);
	pg_case_fails(&c, "SELECT pg_sleep(60)", ERR_CANCELLED, "stopped");
	pthread_join(thread, NULL);
	assert_true(postgres_wait(&pg_case_server, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
			     " AND state = 'active' AND pid <> pg_backend_pid()", "0"));
	pg_case_end(&c);
}

static bool fire_at_1000(struct collect *got, const struct cell *cells, struct err *e)
{
	(void)cells;
	(void)e;
	if (got->rows == 1000)
		cancel_fire(got->ctx);
	return true;
}

static void cancel_keeps_the_connection(void **state)
{
	char pid[32];
	struct postgres_case c;
	usec before;

	(void)state;
	pg_case_usual(&c);
	snprintf(pid, sizeof(pid), "%s", pg_case_first(&c, "SELECT pg_backend_pid()"));
	c.got.on_row = fire_at_1000;
	c.got.ctx = &c.cancel;
	before = clock_mono(&clock_system);
	pg_case_fails(&c, "SELECT generate_series(1, 100000000), repeat('x', 100)",
		      ERR_CANCELLED, "stopped after 1000 rows");
	assert_true(clock_mono(&clock_system) - before < 5 * USEC_SEC);
	c.got.on_row = NULL;
	cancel_release(&c.cancel);
	assert_true(cancel_init(&c.cancel, &c.e));
	assert_string_equal(pg_case_first(&c, "SELECT pg_backend_pid()"), pid);
	pg_case_end(&c);
}

static void the_server_stops_before_the_deadline(void **state)
{
	struct postgres_case c;
	usec before = clock_mono(&clock_system);

	(void)state;
	pg_case_usual(&c);
	assert_false(pg_case_ask_until(&c, "SELECT pg_sleep(60)", NULL, 0, in_ms(600)));
	assert_int_equal(c.e.kind, ERR_TIMEOUT);
	assert_int_equal(c.e.code, pg_sqlstate("57014"));
	assert_true(c.e.transient);
	assert_true(clock_mono(&clock_system) - before < 600 * USEC_MS);
	assert_string_equal(pg_case_first(&c, "SELECT 1"), "1");
	pg_case_end(&c);
}

/* The backend sends its pid, and is stopped as soon as that was read. */
static bool stop_backend(struct collect *got, const struct cell *cells, struct err *e)
{
	(void)e;
	if (got->rows == 1) {
		*(pid_t *)got->ctx = (pid_t)strtol(cells[0].data, NULL, 10);
		kill(*(pid_t *)got->ctx, SIGSTOP);
	}
	return true;
}

static void test_P29_silence_ends_at_the_deadline(void **state)
{
	usec before = clock_mono(&clock_system);
	struct postgres_case c;
	pid_t backend = 0;

	(void)state;
	pg_case_usual(&c);
	c.got.on_row = stop_backend;
	c.got.ctx = &backend;
	assert_false(pg_case_ask_until(&c, "SELECT pg_backend_pid(), repeat('x', 1000),"
			       " generate_series(1, 100000000)", NULL, 0, in_ms(700)));
	kill(backend, SIGCONT);
	assert_int_equal(c.e.kind, ERR_TIMEOUT);
	assert_false(c.e.transient);
	assert_true(c.got.rows > 0);
	assert_true(clock_mono(&clock_system) - before < 6 * USEC_SEC);
	c.got.on_row = NULL;
	assert_string_equal(pg_case_first(&c, "SELECT 1"), "1");
	pg_case_end(&c);
}

static void someone_else_cancels(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	pg_case_fails(&c, "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(5)", ERR_CANCELLED,
		      "(57014)");
	pg_case_end(&c);
}

/* ---- broken connections ---- */

static bool terminate_at_1000(struct collect *got, const struct cell *cells, struct err *e)
{
	char sql[80];

	if (got->rows != 1000)
		return true;
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%.*s)", (int)cells[0].len,
		 cells[0].data);
	return postgres_exec(&pg_case_server, sql, e);
}

static void test_P35_killed_in_the_middle_keeps_rows(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	c.got.on_row = terminate_at_1000;
	pg_case_fails(&c, "SELECT pg_backend_pid(), repeat('x', 1000),"
		       " generate_series(1, 10000000)", ERR_NETWORK, "warehouse: ");
	assert_true(c.got.rows >= 1000);
	assert_false(c.e.transient);
	c.got.on_row = NULL;
	assert_string_equal(pg_case_first(&c, "SELECT 1"), "1");
	pg_case_end(&c);
}

static void errors_after_rows_keep_rows(void **state)
{
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	pg_case_fails(&c, "SELECT repeat('x', 100), 1 / (5000 - g) FROM generate_series(1, 10000) g",
		      ERR_REMOTE, "(22012)");
	assert_int_equal(c.got.rows, 4999);
	pg_case_end(&c);
}

static void test_P35_a_dead_idle_connection_is_replaced(void **state)
{
	char pid[32], sql[160];
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	snprintf(pid, sizeof(pid), "%s", pg_case_first(&c, "SELECT pg_backend_pid()"));
	assert_string_equal(pg_case_first(&c, "SELECT pg_backend_pid()"), pid);
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%s)", pid);
	pg_case_exec(sql);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM pg_stat_activity WHERE pid = %s", pid);
	assert_true(postgres_wait(&pg_case_server, sql, "0"));
	assert_string_not_equal(pg_case_first(&c, "SELECT pg_backend_pid()"), pid);
	pg_case_end(&c);
}

static void an_old_connection_is_replaced(void **state)
{
	const char *const pairs[] = {
		"host", "localhost", "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", pg_case_server.ca_file,
		"max_age", "0", NULL,
	};
	char pid[32];
	struct postgres_case c;

	(void)state;
	pg_case_begin(&c, pairs);
	snprintf(pid, sizeof(pid), "%s", pg_case_first(&c, "SELECT pg_backend_pid()"));
	assert_string_not_equal(pg_case_first(&c, "SELECT pg_backend_pid()"), pid);
	pg_case_end(&c);
}

/* ---- connecting ---- */

static void expect_no_connection(const char *const *pairs, enum err_kind kind, bool transient,
				 const char *text)
{
	struct postgres_case c;

	pg_case_begin(&c, pairs);
	pg_case_fails(&c, "SELECT 1", kind, text);
	assert_int_equal(c.e.transient, transient);
	pg_case_end(&c);
}

static void wrong_passwords_are_auth(void **state)
{
	const char *const wrong[] = {
		"host", "localhost", "port", pg_case_port, "user", "analyst", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", pg_case_server.ca_file, NULL,
	};
	const char *const none[] = {
		"host", "localhost", "port", pg_case_port, "user", "analyst", "database", "postgres",
		"ca_file", pg_case_server.ca_file, NULL,
	};

	(void)state;
	expect_no_connection(wrong, ERR_AUTH, false, "\"analyst\" (28P01)");
	expect_no_connection(none, ERR_AUTH, false, "sources.warehouse.password");
}

static void test_P28_unreachable_hosts_are_named(void **state)
{
	char closed[16];
	const char *const unknown[] = {
		"host", "no-such-host.invalid", "user", "a", "database", "d", NULL,
	};
	const char *const refused[] = {
		"host", "127.0.0.1", "port", closed, "user", "a", "database", "d", NULL,
	};

	(void)state;
	snprintf(closed, sizeof(closed), "%u", free_port());
	expect_no_connection(unknown, ERR_NETWORK, true, "warehouse: DNS: ");
	expect_no_connection(unknown, ERR_NETWORK, true, "no-such-host.invalid");
	expect_no_connection(refused, ERR_NETWORK, true, "Connection refused");
}

static void test_P31_tls_is_verified(void **state)
{
	struct err e = { 0 };
	char *other = temp_dir("other-ca", &e), other_ca[300];
	const char *const wrong_ca[] = {
		"host", "localhost", "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", other_ca, NULL,
	};
	const char *const wrong_name[] = {
		"host", "127.0.0.2", "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", pg_case_server.ca_file, NULL,
	};
	const char *const no_ca[] = {
		"host", "localhost", "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", "/nowhere/ca.crt", NULL,
	};
	struct postgres_case c;

	(void)state;
	assert_non_null(other);
	assert_true(tls_files(other, &e));
	snprintf(other_ca, sizeof(other_ca), "%s/ca.crt", other);
	pg_case_usual(&c);
	assert_string_equal(pg_case_first(&c, "SELECT ssl, version FROM pg_stat_ssl"
				     " WHERE pid = pg_backend_pid()"), "t|TLSv1.3");
	pg_case_end(&c);
	expect_no_connection(wrong_ca, ERR_TRUST, false, "certificate verify failed (");
	expect_no_connection(wrong_ca, ERR_TRUST, false,
			     "; CN=localhost, issuer CN=Sextant test CA, until ");
	expect_no_connection(wrong_name, ERR_TRUST, false, "does not match host name \"127.0.0.2\"");
	expect_no_connection(wrong_name, ERR_TRUST, false, "(IP address mismatch; CN=localhost, issuer");
	expect_no_connection(no_ca, ERR_CONFIG, false, "/nowhere/ca.crt");
	temp_dir_remove(other);
	free(other);
}

static void a_server_without_tls_is_refused(void **state)
{
	const char *const pairs[] = {
		"host", "localhost", "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", pg_case_server.ca_file, NULL,
	};

	(void)state;
	pg_case_exec("ALTER SYSTEM SET ssl = off");
	pg_case_exec("SELECT pg_reload_conf()");
	assert_true(postgres_wait(&pg_case_server, "SHOW ssl", "off"));
	expect_no_connection(pairs, ERR_TRUST, false, "does not support SSL");
	pg_case_exec("ALTER SYSTEM SET ssl = on");
	pg_case_exec("SELECT pg_reload_conf()");
	assert_true(postgres_wait(&pg_case_server, "SHOW ssl", "on"));
}

static void sockets_and_loopback_need_no_tls(void **state)
{
	const char *const by_socket[] = {
		"host", pg_case_server.dir, "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", NULL,
	};
	const char *const by_loopback[] = {
		"host", "127.0.0.1", "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "sslmode", "disable", NULL,
	};
	struct postgres_case c;

	(void)state;
	pg_case_begin(&c, by_socket);
	assert_string_equal(pg_case_first(&c, "SELECT current_user"), "analyst");
	pg_case_end(&c);
	pg_case_begin(&c, by_loopback);
	assert_string_equal(pg_case_first(&c, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
			    "f");
	pg_case_end(&c);
}

static void settings_are_checked(void **state)
{
	static const char *const bad[][9] = {
		{ "host", "db.example.com", "sslmode", "disable", NULL },
		{ "host", "db.example.com", "sslmode", "require", NULL },
		{ "host", "a,b", NULL },
		{ "host", "a", "port", "0", NULL },
		{ "host", "a", "port", "65536", NULL },
		{ "host", "a", "port", "x", NULL },
		{ "host", "a", "dialect", "oracle", NULL },
		{ "host", "a", "connect_timeout", "0", NULL },
		{ "host", "", NULL },
	};
	static const char *const good[] = { "host", "db.example.com", "port", "5439", "user", "u", NULL };
	struct source s;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (source_init(&s, "w", &postgres_ops, bad[i], &e))
			fail_msg("accepted: %zu", i);
		assert_int_equal(e.kind, ERR_CONFIG);
		source_release(&s);
	}
	assert_true(source_init(&s, "w", &postgres_ops, good, &e));
	assert_string_equal(s.origin, "postgres://db.example.com:5439");
	source_release(&s);
}

/* ---- a server that accepts and says nothing ---- */

static int silent_listener(char port[static 16])
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_return_code(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_return_code(listen(fd, 8), 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	snprintf(port, 16, "%u", ntohs(a.sin_port));
	return fd;
}

struct accepting {
	int listener;
	struct cancel *cancel;
	usec at;
};

static void *fire_when_accepted(void *arg)
{
	struct accepting *f = arg;
	int fd = accept(f->listener, NULL, NULL);
	char first[8];

	/* The request for TLS shows that the client waits for its answer now. */
	if (recv(fd, first, sizeof(first), MSG_WAITALL) == sizeof(first)) {
		f->at = clock_mono(&clock_system);
		cancel_fire(f->cancel);
	}
	while (recv(fd, first, sizeof(first), 0) > 0)
		continue;
	close(fd);
	return NULL;
}

static void test_P28_silence_at_login_is_left(void **state)
{
	char port[16];
	const char *const pairs[] = {
		"host", "127.0.0.1", "port", port, "user", "a", "database", "d", "ca_file",
		pg_case_server.ca_file, NULL,
	};
	struct accepting f = { .listener = silent_listener(port) };
	usec before = clock_mono(&clock_system);
	struct postgres_case c;
	pthread_t thread;

	(void)state;
	pg_case_begin(&c, pairs);
	assert_false(pg_case_ask_until(&c, "SELECT 1", NULL, 0, in_ms(300)));
	assert_int_equal(c.e.kind, ERR_TIMEOUT);
	assert_non_null(strstr(c.e.text, "TLS handshake"));
	assert_in_range(clock_mono(&clock_system) - before, 300 * USEC_MS, 2 * USEC_SEC);
	close(accept(f.listener, NULL, NULL));

	f.cancel = &c.cancel;
	pthread_create(&thread, NULL, fire_when_accepted, &f);
	pg_case_fails(&c, "SELECT 1", ERR_CANCELLED, "stopped");
	before = clock_mono(&clock_system);
	pthread_join(thread, NULL);
	assert_true(before - f.at < 2 * USEC_SEC);
	close(f.listener);
	pg_case_end(&c);
}

/* ---- health ---- */

static void health_tells_what_is_there(void **state)
{
	const char *const writer[] = {
		"host", "localhost", "port", pg_case_port, "user", "writer", "password", "env:TEST_WRITER",
		"database", "postgres", "ca_file", pg_case_server.ca_file, NULL,
	};
	struct health h;
	struct postgres_case c;

	(void)state;
	pg_case_usual(&c);
	if (!postgres_ops.check(c.conn, in_ms(5000), &c.cancel, &h, &c.e))
		fail_msg("%s", c.e.text);
	assert_memory_equal(h.server, "PostgreSQL 15.", 14);
	assert_string_equal(h.user, "analyst");
	assert_true(h.read_only);
	assert_string_equal(h.detail, "");
	assert_int_equal(h.rights, RIGHTS_READ);
	assert_in_range(h.skew_ms + 1000, 0, 2000);
	pg_case_end(&c);

	pg_case_exec("SET ROLE writer; CREATE TABLE IF NOT EXISTS target (n int);");
	pg_case_begin(&c, writer);
	assert_true(postgres_ops.check(c.conn, in_ms(5000), &c.cancel, &h, &c.e));
	assert_string_equal(h.detail, "this role could write");
	assert_int_equal(h.rights, RIGHTS_WRITE);
	pg_case_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P66_cancel_reaches_the_server),
		cmocka_unit_test(cancel_keeps_the_connection),
		cmocka_unit_test(the_server_stops_before_the_deadline),
		cmocka_unit_test(test_P29_silence_ends_at_the_deadline),
		cmocka_unit_test(someone_else_cancels),
		cmocka_unit_test(test_P35_killed_in_the_middle_keeps_rows),
		cmocka_unit_test(errors_after_rows_keep_rows),
		cmocka_unit_test(test_P35_a_dead_idle_connection_is_replaced),
		cmocka_unit_test(an_old_connection_is_replaced),
		cmocka_unit_test(wrong_passwords_are_auth),
		cmocka_unit_test(test_P28_unreachable_hosts_are_named),
		cmocka_unit_test(test_P31_tls_is_verified),
		cmocka_unit_test(a_server_without_tls_is_refused),
		cmocka_unit_test(sockets_and_loopback_need_no_tls),
		cmocka_unit_test(settings_are_checked),
		cmocka_unit_test(test_P28_silence_at_login_is_left),
		cmocka_unit_test(health_tells_what_is_there),
	};

	return cmocka_run_group_tests(tests, pg_case_start, pg_case_stop);
}
