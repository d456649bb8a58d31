/* Letters that stand in a word in their order: what is typed finds what is meant. Pure;
 * ASCII case does not matter. */
#ifndef VIEWS_FUZZY_H
#define VIEWS_FUZZY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* How well the letters fit the word, more is better; 0 = they do not. Of the ways in which
 * they fit the best counts, and *hits (NULL allowed) gets a bit per byte of the word that
 * belongs to it. Longer words than FUZZY_MAX are looked at so far. */
enum { FUZZY_MAX = 64 };
int fuzzy_score(const char *typed, size_t len, const char *word, uint64_t *hits);

/* One of the names that something may be called; several may mean the same value. */
struct fuzzy_name {
	const char *name;
	int value;
};

/* The one that is meant: a name from end to end, else the only one that begins so, else
 * the only one in which the letters stand. FUZZY_SEVERAL with an error that names those
 * that may be meant, FUZZY_NONE with one that names all of that kind. */
enum { FUZZY_NONE = -1, FUZZY_SEVERAL = -2 };
int fuzzy_pick(const char *typed, size_t len, const struct fuzzy_name *names, size_t n,
               const char *what, struct err *);

#endif
