#include "tui/prompt.h"

#include <string.h>

#include "base/text.h"

/* --- text --- */

static void insert(struct prompt *p, const char *text, size_t len)
{
	memmove(p->text + p->cursor + len, p->text + p->cursor, p->len - p->cursor + 1);
	memcpy(p->text + p->cursor, text, len);
	p->len += len;
	p->cursor += len;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->cursor = from;
}

static size_t after(const struct prompt *p, size_t at)
{
	struct glyph g;

	return at + text_next(p->text + at, p->len - at, &g);
}

/* The start of the grapheme before `at`. */
static size_t before(const struct prompt *p, size_t at)
{
	size_t start = 0;

	for (size_t next = 0; next < at; next = after(p, next))
		start = next;
	return start;
}

static size_t word_before(const struct prompt *p, size_t at)
{
	while (at > 0 && p->text[at - 1] == ' ')
		at--;
	while (at > 0 && p->text[at - 1] != ' ')
		at--;
	return at;
}

void prompt_init(struct prompt *p, const char *label, const char *text)
{
	*p = (struct prompt){ .label = label };
	if (text)
		prompt_paste(p, text, strlen(text));
}

/* --- keys --- */

static enum prompt_result type(struct prompt *p, struct key k)
{
	char utf8[4];
	size_t n = key_utf8(k, utf8);

	if (p->len + n >= PROMPT_MAX)
		return PROMPT_IGNORED;
	insert(p, utf8, n);
	return PROMPT_EDITED;
}

static enum prompt_result go(struct prompt *p, size_t to)
{
	p->cursor = to;
	return PROMPT_EDITED;
}

static enum prompt_result erase(struct prompt *p, size_t from, size_t to)
{
	cut(p, from, to);
	return PROMPT_EDITED;
}

static enum prompt_result control(struct prompt *p, char c)
{
	switch (c) {
	case 'A': return go(p, 0);
	case 'B': return go(p, before(p, p->cursor));
	case 'C': return PROMPT_CANCELLED;
	case 'D': return erase(p, p->cursor, after(p, p->cursor));
	case 'E': return go(p, p->len);
	case 'F': return go(p, after(p, p->cursor));
	case 'G': return PROMPT_CANCELLED;
	case 'K': return erase(p, p->cursor, p->len);
	case 'U': return erase(p, 0, p->cursor);
	case 'W': return erase(p, word_before(p, p->cursor), p->cursor);
	default:  return PROMPT_IGNORED;
	}
}

enum prompt_result prompt_key(struct prompt *p, struct key k)
{
	switch (k.code) {
	case K_RUNE:      return type(p, k);
	case K_CTRL:      return control(p, (char)k.rune);
	case K_ENTER:     return PROMPT_DONE;
	case K_ESC:       return PROMPT_CANCELLED;
	case K_LEFT:      return control(p, 'B');
	case K_RIGHT:     return control(p, 'F');
	case K_HOME:      return control(p, 'A');
	case K_END:       return control(p, 'E');
	case K_DELETE:    return control(p, 'D');
	case K_BACKSPACE:
		if (p->len == 0)
			return PROMPT_CANCELLED;
		return erase(p, before(p, p->cursor), p->cursor);
	default:
		return PROMPT_IGNORED;
	}
}

/* The bytes of the character at in[0]; 0 when it is to be dropped. */
static size_t plain_character(const char *in, size_t len, bool *space)
{
	unsigned char c = (unsigned char)in[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	*space = c == '\n' || c == '\t';
	if (*space)
		return 1;
	/* 0xc2 leads the C1 controls. */
	if (c < 0x20 || c == 0x7f || n > len || !text_is_utf8(in, n) ||
	    (c == 0xc2 && (unsigned char)in[1] < 0xa0))
		return 0;
	return n;
}

enum prompt_result prompt_paste(struct prompt *p, const char *text, size_t len)
{
	bool space;

	for (size_t at = 0; at < len;) {
		size_t n = plain_character(text + at, len - at, &space);

		if (p->len + n >= PROMPT_MAX)
			break;
		if (n > 0)
			insert(p, space ? " " : text + at, n);
		at += n > 0 ? n : 1;
	}
	return PROMPT_EDITED;
}

/* --- drawing --- */

void prompt_draw(const struct prompt *p, struct canvas *c, struct rect r)
{
	struct rect former = canvas_clip(c, r);
	int label, room, at, skip;

	canvas_fill(c, r, ROLE_TEXT);
	label = canvas_puts(c, r.x, r.y, r.w, ROLE_ACCENT, p->label);
	room = r.w - label;
	at = canvas_cells(c, p->text, p->cursor);
	/* The text slides left so that the cursor and a cell behind it stay in. */
	skip = at >= room ? at - room + 1 : 0;
	canvas_text_from(c, r.x + label, r.y, room, ROLE_TEXT, p->text, p->len, skip);
	canvas_unclip(c, former);
	canvas_cursor(c, r.x + label + at - skip, r.y, true);
}
