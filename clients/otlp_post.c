#include "clients/otlp_post.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "clients/base_url.h"
#include "clients/http.h"
#include "clients/otlp.h"
#include "clients/rest_auth.h"

enum { ANSWER_MAX = 64 << 10, HEADERS_MAX = 16 };

struct otlp_link {
	const struct source *source;
	const struct setting *headers;
	size_t nheaders;
	const char *env_headers;
	struct http *http;
	struct buf lines;       /* "Name: value\n" each: secrets */
	bool read;
};

bool otlp_prepare(struct source *s, struct err *e)
{
	struct base_url u;
	const char *wrong = base_url_parse(source_get(s, "url", ""), &u);

	if (wrong)
		return err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, wrong);
	return base_url_origin(&u, s->origin, sizeof(s->origin)) ||
	       err_set(e, ERR_CONFIG, 0, "%s: the url is too long", s->name);
}

bool otlp_in_clear(const struct source *s)
{
	struct base_url u;

	return !base_url_parse(source_get(s, "url", ""), &u) && !u.tls && !host_is_loopback(u.host);
}

struct otlp_link *otlp_link_new(const struct source *s, const struct setting *headers, size_t nheaders,
				const char *env_headers, struct err *e)
{
	struct otlp_link *l = source_alloc(s, sizeof(*l), e);

	if (!l)
		return NULL;
	*l = (struct otlp_link){ .source = s, .headers = headers, .nheaders = nheaders,
				 .env_headers = env_headers, .http = http_new(s, e) };
	if (l->http)
		return l;
	free(l);
	return NULL;
}

void otlp_link_free(struct otlp_link *l)
{
	if (!l)
		return;
	http_free(l->http);
	rest_auth_wipe(&l->lines);
	free(l);
}

/* ---- headers ------------------------------------------------------------------------------ */

static bool put_header(struct buf *lines, const char *name, size_t name_len, const char *value,
		       struct err *e)
{
	for (const char *c = value; *c; c++)
		if (iscntrl((unsigned char)*c))
			return err_set(e, ERR_CONFIG, 0, "the header %.*s holds a control character",
				       (int)name_len, name);
	return buf_printf(lines, "%.*s: %s\n", (int)name_len, name, value) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

static bool put_secret(struct buf *lines, const struct setting *h, struct err *e)
{
	struct secret value = SECRET_INIT;
	bool ok = secret_read(&value, h->value, e) &&
		  put_header(lines, h->key, strlen(h->key), value.data ? value.data : "", e);

	secret_release(&value);
	return ok;
}

static bool is_name(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("-_.", s[i]))
			return false;
	return len > 0;
}

/* Percent-decodes in place. */
static void unescape(char *s)
{
	char *out = s;

	while (*s) {
		char hex[3] = { s[0] == '%' ? s[1] : '\0', s[0] == '%' && s[1] ? s[2] : '\0', '\0' };

		if (isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1])) {
			*out++ = (char)strtol(hex, NULL, 16);
			s += 3;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

/* "name=value": cut in place. */
static bool put_pair(struct buf *lines, char *pair, struct err *e)
{
	char *name = pair + strspn(pair, " "), *equals = strchr(name, '=');
	size_t len = equals ? strcspn(name, " =") : 0;

	if (!equals || !is_name(name, len))
		return err_set(e, ERR_CONFIG, 0, "OTEL_EXPORTER_OTLP_HEADERS is not name=value,…");
	unescape(equals + 1);
	return put_header(lines, name, len, equals + 1 + strspn(equals + 1, " "), e);
}

static bool put_env(struct buf *lines, const char *pairs, struct err *e)
{
	char *copy = strdup(pairs), *rest = copy, *pair;
	bool ok = copy != NULL || err_set(e, ERR_MEMORY, 0, "out of memory for a request");

	while (ok && (pair = strsep(&rest, ",")))
		ok = !pair[strspn(pair, " ")] || put_pair(lines, pair, e);
	if (copy)
		explicit_bzero(copy, strlen(pairs));
	free(copy);
	return ok;
}

static bool read_headers(struct otlp_link *l, struct err *e)
{
	bool ok = true;

	if (l->read)
		return true;
	rest_auth_wipe(&l->lines);
	for (size_t i = 0; ok && i < l->nheaders; i++)
		ok = put_secret(&l->lines, &l->headers[i], e);
	if (ok && l->env_headers)
		ok = put_env(&l->lines, l->env_headers, e);
	l->read = ok;
	return ok;
}

/* ---- one exchange ------------------------------------------------------------------------- */

/* An http_body_fn. */
static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	(void)r;
	return buf_put(ctx, data, len) || err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

static bool send_body(struct otlp_link *l, const char *url, const struct buf *body, usec deadline,
		      struct cancel *cancel, struct http_response *r, struct buf *answer, struct err *e)
{
	const char *headers[HEADERS_MAX] = { "Content-Type: application/json" };
	struct http_request req = {
		.method = "POST", .url = url, .headers = headers,
		.body = buf_str(body), .body_len = body->len, .deadline = deadline, .max_bytes = ANSWER_MAX,
	};
	struct buf lines = BUF_INIT;
	char *rest, *line;
	size_t n = 1;
	bool ok;

	buf_puts(&lines, buf_str(&l->lines));
	rest = lines.data;
	while (n < HEADERS_MAX - 1 && (line = strsep(&rest, "\n")) && *line)
		headers[n++] = line;
	headers[n] = NULL;
	ok = http_exchange(l->http, &req, cancel, on_body, answer, r, e);
	rest_auth_wipe(&lines);
	return ok;
}

/* Only these say that the same may be taken later. */
static bool may_ask_again(long status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

static bool judge(struct otlp_link *l, const struct http_response *r, const struct buf *answer,
		  struct otlp_outcome *o, struct err *e)
{
	struct buf why = BUF_INIT;
	bool ok;

	if (r->status < 200 || r->status > 299) {
		o->again = may_ask_again(r->status);
		o->retry_after_ms = r->retry_after_ms;
		/* It may be replaced: the next try reads it anew. */
		l->read = l->read && r->status != 401 && r->status != 403;
		/* Its words may repeat our headers: only the status is told. */
		return http_status_err(l->source, r, "", 0, e);
	}
	ok = otlp_read_answer(buf_str(answer), answer->len, &o->rejected, &why, e);
	if (ok && o->rejected > 0)
		err_set(e, ERR_REMOTE, r->status, "%s: threw %llu away: %s", l->source->name,
			(unsigned long long)o->rejected, buf_str(&why));
	buf_release(&why);
	return ok;
}

bool otlp_post(struct otlp_link *l, const char *url, const struct buf *body, usec deadline,
	       struct cancel *cancel, struct otlp_outcome *o, struct err *e)
{
	struct http_response r = { 0 };
	struct buf answer = BUF_INIT;
	bool ok;

	*o = (struct otlp_outcome){ 0 };
	ok = read_headers(l, e) && send_body(l, url, body, deadline, cancel, &r, &answer, e);
	/* What never left cannot have been taken. */
	if (!ok)
		o->again = l->read && !r.sent && e && e->kind == ERR_NETWORK;
	ok = ok && judge(l, &r, &answer, o, e);
	buf_release(&answer);
	return ok;
}
