#include "clients/athena_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/jsontext.h"

static json_t *read_object(const char *text, size_t len, struct err *e)
{
	json_t *root = jsontext_read(text, len, e);

	if (!root || json_is_object(root))
		return root;
	json_decref(root);
	err_set(e, ERR_DECODE, 0, "the answer is no JSON object");
	return NULL;
}

static bool lacks(struct err *e, const char *what)
{
	return err_set(e, ERR_DECODE, 0, "the answer has no readable %s", what);
}

static bool is_text(json_t *v)
{
	return json_is_string(v) && !jsontext_is_number(v);
}

/* ---- an id ------------------------------------------------------------------------- */

/* Cells of jansson end with a NUL. */
static bool plain_id(struct cell c)
{
	static const char plain[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

	return c.len > 0 && c.len < ATHENA_ID_MAX && strspn(c.data, plain) == c.len;
}

bool athena_read_id(const char *text, size_t len, char id[static ATHENA_ID_MAX], struct err *e)
{
	json_t *root = read_object(text, len, e), *said = json_object_get(root, "QueryExecutionId");
	struct cell c = is_text(said) ? jsontext_scalar(said) : CELL_NULL;
	bool ok = root && (plain_id(c) || lacks(e, "QueryExecutionId"));

	if (ok)
		snprintf(id, ATHENA_ID_MAX, "%.*s", (int)c.len, c.data);
	json_decref(root);
	return ok;
}

/* ---- a state ----------------------------------------------------------------------- */

static int64_t number_at(json_t *v, const char *path, int64_t fallback)
{
	struct cell c = jsontext_scalar(jsontext_at(v, path));
	char *end;
	long long n;

	if (cell_is_null(c) || c.len == 0)
		return fallback;
	n = strtoll(c.data, &end, 10);
	return *end || n < 0 ? fallback : n;
}

static bool read_state(json_t *q, struct athena_execution *x, struct err *e)
{
	static const char *const words[] = {
		[ATHENA_QUEUED] = "QUEUED", [ATHENA_RUNNING] = "RUNNING",
		[ATHENA_SUCCEEDED] = "SUCCEEDED", [ATHENA_FAILED] = "FAILED",
		[ATHENA_CANCELLED] = "CANCELLED",
	};
	struct cell state = jsontext_scalar(jsontext_at(q, "Status.State"));

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (state.len == strlen(words[i]) && memcmp(state.data, words[i], state.len) == 0) {
			x->state = (enum athena_state)i;
			return true;
		}
	}
	return lacks(e, "state");
}

bool athena_read_execution(const char *text, size_t len, struct athena_execution *x, struct err *e)
{
	json_t *root = read_object(text, len, e), *q = json_object_get(root, "QueryExecution");
	struct cell reason = jsontext_scalar(jsontext_at(q, "Status.StateChangeReason"));
	struct cell retryable = jsontext_scalar(jsontext_at(q, "Status.AthenaError.Retryable"));
	bool ok;

	if (cell_is_null(reason) || reason.len == 0)
		reason = jsontext_scalar(jsontext_at(q, "Status.AthenaError.ErrorMessage"));
	*x = (struct athena_execution){
		.category = number_at(q, "Status.AthenaError.ErrorCategory", -1),
		.type = number_at(q, "Status.AthenaError.ErrorType", -1),
		.retryable = cell_is(retryable, "true"),
		.scanned = (uint64_t)number_at(q, "Statistics.DataScannedInBytes", 0),
		.queued_ms = number_at(q, "Statistics.QueryQueueTimeInMillis", 0),
		.total_ms = number_at(q, "Statistics.TotalExecutionTimeInMillis", 0),
	};
	if (!cell_is_null(reason))
		text_safe(x->reason, sizeof(x->reason), reason.data, reason.len);
	ok = root && read_state(q, x, e);
	json_decref(root);
	return ok;
}

static bool mentions(const char *reason, const char *const *words)
{
	while (*words && !strcasestr(reason, *words))
		words++;
	return *words != NULL;
}

/* An execution has no status of HTTP: its state and Athena's own numbers say what it
 * was, and where they do not, its words. */
