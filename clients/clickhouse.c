/* The kind "clickhouse": the HTTP interface of ClickHouse, from 18.16 (Debian) to the current
 * ones, which differ in how values are bound, limits are set and failures in the middle of an
 * answer are told. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "clients/client.h"
#include "clients/clickhouse_error.h"
#include "clients/clickhouse_grants.h"
#include "clients/clickhouse_request.h"
#include "clients/clickhouse_tsv.h"
#include "clients/http.h"
#include "clients/registry.h"
#include "clients/rest_auth.h"
#include "clients/sqltext.h"

/* ClickHouse over HTTP. One connection object is one kept-alive connection, plus
 * a second one on demand: for looking how far a query is, and for killing it. */

#define SIDE_TIME  (2 * USEC_SEC)    /* a look or a kill may take so long */
#define WAKE_TIME  (60 * USEC_SEC)   /* an idle cloud service takes up to a minute */

enum { ANSWER_MAX = 64 << 10 };      /* of what is not rows */
enum { SYNTAX_ERROR = 62 };          /* the server's code */

struct ch {
	const struct source *source;
	struct http *http, *side;
	struct buf base;                /* address without a trailing slash */
	struct login password;          /* read before each request, dropped when refused */
	struct ch_server server;
};

static const struct setting_def settings[] = {
	{ "host", NULL, false, false, "host of the server (or url)" },
	{ "port", "8123, or 8443 with secure", false, false,
	  "HTTP port; the native ports 9000 and 9440 are read as 8123 and 8443" },
	{ "secure", "false", false, false, "true for HTTPS" },
	{ "url", NULL, false, false, "http(s)://host:port instead of host, port and secure" },
	{ "user", "default", false, false, "account name" },
	{ "password", NULL, false, true, "reference to the password" },
	{ "database", NULL, false, false, "database of unqualified table names" },
	{ "ca_file", NULL, false, false, "PEM file with the CA to trust instead of the system's" },
	{ "proxy", NULL, false, false, "HTTP proxy; none is taken from the environment" },
	{ "cleartext_password", "false", false, false,
	  "true sends the password over plain HTTP to another machine" },
	{ "connect_timeout", "10", false, false, "seconds for DNS, TCP and TLS together" },
	{ "first_byte_timeout", "60", false, false,
	  "seconds that a sleeping service may take to wake" },
	{ NULL, NULL, false, false, NULL },
};

static bool prepare(struct source *s, struct err *e)
{
	struct buf base = BUF_INIT;
	bool ok = ch_address(s, &base, s->origin, sizeof(s->origin), e);

	buf_release(&base);
	return ok;
}

static void close_conn(void *conn)
{
	struct ch *c = conn;

	if (!c)
		return;
	http_free(c->http);
	http_free(c->side);
	buf_release(&c->base);
	login_release(&c->password);
	free(c);
}

static void *open_conn(const struct source *s, struct err *e)
{
	struct ch *c = source_alloc(s, sizeof(*c), e);
	char origin[sizeof(s->origin)];

	if (!c)
		return NULL;
	c->source = s;
	c->http = http_new(s, e);
	if (c->http && ch_address(s, &c->base, origin, sizeof(origin), e))
		return c;
	close_conn(c);
	return NULL;
}

static bool read_password(struct ch *c, usec deadline, struct cancel *cancel, struct err *e)
{
	return !*source_get(c->source, "password", "") ||
	       source_login(c->source, "password", &c->password, deadline, cancel, e);
}

/* A refused password may have been changed meanwhile: the next run reads it anew. */
static void forget_password(struct ch *c)
{
	login_release(&c->password);
}

/* Whom a store names with the password is whom it is for. */
static const char *user(const struct ch *c)
{
	return c->password.user[0] ? c->password.user : source_get(c->source, "user", "default");
}

/* ---- small questions: the whole answer as text ---- */

struct question {
	const char *sql;
	bool guarded;           /* send the settings of c->server along */
	bool at_home;           /* in the database that is set, as queries are */
	usec deadline, first_byte;
	struct cancel *cancel;
	bool (*tick)(void *ctx);
	struct row_sink *sink;  /* for tick; NULL = none */
	struct buf answer;
	struct http_response response;
};

