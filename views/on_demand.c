/* Sections that are asked only when somebody wants them: the list of them, and asking one
 * about a record. */
#include "views/on_demand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/flow.h"
#include "views/list_view.h"
#include "views/words.h"

/* ---- about a record -------------------------------------------------------------------- */

/* False with a complaint. */
static bool ask(struct app *app, size_t section, const struct subject *about)
{
	struct err e = { 0 };

	if (app->workspace->sections[section]->told) {
		const struct section *s = app_section(app, (int)section);
		bool asked = s && s->state != SECTION_UNASKED;

		app_go(app, app_base_of(app, (int)section));
		if (asked)
			app_tell(app, (int)section);
		return true;
	}
	if (!engine_ask(app->engine, app->desk->inv, section, about, &e)) {
		app_complain(app, "%s", e.text);
		return false;
	}
	app_go(app, app_base_of(app, (int)section));
	return true;
}

void on_demand_ask_about(struct app *app, size_t to, const struct ask_def *def, int section, size_t row)
{
	struct subject about;

	if (!subject_take(&about, def, app_section(app, section), row))
		app_complain(app, "%s: this record does not give it", def->word);
	else if (ask(app, to, &about))
		app_say(app, "%s", def->word);
}

void on_demand_ask(struct app *app, int section)
{
	const struct section_def *def = app->workspace->sections[section];

	if (!def->on_demand)
		app_complain(app, "%s is always asked; refetch asks again", def->title);
	else
		ask(app, (size_t)section, NULL);
}

void on_demand_ask_text(struct app *app, int to, const char *text)
{
	const struct section_def *def = app->workspace->sections[to];
	struct subject about;

	if (!def->nasks || !subject_of_text(&about, &def->asks[0], text))
		app_complain(app, "%s cannot be asked about a text", def->title);
	else
		ask(app, (size_t)to, &about);
}

void on_demand_look_up(struct app *app, int to)
{
	const struct section_def *def = app->workspace->sections[to];
	struct subject about;
	int section;
	size_t row;

	if (!app_record(app, &section, &row)) {
		app_complain(app, "there is no record to look up");
		return;
	}
	for (size_t i = 0; i < def->nasks; i++)
		if (subject_take(&about, &def->asks[i], app_section(app, section), row)) {
			on_demand_ask_about(app, (size_t)to, &def->asks[i], section, row);
			return;
		}
	app_complain(app, "%s cannot be asked about this record", def->title);
}

/* ---- the list ---------------------------------------------------------------------------- */

enum { D_TITLE, D_STATE, D_ROWS, D_ASKED, D_QUESTION, D_COUNT };

static const struct table_column columns[D_COUNT] = {
	[D_TITLE]    = { "section", 20, 0, true, false, TABLE_LEFT },
	[D_STATE]    = { "state", 11, 0, false, false, TABLE_LEFT },
	[D_ROWS]     = { "rows", 5, 0, false, false, TABLE_RIGHT },
	[D_ASKED]    = { "asked", 8, 0, false, false, TABLE_LEFT },
	[D_QUESTION] = { "what it asks", 24, 2, false, true, TABLE_LEFT },
};

static int section_at(const struct app *app, size_t row)
{
	return (int)(app->numbered + row);
}

static size_t model_rows(const void *ctx)
{
	const struct app *app = ((const struct view *)ctx)->app;

	return app->npanes - app->numbered;
}

static uint64_t model_key(const void *ctx, size_t row)
{
	(void)ctx;
	return row + 1;
}

static struct table_text state_text(const struct app *app, const struct section *s, char *scratch)
{
	struct face f = section_face(s, app_mono(app));

	if (s->state == SECTION_UNASKED)
		return list_text("not asked", ROLE_DIM);
	snprintf(scratch, TABLE_SCRATCH, "%s %s", glyph_text(f.glyph, false), f.word);
	return list_text(scratch, f.role);
}

static struct table_text asked_text(const struct app *app, const struct section *s, char *scratch)
{
	const struct investigation *inv = app->desk->inv;

	if (!s->asked_mono)
		return list_text("", ROLE_DIM);
	format_clock(scratch, inv->opened_wall + (s->asked_mono - inv->opened_mono), app_zone(app), true);
	return list_text(scratch, ROLE_DIM);
}

static struct table_text model_cell(const void *ctx, size_t row, int column, char *scratch)
{
	const struct app *app = ((const struct view *)ctx)->app;
	const struct section *s = app_section(app, section_at(app, row));
	const struct section_def *def = app->workspace->sections[section_at(app, row)];

