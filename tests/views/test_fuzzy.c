/* Typed letters to the word that is meant; the words of the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tui/prompt.h"
#include "views/fuzzy.h"
#include "views/verbs.h"

static int scored(const char *typed, const char *word, uint64_t *hits)
{
	return fuzzy_score(typed, strlen(typed), word, hits);
}

static void test_letters_stand_in_their_order(void **state)
{
	uint64_t hits;

	(void)state;
	assert_true(scored("tml", "timeline", &hits) > 0);
	assert_int_equal(hits, 1 | 1 << 2 | 1 << 4);
	assert_int_equal(scored("lmt", "timeline", &hits), 0);
	assert_int_equal(hits, 0);
	assert_int_equal(scored("timelines", "timeline", NULL), 0);
	assert_true(scored("", "timeline", NULL) > 0);
	assert_true(scored("TML", "timeline", NULL) == scored("tml", "TimeLine", NULL));
}

/* Of several ways the one is taken that a person sees: whole runs, beginnings of words. */
static void test_the_best_way_counts(void **state)
{
	uint64_t hits;

	(void)state;
	scored("so", "section source", &hits);
	assert_int_equal(hits, 3 << 8);
	scored("oe", "ocean_events", &hits);
	assert_int_equal(hits, 1 | 1 << 6);
	assert_true(scored("so", "sort", NULL) > scored("so", "source", NULL));
	assert_true(scored("so", "source", NULL) > scored("so", "section", NULL));
	assert_true(scored("log", "log", NULL) > scored("log", "logs", NULL));
	assert_true(scored("log", "log", NULL) > scored("log", "a log", NULL));
}

static void test_long_words_are_bounded(void **state)
{
	char word[3 * FUZZY_MAX];
	uint64_t hits;

	(void)state;
	memset(word, 'a', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	assert_true(fuzzy_score(word, FUZZY_MAX, word, &hits) > 0);
	assert_true(hits == UINT64_MAX);
	assert_int_equal(fuzzy_score(word, FUZZY_MAX + 1, word, &hits), 0);
	word[sizeof word - 2] = 'b';
	assert_int_equal(scored("b", word, NULL), 0);
	assert_true(scored("\xff\x1b", "\xff\x1b", NULL) > 0);
}

static const struct fuzzy_name names[] = {
	{ "creation", 0 }, { "Creation", 0 }, { "carrier_files", 1 }, { "Carrier files", 1 },
	{ "callbacks", 2 }, { "call", 3 },
};

static int picked(const char *typed, struct err *e)
{
	*e = (struct err){ 0 };
	return fuzzy_pick(typed, strlen(typed), names, sizeof names / sizeof names[0], "section", e);
}

static void test_one_is_meant_or_it_is_said(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(picked("call", &e), 3);              /* whole before beginning */
	assert_int_equal(picked("cre", &e), 0);               /* two names of one */
	assert_int_equal(picked("cf", &e), 1);
	assert_int_equal(e.text[0], '\0');
	assert_int_equal(picked("ca", &e), FUZZY_SEVERAL);
	assert_string_equal(e.text, "section 'ca' may be carrier_files, callbacks, call");
	assert_int_equal(picked("xyz", &e), FUZZY_NONE);
	assert_string_equal(e.text, "no section 'xyz'; there is creation, carrier_files, callbacks, call");
	assert_int_equal(picked("", &e), FUZZY_NONE);
	assert_int_equal(picked("\x1b[2J", &e), FUZZY_NONE);
	assert_null(strchr(e.text, '\x1b'));
}

static void test_every_verb_means_itself(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (unsigned v = 0; v < VERB_COUNT; v++) {
		const char *word = verb_info((enum verb)v)->word;

		assert_int_equal(verb_find(word, strlen(word), &e), v);
		assert_int_equal(verb_named(word), v);
		assert_true(strlen(verb_info((enum verb)v)->help) > 0);
	}
	assert_int_equal(verb_named("timelin"), VERB_COUNT);
	assert_int_equal(verb_find("timelin", 7, &e), VERB_timeline);
	assert_int_equal(verb_find("wf", 2, &e), VERB_waterfall);
	assert_int_equal(e.text[0], '\0');
	assert_int_equal(verb_find("frob", 4, &e), VERB_COUNT);
	assert_string_equal(e.text, "no command 'frob'; : lists them");
}

#define LINES(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

static void expect_lines(const char *const *words, size_t n, const char *expected)
{
	char line[PROMPT_MAX], all[256] = "";

	for (size_t took; n; words += took, n -= took) {
		took = verbs_line(line, sizeof line, words, n);
		assert_true(took > 0);
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s|", line);
	}
	assert_string_equal(all, expected);
}

static void test_words_make_lines(void **state)
{
	(void)state;
	expect_lines(LINES("theme", "cvd"), "theme cvd|");
	expect_lines(LINES(":", "theme", "cvd", ":", "sort", "-time"), "theme cvd|sort -time|");
	expect_lines(LINES(":theme", "cvd", ":sort", "-time"), "theme cvd|sort -time|");
	expect_lines(LINES(":", "filter", "a b", "ev:VA"), "filter a b ev:VA|");
	expect_lines(LINES(":", ":", ""), "||");
	expect_lines(LINES("a", "", "b"), "a b|");
}

/* What does not fit is cut, as what is typed. */
static void test_a_line_is_bounded(void **state)
{
	static char word[3 * PROMPT_MAX];
	char line[PROMPT_MAX];

	(void)state;
	memset(word, 'x', sizeof word - 1);
	assert_int_equal(verbs_line(line, sizeof line, LINES("filter", word, "more")), 3);
	assert_int_equal(strlen(line), PROMPT_MAX - 1);
}

static void test_lines_are_checked(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_true(verbs_check(&workspace_load, LINES(":", "theme", "cvd", ":wf"), &e));
	assert_true(verbs_check(&workspace_load, LINES(":"), &e));
	assert_true(verbs_check(&workspace_load, NULL, 0, &e));
	assert_false(verbs_check(&workspace_load, LINES(":theme", "cvd", ":", "frob"), &e));
	assert_string_equal(e.text, "no command 'frob'; : lists them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_stand_in_their_order),
		cmocka_unit_test(test_the_best_way_counts),
		cmocka_unit_test(test_long_words_are_bounded),
		cmocka_unit_test(test_one_is_meant_or_it_is_said),
		cmocka_unit_test(test_every_verb_means_itself),
		cmocka_unit_test(test_words_make_lines),
		cmocka_unit_test(test_a_line_is_bounded),
		cmocka_unit_test(test_lines_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
