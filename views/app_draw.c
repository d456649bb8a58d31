/* What stands where on the screen. */
#include <string.h>

#include "views/app.h"
#include "views/finder.h"
#include "views/pace.h"
#include "views/palette.h"
#include "views/words.h"

enum { SIDE_MIN = 6 };

/* ---- helpers of panes ------------------------------------------------------------------ */

void pane_title(struct canvas *c, struct rect r, const char *name, const char *rest,
                const char *right)
{
	int x = r.x + 1, end = r.x + r.w - 1, room;

	x += canvas_puts(c, x, r.y, end - x, ROLE_STRONG, name) + 2;
	room = canvas_cells(c, right, strlen(right));
	if (right[0] && end - room > x + 8) {
		canvas_puts(c, end - room, r.y, room, ROLE_DIM, right);
		end -= room + 2;
	}
	if (end > x)
		canvas_puts(c, x, r.y, end - x, ROLE_DIM, rest);
}

void rule_title(struct canvas *c, struct rect rule, const char *name, const char *rest)
{
	int x = rule.x + 1, end = rule.x + rule.w - 2;

	canvas_puts(c, x++, rule.y, 1, ROLE_DIM, " ");
	x += canvas_puts(c, x, rule.y, end - x, ROLE_STRONG, name);
	if (name[0])
		canvas_puts(c, x++, rule.y, 1, ROLE_DIM, " ");
	if (!rest[0])
		return;
	x += canvas_puts(c, x, rule.y, end - x, ROLE_DIM, rest);
	canvas_puts(c, x, rule.y, 1, ROLE_DIM, " ");
}

int pane_wrap(struct canvas *c, struct rect r, unsigned style, const char *text)
{
	size_t len = strlen(text);
	int lines;

	if (r.h == 1)
		return canvas_puts(c, r.x, r.y, r.w, style, text) > 0;
	lines = canvas_wrap(c, r, style, text, len, 0);
	if (lines > r.h && r.h > 0)
		canvas_glyph(c, r.x + r.w - 1, r.y + r.h - 1, style, GLYPH_ELLIPSIS);
	return lines < r.h ? lines : r.h;
}

/* ---- where things are ------------------------------------------------------------------------ */

static bool detailed(const struct view *v)
{
	return v->ops->detail && v->ops->has_detail(v);
}

/* The numbered sections beside the main pane, in rail order; the focused one is left out. */
static int side_sections(const struct app *app, struct rect *places, int *which)
{
	static const int weights[LAYOUT_STACK_MAX] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	int n = 0, skip = app_section_of(app, app->desk->base);

	for (int i = 0; i < (int)app->numbered && n < LAYOUT_STACK_MAX; i++)
		if (i != skip)
			which[n++] = i;
	layout_stack(app->layout.side, n, weights, SIDE_MIN, places);
	return n;
}

int app_side_at(const struct app *app, int x, int y)
{
	struct rect sides[LAYOUT_STACK_MAX], at = { x, y, 1, 1 };
	int which[LAYOUT_STACK_MAX], n;

	if (app->layout.side.w <= 0)
		return NO_SECTION;
	n = side_sections(app, sides, which);
	for (int i = 0; i < n; i++)
		if (rect_clip(at, sides[i]).w > 0)
			return which[i];
	return NO_SECTION;
}

bool app_shows(const struct app *app, int section)
{
	struct rect sides[LAYOUT_STACK_MAX];
	int which[LAYOUT_STACK_MAX], n;

	if (app->desk->base == app_base_of(app, section))
		return true;
	if (app->layout.side.w <= 0)
		return false;
	n = side_sections(app, sides, which);
	for (int i = 0; i < n; i++)
		if (which[i] == section)
			return sides[i].w > 0;
	return false;
}

static void place_all(struct app *app)
{
	struct view *v = app_view(app);
	struct rect sides[LAYOUT_STACK_MAX];
	int which[LAYOUT_STACK_MAX], n;
	unsigned flags = (app->zoom ? LAYOUT_ZOOM : LAYOUT_EXTRA) ^ v->ops->layout;

	/* The pane in front is placed twice: whether it has a detail is known only then. */
	app->layout = layout_compute(app->w, app->h, flags);
	v->ops->place(v, app->layout.pane.w, app->layout.pane.h);
	if (!app->zoom && detailed(v)) {
		app->layout = layout_compute(app->w, app->h, flags | LAYOUT_DETAIL);
		v->ops->place(v, app->layout.pane.w, app->layout.pane.h);
	}
	if (app->layout.side.w <= 0)
		return;
	n = side_sections(app, sides, which);
	for (int i = 0; i < n; i++)
		if (sides[i].w > 0 && app->desk->panes[which[i]] != v)
			app->desk->panes[which[i]]->ops->place(app->desk->panes[which[i]], sides[i].w, sides[i].h);
}

void app_place(struct app *app)
{
	place_all(app);
}

/* ---- parts --------------------------------------------------------------------------------------- */

