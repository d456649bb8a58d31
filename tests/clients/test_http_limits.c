/* Time, names and trust: what an exchange does when the peer does nothing, or is
 * not the one it should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/http.h"
#include "tests/support/fault_server.h"
#include "tests/support/http_run.h"
#include "tests/support/process.h"
#include "tests/support/tls.h"

/* ---- a resolver that knows three names of its own: one hangs, one does not
 * exist, one is this machine ---- */

static int resolver_release = -1;
static atomic_int failures_left;         /* of later.test */

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **result)
{
	static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	struct pollfd p = { .fd = resolver_release, .events = POLLIN };

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (node && strcmp(node, "hang.test") == 0)
		poll(&p, 1, -1);
	else if (node && strcmp(node, "nowhere.test") == 0)
		return EAI_NONAME;
	else if (node && strcmp(node, "servfail.test") == 0)
		return EAI_AGAIN;
	else if (node && strcmp(node, "later.test") == 0 && atomic_fetch_sub(&failures_left, 1) > 0)
		return EAI_NONAME;
	else if (node && strcmp(node, "later.test") == 0)
		node = "127.0.0.1";
	else if (node && strcmp(node, "wrong.test") == 0)
		node = "127.0.0.1";
	return real(node, service, hints, result);
}

/* ---- time ---- */

static usec took(struct run *x, bool *ok)
{
	usec start = clock_mono(&clock_system);

	*ok = run_go(x);
	return (clock_mono(&clock_system) - start) / USEC_MS;
}

static void test_P30_slow_heads(void **state)
{
	static const struct fault_step loris[] = {
		{ .send = OK_HEAD }, { .send = "a", .times = FAULT_FOREVER, .gap_ms = 20 }, { 0 },
	};
	static const struct fault_step silent[] = { { .send = "", .len = 0, .gap_ms = 20000 }, { 0 } };
	const struct fault_step *const scripts[] = { loris, silent };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fault_server s;
		struct run x;
		bool ok;

		fault_start(&s, scripts[i]);
		run_begin_at(&x, &s);
		x.req.first_byte = 300 * USEC_MS;
		assert_in_range(took(&x, &ok), 290, 2500);
		assert_false(ok);
		assert_int_equal(x.e.kind, ERR_TIMEOUT);
		assert_true(x.e.transient);
		assert_true(x.r.sent);
		assert_says(&x, "orders: first byte");
		fault_stop(&s);
		run_end(&x);
	}
}

static const struct fault_step drip[] = {
	{ .send = OK_HEAD "Content-Length: 100000\r\n\r\nfirst" },
	{ .send = "a", .times = FAULT_FOREVER, .gap_ms = 50 }, { 0 },
};

static void test_P30_slow_bodies(void **state)
{
	struct fault_server s;
	struct run x;
	bool ok;

	(void)state;
	fault_start(&s, drip);
	run_begin_at(&x, &s);
	x.req.stall = 400 * USEC_MS;
	assert_in_range(took(&x, &ok), 390, 2500);
	assert_false(ok);
	assert_int_equal(x.e.kind, ERR_TIMEOUT);
	assert_false(x.e.transient);
	assert_says(&x, "stall");
	assert_int_equal(strncmp(buf_str(&x.body), "first", 5), 0);
	x.req.deadline = in_ms(300);
	x.req.stall = 0;
	assert_in_range(took(&x, &ok), 290, 2500);
	assert_false(ok);
	assert_int_equal(x.e.kind, ERR_TIMEOUT);
	assert_says(&x, "deadline passed (body");
	fault_stop(&s);
	run_end(&x);
}

static void a_look_at_the_server_restarts_the_stall_clock(void **state)
{
	static const struct fault_step script[] = {
		{ .send = OK_HEAD "Content-Length: 6\r\n\r\nfirst" },
		{ .send = "!", .gap_ms = 1900 }, { 0 },
	};
	struct run x;

	(void)state;
	for (int alive = 0; alive < 2; alive++) {
		struct fault_server s;

		fault_start(&s, script);
		run_begin_at(&x, &s);
		x.alive = alive;
		x.req.tick = run_tick;
		x.req.stall = 1400 * USEC_MS;
		assert_int_equal(run_go(&x), alive);
		assert_true(x.ticks >= 1);
		fault_stop(&s);
		run_end(&x);
	}
}

static void cancel_wakes_at_once(void **state)
{
	struct fault_server s;
	struct run x;

	(void)state;
	for (int slow_body = 0; slow_body < 2; slow_body++) {
		struct firing *f;
		usec fired;

		if (slow_body)
			fault_start(&s, drip);
		else
			fault_start_mute(&s);
		run_begin_at(&x, &s);
		f = fire_later(&x.cancel, 150);
		assert_false(run_go(&x));
		fired = firing_end(f);
		assert_in_range(clock_mono(&clock_system) - fired, 0, 2 * USEC_SEC);
		assert_int_equal(x.e.kind, ERR_CANCELLED);
		assert_false(x.e.transient);
		/* Fired stays fired. */
		assert_false(run_go(&x));
		assert_int_equal(x.e.kind, ERR_CANCELLED);
		fault_stop(&s);
		run_end(&x);
	}
}

