/* One pane for every section: what the table of the section says is shown. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tui/table.h"
#include "views/app.h"
#include "views/fields.h"
#include "views/flow.h"
#include "views/narrow.h"
#include "views/records.h"
#include "views/words.h"

#define FIRST_SLICE (4 * USEC_MS)       /* of work, before the rest is done between keys */

enum { SUMMARY_MAX = 200, TITLE_MAX = 40, TIME_WIDTH = 14, GROW_MIN = 16, SENTENCE_LINES = 3 };

struct section_pane {
	struct view v;
	struct table table;
	struct table_column columns[TABLE_COLUMNS_MAX];
	unsigned char source[TABLE_COLUMNS_MAX];   /* column of the section */
	int ncolumns;
	struct records records;
	struct narrow narrow;
	uint64_t pinned;             /* the record that stays selected while rows are chosen; 0 */
	char summary[SUMMARY_MAX];
	int head;                    /* lines above the table: title and sentence */
};

static const struct section *section_of(const struct section_pane *p)
{
	return app_section(p->v.app, p->v.section);
}

/* ---- the table's model -------------------------------------------------------------- */

static size_t model_rows(const void *ctx)
{
	const struct section_pane *p = ctx;

	return row_view_count(&p->narrow.view);
}

/* Rows of the table are places in the view; all else speaks of rows of the section. */
static size_t row_of(const struct section_pane *p, size_t place)
{
	return row_view_row(&p->narrow.view, place);
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

static char model_mark(const void *ctx, size_t row)
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
	const struct row_view *v = &((const struct section_pane *)ctx)->narrow.view;

	*len = 0;
	return v->search && v->trouble == VIEW_FINE ? row_filter_mark(v->search, text, from, len) : 0;
}

