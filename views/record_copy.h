/* A record that outlives its answer: the values of its fields, with their names. What a
 * mark holds, and what is compared. */
#ifndef VIEWS_RECORD_COPY_H
#define VIEWS_RECORD_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "sections/investigation.h"

enum {
	RECORD_COPY_MAX = 4 << 20,     /* bytes; no larger record is copied */
	RECORD_REF = 16,
	RECORD_CASE = 80,
};

struct record_copy {
	const struct section_def *def; /* gives the fields their names; NULL = nothing is held */
	struct cell *cells;            /* def->ncolumns of them, and their bytes: one block, owned */
	uint64_t key;                  /* of the record in its section's pane */
	char ref[RECORD_REF];          /* "C4", "row 20000" */
	char of[RECORD_CASE];          /* what was typed to open its case, printable */
	usec taken;                    /* wall */
};

#define RECORD_COPY_INIT { 0 }
/* Copies the values; the rest is the caller's to fill in. ERR_LIMIT, ERR_MEMORY leave it
 * as it was. */
bool record_copy_take(struct record_copy *, const struct section *, size_t row, struct err *);
bool record_copy_again(struct record_copy *, const struct record_copy *from, struct err *);
void record_copy_release(struct record_copy *);

#endif
