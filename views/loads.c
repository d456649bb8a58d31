/* The loads that are open: how far each is, what is wrong with it, what changed. */
#include <stdio.h>
#include <stdlib.h>

#include "views/app.h"
#include "views/following.h"
#include "views/list_view.h"

enum { L_ID, L_STATE, L_PROBLEMS, L_CHANGED, L_FOLLOW, L_WHO, L_COUNT };

static const struct table_column columns[L_COUNT] = {
	[L_ID]       = { "load", 14, 0, true, false, TABLE_LEFT },
	[L_STATE]    = { "state", 12, 0, false, false, TABLE_LEFT },
	[L_PROBLEMS] = { "problems", 8, 0, false, false, TABLE_LEFT },
	[L_CHANGED]  = { "changed", 7, 1, false, false, TABLE_LEFT },
	[L_FOLLOW]   = { "followed", 10, 1, false, false, TABLE_LEFT },
	[L_WHO]      = { "who", 16, 2, false, true, TABLE_LEFT },
};

static const struct desk *desk_at(const void *ctx, size_t row)
{
	return ((const struct view *)ctx)->app->desks[row];
}

static size_t model_rows(const void *ctx)
{
	const struct app *app = ((const struct view *)ctx)->app;

	return app->desk->inv ? (size_t)app->ndesks : 0;
}

static uint64_t model_key(const void *ctx, size_t row)
{
	return (uint64_t)(uintptr_t)desk_at(ctx, row);
}

/* ---- cells ---------------------------------------------------------------------------- */

static struct table_text id_text(const struct app *app, size_t row, char *scratch)
{
	const struct desk *d = app->desks[row];

	snprintf(scratch, TABLE_SCRATCH, "%zu %s", row + 1, desk_name(d));
	return list_text(scratch, d == app->desk ? ROLE_STRONG : ROLE_TEXT);
}

static struct table_text state_text(const struct investigation *inv, char *scratch)
{
	const struct section *first = &inv->sections[0];
	size_t failed = 0, final, asked = investigation_asked(inv, &final);

	for (size_t i = 0; i < inv->nsections; i++)
		failed += inv->sections[i].state == SECTION_FAILED;
	if (final < asked) {
		snprintf(scratch, TABLE_SCRATCH, "asking, %zu/%zu", final, asked);
		return list_text(scratch, ROLE_ACCENT);
	}
	if (first->state == SECTION_EMPTY)
		return list_text("not found", ROLE_ATTENTION);
	if (first->rows.rows > 1) {
		snprintf(scratch, TABLE_SCRATCH, "%zu match", first->rows.rows);
		return list_text(scratch, ROLE_ATTENTION);
	}
	if (failed) {
		snprintf(scratch, TABLE_SCRATCH, "%zu failed", failed);
		return list_text(scratch, ROLE_BAD);
	}
	return list_text("settled", ROLE_DIM);
}

static struct table_text problems_text(const struct investigation *inv, char *scratch)
{
	size_t problems = 0, doubts = 0;
	int used = 0;

	for (size_t i = 0; i < inv->nsections; i++) {
		problems += inv->sections[i].problems;
		doubts += inv->sections[i].doubts;
	}
	scratch[0] = '\0';
	if (problems)
		used = snprintf(scratch, TABLE_SCRATCH, "!%zu ", problems);
	if (doubts)
		snprintf(scratch + used, TABLE_SCRATCH - (size_t)used, "?%zu", doubts);
	return list_text(scratch, problems ? ROLE_BAD : ROLE_ATTENTION);
}

static struct table_text changed_text(const struct desk *d, char *scratch)
{
	int n = desk_changed(d);

	scratch[0] = '\0';
	if (n)
		snprintf(scratch, TABLE_SCRATCH, "%d of %zu", n, investigation_asked(d->inv, NULL));
	return list_text(scratch, ROLE_ATTENTION);
}

static struct table_text follow_text(const struct app *app, const struct desk *d, char *scratch)
{
	enum role role;
	char text[PHRASE_MAX];

	desk_following(text, d, app->still ? TIME_NONE : app_mono(app), false, &role);
	snprintf(scratch, TABLE_SCRATCH, "%s", text);
	return list_text(scratch, role);
}

static struct table_text model_cell(const void *ctx, size_t row, int column, char *scratch)
{
	const struct app *app = ((const struct view *)ctx)->app;
	const struct desk *d = desk_at(ctx, row);

	switch (column) {
	case L_ID:       return id_text(app, row, scratch);
	case L_STATE:    return state_text(d->inv, scratch);
	case L_PROBLEMS: return problems_text(d->inv, scratch);
	case L_CHANGED:  return changed_text(d, scratch);
	case L_FOLLOW:   return follow_text(app, d, scratch);
	default:
		desk_subject(d, scratch, true);
		return list_text(scratch, ROLE_DIM);
	}
}

/* ---- the view --------------------------------------------------------------------------- */

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct list_view *l = (const struct list_view *)v;
	char rest[60];

	snprintf(rest, sizeof rest, "%zu of %d", l->table.rows, DESKS_MAX);
	pane_title(c, r, "OPEN LOADS", rest, "q back");
	table_draw(&l->table, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 }, focused);
}

/* What lies over another load stays there. */
static void go(struct app *app, size_t row)
{
	app_pop(app);
	app_switch(app, (int)row);
}

/* The list stays, over whatever is in front then. */
static void close_one(struct app *app, size_t row)
{
	struct err e = { 0 };

	app_pop(app);
	app_close(app, (int)row);
	if (app->desk->inv)
		app_push(app, loads_new(app, &e), &e);
}

static bool act(struct view *v, enum action a)
{
	struct list_view *l = (struct list_view *)v;
	bool any = l->table.has_selection;

	if (a == ACTION_OPEN && any)
		go(v->app, l->table.selected);
	else if (a == ACTION_CLOSE && any)
		close_one(v->app, l->table.selected);
	else
		return list_view_act(v, a);
	return true;
}

static const struct view_ops ops = {
	.name = "open loads",
	.where = ON_TABLE | ON_LOADS,
	.place = list_view_place,
	.draw = draw,
	.act = act,
	.free = list_view_free,
};

struct view *loads_new(struct app *app, struct err *e)
{
	struct list_view *l = calloc(1, sizeof *l);

	if (!l || !app->desk->inv) {
		free(l);
		err_set(e, ERR_CONFIG, 0, "no load is open; : open LOAD");
		return NULL;
	}
	l->v = (struct view){ &ops, app, NO_SECTION };
	table_init(&l->table, columns, L_COUNT,
	           (struct table_model){ l, model_rows, model_cell, model_key, NULL, NULL });
	list_view_place(&l->v, app->w, app->h);
	table_select(&l->table, (size_t)app_at_desk(app));
	return &l->v;
}
