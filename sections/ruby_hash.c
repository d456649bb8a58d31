#include "sections/ruby_hash.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	const char *in;
	size_t len, at;
	struct payload *out;
	struct err *err;
};

/* What precedes a value: its key, or nothing in a list. */
struct label {
	const char *key;
	size_t len;
};

static bool scan_value(struct scan *s, unsigned depth, struct label label);

static bool broken(struct scan *s, enum err_kind kind, const char *why)
{
	s->out->broken = true;
	s->out->broken_at = s->at;
	snprintf(s->out->broken_why, sizeof s->out->broken_why, "%s", why);
	return err_set(s->err, kind, 0, "%s at byte %zu", why, s->at);
}

static int peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->in[s->at] : -1;
}

static bool is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '*';
}

static int skip_space(struct scan *s)
{
	while (is_space(peek(s)))
		s->at++;
	return peek(s);
}

static bool is_word(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '?' || c == '!' || c == '-' || c == '.' || c == '@' || c >= 0x80;
}

/* ---- decoded bytes ----------------------------------------------------------
 * No escape is longer decoded than written, so a store as long as the input is
 * always enough and never moves. */

static void put(struct scan *s, char c)
{
	s->out->bytes[s->out->nbytes++] = c;
}

static void put_utf8(struct scan *s, uint32_t cp)
{
	if (cp < 0x80) {
		put(s, (char)cp);
		return;
	}
	if (cp < 0x800) {
		put(s, (char)(0xc0 | cp >> 6));
	} else if (cp < 0x10000) {
		put(s, (char)(0xe0 | cp >> 12));
		put(s, (char)(0x80 | (cp >> 6 & 0x3f)));
	} else {
		put(s, (char)(0xf0 | cp >> 18));
		put(s, (char)(0x80 | (cp >> 12 & 0x3f)));
		put(s, (char)(0x80 | (cp >> 6 & 0x3f)));
	}
	put(s, (char)(0x80 | (cp & 0x3f)));
}

