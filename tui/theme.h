/* A theme gives every role a look for each number of colours.
 *
 *   glyphs: utf8                  # or ascii; optional
 *   selection: mark               # or row: what is in reverse while keys follow fast; optional
 *   roles:
 *     focus: { mono: reverse, 16: reverse, 256: reverse }
 *     bad:   { mono: [reverse, bold], 16: red, 256: [210, 124] }   # dark, light
 *
 * A look is a word or a list of words: normal, bold, underline, reverse, and a
 * colour. 16 (used for 8 colours too) takes the names black .. white, bright_*
 * and default; 256 takes a number or a pair of numbers for dark and light. What
 * a role leaves out is taken from the next poorer look, at last from ROLES.
 * The background is always the terminal's own. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/doc.h"
#include "base/err.h"
#include "tui/role.h"

struct look {
	unsigned attrs;   /* ATTR_ flags */
	short colour;     /* -1 = the terminal's own foreground */
};

enum theme_depth { THEME_MONO, THEME_16, THEME_256, THEME_DEPTH_COUNT };

struct theme {
	struct look looks[ROLE_COUNT][THEME_DEPTH_COUNT][2]; /* [..][..][light] */
	bool ascii, whole_rows;
};

/* The looks of ROLES: no colour at all. */
void theme_init(struct theme *);
/* Unknown roles, attributes, colours and keys are ERR_CONFIG with their place.
 * The theme is unchanged then. */
bool theme_read(struct theme *, const struct doc_node *root, struct err *);
bool theme_parse(struct theme *, const char *text, size_t len, const char *name, struct err *);

/* What the terminal and the environment allow. */
struct theme_mode {
	enum theme_depth depth;
	short colours;   /* 8 folds bright colours into plain ones */
	bool light;
	bool ascii;      /* a terminal whose font lacks the glyphs: linux, vt*, dumb */
};

enum theme_light { THEME_AUTO, THEME_DARK, THEME_LIGHT };

struct theme_env {       /* values of the environment; NULL = unset */
	const char *term, *no_color, *colorfgbg;
	int colours;         /* of the terminal description; < 8 = none */
	enum theme_light light;
};

struct theme_mode theme_mode(const struct theme_env *);
struct look theme_look(const struct theme *, unsigned style, const struct theme_mode *);

#endif
