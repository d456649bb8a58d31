/* The user's own commands: from a key or a name to a program that runs. */
#include <string.h>

#include "views/app.h"

/* Shows the run in place of another one. */
static void show(struct app *app, unsigned number)
{
	struct err e = { 0 };

	app_push(app, run_view_new(app, number, &e), &e);
}

void app_run(struct app *app, const struct user_command *c, char **words)
{
	struct err e = { 0 };
	const struct run *run = runs_start(&app->runs, c, words, app->clock, &e);

	if (run)
		show(app, run->number);
	else
		app_complain(app, "%s", e.text);
}

static void say_where(struct app *app, const struct user_command *c)
{
	char where[APP_MESSAGE] = "";

	for (size_t i = 0; i < app->npanes; i++)
		if (c->sections >> i & 1)
			snprintf(where + strlen(where), sizeof where - strlen(where), "%s%s", where[0] ? ", " : "",
			         app->workspace->sections[i]->title);
	app_complain(app, "%s is for records of %s", c->name, where);
}

void app_command(struct app *app, const struct user_command *c)
{
	struct copy_what what = app_selected(app);
	struct err e = { 0 };
	char **words;

	if (!user_command_applies(c, what.section ? app_focus(app) : NO_SECTION)) {
		say_where(app, c);
		return;
	}
	words = user_command_words(c, &what, &e);
	if (!words)
		app_complain(app, "%s", e.text);
	else if (c->dangerous)
		app_push(app, confirm_new(app, c, words, &e), &e);
	else
		app_run(app, c, words);
}

bool app_command_key(struct app *app, struct key k)
{
	const struct user_command *c = user_command_of_key(&app->commands, k, app_focus(app));

	if (c)
		app_command(app, c);
	return c != NULL;
}

/* It is on the screen already. */
static bool in_front(const struct app *app, const struct run *run)
{
	const struct view *v = app_view(app);

	return !strcmp(v->ops->name, "command") && run_view_number(v) == run->number;
}

bool app_update_runs(struct app *app)
{
	const struct run *run;
	bool changed, any = false;
	char state[RUN_STATE_MAX];

	while ((run = runs_update(&app->runs, &changed))) {
		any = true;
		if (!in_front(app, run))
			app_say(app, "%s: %s; :output shows it", run->name, run_state(state, run, 0));
	}
	if (!any && !changed)
		return false;
	/* What it wrote may be looked through. */
	for (int i = 0; i < app->desk->depth; i++)
		if (app->desk->stack[i]->ops->update)
			app->desk->stack[i]->ops->update(app->desk->stack[i]);
	return true;
}
