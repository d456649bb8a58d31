/* The client of language models against a stand-in that refuses what the real ones do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"
#include "tests/support/fault_server.h"
#include "tests/support/llm_fake.h"

#define KEY "env:LLM_TEST_KEY"
#define PROMPT "system: You read rows.\nprompt: [\"Rows:\\n\", \":evidence\", \"\\nWhy?\"]\nmax_tokens: 300\n"

static const struct param params[] = { { "evidence", "C1 \xe2\x9c\x93 \"sent\"\nO2 {\\n}" }, { "none", NULL } };

/* Settings besides the address and the key. */
enum dialect { ANTHROPIC, ANTHROPIC_OLD, AZURE_V1, AZURE_DATED, AZURE_OLDEST, DIALECTS };

struct talk {
	struct llm_fake *fake;
	struct source *source;
	void *conn;
	struct record got;
	struct query query;
	struct cancel cancel;
	struct err e;
	struct llm_seen seen;
};

static struct source *make_source(enum dialect d, const char *url, const char *key)
{
	static const char *const versions[] = { "2026-10-21", "2023-06-01", "v1", "2024-10-21", "2024-02-01" };

	setenv("LLM_TEST_KEY", key, 1);
	if (d <= ANTHROPIC_OLD)
		return source_make(&llm_ops, "llm", "url", url, "model", LLM_FAKE_MODEL, "api_version",
				   versions[d], "anthropic_key", KEY, NULL);
	return source_make(&llm_ops, "llm", "provider", "azure_openai", "endpoint", url, "deployment",
			   LLM_FAKE_DEPLOYMENT, "azure_api_version", versions[d], "azure_key", KEY,
			   "temperature", "0.2", NULL);
}

static void begin_with(struct talk *t, enum dialect d, const struct llm_script *script, const char *key)
{
	char url[64];

	*t = (struct talk){ .query = { .name = "explain", .text = PROMPT, .params = params, .nparams = 2,
				       .id = "q1" } };
	t->fake = llm_fake_start(script, &t->e);
	assert_non_null(t->fake);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", llm_fake_port(t->fake));
	t->source = make_source(d, url, key);
	t->conn = llm_ops.open(t->source, &t->e);
	assert_non_null(t->conn);
	record_init(&t->got);
	assert_true(cancel_init(&t->cancel, &t->e));
}

static void begin(struct talk *t, enum dialect d, const struct llm_script *script)
{
	begin_with(t, d, script, LLM_FAKE_KEY);
}

static bool ask(struct talk *t)
{
	t->query.deadline = in_ms(20000);
	return llm_ops.run(t->conn, &t->query, &t->cancel, &t->got.sink, &t->e);
}

static void ask_well(struct talk *t)
{
	if (!ask(t))
		fail_msg("%s", t->e.text);
}

static void end(struct talk *t)
{
	t->seen = llm_fake_seen(t->fake);
	llm_ops.close(t->conn);
	source_free(t->source);
	record_release(&t->got);
	cancel_release(&t->cancel);
	llm_fake_stop(t->fake);
}

static bool said(const struct talk *t, const char *words)
{
	return strstr(t->e.text, words) != NULL;
}

/* Whole characters in each delta; the stand-in's pieces part them anyway. */
static const struct llm_script two_lines = {
	.text = "The carrier |stopped\nsending (C1) \xe2\x86\x92| see O2.\n\n|- \xf0\x9f\x9a\xa2 done\n\n",
};

#define MODEL_OF(d) ((d) <= ANTHROPIC_OLD ? LLM_FAKE_MODEL : "gpt-4o-2024-11-20")

/* ---- answers -------------------------------------------------------------------------- */

