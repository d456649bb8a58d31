/* The forms that can be copied, of plain and of hostile records; and the keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/fake_app.h"
#include "views/copy.h"

#define BYTES(s) { s, sizeof(s) - 1 }

/* P01 to P06, and what Markdown, JSON and a shell could take for theirs (P61). */
static const struct cell hostile[] = {
	BYTES("\x1b[2J\x1b[H"), BYTES("\x1b]0;T\x07"), BYTES("\x1b]52;c;Q0FO\x07"), BYTES("\x1b]52;c;?\x07"),
	BYTES("\x1b]8;;http://x.example\x1b\\link\x1b]8;;\x1b\\"), BYTES("\x1bP$q\x1b\\"),
	BYTES("\x1bPtmux;\x1b\x1b[31m\x1b\\"), BYTES("\x1b_apc\x1b\\"), BYTES("\x9b" "31m"),
	BYTES("\x9d" "0;x\x9c"), BYTES("\xc2\x9b" "31m"), BYTES("abc\b\b\bXYZ"), BYTES("visible\rHIDDEN"),
	BYTES("a\nb"), BYTES("a\tb"), BYTES("\v\f\x7f\x05\x0e\x0f"), BYTES("before\0after"),
	BYTES("\u202egnp.exe"), BYTES("\u2066\u2069\u200b\u200e\u200f\ufeff\u00ad\u2028"),
	BYTES("\U000e0041\ufff9"), BYTES("\xff\xfe"), BYTES("\xc0\xaf"), BYTES("\xed\xa0\x80"), BYTES("cut\xe2\x82"),
	BYTES("<script>alert(1)</script>"), BYTES("x](javascript:alert(1))"), BYTES("`id` | $(id) 'q'"),
	BYTES("{\"a\":1}"),
};

enum { HOSTILE = sizeof hostile / sizeof *hostile };

static const struct column_def columns[] = {
	{ "at", "sent", COLUMN_TIME, 1, 16, true },
	{ "text", "text", COLUMN_TEXT, 1, 0, false },
	{ "gone", "gone", COLUMN_TEXT, 1, 0, false },
	{ "body", "body", COLUMN_BODY, 0, 0, false },
};
static const struct section_def def = {
	.id = "callbacks", .title = "Callbacks", .letter = 'C', .columns = columns, .ncolumns = 4,
};
static const struct workspace workspace = { .name = "load", .subject = "load" };

struct made {
	struct section section;
	struct investigation inv;
	struct copy_what what;
	struct buf out;
	struct err e;
};

static void make(struct made *m, char *typed, struct cell text)
{
	struct chunk_builder *b = chunk_builder_new(4);
	const struct cell cells[] = { cell_of("2026-01-23 14:20:31"), text, CELL_NULL, text };

	memset(m, 0, sizeof *m);
	m->section = (struct section){ .def = &def, .answered_by = "redshift", .as_of = 0 };
	assert_true(chunk_builder_add(b, cells, &m->e));
	assert_true(rowset_append(&m->section.rows, chunk_builder_seal(b), &m->e));
	chunk_builder_free(b);
	m->inv = (struct investigation){ .workspace = &workspace, .typed = typed };
	m->what = (struct copy_what){ .inv = &m->inv, .section = &m->section, .has_row = true,
				      .column = 1, .ref = "C4" };
}

static void unmake(struct made *m)
{
	rowset_release(&m->section.rows);
	buf_release(&m->out);
}

static const char *form(struct made *m, enum copy_form f)
{
	buf_clear(&m->out);
	if (!copy_render(&m->what, f, &m->out, &m->e))
		return m->e.text;
	return buf_str(&m->out);
}

/* ---- plain records ---------------------------------------------------------------------- */

