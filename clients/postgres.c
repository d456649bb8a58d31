/* PostgreSQL, TimescaleDB and Redshift: settings, health and the table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/postgres_link.h"
#include "clients/postgres_run.h"
#include "clients/redshift_iam.h"
#include "clients/registry.h"
#include "clients/secrets.h"

/* ---- settings ---- */

static const struct setting_def settings[] = {
	{ "host", NULL, true, false, "name or address of the server, or the directory of its socket" },
	{ "port", "5432", false, false, "TCP port (Redshift: 5439)" },
	{ "user", NULL, false, false, "role; best one that can only read; a store may name it instead" },
	{ "password", NULL, false, true, "reference to the password" },
	{ "database", NULL, true, false, "database" },
	{ "sslmode", "verify-full", false, false,
	  "verify-full, or disable (only for loopback and sockets)" },
	{ "ca_file", "/etc/ssl/certs/ca-certificates.crt", false, false,
	  "PEM file of the authorities to trust" },
	{ "dialect", "auto", false, false, "auto, postgres or redshift" },
	{ "iam", NULL, false, false, "temporary credentials of Redshift instead of a password: cluster, "
	  "cluster-iam or serverless" },
	{ "cluster_id", NULL, false, false, "the cluster, for iam" },
	{ "workgroup", NULL, false, false, "the workgroup, for iam: serverless" },
	{ "region", NULL, false, false, "region of AWS, for iam; else that of the block aws" },
	{ "profile", NULL, false, false, "profile of AWS, for iam; else that of the block aws" },
	{ "role_arn", NULL, false, false, "role to take, for iam; else that of the block aws" },
	{ "external_id", NULL, false, false, "external id that the role asks for" },
	{ "role_session_name", NULL, false, false, "name of the session in that role; else sextant" },
	{ "iam_url", NULL, false, false, "endpoint of the service that issues them, instead of its own" },
	{ "connect_timeout", "10", false, false, "seconds until connected, 1 to 60" },
	{ "max_age", "1800", false, false, "seconds after which a connection is replaced" },
	{ 0 },
};

static bool in_range(const struct source *s, const char *key, long min, long max, struct err *e)
{
	const char *text = source_get(s, key, NULL);
	long v = source_int(s, key, min - 1);

	if (!text || (v >= min && v <= max))
		return true;
	return err_set(e, ERR_CONFIG, 0, "%s: %s is \"%s\", not a number from %ld to %ld", s->name,
		       key, text, min, max);
}

static bool one_of(const struct source *s, const char *key, const char *const *words,
		   struct err *e)
{
	const char *text = source_get(s, key, words[0]);

	for (const char *const *w = words; *w; w++)
		if (strcmp(text, *w) == 0)
			return true;
	return err_set(e, ERR_CONFIG, 0, "%s: %s cannot be \"%s\"", s->name, key, text);
}

/* A store that issues passwords names who they are for. */
static bool names_user(const struct source *s, struct err *e)
{
	if (redshift_iam_used(s) && *source_get(s, "password", ""))
		return err_set(e, ERR_CONFIG, 0, "%s: iam and password exclude each other", s->name);
	if (redshift_iam_used(s) && !redshift_iam_check(s, e))
		return false;
	return *source_get(s, "user", "") || secrets_stored(source_get(s, "password", "")) ||
	       (redshift_iam_used(s) && strcmp(source_get(s, "iam", ""), "cluster") != 0) ||
	       err_set(e, ERR_CONFIG, 0, "no user: set sources.%s.user", s->name);
}

static bool prepare(struct source *s, struct err *e)
{
	static const char *const modes[] = { "verify-full", "disable", NULL };
	static const char *const dialects[] = { "auto", "postgres", "redshift", NULL };
	const char *host = source_get(s, "host", "");

	if (!*host || strpbrk(host, ", \t\r\n@"))
		return err_set(e, ERR_CONFIG, 0, "%s: \"%s\" is not one host", s->name, host);
	if (!in_range(s, "port", 1, 65535, e) || !in_range(s, "connect_timeout", 1, 60, e) ||
	    !in_range(s, "max_age", 0, 86400, e) || !one_of(s, "sslmode", modes, e) ||
	    !one_of(s, "dialect", dialects, e))
		return false;
	if (strcmp(source_get(s, "sslmode", modes[0]), "disable") == 0 && !pg_host_is_local(host))
		return err_set(e, ERR_CONFIG, 0, "%s: sslmode disable is only for loopback hosts and "
			       "sockets, not for %s", s->name, host);
	snprintf(s->origin, sizeof(s->origin), "postgres://%s:%ld", host, pg_port(s));
	return names_user(s, e);
}

/* ---- health ---- */

enum { FACT_USER, FACT_READ_ONLY, FACT_NOW, FACT_WRITER, FACTS };

struct fact_sink {
	struct row_sink sink;
	char facts[FACTS][64];
	size_t columns;
};

static void fact_sent(struct row_sink *s, const char *text)
{
	(void)s;
	(void)text;
}

static bool fact_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	(void)names;
	(void)e;
	((struct fact_sink *)s)->columns = n < FACTS ? n : FACTS;
	return true;
}

static bool fact_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct fact_sink *f = (struct fact_sink *)s;

	(void)e;
	for (size_t i = 0; i < f->columns; i++)
		if (!cell_is_null(cells[i]))
			text_safe(f->facts[i], sizeof(f->facts[i]), cells[i].data, cells[i].len);
	return true;
}

