#include "tui/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Keys by name, one blank apart; the result of the last one. */
static enum prompt_result types(struct prompt *p, const char *keys)
{
	enum prompt_result result = PROMPT_IGNORED;
	struct key key;

	while (*keys) {
		size_t len = strcspn(keys, " ");

		assert_true(key_parse(keys, len, &key));
		result = prompt_key(p, key);
		keys += len + (keys[len] == ' ');
	}
	return result;
}

static void becomes(const char *initial, const char *keys, const char *text, size_t cursor)
{
	struct prompt p;

	prompt_init(&p, "/", initial);
	types(&p, keys);
	assert_string_equal(p.text, text);
	assert_int_equal(p.len, strlen(text));
	assert_int_equal(p.cursor, cursor);
}

static void test_editing(void **state)
{
	(void)state;
	becomes(NULL, "a b Space c", "ab c", 4);
	becomes("abc", "Left Left x", "axbc", 2);
	becomes("abc", "Home Del", "bc", 0);
	becomes("abc", "^A ^D ^E d", "bcd", 3);
	becomes("abc", "Left ^U", "c", 0);
	becomes("abc", "Left ^K", "ab", 2);
	becomes("one two  ", "^W", "one ", 4);
	becomes("one", "^W ^W", "", 0);
	becomes("abc", "Right Right Del", "abc", 3);
	becomes("abc", "Home Left Backspace", "abc", 0);
}

static void test_graphemes_are_whole(void **state)
{
	(void)state;
	becomes("a日e\xcc\x81", "Backspace", "a日", 4);
	becomes("a日e\xcc\x81", "Left Backspace", "ae\xcc\x81", 1);
	becomes("日本", "Home Right Del", "日", 3);
}

static void test_results(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, "/", "x");
	assert_int_equal(types(&p, "Enter"), PROMPT_DONE);
	assert_int_equal(types(&p, "Esc"), PROMPT_CANCELLED);
	assert_int_equal(types(&p, "^C"), PROMPT_CANCELLED);
	assert_int_equal(types(&p, "^G"), PROMPT_CANCELLED);
	assert_int_equal(types(&p, "F1"), PROMPT_IGNORED);
	assert_int_equal(types(&p, "^X"), PROMPT_IGNORED);
	assert_int_equal(types(&p, "Backspace"), PROMPT_EDITED);
	assert_int_equal(types(&p, "Backspace"), PROMPT_CANCELLED);
}

static void test_paste(void **state)
{
	static const char hostile[] = "a\x1b[31mb\r\nc\td\x00" "e\xc2\x9b" "f\xff\xe6\x97g";
	struct prompt p;

	(void)state;
	prompt_init(&p, "/", "<>");
	types(&p, "Left");
	prompt_paste(&p, hostile, sizeof(hostile) - 1);
	assert_string_equal(p.text, "<a[31mb c defg>");
	assert_int_equal(p.cursor, p.len - 1);
}

static void test_a_long_paste_is_cut(void **state)
{
	struct prompt p;
	char *big = malloc(1 << 20);

	(void)state;
	assert_non_null(big);
	memset(big, 'x', 1 << 20);
	prompt_init(&p, "/", NULL);
	prompt_paste(&p, big, 1 << 20);
	free(big);
	assert_int_equal(p.len, PROMPT_MAX - 1);
	assert_int_equal(p.text[p.len], '\0');
	assert_int_equal(types(&p, "y"), PROMPT_IGNORED);
	assert_int_equal(types(&p, "Backspace y"), PROMPT_EDITED);
	assert_int_equal(p.text[p.len - 1], 'y');
}

static void shows(const struct prompt *p, const char *text, int cursor)
{
	struct canvas c = CANVAS_INIT;
	struct buf out = BUF_INIT;

	assert_true(canvas_resize(&c, 12, 1, NULL));
	prompt_draw(p, &c, (struct rect){ 1, 0, 10, 1 });
	assert_true(canvas_dump(&c, &out));
	assert_string_equal(buf_str(&out), text);
	assert_int_equal(c.cursor_x, cursor);
	assert_true(c.cursor_shown);
	buf_release(&out);
	canvas_release(&c);
}

static void test_drawing(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, "/ ", "abc");
	shows(&p, " / abc\n", 6);
	types(&p, "d e f g");
	shows(&p, " / abcdefg\n", 10);
	types(&p, "h i j");
	shows(&p, " / defghij\n", 10);
	types(&p, "Home");
	shows(&p, " / abcdefg…\n", 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_editing),
		cmocka_unit_test(test_graphemes_are_whole),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_a_long_paste_is_cut),
		cmocka_unit_test(test_drawing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
