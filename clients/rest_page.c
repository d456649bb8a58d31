#include "clients/rest_page.h"

#include <stdlib.h>
#include <string.h>

#include "clients/jsontext.h"

/* ---- understanding an answer ---------------------------------------------------- */

/* The digits of a small number, whether sent as a number or as a string; else -1. */
static long small_number(const json_t *v)
{
	struct cell s = jsontext_scalar(v);
	long n = 0;

	if (cell_is_null(s) || s.len == 0 || s.len > 9)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return -1;
		n = n * 10 + (s.data[i] - '0');
	}
	return n;
}

struct cell rest_page_message(json_t *root)
{
	static const char *const places[] = { "errors.0.message", "message",  "error.message",
					      "errorMessages.0",  "error",    "errors.0",
					      "detail",           "0.message" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct cell s = jsontext_scalar(jsontext_at(root, places[i]));

		if (s.len > 0)
			return s;
	}
	return CELL_NULL;
}

json_t *rest_page_find(const struct doc_node *paths, json_t *root)
{
	const char *path;

	for (size_t i = 0; (path = rest_path(paths, i)); i++) {
		json_t *v = jsontext_at(root, path);

		if (v && !json_is_null(v))
			return v;
	}
	return NULL;
}

/* What the same code means as a status. */
static enum err_kind code_kind(long code)
{
	return code == 401 || code == 403 ? ERR_AUTH : code == 429 ? ERR_QUOTA : ERR_REMOTE;
}

static bool status_error(const struct rest_mapping *m, json_t *root, long code, struct err *e)
{
	struct cell said = jsontext_scalar(jsontext_at(root, m->status_field));
	struct cell message = rest_page_message(root);
	struct cell word = jsontext_scalar(rest_page_find(m->refusals.code, root));
	const char *advice = rest_mapping_advice(m, word, code);
	enum err_kind kind = rest_mapping_error(m, word);

	if (cell_is_null(message))
		message = cell_of("(no message)");
	if (cell_is_null(said))
		return err_set(e, ERR_REMOTE, 0, "the answer has no %s: %.*s", m->status_field,
			       (int)message.len, message.data);
	err_set(e, kind ? kind : code_kind(code), code > 0 ? code : 0, "%s %.*s instead of %s: %.*s%s%s",
		m->status_field, (int)said.len, said.data, m->status_ok, (int)message.len,
		message.data, advice ? ": " : "", advice ? advice : "");
	if (e) {
		e->transient = !kind && (code == 408 || code == 429 || (code >= 500 && code < 600));
		e->retry_after_ms = kind == ERR_QUOTA ? REST_QUOTA_PAUSE_MS : 0;
	}
	return false;
}

/* Unset *absent: the rows count. */
static bool check_status(const struct rest_mapping *m, json_t *root, bool *absent, struct err *e)
{
	json_t *v;
	long code;

	*absent = false;
	if (!m->status_field)
		return true;
	v = jsontext_at(root, m->status_field);
	if (cell_eq(jsontext_scalar(v), cell_of(m->status_ok)))
		return true;
	code = small_number(v);
	*absent = rest_mapping_absent(m, code);
	return *absent || status_error(m, root, code, e);
}

