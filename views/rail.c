/* The rail: every section with its two marks, always in the same place; below it,
 * where what is in front comes from. */
#include <stdio.h>
#include <string.h>

#include "views/app.h"
#include "views/following.h"
#include "views/timeline.h"

enum { NUMBER_X = 1, TITLE_X = 3, STATE_CELLS = 10, FROM_LINES = 7 };

/* ---- one section ---------------------------------------------------------------------- */

static void mark_text(const struct section *s, char out[static 12], enum role *role)
{
	out[0] = '\0';
	*role = ROLE_BAD;
	if (s->problems) {
		snprintf(out, 12, "!%zu", s->problems > 999 ? 999 : s->problems);
	} else if (s->doubts) {
		snprintf(out, 12, "?%zu", s->doubts > 999 ? 999 : s->doubts);
		*role = ROLE_ATTENTION;
	} else if (s->state == SECTION_RUNNING && s->rows.rows && !s->previous) {
		snprintf(out, 12, "⋯");
		*role = ROLE_ACCENT;
	}
}

static void draw_state(const struct app *app, struct canvas *c, struct rect r, int y,
                       const struct section *s)
{
	struct face f = section_face(s, app_mono(app));
	char mark[12];
	enum role role;
	int cells, word = (int)strlen(f.word), x = r.x + r.w - STATE_CELLS;

	mark_text(s, mark, &role);
	cells = canvas_cells(c, mark, strlen(mark));
	canvas_glyph(c, x, y, f.role, f.glyph);
	/* A long word and a long mark share the room of the blank between. */
	x += x + 2 + word + cells > r.x + r.w ? 1 : 2;
	canvas_puts(c, x, y, 6, f.role, f.word);
	canvas_puts(c, r.x + r.w - cells, y, cells, role, mark);
}

static const char *title_of(const struct app *app, int base)
{
	int section = app_section_of(app, base);

	if (!base)
		return "Overview";
	return section == NO_SECTION ? "Timeline" : app->workspace->sections[section]->title;
}

/* How many sections it has heard of, then how much happened. */
static void draw_timeline_state(const struct app *app, struct canvas *c, struct rect r, int y)
{
	int x = r.x + r.w - STATE_CELLS;
	char text[FORMAT_MAX];
	size_t final, asked = investigation_asked(app->desk->inv, &final);

	/* Before the first of them there is nothing to say. */
	if (!final)
		return;
	if (final < asked) {
		canvas_glyph(c, x, y, ROLE_ACCENT, GLYPH_PART);
		canvas_printf(c, x + 2, y, STATE_CELLS - 2, ROLE_ACCENT, "%zu/%zu", final, asked);
		return;
	}
	format_count(text, timeline_pane_moments(app->desk->timeline)->n);
	canvas_puts(c, r.x + r.w - (int)strlen(text), y, STATE_CELLS, ROLE_DIM, text);
}

static void draw_line(const struct app *app, struct canvas *c, struct rect r, int y, int base)
{
	bool open = app->desk->base == base;
	const struct section *s = app_section(app, app_section_of(app, base));
	const char *title = title_of(app, base);
	struct face waiting = { GLYPH_WAIT, "wait", ROLE_DIM };
	int room = r.w - STATE_CELLS - TITLE_X - 1;

	if (base <= app_timeline_base(app))
		canvas_printf(c, r.x + NUMBER_X, y, 1, ROLE_ACCENT, "%d", base);
	/* Where there is no room the first word stands for the title. */
	canvas_text(c, r.x + TITLE_X, y, room, ROLE_TEXT, title,
	            (int)strlen(title) > room ? strcspn(title, " ") : strlen(title));
	if (s)
		draw_state(app, c, r, y, s);
	else if (base == app_timeline_base(app) && app->desk->inv)
		draw_timeline_state(app, c, r, y);
	else if (base && app->opening)
		face_draw(c, r.x + r.w - STATE_CELLS, y, &waiting);
	if (s && follow_face(&s->follow, &waiting))
		canvas_glyph(c, r.x + TITLE_X - 1, y, waiting.role, waiting.glyph);
	if (!open)
		return;
	canvas_restyle(c, (struct rect){ r.x, y, r.w, 1 }, ROLE_FOCUS);
	canvas_glyph(c, r.x, y, ROLE_FOCUS, GLYPH_SELECT);
}

/* ---- where it is from ----------------------------------------------------------------------- */

/* Another attempt at the source follows. */
static bool tried_again(const struct section *s, size_t at)
{
	for (size_t k = at + 1; k < s->ntrail; k++)
		if (!strcmp(s->trail[k]->source, s->trail[at]->source))
			return true;
	return false;
}

/* The last attempt of every source of the trail, a line each; for want of room those go
 * first that were not asked. */
static int draw_sources(const struct app *app, struct canvas *c, struct rect r, int y,
                        const struct section *s)
{
	int end = r.y + r.h - 3, over = y - end;

	for (size_t i = 0; i < s->ntrail; i++)
		over += !tried_again(s, i);
	for (size_t i = 0; i < s->ntrail && y < end; i++) {
		const struct attempt *a = s->trail[i];
		struct face f = attempt_face(a, app_mono(app));
		char span[TIME_SPAN_MAX];

		if (tried_again(s, i) || (!a->started && over-- > 0))
			continue;
		canvas_puts(c, r.x + 2, y, 9, ROLE_TEXT, a->source);
		face_draw(c, r.x + 12, y, &f);
		if (a->started && a->ended)
			canvas_printf(c, r.x + 18, y, 6, ROLE_DIM, "%6s",
			              time_span(span, attempt_time(a, app_mono(app))));
		y++;
	}
	return y;
}

