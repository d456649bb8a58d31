/* What stand-ins for HTTP services have in common: a server on 127.0.0.1 with a thread per
 * connection, which takes each request whole before it is answered, and a lock with a
 * condition for what tests set, look at and wait for. */
#ifndef TESTS_SUPPORT_LOOPBACK_H
#define TESTS_SUPPORT_LOOPBACK_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

/* One request. */
struct loopback_call {
	struct MHD_Connection *connection;
	const char *method;
	char *uri;                      /* as sent, with the query */
	char *path;                     /* as sent, without it */
	const char *query;              /* in uri; "" = none */
	struct buf body;
	bool begun;
};

/* "" when it was not sent. */
const char *loopback_header(const struct loopback_call *, const char *name);
const char *loopback_argument(const struct loopback_call *, const char *name);
/* By Basic; a user of NULL is anybody. */
bool loopback_password_is(const struct loopback_call *, const char *user, const char *password);

/* Queues the response; MHD_NO closes the connection without one. Not under the lock. */
typedef enum MHD_Result loopback_fn(void *ctx, struct loopback_call *);

struct loopback_options {
	unsigned port;                  /* 0 = a free one */
	bool own_date;                  /* the function writes the header Date */
	const char *cert_file, *key_file; /* both: TLS */
};

struct loopback {
	pthread_mutex_t lock;
	pthread_cond_t changed;         /* to be broadcast when something did */
	bool stopping;                  /* under the lock */
	unsigned connections;           /* begun so far; under the lock */
	unsigned port;
	char *cert, *key;
	loopback_fn *answer;
	void *ctx;
	struct MHD_Daemon *daemon;      /* NULL = does not run */
};

bool loopback_start(struct loopback *, const struct loopback_options *, loopback_fn *, void *ctx,
		    struct err *);
/* Wakes all who pause and ends all connections, before it returns. Nothing when it does
 * not run. */
void loopback_stop(struct loopback *);

/* Under the lock: waits until something changed. False once the time (monotonic) is over, or
 * the server stops. */
bool loopback_pause(struct loopback *, usec until);
usec loopback_in(usec span);            /* so much from now, for it */

#endif
