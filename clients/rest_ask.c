#include "clients/rest_ask.h"

#include <stdio.h>
#include <string.h>

#include "base/doc.h"
#include "clients/base_url.h"
#include "clients/http_source.h"
#include "clients/jsontext.h"
#include "clients/rest_page.h"
#include "clients/skew.h"

enum { ERROR_MAX = 64 << 10, HEADERS_MAX = 12 };

bool rest_name_error(const struct rest *c, struct err *e)
{
	return rest_auth_name_error(&c->auth, c->source->name, e);
}

/* ---- where ------------------------------------------------------------------------- */

bool rest_move(struct rest *c, const char *base, struct err *e)
{
	struct base_url u;
	size_t len = strlen(base);
	const char *wrong = base_url_parse(base, &u);

	while (len > 0 && base[len - 1] == '/')
		len--;
	if (wrong || len >= sizeof(c->base) || !base_url_origin(&u, c->there.origin, sizeof(c->there.origin)))
		return err_set(e, ERR_CONFIG, 0, "%s: %s", c->source->name, wrong ? wrong : "the url is too long");
	snprintf(c->base, sizeof(c->base), "%.*s", (int)len, base);
	c->base_path = strstr(c->base, "://") + strlen("://");
	c->base_path += strcspn(c->base_path, "/");
	snprintf(c->host, sizeof(c->host), "%s", u.host);
	c->may_learn = u.tls || host_is_loopback(u.host);
	http_free(c->http);
	c->http = http_new(&c->there, e);
	return c->http != NULL;
}

/* The token may name another place than the url. */
static bool go_there(struct rest *c, struct err *e)
{
	const char *base = rest_auth_base(&c->auth);

	return !base || strcmp(base, c->base) == 0 || rest_move(c, base, e);
}

/* ---- one exchange ------------------------------------------------------------------ */

bool rest_is_json(const struct http_response *r)
{
	const char *type = r->content_type, *plus = strrchr(type, '+');

	return strcmp(type, "application/json") == 0 || strcmp(type, "text/json") == 0 ||
	       (plus && strcmp(plus, "+json") == 0);
}

bool rest_is_success(const struct http_response *r)
{
	return r->status >= 200 && r->status < 300;
}

/* An http_body_fn. */
static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct rest_asking *q = ctx;

	if (q->sink)
		q->sink->bytes(q->sink, len);
	if (rest_is_success(r) && q->sink && !rest_is_json(r))
		return http_wrong_type(r, "JSON", e);
	if (!rest_is_success(r)) {
		size_t room = ERROR_MAX - q->body.len;

		len = len < room ? len : room;
	}
	return buf_put(&q->body, data, len) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

/* How much of the base the request's path stands behind. */
static int base_len(const struct rest_asking *q)
{
	const struct rest *c = q->rest;

	return q->request->rooted ? (int)(c->base_path - c->base) : (int)strlen(c->base);
}

static void tell_sent(const struct rest_asking *q, usec offset)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s %.*s%s", q->method, base_len(q), q->rest->base,
		   buf_str(&q->request->path));
	if (q->request->query.len > 0)
		buf_printf(&text, "?%s", buf_str(&q->request->query));
	rest_auth_describe(&q->rest->auth, &text);
	if (offset)
		buf_printf(&text, " (clock corrected by %+lld s)", (long long)(offset / USEC_SEC));
	if (q->request->has_body)
		buf_printf(&text, "\n%s", buf_str(&q->request->body));
	q->sink->sent(q->sink, buf_str(&text));
	buf_release(&text);
}

static bool sign(struct rest_asking *q, usec offset, struct err *e)
{
	struct buf path = BUF_INIT;
	struct rest_signed what = {
		.method = q->method, .body = buf_str(&q->request->body),
		.body_len = q->request->body.len, .now = now_wall() + offset,
	};
	bool ok;

	buf_printf(&path, "%s%s", q->request->rooted ? "" : q->rest->base_path,
		   buf_str(&q->request->path));
	what.path = buf_str(&path);
	ok = rest_auth_apply(&q->rest->auth, &what, e);
	buf_release(&path);
	return ok;
}

/* Those of the endpoint. */
static void put_headers(const struct rest_asking *q, struct buf *lines)
{
	const struct doc_node *headers = q->mapping ? q->mapping->headers : NULL;
	bool accept = false;

	for (size_t i = 0; i < doc_count(headers); i++) {
		accept = accept || strcasecmp(doc_key(headers, i), "Accept") == 0;
		buf_printf(lines, "%s: %s\n", doc_key(headers, i), doc_str(doc_value(headers, i)));
	}
	if (!accept)
		buf_puts(lines, "Accept: application/json\n");
	if (q->request->has_body)
		buf_puts(lines, "Content-Type: application/json\n");
}

static bool put_url(const struct rest_asking *q, struct buf *url)
{
	const struct buf *query = &q->request->query, *proof = &q->rest->auth.query;

	buf_printf(url, "%.*s%s", base_len(q), q->rest->base, buf_str(&q->request->path));
	if (query->len > 0 || proof->len > 0)
		buf_printf(url, "?%s%s%s", buf_str(query), query->len > 0 && proof->len > 0 ? "&" : "",
			   buf_str(proof));
	return !url->failed;
}

