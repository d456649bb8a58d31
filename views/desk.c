#include "views/desk.h"

#include <stdlib.h>

#include "views/app.h"
#include "views/timeline.h"

void *view_alloc(size_t size, struct err *e)
{
	void *v = calloc(1, size);

	if (!v)
		err_set(e, ERR_MEMORY, 0, "out of memory");
	return v;
}

void view_drop(struct view *v)
{
	if (v && !v->holds--)
		v->ops->free(v);
}

struct desk *desk_new(struct app *app, struct err *e)
{
	struct desk *d = calloc(1, sizeof *d);
	bool ok = d != NULL;

	if (!ok)
		err_set(e, ERR_MEMORY, 0, "out of memory");
	for (size_t i = 0; ok && i < app->npanes; i++)
		ok = (d->panes[i] = section_pane_new(app, (int)i, e)) != NULL;
	ok = ok && (d->overview = overview_new(app, e)) && (d->timeline = timeline_new(app, e));
	if (!ok) {
		desk_free(d);
		return NULL;
	}
	changes_forget(&d->changes);
	return d;
}

void desk_free(struct desk *d)
{
	if (!d)
		return;
	while (d->depth)
		view_drop(d->stack[--d->depth]);
	history_release(&d->history);
	for (size_t i = 0; i < APP_PANES; i++)
		view_drop(d->panes[i]);
	view_drop(d->overview);
	view_drop(d->timeline);
	free(d);
}

void desk_take(struct desk *d, struct investigation *inv)
{
	while (d->depth)
		view_drop(d->stack[--d->depth]);
	history_release(&d->history);
	d->inv = inv;
	for (size_t i = 0; i < APP_PANES && d->panes[i]; i++)
		section_pane_forget(d->panes[i]);
	timeline_pane_forget(d->timeline);
	changes_forget(&d->changes);
	d->base = 0;
}

/* The first of the workspace's facts about its subject is what it is known by. */
const char *desk_name(const struct desk *d)
{
	const struct investigation *inv = d->inv;
	const char *id = inv ? facts_get(&inv->facts, inv->workspace->subject_facts[0]) : NULL;

	return id ? id : inv ? inv->typed : "";
}

int desk_changed(const struct desk *d)
{
	int n = 0;

	for (size_t i = 0; d->inv && i < d->inv->nsections; i++)
		n += d->changes.sections[i].changed != TIME_NONE;
	return n;
}

struct view *desk_base_view(const struct desk *d)
{
	int pane = app_section_of(d->overview->app, d->base);

	return !d->base ? d->overview : pane == NO_SECTION ? d->timeline : d->panes[pane];
}
