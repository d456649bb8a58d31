#include "clients/sigv4.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "clients/http.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { STAMP_MAX = 20, HEX_MAX = 2 * SIGV4_KEY + 1, HEADERS_MAX = 32, PARTS_MAX = 256 };

void sigv4_key_wipe(struct sigv4_key *k)
{
	explicit_bzero(k, sizeof(*k));
}

/* ---- small pieces ------------------------------------------------------------------ */

static bool make_stamp(char out[static STAMP_MAX], usec now, struct err *e)
{
	time_t seconds = (time_t)(now / USEC_SEC);
	struct tm tm;

	if (now < 0 || !gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900)
		return err_set(e, ERR_INTERNAL, 0, "no request can be signed with this clock");
	strftime(out, STAMP_MAX, "%Y%m%dT%H%M%SZ", &tm);
	return true;
}

static bool digest(unsigned char out[static SIGV4_KEY], const void *data, size_t len, struct err *e)
{
	unsigned int n = 0;

	return (EVP_Digest(data, len, out, &n, EVP_sha256(), NULL) == 1 && n == SIGV4_KEY) ||
	       err_set(e, ERR_INTERNAL, 0, "the request could not be signed");
}

static bool hmac(unsigned char out[static SIGV4_KEY], const void *key, size_t key_len,
		 const void *data, size_t len, struct err *e)
{
	unsigned int n = 0;

	return (HMAC(EVP_sha256(), key, (int)key_len, data, len, out, &n) && n == SIGV4_KEY) ||
	       err_set(e, ERR_INTERNAL, 0, "the request could not be signed");
}

static void spell(char out[static HEX_MAX], const unsigned char in[static SIGV4_KEY])
{
	for (size_t i = 0; i < SIGV4_KEY; i++)
		snprintf(out + 2 * i, 3, "%02x", in[i]);
}

static bool body_digest(char out[static HEX_MAX], const struct sigv4_request *r, struct err *e)
{
	unsigned char sum[SIGV4_KEY];

	if (!digest(sum, r->body_len ? r->body : "", r->body_len, e))
		return false;
	spell(out, sum);
	return true;
}

static bool whole(const struct buf *b, struct err *e)
{
	return !b->failed || err_set(e, ERR_MEMORY, 0, "out of memory for a signature");
}

/* ---- the path ---------------------------------------------------------------------- */

static bool is_segment(const char *s, size_t len, const char *what)
{
	return len == strlen(what) && memcmp(s, what, len) == 0;
}

/* Back to the slash before the last segment. */
static void drop_segment(struct buf *out)
{
	while (out->len > 0 && out->data[--out->len] != '/')
		;
	if (out->data)
		out->data[out->len] = '\0';
}

/* "/a//./b/../c/" becomes "/a/c/", each segment escaped. */
static void put_normal_path(struct buf *out, const char *path)
{
	bool dir = false;

	while (*path) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		dir = path[len] == '/' || len == 0;
		if (is_segment(path, len, "..")) {
			drop_segment(out);
			dir = true;
		} else if (is_segment(path, len, ".")) {
			dir = true;
		} else if (len > 0) {
			buf_putc(out, '/');
			http_escape(out, path, len);
		}
		path += len;
	}
	if (dir || out->len == 0)
		buf_putc(out, '/');
}

static void put_path(struct buf *out, const struct sigv4_request *r)
{
	struct buf path = BUF_INIT;

	if (r->s3) {
		buf_puts(out, *r->path ? r->path : "/");
		return;
	}
	put_normal_path(&path, r->path);
	buf_puts(out, buf_str(&path));
	out->failed = out->failed || path.failed;
	buf_release(&path);
}

/* ---- the query --------------------------------------------------------------------- */

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' :
	       c >= 'a' && c <= 'f'      ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F'      ? c - 'A' + 10 : -1;
}

/* However it was escaped, in the one way that is signed. */
static void put_again(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%' && i + 2 < len && hex_digit(s[i + 1]) >= 0 && hex_digit(s[i + 2]) >= 0) {
			c = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
			i += 2;
		}
		http_escape(out, &c, 1);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted by name, then by value: a tab sorts below everything that an escaped name
 * can hold, so that it may stand between them while sorting. */
static bool put_sorted_query(struct buf *out, const char *query, struct err *e)
{
	char *parts[PARTS_MAX] = { NULL };
	size_t n = 0;
	bool ok = true;

	while (*query && ok) {
		size_t len = strcspn(query, "&"), name = strcspn(query, "=&");
		struct buf part = BUF_INIT;

		put_again(&part, query, name);
		buf_putc(&part, '\t');
		if (name < len)
			put_again(&part, query + name + 1, len - name - 1);
		ok = n < PARTS_MAX || err_set(e, ERR_LIMIT, 0, "over %d parameters to sign",
					      (int)PARTS_MAX);
		if (ok && len > 0 && (parts[n] = buf_detach(&part)))
			n++;
		out->failed = out->failed || part.failed;
		buf_release(&part);
		query += len + (query[len] == '&');
	}
	qsort(parts, n, sizeof(*parts), by_text);
	for (size_t i = 0; i < n; i++) {
		*strchr(parts[i], '\t') = '=';
		buf_printf(out, "%s%s", i ? "&" : "", parts[i]);
		free(parts[i]);
	}
	return ok;
}

