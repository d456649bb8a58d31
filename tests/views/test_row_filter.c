/* What a filter means, line by line, over a handful of rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "views/row_filter.h"

static const struct column_def columns[] = {
	{ "event_at", "sent", COLUMN_TIME, 1, 16, true },
	{ "message_type", "ev", COLUMN_TEXT, 1, 4, false },
	{ "ext_request_status", "code", COLUMN_NUMBER, 1, 4, false },
	{ "carrier_name", "carrier", COLUMN_TEXT, 1, 10, false },
	{ "relay", "relay", COLUMN_FLAG, 1, 5, false },
	{ "error_msg", "error", COLUMN_TEXT, 2, 0, false },
};

enum { COLUMNS = sizeof columns / sizeof columns[0], ROWS = 6 };

static const char *const cells[ROWS][COLUMNS] = {
	{ "2026-01-23T06:59:59Z", "VD", "200", "QRST", "true", NULL },
	{ "2026-01-23T07:00:00Z", "VA", "401", "QRST", "false", "invalid signature" },
	{ "2026-01-23T09:30:00Z", "VA", "1000", "Acme", "t", "timed \"out\"" },
	{ "2026-01-24T10:00:00Z", "va", "99", "acme two", NULL, "HTTP/1.1" },
	{ "bad time", "UV", "none", NULL, "f", "" },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static struct rowset rows;

static int fill(void **state)
{
	struct chunk_builder *b = chunk_builder_new(COLUMNS);
	struct cell row[COLUMNS];
	struct err e = { 0 };

	(void)state;
	for (size_t r = 0; r < ROWS; r++) {
		for (size_t c = 0; c < COLUMNS; c++)
			row[c] = cell_of(cells[r][c]);
		assert_true(chunk_builder_add(b, row, &e));
	}
	assert_true(rowset_append(&rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	rowset_release(&rows);
	return 0;
}

/* "0 2 5": the rows that pass. */
static void matching(const struct row_filter *f, char out[static 32])
{
	out[0] = '\0';
	for (size_t r = 0; r < ROWS; r++)
		if (row_filter_test(f, &rows, r, (struct zone){ 0 }) == FILTER_YES)
			snprintf(out + strlen(out), 32 - strlen(out), "%s%zu", out[0] ? " " : "", r);
}

static void expressions_mean(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "", "0 1 2 3 4 5" },
		{ "code>=400", "1 2" },
		{ "code<400", "0 3" },
		{ "code=200", "0" },
		{ "code!=200", "1 2 3 4 5" },
		{ "code=", "5" },
		{ "error=", "0 4 5" },
		{ "error!=", "1 2 3" },
		{ "ev:VA", "1 2" },
		{ "ev:va", "1 2 3" },
		{ "ev=va", "1 2 3" },
		{ "!carrier:QRST", "2 3 4 5" },
		{ "carrier>b", "0 1" },
		{ "message_type:uv", "4" },
		{ "status:40", "1" },
		{ "relay:yes", "0 2" },
		{ "relay=no", "1 4" },
		{ "relay=false", "1 4" },
		{ "@07:00..10:00", "1 2 3" },
		{ "@07:00", "1" },
		{ "@..07:00", "0 1" },
		{ "@09:00..", "2 3" },
		{ "@09:00..06:59:59", "0 2 3" },
		{ "@2026-01-23", "0 1 2" },
		{ "@2026-01-24..", "3" },
		{ "!@07:00..10:00", "0 4 5" },
		{ "sent>=2026-01-23T09:30", "2 3" },
		{ "sent<07:00", "0" },
		{ "sent=2026-01-23", "0 1 2" },
		{ "code>=400 ev:VA @07:00..08:00", "1" },
		{ "! code>=400 ev:VA", "0 3 4 5" },
		{ "acme", "2 3" },
		{ "Acme", "2" },
		{ "\"acme two\"", "3" },
		{ "/^acme/", "2 3" },
		{ "/invalid sig/", "1" },
		{ "/http\\/1/", "3" },
		{ "!/^acme/ code>0", "0 1" },
		{ "ev~^v", "0 1 2 3" },
		{ "ev~/^V[AD]$/", "0 1 2" },
		{ "07:00:00", "1" },
		{ "01-24", "3" },
		{ "\"01-24 10:00\"", "3" },
	};
	struct zone z = { 0 };

	(void)state;
	assert_true(time_parse("2026-02-01", 10, &z.now));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e = { 0 };
		struct row_filter *f = row_filter_new(cases[i].text, columns, COLUMNS, &e);
		char got[32] = "";

		if (!f)
			fail_msg("%s: %s", cases[i].text, e.text);
		for (size_t r = 0; r < ROWS; r++)
			if (row_filter_test(f, &rows, r, z) == FILTER_YES)
				snprintf(got + strlen(got), sizeof got - strlen(got), "%s%zu", got[0] ? " " : "", r);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s instead of %s", cases[i].text, got, cases[i].want);
		row_filter_free(f);
	}
}

