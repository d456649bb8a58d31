/* What PostgreSQL and libpq complain about, as errors of ours. Pure.
 *
 * err.code of an answer from the server is its SQLSTATE read as a number in base
 * 36 (strtol(state, NULL, 36)); the five characters stand in the text as well. */
#ifndef CLIENTS_POSTGRES_ERROR_H
#define CLIENTS_POSTGRES_ERROR_H

#include <stdbool.h>

#include "base/err.h"

/* Where a connection attempt is; each place has its own limit. */
enum pg_stage { PG_TCP, PG_TLS, PG_LOGIN };

/* 0 for NULL and for anything that is not five characters of 0-9, A-Z. */
long pg_sqlstate(const char *state);

/* An error that the server sent. `again`: nothing was delivered yet, so another
 * attempt would do no harm. A state that is none gives ERR_DECODE. */
bool pg_server_err(const char *source, const char *state, const char *message, bool again,
		   struct err *);

/* The text of a failed attempt to connect, as libpq tells it (untranslated, with
 * PQERRORS_VERBOSE, so that the SQLSTATE is in it). */
bool pg_connect_err(const char *source, const char *where, enum pg_stage, const char *message,
		    struct err *);

#endif
