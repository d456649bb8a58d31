/* S3, read only and path-style: ListObjectsV2 and GetObject with ranges. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/aws_fake_parts.h"

enum { PART = 1100 };

static void say_fault(struct aws_reply *r, unsigned status, const char *code, const char *message,
		      const char *more)
{
	aws_say(r, status, "application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<Error><Code>%s</Code><Message>%s</Message>%s<RequestId>R1</RequestId>"
		"<HostId>h</HostId></Error>", code, message, more);
}

/* ---- objects ------------------------------------------------------------------------- */

void aws_fake_object(struct aws_fake *f, const char *bucket, const char *key, const char *data,
		     size_t len)
{
	struct aws_object *o;
	size_t at;

	pthread_mutex_lock(&f->http.lock);
	for (at = 0; at < f->nobjects; at++) {
		int order = strcmp(f->objects[at].bucket, bucket);

		if (order > 0 || (order == 0 && strcmp(f->objects[at].key, key) > 0))
			break;
	}
	if (f->nobjects == OBJECTS)
		abort();
	memmove(f->objects + at + 1, f->objects + at, (f->nobjects++ - at) * sizeof(*f->objects));
	o = &f->objects[at];
	*o = (struct aws_object){ .bucket = strdup(bucket), .key = strdup(key), .data = malloc(len + 1),
				  .len = len };
	if (!o->bucket || !o->key || !o->data)
		abort();
	memcpy(o->data, data, len);
	pthread_mutex_unlock(&f->http.lock);
}

static bool is_bucket(const struct aws_fake *f, const char *name)
{
	for (size_t i = 0; i < f->nobjects; i++) {
		if (strcmp(f->objects[i].bucket, name) == 0)
			return true;
	}
	return false;
}

void aws_objects_release(struct aws_fake *f)
{
	for (size_t i = 0; i < f->nobjects; i++) {
		free(f->objects[i].bucket);
		free(f->objects[i].key);
		free(f->objects[i].data);
	}
}

/* ---- what was asked ------------------------------------------------------------------ */

/* The value of a query's parameter, decoded; false when it is not there. */
static bool parameter(const struct loopback_call *q, const char *name, char out[static PART])
{
	size_t len = strlen(name), n = 0;
	const char *at = q->query;

	while (strncmp(at, name, len) != 0 || at[len] != '=') {
		at = strchr(at, '&');
		if (!at++)
			return false;
	}
	for (at += len + 1; *at && *at != '&' && n < PART - 1; at++) {
		char hex[3] = { at[0] == '%' ? at[1] : '\0', at[0] == '%' ? at[2] : '\0', '\0' };

		out[n++] = *hex ? (char)strtol(hex, NULL, 16) : *at == '+' ? ' ' : *at;
		at += *hex ? 2 : 0;
	}
	out[n] = '\0';
	return true;
}

static void split_path(const struct loopback_call *q, char bucket[static PART], char key[static PART])
{
	const char *from = q->path + 1;
	size_t len = strcspn(from, "/"), n = 0;

	snprintf(bucket, PART, "%.*s", (int)len, from);
	for (from += len + (from[len] == '/'); *from && n < PART - 1; from++) {
		char hex[3] = { from[0] == '%' ? from[1] : '\0', from[0] == '%' ? from[2] : '\0', '\0' };

		key[n++] = *hex ? (char)strtol(hex, NULL, 16) : *from;
		from += *hex ? 2 : 0;
	}
	key[n] = '\0';
}

/* ---- listing ------------------------------------------------------------------------- */

