/* The client of language models against the mock that tests/peers/llm.sh starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"

#define KEY "env:SEXTANT_TEST_LLM_KEY"

static const char *url;

struct talk {
	struct source *source;
	void *conn;
	struct record got;
	struct cancel cancel;
	struct err e;
};

enum dialect { ANTHROPIC, ANTHROPIC_OLD, AZURE_V1, AZURE_DATED, AZURE_OLDEST, DIALECTS };

static void begin(struct talk *t, enum dialect d, const char *key)
{
	static const char *const versions[] = { "2026-10-21", "2023-06-01", "v1", "2024-10-21", "2024-02-01" };

	setenv("SEXTANT_TEST_LLM_KEY", key, 1);
	*t = (struct talk){ .conn = NULL };
	t->source = d <= ANTHROPIC_OLD ?
		source_make(&llm_ops, "llm", "url", url, "model", "claude-sonnet-4-5", "api_version", versions[d],
			    "anthropic_key", KEY, NULL) :
		source_make(&llm_ops, "llm", "provider", "azure_openai", "endpoint", url, "deployment", "gpt-4o",
			    "azure_api_version", versions[d], "azure_key", KEY, NULL);
	t->conn = llm_ops.open(t->source, &t->e);
	assert_non_null(t->conn);
	record_init(&t->got);
	assert_true(cancel_init(&t->cancel, &t->e));
}

static bool ask(struct talk *t, const char *words)
{
	const struct param p = { "words", words };
	const struct query q = { .name = "explain", .text = "system: be brief\nprompt: [\":words\"]", .params = &p,
				 .nparams = 1, .id = "q1", .deadline = in_ms(20000) };

	return llm_ops.run(t->conn, &q, &t->cancel, &t->got.sink, &t->e);
}

static void end(struct talk *t)
{
	llm_ops.close(t->conn);
	source_free(t->source);
	record_release(&t->got);
	cancel_release(&t->cancel);
}

#define GOOD "sk-peer-0123456789abcdefghij"

static void answers_are_lines(void **state)
{
	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		struct talk t;
		const char *rows;

		begin(&t, d, GOOD);
		if (!ask(&t, "two lines"))
			fail_msg("%s", t.e.text);
		rows = buf_str(&t.got.rows);
		assert_int_equal(t.got.nrows, 2);
		assert_int_equal(strncmp(rows, "The carrier stopped sending (C1) \xe2\x86\x92|", 37), 0);
		assert_non_null(strstr(rows, "\nsee O2 \xf0\x9f\x9a\xa2.|"));
		assert_non_null(strstr(rows, d <= ANTHROPIC_OLD ? "|end_turn|" : "|stop|"));
		end(&t);
	}
}

static void refused(enum dialect d, const char *key, const char *words, enum err_kind kind, long code,
		    bool transient)
{
	struct talk t;

	begin(&t, d, key);
	assert_false(ask(&t, words));
	if (t.e.kind != kind || t.e.code != code || t.e.transient != transient)
		fail_msg("%s: %s %ld %d: %s", words, err_word(t.e.kind), t.e.code, t.e.transient, t.e.text);
	assert_null(strstr(t.e.text, key));
	if (code == 429)
		assert_int_equal(t.e.retry_after_ms, 7000);
	end(&t);
}

static void refusals_are_told_apart(void **state)
{
	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		refused(d, GOOD, "overloaded", ERR_REMOTE, 529, true);
		refused(d, GOOD, "limited", ERR_QUOTA, 429, true);
		refused(d, "sk-wrong-0123456789abcdefgh", "two lines", ERR_AUTH, 401, false);
		refused(d, GOOD, "too long", ERR_LIMIT, 0, false);
	}
}

static void a_cut_stream_keeps_what_came(void **state)
{
	(void)state;
	for (enum dialect d = ANTHROPIC; d < DIALECTS; d++) {
		struct talk t;

		begin(&t, d, GOOD);
		assert_false(ask(&t, "cut off"));
		if (t.got.nrows != 2)
			fail_msg("%d: %s: %s", (int)d, t.e.text, buf_str(&t.got.rows));
		assert_int_equal(t.e.kind, ERR_NETWORK);
		assert_false(t.e.transient);
		assert_int_equal(strncmp(buf_str(&t.got.rows), "one line|", 9), 0);
		end(&t);
	}
}

/* It lists models where Azure's v1 API has them, and nowhere else. */
static void health_is_asked(void **state)
{
	struct talk t;
	struct health h;

	(void)state;
	begin(&t, AZURE_V1, GOOD);
	if (!llm_ops.check(t.conn, in_ms(10000), &t.cancel, &h, &t.e))
		fail_msg("%s", t.e.text);
	assert_int_equal(strncmp(h.server, "Azure OpenAI, ", 14), 0);
	end(&t);
	begin(&t, AZURE_V1, "sk-wrong-0123456789abcdefgh");
	assert_false(llm_ops.check(t.conn, in_ms(10000), &t.cancel, &h, &t.e));
	assert_int_equal(t.e.kind, ERR_AUTH);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_lines),
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(a_cut_stream_keeps_what_came),
		cmocka_unit_test(health_is_asked),
	};

	url = getenv("SEXTANT_TEST_LLM");
	if (!url) {
		fprintf(stderr, "run tests/peers/llm.sh\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