static void test_every_form(void **state)
{
	static char typed[] = "726100801";
	struct made m;

	(void)state;
	make(&m, typed, cell_of("Norbrook & Sons"));
	assert_string_equal(form(&m, COPY_VALUE), "Norbrook & Sons");
	assert_string_equal(form(&m, COPY_ROW), "2026-01-23 14:20:31\tNorbrook & Sons\t");
	assert_string_equal(form(&m, COPY_JSON), "{\"at\":\"2026-01-23 14:20:31\",\"text\":\"Norbrook & Sons\","
			    "\"gone\":null,\"body\":\"Norbrook & Sons\"}");
	assert_string_equal(form(&m, COPY_PATH), "726100801/callbacks/C4");
	assert_string_equal(form(&m, COPY_LINK), "sextant '726100801'  # Callbacks C4");
	assert_string_equal(form(&m, COPY_MARKDOWN),
			    "**Callbacks C4** of load 726100801, from redshift as of 1970-01-01T00:00:00Z\n\n"
			    "| field | value |\n|---|---|\n| sent | 2026-01-23 14:20:31 |\n"
			    "| text | Norbrook &amp; Sons |\n");
	unmake(&m);
}

static void test_what_is_not_there_is_said(void **state)
{
	static char typed[] = "-x y";
	struct made m;

	(void)state;
	make(&m, typed, cell_of("x"));
	m.what.column = 2;
	assert_string_equal(form(&m, COPY_VALUE), "gone has no value here; h and l choose the column");
	assert_string_equal(form(&m, COPY_QUERY), "no source was asked for this");
	m.what.demo = true;
	m.what.ref[0] = '\0';
	assert_string_equal(form(&m, COPY_LINK), "sextant --demo -- '-x y'  # Callbacks row 1");
	m.what.has_row = false;
	assert_string_equal(form(&m, COPY_JSON), "there is no record to copy here");
	assert_string_equal(form(&m, COPY_PATH), "-x y/callbacks");
	m.what.section = NULL;
	assert_string_equal(form(&m, COPY_PATH), "-x y");
	m.what.inv = NULL;
	assert_string_equal(form(&m, COPY_PATH), "nothing is open");
	unmake(&m);
}

/* ---- hostile records -------------------------------------------------------------------- */

/* By hand, not with the code under test. */
static void assert_harmless(const struct buf *b, const char *allowed)
{
	static const char *const unseen[] = { "\u202e", "\u200b", "\u2028", "\ufeff", "\u2066", "\U000e0041" };

	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i], next = (unsigned char)buf_str(b)[i + 1];

		if ((c < 0x20 || c == 0x7f) && (!c || !strchr(allowed, c)))
			fail_msg("byte %02x in %s", c, b->data);
		assert_false(c == 0xc2 && next >= 0x80 && next <= 0x9f);
	}
	for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
		assert_null(strstr(buf_str(b), unseen[i]));
}

/* P06: the bytes that are no UTF-8 are copied as they came, but for controls. */
static void check_kept(const struct buf *b, struct cell c)
{
	static const char *const kept[] = { "\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "cut\xe2\x82" };

	assert_null(memchr(b->data, 0x9b, b->len));
	assert_null(memchr(b->data, 0x9d, b->len));
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		if (c.len != strlen(kept[i]) || memcmp(c.data, kept[i], c.len) != 0)
			continue;
		assert_int_equal(b->len, c.len);
		assert_memory_equal(b->data, c.data, c.len);
		return;
	}
	assert_true(text_is_utf8(b->data, b->len));
}

static size_t count(const struct buf *b, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == c;
	return n;
}

static void check_json(const struct buf *b, struct cell c)
{
	json_t *v = json_loadb(b->data, b->len, JSON_ALLOW_NUL, NULL);
	const json_t *text = json_object_get(v, "text");

	assert_non_null(v);
	/* What is text comes back as it was. */
	if (text_is_utf8(c.data, c.len)) {
		assert_int_equal(json_string_length(text), c.len);
		assert_memory_equal(json_string_value(text), c.data, c.len);
	}
	for (size_t i = 0; i < b->len; i++)
		assert_in_range((unsigned char)b->data[i], 0x20, 0x7e);
	json_decref(v);
}

static void check_markdown(const struct buf *b)
{
	const char *s = buf_str(b);

	assert_null(strchr(s, '<'));
	for (const char *p = strpbrk(s, "[]`"); p; p = strpbrk(p + 1, "[]`"))
		assert_true(p > s && p[-1] == '\\');
	assert_int_equal(count(b, '\n'), 6);
}

