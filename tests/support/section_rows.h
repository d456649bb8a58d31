/* Source rows through a section's derive() and finish(), as the engine does it. */
#ifndef TESTS_SUPPORT_SECTION_ROWS_H
#define TESTS_SUPPORT_SECTION_ROWS_H

#include "base/clock.h"
#include "base/rows.h"
#include "sections/investigation.h"
#include "sections/section.h"

struct section_rows {
	struct section section;      /* its rows are the finished ones */
	struct rowset raw;           /* derived, before finish() */
	usec now;
	char text[4096];             /* of the last section_text() */
};

/* "2026-01-23 14:22:07" and so on: the test's time. */
void section_rows_init(struct section_rows *, const struct section_def *, const char *now);
void section_rows_release(struct section_rows *);
/* One source row: column id, value (NULL = SQL NULL), … , NULL. */
void section_row(struct section_rows *, ...) __attribute__((sentinel));
/* Runs finish() (again); without one the rows are as they came. */
void section_finish(struct section_rows *);
/* A finished cell; "NULL" for NULL. Valid until the next call. */
const char *section_text(struct section_rows *, size_t row, const char *column);
enum mark section_mark(struct section_rows *, size_t row);
const char *section_summary(struct section_rows *);

#endif
