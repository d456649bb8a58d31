/* Reads the text of a Ruby hash or array, as `inspect` prints it: "k"=>v, :k=>v,
 * k: v, "k": v; strings with escapes, symbols, numbers, nil, true, false, bare
 * times (2026-01-20 08:00:00 UTC), #<objects>. JSON is the same grammar without the
 * arrows. Asterisks outside of strings are skipped: pastes from tickets have them.
 *
 * Pure: no I/O, at most PAYLOAD_DEPTH levels of recursion, linear time. */
#ifndef SECTIONS_RUBY_HASH_H
#define SECTIONS_RUBY_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "sections/payload.h"

/* Reads the map or list that begins at in[0] into an empty `out`; *used is how many
 * bytes it took. False with `broken` set and the nodes so far when it ends early
 * (ERR_DECODE), reaches a limit (ERR_LIMIT), or without memory (ERR_MEMORY). */
bool ruby_hash_parse(struct payload *out, const char *in, size_t len, size_t *used, struct err *);

#endif
