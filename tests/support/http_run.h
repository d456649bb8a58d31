/* One exchange of a test and what came of it. */
#ifndef TESTS_SUPPORT_HTTP_RUN_H
#define TESTS_SUPPORT_HTTP_RUN_H

#include <stdbool.h>

#include "clients/http.h"
#include "tests/support/client_fixture.h"
#include "tests/support/fault_server.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

struct run {
	struct source *source;
	struct http *http;
	struct http_request req;
	struct http_response r;
	struct cancel cancel;
	struct buf body;
	struct err e;
	char url[300];
	unsigned ticks;         /* calls of the tick */
	bool alive;             /* what the tick says */
	bool refuse;            /* the body is refused */
};

/* A source called "orders" with connect_timeout 1 and that origin; the request
 * is a GET of a path with a canary in its query. */
void run_begin(struct run *, const char *scheme, const char *host, unsigned port);
void run_begin_at(struct run *, const struct fault_server *);
bool run_tick(void *ctx);       /* for req.tick */
bool run_go(struct run *);
/* Also fails the test when the canary is in the error. */
void run_end(struct run *);
/* All but run_end() against one script. */
bool run_against(struct run *, const struct fault_step *script);
/* The error contains these words. */
void assert_says(const struct run *, const char *words);

#endif
