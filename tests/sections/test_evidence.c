/* A case as text: what each state lets a reader conclude, which rows go along, and what never
 * does. */
#include "sections/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const struct column_def columns[] = {
	{ "at", "at", COLUMN_TIME, 1, 16, true },
	{ "result", "result", COLUMN_TEXT, 1, 7, false },
	{ "never", "never", COLUMN_TEXT, 2, 7, false },
	{ "url", "URL", COLUMN_TEXT, 0, 40, false },
	{ "raw", "raw", COLUMN_BODY, 0, 0, false },
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static enum mark mark(const struct rowset *rows, size_t row)
{
	return cell_is(rowset_cell(rows, row, 1), "failed") ? MARK_PROBLEM : MARK_FINE;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	struct cell result = rowset_cell(rows, 0, 1);

	(void)now;
	buf_printf(out, "%zu sent, first %.*s", rows->rows, (int)result.len, result.data ? result.data : "");
}

static const struct section_def def = {
	.id = "callbacks", .title = "Callbacks", .letter = 'C', .columns = columns, .ncolumns = COLUMNS,
	.mark = mark, .summary = summary,
};
static const struct section_def other = {
	.id = "logs", .title = "Logs", .letter = 'G', .columns = columns, .ncolumns = COLUMNS,
	.absent = "no warning or error names it",
};
static const struct section_def outside = {
	.id = "explain", .title = "Explanation", .letter = 'X', .columns = columns, .ncolumns = COLUMNS,
	.on_demand = true, .told = "evidence",
};
static const struct section_def *const sections[] = { &def, &other, &outside };
static const char *const facts[] = { "status", "container_number", NULL };
static const struct workspace workspace = {
	.name = "test", .subject = "load", .sections = sections, .nsections = 3, .subject_facts = facts,
};

static struct section all[3];
static char typed[] = "726100801";
static struct investigation inv;
static struct evidence evidence;

static int begin(void **state)
{
	(void)state;
	memset(all, 0, sizeof all);
	for (size_t i = 0; i < 3; i++)
		all[i] = (struct section){ .def = sections[i], .state = SECTION_OK, .as_of = TIME_NONE };
	all[2].state = SECTION_UNASKED;
	inv = (struct investigation){ .workspace = &workspace, .typed = typed, .sections = all, .nsections = 3 };
	evidence = (struct evidence)EVIDENCE_INIT;
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		rowset_release(&all[i].rows);
	facts_release(&inv.facts);
	evidence_release(&evidence);
	return 0;
}

static void add(struct section *s, const char *at, const char *result, const char *url)
{
	struct chunk_builder *b = chunk_builder_new(COLUMNS);
	const struct cell cells[COLUMNS] = { cell_of(at), cell_of(result), CELL_NULL, cell_of(url),
					     cell_of("{\"payload\":1}") };

	assert_true(chunk_builder_add(b, cells, NULL));
	assert_true(rowset_append(&s->rows, chunk_builder_seal(b), NULL));
	chunk_builder_free(b);
}

static unsigned number(const void *ctx, size_t section, size_t row)
{
	(void)ctx;
	return section == 0 && row < 100 ? (unsigned)(100 - row) : 0;
}

static const char *render(void)
{
	struct err e = { 0 };

	evidence_release(&evidence);
	assert_true(evidence_render(&evidence, &inv, &outside, 0, number, NULL, &e));
	return buf_str(&evidence.text);
}

static void says(const char *words)
{
	if (!strstr(buf_str(&evidence.text), words))
		fail_msg("\"%s\" is not in:\n%s", words, buf_str(&evidence.text));
}

