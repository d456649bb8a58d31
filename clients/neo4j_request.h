/* A query as Neo4j's Query API takes it: a JSON body with the statement, its values as
 * parameters and read access. Pure. */
#ifndef CLIENTS_NEO4J_REQUEST_H
#define CLIENTS_NEO4J_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "clients/client.h"

/* Binds the query's id as well, under this name, by which a running query is found. */
#define NEO4J_MARK "sextant_query"

/* `seconds` is what the server may take (servers before 2026.04 do not look at it). A
 * statement whose last RETURN has no LIMIT gets one of max_rows + 1, where its brackets
 * tell which that is. ERR_CONFIG for a parameter without a value, for a value that is no
 * UTF-8, and for more than one statement. */
bool neo4j_request_build(struct buf *out, const struct query *, uint64_t max_rows, long seconds,
			 struct err *);

#endif
