/* Regular expressions that a user types, over bytes that a source sent: PCRE2, and
 * nobody but regex.c knows. Neither the pattern nor the text can make a match
 * take long: it ends with REGEX_COSTLY instead. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { REGEX_PATTERN_MAX = 1024 };   /* bytes */

struct regex;                        /* one thread at a time */

/* ERR_CONFIG: what is wrong with the pattern and at which character; ERR_LIMIT for
 * one that is too long or too big. A pattern without capitals matches both cases. */
struct regex *regex_new(const char *pattern, size_t len, struct err *);
void regex_free(struct regex *);     /* NULL allowed */

enum regex_result { REGEX_NO, REGEX_YES, REGEX_COSTLY };

/* The first match that begins at `from` or later: bytes [*start, *end). Bytes that
 * are not UTF-8 match nothing but do no harm. Returns within a fraction of a second. */
enum regex_result regex_find(struct regex *, const char *in, size_t len, size_t from,
                             size_t *start, size_t *end);

#endif
