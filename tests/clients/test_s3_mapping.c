/* What queries of S3 ask for: keys and prefixes from values, days, and what is refused. */
#include "clients/s3_mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/s3_answer.h"

static const struct param params[] = {
	{ "carrier", "one line" }, { "empty", "" }, { "up", ".." }, { "dot", "." }, { "slash", "a/b" },
	{ "back", "a\\b" }, { "bell", "a\ab" }, { "none", NULL }, { "dots", "..a" },
	{ "from", "2026-01-30T23:00:00Z" }, { "to", "2026-02-01 00:00:00" }, { "old", "2025-01-01" },
	{ "object_key", "edi/x y/a.edi" }, { "climbing", "edi/../a" }, { "bad_key", "a\nb" },
};

static const struct query query = { .name = "q", .params = params,
				    .nparams = sizeof(params) / sizeof(params[0]) };

static struct s3_mapping *read_mapping(const char *text, struct err *e)
{
	return s3_mapping_new(text, strlen(text), "q.yaml", e);
}

static struct s3_mapping *mapping(const char *text)
{
	struct err e = { 0 };
	struct s3_mapping *m = read_mapping(text, &e);

	if (!m)
		fail_msg("%s: %s", text, e.text);
	return m;
}

#define LIST(prefix) "list: { prefix: \"" prefix "\" }\ncolumns: { k: key }\n"
#define GET(key) "get: { key: \"" key "\" }\ncolumns: { t: text }\n"

/* NULL = refused. */
static void gives(const char *text, const char *want)
{
	struct s3_mapping *m = mapping(text);
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	bool ok = s3_mapping_key(m, &query, TIME_NONE, "f", &out, &e);

	if (ok != (want != NULL) || (ok && strcmp(buf_str(&out), want) != 0))
		fail_msg("%s gave %s (%s)", text, buf_str(&out), e.text);
	if (!ok)
		assert_int_equal(e.kind, ERR_CONFIG);
	buf_release(&out);
	s3_mapping_free(m);
}

static void values_are_segments(void **state)
{
	(void)state;
	gives(LIST("edi/ea315/:carrier/"), "edi/ea315/one line/");
	gives(LIST(""), "");
	gives(LIST(":dots"), "..a");
	gives(LIST("a/:empty/"), NULL);
	gives(LIST("a/:up/"), NULL);
	gives(LIST("a/:dot/"), NULL);
	gives(LIST("a/:slash/"), NULL);
	gives(LIST("a/:back/"), NULL);
	gives(LIST("a/:bell/"), NULL);
	gives(LIST("a/:none/"), NULL);
	gives(LIST("a/:unknown/"), NULL);
	gives(LIST("a/:day/"), NULL);
}

/* A prefix as a whole would list what it likes. */
static void a_key_may_be_a_value(void **state)
{
	(void)state;
	gives(GET("a/:carrier/b"), "a/one line/b");
	gives(GET(":object_key"), "edi/x y/a.edi");
	gives(GET(":climbing"), NULL);
	gives(GET(":bad_key"), NULL);
	gives(GET(":none"), NULL);
	gives(GET("a/:object_key"), NULL);
	gives(LIST(":object_key"), NULL);
	gives(GET("a/?/b"), "a/f/b");
	gives(LIST("a/?/b"), "a/?/b");
}

static void days_are_counted_back(void **state)
{
	static const char *const keys[] = { "edi/2026-02-01/", "edi/2026-01-31/", "edi/2026-01-30/" };
	struct s3_mapping *m = mapping("list: { prefix: edi/:day/, days: [\":from\", \":to\"] }\ncolumns: { k: key }");
	size_t n, left_out;
	struct err e = { 0 };
	usec last;

	(void)state;
	assert_true(s3_mapping_days(m, &query, &last, &n, &left_out, &e));
	assert_int_equal(n, 3);
	assert_int_equal(left_out, 0);
	for (size_t i = 0; i < n; i++) {
		struct buf out = BUF_INIT;

		assert_true(s3_mapping_key(m, &query, last - (usec)i * USEC_DAY, NULL, &out, &e));
		assert_string_equal(buf_str(&out), keys[i]);
		buf_release(&out);
	}
	s3_mapping_free(m);
}

static void too_many_days_are_said(void **state)
{
	struct s3_mapping *m = mapping("list: { prefix: \":day\", days: [\":old\", \":to\"] }\ncolumns: { k: key }");
	struct s3_mapping *none = mapping("list: { prefix: \":day\", days: [\":to\", \":from\"] }\ncolumns: { k: key }");
	struct s3_mapping *one = mapping("get: { key: \":day\", days: [\":none\", \":to\"] }\ncolumns: { k: key }");
	struct s3_mapping *unknown = mapping("list: { prefix: \":day\", days: [\":none\", \":none\"] }\ncolumns: { k: key }");
	struct s3_mapping *bad = mapping("list: { prefix: \":day\", days: [\":carrier\", \":to\"] }\ncolumns: { k: key }");
	size_t n, left_out;
	struct err e = { 0 };
	usec last;

	(void)state;
	assert_true(s3_mapping_days(m, &query, &last, &n, &left_out, &e));
	assert_int_equal(n, S3_DAYS_MAX);
	assert_int_equal(left_out, 397 - S3_DAYS_MAX);
	assert_true(s3_mapping_days(none, &query, &last, &n, &left_out, &e));
	assert_int_equal(n, 0);
	assert_true(s3_mapping_days(one, &query, &last, &n, &left_out, &e));
	assert_int_equal(n, 1);
	assert_false(s3_mapping_days(unknown, &query, &last, &n, &left_out, &e));
	assert_non_null(strstr(e.text, "neither :none nor :none is known"));
	assert_false(s3_mapping_days(bad, &query, &last, &n, &left_out, &e));
	assert_non_null(strstr(e.text, "is no day: \"one line\""));
	s3_mapping_free(m);
	s3_mapping_free(none);
	s3_mapping_free(one);
	s3_mapping_free(unknown);
	s3_mapping_free(bad);
}

