/* A plain text to look for in bytes, fast: over whole blocks of rows at once.
 * Without a capital it fits both cases (ASCII). */
#ifndef BASE_NEEDLE_H
#define BASE_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>

struct needle {
	const char *text;        /* the caller's; outlives the needle */
	size_t len;
	bool fold;               /* ignore the case */
	size_t rare;             /* its byte that is probably the rarest */
};

void needle_init(struct needle *, const char *text, size_t len);
/* Where it first begins in in[0..len), NULL when it does not. An empty one is
 * everywhere. */
const char *needle_find(const struct needle *, const char *in, size_t len);

#endif
