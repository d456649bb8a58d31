/* Inside of reading an endpoint mapping; the rules are in rest_mapping.h. Pure. Used by
 * rest_mapping.c, rest_paging.c, rest_refusals.c and rest_request.c only. */
#ifndef CLIENTS_REST_MAPPING_PARTS_H
#define CLIENTS_REST_MAPPING_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/doc.h"
#include "base/err.h"
#include "clients/mapping.h"
#include "clients/rest_mapping.h"

bool rest_is_type(const struct doc_node *, enum doc_type, const char *what, struct err *);
/* A required, non-empty word of a map. */
bool rest_read_word(const struct doc_node *map, const char *key, const char **out, struct err *);
/* One dotted path or a list of them. */
bool rest_check_paths(const struct doc_node *, struct err *);

bool rest_read_paging(struct rest_paging *, const struct doc_node *root, struct err *);
bool rest_read_refusals(struct rest_refusals *, const struct doc_node *root, struct err *);

#endif
