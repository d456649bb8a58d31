/* What the verbs do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/demo.h"
#include "views/app.h"
#include "views/command.h"
#include "views/fuzzy.h"
#include "views/on_demand.h"
#include "views/output.h"
#include "views/palette.h"
#include "views/timeline.h"

enum { OVERVIEW = -2, TIMELINE = -3, ARGUMENTS = 40 };

/* ---- names ------------------------------------------------------------------------------- */

/* By id, title or number; NO_SECTION with a word about it. Places: those that are no
 * sections too. */
static int find_section(struct app *app, const char *name, bool places)
{
	struct fuzzy_name names[2 * APP_PANES + 2];
	struct err e = { 0 };
	size_t n = 0;
	int found;

	if (strlen(name) == 1 && name[0] >= '1' && name[0] <= '0' + (int)app->numbered)
		return name[0] - '1';
	for (size_t i = 0; i < app->npanes; i++) {
		names[n++] = (struct fuzzy_name){ app->workspace->sections[i]->id, (int)i };
		names[n++] = (struct fuzzy_name){ app->workspace->sections[i]->title, (int)i };
	}
	if (places) {
		names[n++] = (struct fuzzy_name){ "overview", (int)app->npanes };
		names[n++] = (struct fuzzy_name){ "timeline", (int)app->npanes + 1 };
	}
	found = fuzzy_pick(name, strlen(name), names, n, "section", &e);
	if (found >= 0)
		return found < (int)app->npanes ? found : found == (int)app->npanes ? OVERVIEW : TIMELINE;
	app_complain(app, "%s", e.text);
	return NO_SECTION;
}

/* A source that the section asks; NULL with a word about it. */
static const char *find_source(struct app *app, int section, const char *name, size_t len)
{
	const struct section_def *def = app->workspace->sections[section];
	struct fuzzy_name names[16];
	struct err e = { 0 };
	size_t n = 0;
	int found;

	for (size_t i = 0; i < def->nsteps && n < sizeof names / sizeof names[0]; i++) {
		size_t first = 0;

		while (strcmp(def->steps[first].source, def->steps[i].source) != 0)
			first++;
		names[n++] = (struct fuzzy_name){ def->steps[i].source, (int)first };
	}
	found = fuzzy_pick(name, len, names, n, "source of this section", &e);
	if (found < 0)
		app_complain(app, "%s", e.text);
	return found < 0 ? NULL : def->steps[found].source;
}

static void push(struct app *app, struct view *(*make)(struct app *, struct err *))
{
	struct err e = { 0 };

	app_push(app, make(app, &e), &e);
}

/* ---- asking -------------------------------------------------------------------------------- */

static void on_section(struct app *app, const char *arg, enum action a, enum action all,
                       void (*act)(struct app *, int section))
{
	int section;

	if (!arg[0] || !strcmp(arg, "all")) {
		app_act(app, arg[0] ? all : a, (struct key){ 0 });
		return;
	}
	section = find_section(app, arg, false);
	if (section != NO_SECTION)
		act(app, section);
}

static void run_open(struct app *app, const char *arg)
{
	if (!arg[0])
		app_complain(app, "open what? : open LOAD");
	else
		app_open(app, arg);
}

static void run_demo(struct app *app, const char *arg)
{
	char named[DEMO_LOAD_SIZE];

	app_open(app, arg[0] ? demo_load(arg, named) : DEMO_LOAD);
}

/* The open one that is named, the one in front without a name; -1 after a complaint. */
static int named_desk(struct app *app, const char *arg)
{
	int desk = arg[0] ? app_find_desk(app, arg) : app_at_desk(app);

	if (desk < 0)
		app_complain(app, "'%s' is not open", arg);
	return desk;
}

static void run_loads(struct app *app, const char *arg)
{
	int desk = named_desk(app, arg);

	if (!arg[0])
		push(app, loads_new);
	else if (desk >= 0)
		app_switch(app, desk);
}

static void run_close(struct app *app, const char *arg)
{
	int desk = named_desk(app, arg);

	if (desk >= 0)
		app_close(app, desk);
}

