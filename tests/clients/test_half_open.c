/* P29: the route is lost in the middle of an answer. Nothing is closed or reset, packets
 * go nowhere. In a network of our own whose only interface is taken down; where no such
 * network can be had, it is skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/http_run.h"

static bool have_network;

static bool set_loopback(bool up)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0;

	r.ifr_flags = (short)(up ? r.ifr_flags | IFF_UP : r.ifr_flags & ~IFF_UP);
	ok = ok && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
	close(fd);
	return ok;
}

/* Called while the answer is awaited, after its beginning came. */
static bool lose_route(void *ctx)
{
	struct run *x = ctx;

	if (x->ticks++ == 0)
		assert_true(set_loopback(false));
	return false;
}

static void test_P29_the_route_is_lost(void **state)
{
	static const struct fault_step script[] = {
		{ .send = OK_HEAD "Content-Length: 100000\r\n\r\n0123456789012345678901234567890123456789first fifty" },
		{ .send = "never comes", .times = FAULT_FOREVER, .gap_ms = 1500 }, { 0 },
	};
	struct fault_server s;
	struct run x;
	usec begin = clock_mono(&clock_system);

	(void)state;
	if (!have_network)
		skip();
	fault_start(&s, script);
	run_begin_at(&x, &s);
	x.req.tick = lose_route;
	x.req.stall = 3 * USEC_SEC;
	assert_false(run_go(&x));
	assert_true(x.ticks > 0);
	assert_int_equal(x.e.kind, ERR_TIMEOUT);
	assert_false(x.e.transient);                    /* there were rows */
	assert_says(&x, "stall");
	assert_string_equal(buf_str(&x.body), "0123456789012345678901234567890123456789first fifty");
	/* Another try finds nobody, within its limit. */
	assert_false(run_go(&x));
	assert_true(x.e.kind == ERR_TIMEOUT || x.e.kind == ERR_NETWORK);
	run_end(&x);
	assert_in_range(clock_mono(&clock_system) - begin, 0, 20 * USEC_SEC);
	assert_true(set_loopback(true));
	fault_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P29_the_route_is_lost),
	};
	struct err e = { 0 };

	/* Before there are threads. */
	have_network = (unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) && set_loopback(true);
	if (!clients_init(&e)) {
		print_error("%s\n", e.text);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
