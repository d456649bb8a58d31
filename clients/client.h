/* What every kind of source can do. One const table per kind, one `.c` per
 * table, one line in registry.c. A client builds the request, talks, decodes;
 * it creates no threads, retries nothing by itself, plans nothing, draws nothing.
 *
 * A connection object is used by one thread at a time and may move between
 * threads in between. Everything here may block, within the deadline, and is
 * called on workers only. */
#ifndef CLIENTS_CLIENT_H
#define CLIENTS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rows.h"
#include "clients/source.h"

/* A value to bind. Text in, text out: the query converts (":from::timestamp"). */
struct param {
	const char *name;           /* without the colon */
	const char *value;          /* NULL = SQL NULL */
};

enum { QUERY_ID_MAX = 64 };

struct query {
	const char *name;           /* "callbacks", for people and the trail */
	const char *text;           /* SQL with :name parameters, or a YAML mapping (rest, s3) */
	const struct param *params;
	size_t nparams;
	usec deadline;              /* monotonic; the server-side limit is derived from what remains */
	char id[QUERY_ID_MAX];      /* unique; sent along so that the server's log can be searched */
	uint64_t max_rows;          /* stop after so many with ERR_LIMIT; 0 = ROWS default of the client */
	uint64_t max_bytes;         /* decoded bytes; 0 = CLIENT_MAX_BYTES */
};

enum { CLIENT_MAX_BYTES = 512 << 20, CLIENT_MAX_ROWS = 1 << 20 };

/* How far the server is, as far as it tells. Unknown numbers are 0. */
struct progress {
	uint64_t rows_read, rows_total, bytes_read;
	char note[64];              /* "waking service", "queued"; printable */
};

/* Where an answer goes. The engine implements it; calls come on the worker, in
 * the order sent, columns, row*; progress at any time. False = stop, err is set. */
struct row_sink {
	/* The exact request as sent, secrets replaced by ••• (a SQL text with the
	 * bound values listed, or "GET https://…"). May be called again (paging). */
	void (*sent)(struct row_sink *, const char *text);
	/* Names as the source gives them. Once, before the first row; also for an
	 * empty answer when the source tells them. */
	bool (*columns)(struct row_sink *, const char *const *names, size_t n, struct err *);
	/* `cells` has as many entries as the columns; they live until the call returns. */
	bool (*row)(struct row_sink *, const struct cell *cells, struct err *);
	void (*progress)(struct row_sink *, const struct progress *);
	/* Raw bytes received, for the trail. */
	void (*bytes)(struct row_sink *, size_t received);
};

/* What the account may do there when our guard does not hold it back. */
enum health_rights { RIGHTS_UNKNOWN, RIGHTS_READ, RIGHTS_WRITE };

/* What check() found out by really asking. */
struct health {
	char server[96];            /* "PostgreSQL 15.8", "ClickHouse 18.16.1"; printable */
	char user[64];              /* who we are there, when it tells */
	bool read_only;             /* the guard is known to hold */
	enum health_rights rights;
	char detail[160];           /* one more fact worth a line; printable */
	int64_t skew_ms;            /* server Date minus our clock; 0 when unknown */
};

/* A setting that a kind knows; the configuration refuses all others. */
struct setting_def {
	const char *key;            /* "host" */
	const char *fallback;       /* default shown in the docs; NULL = none */
	bool required;
	bool secret;                /* value must be a secret reference */
	const char *help;
};

struct client_ops {
	const char *kind;                           /* "postgres" */
	const char *extension;                      /* of its query files; NULL = "sql" */
	bool libraries;                             /* needs clients_init() before open() */
	const struct setting_def *settings;         /* ends with a NULL key */
	/* Fills source->origin from the settings and checks what the table cannot.
	 * Pure; called while the configuration is read. A setting that is missing but
	 * not `required` (an alternative) is "no KEY: set sources.NAME.KEY": the source
	 * is then not configured. Every other complaint is about a wrong value. */
	bool (*prepare)(struct source *, struct err *);
	/* A connection object. Cheap: connects on first use. Keeps `source`. */
	void *(*open)(const struct source *, struct err *);
	/* Asks and streams the answer. On failure rows already delivered count.
	 * After a broken connection the object heals itself on the next run. */
	bool (*run)(void *conn, const struct query *, struct cancel *, struct row_sink *, struct err *);
	/* Really connects, really asks. */
	bool (*check)(void *conn, usec deadline, struct cancel *, struct health *, struct err *);
	void (*close)(void *conn);                  /* never blocks for long; NULL allowed */
};

/* The table of a kind, or NULL. registry.c holds the list. */
const struct client_ops *client_find(const char *kind);
/* All kinds, ends with NULL. */
extern const struct client_ops *const client_kinds[];

/* Once at start, before threads: scrubs the environment that the libraries read
 * behind our back (PG*, *_proxy, SSLKEYLOGFILE, CURL_*), initialises curl.
 * Split in two so that the first frame need not wait for the second. */
void clients_scrub_env(void);
bool clients_init(struct err *);
void clients_release(void);

#endif
