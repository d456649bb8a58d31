/* What a language model writes, as rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

static void test_paragraphs_become_lines(void **state)
{
	static const char long_line[] =
		"The carrier stopped sending updates on 2026-01-22 and every callback since then was refused by "
		"the customer's endpoint with HTTP 503 (C12, C13), so nothing reached them.";
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_explain, now);
	section_row(&r, "text", "What happened", "model", "m", NULL);
	section_row(&r, "text", "", "model", "m", NULL);
	section_row(&r, "text", long_line, "model", "m", "stop", "end_turn", "tokens_read", "912", "tokens_written",
		    "57", NULL);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 6);
	assert_string_equal(section_text(&r, 0, "text"), "What happened");
	assert_string_equal(section_text(&r, 2, "text"),
			    "The carrier stopped sending updates on 2026-01-22");
	assert_string_equal(section_text(&r, 2, "stop"), "NULL");
	assert_string_equal(section_text(&r, 5, "text"), "nothing reached them.");
	assert_string_equal(section_text(&r, 5, "stop"), "end_turn");
	assert_string_equal(section_summary(&r), "no evidence: by m (912 tokens in, 57 out)");
	section_rows_release(&r);
}

static void test_words_without_blanks_are_cut_between_characters(void **state)
{
	struct section_rows r;
	char text[401];

	(void)state;
	for (int i = 0; i < 200; i++)
		memcpy(text + 2 * i, "\xc3\xa9", 2);
	text[400] = '\0';
	section_rows_init(&r, &section_explain, now);
	section_row(&r, "text", text, "model", NULL, NULL);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 4);
	for (size_t i = 0; i < 4; i++) {
		const char *line = section_text(&r, i, "text");

		assert_true(text_is_utf8(line, strlen(line)));
		assert_int_equal(text_cells(line, strlen(line)), i < 3 ? 52 : 44);
	}
	section_rows_release(&r);
}

/* Without the text that a person agreed to, it is not asked. */
static void test_not_asked_without_evidence(void **state)
{
	struct facts f = FACTS_INIT;
	char reason[REASON_MAX];

	(void)state;
	assert_true((section_explain.skip)(&f, reason));
	assert_non_null(strstr(reason, "workbench only"));
	assert_true(facts_set(&f, section_explain.told, "rows", ""));
	assert_false((section_explain.skip)(&f, reason));
	assert_string_equal(section_explain.steps[0].needs[0], section_explain.told);
	facts_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paragraphs_become_lines),
		cmocka_unit_test(test_words_without_blanks_are_cut_between_characters),
		cmocka_unit_test(test_not_asked_without_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
