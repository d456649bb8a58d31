/* Who was asked when, on one line of time for all sections: queueing is told apart
 * from the source's own time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/words.h"

enum {
	NAME_CELLS = 14, SOURCE_CELLS = 9, STATE_CELLS = 14, BAR_MIN = 12, NOTE_FROM = 100,
	TICK_CELLS = 10,
};

/* Where things are drawn, and what a cell of the bar means. */
struct scale {
	int bar_x, bar_w, state_x, note_x, note_w;
	usec from, to;
};

struct waterfall {
	struct view v;
	size_t top, page, lines;
};

static int tick_count(int cells)
{
	return cells > TICK_CELLS ? cells / TICK_CELLS : 1;
}

static usec tick_step(usec span, int ticks)
{
	static const int steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600 };
	size_t i = 0, n = sizeof steps / sizeof steps[0];

	while (i + 1 < n && steps[i] * USEC_SEC * ticks < span)
		i++;
	return steps[i] * USEC_SEC;
}

/* Up to the next tick, so that bars do not move every second while something runs. */
static usec whole_ticks(usec span, int cells)
{
	usec step = tick_step(span, tick_count(cells));

	return span > step ? (span + step - 1) / step * step : step;
}

/* ---- what is shown -------------------------------------------------------------------- */

static bool shown(const struct attempt *a)
{
	return a->started || a->outcome == ATTEMPT_QUEUED || a->outcome == ATTEMPT_PAUSED;
}

/* The first of those on demand has a heading. */
static bool heads(const struct investigation *inv, size_t section)
{
	const struct section *s = &inv->sections[section];

	if (!s->def->on_demand || s->state == SECTION_UNASKED)
		return false;
	for (size_t i = 0; i < section; i++)
		if (inv->sections[i].def->on_demand && inv->sections[i].state != SECTION_UNASKED)
			return false;
	return true;
}

size_t waterfall_lines(const struct app *app)
{
	size_t n = 0;

	for (size_t i = 0; app->desk->inv && i < app->desk->inv->nsections; i++) {
		const struct section *s = &app->desk->inv->sections[i];
		size_t before = n;

		for (size_t k = 0; k < s->ntrail; k++)
			n += shown(s->trail[k]);
		n += n == before && s->state != SECTION_UNASKED;
		n += heads(app->desk->inv, i);
	}
	return n;
}

/* When its first request was ready; 0 = none was. */
static usec began(const struct section *s)
{
	usec first = 0;

	for (size_t k = 0; k < s->ntrail; k++)
		if (shown(s->trail[k]) && (!first || s->trail[k]->queued < first))
			first = s->trail[k]->queued;
	return first;
}

static usec earliest(const struct investigation *inv)
{
	usec first = 0;

	for (size_t i = 0; inv && i < inv->nsections; i++) {
		usec one = inv->sections[i].def->on_demand ? 0 : began(&inv->sections[i]);

		if (one && (!first || one < first))
			first = one;
	}
	return first;
}

/* Of one on demand the time begins when it was asked: it may be long after the others. */
static usec origin_of(const struct section *s, usec first)
{
	return s->def->on_demand ? began(s) : first;
}

static struct scale scale_for(const struct app *app, struct rect r)
{
	struct scale sc = { .bar_x = 1 + NAME_CELLS + 1 + SOURCE_CELLS + 1 };
	usec now = app_mono(app), first = earliest(app->desk->inv), span = 0;
	bool moving = false;

	for (size_t i = 0; app->desk->inv && i < app->desk->inv->nsections; i++) {
		const struct section *s = &app->desk->inv->sections[i];

		for (size_t k = 0; k < s->ntrail; k++) {
			const struct attempt *a = s->trail[k];
			usec end = a->ended ? a->ended : now;

			if (!shown(a))
				continue;
			moving = moving || !a->ended;
			if (end - origin_of(s, first) > span)
				span = end - origin_of(s, first);
		}
	}
	sc.note_w = r.w >= NOTE_FROM ? r.w / 4 : 0;
	sc.bar_w = r.w - sc.bar_x - STATE_CELLS - 2 - sc.note_w;
	if (sc.bar_w < BAR_MIN)
		sc.bar_w = 0;
	sc.state_x = sc.bar_x + sc.bar_w + (sc.bar_w > 0);
	sc.note_x = sc.state_x + STATE_CELLS;
	sc.from = first;
	sc.to = first + (moving ? whole_ticks(span, sc.bar_w) : span);
	if (sc.to < first + USEC_SEC)
		sc.to = first + USEC_SEC;
	return sc;
}

