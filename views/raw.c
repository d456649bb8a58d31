/* The raw payload of a record: as a tree, then byte by byte as it was sent. A record
 * with several payloads shows one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/payload.h"
#include "tui/tree.h"
#include "views/app.h"
#include "views/flow.h"

struct raw {
	struct view v;
	uint64_t key;            /* of the record; its payload is copied, it may go away */
	char ref[REF_MAX];
	size_t column;
	char *text;
	size_t len;
	struct payload payload;
	struct tree_node *nodes;
	struct tree tree;
	bool as_sent;            /* the text instead of the tree */
	int top, lines, page;    /* of the text */
};

static void forget(struct raw *r)
{
	payload_release(&r->payload);
	r->payload = (struct payload)PAYLOAD_INIT;
	free(r->nodes);
	free(r->text);
	r->nodes = NULL;
	r->text = NULL;
}

static void raw_free(struct view *v)
{
	struct raw *r = (struct raw *)v;

	forget(r);
	free(r);
}

/* ---- reading the payload ---------------------------------------------------------------- */

static enum tree_type tree_type(enum payload_type t)
{
	switch (t) {
	case NODE_MAP:    return TREE_MAP;
	case NODE_LIST:   return TREE_LIST;
	case NODE_STRING: return TREE_STRING;
	case NODE_NUMBER: return TREE_NUMBER;
	default:          return TREE_WORD;
	}
}

static struct tree_node node_of(const struct payload_node *n)
{
	struct tree_node t = {
		.depth = (int)n->depth,
		.type = tree_type(n->type),
		.key = n->key,
		.key_len = n->keylen,
		.value = n->value,
		.value_len = n->vallen,
		.children = n->children,
	};

	if (n->type == NODE_NIL) {
		t.value = "null";
		t.value_len = 4;
	}
	return t;
}

static bool make_tree(struct raw *r, struct err *e)
{
	r->as_sent = r->payload.kind == PAYLOAD_TEXT || r->payload.n == 0;
	if (r->as_sent)
		return true;
	r->nodes = calloc(r->payload.n, sizeof *r->nodes);
	if (!r->nodes)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	for (size_t i = 0; i < r->payload.n; i++)
		r->nodes[i] = node_of(&r->payload.nodes[i]);
	tree_init(&r->tree, r->nodes, r->payload.n);
	return true;
}

static bool load(struct raw *r, size_t column, struct cell c, struct err *e)
{
	forget(r);
	r->column = column;
	r->top = 0;
	r->len = c.len;
	r->text = malloc(c.len + 1);
	if (!r->text)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	memcpy(r->text, c.data, c.len);
	r->text[c.len] = '\0';
	return payload_parse(&r->payload, r->text, r->len, e) && make_tree(r, e);
}

