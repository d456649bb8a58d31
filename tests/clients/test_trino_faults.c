/* What a Trino coordinator, or whatever stands in front of it, does wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/client_fixture.h"
#include "tests/support/fault_server.h"
#include "tests/support/trino_talk.h"

#define FAKE(answers_, ...) &(struct trino_options){ \
	.answers = answers_, .nanswers = sizeof(answers_) / sizeof(*(answers_)), __VA_ARGS__ }
#define TOLD " (the server was told to stop)"

static struct trino_talk talk;          /* of the last ask(): e and seen */
static size_t rows;

/* One query that fails within 20 s, and what was left of it. */
static void ask(const struct trino_options *o)
{
	trino_talk_begin(&talk, o);
	assert_false(trino_talk_run(&talk, "SELECT a, b FROM t"));
	assert_int_equal(strncmp(talk.e.text, "trino: ", 7), 0);
	rows = talk.got.nrows;
	trino_talk_end(&talk);
}

static void expect(enum err_kind kind, bool transient, const char *words)
{
	if (talk.e.kind != kind || talk.e.transient != transient || !strstr(talk.e.text, words))
		fail_msg("%s%s: %s", err_word(talk.e.kind), talk.e.transient ? ", transient" : "", talk.e.text);
}

/* ---- pages that get lost ---- */

static void test_P24_a_lost_page_is_asked_for_again(void **state)
{
	static const struct trino_answer faults[] = {
		{ .rows = "[[2,\"y\"]]", .fault = TRINO_CUT, .times = 2 },
		{ .rows = "[[2,\"y\"]]", .fault = TRINO_DROP, .times = 1 },
		{ .rows = "[[2,\"y\"]]", .status = 502, .type = "text/html", .body = "<html>", .times = 2 },
		{ .rows = "[[2,\"y\"]]", .status = 503, .times = 1 },
		{ .rows = "[[2,\"y\"]]", .status = 504, .times = 1 },
		{ .rows = "[[2,\"y\"]]", .status = 429, .retry_after = "1", .times = 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		const struct trino_answer answers[] = { { 0 }, { .rows = "[[1,\"x\"]]" }, faults[i], { 0 } };
		struct trino_talk t;
		usec begun = in_ms(0);

		trino_talk_begin(&t, FAKE(answers));
		if (!trino_talk_run(&t, "SELECT 1"))
			fail_msg("%zu: %s", i, t.e.text);
		assert_string_equal(buf_str(&t.got.rows), "1|x\n2|y\n");
		if (faults[i].retry_after)
			assert_true(in_ms(0) - begun >= USEC_SEC);
		trino_talk_end(&t);
		assert_int_equal(t.seen.gets, 3 + faults[i].times);
		assert_int_equal(t.seen.posts, 1);
	}
}

static void test_P17_a_page_lost_for_good_keeps_the_rows(void **state)
{
	static const struct trino_answer cut[] = {
		{ 0 }, { .rows = "[[1,\"x\"]]" }, { .rows = "[[2,\"y\"]]", .fault = TRINO_CUT }, { 0 },
	};
	static const struct trino_answer gateway[] = {
		{ 0 }, { .rows = "[[1,\"x\"]]" }, { .status = 502 }, { 0 },
	};
	static const struct trino_answer early[] = { { 0 }, { .status = 503, .body = "busy" }, { 0 } };
	static const struct trino_answer gone[] = { { 0 }, { .status = 404, .body = "Query not found" }, { 0 } };

	(void)state;
	ask(FAKE(cut));
	expect(ERR_NETWORK, false, "broke after");
	assert_int_equal(rows, 1);
	assert_int_equal(talk.seen.gets, 4);
	assert_int_equal(talk.seen.deletes, 1);
	ask(FAKE(gateway));
	expect(ERR_REMOTE, false, "HTTP 502" TOLD);
	assert_int_equal(rows, 1);
	ask(FAKE(early));
	expect(ERR_REMOTE, true, "HTTP 503: busy" TOLD);
	ask(FAKE(gone));
	expect(ERR_REMOTE, false, "HTTP 404: Query not found");
	assert_int_equal(talk.seen.gets, 1);
}

/* The POST may have begun a query: it is not said twice. */
static void test_P24_a_lost_post_is_the_policys(void **state)
{
	static const struct trino_answer gateway[] = { { .status = 502 }, { 0 } };
	static const struct trino_answer drop[] = { { .fault = TRINO_DROP }, { 0 } };
	static const struct trino_answer busy[] = { { .status = 429, .retry_after = "7", .body = "slow" }, { 0 } };

	(void)state;
	ask(FAKE(gateway));
	expect(ERR_REMOTE, true, "HTTP 502");
	ask(FAKE(drop));
	expect(ERR_NETWORK, true, "first byte");
	ask(FAKE(busy));
	expect(ERR_QUOTA, true, "HTTP 429: slow");
	assert_int_equal(talk.e.retry_after_ms, 7000);
	assert_int_equal(talk.seen.posts, 1);
	assert_int_equal(talk.seen.deletes, 0);
}

/* ---- links ---- */

static void test_P21_foreign_links_are_not_followed(void **state)
{
	static const struct { const char *before, *after; } links[] = {
		{ "http://127.0.0.1:", "/v1/statement/x" }, { "http://localhost:", "/v1/statement/x" },
		{ "http://alice@127.0.0.1:", "/v1/statement/x" }, { "//127.0.0.1:", "/v1/statement/x" },
		{ "https://127.0.0.1:", "/v1/statement/x" }, { "/v1/statement/x?", "" },
		{ "http://127.0.0.1:", "" }, { "file:///etc/passwd?", "" }, { "x", "" }, { " ", "" },
	};
	struct fault_server canary;

	(void)state;
	fault_start_mute(&canary);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		char link[100];
		const struct trino_answer answers[] = { { 0 }, { .rows = "[[1,\"x\"]]", .next = link }, { 0 } };

		snprintf(link, sizeof(link), "%s%u%s", links[i].before, canary.port, links[i].after);
		ask(FAKE(answers));
		expect(ERR_TRUST, false, link);
		assert_non_null(strstr(talk.e.text, "/v1/ only" TOLD));
		assert_non_null(strstr(talk.e.text, "http://127.0.0.1:"));
		assert_int_equal(rows, 1);
		assert_int_equal(talk.seen.gets, 1);
		assert_non_null(strstr(talk.seen.deleted, "/y1c94/1"));
	}
	assert_int_equal(atomic_load(&canary.connections), 0);
	fault_stop(&canary);
}

