/* What keys do to the application; what a view does with them it does itself. */
#include <string.h>

#include "views/app.h"
#include "views/on_demand.h"
#include "views/palette.h"

enum { INTERRUPTS_TO_QUIT = 3 };

/* ---- actions ------------------------------------------------------------------------- */

/* The section that an action is for; NO_SECTION with a word about it when there is none. */
static int wanted(struct app *app)
{
	int section = app_focus(app);

	if (!app_section(app, section)) {
		app_complain(app, "nothing is open; : open LOAD");
		return NO_SECTION;
	}
	return section;
}

static const char *title_of(const struct app *app, int section)
{
	return app->workspace->sections[section]->title;
}

void app_refetch(struct app *app, int section)
{
	if (app->workspace->sections[section]->told) {
		app_tell(app, section);
		return;
	}
	engine_refetch(app->engine, app->desk->inv, (size_t)section);
	app_say(app, "asked again for %s", title_of(app, section));
}

static void refetch(struct app *app)
{
	int section = wanted(app);

	if (section != NO_SECTION)
		app_refetch(app, section);
}

static void cancel(struct app *app)
{
	int section = wanted(app);

	if (section == NO_SECTION)
		return;
	if (app_section(app, section)->follow.state == FOLLOW_ON) {
		engine_cancel(app->engine, app->desk->inv, (size_t)section);
		app_say(app, "stopped %s; following it is held", title_of(app, section));
		return;
	}
	if (section_state_final(app_section(app, section)->state)) {
		app_say(app, "%s is not being asked for", title_of(app, section));
		return;
	}
	engine_cancel(app->engine, app->desk->inv, (size_t)section);
	app_say(app, "stopped %s", title_of(app, section));
}

static void follow(struct app *app, bool all)
{
	int section = wanted(app);

	if (section != NO_SECTION)
		app_follow_key(app, all ? NO_SECTION : section);
}

static void everything(struct app *app, void (*act)(struct engine *, struct investigation *),
                       const char *said)
{
	if (wanted(app) == NO_SECTION)
		return;
	act(app->engine, app->desk->inv);
	app_say(app, "%s", said);
}

static void push_for_section(struct app *app,
                             struct view *(*make)(struct app *, int, struct err *))
{
	struct err e = { 0 };
	int section = wanted(app);

	if (section != NO_SECTION)
		app_push(app, make(app, section, &e), &e);
}

static void push_waterfall(struct app *app)
{
	struct err e = { 0 };

	app_push(app, waterfall_new(app, &e), &e);
}

static void push_more(struct app *app)
{
	struct err e = { 0 };

	app_push(app, on_demand_new(app, &e), &e);
}

static void push_loads(struct app *app)
{
	struct err e = { 0 };

	app_push(app, loads_new(app, &e), &e);
}

static void push_help(struct app *app)
{
	const struct view *v = app_view(app);
	struct err e = { 0 };

	if (strcmp(v->ops->name, "help") != 0)
		app_push(app, help_new(app, v->ops->where, v->ops->name, &e), &e);
}

static void go_number(struct app *app, struct key k)
{
	int n = action_key_place(ACTION_GO, k);

	if (n >= 0 && n <= app_timeline_base(app))
		app_go(app, n);
}

static void go_next(struct app *app, int delta)
{
	int n = app_bases(app), base = app->desk->base;
	const struct section *s;

	do {
		base = (base + delta + n) % n;
		s = app_section(app, app_section_of(app, base));
	} while (base > app_timeline_base(app) && (!s || s->state == SECTION_UNASKED));
	app_go(app, base);
}

static void back(struct app *app)
{
	if (app->desk->depth)
		app_pop(app);
	else if (app->zoom)
		app->zoom = false;
	else if (app->desk->base)
		app_go(app, 0);
	else
		app_say(app, "Q quits");
}

static void interrupt(struct app *app)
{
	int section = app_focus(app);
	const struct section *s = app_section(app, section);

	if (++app->interrupts >= INTERRUPTS_TO_QUIT)
		app->quit = true;
	else if (s && !section_state_final(s->state))
		cancel(app);
	else
		app_say(app, "^C %s more quits", app->interrupts == 1 ? "twice" : "once");
}

static void start_prompt(struct app *app)
{
	app->prompting = PROMPT_COMMAND;
	app->choice = -1;
	prompt_init(&app->prompt, ":", "");
}

void app_ask_load(struct app *app)
{
	app->prompting = PROMPT_LOAD;
	prompt_init(&app->prompt, "load, number, PRO, container, booking or BOL: ", "");
}

static void redraw(struct app *app)
{
	if (app->term)
		term_redraw(app->term);
}

