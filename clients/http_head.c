#include "clients/http_head.h"

#include <ctype.h>
#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

struct span {
	const char *data;
	size_t len;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trim(struct span s)
{
	while (s.len > 0 && blank(s.data[s.len - 1]))
		s.len--;
	while (s.len > 0 && blank(s.data[0])) {
		s.data++;
		s.len--;
	}
	return s;
}

/* What comes before any of the `stops`. */
static struct span before(struct span s, const char *stops)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] && strchr(stops, s.data[i])) {
			s.len = i;
			break;
		}
	}
	return s;
}

static long number(struct span s)
{
	long v = 0;

	for (size_t i = 0; i < s.len && i < 9 && isdigit((unsigned char)s.data[i]); i++)
		v = v * 10 + (s.data[i] - '0');
	return v;
}

static void copy_raw(char *out, size_t outsz, struct span s)
{
	size_t n = s.len < outsz ? s.len : outsz - 1;

	memcpy(out, s.data, n);
	out[n] = '\0';
}

/* UTC seconds of an HTTP date, or -1: also for years of five digits and more, which libcurl
 * takes and no server means. */
static int64_t http_date(const char *text)
{
	const int64_t year_10000 = 253402300800;
	int64_t at = curl_getdate(text, NULL);

	return at < year_10000 ? at : -1;
}

static void read_content_type(struct http_head *h, struct span v, usec now)
{
	char *out = h->response->content_type;

	(void)now;
	v = trim(before(v, ";"));
	text_safe(out, sizeof(h->response->content_type), v.data, v.len);
	for (; *out; out++)
		*out = (char)tolower((unsigned char)*out);
}

static void read_date(struct http_head *h, struct span v, usec now)
{
	struct http_response *r = h->response;
	int64_t at;

	text_safe(r->date, sizeof(r->date), v.data, v.len);
	at = http_date(r->date);
	/* The header has whole seconds: half a second is the best guess. */
	if (at > 0)
		r->skew_ms = at * 1000 + 500 - now / USEC_MS;
}

/* Without the query: the target of a redirect may carry a signature. */
static void read_location(struct http_head *h, struct span v, usec now)
{
	(void)now;
	v = before(v, "?#");
	text_safe(h->response->location, sizeof(h->response->location), v.data, v.len);
}

static void read_retry_after(struct http_head *h, struct span v, usec now)
{
	(void)now;
	copy_raw(h->retry_after, sizeof(h->retry_after), v);
}

static void read_reset(struct http_head *h, struct span v, usec now)
{
	(void)now;
	copy_raw(h->reset, sizeof(h->reset), v);
}

static void read_remaining(struct http_head *h, struct span v, usec now)
{
	(void)now;
	h->used_up = v.len == 1 && v.data[0] == '0';
}

static struct span skip(struct span s, size_t n)
{
	n = n < s.len ? n : s.len;
	return (struct span){ s.data + n, s.len - n };
}

/* Cuts off what stands before `stop`, outside of quotes, and `stop`. */
static struct span cut(struct span *s, char stop)
{
	struct span out = { s->data, 0 };
	bool quoted = false;

	for (; out.len < s->len && (quoted || s->data[out.len] != stop); out.len++)
		quoted ^= s->data[out.len] == '"';
	*s = skip(*s, out.len + 1);
	return out;
}

/* rel=next, rel="last next" */
static bool names_next(struct span param)
{
	struct span name = trim(before(param, "="));

	if (name.len != 3 || strncasecmp(name.data, "rel", 3) != 0)
		return false;
	param = skip(param, before(param, "=").len);
	while (param.len > 0) {
		struct span word = before(param, "= \t\"");

		if (word.len == 4 && strncasecmp(word.data, "next", 4) == 0)
			return true;
		param = skip(param, word.len + 1);
	}
	return false;
}

/* <https://host/path?page=2>; rel="next", <...>; rel="last" (RFC 8288). An address may
 * hold commas and semicolons. */
static void read_link(struct http_head *h, struct span v, usec now)
{
	(void)now;
	while (v.len > 0) {
		struct span target, params;

		v = skip(v, before(v, "<").len + 1);
		target = before(v, ">");
		v = skip(v, target.len + 1);
		params = cut(&v, ',');
		while (params.len > 0) {
			if (!names_next(cut(&params, ';')))
				continue;
			/* One too long to be kept is none that anybody takes for the last page. */
			if (target.len >= sizeof(h->response->next))
				target = (struct span){ " ", 1 };
			copy_raw(h->response->next, sizeof(h->response->next), target);
		}
	}
}

/* Finer than Retry-After, which may stand beside it. */
static void read_retry_after_ms(struct http_head *h, struct span v, usec now)
{
	(void)now;
	h->retry_ms = (int)number(v);
}

