/* What the user may change in files while the program runs: the keys, the theme. */
#include <stdlib.h>
#include <string.h>

#include "sections/config.h"
#include "views/app.h"

enum { WATCH_KEYS, WATCH_THEME, WATCH_COMMANDS };

static bool load_keys(struct app *app, bool *absent, struct err *e)
{
	struct key_choice former = app->keymap;
	bool ok = keymap_load(&app->keymap, app->keys_path, absent, e);

	actions_map(&app->keymap);
	/* A command of the user's may have had the key first. */
	if (ok && !user_commands_keys(&app->commands, e)) {
		app->keymap = former;
		actions_map(&app->keymap);
		return false;
	}
	return ok;
}

bool app_load_keys(struct app *app, struct err *e)
{
	bool absent = false;

	app->keys_path = config_user_path("keys.yaml");
	if (!app->keys_path)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	watch_file(&app->watch, WATCH_KEYS, app->keys_path);
	return load_keys(app, &absent, e);
}

/* The demonstration brings some to try, unless the user has his own. */
static bool load_commands(struct app *app, bool *absent, struct err *e)
{
	const struct embedded *demo = embedded_find("sections/demo/commands.yaml");

	if (!user_commands_load(&app->commands, app->workspace, app->commands_path, absent, e))
		return false;
	return !*absent || !app->demo || !demo ||
	       user_commands_parse(&app->commands, app->workspace, demo->data, demo->len, demo->path, e);
}

bool app_load_commands(struct app *app, struct err *e)
{
	bool absent = false;

	app->commands_path = config_user_path("commands.yaml");
	if (!app->commands_path)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	watch_file(&app->watch, WATCH_COMMANDS, app->commands_path);
	return load_commands(app, &absent, e);
}

void app_watch_theme(struct app *app, const char *path)
{
	watch_file(&app->watch, WATCH_THEME, path);
}

static void reload_keys(struct app *app)
{
	struct err e = { 0 };
	bool absent = false;

	if (!load_keys(app, &absent, &e))
		app_complain(app, "keys as before: %s", e.text);
	else
		app_say(app, absent ? "the keys are as built in again" : "the keys were read again");
}

static void reload_theme(struct app *app)
{
	struct err e = { 0 };

	if (!app_theme(app, app->theme_path, &e))
		app_complain(app, "theme as before: %s", e.text);
	else
		app_say(app, "the theme was read again");
}

static void reload_commands(struct app *app)
{
	struct err e = { 0 };
	bool absent = false;

	if (!load_commands(app, &absent, &e))
		app_complain(app, "commands as before: %s", e.text);
	else
		app_say(app, "%zu command%s of your own", app->commands.n, app->commands.n == 1 ? "" : "s");
}

bool app_reload(struct app *app)
{
	unsigned changed = watch_changed(&app->watch);

	if (changed & 1u << WATCH_KEYS)
		reload_keys(app);
	if (changed & 1u << WATCH_THEME && app->theme_path)
		reload_theme(app);
	if (changed & 1u << WATCH_COMMANDS)
		reload_commands(app);
	return changed;
}

void app_forget_files(struct app *app)
{
	actions_map(NULL);
	watch_release(&app->watch);
	free(app->keys_path);
	free(app->theme_path);
	free(app->commands_path);
	user_commands_release(&app->commands);
	app->keys_path = app->theme_path = app->commands_path = NULL;
}