/* A queue of one that is full: the kernel drops what else knocks. */
static void test_P28_a_connection_that_is_never_made(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0), filler[8];
	struct run x;
	bool ok;

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &len), 0);
	for (size_t i = 0; i < 8; i++) {
		filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(filler[i], (struct sockaddr *)&a, len);
	}
	run_begin(&x, "http", "127.0.0.1", ntohs(a.sin_port));
	assert_in_range(took(&x, &ok), 290, 2500);
	assert_false(ok);
	assert_int_equal(x.e.kind, ERR_TIMEOUT);
	assert_true(x.e.transient);
	assert_false(x.r.sent);
	assert_says(&x, "orders: connect: no answer from 127.0.0.1:");
	run_end(&x);
	for (size_t i = 0; i < 8; i++)
		close(filler[i]);
	close(listener);
}

static void test_P28_nobody_listens(void **state)
{
	struct run x;

	(void)state;
	run_begin(&x, "http", "127.0.0.1", free_port());
	assert_false(run_go(&x));
	assert_int_equal(x.e.kind, ERR_NETWORK);
	assert_true(x.e.transient);
	assert_says(&x, "orders: connect (127.0.0.1:");
	run_end(&x);
}

static void test_P27_no_such_name(void **state)
{
	struct run x;

	(void)state;
	run_begin(&x, "http", "nowhere.test", 80);
	assert_false(run_go(&x));
	assert_int_equal(x.e.kind, ERR_NETWORK);
	assert_true(x.e.transient);
	assert_says(&x, "orders: DNS (nowhere.test:80)");
	run_end(&x);
}

/* What SERVFAIL becomes, and a name server that is not there. */
static void test_P27_a_name_server_that_fails(void **state)
{
	struct run x;

	(void)state;
	run_begin(&x, "http", "servfail.test", 80);
	assert_false(run_go(&x));
	assert_int_equal(x.e.kind, ERR_NETWORK);
	assert_true(x.e.transient);
	assert_says(&x, "orders: DNS (servfail.test:80)");
	run_end(&x);
}

/* The VPN comes back: the same handle finds its way again. */
static void test_P27_a_name_that_is_known_later(void **state)
{
	static const struct fault_step script[] = { { .send = OK_HEAD "Content-Length: 5\r\n\r\nfirst" }, { 0 } };
	struct fault_server s;
	struct run x;

	(void)state;
	fault_start(&s, script);
	atomic_store(&failures_left, 2);
	run_begin(&x, "http", "later.test", s.port);
	for (int i = 0; i < 2; i++) {
		assert_false(run_go(&x));
		assert_int_equal(x.e.kind, ERR_NETWORK);
		assert_says(&x, "orders: DNS (later.test:");
	}
	if (!run_go(&x))
		fail_msg("%s", x.e.text);
	assert_string_equal(buf_str(&x.body), "first");
	run_end(&x);
	fault_stop(&s);
}

static void test_P27_a_resolver_that_hangs_holds_nobody(void **state)
{
	struct firing *f;
	struct run x;
	usec fired;
	bool ok;

	(void)state;
	run_begin(&x, "http", "hang.test", 80);
	assert_in_range(took(&x, &ok), 290, 2500);
	assert_false(ok);
	assert_int_equal(x.e.kind, ERR_TIMEOUT);
	assert_says(&x, "orders: DNS: no answer from hang.test:80");
	assert_false(run_go(&x)); /* and again, on the same handle */
	assert_says(&x, "orders: DNS: no answer from hang.test:80");
	run_end(&x);

	run_begin(&x, "http", "hang.test", 80);
	f = fire_later(&x.cancel, 100);
	assert_false(run_go(&x));
	fired = firing_end(f);
	assert_int_equal(x.e.kind, ERR_CANCELLED);
	run_end(&x); /* quitting does not wait either */
	assert_in_range(clock_mono(&clock_system) - fired, 0, 2 * USEC_SEC);
}

/* ---- TLS ---- */

static void test_P30_tls_failures_have_kinds(void **state)
{
	static const struct fault_step plain[] = { { .send = "hello\n" }, { 0 } };
	struct fault_server s;
	struct run x;
	bool ok;

	(void)state;
	fault_start_mute(&s);
	run_begin(&x, "https", "127.0.0.1", s.port);
	assert_in_range(took(&x, &ok), 490, 2500);
	assert_false(ok);
	assert_int_equal(x.e.kind, ERR_TIMEOUT);
	assert_says(&x, "orders: TLS handshake");
	fault_stop(&s);
	run_end(&x);

	/* Closes without a word once it got something that never ends a head. */
	fault_start(&s, plain);
	run_begin(&x, "https", "127.0.0.1", s.port);
	assert_false(run_go(&x));
	assert_says(&x, "orders: TLS handshake");
	fault_stop(&s);
	run_end(&x);
}