static void put_escaped(struct buf *out, const char *s, bool url)
{
	for (; *s; s++) {
		if (url && *s == ' ')
			buf_putc(out, '+');
		else if (url && !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*/", *s))
			buf_printf(out, "%%%02X", (unsigned char)*s);
		else if (*s == '&' || *s == '<')
			buf_puts(out, *s == '&' ? "&amp;" : "&lt;");
		else
			buf_putc(out, *s);
	}
}

static void put_object(struct buf *out, const struct aws_object *o, bool url)
{
	buf_puts(out, "<Contents><Key>");
	put_escaped(out, o->key, url);
	buf_printf(out, "</Key><LastModified>2026-01-20T08:00:00.000Z</LastModified>"
		   "<ETag>&quot;e%zu&quot;</ETag><Size>%zu</Size><StorageClass>STANDARD</StorageClass>"
		   "</Contents>", o->len, o->len);
}

/* Delimiter "/": one page, folders only. */
static void list_folders(struct aws_fake *f, const struct loopback_call *q, const char *bucket,
			 struct aws_reply *r)
{
	char prefix[PART] = "";
	const char *last = "";
	size_t before;

	parameter(q, "prefix", prefix);
	before = strlen(prefix);
	aws_say(r, 200, "application/xml", "<ListBucketResult><IsTruncated>false</IsTruncated>");
	for (size_t i = 0; i < f->nobjects; i++) {
		const char *key = f->objects[i].key + before;
		size_t len;

		if (strcmp(f->objects[i].bucket, bucket) != 0 ||
		    strncmp(f->objects[i].key, prefix, before) != 0)
			continue;
		len = strcspn(key, "/") + 1;
		if (!key[len - 1] || strncmp(key, last, len) == 0)
			continue;
		last = key;
		buf_puts(&r->body, "<CommonPrefixes><Prefix>");
		buf_put(&r->body, f->objects[i].key, before + len);
		buf_puts(&r->body, "</Prefix></CommonPrefixes>");
	}
	buf_puts(&r->body, "</ListBucketResult>");
}

/* The token of a page is the key that it begins behind, as the real one's nobody reads. */
static void list(struct aws_fake *f, const struct loopback_call *q, const char *bucket, bool loop,
		 struct aws_reply *r)
{
	char prefix[PART] = "", after[PART] = "", token[PART], text[PART];
	bool url = parameter(q, "encoding-type", text) && strcmp(text, "url") == 0;
	size_t max = parameter(q, "max-keys", text) ? (size_t)atol(text) : 1000, n = 0;
	struct buf out = BUF_INIT;
	const char *last = NULL;
	bool more = false;

	if (parameter(q, "delimiter", text)) {
		list_folders(f, q, bucket, r);
		return;
	}
	parameter(q, "prefix", prefix);
	parameter(q, "start-after", after);
	if (parameter(q, "continuation-token", token)) {
		if (strncmp(token, "t0k/", 4) != 0) {
			say_fault(r, 400, "InvalidArgument", "The continuation token provided is incorrect", "");
			return;
		}
		snprintf(after, sizeof(after), "%s", token + 4);
	}
	if (f->options.page_keys && max > f->options.page_keys)
		max = f->options.page_keys;
	for (size_t i = 0; i < f->nobjects && !more; i++) {
		const struct aws_object *o = &f->objects[i];

		if (strcmp(o->bucket, bucket) != 0 || strncmp(o->key, prefix, strlen(prefix)) != 0 ||
		    strcmp(o->key, after) <= 0)
			continue;
		more = n == max;
		if (more)
			break;
		put_object(&out, o, url);
		last = o->key;
		n++;
	}
	aws_say(r, 200, "application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>%s</Name>"
		"<KeyCount>%zu</KeyCount><MaxKeys>%zu</MaxKeys><IsTruncated>%s</IsTruncated>%s", bucket, n,
		max, more ? "true" : "false", url ? "<EncodingType>url</EncodingType>" : "");
	buf_puts(&r->body, buf_str(&out));
	if (more && last) {
		buf_puts(&r->body, "<NextContinuationToken>t0k/");
		put_escaped(&r->body, loop ? "" : last, false);
		buf_puts(&r->body, "</NextContinuationToken>");
	}
	buf_puts(&r->body, "</ListBucketResult>");
	buf_release(&out);
}

/* ---- reading ------------------------------------------------------------------------- */

static bool is_encoded(const struct loopback_call *q, const char *key, bool literal)
{
	const char *dot = strrchr(key, '.');
	char text[PART];

	return (!literal && parameter(q, "response-content-encoding", text) && strcmp(text, "gzip") == 0) ||
	       (dot && strcmp(dot, ".encoded") == 0);
}

static void get(struct aws_fake *f, const struct loopback_call *q, const char *bucket, const char *key,
		const char *mode, struct aws_reply *r)
{
	bool whole = strcmp(mode, "whole") == 0;
	const char *range = whole ? "" : loopback_header(q, "Range");
	unsigned long long from = 0, to;
	size_t i = 0;

	while (i < f->nobjects && (strcmp(f->objects[i].bucket, bucket) != 0 ||
				   strcmp(f->objects[i].key, key) != 0))
		i++;
	if (i == f->nobjects) {
		say_fault(r, 404, "NoSuchKey", "The specified key does not exist.", "");
		return;
	}
	to = f->objects[i].len;
	if (sscanf(range, "bytes=%llu-%llu", &from, &to) >= 1 && from >= f->objects[i].len) {
		say_fault(r, 416, "InvalidRange", "The requested range is not satisfiable", "");
		return;
	}
	to = *range && to < f->objects[i].len ? to + 1 : f->objects[i].len;
	aws_say(r, *range ? 206 : 200, "binary/octet-stream", "%s", "");
	buf_put(&r->body, f->objects[i].data + from, to - from);
	if (*range)
		snprintf(r->content_range, sizeof(r->content_range), "bytes %llu-%llu/%zu", from, to - 1,
			 f->objects[i].len);
	r->encoded = is_encoded(q, key, strcmp(mode, "literal") == 0);
	r->modified = "Tue, 20 Jan 2026 08:00:00 GMT";
}

/* ---- one request --------------------------------------------------------------------- */

/* S3's own words for what the signature's check says. */
static void refuse(const struct loopback_call *q, const char *code, const char *why, struct aws_reply *r)
{
	if (!*loopback_header(q, "Authorization"))
		say_fault(r, 403, "AccessDenied", "Access Denied", "");
	else if (strstr(code, "Unrecognized"))
		say_fault(r, 403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", "");
	else if (strstr(code, "Expired"))
		say_fault(r, 400, "ExpiredToken", "The provided token has expired.", "");
	else if (strstr(why, "not yet current") || strstr(why, "Signature expired"))
		say_fault(r, 403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", "");
	else if (strstr(why, "scoped"))
		say_fault(r, 400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region is wrong",
			  "<Region>us-east-1</Region>");
	else if (strstr(why, "Sha256"))
		say_fault(r, 400, "XAmzContentSHA256Mismatch", why, "");
	else
		say_fault(r, 403, "SignatureDoesNotMatch", why, "");
}

/* True when the fault is the whole answer. */
static bool misbehave(const struct aws_fault_plan *x, struct aws_key *key, struct aws_reply *r)
{
	if (strcmp(x->mode, "throttle") == 0)
		say_fault(r, 503, "SlowDown", "Please reduce your request rate.", "");
	else if (strcmp(x->mode, "denied") == 0)
		say_fault(r, 403, "AccessDenied", "User: arn:aws:iam::1:user/r is not authorized to perform: s3:this", "");
	else if (strcmp(x->mode, "internal") == 0)
		say_fault(r, 500, "InternalError", "We encountered an internal error. Please try again.", "");
	else if (strcmp(x->mode, "malformed") == 0)
		aws_say(r, 200, "application/xml", "<ListBucketResult><IsTruncated>fal");
	else if (strcmp(x->mode, "body") == 0)
		aws_say(r, 200, "application/xml", "%s", x->arg);
	else if (strcmp(x->mode, "html") == 0)
		aws_say(r, 200, "text/html; charset=utf-8", "<html>Sign in</html>");
	else if (strcmp(x->mode, "drop") == 0)
		r->drop = true;
	else if (strcmp(x->mode, "moved") == 0) {
		say_fault(r, 301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.",
			  "<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint>");
		r->bucket_region = "eu-west-1";
	} else if (strcmp(x->mode, "expire") == 0) {
		key->expired = true;
		say_fault(r, 400, "ExpiredToken", "The provided token has expired.", "");
	} else {
		return false;
	}
	return true;
}

void aws_s3(struct aws_fake *f, const struct loopback_call *q, struct aws_reply *r)
{
	char bucket[PART], key[PART], text[PART], why[200] = "";
	struct aws_fault_plan x;
	const char *code = "", *operation;
	struct aws_key *who;

	split_path(q, bucket, key);
	operation = *key ? "GetObject" : "ListObjectsV2";
	aws_count(f, operation);
	who = aws_verify(q, f->keys, f->nkeys, aws_now(f), "s3", &code, why);
	if (!who) {
		snprintf(f->refusal, sizeof(f->refusal), "%s: %s", code, why);
		refuse(q, code, why, r);
		return;
	}
	x = aws_take_fault(f, operation);
	if (misbehave(&x, who, r))
		return;
	if (!is_bucket(f, bucket))
		say_fault(r, 404, "NoSuchBucket", "The specified bucket does not exist", "");
	else if (*key)
		get(f, q, bucket, key, x.mode, r);
	else if (!parameter(q, "list-type", text) || strcmp(text, "2") != 0)
		say_fault(r, 501, "NotImplemented", "only list-type=2 here", "");
	else
		list(f, q, bucket, strcmp(x.mode, "same-token") == 0, r);
}
