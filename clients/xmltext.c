#include "clients/xmltext.h"

#include <stdint.h>
#include <string.h>

struct name {
	const char *s;
	size_t len;
};

struct reader {
	const char *at, *end, *start;
	struct name open[XMLTEXT_DEPTH];
	size_t depth;
	const char *path;
	size_t wanted;           /* the depth at which the path is matched */
	bool inside, found, root;
	struct buf *out;
	const struct xmltext_rows *rows;         /* NULL = one text is wanted */
	struct { size_t start, len; bool set; } fields[XMLTEXT_FIELDS];
	size_t field;            /* the one that is being read */
	bool in_row;
	struct err *e;
};

static bool wrong(const struct reader *r, const char *what)
{
	return err_set(r->e, ERR_DECODE, 0, "XML: %s at byte %zu", what, (size_t)(r->at - r->start));
}

static bool looking_at(const struct reader *r, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(r->end - r->at) >= len && memcmp(r->at, what, len) == 0;
}

/* Behind the next `what`. */
static bool skip_past(struct reader *r, const char *what)
{
	const char *hit = memmem(r->at, (size_t)(r->end - r->at), what, strlen(what));

	if (!hit)
		return wrong(r, "it ends too early");
	r->at = hit + strlen(what);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static bool read_name(struct reader *r, struct name *n)
{
	n->s = r->at;
	while (r->at < r->end && is_name(*r->at))
		r->at++;
	n->len = (size_t)(r->at - n->s);
	return n->len > 0 || wrong(r, "a name is missing");
}

/* ---- text -------------------------------------------------------------------------- */

static bool put(struct reader *r, const char *s, size_t len)
{
	if (!r->inside)
		return true;
	return buf_put(r->out, s, len) ||
	       err_set(r->e, ERR_MEMORY, 0, "out of memory for an answer in XML");
}

static size_t utf8_of(char out[static 4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Behind "&#": "65;" or "x41;". */
static bool character(struct reader *r, const char *s, size_t len)
{
	uint32_t c = 0, base = len > 0 && *s == 'x' ? 16 : 10;
	char text[4];

	if (base == 16) {
		s++;
		len--;
	}
	for (size_t i = 0; i < len; i++) {
		uint32_t digit = s[i] >= '0' && s[i] <= '9' ? (uint32_t)(s[i] - '0') :
				 s[i] >= 'a' && s[i] <= 'f' ? (uint32_t)(s[i] - 'a') + 10 :
				 s[i] >= 'A' && s[i] <= 'F' ? (uint32_t)(s[i] - 'A') + 10 : 99;

		if (digit >= base || c > 0x10ffff)
			return wrong(r, "an unknown character");
		c = c * base + digit;
	}
	if (len == 0 || c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return wrong(r, "an unknown character");
	return put(r, text, utf8_of(text, c));
}

static bool entity(struct reader *r)
{
	static const struct { const char *name, *text; } known[] = {
		{ "lt", "<" }, { "gt", ">" }, { "amp", "&" }, { "quot", "\"" }, { "apos", "'" },
	};
	const char *s = r->at + 1, *stop = memchr(s, ';', (size_t)(r->end - s));
	size_t len = stop ? (size_t)(stop - s) : 0;

	if (len == 0 || len > 10)
		return wrong(r, "an entity that does not end");
	r->at = stop + 1;
	if (*s == '#')
		return character(r, s + 1, len - 1);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (len == strlen(known[i].name) && memcmp(s, known[i].name, len) == 0)
			return put(r, known[i].text, 1);
	}
	return wrong(r, "an unknown entity");
}

static bool text(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at != '<' && *r->at != '&')
		r->at++;
	for (const char *c = from; r->depth == 0 && c < r->at; c++) {
		if (!is_blank(*c))
			return wrong(r, "text outside of the document");
	}
	return put(r, from, (size_t)(r->at - from));
}

static bool cdata(struct reader *r)
{
	const char *from = r->at + strlen("<![CDATA[");

	return skip_past(r, "]]>") && put(r, from, (size_t)(r->at - from) - strlen("]]>"));
}

/* ---- elements ---------------------------------------------------------------------- */

static bool same(struct name n, const char *s, size_t len)
{
	const char *colon = memchr(n.s, ':', n.len);
	struct name local = colon ? (struct name){ colon + 1, n.len - (size_t)(colon + 1 - n.s) } : n;

	return (len == 1 && *s == '*') || (local.len == len && memcmp(local.s, s, len) == 0);
}

/* All open elements are the path. */
static bool on_path(const struct reader *r)
{
	const char *p = r->path;

	for (size_t i = 0; i < r->depth; i++) {
		size_t len = strcspn(p, "/");

		if (!same(r->open[i], p, len))
			return false;
		p += len;
		if (i + 1 < r->depth && *p++ != '/')
			return false;
	}
	return *p == '\0';
}

static bool attribute(struct reader *r)
{
	struct name n;
	char quote;

	if (!read_name(r, &n))
		return false;
	skip_blanks(r);
	if (r->at == r->end || *r->at++ != '=')
		return wrong(r, "an attribute without a value");
	skip_blanks(r);
	quote = r->at < r->end ? *r->at : '\0';
	if (quote != '"' && quote != '\'')
		return wrong(r, "an attribute without quotes");
	r->at++;
	return skip_past(r, quote == '"' ? "\"" : "'");
}

/* Of rows: which field of the row this element is, if any. */
static void open_field(struct reader *r, struct name n)
{
	for (size_t i = 0; i < r->rows->nfields && !r->inside; i++) {
		if (r->fields[i].set || !same(n, r->rows->fields[i], strlen(r->rows->fields[i])))
			continue;
		r->inside = r->fields[i].set = true;
		r->field = i;
		r->fields[i].start = r->out->len;
	}
}

static void open_row(struct reader *r)
{
	r->in_row = true;
	r->wanted = r->depth;
	buf_clear(r->out);
	memset(r->fields, 0, sizeof(r->fields));
}

/* What an element that just began is to us. */
static void opened(struct reader *r, struct name n)
{
	if (!r->rows && !r->found && on_path(r)) {
		r->found = r->inside = true;
		r->wanted = r->depth;
	} else if (r->rows && r->in_row && r->depth == r->wanted + 1) {
		open_field(r, n);
	} else if (r->rows && !r->in_row && on_path(r)) {
		open_row(r);
	}
}

static bool give_row(struct reader *r)
{
	struct cell cells[XMLTEXT_FIELDS];

	for (size_t i = 0; i < r->rows->nfields; i++) {
		cells[i] = CELL_NULL;
		if (r->fields[i].set)
			cells[i] = (struct cell){ buf_str(r->out) + r->fields[i].start, r->fields[i].len };
	}
	r->in_row = false;
	return r->rows->row(r->rows->ctx, cells, r->e);
}

static bool close_element(struct reader *r)
{
	size_t depth = r->depth--;

	if (!r->rows) {
		r->inside = r->inside && depth != r->wanted;
	} else if (r->in_row && depth == r->wanted + 1 && r->inside) {
		r->inside = false;
		r->fields[r->field].len = r->out->len - r->fields[r->field].start;
	} else if (r->in_row && depth == r->wanted) {
		return give_row(r);
	}
	return true;
}

static bool end_tag(struct reader *r)
{
	struct name n;

	r->at += 2;
	if (!read_name(r, &n))
		return false;
	skip_blanks(r);
	if (r->at == r->end || *r->at != '>' || r->depth == 0 ||
	    n.len != r->open[r->depth - 1].len || memcmp(n.s, r->open[r->depth - 1].s, n.len) != 0)
		return wrong(r, "an end that does not fit");
	r->at++;
	return close_element(r);
}

static bool open_element(struct reader *r)
{
	if (r->depth == XMLTEXT_DEPTH)
		return wrong(r, "too many levels");
	if (r->depth == 0 && r->root)
		return wrong(r, "a second document");
	r->root = true;
	return true;
}

static bool start_tag(struct reader *r)
{
	struct name n;

	r->at++;
	if (!open_element(r) || !read_name(r, &n))
		return false;
	r->open[r->depth++] = n;
	opened(r, n);
	for (;;) {
		skip_blanks(r);
		if (looking_at(r, "/>")) {
			r->at += 2;
			return close_element(r);
		}
		if (looking_at(r, ">")) {
			r->at++;
			return true;
		}
		if (!attribute(r))
			return false;
	}
}

static bool step(struct reader *r)
{
	if (*r->at == '&' && r->depth > 0)
		return entity(r);
	if (*r->at != '<')
		return *r->at == '&' ? wrong(r, "text outside of the document") : text(r);
	if (looking_at(r, "<!--"))
		return skip_past(r, "-->");
	if (looking_at(r, "<![CDATA[") && r->depth > 0)
		return cdata(r);
	if (looking_at(r, "<?"))
		return skip_past(r, "?>");
	if (looking_at(r, "<!"))
		return wrong(r, "a declaration, which is not read");
	return looking_at(r, "</") ? end_tag(r) : start_tag(r);
}

static bool read_document(struct reader *r)
{
	if (looking_at(r, "\xef\xbb\xbf"))
		r->at += 3;
	while (r->at < r->end) {
		if (!step(r))
			return false;
	}
	return (r->depth == 0 && r->root) || wrong(r, "it ends too early");
}

bool xmltext_get(const char *xml, size_t len, const char *path, struct buf *out, bool *found,
		 struct err *e)
{
	struct reader r = {
		.at = xml, .start = xml, .end = xml + len, .path = path, .out = out, .e = e,
	};

	*found = false;
	if (!read_document(&r))
		return false;
	*found = r.found;
	return true;
}

bool xmltext_rows(const char *xml, size_t len, const struct xmltext_rows *rows, struct err *e)
{
	struct buf texts = BUF_INIT;
	struct reader r = {
		.at = xml, .start = xml, .end = xml + len, .path = rows->path, .out = &texts,
		.rows = rows, .e = e,
	};
	bool ok = read_document(&r);

	buf_release(&texts);
	return ok;
}
