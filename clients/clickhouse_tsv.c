#include "clients/clickhouse_tsv.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum {
	LINE_MAX_BYTES = 32 << 20,
	MESSAGE_MAX = 64 << 10,  /* longer than any message: what is held longer is data */
	TAG_MAX = 32,
};

static const char marker[] = "__exception__\r";

enum place {
	IN_NAMES, IN_TYPES, IN_ROWS,
	IN_TAG,      /* behind the marker, before the tag's line */
	IN_MESSAGE,  /* nothing but a message follows */
};

struct tsv {
	struct tsv_sink sink;
	char tag[TAG_MAX];
	enum place place;
	bool marked;            /* the marker came: whatever follows is an exception */
	struct buf line;        /* the line that is being read */
	struct buf held;        /* lines that are a message if the body ends with them */
	struct buf message;
	long code;
	char **names, **types;
	size_t ncolumns;
	struct cell *cells;
	uint64_t rows;
};

struct tsv *tsv_new(const struct tsv_sink *sink, struct err *e)
{
	struct tsv *t = calloc(1, sizeof(*t));

	if (!t) {
		err_set(e, ERR_MEMORY, 0, "no memory to read an answer");
		return NULL;
	}
	t->sink = *sink;
	t->line.max = LINE_MAX_BYTES;
	t->held.max = LINE_MAX_BYTES + MESSAGE_MAX;
	t->message.max = MESSAGE_MAX;
	return t;
}

static void free_texts(char **list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		free(list[i]);
	free(list);
}

void tsv_free(struct tsv *t)
{
	if (!t)
		return;
	free_texts(t->names, t->ncolumns);
	free_texts(t->types, t->ncolumns);
	free(t->cells);
	buf_release(&t->line);
	buf_release(&t->held);
	buf_release(&t->message);
	free(t);
}

void tsv_set_tag(struct tsv *t, const char *tag)
{
	size_t n = strlen(tag);

	if (n < sizeof(t->tag))
		memcpy(t->tag, tag, n + 1);
}

const char *tsv_message(const struct tsv *t)
{
	return buf_str(&t->message);
}

long tsv_code(const struct tsv *t)
{
	return t->code;
}

/* ---- cells ---- */

static char unescaped(char c)
{
	switch (c) {
	case 'b': return '\b';
	case 'f': return '\f';
	case 'r': return '\r';
	case 'n': return '\n';
	case 't': return '\t';
	case '0': return '\0';
	default: return c; /* \\ and \' */
	}
}

/* In place: the plain form is never longer. */
static struct cell read_cell(char *s, size_t len)
{
	char *in = memchr(s, '\\', len), *out = in, *end = s + len;

	if (!in)
		return (struct cell){ s, len };
	if (len == 2 && s[1] == 'N')
		return CELL_NULL;
	while (in < end) {
		if (*in == '\\' && in + 1 < end) {
			*out++ = unescaped(in[1]);
			in += 2;
		} else {
			*out++ = *in++;
		}
	}
	return (struct cell){ s, (size_t)(out - s) };
}

static size_t count_cells(const char *s, size_t len)
{
	size_t n = 1;

	for (const char *end = s + len; (s = memchr(s, '\t', (size_t)(end - s))); s++)
		n++;
	return n;
}

/* `cells` has room for them all. */
static void split_cells(char *s, size_t len, struct cell *cells)
{
	char *end = s + len;

	for (;;) {
		char *tab = memchr(s, '\t', (size_t)(end - s));

		*cells++ = read_cell(s, (size_t)((tab ? tab : end) - s));
		if (!tab)
			return;
		s = tab + 1;
	}
}

void tsv_put_value(struct buf *out, const char *value)
{
	static const char plain[] = "\b\f\r\n\t\\", code[] = "bfrnt\\";

	if (!value) {
		buf_puts(out, "\\N");
		return;
	}
	while (*value) {
		size_t n = strcspn(value, plain);

		buf_put(out, value, n);
		value += n;
		if (*value) {
			buf_putc(out, '\\');
			buf_putc(out, code[strchr(plain, *value) - plain]);
			value++;
		}
	}
}

