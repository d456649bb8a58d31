/* Help: the keys that mean something here, and what the words on the rail mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/text_view.h"

struct help {
	struct text_view t;
	unsigned where;          /* of the view that help was asked for */
	const char *of;
};

/* X(GLYPH, word, meaning): the words of the rail. */
#define RAIL_WORDS(X) \
	X(WAIT,   "wait",  "queued, or another section is needed first") \
	X(RUN,    "26s",   "being asked, for so long; \u22ef behind it: rows arrive") \
	X(OK,     "ok",    "complete, from the first source of the chain") \
	X(FALL,   "fall",  "complete, but another source answered") \
	X(PART,   "part",  "some rows; the pane says what is missing") \
	X(STALE,  "stale", "older than it should be") \
	X(NONE,   "none",  "asked and answered: there is nothing") \
	X(TIME,   "time",  "no answer in time: nothing is known") \
	X(DENY,   "deny",  "not allowed to ask: nothing is known") \
	X(FAIL,   "fail",  "an error: nothing is known") \
	X(SKIP,   "skip",  "not asked, with the reason; n/a: not configured") \
	X(CANCEL, "canc",  "stopped by you")

static const struct {
	enum glyph_name glyph;
	const char *word, *meaning;
} rail_words[] = {
#define X(glyph, word, meaning) { GLYPH_##glyph, word, meaning },
	RAIL_WORDS(X)
#undef X
};

static void put_key(struct flow *f, const struct action_info *info)
{
	int y;

	if (flow_line(f, &y)) {
		canvas_puts(f->canvas, f->r.x + 2, y, 16, ROLE_ACCENT, info->keys);
		canvas_puts(f->canvas, f->r.x + 19, y, f->r.w - 19, ROLE_TEXT, info->help);
	}
	f->y++;
}

static void put_word(struct flow *f, size_t i)
{
	int y;

	if (flow_line(f, &y)) {
		canvas_glyph(f->canvas, f->r.x + 2, y, ROLE_TEXT, rail_words[i].glyph);
		canvas_puts(f->canvas, f->r.x + 4, y, 8, ROLE_TEXT, rail_words[i].word);
		canvas_puts(f->canvas, f->r.x + 19, y, f->r.w - 19, ROLE_TEXT, rail_words[i].meaning);
	}
	f->y++;
}

/* First what is special about this pane, then what works everywhere. */
static void put_keys(struct flow *f, unsigned where, bool anywhere)
{
	for (unsigned a = 1; a < ACTION_COUNT; a++) {
		const struct action_info *info = action_info((enum action)a);

		if ((info->where == ON_ANY) == anywhere && info->where & (where | ON_ANY))
			put_key(f, info);
	}
}

static void content(const struct text_view *t, struct flow *f)
{
	const struct help *h = (const struct help *)t;

	flow_printf(f, ROLE_STRONG, " Here");
	put_keys(f, h->where, false);
	flow_gap(f);
	flow_printf(f, ROLE_STRONG, " Everywhere");
	put_keys(f, h->where, true);
	flow_gap(f);
	flow_printf(f, ROLE_STRONG, " How a section was got");
	for (size_t i = 0; i < sizeof rail_words / sizeof rail_words[0]; i++)
		put_word(f, i);
	flow_gap(f);
	flow_printf(f, ROLE_STRONG, " What it says");
	flow_text(f, ROLE_TEXT, "  !3               three rows with a problem;  ?2: two that are doubtful");
	flow_text(f, ROLE_TEXT, "  C4               the name of a record: it stays, whatever is fetched again");
}

static void title(const struct text_view *t, struct canvas *c, struct rect r, bool focused)
{
	const struct help *h = (const struct help *)t;

	pane_title(c, r, "HELP", h->of, "q back", focused);
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
	struct help *h = calloc(1, sizeof *h);

	if (!h) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	h->t.v = (struct view){ &ops, app, NO_SECTION };
	h->t.content = content;
	h->t.title = title;
	h->where = where;
	h->of = of;
	return &h->t.v;
}
