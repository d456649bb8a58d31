/* Two records field by field, also of different sections: fields are the same when their
 * columns have the same id. Pure but for its memory. */
#ifndef VIEWS_COMPARE_H
#define VIEWS_COMPARE_H

#include "base/buf.h"
#include "views/copy.h"
#include "views/record_copy.h"

enum compare_kind {
	COMPARE_EQUAL,
	COMPARE_CHANGED,         /* both have a value */
	COMPARE_ONLY_LEFT,
	COMPARE_ONLY_RIGHT,
	COMPARE_NEITHER,         /* has a value */
	COMPARE_KINDS,
};

enum { COMPARE_LEFT, COMPARE_RIGHT, COMPARE_SIDES };

struct compare_field {
	enum compare_kind kind;
	/* NULL: that side's section has no such field. */
	const struct column_def *def[COMPARE_SIDES];
	struct cell cell[COMPARE_SIDES];
};

struct compare {
	const struct record_copy *side[COMPARE_SIDES];   /* borrowed */
	struct compare_field *fields;  /* in the order of the left section, then what only the
	                                * right one has; owned */
	size_t n, count[COMPARE_KINDS];
};

bool compare_make(struct compare *, const struct record_copy *left, const struct record_copy *right,
                  struct err *);
void compare_release(struct compare *);

static inline const char *compare_title(const struct compare_field *f)
{
	return f->def[COMPARE_LEFT] ? f->def[COMPARE_LEFT]->title : f->def[COMPARE_RIGHT]->title;
}
/* '=', '~', '-' (only left), '+' (only right), ' ' (neither). */
char compare_sign(enum compare_kind);
static inline bool compare_differs(enum compare_kind k)
{
	return k != COMPARE_EQUAL && k != COMPARE_NEITHER;
}
/* Why a side shows no value: "no such field", "not given", "empty"; NULL = it has one. */
const char *compare_absence(const struct compare_field *, int side);
/* Both have bytes: how many are the same at their beginning, up to a whole character. */
size_t compare_common(struct cell, struct cell);
/* "C4", with its section and its case where those differ: "Callbacks C4 of 726100801". */
enum { COMPARE_NAME = 200 };
const char *compare_name(char out[static COMPARE_NAME], const struct compare *, int side);

/* As COPY_ROW, COPY_JSON or COPY_MARKDOWN, else as lines for reading; without `all` only
 * what differs, and how many fields were left out. */
void compare_put(const struct compare *, enum copy_form, bool all, struct buf *out);

#endif