static void draw_from(const struct app *app, struct canvas *c, struct rect r)
{
	const struct section *s = app_section(app, app_focus(app));
	const struct attempt *by;
	char text[PHRASE_MAX], age[FORMAT_MAX], minute[FORMAT_MAX];
	char details[KEY_NAME_MAX], again[KEY_NAME_MAX];
	int y = r.y;

	if (!s || r.h < 4)
		return;
	by = answering_attempt(s);
	canvas_puts(c, r.x + 1, y, r.w - 1, ROLE_STRONG, "FROM");
	if (app_focus(app) != app_section_of(app, app->desk->base))
		canvas_puts(c, r.x + 6, y, r.w - 6, ROLE_DIM, s->def->title);
	y++;
	canvas_puts(c, r.x + 1, y++, r.w - 1, s->fallback ? ROLE_FALLBACK : ROLE_TEXT,
	            answer_rank(text, s));
	y = draw_sources(app, c, r, y, s);
	if (s->answered_by && s->as_of != TIME_NONE) {
		format_age(age, s->as_of, app_zone(app));
		canvas_printf(c, r.x + 1, y++, r.w - 1, ROLE_DIM, "as of %s%s%s%s",
		              format_minute(minute, s->as_of, app_zone(app)), age[0] ? "  (" : "", age,
		              age[0] ? ")" : "");
	}
	if (by)
		canvas_printf(c, r.x + 1, y++, r.w - 1, ROLE_DIM, "%s · q%u", rows_text(text, s->rows.rows),
		              by->number);
	if (s->follow.state != FOLLOW_OFF && y < r.y + r.h)
		canvas_puts(c, r.x + 1, y++, r.w - 1,
		            s->follow.state == FOLLOW_ON ? ROLE_ACCENT : ROLE_ATTENTION,
		            follow_phrase(text, &s->follow, app->still ? TIME_NONE : app_mono(app)));
	if (y < r.y + r.h)
		canvas_printf(c, r.x + 1, y, r.w - 1, ROLE_DIM, "%s details  %s refetch",
		              action_key(details, ACTION_FROM), action_key(again, ACTION_REFETCH));
}

/* ---- all of them --------------------------------------------------------------------------- */

/* A section on demand stands there once it was asked, or while it is in front. */
static bool has_line(const struct app *app, int base)
{
	const struct section *s = app_section(app, app_section_of(app, base));

	return base <= app_timeline_base(app) || base == app->desk->base ||
	       (s && s->state != SECTION_UNASKED);
}

/* Bases from top to bottom, as many as have a line; the one in front is never left out for
 * want of room. */
static int bases_shown(const struct app *app, int h, int out[static SECTIONS_MAX + 2])
{
	int most = h - FROM_LINES > app_timeline_base(app) + 2 ? h - FROM_LINES : app_timeline_base(app) + 2;
	int n = 0;

	for (int base = 0; base < app_bases(app); base++) {
		if (!has_line(app, base))
			continue;
		if (n < most)
			out[n++] = base;
		else if (base == app->desk->base)
			out[n - 1] = base;
	}
	return n;
}

void rail_draw(const struct app *app, struct canvas *c, struct rect r)
{
	int shown[SECTIONS_MAX + 2], n = bases_shown(app, r.h, shown);
	struct rect former = canvas_clip(c, r);

	for (int i = 0; i < n; i++)
		draw_line(app, c, r, r.y + i, shown[i]);
	draw_from(app, c, (struct rect){ r.x, r.y + n + 1, r.w, r.h - n - 1 });
	canvas_unclip(c, former);
}

int rail_at(const struct app *app, int x, int y)
{
	struct rect r = app->layout.rail;
	bool there = app->layout.form >= LAYOUT_NORMAL && x >= r.x && x < r.x + r.w && y < r.y + r.h;
	int shown[SECTIONS_MAX + 2], n = bases_shown(app, r.h, shown);

	return there && y >= r.y && y - r.y < n ? shown[y - r.y] : -1;
}

/* What stands for a base where there is room for one character: sections on demand have the
 * letter of their records. */
static int put_name(const struct app *app, struct canvas *c, int x, int y, int base)
{
	int section = app_section_of(app, base);

	if (base <= app_timeline_base(app))
		return canvas_printf(c, x, y, 2, ROLE_ACCENT, "%d", base);
	return canvas_printf(c, x, y, 1, ROLE_ACCENT, "%c", app->workspace->sections[section]->letter);
}

/* "0 1✓ 2!5 3↳ 4↻ 8 T✓". */
void rail_draw_line(const struct app *app, struct canvas *c, struct rect r)
{
	int x = r.x + 1;

	for (int i = 0; i < app_bases(app) && x < r.x + r.w - 2; i++) {
		int section = app_section_of(app, i), from = x;
		const struct section *s = app_section(app, section);
		struct face f = { GLYPH_WAIT, "", ROLE_DIM };

		if (!has_line(app, i))
			continue;
		x += put_name(app, c, x, r.y, i);
		if (s)
			f = section_face(s, app_mono(app));
		if (s && s->problems)
			x += canvas_printf(c, x, r.y, 5, ROLE_BAD, "!%zu", s->problems);
		else if (section != NO_SECTION)
			x += canvas_glyph(c, x, r.y, f.role, f.glyph);
		if (i == app->desk->base)
			canvas_restyle(c, (struct rect){ from, r.y, x - from, 1 }, ROLE_FOCUS);
		x += 1;
	}
}
