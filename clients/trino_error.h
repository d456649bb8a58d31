/* What an error object inside a Trino answer means for us. Pure. */
#ifndef CLIENTS_TRINO_ERROR_H
#define CLIENTS_TRINO_ERROR_H

#include <stdbool.h>

#include "base/err.h"
#include "base/rows.h"

struct trino_failure {
	struct cell name, type, message;        /* errorName, errorType, message; may be NULL cells */
	long code;                              /* errorCode */
};

/* Sets *e, returns false. `delivered`: rows came before, another try would repeat them. */
bool trino_error(struct err *e, const char *source, const struct trino_failure *, bool delivered);

/* The account may not set the time limit that we send along. */
bool trino_fixes_limits(const struct trino_failure *);

#endif
