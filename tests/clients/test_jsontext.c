/* JSON kept digit for digit, and every lie that a text can tell. */
#include "clients/jsontext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_text(const char *text)
{
	struct err e = { 0 };
	json_t *v = jsontext_read(text, strlen(text), &e);

	if (!v)
		fail_msg("%s: %s", text, e.text);
	return v;
}

static void writes_as(const char *text, const char *expected)
{
	json_t *v = read_text(text);
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	assert_true(jsontext_write(&out, v, NULL, NULL, &e));
	assert_string_equal(buf_str(&out), expected);
	buf_release(&out);
	json_decref(v);
}

static struct err refused(const char *text, size_t len, enum err_kind kind)
{
	struct err e = { 0 };
	json_t *v = jsontext_read(text, len, &e);

	if (v)
		fail_msg("accepted: %.*s", (int)len, text);
	assert_int_equal(e.kind, kind);
	return e;
}

static void refuse(const char *text, const char *says)
{
	struct err e = refused(text, strlen(text), ERR_DECODE);

	if (!strstr(e.text, says))
		fail_msg("%s: \"%s\" does not say \"%s\"", text, e.text, says);
}

static void test_P12_numbers_keep_their_digits(void **state)
{
	static const char *const numbers[] = {
		"9007199254740993", "18446744073709551615", "1e999", "-0", "1E-400", "0", "-1.50",
		"12345678901234567890123456789012345678", "0.10", "1e+5", "-0.0e-0",
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		json_t *v;
		struct cell s;

		snprintf(text, sizeof(text), "{\"n\":%s}", numbers[i]);
		writes_as(text, text);
		v = read_text(text);
		s = jsontext_scalar(jsontext_at(v, "n"));
		assert_true(jsontext_is_number(jsontext_at(v, "n")));
		assert_true(cell_eq(s, cell_of(numbers[i])));
		json_decref(v);
	}
}

static void test_nothing_passes_for_a_number(void **state)
{
	json_t *v = read_text("{\"a\":\"\\u00011\",\"b\":\"\\u0001\",\"c\":\"1\",\"\\u0001k\":2}");

	(void)state;
	assert_false(jsontext_is_number(jsontext_at(v, "a")));
	assert_false(jsontext_is_number(jsontext_at(v, "b")));
	assert_false(jsontext_is_number(jsontext_at(v, "c")));
	assert_true(cell_eq(jsontext_scalar(jsontext_at(v, "a")), cell_of("\0011")));
	assert_true(cell_eq(jsontext_scalar(jsontext_at(v, "b")), cell_of("\001")));
	json_decref(v);
	writes_as("{\"a\":\"\\u00011\",\"\\u0001k\":2}", "{\"a\":\"\\u00011\",\"\\u0001k\":2}");
}

static void test_scalars(void **state)
{
	json_t *v = read_text("{\"t\":true,\"f\":false,\"n\":null,\"s\":\"x\\u0000y\",\"e\":\"\"}");
	struct cell s = jsontext_scalar(jsontext_at(v, "s"));

	(void)state;
	assert_true(cell_eq(jsontext_scalar(jsontext_at(v, "t")), cell_of("true")));
	assert_true(cell_eq(jsontext_scalar(jsontext_at(v, "f")), cell_of("false")));
	assert_true(cell_is_null(jsontext_scalar(jsontext_at(v, "n"))));
	assert_true(cell_eq(s, (struct cell){ "x\0y", 3 }));
	assert_true(cell_eq(jsontext_scalar(jsontext_at(v, "e")), cell_of("")));
	json_decref(v);
}

static void test_paths(void **state)
{
	json_t *v = read_text("{\"a\":[{\"b\":1},{\"b\":2}],\"c\":{\"0\":3},\"n\":null}");

	(void)state;
	assert_ptr_equal(jsontext_at(v, "."), v);
	assert_true(cell_eq(jsontext_scalar(jsontext_at(v, "a.1.b")), cell_of("2")));
	assert_true(cell_eq(jsontext_scalar(jsontext_at(v, "c.0")), cell_of("3")));
	assert_true(json_is_null(jsontext_at(v, "n")));
	assert_null(jsontext_at(v, "a.2.b"));
	assert_null(jsontext_at(v, "a.-1"));
	assert_null(jsontext_at(v, "a.b"));
	assert_null(jsontext_at(v, "n.x"));
	assert_null(jsontext_at(v, "a.99999999999"));
	json_decref(v);
}

