#include "clients/postgres_link.h"

#include <linux/tcp.h>
#include <locale.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "clients/aside.h"
#include "clients/peer.h"
#include "clients/postgres_error.h"
#include "clients/redshift_iam.h"
#include "clients/resolve.h"
#include "clients/rest_auth.h"

#define DNS_TIME        (3 * USEC_SEC)
#define TCP_TIME        (3 * USEC_SEC)
#define TLS_TIME        (5 * USEC_SEC)
#define LOGIN_TIME      (5 * USEC_SEC)
#define PEER_TIME       (3 * USEC_SEC)
/* A path that cannot exist: libpq looks into ~/.pgpass and ~/.postgresql otherwise. */
#define NOWHERE         "/dev/null/none"

enum {
	ADDRESSES = 4,
	LOGIN_BYTES = 4 << 20,          /* a server that never ends its greeting */
	SILENT_BYTES = 64 << 20,        /* between two results: one row, or a flood of notices */
};

static usec earlier(usec a, usec b)
{
	return a < b ? a : b;
}

long pg_port(const struct source *s)
{
	return source_int(s, "port", 5432);
}

bool pg_host_is_local(const char *host)
{
	return host[0] == '/' || strcasecmp(host, "localhost") == 0 ||
	       strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* What came over the connection so far; 0 when the kernel does not tell (unix sockets). */
static uint64_t received(PGconn *conn)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(PQsocket(conn), IPPROTO_TCP, TCP_INFO, &info, &len))
		return 0;
	return info.tcpi_bytes_received;
}

/* The same error with the source's name in front. */
static bool named_err(const struct pg_link *l, const struct err *why, struct err *e)
{
	err_set(e, why->kind, why->code, "%s: %s", l->source->name, why->text);
	if (e)
		e->transient = why->transient;
	return false;
}

/* Waits for the socket, unless TLS holds bytes already that libpq had no room
 * for: poll() knows nothing of those, and the server may send nothing more. */
static bool wait_socket(PGconn *conn, short events, struct cancel *c, usec deadline,
			struct err *e)
{
	SSL *ssl = PQsslStruct(conn, "OpenSSL");

	if ((events & POLLIN) && ssl && SSL_pending(ssl) > 0 && !cancel_fired(c))
		return true;
	return cancel_wait(c, PQsocket(conn), events, deadline, e);
}

/* ---- connecting ---- */

/* One attempt, at one address. */
struct attempt {
	struct pg_link *link;
	const struct address *address;  /* NULL = unix socket */
	struct address found[ADDRESSES];
	const char *user;
	const char *password;           /* NULL = none */
	enum pg_stage stage;
	usec stage_end;
	usec deadline;
	char where[160];                /* host:port, for errors */
};

char *pg_link_said(const struct pg_link *l, const char *text)
{
	const char *password = PQpass(l->conn);
	struct buf said = BUF_INIT;

	buf_puts(&said, text);
	if (password)
		rest_auth_hide(&said, password, strlen(password));
	return buf_detach(&said);
}

static void on_notice(void *ctx, const PGresult *res)
{
	struct pg_link *l = ctx;
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	char *said = pg_link_said(l, text ? text : PQresultErrorMessage(res));

	l->notices++;
	text_safe(l->notice, sizeof(l->notice), said ? said : "", said ? strlen(said) : 0);
	free(said);
}

