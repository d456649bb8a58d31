#include "views/narrow.h"

#include <stdio.h>
#include <string.h>

void narrow_init(struct narrow *n, const struct column_def *columns, size_t ncolumns)
{
	*n = (struct narrow){ .jump = 0 };
	row_view_init(&n->view, columns, ncolumns);
}

void narrow_release(struct narrow *n)
{
	row_view_release(&n->view);
	n->filter[0] = n->search[0] = '\0';
	n->jump = 0;
}

static bool read(const struct narrow *n, const char *text, bool search, struct row_filter **out,
                 struct err *e)
{
	const struct row_view *v = &n->view;

	*out = NULL;
	if (!text[strspn(text, " ")])
		return true;
	*out = search ? row_filter_search(text, v->columns, v->ncolumns, e)
	              : row_filter_new(text, v->columns, v->ncolumns, e);
	return *out != NULL;
}

bool narrow_filter(struct narrow *n, const char *text, struct err *e)
{
	struct row_filter *f;

	if (!read(n, text, false, &f, e))
		return false;
	row_view_filter(&n->view, f);
	snprintf(n->filter, sizeof n->filter, "%s", f ? text : "");
	return true;
}

bool narrow_search(struct narrow *n, const char *text, struct err *e)
{
	struct row_filter *f;

	if (!read(n, text, true, &f, e))
		return false;
	row_view_search(&n->view, f);
	snprintf(n->search, sizeof n->search, "%s", f ? text : "");
	n->jump = 0;
	return true;
}

bool narrow_clear(struct narrow *n)
{
	if (n->search[0])
		return narrow_search(n, "", NULL);
	if (n->filter[0])
		return narrow_filter(n, "", NULL);
	if (n->view.column == UNSORTED)
		return false;
	row_view_sort(&n->view, UNSORTED, false);
	return true;
}

static void add(char out[static NARROW_WORDS], const char *text)
{
	size_t used = strlen(out);

	snprintf(out + used, NARROW_WORDS - used, "%s%s", used ? "   " : "", text);
}

const char *narrow_words(char out[static NARROW_WORDS], const struct narrow *n, size_t place)
{
	const struct row_view *v = &n->view;
	char count[80];

	out[0] = '\0';
	if (n->filter[0]) {
		snprintf(count, sizeof count, "%zu of %zu", row_view_count(v), v->total);
		add(out, count);
		add(out, n->filter);
	}
	if (n->search[0]) {
		snprintf(count, sizeof count, "%zu of %zu  /", row_view_hit(v, place), v->hits.n);
		add(out, count);
		snprintf(out + strlen(out), NARROW_WORDS - strlen(out), "%s", n->search);
	}
	if (v->trouble)
		add(out, v->trouble == VIEW_COSTLY ? "pattern too costly" : "out of memory");
	else if (row_view_busy(v))
		add(out, "…");
	return out;
}

const char *narrow_order(char out[static 64], const struct narrow *n)
{
	const struct row_view *v = &n->view;

	out[0] = '\0';
	if (v->column != UNSORTED)
		snprintf(out, 64, "%.50s %s", v->columns[v->column].title, v->down ? "▾" : "▴");
	return out;
}

void narrow_jump(struct narrow *n, size_t place, int direction)
{
	n->jump = n->search[0] ? direction : 0;
	n->jump_from = place;
}

enum hit narrow_jumped(struct narrow *n, size_t *place)
{
	enum hit hit = n->jump ? row_view_next(&n->view, n->jump_from, n->jump, place) : HIT_LATER;

	if (hit != HIT_LATER)
		n->jump = 0;
	return hit;
}