static void run_section(struct app *app, const char *arg)
{
	int section = strcmp(arg, "0") ? find_section(app, arg, true) : OVERVIEW;

	if (section == OVERVIEW)
		app_go(app, 0);
	else if (section == TIMELINE)
		app_go(app, app_timeline_base(app));
	else if (section != NO_SECTION)
		app_go(app, app_base_of(app, section));
}

/* "tickets": about the record in front; "tickets all": about no record; "tickets not found":
 * about that text. */
static void run_lookup(struct app *app, const char *arg)
{
	size_t len = strcspn(arg, " ");
	const char *word = arg + len + strspn(arg + len, " ");
	char name[FUZZY_MAX];
	int section;

	if (!arg[0]) {
		app_related(app);
		return;
	}
	snprintf(name, sizeof name, "%.*s", (int)len, arg);
	section = find_section(app, name, false);
	if (section == NO_SECTION)
		return;
	if (!word[0])
		on_demand_look_up(app, section);
	else if (!strcmp(word, "all"))
		on_demand_ask(app, section);
	else
		on_demand_ask_text(app, section, word);
}

static void run_refetch(struct app *app, const char *arg)
{
	on_section(app, arg, ACTION_REFETCH, ACTION_REFETCH_ALL, app_refetch);
}

static void cancel(struct app *app, int section)
{
	engine_cancel(app->engine, app->desk->inv, (size_t)section);
}

static void run_cancel(struct app *app, const char *arg)
{
	on_section(app, arg, ACTION_CANCEL, ACTION_CANCEL_ALL, cancel);
}

/* "logs 10s", "all off": what is named, then for how long. */
static void run_follow(struct app *app, const char *arg)
{
	const char *last = strrchr(arg, ' ') ? strrchr(arg, ' ') + 1 : arg;
	usec every = app->follow_every ? app->follow_every : FOLLOW_USUAL;
	bool off = !strcmp(last, "off"), timed = config_span(last, &every);
	size_t len = off || timed ? (size_t)(last - arg) : strlen(arg);
	char name[FUZZY_MAX];
	int section;

	if (!arg[0] || !strcmp(arg, "hold")) {
		app_act(app, arg[0] ? ACTION_HOLD : ACTION_FOLLOW, (struct key){ 0 });
		return;
	}
	if (timed && (every < FOLLOW_LEAST || every > FOLLOW_MOST)) {
		app_complain(app, "an interval of 5s to 1h");
		return;
	}
	while (len && arg[len - 1] == ' ')
		len--;
	snprintf(name, sizeof name, "%.*s", (int)len, arg);
	if (!strcmp(name, "all")) {
		app_follow(app, NO_SECTION, off ? 0 : every);
		return;
	}
	section = len ? find_section(app, name, false) : app_focus(app);
	if (section != NO_SECTION)
		app_follow(app, section, off ? 0 : every);
	else if (!len)
		app_complain(app, "go to a section first; 1 to %zu", app->numbered);
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
	app_say(app, n ? "asked again for %d section%s" : "nothing has failed", n, n == 1 ? "" : "s");
}

static void run_source(struct app *app, const char *arg)
{
	static const struct fuzzy_name rules[] = {
		{ "on", SOURCE_ALLOWED }, { "off", SOURCE_FORBIDDEN }, { "only", SOURCE_ONLY },
	};
	size_t len = strcspn(arg, " ");
	const char *word = arg + len + strspn(arg + len, " "), *source;
	int section = app_focus(app), rule;
	struct err e = { 0 };

	if (!arg[0] || section == NO_SECTION) {
		app_act(app, ACTION_CHOOSE, (struct key){ 0 });
		return;
	}
	source = find_source(app, section, arg, len);
	if (!source)
		return;
	rule = fuzzy_pick(word, strlen(word), rules, sizeof rules / sizeof rules[0], "rule", &e);
	if (rule < 0) {
		app_complain(app, "source %s on, off or only?", source);
		return;
	}
	engine_rule(app->engine, app->desk->inv, (size_t)section, source, (enum source_rule)rule);
	app_say(app, "%s: %s from the next fetch on (r)", source, rules[rule].name);
}