bool athena_execution_err(const struct athena_execution *x, const char *source, struct err *e)
{
	static const char *const denied[] = {
		"Access Denied", "AccessDenied", "not authorized", "Insufficient permissions",
		"Permission denied", "Insufficient Lake Formation", NULL,
	};
	static const char *const throttled[] = {
		"SlowDown", "reduce your request rate", "Rate exceeded", "Throttling", NULL,
	};
	static const char *const memory[] = { "exhausted resources", "EXCEEDED_MEMORY_LIMIT", NULL };
	const char *said = x->reason[0] ? x->reason : "no reason given";
	long code = x->type > 0 ? x->type : 0;

	if (x->state == ATHENA_CANCELLED)
		return err_set(e, ERR_REMOTE, code, "%s: the query was cancelled there: %s", source, said);
	if (mentions(x->reason, denied))
		return err_set(e, ERR_DENIED, code, "%s: the query failed: %s", source, said);
	if (mentions(x->reason, throttled))
		return err_transient(e, ERR_QUOTA, code, "%s: the query failed: %s", source, said);
	if (mentions(x->reason, memory) || (x->type >= 0 && x->type <= 8))
		return err_set(e, ERR_MEMORY, code ? code : 1, "%s: the query failed: %s", source, said);
	if (x->category == 1 || x->retryable)
		return err_transient(e, ERR_REMOTE, code, "%s: the query failed: %s", source, said);
	return err_set(e, ERR_REMOTE, code, "%s: the query failed: %s", source, said);
}

/* ---- rows -------------------------------------------------------------------------- */

static bool read_columns(struct athena_page *p, json_t *info, struct err *e)
{
	size_t n = json_array_size(info);

	if (!json_is_array(info) || (n == 0 && p->nrows > 0))
		return lacks(e, "list of columns");
	if (n > ROWS_MAX_COLUMNS)
		return err_set(e, ERR_LIMIT, 0, "%zu columns; at most %d are read", n,
			       (int)ROWS_MAX_COLUMNS);
	p->columns = calloc(n + 1, sizeof(*p->columns));
	if (!p->columns)
		return err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
	for (; p->ncolumns < n; p->ncolumns++) {
		json_t *column = json_array_get(info, p->ncolumns);
		struct cell name = jsontext_scalar(json_object_get(column, "Label"));

		if (cell_is_null(name) || name.len == 0)
			name = jsontext_scalar(json_object_get(column, "Name"));
		if (cell_is_null(name))
			return lacks(e, "name of a column");
		p->columns[p->ncolumns] = name.data;
	}
	return true;
}

/* The first page of a SELECT; SHOW and EXPLAIN have none. */
static bool repeats_names(const struct athena_page *p)
{
	json_t *data = p->nrows > 0 ? json_object_get(json_array_get(p->rows, 0), "Data") : NULL;

	if (json_array_size(data) != p->ncolumns)
		return false;
	for (size_t i = 0; i < p->ncolumns; i++) {
		struct cell c = jsontext_scalar(json_object_get(json_array_get(data, i), "VarCharValue"));

		if (cell_is_null(c) || strcmp(c.data, p->columns[i]) != 0)
			return false;
	}
	return true;
}

static bool read_next(struct athena_page *p, json_t *next, struct err *e)
{
	struct cell c = jsontext_scalar(next);

	if (!next || json_is_null(next))
		return true;
	if (!is_text(next) || c.len == 0 || c.len >= sizeof(p->next) ||
	    memchr(c.data, '\0', c.len))
		return lacks(e, "NextToken");
	snprintf(p->next, sizeof(p->next), "%s", c.data);
	return true;
}

bool athena_page_read(struct athena_page *p, const char *text, size_t len, struct err *e)
{
	*p = (struct athena_page){ .root = read_object(text, len, e) };
	if (!p->root)
		return false;
	p->rows = jsontext_at(p->root, "ResultSet.Rows");
	p->nrows = json_array_size(p->rows);
	if (!json_is_array(p->rows))
		return lacks(e, "list of rows");
	if (!read_columns(p, jsontext_at(p->root, "ResultSet.ResultSetMetadata.ColumnInfo"), e) ||
	    !read_next(p, json_object_get(p->root, "NextToken"), e))
		return false;
	p->header = repeats_names(p);
	return true;
}

void athena_page_release(struct athena_page *p)
{
	json_decref(p->root);
	free(p->columns);
	*p = (struct athena_page){ .root = NULL };
}

bool athena_page_row(const struct athena_page *p, size_t row, struct cell *cells, struct err *e)
{
	json_t *data = json_object_get(json_array_get(p->rows, row), "Data");

	if (!json_is_array(data) || json_array_size(data) != p->ncolumns)
		return err_set(e, ERR_DECODE, 0, "row %zu of a page has %zu values for %zu columns", row + 1,
			       json_array_size(data), p->ncolumns);
	for (size_t i = 0; i < p->ncolumns; i++) {
		json_t *datum = json_array_get(data, i), *value = json_object_get(datum, "VarCharValue");

		cells[i] = jsontext_scalar(value);
		/* What is left out is NULL; anything but text there is not an answer. */
		if (!json_is_object(datum) ||
		    (value && !json_is_null(value) && !is_text(value)))
			return err_set(e, ERR_DECODE, 0, "row %zu of a page has a value in column %s that is "
				       "no text", row + 1, p->columns[i]);
	}
	return true;
}
