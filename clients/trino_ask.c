#include "clients/trino_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/rest_ask.h"
#include "clients/trino_page.h"

#define STOP_TIME   (2 * USEC_SEC)      /* telling the server to stop may take so long */
#define RETRY_WAIT  (100 * USEC_MS)     /* before a page is asked for again; doubles */
#define RETRY_MAX   (30 * USEC_SEC)     /* of a server's wish */
#define POLL_WAIT   (100 * USEC_MS)     /* between empty answers that came at once … */
#define POLL_MAX    (2 * USEC_SEC)      /* … growing by half up to this */

enum {
	PAGE_MAX = 64 << 20,            /* decoded bytes of one answer; usually one MiB */
	REFUSAL_MAX = 64 << 10,         /* kept of an answer that is not 200 */
	RESUMES = 3,                    /* tries for one page, as its address stays good */
	HEADERS_MAX = 16,
};

bool trino_name_error(const struct trino *t, struct err *e)
{
	return rest_auth_name_error(&t->auth, t->source->name, e);
}

/* ---- one exchange ------------------------------------------------------------------- */

static bool is_json_page(const struct http_response *r)
{
	return r->status == 200 && rest_is_json(r);
}

/* An http_body_fn. */
static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct trino_asking *a = ctx;

	if (a->sink)
		a->sink->bytes(a->sink, len);
	if (r->status == 200 && !rest_is_json(r))
		return http_wrong_type(r, "JSON", e);
	if (!is_json_page(r)) {
		size_t room = REFUSAL_MAX - a->body.len;

		len = len < room ? len : room;
	}
	return buf_put(&a->body, data, len) || err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

static void put_header(struct buf *lines, const char *name, const char *value)
{
	if (*value)
		buf_printf(lines, "%s: %s\n", name, value);
}

/* What only the POST says. Times without a zone are UTC, and keep their fractions. */
static void put_session(const struct trino_asking *a, struct buf *lines)
{
	const struct source *s = a->trino->source;
	usec left = a->deadline - now_mono() - 2 * USEC_SEC;

	put_header(lines, "X-Trino-Source", "sextant");
	put_header(lines, "X-Trino-Catalog", source_get(s, "catalog", ""));
	put_header(lines, "X-Trino-Schema", source_get(s, "schema", ""));
	put_header(lines, "X-Trino-Time-Zone", "UTC");
	put_header(lines, "X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME");
	put_header(lines, "X-Trino-Client-Info", a->id);
	if (!a->trino->no_limits)
		buf_printf(lines, "X-Trino-Session: query_max_run_time=%llds\n",
			   (long long)(left > USEC_SEC ? left / USEC_SEC : 1));
	if (a->request->prepared.len > 0)
		buf_printf(lines, "%s\n", buf_str(&a->request->prepared));
}

static bool send_lines(struct trino_asking *a, struct http_request *req, struct buf *lines,
		       struct err *e)
{
	struct trino *t = a->trino;
	const char *headers[HEADERS_MAX], *user = rest_auth_user(&t->auth);

	http_list_headers(lines, headers, HEADERS_MAX);
	req->headers = headers;
	req->user = user;
	req->password = user ? t->auth.login.secret.data : NULL;
	buf_clear(&a->body);
	a->body.max = PAGE_MAX + 1;
	return http_exchange(t->http, req, a->cancel, on_body, a, &a->response, e);
}

/* Without a body it is a GET, or what `method` says. */
static bool exchange(struct trino_asking *a, const char *method, const char *url, usec deadline,
		     struct err *e)
{
	uint64_t room = a->max_bytes > a->bytes ? a->max_bytes - a->bytes : 1;
	bool post = strcmp(method, "POST") == 0, ok;
	struct rest_signed what = { .method = method, .path = "" };
	struct http_request req = {
		.method = method, .url = url, .deadline = deadline,
		.body = post ? buf_str(&a->request->body) : NULL,
		.body_len = post ? a->request->body.len : 0,
		.max_bytes = room < PAGE_MAX ? (size_t)room : PAGE_MAX,
	};
	struct buf lines = BUF_INIT;
	const char *user;

