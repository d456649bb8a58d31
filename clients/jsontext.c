#include "clients/jsontext.h"

#include <ctype.h>
#include <string.h>

/* Before jansson reads a text, each number in it is rewritten as a string that
 * begins with U+0001; a string that begins with U+0001 gets a second one. JSON
 * has exactly one spelling of U+0001, so nothing else can look like a number. */
#define MARK      '\1'
#define MARK_JSON "\\u0001"

enum { MARK_LEN = sizeof(MARK_JSON) - 1 };

struct scan {
	const char *in;
	size_t len, at;
	struct buf out;
	size_t stop;            /* ends when `out` is so long: to find a place again */
	size_t depth, values;
	struct err *e;
};

static bool bad(struct scan *s, enum err_kind kind, const char *what)
{
	return err_set(s->e, kind, 0, "JSON %s at byte %zu", what, s->at);
}

static bool is_digit(const struct scan *s)
{
	return s->at < s->len && isdigit((unsigned char)s->in[s->at]);
}

static bool skip_digits(struct scan *s)
{
	if (!is_digit(s))
		return false;
	while (is_digit(s))
		s->at++;
	return true;
}

static bool skip_any(struct scan *s, const char *set)
{
	if (s->at >= s->len || !s->in[s->at] || !strchr(set, s->in[s->at]))
		return false;
	s->at++;
	return true;
}

/* The grammar of RFC 8259; a leading zero stands alone, what follows it is then
 * jansson's to refuse. */
static bool skip_number(struct scan *s)
{
	skip_any(s, "-");
	if (!skip_any(s, "0") && !skip_digits(s))
		return false;
	if (skip_any(s, ".") && !skip_digits(s))
		return false;
	if (skip_any(s, "eE")) {
		skip_any(s, "+-");
		return skip_digits(s);
	}
	return true;
}

static bool count_value(struct scan *s)
{
	return ++s->values <= JSONTEXT_VALUES || bad(s, ERR_LIMIT, "has over 1048576 values");
}

static bool copy_number(struct scan *s)
{
	size_t start = s->at;

	if (!skip_number(s))
		return bad(s, ERR_DECODE, "number is malformed");
	buf_puts(&s->out, "\"" MARK_JSON);
	buf_put(&s->out, s->in + start, s->at - start);
	buf_putc(&s->out, '"');
	return count_value(s);
}

static bool is_key(const struct scan *s)
{
	size_t i = s->at;

	while (i < s->len && s->in[i] && strchr(" \t\r\n", s->in[i]))
		i++;
	return i < s->len && s->in[i] == ':';
}

/* jansson checks the inside; an unclosed string is copied as it is. */
static bool copy_string(struct scan *s)
{
	size_t start = ++s->at;
	const char *text = s->in + start;

	while (s->at < s->len && s->in[s->at] != '"')
		s->at += s->in[s->at] == '\\' && s->at + 1 < s->len ? 2 : 1;
	if (s->at < s->len)
		s->at++;
	buf_putc(&s->out, '"');
	if (s->at - start >= MARK_LEN && memcmp(text, MARK_JSON, MARK_LEN) == 0)
		buf_puts(&s->out, MARK_JSON);
	buf_put(&s->out, text, s->at - start);
	if (s->at - start > JSONTEXT_KEY && is_key(s))
		return bad(s, ERR_LIMIT, "has a key of over 64 KiB");
	return count_value(s);
}

static bool copy_other(struct scan *s)
{
	char c = s->in[s->at];

	if (c == '{' || c == '[') {
		if (++s->depth > JSONTEXT_DEPTH)
			return bad(s, ERR_DECODE, "is nested deeper than 512");
		if (!count_value(s))
			return false;
	}
	if ((c == '}' || c == ']') && s->depth > 0)
		s->depth--;
	/* Literals are values too: n, t, f begin them. */
	if ((c == 'n' || c == 't' || c == 'f') && !count_value(s))
		return false;
	buf_putc(&s->out, c);
	s->at++;
	return true;
}

static bool rewrite(struct scan *s)
{
	bool ok = true;

	while (ok && s->at < s->len && s->out.len < s->stop) {
		char c = s->in[s->at];

		if (c == '"')
			ok = copy_string(s);
		else if (c == '-' || isdigit((unsigned char)c))
			ok = copy_number(s);
		else
			ok = copy_other(s);
		if (ok && s->out.failed)
			ok = err_set(s->e, ERR_MEMORY, 0, "out of memory for a JSON answer");
	}
	return ok;
}

/* The byte of the original text that jansson's position in the rewritten stands for. */
static size_t original_byte(const char *text, size_t len, size_t position)
{
	struct scan s = { .in = text, .len = len, .stop = position };

	rewrite(&s);
	buf_release(&s.out);
	return s.at;
}

static bool library_error(const char *text, size_t len, const json_error_t *je, struct err *e)
{
	/* "near '…'" quotes the rewritten text. */
	const char *near = strstr(je->text, " near ");
	int shown = near ? (int)(near - je->text) : (int)strlen(je->text);

	if (json_error_code(je) == json_error_out_of_memory)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a JSON answer");
	return err_set(e, ERR_DECODE, 0, "JSON is malformed at byte %zu: %.*s",
		       original_byte(text, len, (size_t)je->position), shown, je->text);
}

