/* The kind "rest": JSON over HTTP, each query an endpoint mapping. */
#include "clients/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/http.h"
#include "clients/http_source.h"
#include "clients/jsontext.h"
#include "clients/rest_ask.h"
#include "clients/rest_auth.h"
#include "clients/rest_mapping.h"
#include "clients/rest_next.h"
#include "clients/rest_page.h"
#include "clients/rest_then.h"

/* Decoded bytes of one answer; a tree takes several times that. */
enum { ANSWER_MAX = 32 << 20 };

/* ---- settings --------------------------------------------------------------------- */

static const struct setting_def settings[] = {
	{ "url", NULL, true, false, "where the API is: https://host[:port][/prefix]" },
	{ "auth", "none", false, false,
	  "none, basic, hmac-query, hmac-client, hmac-headers, bearer, header or oauth" },
	{ "app_id", NULL, false, false, "who signs, for hmac-*" },
	{ "secret", NULL, false, true, "what signs, for hmac-*" },
	{ "user", NULL, false, false, "for basic, and for grant: password" },
	{ "password", NULL, false, true, "for basic, and for grant: password" },
	{ "token", NULL, false, true, "for bearer and header" },
	{ "header_name", "X-API-Key", false, false, "which header carries the token, for header" },
	{ "token_url", NULL, false, false,
	  "where tokens are had, for oauth: a url, or a path at the url's host" },
	{ "client_id", NULL, false, false, "who asks for a token, for oauth" },
	{ "client_secret", NULL, false, true, "for oauth" },
	{ "grant", "client_credentials", false, false,
	  "what a token is had for, for oauth: client_credentials, or password" },
	{ "security_token", NULL, false, true, "what Salesforce wants behind the password" },
	{ "client_auth", "basic", false, false,
	  "how client_id and client_secret are sent, for oauth: basic or body" },
	{ "scope", NULL, false, false, "what the token is to allow, for oauth" },
	{ "audience", NULL, false, false, "whom the token is for, for oauth" },
	{ "instance_suffix", NULL, false, false,
	  "the token's instance_url is where the API is, if its name ends so, for oauth" },
	{ "health_path", "/", false, false, "what the health check asks for, in JSON: a path, with its query" },
	{ "health_ok", NULL, false, false,
	  "what its answer must say: FIELD (which must be true), FIELD=VALUE, or FIELD=* for any" },
	{ "health_absent", "false", false, false,
	  "whether \"404\" in JSON is an answer too: it asks for what need not be there" },
	{ "health_refused", NULL, false, false, "what a refusal (401) may mean there, in words" },
	HTTP_SETTINGS("30"),
	{ NULL, NULL, false, false, NULL },
};

static bool read_url(const struct source *s, struct base_url *u, struct err *e)
{
	const char *url = source_get(s, "url", ""), *wrong = base_url_parse(url, u);

	if (wrong)
		return err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, wrong);
	if (!u->tls && !host_is_loopback(u->host) && !rest_auth_none(s))
		return err_set(e, ERR_CONFIG, 0,
			       "%s: credentials are not sent over plain http to %s: use https",
			       s->name, u->host);
	if (strlen(url) >= REST_BASE_MAX)
		return err_set(e, ERR_CONFIG, 0, "%s: the url is over %d bytes", s->name,
			       (int)REST_BASE_MAX - 1);
	return true;
}

static bool rest_prepare(struct source *s, struct err *e)
{
	const char *health_path = source_get(s, "health_path", "/");
	struct base_url u;

	if (health_path[0] != '/' || health_path[strcspn(health_path, " #\r\n\t")])
		return err_set(e, ERR_CONFIG, 0, "%s: health_path must be a path", s->name);
	return read_url(s, &u, e) && base_url_origin(&u, s->origin, sizeof(s->origin)) &&
	       rest_auth_check(s, e);
}

/* ---- the connection ---------------------------------------------------------------- */