/* Commands do not outlive the program: the first time that is said. */
static void quit(struct app *app)
{
	size_t n = runs_running(&app->runs);

	if (!n || app->quit_said)
		app->quit = true;
	else
		app_complain(app, "%zu command%s still running; again stops %s and quits", n,
		             n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
	app->quit_said = true;
}

void app_act(struct app *app, enum action a, struct key k)
{
	switch (a) {
	case ACTION_CLEAR:
	case ACTION_BACK:         back(app); break;
	case ACTION_SEARCH:       app_ask_rows(app, PROMPT_SEARCH); break;
	case ACTION_FILTER:       app_ask_rows(app, PROMPT_FILTER); break;
	case ACTION_NEXT_PROBLEM: app_next_problem(app, 1); break;
	case ACTION_PREV_PROBLEM: app_next_problem(app, -1); break;
	case ACTION_RAW:          push_for_section(app, raw_new); break;
	case ACTION_FROM:         push_for_section(app, from_new); break;
	case ACTION_CHOOSE:       push_for_section(app, chooser_new); break;
	case ACTION_REFETCH:      refetch(app); break;
	case ACTION_REFETCH_ALL:  everything(app, engine_refetch_all, "asked again for everything"); break;
	case ACTION_FOLLOW:       follow(app, false); break;
	case ACTION_FOLLOW_ALL:   follow(app, true); break;
	case ACTION_HOLD:         app_hold(app); break;
	case ACTION_CANCEL:       cancel(app); break;
	case ACTION_CANCEL_ALL:   everything(app, engine_cancel_all, "stopped everything"); break;
	case ACTION_WATERFALL:    push_waterfall(app); break;
	case ACTION_ZOOM:         app->zoom = !app->zoom; break;
	case ACTION_ZONE:         app_set_zone(app, ""); break;
	case ACTION_GO:           go_number(app, k); break;
	case ACTION_NEXT_PANE:    go_next(app, 1); break;
	case ACTION_PREV_PANE:    go_next(app, -1); break;
	case ACTION_MORE:         push_more(app); break;
	case ACTION_LOADS:        push_loads(app); break;
	case ACTION_NEXT_LOAD:    app_turn(app, 1); break;
	case ACTION_PREV_LOAD:    app_turn(app, -1); break;
	case ACTION_HISTORY_BACK: app_travel(app, -1); break;
	case ACTION_HISTORY_ON:   app_travel(app, 1); break;
	case ACTION_COPY:         app->awaiting = AWAIT_COPY; break;
	case ACTION_AGAINST:
	case ACTION_COMPARE:      app_compare(app, '\0'); break;
	case ACTION_RELATED:      app_related(app); break;
	case ACTION_MARK:         app->awaiting = AWAIT_MARK; break;
	case ACTION_MARKED:       app->awaiting = AWAIT_MARKED; break;
	case ACTION_PRINT:        app_print(app); break;
	case ACTION_PALETTE:      start_prompt(app); break;
	case ACTION_HELP:         push_help(app); break;
	case ACTION_REDRAW:       redraw(app); break;
	case ACTION_INTERRUPT:    interrupt(app); break;
	case ACTION_QUIT:         quit(app); break;
	default:                  break;
	}
}

/* ---- keys --------------------------------------------------------------------------------- */

static void prompt_done(struct app *app)
{
	enum app_prompt kind = app->prompting;
	char line[PROMPT_MAX];

	if (kind == PROMPT_COMMAND && app->choice >= 0 && !palette_complete(app))
		return;
	memcpy(line, app->prompt.text, sizeof line);
	app->prompting = PROMPT_NONE;
	if (kind == PROMPT_LOAD)
		app_open(app, line);
	else
		palette_run(app, line);
}

static void key_in_prompt(struct app *app, struct key k)
{
	if (app->prompting == PROMPT_COMMAND) {
		int delta = k.code == K_DOWN || key_is(k, "^N") ? 1 : k.code == K_UP || key_is(k, "^P") ? -1 : 0;

		if (delta) {
			app->choice = palette_move(app, app->choice, delta);
			return;
		}
		if (k.code == K_TAB) {
			palette_complete(app);
			return;
		}
	}
	if (app->prompting == PROMPT_FILTER || app->prompting == PROMPT_SEARCH) {
		app_rows_typed(app, prompt_key(&app->prompt, k));
		return;
	}
	switch (prompt_key(&app->prompt, k)) {
	case PROMPT_DONE:      prompt_done(app); break;
	case PROMPT_CANCELLED: app->prompting = PROMPT_NONE; break;
	case PROMPT_EDITED:    app->choice = -1; break;
	default:               break;
	}
}

bool app_steps(const struct app *app, struct key k)
{
	if (app->prompting != PROMPT_NONE || app->awaiting)
		return false;
	switch (action_of(k, app_view(app)->ops->where)) {
	case ACTION_DOWN: case ACTION_UP:
	case ACTION_HALF_DOWN: case ACTION_HALF_UP:
	case ACTION_PAGE_DOWN: case ACTION_PAGE_UP:
		return true;
	default:
		return false;
	}
}

static void take_key(struct app *app, struct key k)
{
	struct view *v = app_view(app);
	enum action a;

	app->message[0] = '\0';
	if (app->prompting != PROMPT_NONE) {
		key_in_prompt(app, k);
		return;
	}
	if (app->awaiting != AWAIT_NOTHING) {
		(app->awaiting == AWAIT_COPY ? app_copy_key : app_mark_key)(app, k);
		return;
	}
	a = action_of(k, v->ops->where);
	if (a != ACTION_PRINT)
		buf_clear(&app->copied);
	if (a != ACTION_INTERRUPT)
		app->interrupts = 0;
	if (a != ACTION_QUIT && a != ACTION_PALETTE)
		app->quit_said = false;
	if (a == ACTION_NONE) {
		app_command_key(app, k);
		return;
	}
	if (!v->ops->act || !v->ops->act(v, a))
		app_act(app, a, k);
}

void app_key(struct app *app, struct key k)
{
	app_place(app);
	if (app->prompting == PROMPT_NONE)
		history_leave(app->desk);
	take_key(app, k);
	/* While something is typed it is only tried. */
	if (app->prompting == PROMPT_NONE)
		history_arrive(app->desk);
}

void app_paste(struct app *app, const char *text, size_t len)
{
	if (app->prompting == PROMPT_FILTER || app->prompting == PROMPT_SEARCH)
		app_rows_typed(app, prompt_paste(&app->prompt, text, len));
	else if (app->prompting != PROMPT_NONE)
		prompt_paste(&app->prompt, text, len);
	else
		app_say(app, "press : first to paste");
}
