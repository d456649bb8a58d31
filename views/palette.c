/* The commands that can be typed: one list gives the words, what they take, the help
 * and the function. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "views/app.h"
#include "views/timeline.h"

/* X(word, arguments, wants a case, action with the same effect, help) */
#define VERBS(X) \
	X(open,      "LOAD",                 false, NONE,        "open another load") \
	X(section,   "NAME",                 false, GO,          "go to a section") \
	X(refetch,   "[SECTION|all]",        true,  REFETCH,     "ask again") \
	X(retry,     "",                     true,  NONE,        "ask the failed again") \
	X(cancel,    "[SECTION|all]",        true,  CANCEL,      "stop asking") \
	X(source,    "NAME on|off|only",     true,  CHOOSE,      "allow or forbid it") \
	X(filter,    "[code>=400 ev:VA !word]", true, FILTER,    "only rows that fit") \
	X(sort,      "[-]COLUMN",            true,  SORT,        "another order; - downwards") \
	X(problem,   "",                     true,  NEXT_PROBLEM, "the next problem") \
	X(from,      "",                     true,  FROM,        "where this is from") \
	X(raw,       "",                     true,  RAW,         "the raw payload") \
	X(timeline,  "[lanes O,C|all]",      true,  NONE,        "what happened when") \
	X(waterfall, "",                     false, WATERFALL,   "who was asked when") \
	X(log,       "",                     false, NONE,        "every query, as sent") \
	X(sources,   "",                     false, NONE,        "how sources are") \
	X(keys,      "",                     false, NONE,        "what keys do") \
	X(mouse,     "on|off",               false, NONE,        "clicks, wheel") \
	X(copy,      "[value|row|JSON...]",  true,  COPY,        "copy it") \
	X(print,     "",                     true,  PRINT,       "print it bare") \
	X(theme,     "NAME|FILE",            false, NONE,        "another look") \
	X(ascii,     "",                     false, NONE,        "ASCII on and off") \
	X(zoom,      "",                     false, ZOOM,        "this pane alone") \
	X(zone,      "",                     false, ZONE,        "UTC or local time") \
	X(help,      "",                     false, HELP,        "keys of this pane") \
	X(quit,      "",                     false, QUIT,        "leave")

/* ---- the verbs --------------------------------------------------------------------- */

static bool starts(const char *word, const char *typed, size_t len)
{
	return !strncasecmp(word, typed, len);
}

/* By id, title or number, a beginning is enough; NO_SECTION when none fits. */
static int find_section(const struct app *app, const char *name)
{
	size_t len = strlen(name);

	if (len == 1 && name[0] >= '1' && name[0] <= '0' + (int)app->npanes)
		return name[0] - '1';
	for (size_t i = 0; len && i < app->npanes; i++)
		if (starts(app->workspace->sections[i]->id, name, len) ||
		    starts(app->workspace->sections[i]->title, name, len))
			return (int)i;
	return NO_SECTION;
}

static void on_section(struct app *app, const char *arg, enum action a, enum action all,
                       void (*act)(struct engine *, struct investigation *, size_t))
{
	int section = find_section(app, arg);

	if (!arg[0])
		app_act(app, a, (struct key){ 0 });
	else if (!strcmp(arg, "all"))
		app_act(app, all, (struct key){ 0 });
	else if (section == NO_SECTION)
		app_complain(app, "no section '%s'", arg);
	else
		act(app->engine, app->desk->inv, (size_t)section);
}

static void run_open(struct app *app, const char *arg)
{
	if (!arg[0])
		app_complain(app, "open what? : open LOAD");
	else
		app_open(app, arg);
}

static void run_section(struct app *app, const char *arg)
{
	int section = find_section(app, arg);

	if (!strcmp(arg, "0") || (arg[0] && starts("overview", arg, strlen(arg))))
		app_go(app, 0);
	else if (section == NO_SECTION && arg[0] && starts("timeline", arg, strlen(arg)))
		app_go(app, (int)app->npanes + 1);
	else if (section == NO_SECTION)
		app_complain(app, "no section '%s'", arg);
	else
		app_go(app, section + 1);
}

static void run_refetch(struct app *app, const char *arg)
{
	on_section(app, arg, ACTION_REFETCH, ACTION_REFETCH_ALL, engine_refetch);
}

static void run_cancel(struct app *app, const char *arg)
{
	on_section(app, arg, ACTION_CANCEL, ACTION_CANCEL_ALL, engine_cancel);
}

