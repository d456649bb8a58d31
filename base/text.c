#include "base/text.h"

#include <string.h>
#include <utf8proc.h>

#define BAD UINT32_MAX

/* Printable ASCII with nothing behind it that could attach to it: the bytes
 * before `run` can be shown as they are, one column each. */
static size_t ascii_run(const char *in, size_t len)
{
	size_t n = 0;

	while (n < len && in[n] >= 0x20 && in[n] < 0x7f)
		n++;
	/* A combining mark may follow: its base goes the long way. */
	if (n > 0 && n < len && (unsigned char)in[n] >= 0x80)
		n--;
	return n;
}

/* How many bytes the lead byte asks for, and the range of its second byte,
 * which is where overlong forms, surrogates and too big values show. */
static size_t lead(unsigned char c, unsigned char *lo, unsigned char *hi)
{
	*lo = 0x80;
	*hi = 0xbf;
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	if (c < 0xe0)
		return 2;
	if (c < 0xf0) {
		if (c == 0xe0)
			*lo = 0xa0;
		if (c == 0xed)
			*hi = 0x9f;
		return 3;
	}
	if (c == 0xf0)
		*lo = 0x90;
	if (c == 0xf4)
		*hi = 0x8f;
	return 4;
}

/* Decodes one code point; BAD with the length of the maximal bad part. */
static size_t decode(const char *in, size_t len, uint32_t *cp)
{
	const unsigned char *s = (const unsigned char *)in;
	unsigned char lo, hi;
	size_t need = lead(s[0], &lo, &hi);
	uint32_t v;

	*cp = s[0];
	if (need == 1)
		return 1;
	*cp = BAD;
	if (need == 0)
		return 1;
	v = s[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if (i >= len || s[i] < lo || s[i] > hi)
			return i;
		v = v << 6 | (s[i] & 0x3f);
		lo = 0x80;
		hi = 0xbf;
	}
	*cp = v;
	return need;
}

static char *hex_digits(char *p, uint32_t v, int digits)
{
	for (int i = digits - 1; i >= 0; i--)
		*p++ = "0123456789ABCDEF"[v >> (4 * i) & 0xf];
	return p;
}

static void end_token(struct glyph *g, char *p)
{
	*p = '\0';
	g->len = g->cells = (uint8_t)(p - g->utf8);
	g->token = true;
}

/* <1B>, or <E2><82> for a cut sequence: one token, however many bytes. */
static void token_bytes(struct glyph *g, const char *in, size_t len)
{
	char *p = g->utf8;

	for (size_t i = 0; i < len; i++) {
		*p++ = '<';
		p = hex_digits(p, (unsigned char)in[i], 2);
		*p++ = '>';
	}
	end_token(g, p);
}

static void token_point(struct glyph *g, uint32_t cp)
{
	char *p = g->utf8;

	*p++ = '<';
	*p++ = 'U';
	*p++ = '+';
	p = hex_digits(p, cp, cp > 0xfffff ? 6 : cp > 0xffff ? 5 : 4);
	*p++ = '>';
	end_token(g, p);
}

/* Categories that terminals act upon, hide, or cannot show. */
static bool unprintable(const utf8proc_property_t *prop)
{
	switch (prop->category) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		/* Fillers and variation selectors: letters and marks by
		 * category, but without a shape of their own. */
		return prop->ignorable;
	}
}

/* Vowels and finals that a Hangul syllable is composed of. */
static bool is_jamo_tail(uint32_t cp)
{
	return (cp >= 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp <= 0xd7ff);
}

/* Columns as wcwidth() and the terminals count them, which the Unicode data
 * alone does not say: spacing marks take a column of their own (the ideographic
 * ones two), jamo tails none, and a few symbols of the CJK blocks two. */
static unsigned cells_of(uint32_t cp, const utf8proc_property_t *prop)
{
	if (prop->category == UTF8PROC_CATEGORY_MC)
		return (cp | 1) == 0x302f || (cp | 1) == 0x16ff1 ? 2 : 1;
	if (is_jamo_tail(cp))
		return 0;
	if ((cp >= 0x3248 && cp <= 0x324f) || (cp >= 0x4dc0 && cp <= 0x4dff))
		return 2;
	return prop->charwidth;
}

/* Something without a column of its own that joins the glyph before it. */
static bool attaches(uint32_t base, uint32_t cp)
{
	const utf8proc_property_t *prop = utf8proc_get_property((utf8proc_int32_t)cp);

	return cells_of(cp, prop) == 0 && !unprintable(prop) &&
	       !utf8proc_grapheme_break((utf8proc_int32_t)base, (utf8proc_int32_t)cp);
}