static struct table_model model_of(const struct section_pane *p)
{
	return (struct table_model){ p, model_rows, model_cell, model_key, model_mark, model_ref,
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
	row_view_rows(&p->narrow.view, p->records.n, s->revision);
	section_pane_work(v, clock_mono(v->app->clock) + FIRST_SLICE);
	if (s->def->summary && s->rows.rows)
		s->def->summary(&s->rows, clock_wall(v->app->clock), &text);
	snprintf(p->summary, sizeof p->summary, "%s", buf_str(&text));
	buf_release(&text);
}

static void pane_free(struct view *v)
{
	struct section_pane *p = (struct section_pane *)v;

	records_release(&p->records);
	narrow_release(&p->narrow);
	free(p);
}

/* ---- the pane ------------------------------------------------------------------------------- */

static void draw_title(const struct section_pane *p, struct canvas *c, struct rect r, bool focused)
{
	const struct section *s = section_of(p);
	const struct section_def *def = p->v.app->workspace->sections[p->v.section];
	char name[TITLE_MAX], rest[NARROW_WORDS], right[120] = "", rows[PHRASE_MAX], order[64];
	char span[TIME_SPAN_MAX];
	const struct attempt *by = s ? answering_attempt(s) : NULL;

	if (p->v.app->layout.side.w > 0)
		snprintf(name, sizeof name, "%d %s", p->v.section + 1, def->title);
	else
		snprintf(name, sizeof name, "%s", def->title);
	for (char *at = name; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	narrow_words(rest, &p->narrow, p->table.selected);
	narrow_order(order, &p->narrow);
	if (!rest[0] && s && s->rows.rows)
		snprintf(rest, sizeof rest, "%s",
		         p->summary[0] ? p->summary : rows_text(rows, s->rows.rows));
	if (order[0])
		snprintf(right, sizeof right, "%s", order);
	else if (by && r.w >= 60)
		snprintf(right, sizeof right, "%s %s", by->source,
		         time_span(span, attempt_time(by, app_mono(p->v.app))));
	pane_title(c, r, name, rest, right);
	if (focused && p->v.app->layout.side.w > 0)
		canvas_glyph(c, r.x, r.y, ROLE_STRONG, GLYPH_SELECT);
}

static int sentence_lines(struct canvas *c, const struct sentence *say, int w)
{
	int lines = canvas_wrap(c, (struct rect){ 0, 0, w - 3, 0 }, ROLE_TEXT, say->text,
	                        strlen(say->text), 0);

	return lines > SENTENCE_LINES ? SENTENCE_LINES : lines;
}

/* "↳ redshift timed out …  r retry"; returns the lines. */
static int draw_sentence(struct canvas *c, struct rect r, const struct sentence *say)
{
	int lines = sentence_lines(c, say, r.w), used;

	if (!say->text[0])
		return 0;
	canvas_glyph(c, r.x + 1, r.y, say->role, say->glyph);
	pane_wrap(c, (struct rect){ r.x + 3, r.y, r.w - 3, lines }, say->role, say->text);
	used = canvas_cells(c, say->text, strlen(say->text));
	if (say->hint && lines == 1 && used + 5 + (int)strlen(say->hint) <= r.w)
		canvas_puts(c, r.x + 5 + used, r.y, r.w - 5 - used, ROLE_ACCENT, say->hint);
	return lines;
}

static void place(struct view *v, int w, int h)
{
	struct section_pane *p = (struct section_pane *)v;
	const struct section *s = section_of(p);
	struct sentence say = { .text = "" };

	if (s)
		section_sentence(&say, s, app_mono(v->app), app_zone(v->app));
	p->head = 1 + (say.text[0] ? sentence_lines(&v->app->canvas, &say, w) : 0);
	/* A blank line sets the rows apart where there is room. */
	if (h > 12)
		p->head++;
	table_place(&p->table, w, h > p->head ? h - p->head : 0);
}

/* Without rows: what happened instead, and who was asked. */
static void draw_nothing(const struct section_pane *p, struct canvas *c, struct rect r)
{
	const struct section *s = section_of(p);
	struct flow f = flow_on(c, r, 0);

	if (!s) {
		flow_text(&f, ROLE_DIM, " nothing is open yet");
		return;
	}
	struct sentence say;

	section_sentence(&say, s, app_mono(p->v.app), app_zone(p->v.app));
	f.y += draw_sentence(c, r, &say);
	flow_gap(&f);
	flow_trail(&f, s, app_mono(p->v.app));
	if (s->ntrail) {
		flow_gap(&f);
		flow_printf(&f, ROLE_DIM, " %s%sp from where   F choose a source", say.hint ? say.hint : "",
		            say.hint ? "   " : "");
	}
}

static struct fields fields_of(const struct section_pane *p, size_t row)
{
	return (struct fields){ .section = section_of(p), .row = row, .zone = app_zone(p->v.app) };
}

static void draw_only_mark(const struct section_pane *p, struct canvas *c, struct rect r)
{
	char mark = model_mark(p, 0);

	if (mark)
		canvas_text(c, r.x + r.w - 1, r.y, 1, mark == '!' ? ROLE_BAD : ROLE_ATTENTION, &mark, 1);
}

static void draw_no_match(const struct section_pane *p, struct canvas *c, struct rect r)
{
	bool busy = row_view_busy(&p->narrow.view);

	canvas_printf(c, r.x + 1, r.y, r.w - 1, ROLE_DIM, busy ? "looking through %zu rows" :
	              "none of %zu rows fits; Esc leaves the filter", p->records.n);
}

/* A single record is all fields; several are a table. Beside the pane in front a
 * table has no selection: there is one cursor. */
static void draw_rows(const struct section_pane *p, struct canvas *c, struct rect r, bool focused)
{
	struct table table = p->table;
	struct fields f;

	if (!table.rows) {
		draw_no_match(p, c, r);
		return;
	}
	if (p->records.n == 1) {
		f = fields_of(p, 0);
		fields_draw(&f, c, r);
		draw_only_mark(p, c, r);
		if (focused)
			canvas_cursor(c, r.x, r.y, true);
		return;
	}
	table.has_selection = table.has_selection && app_view(p->v.app) == &p->v;
	table_draw(&table, c, r, focused);
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct section_pane *p = (const struct section_pane *)v;
	const struct section *s = section_of(p);
	struct rect body = { r.x, r.y + 1, r.w, r.h - 1 };
	struct sentence say;
	struct rect former = canvas_clip(c, r);

	draw_title(p, c, r, focused);
	if (!s || !p->records.n) {
		draw_nothing(p, c, body);
	} else {
		section_sentence(&say, s, app_mono(v->app), app_zone(v->app));
		draw_sentence(c, body, &say);
		draw_rows(p, c, (struct rect){ r.x, r.y + p->head, r.w, r.h - p->head }, focused);
	}
	canvas_unclip(c, former);
}

/* What was typed fits several: they are to be chosen from. */
static bool are_candidates(const struct section_pane *p)
{
	return p->v.section == 0 && p->records.n > 1;
}

/* ---- the detail: what the table does not show of the selected record ------------------------ */

struct beside {
	const struct section_pane *pane;
	struct table_fit fit;
};

/* The table shows the whole of that column. */
static bool in_table(const void *ctx, size_t column, struct table_text text)
{
	const struct beside *b = ctx;
	const struct section_pane *p = b->pane;

	for (int i = 0; i < p->ncolumns; i++)
		if (p->source[i] == column)
			return b->fit.width[i] > 0 &&
			       canvas_cells(&p->v.app->canvas, text.data, text.len) <= b->fit.width[i];
	return false;
}

static void draw_fields(const struct section_pane *p, struct canvas *c, struct rect r, size_t row)
{
	struct beside beside = { .pane = p };
	struct fields f = fields_of(p, row);

	table_fit(&p->table, p->table.w, &beside.fit);
	f.skip = in_table;
	f.ctx = &beside;
	if (!fields_draw(&f, c, r))
		canvas_puts(c, r.x + 1, r.y, r.w - 1, ROLE_DIM, "the row above shows all of it");
}

static bool has_detail(const struct view *v)
{
	const struct section_pane *p = (const struct section_pane *)v;
	const struct section *s = section_of(p);

	return s && p->records.n > 1 && p->table.has_selection;
}

static void detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	const struct section_pane *p = (const struct section_pane *)v;
	struct rect former = canvas_clip(c, r);
	char ref[REF_MAX];
	size_t row;

	if (section_pane_selected(v, &row))
		draw_fields(p, c, r, row);
	canvas_unclip(c, former);
	if (rule.w > 0 && section_pane_selected(v, &row))
		rule_title(c, rule, section_pane_ref(v, row, ref),
		           are_candidates(p) ? "Enter opens this one" : "Enter shows all fields");
}

/* Before something is selected: rows may be others than at the last place(). */
static void place_again(struct section_pane *p)
{
	table_place(&p->table, p->table.w, p->table.page + 1);
}

/* ---- keys ---------------------------------------------------------------------------------------- */

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
		app_open(p->v.app, typed);
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

/* The same record is selected after the rows have changed their places. */
static void pin(struct section_pane *p)
{
	size_t row;

	p->pinned = section_pane_selected(&p->v, &row) ? section_pane_key(&p->v, row) : 0;
	section_pane_work(&p->v, clock_mono(p->v.app->clock) + FIRST_SLICE);
}

/* Where it went; when it is hidden, what follows it. */
static void unpin(struct section_pane *p)
{
	const struct row_view *v = &p->narrow.view;
	size_t row, place;

	if (!p->pinned || row_view_busy(v))
		return;
	if (section_pane_find(&p->v, p->pinned, &row)) {
		if (!row_view_place(v, row, &place) && v->column != UNSORTED)
			place = 0;
		table_select(&p->table, place);
	}
	p->pinned = 0;
}

static void jump(struct section_pane *p, int direction)
{
	if (!p->narrow.search[0])
		app_say(p->v.app, "nothing is looked for; / does");
	narrow_jump(&p->narrow, p->table.selected, direction);
	section_pane_work(&p->v, clock_mono(p->v.app->clock) + FIRST_SLICE);
}

/* The one that h and l chose, else the first of those that are not frozen. */
static size_t chosen_column(const struct section_pane *p)
{
	if (p->table.column >= 0)
		return p->source[p->table.column];
	for (int i = 0; i < p->ncolumns; i++)
		if (!p->columns[i].frozen)
			return p->source[i];
	return p->source[0];
}

static void sort_chosen(struct section_pane *p)
{
	struct row_view *v = &p->narrow.view;
	int column = (int)chosen_column(p);

	row_view_sort(v, column, v->column == column && !v->down);
	pin(p);
}

static bool clear(struct section_pane *p)
{
	bool had = narrow_clear(&p->narrow);

	if (had)
		pin(p);
	return had;
}

static void unsort(struct section_pane *p)
{
	row_view_sort(&p->narrow.view, UNSORTED, false);
	pin(p);
}

static bool act(struct view *v, enum action a)
{
	struct section_pane *p = (struct section_pane *)v;

	if (a != ACTION_SEARCH && a != ACTION_FILTER)
		p->pinned = 0;
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
	case ACTION_NEXT_HIT:  jump(p, 1); break;
	case ACTION_PREV_HIT:  jump(p, -1); break;
	case ACTION_SORT:      sort_chosen(p); break;
	case ACTION_UNSORT:    unsort(p); break;
	case ACTION_CLEAR:     return clear(p);
	case ACTION_OPEN:      open_selected(p); break;
	default:               return false;
	}
	return true;
}

