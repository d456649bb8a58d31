/* What a ClickHouse server's message means for us. Pure. */
#ifndef CLIENTS_CLICKHOUSE_ERROR_H
#define CLIENTS_CLICKHOUSE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Sets *e from the code (0 = the message names none) and the message, shortened
 * to its human part; returns false. `delivered`: rows came before, so another
 * try would repeat them. */
bool ch_error(struct err *e, const char *source, long code, const char *message, size_t len,
	      bool delivered);

#endif
