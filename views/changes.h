/* What changed since the user looked: a section as it was when its pane was last seen,
 * against what it is now. Pure. */
#ifndef VIEWS_CHANGES_H
#define VIEWS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "sections/investigation.h"

enum { CHANGES_MAX = SECTIONS_MAX, CHANGE_TEXT = 96 };

struct changes {
	struct seen {
		bool ever;               /* in this case */
		enum section_state state;
		size_t rows, bytes, problems, doubts;
		const char *by;          /* source */
		usec changed;            /* wall time; TIME_NONE = as it was */
		char what[CHANGE_TEXT];
	} sections[CHANGES_MAX];
};

/* Another case: nothing was looked at. */
void changes_forget(struct changes *);
/* Its pane is seen now. */
void changes_look(struct changes *, size_t section, const struct section *);
/* It may have changed, at `now`. Only answers count, not that one is on its way. */
void changes_note(struct changes *, size_t section, const struct section *, usec now);

#endif