static void test_P21_odd_links_to_the_same_host_are_not_followed(void **state)
{
	static char megabyte[1 << 20];
	static const struct { const char *user, *path; } links[] = {
		{ "", "/v2/x" }, { "", "/v1/../ui/api/kill" }, { "", "" }, { "", "/v1/x#y" }, { "", "/v1/x y" },
		{ "", megabyte }, { "alice@", "/v1/statement/x" }, { "alice:pw@", "/v1/statement/x" },
	};

	(void)state;
	memset(megabyte, 'a', sizeof(megabyte) - 1);
	memcpy(megabyte, "/v1/", 4);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		struct trino_answer answers[] = { { .next = megabyte }, { 0 } };
		struct trino_talk t;
		struct buf link = BUF_INIT;

		/* The address is known only when it listens: the same port, asked for before. */
		trino_talk_begin(&t, FAKE(answers));
		buf_printf(&link, "http://%s127.0.0.1:%u%s", links[i].user, trino_fake_port(t.fake), links[i].path);
		answers[0].next = buf_str(&link);
		assert_false(trino_talk_run(&t, "SELECT 1"));
		assert_int_equal(t.e.kind, ERR_TRUST);
		trino_talk_end(&t);
		assert_int_equal(t.seen.gets, 0);
		buf_release(&link);
	}
}

