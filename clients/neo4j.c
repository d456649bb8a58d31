/* Neo4j over its Query API (since 5.25): one POST is one query in a read transaction of its
 * own, and its answer one document, so each statement gets a LIMIT.
 *
 * A server does not notice that we hung up: what is stopped here is looked for there, by
 * the id that travels as a parameter, and ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/client.h"
#include "clients/http.h"
#include "clients/http_source.h"
#include "clients/neo4j_answer.h"
#include "clients/neo4j_request.h"
#include "clients/registry.h"
#include "clients/rest_ask.h"
#include "clients/rest_auth.h"

#define TYPED     "application/vnd.neo4j.query"
#define STOP_TIME (2 * USEC_SEC)        /* telling the server to stop may take so long */

enum {
	ANSWER_MAX = 64 << 20,          /* decoded bytes of one answer */
	REFUSAL_MAX = 64 << 10,         /* kept of an answer of another type */
	DATABASE_MAX = 63,
};

static const struct setting_def settings[] = {
	{ "url", NULL, true, false, "the Query API: https://host[:7473]; a bare host means https" },
	{ "database", "neo4j", false, false, "which database is asked" },
	{ "auth", "none", false, false, "none, basic or bearer" },
	{ "user", NULL, false, false, "for basic" },
	{ "password", NULL, false, true, "for basic" },
	{ "token", NULL, false, true, "for bearer" },
	HTTP_SETTINGS("30"),
	{ NULL, NULL, false, false, NULL },
};

/* A connection. */
struct neo4j {
	const struct source *source;
	struct http *http;
	struct rest_auth auth;
	char url[HTTP_BASE_MAX + DATABASE_MAX + 16];
};

/* One exchange. */
struct asking {
	struct neo4j *neo4j;
	const struct query *query;
	usec deadline;
	struct cancel *cancel;
	struct row_sink *sink;
	uint64_t max_bytes, max_rows;   /* not 0 */

	struct buf request, body;
	struct http_response response;
	uint64_t rows;
};

/* ---- the source --------------------------------------------------------------------- */

/* What drivers are given does not speak HTTP. */
static bool is_bolt(const char *url)
{
	return strncmp(url, "bolt", 4) == 0 || strncmp(url, "neo4j:", 6) == 0 ||
	       strncmp(url, "neo4j+s", 7) == 0;
}

static bool check_database(const struct source *s, struct err *e)
{
	const char *name = source_get(s, "database", "neo4j");
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

	return (len > 0 && len <= DATABASE_MAX && !name[len] && name[0] != '.') ||
	       err_set(e, ERR_CONFIG, 0, "%s: database \"%s\" cannot be the name of one", s->name, name);
}

static bool prepare(struct source *s, struct err *e)
{
	char base[HTTP_BASE_MAX];
	struct base_url u;

	if (is_bolt(source_get(s, "url", "")))
		return err_set(e, ERR_CONFIG, 0, "%s: a Bolt address is for drivers; set sources.%s.url to "
			       "the Query API: https://host:7473, or http://host:7474 on this machine",
			       s->name, s->name);
	return http_source_base(s, base, &u, e) && base_url_origin(&u, s->origin, sizeof(s->origin)) &&
	       check_database(s, e) && http_source_auth(s, &u, e);
}

static void close_conn(void *conn)
{
	struct neo4j *n = conn;

	if (n)
		http_source_close(n->http, &n->auth);
	free(n);
}

static void *open_conn(const struct source *s, struct err *e)
{
	struct neo4j *n = source_alloc(s, sizeof(*n), e);
	char base[HTTP_BASE_MAX];
	struct base_url u;

	if (!n)
		return NULL;
	n->source = s;
	if (http_source_base(s, base, &u, e) && rest_auth_init(&n->auth, s, e))
		n->http = http_new(s, e);
	if (n->http) {
		snprintf(n->url, sizeof(n->url), "%s/db/%s/query/v2", base,
			 source_get(s, "database", "neo4j"));
		return n;
	}
	close_conn(n);
	return NULL;
}

/* ---- one exchange ------------------------------------------------------------------- */

/* Errors come as plain JSON as well. */
static bool is_answer(const struct http_response *r)
{
	return strncmp(r->content_type, TYPED, strlen(TYPED)) == 0 || rest_is_json(r);
}

/* An http_body_fn. */
static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct asking *a = ctx;

	if (a->sink->bytes)
		a->sink->bytes(a->sink, len);
	if (rest_is_success(r) && !is_answer(r))
		return http_wrong_type(r, "JSON", e);
	if (!is_answer(r)) {
		size_t room = REFUSAL_MAX - a->body.len;

		len = len < room ? len : room;
	}
	return buf_put(&a->body, data, len) || err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

