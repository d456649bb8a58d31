/* What people wrote, as sections: issues, pages, code, messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "tests/support/section_rows.h"

static const char now[] = "2026-01-23 14:00:00";

static void test_open_is_what_no_word_ends(void **state)
{
	static const struct { const char *status, *category, *open; enum mark mark; } cases[] = {
		{ "In Progress", NULL, "true", MARK_DOUBT },     { "In Progress", "indeterminate", "true", MARK_DOUBT },
		{ "Shipped", "done", "false", MARK_FINE },       { "Done", NULL, "false", MARK_FINE },
		{ "CLOSED", NULL, "false", MARK_FINE },          { "Resolved by customer", NULL, "false", MARK_FINE },
		{ "Done", "new", "true", MARK_DOUBT },           { NULL, NULL, "true", MARK_DOUBT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_issues, now);
		section_row(&r, "key", "A-1", "status", cases[i].status, "category", cases[i].category, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "open"), cases[i].open);
		assert_int_equal(section_mark(&r, 0), cases[i].mark);
		section_rows_release(&r);
	}
}

/* Pages of a search may overlap while issues change. */
static void test_an_issue_comes_once_and_newest_first(void **state)
{
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_issues, now);
	section_row(&r, "key", "A-1", "status", "Open", "updated_at", "2026-01-20T10:00:00.000+0000", NULL);
	section_row(&r, "key", "A-2", "status", "Done", "updated_at", "2026-01-23T11:00:00.000+0100", NULL);
	section_row(&r, "key", "A-1", "status", "Done", "updated_at", "2026-01-21T10:00:00.000+0000", NULL);
	section_finish(&r);
	assert_int_equal(r.section.rows.rows, 2);
	assert_string_equal(section_text(&r, 0, "key"), "A-2");
	assert_string_equal(section_text(&r, 1, "key"), "A-1");
	assert_string_equal(section_text(&r, 1, "status"), "Done");
	assert_string_equal(section_summary(&r), "2 issues, 0 open, newest change 4.0 h ago");
	section_rows_release(&r);
}

static void test_marks_of_the_search_are_no_text(void **state)
{
	static const struct { const char *sent, *shown; } cases[] = {
		{ "the @@@hl@@@receiver@@@endhl@@@ answered @@@hl@@@503@@@endhl@@@", "the receiver answered 503" },
		{ "no marks", "no marks" }, { "half @@@hl@@", "half @@@hl@@" }, { "", "NULL" }, { NULL, "NULL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_documents, now);
		section_row(&r, "page_id", "1", "title", "T", "excerpt", cases[i].sent, NULL);
		section_finish(&r);
		assert_string_equal(section_text(&r, 0, "excerpt"), cases[i].shown);
		section_rows_release(&r);
	}
}

static void test_messages_have_times_and_may_be_resolved(void **state)
{
	static const struct { const char *ts, *reactions, *sent, *resolved; } cases[] = {
		{ "1769178031.000100", NULL, "2026-01-23T14:20:31Z", "NULL" },
		{ "1769178031", "[]", "2026-01-23T14:20:31Z", "false" },
		{ "2026-01-23 14:20:31.5", "[{\"name\":\"heavy_check_mark\"}]", "2026-01-23T14:20:31Z", "true" },
		{ "soon.1", "[{\"name\":\"check\"}]", NULL, "true" },
		{ "1769178031.000100", "[{\"name\":\"white_check_mark\",\"count\":1}]", "2026-01-23T14:20:31Z", "true" },
		{ "1769178031.000100", "[{\"name\":\"checkered_flag\"}]", "2026-01-23T14:20:31Z", "false" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct section_rows r;

		section_rows_init(&r, &section_chats, now);
		section_row(&r, "sent_at", cases[i].ts, "reactions", cases[i].reactions, "link", "l", NULL);
		section_finish(&r);
		if (cases[i].sent)
			assert_memory_equal(section_text(&r, 0, "sent_at"), cases[i].sent, 19);
		assert_string_equal(section_text(&r, 0, "resolved"), cases[i].resolved);
		section_rows_release(&r);
	}
}

static void test_pages_and_code_need_an_error(void **state)
{
	struct facts f = FACTS_INIT;
	char reason[REASON_MAX];

	(void)state;
	assert_true((section_documents.skip)(&f, reason));
	assert_true((section_code.skip)(&f, reason));
	assert_non_null(strstr(reason, "needs an error"));
	assert_true((section_code_graph.skip)(&f, reason));
	facts_set(&f, "graph_error", "x", "");
	assert_false((section_code_graph.skip)(&f, reason));
	facts_set(&f, "document_error", "x", "");
	facts_set(&f, "code_error", "x", "");
	assert_false((section_documents.skip)(&f, reason));
	assert_false((section_code.skip)(&f, reason));
	facts_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_is_what_no_word_ends),
		cmocka_unit_test(test_an_issue_comes_once_and_newest_first),
		cmocka_unit_test(test_marks_of_the_search_are_no_text),
		cmocka_unit_test(test_messages_have_times_and_may_be_resolved),
		cmocka_unit_test(test_pages_and_code_need_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
