/* The kind "llm": a question to a language model, its answer as lines of text. Asked
 * where a person wants it, never by the program itself. It is told what the query says
 * and the bound values, and is given no tools.
 *
 * The rows: `text` a line, `model` who wrote it; the last one also `stop`, `tokens_read`
 * and `tokens_written`. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/client.h"
#include "clients/http.h"
#include "clients/http_source.h"
#include "clients/jsontext.h"
#include "clients/llm_api.h"
#include "clients/llm_prompt.h"
#include "clients/registry.h"
#include "clients/rest_ask.h"
#include "clients/rest_auth.h"
#include "clients/sse.h"

enum {
	REFUSAL_MAX = 64 << 10,         /* kept of an answer that is no stream */
	LINE_MAX_BYTES = 16 << 10,      /* a line without an end is cut there */
	ANSWER_BYTES = 16 << 20,
	TOKENS_DEFAULT = 2000,
	HEADERS_MAX = 8,
};

/* How long a stream may be silent: a model that thinks sends a ping now and then. */
#define SILENCE (90 * USEC_SEC)

static const struct setting_def settings[] = {
	{ "provider", "anthropic", false, false, "anthropic or azure_openai" },
	{ "url", "https://api.anthropic.com", false, false, "anthropic: where it is" },
	{ "model", NULL, false, false, "anthropic: which model answers" },
	{ "api_version", "2026-10-21", false, false, "anthropic: 2026-10-21 or 2023-06-01" },
	{ "anthropic_key", NULL, false, true, "anthropic: the key" },
	{ "endpoint", NULL, false, false, "azure_openai: https://RESOURCE.openai.azure.com" },
	{ "deployment", NULL, false, false, "azure_openai: which deployment answers" },
	{ "azure_api_version", "v1", false, false, "azure_openai: v1, or the date of an older API" },
	{ "azure_key", NULL, false, true, "azure_openai: the key" },
	{ "auth", "header", false, false, "header, or bearer when the key is a token" },
	{ "max_tokens", "2000", false, false, "tokens of an answer at most" },
	{ "temperature", NULL, false, false, "0 to 2; not with api_version 2026-10-21" },
	HTTP_SETTINGS("60"),
	{ NULL, NULL, false, false, NULL },
};

struct llm {
	const struct source *source;
	const struct llm_api *api;
	struct http *http;
	struct rest_auth auth;
	char base[REST_BASE_MAX];       /* without the slash at its end */
};

/* ---- the source ------------------------------------------------------------------------ */

static bool read_base(const struct source *s, const struct llm_api *api, char base[static REST_BASE_MAX],
		      struct base_url *u, struct err *e)
{
	const char *url = source_get(s, api->url_key, api->url), *wrong;
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	if (len >= REST_BASE_MAX)
		return err_set(e, ERR_CONFIG, 0, "%s: the %s is too long", s->name, api->url_key);
	memcpy(base, url, len);
	base[len] = '\0';
	wrong = base_url_parse(base, u);
	if (wrong)
		return err_set(e, ERR_CONFIG, 0, "%s: %s: %s", s->name, api->url_key, wrong);
	return u->tls || host_is_loopback(u->host) ||
	       err_set(e, ERR_CONFIG, 0, "%s: credentials are not sent over plain http to %s: use https",
		       s->name, u->host);
}

/* 0, 0.25, 1.5, 2: it goes into the request as it is written. */
static bool is_temperature(const char *s)
{
	size_t digits = s[0] && s[1] == '.' ? strspn(s + 2, "0123456789") : 0;

	return s[0] >= '0' && s[0] < '2' ? !s[1] || (digits > 0 && !s[2 + digits]) : strcmp(s, "2") == 0;
}

static bool check_numbers(const struct source *s, struct err *e)
{
	const char *temperature = source_get(s, "temperature", "");
	long tokens = source_int(s, "max_tokens", -1);

	if (*source_get(s, "max_tokens", "") && (tokens < 1 || tokens > LLM_TOKENS_MAX))
		return err_set(e, ERR_CONFIG, 0, "%s: max_tokens must be from 1 to %d", s->name,
			       (int)LLM_TOKENS_MAX);
	return !*temperature || is_temperature(temperature) ||
	       err_set(e, ERR_CONFIG, 0, "%s: temperature must be from 0 to 2", s->name);
}

static bool check_auth(const struct source *s, const struct llm_api *api, struct err *e)
{
	const char *auth = source_get(s, "auth", "header");

	if (strcmp(auth, "header") != 0 && strcmp(auth, "bearer") != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: auth \"%s\" is none of header, bearer", s->name, auth);
	return *source_get(s, api->secret_key, "") ||
	       err_set(e, ERR_CONFIG, 0, "no %s: set sources.%s.%s", api->secret_key, s->name,
		       api->secret_key);
}

