#include "tests/support/postgres_server.h"

#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/tls.h"

#define BIN "/usr/lib/postgresql/15/bin/"

static const char hba[] =
	"local all admin trust\n"
	"local all all scram-sha-256\n"
	"host all all 127.0.0.0/8 scram-sha-256\n";

/* In the file, not on the command line, so that ALTER SYSTEM can change it. */
static const char config[] =
	"listen_addresses = '127.0.0.1,127.0.0.2'\n"
	"ssl = on\n"
	"ssl_cert_file = '../server.crt'\n"
	"ssl_key_file = '../server.key'\n"
	"fsync = off\n"
	"autovacuum = off\n"
	"timezone = 'UTC'\n";

static const char roles[] =
	"CREATE ROLE analyst LOGIN PASSWORD 's3cret pass';"
	"GRANT pg_read_all_data TO analyst;"
	"CREATE ROLE writer LOGIN PASSWORD 'w';"
	"ALTER SCHEMA public OWNER TO writer;";

bool postgres_installed(void)
{
	return access(BIN "postgres", X_OK) == 0;
}

static bool make_cluster(struct postgres_server *s, struct err *e)
{
	static const char *const initdb[] = {
		BIN "initdb", "-D", "data", "-U", "admin", "-E", "UTF8", "--locale=C.UTF-8",
		"--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", NULL,
	};

	return tls_files(s->dir, e) && child_run(initdb, s->dir, e) &&
	       temp_file(s->dir, "data/pg_hba.conf", hba, 0600, e) &&
	       temp_file(s->dir, "data/postgresql.conf", config, 0600, e);
}

static bool launch(struct postgres_server *s, struct err *e)
{
	char port[16];
	const char *const argv[] = { BIN "postgres", "-D", "data", "-p", port, "-k", s->dir, NULL };

	snprintf(port, sizeof(port), "%u", s->port);
	if (!child_start(&s->child, argv, s->dir, e))
		return false;
	if (port_wait(s->port, &s->child, 30) && postgres_wait(s, "SELECT 'up'", "up"))
		return postgres_exec(s, roles, e);
	return err_set(e, ERR_INTERNAL, 0, "postgres does not answer (see %s)", s->dir);
}

bool postgres_start(struct postgres_server *s, struct err *e)
{
	*s = (struct postgres_server){ .port = free_port() };
	s->dir = temp_dir("postgres", e);
	if (!s->dir)
		return false;
	snprintf(s->ca_file, sizeof(s->ca_file), "%s/ca.crt", s->dir);
	if (make_cluster(s, e) && launch(s, e))
		return true;
	postgres_stop(s);
	return false;
}

/* SIGINT: a fast shutdown, which does not wait for clients to leave. */
void postgres_stop(struct postgres_server *s)
{
	child_stop_by(&s->child, SIGINT);
	temp_dir_remove(s->dir);
	free(s->dir);
	s->dir = NULL;
}

char *postgres_ask(const struct postgres_server *s, const char *sql, struct err *e)
{
	char port[16];
	const char *const keys[] = { "host", "port", "user", "dbname", "options", NULL };
	const char *const values[] = {
		s->dir, port, "admin", "postgres", "-c client_min_messages=warning", NULL,
	};
	char *answer = NULL;
	PGconn *conn;
	PGresult *res;

	snprintf(port, sizeof(port), "%u", s->port);
	conn = PQconnectdbParams(keys, values, 0);
	res = PQexec(conn, sql);
	if (PQresultStatus(res) == PGRES_TUPLES_OK || PQresultStatus(res) == PGRES_COMMAND_OK)
		answer = strdup(PQntuples(res) > 0 ? PQgetvalue(res, 0, 0) : "");
	else
		err_set(e, ERR_REMOTE, 0, "%s", PQerrorMessage(conn));
	PQclear(res);
	PQfinish(conn);
	return answer;
}

bool postgres_exec(const struct postgres_server *s, const char *sql, struct err *e)
{
	char *answer = postgres_ask(s, sql, e);

	free(answer);
	return answer != NULL;
}

bool postgres_wait(const struct postgres_server *s, const char *sql, const char *wanted)
{
	usec end = now_mono() + 10 * USEC_SEC;
	bool found = false;

	while (!found && now_mono() < end) {
		char *answer = postgres_ask(s, sql, NULL);

		found = answer && strcmp(answer, wanted) == 0;
		free(answer);
	}
	return found;
}
