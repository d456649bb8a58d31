#include "views/finder.h"

#include <string.h>

#include "views/app.h"

#define FIRST_SLICE (4 * USEC_MS)       /* of work, before the rest is done between keys */

void finder_init(struct finder *f, struct view *v, struct table *table, const struct finder_ops *ops,
                 const struct column_def *columns, size_t ncolumns)
{
	*f = (struct finder){ .v = v, .table = table, .ops = ops };
	narrow_init(&f->narrow, columns, ncolumns);
}

void finder_forget(struct finder *f)
{
	narrow_release(&f->narrow);
	f->pinned = 0;
}

bool finder_active(const struct finder *f)
{
	return f->narrow.view.filter || f->narrow.view.search || f->narrow.view.column != UNSORTED;
}

/* ---- one record stays selected -------------------------------------------------------- */

/* Before something is selected: rows may be others than at the last place(). */
static void place_again(struct finder *f)
{
	table_place(f->table, f->table->w, f->table->page + 1);
}

static void work_now(struct finder *f)
{
	finder_work(f, clock_mono(f->v->app->clock) + FIRST_SLICE);
}

/* The same record is selected after the rows have changed their places. The table knows
 * it still, whatever became of the places. */
static void pin(struct finder *f)
{
	if (!f->pinned && f->table->has_selection)
		f->pinned = f->table->key;
	work_now(f);
}

/* Where it went; when it is hidden, what follows it. */
static void unpin(struct finder *f)
{
	const struct row_view *v = &f->narrow.view;
	size_t row, place;

	if (!f->pinned || row_view_busy(v))
		return;
	if (f->ops->find(f->v, f->pinned, &row)) {
		if (!row_view_place(v, row, &place) && v->column != UNSORTED)
			place = 0;
		table_select(f->table, place);
	}
	f->pinned = 0;
}

/* ---- work --------------------------------------------------------------------------------- */

bool finder_work(struct finder *f, usec until)
{
	const struct rowset *rows = f->ops->rows(f->v);
	size_t place;
	bool more;

	if (!rows)
		return false;
	more = row_view_work(&f->narrow.view, rows, app_zone(f->v->app), f->v->app->clock, until);
	if (!f->pinned && !f->narrow.jump)
		return more;
	place_again(f);
	unpin(f);
	switch (narrow_jumped(&f->narrow, &place)) {
	case HIT_FOUND: table_select(f->table, place); break;
	case HIT_NONE:  app_say(f->v->app, "nothing found"); break;
	default:        break;
	}
	return more;
}

void finder_rows(struct finder *f, size_t total, unsigned revision)
{
	row_view_rows(&f->narrow.view, total, revision);
	work_now(f);
}

void finder_again(struct finder *f)
{
	pin(f);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void jump(struct finder *f, int direction)
{
	if (!f->narrow.search[0])
		app_say(f->v->app, "nothing is looked for; / does");
	narrow_jump(&f->narrow, f->table->selected, direction);
	work_now(f);
}

static void sort_chosen(struct finder *f)
{
	struct row_view *v = &f->narrow.view;
	int column = (int)f->ops->column(f->v);

	row_view_sort(v, column, v->column == column && !v->down);
	pin(f);
}

static void unsort(struct finder *f)
{
	row_view_sort(&f->narrow.view, UNSORTED, false);
	pin(f);
}

static bool clear(struct finder *f)
{
	bool had = narrow_clear(&f->narrow);

	if (had)
		pin(f);
	return had;
}

bool finder_act(struct finder *f, enum action a)
{
	if (a != ACTION_SEARCH && a != ACTION_FILTER)
		f->pinned = 0;
	switch (a) {
	case ACTION_NEXT_HIT: jump(f, 1); break;
	case ACTION_PREV_HIT: jump(f, -1); break;
	case ACTION_SORT:     sort_chosen(f); break;
	case ACTION_UNSORT:   unsort(f); break;
	case ACTION_CLEAR:    return clear(f);
	default:              return false;
	}
	return true;
}

/* ---- what was typed ---------------------------------------------------------------------------- */

bool finder_filter(struct finder *f, const char *text, struct err *e)
{
	if (!narrow_filter(&f->narrow, text, e))
		return false;
	pin(f);
	return true;
}

bool finder_search(struct finder *f, const char *text, struct err *e)
{
	if (!narrow_search(&f->narrow, text, e))
		return false;
	/* From the selected row on, that row included; before the first is behind the last. */
	narrow_jump(&f->narrow, f->table->selected - 1, 1);
	work_now(f);
	return true;
}

bool finder_return(struct finder *f, const char *filter, const char *search, uint64_t key)
{
	struct narrow *n = &f->narrow;
	size_t row;

	if (strcmp(n->filter, filter) != 0)
		narrow_filter(n, filter, NULL);
	if (strcmp(n->search, search) != 0)
		narrow_search(n, search, NULL);
	n->jump = 0;
	f->pinned = key && f->ops->find(f->v, key, &row) ? key : 0;
	work_now(f);
	return f->pinned || !key || f->ops->find(f->v, key, &row);
}

bool finder_sort(struct finder *f, const char *column, struct err *e)
{
	const struct row_view *v = &f->narrow.view;
	bool down = column[0] == '-';
	int found = row_filter_column(column + down, v->columns, v->ncolumns);

	if (column[0] && found == UNSORTED)
		return err_set(e, ERR_CONFIG, 0, "no column '%s'", column + down);
	row_view_sort(&f->narrow.view, column[0] ? found : UNSORTED, down);
	pin(f);
	return true;
}

/* ---- for the view ------------------------------------------------------------------------------- */

bool finder_selected(const struct finder *f, size_t *row)
{
	*row = finder_row(f, f->table->selected);
	return f->table->has_selection && f->table->selected < row_view_count(&f->narrow.view);
}

void finder_select(struct finder *f, size_t row)
{
	size_t place;

	if (!row_view_place(&f->narrow.view, row, &place)) {
		narrow_filter(&f->narrow, "", NULL);
		f->pinned = f->ops->key(f->v, row);
		work_now(f);
		return;
	}
	place_again(f);
	table_select(f->table, place);
}

bool finder_beside(const struct finder *f, size_t row, int direction, size_t *other)
{
	const struct row_view *v = &f->narrow.view;
	size_t place;

	if (!row_view_place(v, row, &place))
		return false;
	place += (size_t)direction;      /* before the first is behind the last */
	*other = place < row_view_count(v) ? row_view_row(v, place) : 0;
	return place < row_view_count(v);
}

bool finder_shows(const struct finder *f, size_t row)
{
	size_t place;

	return row_view_place(&f->narrow.view, row, &place);
}

size_t finder_mark(const struct finder *f, struct table_text text, size_t from, size_t *len)
{
	const struct row_view *v = &f->narrow.view;

	*len = 0;
	return v->search && v->trouble == VIEW_FINE ? row_filter_mark(v->search, text, from, len) : 0;
}

void finder_draw_nothing(const struct finder *f, struct canvas *c, struct rect r, size_t total)
{
	canvas_printf(c, r.x + 1, r.y, r.w - 1, ROLE_DIM, row_view_busy(&f->narrow.view) ?
	              "looking through %zu rows" : "none of %zu rows fits; Esc leaves the filter", total);
}
