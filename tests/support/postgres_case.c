#include "tests/support/postgres_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/client_fixture.h"

struct postgres_server pg_case_server;
char pg_case_port[16];

int pg_case_start(void **state)
{
	struct err e = { 0 };

	(void)state;
	setenv("TEST_PASSWORD", "s3cret pass", 1);
	setenv("TEST_WRITER", "w", 1);
	if (!postgres_start(&pg_case_server, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	snprintf(pg_case_port, sizeof(pg_case_port), "%u", pg_case_server.port);
	return 0;
}

int pg_case_stop(void **state)
{
	(void)state;
	postgres_stop(&pg_case_server);
	return 0;
}

void pg_case_begin(struct postgres_case *c, const char *const *pairs)
{
	memset(c, 0, sizeof(*c));
	collect_init(&c->got);
	if (!source_init(&c->source, "warehouse", &postgres_ops, pairs, &c->e))
		fail_msg("%s", c->e.text);
	c->conn = postgres_ops.open(&c->source, &c->e);
	assert_non_null(c->conn);
	assert_true(cancel_init(&c->cancel, &c->e));
}

void pg_case_usual(struct postgres_case *c)
{
	const char *const pairs[] = {
		"host", "localhost", "port", pg_case_port, "user", "analyst", "password",
		"env:TEST_PASSWORD", "database", "postgres", "ca_file", pg_case_server.ca_file, NULL,
	};

	pg_case_begin(c, pairs);
}

void pg_case_end(struct postgres_case *c)
{
	postgres_ops.close(c->conn);
	cancel_release(&c->cancel);
	collect_release(&c->got);
	source_release(&c->source);
}

bool pg_case_ask_until(struct postgres_case *c, const char *sql, const struct param *params, size_t n,
		       usec deadline)
{
	struct query q = {
		.name = "test", .text = sql, .params = params, .nparams = n,
		.deadline = deadline, .id = "t-1", .max_rows = UINT64_MAX,
	};
	bool (*on_row)(struct collect *, const struct cell *, struct err *) = c->got.on_row;
	void *ctx = c->got.ctx;
	bool keep = c->got.keep;

	collect_release(&c->got);
	collect_init(&c->got);
	c->got.on_row = on_row;
	c->got.ctx = ctx;
	c->got.keep = keep;
	c->e = (struct err){ 0 };
	return postgres_ops.run(c->conn, &q, &c->cancel, &c->got.sink, &c->e);
}

bool pg_case_ask(struct postgres_case *c, const char *sql, const struct param *params, size_t n)
{
	return pg_case_ask_until(c, sql, params, n, in_ms(30000));
}

const char *pg_case_first(struct postgres_case *c, const char *sql)
{
	if (!pg_case_ask(c, sql, NULL, 0))
		fail_msg("%s: %s", sql, c->e.text);
	return buf_str(&c->got.first);
}

void pg_case_fails(struct postgres_case *c, const char *sql, enum err_kind kind, const char *text)
{
	if (pg_case_ask(c, sql, NULL, 0))
		fail_msg("succeeded: %s", sql);
	if (c->e.kind != kind || !strstr(c->e.text, text))
		fail_msg("%s: %s: %s", sql, err_word(c->e.kind), c->e.text);
}

void pg_case_exec(const char *sql)
{
	struct err e = { 0 };

	if (!postgres_exec(&pg_case_server, sql, &e))
		fail_msg("%s: %s", sql, e.text);
}
