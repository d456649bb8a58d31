/* The keys as they are: every action by the name that a key map calls it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/text_view.h"

enum { NAME_X = 2, KEYS_X = 18, HELP_X = 35 };

static void put_action(const struct app *app, struct flow *f, enum action a)
{
	const struct action_info *info = action_info(a);
	char name[ACTION_NAME_MAX];
	int y;

	if (flow_line(f, &y)) {
		if (app->keymap.given[a])
			canvas_puts(f->canvas, f->r.x, y, 1, ROLE_ATTENTION, "*");
		canvas_puts(f->canvas, f->r.x + NAME_X, y, KEYS_X - NAME_X - 1, ROLE_TEXT, action_name(name, a));
		canvas_puts(f->canvas, f->r.x + KEYS_X, y, HELP_X - KEYS_X - 1, ROLE_ACCENT,
		            info->keys[0] ? info->keys : "none");
		canvas_puts(f->canvas, f->r.x + HELP_X, y, f->r.w - HELP_X, ROLE_DIM, info->help);
	}
	f->y++;
}

static void content(const struct text_view *t, struct flow *f)
{
	const struct app *app = t->v.app;

	for (unsigned a = 1; a < ACTION_COUNT; a++)
		put_action(app, f, (enum action)a);
	flow_gap(f);
	flow_printf(f, ROLE_DIM, "  * from %s, as in", app->keys_path ? app->keys_path : "keys.yaml");
	flow_text(f, ROLE_DIM, "    next_problem: [n, F8]     # instead of the built-in keys");
	flow_text(f, ROLE_DIM, "  A saved change counts at once; what is wrong in it is said with its line.");
}

static void title(const struct text_view *t, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	int given = 0;

	for (unsigned a = 1; a < ACTION_COUNT; a++)
		given += t->v.app->keymap.given[a];
	snprintf(name, TEXT_TITLE, "KEYS");
	if (given)
		snprintf(rest, TEXT_TITLE, "%d of your own", given);
	else
		snprintf(rest, TEXT_TITLE, "as built in");
}

static const struct view_ops ops = {
	.name = "keys",
	.where = ON_TEXT,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = text_view_act,
	.free = text_view_free,
};

struct view *keys_view_new(struct app *app, struct err *e)
{
	struct text_view *t = view_alloc(sizeof *t, e);

	if (!t)
		return NULL;
	t->v = (struct view){ &ops, app, NO_SECTION };
	t->content = content;
	t->title = title;
	return &t->v;
}
