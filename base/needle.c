#include "base/needle.h"

#include <string.h>

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c + 'A' - 'a') : c;
}

/* What is not listed is rarer than all that is. */
static size_t rarity(char c)
{
	static const char commonest_first[] = " 0123456789-:.etaoinsrlhdcumpfgywbvkjxqz";
	const char *at = memchr(commonest_first, lower(c), sizeof commonest_first - 1);

	return at ? (size_t)(at - commonest_first) : sizeof commonest_first;
}

void needle_init(struct needle *n, const char *text, size_t len)
{
	*n = (struct needle){ .text = text, .len = len };
	for (size_t i = 0; i < len; i++) {
		n->fold |= text[i] >= 'a' && text[i] <= 'z';
		if (rarity(text[i]) > rarity(text[n->rare]))
			n->rare = i;
	}
	for (size_t i = 0; i < len; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			n->fold = false;
}

static bool same(const struct needle *n, const char *at)
{
	if (!n->fold)
		return memcmp(at, n->text, n->len) == 0;
	for (size_t i = 0; i < n->len; i++)
		if (lower(at[i]) != n->text[i])
			return false;
	return true;
}

static const char *next(const char *at, const char *end, char c)
{
	return at < end ? memchr(at, c, (size_t)(end - at)) : NULL;
}

/* Walks along the places of the rare byte, in both its cases: memchr() looks at many
 * bytes at once, memmem() does not. */
const char *needle_find(const struct needle *n, const char *in, size_t len)
{
	const char *a, *b, *end;
	char small, big;

	if (n->len == 0)
		return in;
	if (len < n->len)
		return NULL;
	end = in + len - n->len + n->rare + 1;
	small = n->text[n->rare];
	big = n->fold ? upper(small) : small;
	a = next(in + n->rare, end, small);
	b = big == small ? NULL : next(in + n->rare, end, big);
	while (a || b) {
		bool first = a && (!b || a < b);
		const char *at = first ? a : b;

		if (same(n, at - n->rare))
			return at - n->rare;
		if (first)
			a = next(a + 1, end, small);
		else
			b = next(b + 1, end, big);
	}
	return NULL;
}
