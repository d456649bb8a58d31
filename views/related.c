/* From a record to those it has to do with: straight when there is one, by a choice when
 * there are several, with a reason when there is none. */
#include "views/related.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/timeline.h"
#include "views/app.h"
#include "views/list_view.h"
#include "views/on_demand.h"
#include "views/words.h"

/* ---- what there is ---------------------------------------------------------------------- */

static bool is_repeat(const struct related *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (r->jumps[k].outcome == JUMP_FOUND && r->jumps[k].section == r->jumps[i].section &&
		    r->jumps[k].row == r->jumps[i].row)
			return true;
	return false;
}

static void add_offer(struct related *r, size_t section, const struct ask_def *ask, bool given)
{
	if (r->noffers == OFFERS_MAX)
		return;
	r->offers[r->noffers].section = section;
	r->offers[r->noffers].ask = ask;
	r->offers[r->noffers++].given = given;
	r->given += given;
}

static bool is_offered(const struct related *r, size_t section, size_t row)
{
	for (size_t i = 0; i < r->noffers; i++)
		if (r->offers[i].named && r->offers[i].section == section && r->offers[i].row == row)
			return true;
	return false;
}

/* The record of that number in the section of that letter, once. */
static void add_named(struct related *r, const struct app *app, char letter, unsigned number)
{
	for (size_t to = 0; to < app->npanes; to++) {
		const struct section *s = app_section(app, (int)to);

		for (size_t row = 0; s && s->def->letter == letter && row < s->rows.rows; row++) {
			if (section_pane_number(app->desk->panes[to], row) != number || is_offered(r, to, row))
				continue;
			add_offer(r, to, NULL, true);
			r->offers[r->noffers - 1].named = true;
			r->offers[r->noffers - 1].row = row;
			return;
		}
	}
}

/* "(C4, O7)": a capital and digits that stand for themselves. */
static void find_named(struct related *r, const struct app *app, struct cell text)
{
	size_t i = 0;

	while (i < text.len && r->noffers < OFFERS_MAX) {
		size_t from = i, digits = 0;
		unsigned number = 0;

		while (i < text.len && isalnum((unsigned char)text.data[i]))
			i++;
		if (i == from) {
			i++;
			continue;
		}
		for (size_t k = from + 1; k < i && digits < 7 && isdigit((unsigned char)text.data[k]); k++, digits++)
			number = number * 10 + (unsigned)(text.data[k] - '0');
		if (digits > 0 && from + 1 + digits == i && isupper((unsigned char)text.data[from]))
			add_named(r, app, text.data[from], number);
	}
}

static void find_offers(struct related *r, const struct app *app, const struct section *s, size_t row)
{
	struct subject about;

	if (s->def->opens)
		add_offer(r, (size_t)(s - app->desk->inv->sections), NULL,
		          section_cell(s, row, s->def->opens).len > 0);
	for (size_t c = 0; s->def->told && c < s->def->ncolumns; c++)
		find_named(r, app, rowset_cell(&s->rows, row, c));
	for (size_t to = app->numbered; to < app->npanes; to++) {
		const struct section_def *def = app->workspace->sections[to];

		for (size_t i = 0; i < def->nasks; i++)
			if (!strcmp(def->asks[i].from, s->def->id))
				add_offer(r, to, &def->asks[i], subject_take(&about, &def->asks[i], s, row));
	}
}

void related_find(struct related *r, const struct app *app, int section, size_t row)
{
	const struct section *s = app_section(app, section);

	*r = (struct related){ .n = s->def->njumps < JUMPS_MAX ? s->def->njumps : JUMPS_MAX };
	for (size_t i = 0; i < r->n; i++) {
		jump_follow(app->desk->inv, s, row, &s->def->jumps[i], &r->jumps[i]);
		r->repeats[i] = r->jumps[i].outcome == JUMP_FOUND && is_repeat(r, i);
		r->found += r->jumps[i].outcome == JUMP_FOUND && !r->repeats[i];
	}
	find_offers(r, app, s, row);
}

/* ---- in words ------------------------------------------------------------------------------ */

static const char *title_of(const struct section_def *def, const char *id)
{
	for (size_t i = 0; i < def->ncolumns; i++)
		if (!strcmp(def->columns[i].id, id))
			return def->columns[i].title;
	return id;
}

