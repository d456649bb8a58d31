/* What an investigation knows so far: named values that sections learn and
 * queries bind. UI thread only; jobs get copies. */
#ifndef SECTIONS_FACTS_H
#define SECTIONS_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/rows.h"

enum { FACT_NAME_MAX = 32, FACTS_MAX = 96 };

struct fact {
	char name[FACT_NAME_MAX];
	char *value;
	const char *from;            /* id of the section that learnt it; "" = the user */
};

struct facts {
	struct fact *items;
	size_t n;
};

#define FACTS_INIT { 0 }
void facts_release(struct facts *);
void facts_clear(struct facts *);
/* NULL or empty value forgets the fact. False without memory or over FACTS_MAX. */
bool facts_set(struct facts *, const char *name, const char *value, const char *from);
bool facts_set_cell(struct facts *, const char *name, struct cell value, const char *from);
const char *facts_get(const struct facts *, const char *name);   /* NULL = unknown */
usec facts_time(const struct facts *, const char *name);         /* TIME_NONE = unknown */

#endif
