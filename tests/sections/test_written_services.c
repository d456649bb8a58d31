/* Issues, documents, code and chats, asked from a record's error through the engine, of the
 * services' stand-ins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/client.h"
#include "sections/load/load.h"
#include "tests/support/service_fakes.h"
#include "tests/support/stores.h"

#define ERROR "HTTP 503 Service Unavailable: upstream connect error or \"disconnect\" before headers"
#define TOKEN "xoxp-canary-7f3a"

static const struct told {
	const char *source, *prefix, *data;
	void (*fake)(void *, const struct loopback_call *, struct api_reply *);
} told[] = {
	{ "jira", "", "[{\"key\":\"INT-1\",\"summary\":\"503 for load 726100801\",\"status\":\"Done\","
		      "  \"updated\":\"2026-01-23T10:00:00.000+0000\"},"
		      " {\"key\":\"INT-2\",\"summary\":\"unavailable: service http upstream connect error disconnect before\"},"
		      " {\"key\":\"INT-3\",\"summary\":\"another\"}]", jira_fake },
	{ "confluence", "/wiki", "[{\"id\":\"1\",\"title\":\"Runbook\",\"space\":\"EI\",\"type\":\"page\",\"text\":"
				 "\"HTTP 503 service unavailable: upstream connect error or disconnect before headers\"}]",
	  confluence_fake },
	{ "github", "", "[{\"repo\":\"fourkites/callbacks\",\"path\":\"a.rb\",\"text\":"
			"\"raise 'upstream connect error or' + x\"}]", github_fake },
	{ "slack", "", "[{\"channel\":\"ops\",\"ts\":\"1769155327.000100\",\"user\":\"ada\",\"text\":"
		       "\"who knows HTTP 503 Service Unavailable: upstream connect error or disconnect before headers\"}]",
	  slack_fake },
};

enum { SERVICES = sizeof told / sizeof told[0] };

static struct service_fake fakes[SERVICES];
static struct api_simulator *apis[SERVICES];

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < SERVICES; i++) {
		struct api_options o = { .service = told[i].fake, .service_ctx = &fakes[i] };

		fakes[i] = (struct service_fake){ .user = "bot@example.com", .token = TOKEN,
						  .data = json_loads(told[i].data, 0, NULL) };
		apis[i] = api_simulator_start(&o, &e);
		if (!fakes[i].data || !apis[i])
			return -1;
	}
	return clients_init(&e) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVICES; i++) {
		api_simulator_stop(apis[i]);
		json_decref(fakes[i].data);
	}
	clients_release();
	return 0;
}

static struct buf config(void)
{
	struct buf out = BUF_INIT;

	buf_puts(&out, "now: 2026-01-23T14:22:07Z\nsources:\n");
	for (size_t i = 0; i < workspace_load.nsources; i++) {
		const char *name = workspace_load.sources[i].name;
		size_t k = 0;

		while (k < SERVICES && strcmp(told[k].source, name) != 0)
			k++;
		if (k == SERVICES) {
			buf_printf(&out, "  %s: { enabled: false }\n", name);
			continue;
		}
		buf_printf(&out, "  %s: { url: 'http://127.0.0.1:%u%s', ", name, api_simulator_port(apis[k]), told[k].prefix);
		buf_printf(&out, k < 2 ? "user: bot@example.com, password" : "token");
		buf_puts(&out, ": { command: \"printf %s " TOKEN "\" } }\n");
	}
	return out;
}

/* The record's error, as the record view would hand it over. */
static void ask(struct opened *o, const struct section_def *def, const char *error)
{
	struct subject about = { .def = &def->asks[0] };
	size_t i = 0;
	struct err e = { 0 };

	while (workspace_load.sections[i] != def)
		i++;
	snprintf(about.values[0], sizeof about.values[0], "%s", error);
	if (!engine_ask(o->engine, o->inv, i, error[0] ? &about : NULL, &e))
		fail_msg("%s", e.text);
}

static void check_row(struct opened *o, const char *section, size_t rows, size_t column, const char *first)
{
	struct section *s = opened_section(o, section);

	if (s->rows.rows != rows)
		fail_msg("%s: %zu rows, %s", section, s->rows.rows, s->reason);
	if (rows > 0 && !cell_is(rowset_cell(&s->rows, 0, column), first))
		fail_msg("%s: %.*s", section, (int)rowset_cell(&s->rows, 0, column).len, rowset_cell(&s->rows, 0, column).data);
}

