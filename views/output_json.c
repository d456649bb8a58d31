/* The JSON contract (docs/json.md). Rows are written one by one, so memory follows
 * one row; every non-ASCII character is escaped, DEL too, so the text is safe on a
 * terminal. Bytes that are not UTF-8 appear as the tokens of text_safe(). */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "views/output.h"

/* Of data[0..len) what comes before the next DEL. */
static size_t until_del(const char *data, size_t len)
{
	const char *del = memchr(data, 0x7f, len);

	return del ? (size_t)(del - data) : len;
}

/* One thread writes: taking the lock for every piece is a third of the time. */
static int put(const char *data, size_t len, void *out)
{
	for (size_t n; len > 0; data += n, len -= n) {
		bool del = data[0] == 0x7f;

		n = del ? 1 : until_del(data, len);
		if (del ? fputs("\\u007f", out) == EOF : fwrite_unlocked(data, 1, n, out) != n)
			return -1;
	}
	return 0;
}

static bool put_value(FILE *out, json_t *value)
{
	bool ok = value && !json_dump_callback(value, put, out,
					       JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT);

	json_decref(value);
	return ok;
}

static json_t *text_value(const char *data, size_t len)
{
	struct buf b = BUF_INIT;
	json_t *v;

	if (!data)
		return json_null();
	if (text_is_utf8(data, len))
		return json_stringn(data, len);
	buf_put_safe(&b, data, len);
	v = json_string(buf_str(&b));
	buf_release(&b);
	return v;
}

static json_t *str_value(const char *s)
{
	return s ? text_value(s, strlen(s)) : json_null();
}

static json_t *time_value(usec t)
{
	char iso[TIME_TEXT_MAX];

	return t == TIME_NONE ? json_null() : json_string(time_iso(iso, t, false));
}

static json_t *attempt_value(const struct attempt *a)
{
	bool sent = a->started != 0;
	json_t *v = json_object();

	json_object_set_new(v, "source", str_value(a->source));
	json_object_set_new(v, "kind", str_value(a->kind));
	json_object_set_new(v, "query", str_value(a->sent ? a->sent : a->query));
	json_object_set_new(v, "started", sent ? time_value(a->started_wall) : json_null());
	json_object_set_new(v, "ms", sent && a->ended ? json_integer((a->ended - a->started) / USEC_MS)
						      : json_null());
	json_object_set_new(v, "rows", json_integer((json_int_t)a->rows));
	json_object_set_new(v, "bytes", json_integer((json_int_t)a->bytes));
	json_object_set_new(v, "outcome", json_string(attempt_outcome_word(a->outcome)));
	json_object_set_new(v, "class", a->cls ? json_string(err_word(a->cls)) : json_null());
	json_object_set_new(v, "detail", a->detail[0] ? str_value(a->detail) : json_null());
	json_object_set_new(v, "id", a->id[0] ? json_string(a->id) : json_null());
	json_object_set_new(v, "name", str_value(a->query));
	json_object_set_new(v, "from", time_value(a->from));
	json_object_set_new(v, "to", time_value(a->to));
	return v;
}

static json_t *row_value(const struct section *s, size_t row)
{
	json_t *v = json_object();

	for (size_t c = 0; c < s->def->ncolumns; c++) {
		struct cell cell = rowset_cell(&s->rows, row, c);

		json_object_set_new(v, s->def->columns[c].id, text_value(cell.data, cell.len));
	}
	return v;
}

static int put_buf(const char *data, size_t len, void *out)
{
	for (size_t n; len > 0; data += n, len -= n) {
		bool del = data[0] == 0x7f;

		n = del ? 1 : until_del(data, len);
		if (del ? !buf_puts(out, "\\u007f") : !buf_put(out, data, n))
			return -1;
	}
	return 0;
}

bool output_json_row(struct buf *out, const struct section *s, size_t row)
{
	json_t *value = row_value(s, row);
	bool ok = value && !json_dump_callback(value, put_buf, out, JSON_ENSURE_ASCII | JSON_COMPACT);

	json_decref(value);
	return ok;
}

bool output_json_text(struct buf *out, const char *data, size_t len)
{
	json_t *value = text_value(data, len);
	bool ok = value && !json_dump_callback(value, put_buf, out,
					       JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT);

	json_decref(value);
	return ok;
}

