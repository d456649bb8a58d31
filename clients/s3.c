/* The kind "s3": one bucket, listed and read. */
#include "clients/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/s3_ask.h"

static const struct setting_def settings[] = {
	{ "bucket", NULL, true, false, "the bucket" },
	{ "region", NULL, true, false, "region of AWS that it is in: us-east-1" },
	{ "url", NULL, false, false, "endpoint instead of the region's own" },
	{ "addressing", NULL, false, false, "virtual (bucket.host) or path (host/bucket); without it "
	  "virtual at AWS, path at another url and for a bucket with a dot" },
	{ "health_prefix", NULL, false, false, "what the health check lists: keys that begin so" },
	AWS_KEY_SETTINGS,
	HTTP_SETTINGS("30"),
	{ NULL, NULL, false, false, NULL },
};

/* ---- configuration ----------------------------------------------------------------- */

/* Names are 3 to 63 characters; old ones have capitals and "_". */
static bool plain_bucket(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

	return n >= 3 && n <= 63 && s[n] == '\0' && *s != '.' && *s != '-' && !strstr(s, "..");
}

/* A bucket with a dot fits no certificate for *.s3.region.amazonaws.com. */
static bool is_virtual(const struct source *s)
{
	const char *how = source_get(s, "addressing", NULL);

	if (how)
		return strcmp(how, "virtual") == 0;
	return !source_get(s, "url", NULL) && !strchr(source_get(s, "bucket", ""), '.');
}

/* The bucket's own url. */
static bool place(const struct source *s, char out[static AWS_URL_MAX], struct err *e)
{
	const char *url = source_get(s, "url", NULL), *bucket = source_get(s, "bucket", "");
	char own[AWS_URL_MAX];
	const char *host;
	struct err why;
	size_t len;
	int n;

	if (!url && !aws_service_url(own, "s3", source_get(s, "region", ""), &why))
		return err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, why.text);
	url = url ? url : own;
	host = strstr(url, "://");
	for (len = strlen(url); len > 0 && url[len - 1] == '/';)
		len--;
	if (host && is_virtual(s))
		n = snprintf(out, AWS_URL_MAX, "%.*s%s.%.*s", (int)(host + 3 - url), url, bucket,
			     (int)(url + len - (host + 3)), host + 3);
	else
		n = snprintf(out, AWS_URL_MAX, "%.*s/%s", (int)len, url, bucket);
	return n < AWS_URL_MAX || err_set(e, ERR_CONFIG, 0, "%s: url: it is too long", s->name);
}

static bool s3_prepare(struct source *s, struct err *e)
{
	const char *url = source_get(s, "url", NULL), *sts = source_get(s, "sts_url", NULL);
	const char *how = source_get(s, "addressing", "path");
	char at[AWS_URL_MAX], origin[sizeof(s->origin)];

	if (!plain_bucket(source_get(s, "bucket", "")))
		return err_set(e, ERR_CONFIG, 0, "%s: bucket: no bucket is called \"%s\"", s->name,
			       source_get(s, "bucket", ""));
	if (strcmp(how, "path") != 0 && strcmp(how, "virtual") != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: addressing must be path or virtual", s->name);
	return (!url || aws_url_check(s, "url", url, origin, sizeof(origin), e)) && place(s, at, e) &&
	       aws_url_check(s, "bucket", at, s->origin, sizeof(s->origin), e) &&
	       (!sts || aws_url_check(s, "sts_url", sts, origin, sizeof(origin), e));
}

/* ---- the connection ---------------------------------------------------------------- */

static void s3_close(void *conn)
{
	if (conn)
		aws_client_release(conn);
	free(conn);
}

static void *s3_open(const struct source *s, struct err *e)
{
	struct aws_client *a = source_alloc(s, sizeof(*a), e);
	char at[AWS_URL_MAX];

	if (a && place(s, at, e) &&
	    aws_client_init(a, s, at, source_get(s, "region", ""), "s3", e))
		return a;
	s3_close(a);
	return NULL;
}

/* ---- run --------------------------------------------------------------------------- */

static bool s3_run(void *conn, const struct query *q, struct cancel *cancel, struct row_sink *sink,
		   struct err *e)
{
	struct s3_mapping *m = s3_mapping_new(q->text, strlen(q->text), q->name, e);
	struct s3_asking k = {
		.s3 = conn, .query = q, .mapping = m, .cancel = cancel, .sink = sink,
		.max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS,
		.max_bytes = q->max_bytes ? q->max_bytes : CLIENT_MAX_BYTES,
	};
	bool ok = m && s3_ask(&k, e);

	s3_mapping_free(m);
	return ok;
}

/* ---- health ------------------------------------------------------------------------ */

static bool s3_check(void *conn, usec deadline, struct cancel *cancel, struct health *h,
		     struct err *e)
{
	struct aws_client *a = conn;
	const char *prefix = source_get(a->source, "health_prefix", "");
	const struct query q = { .name = "check", .id = "sextant-check", .deadline = deadline };
	struct s3_asking k = { .s3 = a, .query = &q, .cancel = cancel, .max_bytes = CLIENT_MAX_BYTES };
	bool any, ok = s3_ask_any(&k, prefix, &any, e);

	*h = (struct health){ .skew_ms = a->skew_ms };
	if (!ok)
		return false;
	snprintf(h->server, sizeof(h->server), "S3, %.24s, bucket %.55s", a->endpoint.region,
		 source_get(a->source, "bucket", ""));
	snprintf(h->detail, sizeof(h->detail), "%s%s%.50s; signed by %.70s",
		 any ? "there are objects" : "there is no object", *prefix ? " under " : "", prefix,
		 a->who.origin);
	return true;
}

const struct client_ops s3_ops = {
	.kind = "s3",
	.libraries = true,
	.extension = "yaml",
	.settings = settings,
	.prepare = s3_prepare,
	.open = s3_open,
	.run = s3_run,
	.check = s3_check,
	.close = s3_close,
};
