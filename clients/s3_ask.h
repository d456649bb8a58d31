/* One query of S3: the pages of a listing, or the beginning of an object. */
#ifndef CLIENTS_S3_ASK_H
#define CLIENTS_S3_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/err.h"
#include "clients/aws_client.h"
#include "clients/client.h"
#include "clients/s3_mapping.h"

struct s3_asking {
	/* The caller's: */
	struct aws_client *s3;
	const struct query *query;
	const struct s3_mapping *mapping;
	struct cancel *cancel;
	struct row_sink *sink;          /* NULL in a health check */
	uint64_t max_rows, max_bytes;

	/* How far it is: */
	bool renewed;                   /* new credentials were asked for once */
	uint64_t rows, bytes;
	struct buf path, request;       /* of the request under way */
};

/* Releases what it holds. */
bool s3_ask(struct s3_asking *, struct err *);
/* Whether objects whose keys begin so can be listed; *any: whether there are some. */
bool s3_ask_any(struct s3_asking *, const char *prefix, bool *any, struct err *);

#endif
