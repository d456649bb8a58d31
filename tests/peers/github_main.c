/* The code search against GitHub's published description, which tests/peers/github.sh
 * serves: the requests are those that it allows, its example becomes rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/registry.h"
#include "sections/config_parts.h"
#include "tests/support/client_fixture.h"

static const char *url;

struct talk {
	struct source *source;
	void *conn;
	struct record got;
	struct err e;
};

/* The built-in query with `to` in the place of `from`. */
static bool ask(struct talk *t, const char *from, const char *to, const char *error)
{
	const struct embedded *f = embedded_find("sections/queries/rest/code_by_error.yaml");
	const struct param p = { "code_error", error };
	struct query q = { .name = "code", .params = &p, .nparams = 1, .deadline = in_ms(20000) };
	struct buf text = BUF_INIT;
	const char *hit;
	bool ok;

	assert_non_null(f);
	hit = memmem(f->data, f->len, from, strlen(from));
	assert_non_null(hit);
	buf_put(&text, f->data, (size_t)(hit - f->data));
	buf_puts(&text, to);
	buf_put(&text, hit + strlen(from), f->len - (size_t)(hit - f->data) - strlen(from));
	q.text = buf_str(&text);
	setenv("SEXTANT_TEST_TOKEN", "canary-7f3a", 1);
	*t = (struct talk){ .source = source_make(&rest_ops, "github", "url", url, "auth", "bearer", "token",
						   "env:SEXTANT_TEST_TOKEN", NULL) };
	t->conn = rest_ops.open(t->source, &t->e);
	assert_non_null(t->conn);
	record_init(&t->got);
	ok = rest_ops.run(t->conn, &q, NULL, &t->got.sink, &t->e);
	buf_release(&text);
	return ok;
}

static void end(struct talk *t)
{
	rest_ops.close(t->conn);
	source_free(t->source);
	record_release(&t->got);
}

/* Three pages, each led to by the header of the one before. */
static void its_example_becomes_rows(void **state)
{
	struct talk t;

	(void)state;
	if (!ask(&t, "max: 1", "max: 3", "Load 17: no answer from receiver (503)"))
		fail_msg("%s", t.e.text);
	assert_true(t.got.nrows >= 3);
	assert_int_equal(strncmp(buf_str(&t.got.rows), "src/attributes/classes.js|jquery/jquery|", 40), 0);
	assert_non_null(strstr(buf_str(&t.got.rows), "|https://github.com/jquery/jquery/blob/"));
	end(&t);
}

static void hostile_errors_stay_allowed(void **state)
{
	static const char *const errors[] = { "\" repo:x \"", "a & b = c # d", "\xe2\x80\x9cq\xe2\x80\x9d %00 %2e", "AND OR NOT" };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		struct talk t;

		if (ask(&t, "max: 1", "max: 1", errors[i]) || t.e.kind != ERR_LIMIT)
			fail_msg("%s: %s", errors[i], t.e.text);
		end(&t);
	}
}

/* The description does refuse. */
static void others_are_refused(void **state)
{
	static const struct { const char *from, *to, *why; } cases[] = {
		{ "per_page: \"30\"", "perPage: \"30\"", "no parameter perPage" },
		{ "per_page: \"30\"", "per_page: many", "per_page is no integer" },
		{ "per_page: \"30\"", "sort: indexed", "sort is closing down" },
		{ "application/vnd.github.text-match+json", "text/plain", "another media type" },
		{ "path: /search/code", "path: /search/codes", "no such operation" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct talk t;

		assert_false(ask(&t, cases[i].from, cases[i].to, "no answer from receiver"));
		if (t.e.kind != ERR_REMOTE || !strstr(t.e.text, cases[i].why))
			fail_msg("%s: %s", cases[i].to, t.e.text);
		end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_example_becomes_rows),
		cmocka_unit_test(hostile_errors_stay_allowed),
		cmocka_unit_test(others_are_refused),
	};

	url = getenv("SEXTANT_TEST_GITHUB");
	if (!url)
		return 77;
	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
