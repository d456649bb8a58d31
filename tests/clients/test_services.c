/* The mappings of Jira, Confluence, GitHub and Slack against their stand-ins: what is
 * found, page by page, what hostile values find, and what each refusal becomes. */
#include "clients/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sections/config_parts.h"
#include "tests/support/api_simulator.h"
#include "tests/support/client_fixture.h"
#include "tests/support/service_fakes.h"

static const char issues[] =
	"[{\"key\":\"ENG-1\",\"summary\":\"Load 726100801 is stuck\",\"status\":\"In Progress\","
	"  \"assignee\":\"Ada\",\"updated\":\"2026-01-20T10:00:00.000+0000\"},"
	" {\"key\":\"ENG-2\",\"summary\":\"Callbacks fail\",\"status\":\"Done\","
	"  \"description\":\"Receiver answered HTTP 503 for load 999\"},"
	" {\"key\":\"ENG-3\",\"summary\":\"503 from the receiver, HTTP answered late\"},"
	" {\"key\":\"ENG-4\",\"summary\":\"Receiver answered with 200\"},"
	" {\"key\":\"SEC-1\",\"summary\":\"secret\",\"project\":\"SEC\"}]";

static const char documents[] =
	"[{\"id\":\"11\",\"title\":\"Callback outages\",\"text\":\"when the receiver answered HTTP 503\","
	"  \"space\":\"EI\",\"type\":\"page\",\"modified\":\"2025-11-02T08:00:00.000Z\"},"
	" {\"id\":\"12\",\"title\":\"Receiver answered HTTP 503\",\"space\":\"PD\",\"type\":\"page\"},"
	" {\"id\":\"13\",\"title\":\"Receiver answered HTTP 503\",\"space\":\"HR\",\"type\":\"page\"},"
	" {\"id\":\"14\",\"title\":\"Receiver answered HTTP 503\",\"space\":\"TI\",\"type\":\"attachment\"},"
	" {\"id\":\"15\",\"title\":\"503, a receiver's HTTP, answered\",\"space\":\"TI\",\"type\":\"page\"}]";

static const char code[] =
	"[{\"repo\":\"fourkites/callbacks\",\"path\":\"app/sender.rb\",\"text\":\"raise 'no answer from receiver'\"},"
	" {\"repo\":\"fourkites/tracking\",\"path\":\"lib/a.rb\",\"text\":\"x = 'No answer from receiver' if y\"},"
	" {\"repo\":\"elsewhere/tracking\",\"path\":\"lib/b.rb\",\"text\":\"no answer from receiver\"}]";

static const char chats[] =
	"[{\"channel\":\"support-ocean\",\"ts\":\"1769178031.000100\",\"user\":\"ada\","
	"  \"text\":\"seeing Receiver answered HTTP 503 again\"},"
	" {\"channel\":\"general\",\"ts\":\"1769178000.000100\",\"user\":\"bob\",\"text\":\"load 726100801?\"}]";

/* ---- what a test has at hand ------------------------------------------------------------ */

struct service {
	void (*fake)(void *, const struct loopback_call *, struct api_reply *);
	const char *data, *query, *prefix;  /* the source's url behind the origin */
	bool basic;
};

static const struct service jira = { jira_fake, issues, "issues_by_error", "", true };
static const struct service confluence = { confluence_fake, documents, "documents_by_error", "/wiki", true };
static const struct service github = { github_fake, code, "code_by_error", "", false };
static const struct service slack = { slack_fake, chats, "chats_by_error", "", false };

struct talk {
	const struct service *service;
	struct service_fake fake;
	struct api_simulator *api;
	struct source *source;
	void *conn;
	char *text;                     /* instead of the query */
	const char *error;              /* the error that is searched for */
	struct record got;
	struct err e;
};

static void begin_with(struct talk *t, const struct service *s, struct service_fake fake, const char *token)
{
	char url[128];
	struct api_options o = { .service = s->fake, .service_ctx = &t->fake };

	*t = (struct talk){ .service = s, .fake = fake, .error = "Receiver answered HTTP 503" };
	t->fake.data = json_loads(s->data, 0, NULL);
	assert_non_null(t->fake.data);
	t->fake.user = "bot@example.com";
	t->api = api_simulator_start(&o, &t->e);
	assert_non_null(t->api);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", api_simulator_port(t->api), s->prefix);
	setenv("TEST_TOKEN", token, 1);
	t->source = s->basic ? source_make(&rest_ops, "source", "url", url, "auth", "basic", "user",
					   "bot@example.com", "password", "env:TEST_TOKEN", NULL) :
			       source_make(&rest_ops, "source", "url", url, "auth", "bearer", "token",
					   "env:TEST_TOKEN", NULL);
	t->conn = rest_ops.open(t->source, &t->e);
	assert_non_null(t->conn);
	record_init(&t->got);
}

