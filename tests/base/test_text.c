#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define CHECK(in, want) check(in, sizeof(in) - 1, want)

static void check(const char *in, size_t len, const char *want)
{
	char out[1024];
	size_t need = text_safe(out, sizeof(out), in, len);

	assert_string_equal(out, want);
	assert_int_equal(need, strlen(want));
}

/* What a terminal would act upon. */
static void assert_inert(const char *s, size_t len)
{
	assert_true(text_is_utf8(s, len));
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		assert_true(c >= 0x20 && c != 0x7f);
		if (c == 0xc2 && i + 1 < len)
			assert_true((unsigned char)s[i + 1] >= 0xa0);
	}
}

static void plain_text_is_left_alone(void **state)
{
	(void)state;
	CHECK("", "");
	CHECK("load 4711 <ok>", "load 4711 <ok>");
	CHECK("Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac", "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac");
	assert_int_equal(text_cells("Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac", 14), 11);
}

static void test_P04_every_control_byte_is_a_token(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 0x100; c++) {
		char in = (char)c, out[16], want[8];

		if ((c >= 0x20 && c < 0x7f))
			continue;
		text_safe(out, sizeof(out), &in, 1);
		snprintf(want, sizeof(want), "<%02X>", c);
		assert_string_equal(out, want);
		assert_int_equal(text_cells(&in, 1), 4);
	}
}

static void test_P03_c1_as_utf8_is_a_token(void **state)
{
	(void)state;
	for (unsigned c = 0x80; c < 0xa0; c++) {
		char in[] = { (char)0xc2, (char)c }, out[16], want[16];

		text_safe(out, sizeof(out), in, 2);
		snprintf(want, sizeof(want), "<U+%04X>", c);
		assert_string_equal(out, want);
	}
}

static void test_P01_terminal_sequences_are_shown(void **state)
{
	(void)state;
	CHECK("\x1b[2J\x1b[H", "<1B>[2J<1B>[H");
	CHECK("\x1b]52;c;Q0FO\x07", "<1B>]52;c;Q0FO<07>");
	CHECK("\x1bPtmux;x\x1b\\", "<1B>Ptmux;x<1B>\\");
	CHECK("\x9b" "31m", "<9B>31m");
	CHECK("\xc2\x9b" "31m", "<U+009B>31m");
	CHECK("abc\b\b\bXYZ", "abc<08><08><08>XYZ");
	CHECK("visible\rHIDDEN\n", "visible<0D>HIDDEN<0A>");
	CHECK("a\0b\x7f", "a<00>b<7F>");
	CHECK("a\tb", "a<09>b");
}