/* ---- the words of a server ---- */

/* The code behind "Code: " at s, 0 when there is none. */
static long code_at(const char *s, size_t len)
{
	static const char word[] = "Code: ";
	size_t i = sizeof(word) - 1, from = i;
	long code = 0;

	if (len < i || memcmp(s, word, i) != 0)
		return 0;
	for (; i < len && i < from + 6 && isdigit((unsigned char)s[i]); i++)
		code = code * 10 + (s[i] - '0');
	return i < len && (s[i] == '.' || s[i] == ',') ? code : 0;
}

long clickhouse_code(const char *text, size_t len)
{
	const char *end = text + len, *at = text;

	while ((at = memmem(at, (size_t)(end - at), "Code: ", 6))) {
		long code = code_at(at, (size_t)(end - at));

		if (code > 0)
			return code;
		at++;
	}
	return 0;
}

static bool starts(const char *s, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && memcmp(s, with, n) == 0;
}

/* A line that a message can begin with. */
static bool may_begin_message(const char *s, size_t len)
{
	return code_at(s, len) > 0 || starts(s, len, "Poco::Exception. Code: ") ||
	       starts(s, len, "std::exception. Code: ") || starts(s, len, "{\"exception\":");
}

/* "…, e.what() = DB::Exception", "… (version 21.3.1.1)" or "…"}" */
static bool may_end_message(const char *s, size_t len)
{
	static const char what[] = ", e.what() = ", version[] = " (version ";
	const char *end;

	while (len > 0 && isspace((unsigned char)s[len - 1]))
		len--;
	end = s + len;
	if (len > 0 && end[-1] == ')')
		return memmem(s, len, version, sizeof(version) - 1) != NULL;
	if (len > 2 && memcmp(end - 2, "\"}", 2) == 0)
		return starts(s, len, "{\"exception\":") && clickhouse_code(s, len) > 0;
	while (end > s && (isalnum((unsigned char)end[-1]) || strchr(":_", end[-1])))
		end--;
	len = (size_t)(end - s);
	return len >= sizeof(what) - 1 &&
	       memcmp(end - (sizeof(what) - 1), what, sizeof(what) - 1) == 0;
}

/* ---- rows ---- */

static bool malformed(struct tsv *t, size_t cells, struct err *e)
{
	return err_set(e, ERR_DECODE, 0, "row %llu has %zu values for %zu columns",
		       (unsigned long long)t->rows + 1, cells, t->ncolumns);
}

static bool give_row(struct tsv *t, char *s, size_t len, struct err *e)
{
	split_cells(s, len, t->cells);
	t->rows++;
	return t->sink.row(t->sink.ctx, t->cells, e);
}

/* What was held turned out to be data, because more data followed. */
static bool give_held(struct tsv *t, struct err *e)
{
	char *s = t->held.data, *end = s + t->held.len;
	bool ok = true;

	while (ok && s < end) {
		char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t len = (size_t)((nl ? nl : end) - s);

		ok = give_row(t, s, len, e);
		s += len + 1;
	}
	buf_clear(&t->held);
	return ok;
}

static bool hold(struct tsv *t)
{
	return buf_put(&t->held, t->line.data, t->line.len) && buf_putc(&t->held, '\n');
}

/* Only the beginning of a message is worth keeping. */
static void add_message(struct tsv *t, const char *s, size_t len)
{
	size_t room = MESSAGE_MAX - t->message.len;

	buf_put(&t->message, s, len < room ? len : room);
}

static void add_message_line(struct tsv *t)
{
	add_message(t, t->line.data, t->line.len);
	add_message(t, "\n", 1);
}

/* This line is no row: it and all behind it can only be a message. */
static void turn_to_message(struct tsv *t)
{
	add_message(t, buf_str(&t->held), t->held.len);
	buf_clear(&t->held);
	add_message_line(t);
	t->place = IN_MESSAGE;
}

