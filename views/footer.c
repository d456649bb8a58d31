/* The lines at the bottom: what matters now, and what can be pressed. */
#include <stdio.h>
#include <string.h>

#include "views/app.h"
#include "views/words.h"

/* ---- what matters now ------------------------------------------------------------------- */

static void say_section(struct sentence *out, const struct app *app, size_t i, const char *text)
{
	const struct section *s = &app->desk->inv->sections[i];
	struct face f = section_face(s, app_mono(app));

	out->glyph = f.glyph;
	out->role = f.role;
	snprintf(out->text, sizeof out->text, "%s: %s", s->def->title, text);
}

/* The first section: without it nothing else means much. */
static bool say_subject(struct sentence *out, const struct app *app)
{
	const struct section *s = &app->desk->inv->sections[0];
	struct sentence say;

	if (!section_state_final(s->state) || s->rows.rows == 1)
		return false;
	if (s->rows.rows > 1) {
		out->glyph = GLYPH_SELECT;
		out->role = ROLE_ATTENTION;
		snprintf(out->text, sizeof out->text, "%zu match what you typed; 1 shows them, Enter opens one",
		         s->rows.rows);
		return true;
	}
	section_sentence(&say, s, app_mono(app), app_zone(app));
	say_section(out, app, 0, say.text + say.head);
	return true;
}

static bool say_failure(struct sentence *out, const struct app *app)
{
	struct sentence say;

	for (size_t i = 0; i < app->desk->inv->nsections; i++) {
		const struct section *s = &app->desk->inv->sections[i];

		if (s->state != SECTION_FAILED)
			continue;
		section_sentence(&say, s, app_mono(app), app_zone(app));
		say_section(out, app, i, say.text + say.head);
		return true;
	}
	return false;
}

/* The section with the most problems, else with the most doubts. */
static bool say_rows(struct sentence *out, const struct app *app, bool doubts)
{
	const struct section *all = app->desk->inv->sections;
	const char *summary;
	char counts[80];
	size_t worst = 0, most = 0;

	for (size_t i = 0; i < app->desk->inv->nsections; i++) {
		size_t n = doubts ? all[i].doubts : all[i].problems;

		if (n > most) {
			worst = i;
			most = n;
		}
	}
	if (!most)
		return false;
	summary = section_pane_summary(app->desk->panes[worst]);
	snprintf(counts, sizeof counts, "%zu of %zu rows %s", most, all[worst].rows.rows,
	         doubts ? "are doubtful" : "have a problem");
	say_section(out, app, worst, summary[0] ? summary : counts);
	out->glyph = GLYPH_SELECT;
	out->role = doubts ? ROLE_ATTENTION : ROLE_BAD;
	return true;
}

static void add_sections(char *out, size_t size, const struct app *app, enum section_state state,
                         const char *what)
{
	bool any = false;

	for (size_t i = 0; i < app->desk->inv->nsections; i++) {
		size_t used = strlen(out);

		if (app->desk->inv->sections[i].state != state)
			continue;
		snprintf(out + used, size - used, "%s%s", any ? ", " : what,
		         app->desk->inv->sections[i].def->title);
		any = true;
	}
}

static void say_progress(struct sentence *out, const struct app *app)
{
	char span[TIME_SPAN_MAX];

	out->role = ROLE_DIM;
	if (!app->desk->inv->settled_mono) {
		out->glyph = GLYPH_RUN;
		snprintf(out->text, sizeof out->text, "asking; sections fill as answers arrive");
		return;
	}
	out->glyph = GLYPH_OK;
	snprintf(out->text, sizeof out->text, "settled after %s; no row with a problem",
	         time_span(span, app->desk->inv->settled_mono - app->desk->inv->opened_mono));
	add_sections(out->text, sizeof out->text, app, SECTION_EMPTY, "; nothing in ");
	add_sections(out->text, sizeof out->text, app, SECTION_SKIPPED, "; not asked: ");
}

/* A first start without a configuration. */
static bool none_configured(const struct app *app)
{
	for (size_t i = 0; i < app->config->nsources; i++)
		if (app->config->sources[i].configured)
			return false;
	return true;
}

/* The sentence that matters now. */
static void headline(const struct app *app, struct sentence *out)
{
	*out = (struct sentence){ .glyph = GLYPH_DOT, .role = ROLE_DIM };
	if (!app->desk->inv) {
		snprintf(out->text, sizeof out->text, "%s", app->engine ? "nothing is open; : open LOAD" : "");
		return;
	}
	if (none_configured(app)) {
		out->role = ROLE_ATTENTION;
		snprintf(out->text, sizeof out->text, "no source is configured (sextant config check); "
		         "sextant demo needs none");
		return;
	}
	if (say_subject(out, app) || say_rows(out, app, false) || say_failure(out, app) ||
	    (app->desk->inv->settled_mono && say_rows(out, app, true)))
		return;
	say_progress(out, app);
}

/* ---- the lines -------------------------------------------------------------------------------- */