static void test_P05_invisible_characters_are_tokens(void **state)
{
	static const uint32_t points[] = {
		0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x180e, 0x200b, 0x200c, 0x200d,
		0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0x3164,
		0xe000, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xfffe, 0xe0041, 0xe0100, 0xf0000,
		0x10fffd, 0x10ffff,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		uint32_t c = points[i];
		char in[] = { 'x', 0, 0, 0, 0 }, out[32], want[32];
		size_t n = 1;

		if (c < 0x800) {
			in[n++] = (char)(0xc0 | c >> 6);
		} else if (c < 0x10000) {
			in[n++] = (char)(0xe0 | c >> 12);
			in[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		} else {
			in[n++] = (char)(0xf0 | c >> 18);
			in[n++] = (char)(0x80 | (c >> 12 & 0x3f));
			in[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		}
		in[n++] = (char)(0x80 | (c & 0x3f));
		text_safe(out, sizeof(out), in, n);
		snprintf(want, sizeof(want), "x<U+%04X>", c);
		assert_string_equal(out, want);
	}
}

static void test_P06_invalid_utf8_is_a_token_per_bad_part(void **state)
{
	struct glyph g;

	(void)state;
	assert_int_equal(text_next("", 0, &g), 0);
	CHECK("\xff\xfe", "<FF><FE>");
	CHECK("\xc0\xaf", "<C0><AF>");
	CHECK("\xed\xa0\x80", "<ED><A0><80>");
	CHECK("\xf4\x90\x80\x80", "<F4><90><80><80>");
	CHECK("\xe0\x80\x80", "<E0><80><80>");
	CHECK("\xf0\x80\x80\x80", "<F0><80><80><80>");
	CHECK("\xf5\x80", "<F5><80>");
	CHECK("a\xe2\x82", "a<E2><82>");
	CHECK("\xe2\x82z", "<E2><82>z");
	CHECK("\xf0\x9f\x91", "<F0><9F><91>");
	assert_int_equal(text_next("\xe2\x82z", 3, &g), 2);
	assert_true(g.token);
	assert_int_equal(g.cells, 8);
	assert_int_equal(text_next("\xf4\x8f\xbf\xbf", 4, &g), 4);
}

static void utf8_is_judged_strictly(void **state)
{
	(void)state;
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("a\0b", 3));
	assert_true(text_is_utf8("\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80", 10));
	assert_false(text_is_utf8("\xed\xa0\x80", 3));
	assert_false(text_is_utf8("\xc1\xbf", 2));
	assert_false(text_is_utf8("\xe0\x9f\xbf", 3));
	assert_false(text_is_utf8("\xf0\x8f\xbf\xbf", 4));
	assert_false(text_is_utf8("\xe2\x82", 2));
	assert_false(text_is_utf8("\x80", 1));
}

static void test_P06_malformed_bytes_are_told_from_controls(void **state)
{
	static const struct { const char *in; size_t len; } cases[] = {
		{ "\xff\xfe", 1 }, { "\xc0\xaf!", 2 }, { "\xed\xa0\x80", 3 }, { "\xe2\x82", 2 }, { "\xe2\x82z", 2 },
		{ "\xf0\x9f\x98", 3 }, { "\xf5\x80\x80\x80\x80", 4 }, { "\xa9", 1 }, { "\x9b" "31m", 0 },
		{ "\x80\x80", 0 }, { "e", 0 }, { "\xc3\xa9", 0 }, { "\xc2\x9b", 0 }, { "\x1b[", 0 }, { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(text_malformed(cases[i].in, strlen(cases[i].in)), cases[i].len);
}

static void test_P07_marks_join_their_base_up_to_the_limit(void **state)
{
	char in[1 + 2 * 4000];
	struct glyph g;

	(void)state;
	in[0] = 'e';
	for (size_t i = 0; i < 4000; i++)
		memcpy(in + 1 + 2 * i, "\xcc\x81", 2);
	assert_int_equal(text_next(in, sizeof(in), &g), 1 + 2 * TEXT_MARKS_MAX);
	assert_false(g.token);
	assert_int_equal(g.cells, 1);
	assert_int_equal(g.len, 1 + 2 * TEXT_MARKS_MAX);
	assert_int_equal(text_cells(in, sizeof(in)), 1 + 3996 * 8);
	CHECK("\xcc\x81" "e\xcc\x81", "<U+0301>e\xcc\x81");
	/* A mark cannot cling to a token. */
	CHECK("\x1b\xcc\x81", "<1B><U+0301>");
}

static void test_P07_joined_emoji_keep_a_known_width(void **state)
{
	/* woman, joiner, rocket */
	static const char in[] = "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80";

	(void)state;
	CHECK("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
	      "\xf0\x9f\x91\xa9<U+200D>\xf0\x9f\x9a\x80");
	assert_int_equal(text_cells(in, sizeof(in) - 1), 2 + 8 + 2);
}

static void composed_scripts_have_the_width_of_terminals(void **state)
{
	(void)state;
	/* Three jamo that make one syllable; a letter and its spacing vowel. */
	assert_int_equal(text_cells("\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 9), 2);
	assert_int_equal(text_cells("\xe0\xa4\x95\xe0\xa4\xbe", 6), 2);
	CHECK("a\xe1\x85\xa1", "a<U+1161>");
	/* A hexagram and a circled number, which the C library counts as wide. */
	assert_int_equal(text_cells("\xe4\xb7\x80", 3), 2);
	assert_int_equal(text_cells("\xe3\x89\x88", 3), 2);
}

static void spaces_are_plain(void **state)
{
	(void)state;
	CHECK("a\xc2\xa0" "b\xe2\x80\x83" "c\xe3\x80\x80" "d", "a b c  d");
	assert_int_equal(text_cells("\xe3\x80\x80", 3), 2);
	assert_int_equal(text_cells("\xc2\xa0", 2), 1);
}

static void output_is_cut_between_graphemes(void **state)
{
	static const char in[] = "ab\x1b" "e\xcc\x81z";
	char out[32];

	(void)state;
	for (size_t size = 1; size < sizeof(out); size++) {
		static const size_t ends[] = { 0, 1, 2, 6, 9, 10 };
		size_t want = 0;

		memset(out, '#', sizeof(out));
		assert_int_equal(text_safe(out, size, in, sizeof(in) - 1), 10);
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			if (ends[i] < size)
				want = ends[i];
		}
		assert_int_equal(strlen(out), want);
		for (size_t i = size; i < sizeof(out); i++)
			assert_int_equal(out[i], '#');
	}
}

static void next_and_safe_agree(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		static const char *const parts[] = {
			"a", "\x1b", "\xcc\x81", "\xe2\x82\xac", "\xff", "\xe2\x80", "\xe3\x80\x80",
			"\xf0\x9f\x9a\x80", "\xc2", "\x9b", " ", "\xe1\x85\xa1",
		};
		char in[64] = "", safe[512], again[512], joined[512] = "";
		size_t len = 0, cells = 0, at = 0, need;

		for (int i = 0; i < 8; i++) {
			const char *part = parts[(unsigned)rand_r(&seed) % 12];

			memcpy(in + len, part, strlen(part));
			len += strlen(part);
		}
		for (struct glyph g; at < len; cells += g.cells) {
			size_t used = text_next(in + at, len - at, &g);

			assert_in_range(used, 1, len - at);
			assert_int_equal(strlen(g.utf8), g.len);
			strncat(joined, g.utf8, sizeof(joined) - strlen(joined) - 1);
			at += used;
		}
		need = text_safe(safe, sizeof(safe), in, len);
		assert_string_equal(safe, joined);
		assert_int_equal(text_cells(in, len), cells);
		assert_inert(safe, need);
		text_safe(again, sizeof(again), safe, need);
		assert_string_equal(again, safe);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_is_left_alone),
		cmocka_unit_test(test_P04_every_control_byte_is_a_token),
		cmocka_unit_test(test_P03_c1_as_utf8_is_a_token),
		cmocka_unit_test(test_P01_terminal_sequences_are_shown),
		cmocka_unit_test(test_P05_invisible_characters_are_tokens),
		cmocka_unit_test(test_P06_invalid_utf8_is_a_token_per_bad_part),
		cmocka_unit_test(test_P06_malformed_bytes_are_told_from_controls),
		cmocka_unit_test(utf8_is_judged_strictly),
		cmocka_unit_test(test_P07_marks_join_their_base_up_to_the_limit),
		cmocka_unit_test(test_P07_joined_emoji_keep_a_known_width),
		cmocka_unit_test(composed_scripts_have_the_width_of_terminals),
		cmocka_unit_test(spaces_are_plain),
		cmocka_unit_test(output_is_cut_between_graphemes),
		cmocka_unit_test(next_and_safe_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
