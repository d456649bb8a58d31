/* What queries written as data (YAML) have in common, whatever kind of source they are
 * for. Pure. */
#ifndef CLIENTS_MAPPING_H
#define CLIENTS_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/doc.h"
#include "base/err.h"
#include "clients/client.h"

/* ERR_CONFIG with its place for a key that is none of `known` (ends with NULL). */
bool mapping_known_keys(const struct doc_node *map, const char *const *known, struct err *);

/* The length of the name when s[0..len) is ":name", else 0. */
size_t mapping_param(const char *s, size_t len);
/* The parameter of that name; ERR_CONFIG when none is bound. */
bool mapping_find(const struct query *, const char *name, size_t len, const struct param **out,
		  struct err *);

/* "." or "..". */
bool mapping_climbs(const char *s, size_t len);
/* Whether a value can stand as one segment below its parent, whoever decodes it: not
 * empty, no climbing, no "/", "\" or control characters. */
bool mapping_safe_segment(const char *);

#endif
