#include "clients/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/http_head.h"
#include "clients/http_origin.h"

/* Where an exchange is; each place has its own limit and its own word in errors. */
enum phase { PHASE_DNS, PHASE_CONNECT, PHASE_TLS, PHASE_ANSWER, PHASE_BODY };

static const char *const phase_words[] = {
	"DNS", "connect", "TLS handshake", "first byte", "body",
};

#define CONNECT_TOTAL   (10 * USEC_SEC)
#define FIRST_BYTE      (30 * USEC_SEC)
#define STALL_TIME      (20 * USEC_SEC)
#define STALL_RATE      64 /* bytes a second */
#define TICK_TIME       USEC_SEC

enum { READ_BYTES = 128 << 10 };        /* at once from the socket: rows come in millions */

struct http {
	const struct source *source;
	CURLM *multi;
	CURL *easy;
	usec connect_total, first_byte;
};

/* One exchange, on the stack of http_exchange(). */
struct exchange {
	struct http *http;
	const struct http_request *req;
	struct cancel *cancel;
	http_body_fn *body;
	void *ctx;
	struct http_response *response;
	struct http_head head;
	struct curl_slist *headers;
	curl_mime *mime;
	char where[128];                /* host:port, for errors */
	char detail[CURL_ERROR_SIZE];
	enum phase phase;
	bool handshake;                 /* TLS has begun */
	usec started, phase_since;
	curl_off_t stall_mark;          /* raw bytes at stall_since */
	usec stall_since, next_tick;
	bool refused;                   /* our side stopped: *e is set */
	bool done;
	CURLcode rc;
	struct err *e;
};

struct http *http_new(const struct source *s, struct err *e)
{
	struct http *h = calloc(1, sizeof(*h));

	if (h) {
		h->source = s;
		h->connect_total = source_int(s, "connect_timeout", CONNECT_TOTAL / USEC_SEC) *
				   USEC_SEC;
		h->first_byte = source_int(s, "first_byte_timeout", FIRST_BYTE / USEC_SEC) *
				USEC_SEC;
		h->multi = curl_multi_init();
		h->easy = curl_easy_init();
	}
	if (h && h->multi && h->easy)
		return h;
	http_free(h);
	err_set(e, ERR_MEMORY, 0, "%s: no memory for a connection", s->name);
	return NULL;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	/* A resolver that hangs is left behind instead of waited for. */
	if (h->easy)
		curl_easy_setopt(h->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	free(h);
}

/* ---- what libcurl calls ---- */

static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;

	http_head_line(&x->head, data, size * n, now_wall());
	return size * n;
}

static bool over_ceiling(struct exchange *x, size_t max)
{
	return err_set(x->e, ERR_LIMIT, 0, "%s: the answer is larger than %zu bytes, stopped there",
		       x->http->source->name, max);
}

static bool deliver(struct exchange *x, const char *data, size_t len)
{
	size_t max = x->req->max_bytes ? x->req->max_bytes : CLIENT_MAX_BYTES;
	size_t room = max - (size_t)x->response->received;
	size_t take = len < room ? len : room;

	if (cancel_fired(x->cancel))
		return err_set(x->e, ERR_CANCELLED, 0, "stopped");
	x->response->received += take;
	if (take > 0 && x->body && !x->body(x->ctx, x->response, data, take, x->e))
		return false;
	return take == len || over_ceiling(x, max);
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;

	if (n == 0)
		return 0;
	x->refused = x->refused || !deliver(x, data, size * n);
	return x->refused ? 0 : size * n;
}

/* Called when the TCP connection stands and the handshake is about to begin. */
static CURLcode on_tls(CURL *c, void *ssl_context, void *ctx)
{
	struct exchange *x = ctx;

	(void)c;
	(void)ssl_context;
	x->handshake = true;
	return CURLE_OK;
}

/* ---- setting the transfer up ---- */

/* Header lines may hold secrets, and curl_slist keeps copies. */
static void free_headers(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(list);
}

static bool add_header(struct exchange *x, const char *line)
{
	struct curl_slist *more = curl_slist_append(x->headers, line);

	if (more)
		x->headers = more;
	return more != NULL;
}

static bool add_headers(struct exchange *x)
{
	/* Waiting for "100 Continue" costs a second with servers that never say it. */
	bool ok = add_header(x, "Expect:");

	for (const char *const *line = x->req->headers; ok && line && *line; line++)
		ok = add_header(x, *line);
	return ok && curl_easy_setopt(x->http->easy, CURLOPT_HTTPHEADER, x->headers) == CURLE_OK;
}

