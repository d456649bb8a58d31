/* Mappings: what is refused and where, what is sent, what becomes of the answer. */
#include "clients/rest_mapping.h"
#include "clients/rest_next.h"
#include "clients/rest_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE "method: GET\npath: /loads\nrows: loads\ncolumns: { id: id }\n"

static struct rest_mapping *mapping(const char *text)
{
	struct err e = { 0 };
	struct rest_mapping *m = rest_mapping_new(text, strlen(text), "t.yaml", &e);

	if (!m)
		fail_msg("%s", e.text);
	return m;
}

static void refuse(const char *text, const char *says)
{
	struct err e = { 0 };
	struct rest_mapping *m = rest_mapping_new(text, strlen(text), "t.yaml", &e);

	if (m)
		fail_msg("accepted: %s", text);
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, says))
		fail_msg("\"%s\" does not say \"%s\"", e.text, says);
}

static void test_mistakes_are_named_with_their_place(void **state)
{
	(void)state;
	refuse(BASE "bogus: 1\n", "t.yaml:5:1: unknown key \"bogus\"");
	refuse("path: /x\nrows: r\ncolumns: { a: b }\n", "\"method\" is missing");
	refuse("method: PUT\npath: /x\nrows: r\ncolumns: { a: b }\n", "t.yaml:1:9: the method");
	refuse("method: GET\nrows: r\ncolumns: { a: b }\n", "\"path\" is missing");
	refuse("method: GET\npath: x\nrows: r\ncolumns: { a: b }\n", "begin with /");
	refuse("method: GET\npath: /a/../b\nrows: r\ncolumns: { a: b }\n", "climbs");
	refuse("method: GET\npath: /a?b=c\nrows: r\ncolumns: { a: b }\n", "\"?\"");
	refuse("method: GET\npath: /a/x:b\nrows: r\ncolumns: { a: b }\n", "whole path segment");
	refuse("method: GET\npath: /x\ncolumns: { a: b }\n", "\"rows\" is missing");
	refuse("method: GET\npath: /x\nrows: []\ncolumns: { a: b }\n", "dotted path");
	refuse("method: GET\npath: /x\nrows: r\n", "\"columns\"");
	refuse("method: GET\npath: /x\nrows: r\ncolumns: { a: x..y }\n", "dotted path");
	refuse("method: GET\npath: /x\nrows: r\ncolumns: { a: { b: c } }\n", "dotted path");
	refuse("- 1\n", "expected an endpoint mapping");
	refuse("", "expected an endpoint mapping");
	refuse(BASE "query: [a]\n", "t.yaml:5:8: expected a map");
	refuse(BASE "query: { a: { b: c } }\n", "expected a value or a list");
	refuse(BASE "query: { a: [[b]] }\n", "expected a value");
	refuse(BASE "body: '{}'\n", "POST only");
	refuse("method: POST\npath: /x\nrows: r\ncolumns: { a: b }\nbody: '{,}'\n",
	       ": body: JSON is malformed at byte 2");
	refuse(BASE "status: { field: s }\n", "\"ok\" is missing");
	refuse(BASE "status: { field: s, ok: 1, no: 2 }\n", "unknown key \"no\"");
	refuse(BASE "absent: 404\n", "expected a list");
	refuse(BASE "absent: [200]\n", "from 400 to 499");
	refuse(BASE "pages: { param: p }\n", "\"total\" is missing");
	refuse(BASE "pages: { param: p, total: t, max: 0 }\n", "from 1 to 10000");
	refuse(BASE "pages: { param: p, total: t, frist: 1 }\n", "unknown key \"frist\"");
	refuse(BASE "pages: { next: n, total: t }\n", "unknown key \"total\"");
	refuse(BASE "pages: { next: a..b }\n", "dotted path");
	refuse(BASE "then: { rows: r, columns: { a: b } }\n", "\"path\" is missing");
	refuse(BASE "then: { path: /x, rows: r, columns: { id: b } }\n", "column \"id\" is there twice");
	refuse(BASE "then: { path: /x, rows: r, columns: { a: b }, known: a }\n", "column \"a\" is there twice");
	refuse(BASE "then: { path: /x, rows: r, columns: { a: b }, max: 21 }\n", "from 1 to 20");
	refuse(BASE "then: { path: /x, rows: r, columns: { a: b }, pages: { link: next } }\n",
	       "unknown key \"pages\"");
	refuse(BASE "errors: { quota: [X] }\n", "\"code\" is missing");
	refuse(BASE "errors: { code: c, quota: { X: 1 } }\n", "a code or a list");
	refuse(BASE "errors: { code: c, network: [X] }\n", "unknown key \"network\"");
}