static PGconn *start(const struct attempt *a)
{
	const struct source *s = a->link->source;
	char port[24], timeout[24];
	const struct { const char *key, *value; } table[] = {
		{ "host", source_get(s, "host", "") },
		{ "hostaddr", a->address ? a->address->text : NULL },
		{ "port", port },
		{ "user", a->user },
		{ "password", a->password },
		{ "dbname", source_get(s, "database", "") },
		{ "connect_timeout", timeout },
		{ "sslmode", source_get(s, "sslmode", "verify-full") },
		{ "sslrootcert", source_get(s, "ca_file", PEER_DEFAULT_CA) },
		{ "ssl_min_protocol_version", "TLSv1.2" },
		{ "sslcert", NOWHERE },
		{ "passfile", NOWHERE },
		{ "gssencmode", "disable" },
		{ "application_name", "sextant" },
		{ "client_encoding", "UTF8" },
		{ "keepalives", "1" },
		{ "keepalives_idle", "10" },
		{ "keepalives_interval", "5" },
		{ "keepalives_count", "3" },
		{ "tcp_user_timeout", "20000" },
	};
	enum { N = sizeof(table) / sizeof(*table) };
	const char *keys[N + 1] = { NULL }, *values[N + 1] = { NULL };

	snprintf(port, sizeof(port), "%ld", pg_port(s));
	snprintf(timeout, sizeof(timeout), "%ld", source_int(s, "connect_timeout", 10));
	for (size_t i = 0; i < N; i++) {
		keys[i] = table[i].key;
		values[i] = table[i].value;
	}
	return PQconnectStartParams(keys, values, 0);
}

static void enter(struct attempt *a, enum pg_stage stage)
{
	static const usec limits[] = { TCP_TIME, TLS_TIME, LOGIN_TIME };

	a->stage = stage;
	a->stage_end = earlier(now_mono() + limits[stage], a->deadline);
}

static enum pg_stage stage_of(const struct attempt *a)
{
	PGconn *conn = a->link->conn;
	bool tls = strcmp(source_get(a->link->source, "sslmode", "verify-full"), "disable") != 0 &&
		   a->address;

	switch (PQstatus(conn)) {
	case CONNECTION_NEEDED:
	case CONNECTION_STARTED:
		return PG_TCP;
	case CONNECTION_SSL_STARTUP:
		return PG_TLS;
	case CONNECTION_MADE:
		return tls && !PQsslInUse(conn) ? PG_TLS : PG_LOGIN;
	default:
		return PG_LOGIN;
	}
}

static bool late_err(const struct attempt *a, struct err *e)
{
	static const char *const words[] = { "TCP connection", "TLS handshake", "login" };

	return err_transient(e, ERR_TIMEOUT, 0, "%s: no answer from %s in time (%s)",
			     a->link->source->name, a->where, words[a->stage]);
}

/* Waits as libpq wishes; the cancel and the stage's end come first. */
static bool attempt_wait(struct attempt *a, PostgresPollingStatusType want, struct cancel *c,
			 struct err *e)
{
	short events = want == PGRES_POLLING_READING ? POLLIN : POLLOUT;
	struct err why = { 0 };

	if (now_mono() >= a->stage_end)
		return late_err(a, e);
	if (received(a->link->conn) > LOGIN_BYTES)
		return err_set(e, ERR_LIMIT, 0, "%s: %s sent over %d bytes before the login was done",
			       a->link->source->name, a->where, (int)LOGIN_BYTES);
	if (wait_socket(a->link->conn, events, c, a->stage_end, &why))
		return true;
	return why.kind == ERR_TIMEOUT ? late_err(a, e) : named_err(a->link, &why, e);
}

/* Adds what can be found out about a peer that is not trusted. */
static bool untrusted_err(const struct attempt *a, struct cancel *c, const struct err *why,
			  struct err *e)
{
	const struct source *s = a->link->source;
	const struct peer_target who = { source_get(s, "host", ""), a->address->text, pg_port(s),
					 source_get(s, "ca_file", PEER_DEFAULT_CA),
					 PEER_POSTGRES_TLS };
	struct peer_facts facts;
	char text[320];

	if (!peer_look(&who, &facts, c, earlier(now_mono() + PEER_TIME, a->deadline), NULL))
		return err_set(e, why->kind, why->code, "%s", why->text);
	peer_describe(&facts, text, sizeof(text));
	return err_set(e, why->kind, why->code, "%s (%s)", why->text, text);
}

