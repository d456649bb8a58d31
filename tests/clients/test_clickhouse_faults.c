/* What stands in front of a ClickHouse server, or breaks on the way to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"
#include "tests/support/fault_server.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/tab-separated-values; charset=UTF-8\r\n"
#define VERSION { .send = OK_HEAD "Content-Length: 8\r\n\r\n18.16.1\n" }

static struct err failed;       /* of the last ask() */

/* "SELECT 1" to a server with that script, which must fail; the rows that came. */
static size_t ask(const struct fault_step *script, unsigned requests)
{
	struct query q = { .name = "test", .text = "SELECT 1", .id = "sextant-1",
			   .deadline = in_ms(5000) };
	struct fault_server s;
	struct source *source;
	struct record got;
	size_t rows;
	char url[64];
	void *conn;

	fault_start(&s, script);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", s.port);
	source = source_make(&clickhouse_ops, "signoz", "url", url, NULL);
	record_init(&got);
	failed = (struct err){ 0 };
	conn = clickhouse_ops.open(source, &failed);
	assert_non_null(conn);
	assert_false(clickhouse_ops.run(conn, &q, NULL, &got.sink, &failed));
	assert_int_equal(strncmp(failed.text, "signoz: ", 8), 0);
	clickhouse_ops.close(conn);
	fault_stop(&s);
	assert_int_equal(atomic_load(&s.requests), requests);
	rows = got.nrows;
	record_release(&got);
	source_free(source);
	return rows;
}

static void test_P19_a_login_page_is_no_answer(void **state)
{
	static const struct fault_step page[] = {
		{ .send = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n"
			  "<html>\nlogin\n" }, { .then = page },
	};
	static const struct fault_step later[] = { VERSION, { .then = page } };

	(void)state;
	assert_int_equal(ask(page, 1), 0);
	assert_int_equal(failed.kind, ERR_DECODE);
	assert_non_null(strstr(failed.text, "got text/html (login page?)"));
	assert_int_equal(ask(later, 2), 0);
	assert_int_equal(failed.kind, ERR_DECODE);
	assert_non_null(strstr(failed.text, "got text/html (login page?)"));
}

/* Something that answers every request with JSON, as gateways do. */
static void another_service_is_no_server(void **state)
{
	static const struct fault_step json[] = {
		{ .send = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
			  "{\"code\":200}" }, { .then = json },
	};

	(void)state;
	assert_int_equal(ask(json, 1), 0);
	assert_int_equal(failed.kind, ERR_DECODE);
	assert_non_null(strstr(failed.text, "not that of a ClickHouse server"));
}

static void test_P17_a_break_between_rows_keeps_them(void **state)
{
	static const struct fault_step cut[] = {
		{ .send = OK_HEAD "Content-Length: 1000\r\n\r\na\tb\nUInt8\tString\n1\tx\n2\ty\n3" }, { 0 },
	};
	static const struct fault_step script[] = { VERSION, { .then = cut } };

	(void)state;
	assert_int_equal(ask(script, 2), 2);
	assert_int_equal(failed.kind, ERR_NETWORK);
	assert_false(failed.transient);
	assert_non_null(strstr(failed.text, "broke after"));
}

static void test_P17_an_answer_that_ends_inside_a_row_is_no_success(void **state)
{
	static const struct fault_step cut[] = {
		{ .send = OK_HEAD "Content-Length: 25\r\n\r\na\tb\nUInt8\tString\n1\tx\n2\tyy" },
		{ .then = cut },
	};
	static const struct fault_step script[] = { VERSION, { .then = cut } };

	(void)state;
	assert_int_equal(ask(script, 2), 1);
	assert_int_equal(failed.kind, ERR_NETWORK);
	assert_non_null(strstr(failed.text, "cut off behind 1 rows"));
}

