#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "clients/clickhouse_error.h"
#include "clients/clickhouse_tsv.h"

struct seen {
	struct buf text;        /* names, types and rows, one line each, '|' between */
	size_t ncolumns, rows, refuse_at;
};

static bool on_columns(void *ctx, const char *const *names, const char *const *types, size_t n,
		       struct err *e)
{
	struct seen *s = ctx;

	(void)e;
	s->ncolumns = n;
	for (size_t i = 0; i < n; i++)
		buf_printf(&s->text, "%s:%s%s", names[i], types[i], i + 1 < n ? "|" : "\n");
	return true;
}

static bool on_row(void *ctx, const struct cell *cells, struct err *e)
{
	struct seen *s = ctx;

	if (++s->rows == s->refuse_at)
		return err_set(e, ERR_LIMIT, 0, "refused");
	for (size_t i = 0; i < s->ncolumns; i++) {
		if (cell_is_null(cells[i]))
			buf_puts(&s->text, "<null>");
		else
			buf_put(&s->text, cells[i].data, cells[i].len);
		buf_putc(&s->text, i + 1 < s->ncolumns ? '|' : '\n');
	}
	return true;
}

struct outcome {
	struct seen seen;
	bool fed;
	enum tsv_end end;
	long code;
	char *message;
	struct err e;
};

/* The body in pieces of `step` bytes, the first one of `first`. */
static struct outcome read_in(const char *body, size_t len, const char *tag, size_t first,
			      size_t step)
{
	struct outcome o = { .fed = true };
	struct tsv_sink sink = { on_columns, on_row, &o.seen };
	struct tsv *t = tsv_new(&sink, &o.e);

	tsv_set_tag(t, tag);
	for (size_t at = 0, n = first; o.fed && at < len; at += n, n = step) {
		char *piece;

		n = n < len - at ? n : len - at;
		/* A copy of its own size: reading over its end is seen. */
		piece = malloc(n + 1);
		memcpy(piece, body + at, n);
		o.fed = tsv_feed(t, piece, n, &o.e);
		free(piece);
	}
	o.end = o.fed ? tsv_finish(t, &o.e) : TSV_REFUSED;
	o.code = tsv_code(t);
	o.message = strdup(tsv_message(t));
	tsv_free(t);
	return o;
}

static void outcome_release(struct outcome *o)
{
	buf_release(&o->seen.text);
	free(o->message);
}

/* The same at every split and byte by byte. */
static void expect(const char *body, size_t len, const char *tag, const char *text,
		   enum tsv_end end, long code, const char *message)
{
	for (size_t first = 0; first <= len + 1; first++) {
		struct outcome o = first <= len ? read_in(body, len, tag, first ? first : len, len) :
						  read_in(body, len, tag, 1, 1);

		assert_string_equal(buf_str(&o.seen.text), text);
		assert_int_equal(o.end, end);
		assert_int_equal(o.code, code);
		if (message)
			assert_string_equal(o.message, message);
		outcome_release(&o);
	}
}

#define EXPECT(body, ...) expect(body, sizeof(body) - 1, __VA_ARGS__)

#define OLD "Code: 395, e.displayText() = DB::Exception: Value passed to 'throwIf' function is " \
	    "non zero, e.what() = DB::Exception\n"
#define HEAD2 "a\tb\nUInt8\tString\n"
#define SEEN2 "a:UInt8|b:String\n"
#define HEAD1 "a\nString\n"
#define SEEN1 "a:String\n"
#define TAG "dmrdfnujjqvszhav"

static void rows_and_escapes(void **state)
{
	(void)state;
	EXPECT(HEAD2 "1\tx\n2\t\\N\n3\t\n4\ta\\tb\\nc\\\\d\\'e\\bf\\fg\\rh\n5\t\\q\\\n", "",
	       SEEN2 "1|x\n2|<null>\n3|\n4|a\tb\nc\\d'e\bf\fg\rh\n5|q\\\n", TSV_OK, 0, "");
	EXPECT(HEAD1 "\n\n\\N\n\\\\N\nN\n", "", SEEN1 "\n\n<null>\n\\N\nN\n", TSV_OK, 0, "");
	EXPECT(HEAD2, "", SEEN2, TSV_OK, 0, "");
	EXPECT("a\\tb\nArray(String)\n[]\n", "", "a\tb:Array(String)\n[]\n", TSV_OK, 0, "");
}

static void a_nul_is_kept(void **state)
{
	struct outcome o = read_in("a\nString\nx\\0y\n", 14, "", 14, 14);

	(void)state;
	assert_int_equal(o.end, TSV_OK);
	assert_memory_equal(o.seen.text.data + 9, "x\0y\n", 4);
	outcome_release(&o);
}