/* ---- the headers ------------------------------------------------------------------- */

struct signed_headers {
	struct sigv4_header list[HEADERS_MAX];
	size_t n;
	char stamp[STAMP_MAX], body[HEX_MAX];
};

/* Insertion keeps the order of equal names. */
static bool add_header(struct signed_headers *h, const char *name, const char *value, struct err *e)
{
	size_t i;

	if (h->n >= HEADERS_MAX)
		return err_set(e, ERR_LIMIT, 0, "over %d headers to sign", (int)HEADERS_MAX);
	for (const char *c = value; *c; c++) {
		if ((unsigned char)*c < 0x20 && *c != '\t')
			return err_set(e, ERR_CONFIG, 0, "a header to be signed holds a control character");
	}
	for (i = h->n; i > 0 && strcasecmp(h->list[i - 1].name, name) > 0; i--)
		h->list[i] = h->list[i - 1];
	h->list[i] = (struct sigv4_header){ name, value };
	h->n++;
	return true;
}

static bool collect_headers(struct signed_headers *h, const struct sigv4_request *r,
			    const struct sigv4_signer *who, struct err *e)
{
	bool ok = make_stamp(h->stamp, r->now, e) && body_digest(h->body, r, e);

	h->n = 0;
	for (size_t i = 0; ok && i < r->nheaders; i++)
		ok = add_header(h, r->headers[i].name, r->headers[i].value, e);
	ok = ok && add_header(h, "X-Amz-Date", h->stamp, e);
	if (ok && who->token && *who->token)
		ok = add_header(h, "X-Amz-Security-Token", who->token, e);
	return ok && (!r->s3 || add_header(h, "X-Amz-Content-Sha256", h->body, e));
}

/* Blanks at both ends are dropped, those between become one. */
static void put_trimmed(struct buf *out, const char *value)
{
	bool first = true;

	for (;;) {
		size_t len;

		value += strspn(value, " \t");
		len = strcspn(value, " \t");
		if (len == 0)
			return;
		if (!first)
			buf_putc(out, ' ');
		buf_put(out, value, len);
		first = false;
		value += len;
	}
}

static void put_lower(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_putc(out, (char)tolower((unsigned char)*s));
}

/* A name that comes twice is one line, its values joined by commas. */
static void put_headers(struct buf *out, struct buf *names, const struct signed_headers *h)
{
	const char *before = "";

	for (const struct sigv4_header *x = h->list; x < h->list + h->n; x++) {
		if (strcasecmp(before, x->name) == 0) {
			buf_putc(out, ',');
		} else {
			buf_puts(out, *before ? "\n" : "");
			put_lower(out, x->name);
			buf_putc(out, ':');
			buf_puts(names, *before ? ";" : "");
			put_lower(names, x->name);
		}
		put_trimmed(out, x->value);
		before = x->name;
	}
	buf_puts(out, "\n");
}

/* ---- the steps --------------------------------------------------------------------- */

static bool put_canonical(struct buf *out, struct buf *names, const struct sigv4_request *r,
			  const struct signed_headers *h, struct err *e)
{
	buf_printf(out, "%s\n", r->method);
	put_path(out, r);
	buf_putc(out, '\n');
	if (!put_sorted_query(out, r->query, e))
		return false;
	buf_putc(out, '\n');
	put_headers(out, names, h);
	buf_printf(out, "\n%s\n%s", buf_str(names), h->body);
	return whole(out, e) && whole(names, e);
}

bool sigv4_canonical(struct buf *out, struct buf *names, const struct sigv4_request *r,
		     const struct sigv4_signer *who, struct err *e)
{
	struct signed_headers h;

	return collect_headers(&h, r, who, e) && put_canonical(out, names, r, &h, e);
}

/* "20150830/us-east-1/iam/aws4_request" */
static bool make_scope(char out[static SIGV4_SCOPE], const struct sigv4_request *r,
		       const char *stamp, struct err *e)
{
	int n = snprintf(out, SIGV4_SCOPE, "%.8s/%s/%s/aws4_request", stamp, r->region, r->service);

	return (n > 0 && n < SIGV4_SCOPE) ||
	       err_set(e, ERR_CONFIG, 0, "the region or the service to sign for is too long");
}

