#include "clients/sqlguard.h"

#include <ctype.h>
#include <string.h>

enum token { TOKEN_END, TOKEN_WORD, TOKEN_OTHER, TOKEN_BAD };

struct scan {
	const char *at;
	const char *word;       /* of a TOKEN_WORD */
	size_t len;
	long depth;             /* of brackets */
	struct err *e;
};

static enum token bad(struct scan *s, const char *what)
{
	err_set(s->e, ERR_CONFIG, 0, "SQL: %s", what);
	return TOKEN_BAD;
}

/* Behind the closing quote; a doubled one closes and opens again. */
static enum token skip_quoted(struct scan *s)
{
	const char *end = strchr(s->at + 1, *s->at);

	if (!end)
		return bad(s, "a quote is not closed");
	s->at = end + 1;
	return TOKEN_OTHER;
}

static bool skip_comment(struct scan *s)
{
	const char *end = strstr(s->at + 2, "*/"), *inner = strstr(s->at + 2, "/*");

	if (!end || (inner && inner < end)) {
		bad(s, end ? "a comment holds another" : "a comment is not closed");
		return false;
	}
	s->at = end + 2;
	return true;
}

/* Blanks and comments; false when a comment is no whole one. */
static bool skip_blank(struct scan *s)
{
	for (;;) {
		s->at += strspn(s->at, " \t\r\n\f\v");
		if (s->at[0] == '-' && s->at[1] == '-')
			s->at += strcspn(s->at, "\r\n");
		else if (s->at[0] != '/' || s->at[1] != '*')
			return true;
		else if (!skip_comment(s))
			return false;
	}
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static enum token next(struct scan *s)
{
	if (!skip_blank(s))
		return TOKEN_BAD;
	if (!*s->at)
		return TOKEN_END;
	if (strchr("'\"`", *s->at))
		return skip_quoted(s);
	if (is_word(*s->at)) {
		for (s->word = s->at; is_word(*s->at); )
			s->at++;
		s->len = (size_t)(s->at - s->word);
		return TOKEN_WORD;
	}
	if (*s->at == ';') {
		s->at++;
		if (!skip_blank(s))
			return TOKEN_BAD;
		return *s->at ? bad(s, "only one statement is allowed") : TOKEN_END;
	}
	s->depth += *s->at == '(' ? 1 : *s->at == ')' ? -1 : 0;
	s->at++;
	return TOKEN_OTHER;
}

static bool word_is(const struct scan *s, const char *const *words)
{
	for (; *words; words++) {
		if (strlen(*words) == s->len && strncasecmp(s->word, *words, s->len) == 0)
			return true;
	}
	return false;
}

static bool refuse(const struct scan *s)
{
	return err_set(s->e, ERR_CONFIG, 0, "SQL: only statements that read are sent, not %.*s",
		       (int)(s->len < 40 ? s->len : 40), s->word);
}

static const char *const queries[] = { "SELECT", "VALUES", "TABLE", NULL };
static const char *const with[] = { "WITH", NULL };
static const char *const looks[] = { "SHOW", "DESCRIBE", "DESC", NULL };
static const char *const explain[] = { "EXPLAIN", NULL };
static const char *const analyze[] = { "ANALYZE", "VERBOSE", NULL };
static const char *const writes[] = { "INSERT", "UPDATE", "DELETE", "MERGE", NULL };

/* Behind opening brackets. */
static enum token first_word(struct scan *s)
{
	enum token t;

	do
		t = next(s);
	while (t == TOKEN_OTHER && s->at[-1] == '(');
	return t;
}

/* What stands behind EXPLAIN and its options. EXPLAIN ANALYZE runs it. */
static enum token explained(struct scan *s)
{
	enum token t;

	do {
		long outside = s->depth;

		t = next(s);
		while (s->depth > outside && (t == TOKEN_OTHER || t == TOKEN_WORD))
			t = next(s);
	} while ((t == TOKEN_OTHER && s->at[-1] == ')') || (t == TOKEN_WORD && word_is(s, analyze)));
	return t;
}

/* The rest must be whole; WITH's own statement is the first one outside of brackets. */
static bool check_rest(struct scan *s, bool after_with)
{
	bool found = !after_with;
	enum token t;

	s->depth = 0;
	while ((t = next(s)) != TOKEN_END) {
		if (t == TOKEN_BAD)
			return false;
		if (found || t != TOKEN_WORD || s->depth != 0)
			continue;
		if (word_is(s, writes))
			return refuse(s);
		found = word_is(s, queries);
	}
	return found || err_set(s->e, ERR_CONFIG, 0, "SQL: WITH is not followed by a SELECT");
}

static bool check(struct scan *s)
{
	enum token t = first_word(s);
	bool plain = t == TOKEN_WORD && !word_is(s, explain);

	if (t == TOKEN_WORD && !plain)
		t = explained(s);
	if (t == TOKEN_BAD)
		return false;
	if (t != TOKEN_WORD)
		return err_set(s->e, ERR_CONFIG, 0, "SQL: there is no statement that reads");
	if (word_is(s, with))
		return check_rest(s, true);
	if (word_is(s, queries) || (plain && word_is(s, looks)))
		return check_rest(s, false);
	return refuse(s);
}

bool sqlguard_read_only(const char *sql, struct err *e)
{
	struct scan s = { .at = sql, .e = e };

	return check(&s);
}

bool sqlguard_looks(const char *sql)
{
	struct scan s = { .at = sql };

	return first_word(&s) == TOKEN_WORD && word_is(&s, looks);
}