static void mistakes_name_their_place(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "ev:VA frob=1", "no column 'frob' at character 7; there are sent, ev, code" },
		{ "code>=", "a value is missing at character 7" },
		{ "é code<", "a value is missing at character 8" },
		{ "!", "nothing to turn around at character 1" },
		{ "@noon", "'@' wants 07:00..10:00 or 2026-01-23..2026-01-24 at character 1" },
		{ "@07:00..2026-01-24", "'@' from a time of day to a date at character 1" },
		{ "sent>soon", "a time is 07:00 or 2026-01-23T07:00; it is not one at character 6" },
		{ "ev:VA /a(b/", "from character 7 on: pattern" },
		{ "/", "a pattern is missing at character 1" },
		{ "a b c d e f g h i j k l m n o p q", "too many terms at character 33" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e = { 0 };

		assert_null(row_filter_new(cases[i].text, columns, COLUMNS, &e));
		if (!strstr(e.text, cases[i].want))
			fail_msg("%s: '%s' instead of '%s'", cases[i].text, e.text, cases[i].want);
	}
}

static void a_search_takes_the_whole_line(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "acme two", "3" }, { "ev:VA", "" }, { "/^v[ad]", "0 1 2 3" }, { "!", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e = { 0 };
		struct row_filter *f = row_filter_search(cases[i].text, columns, COLUMNS, &e);
		char got[32];

		assert_non_null(f);
		matching(f, got);
		assert_string_equal(got, cases[i].want);
		row_filter_free(f);
	}
}

static void marks_are_where_it_is(void **state)
{
	static const char text[] = "Acme and acme";
	struct table_text t = { text, sizeof text - 1, ROLE_TEXT };
	struct err e = { 0 };
	struct row_filter *f = row_filter_search("acme", columns, COLUMNS, &e);
	size_t len;

	(void)state;
	assert_non_null(f);
	assert_int_equal(row_filter_mark(f, t, 0, &len), 0);
	assert_int_equal(len, 4);
	assert_int_equal(row_filter_mark(f, t, 4, &len), 9);
	row_filter_mark(f, t, 13, &len);
	assert_int_equal(len, 0);
	row_filter_free(f);
}

static void test_P10_costly_patterns_say_so(void **state)
{
	enum { LONG = 1 << 20 };
	struct chunk_builder *b = chunk_builder_new(1);
	struct rowset one = ROWSET_INIT;
	struct err e = { 0 };
	struct row_filter *f = row_filter_new("/(a+)+$/", columns + 1, 1, &e);
	char *line = malloc(LONG);

	(void)state;
	assert_non_null(line);
	memset(line, 'a', LONG);
	line[LONG - 1] = '!';
	assert_true(chunk_builder_add(b, &(struct cell){ line, LONG }, &e));
	assert_true(rowset_append(&one, chunk_builder_seal(b), &e));
	assert_int_equal(row_filter_test(f, &one, 0, (struct zone){ 0 }), FILTER_COSTLY);
	chunk_builder_free(b);
	rowset_release(&one);
	row_filter_free(f);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_mean),
		cmocka_unit_test(mistakes_name_their_place),
		cmocka_unit_test(a_search_takes_the_whole_line),
		cmocka_unit_test(marks_are_where_it_is),
		cmocka_unit_test(test_P10_costly_patterns_say_so),
	};

	return cmocka_run_group_tests(tests, fill, clear);
}