static bool send_signed(struct rest_asking *q, struct err *e)
{
	const char *user = rest_auth_user(&q->rest->auth);
	const char *headers[HEADERS_MAX];
	struct buf url = BUF_INIT, lines = BUF_INIT;
	struct http_request request = {
		.method = q->method, .headers = headers,
		.body = q->request->has_body ? buf_str(&q->request->body) : NULL,
		.body_len = q->request->body.len, .user = user,
		.password = user ? q->rest->auth.login.secret.data : NULL,
		.deadline = q->deadline, .max_bytes = q->max_bytes,
	};
	bool ok;

	put_headers(q, &lines);
	buf_puts(&lines, buf_str(&q->rest->auth.headers));
	ok = put_url(q, &url) && http_list_headers(&lines, headers, HEADERS_MAX);
	request.url = buf_str(&url);
	if (!ok)
		err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	ok = ok && http_exchange(q->rest->http, &request, q->cancel, on_body, q, &q->response, e);
	rest_auth_wipe(&lines);
	rest_auth_wipe(&url);
	return ok;
}

static bool attempt(struct rest_asking *q, struct err *e)
{
	usec offset;

	buf_clear(&q->body);
	if (!rest_auth_ready(&q->rest->auth, q->deadline, q->cancel, e) || !go_there(q->rest, e))
		return false;
	offset = rest_auth_timed(&q->rest->auth) ? skew_offset(q->rest->there.origin) : 0;
	if (!sign(q, offset, e))
		return false;
	if (q->sink)
		tell_sent(q, offset);
	return send_signed(q, e);
}

/* ---- clocks ------------------------------------------------------------------------ */

bool rest_is_refused(const struct http_response *r)
{
	return r->status == 401 || r->status == 403;
}

/* The signature was refused, and its time was off by more than services accept. */
static bool clock_was_off(const struct rest_asking *q)
{
	usec skew = q->response.skew_ms * USEC_MS;

	return rest_auth_timed(&q->rest->auth) && rest_is_refused(&q->response) && q->response.date[0] &&
	       skew_matters(skew - skew_offset(q->rest->there.origin));
}

static bool learn_clock(const struct rest_asking *q)
{
	return q->rest->may_learn &&
	       skew_correct(q->rest->there.origin, q->response.skew_ms * USEC_MS);
}

static void tell_clock(const struct rest_asking *q)
{
	struct progress p = { .rows_read = 0 };
	usec skew = q->response.skew_ms * USEC_MS;

	if (!q->sink)
		return;
	snprintf(p.note, sizeof(p.note), "your clock is %lld min %s: signed again",
		 skew_minutes(skew), skew > 0 ? "behind" : "ahead");
	q->sink->progress(q->sink, &p);
}

/* A token may end before its time. */
static bool token_was_over(const struct rest_asking *q)
{
	return q->response.status == 401 && rest_auth_renew(&q->rest->auth);
}

static void tell_token(const struct rest_asking *q)
{
	struct progress p = { .note = "the token was refused: asked with a new one" };

	if (q->sink)
		q->sink->progress(q->sink, &p);
}

/* The two cases in which a client asks twice: with the time put right, or a new token. */
bool rest_ask(struct rest_asking *q, struct err *e)
{
	if (!attempt(q, e))
		return rest_name_error(q->rest, e);
	if (clock_was_off(q) && learn_clock(q))
		tell_clock(q);
	else if (token_was_over(q))
		tell_token(q);
	else
		return true;
	return attempt(q, e) || rest_name_error(q->rest, e);
}

/* ---- what a status means ----------------------------------------------------------- */

/* A JSON error says it shorter than its text does. What its own code means, or ERR_NONE. */
static enum err_kind shorten(struct rest_asking *q)
{
	json_t *root = rest_is_json(&q->response) ?
			       jsontext_read(buf_str(&q->body), q->body.len, NULL) : NULL;
	const struct rest_mapping *m = q->mapping;
	struct cell message = rest_page_message(root);
	struct cell code = m ? jsontext_scalar(rest_page_find(m->refusals.code, root)) : CELL_NULL;
	const char *advice = m ? rest_mapping_advice(m, code, q->response.status) :
			     q->response.status == 401 ? q->refused : NULL;
	enum err_kind kind = m ? rest_mapping_error(m, code) : ERR_NONE;
	struct buf text = BUF_INIT;

	if (advice)
		buf_printf(&text, "%s%s", advice, cell_is_null(message) ? "" : ": ");
	if (code.len > 0 && !cell_is_null(message) && !cell_eq(code, message))
		buf_printf(&text, "%.*s: ", (int)code.len, code.data);
	buf_put(&text, message.data, message.len);
	if (text.len > 0) {
		buf_release(&q->body);
		q->body = text;
	} else {
		buf_release(&text);
	}
	json_decref(root);
	return kind;
}

bool rest_ask_error(struct rest_asking *q, struct err *e)
{
	struct http_response *r = &q->response;
	usec skew = r->skew_ms * USEC_MS;
	enum err_kind kind;
	struct err why;

	/* It may have been replaced since: the user's next try reads it anew. */
	if (rest_is_refused(r))
		rest_auth_forget(&q->rest->auth);
	if (r->status == 401)
		rest_auth_renew(&q->rest->auth);
	kind = shorten(q);
	rest_auth_scrub(&q->rest->auth, &q->body);
	http_status_err(q->rest->source, r, buf_str(&q->body), q->body.len, &why);
	if (kind) {
		why.kind = kind;
		/* A quota that does not say when it ends is not worth waiting for, and left alone. */
		why.transient = kind == ERR_QUOTA && why.retry_after_ms > 0;
		if (kind == ERR_QUOTA && why.retry_after_ms == 0)
			why.retry_after_ms = REST_QUOTA_PAUSE_MS;
	} else if (rest_is_refused(r) && rest_auth_timed(&q->rest->auth) && skew_matters(skew))
		err_set(&why, why.kind, why.code, "%s: your clock is %lld min %s %s (HTTP %ld)",
			q->rest->source->name, skew_minutes(skew),
			skew > 0 ? "behind" : "ahead of", q->rest->host, r->status);
	if (e)
		*e = why;
	return false;
}

