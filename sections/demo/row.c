/* One row of the demonstration on its way into the store, column by column, by name. */
#include "sections/demo/model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void generator_init(struct generator *g, struct store *store)
{
	*g = (struct generator){ .store = store, .random = 20260123, .next_stop = 1, .next_scac = 1 };
	for (size_t i = 0; i < TABLE_COUNT; i++)
		g->ncolumns[i] = demo_columns((enum table_id)i, g->columns[i]);
}

void generator_release(struct generator *g)
{
	buf_release(&g->text);
	buf_release(&g->scratch);
}

void row_start(struct generator *g, enum table_id table)
{
	g->table = table;
	buf_clear(&g->text);
	memset(g->at, 0, sizeof g->at);
}

/* Where the cell begins is noted; -1 without such a column. */
static bool cell_begins(struct generator *g, const char *column)
{
	for (size_t i = 0; i < g->ncolumns[g->table]; i++) {
		if (strcmp(g->columns[g->table][i].name, column) == 0) {
			g->at[i] = g->text.len + 1;
			return true;
		}
	}
	if (g->err.kind == ERR_NONE)
		err_set(&g->err, ERR_INTERNAL, 0, "%s has no column %s", demo_tables[g->table].name, column);
	return false;
}

void row_text(struct generator *g, const char *column, const char *value)
{
	if (value && value[0] && cell_begins(g, column))
		buf_put(&g->text, value, strlen(value) + 1);
}

void row_format(struct generator *g, const char *column, const char *fmt, ...)
{
	va_list ap;

	if (!cell_begins(g, column))
		return;
	va_start(ap, fmt);
	buf_vprintf(&g->text, fmt, ap);
	va_end(ap);
	buf_putc(&g->text, '\0');
}

void row_int(struct generator *g, const char *column, int64_t value)
{
	row_format(g, column, "%" PRId64, value);
}

void row_flag(struct generator *g, const char *column, bool value)
{
	row_text(g, column, value ? "1" : "0");
}

void row_time(struct generator *g, const char *column, usec t)
{
	char text[TIME_TEXT_MAX];

	row_text(g, column, time_sql(text, t, false));
}

void row_end(struct generator *g)
{
	const char *cells[TABLE_COLUMNS_MAX];
	size_t n = g->ncolumns[g->table];

	if (g->err.kind != ERR_NONE)
		return;
	if (g->text.failed) {
		err_set(&g->err, ERR_MEMORY, 0, "out of memory");
		return;
	}
	for (size_t i = 0; i < n; i++)
		cells[i] = g->at[i] ? g->text.data + g->at[i] - 1 : NULL;
	g->store->row(g->store, g->table, cells, n, &g->err);
}

uint64_t random_next(struct generator *g)
{
	uint64_t z = g->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t random_below(struct generator *g, uint64_t n)
{
	return n ? random_next(g) % n : 0;
}

const char *random_uuid(struct generator *g, char out[static UUID_MAX])
{
	uint64_t a = random_next(g), b = random_next(g);

	snprintf(out, UUID_MAX, "%08" PRIx32 "-%04" PRIx32 "-4%03" PRIx32 "-a%03" PRIx32 "-%012" PRIx64,
		 (uint32_t)(a >> 32), (uint32_t)(a >> 16) & 0xffff, (uint32_t)a & 0xfff,
		 (uint32_t)(b >> 52) & 0xfff, b & UINT64_C(0xffffffffffff));
	return out;
}