static bool prepare(struct source *s, struct err *e)
{
	const struct llm_api *api = llm_api_of(s, e);
	char base[REST_BASE_MAX];
	struct base_url u;

	return api && api->check(s, e) && check_numbers(s, e) && check_auth(s, api, e) &&
	       read_base(s, api, base, &u, e) && base_url_origin(&u, s->origin, sizeof(s->origin));
}

static void close_conn(void *conn)
{
	struct llm *l = conn;

	if (l)
		http_source_close(l->http, &l->auth);
	free(l);
}

static void *open_conn(const struct source *s, struct err *e)
{
	struct llm *l = source_alloc(s, sizeof(*l), e);
	struct base_url u;

	if (!l)
		return NULL;
	l->source = s;
	l->api = llm_api_of(s, e);
	if (l->api && read_base(s, l->api, l->base, &u, e)) {
		rest_auth_init_key(&l->auth, s, l->api->header, l->api->secret_key,
				   strcmp(source_get(s, "auth", "header"), "bearer") == 0);
		l->http = http_new(s, e);
	}
	if (l->http)
		return l;
	close_conn(l);
	return NULL;
}

/* ---- one exchange ------------------------------------------------------------------------ */

struct asking {
	struct llm *llm;
	struct row_sink *sink;          /* NULL = a health check */
	struct cancel *cancel;
	struct sse stream;
	struct llm_answer answer;
	struct buf body;                /* of what is no stream */
	struct http_response response;
	uint64_t rows, max_rows;
	size_t heard;                   /* bytes at the last tick */
};

static void asking_release(struct asking *a)
{
	sse_release(&a->stream);
	llm_answer_release(&a->answer);
	buf_release(&a->body);
}

static bool emit_line(struct asking *a, size_t len, bool last, struct err *e)
{
	const struct llm_answer *w = &a->answer;
	struct cell cells[] = { { buf_str(&w->text), len }, cell_of(w->model[0] ? w->model : NULL), CELL_NULL,
				CELL_NULL, CELL_NULL };
	char read[24], written[24];

	snprintf(read, sizeof(read), "%ld", w->read);
	snprintf(written, sizeof(written), "%ld", w->written);
	if (last && w->stop[0])
		cells[2] = cell_of(w->stop);
	if (last && w->read)
		cells[3] = cell_of(read);
	if (last && w->written)
		cells[4] = cell_of(written);
	if (a->rows >= a->max_rows)
		return err_set(e, ERR_LIMIT, 0, "the first %llu lines; there are more",
			       (unsigned long long)a->rows);
	a->rows++;
	return a->sink->row(a->sink, cells, e);
}

/* How much of the text is a line for certain: one that nothing but line ends follow waits,
 * as it may be the last. `skip` is what parts it from the next. SIZE_MAX = none yet. */
