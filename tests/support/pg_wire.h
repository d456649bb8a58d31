/* The server's side of PostgreSQL's protocol, for servers that misbehave: a
 * listener on loopback that runs a script for each connection, and messages. */
#ifndef TESTS_SUPPORT_PG_WIRE_H
#define TESTS_SUPPORT_PG_WIRE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { WIRE_STARTUP = 196608, WIRE_SSL = 80877103, WIRE_CANCEL = 80877102 };
enum { WIRE_CONNECTIONS = 512 };

struct wire_server;

struct wire_conn {
	struct wire_server *server;
	int fd;                 /* closed when the script returns */
	uint32_t code;          /* WIRE_STARTUP, WIRE_SSL or WIRE_CANCEL */
	struct buf packet;      /* the whole first packet */
	pthread_t thread;
};

struct wire_server {
	unsigned port;
	char port_text[16];
	void (*script)(struct wire_conn *);     /* each on a thread of its own */
	void *ctx;
	atomic_int cancels;     /* cancel requests; they are not given to the script */
	bool pass_cancels;      /* unless this is set */
	int listener;
	pthread_t thread;
	struct wire_conn *conns[WIRE_CONNECTIONS];
	size_t nconns;
};

/* Port, script and ctx: ready when it returns. */
bool wire_start(struct wire_server *, void (*script)(struct wire_conn *), void *ctx);
/* Scripts must come to their end when their peer is gone. */
void wire_stop(struct wire_server *);

bool wire_read(int fd, void *data, size_t len);         /* all of it */
bool wire_write(int fd, const void *data, size_t len);  /* all of it */
/* One message of the client: its type (0 at the end) and its payload. */
char wire_message(int fd, struct buf *payload);

/* Building: a message is opened, filled and closed (which sets its length). */
size_t wire_open(struct buf *, char type);
void wire_close(struct buf *, size_t opened);
void wire_u16(struct buf *, unsigned);
void wire_u32(struct buf *, uint32_t);
void wire_text(struct buf *, const char *);             /* with its NUL */
void wire_simple(struct buf *, char type, const char *text);    /* text NULL = no payload */
void wire_parameter(struct buf *, const char *name, const char *value);
void wire_row(struct buf *, unsigned columns, const char *value);
void wire_columns(struct buf *, unsigned columns);

/* Lets anybody in, as a PostgreSQL 15 with few words. */
void wire_greeting(struct buf *);
void wire_ready(struct buf *, char state);
void wire_done(struct buf *, const char *tag);          /* of a command without rows */
void wire_rows(struct buf *, unsigned columns);         /* what comes before rows */

/* Our client sends a transaction with a guard and the statement in one go: reads that, until
 * its second Sync. False when it has left. */
bool wire_flight(int fd);
void wire_before_statement(struct buf *);               /* the answers in front */
void wire_after_statement(struct buf *);                /* and behind */

#endif