static void put_spaces(struct glyph *g, unsigned cells)
{
	memcpy(g->utf8, "  ", 3);
	g->utf8[cells] = '\0';
	g->len = (uint8_t)cells;
	g->cells = (uint8_t)cells;
}

/* Appends the marks that follow the base; further ones are left to become tokens. */
static size_t take_marks(const char *in, size_t len, uint32_t base, struct glyph *g)
{
	size_t used = 0;

	for (int i = 0; i < TEXT_MARKS_MAX && used < len; i++) {
		uint32_t cp;
		size_t n;

		if ((unsigned char)in[used] < 0x80)
			break;
		n = decode(in + used, len - used, &cp);
		if (cp == BAD || !attaches(base, cp))
			break;
		memcpy(g->utf8 + g->len, in + used, n);
		g->len = (uint8_t)(g->len + n);
		used += n;
		base = cp;
	}
	g->utf8[g->len] = '\0';
	return used;
}

/* The base character; false when only a token can stand for it. */
static bool put_base(struct glyph *g, const char *in, size_t len, uint32_t cp)
{
	const utf8proc_property_t *prop = utf8proc_get_property((utf8proc_int32_t)cp);
	unsigned cells = cells_of(cp, prop);

	if (cells == 0 || unprintable(prop))
		return false;
	if (prop->category == UTF8PROC_CATEGORY_ZS) {
		put_spaces(g, cells);
	} else {
		memcpy(g->utf8, in, len);
		g->len = (uint8_t)len;
		g->cells = (uint8_t)cells;
	}
	return true;
}

static size_t next_point(const char *in, size_t len, struct glyph *g)
{
	uint32_t cp;
	size_t n = decode(in, len, &cp);

	if (cp == BAD || cp < 0x20 || cp == 0x7f) {
		token_bytes(g, in, n);
		return n;
	}
	if (!put_base(g, in, n, cp)) {
		token_point(g, cp);
		return n;
	}
	g->token = false;
	return n + take_marks(in + n, len - n, cp, g);
}

size_t text_next(const char *in, size_t len, struct glyph *g)
{
	unsigned char c;

	if (len == 0)
		return 0;
	c = (unsigned char)in[0];
	if (c < 0x20 || c >= 0x7f || (len > 1 && (unsigned char)in[1] >= 0x80))
		return next_point(in, len, g);
	g->utf8[0] = in[0];
	g->utf8[1] = '\0';
	g->len = g->cells = 1;
	g->token = false;
	return 1;
}

size_t text_safe(char *out, size_t outsz, const char *in, size_t len)
{
	size_t need = 0, end = 0, room = outsz - 1;
	struct glyph g;

	while (len > 0) {
		size_t used = ascii_run(in, len), add = used, keep;
		const char *from = in;

		if (used == 0) {
			used = text_next(in, len, &g);
			add = g.len;
			from = g.utf8;
		}
		/* Once something was left out, nothing behind it may follow. */
		keep = end < need ? 0 : room - end < add ? room - end : add;
		if (keep < add && from == g.utf8)
			keep = 0;
		memcpy(out + end, from, keep);
		end += keep;
		need += add;
		in += used;
		len -= used;
	}
	out[end] = '\0';
	return need;
}

size_t text_cells(const char *in, size_t len)
{
	size_t cells = 0;
	struct glyph g;

	while (len > 0) {
		size_t used = ascii_run(in, len), add = used;

		if (used == 0) {
			used = text_next(in, len, &g);
			add = g.cells;
		}
		cells += add;
		in += used;
		len -= used;
	}
	return cells;
}

size_t text_malformed(const char *in, size_t len)
{
	const unsigned char *s = (const unsigned char *)in;
	size_t want, n = 1;
	uint32_t cp;

	if (len == 0 || s[0] < 0xa0 || (decode(in, len, &cp), cp != BAD))
		return 0;
	want = s[0] < 0xc0 || s[0] >= 0xfe ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf8 ? 4 : s[0] < 0xfc ? 5 : 6;
	while (n < want && n < len && s[n] >= 0x80 && s[n] < 0xc0)
		n++;
	return n;
}

bool text_is_utf8(const char *in, size_t len)
{
	while (len > 0) {
		uint32_t cp;
		size_t n = decode(in, len, &cp);

		if (cp == BAD)
			return false;
		in += n;
		len -= n;
	}
	return true;
}
