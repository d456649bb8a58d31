/* What keys do. One list gives the enum, the keys, the help pane and the hints. */
#ifndef VIEWS_ACTIONS_H
#define VIEWS_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"

/* Where an action means something: what kind of view is in front. */
enum {
	ON_ANY     = 1,
	ON_TABLE   = 2,     /* rows with a selection */
	ON_TEXT    = 4,     /* lines to scroll */
	ON_TREE    = 8,
	ON_SECTION = 16,    /* a section, or something that belongs to one */
	ON_ROWS    = 32,    /* the records of a section */
	ON_SOURCES = 64,
	ON_CHOICE  = 128,   /* sources to allow and to forbid */
	ON_TIMELINE = 256,
	ON_RECORDS = 512,   /* the table of a section: search, filter, sort */
	ON_LOADS   = 1024,  /* the loads that are open */
	ON_COMPARE = 2048,  /* two records side by side */
	ON_RUN     = 4096,  /* a command of the user's, its output */
	ON_CONFIRM = 8192,  /* whether to run it */
	ON_TELL    = 16384, /* whether to send it */
	ON_MOVE    = ON_TABLE | ON_TEXT | ON_TREE,
};

/* X(NAME, keys, where, short, help). Of two that share a key the first that means
 * something in the view in front is taken. */
#define ACTIONS(X) \
	X(DOWN,         "j Down",          ON_MOVE, "", "down") \
	X(UP,           "k Up",            ON_MOVE, "", "up") \
	X(TOP,          "g Home",          ON_MOVE, "", "to the top") \
	X(BOTTOM,       "G End",           ON_MOVE, "", "to the end") \
	X(HALF_DOWN,    "^D",              ON_MOVE, "", "half a page down") \
	X(HALF_UP,      "^U",              ON_MOVE, "", "half a page up") \
	X(PAGE_DOWN,    "PgDn",            ON_MOVE, "", "a page down") \
	X(PAGE_UP,      "PgUp",            ON_MOVE, "", "a page up") \
	X(LEFT,         "h Left",          ON_TABLE | ON_TREE, "", "column to the left; fold a tree") \
	X(RIGHT,        "l Right",         ON_TABLE | ON_TREE, "", "column to the right; unfold a tree") \
	X(TOGGLE,       "Enter Space",     ON_TREE | ON_CHOICE, "toggle", "fold, unfold; change a rule") \
	X(FOLD,         "Space Enter",     ON_COMPARE, "equal fields", "show the fields that are equal, and fold them") \
	X(AGAINST,      "=",               ON_COMPARE, "another", "compare with what comes next: marks, the one before, the one after") \
	X(OPEN,         "Enter",           ON_TABLE, "open", "open what is selected") \
	X(NEXT_PROBLEM, "e",               ON_ANY, "next problem", "next problem, in any section") \
	X(PREV_PROBLEM, "E",               ON_ANY, "", "previous problem") \
	X(SEARCH,       "/",               ON_RECORDS, "find", "find a text, or / and a pattern") \
	X(NEXT_HIT,     "n",               ON_RECORDS, "", "next hit") \
	X(PREV_HIT,     "N",               ON_RECORDS, "", "previous hit") \
	X(FILTER,       "&",               ON_RECORDS, "filter", "only rows that fit: code>=400 ev:VA !word /pattern/") \
	X(SORT,         "o",               ON_RECORDS, "", "sort by this column; again: the other way") \
	X(UNSORT,       "O",               ON_RECORDS, "", "the order in which the rows came") \
	X(CLEAR,        "Esc",             ON_RECORDS, "", "leave the search, the filter, the order") \
	X(RAW,          "s",               ON_ROWS, "raw", "raw payload: tree, then as sent") \
	X(FROM,         "p",               ON_SECTION, "from where", "from where: query, tries, timing, as of") \
	X(CHECK,        "c r",             ON_SOURCES, "check", "really ask this source how it is") \
	X(REFETCH,      "r",               ON_SECTION, "refetch", "ask for this section again") \
	X(REFETCH_ALL,  "R",               ON_ANY, "", "ask for everything again") \
	X(FOLLOW,       "a",               ON_SECTION, "", "follow: ask for this section again by itself; end it") \
	X(FOLLOW_ALL,   "A",               ON_ANY, "", "follow every section; end it") \
	X(CLOSE,        "x",               ON_LOADS, "close", "stop what is under way for this load, forget it") \
	X(CANCEL,       "x",               ON_SECTION, "cancel", "stop this section") \
	X(CANCEL_ALL,   "X",               ON_ANY, "", "stop everything") \
	X(CHOOSE,       "F",               ON_SECTION, "source", "choose or forbid a source of this section") \
	X(WATERFALL,    "w",               ON_ANY, "waterfall", "who was asked when, and how long it took") \
	X(CONFIRM,      "y",               ON_CONFIRM, "run it", "run it after all") \
	X(SEND,         "y",               ON_TELL, "send it", "send it to who is named there") \
	X(COPY,         "y",               ON_ANY, "copy", "copy: v value, r row, j JSON, p path, l link, m markdown, q query, c curl") \
	X(PRINT,        "Y",               ON_ANY, "", "print it bare, without the screen around it") \
	X(ZOOM,         "z",               ON_ANY, "zoom", "this pane alone, and back") \
	X(HOLD,         "Space",           ON_ANY, "", "hold what is followed, go on with it") \
	X(BACK,         "q Esc Backspace", ON_ANY, "back", "back") \
	X(COMPARE,      "=",               ON_ROWS | ON_TIMELINE, "compare", "compare with a mark, else with the record before it") \
	X(RELATED,      "L",               ON_ROWS | ON_TIMELINE, "related", "the records that this one has to do with, and who could be asked about it") \
	X(MARK,         "m",               ON_ROWS | ON_TIMELINE, "", "mark this record with a letter") \
	X(MARKED,       "'",               ON_ANY, "", "go to the mark of that letter") \
	X(ZONE,         "t",               ON_ANY, "", "times in UTC, local, other zones") \
	X(TIME_IN,      "+",               ON_TIMELINE, "closer", "less time, around what is selected") \
	X(TIME_OUT,     "-",               ON_TIMELINE, "", "more time, in the end all of it") \
	X(STOP_RUN,     "x",               ON_RUN, "stop", "end this command") \
	X(RUN_AGAIN,    "r",               ON_RUN, "again", "run these words again") \
	X(GO,           "0 1 2 3 4 5 6 7 8", ON_ANY, "", "overview, section 1 to 7, timeline") \
	X(MORE,         "d",               ON_ANY, "", "the sections that are asked on demand: open one") \
	X(NEXT_PANE,    "Tab",             ON_ANY, "", "next section") \
	X(PREV_PANE,    "S-Tab",           ON_ANY, "", "previous section") \
	X(LOADS,        "b",               ON_ANY, "", "the loads that are open: go to one, close one") \
	X(NEXT_LOAD,    "}",               ON_ANY, "", "next open load") \
	X(PREV_LOAD,    "{",               ON_ANY, "", "previous open load") \
	X(HISTORY_BACK, "[",               ON_ANY, "", "where you were before") \
	X(HISTORY_ON,   "]",               ON_ANY, "", "and forward again") \
	X(PALETTE,      ": ^P",            ON_ANY, "commands", "type a command") \
	X(HELP,         "?",               ON_ANY, "help", "this") \
	X(REDRAW,       "^L",              ON_ANY, "", "paint the screen anew") \
	X(INTERRUPT,    "^C",              ON_ANY, "", "leave the prompt, stop this fetch; three times: quit") \
	X(QUIT,         "Q",               ON_ANY, "", "quit")