static void run_retry(struct app *app, const char *arg)
{
	int n = 0;

	(void)arg;
	for (size_t i = 0; i < app->desk->inv->nsections; i++) {
		enum section_state state = app->desk->inv->sections[i].state;

		if (state != SECTION_FAILED && state != SECTION_PARTIAL && state != SECTION_CANCELLED)
			continue;
		engine_refetch(app->engine, app->desk->inv, i);
		n++;
	}
	app_say(app, n ? "asking again for %d section%s" : "nothing has failed", n, n == 1 ? "" : "s");
}

static const char *step_source(const struct app *app, int section, const char *name, size_t len)
{
	const struct section_def *def = app->workspace->sections[section];

	for (size_t i = 0; i < def->nsteps; i++)
		if (len && starts(def->steps[i].source, name, len))
			return def->steps[i].source;
	return NULL;
}

static void run_source(struct app *app, const char *arg)
{
	static const struct { const char *word; enum source_rule rule; } rules[] = {
		{ "on", SOURCE_ALLOWED }, { "off", SOURCE_FORBIDDEN }, { "only", SOURCE_ONLY },
	};
	size_t len = strcspn(arg, " ");
	int section = app_focus(app);
	const char *source = step_source(app, section, arg, len);
	const char *word = arg + len + strspn(arg + len, " ");

	if (!arg[0]) {
		app_act(app, ACTION_CHOOSE, (struct key){ 0 });
		return;
	}
	for (size_t i = 0; source && i < sizeof rules / sizeof rules[0]; i++) {
		if (strcmp(word, rules[i].word) != 0)
			continue;
		engine_rule(app->engine, app->desk->inv, (size_t)section, source, rules[i].rule);
		app_say(app, "%s: %s from the next fetch on (r)", source, word);
		return;
	}
	if (source)
		app_complain(app, "source %s on, off or only?", source);
	else
		app_complain(app, "this section does not ask '%.*s'", (int)len, arg);
}

static void run_filter(struct app *app, const char *arg)
{
	app_filter(app, arg);
}

static void run_sort(struct app *app, const char *arg)
{
	app_sort(app, arg);
}

static void run_log(struct app *app, const char *arg)
{
	struct err e = { 0 };

	(void)arg;
	app_push(app, log_new(app, &e), &e);
}

static void run_sources(struct app *app, const char *arg)
{
	struct err e = { 0 };

	(void)arg;
	app_push(app, sources_new(app, &e), &e);
}

static void run_keys(struct app *app, const char *arg)
{
	struct err e = { 0 };

	(void)arg;
	app_push(app, keys_view_new(app, &e), &e);
}

static void run_mouse(struct app *app, const char *arg)
{
	if (strcmp(arg, "on") && strcmp(arg, "off"))
		app_complain(app, "mouse on or off?");
	else
		app_set_mouse(app, !strcmp(arg, "on"));
}

static void run_copy(struct app *app, const char *arg)
{
	enum copy_form form = copy_form_find(arg, strlen(arg));

	if (!arg[0])
		app->copying = true;
	else if (form == COPY_FORM_COUNT)
		app_complain(app, "copy value, row, JSON, path, link, markdown, query or curl?");
	else
		app_copy(app, form);
}

static void run_timeline(struct app *app, const char *arg)
{
	size_t len = strcspn(arg, " ");

	if (arg[0] && !starts("lanes", arg, len))
		app_complain(app, "timeline [lanes O,C|all]");
	else if (!timeline_pane_lanes(app->desk->timeline, arg + len + strspn(arg + len, " ")))
		app_complain(app, "no section has the letter of '%s'", arg + len + 1);
	else
		app_go(app, (int)app->npanes + 1);
}

static void run_theme(struct app *app, const char *arg)
{
	struct err e = { 0 };

	if (!app_theme(app, arg[0] ? arg : "calm", &e))
		app_complain(app, "%s", e.text);
}

static void run_ascii(struct app *app, const char *arg)
{
	(void)arg;
	app->ascii = !app->ascii;
}

