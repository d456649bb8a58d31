#include "clients/s3_mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "clients/mapping.h"

/* ---- reading the mapping ----------------------------------------------------------- */

static bool wrong(const struct doc_node *n, const char *what, struct err *e)
{
	return err_set(e, ERR_CONFIG, 0, "%s: %s", doc_where(n), what);
}

/* ":name" gives the name, anything else NULL. */
static const char *param_name(const char *s)
{
	return s && mapping_param(s, strlen(s)) > 0 ? s + 1 : NULL;
}

static bool bad_bytes(const char *s, size_t len, const char *also)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f || (s[i] && strchr(also, s[i])))
			return true;
	}
	return false;
}

static bool check_segment(const struct doc_node *key, const char *s, size_t len, struct err *e)
{
	char name[S3_KEY_MAX + 1];

	if (len > S3_KEY_MAX || mapping_climbs(s, len) || bad_bytes(s, len, "\\"))
		return wrong(key, "this cannot be part of a key", e);
	snprintf(name, sizeof(name), "%.*s", (int)len, s);
	if (strchr(name, ':') && !param_name(name))
		return wrong(key, "a parameter must be a whole segment", e);
	return true;
}

static bool is_folders(const char *s, size_t len)
{
	return len == 1 && *s == '?';
}

/* A prefix, or a key that ends in a name. */
static bool read_key(struct s3_mapping *m, const struct doc_node *map, const char *word,
		     struct err *e)
{
	const struct doc_node *key = doc_get(map, word);
	const char *s = doc_str(key);

	m->key = s;
	if (!s || (!*s && !m->list))
		return err_set(e, ERR_CONFIG, 0, "%s: \"%s\" is missing", doc_where(map), word);
	for (;;) {
		size_t len = strcspn(s, "/");

		if (!check_segment(key, s, len, e))
			return false;
		if (!m->list && is_folders(s, len)) {
			if (m->folders)
				return wrong(key, "only one segment can be \"?\"", e);
			m->folders = true;
		}
		if (!s[len])
			return true;
		s += len + 1;
	}
}

static bool read_days(struct s3_mapping *m, const struct doc_node *map, struct err *e)
{
	const struct doc_node *days = doc_get(map, "days");

	if (!days)
		return true;
	m->from = param_name(doc_str(doc_item(days, 0)));
	m->to = param_name(doc_str(doc_item(days, 1)));
	return (doc_count(days) == 2 && m->from && m->to) ||
	       wrong(days, "expected two parameters: the first day and the last", e);
}

static bool read_list(struct s3_mapping *m, const struct doc_node *map, struct err *e)
{
	static const char *const known[] = { "prefix", "days", "start_after", NULL };
	const struct doc_node *after = doc_get(map, "start_after");

	m->list = true;
	if (!mapping_known_keys(map, known, e) || !read_key(m, map, "prefix", e) || !read_days(m, map, e))
		return false;
	m->start_after = param_name(doc_str(after));
	return !after || m->start_after || wrong(after, "expected a \":name\"", e);
}

static bool read_get(struct s3_mapping *m, const struct doc_node *map, struct err *e)
{
	static const char *const known[] = { "key", "days", "as", "max_bytes", NULL };
	const struct doc_node *as = doc_get(map, "as"), *bytes = doc_get(map, "max_bytes");
	const char *how = doc_str(as);
	long max;

	if (!mapping_known_keys(map, known, e) || !read_key(m, map, "key", e) || !read_days(m, map, e))
		return false;
	m->whole_text = how && strcmp(how, "text") == 0;
	if (as && !m->whole_text && (!how || strcmp(how, "lines") != 0))
		return wrong(as, "expected lines or text", e);
	m->max_bytes = m->whole_text ? ROWS_MAX_CELL : S3_BYTES;
	if (!bytes)
		return true;
	if (!doc_int(bytes, 1, m->whole_text ? ROWS_MAX_CELL : S3_BYTES_MAX, &max, e))
		return false;
	m->max_bytes = (size_t)max;
	return true;
}

static const char *const field_names[S3_FIELDS] = {
	"key", "name", "size", "modified", "etag", "storage", "line", "text",
};

static bool in_answer(const struct s3_mapping *m, enum s3_field f)
{
	if (f == S3_LINE || f == S3_TEXT)
		return !m->list;
	return m->list || (f != S3_ETAG && f != S3_STORAGE);
}

static bool read_column(struct s3_mapping *m, const char *name, const struct doc_node *what,
			struct err *e)
{
	const char *s = doc_str(what);
	size_t i = m->ncolumns, f = 0;

	while (s && f < S3_FIELDS && (strcmp(field_names[f], s) != 0 || !in_answer(m, (enum s3_field)f)))
		f++;
	m->columns[i] = name;
	m->fields[i] = (enum s3_field)f;
	m->bound[i] = f == S3_FIELDS ? param_name(s) : NULL;
	if (!s || (f == S3_FIELDS && !m->bound[i]))
		return wrong(what, m->list ? "the answer has key, name, size, modified, etag and storage"
					   : "the answer has key, name, size, modified, line and text", e);
	m->ncolumns++;
	return true;
}

static bool read_columns(struct s3_mapping *m, const struct doc_node *root, struct err *e)
{
	const struct doc_node *n = doc_get(root, "columns");

	if (doc_type(n) != DOC_MAP || doc_count(n) == 0 || doc_count(n) > S3_COLUMNS_MAX)
		return err_set(e, ERR_CONFIG, 0, "%s: \"columns\" must be a map of 1 to %d columns",
			       doc_where(n ? n : root), (int)S3_COLUMNS_MAX);
	for (size_t i = 0; i < doc_count(n); i++) {
		if (!read_column(m, doc_key(n, i), doc_value(n, i), e))
			return false;
	}
	return true;
}

