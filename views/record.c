/* One record, all of it: every field of the section, also those no table shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "views/app.h"
#include "views/related.h"
#include "views/text_view.h"

enum { BODY_PREVIEW = 400 };

struct record {
	struct text_view t;
	uint64_t key;            /* the record, whatever its row is now */
	struct related related;  /* as of the last update() */
};

static bool find(const struct record *r, const struct section **s, size_t *row)
{
	const struct app *app = r->t.v.app;

	*s = app_section(app, r->t.v.section);
	return *s && section_pane_find(app->desk->panes[r->t.v.section], r->key, row);
}

static void put_field(struct flow *f, const struct column_def *def, struct cell cell, struct zone z)
{
	char scratch[TABLE_SCRATCH], full[FORMAT_MAX], zone[FORMAT_MAX];
	struct table_text text = format_cell(def, cell, z, scratch);
	usec t;

	if (def->type == COLUMN_TIME && time_parse(cell.data, cell.len, &t)) {
		snprintf(scratch, sizeof scratch, "%s %s", format_time(full, t, z),
		         format_zone_at(zone, t, z));
		text = (struct table_text){ scratch, strlen(scratch), ROLE_TEXT };
	}
	if (def->type == COLUMN_BODY && text.len > BODY_PREVIEW) {
		flow_field(f, def->title, ROLE_TEXT, text.data, BODY_PREVIEW);
		flow_printf(f, ROLE_DIM, "%*s… %zu bytes in all; s shows it as a tree", FLOW_LABEL + 2, "",
		            text.len);
		return;
	}
	flow_field(f, def->title, ROLE_TEXT, text.data, text.len);
}

/* Names of the columns without a value, in one paragraph. */
static void put_absent(struct flow *f, const struct section *s, size_t row)
{
	char names[800] = "";
	size_t used = 0;

	for (size_t i = 0; i < s->def->ncolumns && used + 64 < sizeof names; i++) {
		struct cell c = rowset_cell(&s->rows, row, i);

		if (!cell_is_null(c) && c.len)
			continue;
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
		                         s->def->columns[i].title);
	}
	if (!used)
		return;
	flow_gap(f);
	flow_field(f, "not given", ROLE_DIM, names, used);
}

/* What it has to do with: L goes there. */
static void put_related(struct flow *f, const struct record *r, size_t row)
{
	const struct app *app = r->t.v.app;
	const struct section_def *def = app->workspace->sections[r->t.v.section];
	char text[RELATED_TEXT], line[2 * RELATED_TEXT], ref[REF_MAX];
	const char *label = "related";

	for (size_t i = 0; i < r->related.n; i++) {
		const struct jump *j = &r->related.jumps[i];

		if (j->outcome != JUMP_FOUND || r->related.repeats[i])
			continue;
		if (label[0])
			flow_gap(f);
		related_text(text, app, r->t.v.section, row, &def->jumps[i], j);
		snprintf(line, sizeof line, "%s, %s", text, def->jumps[i].word);
		flow_field(f, label, ROLE_ACCENT, line, strlen(line));
		label = "";
	}
	for (size_t i = 0; i < r->related.noffers; i++) {
		if (!r->related.offers[i].given)
			continue;
		ref[0] = '\0';
		if (r->related.offers[i].named)
			section_pane_ref(app->desk->panes[r->related.offers[i].section], r->related.offers[i].row, ref);
		snprintf(line, sizeof line, "%s%s%s%s", ref, ref[0] ? ", " : "", offer_word(text, app, &r->related, i),
		         r->related.offers[i].ask ? ", on demand" : "");
		if (label[0])
			flow_gap(f);
		flow_field(f, label, ROLE_ACCENT, line, strlen(line));
		label = "";
	}
}

static void update(struct view *v)
{
	struct record *r = (struct record *)v;
	const struct section *s;
	size_t row;

	r->related.n = r->related.noffers = 0;
	if (find(r, &s, &row))
		related_find(&r->related, v->app, v->section, row);
}

static void content(const struct text_view *t, struct flow *f)
{
	const struct record *r = (const struct record *)t;
	const struct section *s;
	size_t row;

	if (!find(r, &s, &row)) {
		flow_text(f, ROLE_ATTENTION, " This record is not in the answer any more.");
		return;
	}
	for (size_t i = 0; i < s->def->ncolumns; i++) {
		struct cell c = rowset_cell(&s->rows, row, i);

		if (!cell_is_null(c) && c.len)
			put_field(f, &s->def->columns[i], c, app_zone(t->v.app));
	}
	put_related(f, r, row);
	put_absent(f, s, row);
}

static void title(const struct text_view *t, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	const struct record *r = (const struct record *)t;
	char ref[REF_MAX] = "";
	const struct section *s;
	size_t row;

	snprintf(name, TEXT_TITLE, "%s", t->v.app->workspace->sections[t->v.section]->title);
	if (!find(r, &s, &row))
		return;
	section_pane_ref(t->v.app->desk->panes[t->v.section], row, ref);
	snprintf(rest, TEXT_TITLE, "%s%srecord %zu of %zu", ref, ref[0] ? "  " : "", row + 1,
	         s->rows.rows);
}

static void copy(const struct view *v, struct copy_what *w)
{
	const struct record *r = (const struct record *)v;
	const struct section *s;
	size_t row;

	if (find(r, &s, &row))
		section_pane_copy(v->app->desk->panes[v->section], row, w);
}

static const struct view_ops ops = {
	.name = "record",
	.where = ON_TEXT | ON_SECTION | ON_ROWS,
	.update = update,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = text_view_act,
	.copy = copy,
	.free = text_view_free,
};

struct view *record_new(struct app *app, int section, struct err *e)
{
	struct record *r;
	size_t row;

	if (!app_section(app, section) || !section_pane_selected(app->desk->panes[section], &row)) {
		err_set(e, ERR_CONFIG, 0, "there is no record to open");
		return NULL;
	}
	r = view_alloc(sizeof *r, e);
	if (!r)
		return NULL;
	r->t.v = (struct view){ &ops, app, section };
	r->t.content = content;
	r->t.title = title;
	r->key = section_pane_key(app->desk->panes[section], row);
	return &r->t.v;
}
