/* A view: what can stand in the main pane, one table of functions per kind.
 *
 * update() may allocate and is called when the engine moved; place() is called with
 * the size before moving and drawing; draw() only reads and paints. A view keeps no
 * pointer to a section's rows or attempts: it finds them again by key or number. */
#ifndef VIEWS_PANE_H
#define VIEWS_PANE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "tui/canvas.h"
#include "views/actions.h"

struct app;
struct view;
struct copy_what;
struct finder;

struct view_ops {
	const char *name;
	unsigned where;          /* ON_ flags: which keys mean something */
	unsigned layout;         /* LAYOUT_ flags that are the other way round for it */
	void (*update)(struct view *);                         /* NULL = nothing is cached */
	/* The pane's size, its title line included. */
	void (*place)(struct view *, int w, int h);
	/* The first line of the rectangle is the title. */
	void (*draw)(const struct view *, struct canvas *, struct rect, bool focused);
	/* What is selected, below the pane; the title goes on the rule. NULL = never. */
	void (*detail)(const struct view *, struct canvas *, struct rect rule, struct rect);
	bool (*has_detail)(const struct view *);
	/* False when the action is not this view's. */
	bool (*act)(struct view *, enum action);
	/* Names the record, column and attempt to be copied; NULL = those of its section. */
	void (*copy)(const struct view *, struct copy_what *);
	/* Its filter, order and search; NULL = it has none. */
	struct finder *(*finder)(struct view *);
	bool passing;            /* asks something once: the way back does not lead here */
	void (*free)(struct view *);
};

enum { NO_SECTION = -1 };

/* Put first into the struct of a view. */
struct view {
	const struct view_ops *ops;
	struct app *app;
	int section;             /* index; NO_SECTION = none */
	unsigned holds;          /* by those who look at it beside its owner */
};

/* Zeroed memory for one (desk.c). */
void *view_alloc(size_t size, struct err *);
/* One holder less; the last one frees it. NULL allowed (desk.c). */
void view_drop(struct view *);

/* The title line of a pane: a strong name, a dim rest, something flush right. */
void pane_title(struct canvas *, struct rect, const char *name, const char *rest, const char *right);
/* A title on the rule above a part: "├─ C4  attempt 5 ──". */
void rule_title(struct canvas *, struct rect rule, const char *name, const char *rest);

/* Wrapped text; what does not fit ends with an ellipsis. Returns the lines used. */
int pane_wrap(struct canvas *, struct rect, unsigned style, const char *text);

/* The views. Each may be pushed on the stack of the application. NULL and *e when
 * it cannot be. */
struct view *overview_new(struct app *, struct err *);                 /* overview.c */
struct view *timeline_new(struct app *, struct err *);                 /* timeline.c */
struct view *section_pane_new(struct app *, int section, struct err *); /* section_pane.c */
struct view *record_new(struct app *, int section, struct err *);      /* of the selected record */
struct view *raw_new(struct app *, int section, struct err *);         /* its raw payload */
struct view *from_new(struct app *, int section, struct err *);        /* where a section is from */
struct view *query_new(struct app *, unsigned number, struct err *);         /* one of the log */
struct view *waterfall_new(struct app *, struct err *);
struct view *log_new(struct app *, struct err *);
struct view *sources_new(struct app *, struct err *);
struct view *chooser_new(struct app *, int section, struct err *);
struct view *loads_new(struct app *, struct err *);
struct view *keys_view_new(struct app *, struct err *);
struct view *config_view_new(struct app *, struct err *);
struct user_command;
/* Asks before it is run; takes the words over. */
struct view *confirm_new(struct app *, const struct user_command *, char **words, struct err *);
struct view *run_view_new(struct app *, unsigned number, struct err *);  /* of app->runs */
unsigned run_view_number(const struct view *);
struct view *help_new(struct app *, unsigned where, const char *of, struct err *);

/* The waterfall without a view of its own, for the extra area. */
size_t waterfall_lines(const struct app *);
void waterfall_draw(const struct app *, struct canvas *, struct rect, size_t skip);

/* What others ask a section's pane. */
struct table;
bool section_pane_selected(const struct view *, size_t *row);
/* The row with that key; false when it is gone. */
bool section_pane_find(const struct view *, uint64_t key, size_t *row);
uint64_t section_pane_key(const struct view *, size_t row);
/* A filter that hides the row is left. */
void section_pane_select(struct view *, size_t row);
/* The row that is shown below it (1), above it (-1); false when there is none. */
bool section_pane_beside(const struct view *, size_t row, int direction, size_t *other);
/* The filter lets it through. */
bool section_pane_shows(const struct view *, size_t row);
/* Another case: its records are others, its references start anew. */
void section_pane_forget(struct view *);
/* "C4"; "" while the record has no number yet. */
enum { REF_MAX = 16 };
const char *section_pane_ref(const struct view *, size_t row, char out[static REF_MAX]);
/* The 4 of "C4", counted from the oldest record on; 0 = none. */
unsigned section_pane_number(const struct view *, size_t row);
/* The record of that row, as what is to be copied. */
void section_pane_copy(const struct view *, size_t row, struct copy_what *);
/* The counters' line; "" when there is none. */
const char *section_pane_summary(const struct view *);

#endif
