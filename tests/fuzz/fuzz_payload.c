/* A payload is a well-formed tree in reading order, however broken the text was:
 * keys and values lie in its own bytes, children add up, walks end. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sections/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_bytes(const struct payload *p, const char *s, size_t len)
{
	if (s && len)
		require(s >= p->bytes && s + len <= p->bytes + p->nbytes);
}

static void check_node(const struct payload *p, size_t at)
{
	const struct payload_node *n = &p->nodes[at];
	size_t children = 0;

	require(n->end > at && n->end <= p->n && n->depth <= PAYLOAD_DEPTH);
	check_bytes(p, n->key, n->keylen);
	check_bytes(p, n->value, n->vallen);
	if (n->type != NODE_MAP && n->type != NODE_LIST)
		require(n->end == at + 1);
	for (size_t c = payload_first(p, at); c != PAYLOAD_NONE; c = payload_next(p, at, c)) {
		require(c > at && c < n->end && p->nodes[c].depth == n->depth + 1);
		require(p->nodes[c].end <= n->end);
		children++;
	}
	require(children == n->children);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload p = PAYLOAD_INIT;
	struct err e = { 0 };

	require(payload_parse(&p, (const char *)data, size, &e));
	require(p.n <= PAYLOAD_NODES && p.start <= p.stop && p.stop <= size);
	require(p.kind != PAYLOAD_TEXT || p.n == 0);
	require(!p.broken || (p.broken_at <= size && p.broken_why[0]));
	for (size_t i = 0; i < p.n; i++)
		check_node(&p, i);
	if (p.n)
		(void)payload_get(&p, 0, "event_date_time|event_time|a");
	payload_release(&p);
	return 0;
}
