/* A worker's log line: "2026-01-20 08:11:02.123 INFO … [a1b2c3d4e5f6] [Class] text". */
#ifndef SECTIONS_LOAD_LOG_LINE_H
#define SECTIONS_LOAD_LOG_LINE_H

#include "base/rows.h"

struct log_line {
	struct cell correlation;     /* the 12 hex digits in brackets; CELL_NULL without */
	struct cell origin;          /* the bracketed word after it: the class */
	struct cell text;            /* what follows; the whole body when it has no prefix */
};

/* Points into `body`. */
struct log_line log_line_read(struct cell body);

#endif
