/* Literals in texts of search languages: what a value becomes, and that it stays one. */
#include "clients/rest_literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool expand(struct buf *out, const char *text, const char *value, struct err *e)
{
	const struct param p = { "v", value };
	const struct query q = { .name = "q", .params = &p, .nparams = 1 };

	buf_clear(out);
	return rest_literal_expand(out, text, &q, e);
}

static void check_text(const char *text, const char *value, const char *want)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	if (!expand(&out, text, value, &e))
		fail_msg("%s: %s", text, e.text);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
}

static void refuse(const char *text, const char *value, const char *says)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	assert_false(expand(&out, text, value, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, says))
		fail_msg("\"%s\" does not say \"%s\"", e.text, says);
	buf_release(&out);
}

static void test_P37_strings_keep_every_character(void **state)
{
	(void)state;
	check_text("WHERE Load_ID__c = :v:soql LIMIT 10", "U1'; x", "WHERE Load_ID__c = 'U1\\'; x' LIMIT 10");
	check_text(":v:soql", "back\\slash'", "'back\\\\slash\\''");
	check_text("labels = :v:quoted", "a\" OR project = \"SEC", "labels = \"a\\\" OR project = \\\"SEC\"");
	check_text("(:v:quoted)", "a\\", "(\"a\\\\\")");
	check_text(":v:quoted", "two\nlines\x7f", "\"two lines \"");
	check_text(":v:quoted", "", "\"\"");
	check_text("LIMIT :v:int", "-10", "LIMIT -10");
	check_text(":v:date", "2026-01-23 14:22:07", "2026-01-23");
	check_text(":v:date", "2026-01-23T14:22:07Z", "2026-01-23");
}

static void test_P37_searched_words_lose_what_could_command(void **state)
{
	(void)state;
	check_text("text ~ :v:phrase", "Load  not\n\"found\": x*", "text ~ \"\\\"Load not found : x\\\"\"");
	check_text(":v:phrase", "a\\\" OR project = SEC", "\"\\\"a or project = SEC\\\"\"");
	check_text(":v:exact org:acme", "\" org:other NOT x", "\"org:other not x\" org:acme");
}

static void test_quotes_of_every_script_separate_words(void **state)
{
	(void)state;
	check_text(":v:exact", "\xe2\x80\x9c" "a" "\xe2\x80\x9d" "b\xe2\x80\xae" "c\xc2\x85" "d",
		   "\"a b c d\"");
	check_text(":v:exact", "fehler \xc3\xbc" "ber\xef\xbc\x82x", "\"fehler \xc3\xbc" "ber x\"");
}

static void repeat(struct buf *out, const char *s, size_t n, const char *between)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? between : "", s);
}

static void check_cut(const char *piece, size_t have, size_t want, const char *between)
{
	struct buf text = BUF_INIT, cut = BUF_INIT;

	repeat(&text, piece, have, between);
	buf_putc(&cut, '"');
	repeat(&cut, piece, want, between);
	buf_putc(&cut, '"');
	check_text(":v:exact", buf_str(&text), buf_str(&cut));
	buf_release(&text);
	buf_release(&cut);
}

static void test_searched_texts_are_cut_at_a_word(void **state)
{
	(void)state;
	check_cut("word", 40, 20, " ");
	/* One word without an end: 100 characters, none of them cut. */
	check_cut("\xc3\xbc", 150, REST_SEARCHED_MAX, "");
}

static void test_keywords_prefer_what_stays_the_same(void **state)
{
	(void)state;
	check_text(":v:words", "Load 726100801 was not found for carrier HLCU",
		   "\"Load found carrier HLCU 726100801\"");
	check_text(":v:words", "a AND (b OR -project:SEC) one two three four five six seven eight",
		   "\"project SEC one two three four five six\"");
	check_text(":v:words", "99 1 503", "\"503\"");
}

static void test_the_constant_part_is_what_a_program_says(void **state)
{
	(void)state;
	check_text(":v:constant", "Load 726100801: no relationship for carrier \"halcyon\" (HTTP 422)",
		   "\"no relationship for carrier\"");
	check_text(":v:constant", "Data Issue: [\"Stop 2 has no valid location\"]", "\"has no valid location\"");
	check_text(":v:constant", "E1234-99", "\"E1234-99\"");
	check_text(":v:constant", "Read timed out. Retrying is useless", "\"Retrying is useless\"");
}

static void test_what_leaves_nothing_is_refused(void **state)
{
	(void)state;
	refuse(":v:phrase", "", "leaves no words");
	refuse(":v:exact", " \"\\ \n", "leaves no words");
	refuse(":v:words", "?!-", "leaves no words");
	refuse(":v:constant", "\"\"", "leaves no words");
	refuse(":v:int", "1 OR 1=1", "leaves no whole number");
	refuse(":v:int", "-", "leaves no whole number");
	refuse(":v:date", "1769178127", "leaves no day");
	refuse(":v:soql", "a\nb", "leaves no plain text");
	refuse(":v:soql", "a\x7f", "leaves no plain text");
	refuse(":v:date", "2026-01-23' OR", "leaves no day");
	refuse(":v:soql", NULL, ":v has no value");
	refuse(":other:soql", "x", "no parameter :other is bound");
	refuse(":v:soql", "\xff", "not valid UTF-8");
}

static void test_other_colons_stay(void **state)
{
	struct err e = { 0 };
	bool has;

	(void)state;
	check_text("org:acme repo:v:x 10:20:30 :v : v", "no", "org:acme repo:v:x 10:20:30 :v : v");
	assert_true(rest_literal_has("org:acme", &has, &e));
	assert_false(has);
	assert_true(rest_literal_has("x :v:exact", &has, &e));
	assert_true(has);
	assert_false(rest_literal_has("x :v:pharse", &has, &e));
	assert_non_null(strstr(e.text, "\"pharse\" is none of soql"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P37_strings_keep_every_character),
		cmocka_unit_test(test_P37_searched_words_lose_what_could_command),
		cmocka_unit_test(test_quotes_of_every_script_separate_words),
		cmocka_unit_test(test_searched_texts_are_cut_at_a_word),
		cmocka_unit_test(test_keywords_prefer_what_stays_the_same),
		cmocka_unit_test(test_the_constant_part_is_what_a_program_says),
		cmocka_unit_test(test_what_leaves_nothing_is_refused),
		cmocka_unit_test(test_other_colons_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