static void test_compact_text_keeps_order(void **state)
{
	(void)state;
	writes_as(" { \"z\" : [ 1 , \"a\\n\\\"\\\\\\u0007\" , null , { } ] , \"a\" : true } ",
		  "{\"z\":[1,\"a\\n\\\"\\\\\\u0007\",null,{}],\"a\":true}");
}

static void test_P13_lies_are_refused(void **state)
{
	(void)state;
	refuse("", "empty");
	refuse("{\"a\":1,\"a\":2}", "duplicate");
	refuse("{\"a\":1}x", "byte");
	refuse("{}{}", "byte");
	refuse("\xef\xbb\xbf{}", "byte");
	refuse("{\"a\":\"\\ud800\"}", "byte");
	refuse("{\"a\":01}", "byte");
	refuse("{\"a\":-}", "number");
	refuse("{\"a\":1.}", "number");
	refuse("{\"a\":1e}", "number");
	refuse("{\"a\":.5}", "byte");
	refuse("{\"a\":tru1}", "byte");
	refuse("{\"a\":1 2}", "byte");
	refuse("{1:2,3}", "byte");
	refuse("{\"a\":NaN}", "byte");
	refuse("{\"a\":\"\xff\"}", "byte");
	refuse("\"alone\"", "byte");
	refuse("42", "byte");
}

static void test_errors_name_the_byte_of_the_text_sent(void **state)
{
	struct err e = refused("{\"a\":1,\"b\":22,\"c\":333,}", 23, ERR_DECODE);
	size_t at = strtoul(strstr(e.text, "byte ") + 5, NULL, 10);

	(void)state;
	/* The brace that should have been a key is the 23rd byte. */
	assert_in_range(at, 21, 23);
}

static void test_P11_depth(void **state)
{
	static const char *const open[] = { "[", "{\"a\":" };
	struct buf text = BUF_INIT;
	struct err e;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		buf_clear(&text);
		for (int i = 0; i < 100000; i++)
			buf_puts(&text, open[k]);
		e = refused(text.data, text.len, ERR_DECODE);
		assert_non_null(strstr(e.text, "512"));
		assert_non_null(strstr(e.text, "byte"));
	}
	buf_clear(&text);
	for (int i = 0; i < JSONTEXT_DEPTH; i++)
		buf_putc(&text, '[');
	for (int i = 0; i < JSONTEXT_DEPTH; i++)
		buf_putc(&text, ']');
	writes_as(text.data, text.data);
	buf_release(&text);
}

static void test_ceilings(void **state)
{
	struct buf text = BUF_INIT;
	struct err e;

	(void)state;
	buf_putc(&text, '[');
	for (int i = 0; i < JSONTEXT_VALUES; i++)
		buf_puts(&text, "1,");
	buf_puts(&text, "1]");
	e = refused(text.data, text.len, ERR_LIMIT);
	assert_non_null(strstr(e.text, "1048576"));
	buf_clear(&text);
	buf_puts(&text, "{\"");
	for (int i = 0; i < JSONTEXT_KEY + 10; i++)
		buf_putc(&text, 'k');
	buf_puts(&text, "\" : 1}");
	refused(text.data, text.len, ERR_LIMIT);
	buf_release(&text);
}

static void test_P13_truncated_at_every_byte(void **state)
{
	static const char text[] = "{\"load\":{\"id\":726100801,\"s\":\"\\u0041b\",\"l\":[1.5,true,"
				   "null,{\"x\":-2e3}],\"e\":{}}}";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++)
		refused(text, n, ERR_DECODE);
	json_decref(read_text(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P12_numbers_keep_their_digits),
		cmocka_unit_test(test_nothing_passes_for_a_number),
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_compact_text_keeps_order),
		cmocka_unit_test(test_P13_lies_are_refused),
		cmocka_unit_test(test_errors_name_the_byte_of_the_text_sent),
		cmocka_unit_test(test_P11_depth),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_P13_truncated_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
