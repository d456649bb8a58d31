/* What a mapping's `then` asks about a row, joined to that row. */
#ifndef CLIENTS_REST_THEN_H
#define CLIENTS_REST_THEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/err.h"
#include "clients/client.h"
#include "clients/rest_ask.h"
#include "clients/rest_mapping.h"

struct rest_then {
	struct row_sink sink;           /* give the rows to this one */
	struct rest *rest;
	const struct rest_mapping *mapping; /* whose `then` it is */
	const struct query *query;
	struct cancel *cancel;
	struct row_sink *out;           /* gets the joined rows */
	size_t max_bytes;
	long asked;
	struct cell *cells;             /* of the joined row */
	struct param *params;           /* the row's columns, then the query's */
};

/* The rest of the fields are the caller's to fill. */
bool rest_then_init(struct rest_then *, const struct rest_mapping *, const struct query *,
		    struct err *);
void rest_then_release(struct rest_then *);

#endif