static bool keep_answer(void *ctx, const struct http_response *r, const char *data, size_t len,
			struct err *e)
{
	struct question *k = ctx;

	(void)r;
	return buf_put(&k->answer, data, len) ||
	       err_set(e, ERR_LIMIT, 0, "an answer of one line is longer than %d bytes", ANSWER_MAX);
}

/* The server refused: in its own words, or in those of whatever answered for it. */
static bool refused(struct ch *c, const struct http_response *r, struct buf *body, struct err *e)
{
	long code = clickhouse_code(buf_str(body), body->len);

	rest_auth_hide_login(body, user(c), &c->password.secret);
	if (code == 0)
		code = r->exception_code;
	if (code == 0)
		http_status_err(c->source, r, buf_str(body), body->len, e);
	else
		ch_error(e, c->source->name, code, buf_str(body), body->len, false);
	if (e->kind == ERR_AUTH)
		forget_password(c);
	return false;
}

/* Something in front of the server answered for it. */
static bool is_page(const struct http_response *r)
{
	return r->status == 200 && strcmp(r->content_type, "text/html") == 0;
}

static bool page_err(const struct ch *c, struct err *e)
{
	return err_set(e, ERR_DECODE, 0,
		       "%s: expected tab-separated rows, got text/html (login page?)",
		       c->source->name);
}

static void question_url(const struct ch *c, const struct question *k, struct buf *url)
{
	const char *database = k->at_home ? source_get(c->source, "database", "") : "";
	usec left = k->deadline - now_mono();

	buf_puts(url, buf_str(&c->base));
	buf_puts(url, "/?default_format=TabSeparated");
	if (*database) {
		buf_puts(url, "&database=");
		http_escape(url, database, strlen(database));
	}
	if (k->guarded && c->server.send_readonly)
		buf_puts(url, "&readonly=2");
	if (k->guarded && c->server.send_limits)
		buf_printf(url, "&max_execution_time=%lld",
			   (long long)(left > USEC_SEC ? left / USEC_SEC : 1));
}

static bool ask(struct ch *c, struct http *http, struct question *k, struct err *e)
{
	struct buf url = BUF_INIT;
	struct http_request req = {
		.method = "POST", .body = k->sql, .body_len = strlen(k->sql),
		.deadline = k->deadline, .first_byte = k->first_byte, .tick = k->tick,
	};
	bool ok;

	k->answer = (struct buf){ .max = ANSWER_MAX };
	question_url(c, k, &url);
	req.url = buf_str(&url);
	ok = read_password(c, k->deadline, k->cancel, e);
	req.user = user(c);
	req.password = c->password.secret.data;
	ok = ok && http_exchange(http, &req, k->cancel, keep_answer, k, &k->response, e);
	if (ok && is_page(&k->response))
		ok = page_err(c, e);
	else if (ok && k->response.status != 200)
		ok = refused(c, &k->response, &k->answer, e);
	buf_release(&url);
	return ok;
}

/* One more connection, made when it is first needed. */
static bool ask_aside(struct ch *c, struct question *k, struct err *e)
{
	if (!c->side)
		c->side = http_new(c->source, e);
	return c->side && ask(c, c->side, k, e);
}

/* ---- who is there ---- */

static bool say_waking(void *ctx)
{
	struct question *k = ctx;
	struct progress p = { .note = "no answer yet (waking service?)" };

	if (k->sink)
		k->sink->progress(k->sink, &p);
	return true;
}

/* What the account lets us set: our read-only guard and limits, or less.
 * Error 164 says that it is read-only already, 452 that a limit is fixed. */
static bool send_less(struct ch_server *s, long code)
{
	if (code == 164 && s->send_readonly)
		s->send_readonly = false;
	else if ((code == 164 || code == 452) && s->send_limits)
		s->send_limits = false;
	else
		return false;
	return true;
}

