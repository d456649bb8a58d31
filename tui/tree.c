#include "tui/tree.h"

#include <string.h>

enum { INDENT = 2, INDENT_MAX = 40 };

/* --- which nodes are shown --- */

static bool is_branch(const struct tree_node *n)
{
	return n->type == TREE_MAP || n->type == TREE_LIST;
}

/* The first node behind `i` and everything below it. */
static size_t behind(const struct tree *t, size_t i)
{
	int depth = t->nodes[i].depth;

	do
		i++;
	while (i < t->count && t->nodes[i].depth > depth);
	return i;
}

/* The next shown node; count when there is none. */
static size_t next_shown(const struct tree *t, size_t i)
{
	return t->nodes[i].collapsed ? behind(t, i) : i + 1;
}

static size_t parent_of(const struct tree *t, size_t i)
{
	size_t p = i;

	while (p > 0 && t->nodes[p].depth >= t->nodes[i].depth)
		p--;
	return t->nodes[p].depth < t->nodes[i].depth ? p : i;
}

/* The outermost collapsed node above `i`, or `i` when it is shown itself. */
static size_t shown_above(const struct tree *t, size_t i)
{
	size_t shown = i;

	for (size_t p = parent_of(t, i), at = i; p != at; at = p, p = parent_of(t, p))
		if (t->nodes[p].collapsed)
			shown = p;
	return shown;
}

static size_t prev_shown(const struct tree *t, size_t i)
{
	return i == 0 ? 0 : shown_above(t, i - 1);
}

/* --- moving --- */

/* Moves the top so that the selected node is on the page. */
static void show_selected(struct tree *t)
{
	size_t at = t->selected;
	int page = t->page > 0 ? t->page : 1;

	if (t->selected < t->top) {
		t->top = t->selected;
		return;
	}
	/* The node that would be on top with the selected one on the last line. */
	for (int i = 1; i < page && at > t->top; i++)
		at = prev_shown(t, at);
	if (at > t->top)
		t->top = at;
}

void tree_init(struct tree *t, struct tree_node *nodes, size_t count)
{
	*t = (struct tree){ .nodes = nodes, .count = count };
}

void tree_place(struct tree *t, int h)
{
	t->page = h;
	if (t->count == 0)
		return;
	if (t->selected >= t->count)
		t->selected = t->count - 1;
	t->selected = shown_above(t, t->selected);
	t->top = shown_above(t, t->top < t->count ? t->top : t->selected);
	show_selected(t);
}

static void select_node(struct tree *t, size_t i)
{
	t->selected = i;
	show_selected(t);
}

void tree_move(struct tree *t, long delta)
{
	size_t at = t->selected;

	if (t->count == 0)
		return;
	for (; delta > 0 && next_shown(t, at) < t->count; delta--)
		at = next_shown(t, at);
	for (; delta < 0 && at > 0; delta++)
		at = prev_shown(t, at);
	select_node(t, at);
}

void tree_page(struct tree *t, int halves)
{
	long half = t->page > 1 ? t->page / 2 : 1;

	tree_move(t, halves % 2 ? halves * half : halves / 2 * (t->page > 1 ? t->page - 1L : 1L));
}

void tree_top(struct tree *t)
{
	if (t->count > 0)
		select_node(t, 0);
}

void tree_bottom(struct tree *t)
{
	if (t->count > 0)
		select_node(t, shown_above(t, t->count - 1));
}

/* --- folding --- */

static bool has_children(const struct tree *t, size_t i)
{
	return i + 1 < t->count && is_branch(&t->nodes[i]) && t->nodes[i + 1].depth > t->nodes[i].depth;
}

static bool foldable(const struct tree *t)
{
	return has_children(t, t->selected);
}

void tree_toggle(struct tree *t)
{
	if (foldable(t))
		t->nodes[t->selected].collapsed = !t->nodes[t->selected].collapsed;
}

void tree_expand(struct tree *t)
{
	if (!foldable(t))
		return;
	if (t->nodes[t->selected].collapsed)
		t->nodes[t->selected].collapsed = false;
	else
		select_node(t, t->selected + 1);
}

void tree_collapse(struct tree *t)
{
	if (foldable(t) && !t->nodes[t->selected].collapsed)
		t->nodes[t->selected].collapsed = true;
	else if (t->count > 0)
		select_node(t, parent_of(t, t->selected));
}

/* --- drawing --- */

static enum role value_role(enum tree_type type)
{
	return type == TREE_STRING ? ROLE_STRING : type == TREE_MAP || type == TREE_LIST ? ROLE_DIM
	                                                                               : ROLE_NUMBER;
}

static void draw_branch(const struct tree_node *n, struct canvas *c, int x, int y, int room)
{
	bool map = n->type == TREE_MAP;

	if (n->children == 0)
		canvas_puts(c, x, y, room, ROLE_DIM, map ? "{}" : "[]");
	else if (n->collapsed)
		canvas_printf(c, x, y, room, ROLE_DIM, map ? "{…} %zu" : "[…] %zu", n->children);
	else
		canvas_puts(c, x, y, room, ROLE_DIM, map ? "{" : "[");
}

static void draw_node(const struct tree_node *n, struct canvas *c, struct rect r, int y)
{
	int indent = n->depth * INDENT < INDENT_MAX ? n->depth * INDENT : INDENT_MAX;
	int x = r.x + 1 + indent, end = r.x + r.w;

	if (n->collapsed)
		canvas_glyph(c, x, y, ROLE_ACCENT, GLYPH_SELECT);
	x += 2;
	if (n->key) {
		x += canvas_text(c, x, y, end - x, ROLE_KEY, n->key, n->key_len);
		x += canvas_puts(c, x, y, end - x, ROLE_DIM, ": ");
	}
	if (is_branch(n))
		draw_branch(n, c, x, y, end - x);
	else if (n->value)
		canvas_text(c, x, y, end - x, value_role(n->type), n->value, n->value_len);
}

void tree_draw(const struct tree *t, struct canvas *c, struct rect r, bool focused)
{
	struct rect former = canvas_clip(c, r);
	size_t at = t->top;

	canvas_fill(c, r, ROLE_TEXT);
	for (int y = r.y; y < r.y + r.h && at < t->count; y++, at = next_shown(t, at)) {
		draw_node(&t->nodes[at], c, r, y);
		if (at != t->selected)
			continue;
		canvas_glyph(c, r.x, y, ROLE_FOCUS, GLYPH_SELECT);
		if (focused) {
			canvas_restyle(c, (struct rect){ r.x, y, r.w, 1 }, ROLE_FOCUS);
			canvas_cursor(c, r.x, y, true);
		}
	}
	canvas_unclip(c, former);
}