/* ---- commands of the user's ------------------------------------------------------------------ */

static void run_run(struct app *app, const char *arg)
{
	struct fuzzy_name names[USER_COMMANDS];
	struct err e = { 0 };
	int found;

	if (!app->commands.n) {
		app_complain(app, "there are none; %s would name them", app->commands_path ? app->commands_path
		                                                                        : "commands.yaml");
		return;
	}
	for (size_t i = 0; i < app->commands.n; i++)
		names[i] = (struct fuzzy_name){ app->commands.all[i].name, (int)i };
	found = fuzzy_pick(arg, strlen(arg), names, app->commands.n, "command of your own", &e);
	if (found < 0)
		app_complain(app, "%s", e.text);
	else
		app_command(app, &app->commands.all[found]);
}

static void run_output(struct app *app, const char *arg)
{
	struct err e = { 0 };

	(void)arg;
	app_push(app, run_view_new(app, app->runs.last, &e), &e);
}

/* ---- looking ------------------------------------------------------------------------------- */

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
	(void)arg;
	push(app, log_new);
}

static void run_sources(struct app *app, const char *arg)
{
	(void)arg;
	push(app, sources_new);
}

static void run_doctor(struct app *app, const char *arg)
{
	(void)arg;
	for (size_t i = 0; app->engine && i < engine_sources(app->engine); i++)
		engine_check(app->engine, i);
	if (app->telemetry)
		telemetry_ask(app->telemetry);
	push(app, sources_new);
}

static void run_keys(struct app *app, const char *arg)
{
	(void)arg;
	push(app, keys_view_new);
}

static void run_config(struct app *app, const char *arg)
{
	if (arg[0] && strcmp(arg, "check") != 0)
		app_complain(app, "config has one command: config check");
	else
		push(app, config_view_new);
}

static void run_timeline(struct app *app, const char *arg)
{
	static const char lanes[] = "lanes";
	size_t len = strcspn(arg, " ");

	if (arg[0] && (len >= sizeof lanes || strncmp(lanes, arg, len) != 0))
		app_complain(app, "timeline [lanes O,C|all]");
	else if (!timeline_pane_lanes(app->desk->timeline, arg + len + strspn(arg + len, " ")))
		app_complain(app, "no section has the letter of '%s'", arg + len + 1);
	else
		app_go(app, app_timeline_base(app));
}

static void run_mouse(struct app *app, const char *arg)
{
	if (strcmp(arg, "on") && strcmp(arg, "off"))
		app_complain(app, "mouse on or off?");
	else
		app_set_mouse(app, !strcmp(arg, "on"));
}

static void run_zone(struct app *app, const char *arg)
{
	app_set_zone(app, arg);
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

/* ---- taking away ----------------------------------------------------------------------------- */

static void run_copy(struct app *app, const char *arg)
{
	enum copy_form form = copy_form_find(arg, strlen(arg));

	if (!arg[0])
		app->awaiting = AWAIT_COPY;
	else if (form == COPY_FORM_COUNT)
		app_complain(app, "copy value, row, JSON, path, link, markdown, query or curl?");
	else
		app_copy(app, form);
}

static void run_diff(struct app *app, const char *arg)
{
	if (strlen(arg) > 1)
		app_complain(app, "diff with which mark? a letter");
	else
		app_compare(app, arg[0]);
}

static void run_mark(struct app *app, const char *arg)
{
	if (!arg[0])
		app->awaiting = AWAIT_MARK;
	else
		app_mark(app, arg[1] ? '\0' : arg[0]);
}

static bool print_show(const struct app *app, const struct command *cmd, struct buf *out)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	bool ok = f && command_print(f, cmd, app->desk->inv);

	if (f && fclose(f) != 0)
		ok = false;
	ok = ok && buf_put(out, text, len);
	free(text);
	return ok;
}

