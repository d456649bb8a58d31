#include "clients/aws_call.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/base_url.h"
#include "clients/jsontext.h"
#include "clients/skew.h"
#include "clients/xmltext.h"

enum { ANSWER_MAX = 1 << 20, LINES_MAX = 10 };

/* ---- who signs --------------------------------------------------------------------- */

void aws_identity_release(struct aws_identity *i)
{
	secret_release(&i->secret);
	secret_release(&i->token);
	explicit_bzero(i, sizeof(*i));
	i->expires = TIME_NONE;
}

bool aws_identity_copy(struct aws_identity *to, const struct aws_identity *from, struct err *e)
{
	if (!secret_set(&to->secret, from->secret.data, from->secret.len, e) ||
	    !secret_set(&to->token, from->token.data, from->token.len, e))
		return false;
	memcpy(to->id, from->id, sizeof(to->id));
	memcpy(to->origin, from->origin, sizeof(to->origin));
	to->expires = from->expires;
	to->generation = from->generation;
	return true;
}

static bool header_text(struct cell c)
{
	for (size_t i = 0; i < c.len; i++) {
		if ((unsigned char)c.data[i] < 0x21 || (unsigned char)c.data[i] > 0x7e)
			return false;
	}
	return true;
}

bool aws_identity_set(struct aws_identity *i, struct cell id, struct cell secret, struct cell token,
		      struct err *e)
{
	if (id.len == 0 || secret.len == 0)
		return err_set(e, ERR_CONFIG, 0, "there is no %s in it",
			       id.len == 0 ? "access key id" : "secret access key");
	if (id.len >= sizeof(i->id) || !header_text(id) || !header_text(token))
		return err_set(e, ERR_CONFIG, 0, "they cannot be credentials of AWS");
	memcpy(i->id, id.data, id.len);
	i->id[id.len] = '\0';
	return secret_set(&i->secret, secret.data, secret.len, e) &&
	       secret_set(&i->token, token.data, token.len, e);
}

/* ---- where ------------------------------------------------------------------------- */

static bool plain_region(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n < AWS_NAME_MAX && s[n] == '\0' && *s != '-';
}

bool aws_service_url(char out[static AWS_URL_MAX], const char *service, const char *region,
		     struct err *e)
{
	if (!plain_region(region))
		return err_set(e, ERR_CONFIG, 0, "the region \"%s\" is none of AWS", region);
	snprintf(out, AWS_URL_MAX, "https://%s.%s.amazonaws.com%s", service, region,
		 strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
	return true;
}

bool aws_url_check(const struct source *s, const char *key, const char *url, char *origin,
		   size_t originsz, struct err *e)
{
	struct base_url u;
	const char *wrong = base_url_parse(url, &u);

	if (!wrong && strlen(url) >= AWS_URL_MAX)
		wrong = "the url is too long";
	if (wrong)
		return err_set(e, ERR_CONFIG, 0, "%s: %s: %s", s->name, key, wrong);
	if (!u.tls && !host_is_loopback(u.host))
		return err_set(e, ERR_CONFIG, 0, "%s: %s: credentials are not sent over plain http to "
			       "%s: use https", s->name, key, u.host);
	return base_url_origin(&u, origin, originsz) ||
	       err_set(e, ERR_CONFIG, 0, "%s: %s: the url is too long", s->name, key);
}

static void place(struct aws_endpoint *p, const char *url)
{
	size_t len = strlen(url), authority;
	const char *from = strstr(url, "://") + strlen("://");
	struct base_url u;

	while (len > 0 && url[len - 1] == '/')
		len--;
	snprintf(p->url, sizeof(p->url), "%.*s", (int)len, url);
	authority = strcspn(from, "/");
	base_url_parse(url, &u);
	p->may_learn = u.tls || host_is_loopback(u.host);
	/* As curl writes it: without the port that goes without saying. */
	snprintf(p->host, sizeof(p->host), "%.*s", (int)authority, from);
	if (u.port == (u.tls ? 443 : 80))
		snprintf(p->host, sizeof(p->host), "%s", u.host);
	snprintf(p->path, sizeof(p->path), "%s/", p->url + (from - url) + authority);
}

bool aws_endpoint_init(struct aws_endpoint *p, const struct source *owner, const char *url,
		       const char *region, const char *service, struct err *e)
{
	char own[AWS_URL_MAX];

	*p = (struct aws_endpoint){ .owner = owner };
	if (!url && !aws_service_url(own, service, region, e))
		return false;
	p->source = (struct source){
		.client = owner->client, .settings = owner->settings, .nsettings = owner->nsettings,
	};
	memcpy(p->source.name, owner->name, sizeof(p->source.name));
	if (!aws_url_check(owner, service, url ? url : own, p->source.origin,
			   sizeof(p->source.origin), e))
		return false;
	place(p, url ? url : own);
	snprintf(p->region, sizeof(p->region), "%s", region);
	snprintf(p->service, sizeof(p->service), "%s", service);
	p->http = http_new(&p->source, e);
	return p->http != NULL;
}

void aws_endpoint_release(struct aws_endpoint *p)
{
	http_free(p->http);
	p->http = NULL;
	sigv4_key_wipe(&p->key);
}

/* ---- one exchange ------------------------------------------------------------------ */

void aws_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_release(b);
}