static bool no_such_place(const struct rest_mapping *m, struct err *e)
{
	struct buf names = BUF_INIT;
	const char *path;

	for (size_t i = 0; (path = rest_path(m->rows, i)); i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", path);
	err_set(e, ERR_DECODE, 0, "the answer has no rows: looked for %s", buf_str(&names));
	buf_release(&names);
	return false;
}

static bool find_rows(const struct rest_mapping *m, struct rest_page *p, struct err *e)
{
	bool there = false;
	const char *path;

	for (size_t i = 0; !p->rows && (path = rest_path(m->rows, i)); i++) {
		json_t *v = jsontext_at(p->root, path);

		if (v && !json_is_null(v) && !json_is_object(v) && !json_is_array(v))
			return err_set(e, ERR_DECODE, 0, "%s is no object and no array", path);
		there = there || v;
		if (json_object_size(v) > 0 || json_array_size(v) > 0)
			p->rows = v;
	}
	p->nrows = json_is_array(p->rows) ? json_array_size(p->rows) : p->rows != NULL;
	return there || no_such_place(m, e);
}

/* FNV-1a. */
static uint64_t digest_of(const char *data, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)data[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Pages that repeat are recognised by their rows as text. */
static bool digest_rows(struct rest_page *p, struct err *e)
{
	struct buf text = BUF_INIT;
	bool ok = !p->rows || jsontext_write(&text, p->rows, NULL, NULL, e);

	p->digest = digest_of(text.data, text.len);
	buf_release(&text);
	return ok;
}

void rest_page_next(struct rest_page *p, struct cell next)
{
	p->next = next.len > 0 ? next : CELL_NULL;
	p->digest = digest_of(p->next.data, p->next.len);
}

/* Where this page stands among the others. */
static bool place_page(const struct rest_mapping *m, struct rest_page *p, struct err *e)
{
	const struct rest_paging *paging = &m->paging;
	struct cell last;

	if (paging->total)
		p->total = small_number(jsontext_at(p->root, paging->total));
	if (paging->how == REST_COUNTED)
		return digest_rows(p, e);
	if (!paging->next)
		return true;
	last = jsontext_scalar(rest_page_find(paging->last, p->root));
	rest_page_next(p, cell_is(last, "true") ? CELL_NULL :
						  jsontext_scalar(rest_page_find(paging->next, p->root)));
	return true;
}

bool rest_page_read(const struct rest_mapping *m, const char *text, size_t len,
		    struct rest_page *p, struct err *e)
{
	bool absent;

	*p = (struct rest_page){ .root = jsontext_read(text, len, e), .total = -1, .next = CELL_NULL };
	if (p->root && check_status(m, p->root, &absent, e) &&
	    (absent || (find_rows(m, p, e) && place_page(m, p, e))))
		return true;
	rest_page_release(p);
	return false;
}

void rest_page_release(struct rest_page *p)
{
	json_decref(p->root);
	*p = (struct rest_page){ 0 };
}

/* ---- rows ------------------------------------------------------------------------ */

/* The cells of one row at a time. */
struct emitter {
	const struct rest_mapping *m;
	struct cell *cells;
	json_t **found;
	struct buf json;        /* text of the arrays and objects of this row */
};

/* "." finds something in every row, so it does not show that the row is ours. */
static bool tells(const struct doc_node *paths)
{
	return strcmp(rest_path(paths, 0), ".") != 0;
}

static bool is_compound(const json_t *v)
{
	return json_is_object(v) || json_is_array(v);
}

/* The buffer may move while it grows: lengths first, places afterwards. */
static bool write_compounds(struct emitter *em, struct err *e)
{
	for (size_t i = 0; i < em->m->ncolumns; i++) {
		size_t start = em->json.len;

		if (!is_compound(em->found[i]))
			continue;
		if (!jsontext_write(&em->json, em->found[i], NULL, NULL, e))
			return false;
		em->cells[i].len = em->json.len - start;
	}
	return true;
}

static bool fill_row(struct emitter *em, json_t *row, size_t number, struct err *e)
{
	const char *json;
	bool any = false, asked = false;

	buf_clear(&em->json);
	for (size_t i = 0; i < em->m->ncolumns; i++) {
		em->found[i] = rest_page_find(em->m->paths[i], row);
		em->cells[i] = jsontext_scalar(em->found[i]);
		asked = asked || tells(em->m->paths[i]);
		any = any || (em->found[i] && tells(em->m->paths[i]));
	}
	if (asked && !any)
		return err_set(e, ERR_DECODE, 0, "row %zu has none of the columns (%s, ...)",
			       number, em->m->columns[0]);
	if (!write_compounds(em, e))
		return false;
	json = buf_str(&em->json);
	for (size_t i = 0; i < em->m->ncolumns; i++) {
		if (!is_compound(em->found[i]))
			continue;
		em->cells[i].data = json;
		json += em->cells[i].len;
	}
	return true;
}

static bool emit_row(struct emitter *em, json_t *row, uint64_t *count, uint64_t max,
		     struct row_sink *sink, struct err *e)
{
	if (json_is_null(row))
		return true;
	if (*count >= max)
		return err_set(e, ERR_LIMIT, 0, "stopped at %llu rows",
			       (unsigned long long)max);
	if (!json_is_object(row))
		return err_set(e, ERR_DECODE, 0, "row %llu is not an object",
			       (unsigned long long)*count + 1);
	if (!fill_row(em, row, (size_t)*count + 1, e) || !sink->row(sink, em->cells, e))
		return false;
	++*count;
	return true;
}

static bool emit_rows(struct emitter *em, const struct rest_page *p, uint64_t *count, uint64_t max,
		      struct cancel *cancel, struct row_sink *sink, struct err *e)
{
	for (size_t i = 0; i < p->nrows; i++) {
		json_t *row = json_is_array(p->rows) ? json_array_get(p->rows, i) : p->rows;

		if (cancel_fired(cancel))
			return err_set(e, ERR_CANCELLED, 0, "stopped");
		if (!emit_row(em, row, count, max, sink, e))
			return false;
	}
	return true;
}

bool rest_page_emit(const struct rest_mapping *m, const struct rest_page *p, uint64_t *count,
		    uint64_t max, struct cancel *cancel, struct row_sink *sink, struct err *e)
{
	struct emitter em = {
		.m = m,
		.cells = calloc(m->ncolumns, sizeof(*em.cells)),
		.found = calloc(m->ncolumns, sizeof(*em.found)),
	};
	bool ok = em.cells && em.found ? emit_rows(&em, p, count, max, cancel, sink, e) :
					 err_set(e, ERR_MEMORY, 0, "out of memory for a row");

	free(em.cells);
	free(em.found);
	buf_release(&em.json);
	return ok;
}