/* What `sextant show` would print of it as it stands. */
static void run_show(struct app *app, const char *arg)
{
	char words[PROMPT_MAX], *argv[ARGUMENTS];
	struct command cmd = { .format = FORMAT_TEXT };
	struct err e = { 0 };
	size_t n = 0;

	snprintf(words, sizeof words, "%s", arg);
	for (char *save, *w = strtok_r(words, " ", &save); w && n < ARGUMENTS; w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	if (!command_output(&cmd, app->workspace, (const char *const *)argv, n, &e)) {
		app_complain(app, "%s", e.text);
		return;
	}
	buf_clear(&app->copied);
	if (print_show(app, &cmd, &app->copied))
		app_print(app);
	else
		app_complain(app, "out of memory");
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
RUN_ACTION(more, MORE)
RUN_ACTION(related, RELATED)
RUN_ACTION(zoom, ZOOM)
RUN_ACTION(help, HELP)
RUN_ACTION(quit, QUIT)

/* ---- a line ------------------------------------------------------------------------------------ */

static void (*const runs[])(struct app *, const char *arg) = {
#define X(word, usage, takes, needs, alone, action, help) [VERB_##word] = run_##word,
	VERBS(X)
#undef X
};

/* Without the blanks at its end. */
static size_t line_length(const char *line)
{
	size_t n = strlen(line);

	while (n && line[n - 1] == ' ')
		n--;
	return n;
}

/* A section on demand by its id or title alone, or what is enough of them. FUZZY_ else. */
static int open_on_demand(struct app *app, const char *line, size_t len, struct err *e)
{
	struct fuzzy_name names[2 * APP_PANES];
	size_t n = 0;
	int found;

	for (size_t i = app->numbered; i < app->npanes; i++) {
		names[n++] = (struct fuzzy_name){ app->workspace->sections[i]->id, (int)i };
		names[n++] = (struct fuzzy_name){ app->workspace->sections[i]->title, (int)i };
	}
	found = n ? fuzzy_pick(line, len, names, n, "section", e) : FUZZY_NONE;
	if (found >= 0)
		app_go(app, app_base_of(app, found));
	return found;
}

static bool begins_a_verb(const char *typed, size_t len)
{
	for (unsigned v = 0; v < VERB_COUNT; v++)
		if (!strncasecmp(verb_info((enum verb)v)->word, typed, len))
			return true;
	return false;
}

/* A command of the user's by its name alone, else a section: the whole line is its name. */
static void run_own(struct app *app, const char *line, size_t len, const struct err *e)
{
	char name[USER_COMMAND_NAME];
	const struct user_command *own;
	struct err which = { 0 };
	int found;

	snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name), line);
	own = user_command_named(&app->commands, name);
	if (own) {
		app_command(app, own);
		return;
	}
	found = open_on_demand(app, line, line_length(line), &which);
	if (found == FUZZY_SEVERAL && !begins_a_verb(line, len))
		app_complain(app, "%s", which.text);
	else if (found < 0)
		app_complain(app, "%s", e->text);
}

void palette_run(struct app *app, const char *line)
{
	char arg[PROMPT_MAX];
	const char *blocked;
	struct err e = { 0 };
	enum verb verb;
	size_t len;
	int section;

	line += strspn(line, " ");
	len = strcspn(line, " ");
	if (!len)
		return;
	section = verbs_on_demand(app->workspace, line, line_length(line));
	if (section < 0)
		section = verbs_on_demand(app->workspace, line, len);
	if (section >= 0) {
		app_go(app, app_base_of(app, section));
		return;
	}
	verb = verb_find(line, len, &e);
	if (verb == VERB_COUNT) {
		run_own(app, line, len, &e);
		return;
	}
	blocked = palette_blocked(app, verb_info(verb));
	if (blocked) {
		app_complain(app, "%s: %s", verb_info(verb)->word, blocked);
		return;
	}
	line += len + strspn(line + len, " ");
	snprintf(arg, sizeof arg, "%.*s", (int)line_length(line), line);
	runs[verb](app, arg);
}

void palette_run_words(struct app *app, const char *const *words, size_t n)
{
	char line[PROMPT_MAX];

	for (size_t took; n && !app->quit; words += took, n -= took) {
		took = verbs_line(line, sizeof line, words, n);
		palette_run(app, line);
	}
}
