/* Filters, orders and searches for the rows of the pane in front: as they are typed, and
 * as commands. */
#include <string.h>

#include "views/app.h"
#include "views/finder.h"

static struct finder *finder_of(struct view *v)
{
	return v->ops->finder ? v->ops->finder(v) : NULL;
}

struct finder *app_finder(const struct app *app)
{
	struct finder *f = finder_of(app_view(app));

	return f ? f : finder_of(app_base_view(app));
}

/* NULL with a word about it. */
static struct finder *wanted(struct app *app)
{
	struct finder *f = app_finder(app);

	if (!f)
		app_complain(app, "go to a section first; 1 to %zu", app->numbered);
	return f;
}

void app_ask_rows(struct app *app, enum app_prompt kind)
{
	struct finder *f = wanted(app);

	if (!f)
		return;
	app->prompting = kind;
	app->before[0] = '\0';
	if (kind == PROMPT_FILTER)
		memcpy(app->before, f->narrow.filter, strlen(f->narrow.filter) + 1);
	prompt_init(&app->prompt, kind == PROMPT_FILTER ? "&" : "/", app->before);
	if (kind == PROMPT_SEARCH)
		finder_search(f, "", NULL);
}

/* Every letter is tried; what is wrong so far leaves the rows as they are. */
void app_rows_typed(struct app *app, enum prompt_result result)
{
	struct finder *f = wanted(app);
	const char *text = result == PROMPT_CANCELLED ? app->before : app->prompt.text;
	bool filter = app->prompting == PROMPT_FILTER;
	struct err e = { 0 };

	if (result == PROMPT_DONE || result == PROMPT_CANCELLED)
		app->prompting = PROMPT_NONE;
	if (!f || result == PROMPT_IGNORED)
		return;
	app->desk->history.jumped = !filter && result == PROMPT_DONE;
	/* A key more must not look for the same again. */
	if (!filter && result == PROMPT_DONE && !strcmp(text, f->narrow.search))
		return;
	if (!(filter ? finder_filter : finder_search)(f, text, &e))
		app_complain(app, "%s", e.text);
}

void app_filter(struct app *app, const char *text)
{
	struct finder *f = wanted(app);
	struct err e = { 0 };

	if (f && !finder_filter(f, text, &e))
		app_complain(app, "%s", e.text);
}

void app_sort(struct app *app, const char *column)
{
	struct finder *f = wanted(app);
	struct err e = { 0 };

	if (f && !finder_sort(f, column, &e))
		app_complain(app, "%s", e.text);
}

static bool work(struct view *v, usec until)
{
	struct finder *f = finder_of(v);

	return f && finder_work(f, until);
}

bool app_work(struct app *app, usec until)
{
	struct desk *d = app->desk;
	bool more = work(d->timeline, until);

	for (size_t i = 0; i < app->npanes; i++)
		more |= work(d->panes[i], until);
	for (int i = 0; i < d->depth; i++)
		more |= work(d->stack[i], until);
	return more;
}
