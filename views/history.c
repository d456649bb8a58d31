#include "views/history.h"

#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/finder.h"

static struct finder *finder_of(const struct desk *d)
{
	struct view *v = desk_base_view(d);

	return v->ops->finder ? v->ops->finder(v) : NULL;
}

static void visit_release(struct visit *v)
{
	while (v->depth)
		view_drop(v->stack[--v->depth]);
	free(v->filter);
	free(v->search);
	*v = (struct visit){ 0 };
}

void history_release(struct history *h)
{
	for (int i = 0; i < h->n; i++)
		visit_release(&h->visits[i]);
	*h = (struct history){ 0 };
}

/* ---- what a place is --------------------------------------------------------------------- */

/* A question that was answered must not come back. */
static bool is_passing(const struct desk *d)
{
	for (int i = 0; i < d->depth; i++)
		if (d->stack[i]->ops->passing)
			return true;
	return false;
}

static bool same_text(const char *kept, const char *text)
{
	return !strcmp(kept ? kept : "", text);
}

/* Without memory it is a place without a filter. */
static void keep_text(char **kept, const char *text)
{
	if (same_text(*kept, text))
		return;
	free(*kept);
	*kept = text[0] ? strdup(text) : NULL;
}

static bool is_here(const struct visit *v, const struct desk *d)
{
	const struct finder *f = finder_of(d);

	return v->base == d->base && v->depth == d->depth &&
	       !memcmp(v->stack, d->stack, (size_t)d->depth * sizeof d->stack[0]) &&
	       (!f || (same_text(v->filter, f->narrow.filter) && same_text(v->search, f->narrow.search)));
}

static void take(struct visit *v, const struct desk *d)
{
	const struct finder *f = finder_of(d);

	if (!is_here(v, d)) {
		visit_release(v);
		v->base = d->base;
		for (; v->depth < d->depth; v->depth++) {
			v->stack[v->depth] = d->stack[v->depth];
			v->stack[v->depth]->holds++;
		}
	}
	v->key = f && f->table->has_selection ? f->table->key : 0;
	keep_text(&v->filter, f ? f->narrow.filter : "");
	keep_text(&v->search, f ? f->narrow.search : "");
}

/* ---- coming and going ---------------------------------------------------------------------- */

void history_leave(struct desk *d)
{
	struct history *h = &d->history;

	h->jumped = false;
	if (is_passing(d))
		return;
	if (!h->n)
		h->n = 1;
	take(&h->visits[h->at], d);
}

void history_arrive(struct desk *d)
{
	struct history *h = &d->history;

	if (is_passing(d) || (h->n && !h->jumped && is_here(&h->visits[h->at], d)))
		return;
	while (h->n > h->at + 1)
		visit_release(&h->visits[--h->n]);
	if (h->n == APP_HISTORY) {
		visit_release(&h->visits[0]);
		memmove(h->visits, h->visits + 1, sizeof h->visits - sizeof h->visits[0]);
		h->visits[--h->n] = (struct visit){ 0 };
	}
	h->at = h->n++;
	take(&h->visits[h->at], d);
}

/* Shows the place again; false when the record that was selected is gone. */
static bool return_to(struct app *app, const struct visit *v)
{
	struct desk *d = app->desk;
	struct finder *f;

	app_go(app, v->base);
	for (; d->depth < v->depth; d->depth++) {
		struct view *over = v->stack[d->depth];

		over->holds++;
		d->stack[d->depth] = over;
		if (over->ops->update)
			over->ops->update(over);
	}
	f = finder_of(d);
	return !f || finder_return(f, v->filter ? v->filter : "", v->search ? v->search : "", v->key);
}

void app_travel(struct app *app, int delta)
{
	struct history *h = &app->desk->history;
	int to = h->at + delta;

	if (to < 0 || to >= h->n) {
		app_say(app, delta < 0 ? "nowhere to go back to" : "nowhere to go forward to");
		return;
	}
	h->at = to;
	if (!return_to(app, &h->visits[to]))
		app_complain(app, "the record that was selected here is not in the answer any more");
}
