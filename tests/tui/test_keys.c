#include "tui/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void means(uint32_t rune, const char *name)
{
	char text[KEY_NAME_MAX];

	assert_string_equal(key_text(text, key_from_rune(rune)), name);
}

static void test_bytes_to_keys(void **state)
{
	(void)state;
	means('j', "j");
	means('J', "J");
	means(' ', "Space");
	means(0x04, "^D");
	means(0x00, "^@");
	means(0x1f, "^_");
	means('\r', "Enter");
	means('\n', "Enter");
	means('\t', "Tab");
	means(0x1b, "Esc");
	means(0x7f, "Backspace");
	means(0x08, "Backspace");
	means(0x9b, "");
	means(0xd800, "");
	means(0x110000, "");
	means(0xe9, "é");
	means(0x65e5, "日");
	means(0x1f600, "😀");
}

static void test_names_read_back(void **state)
{
	(void)state;
	for (uint32_t rune = 0; rune < 0x800; rune++) {
		struct key key = key_from_rune(rune), again;
		char text[KEY_NAME_MAX];

		if (key.code == K_NONE)
			continue;
		key_text(text, key);
		assert_true(key_parse(text, strlen(text), &again));
		assert_true(key_eq(key, again));
	}
	for (int code = K_ENTER; code < K_COUNT; code++) {
		struct key key = { (enum key_code)code, 0 }, again;
		char text[KEY_NAME_MAX];

		key_text(text, key);
		assert_true(key_parse(text, strlen(text), &again));
		assert_true(key_eq(key, again));
	}
}

static void test_spellings(void **state)
{
	(void)state;
	assert_true(key_is(key_ctrl('D'), "^d"));
	assert_true(key_is(key_from_rune('\r'), "^M"));
	assert_true(key_is(key_from_rune('\r'), "return"));
	assert_true(key_is(key_from_rune(0x7f), "^?"));
	assert_true(key_is((struct key){ K_PAGE_UP, 0 }, "PageUp"));
	assert_true(key_is(key_rune('^'), "^"));
	assert_false(key_is(key_rune('j'), "J"));
	assert_false(key_is(key_rune('D'), "^D"));
}

static void test_no_names(void **state)
{
	static const char *const bad[] = { "", "jj", "^^^", "F13", "\x1b", "\xff", "\xc3", " ",
	                                   "\xc0\xaf", "^\x01", "Nothing" };
	struct key key;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (key_parse(bad[i], strlen(bad[i]), &key))
			fail_msg("\"%s\" is no key", bad[i]);
}

static void test_utf8(void **state)
{
	char out[4];

	(void)state;
	assert_int_equal(key_utf8(key_rune(0x20ac), out), 3);
	assert_memory_equal(out, "\xe2\x82\xac", 3);
	assert_int_equal(key_utf8(key_ctrl('C'), out), 0);
	assert_int_equal(key_utf8((struct key){ K_UP, 0 }, out), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_to_keys),
		cmocka_unit_test(test_names_read_back),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_no_names),
		cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
