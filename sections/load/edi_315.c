/* A file of ocean events as a carrier sent it (EDI 315), segment by segment: which
 * transactions are about this load, what they say, and what is wrong with the file. */
#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/edi_words.h"
#include "sections/load/load.h"
#include "sections/load/ocean_body.h"

/* A source gives the file as `elements`, and in the columns of identifiers what the load
 * is known by; in the rows these are what the transaction is about. */
#define EDI_COLUMNS(X) \
	X(E_NUMBER, "segment", "no", NUMBER, 1, 5, true) \
	X(E_OURS, "about", "about", TEXT, 1, 9, false) \
	X(E_TAG, "tag", "tag", TEXT, 1, 3, false) \
	X(E_MEANING, "meaning", "says", TEXT, 1, 0, false) \
	X(E_PROBLEM, "problem", "problem", TEXT, 0, 30, false) \
	X(E_LATE, "late_hours", "late h", NUMBER, 2, 6, false) \
	X(E_TRANSACTION, "transaction", "transaction", TEXT, 0, 9, false) \
	X(E_CODE, "event_code", "code", TEXT, 0, 4, false) \
	X(E_CONTAINER, "container", "container", TEXT, 3, 11, false) \
	X(E_NAME, "segment_name", "segment", TEXT, 0, 20, false) \
	X(E_ELEMENTS, "elements", "as sent", TEXT, 0, 40, false) \
	X(E_EVENT, "event_name", "event", TEXT, 0, 20, false) \
	X(E_TIME, "event_time", "event time", TEXT, 0, 16, false) \
	X(E_BOOKING, "booking", "booking", TEXT, 0, 16, false) \
	X(E_BOL, "bol", "bill of lading", TEXT, 0, 18, false) \
	X(E_LOAD, "load_number", "load number", TEXT, 0, 16, false) \
	X(E_WRITTEN, "written_at", "file written", TEXT, 0, 16, false) \
	X(E_KEY, "object_key", "object", TEXT, 0, 40, false)

enum { EDI_COLUMNS(COLUMN_SYMBOL) E_COUNT };

static const struct column_def columns[E_COUNT] = { EDI_COLUMNS(COLUMN_ROW) };

#define LATE     (48 * USEC_HOUR)       /* worth a look */
#define REJECTED (45 * USEC_DAY)        /* such events are taken for those of a voyage before */

enum { MEANING_MAX = 4096 };

static const char ours[] = "this load";

/* ---- what a transaction is about ------------------------------------------------------- */

struct transaction {
	bool open, matches;
	struct cell control, code, container, booking, bol;
	usec event;
};

struct file {
	struct row_maker *maker;
	const struct cell *wanted;      /* the source's row: E_CONTAINER and so on */
	struct x12_reader reader;
	struct transaction now;
	struct cell interchange, group; /* control numbers; NULL = none is open */
	bool in_interchange, in_group;
	usec written;                   /* of the zone of who wrote it */
	size_t number, segments, transactions, groups;
};

