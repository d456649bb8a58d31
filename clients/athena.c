/* The kind "athena". */
#include "clients/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/athena_ask.h"
#include "clients/aws_credentials.h"

static const struct setting_def settings[] = {
	{ "region", NULL, true, false, "region of AWS: us-east-1" },
	{ "database", NULL, false, false, "database of unqualified table names" },
	{ "catalog", NULL, false, false, "data catalog, when it is not AwsDataCatalog" },
	{ "output_location", NULL, false, false,
	  "where results are put, s3://…; or workgroup, when that says where" },
	{ "workgroup", NULL, false, false, "workgroup of the queries, when it is not primary" },
	AWS_KEY_SETTINGS,
	{ "url", NULL, false, false, "endpoint instead of the region's own" },
	HTTP_SETTINGS("30"),
	{ NULL, NULL, false, false, NULL },
};

/* ---- configuration ----------------------------------------------------------------- */

static bool athena_prepare(struct source *s, struct err *e)
{
	const char *url = source_get(s, "url", NULL), *sts = source_get(s, "sts_url", NULL);
	const char *output = source_get(s, "output_location", "");
	char own[AWS_URL_MAX], origin[sizeof(s->origin)];
	struct err why = { 0 };

	if (!aws_service_url(own, "athena", source_get(s, "region", ""), &why))
		return err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, why.text);
	if (!aws_url_check(s, "url", url ? url : own, s->origin, sizeof(s->origin), e) ||
	    (sts && !aws_url_check(s, "sts_url", sts, origin, sizeof(origin), e)))
		return false;
	if (!*output && !*source_get(s, "workgroup", ""))
		return err_set(e, ERR_CONFIG, 0, "no output_location: set sources.%s.output_location",
			       s->name);
	return !*output || strncmp(output, "s3://", 5) == 0 ||
	       err_set(e, ERR_CONFIG, 0, "%s: output_location must begin with s3://", s->name);
}

/* ---- the connection ---------------------------------------------------------------- */

static void athena_close(void *conn)
{
	if (conn)
		aws_client_release(conn);
	free(conn);
}

static void *athena_open(const struct source *s, struct err *e)
{
	struct aws_client *a = source_alloc(s, sizeof(*a), e);

	if (a && aws_client_init(a, s, source_get(s, "url", NULL), source_get(s, "region", ""), "athena", e))
		return a;
	athena_close(a);
	return NULL;
}

/* ---- run --------------------------------------------------------------------------- */

static bool athena_run(void *conn, const struct query *q, struct cancel *cancel,
		       struct row_sink *sink, struct err *e)
{
	struct athena_asking k = {
		.athena = conn, .query = q, .cancel = cancel, .sink = sink, .deadline = q->deadline,
		.max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS,
		.max_bytes = q->max_bytes ? q->max_bytes : CLIENT_MAX_BYTES,
	};

	return athena_ask(&k, e);
}

/* ---- health ------------------------------------------------------------------------ */

/* It scans nothing and costs nothing, but proves the whole way: signature, workgroup,
 * the place for results. */
static bool athena_check(void *conn, usec deadline, struct cancel *cancel, struct health *h,
			 struct err *e)
{
	struct aws_client *a = conn;
	const struct query q = { .name = "check", .text = "SELECT 1 AS one", .id = "sextant-check" };
	struct athena_asking k = {
		.athena = a, .query = &q, .cancel = cancel, .deadline = deadline, .max_rows = 10,
		.max_bytes = CLIENT_MAX_BYTES,
	};
	char took[TIME_SPAN_MAX], queued[TIME_SPAN_MAX];
	usec began = now_mono();
	bool ok = athena_ask(&k, e);

	*h = (struct health){ .skew_ms = a->skew_ms };
	if (!ok)
		return false;
	if (k.rows != 1)
		return err_set(e, ERR_DECODE, 0, "%s: SELECT 1 was answered with %llu rows", a->source->name,
			       (unsigned long long)k.rows);
	snprintf(h->server, sizeof(h->server), "Athena, %.40s", source_get(a->source, "region", ""));
	snprintf(h->detail, sizeof(h->detail), "SELECT 1 took %s, was queued %s; signed by %.90s",
		 time_span(took, now_mono() - began), time_span(queued, k.last.queued_ms * USEC_MS),
		 a->who.origin);
	return true;
}

const struct client_ops athena_ops = {
	.kind = "athena",
	.libraries = true,
	.settings = settings,
	.prepare = athena_prepare,
	.open = athena_open,
	.run = athena_run,
	.check = athena_check,
	.close = athena_close,
};
