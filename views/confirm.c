/* Asks before a dangerous command runs: shows word by word what the program would get. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/text_view.h"

struct confirm {
	struct text_view t;
	char name[USER_COMMAND_NAME];
	char **words;
	struct buf line;
};

static void put_word(struct flow *f, size_t i, const char *word)
{
	char label[32];

	snprintf(label, sizeof label, i ? "word %zu" : "program", i);
	flow_field(f, label, *word ? ROLE_STRONG : ROLE_DIM, *word ? word : "(empty)", *word ? strlen(word) : 7);
}

static void content(const struct text_view *t, struct flow *f)
{
	const struct confirm *c = (const struct confirm *)t;

	flow_text(f, ROLE_ATTENTION, " Marked dangerous. This is what would run:");
	flow_gap(f);
	flow_code(f, buf_str(&c->line));
	flow_gap(f);
	for (size_t i = 0; c->words[i]; i++)
		put_word(f, i, c->words[i]);
	flow_gap(f);
	flow_text(f, ROLE_ACCENT, " y runs it, q leaves it");
}

static void title(const struct text_view *t, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	snprintf(name, TEXT_TITLE, "RUN IT?");
	snprintf(rest, TEXT_TITLE, "%s", ((const struct confirm *)t)->name);
}

/* What was not on the screen cannot have been agreed to. */
static bool all_seen(const struct confirm *c)
{
	return c->t.v.app->layout.form != LAYOUT_TINY && c->t.top + c->t.page >= c->t.lines;
}

static void run_it(struct confirm *c)
{
	struct app *app = c->t.v.app;
	const struct user_command *command = user_command_named(&app->commands, c->name);
	char **words = c->words;

	if (!all_seen(c)) {
		app_complain(app, "the end of it was not shown yet; G goes there");
		return;
	}
	if (!command) {
		app_complain(app, "%s is not in the file any more", c->name);
		return;
	}
	c->words = NULL;
	app_pop(app);
	app_run(app, command, words);
}

static bool act(struct view *v, enum action a)
{
	struct app *app = v->app;

	switch (a) {
	case ACTION_CONFIRM:
		run_it((struct confirm *)v);
		return true;
	case ACTION_BACK:
		app_pop(app);
		app_say(app, "it was not run");
		return true;
	default:
		return text_view_act(v, a);
	}
}

static void confirm_free(struct view *v)
{
	struct confirm *c = (struct confirm *)v;

	task_words_free(c->words);
	buf_release(&c->line);
	text_view_free(v);
}

static const struct view_ops ops = {
	.name = "run it?",
	.where = ON_TEXT | ON_CONFIRM,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = act,
	.passing = true,
	.free = confirm_free,
};

struct view *confirm_new(struct app *app, const struct user_command *command, char **words, struct err *e)
{
	struct confirm *c = calloc(1, sizeof *c);

	if (!c || !words_line(words, &c->line)) {
		task_words_free(words);
		free(c);
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	c->t.v = (struct view){ &ops, app, NO_SECTION };
	c->t.content = content;
	c->t.title = title;
	c->words = words;
	snprintf(c->name, sizeof c->name, "%s", command->name);
	return &c->t.v;
}