static void read_should_retry(struct http_head *h, struct span v, usec now)
{
	(void)now;
	h->response->should_retry = v.len == 4 && strncasecmp(v.data, "true", 4) == 0 ? 1 : -1;
}

static void read_request_id(struct http_head *h, struct span v, usec now)
{
	(void)now;
	text_safe(h->response->request_id, sizeof(h->response->request_id), v.data, v.len);
}

static void read_exception_tag(struct http_head *h, struct span v, usec now)
{
	(void)now;
	if (v.len < sizeof(h->response->exception_tag))
		copy_raw(h->response->exception_tag, sizeof(h->response->exception_tag), v);
}

static void read_exception_code(struct http_head *h, struct span v, usec now)
{
	(void)now;
	h->response->exception_code = number(v);
}

static void read_bucket_region(struct http_head *h, struct span v, usec now)
{
	(void)now;
	text_safe(h->response->bucket_region, sizeof(h->response->bucket_region), v.data, v.len);
}

static void read_error_type(struct http_head *h, struct span v, usec now)
{
	(void)now;
	text_safe(h->response->error_type, sizeof(h->response->error_type), v.data, v.len);
}

static void read_usage(struct http_head *h, struct span v, usec now)
{
	(void)now;
	text_safe(h->response->usage, sizeof(h->response->usage), v.data, v.len);
}

static void read_modified(struct http_head *h, struct span v, usec now)
{
	char text[64];
	int64_t at;

	(void)now;
	copy_raw(text, sizeof(text), v);
	at = http_date(text);
	h->response->modified = at > 0 ? at : 0;
}

/* False when it is none, or a senseless one. */
static bool all_digits(struct span s, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s.len && isdigit((unsigned char)s.data[i]) && n < UINT64_MAX / 100; i++)
		n = n * 10 + (uint64_t)(s.data[i] - '0');
	*out = n;
	return s.len > 0 && i == s.len;
}

/* "bytes 0-99/1234" */
static void read_content_range(struct http_head *h, struct span v, usec now)
{
	struct span part = before(v, "/"), last = skip(part, before(part, "-").len + 1);
	uint64_t at, total;

	(void)now;
	h->response->upto = h->response->total = 0;
	if (!all_digits(skip(v, part.len + 1), &total))
		return;
	h->response->total = total;
	h->response->upto = all_digits(last, &at) ? at + 1 : total;
}

static const struct {
	const char *name;
	void (*read)(struct http_head *, struct span value, usec now);
} fields[] = {
	{ "Content-Type", read_content_type },
	{ "Date", read_date },
	{ "Location", read_location },
	{ "Retry-After", read_retry_after },
	{ "X-RateLimit-Reset", read_reset },
	{ "X-RateLimit-Remaining", read_remaining },
	{ "Link", read_link },
	{ "Retry-After-Ms", read_retry_after_ms },
	{ "X-Should-Retry", read_should_retry },
	{ "Request-Id", read_request_id },
	{ "X-Request-Id", read_request_id },
	{ "X-ClickHouse-Exception-Tag", read_exception_tag },
	{ "X-ClickHouse-Exception-Code", read_exception_code },
	{ "X-Amz-Bucket-Region", read_bucket_region },
	{ "X-Amzn-ErrorType", read_error_type },
	{ "Sforce-Limit-Info", read_usage },
	{ "Last-Modified", read_modified },
	{ "Content-Range", read_content_range },
};

/* A new head: what an interim response (100, 103) said no longer counts. */
static void read_status(struct http_head *h, struct span line)
{
	struct span code = line;

	*h->response = (struct http_response){ 0 };
	h->retry_after[0] = h->reset[0] = '\0';
	h->used_up = false;
	h->retry_ms = 0;
	while (code.len > 0 && *code.data != ' ') {
		code.data++;
		code.len--;
	}
	h->response->status = number(trim(code));
}

static int wait_ms(int64_t ms)
{
	/* "At once" is an answer too, and 0 means none. */
	return ms < 1 ? 1 : ms > INT_MAX ? INT_MAX : (int)ms;
}

/* ISO 8601, also to the minute, as Jira writes it: "2021-05-10T11:00Z". */
static bool iso_time(const char *value, usec *at)
{
	enum { TO_THE_MINUTE = 16 };
	char text[TO_THE_MINUTE + sizeof(":00Z")];
	size_t len = strlen(value);

	if (len != TO_THE_MINUTE + 1 || value[TO_THE_MINUTE] != 'Z')
		return time_parse(value, len, at);
	snprintf(text, sizeof(text), "%.16s:00Z", value);
	return time_parse(text, strlen(text), at);
}