static void test_P06_hostile_cells(void **state)
{
	static char typed[] = "1\x1b[2J'\u202e";
	struct made m;

	(void)state;
	for (size_t i = 0; i < HOSTILE; i++) {
		make(&m, typed, hostile[i]);
		form(&m, COPY_VALUE);
		assert_true(m.out.len > 0);
		assert_harmless(&m.out, "");
		check_kept(&m.out, hostile[i]);
		form(&m, COPY_ROW);
		assert_harmless(&m.out, "\t");
		assert_int_equal(count(&m.out, '\t'), 2);
		form(&m, COPY_JSON);
		check_json(&m.out, hostile[i]);
		form(&m, COPY_MARKDOWN);
		assert_harmless(&m.out, "\n");
		assert_true(text_is_utf8(m.out.data, m.out.len));
		assert_string_equal(form(&m, COPY_PATH), "1<1B>[2J'<U+202E>/callbacks/C4");
		assert_string_equal(form(&m, COPY_LINK), "sextant '1<1B>[2J'\\''<U+202E>'  # Callbacks C4");
		buf_clear(&m.out);
		assert_true(copy_plain(&m.what, &m.out, &m.e));
		assert_harmless(&m.out, "\n");
		assert_int_equal(count(&m.out, '\n'), 4);
		unmake(&m);
	}
}

/* Nothing becomes a tag, a link or code. */
static void test_P61_markdown(void **state)
{
	static char typed[] = "`<b>](x)";
	struct made m;

	(void)state;
	for (size_t i = 0; i < HOSTILE; i++) {
		make(&m, typed, hostile[i]);
		form(&m, COPY_MARKDOWN);
		check_markdown(&m.out);
		unmake(&m);
	}
}

/* ---- keys ------------------------------------------------------------------------------- */

static void expect_copied(const char *letter, const char *text)
{
	press("y");
	press(letter);
	assert_string_equal(buf_str(&fc.app.copied), text);
	assert_int_equal(fc.app.awaiting, AWAIT_NOTHING);
}

static int open_to_copy(void **state)
{
	(void)state;
	fake_case_open(&fc, "settled");
	assert_true(app_resize(&fc.app, 80, 24, NULL));
	app_update(&fc.app);
	app_draw(&fc.app);
	return 0;
}

static void test_keys_copy_what_is_selected(void **state)
{
	(void)state;
	expect_copied("p", "726100801/load");            /* the overview's selection */
	press("5");
	press("G");
	expect_copied("p", "726100801/callbacks/C1");
	press("k");
	press("Enter");
	expect_copied("p", "726100801/callbacks/C2");
	press("q");
	/* The column beside the frozen one; l goes on to the next. */
	expect_copied("v", "ok");
	press("l");
	expect_copied("v", "200");
	press("6");
	press("s");
	press("y");
	press("v");
	assert_non_null(strchr(buf_str(&fc.app.copied), '{'));
}

static void test_there_is_always_a_way_out(void **state)
{
	(void)state;
	press("5");
	press("y");
	press("Esc");
	assert_int_equal(fc.app.awaiting, AWAIT_NOTHING);
	assert_int_equal(fc.app.desk->base, 5);
	press("y");
	press("z");
	assert_false(fc.app.awaiting != AWAIT_NOTHING || fc.app.zoom);
	assert_non_null(strstr(fc.app.message, "v r j p l m q c"));
	/* Without a terminal there is no clipboard, and it is said. */
	press("y");
	press("p");
	assert_non_null(strstr(fc.app.message, "bytes, there is no terminal: Y prints it"));
	press("Y");
	assert_string_equal(buf_str(&fc.app.copied), "726100801/callbacks/C12");
	/* Another key in between, and Y prints the record. */
	press("j");
	press("Y");
	assert_memory_equal(buf_str(&fc.app.copied), "Callbacks C11\n", 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form),
		cmocka_unit_test(test_what_is_not_there_is_said),
		cmocka_unit_test(test_P06_hostile_cells),
		cmocka_unit_test(test_P61_markdown),
		cmocka_unit_test_setup_teardown(test_keys_copy_what_is_selected, open_to_copy, close_case),
		cmocka_unit_test_setup_teardown(test_there_is_always_a_way_out, open_to_copy, close_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
