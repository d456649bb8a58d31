#include "tui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Directions of a rule through a cell. */
enum { GO_UP = 1, GO_DOWN = 2, GO_LEFT = 4, GO_RIGHT = 8 };

static const struct {
	const char *utf8, *ascii;
} glyphs[GLYPH_COUNT] = {
#define X(name, utf8, ascii) [GLYPH_##name] = { utf8, ascii },
	GLYPHS(X)
#undef X
};

const char *glyph_text(enum glyph_name name, bool ascii)
{
	return ascii ? glyphs[name].ascii : glyphs[name].utf8;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

struct rect rect_clip(struct rect a, struct rect b)
{
	int x0 = max_int(a.x, b.x), x1 = min_int(a.x + a.w, b.x + b.w);
	int y0 = max_int(a.y, b.y), y1 = min_int(a.y + a.h, b.y + b.h);

	if (x1 <= x0 || y1 <= y0)
		return (struct rect){ x0, y0, 0, 0 };
	return (struct rect){ x0, y0, x1 - x0, y1 - y0 };
}

/* --- size and clip --- */

static struct canvas_cell *cell_at(const struct canvas *c, int x, int y)
{
	return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

bool canvas_resize(struct canvas *c, int w, int h, struct err *e)
{
	size_t need;

	w = max_int(1, min_int(w, CANVAS_MAX));
	h = max_int(1, min_int(h, CANVAS_MAX));
	need = (size_t)w * (size_t)h;
	if (need > c->cap) {
		struct canvas_cell *cells = realloc(c->cells, need * sizeof(*cells));

		if (!cells)
			return err_set(e, ERR_MEMORY, 0, "no memory for a screen of %dx%d", w, h);
		c->cells = cells;
		c->cap = need;
	}
	c->w = w;
	c->h = h;
	canvas_clear(c);
	return true;
}

void canvas_release(struct canvas *c)
{
	free(c->cells);
	*c = (struct canvas)CANVAS_INIT;
}

void canvas_clear(struct canvas *c)
{
	c->clip = canvas_rect(c);
	canvas_fill(c, c->clip, ROLE_TEXT);
	canvas_cursor(c, 0, 0, false);
}

void canvas_copy(struct canvas *to, const struct canvas *from, struct rect r)
{
	for (int y = r.y; y < r.y + r.h; y++)
		memcpy(cell_at(to, r.x, y), cell_at(from, r.x, y), (size_t)r.w * sizeof *from->cells);
}

struct rect canvas_rect(const struct canvas *c)
{
	return (struct rect){ 0, 0, c->w, c->h };
}

struct rect canvas_clip(struct canvas *c, struct rect r)
{
	struct rect former = c->clip;

	c->clip = rect_clip(former, r);
	return former;
}

void canvas_unclip(struct canvas *c, struct rect former)
{
	c->clip = former;
}

void canvas_cursor(struct canvas *c, int x, int y, bool shown)
{
	c->cursor_x = max_int(0, min_int(x, c->w - 1));
	c->cursor_y = max_int(0, min_int(y, c->h - 1));
	c->cursor_shown = shown;
}

/* --- cells --- */

static bool in_clip(const struct canvas *c, int x, int y)
{
	return x >= c->clip.x && x < c->clip.x + c->clip.w &&
	       y >= c->clip.y && y < c->clip.y + c->clip.h;
}

static void blank(struct canvas_cell *cell)
{
	cell->len = 0;
	cell->cells = 1;
	cell->line = 0;
}

/* Blanks the halves of wide characters that a write to (x, y) would leave. */
static void split_wide(struct canvas *c, int x, int y)
{
	struct canvas_cell *cell = cell_at(c, x, y);

	if (cell->cells == 0 && x > 0)
		blank(cell_at(c, x - 1, y));
	if (cell->cells == 2 && x + 1 < c->w)
		blank(cell_at(c, x + 1, y));
}

static void set_style(struct canvas_cell *cell, unsigned style)
{
	cell->role = (uint8_t)(style & ROLE_MASK);
	cell->attrs = (uint8_t)((style & ATTR_MASK) >> 8);
}

/* Blank when len is 0. */
static void put_cell(struct canvas *c, int x, int y, unsigned style, const char *utf8, size_t len)
{
	struct canvas_cell *cell;

	if (!in_clip(c, x, y))
		return;
	split_wide(c, x, y);
	cell = cell_at(c, x, y);
	blank(cell);
	set_style(cell, style);
	if (len == 1 && utf8[0] == ' ')
		len = 0;
	memcpy(cell->utf8, utf8, len);
	cell->len = (uint8_t)len;
}

static void put_wide(struct canvas *c, int x, int y, unsigned style, const char *utf8, size_t len)
{
	bool whole = in_clip(c, x, y) && in_clip(c, x + 1, y);

	put_cell(c, x, y, style, utf8, whole ? len : 0);
	put_cell(c, x + 1, y, style, "", 0);
	if (whole) {
		cell_at(c, x, y)->cells = 2;
		cell_at(c, x + 1, y)->cells = 0;
	}
}

/* --- text --- */

static void ascii_token(struct glyph *g, uint32_t cp)
{
	g->cells = g->len = (uint8_t)snprintf(g->utf8, sizeof(g->utf8), "<U+%04X>", (unsigned)cp);
	g->token = true;
}

static const char *ascii_form(const char *utf8)
{
	for (size_t i = 0; i < GLYPH_COUNT; i++)
		if (strcmp(glyphs[i].utf8, utf8) == 0)
			return glyphs[i].ascii;
	return NULL;
}

/* Rewrites a grapheme for an ASCII canvas; returns the bytes that are used up:
 * of a base with marks the base alone, the marks are read again as tokens. */
static size_t to_ascii(struct glyph *g, size_t used)
{
	unsigned char lead = (unsigned char)g->utf8[0];
	size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	const char *form = ascii_form(g->utf8);
	uint32_t cp = n == 1 ? lead : lead & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		cp = cp << 6 | ((unsigned char)g->utf8[i] & 0x3f);
	if (!form && n > 1) {
		ascii_token(g, cp);
		return n;
	}
	g->utf8[0] = form ? form[0] : g->utf8[0];
	g->utf8[1] = '\0';
	g->len = g->cells = 1;
	return form ? used : 1;
}

static size_t next_glyph(const struct canvas *c, const char *in, size_t len, struct glyph *g)
{
	size_t used = text_next(in, len, g);

	/* One column per byte means that all of it is ASCII already. */
	if (c->ascii && !g->token && g->len != g->cells)
		used = to_ascii(g, used);
	return used;
}

static void put_glyph(struct canvas *c, int x, int y, unsigned style, const struct glyph *g)
{
	if (g->token)
		style = ROLE_TOKEN | (style & ATTR_MASK);
	if (g->len == g->cells)
		for (int i = 0; i < g->len; i++)
			put_cell(c, x + i, y, style, g->utf8 + i, 1);
	else if (g->cells == 2)
		put_wide(c, x, y, style, g->utf8, g->len);
	else
		put_cell(c, x, y, style, g->utf8, g->len);
}

/* Leaves out `skip` cells. A grapheme that is cut by that is left out whole; the
 * cells that remain of it are *gap. */
static size_t skip_cells(const struct canvas *c, const char *in, size_t len, int skip, int *gap)
{
	size_t at = 0;
	struct glyph g;

	while (skip > 0 && at < len) {
		at += next_glyph(c, in + at, len - at, &g);
		skip -= g.cells;
	}
	*gap = skip < 0 ? -skip : 0;
	return at;
}

int canvas_text_from(struct canvas *c, int x, int y, int max_cells, unsigned style,
                     const char *in, size_t len, int skip)
{
	int used, max = min_int(max_cells, c->clip.x + c->clip.w - x);
	struct glyph g;

	if (max <= 0)
		return 0;
	for (size_t at = skip_cells(c, in, len, skip, &used); at < len; used += g.cells) {
		at += next_glyph(c, in + at, len - at, &g);
		if (used + g.cells > max) {
			canvas_glyph(c, x + min_int(used, max - 1), y, style, GLYPH_ELLIPSIS);
			return max;
		}
		put_glyph(c, x + used, y, style, &g);
	}
	return min_int(used, max);
}

int canvas_text(struct canvas *c, int x, int y, int max_cells, unsigned style,
                const char *in, size_t len)
{
	return canvas_text_from(c, x, y, max_cells, style, in, len, 0);
}

int canvas_puts(struct canvas *c, int x, int y, int max_cells, unsigned style, const char *s)
{
	return canvas_text(c, x, y, max_cells, style, s, strlen(s));
}

/* Cells of the text, counted no further than `enough`. */
static int count_cells(const struct canvas *c, const char *in, size_t len, int enough)
{
	int cells = 0;
	struct glyph g;

	for (size_t at = 0; at < len && cells < enough; cells += g.cells)
		at += next_glyph(c, in + at, len - at, &g);
	return cells;
}

int canvas_cells(const struct canvas *c, const char *in, size_t len)
{
	return count_cells(c, in, len, CANVAS_REST);
}

int canvas_text_right(struct canvas *c, int x, int y, int max_cells, unsigned style,
                      const char *in, size_t len)
{
	int cells;

	max_cells = min_int(max_cells, c->clip.x + c->clip.w - x);
	cells = count_cells(c, in, len, max_cells);
	if (cells < max_cells)
		x += max_cells - cells;
	return canvas_text(c, x, y, min_int(cells, max_cells), style, in, len);
}

int canvas_printf(struct canvas *c, int x, int y, int max_cells, unsigned style,
                  const char *fmt, ...)
{
	char line[CANVAS_MAX * 4 + 1];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return 0;
	return canvas_text(c, x, y, max_cells, style, line, min_int(n, (int)sizeof(line) - 1));
}

int canvas_glyph(struct canvas *c, int x, int y, unsigned style, enum glyph_name name)
{
	const char *text = glyph_text(name, c->ascii);

	put_cell(c, x, y, style, text, strlen(text));
	return 1;
}

/* --- wrapped text --- */

/* The bytes of the line end at in[at]: 0, 1 or 2. */
static size_t line_end(const char *in, size_t len, size_t at)
{
	if (in[at] == '\r' && at + 1 < len && in[at + 1] == '\n')
		return 2;
	return in[at] == '\n';
}

/* The bytes of in[0..len) that make one line of w cells; *next is where the
 * line after it starts. */
static size_t wrap_line(const struct canvas *c, const char *in, size_t len, int w, size_t *next)
{
	size_t at = 0, space = 0, used;
	bool blank = true;               /* so far: no place to break, or the line would be empty */
	int cells = 0;
	struct glyph g;

	for (; at < len && !line_end(in, len, at); at += used) {
		used = next_glyph(c, in + at, len - at, &g);
		if (in[at] == ' ' && !blank)
			space = at;
		blank = blank && in[at] == ' ';
		if (cells > 0 && cells + g.cells > w) {
			*next = space > 0 ? space + 1 : at;
			return space > 0 ? space : at;
		}
		cells += g.cells;
	}
	*next = at < len ? at + line_end(in, len, at) : at;
	return at;
}

int canvas_wrap(struct canvas *c, struct rect r, unsigned style, const char *in, size_t len, int skip)
{
	int line = 0;

	if (r.w <= 0)
		return 0;
	for (size_t at = 0, next; at < len; at += next, line++) {
		size_t n = wrap_line(c, in + at, len - at, r.w, &next);

		if (line >= skip && line - skip < r.h)
			canvas_text(c, r.x, r.y + line - skip, r.w, style, in + at, n);
	}
	return line;
}

/* --- areas and rules --- */

void canvas_fill(struct canvas *c, struct rect r, unsigned style)
{
	r = rect_clip(r, c->clip);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++) {
			if (x == r.x || x == r.x + r.w - 1)
				split_wide(c, x, y);
			blank(cell_at(c, x, y));
			set_style(cell_at(c, x, y), style);
		}
}

void canvas_restyle(struct canvas *c, struct rect r, unsigned style)
{
	r = rect_clip(r, c->clip);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++) {
			struct canvas_cell *cell = cell_at(c, x, y);

			if (cell->role != ROLE_TOKEN)
				cell->role = (uint8_t)(style & ROLE_MASK);
			cell->attrs |= (uint8_t)((style & ATTR_MASK) >> 8);
		}
}