static void test_an_error_is_looked_up_everywhere(void **state)
{
	struct buf text = config();
	struct opened o;

	(void)state;
	opened_start(&o, buf_str(&text), "726100801");
	ask(&o, &section_issues, ERROR);
	ask(&o, &section_documents, ERROR);
	ask(&o, &section_code, ERROR);
	ask(&o, &section_chats, ERROR);
	opened_run(&o, NULL, NULL);
	check_row(&o, "issues", 2, 0, "INT-1");
	check_row(&o, "documents", 1, 0, "Runbook");
	check_row(&o, "code", 1, 0, "a.rb");
	check_row(&o, "chats", 1, 1, "ops");
	opened_end(&o);
	buf_release(&text);
}

static void test_without_an_error_the_load_is_looked_up(void **state)
{
	struct buf text = config();
	struct opened o;

	(void)state;
	opened_start(&o, buf_str(&text), "726100801");
	ask(&o, &section_issues, "");
	ask(&o, &section_documents, "");
	opened_run(&o, NULL, NULL);
	check_row(&o, "issues", 1, 0, "INT-1");
	assert_int_equal(opened_section(&o, "documents")->state, SECTION_SKIPPED);
	assert_int_equal(api_simulator_count(apis[1], ""), 1);
	opened_end(&o);
	buf_release(&text);
}

/* A limit is told as one, and kept: only the user asks again before it ends. */
static void test_a_limit_is_no_refusal(void **state)
{
	struct buf text = config();
	struct opened o;
	size_t requests;

	(void)state;
	fakes[2].left = 1;
	fakes[2].unsaid = true;
	opened_start(&o, buf_str(&text), "726100801");
	ask(&o, &section_code, ERROR);
	opened_run(&o, NULL, NULL);
	assert_int_equal(opened_section(&o, "code")->rows.rows, 0);
	assert_non_null(strstr(opened_section(&o, "code")->reason, "secondary rate limit"));
	fakes[2].left = 0;
	requests = api_simulator_count(apis[2], "");
	ask(&o, &section_code, "Upstream connect error or 17");
	opened_run(&o, NULL, NULL);
	assert_non_null(strstr(opened_section(&o, "code")->reason, "paused as it asked, next try in 1m00s"));
	assert_int_equal(api_simulator_count(apis[2], ""), requests);
	engine_refetch(o.engine, o.inv, (size_t)(opened_section(&o, "code") - o.inv->sections));
	opened_run(&o, NULL, NULL);
	check_row(&o, "code", 1, 0, "a.rb");
	opened_end(&o);
	buf_release(&text);
}

/* With the questions that are built in; what an Atlassian refusal may mean is said. */
static void test_health_is_an_answer_to_us(void **state)
{
	struct buf text = config();
	struct opened o;

	(void)state;
	for (int good = 1; good >= 0; good--) {
		for (size_t k = 0; k < SERVICES; k++)
			fakes[k].token = good ? TOKEN : "another";
		opened_start(&o, buf_str(&text), "726100801");
		opened_check(&o);
		for (size_t i = 0; i < engine_sources(o.engine); i++) {
			const struct source_status *s = engine_source(o.engine, i);
			bool atlassian = strcmp(s->source->name, "jira") == 0 || strcmp(s->source->name, "confluence") == 0;

			if (s->source->configured &&
			    (s->healthy != good || (!good && s->check_err.kind != ERR_AUTH)))
				fail_msg("%s: %s", s->source->name, s->check_err.text);
			if (!good && atlassian)
				assert_non_null(strstr(s->check_err.text, "those work at https://api.atlassian.com/ex/"));
		}
		opened_end(&o);
	}
	for (size_t k = 0; k < SERVICES; k++)
		fakes[k].token = TOKEN;
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_error_is_looked_up_everywhere),
		cmocka_unit_test(test_without_an_error_the_load_is_looked_up),
		cmocka_unit_test(test_a_limit_is_no_refusal),
		cmocka_unit_test(test_health_is_an_answer_to_us),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
