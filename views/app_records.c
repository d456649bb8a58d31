/* Records, as the application speaks of them: which one is in front, where one is now. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "views/app.h"

bool app_record(struct app *app, int *section, size_t *row)
{
	struct view *v = app_view(app);
	struct copy_what w = { 0 };

	if (!app->desk->inv || !v->ops->copy)
		return false;
	v->ops->copy(v, &w);
	if (!w.section || !w.has_row)
		return false;
	*section = (int)(w.section - app->desk->inv->sections);
	*row = w.row;
	return true;
}

void app_show_record(struct app *app, int section, size_t row)
{
	app->desk->history.jumped = true;
	app_go(app, app_base_of(app, section));
	section_pane_select(app->desk->panes[section], row);
}

bool app_take_record(const struct app *app, int section, size_t row, struct record_copy *r,
                     struct err *e)
{
	const struct view *pane = app->desk->panes[section];
	const char *typed = app->desk->inv->typed;

	if (!record_copy_take(r, app_section(app, section), row, e))
		return false;
	r->key = section_pane_key(pane, row);
	r->taken = clock_wall(app->clock);
	text_safe(r->of, sizeof r->of, typed, strlen(typed));
	section_pane_ref(pane, row, r->ref);
	if (!r->ref[0])
		snprintf(r->ref, sizeof r->ref, "row %zu", row + 1);
	return true;
}

bool desk_has_case(const struct desk *d, const struct record_copy *r)
{
	char of[RECORD_CASE];

	if (!d->inv)
		return false;
	text_safe(of, sizeof of, d->inv->typed, strlen(d->inv->typed));
	return !strcmp(of, r->of);
}

bool app_find_record(const struct app *app, const struct record_copy *r, int *section, size_t *row)
{
	if (!desk_has_case(app->desk, r))
		return false;
	for (int i = 0; i < (int)app->npanes; i++) {
		if (app->workspace->sections[i] != r->def)
			continue;
		*section = i;
		return section_pane_find(app->desk->panes[i], r->key, row);
	}
	return false;
}
