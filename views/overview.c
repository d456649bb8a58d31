/* All sections on one screen: state, counts, and what has to be said about each; when
 * things happened, and what changed since the user looked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/flow.h"
#include "views/following.h"
#include "views/strip.h"
#include "views/timeline.h"

enum { NAME_X = 3, STATE_X = 18, ROWS_X = 26, MARK_X = 36, TEXT_X = 5, TEXT_BESIDE = 45 };
enum { STRIP_X = 48, STRIP_MIN = 20, DATE_CELLS = 6 };

struct overview {
	struct view v;
	int selected;
	int per;                 /* lines per section, as of place() */
	int top;                 /* first section drawn */
	int page;                /* sections that fit */
	int left;                /* lines below them */
	bool beside, below;      /* the strip: a line per lane; all in one */
	struct histogram bars;
};

static int sections(const struct overview *o)
{
	return (int)o->v.app->numbered;
}

static void select_section(struct overview *o, int at)
{
	int n = sections(o);

	o->selected = at < 0 ? 0 : at >= n ? n - 1 : at;
	o->v.section = o->selected;
	if (o->selected < o->top)
		o->top = o->selected;
	if (o->page > 0 && o->selected >= o->top + o->page)
		o->top = o->selected - o->page + 1;
}

/* Beside every section where there is room, else all of them on one line below. */
static void place_strip(struct overview *o, int w)
{
	const struct timeline *t = timeline_pane_moments(o->v.app->desk->timeline);
	int cells = w - STRIP_X - 1;
	usec first, last;

	o->beside = o->per > 1 && cells >= STRIP_MIN;
	o->below = !o->beside && o->left > 0 && w > 2 * DATE_CELLS + STRIP_MIN;
	if (o->below)
		cells = w - 2 * DATE_CELLS - 3;
	if (timeline_pane_span(o->v.app->desk->timeline, &first, &last) && (o->beside || o->below))
		histogram_make(&o->bars, t, first, last, cells);
	else
		o->beside = o->below = false;
}

static void place(struct view *v, int w, int h)
{
	struct overview *o = (struct overview *)v;
	int n = sections(o), room = h - 2;

	o->per = n && room / n >= 3 ? 3 : n && room / n >= 2 ? 2 : 1;
	o->page = room > o->per ? room / o->per : 1;
	o->top = o->top + o->page > n ? n - o->page : o->top;
	if (o->top < 0)
		o->top = 0;
	select_section(o, o->selected);
	o->left = o->page >= n ? room - n * o->per : 0;
	place_strip(o, w);
}

/* Without seconds: what changes all the time is seen in one place only. */
static void say_asking(struct sentence *say, const struct section *s)
{
	if (s->previous)
		snprintf(say->text, sizeof say->text, "asking again; the rows are the former answer");
	else
		snprintf(say->text, sizeof say->text, "asking %s, %u of %u",
		         s->running_source ? s->running_source : "a source", s->step, s->nsteps);
}

/* The sentence of the section, or its counters when there is nothing to warn of. */
static void draw_text(const struct overview *o, struct canvas *c, struct rect r, int i, int lines)
{
	const struct app *app = o->v.app;
	const struct section *s = app_section(app, i);
	struct sentence say = { .role = ROLE_DIM, .text = "" };
	const char *summary = section_pane_summary(app->desk->panes[i]);

	if (s && s->state == SECTION_RUNNING && (s->previous ? !s->by_itself : !s->rows.rows))
		say_asking(&say, s);
	else if (s)
		section_sentence(&say, s, app_mono(app), app_zone(app));
	if (!say.text[0])
		say.role = ROLE_DIM;
	else if (say.role == ROLE_DIM || say.role == ROLE_ACCENT)
		summary = "";
	r.h = lines;
	if (say.text[0]) {
		int used = pane_wrap(c, r, say.role, say.text + say.head);

		r.y += used;
		r.h -= used;
	}
	if (r.h > 0 && summary[0])
		canvas_puts(c, r.x, r.y, r.w, ROLE_DIM, summary);
}

static void draw_counts(struct canvas *c, int x, int y, const struct section *s)
{
	char rows[PHRASE_MAX];
	int used = 0;

	if (s->rows.rows)
		canvas_puts(c, x + ROWS_X, y, MARK_X - ROWS_X, ROLE_TEXT, rows_text(rows, s->rows.rows));
	if (s->problems)
		used = canvas_printf(c, x + MARK_X, y, 6, ROLE_BAD, "!%zu", s->problems) + 1;
	if (s->doubts)
		canvas_printf(c, x + MARK_X + used, y, 6, ROLE_ATTENTION, "?%zu", s->doubts);
}

