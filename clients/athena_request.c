#include "clients/athena_request.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "clients/sqlguard.h"
#include "clients/sqlliteral.h"
#include "clients/sqltext.h"

/* ---- the statement ----------------------------------------------------------------- */

struct writer {
	struct sqltext_visitor visitor;
	struct buf *out;
	const struct query *query;
	bool hive;
};

static bool too_long(struct err *e)
{
	return err_set(e, ERR_LIMIT, 0, "the statement is longer than the %d bytes that Athena takes",
		       (int)ATHENA_SQL_MAX);
}

static bool put_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	return buf_put(((struct writer *)v)->out, s, len) || too_long(e);
}

static bool plain_value(const char *s, bool hive)
{
	for (; *s; s++) {
		if (((unsigned char)*s < 0x20 && *s != '\t' && *s != '\n') || *s == 0x7f)
			return false;
		if (hive && *s == '\\')
			return false;
	}
	return true;
}

static bool put_value(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct writer *w = (struct writer *)v;
	const struct param *p = query_param(w->query, s, len);

	if (!p)
		return err_set(e, ERR_CONFIG, 0, "the query binds :%.*s, which nobody knows", (int)len, s);
	if (p->value && !plain_value(p->value, w->hive))
		return err_set(e, ERR_CONFIG, 0, "the value of :%s holds characters that no literal "
			       "may hold", p->name);
	return sqlliteral_put(w->out, p->value, e);
}

bool athena_sql(struct buf *out, const struct query *q, struct err *e)
{
	struct writer w = {
		.visitor = { .text = put_text, .name = put_value }, .out = out, .query = q,
		.hive = sqlguard_looks(q->text),
	};

	out->max = ATHENA_SQL_MAX;
	/* What is sent is looked at, not what it was made of. */
	return sqltext_walk(q->text, &w.visitor, e) && sqlguard_read_only(buf_str(out), e);
}

/* ---- documents --------------------------------------------------------------------- */

bool athena_token(char out[static ATHENA_TOKEN], const char *query_id, struct err *e)
{
	unsigned char nonce[16];
	int n;

	if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
		return err_set(e, ERR_INTERNAL, 0, "no random numbers for a request");
	n = snprintf(out, ATHENA_TOKEN, "%.*s-", QUERY_ID_MAX, query_id);
	for (size_t i = 0; i < sizeof(nonce); i++, n += 2)
		snprintf(out + n, 3, "%02x", nonce[i]);
	return true;
}

static bool put_document(struct buf *out, json_t *doc, struct err *e)
{
	char *text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
	bool ok = text && buf_puts(out, text);

	free(text);
	json_decref(doc);
	return ok || err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (value && *value)
		json_object_set_new(object, key, json_string(value));
}

bool athena_start_body(struct buf *out, const struct source *s, const char *sql, const char *token,
		       struct err *e)
{
	json_t *doc = json_object(), *context = json_object();
	const char *output = source_get(s, "output_location", NULL);

	set_text(doc, "QueryString", sql);
	set_text(doc, "ClientRequestToken", token);
	set_text(doc, "WorkGroup", source_get(s, "workgroup", NULL));
	set_text(context, "Database", source_get(s, "database", NULL));
	set_text(context, "Catalog", source_get(s, "catalog", NULL));
	json_object_set_new(doc, "QueryExecutionContext", context);
	if (output && *output)
		json_object_set_new(doc, "ResultConfiguration",
				    json_pack("{s:s}", "OutputLocation", output));
	return put_document(out, doc, e);
}

bool athena_id_body(struct buf *out, const char *execution, struct err *e)
{
	return put_document(out, json_pack("{s:s}", "QueryExecutionId", execution), e);
}

bool athena_page_body(struct buf *out, const char *execution, const char *next, struct err *e)
{
	json_t *doc = json_pack("{s:s,s:i}", "QueryExecutionId", execution, "MaxResults",
				(int)ATHENA_PAGE_ROWS);

	if (doc && next)
		json_object_set_new(doc, "NextToken", json_string(next));
	return put_document(out, doc, e);
}
