#include "tui/layout.h"

enum {
	TINY_W = 30, TINY_H = 8,
	NARROW_W = 60, NARROW_H = 16,
	TALL_W = 100, TALL_H = 32,
	WIDE_W = 160, WIDE_H = 40,
	DETAIL_MIN = 3,      /* lines of a detail, of a pane with its title */
	PANE_MIN = 5,
};

static enum layout_form form_of(int w, int h)
{
	if (w < TINY_W || h < TINY_H)
		return LAYOUT_TINY;
	if (w < NARROW_W || h < NARROW_H)
		return LAYOUT_NARROW;
	if (w >= WIDE_W && h >= WIDE_H)
		return LAYOUT_WIDE;
	return w >= TALL_W && h >= TALL_H ? LAYOUT_TALL : LAYOUT_NORMAL;
}

static int rail_width(int w)
{
	return w < TALL_W ? 25 : w < WIDE_W ? 27 : 28;
}

/* Cuts `h` lines from the bottom of the pane, and a rule above them. */
static void cut_bottom(struct rect *pane, int h, struct rect *rule, struct rect *part)
{
	if (h < DETAIL_MIN || pane->h - h - 1 < PANE_MIN)
		return;
	pane->h -= h + 1;
	*rule = (struct rect){ pane->x, pane->y + pane->h, pane->w, 1 };
	*part = (struct rect){ pane->x, rule->y + 1, pane->w, h };
}

static void divide_pane(struct layout *l, unsigned flags)
{
	bool extra = flags & LAYOUT_EXTRA && l->form >= LAYOUT_TALL;
	int h = l->pane.h, detail = flags & LAYOUT_LIST ? (h - 1) * 2 / 5 : (h - 1) / 2;

	if (extra)
		cut_bottom(&l->pane, h * 2 / 5, &l->extra_rule, &l->extra);
	if (flags & LAYOUT_DETAIL)
		cut_bottom(&l->pane, extra ? h / 4 : detail, &l->detail_rule, &l->detail);
}

/* The column beside takes the larger half of what the rail leaves. */
static void cut_side(struct layout *l)
{
	int w = l->pane.w / 2 + l->pane.w % 2;

	l->pane.w -= w + 1;
	l->side_rule = l->pane.x + l->pane.w;
	l->side = (struct rect){ l->side_rule + 1, l->pane.y, w, l->pane.h };
}

static void compute_narrow(struct layout *l, int w, int h, bool zoom)
{
	l->header = (struct rect){ 0, 0, w, 1 };
	l->footer = (struct rect){ 0, h - 1, w, 1 };
	if (!zoom)
		l->rail = (struct rect){ 0, 1, w, 1 };
	l->top_rule = zoom ? 1 : 2;
	l->pane = (struct rect){ 0, l->top_rule + 1, w, h - l->top_rule - 2 };
}

static void compute_full(struct layout *l, int w, int h, bool zoom)
{
	struct rect body = { 0, 3, w, h - 6 };

	l->header = (struct rect){ 0, 0, w, 2 };
	l->footer = (struct rect){ 0, h - 2, w, 2 };
	l->top_rule = 2;
	l->bottom_rule = h - 3;
	l->pane = body;
	if (zoom)
		return;
	l->rail = body;
	l->rail.w = l->rail_rule = rail_width(w);
	l->pane.x = l->rail_rule + 1;
	l->pane.w = w - l->pane.x;
}

struct layout layout_compute(int w, int h, unsigned flags)
{
	struct layout l = {
		.form = form_of(w, h),
		.top_rule = -1, .bottom_rule = -1, .rail_rule = -1, .side_rule = -1,
	};
	bool zoom = flags & LAYOUT_ZOOM;

	if (l.form == LAYOUT_TINY) {
		l.footer = (struct rect){ 0, 0, w, h };
		return l;
	}
	if (l.form == LAYOUT_NARROW)
		compute_narrow(&l, w, h, zoom);
	else
		compute_full(&l, w, h, zoom);
	if (zoom)
		return l;
	if (l.form == LAYOUT_WIDE)
		cut_side(&l);
	divide_pane(&l, flags);
	return l;
}

static void draw_part_rule(const struct layout *l, struct canvas *c, struct rect rule)
{
	bool joined = l->rail_rule >= 0;

	if (rule.w > 0)
		canvas_hline(c, rule.x - joined, rule.y, rule.w + joined + (l->side_rule >= 0), ROLE_DIM);
}

void layout_draw_rules(const struct layout *l, struct canvas *c)
{
	int w = l->header.w, h = l->bottom_rule - l->top_rule + 1;

	if (l->top_rule >= 0)
		canvas_hline(c, 0, l->top_rule, w, ROLE_DIM);
	if (l->bottom_rule >= 0)
		canvas_hline(c, 0, l->bottom_rule, w, ROLE_DIM);
	if (l->rail_rule >= 0)
		canvas_vline(c, l->rail_rule, l->top_rule, h, ROLE_DIM);
	if (l->side_rule >= 0)
		canvas_vline(c, l->side_rule, l->top_rule, h, ROLE_DIM);
	draw_part_rule(l, c, l->detail_rule);
	draw_part_rule(l, c, l->extra_rule);
}

void layout_stack(struct rect area, int n, const int *weights, int min, struct rect *out)
{
	int total, y = area.y, left, fit = n;

	for (int i = 0; i < n; i++)
		out[i] = (struct rect){ 0 };
	while (fit > 0 && fit * (min + 1) - 1 > area.h)
		fit--;
	total = 0;
	for (int i = 0; i < fit; i++)
		total += weights[i];
	/* Every part gets its minimum, the rest goes by weight, the last one takes
	 * what rounding leaves. */
	left = area.h - (fit * (min + 1) - 1);
	for (int i = 0; i < fit; i++) {
		int share = min + (total > 0 ? left * weights[i] / total : 0);

		out[i] = (struct rect){ area.x, y, area.w, i == fit - 1 ? area.y + area.h - y : share };
		y += out[i].h + 1;
	}
}
