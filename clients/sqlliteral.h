/* Values as literals of SQL, for the engines whose protocol binds in no other way:
 * Trino's and Athena's USING lists and execution parameters hold literals. Their
 * grammar knows no escape but the doubled quote. Pure. */
#ifndef CLIENTS_SQLLITERAL_H
#define CLIENTS_SQLLITERAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends 'it''s', or NULL for a value that is none. ERR_CONFIG for a value that is
 * not UTF-8: what the server would make of it is not known. */
bool sqlliteral_put(struct buf *out, const char *value, struct err *);

#endif
