/* What may follow a verb: the words that complete what is typed. */
#ifndef VIEWS_COMPLETE_H
#define VIEWS_COMPLETE_H

#include <stddef.h>

#include "views/fuzzy.h"
#include "views/verbs.h"

struct app;

enum { COMPLETIONS_MAX = 96, COMPLETION_HELP = 64 };

struct completions {
	struct {
		char word[FUZZY_MAX], help[COMPLETION_HELP];
	} items[COMPLETIONS_MAX];
	size_t n;
	size_t from;             /* in the argument: where the word begins that they complete */
};

void complete_argument(const struct app *, enum verb, const char *arg, struct completions *);

#endif
