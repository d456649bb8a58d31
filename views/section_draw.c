/* What a section's pane looks like, and the detail below it. */
#include "views/section_pane_impl.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "views/fields.h"
#include "views/flow.h"
#include "views/words.h"

enum { TITLE_MAX = 40, SENTENCE_LINES = 3 };

/* ---- the pane ------------------------------------------------------------------------------- */

static void draw_title(const struct section_pane *p, struct canvas *c, struct rect r, bool focused)
{
	const struct section *s = section_of(p);
	const struct section_def *def = p->v.app->workspace->sections[p->v.section];
	char name[TITLE_MAX], rest[NARROW_WORDS], right[120] = "", rows[PHRASE_MAX], order[64];
	char span[TIME_SPAN_MAX];
	const struct attempt *by = s ? answering_attempt(s) : NULL;

	if (p->v.app->layout.side.w > 0 && !def->on_demand)
		snprintf(name, sizeof name, "%d %s", p->v.section + 1, def->title);
	else
		snprintf(name, sizeof name, "%s", def->title);
	for (char *at = name; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	narrow_words(rest, &p->finder.narrow, p->table.selected);
	narrow_order(order, &p->finder.narrow);
	if (!rest[0] && s && s->rows.rows)
		snprintf(rest, sizeof rest, "%s",
		         p->summary[0] ? p->summary : rows_text(rows, s->rows.rows));
	if (order[0])
		snprintf(right, sizeof right, "%s", order);
	else if (by && r.w >= 60)
		snprintf(right, sizeof right, "%s%s %s", def->on_demand ? "on demand  " : "", by->source,
		         time_span(span, attempt_time(by, app_mono(p->v.app))));
	else if (def->on_demand)
		snprintf(right, sizeof right, "on demand");
	pane_title(c, r, name, rest, right);
	if (focused && p->v.app->layout.side.w > 0)
		canvas_glyph(c, r.x, r.y, ROLE_STRONG, GLYPH_SELECT);
}

static int sentence_lines(struct canvas *c, const struct sentence *say, int w)
{
	int lines = canvas_wrap(c, (struct rect){ 0, 0, w - 3, 0 }, ROLE_TEXT, say->text,
	                        strlen(say->text), 0);

	return lines > SENTENCE_LINES ? SENTENCE_LINES : lines;
}

/* "↳ redshift timed out …  r retry"; returns the lines. */
static int draw_sentence(struct canvas *c, struct rect r, const struct sentence *say)
{
	int lines = sentence_lines(c, say, r.w), used;

	if (!say->text[0])
		return 0;
	canvas_glyph(c, r.x + 1, r.y, say->role, say->glyph);
	pane_wrap(c, (struct rect){ r.x + 3, r.y, r.w - 3, lines }, say->role, say->text);
	used = canvas_cells(c, say->text, strlen(say->text));
	if (say->hint && lines == 1 && used + 5 + (int)strlen(say->hint) <= r.w)
		canvas_puts(c, r.x + 5 + used, r.y, r.w - 5 - used, ROLE_ACCENT, say->hint);
	return lines;
}

static int subject_lines(const struct section *s)
{
	return s && s->about[0];
}

/* about "signature rejected": the one record that a section on demand was asked about. */
static void draw_subject(struct canvas *c, struct rect r, const struct section *s)
{
	int x = r.x + 3;

	if (!subject_lines(s))
		return;
	x += canvas_puts(c, x, r.y, 6, ROLE_DIM, "about ");
	canvas_printf(c, x, r.y, r.x + r.w - 1 - x, ROLE_ACCENT, "\"%s\"", s->about);
}

void section_pane_place(struct view *v, int w, int h)
{
	struct section_pane *p = (struct section_pane *)v;
	const struct section *s = section_of(p);
	struct sentence say = { .text = "" };

	if (s)
		section_sentence(&say, s, app_mono(v->app), app_zone(v->app));
	p->head = 1 + subject_lines(s) + (say.text[0] ? sentence_lines(&v->app->canvas, &say, w) : 0);
	/* A blank line sets the rows apart where there is room. */
	if (h > 12)
		p->head++;
	table_place(&p->table, w, h > p->head ? h - p->head : 0);
}

/* Without rows: what happened instead, and who was asked. */
static void draw_nothing(const struct section_pane *p, struct canvas *c, struct rect r)
{
	const struct section *s = section_of(p);
	struct flow f = flow_on(c, r, 0);

	if (!s) {
		flow_text(&f, ROLE_DIM, " nothing is open yet");
		return;
	}
	struct sentence say;

	section_sentence(&say, s, app_mono(p->v.app), app_zone(p->v.app));
	f.y += subject_lines(s);
	f.y += draw_sentence(c, (struct rect){ r.x, r.y + f.y, r.w, r.h - f.y }, &say);
	flow_gap(&f);
	flow_trail(&f, s, app_mono(p->v.app));
	if (s->ntrail) {
		flow_gap(&f);
		flow_printf(&f, ROLE_DIM, " %s%sp from where   F choose a source", say.hint ? say.hint : "",
		            say.hint ? "   " : "");
	}
}

static struct fields fields_of(const struct section_pane *p, size_t row)
{
	return (struct fields){ .section = section_of(p), .row = row, .zone = app_zone(p->v.app) };
}

static void draw_only_mark(const struct section_pane *p, struct canvas *c, struct rect r)
{
	char mark = section_pane_mark(p, 0);

	if (mark)
		canvas_text(c, r.x + r.w - 1, r.y, 1, mark == '!' ? ROLE_BAD : ROLE_ATTENTION, &mark, 1);
}

/* A single record is all fields; several are a table. Beside the pane in front a
 * table has no selection: there is one cursor. */
static void draw_rows(const struct section_pane *p, struct canvas *c, struct rect r, bool focused)
{
	struct table table = p->table;
	struct fields f;

	if (!table.rows) {
		finder_draw_nothing(&p->finder, c, r, p->records.n);
		return;
	}
	if (p->records.n == 1) {
		f = fields_of(p, 0);
		fields_draw(&f, c, r);
		draw_only_mark(p, c, r);
		if (focused)
			canvas_cursor(c, r.x, r.y, true);
		return;
	}
	table.has_selection = table.has_selection && app_view(p->v.app) == &p->v;
	table_draw(&table, c, r, focused);
}

void section_pane_draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct section_pane *p = (const struct section_pane *)v;
	const struct section *s = section_of(p);
	struct rect body = { r.x, r.y + 1, r.w, r.h - 1 };
	struct sentence say;
	struct rect former = canvas_clip(c, r);

	draw_title(p, c, r, focused);
	draw_subject(c, body, s);
	if (!s || !p->records.n) {
		draw_nothing(p, c, body);
	} else {
		section_sentence(&say, s, app_mono(v->app), app_zone(v->app));
		draw_sentence(c, (struct rect){ r.x, body.y + subject_lines(s), r.w, body.h }, &say);
		draw_rows(p, c, (struct rect){ r.x, r.y + p->head, r.w, r.h - p->head }, focused);
	}
	canvas_unclip(c, former);
}