static void begin(struct talk *t, const struct service *s)
{
	begin_with(t, s, (struct service_fake){ .token = "xoxp-canary-7f3a" }, "xoxp-canary-7f3a");
}

static bool ask(struct talk *t)
{
	const struct param params[] = {
		{ "identifier", "726100801" }, { "issue_error", t->error }, { "document_error", t->error },
		{ "code_error", t->error }, { "chat_error", t->error },
	};
	char path[128];
	const struct embedded *f;
	struct query q = { .name = t->service->query, .params = params,
			   .nparams = sizeof(params) / sizeof(*params), .deadline = in_ms(20000) };
	char *text;
	bool ok;

	snprintf(path, sizeof(path), "sections/queries/rest/%s.yaml", t->service->query);
	f = embedded_find(path);
	assert_non_null(f);
	text = t->text ? strdup(t->text) : strndup(f->data, f->len);
	q.text = text;
	record_release(&t->got);
	record_init(&t->got);
	t->e = (struct err){ 0 };
	ok = rest_ops.run(t->conn, &q, NULL, &t->got.sink, &t->e);
	free(text);
	return ok;
}

static void end(struct talk *t)
{
	rest_ops.close(t->conn);
	source_free(t->source);
	api_simulator_stop(t->api);
	json_decref(t->fake.data);
	record_release(&t->got);
}

static void check_rows(struct talk *t, const char *error, const char *want)
{
	t->error = error;
	if (!ask(t))
		fail_msg("%s", t->e.text);
	assert_string_equal(buf_str(&t->got.rows), want);
}

static void check_refused(struct talk *t, enum err_kind kind, bool transient, const char *says)
{
	assert_false(ask(t));
	if (t->e.kind != kind || !strstr(t->e.text, says))
		fail_msg("%s: %s", err_word(t->e.kind), t->e.text);
	assert_int_equal(t->e.transient, transient);
	assert_null(strstr(t->e.text, "canary"));
}

/* The built-in query with another text in one place. */
static void change(struct talk *t, const char *from, const char *to)
{
	char path[128];
	const struct embedded *f;
	struct buf out = BUF_INIT;
	const char *hit;

	snprintf(path, sizeof(path), "sections/queries/rest/%s.yaml", t->service->query);
	f = embedded_find(path);
	hit = memmem(f->data, f->len, from, strlen(from));
	assert_non_null(hit);
	buf_put(&out, f->data, (size_t)(hit - f->data));
	buf_puts(&out, to);
	buf_put(&out, hit + strlen(from), f->len - (size_t)(hit - f->data) - strlen(from));
	free(t->text);
	t->text = buf_detach(&out);
}

/* ---- Jira ------------------------------------------------------------------------------- */

static const char jira_found[] =
	"ENG-1|Load 726100801 is stuck|In Progress|indeterminate|<null>|Ada|<null>|<null>|2026-01-20T10:00:00.000+0000\n"
	"ENG-2|Callbacks fail|Done|done|<null>|<null>|<null>|<null>|<null>\n"
	"ENG-3|503 from the receiver, HTTP answered late|<null>|indeterminate|<null>|<null>|<null>|<null>|<null>\n";

static void test_jira_finds_by_load_words_and_keywords(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &jira);
	check_rows(&t, "Receiver answered HTTP 503", jira_found);
	assert_non_null(strstr(buf_str(&t.got.sent), "/rest/api/3/search/jql (basic as bot@example.com)\n{\"jql\":\"text ~ "
						     "\\\"\\\\\\\"726100801\\\\\\\"\\\" OR "));
	assert_null(strstr(buf_str(&t.got.sent), "canary"));
	end(&t);
}

static void test_jira_pages_by_a_token_in_the_body(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &jira);
	t.fake.page = 1;
	change(&t, "max: 2", "max: 3");
	check_rows(&t, "Receiver answered HTTP 503", jira_found);
	assert_int_equal(api_simulator_count(t.api, ""), 3);
	change(&t, "max: 2", "max: 2");
	check_refused(&t, ERR_LIMIT, false, "stopped after 2 pages: 2 rows kept");
	free(t.text);
	end(&t);
}