static void every_dialect_answers_in_lines(void **state)
{
	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		struct talk t;
		char want[400];
		const char *m = MODEL_OF(d);

		begin(&t, d, &two_lines);
		ask_well(&t);
		snprintf(want, sizeof(want),
			 "The carrier stopped|%s|<null>|<null>|<null>\n"
			 "sending (C1) \xe2\x86\x92 see O2.|%s|<null>|<null>|<null>\n"
			 "|%s|<null>|<null>|<null>\n- \xf0\x9f\x9a\xa2 done|%s|%s|%s|%s\n", m, m, m, m,
			 d <= ANTHROPIC_OLD ? "end_turn" : "stop", d == AZURE_OLDEST ? "<null>" : "912",
			 d == AZURE_OLDEST ? "<null>" : "57");
		assert_string_equal(buf_str(&t.got.rows), want);
		assert_string_equal(buf_str(&t.got.columns), "text|model|stop|tokens_read|tokens_written");
		assert_null(strstr(buf_str(&t.got.rows), "NOT SHOWN"));
		end(&t);
		assert_int_equal(t.seen.questions, 1);
		assert_int_equal(t.seen.refused, 0);
	}
}

static void what_is_sent_is_shown_without_the_key(void **state)
{
	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		struct talk t;
		const char *sent;

		begin(&t, d, &two_lines);
		ask_well(&t);
		sent = buf_str(&t.got.sent);
		assert_non_null(strstr(sent, "POST http://127.0.0.1:"));
		assert_null(strstr(sent, LLM_FAKE_KEY));
		assert_non_null(strstr(sent, d <= ANTHROPIC_OLD ? "(X-API-Key: \xe2\x80\xa2" : "(api-key: \xe2\x80\xa2"));
		assert_non_null(strstr(sent, "C1 \xe2\x9c\x93 \\\"sent\\\"\\nO2 {\\\\n}"));
		t.seen = llm_fake_seen(t.fake);
		assert_non_null(strstr(sent, t.seen.body));
		assert_null(strstr(t.seen.body, "tool"));
		assert_non_null(strstr(t.seen.body, d == AZURE_OLDEST || d <= ANTHROPIC_OLD ?
							    "\"max_tokens\":300" : "\"max_completion_tokens\":300"));
		end(&t);
	}
}

static void a_token_goes_as_bearer(void **state)
{
	struct talk t;
	char url[64];

	(void)state;
	begin(&t, ANTHROPIC, &two_lines);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", llm_fake_port(t.fake));
	llm_ops.close(t.conn);
	source_free(t.source);
	t.source = source_make(&llm_ops, "llm", "url", url, "model", LLM_FAKE_MODEL, "anthropic_key", KEY, "auth",
			       "bearer", NULL);
	t.conn = llm_ops.open(t.source, &t.e);
	ask_well(&t);
	assert_non_null(strstr(buf_str(&t.got.sent), "(bearer \xe2\x80\xa2"));
	end(&t);
}

static void a_long_line_is_cut_between_characters(void **state)
{
	enum { LINE = 40000 };
	struct talk t;
	struct llm_script script = { 0 };
	char *text = malloc(LINE + 2);

	(void)state;
	text[0] = 'x';
	for (int i = 1; i < LINE; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[LINE + 1] = '\0';
	script.text = text;
	begin(&t, ANTHROPIC, &script);
	ask_well(&t);
	assert_int_equal(t.got.nrows, 3);
	/* 16 KiB would fall into a character */
	assert_int_equal(strcspn(buf_str(&t.got.rows), "|"), 16383);
	end(&t);
	free(text);
}

/* ---- ends that are none ----------------------------------------------------------------- */

static void why_it_stopped_is_said(void **state)
{
	static const struct {
		enum dialect dialect;
		const char *stop, *words;
		enum err_kind kind;
	} cases[] = {
		{ ANTHROPIC, "max_tokens", "llm: the answer was cut at max_tokens", ERR_LIMIT },
		{ ANTHROPIC, "refusal", "refused", ERR_DENIED },
		{ ANTHROPIC, "model_context_window_exceeded", "context is full", ERR_LIMIT },
		{ ANTHROPIC_OLD, "tool_use", "(tool_use)", ERR_REMOTE },
		{ AZURE_V1, "length", "cut at max_tokens", ERR_LIMIT },
		{ AZURE_DATED, "content_filter", "content filter", ERR_DENIED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct llm_script script = { .text = "one\ntwo", .stop = cases[i].stop };
		struct talk t;

		begin(&t, cases[i].dialect, &script);
		assert_false(ask(&t));
		assert_int_equal(t.e.kind, cases[i].kind);
		assert_true(said(&t, cases[i].words));
		assert_false(t.e.transient);
		assert_int_equal(t.got.nrows, 2);
		end(&t);
	}
}

static void test_P17_what_breaks_off_keeps_what_came(void **state)
{
	static const enum llm_fault faults[] = { LLM_CUT, LLM_ENDS };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
			const struct llm_script script = { .text = "one\ntw", .fault = faults[i] };
			struct talk t;

			begin(&t, d, &script);
			assert_false(ask(&t));
			assert_int_equal(t.e.kind, ERR_NETWORK);
			assert_false(t.e.transient);
			assert_int_equal(t.got.nrows, 2);
			assert_non_null(strstr(buf_str(&t.got.rows), "\ntw|"));
			end(&t);
		}
	}
}

