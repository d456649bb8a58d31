/* What a section on demand is asked about: values of a record, made fit to be searched for.
 * Pure. */
#ifndef SECTIONS_ASK_H
#define SECTIONS_ASK_H

#include "sections/investigation.h"

enum { ASK_VALUE = 1024 };     /* bytes of a value, at most; more is cut between characters */

struct subject {
	const struct ask_def *def;
	char values[ASK_FACTS][ASK_VALUE + 1];  /* printable; "" = the record has none */
};

/* Takes it from the record; false when that lacks what would be asked about. */
bool subject_take(struct subject *, const struct ask_def *, const struct section *from, size_t row);
/* The same of a text that somebody typed. */
bool subject_of_text(struct subject *, const struct ask_def *, const char *text);
/* NULL when it gives none for that fact. */
const char *subject_value(const struct subject *, const char *fact);
/* What it is about, cut with an ellipsis. */
const char *subject_text(const struct subject *, char out[static ABOUT_MAX]);

#endif
