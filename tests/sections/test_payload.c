#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sections/payload.h"

static void test_detection(void **state)
{
	static const struct { const char *text; enum payload_kind kind; size_t start, nodes; bool broken; } cases[] = {
		{ "", PAYLOAD_TEXT, 0, 0, false },
		{ "nothing here", PAYLOAD_TEXT, 0, 0, false },
		{ "  {\"a\": 1}", PAYLOAD_JSON, 2, 2, false },
		{ "{\"a\"=>1}", PAYLOAD_RUBY, 0, 2, false },
		{ "[]", PAYLOAD_JSON, 0, 1, false },
		/* Brackets of a log prefix and of running text are no payload. */
		{ "x - [a1b2c3d4e5f6] [Class] done [3/4] {}", PAYLOAD_TEXT, 0, 0, false },
		{ "x - [a1b2c3d4e5f6] [Class] {:a=>[1, 2]} tail", PAYLOAD_RUBY, 27, 4, false },
		{ "got [{\"a\": 1}]", PAYLOAD_JSON, 4, 3, false },
		/* Cut off in the store: what there was stays. */
		{ "PRMS: {\"a\"=>1, \"b\"=>[{\"c\"=>2", PAYLOAD_RUBY, 6, 5, true },
		{ "[ERROR] refused", PAYLOAD_TEXT, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct payload p;
		struct err e;

		assert_true(payload_parse(&p, cases[i].text, strlen(cases[i].text), &e));
		assert_int_equal(p.kind, cases[i].kind);
		assert_int_equal(p.n, cases[i].nodes);
		assert_int_equal(p.start, cases[i].start);
		assert_int_equal(p.broken, cases[i].broken);
		payload_release(&p);
	}
}

static void test_keys(void **state)
{
	static const struct { const char *a, *b; bool same; } cases[] = {
		{ "event_date_time", "eventDateTime", true },
		{ "MessageType", "message_type", true },
		{ "loadid", "LOAD_ID_", true },
		{ "event_code", "event_codes", false },
		{ "", "_", true },
		{ "", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t a = strlen(cases[i].a), b = strlen(cases[i].b);

		assert_int_equal(payload_same_key(cases[i].a, a, cases[i].b, b), cases[i].same);
		assert_int_equal(payload_same_key(cases[i].b, b, cases[i].a, a), cases[i].same);
	}
}

static void test_lookup(void **state)
{
	static const char text[] = "{\"eventCode\"=>\"VD\", :event_time=>nil, \"eventDateTime\"=>\"x\","
				   " \"empty\"=>\"\", \"in\"=>{\"eventCode\"=>\"VA\"}, \"last\"=>3}";
	struct payload p;
	struct err e;
	size_t in, n = 0;

	(void)state;
	assert_true(payload_parse(&p, text, strlen(text), &e));
	assert_true(cell_is(payload_get(&p, 0, "event_code"), "VD"));
	assert_true(cell_is(payload_get(&p, 0, "event_time|event_date_time"), "x"));
	assert_true(cell_is_null(payload_get(&p, 0, "empty|in|absent")));
	assert_true(cell_is(payload_get(&p, 0, "last"), "3"));
	in = payload_child(&p, 0, "in");
	assert_true(cell_is(payload_get(&p, in, "event_code"), "VA"));
	assert_true(cell_is_null(payload_get(&p, in, "last")));
	assert_int_equal(payload_child(&p, 0, "absent"), PAYLOAD_NONE);
	for (size_t i = payload_first(&p, 0); i != PAYLOAD_NONE; i = payload_next(&p, 0, i))
		n++;
	assert_int_equal(n, p.nodes[0].children);
	payload_release(&p);
}

/* A text made of brackets must not cost the square of its length. */
static void test_P11_brackets_are_bounded(void **state)
{
	struct buf b = BUF_INIT;
	struct payload p;
	struct err e;

	(void)state;
	for (int i = 0; i < 200000; i++)
		buf_puts(&b, " [\"");
	assert_true(payload_parse(&p, b.data, b.len, &e));
	payload_release(&p);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detection), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_lookup),    cmocka_unit_test(test_P11_brackets_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
