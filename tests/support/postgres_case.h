/* A connection to a real PostgreSQL, which all tests of a program share, with all that one
 * run needs. */
#ifndef TESTS_SUPPORT_POSTGRES_CASE_H
#define TESTS_SUPPORT_POSTGRES_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "clients/client.h"
#include "clients/registry.h"
#include "tests/support/collect.h"
#include "tests/support/postgres_server.h"

extern struct postgres_server pg_case_server;
extern char pg_case_port[16];

/* For cmocka_run_group_tests(). TEST_PASSWORD is the analyst's, TEST_WRITER the writer's. */
int pg_case_start(void **state);
int pg_case_stop(void **state);

struct postgres_case {
	struct source source;
	void *conn;
	struct cancel cancel;
	struct collect got;
	struct err e;
};

/* Settings and their values, then NULL. */
void pg_case_begin(struct postgres_case *, const char *const *pairs);
/* TLS, verified, as the analyst. */
void pg_case_usual(struct postgres_case *);
void pg_case_end(struct postgres_case *);

/* `got` has the answer then; its settings stay. */
bool pg_case_ask_until(struct postgres_case *, const char *sql, const struct param *, size_t n, usec deadline);
bool pg_case_ask(struct postgres_case *, const char *sql, const struct param *, size_t n);
/* The first row of an answer that must come. */
const char *pg_case_first(struct postgres_case *, const char *sql);
void pg_case_fails(struct postgres_case *, const char *sql, enum err_kind, const char *text);
/* As the superuser. */
void pg_case_exec(const char *sql);

#endif
