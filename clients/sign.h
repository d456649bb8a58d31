/* HMAC-SHA1 request signing as data: three profiles of the platform's APIs.
 * Pure functions; the vectors are in tests/clients/test_sign.c.
 *
 *   hmac-query    message app--ts; standard base64; query parameters
 *                 app_id, timestamp (YYYYMMDDHHMMSS), signature
 *   hmac-client   the same message; URL-safe base64; query parameters
 *                 client_id, signature, timestamp
 *   hmac-headers  message method\npath\nts\nbody; hex; headers
 *                 X-FourKitesDeviceId, X-FourKitesSignature,
 *                 X-FourKitesTimestamp (epoch seconds) */
#ifndef CLIENTS_SIGN_H
#define CLIENTS_SIGN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

struct sign_profile;            /* one row of the table in sign.c */
const struct sign_profile *sign_find(const char *name);   /* NULL = no such profile */

struct sign_request {
	const char *method, *path;      /* path without query */
	const char *body;               /* "" when none */
	size_t body_len;
	const char *app;
	const char *secret;
	size_t secret_len;
	usec now;                       /* wall, corrected by the learnt skew */
};

/* Appends the signature's query parameters ("app_id=…&timestamp=…&signature=…",
 * escaped once) to `query`, or its header lines ("Name: value\n" each) to
 * `headers`, as the profile says. */
bool sign_apply(const struct sign_profile *, const struct sign_request *, struct buf *query,
		struct buf *headers, struct err *);

#endif
