/* The log: every query of the investigation, the newest last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/flow.h"
#include "views/find_list.h"
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

static const struct column_def defs[Q_COUNT] = {
	[Q_NUMBER]  = { "query", "query", COLUMN_TEXT, 0, 0, true },
	[Q_AT]      = { "at", "at", COLUMN_TIME, 0, 0, false },
	[Q_SECTION] = { "section", "section", COLUMN_TEXT, 0, 0, false },
	[Q_SOURCE]  = { "source", "source", COLUMN_TEXT, 0, 0, false },
	[Q_STATE]   = { "state", "state", COLUMN_TEXT, 0, 0, false },
	[Q_TIME]    = { "seconds", "time", COLUMN_NUMBER, 0, 0, false },
	[Q_ROWS]    = { "rows", "rows", COLUMN_NUMBER, 0, 0, false },
	[Q_QUERY]   = { "name", "name", COLUMN_TEXT, 0, 0, false },
	[Q_DETAIL]  = { "detail", "what happened", COLUMN_TEXT, 0, 0, false },
};

static size_t log_rows(const struct view *v)
{
	return v->app->desk->inv ? v->app->desk->inv->nlog : 0;
}

static uint64_t log_key(const struct view *v, size_t row)
{
	const struct attempt *a = attempt_at(v, row);

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

static struct table_text log_cell(const struct view *v, size_t row, int column, char *scratch)
{
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

/* Times and numbers bare, states without their sign. */
static struct table_text log_value(const struct view *v, size_t row, int column, char *scratch)
{
	const struct attempt *a = attempt_at(v, row);

	scratch[0] = '\0';
	if (!a || (column != Q_STATE && column != Q_AT && column != Q_TIME && column != Q_ROWS))
		return (struct table_text){ NULL, 0, ROLE_TEXT };
	if (column == Q_STATE)
		snprintf(scratch, TABLE_SCRATCH, "%s", attempt_face(a, app_mono(v->app)).word);
	else if (a->started && column == Q_AT)
		time_iso(scratch, a->started_wall, true);
	else if (a->started && column == Q_TIME)
		snprintf(scratch, TABLE_SCRATCH, "%.3f", (double)attempt_time(a, app_mono(v->app)) / USEC_SEC);
	else if (a->started)
		snprintf(scratch, TABLE_SCRATCH, "%llu", (unsigned long long)a->rows);
	return list_text(scratch, ROLE_TEXT);
}

static const struct find_list_ops list_ops = { defs, log_rows, log_cell, log_key, NULL, log_value };

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	size_t n = log_rows(v);
	char rest[64];

	snprintf(rest, sizeof rest, "%zu quer%s", n, n == 1 ? "y" : "ies");
	find_list_draw((const struct find_list *)v, c, r, focused, "LOG", rest, "Enter as sent  q back");
}

static const struct attempt *selected(const struct view *v)
{
	size_t row;

	return find_list_selected((const struct find_list *)v, &row) ? attempt_at(v, row) : NULL;
}

static bool has_detail(const struct view *v)
{
	return selected(v) != NULL;
}

static void detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	const struct attempt *a = selected(v);
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
	const struct attempt *asked = selected(v);
	struct err e = { 0 };

	if (a != ACTION_OPEN)
		return find_list_act(v, a);
	if (asked)
		app_push(v->app, query_new(v->app, asked->number, &e), &e);
	return true;
}

static void copy(const struct view *v, struct copy_what *w)
{
	w->attempt = selected(v);
}

static const struct view_ops ops = {
	.name = "log",
	.where = ON_TABLE | ON_RECORDS,
	.update = find_list_update,
	.place = list_view_place,
	.draw = draw,
	.detail = detail,
	.has_detail = has_detail,
	.act = act,
	.copy = copy,
	.finder = find_list_finder,
	.free = find_list_free,
};

struct view *log_new(struct app *app, struct err *e)
{
	struct find_list *l = view_alloc(sizeof *l, e);

	if (!l)
		return NULL;
	find_list_init(l, &ops, app, &list_ops, columns, Q_COUNT);
	l->follow = l->l.table.follow = true;
	table_place(&l->l.table, app->w, 2);
	table_bottom(&l->l.table);
	return &l->l.v;
}