/* An http_body_fn. */
static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct aws_call *c = ctx;

	(void)r;
	if (c->sink)
		c->sink->bytes(c->sink, len);
	return buf_put(&c->answer, data, len) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

static const char *type_of(const struct aws_call *c)
{
	return c->target ? "application/x-amz-json-1.1"
			 : "application/x-www-form-urlencoded; charset=utf-8";
}

static const char *method_of(const struct aws_call *c)
{
	return c->path ? "GET" : "POST";
}

/* What the signature adds. */
static bool sign(struct aws_endpoint *p, const struct aws_call *c, usec offset, const char *path,
		 struct buf *lines, struct err *e)
{
	const struct sigv4_header headers[] = {
		{ "Host", p->host }, { "Content-Type", type_of(c) }, { "X-Amz-Target", c->target },
	};
	const struct sigv4_request r = {
		.method = method_of(c), .path = path, .query = c->query ? c->query : "",
		.headers = headers, .nheaders = c->path ? 1 : c->target ? 3 : 2, .body = c->body,
		.body_len = c->body_len, .region = p->region, .service = p->service,
		.s3 = strcmp(p->service, "s3") == 0, .now = now_wall() + offset,
	};
	struct sigv4_signer who;

	if (!c->who)
		return true;
	who = (struct sigv4_signer){
		.id = c->who->id, .secret = c->who->secret.data, .secret_len = c->who->secret.len,
		.token = c->who->token.data,
	};
	return sigv4_sign(&p->key, &r, &who, lines, e);
}

static bool send_call(struct aws_endpoint *p, struct aws_call *c, const char *path, struct buf *lines,
		      struct err *e)
{
	const char *headers[LINES_MAX];
	struct buf url = BUF_INIT;
	struct http_request request = {
		.method = method_of(c), .headers = headers, .body = c->body, .body_len = c->body_len,
		.deadline = c->deadline, .max_bytes = c->max_bytes ? c->max_bytes : ANSWER_MAX,
	};
	bool ok;

	http_list_headers(lines, headers, LINES_MAX);
	/* The endpoint's url and path end in the same. */
	buf_printf(&url, "%s%s%s%s", p->url, path + strlen(p->path) - 1, c->query ? "?" : "",
		   c->query ? c->query : "");
	request.url = buf_str(&url);
	ok = !url.failed || err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	ok = ok && http_exchange(p->http, &request, c->cancel, on_body, c, &c->response, e);
	buf_release(&url);
	return ok;
}

static void put_own_lines(const struct aws_call *c, struct buf *lines)
{
	if (!c->path)
		buf_printf(lines, "Content-Type: %s\n", type_of(c));
	if (c->target)
		buf_printf(lines, "X-Amz-Target: %s\n", c->target);
	if (c->range)
		buf_printf(lines, "Range: %s\n", c->range);
}

static bool attempt(struct aws_endpoint *p, struct aws_call *c, struct err *e)
{
	usec offset = c->who ? skew_offset(p->source.origin) : 0;
	struct buf lines = BUF_INIT, path = BUF_INIT;
	bool ok;

	aws_wipe(&c->answer);
	c->answer.max = c->max_bytes ? c->max_bytes : ANSWER_MAX;
	buf_printf(&path, "%s%s", p->path, c->path ? c->path : "");
	put_own_lines(c, &lines);
	ok = sign(p, c, offset, buf_str(&path), &lines, e);
	ok = ok && (!(lines.failed || path.failed) ||
		    err_set(e, ERR_MEMORY, 0, "out of memory for a request"));
	ok = ok && send_call(p, c, buf_str(&path), &lines, e);
	aws_wipe(&lines);
	buf_release(&path);
	return ok;
}

