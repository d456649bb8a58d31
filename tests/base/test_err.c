#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/err.h"

static void a_failure_sets_every_field(void **state)
{
	struct err e = { .transient = true, .retry_after_ms = 9 };

	(void)state;
	assert_false(err_set(&e, ERR_REMOTE, 503, "load %d", 7));
	assert_int_equal(e.kind, ERR_REMOTE);
	assert_int_equal(e.code, 503);
	assert_false(e.transient);
	assert_int_equal(e.retry_after_ms, 0);
	assert_string_equal(e.text, "load 7");
	assert_false(err_transient(&e, ERR_NETWORK, 0, "reset"));
	assert_true(e.transient);
}

static void nobody_has_to_listen(void **state)
{
	(void)state;
	assert_false(err_set(NULL, ERR_AUTH, 401, "%s", "no"));
	assert_false(err_transient(NULL, ERR_NETWORK, 0, "no"));
}

static void test_P08_outside_bytes_become_printable(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_REMOTE, 0, "server says: %s", "\x1b]0;x\x07 \xff\xe2\x80\xae");
	assert_string_equal(e.text, "server says: <1B>]0;x<07> <FF><U+202E>");
}

static void a_trailing_newline_is_dropped(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_REMOTE, 0, "FATAL: no\nDETAIL: x\r\n");
	assert_string_equal(e.text, "FATAL: no<0A>DETAIL: x");
	err_set(&e, ERR_REMOTE, 0, "%s", "\n");
	assert_string_equal(e.text, "");
}

static void long_texts_are_cut_with_an_ellipsis(void **state)
{
	char fits[ERR_TEXT_MAX], big[5000];
	struct err e;

	(void)state;
	memset(fits, 'x', sizeof(fits) - 1);
	fits[sizeof(fits) - 1] = '\0';
	err_set(&e, ERR_REMOTE, 0, "%s", fits);
	assert_string_equal(e.text, fits);
	err_set(&e, ERR_REMOTE, 0, "%sy", fits);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	assert_string_equal(e.text + ERR_TEXT_MAX - 5, "x...");
	memset(big, 0x1b, sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&e, ERR_REMOTE, 0, "%s", big);
	assert_true(strlen(e.text) < ERR_TEXT_MAX);
	assert_string_equal(e.text + strlen(e.text) - 7, "<1B>...");
}

static void a_text_may_quote_itself(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_NETWORK, 5, "refused");
	err_set(&e, e.kind, e.code, "cannot reach x: %s", e.text);
	assert_string_equal(e.text, "cannot reach x: refused");
	assert_int_equal(e.code, 5);
}

static void kinds_have_words(void **state)
{
	(void)state;
	assert_string_equal(err_word(ERR_NONE), "");
	assert_string_equal(err_word(ERR_AUTH), "auth");
	assert_string_equal(err_word(ERR_INTERNAL), "internal");
	assert_string_equal(err_word((enum err_kind)99), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_sets_every_field),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(test_P08_outside_bytes_become_printable),
		cmocka_unit_test(a_trailing_newline_is_dropped),
		cmocka_unit_test(long_texts_are_cut_with_an_ellipsis),
		cmocka_unit_test(a_text_may_quote_itself),
		cmocka_unit_test(kinds_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
