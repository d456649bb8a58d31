#include "tests/support/ql_fake.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 2048 };

enum token { END, WORD, STRING, SIGN };

struct reader {
	struct ql_fake *q;
	const char *at;
	enum token token;
	char text[TOKEN_MAX];
};

static bool wrong(struct ql_fake *q, const char *what, const char *where)
{
	if (!q->why[0])
		snprintf(q->why, sizeof(q->why), "%s near '%.60s'", what, where);
	return false;
}

/* ---- tokens ------------------------------------------------------------------------ */

static const char *read_string(struct reader *r, const char *s)
{
	char quote = *s++;
	size_t n = 0;

	for (; *s && *s != quote && n < TOKEN_MAX - 1; s++) {
		if ((unsigned char)*s < 0x20)
			wrong(r->q, "a control character in a string", s);
		if (*s == '\\') {
			s++;
			if (!*s || !strchr("\"'\\tnr ", *s))
				wrong(r->q, "an escape that does not exist", s - 1);
		}
		r->text[n++] = *s;
	}
	r->text[n] = '\0';
	if (*s != quote)
		wrong(r->q, "a string without an end", r->text);
	return *s ? s + 1 : s;
}

static void next(struct reader *r)
{
	const char *s = r->at;
	size_t n = 0;

	while (isspace((unsigned char)*s))
		s++;
	r->text[0] = '\0';
	if (!*s) {
		r->token = END;
	} else if (*s == '"' || *s == '\'') {
		r->token = STRING;
		s = read_string(r, s);
	} else if (isalnum((unsigned char)*s) || *s == '_') {
		r->token = WORD;
		while ((isalnum((unsigned char)*s) || (*s && strchr("_.-[]", *s))) && n < TOKEN_MAX - 1)
			r->text[n++] = *s++;
		r->text[n] = '\0';
	} else {
		r->token = SIGN;
		r->text[n++] = *s++;
		if (strchr("!<>", r->text[0]) && *s && strchr("=~", *s))
			r->text[n++] = *s++;
		r->text[n] = '\0';
	}
	r->at = s;
}

static bool is_word(const struct reader *r, const char *word)
{
	return r->token == WORD && strcasecmp(r->text, word) == 0;
}

static bool is_sign(const struct reader *r, const char *sign)
{
	return r->token == SIGN && strcmp(r->text, sign) == 0;
}

static bool take_word(struct reader *r, const char *word)
{
	bool is = is_word(r, word);

	if (is)
		next(r);
	return is;
}

static bool take_sign(struct reader *r, const char *sign)
{
	bool is = is_sign(r, sign);

	if (is)
		next(r);
	return is;
}

/* ---- searching in a text --------------------------------------------------------------- */

/* Lower case, one blank around each word. */
static void put_words(char out[static TOKEN_MAX], const char *s)
{
	size_t n = 0;

	out[n++] = ' ';
	for (; *s && n < TOKEN_MAX - 2; s++) {
		unsigned char c = (unsigned char)*s;

		if (isalnum(c) || c == '_' || c >= 0x80)
			out[n++] = (char)tolower(c);
		else if (out[n - 1] != ' ')
			out[n++] = ' ';
	}
	if (out[n - 1] != ' ')
		out[n++] = ' ';
	out[n] = '\0';
}

static bool has_all(const char *text, char *words)
{
	char *word, one[TOKEN_MAX];

	while ((word = strsep(&words, " "))) {
		snprintf(one, sizeof(one), " %s ", word);
		if (*word && !strstr(text, one))
			return false;
	}
	return true;
}