static void draw_section(const struct overview *o, struct canvas *c, struct rect r, int y, int i,
                         bool focused)
{
	const struct app *app = o->v.app;
	const struct section *s = app_section(app, i);
	struct face f = { GLYPH_WAIT, "wait", ROLE_DIM };

	canvas_printf(c, r.x + 1, y, 2, ROLE_ACCENT, "%d", i + 1);
	canvas_puts(c, r.x + NAME_X, y, STATE_X - NAME_X - 1, ROLE_TEXT,
	            app->workspace->sections[i]->title);
	if (s) {
		f = section_face(s, app_mono(app));
		/* The rail counts the seconds. */
		if (s->state == SECTION_RUNNING)
			snprintf(f.word, sizeof f.word, "%s", section_state_rail(s->state));
		draw_counts(c, r.x, y, s);
	}
	if (s || app->opening)
		face_draw(c, r.x + STATE_X, y, &f);
	if (s && follow_face(&s->follow, &f))
		canvas_glyph(c, r.x + NAME_X - 1, y, f.role, f.glyph);
	if (s && o->beside && s->rows.rows)
		strip_bars(c, r.x + STRIP_X, y, &o->bars, i);
	if (i == o->selected) {
		canvas_glyph(c, r.x, y, ROLE_FOCUS, GLYPH_SELECT);
		if (focused) {
			canvas_restyle(c, (struct rect){ r.x, y, r.w, 1 }, ROLE_FOCUS);
			canvas_cursor(c, r.x, y, true);
		}
	}
}

static void draw_title(const struct overview *o, struct canvas *c, struct rect r)
{
	const struct investigation *inv = o->v.app->desk->inv;
	char rest[80] = "", from[FORMAT_MAX], to[FORMAT_MAX];

	if (inv && inv->window_known) {
		snprintf(rest, sizeof rest, "window %s to %s",
		         format_minute(from, inv->window.from, app_zone(o->v.app)),
		         inv->window.to == TIME_NONE ? "now"
		                                     : format_minute(to, inv->window.to, app_zone(o->v.app)));
		canvas_puts(c, r.x + 1, r.y + 1, r.w - 2, ROLE_DIM, inv->window.reason);
	}
	pane_title(c, r, "OVERVIEW", rest, "");
}

/* "01-13 ··▂··█ 01-23": all lanes in one. */
static void draw_strip(const struct overview *o, struct canvas *c, struct rect r, int y)
{
	const struct histogram *h = &o->bars;
	struct zone zone = app_zone(o->v.app);
	char from[FORMAT_MAX], to[FORMAT_MAX];

	format_time(from, h->from, zone);
	format_time(to, h->from + h->cells * h->step - 1, zone);
	canvas_text(c, r.x + 1, y, DATE_CELLS, ROLE_DIM, from + 5, 5);
	strip_bars(c, r.x + 1 + DATE_CELLS, y, h, STRIP_ALL);
	canvas_text(c, r.x + 2 + DATE_CELLS + h->cells, y, DATE_CELLS, ROLE_DIM, to + 5, 5);
}

/* Not before the others have answered: nobody wants them then. */
static bool has_on_demand(const struct app *app)
{
	return app->npanes > app->numbered && app->desk->inv && app->desk->inv->settled_mono;
}

/* Those on demand: what was asked of them, and that there are more. */
static void draw_on_demand(const struct app *app, struct canvas *c, struct rect r, int y)
{
	size_t unasked = app->npanes - app->numbered;
	char key[KEY_NAME_MAX];
	int x = r.x + 1, end = r.x + r.w;

	x += canvas_puts(c, x, y, end - x, ROLE_DIM, "on demand") + 2;
	for (size_t i = app->numbered; i < app->npanes; i++) {
		const struct section *s = app_section(app, (int)i);
		struct face f = section_face(s, app_mono(app));

		if (s->state == SECTION_UNASKED)
			continue;
		unasked--;
		x += canvas_puts(c, x, y, end - x, ROLE_TEXT, s->def->title) + 1;
		x += canvas_glyph(c, x, y, f.role, f.glyph) + 1;
		if (s->rows.rows)
			x += canvas_printf(c, x, y, end - x, ROLE_TEXT, "%zu", s->rows.rows) + 1;
		if (s->problems)
			x += canvas_printf(c, x, y, end - x, ROLE_BAD, "!%zu", s->problems) + 1;
		x++;
	}
	action_key(key, ACTION_MORE);
	if (unasked == app->npanes - app->numbered)
		canvas_printf(c, x, y, end - x, ROLE_DIM, "%zu not asked, %s lists them", unasked, key);
	else if (unasked)
		canvas_printf(c, x, y, end - x, ROLE_DIM, "%zu not asked (%s)", unasked, key);
}

