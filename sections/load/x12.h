/* Files of ANSI X12, segment by segment. An interchange says in its first segment (ISA)
 * which characters part elements, components and segments. Pure; reads any bytes. */
#ifndef SECTIONS_LOAD_X12_H
#define SECTIONS_LOAD_X12_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rows.h"

struct x12_reader {
	const char *at, *end;
	char element, component, terminator;
	bool declared;           /* an ISA said so; else they are the usual ones */
};

/* One segment; cells point into the text. */
struct x12_segment {
	struct cell text;        /* without its terminator */
	struct cell tag;
	char element;            /* parts its elements */
	bool ended;              /* its terminator is there */
	bool misread;            /* an ISA whose characters cannot be found */
};

/* Whether it begins as an interchange does. */
bool x12_is(const char *data, size_t len);
void x12_begin(struct x12_reader *, const char *data, size_t len);
/* The next one; false behind the last. Line ends between segments are passed over. */
bool x12_next(struct x12_reader *, struct x12_segment *);
/* Element 1 is what follows the tag. CELL_NULL when it is empty, or there are less. */
struct cell x12_element(const struct x12_segment *, size_t n);

#endif