json_t *jsontext_read(const char *text, size_t len, struct err *e)
{
	struct scan s = { .in = text, .len = len, .stop = SIZE_MAX, .e = e };
	json_error_t je = { .position = 0 };
	json_t *root = NULL;

	/* Each value grows by at most a mark and its quotes. */
	s.out.max = len + (size_t)JSONTEXT_VALUES * (MARK_LEN + 2) + 1;
	if (len == 0) {
		err_set(e, ERR_DECODE, 0, "JSON is missing: the answer is empty");
	} else if (rewrite(&s)) {
		root = json_loadb(buf_str(&s.out), s.out.len,
				  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &je);
		if (!root)
			library_error(text, len, &je, e);
	}
	buf_release(&s.out);
	return root;
}

static json_t *step(json_t *v, const char *name, size_t len)
{
	size_t index = 0;

	if (json_is_object(v))
		return json_object_getn(v, name, len);
	if (!json_is_array(v) || len == 0 || len > 9)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)name[i]))
			return NULL;
		index = index * 10 + (size_t)(name[i] - '0');
	}
	return json_array_get(v, index);
}

json_t *jsontext_at(json_t *v, const char *path)
{
	if (strcmp(path, ".") == 0)
		return v;
	while (v) {
		size_t len = strcspn(path, ".");

		v = step(v, path, len);
		if (!path[len])
			break;
		path += len + 1;
	}
	return v;
}

static struct cell raw(const json_t *v)
{
	return (struct cell){ json_string_value(v), json_string_length(v) };
}

static bool marked(struct cell s)
{
	return s.len > 0 && s.data[0] == MARK;
}

bool jsontext_is_number(const json_t *v)
{
	struct cell s = json_is_string(v) ? raw(v) : CELL_NULL;

	return marked(s) && !(s.len > 1 && s.data[1] == MARK);
}

struct cell jsontext_scalar(const json_t *v)
{
	struct cell s;

	if (json_is_true(v))
		return cell_of("true");
	if (json_is_false(v))
		return cell_of("false");
	if (!json_is_string(v))
		return CELL_NULL;
	s = raw(v);
	return marked(s) ? (struct cell){ s.data + 1, s.len - 1 } : s;
}

bool jsontext_quote(struct buf *out, struct cell s)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_putc(out, (char)c);
	}
	return buf_putc(out, '"');
}

bool jsontext_quote_key(struct buf *out, const char *key)
{
	struct cell name = cell_of(key);

	return jsontext_quote(out, marked(name) ? (struct cell){ key + 1, name.len - 1 } : name);
}

/* One walk of a tree. */
struct writing {
	struct buf *out;
	jsontext_hook *hook;
	const void *ctx;
	struct err *e;
};

static bool write_string(struct writing *w, json_t *v)
{
	struct cell s = jsontext_scalar(v);

	if (jsontext_is_number(v))
		return buf_put(w->out, s.data, s.len);
	switch (w->hook ? w->hook(w->ctx, w->out, s, w->e) : JSONTEXT_PASS) {
	case JSONTEXT_PASS:
		return jsontext_quote(w->out, s);
	case JSONTEXT_DONE:
		return true;
	default:
		return false;
	}
}

static bool write_value(struct writing *w, json_t *v);

static bool write_array(struct writing *w, json_t *v)
{
	size_t i;
	json_t *item;

	buf_putc(w->out, '[');
	json_array_foreach(v, i, item) {
		if (i > 0)
			buf_putc(w->out, ',');
		if (!write_value(w, item))
			return false;
	}
	return buf_putc(w->out, ']');
}

static bool write_object(struct writing *w, json_t *v)
{
	const char *key;
	json_t *item;
	const char *comma = "";

	buf_putc(w->out, '{');
	json_object_foreach(v, key, item) {
		buf_puts(w->out, comma);
		jsontext_quote_key(w->out, key);
		buf_putc(w->out, ':');
		if (!write_value(w, item))
			return false;
		comma = ",";
	}
	return buf_putc(w->out, '}');
}

static bool write_value(struct writing *w, json_t *v)
{
	struct cell s;

	if (json_is_object(v))
		return write_object(w, v);
	if (json_is_array(v))
		return write_array(w, v);
	if (json_is_string(v))
		return write_string(w, v);
	s = json_is_null(v) ? cell_of("null") : jsontext_scalar(v);
	return buf_put(w->out, s.data, s.len);
}

bool jsontext_write(struct buf *out, json_t *v, jsontext_hook *hook, const void *ctx,
		    struct err *e)
{
	struct writing w = { .out = out, .hook = hook, .ctx = ctx, .e = e };
	bool ok = write_value(&w, v);

	if (out->failed)
		return err_set(e, ERR_LIMIT, 0, "a JSON value is larger than its room");
	return ok;
}