/* "not given here: correlation". */
static void put_lacking(char out[static RELATED_TEXT], const struct section *s, size_t row,
                        const struct jump_def *def)
{
	size_t used = (size_t)snprintf(out, RELATED_TEXT, "not given here:");
	const char *before = " ";

	for (size_t i = 0; i < JUMP_KEYS && def->same[i].here && used < RELATED_TEXT; i++) {
		struct cell c = section_cell(s, row, def->same[i].here);

		if (!cell_is_null(c) && c.len)
			continue;
		used += (size_t)snprintf(out + used, RELATED_TEXT - used, "%s%s", before,
		                         title_of(s->def, def->same[i].here));
		before = def->any ? " or " : ", ";
	}
	if (def->when != JUMP_WHENEVER && used < RELATED_TEXT)
		snprintf(out + used, RELATED_TEXT - used, "%s%s", before, title_of(s->def, def->at));
}

/* Rows may come yet, or were never got: then their absence says nothing. */
static void put_unmatched(char out[static RELATED_TEXT], const struct section *to,
                          const struct jump_def *def, const struct jump *j)
{
	char rows[PHRASE_MAX], span[TIME_SPAN_MAX], within[40] = "";

	if (def->when != JUMP_WHENEVER)
		snprintf(within, sizeof within, " within %s", time_span(span, def->within));
	snprintf(out, RELATED_TEXT, "none of %s%s%s%s", j->cut ? "the first " : "",
	         rows_text(rows, j->cut ? JUMP_ROWS : to->rows.rows), within,
	         to->state == SECTION_OK ? "" : "; not all are known");
}

static void put_rowless(char out[static RELATED_TEXT], const struct app *app, const struct section *to)
{
	struct sentence say;

	section_sentence(&say, to, app_mono(app), app_zone(app));
	if (say.text[0])
		snprintf(out, RELATED_TEXT, "%.*s", RELATED_TEXT - 1, say.text);
	else
		snprintf(out, RELATED_TEXT, section_state_final(to->state) ? "no rows" : "no rows yet");
}

/* "O7  VD Halifax": with what the timeline says of it. */
static void put_found(char out[static RELATED_TEXT], const struct app *app, const struct jump *j)
{
	const struct section *to = app_section(app, (int)j->section);
	char ref[REF_MAX], what[RELATED_TEXT / 2] = "";
	size_t len = to->def->nmoments ? moment_what(to, j->row, 0, what, sizeof what - 1) : 0;

	what[len] = '\0';
	section_pane_ref(app->desk->panes[j->section], j->row, ref);
	snprintf(out, RELATED_TEXT, "%s%s%s", ref, ref[0] ? "  " : "", what[0] ? what : to->def->title);
}

const char *related_text(char out[static RELATED_TEXT], const struct app *app, int section, size_t row,
                         const struct jump_def *def, const struct jump *j)
{
	const struct section *to = app_section(app, (int)j->section);

	switch (to ? j->outcome : JUMP_NO_ROWS) {
	case JUMP_FOUND:     put_found(out, app, j); break;
	case JUMP_NOT_GIVEN: put_lacking(out, app_section(app, section), row, def); break;
	case JUMP_NO_MATCH:  put_unmatched(out, to, def, j); break;
	case JUMP_NO_ROWS:
		if (to)
			put_rowless(out, app, to);
		else
			snprintf(out, RELATED_TEXT, "there is no such section");
		break;
	}
	return out;
}

const char *offer_word(char out[static RELATED_TEXT], const struct app *app, const struct related *r, size_t i)
{
	if (r->offers[i].ask)
		return r->offers[i].ask->word;
	if (r->offers[i].named)
		return "named here";
	snprintf(out, RELATED_TEXT, "this %s, beside the one in front", app->workspace->subject);
	return out;
}

/* What it would be asked about, or the column that the record lacks. */
static const char *offer_text(char out[static RELATED_TEXT], const struct app *app, int section, size_t row,
                              const struct related *r, size_t i)
{
	const struct jump named = { .section = r->offers[i].section, .row = r->offers[i].row };
	const struct ask_def *ask = r->offers[i].ask;
	const struct section *s = app_section(app, section);
	const char *column = ask ? ask->takes[0].column : s->def->opens;
	struct cell c = column ? section_cell(s, row, column) : CELL_NULL;
	struct subject about;
	char text[ABOUT_MAX];

	if (r->offers[i].named)
		put_found(out, app, &named);
	else if (ask && subject_take(&about, ask, s, row))
		snprintf(out, RELATED_TEXT, "on demand: \"%s\"", subject_text(&about, text));
	else if (!ask && c.len)
		snprintf(out, RELATED_TEXT, "%.*s", c.len < RELATED_TEXT ? (int)c.len : RELATED_TEXT - 1, c.data);
	else
		snprintf(out, RELATED_TEXT, "not given here: %s", title_of(s->def, column));
	return out;
}

/* ---- going there --------------------------------------------------------------------------- */

