/* Filters, orders and searches for the rows of the pane in front: as they are typed, and
 * as commands. */
#include <string.h>

#include "views/app.h"

/* The section's pane that is meant; NULL with a word about it when there is none. */
static struct view *wanted(struct app *app)
{
	if (app->desk->base)
		return app->desk->panes[app->desk->base - 1];
	app_complain(app, "go to a section first; 1 to %zu", app->npanes);
	return NULL;
}

void app_ask_rows(struct app *app, enum app_prompt kind)
{
	struct view *v = wanted(app);

	if (!v)
		return;
	app->prompting = kind;
	app->before[0] = '\0';
	if (kind == PROMPT_FILTER)
		memcpy(app->before, section_pane_filtered(v), strlen(section_pane_filtered(v)) + 1);
	prompt_init(&app->prompt, kind == PROMPT_FILTER ? "&" : "/", app->before);
	if (kind == PROMPT_SEARCH)
		section_pane_search(v, "", NULL);
}

/* Every letter is tried; what is wrong so far leaves the rows as they are. */
void app_rows_typed(struct app *app, enum prompt_result result)
{
	struct view *v = wanted(app);
	const char *text = result == PROMPT_CANCELLED ? app->before : app->prompt.text;
	bool filter = app->prompting == PROMPT_FILTER;
	struct err e = { 0 };

	if (result == PROMPT_DONE || result == PROMPT_CANCELLED)
		app->prompting = PROMPT_NONE;
	if (!v || result == PROMPT_IGNORED)
		return;
	/* A key more must not look for the same again. */
	if (!filter && result == PROMPT_DONE && !strcmp(text, section_pane_searched(v)))
		return;
	if (!(filter ? section_pane_filter : section_pane_search)(v, text, &e))
		app_complain(app, "%s", e.text);
}

void app_filter(struct app *app, const char *text)
{
	struct view *v = wanted(app);
	struct err e = { 0 };

	if (v && !section_pane_filter(v, text, &e))
		app_complain(app, "%s", e.text);
}

void app_sort(struct app *app, const char *column)
{
	struct view *v = wanted(app);
	struct err e = { 0 };

	if (v && !section_pane_sort(v, column, &e))
		app_complain(app, "%s", e.text);
}

bool app_work(struct app *app, usec until)
{
	bool more = false;

	for (size_t i = 0; i < app->npanes; i++)
		more |= section_pane_work(app->desk->panes[i], until);
	return more;
}
