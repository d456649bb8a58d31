/* One query of Athena: started, looked at until it has ended, its pages read, and
 * stopped there whenever our side ends it. */
#ifndef CLIENTS_ATHENA_ASK_H
#define CLIENTS_ATHENA_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/athena_answer.h"
#include "clients/aws_client.h"
#include "clients/client.h"

struct athena_asking {
	/* The caller's: */
	struct aws_client *athena;
	const struct query *query;
	struct cancel *cancel;
	struct row_sink *sink;          /* NULL in a health check */
	usec deadline;
	uint64_t max_rows, max_bytes;

	/* How far it is: */
	struct buf sql, start;          /* as sent */
	char execution[ATHENA_ID_MAX];  /* "" until it is known */
	bool maybe_started;             /* the start was sent, and its answer is not known */
	bool over;                      /* it has ended there */
	struct athena_execution last;
	bool renewed;                   /* new credentials were asked for once */
	unsigned failures;              /* in a row */
	uint64_t rows, bytes;
	size_t ncolumns;                /* of the first page */
	struct cell *cells;
};

/* Releases what it holds; who asked and `last` can still be read. */
bool athena_ask(struct athena_asking *, struct err *);

#endif