static void test_refusals_have_codes(void **state)
{
	struct rest_mapping *m = mapping(BASE "errors: { code: [0.errorCode, code], quota: [LIMIT, OVER],"
					      " denied: NO, auth: [OUT] }\n");

	(void)state;
	assert_int_equal(rest_mapping_error(m, cell_of("OVER")), ERR_QUOTA);
	assert_int_equal(rest_mapping_error(m, cell_of("NO")), ERR_DENIED);
	assert_int_equal(rest_mapping_error(m, cell_of("OUT")), ERR_AUTH);
	assert_int_equal(rest_mapping_error(m, cell_of("over")), ERR_NONE);
	assert_int_equal(rest_mapping_error(m, CELL_NULL), ERR_NONE);
	rest_mapping_free(m);
	m = mapping(BASE);
	assert_int_equal(rest_mapping_error(m, cell_of("OVER")), ERR_NONE);
	rest_mapping_free(m);
}

/* ---- requests -------------------------------------------------------------------- */

static const struct param params[] = {
	{ "id", "726100801" }, { "text", "a b&c=\xc3\xa9/\"x\"" }, { "none", NULL },
	{ "climb", "../admin" }, { "dots", ".." }, { "empty", "" }, { "line", "a\nb" },
	{ "back", "a\\b" }, { "odd", "a:b c%2F\xff" }, { "n", "-20" }, { "bad", "\xff" },
	{ "zeros", "007" }, 
};

static const struct query query = {
	.name = "q", .params = params, .nparams = sizeof(params) / sizeof(params[0]),
};

static void sends(const char *text, const char *path, const char *args, const char *body)
{
	struct rest_mapping *m = mapping(text);
	struct rest_request r = REST_REQUEST_INIT;
	struct err e = { 0 };

	if (!rest_mapping_request(m, &query, 3, &r, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&r.path), path);
	assert_string_equal(buf_str(&r.query), args);
	assert_int_equal(r.has_body, body != NULL);
	assert_string_equal(buf_str(&r.body), body ? body : "");
	rest_request_release(&r);
	rest_mapping_free(m);
}

static void test_binds_the_query(void **state)
{
	(void)state;
	sends(BASE, "/loads", "", NULL);
	sends(BASE "query: { tracking_ids: \":id\", q: \":text\", no: \":none\", locale: en }\n",
	      "/loads", "tracking_ids=726100801&q=a+b%26c%3D%C3%A9%2F%22x%22&locale=en", NULL);
	sends(BASE "query: { show: [a b, \":id\", \":none\", c], z: 'x:id', y: ':' }\n", "/loads",
	      "show=a+b&show=726100801&show=c&z=x%3Aid&y=%3A", NULL);
	sends(BASE "query: { a: 1 }\npages: { param: page, total: t }\n", "/loads", "a=1&page=3",
	      NULL);
}