static size_t whole_line(const struct buf *text, size_t *skip)
{
	size_t held = text->len, len;
	const char *end;

	while (held > 0 && text->data[held - 1] == '\n')
		held--;
	end = memchr(buf_str(text), '\n', held);
	len = end ? (size_t)(end - text->data) : held;
	*skip = 1;
	if (len <= LINE_MAX_BYTES)
		return end ? len : SIZE_MAX;
	*skip = 0;
	len = LINE_MAX_BYTES;
	while (len > 1 && ((unsigned char)text->data[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void drop(struct buf *text, size_t n)
{
	memmove(text->data, text->data + n, text->len - n);
	text->len -= n;
	text->data[text->len] = '\0';
}

static bool emit_lines(struct asking *a, struct err *e)
{
	size_t len, skip;

	while ((len = whole_line(&a->answer.text, &skip)) != SIZE_MAX) {
		if (!emit_line(a, len, false, e))
			return false;
		drop(&a->answer.text, len + skip);
	}
	return true;
}

/* What is left when nothing follows any more. */
static bool emit_rest(struct asking *a, struct err *e)
{
	size_t len = a->answer.text.len;

	while (len > 0 && isspace((unsigned char)a->answer.text.data[len - 1]))
		len--;
	return (len == 0 && a->rows == 0) || emit_line(a, len, true, e);
}

static void tell_progress(struct asking *a)
{
	struct progress p = { .bytes_read = a->response.received };

	if (a->answer.read > 0)
		snprintf(p.note, sizeof(p.note), "%ld tokens read, %s", a->answer.read,
			 a->answer.began ? "writing" : "thinking");
	a->sink->progress(a->sink, &p);
}

/* An sse_event_fn. */
static bool on_event(void *ctx, const char *name, struct cell data, struct err *e)
{
	struct asking *a = ctx;

	(void)name;     /* the data says it as well */
	if (a->answer.over)
		return true;
	if (!llm_take(a->llm->api, a->llm->source->name, &a->answer, data, e) || !emit_lines(a, e))
		return false;
	tell_progress(a);
	return true;
}

static bool is_stream(const struct http_response *r)
{
	return r->status == 200 && strcmp(r->content_type, "text/event-stream") == 0;
}

/* An http_body_fn. */
static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct asking *a = ctx;
	size_t room = REFUSAL_MAX - a->body.len;

	if (a->sink)
		a->sink->bytes(a->sink, len);
	if (a->sink && is_stream(r)) {
		/* Nothing behind the end is waited for: some keep the connection open. */
		return sse_feed(&a->stream, data, len, on_event, a, e) &&
		       (!a->answer.over || err_set(e, ERR_CANCELLED, 0, "the answer is over"));
	}
	if (a->sink && r->status == 200)
		return err_set(e, ERR_DECODE, r->status, "expected a stream of events, got %s%s",
			       r->content_type[0] ? r->content_type : "no content type",
			       strstr(r->content_type, "html") ? " (login page?)" : "");
	return buf_put(&a->body, data, len < room ? len : room) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

/* The stream is slow by nature: any byte shows that the model is at work. */
static bool on_tick(void *ctx)
{
	struct asking *a = ctx;
	bool moved = a->response.received != a->heard;

	a->heard = a->response.received;
	return moved;
}

static bool exchange(struct asking *a, const char *url, const struct buf *body, usec deadline,
		     size_t max_bytes, struct err *e)
{
	struct llm *l = a->llm;
	const char *headers[HEADERS_MAX];
	struct rest_signed what = { .method = body ? "POST" : "GET", .path = "" };
	struct http_request req = {
		.method = what.method, .url = url, .headers = headers, .deadline = deadline,
		.body = body ? buf_str(body) : NULL, .body_len = body ? body->len : 0,
		.first_byte = source_int(l->source, "first_byte_timeout", 60) * USEC_SEC,
		.stall = SILENCE, .max_bytes = max_bytes, .tick = body ? on_tick : NULL,
	};
	struct buf lines = BUF_INIT;
	bool ok;

	if (!rest_auth_ready(&l->auth, deadline, a->cancel, e) || !rest_auth_apply(&l->auth, &what, e))
		return false;
	buf_puts(&lines, buf_str(&l->auth.headers));
	buf_printf(&lines, "Accept: %s\n", body ? "text/event-stream" : "application/json");
	buf_puts(&lines, body ? "Content-Type: application/json\n" : "");
	l->api->put_headers(l->source, &lines);
	http_list_headers(&lines, headers, HEADERS_MAX);
	ok = lines.failed ? err_set(e, ERR_MEMORY, 0, "out of memory for a request") :
			    http_exchange(l->http, &req, a->cancel, on_body, a, &a->response, e) ||
				    a->answer.over;
	rest_auth_wipe(&lines);
	return ok;
}

static bool status_err(struct asking *a, struct err *e)
{
	json_t *root = rest_is_json(&a->response) ? jsontext_read(buf_str(&a->body), a->body.len, NULL) : NULL;
	struct llm_failure f;
	struct buf text = BUF_INIT;

	if (root && llm_failure_find(root, &f)) {
		buf_put(&text, f.word.data ? f.word.data : "", f.word.len);
		buf_puts(&text, f.word.len > 0 ? ": " : "");
		buf_put(&text, f.message.data ? f.message.data : "", f.message.len);
	} else {
		buf_put(&text, buf_str(&a->body), a->body.len);
	}
	if (a->response.request_id[0])
		buf_printf(&text, " (request %s)", a->response.request_id);
	http_status_err(a->llm->source, &a->response, buf_str(&text), text.len, e);
	if (root && cell_is(f.word, "content_filter"))
		e->kind = ERR_DENIED;
	if (a->response.should_retry)
		e->transient = a->response.should_retry > 0;
	buf_release(&text);
	json_decref(root);
	return false;
}

/* ---- run ---------------------------------------------------------------------------------- */

static void put_url(const struct llm *l, bool health, struct buf *url)
{
	buf_puts(url, l->base);
	l->api->put_path(l->source, health, url);
}

static void say_sent(struct asking *a, const struct buf *url, const struct buf *body)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "POST %s", buf_str(url));
	rest_auth_describe(&a->llm->auth, &text);
	buf_puts(&text, "\n");
	a->llm->api->put_headers(a->llm->source, &text);
	buf_puts(&text, buf_str(body));
	a->sink->sent(a->sink, buf_str(&text));
	buf_release(&text);
}

static bool read_answer(struct asking *a, struct err *e)
{
	if (a->response.status != 200)
		return status_err(a, e);
	if (!a->answer.over) {
		err_set(e, ERR_NETWORK, 0, "the stream ended before the answer did");
		e->transient = true;
		return false;
	}
	return emit_rest(a, e) && a->llm->api->ended(&a->answer, e);
}

static bool ask(struct asking *a, const struct query *q, const struct llm_prompt *p, struct err *e)
{
	static const char *const columns[] = { "text", "model", "stop", "tokens_read", "tokens_written" };
	struct buf url = BUF_INIT, body = BUF_INIT;
	bool ok;

	put_url(a->llm, false, &url);
	a->llm->api->put_body(a->llm->source, p, &body);
	ok = !url.failed && !body.failed;
	if (!ok)
		err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	if (ok)
		say_sent(a, &url, &body);
	ok = ok && a->sink->columns(a->sink, columns, sizeof(columns) / sizeof(*columns), e) &&
	     exchange(a, buf_str(&url), &body, q->deadline,
		      q->max_bytes && q->max_bytes < ANSWER_BYTES ? (size_t)q->max_bytes : ANSWER_BYTES, e) &&
	     read_answer(a, e);
	buf_release(&url);
	buf_release(&body);
	return ok;
}

/* What was written before the end stays, the last piece as well; and no other attempt is
 * made behind it, which would tell something else. */
static void settle(struct asking *a, struct err *why)
{
	if (!a->answer.over && a->answer.text.len > 0 && why->kind != ERR_LIMIT)
		emit_line(a, a->answer.text.len, true, NULL);
	if (a->answer.began)
		why->transient = false;
	if (why->kind == ERR_AUTH)
		rest_auth_forget(&a->llm->auth);
	rest_auth_name_error(&a->llm->auth, a->llm->source->name, why);
}

static bool run(void *conn, const struct query *q, struct cancel *cancel, struct row_sink *sink,
		struct err *e)
{
	struct llm *l = conn;
	struct llm_prompt prompt = LLM_PROMPT_INIT;
	struct asking a = { .llm = l, .sink = sink, .cancel = cancel, .stream = SSE_INIT,
			    .max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS };
	struct err why = { 0 };
	bool ok = llm_prompt_read(&prompt, q, source_int(l->source, "max_tokens", TOKENS_DEFAULT), &why) &&
		  ask(&a, q, &prompt, &why);

	if (!ok) {
		settle(&a, &why);
		if (e)
			*e = why;
	}
	asking_release(&a);
	llm_prompt_release(&prompt);
	return ok;
}

/* ---- health --------------------------------------------------------------------------------- */

static bool read_health(struct asking *a, struct health *h, struct err *e)
{
	struct buf text = BUF_INIT;
	json_t *root;
	bool ok;

	h->skew_ms = a->response.skew_ms;
	if (a->response.status != 200)
		return status_err(a, e);
	root = jsontext_read(buf_str(&a->body), a->body.len, e);
	if (!root)
		return false;
	ok = a->llm->api->put_health(root, &text);
	snprintf(h->server, sizeof(h->server), "%.95s", buf_str(&text));
	snprintf(h->detail, sizeof(h->detail), "%s",
		 "asked for its models only, which costs no tokens; asks a model only when you say so");
	h->read_only = true;
	buf_release(&text);
	json_decref(root);
	return ok || err_set(e, ERR_DECODE, 0, "the answer is JSON, but not about models");
}

/* A list of models costs nothing. */
static bool check(void *conn, usec deadline, struct cancel *cancel, struct health *h, struct err *e)
{
	struct llm *l = conn;
	struct asking a = { .llm = l, .cancel = cancel, .stream = SSE_INIT };
	struct buf url = BUF_INIT;
	struct err why = { 0 };
	bool ok;

	*h = (struct health){ 0 };
	put_url(l, true, &url);
	ok = exchange(&a, buf_str(&url), NULL, deadline, 0, &why) && read_health(&a, h, &why);
	if (!ok) {
		settle(&a, &why);
		if (e)
			*e = why;
	}
	buf_release(&url);
	asking_release(&a);
	return ok;
}

const struct client_ops llm_ops = {
	.kind = "llm",
	.extension = "yaml",
	.libraries = true,
	.settings = settings,
	.prepare = prepare,
	.open = open_conn,
	.run = run,
	.check = check,
	.close = close_conn,
};
