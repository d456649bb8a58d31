/* A Trino coordinator, as far as a client can tell: credentials, session headers, pages
 * under addresses that are good once, and answers as wrong as a test wants. What a real
 * one refuses is refused here: an unknown path (404), a page out of turn (410), a request
 * without its user or credentials (401), an EXECUTE of nothing prepared.
 *
 * Listens on 127.0.0.1; a thread per connection. All calls from any thread. */
#ifndef TESTS_SUPPORT_TRINO_FAKE_H
#define TESTS_SUPPORT_TRINO_FAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct trino_fake;

enum trino_fault {
	TRINO_WHOLE,
	TRINO_CUT,              /* half of the body, then the connection is closed */
	TRINO_DROP,             /* closed without an answer */
	TRINO_HANG,             /* no answer until the server stops */
	TRINO_STALL,            /* half of the body, then nothing until the server stops */
};

/* Answer number n of a query: 0 to the POST, the others to the GETs in turn. */
struct trino_answer {
	const char *rows;       /* JSON of `data`; NULL = none */
	size_t many;            /* so many rows of [number, "row NUMBER"] instead */
	const char *error;      /* JSON of `error`: the query ends here */
	const char *next;       /* instead of the true address; "" = none */
	const char *body;       /* instead of the whole page */
	const char *type;       /* content type; NULL = application/json */
	unsigned status;        /* 0 = 200; others have `body` or none */
	const char *retry_after, *location;
	enum trino_fault fault;
	int delay_ms;           /* before it */
	unsigned times;         /* what is wrong is so only so many times; 0 = always */
};

struct trino_options {
	const struct trino_answer *answers;
	size_t nanswers;
	const char *columns;    /* JSON; NULL = a bigint, b varchar */
	bool no_columns;
	size_t repeat;          /* the last answer but one comes so many times more */
	const char *user;       /* NULL = anybody */
	const char *password;   /* Basic */
	const char *token;      /* Bearer */
	bool old;               /* does not know EXECUTE IMMEDIATE */
	bool fixed_limits;      /* session properties may not be set */
	const char *cert_file, *key_file; /* both: TLS */
	const char *ca_file;    /* what trino_talk_begin() lets the client trust; NULL = nothing */
};

struct trino_fake *trino_fake_start(const struct trino_options *, struct err *);
void trino_fake_stop(struct trino_fake *);              /* NULL allowed */
unsigned trino_fake_port(const struct trino_fake *);

struct trino_seen {
	unsigned posts, gets, deletes, infos, refused, connections;
	char statement[4096];   /* the last one that was no question of the client's own */
	char prepared[4096];    /* its X-Trino-Prepared-Statement, decoded; "" = none */
	char session[128], catalog[64], schema[64], info[80], zone[32], source[32];
	char deleted[256];      /* path of the last DELETE */
};

struct trino_seen trino_fake_seen(struct trino_fake *);

#endif