/* Whatever an error's text holds, it finds what it says and nothing else. */
static void test_P37_no_value_escapes_its_literal(void **state)
{
	static const char *const values[] = {
		"x\" OR project = \"SEC", "x\\\" OR project = SEC OR text ~ \\\"y", "x\\", "nothing' OR key = 'SEC-1",
		"x) OR (project = SEC", "\xe2\x80\x9d OR project = SEC", "x\n ORDER BY key", "project:SEC OR summary:secret x",
	};
	struct talk t;

	(void)state;
	begin(&t, &jira);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		t.error = values[i];
		if (!ask(&t) && !strstr(t.e.text, "leaves no words"))
			fail_msg("%s: %s", values[i], t.e.text);
		assert_null(strstr(buf_str(&t.got.rows), "SEC-1"));
	}
	end(&t);
}

static void test_jira_refuses_what_it_gave_up(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &jira);
	change(&t, "/rest/api/3/search/jql\nbody", "/rest/api/3/search\nbody");
	check_refused(&t, ERR_REMOTE, false, "HTTP 410: this query asks the search that Jira has removed");
	change(&t, "\"maxResults\"", "\"startAt\": 0, \"maxResults\"");
	check_refused(&t, ERR_REMOTE, false, "HTTP 400: Invalid request payload.");
	change(&t, "text ~ :identifier:phrase OR text ~ :issue_error:phrase OR text ~ :issue_error:words", "");
	check_refused(&t, ERR_REMOTE, false, "HTTP 400: Unbounded JQL queries are not allowed here.");
	change(&t, "OR text ~ :issue_error:phrase", "OR text ~ ");
	check_refused(&t, ERR_REMOTE, false, "HTTP 400: Error in the JQL Query");
	/* Without fields there is the id alone: not our rows any more. */
	change(&t, "\"fields\": [\"summary\", \"status\", \"created\", \"updated\", \"priority\", \"assignee\", \"reporter\"],", "");
	check_refused(&t, ERR_DECODE, false, "none of the columns (key, ...)");
	free(t.text);
	end(&t);
}

static void test_P25_a_scoped_token_works_at_the_gateway_only(void **state)
{
	const struct service gateway = { jira_fake, issues, "issues_by_error", "/ex/jira/c10d", true };
	const struct service wiki = { confluence_fake, documents, "documents_by_error", "/ex/confluence/c10d/wiki", true };
	const struct service_fake scoped = { .token = "canary", .cloud_id = "c10d" };
	struct talk t;

	(void)state;
	begin_with(&t, &jira, scoped, "canary");
	check_refused(&t, ERR_AUTH, false, "those work at https://api.atlassian.com/ex/jira/CLOUD-ID only");
	end(&t);
	begin_with(&t, &gateway, scoped, "canary");
	check_rows(&t, "Receiver answered HTTP 503", jira_found);
	end(&t);
	/* The links of its answers name the site; what is followed stays at the gateway. */
	begin_with(&t, &wiki, scoped, "canary");
	t.fake.page = 2;
	assert_true(ask(&t));
	assert_int_equal(t.got.nrows, 3);
	assert_int_equal(api_simulator_count(t.api, "/ex/confluence/c10d/wiki/rest/api/search?next=true&cursor=_c_2"), 1);
	end(&t);
}

/* ---- Confluence --------------------------------------------------------------------------- */

static void test_confluence_finds_pages_of_its_spaces(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &confluence);
	check_rows(&t, "Receiver answered HTTP 503",
		   "Callback outages|EI|when the receiver answered HTTP 503|2025-11-02T08:00:00.000Z|/spaces/EI/pages/11|11\n"
		   "Receiver answered HTTP 503|PD|||/spaces/PD/pages/12|12\n"
		   "503, a receiver's HTTP, answered|TI|||/spaces/TI/pages/15|15\n");
	end(&t);
}

static void test_confluence_pages_below_its_url(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &confluence);
	t.fake.page = 2;
	assert_true(ask(&t));
	assert_int_equal(t.got.nrows, 3);
	assert_int_equal(api_simulator_count(t.api, "/wiki/rest/api/search?"), 2);
	change(&t, " AND (text", " AND text ~~ (text");
	check_refused(&t, ERR_REMOTE, false, "Could not parse cql");
	free(t.text);
	end(&t);
}

