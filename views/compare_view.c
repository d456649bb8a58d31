/* Two records side by side: what differs, and what does not in one paragraph. The record
 * that was in front stands left; = goes through what it can be compared with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/compare.h"
#include "views/text_view.h"

enum { AGAINST_MAX = 2 + MARKS, HOW_MAX = 32, SIGN_X = 1, LABEL_X = 3 };
enum { LABEL_SHORT = 14, LABEL_LONG = 18, LONG_FROM = 80, SIDE_MIN = 12, NAMES_MAX = 1200 };
/* Of longer values the part around the first difference is shown. */
enum { VALUE_MAX = 400, VALUE_BEFORE = 60 };

struct compare_view {
	struct text_view t;
	struct record_copy left, right;
	struct compare compare;
	char how[HOW_MAX];       /* what the right one is: "the one before" */
	size_t turn;             /* of what it can be compared with */
	bool all;                /* equal fields are shown, too */
};

/* ---- with what ------------------------------------------------------------------------- */

/* A mark, or a row of the same section. */
struct against {
	const struct record_copy *mark;
	size_t row;
	char how[HOW_MAX];
};

struct choice {
	struct against all[AGAINST_MAX];
	size_t n;
};

static void add_row(struct choice *c, const struct view *pane, size_t row, size_t other, bool below)
{
	struct against *a = &c->all[c->n++];
	bool older = section_pane_number(pane, other) < section_pane_number(pane, row);

	*a = (struct against){ .row = other };
	if (section_pane_number(pane, other))
		snprintf(a->how, sizeof a->how, "the one %s", older ? "before" : "after");
	else
		snprintf(a->how, sizeof a->how, "the row %s", below ? "below" : "above");
}

/* Of the rows beside it the one that came before it is first. */
static void add_rows(struct choice *c, const struct view *pane, size_t row)
{
	size_t above, below;
	bool has_above = section_pane_beside(pane, row, -1, &above);
	bool has_below = section_pane_beside(pane, row, 1, &below);
	unsigned n = section_pane_number(pane, row);
	bool up = has_above && section_pane_number(pane, above) < n &&
	          !(has_below && section_pane_number(pane, below) < n);

	if (up)
		add_row(c, pane, row, above, false);
	if (has_below)
		add_row(c, pane, row, below, true);
	if (has_above && !up)
		add_row(c, pane, row, above, false);
}

static void add_marks(struct choice *c, const struct app *app, const struct record_copy *left, bool same)
{
	const struct record_copy *mark;
	char letter, when[FORMAT_MAX];

	for (size_t n = 0; (mark = marks_newest(&app->marks, n, &letter)); n++) {
		struct against *a = &c->all[c->n];

		if ((mark->def == left->def) != same)
			continue;
		if (mark->def == left->def && mark->key == left->key && !strcmp(mark->of, left->of))
			continue;
		*a = (struct against){ .mark = mark };
		snprintf(a->how, sizeof a->how, "mark %c, set %s", letter,
		         format_minute(when, mark->taken, app_zone(app)));
		c->n++;
	}
}

/* Marks of the same section were set for this; those of others come last. */
static void list_choice(struct choice *c, const struct app *app, const struct record_copy *left,
                        int section, size_t row)
{
	c->n = 0;
	add_marks(c, app, left, true);
	add_rows(c, app->desk->panes[section], row);
	add_marks(c, app, left, false);
}

/* ---- drawing --------------------------------------------------------------------------- */

/* Where the parts of a line stand; in a narrow pane one side stands below the other. */
struct columns {
	int label, left, right, w;
	bool stacked;
};

static struct columns columns_of(const struct flow *f)
{
	struct columns c = { .label = f->r.w >= LONG_FROM ? LABEL_LONG : LABEL_SHORT };

	c.left = LABEL_X + c.label + 1;
	c.w = (f->r.w - c.left - 1) / 2;
	c.right = c.left + c.w + 1;
	c.stacked = c.w < SIDE_MIN;
	if (c.stacked) {
		c.left = c.right = LABEL_X;
		c.w = f->r.w - LABEL_X;
	}
	return c;
}

static unsigned sign_role(enum compare_kind k)
{
	switch (k) {
	case COMPARE_CHANGED:    return ROLE_DIFF_CHANGE;
	case COMPARE_ONLY_LEFT:  return ROLE_DIFF_DEL;
	case COMPARE_ONLY_RIGHT: return ROLE_DIFF_ADD;
	default:                 return ROLE_DIM;
	}
}