static void test_P20_a_redirect_is_not_followed(void **state)
{
	static const struct trino_answer post[] = { { .status = 302, .location = "http://evil.test/v1" }, { 0 } };
	static const struct trino_answer get[] = { { 0 }, { .status = 307, .location = "http://evil.test/v1" }, { 0 } };

	(void)state;
	ask(FAKE(post));
	expect(ERR_TRUST, false, "http://evil.test/v1");
	ask(FAKE(get));
	expect(ERR_TRUST, false, "http://evil.test/v1" TOLD);
}

/* The last of so many pages leads to the first. */
static void leads_back(const struct trino_options *o, struct trino_answer *last, unsigned pages)
{
	struct trino_talk t;
	char link[100];

	trino_talk_begin(&t, o);
	snprintf(link, sizeof(link), "http://127.0.0.1:%u/v1/statement/executing/q1/y1c94/1",
		 trino_fake_port(t.fake));
	last->next = link;
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_non_null(strstr(t.e.text, "no progress"));
	assert_int_equal(t.got.nrows, pages);
	trino_talk_end(&t);
	assert_int_equal(t.seen.gets, pages);
	assert_int_equal(t.seen.deletes, 1);
}

static void test_P22_no_progress_ends(void **state)
{
	struct trino_answer self[] = { { 0 }, { .rows = "[[1,\"x\"]]" }, { 0 } };

	(void)state;
	leads_back(FAKE(self), &self[1], 1);
}

/* A, B, A. */
static void test_P22_a_cycle_ends(void **state)
{
	struct trino_answer cycle[] = { { 0 }, { .rows = "[[1,\"x\"]]" }, { .rows = "[[2,\"y\"]]" }, { 0 } };

	(void)state;
	leads_back(FAKE(cycle), &cycle[2], 2);
}

/* Always a new address, never a row, at once: asked ever more slowly, until the deadline. */
static void test_P22_waiting_without_end_is_bounded(void **state)
{
	static const struct trino_answer empty[] = { { 0 }, { 0 }, { 0 } };
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(empty, .repeat = 100000));
	t.query.deadline = in_ms(1500);
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_TIMEOUT);
	trino_talk_end(&t);
	assert_in_range(t.seen.gets, 5, 15);
	assert_int_equal(t.seen.deletes, 1);
}

/* ---- errors in answers of status 200 ---- */