static void test_chooses_one(void **state)
{
	static const char *const wrong[] = { "choose: [a]\n", "choose: { a: b }\n", "choose: { a: [\":id\"] }\n" };
	struct rest_mapping *m = mapping(BASE "choose: { a: \":none\", b: \":none\" }\n");
	struct rest_request r = REST_REQUEST_INIT;
	struct err e = { 0 };

	(void)state;
	sends(BASE "query: { z: 1 }\nchoose: { a: \":none\", b: \":id\", c: \":text\" }\n", "/loads",
	      "z=1&b=726100801", NULL);
	assert_false(rest_mapping_request(m, &query, 1, &r, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_non_null(strstr(e.text, "nothing is known to ask by"));
	rest_request_release(&r);
	rest_mapping_free(m);
	refuse(BASE "choose: [a]\n", "expected a map");
	for (size_t i = 1; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char text[300];

		snprintf(text, sizeof(text), "%s%s", BASE, wrong[i]);
		refuse(text, "expected a \":name\"");
	}
}

static void test_binds_the_path(void **state)
{
	(void)state;
	sends("method: GET\npath: /c/:id/r\nrows: r\ncolumns: { a: b }\n", "/c/726100801/r", "",
	      NULL);
	sends("method: GET\npath: /c/:odd\nrows: r\ncolumns: { a: b }\n",
	      "/c/a%3Ab%20c%252F%FF", "", NULL);
}

static void test_binds_the_body(void **state)
{
	(void)state;
	sends("method: POST\npath: /s\nrows: r\ncolumns: { a: b }\nbody: |\n"
	      "  { \"ids\": [\":id\"], \"t\": \":text\", \"n\": \":n:int\", \"x\": \":none\",\n"
	      "    \"page\": 0, \"big\": 9007199254740993, \"s\": \"id\", \"c\": \": id\" }\n",
	      "/s", "",
	      "{\"ids\":[\"726100801\"],\"t\":\"a b&c=\xc3\xa9/\\\"x\\\"\",\"n\":-20,\"x\":null,"
	      "\"page\":0,\"big\":9007199254740993,\"s\":\"id\",\"c\":\": id\"}");
}

static void cannot_send(const char *text, const char *says)
{
	struct rest_mapping *m = mapping(text);
	struct rest_request r = REST_REQUEST_INIT;
	struct err e = { 0 };

	assert_false(rest_mapping_request(m, &query, 1, &r, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, says))
		fail_msg("\"%s\" does not say \"%s\"", e.text, says);
	rest_request_release(&r);
	rest_mapping_free(m);
}

static void test_P37_values_cannot_leave_their_segment(void **state)
{
	static const char *const names[] = { "climb", "dots", "empty", "line", "back", "none",
					     "text" };
	char text[160], says[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text),
			 "method: GET\npath: /c/:%s/r\nrows: r\ncolumns: { a: b }\n", names[i]);
		snprintf(says, sizeof(says), "value of :%s cannot stand in a path", names[i]);
		cannot_send(text, says);
	}
}

static void test_values_that_do_not_fit(void **state)
{
	(void)state;
	cannot_send(BASE "query: { a: \":nobody\" }\n", "no parameter :nobody is bound");
	cannot_send("method: POST\npath: /s\nrows: r\ncolumns: { a: b }\n"
		    "body: '{\"a\":\":text:int\"}'\n", "not a whole number");
	cannot_send("method: POST\npath: /s\nrows: r\ncolumns: { a: b }\n"
		    "body: '{\"a\":\":zeros:int\"}'\n", "not a whole number");
	cannot_send("method: POST\npath: /s\nrows: r\ncolumns: { a: b }\n"
		    "body: '{\"a\":\":bad\"}'\n", "not valid UTF-8");
}

static void leads(const char *address, enum err_kind kind, const char *path, const char *args)
{
	struct rest_request r = REST_REQUEST_INIT;
	struct err e = { 0 };

	rest_next_read(cell_of(address), "https://api.example.com:443", false, &r, &e);
	if (e.kind != kind)
		fail_msg("%s: %s", address, e.text);
	if (kind == ERR_NONE) {
		assert_string_equal(buf_str(&r.path), path);
		assert_string_equal(buf_str(&r.query), args);
		assert_true(r.rooted);
	}
	rest_request_release(&r);
}

