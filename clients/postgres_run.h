/* One statement on a connection, from its text to the last row.
 *
 * Every statement travels in one flight (libpq's pipeline mode):
 *
 *   [SET statement_timeout]  Redshift only; may fail
 *   BEGIN READ ONLY
 *   SELECT set_config(…)     the limits; and after a query the transaction can
 *                            not be made writable any more
 *   the statement            alone in its message: a second one is refused there
 *   ROLLBACK                 behind a synchronisation point: always carried out
 *
 * so that an answer costs one round trip, and a statement that failed, was
 * stopped or tried to write leaves nothing behind. */
#ifndef CLIENTS_POSTGRES_RUN_H
#define CLIENTS_POSTGRES_RUN_H

#include <stdbool.h>

#include "clients/client.h"
#include "clients/postgres_link.h"

/* Connects first when the connection is missing, too old or broken. Afterwards
 * it is idle and outside of any transaction, or dropped. */
bool pg_run(struct pg_link *, const struct query *, struct cancel *, struct row_sink *,
	    struct err *);

#endif
