/* What was asked, as a command that a person can run: psql, clickhouse-client, sqlite3,
 * trino or curl, for a POSIX shell. Values are quoted for where they stand; secrets are left
 * as variables of the shell. The text is printable but for newlines and tabs. */
#ifndef SECTIONS_RUNNABLE_H
#define SECTIONS_RUNNABLE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "sections/config.h"
#include "sections/investigation.h"

enum runnable_form {
	RUNNABLE_NATIVE,        /* the engine's own program; curl for an API */
	RUNNABLE_CURL,          /* ERR_CONFIG where no one request is the query */
};

/* ERR_CONFIG when nothing was sent, or the values bound are not known any more. */
bool runnable_query(const struct config *, const struct attempt *, enum runnable_form,
		    struct buf *out, struct err *);

/* Appends one word for the shell: '…'. */
void runnable_word(struct buf *out, const char *data, size_t len);

#endif
