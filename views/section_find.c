/* Which of its rows a section's pane shows, in what order, and what is found there. */
#include "views/section_pane_impl.h"

/* ---- one record stays selected -------------------------------------------------------- */

/* Before something is selected: rows may be others than at the last place(). */
static void place_again(struct section_pane *p)
{
	table_place(&p->table, p->table.w, p->table.page + 1);
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

/* ---- keys -------------------------------------------------------------------------------- */

void section_pane_jump(struct section_pane *p, int direction)
{
	if (!p->narrow.search[0])
		app_say(p->v.app, "nothing is looked for; / does");
	narrow_jump(&p->narrow, p->table.selected, direction);
	section_pane_work(&p->v, clock_mono(p->v.app->clock) + FIRST_SLICE);
}

/* The one that h and l chose, else the first of those that are not frozen. */
size_t section_pane_column(const struct section_pane *p)
{
	if (p->table.column >= 0)
		return p->source[p->table.column];
	for (int i = 0; i < p->ncolumns; i++)
		if (!p->columns[i].frozen)
			return p->source[i];
	return p->source[0];
}

void section_pane_sort_chosen(struct section_pane *p)
{
	struct row_view *v = &p->narrow.view;
	int column = (int)section_pane_column(p);

	row_view_sort(v, column, v->column == column && !v->down);
	pin(p);
}

bool section_pane_clear(struct section_pane *p)
{
	bool had = narrow_clear(&p->narrow);

	if (had)
		pin(p);
	return had;
}

void section_pane_unsort(struct section_pane *p)
{
	row_view_sort(&p->narrow.view, UNSORTED, false);
	pin(p);
}

/* ---- for others --------------------------------------------------------------------------- */

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

bool section_pane_beside(const struct view *v, size_t row, int direction, size_t *other)
{
	const struct row_view *view = &pane(v)->narrow.view;
	size_t place;

	if (!row_view_place(view, row, &place))
		return false;
	place += (size_t)direction;      /* before the first is behind the last */
	*other = place < row_view_count(view) ? row_view_row(view, place) : 0;
	return place < row_view_count(view) && *other < pane(v)->records.n;
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
