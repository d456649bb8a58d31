/* Asks before somebody outside is told about the case: shows who, how much, and every word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/evidence.h"
#include "views/app.h"
#include "views/text_view.h"

struct tell {
	struct text_view t;
	int told;                       /* the section that is told */
	struct evidence evidence;
	struct buf whom;                /* "Language model at https://…" */
	char *question;                 /* what stands around it; NULL = it cannot be read */
};

static void put_size(const struct tell *t, struct flow *f)
{
	const struct evidence *v = &t->evidence;
	char size[FORMAT_MAX], left_out[64] = "";

	flow_printf(f, ROLE_ATTENTION, " Send %zu row%s, %s, to %s? y sends it, q leaves it.", v->rows,
		    v->rows == 1 ? "" : "s", format_bytes(size, v->text.len), buf_str(&t->whom));
	if (v->left_out)
		snprintf(left_out, sizeof left_out, ", nor %s %zu row%s beyond the limits",
			 v->left_out == 1 ? "is" : "are", v->left_out, v->left_out == 1 ? "" : "s");
	flow_printf(f, ROLE_DIM, " Payloads are not sent%s%s.", left_out,
		    v->hidden ? "; what looks like a secret was taken out" : "");
	if (!v->settled)
		flow_text(f, ROLE_ATTENTION, " Sections are still being asked: what they find is not in it.");
}

static void content(const struct text_view *v, struct flow *f)
{
	const struct tell *t = (const struct tell *)v;

	put_size(t, f);
	flow_gap(f);
	flow_code(f, buf_str(&t->evidence.text));
	if (!t->question)
		return;
	flow_gap(f);
	flow_text(f, ROLE_ACCENT, " The question that it is sent with:");
	flow_gap(f);
	flow_code(f, t->question);
}

static void title(const struct text_view *v, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	const struct tell *t = (const struct tell *)v;

	snprintf(name, TEXT_TITLE, "SEND IT?");
	snprintf(rest, TEXT_TITLE, "%s", v->v.app->workspace->sections[t->told]->title);
}

static void tell_now(struct app *app, int section, const char *text)
{
	struct err e = { 0 };

	if (!engine_tell(app->engine, app->desk->inv, (size_t)section, text, &e))
		app_complain(app, "%s", e.text);
}

static void send_it(struct tell *t)
{
	struct app *app = t->t.v.app;
	struct buf text = t->evidence.text;
	int section = t->told;

	if (app->layout.form == LAYOUT_TINY) {
		app_complain(app, "the terminal is too small to see what would be sent");
		return;
	}
	t->evidence.text = (struct buf)BUF_INIT;
	app_pop(app);
	tell_now(app, section, buf_str(&text));
	buf_release(&text);
}

static bool act(struct view *v, enum action a)
{
	switch (a) {
	case ACTION_SEND:
		send_it((struct tell *)v);
		return true;
	case ACTION_BACK:
		app_say(v->app, "nothing was sent");
		app_pop(v->app);
		return true;
	default:
		return text_view_act(v, a);
	}
}

static void tell_free(struct view *v)
{
	struct tell *t = (struct tell *)v;

	evidence_release(&t->evidence);
	buf_release(&t->whom);
	free(t->question);
	text_view_free(v);
}

static const struct view_ops ops = {
	.name = "send it?",
	.where = ON_TEXT | ON_TELL,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = act,
	.passing = true,
	.free = tell_free,
};

static const struct source *source_named(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->config->nsources; i++)
		if (!strcmp(app->config->sources[i].name, name))
			return &app->config->sources[i];
	return NULL;
}

/* All that may get to hear it: the next one of the chain is asked where one fails. */
static void find_whom(struct tell *t)
{
	struct app *app = t->t.v.app;
	const struct section_def *def = app->workspace->sections[t->told];

	for (size_t i = 0; i < def->nsteps; i++) {
		const struct source *s = source_named(app, def->steps[i].source);

		if (!s || !s->configured)
			continue;
		buf_printf(&t->whom, "%s%s (%s)", t->whom.len ? " or " : "", s->origin, s->title);
		if (!t->question)
			t->question = query_text(app->config, s, def->steps[i].query, NULL);
	}
}

static unsigned number_of(const void *ctx, size_t section, size_t row)
{
	return section_pane_number(((const struct app *)ctx)->desk->panes[section], row);
}

static struct tell *tell_new(struct app *app, int section, struct err *e)
{
	const struct investigation *inv = app->desk->inv;
	struct tell *t = view_alloc(sizeof *t, e);

	if (!t)
		return NULL;
	t->t.v = (struct view){ &ops, app, NO_SECTION };
	t->t.content = content;
	t->t.title = title;
	t->told = section;
	find_whom(t);
	if (evidence_render(&t->evidence, inv, inv->sections[section].def, clock_wall(app->clock), number_of, app, e))
		return t;
	tell_free(&t->t.v);
	return NULL;
}

void app_tell(struct app *app, int section)
{
	struct err e = { 0 };
	struct tell *t = tell_new(app, section, &e);

	if (t && t->whom.len == 0) {
		/* Nobody is there to hear it: the section says why. */
		tell_now(app, section, buf_str(&t->evidence.text));
		tell_free(&t->t.v);
		return;
	}
	app_push(app, t ? &t->t.v : NULL, &e);
}
