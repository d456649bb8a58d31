/* AWS Signature Version 4, as pure functions: the request and the time go in, header
 * lines come out. What is not listed among the headers is not signed: never list
 * what the transport changes (User-Agent, Accept, Expect). Vectors and oracles are
 * in tests/clients/test_sigv4.c. */
#ifndef CLIENTS_SIGV4_H
#define CLIENTS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

struct sigv4_header {
	const char *name, *value;
};

struct sigv4_request {
	const char *method;
	const char *path;        /* as sent, escaped, without the query; "" means "/" */
	const char *query;       /* as sent, without "?"; "" when none */
	const struct sigv4_header *headers;  /* to be signed: Host has to be among them */
	size_t nheaders;
	const char *body;
	size_t body_len;
	const char *region, *service;
	/* S3 signs the path as it is sent and wants X-Amz-Content-Sha256; all other
	 * services take dots and empty segments out and escape it once more. */
	bool s3;
	usec now;                /* wall, corrected by the learnt skew */
};

/* Who signs. Borrowed. */
struct sigv4_signer {
	const char *id;
	const char *secret;
	size_t secret_len;
	const char *token;       /* of a session; NULL or "" = none */
};

enum { SIGV4_KEY = 32, SIGV4_SCOPE = 160 };

/* The key derived last: good for a day, a region, a service and a secret. The
 * caller's; zero-initialised; wiped by sigv4_key_wipe(). */
struct sigv4_key {
	char scope[SIGV4_SCOPE]; /* "20150830/us-east-1/iam/aws4_request" */
	unsigned char secret[SIGV4_KEY]; /* the digest of the secret it came from */
	unsigned char key[SIGV4_KEY];
};

void sigv4_key_wipe(struct sigv4_key *);

/* The steps, for the vectors. `names` gets "host;x-amz-date". */
bool sigv4_canonical(struct buf *out, struct buf *names, const struct sigv4_request *,
		     const struct sigv4_signer *, struct err *);
bool sigv4_string_to_sign(struct buf *out, const struct sigv4_request *,
			  const struct buf *canonical, struct err *);

/* Appends the lines to be sent besides those listed, "Name: value\n" each: X-Amz-Date,
 * X-Amz-Security-Token, X-Amz-Content-Sha256 (s3), Authorization. They hold secrets. */
bool sigv4_sign(struct sigv4_key *cache, const struct sigv4_request *, const struct sigv4_signer *,
		struct buf *lines, struct err *);

#endif