static void errors_in_an_answer_have_honest_classes(void **state)
{
	static const struct { const char *name, *type; enum err_kind kind; bool transient; } cases[] = {
		{ "PERMISSION_DENIED", "USER_ERROR", ERR_DENIED, false },
		{ "SYNTAX_ERROR", "USER_ERROR", ERR_REMOTE, false },
		{ "TABLE_NOT_FOUND", "USER_ERROR", ERR_REMOTE, false },
		{ "EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", ERR_TIMEOUT, false },
		{ "EXCEEDED_LOCAL_MEMORY_LIMIT", "INSUFFICIENT_RESOURCES", ERR_MEMORY, false },
		{ "EXCEEDED_SCAN_LIMIT", "INSUFFICIENT_RESOURCES", ERR_LIMIT, false },
		{ "QUERY_QUEUE_FULL", "INSUFFICIENT_RESOURCES", ERR_QUOTA, true },
		{ "CLUSTER_OUT_OF_MEMORY", "INSUFFICIENT_RESOURCES", ERR_QUOTA, true },
		{ "SOMETHING_NEW", "INSUFFICIENT_RESOURCES", ERR_QUOTA, true },
		{ "NO_NODES_AVAILABLE", "INTERNAL_ERROR", ERR_REMOTE, true },
		{ "GENERIC_INTERNAL_ERROR", "INTERNAL_ERROR", ERR_REMOTE, false },
		{ "HIVE_METASTORE_ERROR", "EXTERNAL", ERR_REMOTE, false },
		{ "USER_CANCELED", "USER_ERROR", ERR_CANCELLED, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char error[300], text[100];
		const struct trino_answer answers[] = { { 0 }, { .error = error } };
		const struct trino_answer later[] = { { 0 }, { .rows = "[[1,\"x\"]]" }, { .error = error } };

		snprintf(error, sizeof(error), "{\"message\":\"why\\nnot\",\"errorCode\":%zu,\"errorName\":\"%s\","
			 "\"errorType\":\"%s\",\"failureInfo\":{\"stack\":[\"a\"]}}", i + 1, cases[i].name,
			 cases[i].type);
		snprintf(text, sizeof(text), "trino: %s: why not", cases[i].name);
		ask(FAKE(answers));
		expect(cases[i].kind, cases[i].transient, text);
		assert_string_equal(talk.e.text, text);
		assert_int_equal(talk.e.code, i + 1);
		assert_int_equal(talk.seen.deletes, 0);
		ask(FAKE(later));
		expect(cases[i].kind, false, text);
		assert_int_equal(rows, 1);
	}
}

static void a_failure_without_words_is_one(void **state)
{
	static const struct trino_answer failed[] = {
		{ .body = "{\"id\":\"q\",\"stats\":{\"state\":\"FAILED\"}}" },
	};
	static const struct trino_answer empty[] = { { .error = "{}" } };

	(void)state;
	ask(FAKE(failed));
	expect(ERR_REMOTE, false, "the server does not say why");
	ask(FAKE(empty));
	expect(ERR_REMOTE, false, "an error without words");
}

/* ---- bodies that are no answer ---- */

static void test_P14_bodies_that_are_no_answer(void **state)
{
#define PAGE(more) "{\"id\":\"q\",\"stats\":{\"state\":\"RUNNING\"}" more "}"
	static const struct { const char *body, *type, *why; enum err_kind kind; } cases[] = {
		{ "<html>login</html>", "text/html", "expected JSON, got text/html (login page?)", ERR_DECODE },
		{ "ok", "text/plain", "expected JSON, got text/plain", ERR_DECODE },
		{ "", NULL, "the answer is empty", ERR_DECODE },
		{ "{\"id\":\"q\",\"stats\":{}", NULL, "JSON is malformed", ERR_DECODE },
		{ "[]", NULL, "not that of a Trino server", ERR_DECODE },
		{ "{\"id\":\"q\"}", NULL, "not that of a Trino server", ERR_DECODE },
		{ PAGE(""), NULL, "ended without naming its columns", ERR_DECODE },
		{ PAGE("") "x", NULL, "JSON is malformed", ERR_DECODE },
		{ PAGE(",\"id\":\"r\""), NULL, "duplicate", ERR_DECODE },
		{ PAGE(",\"nextUri\":7"), NULL, "nextUri is no text", ERR_DECODE },
		{ PAGE(",\"nextUri\":\"http://a\\u0000b\""), NULL, "nextUri is no text", ERR_DECODE },
		{ PAGE(",\"error\":\"no\""), NULL, "error is no object", ERR_DECODE },
		{ PAGE(",\"columns\":{}"), NULL, "columns is no list", ERR_DECODE },
		{ PAGE(",\"columns\":[]"), NULL, "0 columns", ERR_DECODE },
		{ PAGE(",\"columns\":[{\"type\":\"x\"}]"), NULL, "column 1 has no name", ERR_DECODE },
		{ PAGE(",\"columns\":[3]"), NULL, "column 1 has no name", ERR_DECODE },
		{ PAGE(",\"data\":[[1]]"), NULL, "rows came before their columns", ERR_DECODE },
		{ PAGE(",\"data\":{\"encoding\":\"json\",\"segments\":[]}"), NULL, "data is no list", ERR_DECODE },
		{ PAGE(",\"columns\":[{\"name\":\"a\"}],\"data\":[[1],[2,3]]"), NULL,
		  "row 2 has 2 values for 1 columns", ERR_DECODE },
		{ PAGE(",\"columns\":[{\"name\":\"a\"}],\"data\":[{\"a\":1}]"), NULL,
		  "row 1 has 0 values for 1 columns", ERR_DECODE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct trino_answer answers[] = {
			{ 0 }, { .body = cases[i].body, .type = cases[i].type }, { 0 },
		};

		ask(FAKE(answers));
		expect(cases[i].kind, false, cases[i].why);
	}
}

static void test_P14_a_row_before_the_wrong_one_is_kept(void **state)
{
	static const struct trino_answer answers[] = {
		{ 0 }, { .rows = "[[1,\"x\"],[2]]" }, { 0 },
	};

	(void)state;
	ask(FAKE(answers));
	expect(ERR_DECODE, false, "row 2 has 1 values for 2 columns" TOLD);
	assert_int_equal(rows, 1);
}

static void test_P16_bytes_are_counted_over_all_pages(void **state)
{
	static const struct trino_answer many[] = { { 0 }, { .many = 500 }, { .many = 500 }, { 0 } };
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(many, .repeat = 20));
	t.query.max_bytes = 30000;
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_in_range(t.got.nrows, 500, 2000);
	assert_in_range(t.got.received, 20000, 30000);
	trino_talk_end(&t);
	assert_int_equal(t.seen.deletes, 1);
}

/* ---- who asks ---- */

static void test_P25_refused_credentials_are_tried_once(void **state)
{
	static const struct trino_answer later[] = {
		{ 0 }, { .rows = "[[1,\"x\"]]" },
		{ .status = 401, .type = "text/plain", .body = "expired: Bearer t0psecret, t0psecret" }, { 0 },
	};
	static const struct trino_answer plain[] = { { 0 }, { 0 } };
	static const struct trino_answer denied[] = { { .status = 403, .body = "Access Denied" } };
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(plain, .password = "right"));
	trino_talk_replace_secret(&t, "wrong");
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_AUTH);
	assert_int_equal(t.e.code, 401);
	trino_talk_end(&t);
	assert_int_equal(t.seen.refused, 1);
	ask(FAKE(denied));
	expect(ERR_AUTH, false, "HTTP 403: Access Denied");
	/* Credentials that expire between pages: the rows stay, nothing more is asked. */
	ask(FAKE(later, .token = "t0psecret"));
	expect(ERR_AUTH, false, "HTTP 401: expired: Bearer •••, •••");
	assert_int_equal(rows, 1);
	assert_int_equal(talk.seen.deletes, 0);
	assert_int_equal(talk.seen.gets, 2);
}