/* Who said that this was all is not waited for. */
static void an_end_is_an_end(void **state)
{
	const struct llm_script script = { .text = "one\ntwo", .fault = LLM_LINGERS };

	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		struct talk t;

		begin(&t, d, &script);
		ask_well(&t);
		assert_int_equal(t.got.nrows, 2);
		assert_non_null(strstr(buf_str(&t.got.rows), d <= ANTHROPIC_OLD ? "|end_turn|" : "|stop|"));
		ask_well(&t);
		end(&t);
	}
}

static void before_the_first_word_it_may_be_tried_again(void **state)
{
	const struct llm_script script = { .text = "", .fault = LLM_ENDS };
	struct talk t;

	(void)state;
	begin(&t, ANTHROPIC, &script);
	assert_false(ask(&t));
	assert_int_equal(t.e.kind, ERR_NETWORK);
	assert_true(t.e.transient);
	assert_int_equal(t.got.nrows, 0);
	end(&t);
}

#define OVERLOADED "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"

static void test_P18_an_error_within_a_stream_is_one(void **state)
{
	static const struct {
		const char *error, *text;
		enum err_kind kind;
		long code;
		bool transient;
	} cases[] = {
		{ OVERLOADED, "", ERR_REMOTE, 529, true },
		{ OVERLOADED, "some", ERR_REMOTE, 529, false },
		{ "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"}}", "", ERR_QUOTA, 429, true },
		{ "{\"error\":{\"type\":\"authentication_error\",\"message\":\"" LLM_FAKE_KEY "\"}}", "", ERR_AUTH, 401,
		  false },
		{ "{\"error\":{\"code\":\"content_filter\",\"message\":\"no\"}}", "", ERR_DENIED, 400, false },
		{ "{\"error\":{\"type\":\"of_the_future\"}}", "", ERR_REMOTE, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct llm_script script = { .text = cases[i].text, .fault = LLM_ERROR, .error = cases[i].error };
		struct talk t;

		begin(&t, i % 2 ? AZURE_V1 : ANTHROPIC, &script);
		assert_false(ask(&t));
		assert_int_equal(t.e.kind, cases[i].kind);
		assert_int_equal(t.e.code, cases[i].code);
		assert_int_equal(t.e.transient, cases[i].transient);
		assert_false(said(&t, LLM_FAKE_KEY));
		assert_int_equal(t.got.nrows, *cases[i].text ? 1 : 0);
		end(&t);
	}
}

