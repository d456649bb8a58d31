/* Cypher, cut into what matters to a client: its $parameters and its words. Knows quotes,
 * `names` and comments. Pure. */
#ifndef CLIENTS_CYPHER_H
#define CLIENTS_CYPHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum cypher_kind {
	CYPHER_PARAM,   /* text is the name without the dollar */
	CYPHER_WORD,    /* a keyword or a name */
	CYPHER_OTHER,   /* one byte of punctuation, a quoted text, a number */
};

struct cypher_token {
	enum cypher_kind kind;
	const char *text;
	size_t len;
	bool property;          /* a word behind "." or ":", which is a name */
	unsigned depth;         /* of (), [] and {} around it */
};

struct cypher {
	const char *at;
	unsigned depth;
	char before;            /* the last byte of punctuation; 0 = something else came */
};

/* `text` must live as long as the walk. */
void cypher_begin(struct cypher *, const char *text);
/* The next token. False at the end; ERR_CONFIG with *e set for what is never closed
 * (its kind is ERR_NONE at a good end: start from zero). */
bool cypher_next(struct cypher *, struct cypher_token *, struct err *);
/* Whether it is that keyword, in any case. */
bool cypher_is(const struct cypher_token *, const char *keyword);

#endif
