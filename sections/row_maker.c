#include "sections/row_maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BLOCK = 16 << 10 };

struct scratch {
	struct scratch *next;
	size_t used, size;
	char data[];
};

static char *scratch_take(struct row_maker *m, size_t len)
{
	struct scratch *s = m->scratch;

	if (!s || s->size - s->used < len) {
		size_t size = len > SCRATCH_BLOCK ? len : SCRATCH_BLOCK;

		s = malloc(sizeof *s + size);
		if (!s)
			return NULL;
		*s = (struct scratch){ .next = m->scratch, .size = size };
		m->scratch = s;
	}
	s->used += len;
	return s->data + s->used - len;
}

void row_maker_reset(struct row_maker *m)
{
	if (!m->scratch)
		return;
	while (m->scratch->next) {
		struct scratch *next = m->scratch->next;

		free(m->scratch);
		m->scratch = next;
	}
	m->scratch->used = 0;
}

void row_maker_release(struct row_maker *m)
{
	row_maker_reset(m);
	free(m->scratch);
	m->scratch = NULL;
}

bool row_emit(struct row_maker *m, const struct cell *cells, struct err *e)
{
	return m->emit(m, cells, e);
}

struct cell row_bytes(struct row_maker *m, const char *data, size_t len)
{
	char *copy = data ? scratch_take(m, len + 1) : NULL;

	if (!copy)
		return CELL_NULL;
	memcpy(copy, data, len);
	copy[len] = '\0';
	return (struct cell){ copy, len };
}

struct cell row_printf(struct row_maker *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);

	char *text = len < 0 ? NULL : scratch_take(m, (size_t)len + 1);

	if (!text)
		return CELL_NULL;
	va_start(ap, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return (struct cell){ text, (size_t)len };
}

usec row_now(const struct row_maker *m)
{
	return m->now;
}

/* Collects into a rowset, a chunk at a time. */
struct collector {
	struct chunk_builder *builder;
	struct rowset *out;
};

static bool collect_seal(struct collector *c, struct err *e)
{
	struct chunk *full = chunk_builder_seal(c->builder);

	return !full || rowset_append(c->out, full, e);
}

static bool collect(struct row_maker *m, const struct cell *cells, struct err *e)
{
	struct collector *c = m->ctx;

	if (!chunk_builder_add(c->builder, cells, e))
		return false;
	return chunk_builder_rows(c->builder) < CHUNK_ROWS || collect_seal(c, e);
}

bool rows_finish(const struct section_def *def, const struct rowset *in, usec now,
		 struct rowset *out, struct err *e)
{
	struct collector c = { chunk_builder_new(def->ncolumns), out };
	struct row_maker m = { .def = def, .now = now, .emit = collect, .ctx = &c };

	if (!c.builder)
		return err_set(e, ERR_MEMORY, 0, "out of memory finishing %s", def->title);

	bool ok = def->finish(in, &m, e) && collect_seal(&c, e);

	row_maker_release(&m);
	chunk_builder_free(c.builder);
	if (!ok)
		rowset_release(out);
	return ok;
}
