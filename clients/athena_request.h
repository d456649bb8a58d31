/* What is sent to Athena: the statement with its values, and the documents of the four
 * calls. Pure. */
#ifndef CLIENTS_ATHENA_REQUEST_H
#define CLIENTS_ATHENA_REQUEST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "clients/client.h"

enum { ATHENA_SQL_MAX = 262144, ATHENA_TOKEN = 129, ATHENA_PAGE_ROWS = 1000 };

/* The statement with its :names as literals: Athena's own parameters hold literals as
 * well, take no lists and are not understood everywhere. Each is text: the query
 * converts (CAST(:from AS timestamp)). ERR_CONFIG for a statement that does not
 * read, an unknown name, a value that is not UTF-8 or holds controls. */
bool athena_sql(struct buf *out, const struct query *, struct err *);

/* A token for one start, and its repetitions only. */
bool athena_token(char out[static ATHENA_TOKEN], const char *query_id, struct err *);

bool athena_start_body(struct buf *out, const struct source *, const char *sql, const char *token,
		       struct err *);
/* {"QueryExecutionId": …} of GetQueryExecution and StopQueryExecution. */
bool athena_id_body(struct buf *out, const char *execution, struct err *);
bool athena_page_body(struct buf *out, const char *execution, const char *next, struct err *);

#endif
