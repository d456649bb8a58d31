#include "clients/s3_call.h"

#include <stdio.h>
#include <string.h>

#include "clients/http.h"
#include "clients/xmltext.h"

const char *s3_name(const struct s3_asking *k)
{
	return k->s3->source->name;
}

bool s3_prefixed(const struct s3_asking *k, struct err *e)
{
	struct err why;

	if (!e)
		return false;
	why = *e;
	return err_set(e, why.kind, why.code, "%s: %s", s3_name(k), why.text);
}

/* ---- faults ------------------------------------------------------------------------ */

/* The region that the service says the bucket is in; "" when it does not. */
static void find_region(const struct aws_call *c, char out[static AWS_NAME_MAX])
{
	struct buf text = BUF_INIT;
	bool found = false;

	snprintf(out, AWS_NAME_MAX, "%s", c->response.bucket_region);
	if (!*out && xmltext_get(buf_str(&c->answer), c->answer.len, "Error/Region", &text, &found, NULL))
		snprintf(out, AWS_NAME_MAX, "%.*s", AWS_NAME_MAX - 1, buf_str(&text));
	buf_release(&text);
}

/* Elsewhere: nothing is sent there before somebody says so. */
static bool is_elsewhere(const struct s3_asking *k, const struct aws_call *c,
			 const struct aws_fault *f, char region[static AWS_NAME_MAX])
{
	static const char *const codes[] = {
		"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
		"IllegalLocationConstraintException",
	};

	find_region(c, region);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(f->code, codes[i]) == 0)
			return *region && strcmp(region, k->s3->endpoint.region) != 0;
	}
	return false;
}

bool s3_refusal(struct s3_asking *k, const struct aws_call *c, const struct aws_fault *f,
		struct err *e)
{
	const char *name = s3_name(k), *bucket = source_get(k->s3->source, "bucket", "");
	const struct http_response *r = &c->response;
	char region[AWS_NAME_MAX];

	if (is_elsewhere(k, c, f, region))
		return err_set(e, ERR_CONFIG, r->status, "%s: the bucket %s is in %s: set "
			       "sources.%s.region to that (%s)", name, bucket, region, name, f->code);
	if (strcmp(f->code, "NoSuchBucket") == 0)
		return err_set(e, ERR_CONFIG, r->status, "%s: there is no bucket %s in %s (NoSuchBucket)",
			       name, bucket, k->s3->endpoint.region);
	if (r->status >= 300 && r->status < 400)
		return http_status_err(k->s3->source, r, "", 0, e);
	return aws_client_err(k->s3, c, f, e);
}

/* ---- one request ------------------------------------------------------------------- */

static void tell_sent(const struct s3_asking *k, const struct aws_call *c)
{
	struct buf text = BUF_INIT;

	if (!k->sink)
		return;
	buf_printf(&text, "GET %s/%s%s%s", k->s3->endpoint.url, c->path, c->query ? "?" : "",
		   c->query ? c->query : "");
	if (c->range)
		buf_printf(&text, "\nRange: %s", c->range);
	buf_printf(&text, "\n-- S3, region %s, bucket %s", k->s3->endpoint.region,
		   source_get(k->s3->source, "bucket", ""));
	if (k->s3->who.generation)
		buf_printf(&text, "; signed by %s", k->s3->who.origin);
	k->sink->sent(k->sink, buf_str(&text));
	buf_release(&text);
}

/* Something in front of the service answered for it: an object asked for by its range
 * comes with 206. */
static bool is_page(const struct aws_call *c)
{
	return c->response.status == 200 && strcmp(c->response.content_type, "text/html") == 0;
}

bool s3_call(struct s3_asking *k, struct aws_call *c, struct aws_fault *fault, struct err *e)
{
	bool ok;

	*fault = (struct aws_fault){ "" };
	c->deadline = k->query->deadline;
	c->cancel = k->cancel;
	c->sink = k->sink;
	if (!k->s3->who.generation &&
	    !aws_credentials_get(k->s3->credentials, &k->s3->who, c->deadline, c->cancel, e))
		return false;
	tell_sent(k, c);
	ok = aws_client_call(k->s3, c, &k->renewed, fault, e);
	k->bytes += c->response.received;
	return ok && (!is_page(c) || err_set(e, ERR_DECODE, 0, "%s: expected S3's answer, got text/html "
					     "(login page?)", s3_name(k)));
}

size_t s3_room(const struct s3_asking *k, size_t usual)
{
	uint64_t left = k->max_bytes > k->bytes ? k->max_bytes - k->bytes : 1;

	return left < usual ? (size_t)left : usual;
}
