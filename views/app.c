#include "views/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


enum { SCREEN_ROWS = 60 };

/* ---- life ----------------------------------------------------------------------- */

bool app_init(struct app *app, const struct workspace *w, const struct config *config,
              const struct clock *clock, struct err *e)
{
	*app = (struct app){ .workspace = w, .config = config, .clock = clock, .choice = -1 };
	theme_init(&app->theme);
	watch_init(&app->watch);
	runs_init(&app->runs);
	if (w->nsections > APP_PANES)
		return err_set(e, ERR_INTERNAL, 0, "more sections than panes");
	app->npanes = w->nsections;
	while (app->numbered < app->npanes && !w->sections[app->numbered]->on_demand)
		app->numbered++;
	app->desk = app->desks[0] = desk_new(app, e);
	app->ndesks = app->desk != NULL;
	return app->desk != NULL;
}

void app_release(struct app *app)
{
	app_forget_files(app);
	runs_release(&app->runs);
	zones_release(&app->zones);
	while (app->ndesks)
		desk_free(app->desks[--app->ndesks]);
	canvas_release(&app->canvas);
	canvas_release(&app->former);
	buf_release(&app->copied);
	marks_release(&app->marks);
}

bool app_start(struct app *app, struct err *e)
{
	app->engine = engine_new(app->config, app->workspace, app->clock, e);
	if (app->engine)
		app->telemetry = telemetry_attach(app->engine, &app->config->telemetry);
	return app->engine != NULL;
}

/* ---- what is in front --------------------------------------------------------------- */

struct view *app_base_view(const struct app *app)
{
	return desk_base_view(app->desk);
}

struct view *app_view(const struct app *app)
{
	return app->desk->depth ? app->desk->stack[app->desk->depth - 1] : app_base_view(app);
}

const struct section *app_section(const struct app *app, int section)
{
	if (!app->desk->inv || section < 0 || (size_t)section >= app->desk->inv->nsections)
		return NULL;
	return &app->desk->inv->sections[section];
}

int app_focus(const struct app *app)
{
	int section = app_view(app)->section;

	return section == NO_SECTION ? app_base_view(app)->section : section;
}

bool app_running(const struct app *app)
{
	for (size_t i = 0; app->engine && i < engine_sources(app->engine); i++)
		if (engine_source(app->engine, i)->checking)
			return true;
	return runs_running(&app->runs) || (app->desk->inv && !investigation_settled(app->desk->inv));
}

static unsigned mixed(unsigned news, size_t lines, unsigned state)
{
	return (news * 31 + state) * 67 + (unsigned)(lines < SCREEN_ROWS ? lines : SCREEN_ROWS);
}

unsigned app_news(const struct app *app)
{
	unsigned news = 0;

	for (int k = 0; k < app->ndesks; k++) {
		const struct investigation *inv = app->desks[k]->inv;

		for (size_t i = 0; inv && i < inv->nsections; i++)
			news = mixed(news, inv->sections[i].rows.rows, inv->sections[i].state);
	}
	for (size_t i = 0; app->engine && i < engine_sources(app->engine); i++) {
		const struct source_status *st = engine_source(app->engine, i);

		news = mixed(news, st->checking, st->breaker);
	}
	for (size_t i = 0; i < app->runs.n; i++)
		news = mixed(news, app->runs.all[i]->nlines, app->runs.all[i]->task != NULL);
	return news;
}

usec app_mono(const struct app *app)
{
	return clock_mono(app->clock) - clock_wall(app->clock) % USEC_SEC;
}

struct zone app_zone(const struct app *app)
{
	return zones_zone(&app->zones, clock_wall(app->clock));
}

/* ---- going places ------------------------------------------------------------------------ */

void app_pop(struct app *app)
{
	struct desk *d = app->desk;

	if (d->depth)
		view_drop(d->stack[--d->depth]);
}

void app_push(struct app *app, struct view *v, const struct err *e)
{
	struct desk *d = app->desk;

	if (!v) {
		app_complain(app, "%s", e->text);
		return;
	}
	/* The same pane twice, or too many: the top one is replaced. */
	if (d->depth == APP_STACK || (d->depth && app_view(app)->ops == v->ops))
		app_pop(app);
	d->stack[d->depth++] = v;
	if (v->ops->update)
		v->ops->update(v);
}

/* What is on the screen now is looked at; all else keeps what it was. */
static void note_changes(struct app *app)
{
	usec now = clock_wall(app->clock);

	for (int k = 0; k < app->ndesks; k++) {
		struct desk *d = app->desks[k];

		for (size_t i = 0; d->inv && i < app->npanes; i++) {
			if (d == app->desk && app_shows(app, (int)i))
				changes_look(&d->changes, i, &d->inv->sections[i]);
			else
				changes_note(&d->changes, i, &d->inv->sections[i], now);
		}
	}
}

static void ask_opened(struct app *app, int section)
{
	const struct section *s = app_section(app, section);
	struct err e = { 0 };

	if (!s || s->state != SECTION_UNASKED)
		return;
	if (s->def->told)
		app_tell(app, section);
	else if (!engine_ask(app->engine, app->desk->inv, (size_t)section, NULL, &e))
		app_complain(app, "%s", e.text);
}

void app_go(struct app *app, int base)
{
	while (app->desk->depth)
		app_pop(app);
	app->desk->base = base;
	note_changes(app);
	ask_opened(app, app_section_of(app, base));
}

/* ---- messages ------------------------------------------------------------------------------- */

static void message(struct app *app, bool bad, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void message(struct app *app, bool bad, const char *fmt, va_list ap)
{
	vsnprintf(app->message, sizeof app->message, fmt, ap);
	app->message_bad = bad;
}

void app_say(struct app *app, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(app, false, fmt, ap);
	va_end(ap);
}

void app_complain(struct app *app, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(app, true, fmt, ap);
	va_end(ap);
}

/* ---- when something changed ---------------------------------------------------------------------- */

void app_update(struct app *app)
{
	struct desk *d = app->desk;

	for (size_t i = 0; i < app->npanes; i++)
		d->panes[i]->ops->update(d->panes[i]);
	d->timeline->ops->update(d->timeline);
	note_changes(app);
	for (int i = 0; i < d->depth; i++)
		if (d->stack[i]->ops->update)
			d->stack[i]->ops->update(d->stack[i]);
}

bool app_resize(struct app *app, int w, int h, struct err *e)
{
	/* Both or none: what they share is copied. */
	if (!canvas_resize(&app->former, w, h, e) || !canvas_resize(&app->canvas, w, h, e))
		return false;
	app->drawn_view = NULL;
	app->w = app->canvas.w;
	app->h = app->canvas.h;
	return true;
}
