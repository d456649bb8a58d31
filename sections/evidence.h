/* A case as text, for somebody outside who was not there: what was asked, what each section
 * found or why it does not know, and its rows, each with its reference. Bounded; without
 * payloads, and without what looks like a secret. Pure. */
#ifndef SECTIONS_EVIDENCE_H
#define SECTIONS_EVIDENCE_H

#include "base/buf.h"
#include "base/err.h"
#include "sections/investigation.h"

enum {
	EVIDENCE_ROWS = 60,             /* of a section at most: problems before others */
	EVIDENCE_SECTION = 12 << 10,    /* bytes of one section, about */
	EVIDENCE_CELL = 160,            /* bytes of a value */
};

struct evidence {
	struct buf text;                /* printable, but for newlines */
	size_t rows, left_out;          /* of all sections; told, and not */
	size_t hidden;                  /* secrets */
	bool settled;                   /* nothing is being asked any more */
};
#define EVIDENCE_INIT { .text = BUF_INIT }
void evidence_release(struct evidence *);

/* The number of a row's reference (C4); 0 = none yet. */
typedef unsigned evidence_number(const void *ctx, size_t section, size_t row);

/* All sections that were asked but for `without`. */
bool evidence_render(struct evidence *, const struct investigation *, const struct section_def *without,
		     usec now, evidence_number *number, const void *ctx, struct err *);

#endif