	if (column == D_TITLE)
		return list_text(def->title, ROLE_TEXT);
	if (column == D_QUESTION)
		return list_text(def->question, ROLE_DIM);
	if (!s)
		return list_text("", ROLE_DIM);
	if (column == D_STATE)
		return state_text(app, s, scratch);
	if (column == D_ASKED)
		return asked_text(app, s, scratch);
	snprintf(scratch, TABLE_SCRATCH, "%zu", s->rows.rows);
	return list_text(s->rows.rows ? scratch : "", ROLE_TEXT);
}

static char model_mark(const void *ctx, size_t row)
{
	const struct app *app = ((const struct view *)ctx)->app;
	const struct section *s = app_section(app, section_at(app, row));

	return s && s->problems ? '!' : s && s->doubts ? '?' : '\0';
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct list_view *l = (const struct list_view *)v;
	char rest[40];
	size_t asked = 0;

	for (size_t i = v->app->numbered; i < v->app->npanes; i++) {
		const struct section *s = app_section(v->app, (int)i);

		asked += s && s->state != SECTION_UNASKED && s->state != SECTION_SKIPPED;
	}
	snprintf(rest, sizeof rest, "%zu of %zu asked", asked, v->app->npanes - v->app->numbered);
	pane_title(c, r, "ON DEMAND", rest, "Enter opens  q back");
	table_draw(&l->table, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 }, focused);
}

static bool has_detail(const struct view *v)
{
	return ((const struct list_view *)v)->table.has_selection;
}

static const char *title_of(const struct app *app, const char *id)
{
	for (size_t i = 0; i < app->npanes; i++)
		if (!strcmp(app->workspace->sections[i]->id, id))
			return app->workspace->sections[i]->title;
	return id;
}

static void detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	const struct section *s = app_section(v->app, v->section);
	const struct section_def *def = v->app->workspace->sections[v->section];
	struct rect former = canvas_clip(c, r);
	struct flow f = flow_on(c, r, 0);
	char key[KEY_NAME_MAX];

	flow_printf(&f, ROLE_TEXT, " %s", def->question);
	if (s && s->about[0])
		flow_printf(&f, ROLE_TEXT, " asked about \"%s\"", s->about);
	if (s && section_pane_summary(v->app->desk->panes[v->section])[0])
		flow_printf(&f, ROLE_DIM, " %s", section_pane_summary(v->app->desk->panes[v->section]));
	for (size_t i = 0; i < def->nasks; i++)
		flow_printf(&f, ROLE_DIM, " %s on %s: %s", action_key(key, ACTION_RELATED),
		            title_of(v->app, def->asks[i].from), def->asks[i].word);
	canvas_unclip(c, former);
	rule_title(c, rule, def->title, "");
}

/* What is asked, stopped and followed by keys is the one that is selected. */
static void choose(struct list_view *l)
{
	if (l->table.has_selection)
		l->v.section = section_at(l->v.app, l->table.selected);
}

static void place(struct view *v, int w, int h)
{
	list_view_place(v, w, h);
	choose((struct list_view *)v);
}

static bool act(struct view *v, enum action a)
{
	struct list_view *l = (struct list_view *)v;
	bool taken = true;

	if (a == ACTION_OPEN && l->table.has_selection)
		app_go(v->app, app_base_of(v->app, v->section));
	else if ((taken = list_view_act(v, a)))
		choose(l);
	return taken;
}

static const struct view_ops ops = {
	.name = "sections on demand",
	.where = ON_TABLE | ON_SECTION,
	.layout = LAYOUT_LIST | LAYOUT_EXTRA,
	.place = place,
	.draw = draw,
	.detail = detail,
	.has_detail = has_detail,
	.act = act,
	.free = list_view_free,
};

struct view *on_demand_new(struct app *app, struct err *e)
{
	struct list_view *l = app->npanes > app->numbered ? calloc(1, sizeof *l) : NULL;

	if (!l) {
		err_set(e, ERR_CONFIG, 0, app->npanes > app->numbered ? "out of memory" : "no section is on demand");
		return NULL;
	}
	l->v = (struct view){ &ops, app, (int)app->numbered };
	table_init(&l->table, columns, D_COUNT,
	           (struct table_model){ l, model_rows, model_cell, model_key, model_mark, NULL, NULL });
	return &l->v;
}