static void test_P20_the_next_page_is_at_home(void **state)
{
	(void)state;
	leads("/services/data/v68.0/query/01gD-2000", ERR_NONE, "/services/data/v68.0/query/01gD-2000", "");
	leads("/r?page=2&x=%2F", ERR_NONE, "/r", "page=2&x=%2F");
	leads("/a/..b/.c?u=https://evil.example/", ERR_NONE, "/a/..b/.c", "u=https://evil.example/");
	leads("https://API.example.com/r?page=2", ERR_NONE, "/r", "page=2");
	leads("https://api.example.com:443/r", ERR_NONE, "/r", "");
	leads("https://api.example.com:8443/r", ERR_TRUST, NULL, NULL);
	leads("http://api.example.com/r", ERR_TRUST, NULL, NULL);
	leads("https://api.example.com.evil.test/r", ERR_TRUST, NULL, NULL);
	leads("https://user@api.example.com/r", ERR_TRUST, NULL, NULL);
	leads("https://api.example.com", ERR_TRUST, NULL, NULL);
	leads("//evil.test/r", ERR_TRUST, NULL, NULL);
	leads("file:///etc/passwd", ERR_TRUST, NULL, NULL);
	leads("r?page=2", ERR_DECODE, NULL, NULL);
	leads("?page=2", ERR_DECODE, NULL, NULL);
	leads("", ERR_DECODE, NULL, NULL);
	leads("/a b", ERR_DECODE, NULL, NULL);
	leads("/a?q=b \"c\" \xc3\xbc&d=?", ERR_NONE, "/a", "q=b%20%22c%22%20%C3%BC&d=?");
	leads("/a?q=b\r\nX: y", ERR_DECODE, NULL, NULL);
	leads("/a?q=b#c", ERR_DECODE, NULL, NULL);
	leads("/a\r\nX: y", ERR_DECODE, NULL, NULL);
	leads("/a#b", ERR_DECODE, NULL, NULL);
	leads("/a\\b", ERR_DECODE, NULL, NULL);
	leads("/a/../b", ERR_DECODE, NULL, NULL);
	leads("/a/.", ERR_DECODE, NULL, NULL);
}

/* ---- answers --------------------------------------------------------------------- */

#define LOAD \
	"method: GET\npath: /l\nrows: [load, loads]\nstatus: { field: statusCode, ok: 200 }\n" \
	"absent: [404]\ncolumns:\n  id: id\n  shipper: [shipper.id, shipperId]\n" \
	"  scacs: allScacs\n  first: stops.0.name\n  flag: active\n"

struct seen {
	struct row_sink sink;
	struct buf text;
	size_t columns;
	struct cancel *fire;
};

static bool on_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct seen *seen = (struct seen *)s;

	(void)e;
	for (size_t i = 0; i < seen->columns; i++) {
		buf_puts(&seen->text, i ? "|" : "");
		if (cell_is_null(cells[i]))
			buf_puts(&seen->text, "NULL");
		else
			buf_put(&seen->text, cells[i].data, cells[i].len);
	}
	buf_putc(&seen->text, '\n');
	if (seen->fire)
		cancel_fire(seen->fire);
	return true;
}

/* Reads one answer; the rows that came stay in *seen. */
static bool answer(const char *text, const char *json, uint64_t max, struct seen *seen,
		   struct err *e)
{
	struct rest_mapping *m = mapping(text);
	struct rest_page page;
	uint64_t count = 0;
	bool ok;

	seen->sink.row = on_row;
	seen->columns = m->ncolumns;
	ok = rest_page_read(m, json, strlen(json), &page, e);
	if (ok) {
		ok = rest_page_emit(m, &page, &count, max, seen->fire, &seen->sink, e);
		rest_page_release(&page);
	}
	rest_mapping_free(m);
	return ok;
}

static void gives(const char *text, const char *json, const char *rows)
{
	struct seen seen = { .text = BUF_INIT };
	struct err e = { 0 };

	if (!answer(text, json, 100, &seen, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&seen.text), rows);
	buf_release(&seen.text);
}