static void rest_close(void *conn)
{
	struct rest *c = conn;

	if (c)
		http_source_close(c->http, &c->auth);
	free(c);
}

static void *rest_open(const struct source *s, struct err *e)
{
	struct rest *c = source_alloc(s, sizeof(*c), e);

	if (!c)
		return NULL;
	c->source = s;
	c->there = *s;
	if (rest_auth_init(&c->auth, s, e) && rest_move(c, source_get(s, "url", ""), e))
		return c;
	rest_close(c);
	return NULL;
}

/* ---- run --------------------------------------------------------------------------- */

struct run {
	struct rest *rest;
	const struct rest_mapping *mapping;
	const struct query *query;
	struct cancel *cancel;
	struct row_sink *sink;
	uint64_t rows, bytes;
	uint64_t *digests;      /* of the pages so far */
	long pages;
	struct buf next;        /* the next page's address or token, where answers name it */
	struct rest_then then;  /* where more is asked about each row */
};

static bool repeats(struct run *r, uint64_t digest)
{
	for (long i = 0; i < r->pages; i++)
		if (r->digests[i] == digest)
			return true;
	r->digests[r->pages++] = digest;
	return false;
}

/* The address is kept beyond the answer that names it. */
static bool take_next(struct run *r, const struct rest_page *page, bool *last, struct err *e)
{
	*last = cell_is_null(page->next);
	buf_clear(&r->next);
	return buf_put(&r->next, page->next.data, page->next.len) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

static bool take_page(struct run *r, const struct rest_page *page, bool *last, struct err *e)
{
	const struct rest_mapping *m = r->mapping;
	uint64_t max = r->query->max_rows ? r->query->max_rows : CLIENT_MAX_ROWS;
	bool counted = m->paging.how == REST_COUNTED;

	if (m->paging.how != REST_ONE_PAGE && repeats(r, page->digest))
		return err_set(e, ERR_LIMIT, 0, "page %ld %s a page before: %llu rows kept",
			       m->paging.first + r->pages, counted ? "has the rows of" : "leads to",
			       (unsigned long long)r->rows);
	if (!rest_page_emit(m, page, &r->rows, max, r->cancel, m->then ? &r->then.sink : r->sink, e))
		return false;
	if (!counted)
		return take_next(r, page, last, e);
	*last = r->pages >= page->total;
	if (page->total < 0 && page->nrows > 0)
		return err_set(e, ERR_DECODE, 0, "the answer has no %s: whether there is more than "
			       "%llu rows is not known", m->paging.total,
			       (unsigned long long)r->rows);
	return true;
}

/* Zero rows when the status says so in JSON; else the answer has to be one. */
static bool take_answer(struct run *r, struct rest_asking *q, bool *last, struct err *e)
{
	struct rest_page page = { .total = 0 };
	bool absent = rest_mapping_absent(r->mapping, q->response.status) && rest_is_json(&q->response);
	bool ok;

	if (!rest_is_success(&q->response) && !absent)
		return rest_ask_error(q, e);
	if (absent) {
		page.root = jsontext_read(buf_str(&q->body), q->body.len, e);
		ok = page.root != NULL;
		*last = true;
	} else {
		ok = rest_page_read(r->mapping, buf_str(&q->body), q->body.len, &page, e);
		if (ok && r->mapping->paging.how == REST_LINK)
			rest_page_next(&page, cell_of(q->response.next));
		ok = ok && take_page(r, &page, last, e);
		/* An answer of status 200 may refuse us too. */
		if (!ok && e && e->kind == ERR_AUTH)
			rest_auth_forget(&q->rest->auth);
	}
	rest_page_release(&page);
	return ok || rest_name_error(q->rest, e);
}

static size_t room_for(const struct run *r)
{
	uint64_t max = r->query->max_bytes ? r->query->max_bytes : CLIENT_MAX_BYTES;
	uint64_t left = max > r->bytes ? max - r->bytes : 1;

	return left < ANSWER_MAX ? (size_t)left : ANSWER_MAX;
}

static bool put_next(const struct run *r, struct rest_request *request, struct err *e)
{
	const struct rest_mapping *m = r->mapping;
	struct cell next = { r->next.data, r->next.len };

	return m->paging.how == REST_TOKEN ? rest_request_token(m, next, request, e) :
	       rest_next_read(next, r->rest->there.origin, m->paging.below_url, request, e);
}

static bool run_page(struct run *r, long number, bool *last, struct err *e)
{
	struct rest_request request = REST_REQUEST_INIT;
	struct rest_asking q = {
		.rest = r->rest, .method = r->mapping->method, .request = &request,
		.mapping = r->mapping, .deadline = r->query->deadline, .cancel = r->cancel,
		.sink = r->sink, .max_bytes = room_for(r),
	};
	bool ok = rest_mapping_request(r->mapping, r->query, number, &request, e);

	if (ok && r->next.len > 0)
		ok = put_next(r, &request, e);
	ok = ok || rest_name_error(r->rest, e);
	ok = ok && rest_ask(&q, e) && take_answer(r, &q, last, e);
	r->bytes += q.response.received;
	buf_release(&q.body);
	rest_request_release(&request);
	return ok;
}

static bool run_pages(struct run *r, struct err *e)
{
	const struct rest_mapping *m = r->mapping;
	bool last = false;

	if (!r->sink->columns(r->sink, m->columns, m->nall, e))
		return false;
	while (!last) {
		if (r->pages >= m->paging.max)
			return err_set(e, ERR_LIMIT, 0, "%s: stopped after %ld pages: %llu rows kept",
				       r->rest->source->name, r->pages, (unsigned long long)r->rows);
		if (!run_page(r, m->paging.first + r->pages, &last, e))
			return false;
	}
	return true;
}

static bool begin_then(struct run *r, struct err *e)
{
	if (!rest_then_init(&r->then, r->mapping, r->query, e))
		return false;
	r->then.rest = r->rest;
	r->then.cancel = r->cancel;
	r->then.out = r->sink;
	r->then.max_bytes = room_for(r);
	return true;
}

static bool rest_run(void *conn, const struct query *query, struct cancel *cancel,
		     struct row_sink *sink, struct err *e)
{
	struct rest_mapping *m = rest_mapping_new(query->text, strlen(query->text), query->name, e);
	struct run r = { .rest = conn, .mapping = m, .query = query, .cancel = cancel, .sink = sink };
	bool ok;

	if (!m)
		return rest_name_error(conn, e);
	r.digests = calloc((size_t)m->paging.max, sizeof(*r.digests));
	ok = r.digests || err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	ok = ok && (!m->then || begin_then(&r, e)) && run_pages(&r, e);
	/* Another attempt would bring the rows of the first pages once more. */
	if (!ok && e && r.rows > 0)
		e->transient = false;
	free(r.digests);
	rest_then_release(&r.then);
	buf_release(&r.next);
	rest_mapping_free(m);
	return ok;
}

/* ---- health ------------------------------------------------------------------------ */

/* "FIELD": it must be true. "FIELD=VALUE": it must be that; "FIELD=*": there must be one. */
struct health_field {
	char name[80];
	const char *value;
};

static bool health_field(const struct source *s, struct health_field *f)
{
	const char *text = source_get(s, "health_ok", "");
	size_t len = strcspn(text, "=");

	snprintf(f->name, sizeof(f->name), "%.*s", (int)len, text);
	f->value = text[len] ? text + len + 1 : "true";
	return *text != '\0';
}

static bool may_lack(const struct rest_asking *q)
{
	return source_bool(q->rest->source, "health_absent", false);
}

/* A number says what HTTP's status would; all else is a refusal. */
static enum err_kind kind_of(long code)
{
	return code == 0 || code == 401 || code == 403 ? ERR_AUTH : ERR_REMOTE;
}

/* Services refuse with status 200 too, and others answer with JSON of theirs: a field of
 * the answer tells. */
static bool says_ok(const struct rest_asking *q, json_t *root, struct err *e)
{
	struct cell said, message = rest_page_message(root);
	struct health_field f;
	char text[24];
	long code;

	if (!health_field(q->rest->source, &f))
		return true;
	said = jsontext_scalar(jsontext_at(root, f.name));
	if (cell_is_null(said))
		return err_set(e, ERR_DECODE, 0, "the answer has no \"%s\": it does not know us, or is another's",
			       f.name);
	if (strcmp(f.value, "*") == 0 || cell_is(said, f.value))
		return true;
	snprintf(text, sizeof(text), "%.*s", said.len < sizeof(text) ? (int)said.len : 0, said.data);
	code = strtol(text, NULL, 10);
	if (code == 404 && may_lack(q))
		return true;
	return err_set(e, kind_of(code), code, "\"%s\" of the answer is %s: %.*s", f.name, text,
		       (int)message.len, message.len > 0 ? message.data : "");
}

/* Whoever keeps the network answers with pages: only what can be read as the service's
 * answer is one. What it does not know it says in JSON too. */
static bool reads_well(struct rest_asking *q, struct err *e)
{
	const struct http_response *r = &q->response;
	json_t *root;
	bool ok;

	if (!rest_is_success(r) && !(r->status == 404 && may_lack(q) && rest_is_json(r)))
		return rest_ask_error(q, e);
	if (!rest_is_json(r))
		return http_wrong_type(r, "JSON", e) || rest_name_error(q->rest, e);
	root = jsontext_read(buf_str(&q->body), q->body.len, e);
	ok = root && (!rest_is_success(r) || says_ok(q, root, e));
	json_decref(root);
	if (!ok && e && e->kind == ERR_AUTH)
		rest_auth_forget(&q->rest->auth);
	return ok || rest_name_error(q->rest, e);
}

static bool judge(struct rest_asking *q, struct health *h, struct err *e)
{
	const struct http_response *r = &q->response;
	const char *identity = rest_auth_identity(&q->rest->auth);
	struct buf user = BUF_INIT;

	h->skew_ms = r->skew_ms;
	if (!reads_well(q, e))
		return false;
	snprintf(h->server, sizeof(h->server), "%.95s", q->rest->there.origin);
	buf_put_safe(&user, identity ? identity : "", identity ? strlen(identity) : 0);
	snprintf(h->user, sizeof(h->user), "%.63s", buf_str(&user));
	buf_release(&user);
	snprintf(h->detail, sizeof(h->detail), "GET %.80s gave HTTP %ld%s%s%s", buf_str(&q->request->path),
		 r->status, r->status == 404 ? ", for it knows no such thing" : "",
		 r->usage[0] ? ", " : "", r->usage);
	return true;
}

static bool rest_check(void *conn, usec deadline, struct cancel *cancel, struct health *h,
		       struct err *e)
{
	struct rest *c = conn;
	const char *path = source_get(c->source, "health_path", "/");
	struct rest_request request = REST_REQUEST_INIT;
	struct rest_asking q = {
		.rest = c, .method = "GET", .request = &request, .deadline = deadline,
		.cancel = cancel, .max_bytes = ANSWER_MAX,
		.refused = source_get(c->source, "health_refused", NULL),
	};
	size_t len = strcspn(path, "?");
	bool ok;

	*h = (struct health){ 0 };
	buf_put(&request.path, path, len);
	buf_puts(&request.query, path[len] ? path + len + 1 : "");
	ok = rest_ask(&q, e) && judge(&q, h, e);
	buf_release(&q.body);
	rest_request_release(&request);
	return ok;
}

const struct client_ops rest_ops = {
	.kind = "rest",
	.extension = "yaml",
	.libraries = true,
	.settings = settings,
	.prepare = rest_prepare,
	.open = rest_open,
	.run = rest_run,
	.check = rest_check,
	.close = rest_close,
};
