#include "clients/sqltext.h"

#include <stdlib.h>
#include <string.h>

/* What the visitor has not seen yet begins at `from`; `at` runs ahead of it. */
struct scan {
	const char *from;
	const char *at;
	struct sqltext_visitor *visitor;
};

enum { SHOWN_MAX = 200 };       /* bytes of a value that the trail repeats */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters of identifiers and tags; the engines take every byte beyond ASCII. */
static bool is_word_start(char c)
{
	return is_letter(c) || (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
	return is_word_start(c) || is_digit(c);
}

static bool flush(struct scan *s, struct err *e)
{
	size_t len = (size_t)(s->at - s->from);

	if (len > 0 && !s->visitor->text(s->visitor, s->from, len, e))
		return false;
	s->from = s->at;
	return true;
}

/* PostgreSQL reads a backslash in '…' as itself, ClickHouse and Redshift as an
 * escape. Where the two would end the quote at different places nothing is
 * guessed: the text is refused. */
static bool backslashes(struct scan *s, char quote, bool escapes, struct err *e)
{
	size_t n = strspn(s->at, "\\");

	s->at += n;
	if (n % 2 == 0 || *s->at != quote)
		return true;
	if (!escapes)
		return err_set(e, ERR_CONFIG, 0,
			       "SQL: a backslash before a quote is read differently by the "
			       "engines: double the quote, or use E'...'");
	s->at++;
	return true;
}

/* `at` is on the opening quote. A doubled quote stays inside. */
static bool quoted(struct scan *s, bool escapes, struct err *e)
{
	char quote = *s->at++;

	while (*s->at) {
		if (*s->at == '\\') {
			if (!backslashes(s, quote, escapes, e))
				return false;
		} else if (*s->at++ == quote) {
			if (*s->at != quote)
				return true;
			s->at++;
		}
	}
	return err_set(e, ERR_CONFIG, 0, "SQL: a quote (%c) is not closed", quote);
}

static bool block_comment(struct scan *s, struct err *e)
{
	size_t depth = 0;

	while (*s->at) {
		if (s->at[0] == '/' && s->at[1] == '*') {
			depth++;
			s->at += 2;
		} else if (s->at[0] == '*' && s->at[1] == '/') {
			s->at += 2;
			if (--depth == 0)
				return true;
		} else {
			s->at++;
		}
	}
	return err_set(e, ERR_CONFIG, 0, "SQL: a comment (/*) is not closed");
}

/* $$…$$ or $tag$…$tag$; any other dollar is plain text. */
static bool dollar(struct scan *s, struct err *e)
{
	const char *p = s->at + 1;
	size_t taglen;

	if (is_word_start(*p))
		while (is_word(*p))
			p++;
	if (*p != '$') {
		s->at++;
		return true;
	}
	p++;
	taglen = (size_t)(p - s->at);
	for (; (p = strchr(p, '$')) != NULL; p++) {
		if (strncmp(p, s->at, taglen) == 0) {
			s->at = p + taglen;
			return true;
		}
	}
	return err_set(e, ERR_CONFIG, 0, "SQL: a dollar quote is not closed");
}

/* An identifier, keyword or number; E'…' begins with one. */
static bool word(struct scan *s, struct err *e)
{
	const char *start = s->at;
	bool dollars = !is_digit(*start);

	while (is_word(*s->at) || (dollars && *s->at == '$'))
		s->at++;
	if (s->at - start == 1 && (*start == 'E' || *start == 'e') && *s->at == '\'')
		return quoted(s, true, e);
	return true;
}

static bool colon(struct scan *s, struct err *e)
{
	const char *name = s->at + 1;

	if (!is_letter(*name)) {
		s->at += *name == ':' ? 2 : 1;
		return true;
	}
	if (!flush(s, e))
		return false;
	for (s->at = name; is_letter(*s->at) || is_digit(*s->at); )
		s->at++;
	s->from = s->at;
	return s->visitor->name(s->visitor, name, (size_t)(s->at - name), e);
}

static void line_comment(struct scan *s)
{
	s->at += strcspn(s->at, "\n");
}

/* Only blanks and comments may follow a semicolon; it is left out. */
static bool semicolon(struct scan *s, struct err *e)
{
	if (!flush(s, e))
		return false;
	s->from = ++s->at;
	for (;;) {
		s->at += strspn(s->at, " \t\r\n\f\v");
		if (!*s->at)
			return true;
		if (s->at[0] == '-' && s->at[1] == '-')
			line_comment(s);
		else if (s->at[0] != '/' || s->at[1] != '*')
			return err_set(e, ERR_CONFIG, 0, "SQL: only one statement is allowed");
		else if (!block_comment(s, e))
			return false;
	}
}

static bool step(struct scan *s, struct err *e)
{
	char c = s->at[0], next = s->at[1];

	if (c == '\'' || c == '"' || c == '`')
		return quoted(s, false, e);
	if (c == ':')
		return colon(s, e);
	if (c == ';')
		return semicolon(s, e);
	if (c == '$')
		return dollar(s, e);
	if (c == '/' && next == '*')
		return block_comment(s, e);
	if (is_word(c))
		return word(s, e);
	if (c == '-' && next == '-')
		line_comment(s);
	else
		s->at++;
	return true;
}

bool sqltext_walk(const char *sql, struct sqltext_visitor *visitor, struct err *e)
{
	struct scan s = { .from = sql, .at = sql, .visitor = visitor };

	while (*s.at)
		if (!step(&s, e))
			return false;
	return flush(&s, e);
}

const struct param *query_param(const struct query *q, const char *name, size_t len)
{
	for (size_t i = 0; i < q->nparams; i++)
		if (strlen(q->params[i].name) == len && memcmp(q->params[i].name, name, len) == 0)
			return &q->params[i];
	return NULL;
}

struct describer {
	struct sqltext_visitor visitor;
	const struct query *query;
	struct buf *out;
	bool *listed;           /* one per parameter of the query */
};

static bool describe_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)v;
	(void)s;
	(void)len;
	(void)e;
	return true;
}

