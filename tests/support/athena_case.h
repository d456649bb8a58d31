/* One query to the fake of Athena and what came of it. These fail the test. */
#ifndef TESTS_SUPPORT_ATHENA_CASE_H
#define TESTS_SUPPORT_ATHENA_CASE_H

#include "clients/registry.h"
#include "tests/support/aws_case.h"
#include "tests/support/client_fixture.h"

extern struct aws_fake *athena_fake;
extern char athena_url[AWS_CASE_URL];

/* For cmocka. Tables t (a, b, n) of three rows and many (n) of 2,500. */
int athena_case_start(void **state);
/* A query is found queued once and running once. */
int athena_case_start_slowly(void **state);
int athena_case_stop(void **state);

struct athena_case {
	struct source *source;
	void *conn;
	struct query query;
	struct cancel cancel;
	struct record record;
	struct err e;
};

#define ATHENA_KEYS "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET"

void athena_case_begin(struct athena_case *, const char *sql);
void athena_case_begin_with(struct athena_case *, struct source *, const char *sql);
bool athena_case_go(struct athena_case *);
void athena_case_ok(struct athena_case *);
/* Also that nothing runs there any more. */
void athena_case_err(struct athena_case *, enum err_kind, bool transient, const char *words);
/* Also that no secret was said. */
void athena_case_end(struct athena_case *);

#endif
