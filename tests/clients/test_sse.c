/* Server-sent events in pieces of every size. */
#include "clients/sse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Writes events down as NAME=DATA;, a newline in the data as \n. */
static bool note(void *ctx, const char *name, struct cell data, struct err *e)
{
	struct buf *out = ctx;

	(void)e;
	buf_printf(out, "%s=", name);
	for (size_t i = 0; i < data.len; i++) {
		if (data.data[i] == '\n')
			buf_puts(out, "\\n");
		else
			buf_putc(out, data.data[i]);
	}
	buf_putc(out, ';');
	return true;
}

static const struct {
	const char *text, *events;
} cases[] = {
	{ "data: a\n\n", "message=a;" },
	{ "data:a\n\n", "message=a;" },
	{ "data:  a \n\n", "message= a ;" },
	{ "event: ping\ndata: {}\n\n", "ping={};" },
	{ "data: {}\nevent: ping\n\n", "ping={};" },
	{ "event: a\nevent: b\ndata: x\n\ndata: y\n\n", "b=x;message=y;" },
	{ "data: a\r\n\r\n", "message=a;" },
	{ "data: a\r\r", "message=a;" },
	{ "data: a\r\ndata: b\r\rdata: c\n\r\n", "message=a\\nb;message=c;" },
	{ "data: a\ndata: b\ndata:\n\n", "message=a\\nb\\n;" },
	{ "data\n\n", "message=;" },
	{ "data:\n\n", "message=;" },
	{ ": ping\n\ndata: a\n: between\ndata: b\n\n", "message=a\\nb;" },
	{ "\xef\xbb\xbf" "data: a\n\n", "message=a;" },
	{ "\n\xef\xbb\xbf" "data: a\n\ndata: b\n\n", "message=b;" },
	{ "event: x\n\ndata: a\n\n", "message=a;" },
	{ "id: 7\nretry: 100\ndatax: no\ndata: a\n\n", "message=a;" },
	{ "data: a:b\n\n", "message=a:b;" },
	{ "data: gr\xc3\xbc\xc3\x9f \xf0\x9f\x9a\xa2\n\n", "message=gr\xc3\xbc\xc3\x9f \xf0\x9f\x9a\xa2;" },
	{ "data: a\n\ndata: cut off", "message=a;" },
	{ "data: a\n\ndata: cut off\n", "message=a;" },
	{ "", "" },
	{ "\n\n\r\r\n", "" },
};

static void check(const char *text, size_t first, size_t step, const char *events)
{
	struct sse s = SSE_INIT;
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	size_t len = strlen(text), at = first < len ? first : len;

	assert_true(sse_feed(&s, text, at, note, &out, &e));
	while (at < len) {
		size_t n = step < len - at ? step : len - at;

		assert_true(sse_feed(&s, text + at, n, note, &out, &e));
		at += n;
	}
	assert_string_equal(buf_str(&out), events);
	sse_release(&s);
	buf_release(&out);
}

static void cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t first = 0; first <= strlen(cases[i].text); first++)
			check(cases[i].text, first, SIZE_MAX, cases[i].events);
		check(cases[i].text, 0, 1, cases[i].events);
		check(cases[i].text, 1, 2, cases[i].events);
	}
}

static bool feed_many(struct sse *s, const char *line, size_t times, struct err *e)
{
	struct buf out = BUF_INIT;
	bool ok = true;

	for (size_t i = 0; ok && i < times; i++)
		ok = sse_feed(s, line, strlen(line), note, &out, e);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	return ok;
}

static void nothing_grows_without_end(void **state)
{
	static const char *const lines[] = { "data: 0123456789\n", "0123456789", "event: " };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct sse s = SSE_INIT;
		struct err e = { 0 };

		assert_false(feed_many(&s, lines[i], SSE_DATA_MAX / 4, &e));
		assert_int_equal(e.kind, ERR_LIMIT);
		sse_release(&s);
	}
}

static bool refuse(void *ctx, const char *name, struct cell data, struct err *e)
{
	unsigned *seen = ctx;

	(void)name;
	(void)data;
	return ++*seen < 2 || err_set(e, ERR_CANCELLED, 0, "enough");
}

static void the_reader_may_stop_it(void **state)
{
	static const char text[] = "data: 1\n\ndata: 2\n\ndata: 3\n\n";
	struct sse s = SSE_INIT;
	struct err e = { 0 };
	unsigned seen = 0;

	(void)state;
	assert_false(sse_feed(&s, text, strlen(text), refuse, &seen, &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_int_equal(seen, 2);
	sse_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(nothing_grows_without_end),
		cmocka_unit_test(the_reader_may_stop_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
