/* What happened when: all sections by the time of the event, beside it when it became
 * known; bars below tell how much happened when. */
#include "views/timeline.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/table.h"
#include "views/app.h"
#include "views/fields.h"
#include "views/find_list.h"
#include "views/strip.h"

enum { T_EVENT, T_LANE, T_KNOWN, T_LAG, T_WHAT, T_REF, T_COUNT };
enum { EVENT_SHORT = 12, EVENT_LONG = 15, WIDE_FROM = 70, ROWS_MIN = 7, DETAIL_FROM = 26, LANE_X = 5 };

static const struct table_column columns[T_COUNT] = {
	[T_EVENT] = { "event", EVENT_LONG, 0, true, false, TABLE_LEFT },
	[T_LANE]  = { "lane", 4, 0, false, false, TABLE_LEFT },
	[T_KNOWN] = { "known at", 14, 2, false, false, TABLE_LEFT },
	[T_LAG]   = { "lag", 8, 0, false, false, TABLE_RIGHT },
	[T_WHAT]  = { "what", 16, 0, false, true, TABLE_LEFT },
	[T_REF]   = { "ref", 4, 1, false, false, TABLE_LEFT },
};

/* How much time + and - show; the first is all of it. */
static const struct { usec span; const char *word; } zooms[] = {
	{ 0, "" }, { 90 * USEC_DAY, "90d" }, { 30 * USEC_DAY, "30d" }, { 7 * USEC_DAY, "7d" },
	{ 2 * USEC_DAY, "48h" }, { USEC_DAY, "24h" }, { 6 * USEC_HOUR, "6h" }, { USEC_HOUR, "1h" },
	{ 10 * USEC_MIN, "10m" },
};
enum { ZOOMS = sizeof zooms / sizeof zooms[0] };

struct timeline_pane {
	struct find_list list;
	struct table_column columns[T_COUNT];
	struct timeline moments;
	uint32_t *shown;             /* entries, within time and lanes */
	size_t nshown, room;
	uint32_t hidden;             /* lanes, a bit each */
	int zoom;
	usec from, to;               /* zoomed: the time that is shown */
	struct histogram bars;
	int nbars, h;                /* lines of bars, the axis included; height */
};

/* ---- which entries are shown ---------------------------------------------------------------- */

static bool make_room(struct timeline_pane *p)
{
	uint32_t *more;

	if (p->moments.n <= p->room)
		return true;
	more = realloc(p->shown, p->moments.cap * sizeof *more);
	if (!more)
		return false;
	p->shown = more;
	p->room = p->moments.cap;
	return true;
}

static void choose(struct timeline_pane *p)
{
	const struct timeline *t = &p->moments;
	size_t i = p->zoom ? timeline_find(t, p->from) : 0;
	size_t end = p->zoom ? timeline_find(t, p->to) : t->n;

	p->nshown = 0;
	if (!make_room(p))
		return;
	for (; i < end; i++)
		if (!(p->hidden >> t->all[i].section & 1))
			p->shown[p->nshown++] = (uint32_t)i;
	find_list_changed(&p->list);
}

static const struct instant *instant_at(const struct timeline_pane *p, size_t row)
{
	return &p->moments.all[p->shown[row]];
}

static const struct instant *selected(const struct timeline_pane *p)
{
	size_t row;

	return find_list_selected(&p->list, &row) ? instant_at(p, row) : NULL;
}

/* ---- the table's model ------------------------------------------------------------------------ */

static const struct column_def defs[T_COUNT] = {
	[T_EVENT] = { "event", "event", COLUMN_TIME, 0, 0, true },
	[T_LANE]  = { "lane", "lane", COLUMN_TEXT, 0, 0, false },
	[T_KNOWN] = { "known", "known at", COLUMN_TIME, 0, 0, false },
	[T_LAG]   = { "lag", "lag", COLUMN_NUMBER, 0, 0, false },
	[T_WHAT]  = { "what", "what", COLUMN_TEXT, 0, 0, false },
	[T_REF]   = { "ref", "ref", COLUMN_TEXT, 0, 0, false },
};