static struct err fails(const char *text, const char *json, const char *rows, enum err_kind kind,
			const char *says)
{
	struct seen seen = { .text = BUF_INIT };
	struct err e = { 0 };

	assert_false(answer(text, json, 2, &seen, &e));
	assert_int_equal(e.kind, kind);
	if (!strstr(e.text, says))
		fail_msg("\"%s\" does not say \"%s\"", e.text, says);
	assert_string_equal(buf_str(&seen.text), rows);
	buf_release(&seen.text);
	return e;
}

static void test_rows(void **state)
{
	(void)state;
	gives(LOAD, "{\"statusCode\":200,\"load\":{\"id\":9007199254740993,\"shipper\":{\"id\":\"s\"},"
		    "\"allScacs\":[\"A\",\"B\"],\"stops\":[{\"name\":\"N\"}],\"active\":true}}",
	      "9007199254740993|s|[\"A\",\"B\"]|N|true\n");
	gives(LOAD, "{\"statusCode\":200,\"loads\":[{\"id\":1,\"shipperId\":\"flat\"},null,"
		    "{\"id\":2,\"shipper\":{\"id\":null},\"shipperId\":7,\"active\":false,"
		    "\"allScacs\":{\"k\":[1.50]}}]}",
	      "1|flat|NULL|NULL|NULL\n2|7|{\"k\":[1.50]}|NULL|false\n");
	gives("method: GET\npath: /l\nrows: .\ncolumns: { raw: ., a: a, b: b }\n",
	      "[{\"a\":[],\"b\":{}},{\"a\":\"x\"}]",
	      "{\"a\":[],\"b\":{}}|[]|{}\n{\"a\":\"x\"}|x|NULL\n");
}

static void test_no_rows_is_not_no_answer(void **state)
{
	(void)state;
	gives(LOAD, "{\"statusCode\":200,\"load\":{}}", "");
	gives(LOAD, "{\"statusCode\":200,\"load\":null}", "");
	gives(LOAD, "{\"statusCode\":200,\"loads\":[]}", "");
	gives(LOAD, "{\"statusCode\":200,\"load\":null,\"loads\":[{\"id\":5}]}",
	      "5|NULL|NULL|NULL|NULL\n");
	gives(LOAD, "{\"statusCode\":404,\"message\":\"none\"}", "");
	gives(LOAD, "{\"statusCode\":\"200\",\"loads\":[]}", "");
	fails(LOAD, "{\"statusCode\":200}", "", ERR_DECODE, "looked for load, loads");
	fails(LOAD, "{\"statusCode\":200,\"load\":\"x\"}", "", ERR_DECODE, "load is no object");
}

static void test_the_status_inside(void **state)
{
	struct err e = fails(LOAD, "{\"statusCode\":500,\"message\":\"boom\\u001b[2J\"}", "",
			     ERR_REMOTE, "statusCode 500 instead of 200: boom<1B>[2J");

	(void)state;
	assert_int_equal(e.code, 500);
	assert_true(e.transient);
	e = fails(LOAD, "{\"statusCode\":429,\"message\":\"slowly\"}", "", ERR_QUOTA, "slowly");
	assert_true(e.transient);
	e = fails(LOAD, "{\"statusCode\":401,\"message\":\"who\"}", "", ERR_AUTH, "who");
	assert_false(e.transient);
	fails(LOAD, "{\"statusCode\":403,\"message\":\"no\"}", "", ERR_AUTH, "no");
	e = fails(LOAD, "{\"statusCode\":422,\"errors\":[{\"message\":\"bad id\"}]}", "", ERR_REMOTE,
		  "422 instead of 200: bad id");
	assert_false(e.transient);
	fails(LOAD, "{\"load\":{\"id\":1}}", "", ERR_REMOTE, "has no statusCode");
}

