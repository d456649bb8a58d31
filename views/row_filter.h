/* What a user looks for among the rows of a section, read once and asked of any
 * row. Pure: rows and columns in, yes or no out.
 *
 *   code>=400 ev:VA @07:00..10:00 !carrier:QRST "two words" /4[01]./ word
 *
 * Terms part at blanks and must all hold; `!` turns one around, a `!` that stands
 * alone in front the whole. A column is named by its id or title, or a part of
 * one. `:` contains, `~` matches a pattern, = != < <= > >= compare: numbers as numbers,
 * times as shown. `column=` holds where there is no value. `@from..to` is about the
 * first time column: times of a day or dates, either end may be left out. */
#ifndef VIEWS_ROW_FILTER_H
#define VIEWS_ROW_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rows.h"
#include "sections/section.h"
#include "views/format.h"

struct row_filter;

/* ERR_CONFIG: what is wrong, and at which character. Columns outlive the filter. */
struct row_filter *row_filter_new(const char *text, const struct column_def *columns,
                                  size_t ncolumns, struct err *);
/* One text for the whole line, to be found in any column; what starts with a slash
 * is a pattern. */
struct row_filter *row_filter_search(const char *text, const struct column_def *columns,
                                     size_t ncolumns, struct err *);
void row_filter_free(struct row_filter *);    /* NULL allowed */

/* The column of that name, or of the best that is like it; -1 = none. */
int row_filter_column(const char *name, const struct column_def *columns, size_t ncolumns);

enum filter_answer { FILTER_NO, FILTER_YES, FILTER_COSTLY };

enum filter_answer row_filter_test(const struct row_filter *, const struct rowset *, size_t row,
                                   struct zone);
/* The next row, from this one on, that is worth a test: many rows are passed over at
 * once where a plain text is looked for. May be the number of rows. */
size_t row_filter_skip(const struct row_filter *, const struct rowset *, size_t row);
/* Tests may take long: patterns. */
bool row_filter_slow(const struct row_filter *);

/* The first part of the text, from `from` on, that is looked for; its length is 0 when
 * there is none. */
size_t row_filter_mark(const struct row_filter *, struct table_text, size_t from, size_t *len);

#endif