static bool send_request(struct asking *a, struct err *e)
{
	struct rest_auth *auth = &a->neo4j->auth;
	const char *user = rest_auth_user(auth);
	char *bearer = auth->headers.len > 0 ? auth->headers.data : NULL;
	const char *headers[] = { "Content-Type: application/json", "Accept: " TYPED, bearer, NULL };
	struct http_request req = {
		.method = "POST", .url = a->neo4j->url, .headers = headers,
		.body = buf_str(&a->request), .body_len = a->request.len,
		.user = user, .password = user ? auth->login.secret.data : NULL,
		.deadline = a->deadline, .first_byte = a->deadline - now_mono(),
		.max_bytes = a->max_bytes < ANSWER_MAX ? (size_t)a->max_bytes : ANSWER_MAX,
	};

	if (bearer)
		bearer[strcspn(bearer, "\n")] = '\0';
	a->body.max = ANSWER_MAX + 1;
	return http_exchange(a->neo4j->http, &req, a->cancel, on_body, a, &a->response, e);
}

/* Errors are looked for whatever the status says: before 2025.11 they come with a 202,
 * behind the rows that were found until then. */
static bool take_answer(struct asking *a, struct err *e)
{
	const struct source *s = a->neo4j->source;
	struct http_response *r = &a->response;
	struct neo4j_answer answer = { 0 };
	struct err why = { 0 };
	bool ok;

	ok = is_answer(r) && neo4j_answer_read(&answer, buf_str(&a->body), a->body.len, &why);
	if (!rest_is_success(r) && !answer.failed)
		http_status_err(s, r, buf_str(&a->body), a->body.len, &why);
	else if (ok && answer.values)
		ok = neo4j_answer_emit(&answer, a->sink, a->cancel, a->max_rows, &a->rows, &why);
	if (ok && answer.failed) {
		neo4j_answer_error(&answer, s->name, r->status, a->rows > 0, &why);
		why.retry_after_ms = r->retry_after_ms;
	}
	neo4j_answer_release(&answer);
	if (why.kind == ERR_NONE)
		return true;
	if (e)
		*e = why;
	return false;
}

static bool exchange(struct asking *a, struct err *e)
{
	struct rest_signed what = { .method = "POST", .path = "" };

	return rest_auth_ready(&a->neo4j->auth, a->deadline, a->cancel, e) &&
	       rest_auth_apply(&a->neo4j->auth, &what, e) && send_request(a, e) && take_answer(a, e);
}

static void asking_init(struct asking *a, struct neo4j *n, const struct query *q,
			struct cancel *cancel, struct row_sink *sink)
{
	*a = (struct asking){
		.neo4j = n, .query = q, .deadline = q->deadline, .cancel = cancel, .sink = sink,
		.max_bytes = q->max_bytes ? q->max_bytes : CLIENT_MAX_BYTES,
		.max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS,
	};
}

static bool build(struct asking *a, struct err *e)
{
	usec left = a->deadline - now_mono();

	return neo4j_request_build(&a->request, a->query, a->max_rows,
				   left > USEC_SEC ? (long)(left / USEC_SEC) : 1, e);
}

static void asking_release(struct asking *a)
{
	buf_release(&a->request);
	buf_release(&a->body);
}

/* Puts the name in front, takes out what must not be repeated, and says whether another
 * attempt could repeat rows. */
static bool finish_error(struct asking *a, struct err *why, struct err *e)
{
	why->transient = why->transient && a->rows == 0;
	rest_auth_name_error(&a->neo4j->auth, a->neo4j->source->name, why);
	/* What was refused may be replaced behind our back: the next try reads it anew. */
	if (why->kind == ERR_AUTH)
		rest_auth_forget(&a->neo4j->auth);
	if (e)
		*e = *why;
	return false;
}

/* ---- questions of our own -------------------------------------------------------------- */

/* Keeps the first row. */
struct own {
	struct row_sink sink;   /* first */
	size_t ncolumns, rows;
	char cells[2][96];      /* printable */
	int64_t skew_ms;
};

static bool own_columns(struct row_sink *sink, const char *const *names, size_t n, struct err *e)
{
	(void)names;
	(void)e;
	((struct own *)sink)->ncolumns = n;
	return true;
}

static bool own_row(struct row_sink *sink, const struct cell *cells, struct err *e)
{
	struct own *o = (struct own *)sink;

	(void)e;
	for (size_t i = 0; o->rows == 0 && i < o->ncolumns && i < 2; i++) {
		struct buf text = BUF_INIT;

		buf_put_safe(&text, cells[i].data ? cells[i].data : "", cells[i].len);
		snprintf(o->cells[i], sizeof(o->cells[i]), "%.95s", buf_str(&text));
		buf_release(&text);
	}
	o->rows++;
	return true;
}

static bool ask_own(struct neo4j *n, const struct query *q, struct cancel *cancel, struct own *o,
		    struct err *e)
{
	struct err why = { 0 };
	struct asking a;
	bool ok;

	*o = (struct own){ .sink = { .columns = own_columns, .row = own_row } };
	asking_init(&a, n, q, cancel, &o->sink);
	ok = build(&a, &why) && exchange(&a, &why);
	o->skew_ms = a.response.skew_ms;
	if (!ok)
		finish_error(&a, &why, e);
	asking_release(&a);
	return ok;
}

/* ---- stopping ---------------------------------------------------------------------------- */

