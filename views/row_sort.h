/* Rows in the order of a column, made a slice at a time: a merge sort that can be left
 * at any moment and goes on where it was. Stable; numbers sort as numbers, times
 * as times, both before what is none; rows without a value come last. */
#ifndef VIEWS_ROW_SORT_H
#define VIEWS_ROW_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"
#include "sections/section.h"

struct sort_key;

struct row_sort {
	struct sort_key *keys, *spare;   /* NULL = nothing is being sorted */
	size_t n;
	size_t column;
	enum column_type type;
	bool down;
	size_t at;               /* in this pass */
	unsigned pass;
	size_t width;            /* of the runs that are merged */
	size_t left, right;      /* taken from the two runs that are merged at `at` */
	const char *common;      /* what all texts begin with */
	size_t common_len;
	bool common_known;
};

/* To sort a list of n rows; false without memory. */
bool row_sort_start(struct row_sort *, size_t n, size_t column, enum column_type, bool down);
/* Does at least `steps` steps, some nanoseconds each; true when it is done. The list
 * and the rows in it must be the same each time; either may have grown. */
bool row_sort_step(struct row_sort *, const struct rowset *, const uint32_t *list, size_t steps);
/* The sorted rows, once it is done. */
void row_sort_take(const struct row_sort *, uint32_t *rows);
void row_sort_release(struct row_sort *);

#endif
