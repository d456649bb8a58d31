/* The fields of one record, as many side by side as there is room for. */
#ifndef VIEWS_FIELDS_H
#define VIEWS_FIELDS_H

#include <stdbool.h>

#include "sections/investigation.h"
#include "tui/canvas.h"
#include "views/format.h"

struct fields {
	const struct section *section;
	size_t row;
	struct zone zone;
	/* Columns that are not to be shown; NULL = all that have a value are. */
	bool (*skip)(const void *ctx, size_t column, struct table_text text);
	const void *ctx;
};

/* Payloads are left out. Values that are too long for a column come first, wrapped
 * over the whole width. What does not fit is said at the end. False when there was
 * nothing to show. */
bool fields_draw(const struct fields *, struct canvas *, struct rect);

#endif