static int digit_of(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Up to `max` digits of the base; returns how many there were. */
static unsigned digits(struct scan *s, int base, unsigned max, uint32_t *value)
{
	unsigned n = 0;

	*value = 0;
	while (n < max && digit_of(peek(s)) < base) {
		*value = *value * (uint32_t)base + (uint32_t)digit_of(peek(s));
		s->at++;
		n++;
	}
	return n;
}

static bool is_surrogate(uint32_t cp)
{
	return cp >= 0xd800 && cp <= 0xdfff;
}

/* JSON writes code points past U+FFFF as two escapes. */
static uint32_t low_surrogate(struct scan *s, uint32_t high)
{
	size_t back = s->at;
	uint32_t low;

	if (high > 0xdbff || s->len - s->at < 6 || s->in[s->at] != '\\' || s->in[s->at + 1] != 'u')
		return high;
	s->at += 2;
	if (digits(s, 16, 4, &low) == 4 && low >= 0xdc00 && low <= 0xdfff)
		return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	s->at = back;
	return high;
}

static void escape_unicode(struct scan *s)
{
	uint32_t cp;
	bool braces = peek(s) == '{';

	if (braces)
		s->at++;
	if (digits(s, 16, braces ? 6 : 4, &cp) == 0) {
		put(s, 'u');
		return;
	}
	if (braces && peek(s) == '}')
		s->at++;
	if (is_surrogate(cp))
		cp = low_surrogate(s, cp);
	/* A lone half or a value past Unicode: '?' is never longer than the escape. */
	if (is_surrogate(cp) || cp > 0x10ffff)
		cp = '?';
	put_utf8(s, cp);
}

static void escape(struct scan *s)
{
	static const char from[] = "ntr0eabfvs", to[] = "\n\t\r\0\x1b\a\b\f\v ";
	int c = peek(s);
	const char *known;
	uint32_t value;

	if (c >= '0' && c <= '7') {
		digits(s, 8, 3, &value);
		put(s, (char)value);
		return;
	}
	s->at++;
	known = c ? strchr(from, c) : NULL;
	if (c == 'u')
		escape_unicode(s);
	else if (c == 'x' && digits(s, 16, 2, &value) > 0)
		put(s, (char)value);
	else
		put(s, known ? to[known - from] : (char)c);
}

/* The rest of a quoted string; the opening quote is behind us. */
static bool scan_string(struct scan *s, char quote, struct label *text)
{
	text->key = s->out->bytes + s->out->nbytes;
	while (s->at < s->len && s->in[s->at] != quote) {
		char c = s->in[s->at++];
		bool simple = quote == '\'' && peek(s) != '\'' && peek(s) != '\\';

		if (c == '\\' && s->at < s->len && !simple)
			escape(s);
		else
			put(s, c);
	}
	text->len = (size_t)(s->out->bytes + s->out->nbytes - text->key);
	if (s->at >= s->len)
		return broken(s, ERR_DECODE, "unclosed string");
	s->at++;
	return true;
}

static struct label copy(struct scan *s, size_t from, size_t to)
{
	struct label text = { s->out->bytes + s->out->nbytes, to - from };

	memcpy(s->out->bytes + s->out->nbytes, s->in + from, to - from);
	s->out->nbytes += to - from;
	return text;
}

static struct label scan_word(struct scan *s)
{
	size_t from = s->at;

	while (is_word(peek(s)))
		s->at++;
	return copy(s, from, s->at);
}

/* ---- nodes ------------------------------------------------------------------- */

static bool grow(struct payload *p)
{
	size_t cap = p->cap ? p->cap * 2 : 32;
	struct payload_node *nodes = realloc(p->nodes, cap * sizeof *nodes);

	if (!nodes)
		return false;
	p->nodes = nodes;
	p->cap = cap;
	return true;
}

static bool add(struct scan *s, unsigned depth, enum payload_type type, struct label label,
		struct label value)
{
	struct payload *p = s->out;

	if (p->n >= PAYLOAD_NODES)
		return broken(s, ERR_LIMIT, "more than 20000 values");
	if (p->n == p->cap && !grow(p))
		return broken(s, ERR_MEMORY, "out of memory");
	p->nodes[p->n] = (struct payload_node){
		.depth = depth, .type = type, .key = label.key, .keylen = label.len,
		.value = value.key, .vallen = value.len, .end = p->n + 1,
	};
	p->n++;
	return true;
}

/* ---- scalars -------------------------------------------------------------------- */

static bool says(struct label t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.key, word, t.len) == 0;
}

static bool is_number(struct label t)
{
	size_t i = 0, digits_seen = 0;

	if (i < t.len && (t.key[i] == '-' || t.key[i] == '+'))
		i++;
	for (; i < t.len; i++) {
		char c = t.key[i];

		if (c >= '0' && c <= '9')
			digits_seen++;
		else if (!strchr(".eE+-_", c) || !digits_seen)
			return false;
	}
	/* 2026-01-20 is digits and dashes, but no number; 1.2e-10 is one. */
	return digits_seen > 0 && !(t.len > 5 && t.key[4] == '-' && digit_of(t.key[3]) < 10);
}

static enum payload_type bare_type(struct scan *s, struct label t)
{
	if (says(t, "nil"))
		s->out->kind = PAYLOAD_RUBY;
	if (says(t, "nil") || says(t, "null"))
		return NODE_NIL;
	if (says(t, "true") || says(t, "false"))
		return NODE_BOOL;
	return is_number(t) ? NODE_NUMBER : NODE_STRING;
}

/* Up to the comma or bracket that ends it: numbers, words, times, #<objects>. */
static bool scan_bare(struct scan *s, unsigned depth, struct label label)
{
	size_t from = s->at, to;
	unsigned angles = 0;
	enum payload_type type;
	struct label text;

	while (s->at < s->len && (angles > 0 || !strchr(",}]{[\"", s->in[s->at]))) {
		if (s->in[s->at] == '<')
			angles++;
		else if (s->in[s->at] == '>' && angles > 0)
			angles--;
		s->at++;
	}
	for (to = s->at; to > from && is_space((unsigned char)s->in[to - 1]);)
		to--;
	if (to == from)
		return broken(s, ERR_DECODE, s->at >= s->len ? "value missing" : "value expected");
	text = copy(s, from, to);
	type = bare_type(s, text);
	return add(s, depth, type, label, type == NODE_NIL ? (struct label){ NULL, 0 } : text);
}

