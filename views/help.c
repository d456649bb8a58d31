/* Help: the keys that mean something here, and what the words on the rail mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/text_view.h"

enum { MEANING_X = 19 };

struct help {
	struct text_view t;
	unsigned where;          /* of the view that help was asked for */
	const char *of;
};

/* X(GLYPH, word, meaning): the words of the rail. */
#define RAIL_WORDS(X) \
	X(WAIT,   "wait",  "queued, or another section is needed first") \
	X(RUN,    "26s",   "being asked, for so long; ⋯ behind it: rows arrive") \
	X(OK,     "ok",    "complete, from the first source of the chain") \
	X(FALL,   "fall",  "complete, but another source answered") \
	X(PART,   "part",  "some rows; the pane says what is missing") \
	X(STALE,  "stale", "older than it should be") \
	X(NONE,   "none",  "asked and answered: there is nothing") \
	X(TIME,   "time",  "no answer in time: nothing is known") \
	X(DENY,   "deny",  "not allowed to ask: nothing is known") \
	X(FAIL,   "fail",  "an error: nothing is known") \
	X(SKIP,   "skip",  "not asked, with the reason; n/a: not configured") \
	X(CANCEL, "canc",  "stopped by you") \
	X(DOT,    "idle",  "on demand: it is asked once you open it")

static const struct {
	enum glyph_name glyph;
	const char *word, *meaning;
} rail_words[] = {
#define X(glyph, word, meaning) { GLYPH_##glyph, word, meaning },
	RAIL_WORDS(X)
#undef X
};

/* A word and what it means, which wraps beside it. */
static void put_meaning(struct flow *f, enum role role, const char *word, const char *meaning)
{
	int y;

	if (flow_line(f, &y))
		canvas_puts(f->canvas, f->r.x + 2, y, MEANING_X - 3, role, word);
	f->label = MEANING_X - 2;
	flow_puts(f, "", meaning);
}

static void put_word(struct flow *f, size_t i)
{
	char word[16];

	snprintf(word, sizeof word, "%s %s", glyph_text(rail_words[i].glyph, false), rail_words[i].word);
	put_meaning(f, ROLE_TEXT, word, rail_words[i].meaning);
}

enum group { GROUP_HERE, GROUP_ANYWHERE, GROUP_MOVING, GROUP_COUNT };

static enum group group_of(const struct action_info *info)
{
	if (info->where == ON_ANY)
		return GROUP_ANYWHERE;
	return info->where & ON_MOVE && !info->brief[0] ? GROUP_MOVING : GROUP_HERE;
}

static void put_group(struct flow *f, unsigned where, enum group group)
{
	static const char *const titles[GROUP_COUNT] = { " Here", " Everywhere", " Moving" };

	flow_text(f, ROLE_STRONG, titles[group]);
	for (unsigned a = 1; a < ACTION_COUNT; a++) {
		const struct action_info *info = action_info((enum action)a);

		if (group_of(info) == group && info->where & (where | ON_ANY))
			put_meaning(f, ROLE_ACCENT, info->keys, info->help);
	}
	flow_gap(f);
}

/* The user's own commands that mean something in the section below. */
static void put_own(struct flow *f, const struct app *app)
{
	bool any = false;

	for (size_t i = 0; i < app->commands.n; i++) {
		const struct user_command *c = &app->commands.all[i];
		char word[KEY_NAME_MAX + USER_COMMAND_NAME + 8], key[KEY_NAME_MAX] = "";

		if (!user_command_applies(c, app_base_view(app)->section))
			continue;
		if (!any)
			flow_text(f, ROLE_STRONG, " Your own commands");
		any = true;
		if (c->key.code != K_NONE)
			key_text(key, c->key);
		snprintf(word, sizeof word, "%s%s:%s", key, key[0] ? "  " : "", c->name);
		put_meaning(f, ROLE_ACCENT, word, c->help);
	}
	if (any)
		flow_gap(f);
}

static void content(const struct text_view *t, struct flow *f)
{
	const struct help *h = (const struct help *)t;

	for (unsigned g = 0; g < GROUP_COUNT; g++) {
		put_group(f, h->where, (enum group)g);
		if (g == GROUP_HERE)
			put_own(f, t->v.app);
	}
	flow_text(f, ROLE_STRONG, " How a section was got");
	for (size_t i = 0; i < sizeof rail_words / sizeof rail_words[0]; i++)
		put_word(f, i);
	flow_gap(f);
	flow_text(f, ROLE_STRONG, " What it says");
	put_meaning(f, ROLE_TEXT, "!3", "three rows with a problem; ?2: two that are doubtful");
	put_meaning(f, ROLE_TEXT, "C4", "the name of a record: it stays, whatever is fetched again");
}

static void title(const struct text_view *t, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	snprintf(name, TEXT_TITLE, "HELP");
	snprintf(rest, TEXT_TITLE, "%s", ((const struct help *)t)->of);
}

static const struct view_ops ops = {
	.name = "help",
	.where = ON_TEXT,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = text_view_act,
	.free = text_view_free,
};

struct view *help_new(struct app *app, unsigned where, const char *of, struct err *e)
{
	struct help *h = view_alloc(sizeof *h, e);

	if (!h)
		return NULL;
	h->t.v = (struct view){ &ops, app, NO_SECTION };
	h->t.content = content;
	h->t.title = title;
	h->where = where;
	h->of = of;
	return &h->t.v;
}