static bool take_row(struct tsv *t, struct err *e)
{
	char *s = t->line.data;
	size_t len = t->line.len;
	bool begins = may_begin_message(s, len);

	if (t->held.len > 0 && (begins || t->held.len + len > MESSAGE_MAX) && !give_held(t, e))
		return false;
	if (count_cells(s, len) != t->ncolumns) {
		turn_to_message(t);
		return true;
	}
	if (begins || t->held.len > 0)
		return hold(t) || err_set(e, ERR_MEMORY, 0, "no memory for a row");
	return give_row(t, s, len, e);
}

/* Cuts a line without escapes at its tabs; false when there are not exactly n cells. */
static bool split_plain(const char *s, size_t len, struct cell *cells, size_t n)
{
	const char *end = s + len, *tab;

	for (size_t i = 0; i + 1 < n; i++, s = tab + 1) {
		tab = memchr(s, '\t', (size_t)(end - s));
		if (!tab)
			return false;
		cells[i] = (struct cell){ s, (size_t)(tab - s) };
	}
	cells[n - 1] = (struct cell){ s, (size_t)(end - s) };
	return !memchr(s, '\t', (size_t)(end - s));
}

/* Most rows of a long answer are whole lines of it without anything special: they are
 * given as they lie there. What may be more than a row is left to take_line(). */
static bool is_plain_row(struct tsv *t, const char *s, size_t len)
{
	return t->place == IN_ROWS && t->line.len == 0 && t->held.len == 0 &&
	       len < LINE_MAX_BYTES && (len == 0 || s[len - 1] != '\r') &&
	       !memchr(s, '\\', len) && !may_begin_message(s, len) &&
	       split_plain(s, len, t->cells, t->ncolumns);
}

/* ---- the head ---- */

static char **copy_texts(const struct cell *cells, size_t n)
{
	char **list = calloc(n, sizeof(*list));

	for (size_t i = 0; list && i < n; i++) {
		list[i] = strndup(cells[i].data ? cells[i].data : "", cells[i].len);
		if (!list[i]) {
			free_texts(list, i);
			return NULL;
		}
	}
	return list;
}

static bool take_names(struct tsv *t, struct err *e)
{
	size_t n = count_cells(t->line.data, t->line.len);

	if (n > ROWS_MAX_COLUMNS)
		return err_set(e, ERR_LIMIT, 0, "%zu columns, more than %d", n, ROWS_MAX_COLUMNS);
	t->cells = calloc(n, sizeof(*t->cells));
	if (t->cells) {
		split_cells(t->line.data, t->line.len, t->cells);
		t->names = copy_texts(t->cells, n);
	}
	if (!t->names)
		return err_set(e, ERR_MEMORY, 0, "no memory for %zu columns", n);
	t->ncolumns = n;
	t->place = IN_TYPES;
	return true;
}

static bool take_types(struct tsv *t, struct err *e)
{
	size_t n = count_cells(t->line.data, t->line.len);

	if (n != t->ncolumns) {
		turn_to_message(t);
		return true;
	}
	split_cells(t->line.data, t->line.len, t->cells);
	t->types = copy_texts(t->cells, n);
	if (!t->types)
		return err_set(e, ERR_MEMORY, 0, "no memory for %zu columns", n);
	t->place = IN_ROWS;
	return t->sink.columns(t->sink.ctx, (const char *const *)t->names,
			       (const char *const *)t->types, n, e);
}

/* ---- lines ---- */

/* The end of the line is the marker: what stands before it is a row cut off. */
static bool at_marker(const struct tsv *t)
{
	size_t n = sizeof(marker) - 1;

	return t->line.len >= n && memcmp(t->line.data + t->line.len - n, marker, n) == 0;
}

static void take_tag(struct tsv *t)
{
	size_t n = strlen(t->tag);

	t->place = IN_MESSAGE;
	/* Without a tag the message itself begins here. */
	if (n == 0 || t->line.len != n + 1 || memcmp(t->line.data, t->tag, n) != 0)
		add_message_line(t);
}