static bool attempt_failed(const struct attempt *a, struct cancel *c, struct err *e)
{
	char *said = pg_link_said(a->link, PQerrorMessage(a->link->conn));
	struct err why;

	pg_connect_err(a->link->source->name, a->where, a->stage, said ? said : "", &why);
	free(said);
	if (why.kind == ERR_TRUST && a->stage == PG_TLS && strstr(why.text, "certificate"))
		return untrusted_err(a, c, &why, e);
	if (e)
		*e = why;
	return false;
}

static bool attempt_poll(struct attempt *a, struct cancel *c, struct err *e)
{
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;
	PGconn *conn = a->link->conn;

	enter(a, PG_TCP);
	if (PQstatus(conn) == CONNECTION_BAD)
		want = PGRES_POLLING_FAILED;
	while (want != PGRES_POLLING_OK && want != PGRES_POLLING_FAILED) {
		if (!attempt_wait(a, want, c, e))
			return false;
		want = PQconnectPoll(conn);
		if (PQstatus(conn) != CONNECTION_BAD && stage_of(a) != a->stage)
			enter(a, stage_of(a));
	}
	return want == PGRES_POLLING_OK || attempt_failed(a, c, e);
}

/* libpq makes sure of it by sslmode; a password must not depend on that alone. */
static bool attempt_trusted(const struct attempt *a, struct err *e)
{
	if (!a->address || a->address->loopback || PQsslInUse(a->link->conn))
		return true;
	return err_set(e, ERR_TRUST, 0, "%s: the connection to %s is not encrypted",
		       a->link->source->name, a->where);
}

static bool attempt_run(struct attempt *a, struct cancel *c, struct err *e)
{
	struct pg_link *l = a->link;

	l->conn = start(a);
	if (!l->conn)
		return err_set(e, ERR_MEMORY, 0, "%s: out of memory connecting", l->source->name);
	PQsetNoticeReceiver(l->conn, on_notice, l);
	PQsetErrorVerbosity(l->conn, PQERRORS_VERBOSE);
	if (attempt_poll(a, c, e) && attempt_trusted(a, e)) {
		l->born = now_mono();
		return true;
	}
	pg_link_drop(l);
	return false;
}

/* `sslmode: disable` was allowed for a loopback name: it must lead there, too. */
static bool address_allowed(const struct source *s, const struct address *a, struct err *e)
{
	if (a->loopback || strcmp(source_get(s, "sslmode", "verify-full"), "disable") != 0)
		return true;
	return err_set(e, ERR_TRUST, 0, "%s: %s is no loopback address and sslmode is disable",
		       s->name, a->text);
}

static bool connect_any(struct attempt *a, struct cancel *c, struct err *e)
{
	const struct source *s = a->link->source;
	const char *host = source_get(s, "host", "");
	struct err why = { 0 };
	size_t n = 0;

	snprintf(a->where, sizeof(a->where), "%s:%ld", host, pg_port(s));
	if (host[0] == '/')
		return attempt_run(a, c, e);
	if (!resolve(host, a->found, ADDRESSES, &n, c, earlier(now_mono() + DNS_TIME, a->deadline),
		     &why))
		return named_err(a->link, &why, e);
	for (size_t i = 0; i < n; i++) {
		a->address = &a->found[i];
		if (!address_allowed(s, a->address, &why))
			break;
		if (attempt_run(a, c, &why))
			return true;
		if (a->stage != PG_TCP || why.kind == ERR_CANCELLED || now_mono() >= a->deadline)
			break;
	}
	if (e)
		*e = why;
	return false;
}

static locale_t untranslated;

static void make_untranslated(void)
{
	untranslated = newlocale(LC_MESSAGES_MASK, "C", (locale_t)0);
}