static void other_mappings_are_refused(void **state)
{
	static const struct { const char *text, *words; } bad[] = {
		{ "", "either list or get" },
		{ "[]", "either list or get" },
		{ "columns: { k: key }", "either list or get" },
		{ "list: {prefix: a}\nget: {key: a}\ncolumns: { k: key }", "either list or get" },
		{ "list: {prefix: a}", "\"columns\" must be" },
		{ "list: {prefix: a}\ncolumns: {}", "\"columns\" must be" },
		{ "list: {prefix: a}\ncolumns: {k: text}", "q.yaml:2:14: the answer has key, name, size, modified, etag" },
		{ "get: {key: a}\ncolumns: {k: etag}", "the answer has key, name, size, modified, line" },
		{ "get: {key: a}\ncolumns: {k: \":\"}", "the answer has" },
		{ "get: {}\ncolumns: {k: text}", "\"key\" is missing" },
		{ "get: {key: \"\"}\ncolumns: {k: text}", "\"key\" is missing" },
		{ "list: {}\ncolumns: {k: key}", "\"prefix\" is missing" },
		{ "list: {prefix: a/../b}\ncolumns: {k: key}", "cannot be part of a key" },
		{ "list: {prefix: 'a\\b'}\ncolumns: {k: key}", "cannot be part of a key" },
		{ "list: {prefix: 'a-:b'}\ncolumns: {k: key}", "whole segment" },
		{ "list: {prefix: a, days: [':from']}\ncolumns: {k: key}", "two parameters" },
		{ "list: {prefix: a, days: [a, b]}\ncolumns: {k: key}", "two parameters" },
		{ "list: {prefix: a, start_after: a}\ncolumns: {k: key}", "expected a \":name\"" },
		{ "list: {prefix: a, bucket: b}\ncolumns: {k: key}", "unknown key \"bucket\"" },
		{ "list: {prefix: a}\nmore: 1\ncolumns: {k: key}", "unknown key \"more\"" },
		{ "get: {key: a/?/?/b}\ncolumns: {k: text}", "only one segment" },
		{ "get: {key: a, as: csv}\ncolumns: {k: text}", "expected lines or text" },
		{ "get: {key: a, max_bytes: 0}\ncolumns: {k: text}", "q.yaml:1" },
		{ "get: {key: a, as: text, max_bytes: 1048577}\ncolumns: {k: text}", "q.yaml:1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = { 0 };

		assert_null(read_mapping(bad[i].text, &e));
		if (e.kind != ERR_CONFIG || !strstr(e.text, bad[i].words))
			fail_msg("%s: %s", bad[i].text, e.text);
	}
}

static void escapes_are_undone(void **state)
{
	static const struct { const char *text, *want; } all[] = {
		{ "a/b", "a/b" }, { "a+b%2Bc%20d", "a b+c d" }, { "%e2%82%AC", "\xe2\x82\xac" },
		{ "%", "%" }, { "%4", "%4" }, { "%4x", "%4x" }, { "100%25", "100%" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct buf out = BUF_INIT;

		s3_unescape(&out, cell_of(all[i].text));
		assert_string_equal(buf_str(&out), all[i].want);
		buf_release(&out);
	}
}

static void lines_are_cut(void **state)
{
	static const char text[] = "a\r\n\n\rb\nlast";
	static const char *const want[] = { "a", "", "\rb", "last" };
	struct cell line;
	size_t at = 0, n = 0;

	(void)state;
	while (s3_line(text, strlen(text), &at, &line)) {
		assert_true(cell_eq(line, cell_of(want[n])));
		n++;
	}
	assert_int_equal(n, 4);
	at = 0;
	assert_false(s3_line("", 0, &at, &line));
	assert_string_equal(s3_packed("\x1f\x8b\x08", 3), "gzip");
	assert_null(s3_packed("\x1f", 1));
	assert_null(s3_packed("ISA*", 4));
	assert_int_equal(s3_gzip_size("..\x01\x02\x03\xff", 6), 0xff030201);
	assert_int_equal(s3_gzip_size("\x01\x02\x03", 3), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_segments),
		cmocka_unit_test(a_key_may_be_a_value),
		cmocka_unit_test(days_are_counted_back),
		cmocka_unit_test(too_many_days_are_said),
		cmocka_unit_test(other_mappings_are_refused),
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(lines_are_cut),
	};

	return cmocka_run_group_tests_name("s3_mapping", tests, NULL, NULL);
}
