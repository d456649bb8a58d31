/* The application: the open loads, one of them on the screen. It owns the engine, the
 * views and the canvas; the terminal is optional, so that screens can be tested as what
 * they are: a function of state. One thread. */
#ifndef VIEWS_APP_H
#define VIEWS_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/watch.h"
#include "sections/engine.h"
#include "sections/telemetry.h"
#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/layout.h"
#include "tui/prompt.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "views/copy.h"
#include "views/desk.h"
#include "views/format.h"
#include "views/keymap.h"
#include "views/marks.h"
#include "views/pane.h"
#include "views/runs.h"
#include "views/zones.h"

enum { APP_MESSAGE = 240 };

/* After y, m and '. */
enum app_await { AWAIT_NOTHING, AWAIT_COPY, AWAIT_MARK, AWAIT_MARKED };
enum app_prompt { PROMPT_NONE, PROMPT_COMMAND, PROMPT_LOAD, PROMPT_FILTER, PROMPT_SEARCH };

struct app {
	/* Given at start; they outlive the application. */
	const struct workspace *workspace;
	const struct config *config;
	const struct clock *clock;
	bool demo, still;
	const char *opening;             /* shown until it is open; NULL = nothing */
	const char *const *script;       /* words to be run once it is (verbs.h) */
	size_t nscript;

	struct engine *engine;           /* NULL before app_start() */
	struct telemetry *telemetry;     /* the engine's; NULL = off */
	struct term *term;               /* NULL in tests */
	struct theme theme;
	char *theme_path;                /* the file it was read from; NULL = built in */
	struct key_choice keymap;
	char *keys_path;                 /* NULL before app_load_keys() */
	struct user_commands commands;
	char *commands_path;             /* NULL before app_load_commands() */
	struct runs runs;
	struct watch watch;              /* of these files */
	struct canvas canvas, former;    /* what is shown; room for parts of the frame before */
	struct layout layout, drawn;     /* now; of the frame before */
	const struct view *drawn_view;   /* what was in front there; NULL = no frame yet */
	int drawn_focus;
	bool drawn_spoke;                /* the footer told more than what is known of the load */
	unsigned leaves;                 /* parts that app_draw() may leave as they were (pace.h) */
	int w, h;

	size_t npanes;                   /* sections of the workspace */
	size_t numbered;                 /* the first of these; the others are on demand */
	struct desk *desks[DESKS_MAX];   /* what is open; a single one may be empty */
	int ndesks;
	struct desk *desk;               /* the one in front */

	struct prompt prompt;
	enum app_prompt prompting;
	char before[PROMPT_MAX];         /* the filter, when its prompt was opened */
	int choice;                      /* in the list above the prompt; -1 = none */
	char message[APP_MESSAGE];       /* until the next key */
	bool message_bad;
	enum app_await awaiting;         /* a letter is to come */
	struct marks marks;              /* of records, over all that was open */
	struct buf copied;               /* by the last key, for Y */
	usec follow_every;               /* the interval that was last chosen; 0 = none was */
	bool zoom, ascii;
	struct zones zones;              /* that times may be shown in */
	int interrupts;                  /* ^C in a row */
	bool quit_said;                  /* what quitting would end, by the last key */
	bool quit;
};

/* Views are made, nothing is asked. `ascii` as the terminal wants it. */
bool app_init(struct app *, const struct workspace *, const struct config *, const struct clock *,
              struct err *);
void app_release(struct app *);        /* not the engine, not the terminal */
/* Starts the engine. */
bool app_start(struct app *, struct err *);
/* Opens another investigation beside those that are open, or goes to the one that has it;
 * a complaint goes to the message. */
void app_open(struct app *, const char *typed);
/* In place of the one in front. */
void app_open_here(struct app *, const char *typed);
/* Opens all of them, with the first in front. */
void app_open_all(struct app *, const char *const *typed, size_t n);

/* Prompts for what to open. */
void app_ask_load(struct app *);

/* One key, one paste. */
void app_key(struct app *, struct key);
void app_paste(struct app *, const char *text, size_t len);
/* The key would only move along what is shown. */
bool app_steps(const struct app *, struct key);
/* One click or turn of the wheel; the switch (mouse.c). */
void app_mouse(struct app *, enum term_mouse, int x, int y);
void app_set_mouse(struct app *, bool on);
/* After the engine moved. */
void app_update(struct app *);
/* Some of what filters, sorts and searches have left to do, until then; true when there
 * is more. */
bool app_work(struct app *, usec until);
bool app_resize(struct app *, int w, int h, struct err *);
/* Paints the canvas from what is known. */
void app_draw(struct app *);
/* Opens those, runs the script, goes on until the user quits. Returns the signal that
 * ended it, or 0. */
int app_loop(struct app *, const char *const *typed, size_t n);

/* ---- for views ---------------------------------------------------------------- */

/* The monotonic time of the last full second of the clock: what counts seconds on the
 * screen does so in one go, once a second. */
