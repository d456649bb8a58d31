/* When a followed section is asked again: the pure part, over times handed in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/follow.h"
#include "sections/policy.h"

#define S USEC_SEC

static const usec now = 1000 * S;

static void test_an_interval_after_the_answer(void **state)
{
	struct follow f;

	(void)state;
	follow_start(&f, 30 * S, now - 10 * S, now);
	assert_int_equal(f.state, FOLLOW_ON);
	assert_int_equal(follow_next(&f), now + 20 * S);
	assert_false(follow_due(&f, now + 20 * S - 1));
	assert_true(follow_due(&f, now + 20 * S));
	follow_began(&f);
	assert_false(follow_due(&f, now + 100 * S));     /* never while one is under way */
	assert_int_equal(follow_next(&f), TIME_NONE);
	follow_heard(&f, FOLLOW_ANSWERED, NULL, now + 28 * S);
	assert_int_equal(follow_next(&f), now + 58 * S);
}

static void test_an_old_answer_is_asked_for_at_once(void **state)
{
	struct follow f;

	(void)state;
	follow_start(&f, 30 * S, now - 31 * S, now);
	assert_true(follow_due(&f, now));
	follow_start(&f, 30 * S, 0, now);                /* one is under way: its end counts */
	assert_false(follow_due(&f, now + 100 * S));
	follow_heard(&f, FOLLOW_ANSWERED, NULL, now + 5 * S);
	assert_int_equal(follow_next(&f), now + 35 * S);
}

static void test_intervals_have_limits(void **state)
{
	struct follow f;

	(void)state;
	follow_start(&f, 1, now, now);
	assert_int_equal(f.interval, FOLLOW_LEAST);
	follow_start(&f, 9 * FOLLOW_MOST, now, now);
	assert_int_equal(f.interval, FOLLOW_MOST);
}

static void test_failures_double_the_wait(void **state)
{
	static const int waits[] = { 20, 40, 80, 80, 80 };
	struct follow f;
	usec at = now;

	(void)state;
	follow_start(&f, 10 * S, now, now);
	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		at = follow_next(&f);
		follow_began(&f);
		follow_heard(&f, FOLLOW_FAILED, NULL, at);
		assert_int_equal(follow_next(&f), at + waits[i] * S);
	}
	follow_began(&f);
	follow_heard(&f, FOLLOW_ANSWERED, NULL, at);
	assert_int_equal(follow_next(&f), at + 10 * S);
}

static void test_a_refusal_ends_it_with_the_reason(void **state)
{
	struct follow f;

	(void)state;
	follow_start(&f, 10 * S, now, now);
	follow_began(&f);
	follow_heard(&f, FOLLOW_REFUSED, "redshift refused us", now);
	assert_int_equal(f.state, FOLLOW_STOPPED);
	assert_string_equal(f.why, "redshift refused us");
	assert_int_equal(follow_next(&f), TIME_NONE);
	assert_false(follow_due(&f, now + USEC_HOUR));
	follow_heard(&f, FOLLOW_ANSWERED, NULL, now);    /* nothing but the user starts it */
	follow_hold(&f);
	follow_go_on(&f);
	assert_int_equal(f.state, FOLLOW_STOPPED);
	follow_start(&f, 10 * S, now, now);
	assert_int_equal(f.state, FOLLOW_ON);
	assert_string_equal(f.why, "");
}

static void test_held_it_waits(void **state)
{
	struct follow f;

	(void)state;
	follow_start(&f, 10 * S, now, now);
	follow_hold(&f);
	assert_false(follow_due(&f, now + 100 * S));
	assert_int_equal(follow_next(&f), TIME_NONE);
	follow_began(&f);                                /* the user asked, meanwhile */
	follow_heard(&f, FOLLOW_ANSWERED, NULL, now + 50 * S);
	assert_int_equal(f.state, FOLLOW_HELD);
	follow_go_on(&f);
	assert_int_equal(follow_next(&f), now + 60 * S);
}

static void test_off_nothing_happens(void **state)
{
	struct follow f;

	(void)state;
	follow_stop(&f);
	follow_heard(&f, FOLLOW_ANSWERED, NULL, now);
	follow_hold(&f);
	follow_put_off(&f, now);
	assert_int_equal(f.state, FOLLOW_OFF);
	assert_int_equal(follow_next(&f), TIME_NONE);
	assert_false(follow_due(&f, now));
}

static void test_put_off(void **state)
{
	struct follow f;

	(void)state;
	follow_start(&f, 10 * S, now, now);
	follow_put_off(&f, now + 5 * S);                 /* not sooner */
	assert_int_equal(follow_next(&f), now + 10 * S);
	follow_put_off(&f, now + 15 * S);
	assert_int_equal(follow_next(&f), now + 15 * S);
}

/* Rounds leave half of the bucket to retries. */
static void test_half_of_the_budget_is_left(void **state)
{
	struct budget b;
	usec when = 0;
	int rounds = 0;

	(void)state;
	budget_init(&b, now);
	while (budget_spare(&b, BUDGET_RETRY, now, &when))
		rounds++;
	assert_int_equal(rounds, (BUDGET_FULL - BUDGET_HALF) / BUDGET_RETRY);
	assert_true(when > now + 4 * S && when <= now + 5 * S + 1);
	assert_false(budget_spare(&b, BUDGET_RETRY, when - S, &when));
	assert_true(budget_spare(&b, BUDGET_RETRY, when, &when));
	assert_true(b.tokens >= BUDGET_HALF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_interval_after_the_answer),
		cmocka_unit_test(test_an_old_answer_is_asked_for_at_once),
		cmocka_unit_test(test_intervals_have_limits),
		cmocka_unit_test(test_failures_double_the_wait),
		cmocka_unit_test(test_a_refusal_ends_it_with_the_reason),
		cmocka_unit_test(test_held_it_waits),
		cmocka_unit_test(test_off_nothing_happens),
		cmocka_unit_test(test_put_off),
		cmocka_unit_test(test_half_of_the_budget_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
