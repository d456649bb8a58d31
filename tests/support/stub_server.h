/* A loopback server (loopback.h) whose answers are values, not responses: for stand-ins with
 * nothing of their own about the wire. The function runs under the server's lock. */
#ifndef TESTS_SUPPORT_STUB_SERVER_H
#define TESTS_SUPPORT_STUB_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct stub_server;
struct loopback_call;

struct stub_call {
	const char *method, *path, *body;
	size_t body_len;
	const struct loopback_call *http;
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