static bool scan_symbol(struct scan *s, struct label *text)
{
	s->at++;
	s->out->kind = PAYLOAD_RUBY;
	if (peek(s) == '"') {
		s->at++;
		return scan_string(s, '"', text);
	}
	*text = scan_word(s);
	return true;
}

/* ---- maps and lists ---------------------------------------------------------------- */

static bool scan_key(struct scan *s, struct label *key)
{
	int c = peek(s);

	if (c == '"' || c == '\'') {
		s->at++;
		if (c == '\'')
			s->out->kind = PAYLOAD_RUBY;
		return scan_string(s, (char)c, key);
	}
	if (c == ':')
		return scan_symbol(s, key);
	if (!is_word(c))
		return broken(s, ERR_DECODE, "key expected");
	*key = scan_word(s);
	s->out->kind = PAYLOAD_RUBY;
	return true;
}

static bool scan_arrow(struct scan *s)
{
	int c = skip_space(s);

	if (c == ':') {
		s->at++;
		return true;
	}
	if (c != '=' || s->len - s->at < 2 || s->in[s->at + 1] != '>')
		return broken(s, ERR_DECODE, "=> expected");
	s->at += 2;
	s->out->kind = PAYLOAD_RUBY;
	return true;
}

static bool scan_item(struct scan *s, unsigned depth, bool map)
{
	struct label label = { NULL, 0 };

	if (map && (!scan_key(s, &label) || !scan_arrow(s)))
		return false;
	return scan_value(s, depth, label);
}

/* The inside of a map or list up to its closing bracket. */
static bool scan_items(struct scan *s, unsigned depth, size_t self)
{
	bool map = s->out->nodes[self].type == NODE_MAP;
	char close = map ? '}' : ']';

	for (;;) {
		size_t before = s->out->n;
		bool ok;

		if (skip_space(s) < 0)
			return broken(s, ERR_DECODE, map ? "unclosed {" : "unclosed [");
		if (peek(s) == close)
			break;
		ok = scan_item(s, depth + 1, map);
		/* A broken one that is kept is a child, too. */
		s->out->nodes[self].children += s->out->n > before;
		if (!ok)
			return false;
		if (skip_space(s) == ',')
			s->at++;
		else if (peek(s) >= 0 && peek(s) != close)
			return broken(s, ERR_DECODE, map ? ", or } expected" : ", or ] expected");
	}
	s->at++;
	return true;
}

static bool scan_container(struct scan *s, unsigned depth, struct label label)
{
	enum payload_type type = peek(s) == '{' ? NODE_MAP : NODE_LIST;
	size_t self = s->out->n;
	bool ok;

	if (depth >= PAYLOAD_DEPTH)
		return broken(s, ERR_LIMIT, "nested deeper than 64");
	if (!add(s, depth, type, label, (struct label){ NULL, 0 }))
		return false;
	s->at++;
	ok = scan_items(s, depth, self);
	s->out->nodes[self].end = s->out->n;
	return ok;
}

static bool scan_value(struct scan *s, unsigned depth, struct label label)
{
	struct label text;
	int c = skip_space(s);

	if (c == '{' || c == '[')
		return scan_container(s, depth, label);
	if (c == '"' || c == '\'') {
		s->at++;
		return scan_string(s, (char)c, &text) && add(s, depth, NODE_STRING, label, text);
	}
	if (c == ':')
		return scan_symbol(s, &text) && add(s, depth, NODE_SYMBOL, label, text);
	return scan_bare(s, depth, label);
}

bool ruby_hash_parse(struct payload *out, const char *in, size_t len, size_t *used, struct err *e)
{
	struct scan s = { .in = in, .len = len, .out = out, .err = e };
	bool ok;

	out->kind = PAYLOAD_JSON;
	out->bytes = malloc(len + 1);
	if (!out->bytes)
		return broken(&s, ERR_MEMORY, "out of memory");
	if (len == 0 || (in[0] != '{' && in[0] != '['))
		ok = broken(&s, ERR_DECODE, "{ or [ expected");
	else
		ok = scan_container(&s, 0, (struct label){ NULL, 0 });
	*used = s.at;
	return ok;
}
