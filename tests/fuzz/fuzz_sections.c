/* Rows of a source as a section makes them its own, and as they are then printed and
 * copied. The first byte is the section; cells part at 1F, rows at 1E. Nothing that
 * comes out steers a terminal. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sections/investigation.h"
#include "sections/row_maker.h"
#include "views/copy.h"

enum { ROWS = 40, COLUMNS = 64 };

static const usec now = INT64_C(1769178127) * USEC_SEC;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static bool keep(struct row_maker *m, const struct cell *cells, struct err *e)
{
	return chunk_builder_add(m->ctx, cells, e);
}

/* The cells of one row; an empty one is NULL. */
static const char *take_row(const char *p, const char *end, struct cell *cells, size_t n)
{
	for (size_t c = 0; c < n; c++) {
		const char *s = p;

		while (p < end && *p != 0x1f && *p != 0x1e)
			p++;
		cells[c] = p > s ? (struct cell){ s, (size_t)(p - s) } : CELL_NULL;
		if (p < end && *p == 0x1f)
			p++;
	}
	while (p < end && *p != 0x1e)
		p++;
	return p < end ? p + 1 : end;
}

static void derive(const struct section_def *def, struct rowset *raw, const char *p, const char *end)
{
	struct chunk_builder *b = chunk_builder_new(def->ncolumns);
	struct row_maker m = { .def = def, .now = now, .emit = keep, .ctx = b };
	struct chunk *chunk;
	struct err e = { 0 };

	for (int row = 0; p < end && row < ROWS; row++) {
		struct cell cells[COLUMNS] = { { NULL, 0 } };

		p = take_row(p, end, cells, def->ncolumns);
		require(def->derive ? def->derive(&m, cells, &e) : row_emit(&m, cells, &e));
		row_maker_reset(&m);
	}
	chunk = chunk_builder_seal(b);
	if (chunk)
		require(rowset_append(raw, chunk, &e));
	row_maker_release(&m);
	chunk_builder_free(b);
}

static void check_printable(const struct buf *b, const char *allowed)
{
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i];

		require((c >= 0x20 && c != 0x7f) || (c && strchr(allowed, c)));
	}
}

static void check_copies(const struct section *s, struct investigation *inv)
{
	struct copy_what what = { .inv = inv, .section = s, .has_row = true, .ref = "C1" };
	static const enum copy_form forms[] = { COPY_VALUE, COPY_ROW, COPY_JSON, COPY_MARKDOWN };

	for (what.row = 0; what.row < s->rows.rows; what.row++) {
		for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
			struct buf out = BUF_INIT;
			struct err e;

			what.column = what.row % s->def->ncolumns;
			if (copy_render(&what, forms[f], &out, &e))
				check_printable(&out, "\t\n");
			buf_release(&out);
		}
		if (s->def->mark)
			require(s->def->mark(&s->rows, what.row) <= MARK_PROBLEM);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char typed[] = "726100801";
	struct investigation inv = { .workspace = &workspace_load, .typed = typed };
	struct section s = { .state = SECTION_OK, .as_of = now };
	struct rowset raw = ROWSET_INIT;
	struct buf words = BUF_INIT;
	struct facts facts = { 0 };
	struct err e = { 0 };

	if (size == 0)
		return 0;
	s.def = workspace_load.sections[data[0] % workspace_load.nsections];
	derive(s.def, &raw, (const char *)data + 1, (const char *)data + size);
	require(!s.def->finish || rows_finish(s.def, &raw, now, &s.rows, &e));
	if (!s.def->finish) {
		s.rows = raw;
		raw = (struct rowset)ROWSET_INIT;
	}
	if (s.def->summary)
		s.def->summary(&s.rows, now, &words);
	if (s.def->learn && s.rows.rows > 0)
		s.def->learn(&s, &s.def->steps[0], &facts);
	check_copies(&s, &inv);
	facts_release(&facts);
	buf_release(&words);
	rowset_release(&raw);
	rowset_release(&s.rows);
	return 0;
}
