/* What a hostile source puts into cells, on its way through the real program: no byte
 * of it may steer a terminal, break the JSON or run in a spreadsheet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sections/investigation.h"
#include "tests/support/command_run.h"
#include "tests/support/hostile_extract.h"
#include "tests/support/process.h"
#include "tests/support/show_contract.h"

static const struct hostile formulas[] = {
	HOSTILE("=1+1"), HOSTILE("+cmd|' /C calc'!A0"), HOSTILE("-2+3"), HOSTILE("@SUM(A1)"),
	HOSTILE("\t=1+1"), HOSTILE("\r=1+1"), HOSTILE("\uff1d1+1"), HOSTILE("\uff0b1"),
	HOSTILE("=HYPERLINK(\"http://x.example\",\"a,b\")"), HOSTILE("-12.5"), HOSTILE("plain, \"quoted\""),
};

enum { FORMULAS = sizeof formulas / sizeof *formulas };

#define HOSTILES ((int)hostile_count)
#define CALLBACKS (HOSTILES + FORMULAS)

static char home[200], config[260];

static void show(struct command_run *r, const char *section, const char *format)
{
	const char *const words[] = { "--config", config, "show", HOSTILE_LOAD, "--format", format,
				      section ? "--section" : NULL, section, NULL };

	/* The load is there, so it is not a matter of usage or of nobody answering. */
	assert_in_range(command_run(r, home, words), EXIT_COMPLETE, EXIT_INCOMPLETE);
}

/* ---- looking at bytes --------------------------------------------------------------------- */

/* By hand, not with the code under test: no controls, nothing unseen. */
static void assert_inert(const struct buf *b, const char *allowed)
{
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i], next = (unsigned char)buf_str(b)[i + 1];

		if ((c < 0x20 || c == 0x7f) && !strchr(allowed, c))
			fail_msg("byte %02x at %zu: %.60s", c, i, b->data + (i > 20 ? i - 20 : 0));
		if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
			fail_msg("a C1 control at %zu", i);
	}
	assert_null(strstr(buf_str(b), "\u202e"));
	assert_null(strstr(buf_str(b), "\u200b"));
	assert_null(strstr(buf_str(b), "\u2028"));
	assert_null(strstr(buf_str(b), "\ufeff"));
	assert_null(strstr(buf_str(b), "\U000e0041"));
}

static void assert_harmless(const struct buf *b, const char *allowed)
{
	assert_inert(b, allowed);
	assert_true(text_is_utf8(b->data, b->len));
}

static size_t count_lines(const char *text, const char *containing)
{
	size_t n = 0;

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		const char *end = line + strcspn(line, "\n"), *at = strstr(line, containing);

		n += at && at < end;
		if (!*end)
			break;
	}
	return n;
}

