#include "clients/rest_literal.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "clients/sqltext.h"

/* ---- what is searched for ------------------------------------------------------- */

/* Bytes of the code point at `s`, 0 at its end. The text is known to be UTF-8. */
static size_t char_bytes(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return !c ? 0 : c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Separates words: blanks, controls (also C1), whatever looks like a quote or is not
 * seen (U+2000 to U+206F), and what escapes or stands for other letters. */
static bool separates(const char *s)
{
	unsigned char c = (unsigned char)*s, next = c ? (unsigned char)s[1] : 0;

	if (c < 0x80)
		return c <= ' ' || c == 0x7f || strchr("\"\\*?", c);
	return (c == 0xc2 && next < 0xa1) || (c == 0xe2 && (next == 0x80 || next == 0x81)) ||
	       (c == 0xef && next == 0xbc && (unsigned char)s[2] == 0x82);
}

struct word {
	const char *s;
	size_t len, chars;
};

static bool next_word(const char **at, struct word *w)
{
	const char *s = *at;

	while (*s && separates(s))
		s += char_bytes(s);
	*w = (struct word){ .s = s };
	for (; *s && !separates(s); s += char_bytes(s))
		w->chars++;
	w->len = (size_t)(s - w->s);
	*at = s;
	return w->len > 0;
}

/* GitHub counts these; whether inside of quotes too, it does not say. */
static bool is_operator(const struct word *w)
{
	return (w->len == 2 && memcmp(w->s, "OR", 2) == 0) ||
	       (w->len == 3 && (memcmp(w->s, "AND", 3) == 0 || memcmp(w->s, "NOT", 3) == 0));
}

static void put_word(struct buf *out, const struct word *w)
{
	for (size_t i = 0; i < w->len; i++)
		buf_putc(out, is_operator(w) ? (char)tolower((unsigned char)w->s[i]) : w->s[i]);
}

/* Words with one blank between them; of a word longer than all its beginning. */
static bool put_words(struct buf *out, const char *s)
{
	struct word w;
	size_t chars = 0;

	while (next_word(&s, &w)) {
		if (chars > 0 && chars + 1 + w.chars > REST_SEARCHED_MAX)
			break;
		while (w.chars > REST_SEARCHED_MAX) {
			w.len--;
			w.chars -= ((unsigned char)w.s[w.len] & 0xc0) != 0x80;
		}
		if (chars > 0)
			buf_putc(out, ' ');
		put_word(out, &w);
		chars += w.chars + (chars > 0);
	}
	return chars > 0;
}

static bool put_exact(struct buf *out, const char *s)
{
	bool any;

	buf_putc(out, '"');
	any = put_words(out, s);
	buf_putc(out, '"');
	return any;
}

static bool put_phrase(struct buf *out, const char *s)
{
	bool any;

	buf_puts(out, "\"\\\"");
	any = put_words(out, s);
	buf_puts(out, "\\\"\"");
	return any;
}

/* ---- the constant part ---------------------------------------------------------- */

/* A word of letters, perhaps with a mark of the sentence behind it. */
static bool is_constant(const struct word *w, bool *ends)
{
	size_t len = w->len;

	*ends = len > 0 && strchr(",.:;!", w->s[len - 1]);
	len -= *ends;
	for (size_t i = 0; i < len; i++)
		if (!isalpha((unsigned char)w->s[i]) && !strchr("'-_", w->s[i]))
			return false;
	return len > 0;
}

/* A quote ends a part as a number does: what is quoted was put in. */
static bool parted(const char *from, const char *to)
{
	for (; from < to; from++)
		if (*from == '"' || *from == '\n')
			return true;
	return false;
}

/* The longest run of such words. */
static struct word find_constant(const char *s)
{
	struct word best = { .s = s }, run = { .s = s }, w;

	while (next_word(&s, &w)) {
		bool ends, fits = is_constant(&w, &ends);

		if (!fits || run.len == 0 || parted(run.s + run.len, w.s))
			run = (struct word){ .s = w.s };
		if (fits)
			run.len = (size_t)(w.s + w.len - run.s) - ends;
		if (run.len > best.len)
			best = run;
		if (ends)
			run = (struct word){ .s = s };
	}
	return best;
}

static bool put_constant(struct buf *out, const char *s)
{
	enum { TELLING = 8 };
	struct word part = find_constant(s);
	struct buf text = BUF_INIT;
	bool any;

	if (part.len < TELLING)
		return put_exact(out, s);
	buf_put(&text, part.s, part.len);
	any = put_exact(out, buf_str(&text));
	out->failed = out->failed || text.failed;
	buf_release(&text);
	return any;
}

/* ---- words in any order ----------------------------------------------------------- */

/* Said of everything, an operator when it is written large, or no word at all. */
static bool is_common(const char *s, size_t len)
{
	enum { SHORTEST = 3, LONGEST = 64 };
	static const char *const common[] = { "and", "are", "but", "for", "from", "has", "not", "the",
					      "was", "with" };

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strlen(common[i]) == len && strncasecmp(common[i], s, len) == 0)
			return true;
	return len < SHORTEST || len > LONGEST;
}

static bool in_word(unsigned char c)
{
	return isalnum(c) || c == '_' || c >= 0x80;
}

