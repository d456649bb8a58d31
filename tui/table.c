#include "tui/table.h"

#include <string.h>

enum {
	SELECT_CELLS = 1,      /* ▸ at the left edge */
	MARK_CELLS = 2,        /* a blank and the mark at the right edge */
	REF_CELLS = 6,         /* two blanks and "C123" */
	REF_FROM = 70,         /* width from which refs are shown */
	NARROW = 60,           /* below it, columns are one cell apart instead of two */
	SEARCH_NEAR = 4096,    /* rows looked at around the old place before all others */
};

void table_init(struct table *t, const struct table_column *columns, int ncolumns,
                struct table_model model)
{
	*t = (struct table){
		.columns = columns,
		.ncolumns = ncolumns < TABLE_COLUMNS_MAX ? ncolumns : TABLE_COLUMNS_MAX,
		.model = model,
		.column = -1,
	};
}

/* --- selection --- */

static bool row_has_key(const struct table *t, size_t row, uint64_t key)
{
	return row < t->rows && t->model.key(t->model.ctx, row) == key;
}

/* Rows close to `near` first: a record seldom moves far. */
static bool find_key(const struct table *t, uint64_t key, size_t near, size_t *out)
{
	for (size_t d = 0; d < SEARCH_NEAR && d < t->rows; d++) {
		*out = near + d;
		if (row_has_key(t, *out, key))
			return true;
		*out = near - d;
		if (d <= near && row_has_key(t, *out, key))
			return true;
	}
	for (*out = 0; *out < t->rows; ++*out)
		if (row_has_key(t, *out, key))
			return true;
	return false;
}

static size_t clamp_row(const struct table *t, size_t row)
{
	return row < t->rows ? row : t->rows - 1;
}

static void show_selected(struct table *t)
{
	size_t page = t->page > 0 ? (size_t)t->page : 1;

	if (t->selected < t->top)
		t->top = t->selected;
	if (t->selected >= t->top + page)
		t->top = t->selected - page + 1;
	if (t->rows <= page)
		t->top = 0;
	else if (t->top > t->rows - page)
		t->top = t->rows - page;
}

void table_select(struct table *t, size_t row)
{
	t->has_selection = t->rows > 0;
	if (!t->has_selection) {
		t->selected = t->top = 0;
		return;
	}
	t->selected = clamp_row(t, row);
	t->key = t->model.key(t->model.ctx, t->selected);
	show_selected(t);
}

void table_begin(struct table *t, size_t row)
{
	enum { BEFORE = 2 };

	t->top = row > BEFORE ? row - BEFORE : 0;
	table_select(t, row);
}

void table_place(struct table *t, int w, int h)
{
	size_t line = t->selected - t->top, row = t->selected;
	bool at_end = t->has_selection && t->selected + 1 == t->rows;

	t->rows = t->model.rows(t->model.ctx);
	t->w = w;
	t->page = h > 1 ? h - 1 : 0;
	if (t->follow && at_end && t->rows > 0) {
		table_select(t, t->rows - 1);
		return;
	}
	if (t->has_selection && !find_key(t, t->key, t->selected, &row))
		row = t->selected;
	/* The record stays on its line of the screen, wherever its row went. */
	t->top = row > line ? row - line : 0;
	table_select(t, row);
}

/* Single steps past the edge turn half a page: of several steps only one sends rows. */
static void turn_half(struct table *t, size_t top)
{
	size_t half = (size_t)t->page / 2;

	if (t->top == top || half == 0)
		return;
	t->top = t->selected > half ? t->selected - half : 0;
	show_selected(t);
}

void table_move(struct table *t, long delta)
{
	size_t back = delta < 0 ? (size_t)-(delta + 1) + 1 : 0, top = t->top;

	if (t->rows == 0)
		return;
	if (delta < 0)
		table_select(t, t->selected > back ? t->selected - back : 0);
	else if ((size_t)delta > t->rows)
		table_select(t, t->rows - 1);
	else
		table_select(t, t->selected + (size_t)delta);
	if (delta == 1 || delta == -1)
		turn_half(t, top);
}

void table_page(struct table *t, int halves)
{
	long half = t->page > 1 ? t->page / 2 : 1;

	/* A whole page keeps one line of the former one. */
	if (halves % 2 == 0)
		table_move(t, halves / 2 * (t->page > 1 ? t->page - 1L : 1L));
	else
		table_move(t, halves * half);
}

void table_top(struct table *t)
{
	table_select(t, 0);
}

void table_bottom(struct table *t)
{
	table_select(t, t->rows > 0 ? t->rows - 1 : 0);
}

/* --- columns --- */

static int gap_for(int w)
{
	return w < NARROW ? 1 : 2;
}

