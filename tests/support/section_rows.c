#include "tests/support/section_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sections/row_maker.h"

void section_rows_init(struct section_rows *r, const struct section_def *def, const char *now)
{
	*r = (struct section_rows){ .section = { .def = def, .state = SECTION_OK } };
	assert_true(time_parse(now, strlen(now), &r->now));
}

void section_rows_release(struct section_rows *r)
{
	rowset_release(&r->raw);
	rowset_release(&r->section.rows);
}

static bool keep(struct row_maker *m, const struct cell *cells, struct err *e)
{
	return chunk_builder_add(m->ctx, cells, e);
}

static void set_cell(const struct section_def *def, struct cell *cells, const char *column,
		     const char *value)
{
	for (size_t c = 0; c < def->ncolumns; c++) {
		if (strcmp(def->columns[c].id, column) == 0) {
			cells[c] = cell_of(value);
			return;
		}
	}
	fail_msg("%s has no column %s", def->id, column);
}

static void derive(struct section_rows *r, struct cell *cells)
{
	const struct section_def *def = r->section.def;
	struct chunk_builder *b = chunk_builder_new(def->ncolumns);
	struct row_maker m = { .def = def, .now = r->now, .emit = keep, .ctx = b };
	struct err e = { 0 };
	struct chunk *chunk;

	assert_non_null(b);
	assert_true(def->derive ? def->derive(&m, cells, &e) : row_emit(&m, cells, &e));
	chunk = chunk_builder_seal(b);
	if (chunk)
		assert_true(rowset_append(&r->raw, chunk, &e));
	row_maker_release(&m);
	chunk_builder_free(b);
}

void section_row(struct section_rows *r, ...)
{
	struct cell cells[128] = { { NULL, 0 } };
	const char *column;
	va_list ap;

	va_start(ap, r);
	while ((column = va_arg(ap, const char *)) != NULL)
		set_cell(r->section.def, cells, column, va_arg(ap, const char *));
	va_end(ap);
	derive(r, cells);
}

void section_finish(struct section_rows *r)
{
	struct err e = { 0 };

	rowset_release(&r->section.rows);
	r->section.rows = (struct rowset)ROWSET_INIT;
	for (size_t i = 0; !r->section.def->finish && i < r->raw.nchunks; i++)
		assert_true(rowset_append(&r->section.rows, chunk_ref(r->raw.chunks[i]), &e));
	if (r->section.def->finish)
		assert_true(rows_finish(r->section.def, &r->raw, r->now, &r->section.rows, &e));
}

const char *section_text(struct section_rows *r, size_t row, const char *column)
{
	struct cell c = section_cell(&r->section, row, column);

	assert_true(row < r->section.rows.rows);
	if (cell_is_null(c))
		return "NULL";
	snprintf(r->text, sizeof r->text, "%.*s", (int)c.len, c.data);
	return r->text;
}

enum mark section_mark(struct section_rows *r, size_t row)
{
	return r->section.def->mark(&r->section.rows, row);
}

const char *section_summary(struct section_rows *r)
{
	struct buf out = BUF_INIT;

	r->section.def->summary(&r->section.rows, r->now, &out);
	snprintf(r->text, sizeof r->text, "%s", buf_str(&out));
	buf_release(&out);
	return r->text;
}
