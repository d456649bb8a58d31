/* The two lines at the top: what is investigated, and how its sources do. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "views/app.h"
#include "views/following.h"

enum { LEFT_MAX = SUBJECT_MAX + 100, SOURCES_MAX = 16, ITEM_MAX = 48, WINDOW_FROM = 60 };

/* ---- first line ----------------------------------------------------------------------- */

static const char *fact(const struct desk *d, const char *name)
{
	const char *value = d->inv ? facts_get(&d->inv->facts, name) : NULL;

	return value ? value : "";
}

static void put(char *out, const char *before, const char *text)
{
	size_t used = strlen(out);

	if (text[0])
		snprintf(out + used, SUBJECT_MAX - used, "%s%s", used ? before : "", text);
}

void desk_subject(const struct desk *d, char out[static SUBJECT_MAX], bool wide)
{
	const char *number = fact(d, "load_number"), *shipper = fact(d, "shipper_name");

	out[0] = '\0';
	if (wide && strcmp(number, desk_name(d)) != 0)
		put(out, "", number);
	if (!wide) {
		put(out, "  ", fact(d, "mode"));
		put(out, "  ", fact(d, "container_number"));
	}
	put(out, "  ", shipper);
	put(out, shipper[0] ? " › " : "  ", fact(d, "carrier_name"));
	if (wide) {
		put(out, "  ", fact(d, "mode"));
		put(out, "  ", fact(d, "container_number"));
	}
}

/* "726100801  NB-2026-004417  Acme › QRST  OCEAN  HLXU8120447", with its place among the
 * open ones when it is not alone. */
static void subject(const struct app *app, char out[static LEFT_MAX], bool wide)
{
	char rest[SUBJECT_MAX];
	int used = 0;

	if (!app->desk->inv) {
		snprintf(out, LEFT_MAX, "%s", app->opening ? app->opening : "sextant");
		return;
	}
	if (app->ndesks > 1)
		used = snprintf(out, LEFT_MAX, "%d/%d  ", app_at_desk(app) + 1, app->ndesks);
	desk_subject(app->desk, rest, wide);
	snprintf(out + used, LEFT_MAX - (size_t)used, "%s%s%s", desk_name(app->desk), rest[0] ? "  " : "",
	         rest);
}

static void window_text(const struct app *app, char out[static 3 * FORMAT_MAX], bool wide)
{
	const struct window *w = &app->desk->inv->window;
	char from[FORMAT_MAX], to[FORMAT_MAX], span[TIME_SPAN_MAX];
	usec end = w->to == TIME_NONE ? app_zone(app).now : w->to;

	out[0] = '\0';
	if (!app->desk->inv->window_known || w->from == TIME_NONE)
		return;
	if (wide)
		snprintf(out, 3 * FORMAT_MAX, "window %s to %s", format_minute(from, w->from, app_zone(app)),
		         w->to == TIME_NONE ? "now" : format_minute(to, w->to, app_zone(app)));
	else
		snprintf(out, 3 * FORMAT_MAX, "%s", time_span(span, end - w->from));
}

static void clock_text(const struct app *app, char out[static 3 * FORMAT_MAX])
{
	char clock[FORMAT_MAX], zone[FORMAT_MAX];
	struct zone z = app_zone(app);

	snprintf(out, 3 * FORMAT_MAX, "%s %s", format_clock(clock, z.now, z, app_running(app)),
	         format_zone(zone, z));
}

/* What goes on behind the load in front: "1 of 2 others changed". */
static void others_text(const struct app *app, char out[static 3 * FORMAT_MAX])
{
	int changed = 0;

	for (int i = 0; i < app->ndesks; i++)
		changed += app->desks[i] != app->desk && desk_changed(app->desks[i]);
	out[0] = '\0';
	if (changed)
		snprintf(out, 3 * FORMAT_MAX, "%d of %d others changed", changed, app->ndesks - 1);
}

/* From the right: clock, window, badge. Returns where they begin. */
static int draw_right(const struct app *app, struct canvas *c, struct rect r)
{
	char text[3 * FORMAT_MAX];
	int end = r.x + r.w - 1;

	clock_text(app, text);
	end -= (int)strlen(text);
	/* Another zone than that of copies and colleagues is not to be overlooked. */
	canvas_puts(c, end, r.y, r.w, zone_is_utc(app_zone(app)) ? ROLE_DIM : ROLE_ATTENTION, text);
	if (app->desk->inv && app->desk->inv->window_known && r.w >= WINDOW_FROM) {
		window_text(app, text, r.w >= 120);
		end -= (int)strlen(text) + 2;
		canvas_puts(c, end, r.y, r.w, ROLE_DIM, text);
	}
	others_text(app, text);
	if (text[0] && r.w >= 120) {
		end -= (int)strlen(text) + 2;
		canvas_puts(c, end, r.y, r.w, ROLE_ATTENTION, text);
	}
	if (app->demo) {
		end -= 8;
		canvas_puts(c, end, r.y, 6, ROLE_BADGE, " DEMO ");
	}
	return end;
}

/* ---- second line: sources -------------------------------------------------------------------- */

struct item {
	char text[ITEM_MAX];
	struct face face;
	int cells;
	bool fine;
};

static const struct attempt *last_attempt(const struct app *app, const char *source)
{
	for (size_t i = app->desk->inv->nlog; i-- > 0;) {
		const struct attempt *a = app->desk->inv->log[i];

		if (!strcmp(a->source, source) && (a->started || a->outcome == ATTEMPT_PAUSED))
			return a;
	}
	return NULL;
}

