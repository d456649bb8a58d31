#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"

static usec soon(usec span)
{
	return clock_mono(&clock_system) + span;
}

static void a_ready_descriptor_ends_the_wait(void **state)
{
	struct cancel c;
	int p[2];

	(void)state;
	assert_true(cancel_init(&c, NULL));
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	assert_true(cancel_wait(&c, p[0], POLLIN, soon(USEC_MIN), NULL));
	assert_true(cancel_wait(NULL, p[0], POLLIN, soon(USEC_MIN), NULL));
	/* Data that is there counts although the deadline has passed. */
	assert_true(cancel_wait(&c, p[0], POLLIN, 0, NULL));
	assert_true(cancel_wait(&c, p[0], POLLIN, INT64_MAX, NULL));
	close(p[1]);
	assert_int_equal(read(p[0], &(char){ 0 }, 1), 1);
	/* The end of the stream is for the reader to see. */
	assert_true(cancel_wait(&c, p[0], POLLIN, soon(USEC_MIN), NULL));
	close(p[0]);
	cancel_release(&c);
}

static void the_deadline_ends_the_wait(void **state)
{
	struct cancel c;
	struct err e = { 0 };
	usec start = soon(0);
	int p[2];

	(void)state;
	assert_true(cancel_init(&c, NULL));
	assert_int_equal(pipe(p), 0);
	assert_false(cancel_wait(&c, p[0], POLLIN, start + 20 * USEC_MS, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_true(soon(0) >= start + 20 * USEC_MS);
	assert_true(cancel_wait(&c, -1, 0, soon(USEC_MS), &e));
	assert_true(cancel_wait(NULL, -1, 0, soon(USEC_MS), &e));
	close(p[0]);
	close(p[1]);
	assert_false(cancel_wait(&c, p[0], POLLIN, soon(USEC_MIN), &e));
	assert_int_equal(e.kind, ERR_INTERNAL);
	cancel_release(&c);
}

static void *fire(void *arg)
{
	cancel_fire(arg);
	return NULL;
}

static void firing_ends_every_wait(void **state)
{
	struct cancel c;
	struct err e = { 0 };
	pthread_t t;

	(void)state;
	assert_true(cancel_init(&c, NULL));
	assert_false(cancel_fired(&c));
	assert_false(cancel_fired(NULL));
	assert_int_equal(pthread_create(&t, NULL, fire, &c), 0);
	assert_false(cancel_wait(&c, -1, 0, soon(USEC_MIN), &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	pthread_join(t, NULL);
	cancel_fire(&c);
	assert_true(cancel_fired(&c));
	assert_false(cancel_wait(&c, -1, 0, 0, &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	cancel_release(&c);
}

static struct cancel *in_handler;
static int signals;

static void on_alarm(int sig)
{
	(void)sig;
	if (++signals == 3)
		cancel_fire(in_handler);
	else
		alarm(1);
}

/* The first signals only interrupt the wait, the third one cancels it. */
static void signals_do_not_end_the_wait(void **state)
{
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	struct cancel c;
	struct err e = { 0 };

	(void)state;
	assert_true(cancel_init(&c, NULL));
	in_handler = &c;
	sigaction(SIGALRM, &sa, &old);
	signals = 1;
	alarm(1);
	assert_false(cancel_wait(&c, -1, 0, soon(USEC_MIN), &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_int_equal(signals, 3);
	sigaction(SIGALRM, &old, NULL);
	cancel_release(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ready_descriptor_ends_the_wait),
		cmocka_unit_test(the_deadline_ends_the_wait),
		cmocka_unit_test(firing_ends_every_wait),
		cmocka_unit_test(signals_do_not_end_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