/* ---- stopping ---- */

static const struct trino_answer in_post[] = { { .fault = TRINO_HANG }, { 0 } };
static const struct trino_answer in_get[] = { { 0 }, { .fault = TRINO_HANG }, { 0 } };
static const struct trino_answer in_body[] = {
	{ 0 }, { .rows = "[[1,\"x\"]]" }, { .many = 1000, .fault = TRINO_STALL }, { 0 },
};
static const struct trino_answer in_wait[] = { { 0 }, { .rows = "[[1,\"x\"]]" },
	{ .status = 503, .retry_after = "10" }, { 0 } };

static const struct phase {
	const struct trino_answer *answers;
	size_t n;
	unsigned requests;      /* begun when it hangs */
	size_t rows;
	unsigned deletes;
} phases[] = {
	{ in_post, 2, 1, 0, 0 },        /* nothing to delete yet; what is never polled never runs */
	{ in_get, 3, 2, 0, 1 },
	{ in_body, 4, 3, 1, 1 },
	{ in_wait, 4, 3, 1, 1 },
};

static void a_cancel_is_seen_in_every_phase(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(phases) / sizeof(*phases); i++) {
		const struct trino_options o = { .answers = phases[i].answers, .nanswers = phases[i].n };
		struct trino_talk t;
		struct firing *firing;
		usec late;

		trino_talk_begin(&t, &o);
		firing = fire_later(&t.cancel, 300);
		assert_false(trino_talk_run(&t, "SELECT 1"));
		late = in_ms(0) - firing_end(firing);
		assert_int_equal(t.e.kind, ERR_CANCELLED);
		assert_int_equal(t.got.nrows, phases[i].rows);
		assert_true(late < 2 * USEC_SEC);
		trino_talk_end(&t);
		assert_int_equal(t.seen.posts + t.seen.gets, phases[i].requests);
		assert_int_equal(t.seen.deletes, phases[i].deletes);
	}
}