/* The printable form has no newline, so a value cannot leave its comment. */
static void describe_value(struct buf *out, const char *value)
{
	size_t len = strlen(value);
	size_t shown = len < SHOWN_MAX ? len : SHOWN_MAX;

	while (shown < len && shown > 0 && ((unsigned char)value[shown] & 0xc0) == 0x80)
		shown--;
	buf_putc(out, '\'');
	for (size_t done = 0; done < shown; ) {
		size_t run = strcspn(value + done, "'");
		bool quote = done + run < shown;

		if (!quote)
			run = shown - done;
		buf_put_safe(out, value + done, run);
		if (quote)
			buf_puts(out, "''");
		done += run + quote;
	}
	if (shown < len)
		buf_printf(out, "... (%zu bytes)", len);
	buf_putc(out, '\'');
}

static bool describe_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct describer *d = (struct describer *)v;
	const struct param *p = query_param(d->query, s, len);

	(void)e;
	if (!p || d->listed[p - d->query->params])
		return true;
	d->listed[p - d->query->params] = true;
	buf_printf(d->out, "\n-- :%s = ", p->name);
	if (p->value)
		describe_value(d->out, p->value);
	else
		buf_puts(d->out, "NULL");
	return true;
}

void sqltext_describe(struct buf *out, const struct query *q, const char *sent)
{
	struct describer d = {
		.visitor = { .text = describe_text, .name = describe_name },
		.query = q,
		.out = out,
		.listed = calloc(q->nparams + 1, sizeof(bool)),
	};

	buf_puts(out, sent);
	if (!d.listed) {
		out->failed = true;
		return;
	}
	sqltext_walk(q->text, &d.visitor, NULL);
	free(d.listed);
}