static void test_P24_refusals_are_told_apart(void **state)
{
	static const struct {
		struct llm_script script;
		enum err_kind kind;
		bool transient;
		int wait_ms;
		const char *words;
	} cases[] = {
		{ { .status = 529, .error = OVERLOADED }, ERR_REMOTE, true, 0,
		  "llm: HTTP 529: overloaded_error: Overloaded (request req_fake_1)" },
		{ { .status = 529, .error = OVERLOADED, .headers = "x-should-retry: false" }, ERR_REMOTE, false, 0, "529" },
		{ { .status = 429, .error = "{}", .headers = "Retry-After: 7" }, ERR_QUOTA, true, 7000, "429" },
		{ { .status = 429, .error = "{}", .headers = "retry-after-ms: 350" }, ERR_QUOTA, true, 350, "429" },
		{ { .status = 400, .error = "{\"error\":{\"code\":\"content_filter\",\"message\":\"no\"}}" }, ERR_DENIED,
		  false, 0, "content_filter: no" },
		{ { .status = 403, .error = "{\"error\":{\"type\":\"permission_error\",\"message\":\"no\"}}" }, ERR_AUTH,
		  false, 0, "permission_error: no" },
		{ { .status = 500, .error = "not JSON", .headers = "x-should-retry: true" }, ERR_REMOTE, true, 0, "500" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk t;

		begin(&t, i % 2 ? ANTHROPIC : AZURE_DATED, &cases[i].script);
		assert_false(ask(&t));
		assert_int_equal(t.e.kind, cases[i].kind);
		assert_int_equal(t.e.transient, cases[i].transient);
		assert_int_equal(t.e.retry_after_ms, cases[i].wait_ms);
		if (!said(&t, cases[i].words))
			fail_msg("%s", t.e.text);
		end(&t);
	}
}

static void test_P25_a_wrong_key_is_read_anew_next_time(void **state)
{
	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		struct talk t;

		begin_with(&t, d, &two_lines, "sk-wrong-0123456789abcdef");
		assert_false(ask(&t));
		assert_int_equal(t.e.kind, ERR_AUTH);
		assert_false(t.e.transient);
		assert_false(said(&t, "sk-wrong"));
		setenv("LLM_TEST_KEY", LLM_FAKE_KEY, 1);
		ask_well(&t);
		end(&t);
	}
}

static void a_person_may_stop_it(void **state)
{
	const struct llm_script script = { .text = "one\ntwo\nthr|ee", .fault = LLM_HANG };
	struct talk t;

	(void)state;
	begin(&t, ANTHROPIC, &script);
	t.got.fire_at_row = &t.cancel;
	assert_false(ask(&t));
	assert_int_equal(t.e.kind, ERR_CANCELLED);
	assert_true(t.got.nrows >= 1);
	end(&t);
}

static void a_late_answer_ends(void **state)
{
	const struct llm_script script = { .text = "one\ntwo", .fault = LLM_HANG };
	struct talk t;

	(void)state;
	begin(&t, AZURE_V1, &script);
	t.query.deadline = in_ms(700);
	assert_false(llm_ops.run(t.conn, &t.query, &t.cancel, &t.got.sink, &t.e));
	assert_int_equal(t.e.kind, ERR_TIMEOUT);
	assert_false(t.e.transient);
	assert_int_equal(t.got.nrows, 2);
	end(&t);
}

/* ---- prompts ------------------------------------------------------------------------------ */

static void a_wrong_prompt_asks_nobody(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "prompt: [\":missing\"]", "no value of :missing is bound" },
		{ "prompt: [\":none\"]", "no value of :none is bound" },
		{ "prompt: words", "\"prompt\" must be a list" },
		{ "prompt: [a]\ntools: []", "unknown key \"tools\"" },
		{ "prompt: [a]\nmax_tokens: 0", "explain:2:13: expected a whole number" },
		{ "- a", "expected a prompt" },
		{ "prompt: [[a]]", "expected words" },
		{ "prompt: [a]\nsystem: [b]", "expected words" },
	};
	struct talk t;

	(void)state;
	begin(&t, ANTHROPIC, &two_lines);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t.query.text = cases[i].text;
		assert_false(ask(&t));
		assert_int_equal(t.e.kind, ERR_CONFIG);
		if (!said(&t, cases[i].words))
			fail_msg("%s: %s", cases[i].text, t.e.text);
	}
	end(&t);
	assert_int_equal(t.seen.questions, 0);
}

/* ---- settings ------------------------------------------------------------------------------ */

static void refused(const char *words, const char *key, const char *value, const char *key2, const char *value2)
{
	struct setting settings[] = {
		{ (char *)(uintptr_t)"model", (char *)(uintptr_t)"m", NULL },
		{ (char *)(uintptr_t)"anthropic_key", (char *)(uintptr_t)KEY, NULL },
		{ (char *)(uintptr_t)key, (char *)(uintptr_t)value, NULL },
		{ (char *)(uintptr_t)key2, (char *)(uintptr_t)value2, NULL },
	};
	struct source s = { .name = "llm", .client = &llm_ops, .settings = settings, .nsettings = 4 };
	struct err e = { 0 };

	assert_false(llm_ops.prepare(&s, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, words))
		fail_msg("%s=%s: %s", key, value, e.text);
}

