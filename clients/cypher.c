#include "clients/cypher.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_word_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
	return is_word_start(c) || isdigit((unsigned char)c);
}

/* `at` is on the opening quote. A backquote is doubled inside, the others escaped. */
static bool skip_quoted(struct cypher *c, struct err *e)
{
	char quote = *c->at++;

	while (*c->at) {
		if (*c->at == '\\' && quote != '`' && c->at[1]) {
			c->at += 2;
		} else if (*c->at++ == quote) {
			if (quote != '`' || *c->at != quote)
				return true;
			c->at++;
		}
	}
	return err_set(e, ERR_CONFIG, 0, "Cypher: a quote (%c) is not closed", quote);
}

/* Blanks and comments. */
static bool skip_space(struct cypher *c, struct err *e)
{
	for (;;) {
		if (isspace((unsigned char)*c->at)) {
			c->at++;
		} else if (strncmp(c->at, "//", 2) == 0) {
			c->at += strcspn(c->at, "\n");
		} else if (strncmp(c->at, "/*", 2) == 0) {
			const char *end = strstr(c->at + 2, "*/");

			if (!end)
				return err_set(e, ERR_CONFIG, 0, "Cypher: a comment (/*) is not closed");
			c->at = end + 2;
		} else {
			return true;
		}
	}
}

static void take_word(struct cypher *c, struct cypher_token *t, enum cypher_kind kind)
{
	t->kind = kind;
	t->text = c->at;
	while (is_word(*c->at))
		c->at++;
	t->len = (size_t)(c->at - t->text);
	t->property = c->before == '.' || c->before == ':';
	c->before = '\0';
}

static void take_byte(struct cypher *c, struct cypher_token *t)
{
	char byte = *c->at++;

	t->len = 1;
	c->before = byte;
	if (strchr("([{", byte))
		c->depth++;
	else if (strchr(")]}", byte) && c->depth > 0)
		t->depth = --c->depth;
}

void cypher_begin(struct cypher *c, const char *text)
{
	*c = (struct cypher){ .at = text };
}

bool cypher_next(struct cypher *c, struct cypher_token *t, struct err *e)
{
	if (!skip_space(c, e) || !*c->at)
		return false;
	*t = (struct cypher_token){ .kind = CYPHER_OTHER, .text = c->at, .depth = c->depth };
	if (*c->at == '$' && (is_word(c->at[1]))) {
		c->at++;
		take_word(c, t, CYPHER_PARAM);
	} else if (is_word_start(*c->at)) {
		take_word(c, t, CYPHER_WORD);
	} else if (isdigit((unsigned char)*c->at)) {
		take_word(c, t, CYPHER_OTHER);
	} else if (strchr("'\"`", *c->at)) {
		if (!skip_quoted(c, e))
			return false;
		t->len = (size_t)(c->at - t->text);
		c->before = '\0';
	} else {
		take_byte(c, t);
	}
	return true;
}

bool cypher_is(const struct cypher_token *t, const char *keyword)
{
	return t->kind == CYPHER_WORD && !t->property && strlen(keyword) == t->len &&
	       strncasecmp(t->text, keyword, t->len) == 0;
}
