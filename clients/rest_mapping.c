#include "clients/rest_mapping.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/rest_literal.h"
#include "clients/rest_mapping_parts.h"

/* ---- reading the mapping ------------------------------------------------------ */

static bool no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, 0, "out of memory for an endpoint mapping");
}

bool rest_is_type(const struct doc_node *n, enum doc_type type, const char *what, struct err *e)
{
	return doc_type(n) == type ||
	       err_set(e, ERR_CONFIG, 0, "%s: expected %s", doc_where(n), what);
}

/* A required, non-empty word of a map. */
bool rest_read_word(const struct doc_node *map, const char *key, const char **out,
		      struct err *e)
{
	*out = doc_str(doc_get(map, key));
	return (*out && **out) ||
	       err_set(e, ERR_CONFIG, 0, "%s: \"%s\" is missing", doc_where(map), key);
}

static bool is_path(const struct doc_node *n)
{
	const char *s = doc_str(n);

	if (!s || !*s)
		return false;
	if (strcmp(s, ".") == 0)
		return true;
	return *s != '.' && s[strlen(s) - 1] != '.' && !strstr(s, "..");
}

/* One dotted path or a list of them. */
bool rest_check_paths(const struct doc_node *n, struct err *e)
{
	bool ok = is_path(n);

	if (doc_type(n) == DOC_LIST) {
		ok = doc_count(n) > 0;
		for (size_t i = 0; ok && i < doc_count(n); i++)
			ok = is_path(doc_item(n, i));
	}
	return ok || err_set(e, ERR_CONFIG, 0, "%s: expected a dotted path or a list of them",
			     doc_where(n));
}

const char *rest_path(const struct doc_node *paths, size_t i)
{
	if (doc_type(paths) == DOC_LIST)
		return doc_str(doc_item(paths, i));
	return i == 0 ? doc_str(paths) : NULL;
}

static bool check_segment(const struct rest_mapping *m, const char *s, size_t len, struct err *e)
{
	if (memchr(s, ':', len) && !mapping_param(s, len))
		return err_set(e, ERR_CONFIG, 0, "%s: a parameter must be a whole path segment",
			       doc_where(m->path));
	if ((len == 1 && *s == '.') || (len == 2 && memcmp(s, "..", 2) == 0))
		return err_set(e, ERR_CONFIG, 0, "%s: the path climbs", doc_where(m->path));
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("-._~:%", s[i]))
			return err_set(e, ERR_CONFIG, 0, "%s: \"%c\" cannot stand in a path",
				       doc_where(m->path), s[i]);
	return true;
}

static bool read_path(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	const char *s = NULL;

	if (!rest_read_word(root, "path", &s, e))
		return false;
	m->path = doc_get(root, "path");
	if (*s != '/')
		return err_set(e, ERR_CONFIG, 0, "%s: the path must begin with /",
			       doc_where(m->path));
	while (*s) {
		size_t len = strcspn(++s, "/");

		if (!check_segment(m, s, len, e))
			return false;
		s += len;
	}
	return true;
}

static bool read_method(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	if (!rest_read_word(root, "method", &m->method, e))
		return false;
	return strcmp(m->method, "GET") == 0 || strcmp(m->method, "POST") == 0 ||
	       err_set(e, ERR_CONFIG, 0, "%s: the method must be GET or POST",
		       doc_where(doc_get(root, "method")));
}

static bool check_value(const struct doc_node *v, const char *what, struct err *e)
{
	struct err why;
	bool has;

	return rest_is_type(v, DOC_SCALAR, what, e) &&
	       (rest_literal_has(doc_str(v), &has, &why) ||
		err_set(e, ERR_CONFIG, 0, "%s: %s", doc_where(v), why.text));
}

static bool read_query(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	m->query = doc_get(root, "query");
	if (m->query && !rest_is_type(m->query, DOC_MAP, "a map", e))
		return false;
	for (size_t i = 0; i < doc_count(m->query); i++) {
		const struct doc_node *v = doc_value(m->query, i);

		for (size_t k = 0; doc_type(v) == DOC_LIST && k < doc_count(v); k++)
			if (!check_value(doc_item(v, k), "a value", e))
				return false;
		if (doc_type(v) != DOC_LIST && !check_value(v, "a value or a list", e))
			return false;
	}
	return true;
}

static bool read_choose(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	m->choose = doc_get(root, "choose");
	if (m->choose && !rest_is_type(m->choose, DOC_MAP, "a map", e))
		return false;
	for (size_t i = 0; i < doc_count(m->choose); i++) {
		const struct doc_node *v = doc_value(m->choose, i);
		const char *s = doc_str(v);

		if (!s || mapping_param(s, strlen(s)) == 0)
			return err_set(e, ERR_CONFIG, 0, "%s: expected a \":name\"", doc_where(v));
	}
	return true;
}

