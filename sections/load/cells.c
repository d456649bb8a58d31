#include "sections/load/cells.h"

#include <stdlib.h>
#include <string.h>

#include "sections/payload.h"

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct cell cell_trim(struct cell c)
{
	while (c.len > 0 && is_blank(c.data[0])) {
		c.data++;
		c.len--;
	}
	while (c.len > 0 && is_blank(c.data[c.len - 1]))
		c.len--;
	return c;
}

bool cell_blank(struct cell c)
{
	return cell_trim(c).len == 0;
}

bool cell_has(struct cell c, const char *needle)
{
	size_t n = strlen(needle);

	for (size_t i = 0; i + n <= c.len; i++) {
		size_t k = 0;

		while (k < n && fold(c.data[i + k]) == fold(needle[k]))
			k++;
		if (k == n)
			return true;
	}
	return false;
}

bool cell_int(struct cell c, long *out)
{
	char text[24], *end;

	c = cell_trim(c);
	if (c.len == 0 || c.len >= 19)
		return false;
	memcpy(text, c.data, c.len);
	text[c.len] = '\0';
	*out = strtol(text, &end, 10);
	return end == text + c.len;
}

enum flag cell_flag(struct cell c)
{
	static const char *const yes[] = { "true", "t", "1", "yes", "y" };
	static const char *const no[] = { "false", "f", "0", "no", "n" };

	c = cell_trim(c);
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		if (cell_is(c, yes[i]))
			return FLAG_YES;
		if (cell_is(c, no[i]))
			return FLAG_NO;
	}
	return FLAG_UNKNOWN;
}

usec cell_time(struct cell c)
{
	usec t;

	c = cell_trim(c);
	return c.len > 0 && time_parse(c.data, c.len, &t) ? t : TIME_NONE;
}

/* ---- writing ------------------------------------------------------------------- */

static struct cell tidy_time(struct row_maker *m, struct cell c)
{
	char text[TIME_TEXT_MAX];
	usec t = cell_time(c);

	if (t == TIME_NONE)
		return c;
	return row_printf(m, "%s", time_iso(text, t, t % USEC_SEC != 0));
}

static struct cell tidy_flag(struct cell c)
{
	switch (cell_flag(c)) {
	case FLAG_YES:
		return cell_of("true");
	case FLAG_NO:
		return cell_of("false");
	default:
		return c;
	}
}

void tidy_cells(struct row_maker *m, const struct column_def *columns, size_t n, struct cell *cells)
{
	for (size_t i = 0; i < n; i++) {
		if (cell_blank(cells[i]))
			cells[i] = CELL_NULL;
		else if (columns[i].type == COLUMN_TIME)
			cells[i] = tidy_time(m, cells[i]);
		else if (columns[i].type == COLUMN_FLAG)
			cells[i] = tidy_flag(cells[i]);
	}
}

static void join(struct buf *out, struct cell c)
{
	if (cell_blank(c))
		return;
	if (out->len > 0)
		buf_puts(out, ", ");
	buf_put(out, c.data, c.len);
}

static struct cell kept(struct row_maker *m, struct buf *text, struct cell otherwise)
{
	struct cell c = otherwise;

	if (text->len > 0 && !text->failed)
		c = row_bytes(m, text->data, text->len);
	buf_release(text);
	return c;
}

/* Parses a cell that looks structured; false leaves nothing to release. */
static bool structured(struct payload *p, struct cell c, char open, enum payload_type type)
{
	c = cell_trim(c);
	if (c.len == 0 || c.data[0] != open || !payload_parse(p, c.data, c.len, NULL))
		return false;
	if (p->kind != PAYLOAD_TEXT && p->nodes[0].type == type)
		return true;
	payload_release(p);
	return false;
}

struct cell tidy_list(struct row_maker *m, struct cell c)
{
	struct payload p;
	struct buf text = BUF_INIT;

	if (!structured(&p, c, '[', NODE_LIST))
		return c;
	for (size_t i = payload_first(&p, 0); i != PAYLOAD_NONE; i = payload_next(&p, 0, i))
		join(&text, (struct cell){ p.nodes[i].value, p.nodes[i].vallen });
	payload_release(&p);
	return kept(m, &text, CELL_NULL);
}

static bool read_degrees(struct cell c, double *out)
{
	char text[32], *end;

	if (c.len == 0 || c.len >= sizeof text)
		return false;
	memcpy(text, c.data, c.len);
	text[c.len] = '\0';
	*out = strtod(text, &end);
	return *end == '\0';
}

