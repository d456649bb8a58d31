#include "tests/support/conformance_sql.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"
#include "tests/support/postgres_server.h"
#include "tests/support/process.h"

#define NUMBERS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
#define A_FILE "it is a file of this machine: nobody is connected to, and nobody refuses"
#define NO_HTTP "it does not speak HTTP"
#define STREAM "an answer is one stream"

#define SLEEPS "SELECT pg_sleep(30)"
#define SLEEPS_LATER "SELECT n, CASE WHEN n > 2000 THEN pg_sleep(30)::text END FROM generate_series(1, 4000) n"
#define SPINS NUMBERS "SELECT count(*) FROM n"
#define SPINS_LATER NUMBERS "SELECT i FROM n WHERE i <= 2000 OR i < 0"

static const struct {
	const char *trial;
	struct conformance_statement postgres, sqlite;
} statements[] = {
	{ "rows", { "SELECT 1 AS a UNION ALL SELECT 2" }, { "SELECT 1 AS a UNION ALL SELECT 2" } },
	{ "no rows", { "SELECT 1 AS a WHERE false" }, { "SELECT 1 AS a WHERE 0" } },
	{ "three pages", { .why = STREAM }, { .why = STREAM } },
	{ "slow first byte", { "SELECT 1 FROM pg_sleep(0.7) UNION ALL SELECT 2" }, { .why = A_FILE } },
	{ "nobody listens", { "SELECT 1" }, { .why = A_FILE } },
	{ "cut in the body",
	  { "SELECT n, repeat('x', 9000), CASE WHEN n = 50 THEN pg_terminate_backend(pg_backend_pid()) END"
	    " FROM generate_series(1, 100) n" }, { .why = A_FILE } },
	{ "cut in the second page", { .why = STREAM }, { .why = STREAM } },
	{ "401", { "SELECT 1", .words = "(28P01)" }, { .why = A_FILE } },
	{ "403", { "SELECT 1", .words = "(28000)" }, { .why = A_FILE } },
	{ "404", { "SELECT 1 FROM nowhere", .words = "(42P01)" },
	  { "SELECT 1 FROM nowhere", .words = "no such table: nowhere" } },
	{ "429, Retry-After in seconds", { .why = NO_HTTP }, { .why = NO_HTTP } },
	{ "429, Retry-After as a date", { .why = NO_HTTP }, { .why = NO_HTTP } },
	{ "403 that is a limit, Retry-After", { .why = NO_HTTP }, { .why = NO_HTTP } },
	{ "403 that is a limit, X-RateLimit-Reset", { .why = NO_HTTP }, { .why = NO_HTTP } },
	{ "500", { "SELECT fails_with('40001', 'not now')", .words = "not now (40001)" }, { .why = A_FILE } },
	{ "malformed body", { .why = "its messages are spoilt one by one in `test_postgres_hostile.c`" },
	  { "SELECT 1 FROM t", .words = "file is not a database" } },
	{ "a login page with status 200", { .why = NO_HTTP }, { .why = NO_HTTP } },
	{ "more bytes than allowed", { "SELECT n, repeat('x', 100) FROM generate_series(1, 4000) n" },
	  { NUMBERS "SELECT i, hex(zeroblob(50)) FROM n LIMIT 4000" } },
	{ "more rows than allowed", { "SELECT n FROM generate_series(1, 4000) n" },
	  { NUMBERS "SELECT i FROM n LIMIT 4000" } },
	{ "redirect", { .why = NO_HTTP }, { .why = NO_HTTP } },
	{ "redirect that keeps the method", { .why = NO_HTTP }, { .why = NO_HTTP } },
	{ "an error that repeats the credentials", { "SELECT fails_with('P0001', 'you said ' || told_secret())",
	  .words = "you said" }, { .why = A_FILE } },
	{ "credentials expire between pages", { .why = STREAM }, { .why = STREAM } },
	{ "credentials expire between pages, and are renewed", { .why = STREAM }, { .why = STREAM } },
	{ "cancel in the TLS handshake", { "SELECT 1" }, { .why = A_FILE } },
	{ "cancel before the first byte", { SLEEPS }, { SPINS } },
	{ "cancel in the body", { SLEEPS_LATER }, { SPINS_LATER } },
	{ "cancel in the second page", { .why = STREAM }, { .why = STREAM } },
	{ "deadline in the TLS handshake", { "SELECT 1" }, { .why = A_FILE } },
	{ "deadline before the first byte", { SLEEPS }, { SPINS } },
	{ "deadline in the body", { SLEEPS_LATER }, { SPINS_LATER } },
	{ "deadline in the second page", { .why = STREAM }, { .why = STREAM } },
};

static struct postgres_server server;
static char *dir, good_file[300], bad_file[300];

static bool make_roles(const char *secret, struct err *e)
{
	char sql[800];

	snprintf(sql, sizeof(sql),
		 "CREATE ROLE alice LOGIN PASSWORD '%s'; CREATE ROLE locked NOLOGIN PASSWORD '%s';"
		 "CREATE FUNCTION told_secret() RETURNS text LANGUAGE sql AS $$ SELECT '%s' $$;"
		 "CREATE FUNCTION fails_with(state text, words text) RETURNS text LANGUAGE plpgsql AS"
		 " $$ BEGIN RAISE EXCEPTION '%%', words USING ERRCODE = state; END $$",
		 secret, secret, secret);
	return postgres_exec(&server, sql, e);
}

bool conformance_sql_start(const char *secret, struct err *e)
{
	dir = temp_dir("conformance", e);
	if (!dir)
		return false;
	snprintf(good_file, sizeof(good_file), "%s/good.db", dir);
	snprintf(bad_file, sizeof(bad_file), "%s/bad.db", dir);
	setenv("TEST_OTHER", "another", 1);
	return temp_file(dir, "good.db", "", 0600, e) &&
	       temp_file(dir, "bad.db", "this was never a database, and it is long enough to be taken for one: "
					"a hundred bytes are looked at before anybody says so.", 0600, e) &&
	       postgres_start(&server, e) && make_roles(secret, e);
}

void conformance_sql_stop(void)
{
	postgres_stop(&server);
	temp_dir_remove(dir);
	free(dir);
}

struct conformance_statement conformance_sql_statement(enum conformance_sql kind, const char *trial)
{
	size_t i = 0;

	while (i < sizeof(statements) / sizeof(*statements) && strcmp(statements[i].trial, trial) != 0)
		i++;
	if (i == sizeof(statements) / sizeof(*statements))
		abort();                /* a trial that nobody thought of here */
	return kind == SQL_POSTGRES ? statements[i].postgres : statements[i].sqlite;
}

struct source *conformance_sql_source(enum conformance_sql kind, const char *trial, unsigned port)
{
	char text[16];

	if (kind == SQL_SQLITE)
		return source_make(&sqlite_ops, "source", "path",
				   strcmp(trial, "malformed body") == 0 ? bad_file : good_file, NULL);
	snprintf(text, sizeof(text), "%u", port ? port : server.port);
	return source_make(&postgres_ops, "source", "host", "127.0.0.1", "port", text, "database", "postgres",
			   "ca_file", server.ca_file, "user", strcmp(trial, "403") == 0 ? "locked" : "alice",
			   "password", strcmp(trial, "401") == 0 ? "env:TEST_OTHER" : "env:TEST_SECRET", NULL);
}

void conformance_sql_wait(enum conformance_sql kind)
{
	if (kind == SQL_POSTGRES)
		postgres_wait(&server, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'alice' AND"
				       " state = 'active' AND query LIKE '%pg_sleep(30)%'", "1");
}