static void an_old_message_behind_rows(void **state)
{
	(void)state;
	EXPECT(HEAD2 "1\tx\n" OLD, "", SEEN2 "1|x\n", TSV_EXCEPTION, 395, OLD);
	EXPECT(HEAD2 OLD, "", SEEN2, TSV_EXCEPTION, 395, NULL);
	/* In the middle of a row. */
	EXPECT(HEAD2 "1\tx\n2" OLD, "", SEEN2 "1|x\n", TSV_EXCEPTION, 395, NULL);
	/* Over several lines, also one that has as many cells as a row. */
	EXPECT(HEAD2 "1\tx\nCode: 279, e.displayText() = DB::Exception: all failed\n\n0. a\tb\n1. c, "
	       "e.what() = DB::Exception\n", "", SEEN2 "1|x\n", TSV_EXCEPTION, 279, NULL);
	/* Without its line ending, and as versions 20 to 24 write it. */
	EXPECT(HEAD2 "1\tx\nCode: 241, e.displayText() = DB::Exception: x, e.what() = DB::Exception",
	       "", SEEN2 "1|x\n", TSV_EXCEPTION, 241, NULL);
	EXPECT(HEAD2 "1\tx\nCode: 241. DB::Exception: x (MEMORY_LIMIT_EXCEEDED) (version 23.8.1.1)\n",
	       "", SEEN2 "1|x\n", TSV_EXCEPTION, 241, NULL);
	EXPECT(HEAD2 "1\tx\n{\"exception\": \"Code: 395. DB::Exception: x\"}\n", "",
	       SEEN2 "1|x\n", TSV_EXCEPTION, 395, NULL);
}

static void an_old_message_behind_one_column(void **state)
{
	(void)state;
	EXPECT(HEAD1 "x\n" OLD, "", SEEN1 "x\n", TSV_EXCEPTION, 395, NULL);
	EXPECT(HEAD1 "x\nCode: 279, e.displayText() = DB::Exception: all failed\n\n0. a\n, e.what() = "
	       "DB::Exception\n", "", SEEN1 "x\n", TSV_EXCEPTION, 279, NULL);
	EXPECT(HEAD1 "x\n{\"exception\": \"Code: 395. DB::Exception: x\"}\n", "", SEEN1 "x\n",
	       TSV_EXCEPTION, 395, NULL);
	EXPECT(HEAD1 OLD OLD, "", SEEN1 "Code: 395, e.displayText() = DB::Exception: Value passed to "
	       "'throwIf' function is non zero, e.what() = DB::Exception\n", TSV_EXCEPTION, 395, NULL);
}

static void data_that_talks_about_errors(void **state)
{
	(void)state;
	EXPECT(HEAD2 "1\t" OLD, "", SEEN2 "1|" OLD, TSV_OK, 0, "");
	EXPECT(HEAD1 OLD "x\n", "", SEEN1 OLD "x\n", TSV_OK, 0, "");
	EXPECT(HEAD1 "Code: 241, e.displayText() = DB::Exc\n", "",
	       SEEN1 "Code: 241, e.displayText() = DB::Exc\n", TSV_OK, 0, "");
	EXPECT(HEAD1 "see Code: 241, e.what() = DB::Exception\n", "",
	       SEEN1 "see Code: 241, e.what() = DB::Exception\n", TSV_OK, 0, "");
	EXPECT(HEAD1 "__exception__\nx\n", "", SEEN1 "__exception__\nx\n", TSV_OK, 0, "");
	EXPECT(HEAD1 "__exception__\\r\\n\n", TAG, SEEN1 "__exception__\r\n\n", TSV_OK, 0, "");
	EXPECT(HEAD1 "{\"exception\":1}\n", "", SEEN1 "{\"exception\":1}\n", TSV_OK, 0, "");
}

static void a_message_longer_than_any_is_data(void **state)
{
	struct buf body = BUF_INIT;
	struct outcome o;

	(void)state;
	buf_puts(&body, HEAD1 "Code: 1, e.displayText() = x\n");
	for (size_t i = 0; i < 20000; i++)
		buf_puts(&body, "a row\n");
	buf_puts(&body, "y, e.what() = DB::Exception\n");
	o = read_in(body.data, body.len, "", body.len, body.len);
	assert_int_equal(o.end, TSV_OK);
	assert_int_equal(o.seen.rows, 20002);
	outcome_release(&o);
	buf_release(&body);
}