bool sigv4_string_to_sign(struct buf *out, const struct sigv4_request *r,
			  const struct buf *canonical, struct err *e)
{
	char stamp[STAMP_MAX], scope[SIGV4_SCOPE], hex[HEX_MAX];
	unsigned char sum[SIGV4_KEY];

	if (!make_stamp(stamp, r->now, e) || !make_scope(scope, r, stamp, e) ||
	    !digest(sum, buf_str(canonical), canonical->len, e))
		return false;
	spell(hex, sum);
	buf_printf(out, ALGORITHM "\n%s\n%s\n%s", stamp, scope, hex);
	return whole(out, e);
}

static bool acceptable(const struct sigv4_signer *who, struct err *e)
{
	if (!who->id || !*who->id)
		return err_set(e, ERR_CONFIG, 0, "signing needs an access key id: it is empty");
	if (who->secret_len == 0 || who->secret_len > SECRET_MAX)
		return err_set(e, ERR_CONFIG, 0, "signing needs a secret access key: it is empty");
	for (const char *c = who->id; *c; c++) {
		if ((unsigned char)*c <= 0x20 || *c == 0x7f || *c == ',' || *c == '/')
			return err_set(e, ERR_CONFIG, 0, "the access key id holds a character that none has");
	}
	return true;
}

static bool derive(struct sigv4_key *k, const char *scope, const struct sigv4_request *r,
		   const struct sigv4_signer *who, struct err *e)
{
	char first[4 + SECRET_MAX + 1] = "AWS4";
	unsigned char day[SIGV4_KEY], region[SIGV4_KEY], service[SIGV4_KEY];
	static const char last[] = "aws4_request";
	bool ok;

	memcpy(first + 4, who->secret, who->secret_len);
	ok = hmac(day, first, 4 + who->secret_len, scope, 8, e) &&
	     hmac(region, day, sizeof(day), r->region, strlen(r->region), e) &&
	     hmac(service, region, sizeof(region), r->service, strlen(r->service), e) &&
	     hmac(k->key, service, sizeof(service), last, sizeof(last) - 1, e);
	explicit_bzero(first, sizeof(first));
	explicit_bzero(day, sizeof(day));
	explicit_bzero(region, sizeof(region));
	explicit_bzero(service, sizeof(service));
	return ok;
}

static bool find_key(struct sigv4_key *k, const char *scope, const struct sigv4_request *r,
		     const struct sigv4_signer *who, struct err *e)
{
	unsigned char secret[SIGV4_KEY];

	if (!digest(secret, who->secret, who->secret_len, e))
		return false;
	if (strcmp(k->scope, scope) == 0 && memcmp(k->secret, secret, sizeof(secret)) == 0)
		return true;
	sigv4_key_wipe(k);
	if (!derive(k, scope, r, who, e))
		return false;
	memcpy(k->secret, secret, sizeof(secret));
	snprintf(k->scope, sizeof(k->scope), "%s", scope);
	return true;
}

static bool put_lines(struct buf *lines, const struct signed_headers *h, const char *names,
		      const char *scope, const char *signature, const struct sigv4_request *r,
		      const struct sigv4_signer *who, struct err *e)
{
	buf_printf(lines, "X-Amz-Date: %s\n", h->stamp);
	if (who->token && *who->token)
		buf_printf(lines, "X-Amz-Security-Token: %s\n", who->token);
	if (r->s3)
		buf_printf(lines, "X-Amz-Content-Sha256: %s\n", h->body);
	buf_printf(lines, "Authorization: " ALGORITHM " Credential=%s/%s, SignedHeaders=%s, "
		   "Signature=%s\n", who->id, scope, names, signature);
	return whole(lines, e);
}

bool sigv4_sign(struct sigv4_key *cache, const struct sigv4_request *r,
		const struct sigv4_signer *who, struct buf *lines, struct err *e)
{
	char scope[SIGV4_SCOPE], signature[HEX_MAX];
	struct buf canonical = BUF_INIT, names = BUF_INIT, text = BUF_INIT;
	unsigned char sum[SIGV4_KEY];
	struct signed_headers h;
	bool ok;

	ok = acceptable(who, e) && collect_headers(&h, r, who, e) &&
	     put_canonical(&canonical, &names, r, &h, e) && make_scope(scope, r, h.stamp, e) &&
	     sigv4_string_to_sign(&text, r, &canonical, e) && find_key(cache, scope, r, who, e) &&
	     hmac(sum, cache->key, sizeof(cache->key), buf_str(&text), text.len, e);
	if (ok)
		spell(signature, sum);
	ok = ok && put_lines(lines, &h, buf_str(&names), scope, signature, r, who, e);
	/* The session's token is in it. */
	if (canonical.data)
		explicit_bzero(canonical.data, canonical.cap);
	buf_release(&canonical);
	buf_release(&names);
	buf_release(&text);
	return ok;
}