/* Cells for columns; the rest is selection, refs and marks. */
static int room_for(const struct table *t, int w, bool refs)
{
	return w - SELECT_CELLS - (t->model.mark ? MARK_CELLS : 0) - (refs ? REF_CELLS : 0);
}

/* Bit per column that is to be shown, before the width is looked at. */
static uint64_t scrolled_columns(const struct table *t)
{
	uint64_t shown = 0;
	int away = t->first_column;

	for (int i = 0; i < t->ncolumns; i++)
		if (t->columns[i].frozen || away-- <= 0)
			shown |= UINT64_C(1) << i;
	return shown;
}

static int total_width(const struct table *t, uint64_t shown, int gap)
{
	int total = -gap;

	for (int i = 0; i < t->ncolumns; i++)
		if (shown >> i & 1)
			total += t->columns[i].width + gap;
	return total;
}

/* The column to give up next: of the highest priority number the rightmost. */
static int drop_next(const struct table *t, uint64_t shown)
{
	int drop = -1;

	for (int i = 0; i < t->ncolumns; i++)
		if (shown >> i & 1 && !t->columns[i].frozen && i != t->column &&
		    (drop < 0 || t->columns[i].priority >= t->columns[drop].priority))
			drop = i;
	return drop;
}

static uint64_t fitting_columns(const struct table *t, int room, int gap)
{
	uint64_t shown = scrolled_columns(t);
	int drop;

	while (total_width(t, shown, gap) > room && (drop = drop_next(t, shown)) >= 0)
		shown &= ~(UINT64_C(1) << drop);
	return shown;
}

/* Gives the cells that are left over to the growing columns, in equal parts. */
static void grow_columns(const struct table *t, uint64_t shown, int spare, struct table_fit *out)
{
	int growing = 0;

	for (int i = 0; i < t->ncolumns; i++)
		growing += (shown >> i & 1) && t->columns[i].grow;
	for (int i = 0; i < t->ncolumns && growing > 0 && spare > 0; i++)
		if (shown >> i & 1 && t->columns[i].grow) {
			int part = spare / growing--;

			out->width[i] += part;
			spare -= part;
		}
}

static void place_columns(const struct table *t, uint64_t shown, int room, int gap,
                          struct table_fit *out)
{
	int x = SELECT_CELLS, end = SELECT_CELLS + room;

	for (int i = 0; i < t->ncolumns; i++) {
		if (!(shown >> i & 1))
			continue;
		out->x[i] = x;
		/* Only frozen columns can reach past the edge. */
		if (x + out->width[i] > end)
			out->width[i] = end > x ? end - x : 0;
		x += out->width[i] + gap;
	}
}

/* Hidden columns to the left and right of the scrolled-to one. */
static void note_hidden(const struct table *t, uint64_t shown, struct table_fit *out)
{
	bool seen = false;

	for (int i = 0; i < t->ncolumns; i++) {
		if (shown >> i & 1)
			seen |= !t->columns[i].frozen;
		else if (seen || t->first_column == 0)
			out->more_right = true;
		else
			out->more_left = true;
	}
}

void table_fit(const struct table *t, int w, struct table_fit *out)
{
	int gap = gap_for(w), room = room_for(t, w, false);
	uint64_t shown = fitting_columns(t, room, gap);
	bool refs = t->model.ref && w >= REF_FROM;

	*out = (struct table_fit){ .ref_x = -1 };
	if (refs) {
		room -= REF_CELLS;
		shown = fitting_columns(t, room, gap);
		out->ref_x = SELECT_CELLS + room + 2;
	}
	for (int i = 0; i < t->ncolumns; i++)
		out->width[i] = shown >> i & 1 ? t->columns[i].width : 0;
	grow_columns(t, shown, room - total_width(t, shown, gap), out);
	place_columns(t, shown, room, gap, out);
	note_hidden(t, shown, out);
}

void table_scroll_columns(struct table *t, int delta)
{
	int scrollable = 0;

	for (int i = 0; i < t->ncolumns; i++)
		scrollable += !t->columns[i].frozen;
	t->first_column += delta;
	if (t->first_column > scrollable - 1)
		t->first_column = scrollable - 1;
	if (t->first_column < 0)
		t->first_column = 0;
}

/* Until one is chosen, the first that is not frozen is meant. */
void table_choose_column(struct table *t, int delta)
{
	int from = t->column;

	for (int i = 0; i < t->ncolumns && from < 0; i++)
		if (!t->columns[i].frozen)
			from = i;
	t->column = from + delta;
	if (t->column >= t->ncolumns)
		t->column = t->ncolumns - 1;
	if (t->column < 0)
		t->column = 0;
}

/* --- drawing --- */