usec app_mono(const struct app *);
struct zone app_zone(const struct app *);
/* Another one: the next, or by its name. */
void app_set_zone(struct app *, const char *name);
/* The view in front, the one below all others. */
struct view *app_view(const struct app *);
struct view *app_base_view(const struct app *);
/* Bases: the overview, the sections that have a number, the timeline; then those on demand. */
static inline int app_bases(const struct app *app)
{
	return (int)app->npanes + 2;
}
static inline int app_timeline_base(const struct app *app)
{
	return (int)app->numbered + 1;
}
static inline bool app_at_timeline(const struct app *app)
{
	return app->desk->base == app_timeline_base(app);
}
static inline int app_base_of(const struct app *app, int section)
{
	return section + 1 + (section >= (int)app->numbered);
}
/* The section of that base; NO_SECTION of the overview and the timeline. */
static inline int app_section_of(const struct app *app, int base)
{
	return base == app_timeline_base(app) ? NO_SECTION : base - 1 - (base > (int)app->numbered);
}
/* The section's pane is on the screen. */
bool app_shows(const struct app *, int section);              /* app_draw.c */
/* NULL while nothing is open. */
const struct section *app_section(const struct app *, int section);
/* The section in focus: the view's own, or the one selected in the overview. */
int app_focus(const struct app *);
bool app_running(const struct app *);
/* A number that changes with what must not wait behind what merely flows: states of
 * sections, sources and commands, and lines that may still fill a screen. */
unsigned app_news(const struct app *);
void app_say(struct app *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void app_complain(struct app *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Takes the view over, or shows why there is none. */
void app_push(struct app *, struct view *, const struct err *);
void app_pop(struct app *);
/* As in `base`; closes what lies over it. A section on demand is asked then, unless it was. */
void app_go(struct app *, int base);
/* Along the places that were visited (history.c). */
void app_travel(struct app *, int delta);
/* Gives every visible view its size; app_draw() does it too. */
void app_place(struct app *);
/* Asks for a section again by itself, of all when it is NO_SECTION; 0 ends that. The key
 * turns it on and off (following.c). */
void app_follow(struct app *, int section, usec interval);
void app_follow_key(struct app *, int section);
/* Holds everything that is followed here, or lets it go on. */
void app_hold(struct app *);
/* Something counts the seconds down to its next round. */
bool app_counts_down(const struct app *);
/* Brings one of the open loads to the front; the one `delta` further on (desks.c). */
void app_switch(struct app *, int desk);
void app_turn(struct app *, int delta);
/* Stops what is under way for it and forgets it. */
void app_close(struct app *, int desk);
/* The place of the one in front. */
int app_at_desk(const struct app *);
/* By its number from 1 on, its id, or as it was typed; -1 when none of them is open. */
int app_find_desk(const struct app *, const char *typed);
void app_act(struct app *, enum action, struct key);          /* app_act.c */
/* Of the view in front, else of the one below; NULL when neither has rows to look through. */
struct finder *app_finder(const struct app *);
/* The prompt for a filter or a search over the pane in front (app_rows.c). */
void app_ask_rows(struct app *, enum app_prompt);
void app_rows_typed(struct app *, enum prompt_result);
void app_filter(struct app *, const char *text);
void app_sort(struct app *, const char *column);
void app_next_problem(struct app *, int direction);           /* problems.c */
/* The record in front, of whatever kind its view is (app_records.c); false when there is none. */
bool app_record(struct app *, int *section, size_t *row);
/* Goes to a record of what is open. */
void app_show_record(struct app *, int section, size_t row);
bool app_take_record(const struct app *, int section, size_t row, struct record_copy *, struct err *);
/* It was opened as the case of that record was. */
bool desk_has_case(const struct desk *, const struct record_copy *);
/* Where that record is now; false when it is not of the case in front, or gone. */
bool app_find_record(const struct app *, const struct record_copy *, int *section, size_t *row);
void app_related(struct app *);                               /* related.c */
/* Asks a section that tells somebody outside about the case, once the user agreed to it. */
void app_tell(struct app *, int section);                     /* tell.c */
void app_refetch(struct app *, int section);
void app_mark(struct app *, char letter);                     /* marks.c */
void app_mark_key(struct app *, struct key);                  /* the one after m and ' */
void mark_hint_draw(const struct app *, struct canvas *, struct rect);
/* The record in front, with that mark or, for '\0', with what comes next (compare_view.c). */
void app_compare(struct app *, char mark);
/* The user's key map; from then on a change of the file counts (live.c). */
bool app_load_keys(struct app *, struct err *);
/* The user's own commands, and the demonstration's where he has none; likewise. */
bool app_load_commands(struct app *, struct err *);
/* Runs one, or asks first; by its name, by its key (app_runs.c). */
void app_command(struct app *, const struct user_command *);
bool app_command_key(struct app *, struct key);
/* Takes the words over. */
void app_run(struct app *, const struct user_command *, char **words);
/* After app.runs.fd was readable; true when something is to be drawn. */
bool app_update_runs(struct app *);
void app_watch_theme(struct app *, const char *path);         /* NULL = none */
/* Once app.watch is readable; false when nothing changed. */
bool app_reload(struct app *);
void app_forget_files(struct app *);
bool app_theme(struct app *, const char *name, struct err *); /* themes.c */
/* What is selected in the view in front. */
struct copy_what app_selected(struct app *);
void app_copy(struct app *, enum copy_form);                  /* yank.c */
void app_copy_key(struct app *, struct key);                  /* the one after y */
void app_print(struct app *);
void copy_hint_draw(struct canvas *, struct rect);

/* ---- around the panes (header.c, rail.c, footer.c) ------------------------------ */

void header_draw(const struct app *, struct canvas *, struct rect);
void rail_draw(const struct app *, struct canvas *, struct rect);
/* What stands there on the rail: 0 = overview, i + 1 = section i; -1 = nothing. */
int rail_at(const struct app *, int x, int y);
/* The section whose pane beside the main one is there, or NO_SECTION. */
int app_side_at(const struct app *, int x, int y);
void rail_draw_line(const struct app *, struct canvas *, struct rect);
void footer_draw(const struct app *, struct canvas *, struct rect);
void tiny_draw(const struct app *, struct canvas *, struct rect);

#endif
