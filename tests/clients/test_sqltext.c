#include "clients/sqltext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

/* Writes names as <name>, so that one string shows how a text was cut. */
struct recorder {
	struct sqltext_visitor visitor;
	struct buf out;
	size_t stop_after;      /* names; 0 = never */
	size_t names;
};

static bool on_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)e;
	return buf_put(&((struct recorder *)v)->out, s, len);
}

static bool on_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct recorder *r = (struct recorder *)v;

	if (++r->names == r->stop_after)
		return err_set(e, ERR_LIMIT, 7, "enough");
	return buf_printf(&r->out, "<%.*s>", (int)len, s);
}

static void expect_cut(const char *sql, const char *expected)
{
	struct recorder r = { .visitor = { on_text, on_name } };
	struct err e = { 0 };

	if (!sqltext_walk(sql, &r.visitor, &e))
		fail_msg("%s: %s", sql, e.text);
	assert_string_equal(buf_str(&r.out), expected);
	buf_release(&r.out);
}

static void expect_refused(const char *sql, const char *why)
{
	struct recorder r = { .visitor = { on_text, on_name } };
	struct err e = { 0 };

	if (sqltext_walk(sql, &r.visitor, &e))
		fail_msg("accepted: %s as %s", sql, buf_str(&r.out));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, why))
		fail_msg("%s: refused as \"%s\"", sql, e.text);
	buf_release(&r.out);
}

static void finds_names(void **state)
{
	(void)state;
	expect_cut("", "");
	expect_cut("SELECT 1", "SELECT 1");
	expect_cut(":a", "<a>");
	expect_cut("a=:a_1 AND b=:B2,:c", "a=<a_1> AND b=<B2>,<c>");
	expect_cut(":from::timestamp", "<from>::timestamp");
	expect_cut("x::text||:a::text", "x::text||<a>::text");
	expect_cut("f(:a):::b", "f(<a>)::<b>");
	expect_cut("a[1:2], b := 3, c : d", "a[1:2], b := 3, c : d");
}

static void skips_quotes(void **state)
{
	(void)state;
	expect_cut("':a' :b", "':a' <b>");
	expect_cut("'it''s :a' :b", "'it''s :a' <b>");
	expect_cut("\"x\"\":a\" :b `:c```", "\"x\"\":a\" <b> `:c```");
	expect_cut("'a\\\\' :b", "'a\\\\' <b>");
	expect_cut("'\\n:a' :b", "'\\n:a' <b>");
	expect_cut("E'\\':a' :b", "E'\\':a' <b>");
	expect_cut("e'\\\\' :b", "e'\\\\' <b>");
	expect_cut("'':b''", "''<b>''");
	expect_cut("';' || :a", "';' || <a>");
}

static void skips_comments(void **state)
{
	(void)state;
	expect_cut("a -- :x ' ; \n :b", "a -- :x ' ; \n <b>");
	expect_cut("a /* :x ' /* ; */ :y */ :b", "a /* :x ' /* ; */ :y */ <b>");
	expect_cut("a - :b / :c * :d", "a - <b> / <c> * <d>");
	expect_cut("1 --:x", "1 --:x");
}

static void skips_dollar_quotes(void **state)
{
	(void)state;
	expect_cut("$$ :a ' $$ :b", "$$ :a ' $$ <b>");
	expect_cut("$t$ :a $$ $T$ $t$ :b", "$t$ :a $$ $T$ $t$ <b>");
	expect_cut("$1 :b $ :c", "$1 <b> $ <c>");
	expect_cut("a$t$ :b", "a$t$ <b>");
	expect_cut("1$t$ :a $t$", "1$t$ :a $t$");
}

static void takes_one_statement(void **state)
{
	(void)state;
	expect_cut("SELECT 1;", "SELECT 1");
	expect_cut("SELECT 1 ; \n-- done :x\n /* ; */", "SELECT 1  \n-- done :x\n /* ; */");
	expect_refused("SELECT 1; SELECT 2", "one statement");
	expect_refused("SELECT 1;;", "one statement");
	expect_refused("; SELECT 1", "one statement");
	expect_refused("SELECT :a; - 1", "one statement");
}

static void refuses_the_unfinished(void **state)
{
	(void)state;
	expect_refused("SELECT 'a", "quote (')");
	expect_refused("SELECT 'a''", "quote (')");
	expect_refused("SELECT E'a\\'", "quote (')");
	expect_refused("SELECT \"a", "quote (\")");
	expect_refused("SELECT `a", "quote (`)");
	expect_refused("SELECT /* /* */", "comment");
	expect_refused("SELECT 1; /*", "comment");
	expect_refused("SELECT $a$ $b$ $", "dollar quote");
}

/* 'a\' ends for PostgreSQL and goes on for ClickHouse: a value could end up
 * inside of a quote in one of them. */
static void refuses_what_engines_read_differently(void **state)
{
	(void)state;
	expect_refused("SELECT 'a\\' || :b || 'c'", "backslash");
	expect_refused("SELECT 'a\\\\\\' || :b", "backslash");
	expect_refused("SELECT \"a\\\" || :b", "backslash");
}

static void stops_when_told(void **state)
{
	struct recorder r = { .visitor = { on_text, on_name }, .stop_after = 2 };
	struct err e = { 0 };

	(void)state;
	assert_false(sqltext_walk("a :b c :d e :f", &r.visitor, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(r.names, 2);
	assert_string_equal(buf_str(&r.out), "a <b> c ");
	buf_release(&r.out);
}

static void finds_params(void **state)
{
	static const struct param params[] = { { "a", "1" }, { "ab", NULL } };
	struct query q = { .params = params, .nparams = 2 };

	(void)state;
	assert_ptr_equal(query_param(&q, "ab", 2), &params[1]);
	assert_ptr_equal(query_param(&q, "ab", 1), &params[0]);
	assert_null(query_param(&q, "abc", 3));
	assert_null(query_param(&q, "b", 1));
}

static void describes(void **state)
{
	static const struct param params[] = {
		{ "unused", "x" }, { "b", NULL }, { "a", "it's\n-- '\x1b[2J" }, { "e", "" },
	};
	struct query q = { .text = "SELECT :a, :b, :a, :e, :missing", .params = params, .nparams = 4 };
	struct buf out = BUF_INIT;

	(void)state;
	sqltext_describe(&out, &q, "SELECT $1, $2, $1, $3");
	assert_string_equal(buf_str(&out), "SELECT $1, $2, $1, $3"
			    "\n-- :a = 'it''s<0A>-- ''<1B>[2J'\n-- :b = NULL\n-- :e = ''");
	buf_release(&out);
}

static void describes_long_values_short(void **state)
{
	static char big[100001];
	struct param p = { "a", big };
	struct query q = { .text = ":a", .params = &p, .nparams = 1 };
	struct buf out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(big); i += 2)
		memcpy(big + i, "\xc3\xa9", 2);
	memmove(big + 1, big, sizeof(big) - 2);
	big[0] = 'x';
	sqltext_describe(&out, &q, "$1");
	assert_true(out.len < 300);
	assert_non_null(strstr(buf_str(&out), "\xc3\xa9... (100000 bytes)'"));
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_names),
		cmocka_unit_test(skips_quotes),
		cmocka_unit_test(skips_comments),
		cmocka_unit_test(skips_dollar_quotes),
		cmocka_unit_test(takes_one_statement),
		cmocka_unit_test(refuses_the_unfinished),
		cmocka_unit_test(refuses_what_engines_read_differently),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(finds_params),
		cmocka_unit_test(describes),
		cmocka_unit_test(describes_long_values_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
