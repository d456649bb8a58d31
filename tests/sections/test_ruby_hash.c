#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sections/ruby_hash.h"

/* The nodes as one line: depth, type letter, key=value. */
static char *sketch(const char *in, bool *ok, struct payload *p)
{
	static const char letters[] = "MLSYNBZ";
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	size_t used;

	*p = (struct payload)PAYLOAD_INIT;
	*ok = ruby_hash_parse(p, in, strlen(in), &used, &e);
	assert_int_equal(*ok, !p->broken);
	for (size_t i = 0; i < p->n; i++) {
		const struct payload_node *n = &p->nodes[i];

		buf_printf(&out, "%s%u%c", i ? " " : "", n->depth, letters[n->type]);
		if (n->key)
			buf_printf(&out, ":%.*s", (int)n->keylen, n->key);
		if (n->value)
			buf_printf(&out, "=%.*s", (int)n->vallen, n->value);
	}
	return buf_detach(&out);
}

static void test_grammar(void **state)
{
	static const struct { const char *in, *want; bool ok; enum payload_kind kind; } cases[] = {
		{ "{}", "0M", true, PAYLOAD_JSON },
		{ "[]", "0L", true, PAYLOAD_JSON },
		{ "{\"a\"=>1}", "0M 1N:a=1", true, PAYLOAD_RUBY },
		{ "{:LoadId=>620, :b=>nil}", "0M 1N:LoadId=620 1Z:b", true, PAYLOAD_RUBY },
		{ "{a: 1, \"b\": true}", "0M 1N:a=1 1B:b=true", true, PAYLOAD_RUBY },
		{ "{\"b\": null, \"c\": [1, -2.5e3]}", "0M 1Z:b 1L:c 2N=1 2N=-2.5e3", true, PAYLOAD_JSON },
		{ "{\"k\" => :sym, :\"odd key\"=>'it''s'}", "0M 1Y:k=sym 1S:odd key=it", false, PAYLOAD_RUBY },
		{ "{'a'=>'it\\'s \\n'}", "0M 1S:a=it's \\n", true, PAYLOAD_RUBY },
		{ "{\"a\"=>{\"b\"=>[{\"c\"=>\"\"}]}}", "0M 1M:a 2L:b 3M 4S:c=", true, PAYLOAD_RUBY },
		{ "{\"t\"=>2026-01-20 08:00:00 UTC, \"d\"=>2026-01-20}",
		  "0M 1S:t=2026-01-20 08:00:00 UTC 1S:d=2026-01-20", true, PAYLOAD_RUBY },
		{ "{\"n\"=>1.2e-10}", "0M 1N:n=1.2e-10", true, PAYLOAD_RUBY },
		{ "{\"o\"=>#<Struct a=<1>, 2>, \"x\"=>1}", "0M 1S:o=#<Struct a=<1>, 2> 1N:x=1", true, PAYLOAD_RUBY },
		{ "{*\"a\"*=>*\"b\"*,}", "0M 1S:a=b", true, PAYLOAD_RUBY },
		{ "{1=>2}", "0M 1N:1=2", true, PAYLOAD_RUBY },
		{ "{\"a\"=>1", "0M 1N:a=1", false, PAYLOAD_RUBY },
		{ "{\"a\"=>\"unclosed", "0M", false, PAYLOAD_RUBY },
		{ "{\"a\" 1}", "0M", false, PAYLOAD_JSON },
		{ "[1 2]", "0L 1S=1 2", true, PAYLOAD_JSON },
		{ "[\"a\" \"b\"]", "0L 1S=a", false, PAYLOAD_JSON },
		{ "[1,,2]", "0L 1N=1", false, PAYLOAD_JSON },
		{ "x", "", false, PAYLOAD_JSON },
		{ "", "", false, PAYLOAD_JSON },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct payload p;
		bool ok;
		char *got = sketch(cases[i].in, &ok, &p);

		assert_string_equal(got, cases[i].want);
		assert_int_equal(ok, cases[i].ok);
		assert_int_equal(p.kind, cases[i].kind);
		free(got);
		payload_release(&p);
	}
}

static void test_escapes(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "[\"a\\tb\\n\\e\\\"\\\\\\/\\#\"]", "a\tb\n\x1b\"\\/#" },
		{ "[\"\\u00e9\\u{1F600}\\ud83d\\ude00\"]", "\xc3\xa9\xf0\x9f\x98\x80\xf0\x9f\x98\x80" },
		{ "[\"\\ud83d-\\udc00\\u{110000}\"]", "?-??" },
		{ "[\"\\x41\\101\\xZ\\uZ\"]", "AAxZuZ" },
		{ "[\"\\ud83d\\u0041\"]", "?A" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct payload p = PAYLOAD_INIT;
		struct err e;
		size_t used;

		assert_true(ruby_hash_parse(&p, cases[i].in, strlen(cases[i].in), &used, &e));
		assert_int_equal(p.nodes[1].vallen, strlen(cases[i].want));
		assert_memory_equal(p.nodes[1].value, cases[i].want, p.nodes[1].vallen);
		payload_release(&p);
	}
}

static void test_error_place(void **state)
{
	static const char in[] = "{\"a\"=>1, \"b\" 2}";
	struct payload p = PAYLOAD_INIT;
	struct err e = { 0 };
	size_t used;

	(void)state;
	assert_false(ruby_hash_parse(&p, in, strlen(in), &used, &e));
	assert_int_equal(e.kind, ERR_DECODE);
	assert_int_equal(p.broken_at, 13);
	assert_string_equal(p.broken_why, "=> expected");
	assert_int_equal(p.nodes[0].end, 2);
	payload_release(&p);
	/* What was begun counts as a child. */
	assert_false(ruby_hash_parse(&p, "[1, {\"a\" 2}", 11, &used, &e));
	assert_int_equal(p.nodes[0].children, 2);
	payload_release(&p);
}

static char *repeat(const char *unit, size_t n)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++)
		buf_puts(&b, unit);
	return buf_detach(&b);
}

static void test_limits(void **state)
{
	static const struct { const char *unit; size_t n; enum err_kind kind; } cases[] = {
		{ "[", PAYLOAD_DEPTH, ERR_DECODE },      /* unclosed, but not too deep */
		{ "[", PAYLOAD_DEPTH + 1, ERR_LIMIT },
		{ "[1,", 3, ERR_DECODE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *in = repeat(cases[i].unit, cases[i].n);
		struct payload p = PAYLOAD_INIT;
		struct err e = { 0 };
		size_t used;

		assert_false(ruby_hash_parse(&p, in, strlen(in), &used, &e));
		assert_int_equal(e.kind, cases[i].kind);
		free(in);
		payload_release(&p);
	}
}

static void test_many_values(void **state)
{
	char *items = repeat("1,", PAYLOAD_NODES);
	struct buf in = BUF_INIT;
	struct payload p = PAYLOAD_INIT;
	struct err e = { 0 };
	size_t used;

	(void)state;
	buf_printf(&in, "[%s]", items);
	assert_false(ruby_hash_parse(&p, in.data, in.len, &used, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(p.n, PAYLOAD_NODES);
	assert_int_equal(p.nodes[0].end, PAYLOAD_NODES);
	free(items);
	buf_release(&in);
	payload_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),     cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_error_place), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