static int changed_sections(const struct app *app)
{
	int n = 0;

	for (size_t i = 0; app->desk->inv && i < app->npanes; i++)
		n += app->desk->changes.sections[i].changed != TIME_NONE;
	return n;
}

static int widest_change(const struct app *app)
{
	int w = 0;

	for (size_t i = 0; i < app->npanes; i++) {
		int len = (int)strlen(app->workspace->sections[i]->title);

		if (app->desk->changes.sections[i].changed != TIME_NONE && len > w)
			w = len;
	}
	return w;
}

static int lines_of_changes(const struct app *app)
{
	int n = changed_sections(app);

	return n ? n + 1 : 0;
}

/* A line each below a heading, or their names alone. `lines` from the bottom. */
static void draw_changes(const struct app *app, struct canvas *c, struct rect r, int lines)
{
	int n = changed_sections(app), y = r.y + r.h - 1, x;
	int wide = widest_change(app);
	char clock[FORMAT_MAX];
	bool list = lines > n;

	if (!n || lines < 1)
		return;
	y -= list ? n : 0;
	x = r.x + 1 + canvas_puts(c, r.x + 1, y, r.w - 1, ROLE_STRONG,
	                             list ? "CHANGED SINCE YOU LOOKED" : "CHANGED");
	for (size_t i = 0; i < app->npanes; i++) {
		const struct seen *s = &app->desk->changes.sections[i];
		const char *title = app->workspace->sections[i]->title;

		if (s->changed == TIME_NONE)
			continue;
		format_clock(clock, s->changed, app_zone(app), list);
		if (list)
			canvas_printf(c, r.x + 1, ++y, r.w - 1, ROLE_TEXT, "%s  %-*s  %s", clock, wide, title, s->what);
		else
			x += canvas_printf(c, x, y, r.x + r.w - x, ROLE_TEXT, "  %s %s", clock, title);
	}
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct overview *o = (const struct overview *)v;
	struct rect former = canvas_clip(c, r);
	int left;

	draw_title(o, c, r);
	for (int k = 0; k < o->page && o->top + k < sections(o); k++) {
		int y = r.y + 2 + k * o->per, i = o->top + k;

		if (o->per > 1)
			draw_text(o, c, (struct rect){ r.x + TEXT_X, y + 1, r.w - TEXT_X - 1, 1 }, i, o->per - 1);
		else if (r.w > TEXT_BESIDE + 20)
			draw_text(o, c, (struct rect){ r.x + TEXT_BESIDE, y, r.w - TEXT_BESIDE, 1 }, i, 1);
		draw_section(o, c, r, y, i, focused);
	}
	if (o->beside && o->left)
		strip_axis(c, r.x + STRIP_X, r.y + r.h - o->left, &o->bars, app_zone(o->v.app));
	if (o->below)
		draw_strip(o, c, r, r.y + r.h - o->left);
	left = o->left - (o->beside || o->below);
	if (has_on_demand(v->app) && left > lines_of_changes(v->app))
		draw_on_demand(v->app, c, r, r.y + r.h - left--);
	draw_changes(v->app, c, r, left);
	canvas_unclip(c, former);
}

static bool act(struct view *v, enum action a)
{
	struct overview *o = (struct overview *)v;

	switch (a) {
	case ACTION_DOWN:      select_section(o, o->selected + 1); break;
	case ACTION_UP:        select_section(o, o->selected - 1); break;
	case ACTION_TOP:
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:   select_section(o, 0); break;
	case ACTION_BOTTOM:
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN: select_section(o, sections(o) - 1); break;
	case ACTION_OPEN:      app_go(v->app, o->selected + 1); break;
	default:               return false;
	}
	return true;
}

static void overview_free(struct view *v)
{
	free((struct overview *)v);
}

static const struct view_ops ops = {
	.name = "overview",
	.where = ON_TABLE | ON_SECTION,
	.place = place,
	.draw = draw,
	.act = act,
	.free = overview_free,
};

struct view *overview_new(struct app *app, struct err *e)
{
	struct overview *o = view_alloc(sizeof *o, e);

	if (!o)
		return NULL;
	o->v = (struct view){ &ops, app, 0 };
	return &o->v;
}