/* ---- clocks ------------------------------------------------------------------------ */

static bool is_refusal(const struct http_response *r)
{
	return r->status == 400 || r->status == 401 || r->status == 403;
}

static bool says_time(const struct aws_fault *f)
{
	return strstr(f->code, "RequestTimeTooSkewed") || strstr(f->code, "RequestExpired") ||
	       strstr(f->code, "Signature") || strstr(f->message, "Signature");
}

/* It was refused for its signature, and its time was off by more than services accept. */
static bool clock_was_off(const struct aws_endpoint *p, const struct aws_call *c)
{
	usec skew = c->response.skew_ms * USEC_MS;
	struct aws_fault f;

	if (!c->who || !is_refusal(&c->response) || !c->response.date[0] ||
	    !skew_matters(skew - skew_offset(p->source.origin)))
		return false;
	aws_fault_read(c, &f);
	return says_time(&f);
}

static void tell_clock(const struct aws_call *c)
{
	struct progress p = { .rows_read = 0 };
	usec skew = c->response.skew_ms * USEC_MS;

	if (!c->sink)
		return;
	snprintf(p.note, sizeof(p.note), "your clock is %lld min %s: signed again",
		 skew_minutes(skew), skew > 0 ? "behind" : "ahead");
	c->sink->progress(c->sink, &p);
}

bool aws_call(struct aws_endpoint *p, struct aws_call *c, struct err *e)
{
	if (!attempt(p, c, e))
		return false;
	if (!clock_was_off(p, c) || !p->may_learn ||
	    !skew_correct(p->source.origin, c->response.skew_ms * USEC_MS))
		return true;
	tell_clock(c);
	return attempt(p, c, e);
}

/* ---- faults ------------------------------------------------------------------------ */

/* "com.amazonaws.athena#Code:http://…" is Code. */
static void put_code(struct aws_fault *f, struct cell c)
{
	const char *hash;
	size_t n = 0;

	if (cell_is_null(c))
		return;
	hash = memrchr(c.data, '#', c.len);
	if (hash)
		c = (struct cell){ hash + 1, c.len - (size_t)(hash + 1 - c.data) };
	while (n < c.len && n < sizeof(f->code) - 1 && c.data[n] != ':' && c.data[n] > ' ' &&
	       c.data[n] < 0x7f)
		n++;
	snprintf(f->code, sizeof(f->code), "%.*s", (int)n, c.data);
}

/* The session's token is shown back in what a wrong signature should have signed. */
static bool repeats_secret(const struct aws_call *c, const char *text, size_t len)
{
	enum { TELLING = 16 };
	const struct secret *const all[] = { c->who ? &c->who->secret : NULL,
					     c->who ? &c->who->token : NULL };

	for (size_t i = 0; i < 2; i++) {
		size_t n = all[i] ? all[i]->len : 0;

		if (n > 0 && memmem(text, len, all[i]->data, n < TELLING ? n : TELLING))
			return true;
	}
	return false;
}

/* Its first line: those behind it explain signatures. */
static void put_message(const struct aws_call *c, struct aws_fault *f, struct cell m)
{
	const char *line = m.data ? memchr(m.data, '\n', m.len) : NULL;

	if (line)
		m.len = (size_t)(line - m.data);
	if (cell_is_null(m))
		return;
	if (repeats_secret(c, m.data, m.len))
		m = cell_of("its words repeat our credentials");
	text_safe(f->message, sizeof(f->message), m.data, m.len);
}

static bool read_json_fault(const struct aws_call *c, struct aws_fault *f)
{
	const struct buf *b = &c->answer;
	json_t *root = jsontext_read(buf_str(b), b->len, NULL);
	struct cell message = CELL_NULL;

	if (json_is_object(root)) {
		struct cell code = jsontext_scalar(json_object_get(root, "__type"));

		put_code(f, cell_is_null(code) ? jsontext_scalar(json_object_get(root, "code")) : code);
		message = jsontext_scalar(json_object_get(root, "message"));
		if (cell_is_null(message))
			message = jsontext_scalar(json_object_get(root, "Message"));
		put_message(c, f, message);
	}
	json_decref(root);
	return f->code[0] != '\0';
}

