#include "clients/neo4j_answer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/json_row.h"
#include "clients/jsontext.h"

enum { SHOWN = 400 };

/* ---- the document --------------------------------------------------------------------- */

static struct cell text_of(json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);

	return v && !jsontext_is_number(v) ? jsontext_scalar(v) : CELL_NULL;
}

static bool read_errors(struct neo4j_answer *a, json_t *errors, struct err *e)
{
	json_t *first = json_array_get(errors, 0);

	if (!errors || json_is_null(errors))
		return true;
	if (!json_is_array(errors) || (first && !json_is_object(first)))
		return err_set(e, ERR_DECODE, 0, "the answer's errors are no list of objects");
	a->failed = first != NULL;
	a->code = text_of(first, "code");
	a->message = text_of(first, "message");
	return true;
}

static bool read_data(struct neo4j_answer *a, json_t *data, struct err *e)
{
	if (!data && a->failed)
		return true;
	a->fields = json_object_get(data, "fields");
	a->values = json_object_get(data, "values");
	return (json_is_array(a->fields) && json_is_array(a->values)) ||
	       err_set(e, ERR_DECODE, 0, "the answer is JSON, but not that of Neo4j's Query API");
}

bool neo4j_answer_read(struct neo4j_answer *a, const char *text, size_t len, struct err *e)
{
	*a = (struct neo4j_answer){ .root = jsontext_read(text, len, e) };
	return a->root && read_errors(a, json_object_get(a->root, "errors"), e) &&
	       read_data(a, json_object_get(a->root, "data"), e);
}

void neo4j_answer_release(struct neo4j_answer *a)
{
	json_decref(a->root);
	*a = (struct neo4j_answer){ 0 };
}

/* ---- typed values as JSON -------------------------------------------------------------- */

/* { "$type": "Integer", "_value": "1" } */
struct typed {
	struct cell type;
	json_t *value;
};

static bool read_typed(struct typed *t, json_t *v, struct err *e)
{
	t->type = text_of(v, "$type");
	t->value = json_object_get(v, "_value");
	return (t->type.data && t->value) ||
	       err_set(e, ERR_DECODE, 0, "a value has no type: the server did not answer in typed JSON");
}

/* As JSON writes numbers; "NaN" and the like are none. */
static bool is_number(struct cell c)
{
	json_t *list;
	char text[64];
	bool yes;

	if (c.len == 0 || c.len > sizeof(text) - 3)
		return false;
	text[0] = '[';
	memcpy(text + 1, c.data, c.len);
	text[c.len + 1] = ']';
	list = jsontext_read(text, c.len + 2, NULL);
	yes = json_array_size(list) == 1 && jsontext_is_number(json_array_get(list, 0));
	json_decref(list);
	return yes;
}

static bool put_value(struct buf *out, json_t *v, struct err *e);

static bool put_list(struct buf *out, json_t *list, struct err *e)
{
	json_t *item;
	size_t i;

	buf_putc(out, '[');
	json_array_foreach(list, i, item) {
		if (i > 0)
			buf_putc(out, ',');
		if (!put_value(out, item, e))
			return false;
	}
	return buf_putc(out, ']');
}

static bool put_map(struct buf *out, json_t *map, struct err *e)
{
	const char *key, *comma = "";
	json_t *item;

	buf_putc(out, '{');
	json_object_foreach(map, key, item) {
		buf_puts(out, comma);
		jsontext_quote_key(out, key);
		buf_putc(out, ':');
		if (!put_value(out, item, e))
			return false;
		comma = ",";
	}
	return buf_putc(out, '}');
}

static void put_member(struct buf *out, const char *key, struct cell text)
{
	buf_printf(out, "\"%s\":", key);
	jsontext_quote(out, text);
	buf_putc(out, ',');
}

static bool put_properties(struct buf *out, json_t *entity, struct err *e)
{
	buf_puts(out, "\"properties\":");
	return put_map(out, json_object_get(entity, "_properties"), e) && buf_putc(out, '}');
}

