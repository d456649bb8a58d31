/* What `sextant config check` prints, as a pane. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/text_view.h"

struct config_view {
	struct text_view t;
	struct buf text;
};

static void content(const struct text_view *t, struct flow *f)
{
	flow_code(f, buf_str(&((const struct config_view *)t)->text));
}

static void title(const struct text_view *t, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	(void)t;
	snprintf(name, TEXT_TITLE, "CONFIGURATION");
	rest[0] = '\0';
}

static void config_view_free(struct view *v)
{
	buf_release(&((struct config_view *)v)->text);
	text_view_free(v);
}

static const struct view_ops ops = {
	.name = "configuration",
	.where = ON_TEXT,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = text_view_act,
	.free = config_view_free,
};

struct view *config_view_new(struct app *app, struct err *e)
{
	struct config_view *c = view_alloc(sizeof *c, e);

	if (!c)
		return NULL;
	c->t.v = (struct view){ &ops, app, NO_SECTION };
	c->t.content = content;
	c->t.title = title;
	config_describe(app->config, &c->text);
	return &c->t.v;
}
