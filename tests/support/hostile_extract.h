/* What a hostile source would say, and an extract whose every text says it. */
#ifndef TESTS_SUPPORT_HOSTILE_EXTRACT_H
#define TESTS_SUPPORT_HOSTILE_EXTRACT_H

#include <stddef.h>

/* With its length: some hold NUL. */
struct hostile { const char *text; size_t len; };
#define HOSTILE(text) { text, sizeof(text) - 1 }

/* Cells of the catalogue P01 to P07, each ending in or holding its number. */
extern const struct hostile hostile_texts[];
extern const size_t hostile_count;

/* The load that the extract knows. */
#define HOSTILE_LOAD "700000001"

/* The same text with every hostile unit replaced by as many x as its token has
 * columns. The caller frees .text. */
struct hostile hostile_replaced(const struct hostile *);

/* Writes DIR/extract.db: one callback for each cell, a log line for each of the first
 * `nlogs`, a load and a carrier record. Fails the test when it cannot. */
void hostile_extract(const char *dir, const struct hostile *cells, size_t ncells, size_t nlogs);
/* Puts a view in the place of each of these tables (ended by NULL) that reads a table
 * which does not exist, of that name: SQLite quotes it in its error. */
void hostile_break(const char *dir, const char *const *tables, const struct hostile *name);
/* Writes DIR/test.yaml: every source reads the extract, but those named in `disabled`;
 * `more` (NULL allowed) are lines of further sources. */
void hostile_config(const char *dir, const char *disabled, const char *more);

#endif