/* openssl's own little server, with a certificate of tls_files() or tls_other(). */
static void tls_server(struct child *c, const char *dir, unsigned port, const char *protocol, const char *name)
{
	char accept[32], crt[60], key[60];
	const char *argv[] = {
		"openssl", "s_server", "-accept", accept, "-cert", crt, "-key", key,
		"-www", "-quiet", protocol, "-cipher", "ALL:@SECLEVEL=0", NULL,
	};
	struct err e = { 0 };

	snprintf(accept, sizeof(accept), "127.0.0.1:%u", port);
	snprintf(crt, sizeof(crt), "%s.crt", name);
	snprintf(key, sizeof(key), "%s.key", name);
	assert_true(child_start(c, argv, dir, &e));
	assert_true(port_wait(port, c, 10));
}

/* `ca` NULL: the system's. */
static bool over_tls(struct run *x, const char *host, unsigned port, const char *ca)
{
	run_begin(x, "https", host, port);
	if (ca) {
		http_free(x->http);
		source_free(x->source);
		x->source = source_make(NULL, "orders", "ca_file", ca, NULL);
		snprintf(x->source->origin, sizeof(x->source->origin), "https://%s:%u", host, port);
		x->http = http_new(x->source, &x->e);
	}
	return run_go(x);
}

static void refused_by_trust(const char *host, unsigned port, const char *ca)
{
	struct run x;

	assert_false(over_tls(&x, host, port, ca));
	assert_int_equal(x.e.kind, ERR_TRUST);
	assert_false(x.e.transient);
	assert_false(x.r.sent);
	run_end(&x);
}

static void test_P31_only_trusted_peers_get_a_request(void **state)
{
	struct err e = { 0 };
	char *dir = temp_dir("http", &e), ca[300];
	unsigned port = free_port(), old_port = free_port(), oldest_port = free_port();
	struct child c, old, oldest;
	struct run x;

	(void)state;
	assert_non_null(dir);
	assert_true(tls_files(dir, &e));
	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	tls_server(&c, dir, port, "-tls1_2", "server");
	tls_server(&old, dir, old_port, "-tls1_1", "server");
	tls_server(&oldest, dir, oldest_port, "-tls1", "server");
	if (!over_tls(&x, "localhost", port, ca))
		fail_msg("%s", x.e.text);
	run_end(&x);
	refused_by_trust("localhost", port, NULL);      /* a CA nobody knows */
	refused_by_trust("wrong.test", port, ca);       /* another name */
	refused_by_trust("localhost", old_port, ca);    /* TLS 1.1 */
	refused_by_trust("localhost", oldest_port, ca); /* TLS 1.0 */
	child_stop(&c);
	child_stop(&old);
	child_stop(&oldest);
	temp_dir_remove(dir);
	free(dir);
}

/* Of the CA that is trusted, but expired, not good yet, or with a key that is too short. */
static void test_P31_certificates_that_are_no_good(void **state)
{
	static const struct { const char *name, *bits; int from, until; } cases[] = {
		{ "good", "2048", -2, 2 }, { "expired", "2048", -10, -1 }, { "early", "2048", 2, 4 }, { "short", "1024", -2, 2 },
	};
	struct err e = { 0 };
	char *dir = temp_dir("http", &e), ca[300];

	(void)state;
	assert_non_null(dir);
	assert_true(tls_files(dir, &e));
	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned port = free_port();
		struct child c;
		struct run x;

		if (!tls_other(dir, cases[i].name, cases[i].bits, cases[i].from, cases[i].until, &e))
			fail_msg("%s", e.text);
		tls_server(&c, dir, port, "-tls1_2", cases[i].name);
		if (i > 0) {
			refused_by_trust("localhost", port, ca);
		} else {
			if (!over_tls(&x, "localhost", port, ca))
				fail_msg("%s", x.e.text);
			run_end(&x);
		}
		child_stop(&c);
	}
	temp_dir_remove(dir);
	free(dir);
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	resolver_release = eventfd(0, EFD_CLOEXEC);
	return clients_init(&e) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	eventfd_write(resolver_release, 1000);
	clients_release();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P30_slow_heads),
		cmocka_unit_test(test_P30_slow_bodies),
		cmocka_unit_test(a_look_at_the_server_restarts_the_stall_clock),
		cmocka_unit_test(cancel_wakes_at_once),
		cmocka_unit_test(test_P28_a_connection_that_is_never_made),
		cmocka_unit_test(test_P28_nobody_listens),
		cmocka_unit_test(test_P27_no_such_name),
		cmocka_unit_test(test_P27_a_name_server_that_fails),
		cmocka_unit_test(test_P27_a_name_that_is_known_later),
		cmocka_unit_test(test_P27_a_resolver_that_hangs_holds_nobody),
		cmocka_unit_test(test_P30_tls_failures_have_kinds),
		cmocka_unit_test(test_P31_only_trusted_peers_get_a_request),
		cmocka_unit_test(test_P31_certificates_that_are_no_good),
	};

	return cmocka_run_group_tests_name("HTTP limits", tests, start, stop);
}