static void test_P14_shapes_that_changed(void **state)
{
	(void)state;
	fails(LOAD, "{\"statusCode\":200,\"loads\":[{\"id\":1},7]}", "1|NULL|NULL|NULL|NULL\n",
	      ERR_DECODE, "row 2 is not an object");
	fails(LOAD, "{\"statusCode\":200,\"loads\":[{\"id\":1},{\"other\":1}]}",
	      "1|NULL|NULL|NULL|NULL\n", ERR_DECODE, "row 2 has none of the columns");
	fails(LOAD "  raw: .\n", "{\"statusCode\":200,\"load\":{\"other\":1}}", "", ERR_DECODE,
	      "row 1 has none of the columns");
	gives("method: GET\npath: /l\nrows: loads\ncolumns: { raw: . }\n",
	      "{\"loads\":[{\"other\":1}]}", "{\"other\":1}\n");
	fails(LOAD, "{\"statusCode\":200,\"loads\":[{\"id\":1},{\"id\":2},{\"id\":3}]}",
	      "1|NULL|NULL|NULL|NULL\n2|NULL|NULL|NULL|NULL\n", ERR_LIMIT, "stopped at 2 rows");
	fails(LOAD, "{\"statusCode\":200,\"loads\":[{\"id\":1}", "", ERR_DECODE, "byte");
}

static void test_cancel_between_rows(void **state)
{
	struct cancel cancel;
	struct seen seen = { .text = BUF_INIT, .fire = &cancel };
	struct err e = { 0 };

	(void)state;
	assert_true(cancel_init(&cancel, &e));
	assert_false(answer(LOAD, "{\"statusCode\":200,\"loads\":[{\"id\":1},{\"id\":2}]}", 9, &seen,
			    &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	assert_string_equal(buf_str(&seen.text), "1|NULL|NULL|NULL|NULL\n");
	buf_release(&seen.text);
	cancel_release(&cancel);
}

static void read_paged(const char *json, struct rest_page *page)
{
	struct rest_mapping *m = mapping(BASE "pages: { param: page, total: p.total }\n");
	struct err e = { 0 };

	if (!rest_page_read(m, json, strlen(json), page, &e))
		fail_msg("%s", e.text);
	rest_mapping_free(m);
}

static void test_pages_tell_their_number_and_repeats(void **state)
{
	struct rest_page a, b, c;

	(void)state;
	read_paged("{\"loads\":[{\"id\":1}],\"p\":{\"total\":4,\"page\":1}}", &a);
	read_paged("{\"loads\": [ {\"id\": 1} ],\"p\":{\"total\":\"5\",\"page\":2}}", &b);
	read_paged("{\"loads\":[{\"id\":2}],\"p\":{}}", &c);
	assert_int_equal(a.total, 4);
	assert_int_equal(b.total, 5);
	assert_int_equal(c.total, -1);
	assert_true(a.digest == b.digest);
	assert_true(a.digest != c.digest);
	rest_page_release(&a);
	rest_page_release(&b);
	rest_page_release(&c);
}

static void read_named(const char *json, struct rest_page *page)
{
	struct rest_mapping *m = mapping(BASE "pages: { next: [next.url, next_url] }\n");
	struct err e = { 0 };

	if (!rest_page_read(m, json, strlen(json), page, &e))
		fail_msg("%s", e.text);
	rest_mapping_free(m);
}

static void test_pages_name_the_next(void **state)
{
	struct rest_page a, b, c;

	(void)state;
	read_named("{\"loads\":[{\"id\":1}],\"next_url\":\"/x?p=2\"}", &a);
	read_named("{\"loads\":[{\"id\":2}],\"next\":{\"url\":\"/x?p=2\"}}", &b);
	read_named("{\"loads\":[{\"id\":1}],\"next\":{\"url\":\"\"},\"next_url\":null}", &c);
	assert_true(cell_eq(a.next, cell_of("/x?p=2")));
	assert_true(a.digest == b.digest);
	assert_true(cell_is_null(c.next));
	rest_page_release(&a);
	rest_page_release(&b);
	rest_page_release(&c);
}

#define POST "method: POST\npath: /s\nrows: r\ncolumns: { a: b }\n"

static void test_ways_of_paging_are_checked(void **state)
{
	(void)state;
	refuse(BASE "pages: { next: a..b }\n", "dotted path");
	refuse(BASE "pages: { next: a, below: host }\n", "expected url");
	refuse(BASE "pages: { next: a, param: b }\n", "unknown key \"param\"");
	refuse(BASE "pages: { link: last }\n", "expected next");
	refuse(BASE "pages: { link: next, next: a }\n", "unknown key \"link\"");
	refuse(BASE "pages: { token: t }\n", "\"param\" is missing");
	refuse(BASE "pages: { token: t, body: b }\n", "into the query or into a body");
	refuse(POST "body: '{}'\npages: { token: t, body: b, param: p }\n", "into the query or into a body");
	refuse(POST "body: '[]'\npages: { token: t, body: b }\n", "an object without \"b\"");
	refuse(POST "body: '{\"b\":1}'\npages: { token: t, body: b }\n", "an object without \"b\"");
	refuse(BASE "pages: { token: t, param: p, max: 0 }\n", "t.yaml:5");
}

static void test_headers_are_few_and_harmless(void **state)
{
	(void)state;
	rest_mapping_free(mapping(BASE "headers: { Accept: application/vnd.x+json, X-Version: \"1\" }\n"));
	refuse(BASE "headers: { authorization: Bearer x }\n", "\"authorization\" is no header that can be set");
	refuse(BASE "headers: { Host: x }\n", "\"Host\" is no header");
	refuse(BASE "headers: { \"X A\": x }\n", "is no header");
	refuse(BASE "headers: { X-A: \"a\\nb\" }\n", "is no header");
	refuse(BASE "headers: { A: a, B: b, C: c, D: d, E: e }\n", "at most 4");
}

static void test_literals_are_checked_with_their_place(void **state)
{
	(void)state;
	refuse(BASE "query: { q: \"x :a:pharse\" }\n", "t.yaml:5:14: \"pharse\" is none of soql");
	refuse(POST "body: '{\"q\":[\"x :a:pharse\"]}'\n", "body: \"pharse\" is none of soql");
}

/* The request of `text` for the page behind `token`. */
static void check_request(const char *text, const char *token, const char *args, const char *body)
{
	static const struct param given[] = { { "e", "a \"b\" & c" }, { "n", NULL } };
	const struct query q = { .name = "q", .params = given, .nparams = 2 };
	struct rest_mapping *m = mapping(text);
	struct rest_request r = REST_REQUEST_INIT;
	struct err e = { 0 };

	if (!rest_mapping_request(m, &q, 1, &r, &e) || (token && !rest_request_token(m, cell_of(token), &r, &e)))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&r.query), args);
	assert_string_equal(buf_str(&r.body), body);
	rest_request_release(&r);
	rest_mapping_free(m);
}