/* A jsontext_hook that only looks. */
static enum jsontext_hooked check_string(const void *ctx, struct buf *out, struct cell s, struct err *e)
{
	bool has;

	(void)ctx;
	(void)out;
	return rest_literal_has(s.data, &has, e) ? JSONTEXT_PASS : JSONTEXT_FAILED;
}

static bool check_body(json_t *body, struct err *e)
{
	struct buf text = BUF_INIT;
	bool ok = jsontext_write(&text, body, check_string, NULL, e);

	buf_release(&text);
	return ok;
}

static bool read_body(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	const struct doc_node *n = doc_get(root, "body");
	const char *text = doc_str(n);
	struct err why;

	if (!n)
		return true;
	if (!text || strcmp(m->method, "POST") != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: a body is a JSON text, and for POST only",
			       doc_where(n));
	m->body = jsontext_read(text, strlen(text), &why);
	return (m->body && check_body(m->body, &why)) ||
	       err_set(e, ERR_CONFIG, 0, "%s: body: %s", doc_where(n), why.text);
}

static bool read_status(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	static const char *const known[] = { "field", "ok", NULL };
	const struct doc_node *n = doc_get(root, "status");

	return !n || (rest_is_type(n, DOC_MAP, "{ field, ok }", e) && mapping_known_keys(n, known, e) &&
		      rest_read_word(n, "field", &m->status_field, e) &&
		      rest_read_word(n, "ok", &m->status_ok, e) &&
		      rest_check_paths(doc_get(n, "field"), e));
}

static bool read_absent(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	const struct doc_node *n = doc_get(root, "absent");

	if (n && (doc_type(n) != DOC_LIST || doc_count(n) > REST_ABSENT_MAX))
		return err_set(e, ERR_CONFIG, 0, "%s: expected a list of at most %d statuses",
			       doc_where(n), (int)REST_ABSENT_MAX);
	for (; m->nabsent < doc_count(n); m->nabsent++)
		if (!doc_int(doc_item(n, m->nabsent), 400, 499, &m->absent[m->nabsent], e))
			return false;
	return true;
}

/* The token of a page goes into an object that has none yet. */
static bool check_token(const struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	return !m->paging.key || (json_is_object(m->body) && !json_object_get(m->body, m->paging.key)) ||
	       err_set(e, ERR_CONFIG, 0, "%s: the body must be an object without \"%s\"",
		       doc_where(doc_get(root, "body")), m->paging.key);
}

/* What the client sends itself, and what would say who is asking, or where. */
static bool is_ours(const char *name)
{
	static const char *const ours[] = { "Authorization", "Connection", "Content-Length", "Content-Type",
					    "Cookie", "Expect", "Host", "Proxy-Authorization",
					    "Transfer-Encoding", "Upgrade", "User-Agent" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(ours[i], name) == 0)
			return true;
	return false;
}

static bool read_headers(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	m->headers = doc_get(root, "headers");
	if (m->headers && (!rest_is_type(m->headers, DOC_MAP, "a map", e) ||
			   doc_count(m->headers) > REST_HEADERS_MAX))
		return err_set(e, ERR_CONFIG, 0, "%s: expected a map of at most %d headers",
			       doc_where(m->headers), (int)REST_HEADERS_MAX);
	for (size_t i = 0; i < doc_count(m->headers); i++) {
		const char *name = doc_key(m->headers, i), *value = doc_str(doc_value(m->headers, i));

		for (const char *s = name; *s; s++)
			if (!isalnum((unsigned char)*s) && *s != '-')
				value = NULL;
		for (const char *s = value; s && *s; s++)
			if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f)
				value = NULL;
		if (!*name || !value || is_ours(name))
			return err_set(e, ERR_CONFIG, 0, "%s: \"%s\" is no header that can be set",
				       doc_where_key(m->headers, i), name);
	}
	return true;
}

static bool read_columns(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	const struct doc_node *n = doc_get(root, "columns");

	if (doc_type(n) != DOC_MAP || doc_count(n) == 0 || doc_count(n) > ROWS_MAX_COLUMNS)
		return err_set(e, ERR_CONFIG, 0, "%s: \"columns\" must be a map of 1 to %d columns",
			       doc_where(n ? n : root), (int)ROWS_MAX_COLUMNS);
	m->columns = calloc(doc_count(n), sizeof(*m->columns));
	m->paths = calloc(doc_count(n), sizeof(*m->paths));
	if (!m->columns || !m->paths)
		return no_memory(e);
	for (; m->ncolumns < doc_count(n); m->ncolumns++) {
		m->columns[m->ncolumns] = doc_key(n, m->ncolumns);
		m->paths[m->ncolumns] = doc_value(n, m->ncolumns);
		if (!rest_check_paths(m->paths[m->ncolumns], e))
			return false;
	}
	return true;
}