/* The same question was put to the same source again, later. */
static bool asked_again(const struct app *app, size_t at)
{
	const struct attempt *a = app->desk->inv->log[at];

	for (size_t i = at + 1; i < app->desk->inv->nlog; i++) {
		const struct attempt *b = app->desk->inv->log[i];

		if (!strcmp(a->source, b->source) && !strcmp(a->query, b->query) && b->started &&
		    !strcmp(a->section, b->section))
			return true;
	}
	return false;
}

/* The attempt that matters: the running one, else a failure that stands, else the last. */
static const struct attempt *telling_attempt(const struct app *app, const char *source)
{
	const struct attempt *best = last_attempt(app, source);

	for (size_t i = 0; best && i < app->desk->inv->nlog; i++) {
		const struct attempt *a = app->desk->inv->log[i];

		if (strcmp(a->source, source) != 0)
			continue;
		if (a->outcome == ATTEMPT_RUNNING)
			return a;
		if (a->outcome == ATTEMPT_FAILED && best->outcome != ATTEMPT_FAILED && !asked_again(app, i))
			best = a;
	}
	return best;
}

static size_t make_items(const struct app *app, struct item *items)
{
	usec now = app_mono(app);
	size_t n = 0;

	for (size_t i = 0; app->desk->inv && i < app->workspace->nsources && n < SOURCES_MAX; i++) {
		const char *name = app->workspace->sources[i].name;
		const struct attempt *a = telling_attempt(app, name);
		struct item *it = &items[n];
		char span[TIME_SPAN_MAX] = "";

		if (!a)
			continue;
		it->face = attempt_face(a, now);
		it->fine = it->face.role == ROLE_DIM;
		if (a->outcome == ATTEMPT_RUNNING)
			snprintf(it->text, ITEM_MAX, "%s", it->face.word);
		else
			snprintf(it->text, ITEM_MAX, "%s", time_span(span, attempt_time(a, now)));
		it->cells = (int)(strlen(name) + 3 + strlen(it->text));
		n++;
	}
	return n;
}

static const char *item_name(const struct app *app, size_t index)
{
	for (size_t i = 0, n = 0; i < app->workspace->nsources; i++)
		if (telling_attempt(app, app->workspace->sources[i].name) && n++ == index)
			return app->workspace->sources[i].name;
	return "";
}

/* Fine ones give way, from the right; how many is said. */
static int hide_fine(const struct item *items, size_t n, int room, bool *hidden)
{
	int total = 0, gone = 0;

	for (size_t i = 0; i < n; i++)
		total += items[i].cells + 2;
	for (size_t i = n; i-- > 0 && total > room;) {
		if (!items[i].fine)
			continue;
		hidden[i] = true;
		total -= items[i].cells + 2;
		if (!gone++)
			total += 5;
	}
	return gone;
}

static void draw_sources(const struct app *app, struct canvas *c, struct rect r)
{
	struct item items[SOURCES_MAX];
	bool hidden[SOURCES_MAX] = { false };
	size_t n = make_items(app, items);
	int x = r.x + 1, end = r.x + r.w, gone = hide_fine(items, n, r.w - 1, hidden);

	for (size_t i = 0; i < n && x < end; i++) {
		if (hidden[i])
			continue;
		if (x + items[i].cells > end) {
			x += canvas_glyph(c, x, r.y, ROLE_DIM, GLYPH_ELLIPSIS) + 1;
			break;
		}
		x += canvas_puts(c, x, r.y, end - x, ROLE_TEXT, item_name(app, i)) + 1;
		x += canvas_glyph(c, x, r.y, items[i].face.role, items[i].face.glyph) + 1;
		x += canvas_puts(c, x, r.y, end - x, ROLE_DIM, items[i].text) + 2;
	}
	if (gone && x + 6 <= end)
		canvas_printf(c, x, r.y, end - x, ROLE_DIM, "+%d ok", gone);
}

/* "5/7 sections  2 fallbacks  1 failed". */
static void counts(const struct app *app, char out[static LEFT_MAX], bool wide)
{
	size_t asked = app->numbered, final = 0, fallbacks = 0, failed = 0;
	size_t used;

	for (size_t i = 0; app->desk->inv && i < app->desk->inv->nsections; i++) {
		const struct section *s = &app->desk->inv->sections[i];

		fallbacks += section_state_final(s->state) && s->fallback && s->rows.rows > 0;
		failed += s->state == SECTION_FAILED;
	}
	if (app->desk->inv)
		asked = investigation_asked(app->desk->inv, &final);
	used = (size_t)snprintf(out, LEFT_MAX, "%zu/%zu sections", final, asked);
	if (fallbacks)
		used += (size_t)snprintf(out + used, LEFT_MAX - used, "  %zu fall%s", fallbacks,
		                         !wide ? "" : fallbacks == 1 ? "back" : "backs");
	if (failed)
		snprintf(out + used, LEFT_MAX - used, "  %zu fail%s", failed, wide ? "ed" : "");
}

void header_draw(const struct app *app, struct canvas *c, struct rect r)
{
	char left[LEFT_MAX], following[PHRASE_MAX];
	enum role role;
	int end = draw_right(app, c, r);

	subject(app, left, r.w >= 140);
	canvas_puts(c, r.x + 1, r.y, end - r.x - 3, ROLE_STRONG, left);
	if (r.h < 2)
		return;
	counts(app, left, r.w >= 100);
	end = r.x + r.w - 1 - (int)strlen(left);
	canvas_puts(c, end, r.y + 1, r.w, ROLE_DIM, left);
	desk_following(following, app->desk, app->still ? TIME_NONE : app_mono(app), r.w >= 100, &role);
	if (following[0]) {
		end -= (int)strlen(following) + 2;
		canvas_puts(c, end, r.y + 1, r.w, role, following);
	}
	draw_sources(app, c, (struct rect){ r.x, r.y + 1, end - r.x - 2, 1 });
}
