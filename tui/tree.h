/* A tree to unfold, for raw payloads. The nodes come flattened, parents before
 * their children; parsing lives elsewhere. */
#ifndef TUI_TREE_H
#define TUI_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"

enum tree_type { TREE_MAP, TREE_LIST, TREE_STRING, TREE_NUMBER, TREE_WORD };

struct tree_node {
	int depth;               /* 0 = outermost */
	enum tree_type type;     /* TREE_WORD: true, false, null, a Ruby symbol */
	bool collapsed;          /* maps and lists only */
	const char *key;         /* outside bytes; NULL for list items and the root */
	size_t key_len;
	const char *value;       /* outside bytes; of a map or list: unused */
	size_t value_len;
	size_t children;         /* of a map or list */
};

struct tree {
	struct tree_node *nodes; /* the caller's; only `collapsed` is changed here */
	size_t count;
	size_t selected, top;    /* indices of shown nodes */
	int page;                /* lines, as of tree_place() */
};

void tree_init(struct tree *, struct tree_node *nodes, size_t count);
void tree_place(struct tree *, int h);            /* before moving or drawing */

void tree_move(struct tree *, long delta);        /* over shown nodes */
void tree_page(struct tree *, int halves);
void tree_top(struct tree *);
void tree_bottom(struct tree *);
void tree_toggle(struct tree *);
void tree_expand(struct tree *);                  /* unfolds, or goes to the first child */
void tree_collapse(struct tree *);                /* folds, or goes to the parent */

void tree_draw(const struct tree *, struct canvas *, struct rect, bool focused);

#endif