static bool add_fields(struct exchange *x)
{
	x->mime = curl_mime_init(x->http->easy);
	for (size_t i = 0; x->mime && i < x->req->nfields; i++) {
		const struct http_field *f = &x->req->fields[i];
		curl_mimepart *part = curl_mime_addpart(x->mime);

		if (!part || curl_mime_name(part, f->name) != CURLE_OK ||
		    curl_mime_data(part, f->data, f->len) != CURLE_OK)
			return false;
		if (f->file && curl_mime_filename(part, f->name) != CURLE_OK)
			return false;
	}
	return x->mime && curl_easy_setopt(x->http->easy, CURLOPT_MIMEPOST, x->mime) == CURLE_OK;
}

#define SET(option, value) (ok = ok && curl_easy_setopt(c, CURLOPT_##option, value) == CURLE_OK)

static bool set_method(struct exchange *x)
{
	const struct http_request *r = x->req;
	CURL *c = x->http->easy;
	bool ok = true;

	if (r->nfields > 0) {
		ok = add_fields(x);
	} else if (r->body || strcmp(r->method, "POST") == 0) {
		SET(POST, 1L);
		SET(POSTFIELDS, r->body ? r->body : "");
		SET(POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
	} else {
		SET(HTTPGET, 1L);
	}
	if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "POST") != 0)
		SET(CUSTOMREQUEST, r->method);
	if (r->user) {
		SET(HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(USERNAME, r->user);
		SET(PASSWORD, r->password ? r->password : "");
	}
	return ok;
}

/* What a hostile or careless surrounding could turn off is set here each time. */
static bool set_guards(struct exchange *x)
{
	const struct source *s = x->http->source;
	const char *ca_file = source_get(s, "ca_file", NULL);
	CURL *c = x->http->easy;
	bool ok = true;

	SET(PROTOCOLS_STR, "http,https");
	SET(FOLLOWLOCATION, 0L);
	SET(NETRC, (long)CURL_NETRC_IGNORED);
	SET(PROXY, source_get(s, "proxy", ""));
	SET(NOPROXY, "localhost,127.0.0.1,::1");
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 2L);
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca_file) {
		/* Only this one: the system's directory would still vouch for others. */
		SET(CAINFO, ca_file);
		SET(CAPATH, NULL);
	}
	return ok;
}

static bool set_transfer(struct exchange *x)
{
	CURL *c = x->http->easy;
	bool ok = true;

	SET(URL, x->req->url);
	SET(PATH_AS_IS, 1L);
	SET(NOSIGNAL, 1L);
	SET(QUICK_EXIT, 1L);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(ACCEPT_ENCODING, "");
	SET(USERAGENT, "sextant");
	SET(TCP_KEEPALIVE, 1L);
	SET(CONNECTTIMEOUT_MS, (long)(x->http->connect_total / USEC_MS));
	SET(ERRORBUFFER, x->detail);
	SET(HEADERFUNCTION, on_header);
	SET(HEADERDATA, x);
	SET(WRITEFUNCTION, on_body);
	SET(WRITEDATA, x);
	SET(SSL_CTX_FUNCTION, on_tls);
	SET(SSL_CTX_DATA, x);
	/* A wish only: an exchange that found no address leaves its buffer behind, and then
	 * libcurl refuses another size. */
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)READ_BYTES);
	return ok;
}

static bool set_up(struct exchange *x)
{
	curl_easy_reset(x->http->easy);
	if (set_transfer(x) && set_guards(x) && set_method(x) && add_headers(x) &&
	    curl_multi_add_handle(x->http->multi, x->http->easy) == CURLM_OK)
		return true;
	return err_set(x->e, ERR_INTERNAL, 0, "%s: the request to %s cannot be prepared",
		       x->http->source->name, x->where);
}

