/* One connection to a PostgreSQL server, from the name of its host to results
 * that arrive one by one. libpq is used without blocking: every wait ends with
 * the cancel and with the deadline. Used by the postgres client only. */
#ifndef CLIENTS_POSTGRES_LINK_H
#define CLIENTS_POSTGRES_LINK_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/source.h"

enum { PG_NOTICE_MAX = 96 };

struct pg_link {
	const struct source *source;
	PGconn *conn;                   /* NULL = not connected; in pipeline mode otherwise */
	usec born, ends;                /* monotonic; `ends` of what it was opened with */
	bool redshift;
	bool session_read_only;         /* Redshift accepted `SET readonly=1` */
	uint64_t notices;               /* received in all */
	char notice[PG_NOTICE_MAX];     /* the last one, printable */
};

/* The port and other numbers of the source's settings, with their defaults. */
long pg_port(const struct source *);
bool pg_host_is_local(const char *host);        /* a socket directory, or loopback by name */

/* Connected, younger than max_age and not known to be broken; false otherwise. */
bool pg_link_usable(struct pg_link *);
/* Connects anew: DNS 3 s, TCP 3 s an address, TLS 5 s, login 5 s, connect_timeout in all. */
bool pg_link_open(struct pg_link *, struct cancel *, usec deadline, struct err *);
void pg_link_drop(struct pg_link *);

/* Sends what is queued. */
bool pg_link_flush(struct pg_link *, struct cancel *, usec deadline, struct err *);
/* The next result, NULL at the end of those of one statement (see PQgetResult). */
bool pg_link_result(struct pg_link *, struct cancel *, usec deadline, PGresult **,
		    struct err *);
/* What the server says, without the password that it was told; the caller's. NULL without
 * memory. */
char *pg_link_said(const struct pg_link *, const char *text);
/* The error of a connection that broke, as libpq tells it. `again`: worth another try. */
bool pg_link_lost(const struct pg_link *, bool again, struct err *);
/* Asks the server to stop what it does. False when that could not be said in time. */
bool pg_link_interrupt(struct pg_link *, usec deadline);

#endif
