#include "views/fields.h"

#include "views/flow.h"

enum { COLUMN_CELLS = 40, COLUMNS_MAX = 4 };

/* The text of a column that is to be shown; false for the others. */
static bool shown(const struct fields *f, size_t i, char *scratch, struct table_text *text)
{
	const struct column_def *def = &f->section->def->columns[i];

	if (def->type == COLUMN_BODY)
		return false;
	*text = format_cell(def, rowset_cell(&f->section->rows, f->row, i), f->zone, scratch);
	return text->data && text->len && !(f->skip && f->skip(f->ctx, i, *text));
}

static bool is_long(struct canvas *c, struct table_text text, int w)
{
	return canvas_cells(c, text.data, text.len) > w - FLOW_LABEL - 3;
}

/* The long ones (or all, when nothing stands side by side), wrapped. */
static void draw_long(const struct fields *f, struct flow *flow, int w, bool all)
{
	char scratch[TABLE_SCRATCH];
	struct table_text text;

	for (size_t i = 0; i < f->section->def->ncolumns; i++)
		if (shown(f, i, scratch, &text) && (all || is_long(flow->canvas, text, w)))
			flow_field(flow, f->section->def->columns[i].title, ROLE_TEXT, text.data, text.len);
}

static int count_short(const struct fields *f, struct canvas *c, int w)
{
	char scratch[TABLE_SCRATCH];
	struct table_text text;
	int n = 0;

	for (size_t i = 0; i < f->section->def->ncolumns; i++)
		n += shown(f, i, scratch, &text) && !is_long(c, text, w);
	return n;
}

/* Down, then to the right. */
static void draw_short(const struct fields *f, struct canvas *c, struct rect r, int w, int lines)
{
	char scratch[TABLE_SCRATCH];
	struct table_text text;
	int n = 0;

	for (size_t i = 0; i < f->section->def->ncolumns; i++) {
		int x, y;

		if (!shown(f, i, scratch, &text) || is_long(c, text, w))
			continue;
		x = r.x + n / lines * w;
		y = r.y + n % lines;
		n++;
		if (x + w > r.x + r.w)
			return;
		canvas_puts(c, x + 1, y, FLOW_LABEL, ROLE_DIM, f->section->def->columns[i].title);
		canvas_text(c, x + FLOW_LABEL + 2, y, w - FLOW_LABEL - 3, text.role, text.data, text.len);
	}
}

static void say_more(struct canvas *c, struct rect r)
{
	struct rect last = { r.x, r.y + r.h - 1, r.w, 1 };

	canvas_fill(c, last, ROLE_TEXT);
	canvas_puts(c, r.x + 1, last.y, r.w - 1, ROLE_DIM, "… Enter shows all");
}

bool fields_draw(const struct fields *f, struct canvas *c, struct rect r)
{
	int per = r.w / COLUMN_CELLS, w, n, lines, room;
	struct flow flow = flow_on(c, r, 0);

	if (r.h <= 0 || r.w <= 0)
		return true;
	per = per < 1 ? 1 : per > COLUMNS_MAX ? COLUMNS_MAX : per;
	w = r.w / per;
	draw_long(f, &flow, w, per == 1);
	n = per == 1 ? 0 : count_short(f, c, w);
	room = r.h - flow.y;
	lines = (n + per - 1) / per;
	if (lines > room)
		lines = room;
	if (n > 0 && lines > 0)
		draw_short(f, c, (struct rect){ r.x, r.y + flow.y, r.w, lines }, w, lines);
	if (flow.y > r.h || (n > 0 && n > lines * per))
		say_more(c, r);
	return flow.y > 0 || n > 0;
}
