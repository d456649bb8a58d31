#include "clients/rest_then.h"

#include <stdlib.h>
#include <string.h>

#include "clients/rest_page.h"

/* Takes the answer's one row, into the cells behind those of the row itself. */
struct taking {
	struct row_sink sink;
	struct rest_then *then;
	bool taken;
};

static size_t own(const struct rest_then *t)
{
	return t->mapping->ncolumns;
}

/* `known` NULL = nobody said. */
static bool emit(struct rest_then *t, const char *known, struct err *e)
{
	if (t->mapping->then_known)
		t->cells[t->mapping->nall - 1] = cell_of(known);
	return t->out->row(t->out, t->cells, e);
}

/* The cells live only as long as this call: the joined row is handed on from here. */
static bool take_row(struct row_sink *sink, const struct cell *cells, struct err *e)
{
	struct taking *k = (struct taking *)sink;
	struct rest_then *t = k->then;

	k->taken = true;
	memcpy(t->cells + own(t), cells, t->mapping->then->ncolumns * sizeof(*cells));
	return emit(t, "true", e);
}

static bool take_answer(struct rest_then *t, struct rest_asking *q, bool *taken, struct err *e)
{
	const struct rest_mapping *m = t->mapping->then;
	bool absent = rest_mapping_absent(m, q->response.status) && rest_is_json(&q->response);
	struct taking k = { .sink = { .row = take_row }, .then = t };
	struct rest_page page;
	uint64_t count = 0;
	bool ok;

	if (absent) {
		*taken = true;
		return emit(t, "false", e);
	}
	if (!rest_is_success(&q->response))
		return rest_ask_error(q, e);
	if (!rest_page_read(m, buf_str(&q->body), q->body.len, &page, e))
		return rest_name_error(t->rest, e);
	/* More than one would be another question. */
	page.nrows = page.nrows > 1 ? 1 : page.nrows;
	ok = rest_page_emit(m, &page, &count, 1, t->cancel, &k.sink, e);
	if (ok && !k.taken)
		ok = emit(t, "false", e);
	*taken = k.taken || ok;
	rest_page_release(&page);
	return ok || rest_name_error(t->rest, e);
}

static bool ask(struct rest_then *t, const struct query *query, bool *taken, struct err *e)
{
	const struct rest_mapping *m = t->mapping->then;
	struct rest_request request = REST_REQUEST_INIT;
	struct rest_asking q = {
		.rest = t->rest, .method = "GET", .request = &request, .mapping = m,
		.deadline = query->deadline, .cancel = t->cancel, .sink = t->out,
		.max_bytes = t->max_bytes,
	};
	bool ok = rest_mapping_request(m, query, 1, &request, e) || rest_name_error(t->rest, e);

	ok = ok && rest_ask(&q, e) && take_answer(t, &q, taken, e);
	buf_release(&q.body);
	rest_request_release(&request);
	return ok;
}

/* The row's values as text; the buffer must not move once they point into it. */
static bool bind(struct rest_then *t, const struct cell *cells, struct buf *text, struct err *e)
{
	size_t at = 0;

	for (size_t i = 0; i < own(t); i++) {
		buf_put(text, cells[i].data, cells[i].len);
		buf_putc(text, '\0');
	}
	if (text->failed)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	for (size_t i = 0; i < own(t); i++) {
		t->params[i] = (struct param){ t->mapping->columns[i],
					       cell_is_null(cells[i]) ? NULL : text->data + at };
		at += cells[i].len + 1;
	}
	return true;
}

static void clear(struct rest_then *t)
{
	for (size_t i = own(t); i < t->mapping->nall; i++)
		t->cells[i] = CELL_NULL;
}

static bool on_row(struct row_sink *sink, const struct cell *cells, struct err *e)
{
	struct rest_then *t = (struct rest_then *)sink;
	struct query query = *t->query;
	struct buf text = BUF_INIT;
	bool ok = bind(t, cells, &text, e), taken = false;
	struct err ignored;

	query.params = t->params;
	query.nparams += own(t);
	memcpy(t->cells, cells, own(t) * sizeof(*cells));
	clear(t);
	if (ok && t->asked < t->mapping->then_max && rest_mapping_knows(t->mapping->then, &query)) {
		t->asked++;
		ok = ask(t, &query, &taken, e);
	}
	if (!taken) {
		clear(t);
		ok = emit(t, NULL, ok ? e : &ignored) && ok;
	}
	/* Another attempt would bring the row once more. */
	if (!ok && e)
		e->transient = false;
	buf_release(&text);
	return ok;
}

bool rest_then_init(struct rest_then *t, const struct rest_mapping *m, const struct query *q,
		    struct err *e)
{
	*t = (struct rest_then){
		.sink = { .row = on_row }, .mapping = m, .query = q,
		.cells = calloc(m->nall, sizeof(*t->cells)),
		.params = calloc(m->ncolumns + q->nparams + 1, sizeof(*t->params)),
	};
	if (!t->cells || !t->params) {
		rest_then_release(t);
		return err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	}
	if (q->nparams > 0)
		memcpy(t->params + m->ncolumns, q->params, q->nparams * sizeof(*q->params));
	return true;
}

void rest_then_release(struct rest_then *t)
{
	free(t->cells);
	free(t->params);
	t->cells = NULL;
	t->params = NULL;
}