static bool read_rows(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	m->rows = doc_get(root, "rows");
	if (!m->rows)
		return err_set(e, ERR_CONFIG, 0, "%s: \"rows\" is missing", doc_where(root));
	return rest_check_paths(m->rows, e);
}

static bool add_column(struct rest_mapping *m, const char *name, const struct doc_node *at,
		       struct err *e)
{
	for (size_t i = 0; i < m->nall; i++)
		if (strcmp(m->columns[i], name) == 0)
			return err_set(e, ERR_CONFIG, 0, "%s: the column \"%s\" is there twice",
				       doc_where(at), name);
	if (m->nall == ROWS_MAX_COLUMNS)
		return err_set(e, ERR_CONFIG, 0, "%s: there are more than %d columns", doc_where(at),
			       (int)ROWS_MAX_COLUMNS);
	m->columns[m->nall++] = name;
	return true;
}

static bool join_columns(struct rest_mapping *m, const struct doc_node *n, struct err *e)
{
	const struct rest_mapping *t = m->then;
	const char **all = reallocarray(m->columns, m->ncolumns + t->ncolumns + 1, sizeof(*all));

	if (!all)
		return no_memory(e);
	m->columns = all;
	for (size_t i = 0; i < t->ncolumns; i++)
		if (!add_column(m, t->columns[i], t->paths[i], e))
			return false;
	return !doc_get(n, "known") || (rest_read_word(n, "known", &m->then_known, e) &&
					add_column(m, m->then_known, n, e));
}

static bool read_then(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	static const char *const known[] = { "path", "query", "status", "rows", "absent", "errors",
					     "columns", "max", "known", NULL };
	const struct doc_node *n = doc_get(root, "then");
	struct rest_mapping *t;

	m->then_max = 1;
	m->nall = m->ncolumns;
	if (!n)
		return true;
	t = m->then = calloc(1, sizeof(*t));
	if (!t)
		return no_memory(e);
	t->method = "GET";
	return rest_is_type(n, DOC_MAP, "a map", e) && mapping_known_keys(n, known, e) &&
	       read_path(t, n, e) && read_query(t, n, e) && read_status(t, n, e) &&
	       read_rows(t, n, e) && read_absent(t, n, e) && rest_read_paging(&t->paging, n, e) &&
	       rest_read_refusals(&t->refusals, n, e) && read_columns(t, n, e) && join_columns(m, n, e) &&
	       (!doc_get(n, "max") || doc_int(doc_get(n, "max"), 1, REST_THEN_MAX, &m->then_max, e));
}

static bool read_mapping(struct rest_mapping *m, const char *name, struct err *e)
{
	static const char *const known[] = { "method", "path", "query", "choose", "body", "status",
					     "rows", "absent", "pages", "errors", "headers",
					     "columns", "then", NULL };
	const struct doc_node *root = doc_root(m->doc);

	if (doc_type(root) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: expected an endpoint mapping", name);
	return mapping_known_keys(root, known, e) && read_method(m, root, e) && read_path(m, root, e) &&
	       read_query(m, root, e) && read_choose(m, root, e) && read_body(m, root, e) &&
	       read_status(m, root, e) && read_rows(m, root, e) && read_absent(m, root, e) &&
	       rest_read_paging(&m->paging, root, e) && check_token(m, root, e) &&
	       rest_read_refusals(&m->refusals, root, e) && read_headers(m, root, e) &&
	       read_columns(m, root, e) && read_then(m, root, e);
}

struct rest_mapping *rest_mapping_new(const char *text, size_t len, const char *name, struct err *e)
{
	struct rest_mapping *m = calloc(1, sizeof(*m));

	if (!m) {
		no_memory(e);
		return NULL;
	}
	m->doc = doc_parse(text, len, name, e);
	if (m->doc && read_mapping(m, name, e))
		return m;
	rest_mapping_free(m);
	return NULL;
}

void rest_mapping_free(struct rest_mapping *m)
{
	if (!m)
		return;
	rest_mapping_free(m->then);
	free(m->columns);
	free(m->paths);
	json_decref(m->body);
	doc_free(m->doc);
	free(m);
}

bool rest_mapping_absent(const struct rest_mapping *m, long status)
{
	for (size_t i = 0; i < m->nabsent; i++)
		if (m->absent[i] == status)
			return true;
	return false;
}