static void read_xml_fault(const struct aws_call *c, struct aws_fault *f)
{
	const struct buf *b = &c->answer;
	/* ErrorResponse/Error of STS; Response/Errors/Error of the oldest; Error of S3. */
	static const char *const at[] = { "*/Error/", "*/Errors/Error/", "Error/" };
	char path[40];

	for (size_t i = 0; i < 3 && !f->code[0]; i++) {
		struct buf code = BUF_INIT, message = BUF_INIT;
		bool found;

		snprintf(path, sizeof(path), "%sCode", at[i]);
		if (xmltext_get(buf_str(b), b->len, path, &code, &found, NULL) && found) {
			put_code(f, (struct cell){ buf_str(&code), code.len });
			snprintf(path, sizeof(path), "%sMessage", at[i]);
			if (xmltext_get(buf_str(b), b->len, path, &message, &found, NULL) && found)
				put_message(c, f, (struct cell){ buf_str(&message), message.len });
		}
		buf_release(&code);
		buf_release(&message);
	}
}

void aws_fault_read(const struct aws_call *c, struct aws_fault *f)
{
	*f = (struct aws_fault){ "" };
	if (!read_json_fault(c, f))
		read_xml_fault(c, f);
	if (!f->code[0] && c->response.error_type[0])
		put_code(f, cell_of(c->response.error_type));
}

static bool one_of(const char *code, const char *const *list)
{
	while (*list && strcmp(*list, code) != 0)
		list++;
	return *list != NULL;
}

bool aws_fault_expired(const struct aws_fault *f)
{
	static const char *const codes[] = {
		"ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired", NULL,
	};

	return one_of(f->code, codes);
}

static const char *const throttled[] = {
	"ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException",
	"RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
	"BandwidthLimitExceeded", "LimitExceededException", NULL,
};

static const char *const unknown_to_them[] = {
	"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException",
	"SignatureDoesNotMatch", "InvalidAccessKeyId", "AuthFailure", "IncompleteSignature",
	"IncompleteSignatureException", "MissingAuthenticationToken", "OptInRequired",
	"MissingAuthenticationTokenException", "RequestTimeTooSkewed", "RequestExpired",
	"NotAuthorized", "InvalidIdentityToken", "IDPRejectedClaim", NULL,
};

static const char *const not_allowed[] = {
	"AccessDeniedException", "AccessDenied", "UnauthorizedOperation",
	"UnauthorizedException", NULL,
};

static const char *const their_trouble[] = {
	"InternalServerException", "InternalFailure", "InternalError", "ServiceUnavailable",
	"ServiceUnavailableException", "IDPCommunicationError", NULL,
};

/* The message tells who was refused what, never a secret; the signature that a refused
 * one quotes is good for nothing. */
bool aws_fault_err(const struct aws_endpoint *p, const struct aws_call *c, const struct aws_fault *f,
		   struct err *e)
{
	const struct http_response *r = &c->response;
	usec skew = r->skew_ms * USEC_MS;
	const char *name = p->owner->name, *code = f->code;
	const char *said = f->message[0] ? f->message : "no reason given";

	if (!code[0]) {
		bool shown = !repeats_secret(c, buf_str(&c->answer), c->answer.len);

		return http_status_err(p->owner, r, shown ? buf_str(&c->answer) : "",
				       shown ? c->answer.len : 0, e);
	}
	if (one_of(code, throttled)) {
		err_transient(e, ERR_QUOTA, r->status, "%s: %s: %s", name, code, said);
		if (e)
			e->retry_after_ms = r->retry_after_ms;
		return false;
	}
	if (one_of(code, unknown_to_them) && skew_matters(skew))
		return err_set(e, ERR_AUTH, r->status, "%s: your clock is %lld min %s %s (%s)", name,
			       skew_minutes(skew), skew > 0 ? "behind" : "ahead of", p->host, code);
	if (one_of(code, unknown_to_them) || aws_fault_expired(f))
		return err_set(e, ERR_AUTH, r->status, "%s: %s: %s", name, code, said);
	if (one_of(code, not_allowed))
		return err_set(e, ERR_DENIED, r->status, "%s: %s: %s", name, code, said);
	if (r->status >= 500 || one_of(code, their_trouble))
		return err_transient(e, ERR_REMOTE, r->status, "%s: %s: %s", name, code, said);
	return err_set(e, ERR_REMOTE, r->status, "%s: %s: %s", name, code, said);
}
