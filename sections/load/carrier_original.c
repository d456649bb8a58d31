/* The file that a record of the carrier's files came from, line by line as the carrier
 * sent it, with the record and what is known of the load found in it. */
#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"
#include "sections/load/x12.h"

/* A source gives the file as `text`, the record as `record`, and what the load is known by
 * in the four columns of that. */
#define ORIGINAL_COLUMNS(X) \
	X(C_LINE, "line", "line", NUMBER, 1, 6, true) \
	X(C_RECORD, "record", "record", NUMBER, 1, 6, false) \
	X(C_ABOUT, "about", "about", TEXT, 1, 10, false) \
	X(C_TEXT, "text", "as sent", TEXT, 1, 0, false) \
	X(C_NAMES, "names", "names", TEXT, 3, 18, false) \
	X(C_CONTAINER, "container", "container", TEXT, 0, 12, false) \
	X(C_BOOKING, "booking", "booking", TEXT, 0, 16, false) \
	X(C_BOL, "bol", "bill of lading", TEXT, 0, 18, false) \
	X(C_LOAD, "load_number", "load number", TEXT, 0, 16, false) \
	X(C_KEY, "object_key", "object", TEXT, 0, 40, false) \
	X(C_STORED, "stored_at", "stored", TIME, 0, 16, false)

enum { ORIGINAL_COLUMNS(COLUMN_SYMBOL) C_COUNT };

static const struct column_def columns[C_COUNT] = { ORIGINAL_COLUMNS(COLUMN_ROW) };

static const char the_record[] = "the record";

/* What the load is known by, where it stands in the line. A container's number is written
 * in two parts in EDI. */
static struct cell named(struct cell line, const struct cell *given)
{
	enum { TELLING = 4, SERIAL = 6, OWNER = 4 };
	struct cell container = given[C_CONTAINER];

	for (size_t i = C_CONTAINER; i <= C_LOAD; i++) {
		if (given[i].len >= TELLING && memmem(line.data, line.len, given[i].data, given[i].len))
			return given[i];
	}
	if (container.len >= OWNER + SERIAL && memmem(line.data, line.len, container.data, OWNER) &&
	    memmem(line.data, line.len, container.data + OWNER, SERIAL))
		return container;
	return CELL_NULL;
}

struct original {
	struct row_maker *maker;
	const struct cell *given;       /* the source's row */
	long wanted;                    /* the record; 0 = not known */
	size_t line, record;
};

static bool emit_line(struct original *o, struct cell text, bool in_record, struct err *e)
{
	struct cell c[C_COUNT] = { { NULL, 0 } };

	memcpy(c, o->given, sizeof c);
	c[C_LINE] = row_printf(o->maker, "%zu", ++o->line);
	c[C_RECORD] = in_record ? row_printf(o->maker, "%zu", o->record) : CELL_NULL;
	c[C_ABOUT] = in_record && o->wanted > 0 && o->record == (size_t)o->wanted ? cell_of(the_record)
										 : CELL_NULL;
	c[C_TEXT] = text.len > 0 ? text : CELL_NULL;
	c[C_NAMES] = named(text, o->given);
	return row_emit(o->maker, c, e);
}

/* Of EDI a line is a segment, and a record a transaction. */
static bool emit_segments(struct original *o, struct cell file, struct err *e)
{
	struct x12_reader r;
	struct x12_segment s;
	bool open = false;

	x12_begin(&r, file.data, file.len);
	while (x12_next(&r, &s)) {
		open = cell_is(s.tag, "ST") || (open && !cell_is(s.tag, "GE") && !cell_is(s.tag, "IEA"));
		o->record += cell_is(s.tag, "ST");
		if (!emit_line(o, s.text, open, e))
			return false;
		open = open && !cell_is(s.tag, "SE");
	}
	return true;
}