static void copy(const struct view *v, struct copy_what *w)
{
	size_t row;

	if (section_pane_selected(v, &row))
		section_pane_copy(v, row, w);
}

static const struct view_ops ops = {
	.name = "section pane",
	.where = ON_TABLE | ON_SECTION | ON_ROWS | ON_RECORDS,
	.update = update,
	.place = place,
	.draw = draw,
	.detail = detail,
	.has_detail = has_detail,
	.act = act,
	.copy = copy,
	.free = pane_free,
};

struct view *section_pane_new(struct app *app, int section, struct err *e)
{
	struct section_pane *p = calloc(1, sizeof *p);

	if (!p) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	p->v = (struct view){ &ops, app, section };
	choose_columns(p, app->workspace->sections[section]);
	table_init(&p->table, p->columns, p->ncolumns, model_of(p));
	narrow_init(&p->narrow, app->workspace->sections[section]->columns,
	            app->workspace->sections[section]->ncolumns);
	return &p->v;
}

/* ---- for others -------------------------------------------------------------------------------------- */

static const struct section_pane *pane(const struct view *v)
{
	return (const struct section_pane *)v;
}

bool section_pane_selected(const struct view *v, size_t *row)
{
	*row = row_of(pane(v), pane(v)->table.selected);
	return pane(v)->table.has_selection && *row < pane(v)->records.n &&
	       pane(v)->table.selected < row_view_count(&pane(v)->narrow.view);
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
	struct section_pane *p = (struct section_pane *)v;
	size_t place;

	if (!row_view_place(&p->narrow.view, row, &place)) {
		narrow_filter(&p->narrow, "", NULL);
		p->pinned = section_pane_key(v, row);
		section_pane_work(v, clock_mono(v->app->clock) + FIRST_SLICE);
		return;
	}
	place_again(p);
	table_select(&p->table, place);
}

