/* The list above the prompt: what can be typed, the best first, and what completes it. */
#include "views/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "views/app.h"
#include "views/complete.h"

enum { ITEMS_MAX = COMPLETIONS_MAX, HELP_TYPED_MIN = 3 };

struct item {
	char word[FUZZY_MAX], help[COMPLETION_HELP];
	const char *usage;
	char key[KEY_NAME_MAX];  /* "" = none does it */
	bool blocked;            /* help says why */
	int score, order;
	uint64_t hits;           /* letters of the word that were typed */
	size_t help_from, help_len;      /* the part of the help that was */
};

struct items {
	struct item all[ITEMS_MAX];
	size_t n;
	size_t from;             /* in the prompt's text: what they take the place of */
	enum verb verb;          /* whose arguments they are; VERB_COUNT: they are verbs */
};

/* ---- what is listed ------------------------------------------------------------------------ */

const char *palette_blocked(const struct app *app, const struct verb_info *v)
{
	if (v->needs == NEEDS_CASE && !app->desk->inv)
		return "nothing is open";
	if (v->needs == NEEDS_DEMO && !app->demo)
		return "only in the demonstration: sextant demo";
	return NULL;
}

static int best_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->order - y->order;
}

/* False when it has nothing of what was typed. */
static bool score(struct item *it, const char *typed, size_t len)
{
	it->score = fuzzy_score(typed, len, it->word, &it->hits) * 2;
	if (it->score || len < HELP_TYPED_MIN || len >= FUZZY_MAX)
		return it->score > 0;
	for (size_t i = 0; it->help[i] && !it->score; i++) {
		if (strncasecmp(it->help + i, typed, len) != 0)
			continue;
		it->help_from = i;
		it->help_len = len;
		it->score = 1;
	}
	return it->score > 0;
}

static void keep(struct items *list, struct item *it, const char *typed, size_t len)
{
	it->order = (int)list->n;
	if (list->n < ITEMS_MAX && score(it, typed, len))
		list->all[list->n++] = *it;
}

/* Commands of the user's that mean something here. */
static void list_own(const struct app *app, const char *typed, size_t len, struct items *list)
{
	for (size_t i = 0; i < app->commands.n; i++) {
		const struct user_command *c = &app->commands.all[i];
		struct item it = { .usage = "" };

		if (!user_command_applies(c, app_focus(app)))
			continue;
		snprintf(it.word, sizeof it.word, "%s", c->name);
		snprintf(it.help, sizeof it.help, "%s", c->help[0] ? c->help : "a command of your own");
		if (c->key.code != K_NONE)
			key_text(it.key, c->key);
		keep(list, &it, typed, len);
	}
}

static void list_on_demand(const struct app *app, const char *typed, size_t len, struct items *list)
{
	for (size_t i = app->numbered; i < app->npanes; i++) {
		const struct section_def *def = app->workspace->sections[i];
		struct item it = { .usage = "" };

		snprintf(it.word, sizeof it.word, "%s", def->id);
		snprintf(it.help, sizeof it.help, "%s: %s", def->title, def->question);
		keep(list, &it, typed, len);
	}
}

static void list_verbs(const struct app *app, const char *typed, size_t len, struct items *list)
{
	for (unsigned v = 0; v < VERB_COUNT; v++) {
		const struct verb_info *info = verb_info((enum verb)v);
		const char *blocked = palette_blocked(app, info);
		struct item it = { .usage = info->usage, .blocked = blocked != NULL };

		snprintf(it.word, sizeof it.word, "%s", info->word);
		snprintf(it.help, sizeof it.help, "%s", blocked ? blocked : info->help);
		if (info->action != ACTION_NONE && info->action != ACTION_GO)
			action_key(it.key, info->action);
		keep(list, &it, typed, len);
	}
	list_on_demand(app, typed, len, list);
	list_own(app, typed, len, list);
}

static void list_arguments(const struct app *app, const char *arg, struct items *list)
{
	struct completions found;
	const char *word;

	complete_argument(app, list->verb, arg, &found);
	word = arg + found.from;
	list->from = (size_t)(word - app->prompt.text);
	for (size_t i = 0; i < found.n; i++) {
		struct item it = { .usage = "" };

		memcpy(it.word, found.items[i].word, sizeof it.word);
		memcpy(it.help, found.items[i].help, sizeof it.help);
		keep(list, &it, word, strlen(word));
	}
}

static void make(const struct app *app, struct items *list)
{
	const char *typed = app->prompt.text + strspn(app->prompt.text, " ");
	size_t len = strcspn(typed, " ");

	list->n = 0;
	list->from = (size_t)(typed - app->prompt.text);
	list->verb = VERB_COUNT;
	if (typed[len])
		list->verb = verb_find(typed, len, NULL);
	if (list->verb != VERB_COUNT)
		list_arguments(app, typed + len + strspn(typed + len, " "), list);
	else if (!typed[len])
		list_verbs(app, typed, len, list);
	qsort(list->all, list->n, sizeof list->all[0], best_first);
}

