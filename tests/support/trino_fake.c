#include "tests/support/trino_fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/loopback.h"

#define COLUMNS "[{\"name\":\"a\",\"type\":\"bigint\"},{\"name\":\"b\",\"type\":\"varchar\"}]"
#define SLUG "y1c94"

/* What the statement is, besides a test's own. */
enum ask { ASK_TEST, ASK_USER, ASK_SYNTAX, ASK_LIMITS };

struct trino_fake {
	struct trino_options options;
	struct loopback http;
	unsigned queries;
	size_t served;          /* number of the last answer of the present query */
	enum ask ask;
	bool stopped;           /* by DELETE */
	unsigned *wrong;        /* how often each answer was wrong so far */
	struct trino_seen seen;
};

/* An answer on its way. */
struct reply {
	unsigned status;
	const char *type, *retry_after, *location;
	enum trino_fault fault;
	struct buf body;
};

/* ---- who asks ------------------------------------------------------------------------ */

static bool may_ask(const struct trino_options *o, const struct loopback_call *c)
{
	const char *authorization = loopback_header(c, "Authorization"), *user = loopback_header(c, "X-Trino-User");

	if (o->token)
		return strncmp(authorization, "Bearer ", 7) == 0 &&
		       strcmp(authorization + 7, o->token) == 0;
	if (o->password)
		return loopback_password_is(c, o->user, o->password);
	/* Not over plain HTTP, says the real one. */
	return !*authorization && *user && (!o->user || strcmp(user, o->user) == 0);
}

/* ---- pages --------------------------------------------------------------------------- */

static void put_rows(struct buf *out, const struct trino_answer *a)
{
	if (a->many == 0) {
		buf_puts(out, a->rows ? a->rows : "[]");
		return;
	}
	buf_putc(out, '[');
	for (size_t i = 0; i < a->many; i++)
		buf_printf(out, "%s[%zu,\"row %zu\"]", i ? "," : "", i, i);
	buf_putc(out, ']');
}

static void put_page(const struct trino_fake *f, const struct trino_answer *a, size_t number,
		     bool last, struct buf *out)
{
	const struct trino_options *o = &f->options;

	buf_printf(out, "{\"id\":\"20261122_000000_%05u_fake\",\"infoUri\":\"http://192.0.2.1/ui\","
			"\"warnings\":[],\"stats\":{\"state\":\"%s\",\"queued\":false,\"totalSplits\":8,"
			"\"completedSplits\":%zu,\"processedRows\":%zu,\"processedBytes\":4096}",
		   f->queries, last ? "FINISHED" : number ? "RUNNING" : "QUEUED", number, number * 100);
	if (!last && !a->next)
		buf_printf(out, ",\"nextUri\":\"http%s://127.0.0.1:%u/v1/statement/executing/q%u/" SLUG "/%zu\"",
			   o->cert_file ? "s" : "", f->http.port, f->queries, number + 1);
	else if (a->next && *a->next)
		buf_printf(out, ",\"nextUri\":\"%s\"", a->next);
	if (number > 0 && !o->no_columns && !a->error)
		buf_printf(out, ",\"columns\":%s", o->columns ? o->columns : COLUMNS);
	if (a->rows || a->many > 0) {
		buf_puts(out, ",\"data\":");
		put_rows(out, a);
	}
	if (a->error)
		buf_printf(out, ",\"error\":%s", a->error);
	buf_putc(out, '}');
}

/* The wrong in it, unless that has passed. */
static bool still_wrong(struct trino_fake *f, size_t i)
{
	const struct trino_answer *a = &f->options.answers[i];

	if (a->times == 0)
		return true;
	return f->wrong[i]++ < a->times;
}

static int test_answer(struct trino_fake *f, size_t number, struct reply *r)
{
	const struct trino_options *o = &f->options;
	size_t last = o->nanswers - 1 + o->repeat, i = number;
	const struct trino_answer *a;
	struct trino_answer plain;

	if (number > last) {
		r->status = 404;
		return 0;
	}
	if (o->repeat > 0 && number + 2 > o->nanswers)
		i = number < last ? o->nanswers - 2 : o->nanswers - 1;
	a = &o->answers[i];
	if (!still_wrong(f, i)) {
		plain = (struct trino_answer){ .rows = a->rows, .many = a->many, .error = a->error };
		put_page(f, &plain, number, number == last || a->error, &r->body);
		return 0;
	}
	r->fault = a->fault;
	r->type = a->type;
	r->retry_after = a->retry_after;
	r->location = a->location;
	r->status = a->status ? a->status : 200;
	if (a->body || a->status)
		buf_puts(&r->body, a->body ? a->body : "");
	else
		put_page(f, a, number, number == last || a->error, &r->body);
	return a->delay_ms;
}