static void test_a_case_is_told(void **state)
{
	(void)state;
	assert_true(facts_set(&inv.facts, "status", "In Transit", "load"));
	add(&all[0], "2026-01-23T06:00:00Z", "failed", "https://u:p@h/x");
	add(&all[0], "2026-01-23T05:00:00Z", "ok | so", NULL);
	all[0].answered_by = "redshift";
	all[1].state = SECTION_EMPTY;
	assert_string_equal(render(),
		"The load that was looked for: 726100801\nNow: 1970-01-01T00:00:00Z\nstatus: In Transit\n"
		"\n## Callbacks (C): answered; from redshift\n2 sent, first failed\nref | at | result\n"
		"C100 problem | 2026-01-23T06:00:00Z | failed\nC99 | 2026-01-23T05:00:00Z | ok / so\n"
		"\n## Logs (G): asked and answered: no warning or error names it\n");
	assert_int_equal(evidence.rows, 2);
	assert_int_equal(evidence.left_out, 0);
	assert_true(evidence.settled);
}

static void test_silence_is_no_evidence(void **state)
{
	static const struct {
		enum section_state state;
		const char *words;
	} cases[] = {
		{ SECTION_FAILED, "Logs (G): FAILED: nothing is known from this, least of all that there is nothing" },
		{ SECTION_PARTIAL, "Logs (G): INCOMPLETE: what is not here may still exist" },
		{ SECTION_UNAVAILABLE, "Logs (G): NOT CONFIGURED: nothing is known from this" },
		{ SECTION_CANCELLED, "Logs (G): STOPPED by the user" },
		{ SECTION_SKIPPED, "Logs (G): not asked" },
		{ SECTION_RUNNING, "Logs (G): NOT FINISHED: more may come" },
		{ SECTION_WAITING, "Logs (G): NOT FINISHED: more may come" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		all[1].state = cases[i].state;
		snprintf(all[1].reason, sizeof all[1].reason, "signoz: deadline passed");
		render();
		says(cases[i].words);
		says(": signoz: deadline passed\n");
		assert_int_equal(evidence.settled, cases[i].state >= SECTION_OK);
	}
}

static void test_problems_go_before_others(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++)
		add(&all[0], "2026-01-23T06:00:00Z", i == 150 ? "failed" : "ok", NULL);
	render();
	says("C100 |");
	says("C42 |");
	says("problem |");
	says("… and 140 more rows that are not listed\n");
	assert_int_equal(evidence.rows, EVIDENCE_ROWS);
	assert_int_equal(evidence.left_out, 140);
}

static void test_it_stays_small(void **state)
{
	char big[4000];

	(void)state;
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	for (int i = 0; i < 200; i++)
		add(&all[1], big, big, big);
	render();
	assert_true(evidence.text.len < EVIDENCE_SECTION + 2000);
	assert_int_equal(evidence.rows + evidence.left_out, 200);
	says("…");
}

static void test_what_never_goes_along(void **state)
{
	(void)state;
	add(&all[0], "2026-01-23T06:00:00Z", "password=hunter2", "https://u:p@h/x");
	snprintf(all[0].reason, sizeof all[0].reason, "GET /?signature=abcdef refused");
	render();
	assert_null(strstr(buf_str(&evidence.text), "hunter2"));
	assert_null(strstr(buf_str(&evidence.text), "abcdef"));
	assert_null(strstr(buf_str(&evidence.text), "https://"));
	assert_null(strstr(buf_str(&evidence.text), "payload"));
	assert_int_equal(evidence.hidden, 3);
}

static void test_hostile_bytes_are_tokens(void **state)
{
	const char *s;

	(void)state;
	add(&all[0], "2026-01-23T06:00:00Z", "a\x1b[2J\n## Logs (G): answered\nG1 | \xff", NULL);
	s = render();
	assert_true(text_is_utf8(s, strlen(s)));
	assert_null(strchr(s, '\x1b'));
	says("a<1B>[2J<0A>## Logs (G): answered<0A>G1 / <FF>\n");
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_case_is_told),
		T(silence_is_no_evidence),
		T(problems_go_before_others),
		T(it_stays_small),
		T(what_never_goes_along),
		T(hostile_bytes_are_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