/* ---- GitHub ---------------------------------------------------------------------------------- */

static void test_github_finds_the_constant_part(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &github);
	check_rows(&t, "Load 17: no answer from receiver (503)",
		   "app/sender.rb|fourkites/callbacks|raise 'no answer from receiver'|"
		   "[{\"object_type\":\"FileContent\",\"property\":\"content\",\"fragment\":\"raise 'no answer from receiver'\","
		   "\"matches\":[{\"text\":\"no answer from receiver\",\"indices\":[7,30]}]}]|"
		   "https://github.com/fourkites/callbacks/blob/main/app/sender.rb\n"
		   "lib/a.rb|fourkites/tracking|x = 'No answer from receiver' if y|"
		   "[{\"object_type\":\"FileContent\",\"property\":\"content\",\"fragment\":\"x = 'No answer from receiver' if y\","
		   "\"matches\":[{\"text\":\"no answer from receiver\",\"indices\":[5,28]}]}]|"
		   "https://github.com/fourkites/tracking/blob/main/lib/a.rb\n");
	/* A qualifier of another's making stays a word. */
	check_rows(&t, "org:elsewhere", "");
	check_rows(&t, "\" org:elsewhere \"", "");
	end(&t);
}

static void test_github_names_the_next_page_in_a_header(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &github);
	t.fake.page = 1;
	t.error = "no answer from receiver";
	check_refused(&t, ERR_LIMIT, false, "stopped after 1 pages: 1 rows kept");
	change(&t, "max: 1", "max: 3");
	assert_true(ask(&t));
	assert_int_equal(t.got.nrows, 2);
	assert_int_equal(api_simulator_count(t.api, "/search/code?q=%22no+answer+from+receiver%22+org%3Afourkites&per_page=1&page=2"), 1);
	free(t.text);
	end(&t);
}

static void test_P24_limits_are_no_refusals(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &github);
	t.error = "no answer from receiver";
	t.fake.left = 2;
	assert_true(ask(&t));
	check_refused(&t, ERR_QUOTA, true, "HTTP 403: API rate limit exceeded");
	assert_in_range(t.e.retry_after_ms, 15000, 21000);
	t.fake.unsaid = true;
	check_refused(&t, ERR_QUOTA, false, "HTTP 403: You have exceeded a secondary rate limit");
	assert_int_equal(t.e.retry_after_ms, 60000);
	end(&t);
}

static void test_github_refuses_queries_out_of_its_bounds(void **state)
{
	struct buf long_text = BUF_INIT;
	struct talk t;

	(void)state;
	begin(&t, &github);
	/* As long as it may be: our literals stay below its bounds. */
	for (size_t i = 0; i < 60; i++)
		buf_puts(&long_text, i % 2 ? "AND " : "\xc3\xbcnot NOT OR ");
	t.error = buf_str(&long_text);
	if (!ask(&t))
		fail_msg("%s", t.e.text);
	t.error = "no answer from receiver";
	change(&t, "org:fourkites", "a OR b OR c OR d OR e OR f OR g");
	check_refused(&t, ERR_REMOTE, false, "More than five AND / OR / NOT operators were used.");
	change(&t, "q: \":code_error:constant org:fourkites\"", "p: x");
	check_refused(&t, ERR_REMOTE, false, "HTTP 422");
	change(&t, "\"2022-11-28\"", "\"2021-01-01\"");
	check_refused(&t, ERR_REMOTE, false, "is not a supported version");
	free(t.text);
	end(&t);
	begin_with(&t, &github, (struct service_fake){ .token = "canary" }, "other");
	check_refused(&t, ERR_AUTH, false, "HTTP 401: the token has expired or was revoked: Bad credentials");
	buf_release(&long_text);
	end(&t);
}

/* ---- Slack ------------------------------------------------------------------------------------ */

static void test_slack_finds_messages(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, &slack);
	check_rows(&t, "Receiver answered HTTP 503", "1769178031.000100|support-ocean|ada|seeing Receiver answered HTTP 503 again|"
						     "<null>|https://workspace.slack.com/archives/C1/p1\n");
	check_rows(&t, "\" in:general", "");
	end(&t);
}