#define ERROR(name, type, message) \
	"{\"message\":\"" message "\",\"errorCode\":1,\"errorName\":\"" name "\",\"errorType\":\"" type "\"}"

static int answer(struct trino_fake *f, size_t number, struct reply *r)
{
	static const struct trino_answer errors[] = {
		[ASK_SYNTAX] = { .error = ERROR("SYNTAX_ERROR", "USER_ERROR",
						"line 1:19: mismatched input. Expecting: 'USING', <EOF>") },
		[ASK_LIMITS] = { .error = ERROR("PERMISSION_DENIED", "USER_ERROR",
						"Access Denied: Cannot set system session property "
						"query_max_run_time") },
	};
	static const struct trino_answer gone = {
		.error = ERROR("USER_CANCELED", "USER_ERROR", "Query was canceled"),
	};
	static const struct trino_answer who = { .rows = "[[\"alice\",null]]" }, wait = { 0 };

	if (f->stopped) {
		put_page(f, &gone, number, true, &r->body);
		return 0;
	}
	if (f->ask == ASK_TEST)
		return test_answer(f, number, r);
	if (number == 0)
		put_page(f, &wait, number, false, &r->body);
	else
		put_page(f, f->ask == ASK_USER ? &who : &errors[f->ask], number, true, &r->body);
	return 0;
}

/* ---- requests ------------------------------------------------------------------------ */

static enum ask kind_of(const struct trino_fake *f, const struct loopback_call *c, const char *sql)
{
	bool immediate = strncmp(sql, "EXECUTE IMMEDIATE ", 18) == 0;

	if (f->options.fixed_limits && *loopback_header(c, "X-Trino-Session"))
		return ASK_LIMITS;
	if (immediate && f->options.old)
		return ASK_SYNTAX;
	return strstr(sql, "SELECT current_user") ? ASK_USER : ASK_TEST;
}

static void keep(char *out, size_t size, const char *value)
{
	snprintf(out, size, "%s", value);
}

static void note_statement(struct trino_fake *f, const struct loopback_call *c, const char *sql)
{
	struct trino_seen *s = &f->seen;

	keep(s->statement, sizeof(s->statement), sql);
	keep(s->prepared, sizeof(s->prepared), loopback_header(c, "X-Trino-Prepared-Statement"));
	MHD_http_unescape(s->prepared);
	keep(s->session, sizeof(s->session), loopback_header(c, "X-Trino-Session"));
	keep(s->catalog, sizeof(s->catalog), loopback_header(c, "X-Trino-Catalog"));
	keep(s->schema, sizeof(s->schema), loopback_header(c, "X-Trino-Schema"));
	keep(s->info, sizeof(s->info), loopback_header(c, "X-Trino-Client-Info"));
	keep(s->zone, sizeof(s->zone), loopback_header(c, "X-Trino-Time-Zone"));
	keep(s->source, sizeof(s->source), loopback_header(c, "X-Trino-Source"));
}

static int begin_query(struct trino_fake *f, const struct loopback_call *c, struct reply *r)
{
	const char *sql = buf_str(&c->body);
	bool prepared = strncmp(sql, "EXECUTE sextant USING ", 22) == 0;

	f->seen.posts++;
	if (!*sql || prepared != (*loopback_header(c, "X-Trino-Prepared-Statement") != '\0')) {
		r->status = 400;
		buf_puts(&r->body, "Prepared statement not found");
		return 0;
	}
	f->queries++;
	f->served = 0;
	f->stopped = false;
	f->ask = kind_of(f, c, sql);
	if (f->ask != ASK_USER)
		note_statement(f, c, sql);
	return answer(f, 0, r);
}

/* The page in turn, or once more the last one. */
static int next_page(struct trino_fake *f, const char *path, bool stop, struct reply *r)
{
	unsigned query;
	size_t number;
	int end = 0;

	if (sscanf(path, "/v1/statement/executing/q%u/" SLUG "/%zu%n", &query, &number, &end) != 2 ||
	    path[end]) {
		r->status = 404;
	} else if (query != f->queries || (number != f->served && number != f->served + 1)) {
		r->status = 410;
	} else if (stop) {
		f->seen.deletes++;
		keep(f->seen.deleted, sizeof(f->seen.deleted), path);
		f->stopped = true;
		r->status = 204;
	} else {
		f->served = number;
		f->seen.gets++;
		return answer(f, number, r);
	}
	return 0;
}

