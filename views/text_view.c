#include "views/text_view.h"

#include <stdio.h>
#include <stdlib.h>

#include "views/app.h"

static struct text_view *of(struct view *v)
{
	return (struct text_view *)v;
}

static void scroll_to(struct text_view *t, int top)
{
	if (top > t->lines - t->page)
		top = t->lines - t->page;
	t->top = top > 0 ? top : 0;
}

void text_view_place(struct view *v, int w, int h)
{
	struct text_view *t = of(v);
	struct flow f = flow_on(&v->app->canvas, (struct rect){ 0, 0, w, 0 }, 0);

	t->content(t, &f);
	t->lines = f.y;
	t->page = h > 1 ? h - 1 : 0;
	scroll_to(t, t->top);
}

static void draw_title(const struct text_view *t, struct canvas *c, struct rect r)
{
	char name[TEXT_TITLE] = "", rest[TEXT_TITLE] = "", right[64];
	int last = t->top + t->page;

	t->title(t, name, rest);
	if (t->lines > t->page)
		snprintf(right, sizeof right, "lines %d-%d of %d  q back", t->top + 1,
		         last < t->lines ? last : t->lines, t->lines);
	else
		snprintf(right, sizeof right, "q back");
	pane_title(c, r, name, rest, right);
}

void text_view_draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct text_view *t = (const struct text_view *)v;
	struct rect body = { r.x, r.y + 1, r.w, r.h - 1 }, former;
	struct flow f = flow_on(c, body, t->top);

	draw_title(t, c, r);
	former = canvas_clip(c, body);
	t->content(t, &f);
	canvas_unclip(c, former);
	if (focused)
		canvas_cursor(c, r.x, r.y + 1, true);
}

bool text_view_act(struct view *v, enum action a)
{
	struct text_view *t = of(v);
	int half = t->page > 1 ? t->page / 2 : 1;

	switch (a) {
	case ACTION_DOWN:      scroll_to(t, t->top + 1); break;
	case ACTION_UP:        scroll_to(t, t->top - 1); break;
	case ACTION_TOP:       scroll_to(t, 0); break;
	case ACTION_BOTTOM:    scroll_to(t, t->lines); break;
	case ACTION_HALF_DOWN: scroll_to(t, t->top + half); break;
	case ACTION_HALF_UP:   scroll_to(t, t->top - half); break;
	case ACTION_PAGE_DOWN: scroll_to(t, t->top + 2 * half); break;
	case ACTION_PAGE_UP:   scroll_to(t, t->top - 2 * half); break;
	default:               return false;
	}
	return true;
}

void text_view_free(struct view *v)
{
	free(of(v));
}