/* Until a limit ends: seconds since 1970, seconds from now, or a time. */
static int reset_ms(const char *value, usec now)
{
	enum { DIGITS = 12, FROM_NOW = 100000000 };
	size_t digits = strspn(value, "0123456789");
	usec at;

	if (digits > 0 && digits <= DIGITS && !value[digits]) {
		long long seconds = strtoll(value, NULL, 10);

		return wait_ms(seconds * 1000 - (seconds < FROM_NOW ? 0 : now / USEC_MS));
	}
	return iso_time(value, &at) ? wait_ms((at - now) / USEC_MS) : 0;
}

static void end_of_head(struct http_head *h, usec now)
{
	struct http_response *r = h->response;
	/* A date is meant by the server's clock, not by ours. */
	usec theirs = now + r->skew_ms * USEC_MS;

	if (r->status < 200)
		return;
	r->limited = r->status == 403 && (h->retry_after[0] || h->used_up);
	if (h->retry_after[0])
		r->retry_after_ms = http_retry_after_ms(h->retry_after, theirs);
	else if (h->reset[0] && (r->limited || r->status == 429))
		r->retry_after_ms = reset_ms(h->reset, theirs);
	if (h->retry_ms > 0)
		r->retry_after_ms = h->retry_ms;
	h->complete = true;
}

static void read_field(struct http_head *h, struct span line, usec now)
{
	struct span name = before(line, ":"), value;

	if (name.len == line.len)
		return;
	value = trim((struct span){ line.data + name.len + 1, line.len - name.len - 1 });
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (strlen(fields[i].name) == name.len &&
		    strncasecmp(fields[i].name, name.data, name.len) == 0)
			fields[i].read(h, value, now);
	}
}

void http_head_line(struct http_head *h, const char *data, size_t len, usec now)
{
	struct span line = trim((struct span){ data, len });

	if (h->complete)
		return; /* a trailer */
	if (line.len == 0)
		end_of_head(h, now);
	else if (line.len >= 5 && memcmp(line.data, "HTTP/", 5) == 0)
		read_status(h, line);
	else
		read_field(h, line, now);
}

int http_retry_after_ms(const char *value, usec now)
{
	char *end;
	int64_t ms;

	while (blank(*value))
		value++;
	if (isdigit((unsigned char)*value)) {
		long seconds = strtol(value, &end, 10);

		while (blank(*end))
			end++;
		if (*end)
			return 0;
		ms = seconds > INT_MAX / 1000 ? INT_MAX : (int64_t)seconds * 1000;
	} else {
		int64_t at = http_date(value);

		if (at < 0)
			return 0;
		ms = at * 1000 - now / USEC_MS;
	}
	return wait_ms(ms);
}

static bool escape(struct buf *out, const char *s, size_t len, bool form)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		char enc[3] = { '%', hex[c >> 4], hex[c & 15] };

		if ((c < 0x80 && isalnum(c)) || (c && strchr("-._~", c)))
			buf_putc(out, (char)c);
		else if (form && c == ' ')
			buf_putc(out, '+');
		else
			buf_put(out, enc, sizeof(enc));
	}
	return !out->failed;
}

bool http_escape(struct buf *out, const char *s, size_t len)
{
	return escape(out, s, len, false);
}

bool http_form_escape(struct buf *out, const char *s, size_t len)
{
	return escape(out, s, len, true);
}

static bool is_html(const struct http_response *r)
{
	return strcmp(r->content_type, "text/html") == 0 ||
	       strcmp(r->content_type, "application/xhtml+xml") == 0;
}

static bool redirect(long status)
{
	return status >= 300 && status < 400;
}

static enum err_kind status_kind(const struct http_response *r)
{
	if (r->status == 401 || (r->status == 403 && !r->limited))
		return ERR_AUTH;
	if (redirect(r->status))
		return ERR_TRUST;
	if (r->status == 429 || r->limited || (r->status == 503 && r->retry_after_ms > 0))
		return ERR_QUOTA;
	return ERR_REMOTE;
}

bool http_status_err(const struct source *s, const struct http_response *r, const char *body,
		     size_t len, struct err *e)
{
	enum { SHOWN = 160 };
	enum err_kind kind = status_kind(r);
	int shown = len < SHOWN ? (int)len : SHOWN;

	if (redirect(r->status))
		err_set(e, kind, r->status, "%s: HTTP %ld: refused to follow the redirect to %s",
			s->name, r->status, r->location[0] ? r->location : "(no target)");
	else if (is_html(r))
		err_set(e, kind, r->status, "%s: HTTP %ld with an HTML page%s", s->name, r->status,
			r->status < 500 ? " (login page?)" : "");
	else if (shown > 0)
		err_set(e, kind, r->status, "%s: HTTP %ld: %.*s", s->name, r->status, shown, body);
	else
		err_set(e, kind, r->status, "%s: HTTP %ld", s->name, r->status);
	if (e) {
		e->transient = kind == ERR_QUOTA || r->status == 408 || r->status >= 500;
		e->retry_after_ms = r->retry_after_ms;
	}
	return false;
}
