/* The operations of Athena. */
#include "tests/support/aws_fake_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 1000 };

static struct aws_execution *find(struct aws_fake *f, json_t *q)
{
	const char *id = json_string_value(json_object_get(q, "QueryExecutionId"));

	for (size_t i = 0; id && i < f->nexecutions; i++) {
		if (strcmp(f->executions[i].id, id) == 0)
			return &f->executions[i];
	}
	return NULL;
}

static bool only_known(json_t *q, const char *const *names)
{
	const char *key;
	json_t *v;

	json_object_foreach(q, key, v) {
		size_t i = 0;

		(void)v;
		while (names[i] && strcmp(names[i], key) != 0)
			i++;
		if (!names[i])
			return false;
	}
	return json_is_object(q);
}

static struct aws_execution *same_token(struct aws_fake *f, const char *token)
{
	for (size_t i = 0; i < f->nexecutions; i++) {
		if (strcmp(f->executions[i].token, token) == 0)
			return &f->executions[i];
	}
	return NULL;
}

static struct aws_execution *begin(struct aws_fake *f, const char *token, const char *sql)
{
	struct aws_execution *x = &f->executions[f->nexecutions++];

	if (f->nexecutions == EXECUTIONS)
		abort();
	snprintf(x->id, sizeof(x->id), "%08zx-0000-4000-8000-00000000cafe", f->nexecutions);
	x->token = strdup(token);
	x->sql = strdup(sql);
	x->state = "QUEUED";
	return x;
}

static void start_query(struct aws_fake *f, json_t *q, struct aws_reply *r)
{
	static const char *const names[] = {
		"QueryString", "ClientRequestToken", "WorkGroup", "QueryExecutionContext",
		"ResultConfiguration", NULL,
	};
	const char *sql = json_string_value(json_object_get(q, "QueryString"));
	const char *token = json_string_value(json_object_get(q, "ClientRequestToken"));
	const char *output = json_string_value(json_object_get(
		json_object_get(q, "ResultConfiguration"), "OutputLocation"));
	struct aws_execution *x;

	if (!only_known(q, names) || !sql || !*sql || strlen(sql) > 262144) {
		aws_say_fault(r, 400, "SerializationException", "unknown or missing members");
	} else if (!token || strlen(token) < 32 || strlen(token) > 128) {
		aws_say_invalid(r, "ClientRequestToken must have 32 to 128 characters");
	} else if (!json_object_get(q, "WorkGroup") && (!output || strncmp(output, "s3://", 5) != 0)) {
		aws_say_invalid(r, "No output location provided. An output location is required either through the "
			"Workgroup result configuration setting or as an API input.");
	} else if ((x = same_token(f, token)) && strcmp(x->sql, sql) != 0) {
		aws_say_invalid(r, "Idempotent parameters do not match");
	} else {
		x = x ? x : begin(f, token, sql);
		aws_say_document(r, json_pack("{s:s}", "QueryExecutionId", x->id));
	}
}

/* Its rows, or its failure. */
static void end_query(struct aws_fake *f, struct aws_execution *x)
{
	x->state = f->outcome ? f->outcome : "SUCCEEDED";
	x->reason[0] = '\0';
	x->told = f->outcome ? f->outcome_reason : NULL;
	if (f->outcome)
		x->error = strdup(f->outcome_error);
	else if (!aws_tables_run(f->tables, x->sql, &x->result, x->reason))
		x->state = "FAILED";
}

bool aws_has_ended(const struct aws_execution *x)
{
	return strcmp(x->state, "QUEUED") != 0 && strcmp(x->state, "RUNNING") != 0;
}

/* Each look finds it a step further. */
static void advance(struct aws_fake *f, struct aws_execution *x)
{
	if (aws_has_ended(x) || f->hold)
		return;
	x->looks++;
	if (x->looks > f->options.queued + f->options.running)
		end_query(f, x);
	else if (x->looks > f->options.queued)
		x->state = "RUNNING";
}

static void look_at_query(struct aws_fake *f, json_t *q, struct aws_reply *r)
{
	struct aws_execution *x = find(f, q);
	json_t *status, *doc;

	if (!x) {
		aws_say_invalid(r, "QueryExecution was not found");
		return;
	}
	advance(f, x);
	status = json_pack("{s:s,s:f}", "State", x->state, "SubmissionDateTime", 1.7e9);
	if (x->reason[0] || (x->told && *x->told))
		json_object_set_new(status, "StateChangeReason", json_string(x->reason[0] ? x->reason : x->told));
	if (x->error && *x->error)
		json_object_set_new(status, "AthenaError", json_loads(x->error, 0, NULL));
	doc = json_pack("{s:{s:s,s:s,s:s,s:o,s:{s:i,s:i,s:i}}}", "QueryExecution", "QueryExecutionId",
			x->id, "Query", x->sql, "StatementType", "DML", "Status", status, "Statistics",
			"DataScannedInBytes", (int)(x->looks * 1000000), "QueryQueueTimeInMillis",
			(int)(f->options.queued * 150), "TotalExecutionTimeInMillis", (int)(x->looks * 200));
	aws_say_document(r, doc);
}