/* ---- drawing ------------------------------------------------------------------------------ */

static int column_of(const struct scale *sc, usec t)
{
	double share = (double)(t - sc->from) / (double)(sc->to - sc->from);
	int x = (int)(share * sc->bar_w);

	return x < 0 ? 0 : x >= sc->bar_w ? sc->bar_w - 1 : x;
}

static void draw_bar(struct canvas *c, int x, int y, const struct scale *sc, const struct attempt *a,
                     usec now, enum role role)
{
	usec start = a->started ? a->started : now, end = a->ended ? a->ended : now;
	int queued = column_of(sc, a->queued), from = column_of(sc, start), to = column_of(sc, end);

	for (int i = queued; i < from; i++)
		canvas_glyph(c, x + i, y, ROLE_DIM, GLYPH_DOT);
	if (!a->started)
		return;
	if (from == to) {
		canvas_glyph(c, x + from, y, role, a->ended ? GLYPH_HALF : GLYPH_SHADE);
		return;
	}
	for (int i = from; i < to; i++)
		canvas_glyph(c, x + i, y, role, a->ended ? GLYPH_BAR8 : GLYPH_SHADE);
}

static void draw_note(struct canvas *c, int x, int y, int w, const struct attempt *a)
{
	char rows[PHRASE_MAX];

	if (a->outcome == ATTEMPT_OK || a->outcome == ATTEMPT_PARTIAL || a->outcome == ATTEMPT_RUNNING)
		canvas_printf(c, x, y, w, ROLE_DIM, "%s%s%s", rows_text(rows, a->rows),
		              a->detail[0] ? ", " : "", attempt_detail(a));
	else
		canvas_puts(c, x, y, w, ROLE_DIM, attempt_detail(a));
}

static void draw_attempt(const struct app *app, struct canvas *c, struct rect r, int y,
                         const struct scale *sc, const struct attempt *a)
{
	usec now = app_mono(app);
	struct face f = attempt_face(a, now);
	char span[TIME_SPAN_MAX];

	canvas_puts(c, r.x + 1 + NAME_CELLS + 1, y, SOURCE_CELLS, ROLE_TEXT, a->source);
	if (sc->bar_w)
		draw_bar(c, r.x + sc->bar_x, y, sc, a, now, f.role);
	face_draw(c, r.x + sc->state_x, y, &f);
	if (a->started && a->ended)
		canvas_printf(c, r.x + sc->state_x + 7, y, 6, ROLE_DIM, "%6s",
		              time_span(span, attempt_time(a, now)));
	if (sc->note_w)
		draw_note(c, r.x + sc->note_x, y, sc->note_w, a);
}

static void draw_axis(struct canvas *c, struct rect r, const struct scale *sc)
{
	usec span = sc->to - sc->from, step = tick_step(span, tick_count(sc->bar_w));
	char text[FORMAT_MAX];

	canvas_puts(c, r.x + 1, r.y, NAME_CELLS, ROLE_DIM, "section");
	canvas_puts(c, r.x + 1 + NAME_CELLS + 1, r.y, SOURCE_CELLS, ROLE_DIM, "source");
	canvas_puts(c, r.x + sc->state_x, r.y, STATE_CELLS, ROLE_DIM, "state");
	for (usec t = 0; sc->bar_w && t <= span; t += step) {
		int x = column_of(sc, sc->from + t);

		format_running(text, t);
		if (x + (int)strlen(text) <= sc->bar_w)
			canvas_puts(c, r.x + sc->bar_x + x, r.y, 6, ROLE_DIM, text);
	}
}

static void draw_name(const struct app *app, struct canvas *c, struct rect r, int y, size_t section)
{
	canvas_puts(c, r.x + 1, y, NAME_CELLS, ROLE_TEXT, app->workspace->sections[section]->title);
}

/* A section nobody was asked for: its state stands alone. */
static void draw_unasked(const struct app *app, struct canvas *c, struct rect r, int y,
                         const struct scale *sc, size_t section)
{
	const struct section *s = &app->desk->inv->sections[section];
	struct face f = section_face(s, app_mono(app));

	draw_name(app, c, r, y, section);
	face_draw(c, r.x + sc->state_x, y, &f);
	if (sc->note_w)
		canvas_puts(c, r.x + sc->note_x, y, sc->note_w, ROLE_DIM,
		            s->state == SECTION_WAITING ? s->waiting_on : s->reason);
}

