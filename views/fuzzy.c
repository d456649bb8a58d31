#include "views/fuzzy.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	HIT = 4,                 /* a letter that stands there */
	FOLLOWS = 6,             /* right behind the one before */
	BEGINS_WORD = 5,
	BEGINS_ALL = 9,
	WORD_MORE = 1,           /* for each letter that the word has too many, up to */
	WORD_MORE_MAX = 3,
};

static char lower(char c)
{
	return (char)tolower((unsigned char)c);
}

static int bonus(const char *word, size_t at)
{
	if (at == 0)
		return HIT + BEGINS_ALL;
	return isalnum((unsigned char)word[at - 1]) ? HIT : HIT + BEGINS_WORD;
}

/* best[i][j]: the first i letters, the last of them at j; 0 = they cannot stand so. */
struct ways {
	short best[FUZZY_MAX][FUZZY_MAX];
	short before[FUZZY_MAX][FUZZY_MAX];   /* where the letter before stands */
};

static void fill(struct ways *w, size_t i, const char *typed, const char *word, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		int most = 0;

		w->best[i][j] = 0;
		w->before[i][j] = -1;
		if (lower(typed[i]) != lower(word[j]))
			continue;
		for (size_t k = 0; i && k < j; k++) {
			int sum = w->best[i - 1][k] ? w->best[i - 1][k] + (k + 1 == j ? FOLLOWS : 0) : 0;

			if (sum > most) {
				most = sum;
				w->before[i][j] = (short)k;
			}
		}
		if (!i || most)
			w->best[i][j] = (short)(most + bonus(word, j));
	}
}

int fuzzy_score(const char *typed, size_t len, const char *word, uint64_t *hits)
{
	size_t n = strnlen(word, FUZZY_MAX), end = 0;
	struct ways w;
	uint64_t bits = 0;
	int more;

	if (hits)
		*hits = 0;
	if (!len)
		return 1;
	if (len > n)
		return 0;
	for (size_t i = 0; i < len; i++)
		fill(&w, i, typed, word, n);
	for (size_t j = 1; j < n; j++)
		if (w.best[len - 1][j] > w.best[len - 1][end])
			end = j;
	if (!w.best[len - 1][end])
		return 0;
	for (int j = (int)end, i = (int)len - 1; i >= 0; j = w.before[i][j], i--)
		bits |= UINT64_C(1) << j;
	if (hits)
		*hits = bits;
	more = n - len < WORD_MORE_MAX ? (int)(n - len) * WORD_MORE : WORD_MORE_MAX;
	return w.best[len - 1][end] * (WORD_MORE_MAX + 1) + WORD_MORE_MAX - more;
}

/* ---- the one that is meant ------------------------------------------------------------- */

static bool whole(const char *typed, size_t len, const char *name)
{
	return strlen(name) == len && !strncasecmp(name, typed, len);
}

static bool begins(const char *typed, size_t len, const char *name)
{
	return !strncasecmp(name, typed, len);
}

static bool stands_in(const char *typed, size_t len, const char *name)
{
	return fuzzy_score(typed, len, name, NULL) > 0;
}

/* The value of those that fit. */
static int only(bool (*fits)(const char *, size_t, const char *), const char *typed, size_t len,
                const struct fuzzy_name *names, size_t n)
{
	int found = FUZZY_NONE;

	for (size_t i = 0; i < n; i++) {
		if (!fits(typed, len, names[i].name) || names[i].value == found)
			continue;
		if (found != FUZZY_NONE)
			return FUZZY_SEVERAL;
		found = names[i].value;
	}
	return found;
}

/* One name for each value; those that fit, or all. */
static void list(char *out, size_t size, bool (*fits)(const char *, size_t, const char *),
                 const char *typed, size_t len, const struct fuzzy_name *names, size_t n)
{
	int last = FUZZY_NONE;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(out);

		if ((fits && !fits(typed, len, names[i].name)) || names[i].value == last)
			continue;
		last = names[i].value;
		snprintf(out + used, size - used, "%s%s", used ? ", " : "", names[i].name);
	}
}

int fuzzy_pick(const char *typed, size_t len, const struct fuzzy_name *names, size_t n,
               const char *what, struct err *e)
{
	static bool (*const ways[])(const char *, size_t, const char *) = { whole, begins, stands_in };
	enum { SHOWN = 40 };
	char names_text[ERR_TEXT_MAX];
	int shown = len < SHOWN ? (int)len : SHOWN;

	for (size_t i = 0; len && i < sizeof ways / sizeof ways[0]; i++) {
		int found = only(ways[i], typed, len, names, n);

		if (found == FUZZY_NONE)
			continue;
		if (found != FUZZY_SEVERAL)
			return found;
		list(names_text, sizeof names_text, ways[i], typed, len, names, n);
		err_set(e, ERR_CONFIG, 0, "%s '%.*s' may be %s", what, shown, typed, names_text);
		return FUZZY_SEVERAL;
	}
	list(names_text, sizeof names_text, NULL, typed, len, names, n);
	err_set(e, ERR_CONFIG, 0, "no %s '%.*s'; there is %s", what, shown, typed, names_text);
	return FUZZY_NONE;
}