/* "LENGTH TAG\r" closes the message. */
static bool closes_message(const struct tsv *t)
{
	size_t n = strlen(t->tag), len = t->line.len;
	const char *s = t->line.data;

	return n > 0 && len >= n + 3 && isdigit((unsigned char)s[0]) && s[len - 1] == '\r' &&
	       s[len - n - 2] == ' ' && memcmp(s + len - n - 1, t->tag, n) == 0;
}

static bool take_line(struct tsv *t, struct err *e)
{
	if (t->place < IN_TAG && at_marker(t)) {
		t->marked = true;
		t->place = IN_TAG;
		return t->held.len == 0 || give_held(t, e);
	}
	switch (t->place) {
	case IN_NAMES:
		return take_names(t, e);
	case IN_TYPES:
		return take_types(t, e);
	case IN_ROWS:
		return take_row(t, e);
	case IN_TAG:
		take_tag(t);
		return true;
	case IN_MESSAGE:
		if (!(t->marked && (closes_message(t) || at_marker(t))))
			add_message_line(t);
		return true;
	}
	return true;
}

static bool too_long(const struct tsv *t, struct err *e)
{
	return err_set(e, ERR_LIMIT, 0, "row %llu is longer than %d bytes",
		       (unsigned long long)t->rows + 1, LINE_MAX_BYTES);
}

bool tsv_feed(struct tsv *t, const char *data, size_t len, struct err *e)
{
	const char *end = data + len;

	while (data < end) {
		const char *nl = memchr(data, '\n', (size_t)(end - data));
		size_t n = (size_t)((nl ? nl : end) - data);

		if (nl && is_plain_row(t, data, n)) {
			t->rows++;
			if (!t->sink.row(t->sink.ctx, t->cells, e))
				return false;
			data = nl + 1;
			continue;
		}
		if (!buf_put(&t->line, data, n))
			return too_long(t, e);
		if (!nl)
			return true;
		if (!take_line(t, e))
			return false;
		buf_clear(&t->line);
		data = nl + 1;
	}
	return true;
}

/* ---- the end ---- */

static enum tsv_end say_exception(struct tsv *t)
{
	t->code = clickhouse_code(tsv_message(t), t->message.len);
	return TSV_EXCEPTION;
}

static enum tsv_end end_in_message(struct tsv *t, struct err *e)
{
	size_t cells;

	if (t->line.len > 0)
		add_message_line(t);
	if (t->marked || clickhouse_code(buf_str(&t->message), t->message.len) > 0)
		return say_exception(t);
	cells = count_cells(buf_str(&t->message), strcspn(buf_str(&t->message), "\n"));
	malformed(t, cells, e);
	return TSV_MALFORMED;
}

static enum tsv_end end_in_held(struct tsv *t, struct err *e)
{
	if (may_end_message(t->held.data, t->held.len)) {
		add_message(t, t->held.data, t->held.len);
		return say_exception(t);
	}
	return give_held(t, e) ? TSV_OK : TSV_REFUSED;
}

enum tsv_end tsv_finish(struct tsv *t, struct err *e)
{
	enum tsv_end end = TSV_OK;

	if (t->place >= IN_TAG)
		return end_in_message(t, e);
	/* A message may lack its line ending; a row never does. */
	if (t->line.len > 0) {
		if (clickhouse_code(t->line.data, t->line.len) > 0 &&
		    may_end_message(t->line.data, t->line.len)) {
			turn_to_message(t);
			buf_clear(&t->line);
			return end_in_message(t, e);
		}
		end = TSV_CUT;
	}
	if (t->held.len > 0 && end == TSV_OK)
		return end_in_held(t, e);
	if (t->held.len > 0 && !give_held(t, e))
		return TSV_REFUSED;
	return t->place == IN_ROWS ? end : TSV_CUT;
}