/* Some failures can only be told apart by libpq's words. */
static bool connect_untranslated(struct attempt *a, struct cancel *c, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	locale_t before = (locale_t)0;
	bool ok;

	pthread_once(&once, make_untranslated);
	if (untranslated)
		before = uselocale(untranslated);
	ok = connect_any(a, c, e);
	if (before)
		uselocale(before);
	return ok;
}

static bool is_redshift(const struct pg_link *l)
{
	const char *dialect = source_get(l->source, "dialect", "auto");

	if (strcmp(dialect, "auto") != 0)
		return strcmp(dialect, "redshift") == 0;
	return PQserverVersion(l->conn) / 100 == 800;
}

/* Redshift's own guard, as AWS's drivers set it. A server that does not know it
 * is no reason to fail: every statement runs in BEGIN READ ONLY as well. */
static bool make_session_read_only(struct pg_link *l, struct cancel *c, usec deadline,
				   struct err *e)
{
	PGresult *res = NULL;
	bool synced = false;

	l->session_read_only = false;
	PQsendQueryParams(l->conn, "SET readonly=1", 0, NULL, NULL, NULL, NULL, 0);
	PQpipelineSync(l->conn);
	if (!pg_link_flush(l, c, deadline, e))
		return false;
	while (!synced) {
		if (!pg_link_result(l, c, deadline, &res, e))
			return false;
		if (!res && PQstatus(l->conn) == CONNECTION_BAD)
			return pg_link_lost(l, true, e);
		synced = res && PQresultStatus(res) == PGRES_PIPELINE_SYNC;
		if (res && PQresultStatus(res) == PGRES_COMMAND_OK)
			l->session_read_only = true;
		PQclear(res);
	}
	return true;
}

static bool prepare_session(struct pg_link *l, struct cancel *c, usec deadline, struct err *e)
{
	PQsetErrorVerbosity(l->conn, PQERRORS_DEFAULT);
	l->redshift = is_redshift(l);
	if (PQsetnonblocking(l->conn, 1) || !PQenterPipelineMode(l->conn))
		return err_set(e, ERR_INTERNAL, 0, "%s: %s", l->source->name,
			       PQerrorMessage(l->conn));
	return !l->redshift || make_session_read_only(l, c, deadline, e);
}

/* Who to be there: whom a store names with a password is whom it is for. */
static bool get_login(const struct source *s, struct login *login, usec deadline,
		      struct cancel *c, struct err *e)
{
	if (redshift_iam_used(s))
		return redshift_iam_login(s, login, deadline, c, e);
	return !*source_get(s, "password", "") || source_login(s, "password", login, deadline, c, e);
}

bool pg_link_open(struct pg_link *l, struct cancel *c, usec deadline, struct err *e)
{
	usec limit = source_int(l->source, "connect_timeout", 10) * USEC_SEC;
	struct attempt a = { .link = l };
	struct login login = LOGIN_INIT;
	bool ok;

	pg_link_drop(l);
	if (!get_login(l->source, &login, deadline, c, e))
		return false;
	a.deadline = earlier(now_mono() + limit, deadline);
	a.user = login.user[0] ? login.user : source_get(l->source, "user", "");
	a.password = login.secret.data;
	l->ends = login.ends;
	ok = connect_untranslated(&a, c, e);
	login_release(&login);
	if (!ok || prepare_session(l, c, a.deadline, e))
		return ok;
	pg_link_drop(l);
	return false;
}

void pg_link_drop(struct pg_link *l)
{
	PQfinish(l->conn);
	l->conn = NULL;
}

bool pg_link_usable(struct pg_link *l)
{
	usec max_age = source_int(l->source, "max_age", 1800) * USEC_SEC;
	struct pollfd p;

	if (!l->conn || PQstatus(l->conn) != CONNECTION_OK || now_mono() - l->born >= max_age)
		return false;
	if (l->ends != TIME_NONE && now_mono() >= l->ends)
		return false;
	/* Idle servers say something only to say good-bye, or about settings. */
	p = (struct pollfd){ .fd = PQsocket(l->conn), .events = POLLIN };
	return poll(&p, 1, 0) <= 0 || PQconsumeInput(l->conn);
}