/* The next column with a payload, from `from` on and round again. */
static bool next_payload(const struct section *s, size_t row, size_t from, size_t *column)
{
	for (size_t k = 0; k < s->def->ncolumns; k++) {
		size_t i = (from + k) % s->def->ncolumns;
		struct cell c = rowset_cell(&s->rows, row, i);

		if (s->def->columns[i].type != COLUMN_BODY || cell_is_null(c) || !c.len)
			continue;
		*column = i;
		return true;
	}
	return false;
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void text_content(const struct raw *r, struct flow *f)
{
	flow_bytes(f, ROLE_TEXT, r->text, r->len);
}

/* What stands around the structured part of a log line. */
static int draw_around(const struct raw *r, struct canvas *c, struct rect body)
{
	struct flow f = flow_on(c, body, 0);

	if (r->payload.start > 0)
		flow_field(&f, "before it", ROLE_DIM, r->text, r->payload.start);
	if (r->payload.broken)
		flow_printf(&f, ROLE_ATTENTION, " cut at byte %zu: %s", r->payload.broken_at,
		            r->payload.broken_why);
	return f.y;
}

static int around_lines(const struct raw *r, int w)
{
	int lines = draw_around(r, &r->v.app->canvas, (struct rect){ 0, 0, w, 0 });

	return lines < 4 ? lines : 4;
}

static void place(struct view *v, int w, int h)
{
	struct raw *r = (struct raw *)v;
	struct flow f = flow_on(&v->app->canvas, (struct rect){ 0, 0, w, 0 }, 0);

	r->page = h > 1 ? h - 1 : 0;
	if (!r->as_sent) {
		tree_place(&r->tree, r->page - around_lines(r, w));
		return;
	}
	text_content(r, &f);
	r->lines = f.y;
	if (r->top > r->lines - r->page)
		r->top = r->lines - r->page;
	if (r->top < 0)
		r->top = 0;
}

static void draw_title(const struct raw *r, struct canvas *c, struct rect rect)
{
	static const char *const kinds[] = {
		[PAYLOAD_TEXT] = "text", [PAYLOAD_JSON] = "JSON", [PAYLOAD_RUBY] = "Ruby hash",
	};
	const struct section_def *def = r->v.app->workspace->sections[r->v.section];
	char rest[160];

	snprintf(rest, sizeof rest, "%s%s%s%s · %s · %zu bytes", r->ref, r->ref[0] ? "  " : "",
	         def->columns[r->column].title, r->as_sent ? ", as sent" : "", kinds[r->payload.kind],
	         r->len);
	pane_title(c, rect, "RAW", rest, "s next  q back");
}

static void draw(const struct view *v, struct canvas *c, struct rect rect, bool focused)
{
	const struct raw *r = (const struct raw *)v;
	struct rect body = { rect.x, rect.y + 1, rect.w, rect.h - 1 };
	struct rect former = canvas_clip(c, rect);

	draw_title(r, c, rect);
	if (r->as_sent) {
		struct flow f = flow_on(c, body, r->top);

		text_content(r, &f);
		if (focused)
			canvas_cursor(c, body.x, body.y, true);
	} else {
		struct rect head = { body.x, body.y, body.w, around_lines(r, body.w) };

		draw_around(r, c, head);
		body.y += head.h;
		body.h -= head.h;
		tree_draw(&r->tree, c, body, focused);
	}
	canvas_unclip(c, former);
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static void next_form(struct raw *r)
{
	const struct app *app = r->v.app;
	const struct section *s = app_section(app, r->v.section);
	struct err e = { 0 };
	size_t row, column;

	if (!r->as_sent) {
		r->as_sent = true;
		r->top = 0;
		return;
	}
	if (!s || !section_pane_find(app->desk->panes[r->v.section], r->key, &row) ||
	    !next_payload(s, row, r->column + 1, &column)) {
		r->as_sent = r->payload.kind == PAYLOAD_TEXT;
		return;
	}
	if (!load(r, column, rowset_cell(&s->rows, row, column), &e))
		app_complain(r->v.app, "%s", e.text);
}

static bool act_text(struct raw *r, enum action a)
{
	int half = r->page > 1 ? r->page / 2 : 1;

	switch (a) {
	case ACTION_DOWN:      r->top++; break;
	case ACTION_UP:        r->top--; break;
	case ACTION_TOP:       r->top = 0; break;
	case ACTION_BOTTOM:    r->top = r->lines; break;
	case ACTION_HALF_DOWN: r->top += half; break;
	case ACTION_HALF_UP:   r->top -= half; break;
	case ACTION_PAGE_DOWN: r->top += 2 * half; break;
	case ACTION_PAGE_UP:   r->top -= 2 * half; break;
	default:               return false;
	}
	return true;
}

static bool act_tree(struct raw *r, enum action a)
{
	switch (a) {
	case ACTION_DOWN:      tree_move(&r->tree, 1); break;
	case ACTION_UP:        tree_move(&r->tree, -1); break;
	case ACTION_TOP:       tree_top(&r->tree); break;
	case ACTION_BOTTOM:    tree_bottom(&r->tree); break;
	case ACTION_HALF_DOWN: tree_page(&r->tree, 1); break;
	case ACTION_HALF_UP:   tree_page(&r->tree, -1); break;
	case ACTION_PAGE_DOWN: tree_page(&r->tree, 2); break;
	case ACTION_PAGE_UP:   tree_page(&r->tree, -2); break;
	case ACTION_LEFT:      tree_collapse(&r->tree); break;
	case ACTION_RIGHT:     tree_expand(&r->tree); break;
	case ACTION_TOGGLE:    tree_toggle(&r->tree); break;
	default:               return false;
	}
	return true;
}

static bool act(struct view *v, enum action a)
{
	struct raw *r = (struct raw *)v;

	if (a == ACTION_RAW) {
		next_form(r);
		return true;
	}
	return r->as_sent ? act_text(r, a) : act_tree(r, a);
}

/* The value is the payload shown. */
static void copy(const struct view *v, struct copy_what *w)
{
	const struct raw *r = (const struct raw *)v;
	const struct view *pane = v->app->desk->panes[v->section];
	size_t row;

	if (!section_pane_find(pane, r->key, &row))
		return;
	section_pane_copy(pane, row, w);
	w->column = r->column;
}

static const struct view_ops ops = {
	.name = "raw payload",
	.where = ON_TREE | ON_SECTION | ON_ROWS,
	.place = place,
	.draw = draw,
	.act = act,
	.copy = copy,
	.free = raw_free,
};

static struct raw *raw_alloc(struct app *app, int section, size_t row)
{
	struct raw *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->v = (struct view){ &ops, app, section };
	r->key = section_pane_key(app->desk->panes[section], row);
	section_pane_ref(app->desk->panes[section], row, r->ref);
	return r;
}

struct view *raw_new(struct app *app, int section, struct err *e)
{
	const struct section *s = app_section(app, section);
	struct raw *r;
	size_t row, column;

	if (!s || !section_pane_selected(app->desk->panes[section], &row)) {
		err_set(e, ERR_CONFIG, 0, "there is no record to show");
		return NULL;
	}
	if (!next_payload(s, row, 0, &column)) {
		err_set(e, ERR_CONFIG, 0, "this record has no raw payload; Enter shows all its fields");
		return NULL;
	}
	r = raw_alloc(app, section, row);
	if (!r)
		err_set(e, ERR_MEMORY, 0, "out of memory");
	else if (load(r, column, rowset_cell(&s->rows, row, column), e))
		return &r->v;
	if (r)
		raw_free(&r->v);
	return NULL;
}
