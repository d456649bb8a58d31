/* The log: every query of the investigation, the newest last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/flow.h"
#include "views/list_view.h"
#include "views/words.h"

enum { Q_NUMBER, Q_AT, Q_SECTION, Q_SOURCE, Q_STATE, Q_TIME, Q_ROWS, Q_QUERY, Q_DETAIL, Q_COUNT };

static const struct table_column columns[Q_COUNT] = {
	[Q_NUMBER]  = { "query", 5, 0, true, false, TABLE_LEFT },
	[Q_AT]      = { "at", 8, 2, false, false, TABLE_LEFT },
	[Q_SECTION] = { "section", 13, 1, false, false, TABLE_LEFT },
	[Q_SOURCE]  = { "source", 9, 0, false, false, TABLE_LEFT },
	[Q_STATE]   = { "state", 7, 0, false, false, TABLE_LEFT },
	[Q_TIME]    = { "time", 6, 1, false, false, TABLE_RIGHT },
	[Q_ROWS]    = { "rows", 6, 2, false, false, TABLE_RIGHT },
	[Q_QUERY]   = { "name", 20, 4, false, false, TABLE_LEFT },
	[Q_DETAIL]  = { "what happened", 16, 3, false, true, TABLE_LEFT },
};

static const struct attempt *attempt_at(const struct view *v, size_t row)
{
	const struct investigation *inv = v->app->desk->inv;

	return inv && row < inv->nlog ? inv->log[row] : NULL;
}

static size_t model_rows(const void *ctx)
{
	const struct view *v = ctx;

	return v->app->desk->inv ? v->app->desk->inv->nlog : 0;
}

static uint64_t model_key(const void *ctx, size_t row)
{
	const struct attempt *a = attempt_at(ctx, row);

	return a ? a->number : 0;
}

static const char *section_title(const struct view *v, const struct attempt *a)
{
	const struct workspace *w = v->app->workspace;

	for (size_t i = 0; i < w->nsections; i++)
		if (!strcmp(w->sections[i]->id, a->section))
			return w->sections[i]->title;
	return a->section;
}

static struct table_text state_cell(const struct view *v, const struct attempt *a, char *scratch)
{
	struct face f = attempt_face(a, app_mono(v->app));

	snprintf(scratch, TABLE_SCRATCH, "%s %s", glyph_text(f.glyph, false), f.word);
	return list_text(scratch, f.role);
}

static struct table_text model_cell(const void *ctx, size_t row, int column, char *scratch)
{
	const struct view *v = ctx;
	const struct attempt *a = attempt_at(v, row);
	char span[TIME_SPAN_MAX], text[FORMAT_MAX];

	if (!a)
		return list_text("", ROLE_TEXT);
	scratch[0] = '\0';
	switch (column) {
	case Q_NUMBER:
		snprintf(scratch, TABLE_SCRATCH, "q%u", a->number);
		break;
	case Q_AT:
		if (a->started)
			snprintf(scratch, TABLE_SCRATCH, "%s",
			         format_clock(text, a->started_wall, app_zone(v->app), true));
		break;
	case Q_SECTION: return list_text(section_title(v, a), ROLE_TEXT);
	case Q_SOURCE:  return list_text(a->source, ROLE_TEXT);
	case Q_STATE:   return state_cell(v, a, scratch);
	case Q_QUERY:   return list_text(a->query, ROLE_DIM);
	case Q_DETAIL:  return list_text(attempt_detail(a), ROLE_DIM);
	case Q_TIME:
		if (a->started)
			snprintf(scratch, TABLE_SCRATCH, "%s",
			         time_span(span, attempt_time(a, app_mono(v->app))));
		break;
	default:
		if (a->started)
			snprintf(scratch, TABLE_SCRATCH, "%s", format_count(text, a->rows));
	}
	return list_text(scratch, ROLE_TEXT);
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct list_view *l = (const struct list_view *)v;
	char rest[64];

	snprintf(rest, sizeof rest, "%zu quer%s", l->table.rows, l->table.rows == 1 ? "y" : "ies");
	pane_title(c, r, "LOG", rest, "Enter as sent  q back");
	table_draw(&l->table, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 }, focused);
}

static bool has_detail(const struct view *v)
{
	return ((const struct list_view *)v)->table.has_selection;
}

static void detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	const struct list_view *l = (const struct list_view *)v;
	const struct attempt *a = attempt_at(v, l->table.selected);
	struct flow f = flow_on(c, r, 0);
	char name[32];

	if (!a)
		return;
	snprintf(name, sizeof name, "q%u", a->number);
	if (rule.w > 0)
		rule_title(c, rule, name, a->query);
	struct rect former = canvas_clip(c, r);

	if (a->detail[0])
		flow_puts(&f, "what happened", attempt_detail(a));
	if (a->sent)
		flow_code(&f, a->sent);
	else
		flow_text(&f, ROLE_DIM, " nothing was sent");
	canvas_unclip(c, former);
}

static bool act(struct view *v, enum action a)
{
	struct list_view *l = (struct list_view *)v;
	const struct attempt *selected = attempt_at(v, l->table.selected);
	struct err e = { 0 };

	if (a != ACTION_OPEN)
		return list_view_act(v, a);
	if (selected)
		app_push(v->app, query_new(v->app, selected->number, &e), &e);
	return true;
}

static void copy(const struct view *v, struct copy_what *w)
{
	w->attempt = attempt_at(v, ((const struct list_view *)v)->table.selected);
}

static const struct view_ops ops = {
	.name = "log",
	.where = ON_TABLE,
	.place = list_view_place,
	.draw = draw,
	.detail = detail,
	.has_detail = has_detail,
	.act = act,
	.copy = copy,
	.free = list_view_free,
};

struct view *log_new(struct app *app, struct err *e)
{
	struct list_view *l = calloc(1, sizeof *l);

	if (!l) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	l->v = (struct view){ &ops, app, NO_SECTION };
	table_init(&l->table, columns, Q_COUNT,
	           (struct table_model){ l, model_rows, model_cell, model_key, NULL, NULL });
	l->table.follow = true;
	table_place(&l->table, app->w, 2);
	table_bottom(&l->table);
	return &l->v;
}
