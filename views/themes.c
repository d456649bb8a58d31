/* Which theme: a built-in one by name, or a file by its path. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "sections/config.h"
#include "views/app.h"

static bool read_file(struct theme *theme, const char *path, struct err *e)
{
	struct doc *doc = doc_load(path, e);
	bool ok = doc && theme_read(theme, doc_root(doc), e);

	doc_free(doc);
	return ok;
}

static bool read_built_in(struct theme *theme, const char *name, struct err *e)
{
	char path[80];
	const struct embedded *file;

	snprintf(path, sizeof path, "themes/%s.yaml", name);
	file = embedded_find(path);
	if (!file)
		return err_set(e, ERR_CONFIG, 0, "no theme '%s': calm, contrast, cvd, mono, ascii or a "
		               "file's path", name);
	return theme_parse(theme, file->data, file->len, path, e);
}

/* "~/mine.yaml" too: no shell reads what is typed after a colon. */
static char *file_path(const char *name, struct err *e)
{
	const char *home = getenv("HOME");
	char *path = NULL;

	if (strncmp(name, "~/", 2) != 0 || !home)
		path = strdup(name);
	else if (asprintf(&path, "%s%s", home, name + 1) < 0)
		path = NULL;
	if (!path)
		err_set(e, ERR_MEMORY, 0, "out of memory");
	return path;
}

/* The path is the application's from now on. */
static void keep_path(struct app *app, char *path)
{
	bool same = path && app->theme_path && strcmp(path, app->theme_path) == 0;

	free(app->theme_path);
	app->theme_path = path;
	if (!same)
		app_watch_theme(app, path);
}

bool app_theme(struct app *app, const char *name, struct err *e)
{
	char *path = strchr(name, '/') ? file_path(name, e) : NULL;
	struct theme theme;

	theme_init(&theme);
	if (strchr(name, '/') ? !path || !read_file(&theme, path, e) : !read_built_in(&theme, name, e)) {
		free(path);
		return false;
	}
	keep_path(app, path);
	app->theme = theme;
	app->ascii = theme.ascii || (app->term && term_ascii(app->term));
	if (app->term)
		term_set_theme(app->term, &app->theme);
	return true;
}