static bool put_node(struct buf *out, json_t *node, struct err *e)
{
	json_t *labels = json_object_get(node, "_labels");

	buf_putc(out, '{');
	put_member(out, "elementId", text_of(node, "_element_id"));
	buf_puts(out, "\"labels\":");
	if (!labels)
		buf_puts(out, "[]");
	else if (!jsontext_write(out, labels, NULL, NULL, e))
		return false;
	buf_putc(out, ',');
	return put_properties(out, node, e);
}

static bool put_relationship(struct buf *out, json_t *r, struct err *e)
{
	buf_putc(out, '{');
	put_member(out, "elementId", text_of(r, "_element_id"));
	put_member(out, "startNodeElementId", text_of(r, "_start_node_element_id"));
	put_member(out, "endNodeElementId", text_of(r, "_end_node_element_id"));
	put_member(out, "type", text_of(r, "_type"));
	return put_properties(out, r, e);
}

static const struct shape {
	const char *type;
	bool array;             /* what its value must be; else an object */
	bool (*put)(struct buf *, json_t *, struct err *);
} shapes[] = {
	{ "List", true, put_list },
	{ "Path", true, put_list },
	{ "Map", false, put_map },
	{ "Node", false, put_node },
	{ "Relationship", false, put_relationship },
};

/* NULL: a scalar, or a type that this client does not know, whose value stays as it is. */
static const struct shape *find_shape(const struct typed *t)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		const struct shape *s = &shapes[i];

		if (cell_is(t->type, s->type) &&
		    (s->array ? json_is_array(t->value) : json_is_object(t->value)))
			return s;
	}
	return NULL;
}

static bool put_value(struct buf *out, json_t *v, struct err *e)
{
	const struct shape *shape;
	struct cell number;
	struct typed t;

	if (!read_typed(&t, v, e))
		return false;
	shape = find_shape(&t);
	if (shape)
		return shape->put(out, t.value, e);
	number = jsontext_scalar(t.value);
	if ((cell_is(t.type, "Integer") || cell_is(t.type, "Float")) && is_number(number))
		return buf_put(out, number.data, number.len);
	return jsontext_write(out, t.value, NULL, NULL, e);
}

/* ---- rows ------------------------------------------------------------------------------ */

static bool list_names(const char **names, json_t *fields, struct err *e)
{
	json_t *field;
	size_t i;

	json_array_foreach(fields, i, field) {
		struct cell name = jsontext_scalar(field);

		if (!name.data || strlen(name.data) != name.len)
			return err_set(e, ERR_DECODE, 0, "column %zu has no name", i + 1);
		names[i] = name.data;
	}
	return true;
}

static bool take_columns(struct json_row *row, json_t *fields, struct row_sink *sink, struct err *e)
{
	size_t n = json_array_size(fields);
	const char **names;
	bool ok;

	if (!json_row_begin(row, n, e))
		return false;
	names = calloc(n, sizeof(*names));
	if (!names)
		return err_set(e, ERR_MEMORY, 0, "no memory for %zu columns", n);
	ok = list_names(names, fields, e) && sink->columns(sink, names, n, e);
	free(names);
	return ok;
}

static bool take_cell(struct json_row *row, size_t i, json_t *v, struct err *e)
{
	struct typed t;
	bool ok = true;

	if (!read_typed(&t, v, e))
		return false;
	if (json_is_array(t.value) || json_is_object(t.value)) {
		json_row_open(row, i);
		ok = put_value(&row->text, v, e);
		json_row_close(row, i);
	} else {
		json_row_put(row, i, jsontext_scalar(t.value));
	}
	return ok;
}

static bool take_row(struct json_row *row, json_t *values, uint64_t number, struct row_sink *sink,
		     struct err *e)
{
	const struct cell *cells;
	json_t *v;
	size_t i;

