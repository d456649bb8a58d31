/* Rows as they travel: immutable chunks, filled by a worker, read by anybody.
 *
 * A chunk is built once by a chunk_builder on one thread, sealed, and from then
 * on only read, shared by reference. A rowset is the list of the chunks of one
 * answer; it belongs to one thread. Bytes are kept exactly as the source sent
 * them: making them printable is the reader's job (base/text.h). */
#ifndef BASE_ROWS_H
#define BASE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cell {
	const char *data;  /* not NUL-terminated; NULL means SQL NULL / absent */
	size_t len;
};

#define CELL_NULL ((struct cell){ NULL, 0 })
struct cell cell_of(const char *s);  /* NULL gives CELL_NULL */
static inline bool cell_is_null(struct cell c) { return c.data == NULL; }
/* Byte-wise equality; two NULLs are equal. */
bool cell_eq(struct cell a, struct cell b);
/* Equality with a C string, ASCII case ignored. */
bool cell_is(struct cell c, const char *s);

enum {
	CHUNK_ROWS = 1024,             /* rows in a full chunk */
	ROWS_MAX_COLUMNS = 4096,       /* columns of one answer */
	ROWS_MAX_CELL = 1 << 20,       /* bytes kept of one cell */
};

struct chunk; /* shared, immutable, reference counted (thread-safe) */

struct chunk *chunk_ref(struct chunk *);
void chunk_unref(struct chunk *);            /* NULL allowed */
size_t chunk_rows(const struct chunk *);
/* O(column). */
struct cell chunk_cell(const struct chunk *, size_t row, size_t column);

/* Fills chunks. `columns` is fixed for its life. */
struct chunk_builder;
struct chunk_builder *chunk_builder_new(size_t columns);
void chunk_builder_free(struct chunk_builder *);
/* Copies one row. ERR_LIMIT over ROWS_MAX_CELL, ERR_MEMORY without memory; the
 * rows before it stay. */
bool chunk_builder_add(struct chunk_builder *, const struct cell *cells, struct err *);
size_t chunk_builder_rows(const struct chunk_builder *);
/* Hands over what was collected (NULL when nothing was) and starts anew. */
struct chunk *chunk_builder_seal(struct chunk_builder *);

/* The rows of one answer, in order. */
struct rowset {
	struct chunk **chunks;   /* owns one reference each */
	size_t *first;           /* first row number of each chunk */
	size_t nchunks, cap;
	size_t rows;
	size_t bytes;
};

#define ROWSET_INIT { 0 }
void rowset_release(struct rowset *);
/* Takes over the reference. ERR_MEMORY leaves the set as it was and drops it. */
bool rowset_append(struct rowset *, struct chunk *, struct err *);
/* O(log chunks + column). CELL_NULL outside of the set. */
struct cell rowset_cell(const struct rowset *, size_t row, size_t column);
struct needle;
/* The first row from `row` on whose bytes may hold the needle, looking no further
 * than one chunk; the row behind that chunk when none does. Some cells' lengths are
 * taken for text: the row is to be looked at again. */
size_t rowset_seek(const struct rowset *, size_t row, const struct needle *);

#endif
