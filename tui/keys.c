#include "tui/keys.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const names[K_COUNT] = {
#define X(name, text) [K_##name] = text,
	KEYS(X)
#undef X
};

/* Other spellings that people write. */
static const struct {
	const char *name;
	enum key_code code;
} aliases[] = {
	{ "Return", K_ENTER }, { "Escape", K_ESC }, { "BackTab", K_BACKTAB }, { "BS", K_BACKSPACE },
	{ "PageUp", K_PAGE_UP }, { "PageDown", K_PAGE_DOWN }, { "Insert", K_INSERT },
	{ "Delete", K_DELETE },
};

struct key key_from_rune(uint32_t rune)
{
	switch (rune) {
	case '\r':
	case '\n':
		return (struct key){ K_ENTER, 0 };
	case '\t':
		return (struct key){ K_TAB, 0 };
	case 0x1b:
		return (struct key){ K_ESC, 0 };
	case 0x08:
	case 0x7f:
		return (struct key){ K_BACKSPACE, 0 };
	}
	if (rune < 0x20)
		return (struct key){ K_CTRL, rune + '@' };
	if ((rune > 0x7f && rune < 0xa0) || rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
		return (struct key){ K_NONE, 0 };
	return key_rune(rune);
}

size_t key_utf8(struct key k, char out[static 4])
{
	uint32_t r = k.rune;
	size_t n = r < 0x80 ? 1 : r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	if (k.code != K_RUNE)
		return 0;
	for (size_t i = n - 1; i > 0; i--, r >>= 6)
		out[i] = (char)(0x80 | (r & 0x3f));
	out[0] = (char)(leads[n] | r);
	return n;
}

const char *key_text(char out[static KEY_NAME_MAX], struct key k)
{
	if (k.code == K_CTRL)
		snprintf(out, KEY_NAME_MAX, "^%c", (char)k.rune);
	else if (k.code == K_RUNE && k.rune == ' ')
		snprintf(out, KEY_NAME_MAX, "Space");
	else if (k.code == K_RUNE)
		out[key_utf8(k, out)] = '\0';
	else
		snprintf(out, KEY_NAME_MAX, "%s", k.code < K_COUNT && names[k.code] ? names[k.code] : "");
	return out;
}

static bool same_name(const char *name, size_t len, const char *known)
{
	return strlen(known) == len && strncasecmp(name, known, len) == 0;
}

static bool parse_named(const char *name, size_t len, struct key *out)
{
	for (int code = 0; code < K_COUNT; code++)
		if (names[code] && same_name(name, len, names[code])) {
			*out = (struct key){ (enum key_code)code, 0 };
			return true;
		}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (same_name(name, len, aliases[i].name)) {
			*out = (struct key){ aliases[i].code, 0 };
			return true;
		}
	return false;
}

/* "^d" and "^D" are one key, and it is the one that the terminal sends for it:
 * ^M is Enter. */
static struct key control_key(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == '?')
		return key_from_rune(0x7f);
	if (c < '@' || c > '_')
		return (struct key){ K_NONE, 0 };
	return key_from_rune((uint32_t)(c - '@'));
}

/* One character; false when there are more or none, or no UTF-8. */
static bool parse_rune(const char *name, size_t len, struct key *out)
{
	unsigned char lead = len > 0 ? (unsigned char)name[0] : 0;
	size_t n = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t rune = n == 1 ? lead : lead & (0x7fu >> n);
	char again[4];

	if (n == 0 || len != n || lead < 0x21)
		return false;
	for (size_t i = 1; i < n; i++)
		rune = rune << 6 | ((unsigned char)name[i] & 0x3f);
	*out = key_from_rune(rune);
	return out->code == K_RUNE && key_utf8(*out, again) == n && memcmp(again, name, n) == 0;
}

bool key_parse(const char *name, size_t len, struct key *out)
{
	if (len == 2 && name[0] == '^') {
		*out = control_key(name[1]);
		return out->code != K_NONE;
	}
	if (same_name(name, len, "Space")) {
		*out = key_rune(' ');
		return true;
	}
	return parse_rune(name, len, out) || parse_named(name, len, out);
}

bool key_is(struct key k, const char *name)
{
	struct key named;

	return key_parse(name, strlen(name), &named) && key_eq(k, named);
}
