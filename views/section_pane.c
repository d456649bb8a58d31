/* One pane for every section: what the table of the section says is shown. */
#include "views/section_pane_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { TIME_WIDTH = 14, GROW_MIN = 16 };

/* ---- the table's model -------------------------------------------------------------- */

static size_t model_rows(const void *ctx)
{
	const struct section_pane *p = ctx;

	return row_view_count(&p->finder.narrow.view);
}

static struct table_text model_cell(const void *ctx, size_t row, int column, char *scratch)
{
	const struct section_pane *p = ctx;
	const struct section *s = section_of(p);
	size_t c = p->source[column];

	if (!s)
		return (struct table_text){ NULL, 0, ROLE_TEXT };
	return format_cell(&s->def->columns[c], rowset_cell(&s->rows, row_of(p, row), c),
	                   app_zone(p->v.app), scratch);
}

static uint64_t model_key(const void *ctx, size_t row)
{
	const struct section_pane *p = ctx;

	return records_key(&p->records, section_of(p), row_of(p, row));
}

char section_pane_mark(const void *ctx, size_t row)
{
	const struct section *s = section_of(ctx);
	enum mark m = s && s->def->mark ? s->def->mark(&s->rows, row_of(ctx, row)) : MARK_FINE;

	return m == MARK_PROBLEM ? '!' : m == MARK_DOUBT ? '?' : '\0';
}

static struct table_text model_ref(const void *ctx, size_t row, char *scratch)
{
	const struct section_pane *p = ctx;

	section_pane_ref(&p->v, row_of(p, row), scratch);
	return (struct table_text){ scratch, strlen(scratch), ROLE_DIM };
}

static size_t model_find(const void *ctx, struct table_text text, size_t from, size_t *len)
{
	return finder_mark(&((const struct section_pane *)ctx)->finder, text, from, len);
}

static struct table_model model_of(const struct section_pane *p)
{
	return (struct table_model){ p, model_rows, model_cell, model_key, section_pane_mark, model_ref,
	                             model_find };
}

/* ---- columns ---------------------------------------------------------------------------- */

static struct table_column column_of(const struct column_def *def)
{
	int width = def->type == COLUMN_TIME ? TIME_WIDTH : def->width ? def->width : GROW_MIN;
	int title = (int)strlen(def->title);

	return (struct table_column){
		.title = def->title,
		.width = width > title ? width : title,
		.priority = def->priority,
		.frozen = def->key,
		.grow = def->width == 0,
		.align = def->type == COLUMN_NUMBER ? TABLE_RIGHT : TABLE_LEFT,
	};
}

static void choose_columns(struct section_pane *p, const struct section_def *def)
{
	for (size_t i = 0; i < def->ncolumns && p->ncolumns < TABLE_COLUMNS_MAX; i++) {
		if (!def->columns[i].priority || def->columns[i].type == COLUMN_BODY)
			continue;
		p->source[p->ncolumns] = (unsigned char)i;
		p->columns[p->ncolumns++] = column_of(&def->columns[i]);
	}
}

/* ---- life ---------------------------------------------------------------------------------- */

/* Who has not chosen a row while they came begins where there is something to see, not at
 * the one that came first. */
static void begin(struct section_pane *p, const struct section *s)
{
	size_t row, place;

	if (strcmp(p->about, s->about) != 0) {
		snprintf(p->about, sizeof p->about, "%s", s->about);
		p->begun = false;
	}
	if (p->begun || !p->records.n || !section_state_final(s->state))
		return;
	p->begun = true;
	row = s->def->start ? s->def->start(&s->rows) : 0;
	if (finder_active(&p->finder) || !row_view_place(&p->finder.narrow.view, row, &place))
		return;
	table_place(&p->table, p->table.w, p->table.page + 1);
	table_begin(&p->table, place);
}

static void update(struct view *v)
{
	struct section_pane *p = (struct section_pane *)v;
	const struct section *s = section_of(p);
	struct buf text = BUF_INIT;

	p->summary[0] = '\0';
	if (!s) {
		records_release(&p->records);
		return;
	}
	records_update(&p->records, s);
	finder_rows(&p->finder, p->records.n, s->revision);
	begin(p, s);
	if (s->def->summary && s->rows.rows)
		s->def->summary(&s->rows, clock_wall(v->app->clock), &text);
	snprintf(p->summary, sizeof p->summary, "%s", buf_str(&text));
	buf_release(&text);
}

static void pane_free(struct view *v)
{
	struct section_pane *p = (struct section_pane *)v;

	records_release(&p->records);
	finder_forget(&p->finder);
	free(p);
}

/* ---- keys ------------------------------------------------------------------------- */

/* One of several candidates: the record view would only delay the choice. */
static bool open_candidate(struct section_pane *p, size_t row)
{
	const struct section *s = section_of(p);
	const struct workspace *w = p->v.app->workspace;
	char typed[128];
	struct cell id;

	if (!are_candidates(p))
		return false;
	for (size_t i = 0; w->subject_facts[i]; i++) {
		id = section_cell(s, row, w->subject_facts[i]);
		if (cell_is_null(id) || id.len >= sizeof typed)
			continue;
		snprintf(typed, sizeof typed, "%.*s", (int)id.len, id.data);
		app_open_here(p->v.app, typed);
		return true;
	}
	return false;
}