static const enum glyph_name joins[16] = {
	[GO_UP] = GLYPH_VLINE, [GO_DOWN] = GLYPH_VLINE, [GO_UP | GO_DOWN] = GLYPH_VLINE,
	[GO_LEFT] = GLYPH_HLINE, [GO_RIGHT] = GLYPH_HLINE, [GO_LEFT | GO_RIGHT] = GLYPH_HLINE,
	[GO_DOWN | GO_RIGHT] = GLYPH_CORNER_TL, [GO_DOWN | GO_LEFT] = GLYPH_CORNER_TR,
	[GO_UP | GO_RIGHT] = GLYPH_CORNER_BL, [GO_UP | GO_LEFT] = GLYPH_CORNER_BR,
	[GO_UP | GO_DOWN | GO_RIGHT] = GLYPH_TEE_RIGHT, [GO_UP | GO_DOWN | GO_LEFT] = GLYPH_TEE_LEFT,
	[GO_LEFT | GO_RIGHT | GO_DOWN] = GLYPH_TEE_DOWN, [GO_LEFT | GO_RIGHT | GO_UP] = GLYPH_TEE_UP,
	[GO_UP | GO_DOWN | GO_LEFT | GO_RIGHT] = GLYPH_CROSS,
};

/* One cell of a rule. On another rule its ends go inwards only. */
static void put_line(struct canvas *c, int x, int y, unsigned style, bool first, bool last,
                     uint8_t back, uint8_t ahead)
{
	uint8_t line;

	if (!in_clip(c, x, y))
		return;
	line = cell_at(c, x, y)->line;
	if (!(line && first))
		line |= back;
	if (!(cell_at(c, x, y)->line && last))
		line |= ahead;
	canvas_glyph(c, x, y, style, joins[line]);
	cell_at(c, x, y)->line = line;
}

