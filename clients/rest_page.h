/* One JSON answer of an endpoint, as rows. Pure; the rules are in rest_mapping.h. */
#ifndef CLIENTS_REST_PAGE_H
#define CLIENTS_REST_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/err.h"
#include "clients/client.h"
#include "clients/rest_mapping.h"

struct rest_page {
	json_t *root;           /* owned */
	json_t *rows;           /* in root: an object or an array; NULL = no rows */
	size_t nrows;
	uint64_t digest;        /* equal for equal rows, whatever surrounds them; of an address
				 * or token that is named, instead */
	long total;             /* pages in all; -1 = it does not say */
	struct cell next;       /* in root: the next page's address or token; CELL_NULL = this is the last */
};

bool rest_page_read(const struct rest_mapping *, const char *text, size_t len, struct rest_page *,
		    struct err *);
void rest_page_release(struct rest_page *);
/* What leads to the next page stood elsewhere; kept as it is. */
void rest_page_next(struct rest_page *, struct cell next);

/* What an error answer says in words, wherever APIs put that; CELL_NULL = nothing.
 * Lives as long as the tree (NULL allowed). */
struct cell rest_page_message(json_t *root);
/* The first of the paths that holds anything, and what; NULL = none does. */
json_t *rest_page_find(const struct doc_node *paths, json_t *root);

/* Hands the rows to the sink. `*count` goes up with each; ERR_LIMIT when it would
 * pass `max`. Stops when the cancel (NULL = none) fires. */
bool rest_page_emit(const struct rest_mapping *, const struct rest_page *, uint64_t *count,
		    uint64_t max, struct cancel *, struct row_sink *, struct err *);

#endif