	if (!rest_auth_ready(&a->trino->auth, deadline, a->cancel, e) ||
	    !rest_auth_apply(&a->trino->auth, &what, e))
		return false;
	buf_puts(&lines, buf_str(&a->trino->auth.headers));
	put_header(&lines, "Accept", "application/json");
	user = rest_auth_user(&a->trino->auth);
	put_header(&lines, "X-Trino-User", user ? user : source_get(a->trino->source, "user", ""));
	if (post) {
		put_header(&lines, "Content-Type", "text/plain; charset=utf-8");
		put_session(a, &lines);
	}
	ok = lines.failed ? err_set(e, ERR_MEMORY, 0, "out of memory for a request") :
			    send_lines(a, &req, &lines, e);
	a->bytes += a->response.received;
	rest_auth_wipe(&lines);
	return ok;
}

static bool status_error(struct trino_asking *a, struct err *e)
{
	return http_status_err(a->trino->source, &a->response, buf_str(&a->body), a->body.len, e);
}

/* ---- pages -------------------------------------------------------------------------- */

static uint64_t digest(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h;
}

/* Never the same page twice: its rows would count twice, or the answer never end. */
static bool go_on_to(struct trino_asking *a, const char *next, struct err *e)
{
	uint64_t d = digest(next);

	for (unsigned i = 0; i < a->pages; i++) {
		if (a->seen[i] == d)
			return err_set(e, ERR_LIMIT, 0, "no progress: the next page is one that was read "
				       "before, %llu rows kept", (unsigned long long)a->rows.rows);
	}
	if (a->pages >= TRINO_PAGES_MAX)
		return err_set(e, ERR_LIMIT, 0, "stopped after %u pages: %llu rows kept", a->pages,
			       (unsigned long long)a->rows.rows);
	if (!trino_next_check(a->trino->source, next, e))
		return false;
	a->seen[a->pages++] = d;
	a->next = strdup(next);
	return a->next || err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

static bool failed_there(struct trino_asking *a, const struct trino_page *p, struct err *e)
{
	a->syntax_error = cell_is(p->failure.name, "SYNTAX_ERROR");
	a->fixes_limits = trino_fixes_limits(&p->failure);
	return trino_error(e, a->trino->source->name, &p->failure, a->rows.rows > 0);
}

static bool take_page(struct trino_asking *a, struct trino_page *p, struct err *e)
{
	if (!trino_page_read(p, buf_str(&a->body), a->body.len, e))
		return false;
	if (a->sink)
		a->sink->progress(a->sink, &p->progress);
	a->empty = trino_page_rows(p) > 0 ? 0 : a->empty + 1;
	a->over = !p->next;
	/* What the page holds is the user's, whatever comes of the rest. */
	if (!trino_rows_take(&a->rows, p, e))
		return false;
	free(a->at);
	a->at = a->next;
	a->next = NULL;
	if (p->failed)
		return failed_there(a, p, e);
	if (p->next)
		return go_on_to(a, p->next, e);
	return a->rows.row.ncolumns > 0 ||
	       err_set(e, ERR_DECODE, 0, "the answer ended without naming its columns");
}

static bool take_answer(struct trino_asking *a, struct err *e)
{
	struct trino_page page = { 0 };
	bool ok = a->response.status == 200 ? take_page(a, &page, e) : status_error(a, e);

	trino_page_release(&page);
	return ok;
}

/* Servers hold an answer back until there is something to say, for about a second.
 * One that does not is not asked without end. */
static bool pause_before(struct trino_asking *a, usec asked, struct err *e)
{
	usec wait = POLL_WAIT;

	if (a->empty < 4)
		return true;
	for (unsigned i = 4; i < a->empty && wait < POLL_MAX; i++)
		wait += wait / 2;
	wait = wait < POLL_MAX ? wait : POLL_MAX;
	if (now_mono() - asked >= wait)
		return true;
	if (asked + wait > a->deadline)
		wait = a->deadline - asked;
	return cancel_wait(a->cancel, -1, 0, asked + wait, e);
}

/* An address stays good until the next one was asked: what a gateway or the network
 * lost is asked for again there, which repeats no query and no row. */
static bool may_resume(const struct trino_asking *a, bool came, const struct err *e)
{
	long status = a->response.status;

	if (!came)
		return e->kind == ERR_NETWORK;
	return status == 429 || status == 502 || status == 503 || status == 504;
}

static bool wait_to_resume(struct trino_asking *a, unsigned tries, const struct err *why)
{
	usec wait = RETRY_WAIT << tries, wish = why->retry_after_ms * USEC_MS;

	if (wish > wait)
		wait = wish < RETRY_MAX ? wish : RETRY_MAX;
	return now_mono() + wait < a->deadline &&
	       cancel_wait(a->cancel, -1, 0, now_mono() + wait, NULL);
}

static bool fetch_next(struct trino_asking *a, struct err *e)
{
	for (unsigned tries = 0;; tries++) {
		struct err why = { 0 };
		bool came = exchange(a, "GET", a->next, a->deadline, &why);

		if (came && a->response.status == 200)
			return true;
		if (came)
			status_error(a, &why);
		if (tries + 1 < RESUMES && may_resume(a, came, &why) && wait_to_resume(a, tries, &why))
			continue;
		if (cancel_fired(a->cancel))
			return err_set(e, ERR_CANCELLED, 0, "stopped");
		*e = why;
		return false;
	}
}

static bool begin_query(struct trino_asking *a, struct err *e)
{
	struct buf url = BUF_INIT;
	bool ok;

	buf_printf(&url, "%s/v1/statement", a->trino->base);
	ok = exchange(a, "POST", buf_str(&url), a->deadline, e) && take_answer(a, e);
	buf_release(&url);
	return ok;
}

static bool read_pages(struct trino_asking *a, struct err *e)
{
	while (a->next) {
		usec asked = now_mono();

		if (asked >= a->deadline)
			return err_set(e, ERR_TIMEOUT, 0, "deadline passed (waiting for rows)");
		if (!fetch_next(a, e) || !take_answer(a, e))
			return false;
		if (a->next && !pause_before(a, asked, e))
			return false;
	}
	return true;
}

/* Our side ended it, or lost sight of it, while the server may be at work. */
static void stop_server(struct trino_asking *a, struct err *e)
{
	const char *where = a->next ? a->next : a->at;
	struct err old = *e, why;
	bool told;

	if (!where || old.kind == ERR_AUTH)
		return;
	a->cancel = NULL;
	a->max_bytes = a->bytes + REFUSAL_MAX;
	told = exchange(a, "DELETE", where, now_mono() + STOP_TIME, &why) &&
	       rest_is_success(&a->response);
	err_set(e, old.kind, old.code, "%s (%s)", old.text,
		told ? "the server was told to stop" : "the server could not be told to stop");
	e->transient = old.transient;
	e->retry_after_ms = old.retry_after_ms;
}

void trino_asking_free(struct trino_asking *a)
{
	if (!a)
		return;
	trino_rows_release(&a->rows);
	buf_release(&a->body);
	free(a->at);
	free(a->next);
	free(a);
}

bool trino_ask(struct trino_asking *a, struct err *e)
{
	struct err why = { 0 };

	a->rows.sink = a->sink;
	a->rows.cancel = a->cancel;
	a->rows.max_rows = a->max_rows;
	if (begin_query(a, &why) && read_pages(a, &why))
		return true;
	if (!a->over)
		stop_server(a, &why);
	/* Another attempt would bring the same rows once more. */
	why.transient = why.transient && a->rows.rows == 0;
	trino_name_error(a->trino, &why);
	/* What was refused may be replaced behind our back: the next try reads it anew. */
	if (why.kind == ERR_AUTH)
		rest_auth_forget(&a->trino->auth);
	if (e)
		*e = why;
	return false;
}

bool trino_get(struct trino_asking *a, const char *path, struct err *e)
{
	struct buf url = BUF_INIT;
	struct err why = { 0 };
	bool ok;

	buf_printf(&url, "%s%s", a->trino->base, path);
	ok = exchange(a, "GET", buf_str(&url), a->deadline, &why);
	buf_release(&url);
	if (!ok)
		trino_name_error(a->trino, &why);
	if (!ok && e)
		*e = why;
	return ok;
}