static void a_deadline_ends_every_phase(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct trino_options o = { .answers = phases[i].answers, .nanswers = phases[i].n };
		struct trino_talk t;

		trino_talk_begin(&t, &o);
		t.query.deadline = in_ms(400);
		assert_false(trino_talk_run(&t, "SELECT 1"));
		assert_int_equal(t.e.kind, ERR_TIMEOUT);
		assert_int_equal(t.got.nrows, phases[i].rows);
		trino_talk_end(&t);
		assert_int_equal(t.seen.deletes, phases[i].deletes);
	}
}

/* A wish to wait beyond the deadline is not waited for. */
static void a_wait_beyond_the_deadline_is_not_begun(void **state)
{
	struct trino_talk t;
	usec begun = in_ms(0);

	(void)state;
	trino_talk_begin(&t, &(struct trino_options){ .answers = in_wait, .nanswers = 4 });
	t.query.deadline = in_ms(5000);
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_QUOTA);
	assert_true(in_ms(0) - begun < 4 * USEC_SEC);
	trino_talk_end(&t);
	assert_int_equal(t.seen.deletes, 1);
}

static void a_cancel_between_rows_stops_there(void **state)
{
	static const struct trino_answer many[] = { { 0 }, { .many = 5000 }, { .many = 5000 }, { 0 } };
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(many));
	t.got.fire_at_row = &t.cancel;
	t.got.count_only = true;
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_CANCELLED);
	assert_int_equal(t.got.nrows, 1);
	trino_talk_end(&t);
	assert_int_equal(t.seen.deletes, 1);
	assert_int_equal(t.seen.gets, 1);
}

/* The connection object is as good as new afterwards. */
static void a_connection_heals(void **state)
{
	static const struct trino_answer once[] = {
		{ 0 }, { .rows = "[[1,\"x\"]]", .fault = TRINO_CUT, .times = 3 }, { 0 },
	};
	struct trino_talk t;

	(void)state;
	trino_talk_begin(&t, FAKE(once));
	assert_false(trino_talk_run(&t, "SELECT 1"));
	assert_int_equal(t.e.kind, ERR_NETWORK);
	if (!trino_talk_run(&t, "SELECT 1"))
		fail_msg("%s", t.e.text);
	assert_string_equal(buf_str(&t.got.rows), "1|x\n");
	trino_talk_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P24_a_lost_page_is_asked_for_again),
		cmocka_unit_test(test_P17_a_page_lost_for_good_keeps_the_rows),
		cmocka_unit_test(test_P24_a_lost_post_is_the_policys),
		cmocka_unit_test(test_P21_foreign_links_are_not_followed),
		cmocka_unit_test(test_P21_odd_links_to_the_same_host_are_not_followed),
		cmocka_unit_test(test_P20_a_redirect_is_not_followed),
		cmocka_unit_test(test_P22_no_progress_ends),
		cmocka_unit_test(test_P22_a_cycle_ends),
		cmocka_unit_test(test_P22_waiting_without_end_is_bounded),
		cmocka_unit_test(errors_in_an_answer_have_honest_classes),
		cmocka_unit_test(a_failure_without_words_is_one),
		cmocka_unit_test(test_P14_bodies_that_are_no_answer),
		cmocka_unit_test(test_P14_a_row_before_the_wrong_one_is_kept),
		cmocka_unit_test(test_P16_bytes_are_counted_over_all_pages),
		cmocka_unit_test(test_P25_refused_credentials_are_tried_once),
		cmocka_unit_test(a_cancel_is_seen_in_every_phase),
		cmocka_unit_test(a_deadline_ends_every_phase),
		cmocka_unit_test(a_wait_beyond_the_deadline_is_not_begun),
		cmocka_unit_test(a_cancel_between_rows_stops_there),
		cmocka_unit_test(a_connection_heals),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