static void test_text(void **state)
{
	struct command_run r;

	(void)state;
	show(&r, NULL, "text");
	assert_harmless(&r.out, "\n");
	assert_harmless(&r.err, "\n");
	assert_non_null(strstr(buf_str(&r.out), "<1B>[2J<1B>[HP01"));
	assert_non_null(strstr(buf_str(&r.out), "<U+202E>"));
	command_release(&r);
	show(&r, "callbacks", "text");
	assert_harmless(&r.out, "\n");
	/* One line each, however many line ends they hold. */
	assert_int_equal(count_lines(buf_str(&r.out), "failed"), CALLBACKS + 1);
	assert_non_null(strstr(buf_str(&r.out), "abc<08><08><08>XYZP04"));
	assert_non_null(strstr(buf_str(&r.out), "visible<0D>HIDDENP04"));
	assert_non_null(strstr(buf_str(&r.out), "before<00>afterP04"));
	command_release(&r);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *callback(json_t *doc, int i)
{
	return json_array_get(json_object_get(show_section(doc, "callbacks"), "rows"), (size_t)i);
}

static void test_json(void **state)
{
	struct command_run r;
	json_t *doc;

	(void)state;
	show(&r, NULL, "json");
	doc = show_contract(r.out.data, r.out.len, NULL, 0);
	assert_int_equal(json_array_size(json_object_get(show_section(doc, "callbacks"), "rows")), CALLBACKS);
	for (int i = 0; i < HOSTILES; i++) {
		json_t *v = json_object_get(callback(doc, i), "error_msg");

		/* What is UTF-8 comes back as it was; the rest as tokens. */
		if (!text_is_utf8(hostile_texts[i].text, hostile_texts[i].len)) {
			assert_true(strchr(json_string_value(v), '<') != NULL);
			continue;
		}
		assert_int_equal(json_string_length(v), hostile_texts[i].len);
		assert_memory_equal(json_string_value(v), hostile_texts[i].text, hostile_texts[i].len);
	}
	assert_int_equal(json_array_size(json_object_get(show_section(doc, "logs"), "rows")), 20);
	json_decref(doc);
	command_release(&r);
}

/* ---- CSV ---------------------------------------------------------------------------------------- */

/* The next field of RFC 4180; *p moves behind it and its comma. */
static void next_field(const char **p, struct buf *field)
{
	buf_clear(field);
	if (**p == '"') {
		for (++*p; **p && (**p != '"' || (*p)[1] == '"'); ++*p) {
			if (**p == '"')
				++*p;
			buf_putc(field, **p);
		}
		assert_int_equal(**p, '"');
		++*p;
	} else {
		size_t n = strcspn(*p, ",\r\n");

		buf_put(field, *p, n);
		*p += n;
	}
	assert_true(**p == ',' || **p == '\r');
	*p += **p == ',';
}

static int column_of(const char **p, const char *name)
{
	struct buf field = BUF_INIT;
	int at = -1;

	for (int i = 0; **p != '\r'; i++) {
		next_field(p, &field);
		if (strcmp(buf_str(&field), name) == 0)
			at = i;
	}
	*p += 2;
	buf_release(&field);
	assert_true(at > 0);
	return at;
}

static bool would_run(const char *s)
{
	return *s && (strchr("=+-@\t\r", *s) || strncmp(s, "\uff1d", 3) == 0 || strncmp(s, "\uff0b", 3) == 0);
}

static void test_P60_csv(void **state)
{
	struct buf field = BUF_INIT;
	struct command_run r;
	const char *p;
	int column, row = 0;

	(void)state;
	show(&r, "callbacks", "csv");
	assert_inert(&r.out, "\r\n");
	/* P06: in a file, bytes that are no UTF-8 are what they were; P03: controls are not. */
	assert_non_null(strstr(buf_str(&r.out), "\xff\xfe\xc0\xaf\xed\xa0\x80P06\xe2\x82"));
	assert_non_null(strstr(buf_str(&r.out), "<9B>31mP03"));
	p = buf_str(&r.out);
	column = column_of(&p, "error_msg");
	for (; *p; row++, p += 2) {
		for (int i = 0; *p != '\r'; i++) {
			next_field(&p, &field);
			if (would_run(buf_str(&field)) && strcmp(buf_str(&field), "-12.5") != 0)
				fail_msg("row %d: %s", row, buf_str(&field));
			if (i == column && row == HOSTILES)
				assert_string_equal(buf_str(&field), "'=1+1");
			if (i == column && row == HOSTILES + 4)
				assert_string_equal(buf_str(&field), "'<09>=1+1");
			if (i == column && row == HOSTILES + 8)
				assert_string_equal(buf_str(&field), "'=HYPERLINK(\"http://x.example\",\"a,b\")");
			if (i == column && row == HOSTILES + 9)
				assert_string_equal(buf_str(&field), "-12.5");
			if (i == column && row == HOSTILES + 10)
				assert_string_equal(buf_str(&field), "plain, \"quoted\"");
		}
	}
	assert_int_equal(row, CALLBACKS);
	buf_release(&field);
	command_release(&r);
}

/* ---- words of the caller -------------------------------------------------------------------------- */

static void test_arguments(void **state)
{
	static const char *const words[][5] = {
		{ "show", "x\x1b]0;T\x07" }, { "show", HOSTILE_LOAD, "--section", "\x1b[2J" },
		{ "show", HOSTILE_LOAD, "--format", "\x9b""31m" }, { "show", HOSTILE_LOAD, "--\x1b[2J" },
		{ "--config", "/\x1b]0;T\x07.yaml", "show", HOSTILE_LOAD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct command_run r;

		assert_int_equal(command_run(&r, home, words[i]), EXIT_USAGE);
		assert_int_equal(r.out.len, 0);
		assert_true(r.err.len > 0);
		assert_harmless(&r.err, "\n");
		command_release(&r);
	}
}

/* ---- set-up ---------------------------------------------------------------------------------------- */

static int start(void **state)
{
	struct hostile *cells = calloc(hostile_count + FORMULAS, sizeof *cells);

	(void)state;
	assert_non_null(cells);
	if (!temp_home(home, sizeof home, "hostile"))
		return -1;
	memcpy(cells, hostile_texts, hostile_count * sizeof *cells);
	memcpy(cells + hostile_count, formulas, sizeof formulas);
	hostile_extract(home, cells, hostile_count + FORMULAS, hostile_count);
	free(cells);
	hostile_config(home, "athena trino ocean", NULL);
	snprintf(config, sizeof config, "%s/test.yaml", home);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	temp_dir_remove(home);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_P60_csv),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
