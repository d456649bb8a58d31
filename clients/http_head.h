/* The response head of one HTTP exchange, read line by line as libcurl hands it
 * over. Pure; used by http.c and its fuzz target only. */
#ifndef CLIENTS_HTTP_HEAD_H
#define CLIENTS_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "clients/http.h"

struct http_head {
	struct http_response *response;
	char retry_after[64];   /* as sent: it can only be read once Date is known */
	char reset[64];         /* X-RateLimit-Reset, alike */
	bool used_up;           /* X-RateLimit-Remaining: 0 */
	int retry_ms;           /* of retry-after-ms; 0 = none */
	bool complete;          /* the final head (not a 1xx) has ended */
};

/* One line, with or without its line ending. `now` is the wall clock. */
void http_head_line(struct http_head *, const char *line, size_t len, usec now);

#endif