/* Letters and digits only: blanks and hyphens are written as people like. */
static size_t squeezed(char out[static 64], struct cell c)
{
	size_t n = 0;

	for (size_t i = 0; i < c.len && n < 63; i++) {
		char ch = c.data[i];

		if (ch >= 'a' && ch <= 'z')
			ch = (char)(ch - 'a' + 'A');
		if ((ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9'))
			out[n++] = ch;
	}
	out[n] = '\0';
	return n;
}

static bool same_name(struct cell a, struct cell b)
{
	char left[64], right[64];

	return squeezed(left, a) > 0 && squeezed(right, b) > 0 && strcmp(left, right) == 0;
}

/* Their check digit is left out now and then. */
static bool same_container(struct cell a, struct cell b)
{
	enum { WITHOUT_CHECK = 10 };
	char left[64], right[64];
	size_t n = squeezed(left, a), m = squeezed(right, b);

	return n >= WITHOUT_CHECK && m >= WITHOUT_CHECK && strncmp(left, right, WITHOUT_CHECK) == 0 &&
	       (n == m ? strcmp(left, right) == 0 : n == WITHOUT_CHECK || m == WITHOUT_CHECK);
}

static void read_status(struct file *f, struct transaction *t, const struct x12_segment *s)
{
	struct buf text = BUF_INIT;

	t->code = x12_element(s, 3);
	t->event = edi_time(x12_element(s, 4), x12_element(s, 5));
	edi_container(&text, s);
	if (text.len > 0)
		t->container = row_bytes(f->maker, buf_str(&text), text.len);
	buf_release(&text);
}

static void read_reference(struct file *f, struct transaction *t, const struct x12_segment *s)
{
	struct cell what = x12_element(s, 1), value = x12_element(s, 2);

	if (cell_is(what, "BN"))
		t->booking = value;
	if (cell_is(what, "BM") || cell_is(what, "MB") || cell_is(what, "OB"))
		t->bol = value;
	if (cell_is_null(t->container) && (cell_is(what, "EQ") || cell_is(what, "OC")))
		t->container = value;
	t->matches = t->matches || same_name(value, f->wanted[E_BOOKING]) ||
		     same_name(value, f->wanted[E_BOL]) || same_name(value, f->wanted[E_LOAD]) ||
		     same_container(value, f->wanted[E_CONTAINER]);
}

/* Looks ahead to its end: its first rows say already what it is about. */
static struct transaction read_transaction(struct file *f, const struct x12_segment *st)
{
	struct transaction t = { .open = true, .control = x12_element(st, 2), .event = TIME_NONE };
	struct x12_reader ahead = f->reader;
	struct x12_segment s;

	while (x12_next(&ahead, &s) && !cell_is(s.tag, "ST") && !cell_is(s.tag, "SE") &&
	       !cell_is(s.tag, "GE") && !cell_is(s.tag, "ISA")) {
		if (cell_is(s.tag, "B4") && cell_is_null(t.code))
			read_status(f, &t, &s);
		else if (cell_is(s.tag, "N9"))
			read_reference(f, &t, &s);
	}
	t.matches = t.matches || same_container(t.container, f->wanted[E_CONTAINER]);
	return t;
}

/* ---- what is wrong ---------------------------------------------------------------------- */

static bool says_number(struct cell c, size_t n)
{
	long said;

	return cell_int(c, &said) && said == (long)n;
}

static struct cell shown(struct cell c)
{
	return cell_is_null(c) ? cell_of("nothing") : c;
}

/* "SE says 9 segments, there are 8" */
static struct cell check_count(struct file *f, const struct x12_segment *s, const char *what, size_t n)
{
	struct cell said = shown(x12_element(s, 1));

	if (says_number(said, n))
		return CELL_NULL;
	return row_printf(f->maker, "it says %.*s %s, there are %zu", (int)said.len, said.data, what, n);
}

static struct cell check_control(struct file *f, const struct x12_segment *s, struct cell open)
{
	struct cell said = x12_element(s, 2), began = shown(open);

	if (cell_eq(said, open))
		return CELL_NULL;
	said = shown(said);
	return row_printf(f->maker, "it ends %.*s, but %.*s began", (int)said.len, said.data,
			  (int)began.len, began.data);
}

/* What should have ended before this begins or ends. */
static struct cell still_open(const struct file *f, const struct x12_segment *s)
{
	bool header = cell_is(s->tag, "ISA"), group = cell_is(s->tag, "GS") || cell_is(s->tag, "GE");

	if (f->now.open && (header || group || cell_is(s->tag, "ST") || cell_is(s->tag, "IEA")))
		return cell_of("the transaction before has no SE");
	if (f->in_group && (header || cell_is(s->tag, "GS") || cell_is(s->tag, "IEA")))
		return cell_of("the group before has no GE");
	return header && f->in_interchange ? cell_of("the interchange before has no IEA") : CELL_NULL;
}

static struct cell end_transaction(struct file *f, const struct x12_segment *s)
{
	struct cell wrong = CELL_NULL;

	if (!f->now.open)
		return cell_of("no transaction began");
	wrong = check_count(f, s, "segments", f->segments);
	return cell_is_null(wrong) ? check_control(f, s, f->now.control) : wrong;
}

static struct cell end_group(struct file *f, const struct x12_segment *s)
{
	struct cell wrong = f->in_group ? check_count(f, s, "transactions", f->transactions)
					: cell_of("no group began");

	return cell_is_null(wrong) ? check_control(f, s, f->group) : wrong;
}

static struct cell end_interchange(struct file *f, const struct x12_segment *s)
{
	struct cell wrong = f->in_interchange ? check_count(f, s, "groups", f->groups)
					      : cell_of("no interchange began");

	return cell_is_null(wrong) ? check_control(f, s, f->interchange) : wrong;
}

static struct cell check_begin(const struct file *f, const struct x12_segment *s)
{
	if (s->misread)
		return cell_of("its separators cannot be found: the usual ones are taken");
	if (f->number == 1 && !cell_is(s->tag, "ISA"))
		return cell_of("no ISA begins the file: the usual separators are taken");
	if (cell_is(s->tag, "ST") && !cell_is(x12_element(s, 1), "315"))
		return cell_of("no ocean status (315)");
	return CELL_NULL;
}

/* Updates what is open; says what is wrong with the segment. */
static struct cell follow(struct file *f, const struct x12_segment *s)
{
	struct cell wrong = still_open(f, s);

	if (cell_is_null(wrong))
		wrong = check_begin(f, s);
	if (cell_is(s->tag, "ISA")) {
		f->in_interchange = true;
		f->in_group = f->now.open = false;
		f->interchange = x12_element(s, 13);
		f->groups = 0;
		f->written = edi_time(x12_element(s, 9), x12_element(s, 10));
	} else if (cell_is(s->tag, "GS")) {
		f->in_group = true;
		f->group = x12_element(s, 6);
		f->groups++;
		f->transactions = 0;
	} else if (cell_is(s->tag, "ST")) {
		f->now = read_transaction(f, s);
		f->transactions++;
		f->segments = 0;
	}
	f->segments++;
	if (!cell_is_null(wrong))
		return wrong;
	if (cell_is(s->tag, "SE"))
		return end_transaction(f, s);
	if (cell_is(s->tag, "GE"))
		return end_group(f, s);
	return cell_is(s->tag, "IEA") ? end_interchange(f, s) : CELL_NULL;
}

/* What ends with this segment is over behind it. */
static void leave(struct file *f, const struct x12_segment *s)
{
	if (cell_is(s->tag, "SE") || cell_is(s->tag, "GE") || cell_is(s->tag, "IEA"))
		f->now = (struct transaction){ .open = false, .event = TIME_NONE };
	if (cell_is(s->tag, "GE") || cell_is(s->tag, "IEA"))
		f->in_group = false;
	if (cell_is(s->tag, "IEA"))
		f->in_interchange = false;
}

/* ---- rows ------------------------------------------------------------------------------- */

static struct cell time_cell(struct row_maker *m, usec t)
{
	char text[TIME_TEXT_MAX];

	return t == TIME_NONE ? CELL_NULL : row_printf(m, "%.16s", time_sql(text, t, false));
}

/* Both times are of zones that are not told: hours are about right. */
static struct cell status_problem(struct file *f, struct cell c[static E_COUNT])
{
	usec late = f->now.event != TIME_NONE && f->written != TIME_NONE ? f->written - f->now.event : 0;

	c[E_EVENT] = cell_of(ocean_code_name(f->now.code));
	c[E_TIME] = time_cell(f->maker, f->now.event);
	if (late > 0)
		c[E_LATE] = row_printf(f->maker, "%lld", (long long)(late / USEC_HOUR));
	if (late > REJECTED)
		return cell_of("older than 45 d: such events are rejected");
	return f->now.event == TIME_NONE ? cell_of("no time of the event") : CELL_NULL;
}

static void about_transaction(struct file *f, struct cell c[static E_COUNT])
{
	const struct transaction *t = &f->now;

	c[E_OURS] = t->matches ? cell_of(ours) : CELL_NULL;
	c[E_TRANSACTION] = t->control;
	c[E_CODE] = t->code;
	c[E_CONTAINER] = t->container;
	c[E_BOOKING] = t->booking;
	c[E_BOL] = t->bol;
}

static void put_meaning(struct file *f, const struct x12_segment *s, struct cell c[static E_COUNT])
{
	struct buf text = { .max = MEANING_MAX };

	if (!cell_is_null(c[E_PROBLEM]))
		buf_printf(&text, "%.*s: ", (int)c[E_PROBLEM].len, c[E_PROBLEM].data);
	edi_say(&text, s);
	c[E_MEANING] = row_bytes(f->maker, buf_str(&text), text.len);
	buf_release(&text);
}

static bool emit_segment(struct file *f, const struct x12_segment *s, struct err *e)
{
	struct cell c[E_COUNT] = { { NULL, 0 } };

	f->number++;
	c[E_PROBLEM] = follow(f, s);
	if (f->now.open)
		about_transaction(f, c);
	if (!s->ended && cell_is_null(c[E_PROBLEM]))
		c[E_PROBLEM] = cell_of("not ended: the file is cut here");
	if (cell_is(s->tag, "B4") && f->now.open && cell_is_null(c[E_PROBLEM]))
		c[E_PROBLEM] = status_problem(f, c);
	c[E_NUMBER] = row_printf(f->maker, "%zu", f->number);
	c[E_TAG] = s->tag;
	c[E_NAME] = cell_of(edi_tag_name(s->tag));
	c[E_ELEMENTS] = s->text;
	c[E_KEY] = f->wanted[E_KEY];
	c[E_WRITTEN] = time_cell(f->maker, f->written);
	put_meaning(f, s, c);
	leave(f, s);
	return row_emit(f->maker, c, e);
}

static bool emit_end(struct file *f, struct err *e)
{
	struct cell c[E_COUNT] = { { NULL, 0 } };

	if (!f->in_interchange)
		return true;
	c[E_NUMBER] = row_printf(f->maker, "%zu", f->number + 1);
	c[E_PROBLEM] = cell_of(f->now.open ? "the file ends within a transaction"
					   : "the file ends without IEA");
	c[E_MEANING] = c[E_PROBLEM];
	c[E_KEY] = f->wanted[E_KEY];
	return row_emit(f->maker, c, e);
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	struct file f = { .maker = m, .wanted = c, .written = TIME_NONE };
	struct x12_segment s;

	x12_begin(&f.reader, c[E_ELEMENTS].data ? c[E_ELEMENTS].data : "", c[E_ELEMENTS].len);
	while (x12_next(&f.reader, &s)) {
		if (!emit_segment(&f, &s, e))
			return false;
	}
	return emit_end(&f, e);
}

/* ---- what the pane says ------------------------------------------------------------------ */

static bool is_ours(const struct rowset *rows, size_t row)
{
	return !cell_is_null(rowset_cell(rows, row, E_OURS));
}

static bool is_late(const struct rowset *rows, size_t row)
{
	long hours;

	return cell_int(rowset_cell(rows, row, E_LATE), &hours) && hours > LATE / USEC_HOUR;
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	if (!cell_is_null(rowset_cell(rows, row, E_PROBLEM)))
		return MARK_PROBLEM;
	return is_ours(rows, row) && is_late(rows, row) ? MARK_DOUBT : MARK_FINE;
}

/* The first event of this load, else whatever is about it. */
static size_t start(const struct rowset *rows)
{
	size_t first = rows->rows;

	for (size_t i = rows->rows; i-- > 0;)
		if (is_ours(rows, i) && (cell_is(rowset_cell(rows, i, E_TAG), "B4") || first == rows->rows))
			first = i;
	return first < rows->rows ? first : 0;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	size_t transactions = 0, mine = 0, late = 0, problems = 0;

	(void)now;
	if (rows->rows == 0)
		return;
	for (size_t i = 0; i < rows->rows; i++) {
		bool status = cell_is(rowset_cell(rows, i, E_TAG), "B4");

		transactions += cell_is(rowset_cell(rows, i, E_TAG), "ST");
		mine += status && is_ours(rows, i);
		late += status && is_ours(rows, i) && is_late(rows, i);
		problems += !cell_is_null(rowset_cell(rows, i, E_PROBLEM));
	}
	if (mine == 0)
		buf_puts(out, "nothing about this load");
	else
		buf_printf(out, "%zu event%s of this load", mine, mine == 1 ? "" : "s");
	buf_printf(out, " in %zu transaction%s", transactions, transactions == 1 ? "" : "s");
	if (late > 0)
		buf_printf(out, ", %zu told more than 2 d late", late);
	if (problems > 0)
		buf_printf(out, ", %zu problem%s", problems, problems == 1 ? "" : "s");
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	const char *key = facts_get(f, "edi_key");

	if (key && !strchr(key, '/'))
		snprintf(reason, REASON_MAX, "needs the file's whole name, edi/ea315/CARRIER/DAY/FILE; L on its record gives it");
	else if (!key && !facts_get(f, "edi_file"))
		snprintf(reason, REASON_MAX, "needs a file: L on a record of Sent EDI or Carrier files");
	else
		return !key && skip_without_days(f, "edi_received", "edi_processed", reason);
	return true;
}

/* ---- the table ------------------------------------------------------------------------------ */

static const char *const needs_key[] = { "edi_key", NULL };
static const char *const needs_file[] = { "edi_file", "carrier_id", NULL };

static const struct step steps[] = {
	{ .source = "edi", .query = "edi_315", .needs = needs_key, .authority = true },
	{ .source = "backup", .query = "carrier_edi", .needs = needs_file, .authority = true },
};

static const struct ask_def asks[] = {
	{ "the segments of this file", "edi_files", { { "object_key", "edi_key" } } },
	{ "its segments, if it is EDI", "carrier_files",
	  { { "file_name", "edi_file" }, { "received_timestamp", "edi_received" },
	    { "process_completed_timestamp", "edi_processed" } } },
};

static const struct jump_def jumps[] = {
	{ "the event that it became", "ocean_events",
	  { { "event_code", "event_code" }, { "container", "container" } }, .any = false },
};

const struct section_def section_edi_315 = {
	.id = "edi_315",
	.title = "EDI 315",
	.letter = 'E',
	.absent = "there is no such file",
	.columns = columns,
	.ncolumns = E_COUNT,
	.after = after_load,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.max_rows = 30000,
	.ttl = USEC_HOUR,
	.on_demand = true,
	.question = "a file of ocean events, segment by segment, and which are this load's",
	.asks = asks,
	.nasks = sizeof asks / sizeof asks[0],
	.skip = skip,
	.derive = derive,
	.mark = mark,
	.summary = summary,
	.start = start,
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
};
