/* What can be typed behind a colon, and given on the command line: one list of verbs. */
#ifndef VIEWS_VERBS_H
#define VIEWS_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "sections/section.h"
#include "views/actions.h"

/* What follows a verb, for completing it (complete.c). */
enum verb_takes {
	TAKES_NOTHING,
	TAKES_TEXT,              /* what only the user knows */
	TAKES_LOAD,              /* one that is open */
	TAKES_SECTION,           /* or overview, timeline */
	TAKES_SECTION_ALL,
	TAKES_ON_DEMAND,         /* a section that is, then a text, or all of the case */
	TAKES_FOLLOW,            /* a section or all, an interval */
	TAKES_SOURCE,            /* of the section in focus, and a rule */
	TAKES_FILTER,            /* terms that begin with a column */
	TAKES_COLUMN,
	TAKES_LANES,
	TAKES_SWITCH,
	TAKES_FORM,              /* to copy */
	TAKES_MARK,
	TAKES_THEME,
	TAKES_OUTPUT,            /* what `show` takes */
	TAKES_CHECK,
	TAKES_ZONE,
	TAKES_COMMAND,           /* of the user's own */
};

enum verb_needs { NEEDS_NOTHING, NEEDS_CASE, NEEDS_DEMO };

/* Verbs that are also commands without a screen. */
enum verb_alone { WORKBENCH, ALONE };

/* X(word, arguments, kind of arguments, needs, alone, action with the same effect, help) */
#define VERBS(X) \
	X(open,      "LOAD",                 TEXT,        NOTHING, WORKBENCH, NONE,        "open another load") \
	X(section,   "NAME",                 SECTION,     NOTHING, WORKBENCH, GO,          "go to a section") \
	X(refetch,   "[SECTION|all]",        SECTION_ALL, CASE,    WORKBENCH, REFETCH,     "ask again") \
	X(retry,     "",                     NOTHING,     CASE,    WORKBENCH, NONE,        "ask the failed again") \
	X(cancel,    "[SECTION|all]",        SECTION_ALL, CASE,    WORKBENCH, CANCEL,      "stop asking") \
	X(follow,    "[SECTION|all] [30s|off]", FOLLOW, CASE,   WORKBENCH, FOLLOW,      "ask again by itself") \
	X(source,    "NAME on|off|only",     SOURCE,      CASE,    WORKBENCH, CHOOSE,      "allow or forbid it") \
	X(filter,    "[code>=400 ev:VA !word]", FILTER,   NOTHING, WORKBENCH, FILTER,      "only rows that fit") \
	X(sort,      "[-]COLUMN",            COLUMN,      NOTHING, WORKBENCH, SORT,        "another order; - downwards") \
	X(problem,   "",                     NOTHING,     CASE,    WORKBENCH, NEXT_PROBLEM, "the next problem") \
	X(from,      "",                     NOTHING,     CASE,    WORKBENCH, FROM,        "where this is from") \
	X(raw,       "",                     NOTHING,     CASE,    WORKBENCH, RAW,         "the raw payload") \
	X(timeline,  "[lanes O,C|all]",      LANES,       CASE,    WORKBENCH, NONE,        "what happened when") \
	X(waterfall, "",                     NOTHING,     NOTHING, WORKBENCH, WATERFALL,   "who was asked when") \
	X(log,       "",                     NOTHING,     NOTHING, WORKBENCH, NONE,        "every query, as sent") \
	X(loads,     "[LOAD|NUMBER]",        LOAD,        CASE,    WORKBENCH, LOADS,       "go to an open load") \
	X(close,     "[LOAD|NUMBER]",        LOAD,        CASE,    WORKBENCH, NONE,        "close a load") \
	X(more,      "",                     NOTHING,     NOTHING, WORKBENCH, MORE,        "sections on demand") \
	X(sources,   "",                     NOTHING,     NOTHING, ALONE,     NONE,        "how sources are") \
	X(doctor,    "",                     NOTHING,     NOTHING, ALONE,     NONE,        "check every source") \
	X(config,    "check",                CHECK,       NOTHING, ALONE,     NONE,        "what is set, from where") \
	X(keys,      "",                     NOTHING,     NOTHING, WORKBENCH, NONE,        "what keys do") \
	X(mouse,     "on|off",               SWITCH,      NOTHING, WORKBENCH, NONE,        "clicks, wheel") \
	X(copy,      "[value|row|JSON...]",  FORM,        CASE,    WORKBENCH, COPY,        "copy it") \
	X(diff,      "[MARK]",               MARK,        CASE,    WORKBENCH, COMPARE,     "compare this record") \
	X(related,   "",                     NOTHING,     CASE,    WORKBENCH, RELATED,     "what it has to do with") \
	X(lookup,    "[SECTION [TEXT|all]]",      ON_DEMAND,   CASE,    WORKBENCH, RELATED,     "ask about this record") \
	X(mark,      "[LETTER]",             TEXT,        CASE,    WORKBENCH, MARK,        "mark this record") \
	X(print,     "",                     NOTHING,     CASE,    WORKBENCH, PRINT,       "print it bare") \
	X(show,      "[section S] [json|csv]", OUTPUT,    CASE,    ALONE,     NONE,        "print all, bare") \
	X(run,       "NAME",                 COMMAND,     NOTHING, WORKBENCH, NONE,        "a command of your own") \
	X(output,    "",                     NOTHING,     NOTHING, WORKBENCH, NONE,        "of the last command") \
	X(theme,     "NAME|FILE",            THEME,       NOTHING, WORKBENCH, NONE,        "another look") \
	X(ascii,     "",                     NOTHING,     NOTHING, WORKBENCH, NONE,        "ASCII on and off") \
	X(zoom,      "",                     NOTHING,     NOTHING, WORKBENCH, ZOOM,        "this pane alone") \
	X(zone,      "[UTC|local|AREA/CITY]", ZONE,      NOTHING, WORKBENCH, ZONE,        "whose time is shown") \
	X(demo,      "[LOAD]",               TEXT,        DEMO,    ALONE,     NONE,        "the demonstration's load") \
	X(help,      "",                     NOTHING,     NOTHING, WORKBENCH, HELP,        "keys of this pane") \
	X(quit,      "",                     NOTHING,     NOTHING, WORKBENCH, QUIT,        "leave")

enum verb {
#define X(word, usage, takes, needs, alone, action, help) VERB_##word,
	VERBS(X)
#undef X
	VERB_COUNT
};

struct verb_info {
	const char *word, *usage, *help;
	enum verb_takes takes;
	enum verb_needs needs;
	enum verb_alone alone;
	enum action action;
};
const struct verb_info *verb_info(enum verb);

/* The verb that is meant: its beginning is enough, or letters in it, as long as they mean
 * one. VERB_COUNT with an error that says what they may mean. */
enum verb verb_find(const char *typed, size_t len, struct err *);
/* By its whole word; VERB_COUNT when it is none. */
enum verb verb_named(const char *word);
/* It must have an argument. */
bool verb_wants_more(const struct verb_info *);

/* The first line of those on the command line: words that belong together, from one that
 * begins with a colon to the next. Returns the words that it took, 0 at the end. */
size_t verbs_line(char *line, size_t size, const char *const *words, size_t n);
/* Every line begins with a verb, or is the name of a section on demand; else an error that says
 * which does not. */
bool verbs_check(const struct workspace *, const char *const *words, size_t n, struct err *);
/* The section on demand of that id or title, -1 when there is none. */
int verbs_on_demand(const struct workspace *, const char *typed, size_t len);

#endif