static void go(struct app *app, const struct jump_def *def, const struct jump *j)
{
	struct view *pane = app->desk->panes[j->section];
	bool hidden = !section_pane_shows(pane, j->row);
	char ref[REF_MAX], fits[40] = "";

	if (j->fits > 1)
		snprintf(fits, sizeof fits, ", %s of %zu", def->when == JUMP_WHENEVER ? "the first" : "the nearest",
		         j->fits);
	app_show_record(app, (int)j->section, j->row);
	section_pane_ref(pane, j->row, ref);
	app_say(app, "%s%s%s%s%s", ref, ref[0] ? ": " : "", def->word, fits,
	        hidden ? "; its filter is off now" : "");
}

static void open_case(struct app *app, int section, size_t row)
{
	const struct section *s = app_section(app, section);
	struct cell id = section_cell(s, row, s->def->opens);
	char typed[128];

	if (id.len >= sizeof typed)
		return;
	snprintf(typed, sizeof typed, "%.*s", (int)id.len, id.data);
	app_open(app, typed);
}

static void go_named(struct app *app, int from, size_t to, size_t row)
{
	char ref[REF_MAX];

	section_pane_ref(app->desk->panes[to], row, ref);
	app_show_record(app, (int)to, row);
	app_say(app, "%s: named by %s", ref, app->workspace->sections[from]->title);
}

static void take_offer(struct app *app, const struct related *r, size_t i, int section, size_t row)
{
	char text[RELATED_TEXT], word[RELATED_TEXT];

	if (r->offers[i].named)
		go_named(app, section, r->offers[i].section, r->offers[i].row);
	else if (!r->offers[i].given)
		app_complain(app, "%s: %s", offer_word(word, app, r, i),
		             offer_text(text, app, section, row, r, i));
	else if (r->offers[i].ask)
		on_demand_ask_about(app, r->offers[i].section, r->offers[i].ask, section, row);
	else
		open_case(app, section, row);
}

/* ---- the choice ------------------------------------------------------------------------------ */

enum { R_WORD, R_SECTION, R_WHAT, R_COUNT };

static const struct table_column columns[R_COUNT] = {
	[R_WORD]    = { "what", 30, 0, true, false, TABLE_LEFT },
	[R_SECTION] = { "section", 13, 2, false, false, TABLE_LEFT },
	[R_WHAT]    = { "record", 14, 0, false, true, TABLE_LEFT },
};

struct choice_view {
	struct list_view l;
	uint64_t key;            /* the record they belong to */
	char ref[REF_MAX];
	struct related related;
	size_t row;              /* as of the last update() */
	bool gone;
};

static const struct section_def *def_of(const struct choice_view *c)
{
	return c->l.v.app->workspace->sections[c->l.v.section];
}

/* What stands in that line: the index of a jump, repeated ones are left out; behind them the
 * offers. */
static size_t entry_at(const struct choice_view *c, size_t line)
{
	size_t i = 0;

	for (; i < c->related.n; i++)
		if (!c->related.repeats[i] && !line--)
			return i;
	return i + line;
}

static size_t model_rows(const void *ctx)
{
	const struct choice_view *c = ctx;
	size_t n = 0;

	while (!c->gone && entry_at(c, n) < c->related.n + c->related.noffers)
		n++;
	return n;
}

static uint64_t model_key(const void *ctx, size_t row)
{
	return entry_at(ctx, row) + 1;
}

static struct table_text offer_cell(const struct choice_view *c, size_t i, int column, char *scratch)
{
	const struct app *app = c->l.v.app;
	bool given = c->related.offers[i].given;

	switch (column) {
	case R_WORD:
		return list_text(offer_word(scratch, app, &c->related, i), given ? ROLE_TEXT : ROLE_DIM);
	case R_SECTION: return list_text(app->workspace->sections[c->related.offers[i].section]->title, ROLE_DIM);
	default:
		return list_text(offer_text(scratch, app, c->l.v.section, c->row, &c->related, i),
		                 given ? ROLE_ACCENT : ROLE_DIM);
	}
}

static struct table_text jump_cell(const struct choice_view *c, size_t i, int column, char *scratch)
{
	const struct app *app = c->l.v.app;
	const struct jump *j = &c->related.jumps[i];
	const struct jump_def *def = &def_of(c)->jumps[i];
	bool found = j->outcome == JUMP_FOUND;

	switch (column) {
	case R_WORD: return list_text(def->word, found ? ROLE_TEXT : ROLE_DIM);
	case R_SECTION:
		if (j->section >= app->npanes)
			return list_text(def->to, ROLE_DIM);
		return list_text(app->workspace->sections[j->section]->title, ROLE_DIM);
	default:
		return list_text(related_text(scratch, app, c->l.v.section, c->row, def, j),
		                 found ? ROLE_ACCENT : ROLE_DIM);
	}
}