static void tear_down(struct exchange *x)
{
	curl_multi_remove_handle(x->http->multi, x->http->easy);
	/* Drops the pointers into x and into the caller's request. */
	curl_easy_reset(x->http->easy);
	curl_easy_setopt(x->http->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_mime_free(x->mime);
	free_headers(x->headers);
}

/* ---- time ---- */

static bool reached(struct exchange *x, CURLINFO what)
{
	curl_off_t at = 0;

	return curl_easy_getinfo(x->http->easy, what, &at) == CURLE_OK && at > 0;
}

static enum phase phase_now(struct exchange *x)
{
	if (x->head.complete)
		return PHASE_BODY;
	if (reached(x, CURLINFO_PRETRANSFER_TIME_T))
		return PHASE_ANSWER;
	/* libcurl tells the time of the TCP connection only after the handshake. */
	if (x->handshake)
		return PHASE_TLS;
	return reached(x, CURLINFO_NAMELOOKUP_TIME_T) ? PHASE_CONNECT : PHASE_DNS;
}

static usec stall_time(const struct exchange *x)
{
	return x->req->stall ? x->req->stall : STALL_TIME;
}

/* The body moves, or something else shows that the server is at work. */
static void restart_stall(struct exchange *x, curl_off_t got, usec now)
{
	x->stall_mark = got;
	x->stall_since = now;
}

static void watch_body(struct exchange *x, usec now)
{
	curl_off_t got = 0;

	curl_easy_getinfo(x->http->easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
	if (got - x->stall_mark >= STALL_RATE * stall_time(x) / USEC_SEC)
		restart_stall(x, got, now);
}

static void update_phase(struct exchange *x, usec now)
{
	enum phase p = phase_now(x);

	if (p != x->phase) {
		x->phase = p;
		x->phase_since = now;
		restart_stall(x, 0, now);
	}
	if (p == PHASE_BODY)
		watch_body(x, now);
}

/* The connection's share: 3 s DNS, 3 s TCP, 5 s TLS of 10 s in all; another
 * connect_timeout is divided alike. */
static usec connect_limit(const struct exchange *x)
{
	static const int tenths[] = { [PHASE_DNS] = 3, [PHASE_CONNECT] = 3, [PHASE_TLS] = 5 };
	usec total = x->http->connect_total;
	usec phase_end = x->phase_since + total * tenths[x->phase] / 10;
	usec end = x->started + total;

	return phase_end < end ? phase_end : end;
}

/* When the present phase is over its limit. */
static usec phase_limit(const struct exchange *x)
{
	switch (x->phase) {
	case PHASE_BODY:
		return x->stall_since + stall_time(x);
	case PHASE_ANSWER:
		return x->phase_since +
		       (x->req->first_byte ? x->req->first_byte : x->http->first_byte);
	default:
		return connect_limit(x);
	}
}

static bool timed_out(struct exchange *x, usec now)
{
	char waited[TIME_SPAN_MAX];
	const char *name = x->http->source->name;

	time_span(waited, now - (x->phase == PHASE_BODY ? x->stall_since : x->phase_since));
	if (now >= x->req->deadline)
		err_set(x->e, ERR_TIMEOUT, 0, "%s: deadline passed (%s, %s)", name,
			phase_words[x->phase], x->where);
	else if (x->phase == PHASE_BODY)
		err_set(x->e, ERR_TIMEOUT, 0, "%s: stall: %s sent nearly nothing for %s", name,
			x->where, waited);
	else
		err_set(x->e, ERR_TIMEOUT, 0, "%s: %s: no answer from %s within %s", name,
			phase_words[x->phase], x->where, waited);
	if (x->e)
		x->e->transient = x->response->received == 0;
	return false;
}

static void tick(struct exchange *x, usec now)
{
	usec after;

	if (!x->req->tick || x->phase < PHASE_ANSWER || now < x->next_tick)
		return;
	if (x->req->tick(x->ctx))
		restart_stall(x, x->stall_mark, now_mono());
	/* A slow look must not keep the transfer waiting for most of its time. */
	after = now_mono();
	x->next_tick = after + TICK_TIME + 4 * (after - now);
}

static bool may_go_on(struct exchange *x)
{
	usec now = now_mono();

	if (cancel_fired(x->cancel))
		return err_set(x->e, ERR_CANCELLED, 0, "stopped");
	update_phase(x, now);
	if (now >= x->req->deadline || now >= phase_limit(x))
		return timed_out(x, now);
	tick(x, now);
	return !cancel_fired(x->cancel) || err_set(x->e, ERR_CANCELLED, 0, "stopped");
}

static int poll_ms(const struct exchange *x)
{
	usec until = phase_limit(x), left;

	if (x->req->deadline < until)
		until = x->req->deadline;
	if (x->req->tick && x->next_tick < until)
		until = x->next_tick;
	left = until - now_mono();
	if (left > USEC_MIN)
		left = USEC_MIN;
	return left > 0 ? (int)(left / USEC_MS) + 1 : 0;
}

/* ---- driving it ---- */

static void collect(struct exchange *x)
{
	int left;
	CURLMsg *m;

	while ((m = curl_multi_info_read(x->http->multi, &left))) {
		if (m->msg == CURLMSG_DONE) {
			x->done = true;
			x->rc = m->data.result;
		}
	}
}

static bool drive(struct exchange *x)
{
	struct curl_waitfd stop = { .fd = x->cancel ? x->cancel->fd : -1, .events = CURL_WAIT_POLLIN };
	unsigned extra = x->cancel ? 1 : 0;
	CURLMcode mc;
	int running;

	for (;;) {
		mc = curl_multi_perform(x->http->multi, &running);
		collect(x);
		if (x->done || x->refused)
			return true;
		if (!may_go_on(x))
			return false;
		if (mc == CURLM_OK)
			mc = curl_multi_poll(x->http->multi, &stop, extra, poll_ms(x), NULL);
		if (mc != CURLM_OK)
			return err_set(x->e, ERR_INTERNAL, mc, "%s: %s", x->http->source->name,
				       curl_multi_strerror(mc));
	}
}

/* ---- what a failure of libcurl means ---- */

/* A handshake fails for what the peer is, or because the line broke in it. */
static bool broken_handshake(const char *detail)
{
	return strstr(detail, "SSL_ERROR_SYSCALL") || strstr(detail, "onnection reset") ||
	       strstr(detail, "unexpected eof");
}

static enum err_kind curl_kind(CURLcode rc, const char *detail)
{
	switch (rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return ERR_TRUST;
	case CURLE_SSL_CONNECT_ERROR:
		return broken_handshake(detail) ? ERR_NETWORK : ERR_TRUST;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_URL_MALFORMAT:
		return ERR_CONFIG;
	case CURLE_UNSUPPORTED_PROTOCOL: /* what answered does not speak HTTP */
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_WRITE_ERROR: /* see words_of() */
	case CURLE_WEIRD_SERVER_REPLY:
		return ERR_DECODE;
	case CURLE_OPERATION_TIMEDOUT:
		return ERR_TIMEOUT;
	case CURLE_OUT_OF_MEMORY:
		return ERR_MEMORY;
	default:
		return ERR_NETWORK;
	}
}

/* Ours refuses by itself: this write error is that of an unpacker which had its end. */
static const char *words_of(const struct exchange *x)
{
	if (x->rc == CURLE_WRITE_ERROR)
		return "more follows the end of what is compressed";
	return x->detail[0] ? x->detail : curl_easy_strerror(x->rc);
}

static bool fail(struct exchange *x)
{
	const char *name = x->http->source->name;
	const char *why = words_of(x);
	enum err_kind kind = curl_kind(x->rc, why);

	if (x->rc == CURLE_COULDNT_RESOLVE_HOST || x->rc == CURLE_COULDNT_RESOLVE_PROXY)
		x->phase = PHASE_DNS;
	if (x->response->received > 0)
		err_set(x->e, kind, 0, "%s: connection to %s broke after %llu bytes: %s", name,
			x->where, (unsigned long long)x->response->received, why);
	else
		err_set(x->e, kind, 0, "%s: %s (%s): %s", name, phase_words[x->phase], x->where,
			why);
	if (x->e)
		x->e->transient = (kind == ERR_NETWORK || kind == ERR_TIMEOUT) &&
				  x->response->received == 0;
	return false;
}

static bool finish(struct exchange *x)
{
	if (x->refused)
		return false;
	if (x->rc != CURLE_OK) {
		update_phase(x, now_mono());
		return fail(x);
	}
	/* libcurl is content with a head that breaks off. */
	if (!x->head.complete) {
		x->rc = CURLE_GOT_NOTHING;
		return fail(x);
	}
	x->response->complete = true;
	return true;
}

bool http_exchange(struct http *h, const struct http_request *req, struct cancel *cancel,
		   http_body_fn *body, void *ctx, struct http_response *response, struct err *e)
{
	struct exchange x = {
		.http = h, .req = req, .cancel = cancel, .body = body, .ctx = ctx,
		.response = response, .head = { .response = response },
		.started = now_mono(), .e = e,
	};
	bool ok;

	*response = (struct http_response){ 0 };
	x.phase_since = x.stall_since = x.started;
	x.next_tick = x.started + TICK_TIME;
	if (!http_origin_check(h->source, req, x.where, sizeof(x.where), e))
		return false;
	ok = set_up(&x) && drive(&x) && finish(&x);
	response->sent = phase_now(&x) >= PHASE_ANSWER;
	tear_down(&x);
	return ok;
}

bool http_list_headers(struct buf *lines, const char **out, size_t max)
{
	char *rest = lines->data, *line;
	size_t n = 0;

	while (n < max - 1 && rest && (line = strsep(&rest, "\n")) && *line)
		out[n++] = line;
	out[n] = NULL;
	return !lines->failed;
}
