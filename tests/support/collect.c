#include "tests/support/collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_sent(struct row_sink *s, const char *text)
{
	struct collect *c = (struct collect *)s;

	buf_clear(&c->sent);
	buf_puts(&c->sent, text);
}

static bool on_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	struct collect *c = (struct collect *)s;

	(void)e;
	c->columns_calls++;
	c->columns = n;
	buf_clear(&c->names);
	for (size_t i = 0; i < n; i++)
		buf_printf(&c->names, "%s%s", i ? "|" : "", names[i]);
	if (c->keep && n > 0 && !c->builder)
		c->builder = chunk_builder_new(n);
	return true;
}

static bool keep_row(struct collect *c, const struct cell *cells, struct err *e)
{
	if (!chunk_builder_add(c->builder, cells, e))
		return false;
	return chunk_builder_rows(c->builder) < CHUNK_ROWS ||
	       rowset_append(&c->kept, chunk_builder_seal(c->builder), e);
}

static bool on_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct collect *c = (struct collect *)s;

	for (size_t i = 0; c->rows == 0 && i < c->columns; i++) {
		buf_puts(&c->first, i ? "|" : "");
		if (cell_is_null(cells[i]))
			buf_puts(&c->first, "NULL");
		else
			buf_put(&c->first, cells[i].data, cells[i].len);
	}
	if (c->keep && !keep_row(c, cells, e))
		return false;
	c->rows++;
	return !c->on_row || c->on_row(c, cells, e);
}

static void on_progress(struct row_sink *s, const struct progress *p)
{
	((struct collect *)s)->progress = *p;
}

static void on_bytes(struct row_sink *s, size_t received)
{
	((struct collect *)s)->bytes += received;
}

void collect_init(struct collect *c)
{
	*c = (struct collect){ .sink = { on_sent, on_columns, on_row, on_progress, on_bytes } };
}

void collect_release(struct collect *c)
{
	buf_release(&c->sent);
	buf_release(&c->names);
	buf_release(&c->first);
	chunk_builder_free(c->builder);
	rowset_release(&c->kept);
}

const char *collect_text(struct collect *c, size_t row, size_t column)
{
	static struct buf text;
	struct chunk *rest = c->builder ? chunk_builder_seal(c->builder) : NULL;
	struct cell cell;

	if (rest)
		rowset_append(&c->kept, rest, NULL);
	cell = rowset_cell(&c->kept, row, column);
	buf_release(&text);
	if (cell_is_null(cell))
		return "NULL";
	buf_put(&text, cell.data, cell.len);
	return buf_str(&text);
}

/* The settings are not changed by anybody; struct setting just has no const. */
static char *borrowed(const char *s)
{
	return (char *)(uintptr_t)s;
}

bool source_init(struct source *s, const char *name, const struct client_ops *client,
		 const char *const *pairs, struct err *e)
{
	size_t n = 0;

	while (pairs[2 * n])
		n++;
	*s = (struct source){ .client = client, .lane = 4, .configured = true };
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->settings = calloc(n + 1, sizeof(*s->settings));
	s->nsettings = n;
	for (size_t i = 0; i < n; i++)
		s->settings[i] = (struct setting){ borrowed(pairs[2 * i]), borrowed(pairs[2 * i + 1]),
						   borrowed("test") };
	return client->prepare(s, e);
}

void source_release(struct source *s)
{
	free(s->settings);
	s->settings = NULL;
	s->nsettings = 0;
}