static struct table_text model_cell(const void *ctx, size_t row, int column, char *scratch)
{
	const struct choice_view *c = ctx;
	size_t at = entry_at(c, row);

	return at < c->related.n ? jump_cell(c, at, column, scratch) :
	       offer_cell(c, at - c->related.n, column, scratch);
}

static void update(struct view *v)
{
	struct choice_view *c = (struct choice_view *)v;

	c->gone = !app_section(v->app, v->section) ||
	          !section_pane_find(v->app->desk->panes[v->section], c->key, &c->row);
	if (!c->gone)
		related_find(&c->related, v->app, v->section, c->row);
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct choice_view *choice = (const struct choice_view *)v;
	char rest[REF_MAX + 60];

	snprintf(rest, sizeof rest, "to %s %s", def_of(choice)->title, choice->ref);
	pane_title(c, r, "RELATED", rest, "Enter goes there  q back");
	if (choice->gone)
		canvas_puts(c, r.x + 1, r.y + 2, r.w - 1, ROLE_ATTENTION,
		            "This record is not in the answer any more.");
	else
		table_draw(&choice->l.table, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 }, focused);
}

/* The line as it was drawn may be older than the rows. */
static void open_chosen(struct choice_view *c)
{
	struct app *app = c->l.v.app;
	char text[RELATED_TEXT];
	struct jump j;
	size_t at;

	update(&c->l.v);
	at = entry_at(c, c->l.table.selected);
	if (c->gone || !c->l.table.has_selection || at >= c->related.n + c->related.noffers)
		return;
	if (at >= c->related.n) {
		take_offer(app, &c->related, at - c->related.n, c->l.v.section, c->row);
		return;
	}
	j = c->related.jumps[at];
	if (j.outcome == JUMP_FOUND)
		go(app, &def_of(c)->jumps[at], &j);
	else
		app_complain(app, "%s: %s", def_of(c)->jumps[at].word,
		             related_text(text, app, c->l.v.section, c->row, &def_of(c)->jumps[at], &j));
}

static bool act(struct view *v, enum action a)
{
	if (a != ACTION_OPEN)
		return list_view_act(v, a);
	open_chosen((struct choice_view *)v);
	return true;
}

/* What is marked, compared and copied is the record they belong to. */
static void copy(const struct view *v, struct copy_what *w)
{
	const struct choice_view *c = (const struct choice_view *)v;
	size_t row;

	if (app_section(v->app, v->section) &&
	    section_pane_find(v->app->desk->panes[v->section], c->key, &row))
		section_pane_copy(v->app->desk->panes[v->section], row, w);
}

static const struct view_ops ops = {
	.name = "related records",
	.where = ON_TABLE | ON_SECTION,
	.update = update,
	.place = list_view_place,
	.draw = draw,
	.act = act,
	.copy = copy,
	.free = list_view_free,
};

static struct view *choice_new(struct app *app, int section, size_t row, struct err *e)
{
	struct choice_view *c = view_alloc(sizeof *c, e);
	const struct view *pane = app->desk->panes[section];

	if (!c)
		return NULL;
	c->l.v = (struct view){ &ops, app, section };
	c->key = section_pane_key(pane, row);
	section_pane_ref(pane, row, c->ref);
	update(&c->l.v);
	table_init(&c->l.table, columns, R_COUNT,
	           (struct table_model){ c, model_rows, model_cell, model_key, NULL, NULL });
	return &c->l.v;
}

/* ---- the key ------------------------------------------------------------------------------------ */

void app_related(struct app *app)
{
	const struct section_def *def;
	char text[RELATED_TEXT];
	struct related r;
	struct err e = { 0 };
	size_t row, i = 0;
	int section;

	if (!app_record(app, &section, &row)) {
		app_complain(app, "there is no record that others could be related to");
		return;
	}
	def = app->workspace->sections[section];
	related_find(&r, app, section, row);
	while (i < r.n && r.jumps[i].outcome != JUMP_FOUND)
		i++;
	if (!r.n && !r.noffers)
		app_complain(app, "%s lead nowhere: nothing is declared to be related", def->title);
	else if (r.found == 1 && !r.given)
		go(app, &def->jumps[i], &r.jumps[i]);
	else if (r.noffers == 1 && !r.n)
		take_offer(app, &r, 0, section, row);
	else if (r.n == 1 && !r.noffers)
		app_complain(app, "%s: %s", def->jumps[0].word,
		             related_text(text, app, section, row, &def->jumps[0], &r.jumps[0]));
	else
		app_push(app, choice_new(app, section, row, &e), &e);
}
