/* The last quarter of an hour of a source, with the time given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sections/pulse.h"

static void nothing_is_nothing(void **state)
{
	struct pulse p = { 0 };

	(void)state;
	for (int ago = 0; ago < PULSE_MINUTES; ago++)
		assert_null(pulse_at(&p, 3 * USEC_MIN, ago));
}

static void minutes_are_kept_apart(void **state)
{
	struct pulse p = { 0 };
	const struct pulse_minute *m;

	(void)state;
	pulse_note(&p, 100 * USEC_MIN, true, 20);
	pulse_note(&p, 101 * USEC_MIN - 1, true, 70);
	pulse_note(&p, 101 * USEC_MIN - 1, false, 9000);
	pulse_note(&p, 103 * USEC_MIN, false, 5);
	m = pulse_at(&p, 103 * USEC_MIN, 3);
	assert_non_null(m);
	assert_int_equal(m->ok, 2);
	assert_int_equal(m->failed, 1);
	assert_int_equal(m->slowest, 70);       /* how long a failure took says nothing of answers */
	assert_null(pulse_at(&p, 103 * USEC_MIN, 2));
	m = pulse_at(&p, 104 * USEC_MIN - 1, 0);
	assert_int_equal(m->failed, 1);
	assert_int_equal(m->slowest, 0);
}

static void a_quarter_of_an_hour_is_forgotten(void **state)
{
	struct pulse p = { 0 };

	(void)state;
	pulse_note(&p, 100 * USEC_MIN, true, 20);
	assert_non_null(pulse_at(&p, 114 * USEC_MIN, 14));
	for (int ago = 0; ago < PULSE_MINUTES; ago++)
		assert_null(pulse_at(&p, 115 * USEC_MIN, ago));
	pulse_note(&p, 115 * USEC_MIN, true, 1);
	assert_int_equal(pulse_at(&p, 115 * USEC_MIN, 0)->ok, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(minutes_are_kept_apart),
		cmocka_unit_test(a_quarter_of_an_hour_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
