/* Rows in the order of a column, made a slice at a time: a sort that can be left at
 * any moment and goes on where it was. Stable; numbers sort as numbers, times as
 * times, both before what is none; rows without a value come last. */
#ifndef VIEWS_ROW_SORT_H
#define VIEWS_ROW_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"
#include "sections/section.h"

struct row_sort;

/* To sort a list of n rows; NULL without memory. */
struct row_sort *row_sort_new(size_t n, size_t column, enum column_type, bool down);
void row_sort_free(struct row_sort *);   /* NULL allowed */
/* Does about `steps` steps, some nanoseconds each; true when it is done. The list
 * and the rows in it must be the same each time; either may have grown. */
bool row_sort_step(struct row_sort *, const struct rowset *, const uint32_t *list, size_t steps);
/* The sorted rows, once it is done; how many. */
size_t row_sort_take(const struct row_sort *, uint32_t *rows);

#endif