static size_t moment_rows(const struct view *v)
{
	return ((const struct timeline_pane *)v)->nshown;
}

static uint64_t moment_key(const struct view *v, size_t row)
{
	const struct timeline_pane *p = (const struct timeline_pane *)v;
	const struct instant *in = instant_at(p, row);

	return section_pane_key(p->list.l.v.app->desk->panes[in->section], in->row) +
	       (in->section * 256u + in->moment + 1u) * UINT64_C(0x9e3779b97f4a7c15);
}

static char moment_mark(const struct view *v, size_t row)
{
	const struct timeline_pane *p = (const struct timeline_pane *)v;
	const struct instant *in = instant_at(p, row);
	const struct section *s = app_section(p->list.l.v.app, in->section);
	enum mark m = s->def->mark ? s->def->mark(&s->rows, in->row) : MARK_FINE;

	if (m == MARK_FINE && in->flags & INSTANT_BAD)
		m = MARK_DOUBT;
	return m == MARK_PROBLEM ? '!' : m == MARK_DOUBT ? '?' : '\0';
}

/* "01-23 14:20", with seconds where there is room. */
static void put_time(const struct timeline_pane *p, char *out, char sign, usec t, bool as_sent)
{
	struct zone zone = app_zone(p->list.l.v.app);
	char text[FORMAT_MAX];

	/* A port's own time is not moved to the user's zone: nobody knows from where. */
	if (as_sent)
		zone = (struct zone){ .now = zone.now };
	format_short(text, t, zone);
	if (p->columns[T_EVENT].width == EVENT_SHORT && strlen(text) > 11)
		text[11] = '\0';
	snprintf(out, TABLE_SCRATCH, "%c%s", sign, text);
}

static struct table_text event_cell(const struct timeline_pane *p, const struct moment *m, char *scratch)
{
	if (m->event == TIME_NONE && m->event_text.len)
		return (struct table_text){ m->event_text.data, m->event_text.len, ROLE_ATTENTION };
	if (m->event == TIME_NONE)
		put_time(p, scratch, '<', m->known, false);
	else
		put_time(p, scratch, m->flags & INSTANT_LOCAL ? '~' : ' ', m->event,
		         m->flags & INSTANT_LOCAL);
	return list_text(scratch, m->event == TIME_NONE ? ROLE_DIM : ROLE_TEXT);
}

static struct table_text known_cell(const struct timeline_pane *p, const struct moment *m, char *scratch)
{
	char text[FORMAT_MAX];

	if (m->known == TIME_NONE)
		return (struct table_text){ m->known_text.data, m->known_text.len, ROLE_ATTENTION };
	snprintf(scratch, TABLE_SCRATCH, "%s", format_short(text, m->known, app_zone(p->list.l.v.app)));
	return list_text(scratch, ROLE_TEXT);
}

static struct table_text lag_cell(const struct moment *m, char *scratch)
{
	char lag[FORMAT_MAX];

	if (m->flags & INSTANT_BAD)
		return list_text(m->event_text.len || m->known_text.len ? "bad time" : "no time",
		                 ROLE_ATTENTION);
	if (m->event == TIME_NONE || m->known == TIME_NONE)
		return list_text("", ROLE_TEXT);
	snprintf(scratch, TABLE_SCRATCH, "%s%s", m->flags & INSTANT_LOCAL ? "~" : "",
	         format_lag(lag, m->known - m->event));
	return list_text(scratch, m->flags & INSTANT_LOCAL ? ROLE_DIM : ROLE_TEXT);
}

static struct table_text moment_cell(const struct view *v, size_t row, int column, char *scratch)
{
	const struct timeline_pane *p = (const struct timeline_pane *)v;
	const struct instant *in = instant_at(p, row);
	const struct section *s = app_section(p->list.l.v.app, in->section);
	struct moment m;