/* Centimetres are enough, and hide 43.619999999999997. */
static void put_coordinates(struct buf *out, struct cell lat, struct cell lon)
{
	double y, x;

	if (read_degrees(lat, &y) && read_degrees(lon, &x))
		buf_printf(out, "%.9g, %.9g", y, x);
}

struct cell tidy_place(struct row_maker *m, struct cell c)
{
	static const char *const parts[] = {
		"name|address|formatted_address", "city", "state", "country", NULL,
	};
	struct payload p;
	struct buf text = BUF_INIT;

	if (!structured(&p, c, '{', NODE_MAP))
		return c;
	for (size_t i = 0; parts[i]; i++)
		join(&text, payload_get(&p, 0, parts[i]));
	if (text.len == 0)
		put_coordinates(&text, payload_get(&p, 0, "latitude|lat"),
				payload_get(&p, 0, "longitude|lon|lng"));
	payload_release(&p);
	return kept(m, &text, CELL_NULL);
}

/* ---- rows -------------------------------------------------------------------------- */

struct dated {
	usec at;
	size_t row;
};

static int newer(const void *pa, const void *pb)
{
	const struct dated *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? 1 : -1;
	return a->row < b->row ? -1 : 1;
}

size_t *rows_newest_first(const struct rowset *in, size_t column)
{
	struct dated *dated = calloc(in->rows ? in->rows : 1, sizeof *dated);
	size_t *order = calloc(in->rows ? in->rows : 1, sizeof *order);

	if (!dated || !order) {
		free(dated);
		free(order);
		return NULL;
	}
	for (size_t i = 0; i < in->rows; i++)
		dated[i] = (struct dated){ cell_time(rowset_cell(in, i, column)), i };
	qsort(dated, in->rows, sizeof *dated, newer);
	for (size_t i = 0; i < in->rows; i++)
		order[i] = dated[i].row;
	free(dated);
	return order;
}

bool emit_same(struct row_maker *m, const struct rowset *in, size_t row, size_t ncolumns, struct err *e)
{
	struct cell cells[CELLS_MAX];

	for (size_t c = 0; c < ncolumns; c++)
		cells[c] = rowset_cell(in, row, c);
	return row_emit(m, cells, e);
}

static bool seen_before(const struct rowset *in, const size_t *order, size_t i, size_t key)
{
	struct cell c = rowset_cell(in, order[i], key);

	for (size_t k = 0; k < i; k++) {
		if (!cell_is_null(c) && cell_eq(rowset_cell(in, order[k], key), c))
			return true;
	}
	return false;
}

/* A key of SIZE_MAX: all are kept. */
static bool finish_sorted(const struct rowset *in, struct row_maker *m, size_t key, size_t column,
			  size_t ncolumns, struct err *e)
{
	size_t *order = rows_newest_first(in, column);
	bool ok = order != NULL;

	if (!ok)
		return err_set(e, ERR_MEMORY, 0, "out of memory sorting %zu rows", in->rows);
	for (size_t i = 0; ok && i < in->rows; i++)
		ok = (key != SIZE_MAX && seen_before(in, order, i, key)) ||
		     emit_same(m, in, order[i], ncolumns, e);
	free(order);
	return ok;
}

bool finish_newest_first(const struct rowset *in, struct row_maker *m, size_t column, size_t ncolumns,
			 struct err *e)
{
	return finish_sorted(in, m, SIZE_MAX, column, ncolumns, e);
}

bool finish_distinct(const struct rowset *in, struct row_maker *m, size_t key, size_t column, size_t ncolumns,
		     struct err *e)
{
	return finish_sorted(in, m, key, column, ncolumns, e);
}

void put_newest(struct buf *out, const char *what, const struct rowset *rows, size_t column, usec now)
{
	usec then = rows->rows > 0 ? cell_time(rowset_cell(rows, 0, column)) : TIME_NONE;

	if (then == TIME_NONE)
		return;
	buf_printf(out, ", newest%s", what);
	put_ago(out, now, then);
}

void put_ago(struct buf *out, usec now, usec then)
{
	usec span = now - then;

	if (span < 0)
		buf_puts(out, " in the future");
	else if (span < USEC_HOUR)
		buf_printf(out, " %d min ago", (int)(span / USEC_MIN));
	else if (span < 2 * USEC_DAY)
		buf_printf(out, " %.1f h ago", (double)span / (double)USEC_HOUR);
	else
		buf_printf(out, " %d d ago", (int)(span / USEC_DAY));
}
