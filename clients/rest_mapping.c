#include "clients/rest_mapping.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/text.h"
#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/rest_literal.h"
#include "clients/sqltext.h"

/* ---- reading the mapping ------------------------------------------------------ */

static bool no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, 0, "out of memory for an endpoint mapping");
}

static bool known_keys(const struct doc_node *map, const char *const *known, struct err *e)
{
	for (size_t i = 0; i < doc_count(map); i++) {
		const char *const *k = known;

		while (*k && strcmp(*k, doc_key(map, i)) != 0)
			k++;
		if (!*k)
			return err_set(e, ERR_CONFIG, 0, "%s: unknown key \"%s\"",
				       doc_where_key(map, i), doc_key(map, i));
	}
	return true;
}

static bool is_type(const struct doc_node *n, enum doc_type type, const char *what, struct err *e)
{
	return doc_type(n) == type ||
	       err_set(e, ERR_CONFIG, 0, "%s: expected %s", doc_where(n), what);
}

/* A required, non-empty word of a map. */
static bool read_word(const struct doc_node *map, const char *key, const char **out,
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
static bool check_paths(const struct doc_node *n, struct err *e)
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

/* ":name" gives the length of the name, else 0. */
static size_t param_name(const char *s, size_t len)
{
	size_t n = 1;

	if (len < 2 || *s != ':')
		return 0;
	while (n < len && (isalnum((unsigned char)s[n]) || s[n] == '_'))
		n++;
	return n == len ? n - 1 : 0;
}

static bool check_segment(const struct rest_mapping *m, const char *s, size_t len, struct err *e)
{
	if (memchr(s, ':', len) && !param_name(s, len))
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

	if (!read_word(root, "path", &s, e))
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
	if (!read_word(root, "method", &m->method, e))
		return false;
	return strcmp(m->method, "GET") == 0 || strcmp(m->method, "POST") == 0 ||
	       err_set(e, ERR_CONFIG, 0, "%s: the method must be GET or POST",
		       doc_where(doc_get(root, "method")));
}

static bool check_value(const struct doc_node *v, const char *what, struct err *e)
{
	struct err why;
	bool has;

	return is_type(v, DOC_SCALAR, what, e) &&
	       (rest_literal_has(doc_str(v), &has, &why) ||
		err_set(e, ERR_CONFIG, 0, "%s: %s", doc_where(v), why.text));
}

static bool read_query(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	m->query = doc_get(root, "query");
	if (m->query && !is_type(m->query, DOC_MAP, "a map", e))
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
	if (m->choose && !is_type(m->choose, DOC_MAP, "a map", e))
		return false;
	for (size_t i = 0; i < doc_count(m->choose); i++) {
		const struct doc_node *v = doc_value(m->choose, i);
		const char *s = doc_str(v);

		if (!s || param_name(s, strlen(s)) == 0)
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

	return !n || (is_type(n, DOC_MAP, "{ field, ok }", e) && known_keys(n, known, e) &&
		      read_word(n, "field", &m->status_field, e) &&
		      read_word(n, "ok", &m->status_ok, e) &&
		      check_paths(doc_get(n, "field"), e));
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

static bool read_counted(struct rest_mapping *m, const struct doc_node *n, struct err *e)
{
	static const char *const known[] = { "param", "first", "total", "max", NULL };

	return known_keys(n, known, e) && read_word(n, "param", &m->page_param, e) &&
	       read_word(n, "total", &m->page_total, e) && check_paths(doc_get(n, "total"), e) &&
	       (!doc_get(n, "first") || doc_int(doc_get(n, "first"), 0, 1, &m->page_first, e));
}

static bool read_next(struct rest_mapping *m, const struct doc_node *n, struct err *e)
{
	static const char *const known[] = { "next", "max", NULL };

	m->page_next = doc_get(n, "next");
	return known_keys(n, known, e) && check_paths(m->page_next, e);
}

static bool read_pages(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	const struct doc_node *n = doc_get(root, "pages");

	m->page_first = 1;
	m->page_max = 20;
	if (!n)
		return true;
	return is_type(n, DOC_MAP, "a map", e) &&
	       (doc_get(n, "next") ? read_next(m, n, e) : read_counted(m, n, e)) &&
	       (!doc_get(n, "max") || doc_int(doc_get(n, "max"), 1, REST_PAGES_MAX, &m->page_max, e));
}

/* ---- what a refusal's code means ---------------------------------------------- */

static const enum err_kind refusals[] = { ERR_AUTH, ERR_DENIED, ERR_QUOTA };

enum { REFUSALS = sizeof(refusals) / sizeof(refusals[0]) };

static bool read_errors(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	const char *known[REFUSALS + 2] = { [REFUSALS] = "code" };

	m->errors = doc_get(root, "errors");
	m->error_code = doc_get(m->errors, "code");
	for (size_t i = 0; i < REFUSALS; i++)
		known[i] = err_word(refusals[i]);
	if (!m->errors)
		return true;
	if (!is_type(m->errors, DOC_MAP, "a map", e) || !known_keys(m->errors, known, e))
		return false;
	for (size_t i = 0; i < REFUSALS; i++) {
		const struct doc_node *n = doc_get(m->errors, known[i]);

		for (size_t k = 0; n && k < (doc_type(n) == DOC_LIST ? doc_count(n) : 1); k++)
			if (!is_type(doc_type(n) == DOC_LIST ? doc_item(n, k) : n, DOC_SCALAR,
				     "a code or a list of them", e))
				return false;
	}
	return m->error_code ? check_paths(m->error_code, e) :
			       err_set(e, ERR_CONFIG, 0, "%s: \"code\" is missing",
				       doc_where(m->errors));
}

enum err_kind rest_mapping_error(const struct rest_mapping *m, struct cell code)
{
	for (size_t i = 0; m->errors && !cell_is_null(code) && i < REFUSALS; i++) {
		const struct doc_node *n = doc_get(m->errors, err_word(refusals[i]));
		const char *s;

		for (size_t k = 0; (s = rest_path(n, k)); k++)
			if (cell_eq(code, cell_of(s)))
				return refusals[i];
	}
	return ERR_NONE;
}

bool rest_mapping_paged(const struct rest_mapping *m)
{
	return m->page_param || m->page_next;
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
		if (!check_paths(m->paths[m->ncolumns], e))
			return false;
	}
	return true;
}

static bool read_rows(struct rest_mapping *m, const struct doc_node *root, struct err *e)
{
	m->rows = doc_get(root, "rows");
	if (!m->rows)
		return err_set(e, ERR_CONFIG, 0, "%s: \"rows\" is missing", doc_where(root));
	return check_paths(m->rows, e);
}

static bool read_mapping(struct rest_mapping *m, const char *name, struct err *e)
{
	static const char *const known[] = { "method", "path", "query", "choose", "body", "status",
					     "rows", "absent", "pages", "errors", "columns",
					     NULL };
	const struct doc_node *root = doc_root(m->doc);

	if (doc_type(root) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: expected an endpoint mapping", name);
	return known_keys(root, known, e) && read_method(m, root, e) && read_path(m, root, e) &&
	       read_query(m, root, e) && read_choose(m, root, e) && read_body(m, root, e) &&
	       read_status(m, root, e) && read_rows(m, root, e) && read_absent(m, root, e) &&
	       read_pages(m, root, e) && read_errors(m, root, e) && read_columns(m, root, e);
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

/* ---- binding ------------------------------------------------------------------ */

static bool find_param(const struct query *q, const char *name, size_t len,
		       const struct param **out, struct err *e)
{
	*out = query_param(q, name, len);
	return *out || err_set(e, ERR_CONFIG, 0, "%s: no parameter :%.*s is bound", q->name,
			       (int)len, name);
}

/* What comes out must be one path segment below its parent, whoever decodes it. */
static bool safe_segment(const char *s)
{
	if (!*s || strcmp(s, ".") == 0 || strcmp(s, "..") == 0)
		return false;
	for (; *s; s++)
		if (*s == '/' || *s == '\\' || (unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static bool put_segment(struct buf *out, const struct query *q, const char *s, size_t len,
			struct err *e)
{
	size_t name = param_name(s, len);
	const struct param *p;

	if (name == 0) {
		buf_put(out, s, len);
		return true;
	}
	if (!find_param(q, s + 1, name, &p, e))
		return false;
	if (!p->value || !safe_segment(p->value))
		return err_set(e, ERR_CONFIG, 0, "%s: the value of :%s cannot stand in a path: \"%s\"",
			       q->name, p->name, p->value ? p->value : "");
	http_escape(out, p->value, strlen(p->value));
	return true;
}

static bool put_path(const struct rest_mapping *m, const struct query *q, struct buf *out,
		     struct err *e)
{
	const char *s = doc_str(m->path);

	while (*s) {
		size_t len = strcspn(++s, "/");

		buf_putc(out, '/');
		if (!put_segment(out, q, s, len, e))
			return false;
		s += len;
	}
	return true;
}

static void put_pair(struct buf *out, const char *key, const char *value)
{
	if (out->len > 0)
		buf_putc(out, '&');
	http_form_escape(out, key, strlen(key));
	buf_putc(out, '=');
	http_form_escape(out, value, strlen(value));
}

static bool put_literals(struct buf *out, const struct query *q, const char *key, const char *text,
			 struct err *e)
{
	struct buf value = BUF_INIT;
	bool ok = rest_literal_expand(&value, text, q, e);

	if (ok)
		put_pair(out, key, buf_str(&value));
	buf_release(&value);
	return ok;
}

static bool put_entry(struct buf *out, const struct query *q, const char *key, const char *value,
		      struct err *e)
{
	size_t name = param_name(value, strlen(value));
	const struct param *p;

	if (name == 0)
		return put_literals(out, q, key, value, e);
	if (!find_param(q, value + 1, name, &p, e))
		return false;
	if (p->value)
		put_pair(out, key, p->value);
	return true;
}

static bool put_choice(const struct rest_mapping *m, const struct query *q, struct buf *out,
		       struct err *e)
{
	size_t before = out->len;

	for (size_t i = 0; i < doc_count(m->choose) && out->len == before; i++)
		if (!put_entry(out, q, doc_key(m->choose, i), doc_str(doc_value(m->choose, i)), e))
			return false;
	return !m->choose || out->failed || out->len > before ||
	       err_set(e, ERR_CONFIG, 0, "%s: nothing is known to ask by", doc_where(m->choose));
}

static bool put_query(const struct rest_mapping *m, const struct query *q, long page,
		      struct buf *out, struct err *e)
{
	char number[24];

	for (size_t i = 0; i < doc_count(m->query); i++) {
		const struct doc_node *v = doc_value(m->query, i);
		const char *s;

		for (size_t k = 0; (s = rest_path(v, k)); k++)
			if (!put_entry(out, q, doc_key(m->query, i), s, e))
				return false;
	}
	if (!put_choice(m, q, out, e))
		return false;
	if (m->page_param) {
		snprintf(number, sizeof(number), "%ld", page);
		put_pair(out, m->page_param, number);
	}
	return true;
}

static bool is_integer(const char *s)
{
	s += *s == '-';
	/* JSON has no leading zeros. */
	if (*s == '0' && s[1])
		return false;
	return *s && s[strspn(s, "0123456789")] == '\0';
}

static enum jsontext_hooked put_int(struct buf *out, const struct query *q, const struct param *p,
				    struct err *e)
{
	if (is_integer(p->value))
		return buf_puts(out, p->value) ? JSONTEXT_DONE : JSONTEXT_FAILED;
	err_set(e, ERR_CONFIG, 0, "%s: the value of :%s is not a whole number: \"%s\"", q->name,
		p->name, p->value);
	return JSONTEXT_FAILED;
}

static enum jsontext_hooked put_text(struct buf *out, const struct query *q,
				     const struct param *p, struct err *e)
{
	if (text_is_utf8(p->value, strlen(p->value)))
		return jsontext_quote(out, cell_of(p->value)) ? JSONTEXT_DONE : JSONTEXT_FAILED;
	err_set(e, ERR_CONFIG, 0, "%s: the value of :%s is not valid UTF-8: \"%s\"", q->name,
		p->name, p->value);
	return JSONTEXT_FAILED;
}

static enum jsontext_hooked bind_literals(const struct query *q, struct buf *out, struct cell s,
					  struct err *e)
{
	struct buf value = BUF_INIT;
	bool ok = rest_literal_expand(&value, s.data, q, e);

	ok = ok && jsontext_quote(out, (struct cell){ buf_str(&value), value.len });
	buf_release(&value);
	return ok ? JSONTEXT_DONE : JSONTEXT_FAILED;
}

/* A jsontext_hook: a template's ":name", ":name:int" and literals inside of a text. */
static enum jsontext_hooked bind_string(const void *ctx, struct buf *out, struct cell s, struct err *e)
{
	static const char as_int[] = ":int";
	const struct query *q = ctx;
	const size_t suffix = sizeof(as_int) - 1;
	const struct param *p;
	bool literals, number = s.len > suffix && memcmp(s.data + s.len - suffix, as_int, suffix) == 0 &&
		      param_name(s.data, s.len - suffix) > 0;
	size_t name = param_name(s.data, s.len - (number ? suffix : 0));

	if (name == 0) {
		rest_literal_has(s.data, &literals, NULL);
		return literals ? bind_literals(q, out, s, e) : JSONTEXT_PASS;
	}
	if (!find_param(q, s.data + 1, name, &p, e))
		return JSONTEXT_FAILED;
	if (!p->value)
		return buf_puts(out, "null") ? JSONTEXT_DONE : JSONTEXT_FAILED;
	return number ? put_int(out, q, p, e) : put_text(out, q, p, e);
}

bool rest_mapping_request(const struct rest_mapping *m, const struct query *q, long page,
			  struct rest_request *r, struct err *e)
{
	if (!put_path(m, q, &r->path, e) || !put_query(m, q, page, &r->query, e))
		return false;
	r->has_body = m->body != NULL;
	if (m->body && !jsontext_write(&r->body, m->body, bind_string, q, e))
		return false;
	return !(r->path.failed || r->query.failed) || no_memory(e);
}

void rest_request_release(struct rest_request *r)
{
	buf_release(&r->path);
	buf_release(&r->query);
	buf_release(&r->body);
}