static void draw_extra(const struct app *app, struct canvas *c)
{
	const struct layout *l = &app->layout;
	char clock[FORMAT_MAX], started[FORMAT_MAX + 40] = "";
	size_t lines = waterfall_lines(app);

	if (l->extra.w <= 0)
		return;
	if (app->desk->inv)
		snprintf(started, sizeof started, "started %s%s",
		         format_clock(clock, app->desk->inv->opened_wall, app_zone(app), true),
		         (int)lines > l->extra.h - 1 ? "  w shows all of it" : "");
	waterfall_draw(app, c, l->extra, 0);
	rule_title(c, l->extra_rule, "FETCH WATERFALL", started);
}

static void draw_side(const struct app *app, struct canvas *c)
{
	struct rect sides[LAYOUT_STACK_MAX];
	int which[LAYOUT_STACK_MAX], n;

	if (app->layout.side.w <= 0)
		return;
	n = side_sections(app, sides, which);
	for (int i = 0; i < n; i++) {
		const struct view *v = app->desk->panes[which[i]];

		if (sides[i].w <= 0)
			continue;
		if (i > 0)
			canvas_hline(c, sides[i].x - 1, sides[i].y - 1, sides[i].w + 1, ROLE_DIM);
		if (v != app_view(app))
			v->ops->draw(v, c, sides[i], false);
	}
}

static void draw_prompt_list(const struct app *app, struct canvas *c)
{
	if (app->prompting == PROMPT_COMMAND)
		palette_draw(app, c, app->layout.pane);
}

/* ---- what is left as it was -------------------------------------------------------------------- */

enum { KEPT_MAX = 7 };

static bool same_places(const struct layout *a, const struct layout *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static struct rect with_rule(struct rect rule, struct rect body)
{
	return (struct rect){ rule.x, rule.y, rule.w, body.y + body.h - rule.y };
}

static bool speaks(const struct app *app)
{
	return app->message[0] || app->prompting != PROMPT_NONE || app->awaiting != AWAIT_NOTHING;
}

/* The title of the pane tells nothing of the row that is selected. */
static bool plain_title(const struct app *app)
{
	const struct finder *f = app_finder(app);

	return app_view(app)->ops->finder && !f->narrow.search[0];
}

/* The parts that the frame takes from the one before: they take more bytes than all else
 * that moves, and tell themselves of which record or second they are. */
static int kept_parts(const struct app *app, const struct view *v, struct rect *parts)
{
	const struct layout *l = &app->layout;
	int n = 0;

	if (app->drawn_view != v || !same_places(l, &app->drawn) || l->form == LAYOUT_TINY)
		return 0;
	if (app->leaves & PACE_DETAIL && l->detail.w > 0)
		parts[n++] = with_rule(l->detail_rule, l->detail);
	if (!(app->leaves & PACE_COUNTERS))
		return n;
	parts[n++] = l->header;
	/* It shows where the section in focus is from. */
	if (app->drawn_focus == app_focus(app))
		parts[n++] = l->rail;
	if (plain_title(app))
		parts[n++] = (struct rect){ l->pane.x, l->pane.y, l->pane.w, 1 };
	if (!app->drawn_spoke && !speaks(app))
		parts[n++] = l->footer;
	parts[n++] = with_rule(l->extra_rule, l->extra);
	parts[n++] = l->side;
	return n;
}

static void copy_parts(struct canvas *to, const struct canvas *from, const struct rect *parts, int n)
{
	for (int i = 0; i < n; i++)
		canvas_copy(to, from, rect_clip(parts[i], canvas_rect(to)));
}

static void note_drawn(struct app *app, const struct view *v)
{
	app->drawn_view = v;
	app->drawn = app->layout;
	app->drawn_focus = app_focus(app);
	app->drawn_spoke = speaks(app);
}

/* ---- all of it --------------------------------------------------------------------------------- */

static void draw_all(struct app *app, struct canvas *c, const struct view *v)
{
	const struct layout *l = &app->layout;

	layout_draw_rules(l, c);
	header_draw(app, c, l->header);
	if (l->form == LAYOUT_NARROW && l->rail.w > 0)
		rail_draw_line(app, c, l->rail);
	else if (l->rail.w > 0)
		rail_draw(app, c, l->rail);
	v->ops->draw(v, c, l->pane, app->prompting == PROMPT_NONE);
	if (l->detail.w > 0)
		v->ops->detail(v, c, l->detail_rule, l->detail);
	draw_extra(app, c);
	draw_side(app, c);
	draw_prompt_list(app, c);
	footer_draw(app, c, l->footer);
}

void app_draw(struct app *app)
{
	struct canvas *c = &app->canvas;
	const struct view *v = app_view(app);
	struct rect kept[KEPT_MAX];
	int n;

	place_all(app);
	n = kept_parts(app, v, kept);
	copy_parts(&app->former, c, kept, n);
	c->ascii = app->ascii;
	c->whole_rows = app->theme.whole_rows || !(app->leaves & PACE_ROWS);
	canvas_clear(c);
	if (app->layout.form == LAYOUT_TINY)
		tiny_draw(app, c, app->layout.footer);
	else
		draw_all(app, c, v);
	copy_parts(c, &app->former, kept, n);
	note_drawn(app, v);
}
