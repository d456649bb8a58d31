/* A query as ClickHouse's HTTP interface takes it. Pure.
 *
 * Values are bound in the way the server knows: {name:String} with param_name
 * (since 20.1), or each value as a temporary table of one cell that the
 * statement selects from (18.16, which has no parameters). */
#ifndef CLIENTS_CLICKHOUSE_REQUEST_H
#define CLIENTS_CLICKHOUSE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "clients/client.h"
#include "clients/http.h"

/* What was found out about the server and the account. */
struct ch_server {
	bool known;
	long major, minor;
	char version[40];       /* printable */
	bool send_readonly;     /* false: the account is read-only already */
	bool send_limits;       /* false: it may not change settings */
};

struct ch_request {
	struct buf sql;         /* as sent */
	struct buf url;
	struct buf values;      /* what the fields point into */
	struct ch_piece *pieces;
	struct http_field *fields;
	size_t nfields;
	bool sql_in_body;       /* else it is in the URL or among the fields */
};

/* "https://host:8443" or "https://host/prefix" from the settings, with the
 * origin's part of it. ERR_CONFIG says what to set. */
bool ch_address(const struct source *, struct buf *base, char *origin, size_t originsz,
		struct err *);

/* `remaining` is what the deadline leaves. ERR_CONFIG for a parameter without a
 * value and for a statement that is no single one. */
bool ch_request_build(struct ch_request *, const struct source *, const char *base,
		      const struct ch_server *, const struct query *, usec remaining,
		      struct err *);
void ch_request_release(struct ch_request *);

#endif