static void test_tokens_go_into_query_or_body(void **state)
{
	static const char by_param[] = BASE "query: { a: b, n: \":n\" }\npages: { token: t, param: cursor }\n";
	static const char by_body[] = POST "body: '{ \"q\": \"x = :e:quoted\", \"n\": \":n\" }'\n"
					   "pages: { token: t, body: next }\n";

	(void)state;
	check_request(by_param, NULL, "a=b", "");
	check_request(by_param, "t&1=", "a=b&cursor=t%261%3D", "");
	check_request(by_body, NULL, "", "{\"q\":\"x = \\\"a \\\\\\\"b\\\\\\\" & c\\\"\",\"n\":null}");
	check_request(by_body, "t\"1", "",
		      "{\"q\":\"x = \\\"a \\\\\\\"b\\\\\\\" & c\\\"\",\"n\":null,\"next\":\"t\\\"1\"}");
	check_request(POST "body: '{}'\npages: { token: t, body: next }\n", "t", "", "{\"next\":\"t\"}");
	check_request(BASE "query: { q: \"org:x :e:exact\" }\n", NULL, "q=org%3Ax+%22a+b+%26+c%22", "");
}

static void check_next(const char *paging, const char *answer, const char *want)
{
	struct buf text = BUF_INIT;
	struct rest_mapping *m;
	struct rest_page page;
	struct err e = { 0 };

	buf_printf(&text, "%spages: %s\n", BASE, paging);
	m = mapping(buf_str(&text));
	if (!rest_page_read(m, answer, strlen(answer), &page, &e))
		fail_msg("%s", e.text);
	if (cell_is_null(page.next) ? *want != '\0' : !cell_eq(page.next, cell_of(want)))
		fail_msg("%s: %.*s", answer, (int)page.next.len, page.next.data);
	rest_page_release(&page);
	rest_mapping_free(m);
	buf_release(&text);
}