/* ---- talking ---- */

bool pg_link_lost(const struct pg_link *l, bool again, struct err *e)
{
	char *said = pg_link_said(l, PQerrorMessage(l->conn));
	const char *text = said ? said : "the connection is lost";
	int len = (int)strcspn(text, "\n");

	if (strstr(text, "lost synchronization"))
		err_set(e, ERR_DECODE, 0, "%s: %.*s", l->source->name, len, text);
	else if (again)
		err_transient(e, ERR_NETWORK, 0, "%s: %.*s", l->source->name, len, text);
	else
		err_set(e, ERR_NETWORK, 0, "%s: %.*s", l->source->name, len, text);
	free(said);
	return false;
}

bool pg_link_flush(struct pg_link *l, struct cancel *c, usec deadline, struct err *e)
{
	int rc;

	while ((rc = PQflush(l->conn)) == 1) {
		if (!wait_socket(l->conn, POLLIN | POLLOUT, c, deadline, e))
			return false;
		/* The server may be waiting for us to read before it reads on. */
		if (!PQconsumeInput(l->conn))
			return pg_link_lost(l, true, e);
	}
	return rc == 0 || pg_link_lost(l, true, e);
}

/* libpq holds what a server says without ever completing a row. It reads on
 * while there is something to read, so this may be seen a little late. */
static bool within_bounds(const struct pg_link *l, uint64_t quiet_since, struct err *e)
{
	uint64_t total = received(l->conn);

	if (total <= quiet_since || total - quiet_since <= SILENT_BYTES)
		return true;
	return err_set(e, ERR_LIMIT, 0, "%s: over %d MB without a complete row", l->source->name,
		       SILENT_BYTES >> 20);
}

bool pg_link_result(struct pg_link *l, struct cancel *c, usec deadline, PGresult **out,
		    struct err *e)
{
	uint64_t quiet_since = 0;

	for (unsigned reads = 0; PQisBusy(l->conn); reads++) {
		if (now_mono() >= deadline)
			return err_transient(e, ERR_TIMEOUT, 0, "the deadline passed");
		/* While rows flow there is something to read without asking first, and it
		 * completes a row: only who has to wait pays for more than a look. */
		if (reads == 1)
			quiet_since = received(l->conn);
		if (reads > 0 && !wait_socket(l->conn, POLLIN, c, deadline, e))
			return false;
		/* PQgetResult() tells what went wrong, after the rows that still came. */
		if (!PQconsumeInput(l->conn))
			break;
		if (reads > 0 && !within_bounds(l, quiet_since, e))
			return false;
	}
	*out = PQgetResult(l->conn);
	return true;
}

/* ---- interrupting ---- */

struct interrupt {
	struct aside aside;
	PGcancel *how;
	int done;
};

/* A connection of its own, to the address that the first one has. */
static void interrupt_work(struct aside *a)
{
	struct interrupt *i = (struct interrupt *)a;
	char why[256];

	i->done = PQcancel(i->how, why, sizeof(why));
}

static void interrupt_free(struct aside *a)
{
	struct interrupt *i = (struct interrupt *)a;

	PQfreeCancel(i->how);
	free(i);
}

bool pg_link_interrupt(struct pg_link *l, usec deadline)
{
	struct interrupt *i = calloc(1, sizeof(*i));
	bool done;

	if (!i)
		return false;
	i->aside.work = interrupt_work;
	i->aside.free = interrupt_free;
	i->how = PQgetCancel(l->conn);
	if (!i->how) {
		free(i);
		return false;
	}
	if (!aside_run(&i->aside, NULL, deadline, NULL))
		return false;
	done = i->done;
	aside_unref(&i->aside);
	return done;
}