	if (!json_is_array(values) || json_array_size(values) != row->ncolumns)
		return err_set(e, ERR_DECODE, 0, "row %" PRIu64 " has %zu values for %zu columns",
			       number + 1, json_array_size(values), row->ncolumns);
	json_row_clear(row);
	json_array_foreach(values, i, v) {
		if (!take_cell(row, i, v, e))
			return false;
	}
	cells = json_row_cells(row, e);
	return cells && sink->row(sink, cells, e);
}

bool neo4j_answer_emit(const struct neo4j_answer *a, struct row_sink *sink, struct cancel *cancel,
		       uint64_t max_rows, uint64_t *rows, struct err *e)
{
	struct json_row row = { 0 };
	size_t n = json_array_size(a->values);
	bool ok;

	/* A statement that gives nothing has no columns. */
	if (json_array_size(a->fields) == 0 && n == 0)
		return true;
	ok = take_columns(&row, a->fields, sink, e);
	for (size_t i = 0; ok && i < n; i++) {
		if (cancel_fired(cancel))
			ok = err_set(e, ERR_CANCELLED, 0, "stopped");
		else if (*rows >= max_rows)
			ok = err_set(e, ERR_LIMIT, 0, "more than %" PRIu64 " rows, stopped there", max_rows);
		else
			ok = take_row(&row, json_array_get(a->values, i), *rows, sink, e);
		*rows += ok;
	}
	json_row_release(&row);
	return ok;
}

/* ---- errors ---------------------------------------------------------------------------- */

static const struct meaning {
	const char *code;       /* what it begins with; the first that fits decides */
	enum err_kind kind;
	bool transient;
} meanings[] = {
	{ "Neo.ClientError.Security.Forbidden", ERR_DENIED, false },
	/* The rate limit too: it counts wrong passwords, and each try prolongs it. */
	{ "Neo.ClientError.Security.", ERR_AUTH, false },
	{ "Neo.TransientError.Security.", ERR_REMOTE, true },
	/* "Writing in read access mode not allowed" */
	{ "Neo.ClientError.Statement.AccessMode", ERR_CONFIG, false },
	{ "Neo.ClientError.Database.DatabaseNotFound", ERR_CONFIG, false },
	{ "Neo.ClientError.Transaction.TransactionTimedOut", ERR_TIMEOUT, false },
	{ "Neo.ClientError.Transaction.LockClientStopped", ERR_TIMEOUT, false },
	{ "Neo.TransientError.Transaction.Terminated", ERR_REMOTE, false },
	{ "Neo.TransientError.General.OutOfMemoryError", ERR_MEMORY, false },
	{ "Neo.TransientError.General.MemoryPoolOutOfMemoryError", ERR_MEMORY, false },
	{ "Neo.TransientError.General.TransactionMemoryLimit", ERR_MEMORY, false },
	{ "Neo.TransientError.General.TransactionOutOfMemoryError", ERR_MEMORY, false },
	{ "Neo.TransientError.Request.", ERR_QUOTA, true },
	{ "Neo.TransientError.Transaction.MaximumTransactionLimitReached", ERR_QUOTA, true },
	{ "Neo.TransientError.", ERR_REMOTE, true },
	{ "Neo.", ERR_REMOTE, false },
};

static const struct meaning *find_meaning(struct cell code)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		size_t len = strlen(meanings[i].code);

		if (code.len >= len && memcmp(code.data, meanings[i].code, len) == 0)
			return &meanings[i];
	}
	return NULL;
}

bool neo4j_answer_error(const struct neo4j_answer *a, const char *source, long status,
			bool delivered, struct err *e)
{
	const struct meaning *m = find_meaning(a->code);
	struct cell code = a->code.len > 0 ? a->code : cell_of("an error without a code");
	struct buf text = BUF_INIT;

	buf_put_line(&text, code.data, code.len, SHOWN);
	buf_puts(&text, a->message.len > 0 ? ": " : "");
	buf_put_line(&text, a->message.data, a->message.len, SHOWN);
	err_set(e, m ? m->kind : ERR_REMOTE, status, "%s: %s", source, buf_str(&text));
	buf_release(&text);
	if (e)
		e->transient = m && m->transient && !delivered;
	return false;
}