static void test_P18_a_marked_message(void **state)
{
	(void)state;
	/* Up to 25.10. */
	EXPECT(HEAD2 "1\tx\n__exception__\r\nCode: 395. DB::Exception: bad\nline two", "",
	       SEEN2 "1|x\n", TSV_EXCEPTION, 395, "Code: 395. DB::Exception: bad\nline two\n");
	/* Since 25.11. */
	EXPECT(HEAD2 "1\tx\n__exception__\r\n" TAG "\r\nCode: 395. DB::Exception: bad\n30 " TAG
	       "\r\n__exception__\r\n", TAG, SEEN2 "1|x\n", TSV_EXCEPTION, 395,
	       "Code: 395. DB::Exception: bad\n");
	/* In the middle of a row, which is dropped, and right behind the head. */
	EXPECT(HEAD2 "1\tx\n2\tyy__exception__\r\n" TAG "\r\nCode: 159. DB::Exception: late\n31 " TAG
	       "\r\n__exception__\r\n", TAG, SEEN2 "1|x\n", TSV_EXCEPTION, 159, NULL);
	EXPECT(HEAD2 "__exception__\r\n" TAG "\r\nCode: 159. DB::Exception: late\n", TAG, SEEN2,
	       TSV_EXCEPTION, 159, NULL);
	EXPECT("__exception__\r\n" TAG "\r\nCode: 159. DB::Exception: late\n", TAG, "",
	       TSV_EXCEPTION, 159, NULL);
	/* Cut in the message: still no success. */
	EXPECT(HEAD2 "1\tx\n__exception__\r\n" TAG "\r\nCode: 39", TAG, SEEN2 "1|x\n", TSV_EXCEPTION,
	       0, NULL);
	EXPECT(HEAD1 OLD "__exception__\r\n" TAG "\r\nCode: 1. x\n", TAG, SEEN1 OLD, TSV_EXCEPTION, 1,
	       NULL);
}

static void a_cut_answer(void **state)
{
	(void)state;
	EXPECT("", "", "", TSV_CUT, 0, "");
	EXPECT("a\tb", "", "", TSV_CUT, 0, "");
	EXPECT("a\tb\nUInt8\tSt", "", "", TSV_CUT, 0, "");
	EXPECT(HEAD2 "1\tx\n2\ty", "", SEEN2 "1|x\n", TSV_CUT, 0, "");
	EXPECT(HEAD2 "1\tx\n2\ty__exception__\r", "", SEEN2 "1|x\n", TSV_CUT, 0, "");
}

static void test_P14_another_number_of_cells(void **state)
{
	struct outcome o;

	(void)state;
	EXPECT(HEAD2 "1\tx\n2\n3\tz\n", "", SEEN2 "1|x\n", TSV_MALFORMED, 0, NULL);
	EXPECT(HEAD2 "1\tx\ty\n", "", SEEN2, TSV_MALFORMED, 0, NULL);
	EXPECT("a\tb\nUInt8\n", "", "", TSV_MALFORMED, 0, NULL);
	o = read_in(HEAD2 "1\tx\n2\n", sizeof(HEAD2 "1\tx\n2\n") - 1, "", 5, 5);
	assert_int_equal(o.e.kind, ERR_DECODE);
	assert_string_equal(o.e.text, "row 2 has 1 values for 2 columns");
	outcome_release(&o);
}

static void put_cells(struct buf *body, const char *each, const char *last)
{
	for (size_t i = 1; i < ROWS_MAX_COLUMNS; i++)
		buf_printf(body, "%s\t", each);
	buf_printf(body, "%s\n", last);
}

static void test_P09_as_many_columns_as_there_may_be(void **state)
{
	struct buf body = BUF_INIT;
	struct outcome o;

	(void)state;
	put_cells(&body, "a", "z");
	put_cells(&body, "String", "UInt8");
	put_cells(&body, "1", "2");
	put_cells(&body, "3", "the end");
	o = read_in(body.data, body.len, "", 1000, 1000);
	assert_true(o.fed);
	assert_int_equal(o.end, TSV_OK);
	assert_int_equal(o.seen.ncolumns, ROWS_MAX_COLUMNS);
	assert_int_equal(o.seen.rows, 2);
	assert_non_null(strstr(buf_str(&o.seen.text), "|3|the end\n"));
	outcome_release(&o);
	buf_release(&body);
}

