/* A grid of cells that screens are drawn on; needs no terminal.
 *
 * Every drawing call takes outside bytes and passes them through text_next()
 * itself, so whatever reaches a cell is printable; tokens get ROLE_TOKEN.
 * Coordinates are absolute, cells outside of the clip are left alone, a wide
 * character is never cut in half. Memory is taken by canvas_resize() only. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "tui/role.h"

/* X(NAME, UTF-8, ASCII): both forms are one cell, so none may be Wide in Unicode's
 * EastAsianWidth.txt; the signs of states are Neutral: one cell in every locale. All
 * are in DejaVu Sans Mono; hourglasses, for one, are in no common monospaced font.
 * Text that holds one of the UTF-8 forms is shown with the ASCII form on an ASCII
 * canvas. */
#define GLYPHS(X) \
	X(HLINE,    "─", "-") X(VLINE,    "│", "|") \
	X(TEE_DOWN, "┬", "+") X(TEE_UP,   "┴", "+") X(TEE_RIGHT, "├", "+") X(TEE_LEFT, "┤", "+") \
	X(CROSS,    "┼", "+") \
	X(CORNER_TL, "┌", "+") X(CORNER_TR, "┐", "+") X(CORNER_BL, "└", "+") X(CORNER_BR, "┘", "+") \
	X(SELECT,   "▸", ">") X(SORT_DOWN, "▾", "v") X(SORT_UP, "▴", "^") \
	X(PATH,     "›", ">") X(MORE_LEFT, "‹", "<") X(ELLIPSIS, "…", "~") \
	X(ENTER,    "↵", "<") X(RIGHT,    "→", ">") X(LEFT,     "←", "<") \
	X(UP,       "↑", "^") X(DOWN,     "↓", "v") \
	X(WAIT,     "◌", ".") X(RUN,      "↻", "~") X(PART,     "⋯", "%") X(OK,       "✓", "+") \
	X(FALL,     "↳", "f") X(STALE,    "◔", "s") X(TIME,     "◷", "T") X(DENY,     "⊘", "#") \
	X(FAIL,     "✗", "x") X(SKIP,     "-", "-") X(CANCEL,   "⊖", "/") X(NONE,     "∅", "0") \
	X(BAR1, "▁", ".") X(BAR2, "▂", ".") X(BAR3, "▃", ":") X(BAR4, "▄", ":") \
	X(BAR5, "▅", "|") X(BAR6, "▆", "|") X(BAR7, "▇", "#") X(BAR8, "█", "#") \
	X(HALF,     "▌", "#") X(SHADE,    "░", ":") \
	X(DOT,      "·", ".") X(BULLET,   "•", "*") X(TIMES,    "×", "x") X(DASH,     "—", "-") \
	X(RANGE,    "–", "-") X(GE,       "≥", ">") X(LE,       "≤", "<")

enum glyph_name {
#define X(name, utf8, ascii) GLYPH_##name,
	GLYPHS(X)
#undef X
	GLYPH_COUNT
};

/* The text of a glyph, for places that are not a canvas. */
const char *glyph_text(enum glyph_name, bool ascii);

struct rect {
	int x, y, w, h;
};

/* The part of `a` that lies in `b`; w and h are 0 when there is none. */
struct rect rect_clip(struct rect a, struct rect b);

enum { CELL_BYTES = 20 }; /* a base character and TEXT_MARKS_MAX marks */

struct canvas_cell {
	char utf8[CELL_BYTES]; /* not NUL-terminated */
	uint8_t len;           /* bytes in utf8; 0 = blank */
	uint8_t cells;         /* 1, 2, or 0 = right half of a wide character */
	uint8_t role;          /* enum role */
	uint8_t attrs;         /* ATTR_ flags >> 8 */
	uint8_t line;          /* canvas.c: directions of a rule through this cell */
};

struct canvas {
	int w, h;
	bool ascii;                /* draw ASCII forms; other characters become tokens */
	bool whole_rows;           /* tables: the selected row is in reverse, not only its mark */
	struct rect clip;
	struct canvas_cell *cells; /* h rows of w; owned */
	size_t cap;
	int cursor_x, cursor_y;    /* where the terminal's cursor is parked */
	bool cursor_shown;
};

#define CANVAS_INIT { 0 }
enum {
	CANVAS_MAX = 1000,      /* cells in either direction; larger sizes are cut */
	CANVAS_REST = 1 << 20,  /* as max_cells: up to the edge of the clip */
};

/* Sets the size and clears. ERR_MEMORY leaves the canvas as it was. */
bool canvas_resize(struct canvas *, int w, int h, struct err *);
void canvas_release(struct canvas *);
/* Blank, ROLE_TEXT, no clip, cursor hidden at 0,0. */
void canvas_clear(struct canvas *);

/* The cells of a rectangle that lies in both canvases. */
void canvas_copy(struct canvas *to, const struct canvas *from, struct rect);

struct rect canvas_rect(const struct canvas *);
/* Narrows the clip to its part in `r`; returns the former one for canvas_unclip(). */
struct rect canvas_clip(struct canvas *, struct rect r);
void canvas_unclip(struct canvas *, struct rect former);

/* Draws at most max_cells of in[0..len); longer text ends with an ellipsis.
 * Returns the cells used, also where the clip hid them. */
int canvas_text(struct canvas *, int x, int y, int max_cells, unsigned style,
                const char *in, size_t len);
/* The same for text that is scrolled: leaves out the first `skip` cells. */
int canvas_text_from(struct canvas *, int x, int y, int max_cells, unsigned style,
                     const char *in, size_t len, int skip);
int canvas_puts(struct canvas *, int x, int y, int max_cells, unsigned style, const char *s);
/* Flush right in max_cells; cut on its right when longer. */
int canvas_text_right(struct canvas *, int x, int y, int max_cells, unsigned style,
                      const char *in, size_t len);
int canvas_printf(struct canvas *, int x, int y, int max_cells, unsigned style,
                  const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* One cell; returns 1. */
int canvas_glyph(struct canvas *, int x, int y, unsigned style, enum glyph_name);
/* Wraps words (and obeys newlines) in the rectangle, from line `skip` of the
 * wrapped text on. Returns the lines of the whole text; with h 0 it only counts. */
int canvas_wrap(struct canvas *, struct rect, unsigned style, const char *in, size_t len, int skip);

/* Blanks with that style. */
void canvas_fill(struct canvas *, struct rect, unsigned style);
/* Changes the role of what is there (ROLE_TOKEN stays) and adds the attributes. */
void canvas_restyle(struct canvas *, struct rect, unsigned style);
/* Rules; where two meet they are joined. A rule that starts or ends on another
 * one makes a tee there. */
void canvas_hline(struct canvas *, int x, int y, int w, unsigned style);
void canvas_vline(struct canvas *, int x, int y, int h, unsigned style);

/* Cells that canvas_text() would need. */
int canvas_cells(const struct canvas *, const char *in, size_t len);

void canvas_cursor(struct canvas *, int x, int y, bool shown);

/* Plain lines, trailing blanks trimmed. */
bool canvas_dump(const struct canvas *, struct buf *);
/* One letter per cell: the role's (tui/role.h), as a capital when any attribute
 * flag is set ('#' for ROLE_TEXT); a blank cell of ROLE_TEXT is a space. */
bool canvas_dump_roles(const struct canvas *, struct buf *);

#endif