	moment_read(s, in->row, in->moment, &m);
	switch (column) {
	case T_EVENT: return event_cell(p, &m, scratch);
	case T_KNOWN: return known_cell(p, &m, scratch);
	case T_LAG:   return lag_cell(&m, scratch);
	case T_LANE:
		snprintf(scratch, TABLE_SCRATCH, "%c", s->def->letter);
		return list_text(scratch, ROLE_ACCENT);
	case T_WHAT:
		return (struct table_text){
			scratch, moment_what(s, in->row, in->moment, scratch, TABLE_SCRATCH), ROLE_TEXT,
		};
	default:
		return list_text(section_pane_ref(p->list.l.v.app->desk->panes[in->section], in->row, scratch), ROLE_DIM);
	}
}

/* Times and the lag as they are, to be compared and sorted by. */
static struct table_text moment_value(const struct view *v, size_t row, int column, char *scratch)
{
	const struct timeline_pane *p = (const struct timeline_pane *)v;
	const struct instant *in = instant_at(p, row);
	struct moment m;

	if (column != T_EVENT && column != T_KNOWN && column != T_LAG)
		return (struct table_text){ NULL, 0, ROLE_TEXT };
	moment_read(app_section(v->app, in->section), in->row, in->moment, &m);
	scratch[0] = '\0';
	if (column == T_EVENT)
		time_iso(scratch, m.event != TIME_NONE ? m.event : m.known, true);
	else if (column == T_KNOWN)
		time_iso(scratch, m.known, true);
	else if (m.event != TIME_NONE && m.known != TIME_NONE)
		snprintf(scratch, TABLE_SCRATCH, "%lld", (long long)((m.known - m.event) / USEC_SEC));
	return list_text(scratch, ROLE_TEXT);
}

static const struct find_list_ops list_ops = {
	defs, moment_rows, moment_cell, moment_key, moment_mark, moment_value,
};

/* ---- places -------------------------------------------------------------------------------------- */

static int lanes_shown(const struct timeline_pane *p)
{
	int n = 0;

	for (size_t i = 0; i < p->moments.nlanes; i++)
		n += p->moments.lanes[i].n && !(p->hidden >> i & 1);
	return n;
}

static void place_bars(struct timeline_pane *p, int w)
{
	usec from = p->from, to = p->to;
	int lanes = lanes_shown(p), left = p->h - 1 - (lanes + 1);

	p->nbars = 0;
	if (!lanes || left < ROWS_MIN || w <= LANE_X + 8)
		return;
	if (!p->zoom && !timeline_pane_span(&p->list.l.v, &from, &to))
		return;
	p->nbars = lanes + 1;
	histogram_make(&p->bars, &p->moments, from, to, w - LANE_X - 1);
}

static void place(struct view *v, int w, int h)
{
	struct timeline_pane *p = (struct timeline_pane *)v;
	bool had = p->list.l.table.has_selection;
	const struct instant *in;

	p->h = h;
	p->columns[T_EVENT].width = w < WIDE_FROM ? EVENT_SHORT : EVENT_LONG;
	place_bars(p, w);
	table_place(&p->list.l.table, w, h - 1 - p->nbars);
	/* The newest is what one comes for. */
	if (!had && p->list.l.table.has_selection)
		table_bottom(&p->list.l.table);
	in = selected(p);
	v->section = in ? in->section : NO_SECTION;
}

static void update(struct view *v)
{
	struct timeline_pane *p = (struct timeline_pane *)v;

	if (timeline_update(&p->moments, v->app->desk->inv))
		choose(p);
}

/* ---- the pane -------------------------------------------------------------------------------------- */

static void put_lanes(const struct timeline_pane *p, char *out, size_t cap)
{
	size_t used = (size_t)snprintf(out, cap, p->hidden ? "lanes" : "all lanes");

	for (size_t i = 0; p->hidden && i < p->moments.nlanes && used < cap; i++)
		if (!(p->hidden >> i & 1))
			used += (size_t)snprintf(out + used, cap - used, " %c",
			                         p->list.l.v.app->workspace->sections[i]->letter);
}