static void test_P16_ceilings(void **state)
{
	struct buf body = BUF_INIT;
	struct outcome o;
	char block[1 << 16];

	(void)state;
	for (size_t i = 0; i < ROWS_MAX_COLUMNS; i++)
		buf_puts(&body, "a\t");
	buf_puts(&body, "a\n");
	o = read_in(body.data, body.len, "", 1000, 1000);
	assert_false(o.fed);
	assert_int_equal(o.e.kind, ERR_LIMIT);
	outcome_release(&o);

	buf_clear(&body);
	buf_puts(&body, HEAD1);
	memset(block, 'x', sizeof(block));
	for (size_t i = 0; i < 520; i++)
		buf_put(&body, block, sizeof(block));
	o = read_in(body.data, body.len, "", sizeof(block), sizeof(block));
	assert_false(o.fed);
	assert_int_equal(o.e.kind, ERR_LIMIT);
	outcome_release(&o);
	buf_release(&body);
}

static void the_sink_refuses(void **state)
{
	struct seen s = { .refuse_at = 2 };
	struct tsv_sink sink = { on_columns, on_row, &s };
	struct err e = { 0 };
	struct tsv *t = tsv_new(&sink, &e);

	(void)state;
	assert_false(tsv_feed(t, HEAD1 "x\ny\nz\n", sizeof(HEAD1 "x\ny\nz\n") - 1, &e));
	assert_string_equal(e.text, "refused");
	assert_int_equal(s.rows, 2);
	tsv_free(t);
	buf_release(&s.text);
}

static void values_are_escaped(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	tsv_put_value(&b, "a\tb\nc\\d'e\rf\bg\fh");
	assert_string_equal(b.data, "a\\tb\\nc\\\\d'e\\rf\\bg\\fh");
	buf_clear(&b);
	tsv_put_value(&b, NULL);
	assert_string_equal(b.data, "\\N");
	buf_clear(&b);
	tsv_put_value(&b, "\\N");
	assert_string_equal(b.data, "\\\\N");
	buf_release(&b);
}

static long code_of(const char *text)
{
	return clickhouse_code(text, strlen(text));
}

static void codes(void **state)
{
	(void)state;
	assert_int_equal(code_of("Code: 241, e.displayText() = x"), 241);
	assert_int_equal(code_of("Code: 241. DB::Exception: x"), 241);
	assert_int_equal(code_of("Poco::Exception. Code: 1000, e.code() = 111"), 1000);
	assert_int_equal(code_of("Code: x Code: 60."), 60);
	assert_int_equal(code_of("Code: 12"), 0);
	assert_int_equal(code_of("Code: 123456789."), 0);
	assert_int_equal(code_of(""), 0);
}

static void messages_are_shortened_and_classified(void **state)
{
	static const struct {
		const char *message;
		enum err_kind kind;
		bool transient;
		const char *text;
	} cases[] = {
		{ "Code: 241, e.displayText() = DB::Exception: Memory limit (for query) exceeded, "
		  "e.what() = DB::Exception\n", ERR_MEMORY, false,
		  "s: Code 241: Memory limit (for query) exceeded" },
		{ "Code: 202. DB::Exception: Too many simultaneous queries (X) (version 25.1)",
		  ERR_QUOTA, true, "s: Code 202: Too many simultaneous queries (X)" },
		{ "Code: 279. DB::Exception: All connection tries failed.\n\nStack trace: 0. x",
		  ERR_NETWORK, true, "s: Code 279: All connection tries failed." },
		{ "Code: 516. DB::Exception: no", ERR_AUTH, false, "s: Code 516: no" },
		{ "Code: 60. DB::Exception: a\nb\x1b[2J", ERR_REMOTE, false,
		  "s: Code 60: a b<1B>[2J" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *m = cases[i].message;
		struct err e = { 0 };

		assert_false(ch_error(&e, "s", code_of(m), m, strlen(m), false));
		assert_int_equal(e.kind, cases[i].kind);
		assert_int_equal(e.transient, cases[i].transient);
		assert_string_equal(e.text, cases[i].text);
		ch_error(&e, "s", code_of(m), m, strlen(m), true);
		assert_false(e.transient);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_escapes),
		cmocka_unit_test(a_nul_is_kept),
		cmocka_unit_test(an_old_message_behind_rows),
		cmocka_unit_test(an_old_message_behind_one_column),
		cmocka_unit_test(data_that_talks_about_errors),
		cmocka_unit_test(a_message_longer_than_any_is_data),
		cmocka_unit_test(test_P18_a_marked_message),
		cmocka_unit_test(a_cut_answer),
		cmocka_unit_test(test_P14_another_number_of_cells),
		cmocka_unit_test(test_P09_as_many_columns_as_there_may_be),
		cmocka_unit_test(test_P16_ceilings),
		cmocka_unit_test(the_sink_refuses),
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(codes),
		cmocka_unit_test(messages_are_shortened_and_classified),
	};

	return cmocka_run_group_tests_name("TSV of ClickHouse", tests, NULL, NULL);
}
