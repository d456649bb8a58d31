#include "views/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "views/timeline.h"
#include "views/words.h"

/* ---- life ----------------------------------------------------------------------- */

bool app_init(struct app *app, const struct workspace *w, const struct config *config,
              const struct clock *clock, struct err *e)
{
	*app = (struct app){ .workspace = w, .config = config, .clock = clock, .choice = -1 };
	theme_init(&app->theme);
	watch_init(&app->watch);
	if (w->nsections > APP_PANES)
		return err_set(e, ERR_INTERNAL, 0, "more sections than panes");
	for (size_t i = 0; i < w->nsections; i++) {
		app->panes[i] = section_pane_new(app, (int)i, e);
		if (!app->panes[i])
			return false;
		app->npanes++;
	}
	changes_forget(&app->changes);
	app->overview = overview_new(app, e);
	app->timeline = timeline_new(app, e);
	return app->overview && app->timeline;
}

static void view_free(struct view *v)
{
	if (v)
		v->ops->free(v);
}

void app_release(struct app *app)
{
	app_forget_files(app);
	while (app->depth)
		view_free(app->stack[--app->depth]);
	for (size_t i = 0; i < app->npanes; i++)
		view_free(app->panes[i]);
	view_free(app->overview);
	view_free(app->timeline);
	canvas_release(&app->canvas);
	buf_release(&app->copied);
}

bool app_start(struct app *app, struct err *e)
{
	app->engine = engine_new(app->config, app->workspace, app->clock, e);
	return app->engine != NULL;
}

void app_open(struct app *app, const char *typed)
{
	struct err e = { 0 };
	struct investigation *inv = app->engine ? engine_open(app->engine, typed, &e) : NULL;

	app->opening = NULL;
	if (!inv) {
		app_complain(app, "%s", e.text);
		return;
	}
	if (app->inv)
		engine_close(app->engine, app->inv);
	app->inv = inv;
	for (size_t i = 0; i < app->npanes; i++)
		section_pane_forget(app->panes[i]);
	timeline_pane_forget(app->timeline);
	changes_forget(&app->changes);
	app->nhistory = app->at = 0;
	app_go(app, 0);
	app_update(app);
}

/* ---- what is in front --------------------------------------------------------------- */

struct view *app_base_view(const struct app *app)
{
	if (app_at_timeline(app))
		return app->timeline;
	return app->base ? app->panes[app->base - 1] : app->overview;
}

struct view *app_view(const struct app *app)
{
	return app->depth ? app->stack[app->depth - 1] : app_base_view(app);
}

const struct section *app_section(const struct app *app, int section)
{
	if (!app->inv || section < 0 || (size_t)section >= app->inv->nsections)
		return NULL;
	return &app->inv->sections[section];
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
	return app->inv && !investigation_settled(app->inv);
}

usec app_mono(const struct app *app)
{
	return clock_mono(app->clock) - clock_wall(app->clock) % USEC_SEC;
}

struct zone app_zone(const struct app *app)
{
	return (struct zone){ app->local, clock_wall(app->clock) };
}

/* ---- going places ------------------------------------------------------------------------ */

void app_pop(struct app *app)
{
	if (app->depth)
		view_free(app->stack[--app->depth]);
}

void app_push(struct app *app, struct view *v, const struct err *e)
{
	if (!v) {
		app_complain(app, "%s", e->text);
		return;
	}
	/* The same pane twice, or too many: the top one is replaced. */
	if (app->depth == APP_STACK || (app->depth && app_view(app)->ops == v->ops))
		app_pop(app);
	app->stack[app->depth++] = v;
	if (v->ops->update)
		v->ops->update(v);
}

static void remember(struct app *app, int base)
{
	if (app->nhistory && app->history[app->at] == base)
		return;
	if (app->nhistory)
		app->at++;
	if (app->at == APP_HISTORY) {
		memmove(app->history, app->history + 1, sizeof app->history - sizeof app->history[0]);
		app->at--;
	}
	app->history[app->at] = base;
	app->nhistory = app->at + 1;
}

/* What is on the screen now is looked at; the others keep what they were. */
static void note_changes(struct app *app)
{
	for (int i = 0; app->inv && i < (int)app->npanes; i++) {
		if (app_shows(app, i))
			changes_look(&app->changes, (size_t)i, app_section(app, i));
		else
			changes_note(&app->changes, (size_t)i, app_section(app, i), clock_wall(app->clock));
	}
}

void app_go(struct app *app, int base)
{
	while (app->depth)
		app_pop(app);
	app->base = base;
	remember(app, base);
	note_changes(app);
}

void app_travel(struct app *app, int delta)
{
	int to = app->at + delta;

	if (to < 0 || to >= app->nhistory) {
		app_say(app, delta < 0 ? "nowhere to go back to" : "nowhere to go forward to");
		return;
	}
	while (app->depth)
		app_pop(app);
	app->at = to;
	app->base = app->history[to];
	note_changes(app);
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
	for (size_t i = 0; i < app->npanes; i++)
		app->panes[i]->ops->update(app->panes[i]);
	app->timeline->ops->update(app->timeline);
	note_changes(app);
	for (int i = 0; i < app->depth; i++)
		if (app->stack[i]->ops->update)
			app->stack[i]->ops->update(app->stack[i]);
}

bool app_resize(struct app *app, int w, int h, struct err *e)
{
	if (!canvas_resize(&app->canvas, w, h, e))
		return false;
	app->w = app->canvas.w;
	app->h = app->canvas.h;
	return true;
}
