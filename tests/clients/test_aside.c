#include "clients/aside.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "clients/resolve.h"

/* Works until it is let go. The semaphores belong to the test and outlive it. */
struct job {
	struct aside aside;
	sem_t *begun, *go, *freed;
	int answer;
};

static sem_t begun, go, freed;

static void work(struct aside *a)
{
	struct job *j = (struct job *)a;

	sem_post(j->begun);
	sem_wait(j->go);
	j->answer = 42;
}

static void release(struct aside *a)
{
	struct job *j = (struct job *)a;
	sem_t *done = j->freed;

	free(j);
	sem_post(done);
}

static struct job *job_new(void)
{
	struct job *j = calloc(1, sizeof(*j));

	*j = (struct job){ .aside = { .work = work, .free = release },
			   .begun = &begun, .go = &go, .freed = &freed };
	return j;
}

static usec in_ms(int64_t ms)
{
	return clock_mono(&clock_system) + ms * USEC_MS;
}

static void an_answer_is_read(void **state)
{
	struct job *j = job_new();
	struct err e = { 0 };

	(void)state;
	sem_post(&go);
	assert_true(aside_run(&j->aside, NULL, in_ms(10000), &e));
	assert_int_equal(j->answer, 42);
	aside_unref(&j->aside);
	sem_wait(&freed);
	sem_wait(&begun);
}

static void a_late_job_is_left_behind(void **state)
{
	struct job *j = job_new();
	struct err e = { 0 };

	(void)state;
	assert_false(aside_run(&j->aside, NULL, in_ms(30), &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	sem_wait(&begun);
	assert_int_equal(sem_trywait(&freed), -1);
	sem_post(&go);
	sem_wait(&freed);
}

static void a_cancel_does_not_wait(void **state)
{
	struct job *j = job_new();
	struct cancel c;
	struct err e = { 0 };
	usec before = clock_mono(&clock_system);

	(void)state;
	assert_true(cancel_init(&c, &e));
	cancel_fire(&c);
	assert_false(aside_run(&j->aside, &c, in_ms(60000), &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_true(clock_mono(&clock_system) - before < 5 * USEC_SEC);
	sem_post(&go);
	sem_wait(&freed);
	sem_wait(&begun);
	cancel_release(&c);
}

static void the_late_ones_are_limited(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < ASIDE_MAX; i++) {
		struct job *j = job_new();

		assert_false(aside_run(&j->aside, NULL, in_ms(0), &e));
		assert_int_equal(e.kind, ERR_TIMEOUT);
	}
	for (int i = 0; i < ASIDE_MAX; i++)
		sem_wait(&begun);
	assert_false(aside_run(&job_new()->aside, NULL, in_ms(10000), &e));
	assert_int_equal(e.kind, ERR_INTERNAL);
	sem_wait(&freed);
	for (int i = 0; i < ASIDE_MAX; i++)
		sem_post(&go);
	for (int i = 0; i < ASIDE_MAX; i++)
		sem_wait(&freed);
}

static void addresses_need_no_lookup(void **state)
{
	struct address a[4];
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	assert_true(resolve("127.0.0.1", a, 4, &n, NULL, in_ms(0), &e));
	assert_int_equal(n, 1);
	assert_string_equal(a[0].text, "127.0.0.1");
	assert_true(a[0].loopback);
	assert_true(resolve("192.0.2.7", a, 4, &n, NULL, in_ms(0), &e));
	assert_false(a[0].loopback);
	assert_true(resolve("::1", a, 4, &n, NULL, in_ms(0), &e));
	assert_true(a[0].loopback);
}

static void names_are_looked_up(void **state)
{
	struct address a[4];
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	assert_true(resolve("localhost", a, 4, &n, NULL, in_ms(10000), &e));
	assert_true(n >= 1 && a[0].loopback);
	assert_false(resolve("no-such-host.invalid", a, 4, &n, NULL, in_ms(10000), &e));
	assert_int_equal(e.kind, ERR_NETWORK);
	assert_true(e.transient);
	assert_non_null(strstr(e.text, "no-such-host.invalid"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(a_late_job_is_left_behind),
		cmocka_unit_test(a_cancel_does_not_wait),
		cmocka_unit_test(the_late_ones_are_limited),
		cmocka_unit_test(addresses_need_no_lookup),
		cmocka_unit_test(names_are_looked_up),
	};

	sem_init(&begun, 0, 0);
	sem_init(&go, 0, 0);
	sem_init(&freed, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