void canvas_hline(struct canvas *c, int x, int y, int w, unsigned style)
{
	for (int i = 0; i < w; i++)
		put_line(c, x + i, y, style, i == 0, i == w - 1, GO_LEFT, GO_RIGHT);
}

void canvas_vline(struct canvas *c, int x, int y, int h, unsigned style)
{
	for (int i = 0; i < h; i++)
		put_line(c, x, y + i, style, i == 0, i == h - 1, GO_UP, GO_DOWN);
}

/* --- dumps --- */

static const char role_letters[ROLE_COUNT] = {
#define X(name, word, letter, mono, use) [ROLE_##name] = letter,
	ROLES(X)
#undef X
};

static char role_letter(const struct canvas_cell *cell)
{
	char letter = cell->role < ROLE_COUNT ? role_letters[cell->role] : '?';

	if (cell->role == ROLE_TEXT && !cell->attrs)
		return cell->len || cell->cells != 1 ? letter : ' ';
	if (!cell->attrs)
		return letter;
	return letter == '.' ? '#' : (char)(letter - 'a' + 'A');
}

static void put_plain(struct buf *out, const struct canvas_cell *cell)
{
	if (cell->len)
		buf_put(out, cell->utf8, cell->len);
	else if (cell->cells)
		buf_putc(out, ' ');
}

/* Lines by `letter`, or as they are when that is NULL. */
static bool dump(const struct canvas *c, struct buf *out, char (*letter)(const struct canvas_cell *))
{
	for (int y = 0; y < c->h; y++) {
		size_t line = out->len;

		for (int x = 0; x < c->w; x++)
			if (letter)
				buf_putc(out, letter(cell_at(c, x, y)));
			else
				put_plain(out, cell_at(c, x, y));
		while (out->len > line && out->data[out->len - 1] == ' ')
			out->len--;
		buf_putc(out, '\n');
	}
	return !out->failed;
}

bool canvas_dump(const struct canvas *c, struct buf *out)
{
	return dump(c, out, NULL);
}

bool canvas_dump_roles(const struct canvas *c, struct buf *out)
{
	return dump(c, out, role_letter);
}