/* "23.8.1.1" or so: whatever else is said with status 200 is no server's of ours. */
static bool note_version(struct ch *c, const struct buf *answer, struct err *e)
{
	struct ch_server *s = &c->server;
	char *end;

	text_safe(s->version, sizeof(s->version), buf_str(answer), strcspn(buf_str(answer), "\n"));
	s->major = strtol(s->version, &end, 10);
	if (end == s->version || *end != '.')
		return err_set(e, ERR_DECODE, 0, "%s: the answer is not that of a ClickHouse server",
			       c->source->name);
	s->minor = strtol(end + 1, NULL, 10);
	s->known = true;
	return true;
}

/* Once per connection object: the version says how values are bound. */
static bool learn_server(struct ch *c, usec deadline, struct cancel *cancel, struct row_sink *sink,
			 struct http_response *response, struct err *e)
{
	struct question k = {
		.sql = "SELECT version()", .guarded = true, .deadline = deadline,
		.cancel = cancel, .tick = say_waking, .sink = sink,
		.first_byte = source_int(c->source, "first_byte_timeout", WAKE_TIME / USEC_SEC) *
			      USEC_SEC,
	};
	struct err why = { 0 };
	bool ok;

	c->server = (struct ch_server){ .send_readonly = true, .send_limits = true };
	for (;;) {
		ok = ask(c, c->http, &k, &why) && note_version(c, &k.answer, &why);
		buf_release(&k.answer);
		if (ok || !send_less(&c->server, why.code))
			break;
	}
	if (response)
		*response = k.response;
	if (!ok && e)
		*e = why;
	return ok;
}

/* ---- a query ---- */

struct running {
	struct ch *c;
	const struct query *q;
	struct cancel *cancel;
	struct row_sink *sink;
	struct tsv *tsv;
	struct buf refusal;     /* body of an answer that is not 200 */
	uint64_t rows, max_rows;
	struct http_response response;
};

static bool on_columns(void *ctx, const char *const *names, const char *const *types, size_t n,
		       struct err *e)
{
	struct running *r = ctx;

	(void)types;
	return r->sink->columns(r->sink, names, n, e);
}

static bool on_row(void *ctx, const struct cell *cells, struct err *e)
{
	struct running *r = ctx;

	if (r->rows >= r->max_rows)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %" PRIu64 " rows, stopped there",
			       r->c->source->name, r->max_rows);
	if (!r->sink->row(r->sink, cells, e))
		return false;
	r->rows++;
	return true;
}

static bool on_body(void *ctx, const struct http_response *head, const char *data, size_t len,
		    struct err *e)
{
	struct running *r = ctx;
	size_t room = ANSWER_MAX - r->refusal.len;

	r->sink->bytes(r->sink, len);
	if (head->status != 200) {
		buf_put(&r->refusal, data, len < room ? len : room);
		return true;
	}
	if (is_page(head))
		return page_err(r->c, e);
	tsv_set_tag(r->tsv, head->exception_tag);
	return tsv_feed(r->tsv, data, len, e);
}

/* One number and what ends it. */
static bool take_number(const char **p, char end, uint64_t *out)
{
	char *stop;

	if (**p < '0' || **p > '9')
		return false;
	errno = 0;
	*out = strtoull(*p, &stop, 10);
	if (errno || *stop != end)
		return false;
	*p = stop + 1;
	return true;
}

/* How far the server is. system.processes works on every version; headers would
 * need their own setting and end long queries by their number. */
static bool on_tick(void *ctx)
{
	struct running *r = ctx;
	struct progress p = { 0 };
	const char *at;
	struct err why;
	char sql[200];
	struct question k = {
		.sql = sql, .cancel = r->cancel, .deadline = now_mono() + SIDE_TIME,
	};
	bool seen;

	snprintf(sql, sizeof(sql), "SELECT read_rows, total_rows_approx, read_bytes "
		 "FROM system.processes WHERE query_id = '%s'", r->q->id);
	seen = ask_aside(r->c, &k, &why);
	at = buf_str(&k.answer);
	seen = seen && take_number(&at, '\t', &p.rows_read) && take_number(&at, '\t', &p.rows_total) &&
	       take_number(&at, '\n', &p.bytes_read);
	buf_release(&k.answer);
	if (seen)
		r->sink->progress(r->sink, &p);
	return seen;
}

static void say_sent(struct running *r, const struct ch_request *req)
{
	struct buf text = BUF_INIT;

	sqltext_describe(&text, r->q, buf_str(&req->sql));
	r->sink->sent(r->sink, buf_str(&text));
	buf_release(&text);
}