static void draw_title(const struct timeline_pane *p, struct canvas *c, struct rect r)
{
	char rest[200], lanes[64], count[FORMAT_MAX], step[FORMAT_MAX];
	size_t used, bad = 0, unread = timeline_unread(&p->moments);

	for (size_t i = 0; i < p->moments.nlanes; i++)
		bad += p->moments.lanes[i].bad;
	put_lanes(p, lanes, sizeof lanes);
	used = (size_t)snprintf(rest, sizeof rest, "%s, %s%s%s", format_count(count, p->nshown), lanes,
	                        p->zoom ? ", " : "", zooms[p->zoom].word);
	if (bad)
		used += (size_t)snprintf(rest + used, sizeof rest - used, ", %zu bad time%s", bad,
		                         bad == 1 ? "" : "s");
	if (unread)
		used += (size_t)snprintf(rest + used, sizeof rest - used, ", %s rows too many to show",
		                         format_count(count, unread));
	if (p->nbars && r.w >= WIDE_FROM)
		snprintf(rest + used, sizeof rest - used, ", a bar is %s", strip_step(step, &p->bars));
	find_list_title(&p->list, c, r, "TIMELINE", rest, "+ - zoom");
}

static void draw_bars(const struct timeline_pane *p, struct canvas *c, struct rect r)
{
	const struct instant *in = selected(p);
	int y = r.y;

	strip_axis(c, r.x + LANE_X, y++, &p->bars, app_zone(p->list.l.v.app));
	for (size_t i = 0; i < p->moments.nlanes; i++) {
		if (!p->moments.lanes[i].n || p->hidden >> i & 1)
			continue;
		canvas_printf(c, r.x + 1, y, 1, ROLE_ACCENT, "%c", p->list.l.v.app->workspace->sections[i]->letter);
		strip_bars(c, r.x + LANE_X, y, &p->bars, (int)i);
		if (in && in->section == i && in->at >= p->bars.from)
			canvas_restyle(c, (struct rect){ r.x + LANE_X + (int)((in->at - p->bars.from) /
			                                                     p->bars.step), y, 1, 1 },
			               ROLE_FOCUS);
		y++;
	}
}

static const char *why_empty(const struct timeline_pane *p)
{
	if (!p->list.l.v.app->desk->inv)
		return "nothing is open yet";
	if (p->moments.n)
		return "nothing happened in this time and these lanes";
	return investigation_settled(p->list.l.v.app->desk->inv) ? "no section has anything that happened"
	                                            : "nothing has arrived yet";
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct timeline_pane *p = (const struct timeline_pane *)v;
	struct rect former = canvas_clip(c, r);

	draw_title(p, c, r);
	if (p->nshown)
		find_list_table(&p->list, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 - p->nbars }, focused);
	else
		canvas_puts(c, r.x + 1, r.y + 2, r.w - 1, ROLE_DIM, why_empty(p));
	if (p->nbars)
		draw_bars(p, c, (struct rect){ r.x, r.y + r.h - p->nbars, r.w, p->nbars });
	canvas_unclip(c, former);
}

/* Below a table of that height it takes nothing away from the bars. */
static bool has_detail(const struct view *v)
{
	const struct timeline_pane *p = (const struct timeline_pane *)v;

	return p->h >= DETAIL_FROM && selected(p);
}

static void detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	const struct timeline_pane *p = (const struct timeline_pane *)v;
	const struct instant *in = selected(p);
	char ref[REF_MAX];
	struct fields f;

	if (!in)
		return;
	f = (struct fields){ .section = app_section(v->app, in->section), .row = in->row,
	                     .zone = app_zone(v->app) };
	fields_draw(&f, c, r);
	if (rule.w > 0)
		rule_title(c, rule, section_pane_ref(v->app->desk->panes[in->section], in->row, ref),
		           "Enter goes there   ~ zone unknown, taken for UTC   < known then, happened before");
}

/* ---- keys -------------------------------------------------------------------------------------------- */

static void open_selected(struct timeline_pane *p)
{
	const struct instant *in = selected(p);

	if (in)
		app_show_record(p->list.l.v.app, in->section, in->row);
}

