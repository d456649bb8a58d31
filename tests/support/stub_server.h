/* An HTTP server on 127.0.0.1 whose answers are a function's: what stand-ins for services
 * are built on. A thread per connection; the function runs under a lock. */
#ifndef TESTS_SUPPORT_STUB_SERVER_H
#define TESTS_SUPPORT_STUB_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct stub_server;
struct MHD_Connection;

struct stub_call {
	const char *method, *path, *body;
	size_t body_len;
	struct MHD_Connection *connection;
};

/* "" when it was not sent. */
const char *stub_header(const struct stub_call *, const char *name);

struct stub_reply {
	unsigned status;        /* 200 at first */
	const char *type;       /* "application/json" at first */
	const char *retry_after;
	bool hang;              /* no answer until the server stops */
	struct buf body;
};

typedef void stub_answer_fn(void *ctx, const struct stub_call *, struct stub_reply *);

/* Aborts when it cannot listen. */
struct stub_server *stub_start(stub_answer_fn *, void *ctx);
void stub_stop(struct stub_server *);                   /* NULL allowed */
unsigned stub_port(const struct stub_server *);
/* For looking at what the function wrote down. */
void stub_lock(struct stub_server *);
void stub_unlock(struct stub_server *);
/* Waits until so many requests were taken; false after `seconds`. */
bool stub_wait(struct stub_server *, unsigned requests, unsigned seconds);

#endif
