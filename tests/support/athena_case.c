#include "tests/support/athena_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char tables[] =
	"CREATE TABLE t (a TEXT, b TEXT, n INTEGER);"
	"INSERT INTO t VALUES ('x', '', 1), ('it''s', NULL, 2), ('a', 'b', 3);"
	"CREATE TABLE many (n INTEGER);"
	"INSERT INTO many WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 2500)"
	" SELECT n FROM s;";

struct aws_fake *athena_fake;
char athena_url[AWS_CASE_URL];

static int start_as(unsigned queued, unsigned running)
{
	const struct aws_fake_options options = { .sql = tables, .queued = queued, .running = running };

	athena_fake = aws_case_start(&options, athena_url);
	return 0;
}

int athena_case_start(void **state)
{
	(void)state;
	return start_as(0, 0);
}

int athena_case_start_slowly(void **state)
{
	(void)state;
	return start_as(1, 1);
}

int athena_case_stop(void **state)
{
	(void)state;
	aws_case_stop(athena_fake, athena_url);
	return 0;
}

void athena_case_begin_with(struct athena_case *a, struct source *s, const char *sql)
{
	struct err e = { 0 };

	*a = (struct athena_case){ .source = s };
	a->query = (struct query){ .name = "test", .text = sql, .id = "sextant-test-1",
				   .deadline = in_ms(20000) };
	record_init(&a->record);
	assert_true(cancel_init(&a->cancel, &e));
	a->conn = athena_ops.open(s, &a->e);
	if (!a->conn)
		fail_msg("%s", a->e.text);
}

void athena_case_begin(struct athena_case *a, const char *sql)
{
	athena_case_begin_with(a, source_make(&athena_ops, "athena", "region", "us-east-1", "database", "raw_data_db",
				  "output_location", "s3://results/", "url", athena_url, ATHENA_KEYS, NULL), sql);
}

bool athena_case_go(struct athena_case *a)
{
	return athena_ops.run(a->conn, &a->query, &a->cancel, &a->record.sink, &a->e);
}

static void no_canary(const char *text)
{
	if (strstr(text, "canary"))
		fail_msg("a secret is in: %s", text);
}

void athena_case_end(struct athena_case *a)
{
	no_canary(a->e.text);
	no_canary(buf_str(&a->record.sent));
	athena_ops.close(a->conn);
	source_free(a->source);
	record_release(&a->record);
	cancel_release(&a->cancel);
}

void athena_case_ok(struct athena_case *a)
{
	if (!athena_case_go(a))
		fail_msg("%s (%s)", a->e.text, aws_fake_refusal(athena_fake));
}

void athena_case_err(struct athena_case *a, enum err_kind kind, bool transient, const char *words)
{
	assert_false(athena_case_go(a));
	if (a->e.kind != kind || a->e.transient != transient || !strstr(a->e.text, words))
		fail_msg("%s, %s: %s", err_word(a->e.kind), a->e.transient ? "transient" : "final",
			 a->e.text);
	assert_int_equal(aws_fake_unended(athena_fake), 0);
}