/* Times as they are read, unless that makes two that differ look the same. */
static struct table_text shown(const struct compare_field *f, int side, struct zone z,
                               char scratch[static TABLE_SCRATCH])
{
	struct cell c = f->cell[side];
	char other[FORMAT_MAX];
	usec t, u;

	if (f->def[side]->type == COLUMN_TIME && time_parse(c.data, c.len, &t)) {
		bool both = compare_differs(f->kind) && f->def[1 - side] &&
		            time_parse(f->cell[1 - side].data, f->cell[1 - side].len, &u);

		format_time(scratch, t, z);
		if (!both || strcmp(scratch, format_time(other, u, z)) != 0)
			return (struct table_text){ scratch, strlen(scratch), ROLE_TEXT };
	}
	return (struct table_text){ c.data, c.len, ROLE_TEXT };
}

/* Not in the middle of a character. */
static size_t whole(struct table_text text, size_t at)
{
	while (at > 0 && at < text.len && (text.data[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* The lines of one side. */
static int put_value(const struct flow *f, const struct columns *c, const struct compare_field *field,
                     int side, struct zone z)
{
	int x = side == COMPARE_LEFT ? c->left : c->right, lines;
	const char *absent = compare_absence(field, side);
	char scratch[TABLE_SCRATCH], note[80];
	unsigned style = sign_role(field->kind);
	struct table_text text;
	size_t from = 0, to;

	if (absent)
		return flow_beside(f, 0, x, c->w, ROLE_DIM, absent, strlen(absent));
	text = shown(field, side, z, scratch);
	if (field->kind == COMPARE_EQUAL)
		style = ROLE_TEXT;
	if (text.len <= VALUE_MAX)
		return flow_beside(f, 0, x, c->w, style, text.data, text.len);
	if (field->kind == COMPARE_CHANGED)
		from = compare_common(field->cell[COMPARE_LEFT], field->cell[COMPARE_RIGHT]);
	from = from > VALUE_BEFORE ? whole(text, from - VALUE_BEFORE) : 0;
	to = text.len - from > VALUE_MAX ? whole(text, from + VALUE_MAX) : text.len;
	lines = flow_beside(f, 0, x, c->w, style, text.data + from, to - from);
	snprintf(note, sizeof note, "… bytes %zu to %zu of %zu", from + 1, to, text.len);
	return lines + flow_beside(f, lines, x, c->w, ROLE_DIM, note, strlen(note));
}

/* "+3h45m": by how much the right one is later. */
static int put_lag(const struct flow *f, const struct columns *c, const struct compare_field *field,
                   int lines)
{
	const struct cell *cell = field->cell;
	char lag[FORMAT_MAX];
	usec a, b;

	if (field->kind != COMPARE_CHANGED || field->def[0]->type != COLUMN_TIME ||
	    !time_parse(cell[0].data, cell[0].len, &a) || !time_parse(cell[1].data, cell[1].len, &b))
		return 0;
	format_lag(lag, b - a);
	return flow_beside(f, lines, c->right, c->w, ROLE_DIM, lag, strlen(lag));
}

static void put_field(struct flow *f, const struct columns *c, const struct compare_field *field,
                      struct zone z)
{
	char sign = compare_sign(field->kind);
	int y, left, right;

	if (flow_line(f, &y)) {
		canvas_text(f->canvas, f->r.x + SIGN_X, y, 1, sign_role(field->kind), &sign, 1);
		canvas_puts(f->canvas, f->r.x + LABEL_X, y, c->label, ROLE_DIM, compare_title(field));
	}
	f->y += c->stacked;
	left = put_value(f, c, field, COMPARE_LEFT, z);
	if (c->stacked)
		f->y += left;
	right = put_value(f, c, field, COMPARE_RIGHT, z);
	right += put_lag(f, c, field, right);
	f->y += !c->stacked && left > right ? left : right;
}

/* "equal (12)   status, mode, …" */
static void put_names(struct flow *f, const struct compare *c, enum compare_kind kind, const char *what)
{
	char names[NAMES_MAX] = "", label[40];
	size_t used = 0;

	if (!c->count[kind])
		return;
	for (size_t i = 0; i < c->n && used + 64 < sizeof names; i++)
		if (c->fields[i].kind == kind)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
			                         compare_title(&c->fields[i]));
	snprintf(label, sizeof label, "%s (%zu)", what, c->count[kind]);
	flow_gap(f);
	flow_field(f, label, ROLE_DIM, names, strlen(names));
}

static void put_heads(struct flow *f, const struct columns *c, const struct compare *compare)
{
	int lines[COMPARE_SIDES] = { 0 };

	for (int side = 0; side < COMPARE_SIDES; side++) {
		char name[COMPARE_NAME];

		compare_name(name, compare, side);
		lines[side] = flow_beside(f, 0, side == COMPARE_LEFT ? c->left : c->right, c->w, ROLE_STRONG,
		                          name, strlen(name));
		if (c->stacked)
			f->y += lines[side];
	}
	if (!c->stacked)
		f->y += lines[0] > lines[1] ? lines[0] : lines[1];
}

static void content(const struct text_view *t, struct flow *f)
{
	const struct compare_view *v = (const struct compare_view *)t;
	const struct compare *compare = &v->compare;
	struct columns c = columns_of(f);

	put_heads(f, &c, compare);
	for (size_t i = 0; i < compare->n; i++)
		if (v->all || compare_differs(compare->fields[i].kind))
			put_field(f, &c, &compare->fields[i], app_zone(t->v.app));
	if (v->all)
		return;
	put_names(f, compare, COMPARE_EQUAL, "equal");
	put_names(f, compare, COMPARE_NEITHER, "in neither");
}

static void title(const struct text_view *t, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	const struct compare_view *v = (const struct compare_view *)t;
	size_t equal = v->compare.count[COMPARE_EQUAL] + v->compare.count[COMPARE_NEITHER];

	snprintf(name, TEXT_TITLE, "COMPARE");
	snprintf(rest, TEXT_TITLE, "%s: %zu differ, %zu equal", v->how, v->compare.n - equal, equal);
}

/* ---- keys ------------------------------------------------------------------------------ */

static bool act(struct view *v, enum action a)
{
	struct compare_view *c = (struct compare_view *)v;

	if (a != ACTION_FOLD)
		return text_view_act(v, a);
	c->all = !c->all;
	return true;
}

/* The left record, where it is now; the comparison is there even when it is gone. */
static void copy(const struct view *v, struct copy_what *w)
{
	const struct compare_view *c = (const struct compare_view *)v;
	size_t row;
	int section;

	if (app_find_record(v->app, &c->left, &section, &row))
		section_pane_copy(v->app->desk->panes[section], row, w);
	w->compare = &c->compare;
	w->all = c->all;
}

static void compare_free(struct view *v)
{
	struct compare_view *c = (struct compare_view *)v;

	compare_release(&c->compare);
	record_copy_release(&c->left);
	record_copy_release(&c->right);
	free(c);
}

static const struct view_ops ops = {
	.name = "comparison",
	.where = ON_TEXT | ON_COMPARE,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = act,
	.copy = copy,
	.free = compare_free,
};

/* ---- life ------------------------------------------------------------------------------- */

static bool take_right(struct compare_view *c, const struct app *app, const struct against *a, int section,
                       struct err *e)
{
	memcpy(c->how, a->how, sizeof c->how);
	return a->mark ? record_copy_again(&c->right, a->mark, e)
	               : app_take_record(app, section, a->row, &c->right, e);
}

/* The n-th of what it can be compared with, around; `mark`: with that one. */
static bool take_both(struct compare_view *c, struct app *app, size_t turn, char mark, struct err *e)
{
	const struct record_copy *with = mark ? marks_get(&app->marks, mark) : NULL;
	struct choice choice;
	size_t row, n = 0;
	int section;

	if (mark && !with)
		return err_set(e, ERR_CONFIG, 0, "nothing is marked with that; m and a letter marks a record");
	if (!app_record(app, &section, &row))
		return err_set(e, ERR_CONFIG, 0, "there is no record to compare");
	if (!app_take_record(app, section, row, &c->left, e))
		return false;
	list_choice(&choice, app, &c->left, section, row);
	while (mark && n < choice.n && choice.all[n].mark != with)
		n++;
	if (!choice.n)
		return err_set(e, ERR_CONFIG, 0, "there is nothing to compare it with; m and a letter marks a record");
	if (n == choice.n)
		return err_set(e, ERR_CONFIG, 0, "this is the record that %c marks", mark);
	c->turn = mark ? n : turn % choice.n;
	return take_right(c, app, &choice.all[c->turn], section, e) &&
	       compare_make(&c->compare, &c->left, &c->right, e);
}

static struct view *compare_new(struct app *app, size_t turn, char mark, struct err *e)
{
	struct compare_view *c = view_alloc(sizeof *c, e);

	if (!c)
		return NULL;
	c->t.v = (struct view){ &ops, app, NO_SECTION };
	c->t.content = content;
	c->t.title = title;
	if (take_both(c, app, turn, mark, e))
		return &c->t.v;
	compare_free(&c->t.v);
	return NULL;
}

void app_compare(struct app *app, char mark)
{
	const struct view *v = app_view(app);
	size_t turn = v->ops == &ops ? ((const struct compare_view *)v)->turn + 1 : 0;
	struct err e = { 0 };

	app_push(app, compare_new(app, turn, mark, &e), &e);
}