static void draw_text(struct canvas *c, int x, int y, int w, enum table_align align, unsigned style,
                      struct table_text text)
{
	if (!text.data || w <= 0)
		return;
	if (align == TABLE_RIGHT)
		canvas_text_right(c, x, y, w, style, text.data, text.len);
	else
		canvas_text(c, x, y, w, style, text.data, text.len);
}

static void draw_titles(const struct table *t, struct canvas *c, struct rect r,
                        const struct table_fit *fit)
{
	for (int i = 0; i < t->ncolumns; i++) {
		const char *title = t->columns[i].title;

		draw_text(c, r.x + fit->x[i], r.y, fit->width[i], t->columns[i].align,
		          i == t->column ? ROLE_ACCENT : ROLE_DIM, (struct table_text){ title, strlen(title), ROLE_DIM });
	}
	if (fit->ref_x >= 0)
		canvas_puts(c, r.x + fit->ref_x, r.y, REF_CELLS - 2, ROLE_DIM, "ref");
	if (fit->more_left)
		canvas_glyph(c, r.x, r.y, ROLE_ACCENT, GLYPH_MORE_LEFT);
	if (fit->more_right)
		canvas_glyph(c, r.x + r.w - 1, r.y, ROLE_ACCENT, GLYPH_PATH);
}

static void draw_mark(const struct table *t, struct canvas *c, struct rect r, int y, size_t row)
{
	char mark = t->model.mark ? t->model.mark(t->model.ctx, row) : 0;

	if (mark)
		canvas_text(c, r.x + r.w - 1, y, 1, mark == '!' ? ROLE_BAD : ROLE_ATTENTION, &mark, 1);
}

/* Sets the parts that were looked for apart. */
static void mark_found(const struct table *t, struct canvas *c, int x, int y, int w,
                       enum table_align align, struct table_text text)
{
	int cells = canvas_cells(c, text.data, text.len), end = x + w, from, to;
	size_t at, len;

	if (align == TABLE_RIGHT && cells < w)
		x += w - cells;
	at = t->model.find(t->model.ctx, text, 0, &len);
	for (; len > 0; at = t->model.find(t->model.ctx, text, at + len, &len)) {
		from = x + canvas_cells(c, text.data, at);
		to = from + canvas_cells(c, text.data + at, len);
		if (from >= end)
			return;
		canvas_restyle(c, (struct rect){ from, y, (to < end ? to : end) - from, 1 },
		               ROLE_ACCENT | ATTR_UNDERLINE | ATTR_BOLD);
	}
}

static void draw_cells(const struct table *t, struct canvas *c, struct rect r, int y, size_t row,
                       const struct table_fit *fit)
{
	const struct table_model *m = &t->model;
	struct table_text text;
	char scratch[TABLE_SCRATCH];

	for (int i = 0; i < t->ncolumns; i++) {
		if (fit->width[i] == 0)
			continue;
		text = m->cell(m->ctx, row, i, scratch);
		draw_text(c, r.x + fit->x[i], y, fit->width[i], t->columns[i].align, text.role, text);
		if (m->find && text.data)
			mark_found(t, c, r.x + fit->x[i], y, fit->width[i], t->columns[i].align, text);
	}
	if (fit->ref_x >= 0) {
		text = m->ref(m->ctx, row, scratch);
		draw_text(c, r.x + fit->ref_x, y, REF_CELLS - 2, TABLE_LEFT, ROLE_ACCENT, text);
	}
}

static void draw_row(const struct table *t, struct canvas *c, struct rect r, int y, size_t row,
                     const struct table_fit *fit, bool focused)
{
	bool selected = t->has_selection && row == t->selected;

	draw_cells(t, c, r, y, row, fit);
	if (selected)
		canvas_glyph(c, r.x, y, focused ? ROLE_FOCUS : ROLE_ACCENT, GLYPH_SELECT);
	if (selected && focused) {
		if (c->whole_rows)
			canvas_restyle(c, (struct rect){ r.x, y, r.w, 1 }, ROLE_FOCUS);
		canvas_cursor(c, r.x, y, true);
	}
	draw_mark(t, c, r, y, row);
}

void table_draw(const struct table *t, struct canvas *c, struct rect r, bool focused)
{
	struct rect former = canvas_clip(c, r);
	struct table_fit fit;

	table_fit(t, r.w, &fit);
	canvas_fill(c, r, ROLE_TEXT);
	draw_titles(t, c, r, &fit);
	for (int i = 0; i < r.h - 1 && t->top + (size_t)i < t->rows; i++)
		draw_row(t, c, r, r.y + 1 + i, t->top + (size_t)i, &fit, focused);
	canvas_unclip(c, former);
}