bool section_pane_shows(const struct view *v, size_t row)
{
	size_t place;

	return row_view_place(&pane(v)->narrow.view, row, &place);
}

bool section_pane_filter(struct view *v, const char *text, struct err *e)
{
	struct section_pane *p = (struct section_pane *)v;
	uint64_t pinned = p->pinned;

	if (!narrow_filter(&p->narrow, text, e))
		return false;
	if (pinned)
		p->pinned = pinned;
	else
		pin(p);
	section_pane_work(v, clock_mono(v->app->clock) + FIRST_SLICE);
	return true;
}

bool section_pane_search(struct view *v, const char *text, struct err *e)
{
	struct section_pane *p = (struct section_pane *)v;

	if (!narrow_search(&p->narrow, text, e))
		return false;
	/* From the selected row on, that row included; before the first is behind the last. */
	narrow_jump(&p->narrow, p->table.selected - 1, 1);
	section_pane_work(v, clock_mono(v->app->clock) + FIRST_SLICE);
	return true;
}

const char *section_pane_filtered(const struct view *v)
{
	return pane(v)->narrow.filter;
}

const char *section_pane_searched(const struct view *v)
{
	return pane(v)->narrow.search;
}

bool section_pane_sort(struct view *v, const char *column, struct err *e)
{
	struct section_pane *p = (struct section_pane *)v;
	const struct row_view *view = &p->narrow.view;
	bool down = column[0] == '-';
	int found = row_filter_column(column + down, view->columns, view->ncolumns);

	if (column[0] && found == UNSORTED)
		return err_set(e, ERR_CONFIG, 0, "no column '%s'", column + down);
	row_view_sort(&p->narrow.view, column[0] ? found : UNSORTED, down);
	pin(p);
	return true;
}

bool section_pane_work(struct view *v, usec until)
{
	struct section_pane *p = (struct section_pane *)v;
	const struct section *s = section_of(p);
	size_t place;
	bool more;

	if (!s)
		return false;
	more = row_view_work(&p->narrow.view, &s->rows, app_zone(v->app), v->app->clock, until);
	if (!p->pinned && !p->narrow.jump)
		return more;
	place_again(p);
	unpin(p);
	switch (narrow_jumped(&p->narrow, &place)) {
	case HIT_FOUND: table_select(&p->table, place); break;
	case HIT_NONE:  app_say(v->app, "nothing found"); break;
	default:        break;
	}
	return more;
}

void section_pane_forget(struct view *v)
{
	struct section_pane *p = (struct section_pane *)v;

	records_release(&p->records);
	narrow_release(&p->narrow);
	p->pinned = 0;
	p->summary[0] = '\0';
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

void section_pane_copy(const struct view *v, size_t row, struct copy_what *w)
{
	w->section = section_of(pane(v));
	w->has_row = w->section && row < w->section->rows.rows;
	w->row = row;
	w->column = chosen_column(pane(v));
	if (w->has_row)
		section_pane_ref(v, row, w->ref);
}

const char *section_pane_summary(const struct view *v)
{
	return pane(v)->summary;
}