#define RUN_ACTION(word, action) \
	static void run_##word(struct app *app, const char *arg) \
	{ \
		(void)arg; \
		app_act(app, ACTION_##action, (struct key){ 0 }); \
	}

RUN_ACTION(problem, NEXT_PROBLEM)
RUN_ACTION(from, FROM)
RUN_ACTION(raw, RAW)
RUN_ACTION(waterfall, WATERFALL)
RUN_ACTION(print, PRINT)
RUN_ACTION(zoom, ZOOM)
RUN_ACTION(zone, ZONE)
RUN_ACTION(help, HELP)
RUN_ACTION(quit, QUIT)

static const struct verb {
	const char *word, *takes, *help;
	bool wants_case;
	enum action action;
	void (*run)(struct app *, const char *arg);
} verbs[] = {
#define X(word, takes, wants, action, help) { #word, takes, help, wants, ACTION_##action, run_##word },
	VERBS(X)
#undef X
};

enum { NVERBS = sizeof verbs / sizeof verbs[0] };

/* ---- running a line --------------------------------------------------------------------- */

static const struct verb *find_verb(const char *typed, size_t len)
{
	for (size_t i = 0; len && i < NVERBS; i++)
		if (strlen(verbs[i].word) == len && starts(verbs[i].word, typed, len))
			return &verbs[i];
	for (size_t i = 0; len && i < NVERBS; i++)
		if (starts(verbs[i].word, typed, len))
			return &verbs[i];
	return NULL;
}

void palette_run(struct app *app, const char *line)
{
	const struct verb *verb;
	char arg[PROMPT_MAX];
	size_t len, n;

	line += strspn(line, " ");
	len = strcspn(line, " ");
	if (!len)
		return;
	verb = find_verb(line, len);
	if (!verb) {
		app_complain(app, "no command '%.*s'; : lists them", (int)(len < 40 ? len : 40), line);
		return;
	}
	if (verb->wants_case && !app->desk->inv) {
		app_complain(app, "%s: nothing is open; : open LOAD", verb->word);
		return;
	}
	line += len + strspn(line + len, " ");
	n = strlen(line);
	while (n && line[n - 1] == ' ')
		n--;
	memcpy(arg, line, n);
	arg[n] = '\0';
	verb->run(app, arg);
}

/* ---- the list above the prompt -------------------------------------------------------------- */

/* Verbs that begin as typed; once an argument is typed, the verb alone. */
static size_t matches(const struct app *app, const struct verb **out)
{
	const char *typed = app->prompt.text + strspn(app->prompt.text, " ");
	size_t len = strcspn(typed, " "), n = 0;

	for (size_t i = 0; i < NVERBS; i++)
		if (starts(verbs[i].word, typed, len))
			out[n++] = &verbs[i];
	if (typed[len] == ' ' && n)
		n = 1;
	return n;
}

int palette_move(const struct app *app, int choice, int delta)
{
	const struct verb *found[NVERBS];
	int n = (int)matches(app, found);

	if (!n)
		return -1;
	if (choice < 0)
		return delta > 0 ? 0 : n - 1;
	return (choice + delta + n) % n;
}

void palette_complete(struct app *app)
{
	const struct verb *found[NVERBS];
	size_t n = matches(app, found), at = app->choice > 0 ? (size_t)app->choice : 0;
	char text[64];

	if (at >= n || strchr(app->prompt.text, ' '))
		return;
	snprintf(text, sizeof text, "%s%s", found[at]->word, found[at]->takes[0] ? " " : "");
	prompt_init(&app->prompt, app->prompt.label, text);
	app->choice = -1;
}

static void draw_verb(const struct app *app, struct canvas *c, struct rect r, int y,
                      const struct verb *v, bool chosen)
{
	enum { KEY_X = 30 };
	char key[KEY_NAME_MAX] = "";
	int x = r.x + 2;

	if (v->action != ACTION_NONE && v->action != ACTION_GO)
		action_key(key, v->action);
	x += canvas_puts(c, x, y, 10, ROLE_TEXT, v->word) + 1;
	canvas_puts(c, x, y, r.x + KEY_X - 1 - x, ROLE_DIM, v->takes);
	canvas_puts(c, r.x + KEY_X, y, 3, ROLE_ACCENT, key);
	canvas_puts(c, r.x + KEY_X + 3, y, r.w - KEY_X - 4, ROLE_DIM,
	            v->wants_case && !app->desk->inv ? "nothing is open" : v->help);
	if (!chosen)
		return;
	canvas_glyph(c, r.x + 1, y, ROLE_FOCUS, GLYPH_SELECT);
	canvas_restyle(c, (struct rect){ r.x, y, r.w, 1 }, ROLE_FOCUS);
}

void palette_draw(const struct app *app, struct canvas *c, struct rect area)
{
	const struct verb *found[NVERBS];
	int n = (int)matches(app, found), h = n < area.h - 1 ? n : area.h - 1, first = 0;
	struct rect r = { area.x, area.y + area.h - h, area.w, h };

	if (h <= 0)
		return;
	if (app->choice >= h)
		first = app->choice - h + 1;
	canvas_fill(c, r, ROLE_TEXT);
	canvas_fill(c, (struct rect){ r.x, r.y - 1, r.w, 1 }, ROLE_DIM);
	canvas_hline(c, r.x, r.y - 1, r.w, ROLE_DIM);
	for (int i = 0; i < h; i++)
		draw_verb(app, c, r, r.y + i, found[first + i], first + i == app->choice);
}
