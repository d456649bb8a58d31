/* Which sources a section may ask: the user's own choice, for the next fetch. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/flow.h"
#include "views/list_view.h"
#include "views/words.h"

enum { C_SOURCE, C_RULE, C_AGE, C_LAST, C_COUNT };

static const struct table_column columns[C_COUNT] = {
	[C_SOURCE] = { "source", 9, 0, true, false, TABLE_LEFT },
	[C_RULE]   = { "may be asked", 12, 0, false, false, TABLE_LEFT },
	[C_AGE]    = { "holds days", 10, 1, false, false, TABLE_LEFT },
	[C_LAST]   = { "this time", 16, 1, false, true, TABLE_LEFT },
};

static const struct section_def *def_of(const struct view *v)
{
	return v->app->workspace->sections[v->section];
}

static enum source_rule rule_of(const struct view *v, const char *source)
{
	return engine_rule_of(v->app->engine, v->app->desk->inv, (size_t)v->section, source);
}

static bool any_only(const struct view *v)
{
	for (size_t i = 0; i < def_of(v)->nsteps; i++)
		if (rule_of(v, def_of(v)->steps[i].source) == SOURCE_ONLY)
			return true;
	return false;
}

/* A source stands once, however many steps ask it. */
static bool stands_earlier(const struct section_def *def, size_t step)
{
	for (size_t i = 0; i < step; i++)
		if (!strcmp(def->steps[i].source, def->steps[step].source))
			return true;
	return false;
}

/* The first step of the row-th source; nsteps behind the last. */
static size_t step_of(const struct section_def *def, size_t row)
{
	size_t i = 0;

	for (; i < def->nsteps; i++)
		if (!stands_earlier(def, i) && row-- == 0)
			break;
	return i;
}

static size_t model_rows(const void *ctx)
{
	const struct view *v = ctx;
	size_t n = 0;

	while (v->app->desk->inv && step_of(def_of(v), n) < def_of(v)->nsteps)
		n++;
	return n;
}

static uint64_t model_key(const void *ctx, size_t row)
{
	(void)ctx;
	return row + 1;
}

static struct table_text rule_text(const struct view *v, const char *source)
{
	switch (rule_of(v, source)) {
	case SOURCE_FORBIDDEN: return list_text("never", ROLE_ATTENTION);
	case SOURCE_ONLY:      return list_text("only this", ROLE_FALLBACK);
	default:               return any_only(v) ? list_text("no", ROLE_DIM) : list_text("yes", ROLE_TEXT);
	}
}

/* What became of the source the last time. */
static struct table_text last_text(const struct view *v, const char *source, char *scratch)
{
	const struct section *s = app_section(v->app, v->section);
	char phrase[PHRASE_MAX];

	for (size_t i = s ? s->ntrail : 0; i-- > 0;) {
		const struct attempt *a = s->trail[i];

		if (strcmp(a->source, source) != 0)
			continue;
		/* The row is the source's: its name in front of both is left out. */
		snprintf(scratch, TABLE_SCRATCH, "%s%s%s", attempt_phrase(phrase, a) + strlen(source) + 1,
		         a->detail[0] ? ": " : "", attempt_detail(a));
		return list_text(scratch, ROLE_DIM);
	}
	return list_text("not reached", ROLE_DIM);
}

/* "30 to 180": how old the data is that its steps ask for. */
static struct table_text age_text(const struct section_def *def, const char *source, char *scratch)
{
	unsigned from = UINT_MAX, to = 0;

	for (size_t i = 0; i < def->nsteps; i++) {
		const struct step *st = &def->steps[i];

		if (strcmp(st->source, source) != 0)
			continue;
		from = st->age_from < from ? st->age_from : from;
		to = !st->age_to ? UINT_MAX : st->age_to > to ? st->age_to : to;
	}
	if (!from && to == UINT_MAX)
		return list_text("all", ROLE_DIM);
	if (to == UINT_MAX)
		snprintf(scratch, TABLE_SCRATCH, "from %u", from);
	else
		snprintf(scratch, TABLE_SCRATCH, "%u to %u", from, to);
	return list_text(scratch, ROLE_DIM);
}

static struct table_text model_cell(const void *ctx, size_t row, int column, char *scratch)
{
	const struct view *v = ctx;
	size_t at = step_of(def_of(v), row);
	const char *source;

	if (at == def_of(v)->nsteps)
		return list_text("", ROLE_TEXT);
	source = def_of(v)->steps[at].source;
	switch (column) {
	case C_SOURCE: return list_text(source, ROLE_TEXT);
	case C_RULE:   return rule_text(v, source);
	case C_AGE:    return age_text(def_of(v), source, scratch);
	default:       return last_text(v, source, scratch);
	}
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct list_view *l = (const struct list_view *)v;
	struct flow f = flow_on(c, (struct rect){ r.x + 1, r.y + 3 + (int)l->table.rows, r.w - 2,
	                                          r.h - 3 - (int)l->table.rows }, 0);

	pane_title(c, r, "SOURCES OF", def_of(v)->title, "q back");
	table_draw(&l->table, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 }, focused);
	flow_text(&f, ROLE_DIM, "Enter changes the rule: yes, never, only this. r asks again by these rules.");
}

static void change_rule(struct view *v, const char *source)
{
	enum source_rule next = (rule_of(v, source) + 1) % (SOURCE_ONLY + 1);
	struct app *app = v->app;

	engine_rule(app->engine, app->desk->inv, (size_t)v->section, source, next);
	app_say(app, "%s: %s from the next fetch on (r)", source,
	        next == SOURCE_ALLOWED ? "asked in its turn" : next == SOURCE_ONLY ? "the only one asked"
	                                                                           : "never asked");
}

static bool act(struct view *v, enum action a)
{
	struct list_view *l = (struct list_view *)v;

	if (a != ACTION_TOGGLE && a != ACTION_OPEN)
		return list_view_act(v, a);
	if (l->table.has_selection && v->app->desk->inv)
		change_rule(v, def_of(v)->steps[step_of(def_of(v), l->table.selected)].source);
	return true;
}

static const struct view_ops ops = {
	.name = "sources of a section",
	.where = ON_TABLE | ON_SECTION | ON_CHOICE,
	.place = list_view_place,
	.draw = draw,
	.act = act,
	.free = list_view_free,
};

struct view *chooser_new(struct app *app, int section, struct err *e)
{
	struct list_view *l = calloc(1, sizeof *l);

	if (!l || !app->desk->inv) {
		free(l);
		err_set(e, ERR_CONFIG, 0, "nothing is open");
		return NULL;
	}
	l->v = (struct view){ &ops, app, section };
	table_init(&l->table, columns, C_COUNT,
	           (struct table_model){ l, model_rows, model_cell, model_key, NULL, NULL });
	return &l->v;
}