/* Everybody may see and end transactions of their own. */
static void stop_server(struct neo4j *n, const struct query *running, struct err *e)
{
	static const char statement[] =
		"SHOW TRANSACTIONS YIELD transactionId AS id, parameters "
		"WHERE parameters." NEO4J_MARK " = $running "
		"TERMINATE TRANSACTIONS id YIELD message RETURN message";
	const struct param param = { "running", running->id };
	struct query q = { .name = "stop", .text = statement, .params = &param, .nparams = 1,
			   .deadline = now_mono() + STOP_TIME, .id = "sextant-stop" };
	struct err old = *e;
	struct own found;
	bool told = ask_own(n, &q, NULL, &found, NULL);

	err_set(e, old.kind, old.code, "%s (%s)", old.text,
		!told ? "the server could not be told to stop" :
		found.rows > 0 ? "the server was told to stop" : "the server does not work on it");
	e->transient = old.transient;
	e->retry_after_ms = old.retry_after_ms;
}

/* Our side ended it, or lost sight of it, while the server may be at work. */
static bool may_run_on(const struct asking *a, const struct err *why)
{
	return a->response.sent && !a->response.complete &&
	       (why->kind == ERR_CANCELLED || why->kind == ERR_TIMEOUT || why->kind == ERR_LIMIT);
}

/* ---- run --------------------------------------------------------------------------------- */

static void say_sent(struct asking *a)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "POST %s", a->neo4j->url);
	rest_auth_describe(&a->neo4j->auth, &text);
	buf_printf(&text, "\n%s", buf_str(&a->request));
	a->sink->sent(a->sink, buf_str(&text));
	buf_release(&text);
}

static bool run(void *conn, const struct query *q, struct cancel *cancel, struct row_sink *sink,
		struct err *e)
{
	struct err why = { 0 };
	struct asking a;
	bool ok;

	asking_init(&a, conn, q, cancel, sink);
	ok = build(&a, &why);
	if (ok) {
		say_sent(&a);
		ok = exchange(&a, &why);
	}
	if (!ok && may_run_on(&a, &why))
		stop_server(conn, q, &why);
	if (!ok)
		finish_error(&a, &why, e);
	asking_release(&a);
	return ok;
}

/* ---- health ------------------------------------------------------------------------------ */

static void ask_user(struct neo4j *n, usec deadline, struct cancel *cancel, struct health *h)
{
	struct query q = { .name = "who", .text = "SHOW CURRENT USER YIELD user RETURN user",
			   .deadline = deadline, .id = "sextant-check" };
	struct own found;

	/* Nobody, where the server asks for no credentials. */
	if (ask_own(n, &q, cancel, &found, NULL) && found.rows > 0)
		snprintf(h->user, sizeof(h->user), "%.63s", found.cells[0]);
}

/* The community edition knows no rights: there every account writes. */
static enum health_rights ask_rights(struct neo4j *n, const char *edition, usec deadline,
				     struct cancel *cancel)
{
	struct query q = {
		.name = "rights", .deadline = deadline, .id = "sextant-check",
		.text = "SHOW USER PRIVILEGES YIELD access, action WHERE access = 'GRANTED' AND action IN "
			"['write', 'graph_actions', 'create_element', 'delete_element', 'set_label', "
			"'remove_label', 'set_property', 'merge', 'dbms_actions', 'database_actions'] "
			"RETURN CASE WHEN count(*) > 0 THEN 'write' ELSE 'read' END AS may",
	};
	struct own found;

	if (strcmp(edition, "community") == 0)
		return RIGHTS_WRITE;
	if (!ask_own(n, &q, cancel, &found, NULL) || found.rows == 0)
		return RIGHTS_UNKNOWN;
	return strcmp(found.cells[0], "write") == 0 ? RIGHTS_WRITE : RIGHTS_READ;
}

static bool check(void *conn, usec deadline, struct cancel *cancel, struct health *h,
		  struct err *e)
{
	struct neo4j *n = conn;
	struct query q = {
		.name = "version", .deadline = deadline, .id = "sextant-check",
		.text = "CALL dbms.components() YIELD name, versions, edition "
			"RETURN versions[0] AS version, edition ORDER BY name = 'Neo4j Kernel' DESC",
	};
	struct own found;

	*h = (struct health){ 0 };
	if (!ask_own(n, &q, cancel, &found, e))
		return false;
	snprintf(h->server, sizeof(h->server), "Neo4j %.60s", found.cells[0]);
	h->skew_ms = found.skew_ms;
	h->read_only = true;
	ask_user(n, deadline, cancel, h);
	h->rights = ask_rights(n, found.cells[1], deadline, cancel);
	snprintf(h->detail, sizeof(h->detail), "%.32s, database %.63s, in read access mode%s",
		 found.cells[1][0] ? found.cells[1] : "edition unknown",
		 source_get(n->source, "database", "neo4j"),
		 h->rights == RIGHTS_WRITE ? ", this account could write" : "");
	return true;
}

const struct client_ops neo4j_ops = {
	.kind = "neo4j",
	.extension = "cypher",
	.libraries = true,
	.settings = settings,
	.prepare = prepare,
	.open = open_conn,
	.run = run,
	.check = check,
	.close = close_conn,
};