/* ---- keys ----------------------------------------------------------------------------------- */

int palette_move(const struct app *app, int choice, int delta)
{
	struct items list;
	int n;

	make(app, &list);
	n = (int)list.n;
	if (!n)
		return -1;
	if (choice < 0)
		return delta > 0 ? 0 : n - 1;
	return (choice + delta + n) % n;
}

/* Columns and lanes go on behind the word, other words end there. */
static const char *behind(const struct items *list, const struct item *it)
{
	if (list->verb == VERB_COUNT)
		return it->usage[0] ? " " : "";
	return verb_info(list->verb)->takes == TAKES_SOURCE || !strcmp(it->word, "lanes") ||
	       !strcmp(it->word, "section") ? " " : "";
}

bool palette_complete(struct app *app)
{
	char text[PROMPT_MAX];
	struct items list;
	size_t at = app->choice > 0 ? (size_t)app->choice : 0;
	enum verb verb;

	make(app, &list);
	app->choice = -1;
	if (at >= list.n)
		return true;
	snprintf(text, sizeof text, "%.*s%s%s", (int)list.from, app->prompt.text, list.all[at].word,
	         behind(&list, &list.all[at]));
	prompt_init(&app->prompt, app->prompt.label, text);
	verb = verb_named(list.all[at].word);
	return list.verb != VERB_COUNT || verb == VERB_COUNT || !verb_wants_more(verb_info(verb));
}

/* ---- looks ------------------------------------------------------------------------------------ */

enum { WORD_X = 2, WORD_W = 10, KEY_X = 30, MORE_W = 12 };

static void mark(struct canvas *c, int x, int y, int end, unsigned style)
{
	if (x < end)
		canvas_restyle(c, (struct rect){ x, y, 1, 1 }, style);
}

static void draw_item(struct canvas *c, struct rect r, int y, const struct item *it, bool arguments,
                      bool chosen)
{
	int x = r.x + WORD_X, key_x = r.x + KEY_X, end = r.x + r.w - 1;
	unsigned hit = chosen ? ROLE_FOCUS | ATTR_BOLD | ATTR_UNDERLINE : ROLE_ACCENT | ATTR_BOLD;
	int help_x = key_x + 3, used;

	used = canvas_puts(c, x, y, arguments || !it->usage[0] ? key_x - x - 1 : WORD_W, it->blocked ? ROLE_DIM : ROLE_TEXT,
	                   it->word) + 1;
	canvas_puts(c, x + used, y, key_x - 1 - x - used, ROLE_DIM, it->usage);
	canvas_puts(c, key_x, y, 2, ROLE_ACCENT, it->key);
	canvas_puts(c, help_x, y, end - help_x, ROLE_DIM, it->help);
	if (chosen) {
		canvas_glyph(c, r.x + 1, y, ROLE_FOCUS, GLYPH_SELECT);
		canvas_restyle(c, (struct rect){ r.x, y, r.w, 1 }, ROLE_FOCUS);
	}
	for (int i = 0; i < FUZZY_MAX; i++)
		if (it->hits >> i & 1)
			mark(c, x + i, y, key_x - 1, hit);
	for (size_t i = 0; i < it->help_len; i++)
		mark(c, help_x + (int)(it->help_from + i), y, end, hit);
}

/* Below its arguments the verb itself, for its usage; what is listed is above. */
static void draw_verb(const struct app *app, struct canvas *c, struct rect r, int y, enum verb v)
{
	const struct verb_info *info = verb_info(v);
	const char *blocked = palette_blocked(app, info);
	struct item it = { .usage = info->usage, .blocked = blocked != NULL };

	snprintf(it.word, sizeof it.word, "%s", info->word);
	snprintf(it.help, sizeof it.help, "%s", blocked ? blocked : info->help);
	draw_item(c, r, y, &it, false, false);
}

void palette_draw(const struct app *app, struct canvas *c, struct rect area)
{
	struct items list;
	bool verb;
	int n, first = 0;
	struct rect r;

	make(app, &list);
	verb = list.verb != VERB_COUNT;
	n = (int)list.n + verb < area.h - 1 ? (int)list.n + verb : area.h - 1;
	if (n <= 0)
		return;
	r = (struct rect){ area.x, area.y + area.h - n, area.w, n };
	canvas_fill(c, r, ROLE_TEXT);
	canvas_fill(c, (struct rect){ r.x, r.y - 1, r.w, 1 }, ROLE_DIM);
	canvas_hline(c, r.x, r.y - 1, r.w, ROLE_DIM);
	if (verb)
		draw_verb(app, c, r, r.y + --n, list.verb);
	if ((int)list.n > n)
		canvas_printf(c, r.x + r.w - MORE_W, r.y - 1, MORE_W, ROLE_DIM, " %d of %zu ", n, list.n);
	if (app->choice >= n)
		first = app->choice - n + 1;
	for (int i = 0; i < n; i++)
		draw_item(c, r, r.y + i, &list.all[first + i], verb, first + i == app->choice);
}
