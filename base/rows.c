#include "base/rows.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "base/needle.h"

/* A chunk is two blocks: this head with the places of the rows, and `data`, in
 * which each row is the lengths of its cells followed by their bytes. The longest
 * cell says how wide the lengths of a row are: one, two or four bytes, so a row of
 * six short cells costs ten bytes besides its payload. They are not aligned. */
struct chunk {
	atomic_uint refs;
	uint32_t rows;
	size_t columns;
	size_t bytes;
	char *data;
	uint32_t at[]; /* offset of the row in data, and in two bits how wide its lengths are */
};

#define NULL_LEN UINT32_MAX             /* all bits set, in any width */

enum { WIDTH_SHIFT = 30, DATA_MAX = (1 << WIDTH_SHIFT) - 1, FIRST_ROWS = 16, FIRST_DATA = 512,
       TOUCH_PAGE = 4096, TOUCH_FROM = 16 << 10 };

/* A row as it lies in a chunk. */
struct row {
	const char *lens;
	size_t width;                   /* 1, 2 or 4 */
};

struct chunk_builder {
	size_t columns;
	struct chunk *chunk; /* under construction; NULL before the first row */
	size_t rows_cap;
	size_t len, cap;     /* of chunk->data */
	size_t cap_hint;     /* what the last chunk came to */
};

struct cell cell_of(const char *s)
{
	return s ? (struct cell){ s, strlen(s) } : CELL_NULL;
}

bool cell_eq(struct cell a, struct cell b)
{
	if (!a.data || !b.data)
		return a.data == b.data;
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool cell_is(struct cell c, const char *s)
{
	if (!c.data || !s)
		return c.data == s;
	for (size_t i = 0; i < c.len; i++) {
		if (s[i] == '\0' || ascii_lower(c.data[i]) != ascii_lower(s[i]))
			return false;
	}
	return s[c.len] == '\0';
}

struct chunk *chunk_ref(struct chunk *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void chunk_unref(struct chunk *c)
{
	if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
		return;
	free(c->data);
	free(c);
}

size_t chunk_rows(const struct chunk *c)
{
	return c->rows;
}

static size_t offset_of(const struct chunk *c, size_t row)
{
	return c->at[row] & DATA_MAX;
}

static struct row row_of(const struct chunk *c, size_t row)
{
	return (struct row){ c->data + offset_of(c, row), (size_t)1 << (c->at[row] >> WIDTH_SHIFT) };
}

static uint32_t len_at(struct row r, size_t i)
{
	uint16_t brief;
	uint32_t len;

	if (r.width == sizeof(len)) {
		memcpy(&len, r.lens + i * sizeof(len), sizeof(len));
		return len;
	}
	if (r.width == sizeof(brief)) {
		memcpy(&brief, r.lens + i * sizeof(brief), sizeof(brief));
		return brief == UINT16_MAX ? NULL_LEN : brief;
	}
	len = (unsigned char)r.lens[i];
	return len == UINT8_MAX ? NULL_LEN : len;
}

/* The bytes of the cell; of the cell behind the last one the end of the row. */
static const char *bytes_at(struct row r, size_t columns, size_t column)
{
	const char *p = r.lens + columns * r.width;

	for (size_t i = 0; i < column; i++) {
		uint32_t len = len_at(r, i);

		p += len == NULL_LEN ? 0 : len;
	}
	return p;
}

struct cell chunk_cell(const struct chunk *c, size_t row, size_t column)
{
	struct row r;
	uint32_t len;

	if (row >= c->rows || column >= c->columns)
		return CELL_NULL;
	r = row_of(c, row);
	len = len_at(r, column);
	return len == NULL_LEN ? CELL_NULL : (struct cell){ bytes_at(r, c->columns, column), len };
}

struct chunk_builder *chunk_builder_new(size_t columns)
{
	struct chunk_builder *b = calloc(1, sizeof(*b));

	if (b)
		b->columns = columns;
	return b;
}

void chunk_builder_free(struct chunk_builder *b)
{
	if (!b)
		return;
	chunk_unref(b->chunk);
	free(b);
}

static bool no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, 0, "out of memory for rows");
}

static bool reserve_row(struct chunk_builder *b)
{
	size_t cap = b->rows_cap ? b->rows_cap * 2 : FIRST_ROWS;
	struct chunk *c;

	if (b->chunk && b->chunk->rows < b->rows_cap)
		return true;
	c = realloc(b->chunk, sizeof(*c) + cap * sizeof(c->at[0]));
	if (!c)
		return false;
	if (!b->chunk) {
		atomic_init(&c->refs, 1);
		c->rows = 0;
		c->columns = b->columns;
		c->bytes = 0;
		c->data = NULL;
	}
	b->chunk = c;
	b->rows_cap = cap;
	return true;
}

/* Asks the kernel for all of a block at once, which is cheaper than page by page as the
 * rows come. Where it does not know how, it goes on as ever. */
static void touch(char *data, size_t len)
{
	uintptr_t page = TOUCH_PAGE, from = ((uintptr_t)data + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)data + len) & ~(page - 1);

	if (len >= TOUCH_FROM)
		(void)!madvise((void *)from, end - from, MADV_POPULATE_WRITE);
}

static bool reserve_data(struct chunk_builder *b, size_t more)
{
	size_t cap = b->cap ? b->cap : b->cap_hint + FIRST_DATA;
	char *data;

	if (b->cap - b->len >= more)
		return true;
	while (cap - b->len < more)
		cap += cap / 2;
	data = realloc(b->chunk->data, cap);
	if (!data)
		return false;
	b->chunk->data = data;
	b->cap = cap;
	touch(data + b->len, cap - b->len);
	return true;
}