static bool exchange(struct running *r, const struct ch_request *req, struct err *e)
{
	struct ch *c = r->c;
	struct http_request http = {
		.method = "POST", .url = buf_str(&req->url),
		.body = req->sql_in_body ? buf_str(&req->sql) : NULL,
		.body_len = req->sql_in_body ? req->sql.len : 0,
		.fields = req->fields, .nfields = req->nfields,
		.user = user(c),
		.password = c->password.secret.data,
		.deadline = r->q->deadline,
		/* The first byte comes when the query is done: only the deadline counts. */
		.first_byte = r->q->deadline - now_mono(),
		.max_bytes = r->q->max_bytes, .tick = on_tick,
	};

	return http_exchange(c->http, &http, r->cancel, on_body, r, &r->response, e);
}

/* Closing the connection leaves the query running there. */
static bool kill_query(struct ch *c, const char *id)
{
	char sql[160];
	struct err why;
	struct question k = { .sql = sql, .deadline = now_mono() + SIDE_TIME };
	bool told;

	snprintf(sql, sizeof(sql), "KILL QUERY WHERE query_id = '%s' ASYNC", id);
	told = ask_aside(c, &k, &why);
	buf_release(&k.answer);
	return told;
}

/* Our side ended it while the server may be at work. */
static bool stop_server(struct running *r, struct err *e)
{
	struct err why = *e;
	bool told;

	if (!r->response.sent || r->response.complete || is_page(&r->response))
		return false;
	told = kill_query(r->c, r->q->id);
	err_set(e, why.kind, why.code, "%s (%s)", why.text,
		told ? "the server was told to stop" : "the server could not be told to stop");
	e->transient = why.transient;
	return false;
}

static bool prefixed(const struct running *r, struct err *e)
{
	struct err why = *e;

	return err_set(e, why.kind, why.code, "%s: %s", r->c->source->name, why.text);
}

/* The rows have ended; `whole` when the transfer did as the protocol says,
 * otherwise *e says what broke it. */
static bool finish_rows(struct running *r, bool whole, struct err *e)
{
	struct err why = { 0 };
	const char *name = r->c->source->name;
	struct buf message = BUF_INIT;
	enum tsv_end end = tsv_finish(r->tsv, &why);
	long code = tsv_code(r->tsv) ? tsv_code(r->tsv) : r->response.exception_code;

	if (end == TSV_REFUSED) {
		*e = why;
		return false;
	}
	if (end == TSV_EXCEPTION || code != 0) {
		buf_puts(&message, tsv_message(r->tsv));
		rest_auth_hide_login(&message, user(r->c), &r->c->password.secret);
		ch_error(e, name, code, buf_str(&message), message.len, r->rows > 0);
		buf_release(&message);
		return false;
	}
	if (!whole)
		return false;
	if (end == TSV_MALFORMED) {
		*e = why;
		return prefixed(r, e);
	}
	return end == TSV_OK || err_set(e, ERR_NETWORK, 0, "%s: the answer is cut off behind %" PRIu64
					" rows", name, r->rows);
}

static bool talk(struct running *r, const struct ch_request *req, struct err *e)
{
	bool ok = read_password(r->c, r->q->deadline, r->cancel, e) && exchange(r, req, e);
	bool ended = ok || e->kind == ERR_NETWORK;

	if (!ended)
		return stop_server(r, e);
	if (r->response.status == 200)
		return finish_rows(r, ok, e);
	if (ok || clickhouse_code(buf_str(&r->refusal), r->refusal.len) > 0)
		return refused(r->c, &r->response, &r->refusal, e);
	return false;
}

/* The id goes into statements of ours: nothing in it may end a quote. */
static bool plain_id(const char *id)
{
	if (!*id)
		return false;
	for (; *id; id++) {
		if (!isalnum((unsigned char)*id) && !strchr("-_.:", *id))
			return false;
	}
	return true;
}