static bool has_digit(struct cell c)
{
	for (size_t i = 0; i < c.len; i++) {
		if (c.data[i] >= '0' && c.data[i] <= '9')
			return true;
	}
	return false;
}

/* A first line without a digit, where others have some, is a heading. */
static bool emit_lines(struct original *o, struct cell file, struct err *e)
{
	const char *at = file.data, *end = file.data + file.len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct cell line = { at, (size_t)((stop ? stop : end) - at) };
		bool counts;

		at += line.len + 1;
		if (line.len > 0 && line.data[line.len - 1] == '\r')
			line.len--;
		counts = !cell_blank(line) && (o->line > 0 || has_digit(line) || at >= end);
		o->record += counts;
		if (!emit_line(o, line, counts, e))
			return false;
	}
	return true;
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	struct original o = { .maker = m, .given = c };
	struct cell file = c[C_TEXT];

	if (!cell_int(c[C_RECORD], &o.wanted))
		o.wanted = 0;
	tidy_cells(m, columns, C_COUNT, c);
	if (cell_is_null(file))
		return true;
	return x12_is(file.data, file.len) ? emit_segments(&o, file, e) : emit_lines(&o, file, e);
}

static bool is_record(const struct rowset *rows, size_t row)
{
	return !cell_is_null(rowset_cell(rows, row, C_ABOUT));
}

/* The beginning of the record, when nothing in it names the load. */
static enum mark mark(const struct rowset *rows, size_t row)
{
	if (!is_record(rows, row) || (row > 0 && is_record(rows, row - 1)))
		return MARK_FINE;
	for (; row < rows->rows && is_record(rows, row); row++) {
		if (!cell_is_null(rowset_cell(rows, row, C_NAMES)))
			return MARK_FINE;
	}
	return MARK_DOUBT;
}

static size_t start(const struct rowset *rows)
{
	size_t row = 0;

	while (row < rows->rows && !is_record(rows, row))
		row++;
	return row < rows->rows ? row : 0;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t names = 0, in_record = 0, first = 0;

	(void)now;
	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++) {
		bool named_here = !cell_is_null(rowset_cell(rows, i, C_NAMES));

		names += named_here;
		in_record += named_here && is_record(rows, i);
		if (first == 0 && is_record(rows, i))
			first = i + 1;
	}
	if (first > 0)
		buf_printf(out, "record at line %zu of %zu", first, rows->rows);
	else
		buf_printf(out, "%zu line%s, the record is not among them", rows->rows, rows->rows == 1 ? "" : "s");
	buf_printf(out, ", %zu name%s the load", names, names == 1 ? "s" : "");
	if (first > 0 && in_record == 0)
		buf_puts(out, ", none in the record");
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	if (facts_get(f, "original_file"))
		return skip_without_days(f, "original_received", "original_processed", reason);
	snprintf(reason, REASON_MAX, "needs a file: L on a record of Carrier files");
	return true;
}

static const char *const needs_file[] = { "original_file", "carrier_id", NULL };

static const struct step steps[] = {
	{ .source = "backup", .query = "carrier_original", .needs = needs_file, .authority = true },
};

static const struct ask_def asks[] = {
	{ "the file as it was sent", "carrier_files",
	  { { "file_name", "original_file" }, { "record_index", "original_record" },
	    { "received_timestamp", "original_received" },
	    { "process_completed_timestamp", "original_processed" } } },
};

const struct section_def section_carrier_original = {
	.id = "carrier_original",
	.title = "Original file",
	.letter = 'R',
	.absent = "there is no such file",
	.columns = columns,
	.ncolumns = C_COUNT,
	.after = after_load,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 100000,
	.ttl = USEC_HOUR,
	.skip = skip,
	.derive = derive,
	.mark = mark,
	.summary = summary,
	.start = start,
	.on_demand = true,
	.question = "the file that a record came from, as the carrier sent it",
	.asks = asks,
	.nasks = sizeof asks / sizeof asks[0],
};
