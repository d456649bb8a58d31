#include "views/find_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"

static struct find_list *of(struct view *v)
{
	return (struct find_list *)v;
}

/* ---- the table's model ------------------------------------------------------------------ */

/* The order or the filter decides which rows there are, once they were looked at. */
static bool chosen(const struct find_list *l)
{
	return l->finder.narrow.view.filter || l->finder.narrow.view.column != UNSORTED;
}

static size_t model_rows(const void *ctx)
{
	const struct find_list *l = ctx;

	return chosen(l) ? row_view_count(&l->finder.narrow.view) : l->ops->rows(&l->l.v);
}

static size_t row_at(const struct find_list *l, size_t place)
{
	return chosen(l) ? finder_row(&l->finder, place) : place;
}

static struct table_text model_cell(const void *ctx, size_t place, int column, char *scratch)
{
	const struct find_list *l = ctx;
	size_t row = row_at(l, place);

	if (row >= l->ops->rows(&l->l.v))
		return list_text("", ROLE_TEXT);
	return l->ops->cell(&l->l.v, row, column, scratch);
}

static uint64_t model_key(const void *ctx, size_t place)
{
	const struct find_list *l = ctx;
	size_t row = row_at(l, place);

	return row < l->ops->rows(&l->l.v) ? l->ops->key(&l->l.v, row) : 0;
}

static char model_mark(const void *ctx, size_t place)
{
	const struct find_list *l = ctx;
	size_t row = row_at(l, place);

	return row < l->ops->rows(&l->l.v) ? l->ops->mark(&l->l.v, row) : '\0';
}

static size_t model_find(const void *ctx, struct table_text text, size_t from, size_t *len)
{
	return finder_mark(&((const struct find_list *)ctx)->finder, text, from, len);
}

/* ---- the values that are looked through ----------------------------------------------------- */

static struct cell value_of(const struct find_list *l, size_t row, int column, char *scratch)
{
	struct table_text text = { NULL, 0, ROLE_TEXT };

	if (l->ops->value)
		text = l->ops->value(&l->l.v, row, column, scratch);
	if (!text.data)
		text = l->ops->cell(&l->l.v, row, column, scratch);
	return (struct cell){ text.data, text.len };
}

static bool add_row(const struct find_list *l, struct chunk_builder *b, size_t row)
{
	char scratch[TABLE_COLUMNS_MAX][TABLE_SCRATCH];
	struct cell cells[TABLE_COLUMNS_MAX];

	for (int c = 0; c < l->l.table.ncolumns; c++)
		cells[c] = value_of(l, row, c, scratch[c]);
	return chunk_builder_add(b, cells, NULL);
}

/* Without memory it is looked through so far. */
static void take_values(struct find_list *l)
{
	size_t n = l->ops->rows(&l->l.v);
	struct chunk_builder *b = chunk_builder_new((size_t)l->l.table.ncolumns);
	struct chunk *full;

	rowset_release(&l->rows);
	for (size_t row = 0; b && row < n; row++) {
		if (!add_row(l, b, row))
			break;
		if (chunk_builder_rows(b) < CHUNK_ROWS && row + 1 < n)
			continue;
		full = chunk_builder_seal(b);
		if (!full || !rowset_append(&l->rows, full, NULL))
			break;
	}
	if (b)
		chunk_builder_free(b);
}

static const struct rowset *find_rows(struct view *v)
{
	struct find_list *l = of(v);

	l->l.table.follow = l->follow && l->finder.narrow.view.column == UNSORTED;
	if (!finder_active(&l->finder)) {
		rowset_release(&l->rows);
		l->fresh = false;
		row_view_rows(&l->finder.narrow.view, l->ops->rows(v), l->revision);
	} else if (!l->fresh) {
		take_values(l);
		l->fresh = true;
		row_view_rows(&l->finder.narrow.view, l->rows.rows, ++l->revision);
	}
	return &l->rows;
}

static bool find_row(const struct view *v, uint64_t key, size_t *row)
{
	const struct find_list *l = (const struct find_list *)v;

	for (*row = 0; *row < l->ops->rows(v); ++*row)
		if (l->ops->key(v, *row) == key)
			return true;
	return false;
}

static uint64_t find_key(const struct view *v, size_t row)
{
	return ((const struct find_list *)v)->ops->key(v, row);
}

static size_t find_column(const struct view *v)
{
	const struct table *t = &((const struct find_list *)v)->l.table;
	int column = t->column;

	if (column >= 0)
		return (size_t)column;
	for (column = 0; column < t->ncolumns; column++)
		if (!t->columns[column].frozen)
			return (size_t)column;
	return 0;
}

static const struct finder_ops finder_ops = { find_rows, find_row, find_key, find_column };

struct finder *find_list_finder(struct view *v)
{
	return &of(v)->finder;
}

/* ---- life -------------------------------------------------------------------------------------- */

void find_list_init(struct find_list *l, const struct view_ops *ops, struct app *app,
                    const struct find_list_ops *list, const struct table_column *columns, int ncolumns)
{
	l->l.v = (struct view){ ops, app, NO_SECTION };
	l->ops = list;
	table_init(&l->l.table, columns, ncolumns,
	           (struct table_model){ l, model_rows, model_cell, model_key, list->mark ? model_mark : NULL,
	                                 NULL, model_find });
	finder_init(&l->finder, &l->l.v, &l->l.table, &finder_ops, list->columns, (size_t)ncolumns);
}

void find_list_release(struct find_list *l)
{
	finder_forget(&l->finder);
	rowset_release(&l->rows);
	l->fresh = false;
}

void find_list_free(struct view *v)
{
	find_list_release(of(v));
	free(of(v));
}

void find_list_changed(struct find_list *l)
{
	l->fresh = false;
	if (finder_active(&l->finder))
		finder_again(&l->finder);
}

void find_list_update(struct view *v)
{
	find_list_changed(of(v));
}

/* ---- keys and looks -------------------------------------------------------------------------------- */

bool find_list_act(struct view *v, enum action a)
{
	struct find_list *l = of(v);

	if (finder_act(&l->finder, a))
		return true;
	if (a != ACTION_LEFT && a != ACTION_RIGHT)
		return list_view_act(v, a);
	table_choose_column(&l->l.table, a == ACTION_LEFT ? -1 : 1);
	return true;
}

bool find_list_selected(const struct find_list *l, size_t *row)
{
	*row = row_at(l, l->l.table.selected);
	return l->l.table.has_selection && *row < l->ops->rows(&l->l.v);
}

void find_list_title(const struct find_list *l, struct canvas *c, struct rect r, const char *name,
                     const char *rest, const char *right)
{
	char words[NARROW_WORDS], order[64];

	narrow_words(words, &l->finder.narrow, l->l.table.selected);
	narrow_order(order, &l->finder.narrow);
	pane_title(c, r, name, words[0] ? words : rest, order[0] ? order : right);
}

void find_list_table(const struct find_list *l, struct canvas *c, struct rect r, bool focused)
{
	size_t n = l->ops->rows(&l->l.v);

	if (n && chosen(l) && !l->l.table.rows)
		finder_draw_nothing(&l->finder, c, r, n);
	else
		table_draw(&l->l.table, c, r, focused);
}

void find_list_draw(const struct find_list *l, struct canvas *c, struct rect r, bool focused,
                    const char *name, const char *rest, const char *right)
{
	find_list_title(l, c, r, name, rest, right);
	find_list_table(l, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 }, focused);
}