static bool put_rows(FILE *out, const struct section *s)
{
	if (fputs("\"rows\":[", out) == EOF)
		return false;
	for (size_t r = 0; r < s->rows.rows; r++) {
		if (fputs(r ? ",\n  " : "\n  ", out) == EOF || !put_value(out, row_value(s, r)))
			return false;
	}
	return fputs("],", out) != EOF;
}

static bool put_trail(FILE *out, const struct section *s)
{
	if (fputs("\"trail\":[", out) == EOF)
		return false;
	for (size_t i = 0; i < s->ntrail; i++) {
		if (fputs(i ? ",\n  " : "\n  ", out) == EOF ||
		    !put_value(out, attempt_value(s->trail[i])))
			return false;
	}
	return fputs("]}", out) != EOF;
}

static json_t *columns_value(const struct section_def *def)
{
	json_t *v = json_array();

	for (size_t c = 0; c < def->ncolumns; c++)
		json_array_append_new(v, json_string(def->columns[c].id));
	return v;
}

static bool put_member(FILE *out, const char *name, json_t *value)
{
	return fprintf(out, "\"%s\":", name) > 0 && put_value(out, value) && putc(',', out) != EOF;
}

static bool put_section(FILE *out, const struct section *s)
{
	return putc('{', out) != EOF && put_member(out, "id", json_string(s->def->id)) &&
	       put_member(out, "title", json_string(s->def->title)) &&
	       put_member(out, "state", json_string(section_state_word(s->state))) &&
	       put_member(out, "about", s->about[0] ? str_value(s->about) : json_null()) &&
	       put_member(out, "reason", s->reason[0] ? str_value(s->reason) : json_null()) &&
	       put_member(out, "source", str_value(s->answered_by)) &&
	       put_member(out, "fallback", json_boolean(s->fallback)) &&
	       put_member(out, "as_of", s->answered_by ? time_value(s->as_of) : json_null()) &&
	       put_member(out, "count", json_integer((json_int_t)s->rows.rows)) &&
	       put_member(out, "columns", columns_value(s->def)) && put_rows(out, s) &&
	       put_trail(out, s);
}

static json_t *subject_value(const struct investigation *inv)
{
	json_t *v = json_object();

	json_object_set_new(v, "query", str_value(inv->typed));
	for (const char *const *f = inv->workspace->subject_facts; f && *f; f++)
		json_object_set_new(v, *f, str_value(facts_get(&inv->facts, *f)));
	return v;
}

static json_t *window_value(const struct investigation *inv)
{
	json_t *v = json_object();

	json_object_set_new(v, "from", time_value(inv->window.from));
	json_object_set_new(v, "to", time_value(inv->window.to));
	json_object_set_new(v, "reason",
			    inv->window.reason[0] ? str_value(inv->window.reason) : json_null());
	return v;
}

/* What there is besides the sections that are always asked. */
static json_t *on_demand_value(const struct investigation *inv)
{
	json_t *v = json_array();

	for (size_t i = 0; i < inv->nsections; i++) {
		const struct section *s = &inv->sections[i];
		json_t *one;

		if (!s->def->on_demand)
			continue;
		one = json_object();
		json_object_set_new(one, "id", json_string(s->def->id));
		json_object_set_new(one, "title", json_string(s->def->title));
		json_object_set_new(one, "question", str_value(s->def->question));
		json_object_set_new(one, "state", json_string(section_state_word(s->state)));
		json_array_append_new(v, one);
	}
	return v;
}

bool output_json(FILE *out, const struct investigation *inv, const struct output_choice *choice)
{
	bool first = true;

	if (putc('{', out) == EOF || !put_member(out, inv->workspace->subject, subject_value(inv)) ||
	    !put_member(out, "window", window_value(inv)) ||
	    !put_member(out, "on_demand", on_demand_value(inv)) || fputs("\"sections\":[", out) == EOF)
		return false;
	for (size_t i = 0; i < inv->nsections; i++) {
		if (!output_wants(choice, &inv->sections[i]))
			continue;
		if (fputs(first ? "\n " : ",\n ", out) == EOF || !put_section(out, &inv->sections[i]))
			return false;
		first = false;
	}
	return fputs("\n]}\n", out) != EOF && !fflush(out);
}
