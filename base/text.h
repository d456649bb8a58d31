/* The one gate between outside bytes and anything a person sees.
 *
 * Every byte that did not come from this program passes text_next() (directly,
 * through text_safe(), or through err_set()) before it reaches the screen, a
 * message, a log or a terminal-bound stream. What is not plainly printable
 * becomes a visible token: <1B>, <U+202E>, <FF> (a bad UTF-8 byte). */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_GLYPH_MAX = 32, TEXT_MARKS_MAX = 4 };

/* One grapheme as it may be shown: base character plus at most TEXT_MARKS_MAX
 * combining marks, or one visible token. */
struct glyph {
	char utf8[TEXT_GLYPH_MAX]; /* NUL-terminated, printable */
	uint8_t len;               /* bytes in utf8 */
	uint8_t cells;             /* columns on a terminal: 1, 2, or the token's length */
	bool token;                /* stands for something that is not printable */
};

/* Reads the next grapheme of in[0..len) into *g; returns the bytes consumed,
 * 0 only when len is 0. Controls (C0, DEL, C1 raw or as UTF-8), invalid UTF-8,
 * format characters (Cf: bidi, zero-width, tags), separators, unassigned and
 * private-use code points become tokens. TAB and newline are tokens too. */
size_t text_next(const char *in, size_t len, struct glyph *g);

/* Writes the printable form of in[0..len) to out (size outsz > 0, always
 * NUL-terminated, never a cut grapheme). Returns the bytes that the whole
 * printable form needs without the NUL, as snprintf does. */
size_t text_safe(char *out, size_t outsz, const char *in, size_t len);

/* Columns that the printable form takes on a terminal. */
size_t text_cells(const char *in, size_t len);

/* How many bytes at the start of in[0..len) are no UTF-8 and may still be handed on as
 * they came, to a clipboard or a file: a malformed sequence as a whole (overlong, a
 * surrogate, cut), a lone byte from A0 on. 0 for valid text, and for a lone byte that
 * is a C1 control, which steers terminals of eight bits. */
size_t text_malformed(const char *in, size_t len);

/* True when in[0..len) is valid UTF-8 (no surrogates, no overlong forms). */
bool text_is_utf8(const char *in, size_t len);

#endif