static bool searched(struct ql_fake *q, const char *text, const char *wanted)
{
	char have[TOKEN_MAX], words[TOKEN_MAX];
	size_t len = strlen(wanted);

	put_words(have, text);
	if (wanted[0] == '"') {
		if (len < 3 || wanted[len - 1] != '"' || strcspn(wanted + 1, "\"\\") != len - 2)
			return wrong(q, "a phrase that cannot be read", wanted);
		put_words(words, wanted);
		return strstr(have, words) != NULL;
	}
	if (wanted[strcspn(wanted, "+-&|!(){}[]^~*?\\:\"/")] || strstr(wanted, " OR ") ||
	    strstr(wanted, " AND ") || strstr(wanted, "NOT "))
		return wrong(q, "a sign with a meaning in a searched text", wanted);
	put_words(words, wanted);
	return strlen(words) > 1 ? has_all(have, words) : wrong(q, "nothing to search for", wanted);
}

/* ---- conditions ------------------------------------------------------------------------- */

static bool take_value(struct reader *r, char out[static TOKEN_MAX])
{
	static const char *const reserved[] = { "and", "or", "not", "order", "by", "in", "is", "empty", "null" };

	for (size_t i = 0; r->token == WORD && i < sizeof(reserved) / sizeof(*reserved); i++)
		if (strcasecmp(reserved[i], r->text) == 0)
			return wrong(r->q, "a reserved word as a value", r->text);
	if (r->token != WORD && r->token != STRING)
		return wrong(r->q, "a value is missing", r->text);
	memcpy(out, r->text, TOKEN_MAX);
	next(r);
	return true;
}

static bool in_list(struct reader *r, const char *text)
{
	char value[TOKEN_MAX];
	bool found = false;

	if (!take_sign(r, "("))
		return wrong(r->q, "a list is missing", r->text);
	do {
		if (!take_value(r, value))
			return false;
		found = found || strcasecmp(text, value) == 0;
	} while (take_sign(r, ","));
	return take_sign(r, ")") ? found : wrong(r->q, "a list without an end", r->text);
}

static bool condition(struct reader *r)
{
	char name[TOKEN_MAX], value[TOKEN_MAX];
	const char *text;
	bool not;

	if (!take_value(r, name))
		return false;
	text = r->q->field(r->q->thing, name);
	if (!text)
		return wrong(r->q, "no such field", name);
	r->q->clauses++;
	not = take_word(r, "not");
	if (take_word(r, "in"))
		return in_list(r, text) != not;
	if (is_sign(r, "~") || is_sign(r, "!~")) {
		not = r->text[0] == '!';
		next(r);
		return take_value(r, value) && searched(r->q, text, value) != not;
	}
	not = is_sign(r, "!=");
	if (!take_sign(r, "=") && !take_sign(r, "!="))
		return wrong(r->q, "an operator is missing", r->text);
	return take_value(r, value) && (strcasecmp(text, value) == 0) != not;
}

static bool either(struct reader *);

static bool one(struct reader *r)
{
	bool found;

	if (take_word(r, "not"))
		return !one(r);
	if (!take_sign(r, "("))
		return condition(r);
	found = either(r);
	return take_sign(r, ")") ? found : wrong(r->q, "a bracket without an end", r->text);
}

static bool both(struct reader *r)
{
	bool found = one(r);

	while (!r->q->why[0] && take_word(r, "and"))
		found = one(r) && found;
	return found;
}

static bool either(struct reader *r)
{
	bool found = both(r);

	while (!r->q->why[0] && take_word(r, "or"))
		found = both(r) || found;
	return found;
}

static void order(struct reader *r)
{
	char name[TOKEN_MAX];

	if (!take_word(r, "order"))
		return;
	if (!take_word(r, "by"))
		wrong(r->q, "BY is missing", r->text);
	do {
		take_value(r, name);
		if (!take_word(r, "asc"))
			take_word(r, "desc");
	} while (!r->q->why[0] && take_sign(r, ","));
}

bool ql_fake_match(struct ql_fake *q, const char *query)
{
	struct reader *r = calloc(1, sizeof(*r));
	bool found = true;

	if (!r)
		abort();
	q->why[0] = '\0';
	q->clauses = 0;
	r->q = q;
	r->at = query;
	next(r);
	if (r->token != END && !is_word(r, "order"))
		found = either(r);
	order(r);
	if (r->token != END)
		wrong(q, "something behind the query", r->text);
	free(r);
	return found && !q->why[0];
}
