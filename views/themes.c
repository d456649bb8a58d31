/* Which theme: a built-in one by name, or a file by its path. */
#include <stdio.h>
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

bool app_theme(struct app *app, const char *name, struct err *e)
{
	struct theme theme;

	theme_init(&theme);
	if (!(strchr(name, '/') ? read_file(&theme, name, e) : read_built_in(&theme, name, e)))
		return false;
	app->theme = theme;
	app->ascii = theme.ascii || (app->term && term_ascii(app->term));
	if (app->term)
		term_set_theme(app->term, &app->theme);
	return true;
}
