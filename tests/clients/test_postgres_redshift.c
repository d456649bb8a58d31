/* Redshift's peculiarities, by a proxy in front of a real PostgreSQL: it calls
 * itself 8.0.2, speaks of UNICODE, knows `SET readonly`, and knows none of the
 * settings that came after 8.0. */
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "clients/registry.h"
#include "tests/support/collect.h"
#include "tests/support/pg_wire.h"
#include "tests/support/postgres_server.h"

static struct postgres_server server;

struct proxy {
	struct wire_server wire;
	uint32_t auth;                  /* the method to ask for; 0 = the server's own */
	bool knows_readonly;
	pthread_mutex_t lock;
	struct buf seen;                /* every statement, one a line */
	char options[64];               /* of the startup packet, "" when there are none */
};

static int connect_upstream(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)server.port),
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void forward(int fd, char type, const struct buf *payload)
{
	struct buf b = BUF_INIT;
	size_t m = wire_open(&b, type);

	buf_put(&b, buf_str(payload), payload->len);
	wire_close(&b, m);
	wire_write(fd, b.data, b.len);
	buf_release(&b);
}

static bool contains(const char *sql, const char *words)
{
	return strcasestr(sql, words) != NULL;
}

/* PostgreSQL takes any setting with a dot; and an unknown one without is an error. */
static const char *translate(const struct proxy *p, const char *sql)
{
	static const char *const unknown[] = {
		"lock_timeout", "idle_in_transaction", "application_name", "set_config",
		"default_transaction_read_only", "clock_timestamp",
	};

	if (strcmp(sql, "SET readonly=1") == 0)
		return p->knows_readonly ? "SET sextant.readonly=1" : sql;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (contains(sql, unknown[i]))
			return "SET unknown_to_redshift=1";
	return sql;
}

/* Parse: statement name, text, types. */
static void forward_parse(struct proxy *p, int fd, const struct buf *payload)
{
	const char *name = payload->data, *sql = name + strlen(name) + 1;
	size_t after = (size_t)(sql - name) + strlen(sql) + 1;
	struct buf b = BUF_INIT;

	pthread_mutex_lock(&p->lock);
	buf_printf(&p->seen, "%s\n", sql);
	pthread_mutex_unlock(&p->lock);
	wire_text(&b, name);
	wire_text(&b, translate(p, sql));
	buf_put(&b, payload->data + after, payload->len - after);
	forward(fd, 'P', &b);
	buf_release(&b);
}

static void forward_parameter(int fd, const struct buf *payload)
{
	const char *name = payload->data;
	struct buf b = BUF_INIT;

	if (strcmp(name, "standard_conforming_strings") == 0)
		return;
	if (strcmp(name, "server_version") == 0)
		wire_parameter(&b, name, "8.0.2");
	else if (strstr(name, "_encoding"))
		wire_parameter(&b, name, "UNICODE");
	else
		wire_parameter(&b, name, name + strlen(name) + 1);
	wire_write(fd, b.data, b.len);
	buf_release(&b);
}

static void pump(struct proxy *p, int client, int upstream)
{
	struct pollfd on[] = { { .fd = client, .events = POLLIN },
			       { .fd = upstream, .events = POLLIN } };
	struct buf payload = BUF_INIT;
	char type = 1;

	while (type && poll(on, 2, -1) > 0) {
		bool from_client = on[0].revents != 0;

		type = wire_message(from_client ? client : upstream, &payload);
		if (!type)
			break;
		if (from_client && type == 'P')
			forward_parse(p, upstream, &payload);
		else if (!from_client && type == 'S')
			forward_parameter(client, &payload);
		else
			forward(from_client ? upstream : client, type, &payload);
	}
	buf_release(&payload);
}

static void ask_for_method(int fd, uint32_t method)
{
	static const char salt[64];
	struct buf b = BUF_INIT;
	size_t m = wire_open(&b, 'R');

	wire_u32(&b, method);
	buf_put(&b, salt, sizeof(salt));
	wire_close(&b, m);
	wire_write(fd, b.data, b.len);
	buf_release(&b);
}

static void note_options(struct proxy *p, const struct buf *packet)
{
	static const char key[] = "\0options";
	const char *found = memmem(packet->data, packet->len, key, sizeof(key));

	pthread_mutex_lock(&p->lock);
	snprintf(p->options, sizeof(p->options), "%s", found ? found + sizeof(key) : "");
	pthread_mutex_unlock(&p->lock);
}

static void script(struct wire_conn *c)
{
	struct proxy *p = c->server->ctx;
	int upstream;

	if (c->code == WIRE_STARTUP)
		note_options(p, &c->packet);
	if (p->auth) {
		ask_for_method(c->fd, p->auth);
		return;
	}
	upstream = connect_upstream();
	if (upstream < 0)
		return;
	wire_write(upstream, c->packet.data, c->packet.len);
	if (c->code == WIRE_STARTUP) {
		pump(p, c->fd, upstream);
	} else {
		char end;

		/* A cancel request: over when the server closes. */
		wire_read(upstream, &end, 1);
	}
	close(upstream);
}

/* ---- the client ---- */

struct fixture {
	struct proxy proxy;
	struct source source;
	struct cancel cancel;
	struct collect got;
	void *conn;
	struct err e;
};

static void set_up(struct fixture *f, uint32_t auth, bool knows_readonly, const char *dialect)
{
	memset(f, 0, sizeof(*f));
	f->proxy.auth = auth;
	f->proxy.knows_readonly = knows_readonly;
	pthread_mutex_init(&f->proxy.lock, NULL);
	assert_true(wire_start(&f->proxy.wire, script, &f->proxy));
	f->proxy.wire.pass_cancels = true;
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
	wire_stop(&f->proxy.wire);
	buf_release(&f->proxy.seen);
	pthread_mutex_destroy(&f->proxy.lock);
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