static void test_tokens_end(void **state)
{
	static const char token[] = "{ token: meta.next, last: isLast, param: p }";

	(void)state;
	check_next(token, "{\"loads\":[],\"meta\":{\"next\":\"t1\"}}", "t1");
	check_next(token, "{\"loads\":[],\"meta\":{\"next\":17},\"isLast\":false}", "17");
	check_next(token, "{\"loads\":[],\"meta\":{\"next\":\"t1\"},\"isLast\":true}", "");
	check_next(token, "{\"loads\":[],\"meta\":{\"next\":\"\"}}", "");
	check_next(token, "{\"loads\":[],\"meta\":{\"next\":null}}", "");
	check_next(token, "{\"loads\":[]}", "");
}

static void test_refusals_have_kinds_and_advice(void **state)
{
	static const char text[] = BASE "errors: { code: error, auth: bad, quota: [slow, \"*rate limit*\"],\n"
					"  advice: { bad: get another, \"401\": it has expired } }\n";
	struct rest_mapping *m = mapping(text);

	(void)state;
	assert_int_equal(rest_mapping_error(m, cell_of("bad")), ERR_AUTH);
	assert_int_equal(rest_mapping_error(m, cell_of("badly")), ERR_NONE);
	assert_int_equal(rest_mapping_error(m, cell_of("slow")), ERR_QUOTA);
	assert_int_equal(rest_mapping_error(m, cell_of("a secondary rate limit, wait")), ERR_QUOTA);
	assert_int_equal(rest_mapping_error(m, CELL_NULL), ERR_NONE);
	assert_string_equal(rest_mapping_advice(m, cell_of("bad"), 200), "get another");
	assert_string_equal(rest_mapping_advice(m, cell_of("x"), 401), "it has expired");
	assert_null(rest_mapping_advice(m, CELL_NULL, 403));
	rest_mapping_free(m);
	refuse(BASE "errors: { code: a, advice: [b] }\n", "expected a map");
	refuse(BASE "errors: { code: a, advice: { b: [c] } }\n", "expected a sentence");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes_are_named_with_their_place),
		cmocka_unit_test(test_refusals_have_codes),
		cmocka_unit_test(test_binds_the_query),
		cmocka_unit_test(test_chooses_one),
		cmocka_unit_test(test_binds_the_path),
		cmocka_unit_test(test_binds_the_body),
		cmocka_unit_test(test_P37_values_cannot_leave_their_segment),
		cmocka_unit_test(test_P20_the_next_page_is_at_home),
		cmocka_unit_test(test_values_that_do_not_fit),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_rows_is_not_no_answer),
		cmocka_unit_test(test_the_status_inside),
		cmocka_unit_test(test_P14_shapes_that_changed),
		cmocka_unit_test(test_cancel_between_rows),
		cmocka_unit_test(test_pages_tell_their_number_and_repeats),
		cmocka_unit_test(test_pages_name_the_next),
		cmocka_unit_test(test_ways_of_paging_are_checked),
		cmocka_unit_test(test_headers_are_few_and_harmless),
		cmocka_unit_test(test_literals_are_checked_with_their_place),
		cmocka_unit_test(test_tokens_go_into_query_or_body),
		cmocka_unit_test(test_tokens_end),
		cmocka_unit_test(test_refusals_have_kinds_and_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