static void fact_progress(struct row_sink *s, const struct progress *p)
{
	(void)s;
	(void)p;
}

static void fact_bytes(struct row_sink *s, size_t received)
{
	(void)s;
	(void)received;
}

static const char facts_sql[] =
	"SELECT current_user, current_setting('transaction_read_only'),\n"
	" (extract(epoch FROM clock_timestamp()) * 1000)::bigint,\n"
	" EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper)\n"
	" OR EXISTS (SELECT FROM pg_catalog.pg_class c\n"
	"  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
	"  WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)'\n"
	"  AND pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))";

/* Redshift knows few functions, and not each of them everywhere: what it does not answer
 * stays unknown. */
static const char redshift_now_sql[] = "SELECT (extract(epoch FROM now()) * 1000)::bigint";
static const char redshift_writer_sql[] =
	"SELECT CASE WHEN count(*) > 0 THEN 't' ELSE 'f' END FROM (\n"
	" SELECT 1 FROM pg_user WHERE usename = current_user AND usesuper\n"
	" UNION ALL SELECT 1 FROM pg_tables t\n"
	"  WHERE t.schemaname <> 'information_schema' AND substring(t.schemaname, 1, 3) <> 'pg_' AND (\n"
	"  has_table_privilege(quote_ident(t.schemaname) || '.' || quote_ident(t.tablename), 'insert') OR\n"
	"  has_table_privilege(quote_ident(t.schemaname) || '.' || quote_ident(t.tablename), 'update') OR\n"
	"  has_table_privilege(quote_ident(t.schemaname) || '.' || quote_ident(t.tablename), 'delete'))) AS may";

static void ask_fact(struct pg_link *l, const struct query *about, const char *sql, struct cancel *c,
		     char out[static 64])
{
	struct fact_sink f = { .sink = { fact_sent, fact_columns, fact_row, fact_progress, fact_bytes } };
	struct query q = *about;

	q.text = sql;
	if (pg_run(l, &q, c, &f.sink, NULL))
		memcpy(out, f.facts[0], sizeof(f.facts[0]));
}

static enum health_rights rights_of(const char *writer)
{
	return strcmp(writer, "t") == 0 ? RIGHTS_WRITE : strcmp(writer, "f") == 0 ? RIGHTS_READ : RIGHTS_UNKNOWN;
}

static void describe_health(const struct pg_link *l, const struct fact_sink *f, struct health *h)
{
	const char *version = PQparameterStatus(l->conn, "server_version");
	const char *tls = PQsslInUse(l->conn) ? PQsslAttribute(l->conn, "protocol") : NULL;
	char safe[48];

	if (!version)
		version = "?";
	text_safe(safe, sizeof(safe), version, strcspn(version, " "));
	snprintf(h->server, sizeof(h->server), "%s %s", l->redshift ? "Redshift, PostgreSQL" :
		 "PostgreSQL", safe);
	snprintf(h->user, sizeof(h->user), "%.63s", f->facts[FACT_USER]);
	h->read_only = l->redshift ? l->session_read_only :
		       strcmp(f->facts[FACT_READ_ONLY], "on") == 0;
	h->rights = rights_of(f->facts[FACT_WRITER]);
	snprintf(h->detail, sizeof(h->detail), "%s%s", tls ? "" : "no TLS",
		 h->rights != RIGHTS_WRITE ? "" : tls ? "this role could write" : ", this role could write");
}

static bool check(void *conn, usec deadline, struct cancel *c, struct health *h, struct err *e)
{
	struct pg_link *l = conn;
	struct fact_sink f = { .sink = { fact_sent, fact_columns, fact_row, fact_progress,
					 fact_bytes } };
	struct query q = { .name = "check", .deadline = deadline, .id = "check", .max_rows = 1 };
	int64_t server_ms;

	*h = (struct health){ 0 };
	/* Which dialect to ask in is known once connected. */
	if (!pg_link_usable(l) && !pg_link_open(l, c, deadline, e))
		return false;
	q.text = l->redshift ? "SELECT current_user" : facts_sql;
	if (!pg_run(l, &q, c, &f.sink, e))
		return false;
	if (l->redshift) {
		ask_fact(l, &q, redshift_now_sql, c, f.facts[FACT_NOW]);
		ask_fact(l, &q, redshift_writer_sql, c, f.facts[FACT_WRITER]);
	}
	describe_health(l, &f, h);
	server_ms = strtoll(f.facts[FACT_NOW], NULL, 10);
	if (server_ms)
		h->skew_ms = server_ms - now_wall() / USEC_MS;
	return true;
}

/* ---- the table ---- */

static void *open_link(const struct source *s, struct err *e)
{
	struct pg_link *l = source_alloc(s, sizeof(*l), e);

	if (l)
		l->source = s;
	return l;
}

static bool run(void *conn, const struct query *q, struct cancel *c, struct row_sink *sink,
		struct err *e)
{
	return pg_run(conn, q, c, sink, e);
}

/* PQfinish() says good-bye without waiting: the socket does not block. */
static void close_link(void *conn)
{
	struct pg_link *l = conn;

	if (!l)
		return;
	pg_link_drop(l);
	free(l);
}

const struct client_ops postgres_ops = {
	.kind = "postgres",
	.libraries = true,
	.settings = settings,
	.prepare = prepare,
	.open = open_link,
	.run = run,
	.check = check,
	.close = close_link,
};