static void open_selected(struct section_pane *p)
{
	struct err e = { 0 };
	size_t row;

	if (section_pane_selected(&p->v, &row) && !open_candidate(p, row))
		app_push(p->v.app, record_new(p->v.app, p->v.section, &e), &e);
}

static bool moved(struct section_pane *p, enum action a)
{
	switch (a) {
	case ACTION_DOWN:      table_move(&p->table, 1); break;
	case ACTION_UP:        table_move(&p->table, -1); break;
	case ACTION_TOP:       table_top(&p->table); break;
	case ACTION_BOTTOM:    table_bottom(&p->table); break;
	case ACTION_HALF_DOWN: table_page(&p->table, 1); break;
	case ACTION_HALF_UP:   table_page(&p->table, -1); break;
	case ACTION_PAGE_DOWN: table_page(&p->table, 2); break;
	case ACTION_PAGE_UP:   table_page(&p->table, -2); break;
	case ACTION_LEFT:      table_choose_column(&p->table, -1); break;
	case ACTION_RIGHT:     table_choose_column(&p->table, 1); break;
	case ACTION_OPEN:      open_selected(p); break;
	default:               return false;
	}
	return true;
}

static bool act(struct view *v, enum action a)
{
	struct section_pane *p = (struct section_pane *)v;
	bool taken = finder_act(&p->finder, a) || moved(p, a);

	p->begun = p->begun || (taken && p->records.n > 0);
	return taken;
}

static void copy(const struct view *v, struct copy_what *w)
{
	size_t row;

	if (section_pane_selected(v, &row))
		section_pane_copy(v, row, w);
}

/* ---- filter, order, search ---------------------------------------------------------- */

static const struct rowset *find_rows(struct view *v)
{
	const struct section *s = section_of(pane(v));

	return s ? &s->rows : NULL;
}

/* The one that h and l chose, else the first of those that are not frozen. */
static size_t find_column(const struct view *v)
{
	const struct section_pane *p = pane(v);

	if (p->table.column >= 0)
		return p->source[p->table.column];
	for (int i = 0; i < p->ncolumns; i++)
		if (!p->columns[i].frozen)
			return p->source[i];
	return p->source[0];
}

static const struct finder_ops finder_ops = {
	find_rows, section_pane_find, section_pane_key, find_column,
};

static struct finder *finder_of(struct view *v)
{
	return &((struct section_pane *)v)->finder;
}

static const struct view_ops ops = {
	.name = "section pane",
	.where = ON_TABLE | ON_SECTION | ON_ROWS | ON_RECORDS,
	.update = update,
	.place = section_pane_place,
	.draw = section_pane_draw,
	.detail = section_pane_detail,
	.has_detail = section_pane_has_detail,
	.act = act,
	.copy = copy,
	.finder = finder_of,
	.free = pane_free,
};

struct view *section_pane_new(struct app *app, int section, struct err *e)
{
	struct section_pane *p = view_alloc(sizeof *p, e);

	if (!p)
		return NULL;
	p->v = (struct view){ &ops, app, section };
	choose_columns(p, app->workspace->sections[section]);
	table_init(&p->table, p->columns, p->ncolumns, model_of(p));
	finder_init(&p->finder, &p->v, &p->table, &finder_ops, app->workspace->sections[section]->columns,
	            app->workspace->sections[section]->ncolumns);
	return &p->v;
}

/* ---- for others ------------------------------------------------------------------------- */

bool section_pane_selected(const struct view *v, size_t *row)
{
	return finder_selected(&pane(v)->finder, row) && *row < pane(v)->records.n;
}

bool section_pane_find(const struct view *v, uint64_t key, size_t *row)
{
	size_t near = row_of(pane(v), pane(v)->table.selected);

	return records_find(&pane(v)->records, section_of(pane(v)), key, near, row);
}

uint64_t section_pane_key(const struct view *v, size_t row)
{
	return records_key(&pane(v)->records, section_of(pane(v)), row);
}

void section_pane_select(struct view *v, size_t row)
{
	((struct section_pane *)v)->begun = true;
	finder_select(&((struct section_pane *)v)->finder, row);
}

bool section_pane_beside(const struct view *v, size_t row, int direction, size_t *other)
{
	return finder_beside(&pane(v)->finder, row, direction, other) && *other < pane(v)->records.n;
}

bool section_pane_shows(const struct view *v, size_t row)
{
	return finder_shows(&pane(v)->finder, row);
}

void section_pane_forget(struct view *v)
{
	struct section_pane *p = (struct section_pane *)v;

	records_release(&p->records);
	finder_forget(&p->finder);
	p->summary[0] = '\0';
	p->begun = false;
	table_init(&p->table, p->columns, p->ncolumns, model_of(p));
}

const char *section_pane_ref(const struct view *v, size_t row, char out[static REF_MAX])
{
	unsigned n = records_number(&pane(v)->records, row);

	out[0] = '\0';
	if (n)
		snprintf(out, REF_MAX, "%c%u", v->app->workspace->sections[v->section]->letter, n);
	return out;
}

unsigned section_pane_number(const struct view *v, size_t row)
{
	return records_number(&pane(v)->records, row);
}

void section_pane_copy(const struct view *v, size_t row, struct copy_what *w)
{
	w->section = section_of(pane(v));
	w->has_row = w->section && row < w->section->rows.rows;
	w->row = row;
	w->column = find_column(v);
	if (w->has_row)
		section_pane_ref(v, row, w->ref);
}

const char *section_pane_summary(const struct view *v)
{
	return pane(v)->summary;
}