static bool read_mapping(struct s3_mapping *m, const char *name, struct err *e)
{
	static const char *const known[] = { "list", "get", "columns", NULL };
	const struct doc_node *root = doc_root(m->doc), *list = doc_get(root, "list"),
			      *get = doc_get(root, "get");

	if (doc_type(root) != DOC_MAP || (doc_type(list) == DOC_MAP) == (doc_type(get) == DOC_MAP))
		return err_set(e, ERR_CONFIG, 0, "%s: expected either list or get, and columns", name);
	return mapping_known_keys(root, known, e) && (list ? read_list(m, list, e) : read_get(m, get, e)) &&
	       read_columns(m, root, e);
}

struct s3_mapping *s3_mapping_new(const char *text, size_t len, const char *name, struct err *e)
{
	struct s3_mapping *m = calloc(1, sizeof(*m));

	if (!m) {
		err_set(e, ERR_MEMORY, 0, "out of memory for a query");
		return NULL;
	}
	m->doc = doc_parse(text, len, name, e);
	if (m->doc && read_mapping(m, name, e))
		return m;
	s3_mapping_free(m);
	return NULL;
}

void s3_mapping_free(struct s3_mapping *m)
{
	if (m)
		doc_free(m->doc);
	free(m);
}

/* ---- binding ----------------------------------------------------------------------- */

bool s3_mapping_value(const struct query *q, const char *name, struct cell *out, struct err *e)
{
	const struct param *p;

	if (!mapping_find(q, name, strlen(name), &p, e))
		return false;
	*out = cell_of(p->value);
	return true;
}

static bool day_of(const struct query *q, const char *name, usec *day, struct err *e)
{
	const struct param *p;

	*day = TIME_NONE;
	if (!mapping_find(q, name, strlen(name), &p, e))
		return false;
	if (!p->value)
		return true;
	if (!time_parse(p->value, strlen(p->value), day))
		return err_set(e, ERR_CONFIG, 0, "%s: the value of :%s is no day: \"%s\"", q->name, name,
			       p->value);
	*day -= (*day % USEC_DAY + USEC_DAY) % USEC_DAY;
	return true;
}

bool s3_mapping_days(const struct s3_mapping *m, const struct query *q, usec *last, size_t *n,
		     size_t *left_out, struct err *e)
{
	usec first;
	size_t all;

	*last = TIME_NONE;
	*n = 1;
	*left_out = 0;
	if (!m->from)
		return true;
	if (!day_of(q, m->from, &first, e) || !day_of(q, m->to, last, e))
		return false;
	if (first == TIME_NONE && *last == TIME_NONE)
		return err_set(e, ERR_CONFIG, 0, "%s: neither :%s nor :%s is known", q->name, m->from, m->to);
	*last = *last == TIME_NONE ? first : *last;
	first = first == TIME_NONE ? *last : first;
	all = *last >= first ? (size_t)((*last - first) / USEC_DAY) + 1 : 0;
	*n = all < S3_DAYS_MAX ? all : S3_DAYS_MAX;
	*left_out = all - *n;
	return true;
}

static bool refuse_value(const struct query *q, const char *name, const char *value, struct err *e)
{
	return err_set(e, ERR_CONFIG, 0, "%s: the value of :%s cannot stand in a key: \"%s\"", q->name,
		       name, value ? value : "");
}

/* A key as a whole keeps its slashes. */
static bool safe_key(const char *s)
{
	if (!*s || strlen(s) > S3_KEY_MAX || bad_bytes(s, strlen(s), ""))
		return false;
	for (;;) {
		size_t len = strcspn(s, "/");

		if (mapping_climbs(s, len))
			return false;
		if (!s[len])
			return true;
		s += len + 1;
	}
}

static bool put_param(struct buf *out, const struct query *q, const char *name, usec day, bool whole,
		      struct err *e)
{
	const struct param *p;
	char text[TIME_TEXT_MAX];

	if (day != TIME_NONE && strcmp(name, "day") == 0) {
		buf_put(out, time_iso(text, day, false), strlen("2026-01-31"));
		return true;
	}
	if (!mapping_find(q, name, strlen(name), &p, e))
		return false;
	if (!p->value || !(whole ? safe_key(p->value) : mapping_safe_segment(p->value)))
		return refuse_value(q, name, p->value, e);
	buf_puts(out, p->value);
	return true;
}

static bool put_segment(struct buf *out, const struct query *q, const char *s, size_t len, usec day,
			bool whole, struct err *e)
{
	char text[S3_KEY_MAX + 1];
	const char *name;

	snprintf(text, sizeof(text), "%.*s", (int)len, s);
	name = param_name(text);
	if (name)
		return put_param(out, q, name, day, whole, e);
	buf_puts(out, text);
	return true;
}

bool s3_mapping_key(const struct s3_mapping *m, const struct query *q, usec day, const char *folder,
		    struct buf *out, struct err *e)
{
	const char *s = m->key;
	bool whole = !m->list && mapping_param(s, strlen(s)) > 0;

	for (;;) {
		size_t len = strcspn(s, "/");

		if (m->folders && is_folders(s, len)) {
			if (!folder)
				break;
			buf_puts(out, folder);
		} else if (!put_segment(out, q, s, len, day, whole, e)) {
			return false;
		}
		if (!s[len])
			break;
		buf_putc(out, '/');
		s += len + 1;
	}
	if (out->failed)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	return out->len <= S3_KEY_MAX ||
	       err_set(e, ERR_CONFIG, 0, "%s: a key has at most %d bytes", q->name, (int)S3_KEY_MAX);
}
