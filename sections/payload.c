#include "sections/payload.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sections/ruby_hash.h"

/* Brackets of a log line at which a payload is looked for: each may cost a whole
 * pass, so a text made of brackets must not be quadratic. */
enum { STARTS_MAX = 16 };

static void forget(struct payload *p)
{
	free(p->nodes);
	free(p->bytes);
	*p = (struct payload)PAYLOAD_INIT;
}

void payload_release(struct payload *p)
{
	forget(p);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* `[a1b2]` and `{}` in running text are no payload: there must be a key, or the
 * text must be the payload and nothing else. */
static bool convincing(const struct payload *p, const char *text, size_t len, bool first)
{
	size_t rest = p->stop;

	while (rest < len && is_blank(text[rest]))
		rest++;
	if (first && rest == len && !p->broken)
		return true;
	return p->n > 1 && (p->nodes[0].type == NODE_MAP || p->nodes[1].type == NODE_MAP);
}

/* True when the text from `at` is a payload, or memory ran out (then *e is set). */
static bool try_at(struct payload *p, const char *text, size_t len, size_t at, bool first,
		   struct err *e)
{
	size_t used = 0;

	if (!ruby_hash_parse(p, text + at, len - at, &used, e) && e->kind == ERR_MEMORY)
		return true;
	p->start = at;
	p->stop = at + used;
	p->broken_at += at;
	if (convincing(p, text, len, first))
		return true;
	forget(p);
	return false;
}

bool payload_parse(struct payload *p, const char *text, size_t len, struct err *e)
{
	struct err why = { 0 };
	size_t at = 0, tries = 0;
	bool found = false;

	*p = (struct payload)PAYLOAD_INIT;
	while (at < len && is_blank(text[at]))
		at++;
	if (at < len && (text[at] == '{' || text[at] == '['))
		found = try_at(p, text, len, at, true, &why);
	for (; !found && at < len && tries < STARTS_MAX; at++) {
		if (text[at] != '{' && text[at] != '[')
			continue;
		found = try_at(p, text, len, at, false, &why);
		tries++;
	}
	if (found && why.kind == ERR_MEMORY) {
		forget(p);
		return err_set(e, ERR_MEMORY, 0, "%s", why.text);
	}
	return true;
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool payload_same_key(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < alen && a[i] == '_')
			i++;
		while (j < blen && b[j] == '_')
			j++;
		if (i == alen || j == blen)
			return i == alen && j == blen;
		if (fold(a[i++]) != fold(b[j++]))
			return false;
	}
}

size_t payload_first(const struct payload *p, size_t at)
{
	return at < p->n && p->nodes[at].end > at + 1 ? at + 1 : PAYLOAD_NONE;
}

size_t payload_next(const struct payload *p, size_t at, size_t child)
{
	size_t next = p->nodes[child].end;

	return next < p->nodes[at].end ? next : PAYLOAD_NONE;
}

static size_t child_named(const struct payload *p, size_t at, const char *name, size_t len)
{
	size_t i = payload_first(p, at);

	while (i != PAYLOAD_NONE) {
		const struct payload_node *n = &p->nodes[i];

		if (n->key && payload_same_key(n->key, n->keylen, name, len))
			return i;
		i = payload_next(p, at, i);
	}
	return PAYLOAD_NONE;
}

size_t payload_child(const struct payload *p, size_t at, const char *name)
{
	return child_named(p, at, name, strlen(name));
}

struct cell payload_get(const struct payload *p, size_t at, const char *names)
{
	while (*names) {
		size_t len = strcspn(names, "|");
		size_t i = child_named(p, at, names, len);

		if (i != PAYLOAD_NONE && p->nodes[i].value && p->nodes[i].vallen > 0)
			return (struct cell){ p->nodes[i].value, p->nodes[i].vallen };
		names += len;
		names += *names == '|';
	}
	return CELL_NULL;
}
