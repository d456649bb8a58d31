/* The mouse, for those who switched it on: a click selects, the wheel scrolls. What
 * only keys do stays theirs. */
#include "views/app.h"

enum { WHEEL_LINES = 3 };

static bool inside(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static bool step(struct app *app, enum action a)
{
	struct view *v = app_view(app);
	bool taken = v->ops->act && v->ops->act(v, a);

	app_draw(app);
	return taken;
}

/* Moves the selection until it is on that line; every view shows where it is by the
 * cursor. A row may take several lines: then its first one is meant. */
static void select_line(struct app *app, int y)
{
	const struct canvas *c = &app->canvas;

	if (!(app_view(app)->ops->where & (ON_TABLE | ON_TREE)))
		return;
	app_draw(app);
	for (int steps = app->h; steps > 0 && c->cursor_shown && c->cursor_y != y; steps--) {
		int from = c->cursor_y;
		bool down = from < y;

		if (!step(app, down ? ACTION_DOWN : ACTION_UP) || c->cursor_y == from)
			return;
		if (down && c->cursor_y > y)
			step(app, ACTION_UP);
		if (down != (c->cursor_y < y))
			return;
	}
}

static void click(struct app *app, int x, int y)
{
	const struct layout *l = &app->layout;
	int base = rail_at(app, x, y), side = app_side_at(app, x, y);

	if (base >= 0)
		app_go(app, base);
	else if (side != NO_SECTION)
		app_go(app, app_base_of(app, side));
	else if (inside(l->pane, x, y))
		select_line(app, y);
}

void app_mouse(struct app *app, enum term_mouse what, int x, int y)
{
	if (app->prompting != PROMPT_NONE)
		return;
	app->message[0] = '\0';
	app_place(app);
	history_leave(app->desk);
	if (what == MOUSE_CLICK)
		click(app, x, y);
	for (int i = 0; what != MOUSE_CLICK && i < WHEEL_LINES; i++)
		step(app, what == MOUSE_WHEEL_DOWN ? ACTION_DOWN : ACTION_UP);
	history_arrive(app->desk);
}

void app_set_mouse(struct app *app, bool on)
{
	if (app->term && term_set_mouse(app->term, on))
		app_say(app, on ? "mouse on: selecting text needs Shift now" : "mouse off");
	else
		app_complain(app, "this terminal has no mouse");
}
