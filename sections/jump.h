/* Where a record leads to: the jumps that its section declares, followed through what is
 * known now. Pure. */
#ifndef SECTIONS_JUMP_H
#define SECTIONS_JUMP_H

#include "sections/investigation.h"

enum { JUMP_ROWS = 20000 };   /* looked through; some ms */

enum jump_outcome {
	JUMP_FOUND,
	JUMP_NOT_GIVEN,            /* the record lacks what it would be found by */
	JUMP_NO_ROWS,              /* the other section has none; its state says why */
	JUMP_NO_MATCH,
};

struct jump {
	enum jump_outcome outcome;
	size_t section;            /* index of the other one */
	size_t row;                /* FOUND: the nearest in time, else the first */
	size_t fits;               /* rows that fit */
	bool cut;                  /* there are more rows than were looked through */
};

void jump_follow(const struct investigation *, const struct section *from, size_t row,
                 const struct jump_def *, struct jump *out);

#endif
