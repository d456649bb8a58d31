/* What `show` prints, one function per format. All read the same investigation;
 * none of them may print outside bytes raw: text goes through text_safe(), JSON is
 * escaped to ASCII, CSV cells that a spreadsheet would run get a leading quote. Only
 * bytes that are no UTF-8 and no controls stay in CSV that goes to a file. */
#ifndef VIEWS_OUTPUT_H
#define VIEWS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "sections/investigation.h"

/* Which sections to print; n 0 = all that were asked. */
struct output_choice {
	const char *const *ids;
	size_t n;
};

bool output_wants(const struct output_choice *, const struct section *);

/* False when writing failed (errno says why). */
bool output_json(FILE *, const struct investigation *, const struct output_choice *);
bool output_text(FILE *, const struct investigation *, const struct output_choice *);
bool output_csv(FILE *, const struct investigation *, const struct output_choice *);

/* A line with the ids of the sections on demand that were not asked; none when there are none. */
bool output_unasked(FILE *, const struct investigation *);

/* One row as an object, as output_json() writes it. */
struct buf;
bool output_json_row(struct buf *out, const struct section *, size_t row);
/* One value as a string; NULL gives null. */
bool output_json_text(struct buf *out, const char *data, size_t len);

#endif
