/* Whatever the text: nodes are well nested, values lie in the payload's own bytes,
 * and no limit is passed. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "sections/payload.h"
#include "sections/ruby_hash.h"

static void inside(const struct payload *p, const char *s, size_t len)
{
	if (s && (s < p->bytes || s + len > p->bytes + p->nbytes))
		abort();
}

static void check_node(const struct payload *p, size_t i)
{
	const struct payload_node *n = &p->nodes[i];
	size_t children = 0;

	inside(p, n->key, n->keylen);
	inside(p, n->value, n->vallen);
	if (n->depth > PAYLOAD_DEPTH || n->end <= i || n->end > p->n)
		abort();
	for (size_t c = payload_first(p, i); c != PAYLOAD_NONE; c = payload_next(p, i, c)) {
		children++;
		if (p->nodes[c].depth != n->depth + 1)
			abort();
	}
	/* A child that broke off is there, but was never counted as whole. */
	if (children != n->children && !(p->broken && children == n->children + 1))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload p = PAYLOAD_INIT;
	struct err e = { 0 };
	size_t used = 0;
	bool whole = ruby_hash_parse(&p, (const char *)data, size, &used, &e);

	if (p.n > PAYLOAD_NODES || used > size || whole == p.broken)
		abort();
	for (size_t i = 0; i < p.n; i++)
		check_node(&p, i);
	if (p.n > 0)
		payload_get(&p, 0, "event_code|message_type");
	payload_release(&p);
	return 0;
}