/* Payload bytes of the row and the power of two of its lengths' width. */
static bool measure(const struct chunk_builder *b, const struct cell *cells, size_t *payload,
		    unsigned *power, struct err *e)
{
	size_t longest = 0;

	*payload = *power = 0;
	for (size_t i = 0; i < b->columns; i++) {
		if (!cells[i].data)
			continue;
		if (cells[i].len > ROWS_MAX_CELL)
			return err_set(e, ERR_LIMIT, 0,
				       "column %zu has a cell of %zu bytes; the limit is %d",
				       i + 1, cells[i].len, (int)ROWS_MAX_CELL);
		if (cells[i].len > longest)
			longest = cells[i].len;
		*payload += cells[i].len;
	}
	*power = longest < UINT8_MAX ? 0 : longest < UINT16_MAX ? 1 : 2;
	return true;
}

/* Behind the lengths. */
static char *write_lens(char *p, const struct cell *cells, size_t columns, unsigned power)
{
	for (size_t i = 0; i < columns; i++) {
		uint32_t len = cells[i].data ? (uint32_t)cells[i].len : NULL_LEN;
		uint16_t brief = (uint16_t)len;

		if (power == 0)
			*p++ = (char)len;
		else
			p = mempcpy(p, power == 1 ? (void *)&brief : (void *)&len, (size_t)1 << power);
	}
	return p;
}

bool chunk_builder_add(struct chunk_builder *b, const struct cell *cells, struct err *e)
{
	size_t payload, need;
	unsigned power;
	struct chunk *c;
	char *p;

	if (!measure(b, cells, &payload, &power, e))
		return false;
	need = payload + (b->columns << power);
	if (need > DATA_MAX - b->len)
		return err_set(e, ERR_LIMIT, 0, "a block of rows is over %d bytes", DATA_MAX);
	if (!reserve_row(b) || !reserve_data(b, need))
		return no_memory(e);
	c = b->chunk;
	c->at[c->rows++] = (uint32_t)b->len | power << WIDTH_SHIFT;
	c->bytes += payload;
	p = write_lens(c->data + b->len, cells, b->columns, power);
	for (size_t i = 0; i < b->columns; i++)
		if (cells[i].data && cells[i].len > 0)
			p = mempcpy(p, cells[i].data, cells[i].len);
	b->len += need;
	return true;
}

size_t chunk_builder_rows(const struct chunk_builder *b)
{
	return b->chunk ? b->chunk->rows : 0;
}

struct chunk *chunk_builder_seal(struct chunk_builder *b)
{
	struct chunk *c = b->chunk, *shrunk;
	char *data;

	if (!c || c->rows == 0)
		return NULL;
	/* Giving memory back cannot lose rows: without it the block stays long. */
	data = b->len > 0 && b->len < b->cap ? realloc(c->data, b->len) : NULL;
	if (data)
		c->data = data;
	shrunk = realloc(c, sizeof(*c) + c->rows * sizeof(c->at[0]));
	if (shrunk)
		c = shrunk;
	*b = (struct chunk_builder){ .columns = b->columns, .cap_hint = b->len };
	return c;
}

void rowset_release(struct rowset *r)
{
	for (size_t i = 0; i < r->nchunks; i++)
		chunk_unref(r->chunks[i]);
	free(r->chunks);
	free(r->first);
	*r = (struct rowset)ROWSET_INIT;
}

static bool rowset_grow(struct rowset *r)
{
	size_t cap = r->cap ? r->cap * 2 : 8;
	struct chunk **chunks;
	size_t *first;

	if (r->nchunks < r->cap)
		return true;
	chunks = reallocarray(r->chunks, cap, sizeof(struct chunk *));
	if (!chunks)
		return false;
	r->chunks = chunks;
	first = reallocarray(r->first, cap, sizeof(*first));
	if (!first)
		return false;
	r->first = first;
	r->cap = cap;
	return true;
}

bool rowset_append(struct rowset *r, struct chunk *c, struct err *e)
{
	if (!c)
		return true;
	if (!rowset_grow(r)) {
		chunk_unref(c);
		return no_memory(e);
	}
	r->chunks[r->nchunks] = c;
	r->first[r->nchunks] = r->rows;
	r->nchunks++;
	r->rows += c->rows;
	r->bytes += c->bytes;
	return true;
}

/* The chunk that holds the row. */
static size_t chunk_of(const struct rowset *r, size_t row)
{
	size_t lo = 0, hi = r->nchunks;

	/* The newest rows are looked at most, while they arrive. */
	if (row >= r->first[hi - 1])
		lo = hi - 1;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->first[mid] <= row)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

struct cell rowset_cell(const struct rowset *r, size_t row, size_t column)
{
	size_t at;

	if (row >= r->rows)
		return CELL_NULL;
	at = chunk_of(r, row);
	return chunk_cell(r->chunks[at], row - r->first[at], column);
}

/* The row that the byte belongs to. */
static size_t row_at(const struct chunk *c, size_t offset)
{
	size_t lo = 0, hi = c->rows;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (offset_of(c, mid) <= offset)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

size_t rowset_seek(const struct rowset *r, size_t row, const struct needle *n)
{
	const char *from, *end, *found;
	const struct chunk *c;
	size_t at;

	if (row >= r->rows)
		return r->rows;
	at = chunk_of(r, row);
	c = r->chunks[at];
	from = c->data + offset_of(c, row - r->first[at]);
	end = bytes_at(row_of(c, c->rows - 1), c->columns, c->columns);
	found = needle_find(n, from, (size_t)(end - from));
	return r->first[at] + (found ? row_at(c, (size_t)(found - c->data)) : c->rows);
}