enum action {
	ACTION_NONE,
#define X(name, keys, where, brief, help) ACTION_##name,
	ACTIONS(X)
#undef X
	ACTION_COUNT
};

/* The action of a key in a view of that kind. */
enum action action_of(struct key, unsigned where);

struct action_info {
	const char *keys;        /* as they are now: "j Down"; "" = none */
	unsigned where;
	const char *brief;       /* for the line of hints; "" = not there */
	const char *help;
};
const struct action_info *action_info(enum action);
/* The first of its keys: "j"; "" when it has none. */
const char *action_key(char out[static KEY_NAME_MAX], enum action);
/* The place of the key among the action's, from 0; -1 when it is none of them. */
int action_key_place(enum action, struct key);
/* Its keys as built in. */
const char *action_built_in(enum action);

/* "next_problem", as key maps call it. */
enum { ACTION_NAME_MAX = 24 };
const char *action_name(char out[static ACTION_NAME_MAX], enum action);
/* ACTION_NONE when there is none of that name. */
enum action action_named(const char *name);

/* What the user made of the keys (views/keymap.h). */
enum { ACTION_KEYS_MAX = 96 };
struct key_choice {
	char keys[ACTION_COUNT][ACTION_KEYS_MAX];   /* "" with `given` = none */
	bool given[ACTION_COUNT];                   /* else as built in */
};
/* From now on; NULL: as built in. The map is kept and must stay. */
void actions_map(const struct key_choice *);

#endif