static void settings_are_checked(void **state)
{
	(void)state;
	refused("none of anthropic, azure_openai", "provider", "x", "", "");
	refused("none of 2026-10-21, 2023-06-01", "api_version", "2024-01-01", "", "");
	refused("not taken by api_version 2026-10-21", "temperature", "0", "", "");
	refused("from 0 to 2", "api_version", "2023-06-01", "temperature", "2.5");
	refused("from 0 to 2", "api_version", "2023-06-01", "temperature", "1e");
	refused("from 1 to", "max_tokens", "0", "", "");
	refused("from 1 to", "max_tokens", "many", "", "");
	refused("none of header, bearer", "auth", "basic", "", "");
	refused("not sent over plain http", "url", "http://api.example.net", "", "");
	refused("no endpoint: set sources.llm.endpoint", "provider", "azure_openai", "", "");
	refused("no deployment: set", "provider", "azure_openai", "endpoint", "https://r.openai.azure.com");
	refused("neither v1 nor a date", "provider", "azure_openai", "azure_api_version", "v1&x=1");
}

/* ---- health ---------------------------------------------------------------------------------- */

static void health_costs_no_tokens(void **state)
{
	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		struct health h;
		struct talk t;

		begin(&t, d, &two_lines);
		if (!llm_ops.check(t.conn, in_ms(5000), &t.cancel, &h, &t.e))
			fail_msg("%s", t.e.text);
		assert_string_equal(h.server, d <= ANTHROPIC_OLD ? "Anthropic, Claude Sonnet 4.5" :
								    "Azure OpenAI, 2 models");
		end(&t);
		assert_int_equal(t.seen.lists, 1);
		assert_int_equal(t.seen.questions, 0);
	}
}

static void health_is_no_answer_of_others(void **state)
{
	static const struct fault_step json[] = {
		{ .send = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
			  "{\"code\":200}" }, { .then = json },
	};
	static const char *const providers[] = { "anthropic", "azure_openai" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fault_server server;
		struct health h;
		struct err e = { 0 };
		struct source *s;
		char url[64];
		void *conn;

		fault_start(&server, json);
		snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
		s = source_make(&llm_ops, "llm", "provider", providers[i], "url", url, "endpoint", url, "model", "m",
				"deployment", "d", "anthropic_key", "env:LLM_TEST_KEY", "azure_key", "env:LLM_TEST_KEY", NULL);
		conn = llm_ops.open(s, &e);
		assert_non_null(conn);
		assert_false(llm_ops.check(conn, in_ms(5000), NULL, &h, &e));
		assert_int_equal(e.kind, ERR_DECODE);
		llm_ops.close(conn);
		source_free(s);
		fault_stop(&server);
	}
}

static void health_tells_a_wrong_key(void **state)
{
	struct health h;
	struct talk t;

	(void)state;
	begin_with(&t, ANTHROPIC, &two_lines, "sk-wrong-0123456789abcdef");
	assert_false(llm_ops.check(t.conn, in_ms(5000), &t.cancel, &h, &t.e));
	assert_int_equal(t.e.kind, ERR_AUTH);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_dialect_answers_in_lines),
		cmocka_unit_test(what_is_sent_is_shown_without_the_key),
		cmocka_unit_test(a_token_goes_as_bearer),
		cmocka_unit_test(a_long_line_is_cut_between_characters),
		cmocka_unit_test(why_it_stopped_is_said),
		cmocka_unit_test(test_P17_what_breaks_off_keeps_what_came),
		cmocka_unit_test(an_end_is_an_end),
		cmocka_unit_test(before_the_first_word_it_may_be_tried_again),
		cmocka_unit_test(test_P18_an_error_within_a_stream_is_one),
		cmocka_unit_test(test_P24_refusals_are_told_apart),
		cmocka_unit_test(test_P25_a_wrong_key_is_read_anew_next_time),
		cmocka_unit_test(a_person_may_stop_it),
		cmocka_unit_test(a_late_answer_ends),
		cmocka_unit_test(a_wrong_prompt_asks_nobody),
		cmocka_unit_test(settings_are_checked),
		cmocka_unit_test(health_costs_no_tokens),
		cmocka_unit_test(health_tells_a_wrong_key),
		cmocka_unit_test(health_is_no_answer_of_others),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