static int handle(struct trino_fake *f, const struct loopback_call *c, struct reply *r)
{
	bool get = strcmp(c->method, "GET") == 0;

	if (get && strcmp(c->path, "/v1/info") == 0) {
		f->seen.infos++;
		buf_puts(&r->body, "{\"nodeVersion\":{\"version\":\"476-fake\"},\"starting\":false}");
		return 0;
	}
	if (!may_ask(&f->options, c)) {
		f->seen.refused++;
		r->status = 401;
		r->type = "text/plain";
		buf_puts(&r->body, "Access Denied: Invalid credentials");
		return 0;
	}
	if (strcmp(c->method, "POST") == 0 && strcmp(c->path, "/v1/statement") == 0)
		return begin_query(f, c, r);
	if (get || strcmp(c->method, "DELETE") == 0)
		return next_page(f, c->path, !get, r);
	r->status = 404;
	return 0;
}

/* ---- transport ----------------------------------------------------------------------- */

/* True when the server stops first. */
static bool wait_stop(struct trino_fake *f, int ms)
{
	usec until = loopback_in(ms * USEC_MS);
	bool stopping;

	pthread_mutex_lock(&f->http.lock);
	while (loopback_pause(&f->http, until))
		;
	stopping = f->http.stopping;
	pthread_mutex_unlock(&f->http.lock);
	return stopping;
}

enum { HANG_MS = 30000 };

/* Half of a body. */
struct half {
	struct trino_fake *fake;
	struct buf body;
	bool stall;
};

static ssize_t read_half(void *ctx, uint64_t at, char *out, size_t max)
{
	struct half *h = ctx;
	size_t left = h->body.len / 2 > at ? h->body.len / 2 - (size_t)at : 0;

	if (left == 0 && h->stall)
		wait_stop(h->fake, HANG_MS);
	if (left == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	left = left < max ? left : max;
	memcpy(out, h->body.data + at, left);
	return (ssize_t)left;
}

static void free_half(void *ctx)
{
	struct half *h = ctx;

	buf_release(&h->body);
	free(h);
}

static struct MHD_Response *make_response(struct trino_fake *f, struct reply *r)
{
	size_t len = r->body.len;
	struct half *h;

	if (r->fault != TRINO_CUT && r->fault != TRINO_STALL)
		return MHD_create_response_from_buffer(len, buf_detach(&r->body), MHD_RESPMEM_MUST_FREE);
	h = calloc(1, sizeof(*h));
	if (!h)
		abort();
	*h = (struct half){ f, r->body, r->fault == TRINO_STALL };
	r->body = (struct buf)BUF_INIT;
	return MHD_create_response_from_callback(len, 4096, read_half, h, free_half);
}

static enum MHD_Result send_reply(struct trino_fake *f, struct MHD_Connection *c, struct reply *r)
{
	struct MHD_Response *response = make_response(f, r);
	enum MHD_Result rc;

	MHD_add_response_header(response, "Content-Type", r->type ? r->type : "application/json");
	if (r->retry_after)
		MHD_add_response_header(response, "Retry-After", r->retry_after);
	if (r->location)
		MHD_add_response_header(response, "Location", r->location);
	rc = MHD_queue_response(c, r->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* A loopback_fn. */
static enum MHD_Result respond(void *ctx, struct loopback_call *c)
{
	struct reply r = { .status = 200 };
	struct trino_fake *f = ctx;
	enum MHD_Result rc = MHD_NO;
	int delay;

	pthread_mutex_lock(&f->http.lock);
	delay = handle(f, c, &r);
	pthread_mutex_unlock(&f->http.lock);
	if (r.fault == TRINO_HANG)
		delay = HANG_MS;
	if ((delay == 0 || !wait_stop(f, delay)) && r.fault != TRINO_DROP && r.fault != TRINO_HANG)
		rc = send_reply(f, c->connection, &r);
	buf_release(&r.body);
	return rc;
}

struct trino_fake *trino_fake_start(const struct trino_options *o, struct err *e)
{
	struct trino_fake *f = calloc(1, sizeof(*f));

	f->options = *o;
	f->wrong = calloc(o->nanswers + 1, sizeof(*f->wrong));
	if (loopback_start(&f->http, &(struct loopback_options){ .cert_file = o->cert_file, .key_file = o->key_file },
			   respond, f, e))
		return f;
	trino_fake_stop(f);
	return NULL;
}

void trino_fake_stop(struct trino_fake *f)
{
	if (!f)
		return;
	loopback_stop(&f->http);
	free(f->wrong);
	free(f);
}

unsigned trino_fake_port(const struct trino_fake *f)
{
	return f->http.port;
}

struct trino_seen trino_fake_seen(struct trino_fake *f)
{
	struct trino_seen seen;

	pthread_mutex_lock(&f->http.lock);
	seen = f->seen;
	seen.connections = f->http.connections;
	pthread_mutex_unlock(&f->http.lock);
	return seen;
}
