#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void appends_add_up(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_put(&b, "a\0b", 3));
	assert_true(buf_puts(&b, "cd"));
	assert_true(buf_putc(&b, 'e'));
	assert_true(buf_printf(&b, "%03d", 7));
	assert_true(buf_put_safe(&b, "\x1b[", 2));
	assert_int_equal(b.len, 14);
	assert_memory_equal(b.data, "a\0bcde007<1B>[", 15);
	buf_release(&b);
	assert_null(b.data);
}

static void it_grows_with_its_contents(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_true(buf_printf(&b, "%d,", i % 10));
	assert_int_equal(b.len, 20000);
	assert_int_equal(strlen(b.data), 20000);
	assert_memory_equal(b.data + 19998, "9,", 3);
	buf_release(&b);
}

static void the_ceiling_holds_and_the_failure_stays(void **state)
{
	struct buf b = { .max = 5 };

	(void)state;
	assert_true(buf_puts(&b, "12345"));
	assert_true(buf_put(&b, "", 0));
	assert_false(buf_putc(&b, '6'));
	assert_true(b.failed);
	assert_string_equal(b.data, "12345");
	b.len = 0;
	assert_false(buf_putc(&b, '1'));
	buf_clear(&b);
	assert_true(buf_printf(&b, "%d", 12345));
	assert_false(buf_printf(&b, "%d", 1));
	buf_clear(&b);
	assert_false(buf_put_safe(&b, "\x1b\x1b", 2));
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.max, 5);
	buf_release(&b);
}

static void a_huge_append_does_not_wrap_around(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_true(buf_puts(&b, "x"));
	assert_false(buf_put(&b, "", SIZE_MAX));
	assert_string_equal(b.data, "x");
	buf_release(&b);
}

static void detach_hands_over(void **state)
{
	struct buf b = BUF_INIT;
	char *s;

	(void)state;
	s = buf_detach(&b);
	assert_string_equal(s, "");
	free(s);
	assert_true(buf_puts(&b, "abc"));
	s = buf_detach(&b);
	assert_string_equal(s, "abc");
	assert_null(b.data);
	free(s);
	b.max = 2;
	assert_true(buf_puts(&b, "ab"));
	assert_false(buf_puts(&b, "c"));
	assert_null(buf_detach(&b));
	assert_null(b.data);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_add_up),
		cmocka_unit_test(it_grows_with_its_contents),
		cmocka_unit_test(the_ceiling_holds_and_the_failure_stays),
		cmocka_unit_test(a_huge_append_does_not_wrap_around),
		cmocka_unit_test(detach_hands_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