static void test_P25_refusals_with_status_200(void **state)
{
	struct talk t;

	(void)state;
	begin_with(&t, &slack, (struct service_fake){ .token = "xoxb-canary" }, "xoxb-canary");
	check_refused(&t, ERR_DENIED, false, "not_allowed_token_type: searching needs a user's token (xoxp-), not a bot's");
	end(&t);
	begin_with(&t, &slack, (struct service_fake){ .token = "xoxp-canary" }, "xoxp-other");
	check_refused(&t, ERR_AUTH, false, "ok false instead of true: invalid_auth");
	end(&t);
	begin(&t, &slack);
	change(&t, "search.messages", "search.nothing");
	check_refused(&t, ERR_REMOTE, false, "unknown_method");
	api_simulator_fault(t.api, "", "429:4");
	check_refused(&t, ERR_QUOTA, true, "HTTP 429");
	assert_int_equal(t.e.retry_after_ms, 4000);
	free(t.text);
	end(&t);
}

/* ---- health ------------------------------------------------------------------------------------ */

static void check_health(const struct service *s, struct service_fake fake, const char *token, const char *path,
			 const char *ok_field, enum err_kind kind, const char *says)
{
	struct health h;
	struct talk t;
	char url[128];
	struct source *source;
	void *conn;
	bool ok;

	begin_with(&t, s, fake, token);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", api_simulator_port(t.api), s->prefix);
	source = source_make(&rest_ops, "source", "url", url, "auth", s->basic ? "basic" : "bearer", "user",
			     "bot@example.com", s->basic ? "password" : "token", "env:TEST_TOKEN", "health_path", path,
			     "health_ok", ok_field, "health_refused", "an Atlassian hint", NULL);
	conn = rest_ops.open(source, &t.e);
	assert_non_null(conn);
	ok = rest_ops.check(conn, in_ms(20000), NULL, &h, &t.e);
	if (ok != (kind == ERR_NONE) || t.e.kind != kind || !strstr(kind ? t.e.text : h.detail, says))
		fail_msg("%s: %s", err_word(t.e.kind), t.e.text);
	assert_null(strstr(t.e.text, "canary"));
	rest_ops.close(conn);
	source_free(source);
	end(&t);
}

static void test_health_is_what_the_service_says(void **state)
{
	const struct service_fake good = { .token = "xoxp-canary" };
	const struct service nowhere = { confluence_fake, documents, "documents_by_error", "", true };

	(void)state;
	check_health(&jira, good, "xoxp-canary", "/rest/api/3/myself", "accountId=*", ERR_NONE, "HTTP 200");
	check_health(&jira, good, "canary-other", "/rest/api/3/myself", "accountId=*", ERR_AUTH,
		     "HTTP 401: an Atlassian hint");
	check_health(&jira, good, "xoxp-canary", "/rest/api/3/myself", "emailAddress=*", ERR_DECODE,
		     "the answer has no \"emailAddress\"");
	check_health(&confluence, good, "xoxp-canary", "/rest/api/user/current", "accountId=*", ERR_NONE,
		     "HTTP 200");
	/* The url without its /wiki. */
	check_health(&nowhere, good, "xoxp-canary", "/rest/api/user/current", "", ERR_REMOTE, "HTTP 404");
	check_health(&github, good, "xoxp-canary", "/rate_limit", "resources.core.limit=*", ERR_NONE, "HTTP 200");
	check_health(&github, good, "canary-other", "/rate_limit", "", ERR_AUTH, "Bad credentials");
	check_health(&slack, good, "xoxp-canary", "/api/auth.test", "ok", ERR_NONE, "HTTP 200");
	check_health(&slack, good, "canary-other", "/api/auth.test", "ok", ERR_AUTH, "invalid_auth");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jira_finds_by_load_words_and_keywords),
		cmocka_unit_test(test_jira_pages_by_a_token_in_the_body),
		cmocka_unit_test(test_P37_no_value_escapes_its_literal),
		cmocka_unit_test(test_jira_refuses_what_it_gave_up),
		cmocka_unit_test(test_P25_a_scoped_token_works_at_the_gateway_only),
		cmocka_unit_test(test_confluence_finds_pages_of_its_spaces),
		cmocka_unit_test(test_confluence_pages_below_its_url),
		cmocka_unit_test(test_github_finds_the_constant_part),
		cmocka_unit_test(test_github_names_the_next_page_in_a_header),
		cmocka_unit_test(test_P24_limits_are_no_refusals),
		cmocka_unit_test(test_github_refuses_queries_out_of_its_bounds),
		cmocka_unit_test(test_slack_finds_messages),
		cmocka_unit_test(test_health_is_what_the_service_says),
		cmocka_unit_test(test_P25_refusals_with_status_200),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
