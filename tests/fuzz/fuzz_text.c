/* Whatever goes in, only inert text comes out, and it comes out the same when
 * it goes through once more. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_inert(const char *s, size_t len)
{
	require(text_is_utf8(s, len));
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		require(c >= 0x20 && c != 0x7f);
		/* C1 as UTF-8, and the bidi and zero-width characters of U+20xx. */
		if (c == 0xc2)
			require((unsigned char)s[i + 1] >= 0xa0);
		if (c == 0xe2 && (unsigned char)s[i + 1] == 0x80) {
			unsigned char d = (unsigned char)s[i + 2];

			require((d < 0x8b || d > 0x8f) && (d < 0xa8 || d > 0xae));
		}
	}
}

/* The glyphs one by one must add up to what the whole-text calls say. */
static void check_glyphs(const char *in, size_t len, const char *safe, size_t need)
{
	size_t at = 0, out = 0, cells = 0;
	struct glyph g;

	require(text_next(in, 0, &g) == 0);
	while (at < len) {
		size_t used = text_next(in + at, len - at, &g);

		require(used > 0 && used <= len - at);
		require(g.len > 0 && g.len < TEXT_GLYPH_MAX && strlen(g.utf8) == g.len);
		require(g.cells > 0 && (g.token ? g.cells == g.len : g.cells <= 2));
		require(out + g.len <= need && memcmp(safe + out, g.utf8, g.len) == 0);
		out += g.len;
		cells += g.cells;
		at += used;
	}
	require(out == need && cells == text_cells(in, len));
	require(cells == text_cells(safe, need));
}

static void check_cut(const char *in, size_t len, const char *safe, size_t room)
{
	char *cut = malloc(room);
	size_t kept;

	require(cut != NULL);
	text_safe(cut, room, in, len);
	kept = strlen(cut);
	require(kept < room && memcmp(cut, safe, kept) == 0);
	check_inert(cut, kept);
	free(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *in = (const char *)data;
	size_t need, room = size > 0 ? data[0] + 1u : 1;
	char none[1], *safe, *again;
	struct err e;

	need = text_safe(none, sizeof(none), in, size);
	safe = malloc(need + 1);
	again = malloc(need + 1);
	require(safe && again && need <= size * 4);
	require(text_safe(safe, need + 1, in, size) == need && strlen(safe) == need);
	check_inert(safe, need);
	require(text_safe(again, need + 1, safe, need) == need && strcmp(safe, again) == 0);
	check_glyphs(in, size, safe, need);
	check_cut(in, size, safe, room);
	err_set(&e, ERR_REMOTE, 0, "%.*s", (int)size, in);
	check_inert(e.text, strlen(e.text));
	free(safe);
	free(again);
	return 0;
}