/* ---- the detail: what the table does not show of the selected record ------------------------ */

struct beside {
	const struct section_pane *pane;
	struct table_fit fit;
};

/* The table shows the whole of that column. */
static bool in_table(const void *ctx, size_t column, struct table_text text)
{
	const struct beside *b = ctx;
	const struct section_pane *p = b->pane;

	for (int i = 0; i < p->ncolumns; i++)
		if (p->source[i] == column)
			return b->fit.width[i] > 0 &&
			       canvas_cells(&p->v.app->canvas, text.data, text.len) <= b->fit.width[i];
	return false;
}

static void draw_fields(const struct section_pane *p, struct canvas *c, struct rect r, size_t row)
{
	struct beside beside = { .pane = p };
	struct fields f = fields_of(p, row);

	table_fit(&p->table, p->table.w, &beside.fit);
	f.skip = in_table;
	f.ctx = &beside;
	if (!fields_draw(&f, c, r))
		canvas_puts(c, r.x + 1, r.y, r.w - 1, ROLE_DIM, "the row above shows all of it");
}

bool section_pane_has_detail(const struct view *v)
{
	const struct section_pane *p = (const struct section_pane *)v;
	const struct section *s = section_of(p);

	return s && p->records.n > 1 && p->table.has_selection;
}

/* Its records have to do with others, or somebody can be asked about them. */
static bool leads_on(const struct section_pane *p)
{
	const struct workspace *w = p->v.app->workspace;
	const struct section_def *here = w->sections[p->v.section];

	for (size_t i = 0; i < w->nsections; i++)
		for (size_t k = 0; k < w->sections[i]->nasks; k++)
			if (!strcmp(w->sections[i]->asks[k].from, here->id))
				return true;
	return here->njumps > 0 || here->opens;
}

static void detail_title(const struct section_pane *p, struct canvas *c, struct rect rule, size_t row)
{
	char ref[REF_MAX], key[KEY_NAME_MAX], keys[80];

	snprintf(keys, sizeof keys, "Enter %s", are_candidates(p) ? "opens this one" : "shows all fields");
	if (leads_on(p) && !are_candidates(p) && action_key(key, ACTION_RELATED)[0])
		snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "  %s related", key);
	rule_title(c, rule, section_pane_ref(&p->v, row, ref), keys);
}

void section_pane_detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	const struct section_pane *p = (const struct section_pane *)v;
	struct rect former = canvas_clip(c, r);
	size_t row;

	if (section_pane_selected(v, &row))
		draw_fields(p, c, r, row);
	canvas_unclip(c, former);
	if (rule.w > 0 && section_pane_selected(v, &row))
		detail_title(p, c, rule, row);
}
