#include "tui/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct canvas canvas;
static struct buf out;

static int setup(void **state)
{
	(void)state;
	canvas.ascii = false;
	return canvas_resize(&canvas, 20, 3, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	canvas_release(&canvas);
	buf_release(&out);
	return 0;
}

static void draws(const char *expected)
{
	buf_clear(&out);
	assert_true(canvas_dump(&canvas, &out));
	assert_string_equal(buf_str(&out), expected);
}

static void roles(const char *expected)
{
	buf_clear(&out);
	assert_true(canvas_dump_roles(&canvas, &out));
	assert_string_equal(buf_str(&out), expected);
}

static void test_text(void **state)
{
	(void)state;
	assert_int_equal(canvas_puts(&canvas, 1, 1, 10, ROLE_STRONG, "load 7"), 6);
	draws("\n load 7\n\n");
	roles("\n ssssss\n\n");
}

static void test_too_long_ends_with_ellipsis(void **state)
{
	(void)state;
	assert_int_equal(canvas_puts(&canvas, 0, 0, 6, ROLE_TEXT, "callbacks"), 6);
	assert_int_equal(canvas_puts(&canvas, 0, 1, 9, ROLE_TEXT, "callbacks"), 9);
	assert_int_equal(canvas_puts(&canvas, 15, 2, CANVAS_REST, ROLE_TEXT, "callbacks"), 5);
	draws("callb…\ncallbacks\n               call…\n");
}

static void test_no_room(void **state)
{
	(void)state;
	assert_int_equal(canvas_puts(&canvas, 0, 0, 0, ROLE_TEXT, "x"), 0);
	assert_int_equal(canvas_puts(&canvas, 0, 0, -5, ROLE_TEXT, "x"), 0);
	assert_int_equal(canvas_puts(&canvas, 20, 0, 5, ROLE_TEXT, "x"), 0);
	canvas_puts(&canvas, 0, -1, 5, ROLE_TEXT, "x");
	canvas_puts(&canvas, 0, 3, 5, ROLE_TEXT, "x");
	draws("\n\n\n");
}

/* P01-P06: whatever the bytes are, cells hold printable characters only. */
static void test_hostile_bytes_are_tokens(void **state)
{
	(void)state;
	canvas_text(&canvas, 0, 0, 20, ROLE_DIM, "a\x1b[2J\0b", 7);
	canvas_puts(&canvas, 0, 1, 20, ROLE_DIM, "\xe2\x80\xae" "x\r\b");
	canvas_puts(&canvas, 0, 2, 20, ROLE_DIM, "\xff\x9b\xc2\x9b");
	draws("a<1B>[2J<00>b\n<U+202E>x<0D><08>\n<FF><9B><U+009B>\n");
	roles("dttttdddttttd\nttttttttdtttttttt\ntttttttttttttttt\n");
}

static void test_wide_characters_are_whole(void **state)
{
	(void)state;
	assert_int_equal(canvas_puts(&canvas, 0, 0, 20, ROLE_TEXT, "日本x"), 5);
	assert_int_equal(canvas_puts(&canvas, 0, 1, 4, ROLE_TEXT, "日本x"), 4);
	assert_int_equal(canvas_puts(&canvas, 18, 2, 5, ROLE_TEXT, "a日"), 2);
	draws("日本x\n日 …\n                  a…\n");
}

static void test_overwriting_half_of_a_wide_character(void **state)
{
	(void)state;
	canvas_puts(&canvas, 0, 0, 20, ROLE_TEXT, "日本語");
	canvas_puts(&canvas, 1, 0, 2, ROLE_TEXT, "xy");
	draws(" xy 語\n\n\n");
	canvas_fill(&canvas, (struct rect){ 5, 0, 1, 1 }, ROLE_TEXT);
	draws(" xy\n\n\n");
}

static void test_P07_wide_character_at_the_clip(void **state)
{
	struct rect former = canvas_clip(&canvas, (struct rect){ 3, 0, 4, 3 });

	(void)state;
	canvas_puts(&canvas, 2, 0, 20, ROLE_TEXT, "日日日");
	canvas_unclip(&canvas, former);
	draws("    日…\n\n\n");
}

static void test_combining_marks(void **state)
{
	char flood[1 + 2 * 50 + 1] = "e";

	(void)state;
	for (int i = 0; i < 50; i++)
		memcpy(flood + 1 + 2 * i, "\xcc\x81", 3);
	assert_int_equal(canvas_puts(&canvas, 0, 0, 20, ROLE_TEXT, "e\xcc\x81x"), 2);
	assert_int_equal(canvas_puts(&canvas, 0, 1, 20, ROLE_TEXT, flood), 20);
	buf_clear(&out);
	assert_true(canvas_dump(&canvas, &out));
	assert_non_null(strstr(buf_str(&out), "e\xcc\x81x\n"));
	assert_null(strstr(buf_str(&out), "\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"));
}

static void test_scrolled_text(void **state)
{
	(void)state;
	canvas_text_from(&canvas, 0, 0, 6, ROLE_TEXT, "0123456789", 10, 3);
	canvas_text_from(&canvas, 0, 1, 6, ROLE_TEXT, "0123456789", 10, 6);
	canvas_text_from(&canvas, 0, 2, 6, ROLE_TEXT, "日日x", 7, 1);
	draws("34567…\n6789\n 日x\n");
}

static void test_flush_right(void **state)
{
	(void)state;
	canvas_text_right(&canvas, 0, 0, 8, ROLE_TEXT, "312", 3);
	canvas_text_right(&canvas, 0, 1, 4, ROLE_TEXT, "123456", 6);
	canvas_text_right(&canvas, 0, 2, CANVAS_REST, ROLE_TEXT, "end", 3);
	draws("     312\n123…\n                 end\n");
}

static void test_printf_escapes_arguments(void **state)
{
	(void)state;
	assert_int_equal(canvas_printf(&canvas, 0, 0, 20, ROLE_TEXT, "%s=%d", "a\x07", 5), 7);
	draws("a<07>=5\n\n\n");
}

static void test_rules_join(void **state)
{
	(void)state;
	canvas_hline(&canvas, 0, 0, 5, ROLE_DIM);
	canvas_hline(&canvas, 0, 2, 5, ROLE_DIM);
	canvas_vline(&canvas, 2, 0, 3, ROLE_DIM);
	canvas_hline(&canvas, 2, 1, 3, ROLE_DIM);
	draws("──┬──\n  ├──\n──┴──\n");
	canvas_hline(&canvas, 0, 1, 5, ROLE_DIM);
	draws("──┬──\n──┼──\n──┴──\n");
}

static void test_ascii_is_ascii(void **state)
{
	static const char *const texts[] = { "Acme › QRST…", "é日\xcc\x81", "e\xcc\x81", "✓ ok ×5 →" };

	(void)state;
	canvas.ascii = true;
	assert_true(canvas_resize(&canvas, 40, 6, NULL));
	for (int i = 0; i < 4; i++)
		canvas_puts(&canvas, 0, i, 40, ROLE_TEXT, texts[i]);
	canvas_puts(&canvas, 0, 4, 3, ROLE_TEXT, "cut off");
	canvas_hline(&canvas, 0, 5, 3, ROLE_TEXT);
	canvas_vline(&canvas, 1, 5, 1, ROLE_TEXT);
	draws("Acme > QRST~\n<U+00E9><U+65E5><U+0301>\ne<U+0301>\n+ ok x5 >\ncu~\n---\n");
	for (size_t i = 0; i < out.len; i++)
		assert_true((unsigned char)out.data[i] < 0x80);
}

static void test_glyphs_are_one_cell(void **state)
{
	(void)state;
	for (int i = 0; i < GLYPH_COUNT; i++) {
		const char *utf8 = glyph_text((enum glyph_name)i, false);

		assert_int_equal(strlen(glyph_text((enum glyph_name)i, true)), 1);
		assert_int_equal(canvas_cells(&canvas, utf8, strlen(utf8)), 1);
	}
}

static int wrap(const char *text, int w, int skip)
{
	return canvas_wrap(&canvas, (struct rect){ 0, 0, w, 3 }, ROLE_TEXT, text, strlen(text), skip);
}

static void test_wrap(void **state)
{
	(void)state;
	assert_int_equal(wrap("redshift timed out at 30s", 10, 0), 3);
	draws("redshift\ntimed out\nat 30s\n");
	canvas_clear(&canvas);
	assert_int_equal(wrap("one\r\n\nabcdefgh", 5, 1), 4);
	draws("\nabcde\nfgh\n");
	canvas_clear(&canvas);
	assert_int_equal(wrap("日日日", 3, 0), 3);
	draws("日\n日\n日\n");
	assert_int_equal(wrap("abc", 0, 0), 0);
	/* Blanks alone make no line. */
	canvas_clear(&canvas);
	assert_int_equal(wrap("ab              *cdefgh", 8, 0), 3);
	draws("ab\n       *\ncdefgh\n");
}

static void test_restyle_keeps_tokens_apart(void **state)
{
	(void)state;
	canvas_puts(&canvas, 0, 0, 20, ROLE_BAD, "a\x01");
	canvas_restyle(&canvas, (struct rect){ 0, 0, 8, 1 }, ROLE_FOCUS | ATTR_REVERSE);
	roles("FTTTTFFF\n\n\n");
}

static void test_clip_is_restored(void **state)
{
	struct rect former = canvas_clip(&canvas, (struct rect){ 2, 1, 3, 9 });

	(void)state;
	canvas_fill(&canvas, canvas_rect(&canvas), ROLE_BAD);
	canvas_puts(&canvas, 0, 1, 20, ROLE_TEXT, "0123456789");
	canvas_unclip(&canvas, former);
	draws("\n  23…\n\n");
	roles("\n  ...\n  bbb\n");
}

static void test_sizes_are_limited(void **state)
{
	(void)state;
	assert_true(canvas_resize(&canvas, 0, -4, NULL));
	assert_int_equal(canvas.w * canvas.h, 1);
	assert_true(canvas_resize(&canvas, 100000, 2, NULL));
	assert_int_equal(canvas.w, CANVAS_MAX);
	canvas_cursor(&canvas, 5000, 5000, true);
	assert_int_equal(canvas.cursor_x, CANVAS_MAX - 1);
	assert_int_equal(canvas.cursor_y, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_long_ends_with_ellipsis, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_bytes_are_tokens, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wide_characters_are_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overwriting_half_of_a_wide_character, setup, teardown),
		cmocka_unit_test_setup_teardown(test_P07_wide_character_at_the_clip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_combining_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scrolled_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flush_right, setup, teardown),
		cmocka_unit_test_setup_teardown(test_printf_escapes_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rules_join, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ascii_is_ascii, setup, teardown),
		cmocka_unit_test_setup_teardown(test_glyphs_are_one_cell, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restyle_keeps_tokens_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clip_is_restored, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes_are_limited, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