/* In: less time around what is selected. Out: more of it. */
static void zoom(struct timeline_pane *p, int delta)
{
	const struct instant *in = selected(p);
	usec first = 0, last = 0, middle = p->zoom ? p->from + (p->to - p->from) / 2 : TIME_NONE;
	int to = p->zoom + delta;

	timeline_span(&p->moments, &first, &last);
	/* Spans that would show all of it are passed over. */
	while (delta > 0 && to < ZOOMS && zooms[to].span > last - first)
		to++;
	while (delta < 0 && to > 0 && zooms[to].span > last - first)
		to--;
	if (in && in->at != TIME_NONE)
		middle = in->at;
	if (to < 0 || to >= ZOOMS || (to && middle == TIME_NONE)) {
		app_say(p->list.l.v.app, delta < 0 ? "this is all of it" : "no closer");
		return;
	}
	p->zoom = to;
	/* Nothing is before the first and after the last. */
	p->from = middle - zooms[to].span / 2;
	if (p->from + zooms[to].span > last)
		p->from = last + 1 - zooms[to].span;
	if (p->from < first)
		p->from = first;
	p->to = p->from + zooms[to].span;
	choose(p);
}

static bool act(struct view *v, enum action a)
{
	struct timeline_pane *p = (struct timeline_pane *)v;

	switch (a) {
	case ACTION_OPEN:     open_selected(p); break;
	case ACTION_TIME_IN:  zoom(p, 1); break;
	case ACTION_TIME_OUT: zoom(p, -1); break;
	default:              return find_list_act(v, a);
	}
	return true;
}

static void copy(const struct view *v, struct copy_what *what)
{
	const struct instant *in = selected((const struct timeline_pane *)v);

	if (in)
		section_pane_copy(v->app->desk->panes[in->section], in->row, what);
}

static void pane_free(struct view *v)
{
	struct timeline_pane *p = (struct timeline_pane *)v;

	timeline_release(&p->moments);
	free(p->shown);
	find_list_free(v);
}

static const struct view_ops ops = {
	.name = "timeline",
	.where = ON_TABLE | ON_SECTION | ON_TIMELINE | ON_RECORDS,
	.update = update,
	.place = place,
	.draw = draw,
	.detail = detail,
	.has_detail = has_detail,
	.act = act,
	.copy = copy,
	.finder = find_list_finder,
	.free = pane_free,
};

static void start(struct timeline_pane *p, struct app *app)
{
	find_list_init(&p->list, &ops, app, &list_ops, p->columns, T_COUNT);
	p->list.follow = p->list.l.table.follow = true;
}

struct view *timeline_new(struct app *app, struct err *e)
{
	struct timeline_pane *p = view_alloc(sizeof *p, e);

	if (!p)
		return NULL;
	memcpy(p->columns, columns, sizeof columns);
	start(p, app);
	return &p->list.l.v;
}

/* ---- for others ---------------------------------------------------------------------------------------- */

const struct timeline *timeline_pane_moments(const struct view *v)
{
	return &((const struct timeline_pane *)v)->moments;
}

bool timeline_pane_span(const struct view *v, usec *from, usec *to)
{
	const struct investigation *inv = v->app->desk->inv;

	if (!timeline_span(timeline_pane_moments(v), from, to))
		return false;
	if (inv && inv->window_known && inv->window.from > *from && inv->window.from < *to)
		*from = inv->window.from;
	return true;
}

bool timeline_pane_lanes(struct view *v, const char *letters)
{
	struct timeline_pane *p = (struct timeline_pane *)v;
	const struct workspace *w = v->app->workspace;
	uint32_t wanted = 0;

	if (!strcmp(letters, "all"))
		letters = "";
	for (const char *at = letters; *at; at++) {
		size_t i = 0;

		if (*at == ',' || *at == ' ')
			continue;
		while (i < w->nsections && w->sections[i]->letter != toupper((unsigned char)*at))
			i++;
		if (i == w->nsections)
			return false;
		wanted |= UINT32_C(1) << i;
	}
	p->hidden = wanted ? ~wanted : 0;
	choose(p);
	return true;
}

void timeline_pane_forget(struct view *v)
{
	struct timeline_pane *p = (struct timeline_pane *)v;

	p->zoom = 0;
	p->nshown = 0;
	timeline_update(&p->moments, NULL);
	find_list_release(&p->list);
	start(p, v->app);
}