static bool run_request(struct running *r, struct err *e)
{
	struct ch_request req;
	struct tsv_sink sink = { on_columns, on_row, r };
	bool ok;

	if (!ch_request_build(&req, r->c->source, buf_str(&r->c->base), &r->c->server, r->q,
			      r->q->deadline - now_mono(), e))
		return prefixed(r, e);
	r->tsv = tsv_new(&sink, e);
	if (r->tsv)
		say_sent(r, &req);
	ok = r->tsv && talk(r, &req, e);
	tsv_free(r->tsv);
	buf_release(&r->refusal);
	ch_request_release(&req);
	return ok;
}

static bool run(void *conn, const struct query *q, struct cancel *cancel, struct row_sink *sink,
		struct err *e)
{
	struct ch *c = conn;
	struct err why = { 0 };
	struct running r = {
		.c = c, .q = q, .cancel = cancel, .sink = sink,
		.max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS,
	};
	bool ok;

	if (!plain_id(q->id))
		return err_set(e, ERR_INTERNAL, 0, "%s: the id of a query has other characters than "
						   "letters, digits and -_.:", c->source->name);
	ok = (c->server.known || learn_server(c, q->deadline, cancel, sink, NULL, &why)) &&
	     run_request(&r, &why);
	/* What is wrong with the account or the peer may be mended behind our back. */
	if (!ok && (why.kind == ERR_AUTH || why.kind == ERR_TRUST || why.kind == ERR_NETWORK))
		c->server.known = false;
	if (!ok && e)
		*e = why;
	return ok;
}

/* ---- health ---- */

/* "0", "1" or "2": with our settings sent along, where the queries go. */
static bool ask_readonly(struct ch *c, usec deadline, struct cancel *cancel, bool *read_only,
			 struct err *e)
{
	struct question k = {
		.sql = "SELECT value FROM system.settings WHERE name = 'readonly'",
		.guarded = true, .at_home = true, .deadline = deadline, .cancel = cancel,
	};
	bool ok = ask(c, c->http, &k, e);

	*read_only = ok && k.answer.len > 0 && k.answer.data[0] != '0';
	buf_release(&k.answer);
	return ok;
}

/* Servers that know no grants (before 20.4) refuse the question: there every account that
 * is not read-only writes. */
static enum health_rights ask_rights(struct ch *c, usec deadline, struct cancel *cancel)
{
	struct question k = { .sql = "SHOW GRANTS", .guarded = true, .deadline = deadline, .cancel = cancel };
	enum health_rights rights = RIGHTS_UNKNOWN;
	enum ch_grants grants;
	struct err e = { 0 };

	if (!c->server.send_readonly)
		return RIGHTS_READ;
	if (ask(c, c->http, &k, &e)) {
		grants = ch_grants(buf_str(&k.answer), k.answer.len);
		rights = grants == CH_GRANTS_WRITE ? RIGHTS_WRITE :
			 grants == CH_GRANTS_READ  ? RIGHTS_READ : RIGHTS_UNKNOWN;
	} else if (e.code == SYNTAX_ERROR) {
		rights = RIGHTS_WRITE;
	}
	buf_release(&k.answer);
	return rights;
}

static bool check(void *conn, usec deadline, struct cancel *cancel, struct health *h,
		  struct err *e)
{
	struct ch *c = conn;
	struct http_response response;

	*h = (struct health){ 0 };
	if (!learn_server(c, deadline, cancel, NULL, &response, e) ||
	    !ask_readonly(c, deadline, cancel, &h->read_only, e))
		return false;
	snprintf(h->server, sizeof(h->server), "ClickHouse %s", c->server.version);
	text_safe(h->user, sizeof(h->user), user(c), strlen(user(c)));
	h->skew_ms = response.skew_ms;
	h->rights = ask_rights(c, deadline, cancel);
	snprintf(h->detail, sizeof(h->detail), "%s%s%s",
		 c->server.send_readonly ? "read-only by our setting" : "a read-only account",
		 h->rights == RIGHTS_WRITE ? ", this account could write" : "",
		 c->server.send_limits ? "" : "; it fixes the limits, ours are not sent");
	return true;
}

const struct client_ops clickhouse_ops = {
	.kind = "clickhouse",
	.libraries = true,
	.settings = settings,
	.prepare = prepare,
	.open = open_conn,
	.run = run,
	.check = check,
	.close = close_conn,
};