static json_t *datum(const char *v)
{
	return v ? json_pack("{s:s}", "VarCharValue", v) : json_object();
}

static json_t *row_at(const struct aws_result *t, size_t line)
{
	json_t *data = json_array();

	/* Line 0 is the names. */
	for (size_t i = 0; i < t->ncolumns; i++)
		json_array_append_new(data, datum(line ? t->cells[(line - 1) * t->ncolumns + i] : t->names[i]));
	return json_pack("{s:o}", "Data", data);
}

static json_t *columns_of(const struct aws_result *t)
{
	json_t *info = json_array();

	for (size_t i = 0; i < t->ncolumns; i++)
		json_array_append_new(info, json_pack("{s:s,s:s,s:s,s:s}", "CatalogName", "hive", "Name",
						      t->names[i], "Label", t->names[i], "Type", "varchar"));
	return info;
}

/* Tokens name their query and line; nobody else's fit. */
static bool read_token(const struct aws_execution *x, const char *token, size_t *line)
{
	size_t n = strlen(x->id);

	*line = 0;
	if (!token)
		return true;
	if (strncmp(token, x->id, n) != 0 || token[n] != '/')
		return false;
	*line = strtoul(token + n + 1, NULL, 10);
	return *line > 0;
}

static void put_page(const struct aws_execution *x, size_t line, size_t max, bool loop, struct aws_reply *r)
{
	size_t lines = x->result.nrows + 1, end = line + max < lines ? line + max : lines;
	json_t *rows = json_array(), *doc;
	char token[80];

	for (size_t i = line; i < end; i++)
		json_array_append_new(rows, row_at(&x->result, i));
	doc = json_pack("{s:{s:o,s:{s:o}},s:i}", "ResultSet", "Rows", rows, "ResultSetMetadata",
			"ColumnInfo", columns_of(&x->result), "UpdateCount", 0);
	snprintf(token, sizeof(token), "%s/%zu", x->id, loop ? max : end);
	if (end < lines || loop)
		json_object_set_new(doc, "NextToken", json_string(token));
	aws_say_document(r, doc);
}

static void results(struct aws_fake *f, json_t *q, bool loop, struct aws_reply *r)
{
	static const char *const names[] = { "QueryExecutionId", "MaxResults", "NextToken", NULL };
	struct aws_execution *x = find(f, q);
	json_t *max = json_object_get(q, "MaxResults");
	long long n = max ? json_integer_value(max) : PAGE;
	char message[100];
	size_t line;

	if (!only_known(q, names)) {
		aws_say_fault(r, 400, "SerializationException", "unknown members");
	} else if (!x) {
		aws_say_invalid(r, "QueryExecution was not found");
	} else if (strcmp(x->state, "SUCCEEDED") != 0) {
		snprintf(message, sizeof(message), "Query has not yet finished. Current state: %s", x->state);
		aws_say_invalid(r, message);
	} else if (n < 1 || n > PAGE) {
		aws_say_invalid(r, "MaxResults is more than maximum allowed length 1000.");
	} else if (!read_token(x, json_string_value(json_object_get(q, "NextToken")), &line)) {
		aws_say_invalid(r, "The NextToken is not valid");
	} else {
		put_page(x, line, (size_t)n, loop, r);
	}
}

static void stop_query(struct aws_fake *f, json_t *q, struct aws_reply *r)
{
	struct aws_execution *x = find(f, q);

	if (!x) {
		aws_say_invalid(r, "QueryExecution was not found");
		return;
	}
	if (!aws_has_ended(x)) {
		x->state = "CANCELLED";
		snprintf(x->reason, sizeof(x->reason), "Query cancelled by user");
	}
	aws_say(r, 200, AWS_JSON, "{}");
}

void aws_athena(struct aws_fake *f, const char *operation, json_t *q, bool loop, struct aws_reply *r)
{
	if (strcmp(operation, "StartQueryExecution") == 0)
		start_query(f, q, r);
	else if (strcmp(operation, "GetQueryExecution") == 0)
		look_at_query(f, q, r);
	else if (strcmp(operation, "GetQueryResults") == 0)
		results(f, q, loop, r);
	else if (strcmp(operation, "StopQueryExecution") == 0)
		stop_query(f, q, r);
	else
		aws_say_fault(r, 400, "UnknownOperationException", operation);
}