static void draw_heading(struct canvas *c, struct rect r, int y)
{
	canvas_puts(c, r.x + 1, y, r.w - 1, ROLE_DIM, "on demand, each from when it was asked");
}

/* From the line on; returns the one behind it. */
static size_t draw_section(const struct app *app, struct canvas *c, struct rect r, const struct scale *all,
                           size_t section, size_t line, size_t skip)
{
	const struct section *s = &app->desk->inv->sections[section];
	usec later = origin_of(s, all->from) - all->from;
	struct scale sc = *all;
	bool named = false;

	sc.from += later;
	sc.to += later;
	if (heads(app->desk->inv, section) && line++ >= skip)
		draw_heading(c, r, r.y + (int)(line - skip));
	for (size_t k = 0; k < s->ntrail; k++) {
		int y = r.y + 1 + (int)(line - skip);

		if (!shown(s->trail[k]))
			continue;
		if (line++ >= skip) {
			draw_attempt(app, c, r, y, &sc, s->trail[k]);
			if (!named || line - 1 == skip)
				draw_name(app, c, r, y, section);
		}
		named = true;
	}
	if (!named && s->state != SECTION_UNASKED && line++ >= skip)
		draw_unasked(app, c, r, r.y + (int)(line - skip), &sc, section);
	return line;
}

void waterfall_draw(const struct app *app, struct canvas *c, struct rect r, size_t skip)
{
	struct scale sc = scale_for(app, r);
	size_t line = 0;
	struct rect former = canvas_clip(c, r);

	draw_axis(c, r, &sc);
	for (size_t i = 0; app->desk->inv && i < app->desk->inv->nsections; i++)
		line = draw_section(app, c, r, &sc, i, line, skip);
	canvas_unclip(c, former);
}

/* ---- the view ----------------------------------------------------------------------------------- */

static void scroll_to(struct waterfall *w, size_t top)
{
	size_t last = w->lines > w->page ? w->lines - w->page : 0;

	w->top = top < last ? top : last;
}

static void place(struct view *v, int w, int h)
{
	struct waterfall *fall = (struct waterfall *)v;

	(void)w;
	fall->lines = waterfall_lines(v->app);
	fall->page = h > 3 ? (size_t)h - 3 : 0;
	scroll_to(fall, fall->top);
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct waterfall *w = (const struct waterfall *)v;
	const struct investigation *inv = v->app->desk->inv;
	char rest[80] = "", clock[FORMAT_MAX], span[TIME_SPAN_MAX];

	if (inv && inv->settled_mono)
		snprintf(rest, sizeof rest, "started %s, all there after %s",
		         format_clock(clock, inv->opened_wall, app_zone(v->app), true),
		         time_span(span, inv->settled_mono - inv->opened_mono));
	else if (inv)
		snprintf(rest, sizeof rest, "started %s",
		         format_clock(clock, inv->opened_wall, app_zone(v->app), true));
	pane_title(c, r, "FETCH WATERFALL", rest, "q back");
	waterfall_draw(v->app, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 2 }, w->top);
	canvas_puts(c, r.x + 1, r.y + r.h - 1, r.w - 1, ROLE_DIM,
	            "· waiting for a place   █ asked   ░ still being asked");
	if (focused)
		canvas_cursor(c, r.x, r.y + 1, true);
}

static bool act(struct view *v, enum action a)
{
	struct waterfall *w = (struct waterfall *)v;
	size_t half = w->page > 1 ? w->page / 2 : 1;

	switch (a) {
	case ACTION_DOWN:      scroll_to(w, w->top + 1); break;
	case ACTION_UP:        scroll_to(w, w->top ? w->top - 1 : 0); break;
	case ACTION_TOP:       scroll_to(w, 0); break;
	case ACTION_BOTTOM:    scroll_to(w, w->lines); break;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN: scroll_to(w, w->top + half); break;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:   scroll_to(w, w->top > half ? w->top - half : 0); break;
	default:               return false;
	}
	return true;
}

static void fall_free(struct view *v)
{
	free((struct waterfall *)v);
}

static const struct view_ops ops = {
	.name = "waterfall",
	.where = ON_TEXT,
	.layout = LAYOUT_EXTRA,  /* which would show the same once more */
	.place = place,
	.draw = draw,
	.act = act,
	.free = fall_free,
};

struct view *waterfall_new(struct app *app, struct err *e)
{
	struct waterfall *w = view_alloc(sizeof *w, e);

	if (!w)
		return NULL;
	w->v = (struct view){ &ops, app, NO_SECTION };
	return &w->v;
}