static void draw_headline(const struct app *app, struct canvas *c, int x, int y, int w)
{
	struct sentence say;
	bool rows;

	if (app->message[0]) {
		canvas_puts(c, x, y, w, app->message_bad ? ROLE_BAD : ROLE_ATTENTION, app->message);
		return;
	}
	headline(app, &say);
	rows = say.glyph == GLYPH_SELECT;
	if (!say.text[0])
		return;
	if (rows)
		canvas_puts(c, x, y, 1, say.role, say.role == ROLE_BAD ? "!" : "?");
	else
		canvas_glyph(c, x, y, say.role, say.glyph);
	canvas_puts(c, x + 2, y, w - 2, rows ? ROLE_TEXT : say.role, say.text);
}

/* "r refetch  "; returns the cells. */
static int draw_key(struct canvas *c, int x, int y, int room, enum action a)
{
	char key[KEY_NAME_MAX];
	int used, need;

	action_key(key, a);
	need = (int)(strlen(key) + strlen(action_info(a)->brief)) + 1;
	if (need > room)
		return 0;
	used = canvas_puts(c, x, y, room, ROLE_ACCENT, key) + 1;
	return used + canvas_puts(c, x + used, y, room - used, ROLE_DIM, action_info(a)->brief) + 2;
}

/* The section in focus has rows, and some column of them holds payloads. */
static bool has_raw(const struct app *app)
{
	const struct section *s = app_section(app, app_focus(app));

	for (size_t c = 0; s && s->rows.rows && c < s->def->ncolumns; c++)
		if (s->def->columns[c].type == COLUMN_BODY)
			return true;
	return false;
}

/* Whether the action has a hint, and its key means it here. */
static bool hinted(const struct app *app, enum action a, unsigned where)
{
	const struct action_info *info = action_info(a);
	char name[KEY_NAME_MAX];
	struct key key;

	action_key(name, a);
	if (a == ACTION_RAW && !has_raw(app))
		return false;
	return info->brief[0] && info->where & (where | ON_ANY) && a != ACTION_PALETTE &&
	       a != ACTION_HELP && key_parse(name, strlen(name), &key) && action_of(key, where) == a;
}

/* The keys of the view in front that have a short name, as many as fit; commands and
 * help always do. */
static void draw_keys(const struct app *app, struct canvas *c, int x, int y, int w)
{
	enum { ALWAYS = 20 };
	unsigned where = app_view(app)->ops->where;
	int end = x + w;

	for (unsigned a = 1; a < ACTION_COUNT; a++)
		if (hinted(app, (enum action)a, where))
			x += draw_key(c, x, y, end - ALWAYS - x, (enum action)a);
	x += draw_key(c, x, y, end - x, ACTION_PALETTE);
	draw_key(c, x, y, end - x, ACTION_HELP);
}

static const char *prompt_hint(enum app_prompt kind)
{
	switch (kind) {
	case PROMPT_COMMAND: return "Enter runs it  Tab completes  Esc leaves";
	case PROMPT_LOAD:    return "Enter opens it  Esc leaves";
	case PROMPT_FILTER:  return "code>=400  ev:VA  @07:00..10:00  !word  /pattern/   Enter keeps it  Esc leaves";
	default:             return "a text, or / and a pattern   Enter keeps it, then n N   Esc leaves";
	}
}

void footer_draw(const struct app *app, struct canvas *c, struct rect r)
{
	struct rect last = { r.x + 1, r.y + r.h - 1, r.w - 2, 1 };

	if (app->prompting != PROMPT_NONE) {
		prompt_draw(&app->prompt, c, (struct rect){ r.x + 1, r.y, r.w - 2, 1 });
		if (r.h > 1 && app->message[0])
			canvas_puts(c, r.x + 1, r.y + 1, r.w - 2, ROLE_ATTENTION, app->message);
		else if (r.h > 1)
			canvas_puts(c, r.x + 1, r.y + 1, r.w - 2, ROLE_DIM, prompt_hint(app->prompting));
		return;
	}
	if (app->awaiting == AWAIT_NOTHING || r.h > 1)
		draw_headline(app, c, r.x + 1, r.y, r.w - 2);
	if (app->awaiting == AWAIT_COPY)
		copy_hint_draw(c, last);
	else if (app->awaiting != AWAIT_NOTHING)
		mark_hint_draw(app, c, last);
	else if (r.h > 1)
		draw_keys(app, c, last.x, last.y, last.w);
}

void tiny_draw(const struct app *app, struct canvas *c, struct rect r)
{
	char clock[FORMAT_MAX], zone[FORMAT_MAX];
	struct zone z = app_zone(app);

	if (app->prompting != PROMPT_NONE) {
		prompt_draw(&app->prompt, c, (struct rect){ r.x, r.y, r.w, 1 });
		return;
	}
	draw_headline(app, c, r.x, r.y, r.w);
	if (r.h > 1)
		canvas_printf(c, r.x, r.y + 1, r.w, zone_is_utc(z) ? ROLE_DIM : ROLE_ATTENTION, "%s %s",
		              format_clock(clock, z.now, z, app_running(app)), format_zone(zone, z));
}
