/* The kinds that speak no HTTP in the trials of tests/clients/test_conformance.c: a real
 * PostgreSQL, and files of SQLite's. What a server does there a statement does here. */
#ifndef TESTS_SUPPORT_CONFORMANCE_SQL_H
#define TESTS_SUPPORT_CONFORMANCE_SQL_H

#include <stdbool.h>

#include "clients/client.h"

enum conformance_sql { SQL_NONE, SQL_POSTGRES, SQL_SQLITE };

/* `secret`: the account's password, which $TEST_SECRET holds too. */
bool conformance_sql_start(const char *secret, struct err *);
void conformance_sql_stop(void);

struct conformance_statement {
	const char *query;      /* NULL: this kind lacks the trial, and `why` */
	const char *why;
	const char *words;      /* in the error's text; NULL = whatever */
};

/* Every trial has one for both kinds. */
struct conformance_statement conformance_sql_statement(enum conformance_sql, const char *trial);
/* Freed by source_free(). Port 0: that of the server. */
struct source *conformance_sql_source(enum conformance_sql, const char *trial, unsigned port);
/* Waits until the server is at work on the trial's statement. */
void conformance_sql_wait(enum conformance_sql);

#endif