static void test_P18_an_exception_code_in_the_head_counts(void **state)
{
	static const struct fault_step coded[] = {
		{ .send = OK_HEAD "X-ClickHouse-Exception-Code: 241\r\nContent-Length: 23\r\n\r\n"
			  "a\tb\nUInt8\tString\n1\tx\n2\t" }, { .then = coded },
	};
	static const struct fault_step whole[] = {
		{ .send = OK_HEAD "X-ClickHouse-Exception-Code: 241\r\nContent-Length: 21\r\n\r\n"
			  "a\tb\nUInt8\tString\n1\tx\n" }, { .then = whole },
	};
	static const struct fault_step one[] = { VERSION, { .then = coded } };
	static const struct fault_step two[] = { VERSION, { .then = whole } };

	(void)state;
	assert_int_equal(ask(two, 2), 1);
	assert_int_equal(failed.kind, ERR_MEMORY);
	assert_int_equal(failed.code, 241);
	assert_int_equal(ask(one, 2), 1);
	assert_int_equal(failed.kind, ERR_MEMORY);
}

static void test_P18_a_tagged_exception_is_found(void **state)
{
	static const struct fault_step broken[] = {
		{ .send = OK_HEAD "X-ClickHouse-Exception-Tag: dmrdfnujjqvszhav\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n" },
		{ .send = "18\r\na\tb\nUInt8\tString\n1\tx\n__e\r\n" },
		{ .send = "2e\r\nxception__\r\ndmrdfnujjqvszhav\r\nCode: 241. DB::E\r\n" },
		{ .send = "2b\r\nxception: bad (M)\n30 dmrdfnujjqvszhav\r\n__ex\r\n" },
		{ .send = "b\r\nception__\r\n\r\n0\r\n\r\n" }, { .then = broken },
	};
	static const struct fault_step script[] = { VERSION, { .then = broken } };

	(void)state;
	assert_int_equal(ask(script, 2), 1);
	assert_int_equal(failed.code, 241);
	assert_string_equal(failed.text, "signoz: Code 241: bad (M)");
}

static void statuses_without_a_code(void **state)
{
	static const struct fault_step gateway[] = {
		{ .send = "HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>" },
		{ .then = gateway },
	};
	static const struct fault_step denied[] = {
		{ .send = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n" }, { .then = denied },
	};
	static const struct fault_step busy[] = {
		{ .send = "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n" },
		{ .then = busy },
	};
	static const struct fault_step moved[] = {
		{ .send = "HTTP/1.1 302 Go\r\nLocation: http://evil.test/\r\nContent-Length: 0\r\n\r\n" },
		{ .then = moved },
	};
	static const struct fault_step busy_later[] = { VERSION, { .then = busy } };

	(void)state;
	ask(gateway, 1);
	assert_int_equal(failed.kind, ERR_REMOTE);
	assert_true(failed.transient);
	ask(denied, 1);
	assert_int_equal(failed.kind, ERR_AUTH);
	assert_false(failed.transient);
	ask(moved, 1);
	assert_int_equal(failed.kind, ERR_TRUST);
	assert_non_null(strstr(failed.text, "http://evil.test/"));
	ask(busy_later, 2);
	assert_int_equal(failed.kind, ERR_QUOTA);
	assert_int_equal(failed.retry_after_ms, 7000);
}

/* 164 twice: first without our guard, then without any setting. */
static void settings_are_given_up_one_by_one(void **state)
{
#define READONLY { .send = "HTTP/1.1 500 No\r\nContent-Length: 24\r\n\r\nCode: 164. DB::Exception" }
	static const struct fault_step no[] = {
		{ .send = "HTTP/1.1 404 No\r\nContent-Length: 23\r\n\r\nCode: 60. DB::Exception" },
		{ .then = no },
	};
	static const struct fault_step third[] = { VERSION, { .then = no } };
	static const struct fault_step second[] = { READONLY, { .then = third } };
	static const struct fault_step first[] = { READONLY, { .then = second } };

	(void)state;
	ask(first, 4);
	assert_int_equal(failed.code, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P19_a_login_page_is_no_answer),
		cmocka_unit_test(another_service_is_no_server),
		cmocka_unit_test(test_P17_a_break_between_rows_keeps_them),
		cmocka_unit_test(test_P17_an_answer_that_ends_inside_a_row_is_no_success),
		cmocka_unit_test(test_P18_an_exception_code_in_the_head_counts),
		cmocka_unit_test(test_P18_a_tagged_exception_is_found),
		cmocka_unit_test(statuses_without_a_code),
		cmocka_unit_test(settings_are_given_up_one_by_one),
	};

	return cmocka_run_group_tests_name("ClickHouse faults", tests, clients_start, clients_stop);
}