/* Appends up to *left words of the kind asked for. */
static void put_keywords(struct buf *out, const char *s, bool digits, unsigned *left)
{
	while (*s && *left > 0) {
		bool digit = false;
		size_t len = 0;

		while (*s && (!in_word((unsigned char)*s) || separates(s)))
			s += char_bytes(s);
		for (; s[len] && in_word((unsigned char)s[len]) && !separates(s + len);
		     len += char_bytes(s + len))
			digit = digit || isdigit((unsigned char)s[len]);
		if (len > 0 && digit == digits && !is_common(s, len)) {
			if (*left < REST_WORDS_MAX)
				buf_putc(out, ' ');
			buf_put(out, s, len);
			--*left;
		}
		s += len;
	}
}

static bool put_any_order(struct buf *out, const char *s)
{
	unsigned left = REST_WORDS_MAX;

	buf_putc(out, '"');
	put_keywords(out, s, false, &left);
	put_keywords(out, s, true, &left);
	buf_putc(out, '"');
	return left < REST_WORDS_MAX;
}

/* ---- values to compare with -------------------------------------------------------- */

static bool put_string(struct buf *out, const char *s, char quote)
{
	buf_putc(out, quote);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == (unsigned char)quote || c == '\\')
			buf_putc(out, '\\');
		buf_putc(out, c < 0x20 || c == 0x7f ? ' ' : *s);
	}
	buf_putc(out, quote);
	return true;
}

/* A record is found by exactly this value, or by none: nothing in it is replaced. */
static bool put_soql(struct buf *out, const char *s)
{
	for (const char *c = s; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return put_string(out, s, '\'');
}

static bool put_quoted(struct buf *out, const char *s)
{
	return put_string(out, s, '"');
}

static bool put_int(struct buf *out, const char *s)
{
	const char *digits = s + (*s == '-');

	if (!*digits || digits[strspn(digits, "0123456789")])
		return false;
	return buf_puts(out, s);
}

/* "2026-01-23 14:22:07" and its ISO spelling. */
static bool put_date(struct buf *out, const char *s)
{
	enum { DAY = 10 };
	usec at;

	return time_parse(s, strlen(s), &at) && strlen(s) >= DAY && s[4] == '-' && buf_put(out, s, DAY);
}

/* ---- finding them --------------------------------------------------------------------- */

static const struct form {
	const char *name;
	bool (*put)(struct buf *out, const char *value);        /* false = nothing is left */
	const char *what;                                       /* there ought to be */
} forms[] = {
	{ "soql", put_soql, "plain text" }, { "quoted", put_quoted, "words" },
	{ "phrase", put_phrase, "words" },  { "words", put_any_order, "words" },
	{ "exact", put_exact, "words" },    { "constant", put_constant, "words" },
	{ "int", put_int, "whole number" }, { "date", put_date, "day" },
};

static size_t name_length(const char *s)
{
	size_t n = 0;

	if (isdigit((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

/* ":name:form" */
struct place {
	const char *name, *form;
	size_t name_len, form_len;
	const char *end;
};

static bool read_place(const char *text, const char *at, struct place *p)
{
	if (*at != ':' || (at > text && isalnum((unsigned char)at[-1])))
		return false;
	p->name = at + 1;
	p->name_len = name_length(p->name);
	if (p->name_len == 0 || p->name[p->name_len] != ':')
		return false;
	p->form = p->name + p->name_len + 1;
	p->form_len = name_length(p->form);
	p->end = p->form + p->form_len;
	return p->form_len > 0;
}

static const struct form *find_form(const struct place *p)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strlen(forms[i].name) == p->form_len &&
		    memcmp(forms[i].name, p->form, p->form_len) == 0)
			return &forms[i];
	return NULL;
}

bool rest_literal_has(const char *text, bool *has, struct err *e)
{
	struct place p;

	*has = false;
	for (const char *s = text; *s; s++) {
		if (!read_place(text, s, &p))
			continue;
		if (!find_form(&p))
			return err_set(e, ERR_CONFIG, 0, "\"%.*s\" is none of soql, quoted, phrase, "
				       "words, exact, constant, int, date", (int)p.form_len, p.form);
		*has = true;
	}
	return true;
}

static bool put_value(struct buf *out, const struct place *p, const struct form *form,
		      const struct query *q, struct err *e)
{
	const struct param *v = query_param(q, p->name, p->name_len);

	if (!v)
		return err_set(e, ERR_CONFIG, 0, "%s: no parameter :%.*s is bound", q->name,
			       (int)p->name_len, p->name);
	if (!v->value)
		return err_set(e, ERR_CONFIG, 0, "%s: :%s has no value to ask by", q->name, v->name);
	if (!text_is_utf8(v->value, strlen(v->value)))
		return err_set(e, ERR_CONFIG, 0, "%s: the value of :%s is not valid UTF-8: \"%s\"",
			       q->name, v->name, v->value);
	return form->put(out, v->value) ||
	       err_set(e, ERR_CONFIG, 0, "%s: the value of :%s leaves no %s to ask by: \"%s\"", q->name,
		       v->name, form->what, v->value);
}

bool rest_literal_expand(struct buf *out, const char *text, const struct query *q, struct err *e)
{
	struct place p;

	for (const char *s = text; *s;) {
		const struct form *form = read_place(text, s, &p) ? find_form(&p) : NULL;

		if (!form) {
			buf_putc(out, *s++);
			continue;
		}
		if (!put_value(out, &p, form, q, e))
			return false;
		s = p.end;
	}
	return !out->failed || err_set(e, ERR_MEMORY, 0, "out of memory for an endpoint mapping");
}
