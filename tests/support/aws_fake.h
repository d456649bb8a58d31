/* Athena, STS and the credential endpoints of a machine and a container, as strict as
 * the real ones where that can be known: checks every signature by a way of its own,
 * runs the statements in SQLite, pages, queues, and misbehaves on request.
 *
 *   POST /    X-Amz-Target AmazonAthena.{StartQueryExecution, GetQueryExecution,
 *             GetQueryResults, StopQueryExecution}; or a form for STS
 *             {AssumeRole, AssumeRoleWithWebIdentity}
 *             secretsmanager.GetSecretValue, RedshiftServerless.GetCredentials (workgroup
 *             "reports"); or a form for Redshift: GetClusterCredentials[WithIAM] (cluster "c1")
 *   PUT  /latest/api/token, GET /latest/meta-data/iam/security-credentials/[ROLE]
 *   GET  /container             with Authorization: AWS_FAKE_CONTAINER_TOKEN
 *   GET  /BUCKET/[KEY]          ListObjectsV2, GetObject with Range and
 *             response-content-encoding, of aws_fake_object()'s; those whose keys end in
 *             ".encoded" are sent as gzip
 *
 * Listens on 127.0.0.1; a thread per connection. All calls from any thread. */
#ifndef TESTS_SUPPORT_AWS_FAKE_H
#define TESTS_SUPPORT_AWS_FAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct aws_fake;

#define AWS_FAKE_ID     "AKIAFAKEFAKEFAKE0001"
#define AWS_FAKE_SECRET "canary/secret+7f3aQ"
#define AWS_FAKE_ROLE   "arn:aws:iam::123456789012:role/reader"
/* Taken only with the external id ext-7 as session desk, and for 900 seconds. */
#define AWS_FAKE_STRICT_ROLE "arn:aws:iam::123456789012:role/reader-strict"
#define AWS_FAKE_SHORT_ROLE "arn:aws:iam::123456789012:role/reader-short"
#define AWS_FAKE_CONTAINER_TOKEN "canary-container-token"
#define AWS_FAKE_WEB_TOKEN "canary-web-identity-token"

struct aws_fake_options {
	const char *sql;         /* fills the database; may be NULL */
	unsigned port;           /* 0 = a free one */
	unsigned queued, running;/* looks that find a query so */
	unsigned page_keys;      /* of a listing's page at most; 0 = as asked */
	unsigned key_seconds;    /* how long keys of STS and the machine last; 0 = an hour */
	/* Called with what Redshift issues, good for key_seconds; NULL = nobody. */
	void (*issue)(void *ctx, const char *user, const char *password, unsigned seconds);
	void *ctx;
};

struct aws_fake *aws_fake_start(const struct aws_fake_options *, struct err *);
void aws_fake_stop(struct aws_fake *);           /* NULL allowed */
unsigned aws_fake_port(const struct aws_fake *);
/* TEST_ID and TEST_SECRET are its account from now on; nothing of this machine is found. */
void aws_fake_account(void);

/* What goes wrong with the operation ("" = any Athena operation), "MODE[:ARG][*COUNT]":
 *
 *   throttle, denied, internal, invalid     the fault of that name
 *   typed        as throttle, with the fault's name in a header only
 *   expire       the keys that sign are worth nothing any more, from now on
 *   lost         done, but the connection is closed instead of an answer
 *   drop         not done, and closed
 *   malformed    JSON that ends early
 *   body:TEXT    200 and this
 *   html         200 and a login page
 *   same-token   NextToken is always the same; so is a listing's
 *   moved        S3: the bucket is in another region
 *   whole        S3: ranges are not known
 *   literal      S3: response-content-encoding is not known
 *   slow:MS      the answer begins later
 *   skew:SECONDS the clock (for good)
 *
 * NULL = nothing any more. False when it is none of these. */
bool aws_fake_fault(struct aws_fake *, const char *operation, const char *spec);
/* An object of S3; buckets are those that have some. */
void aws_fake_object(struct aws_fake *, const char *bucket, const char *key, const char *data,
		     size_t len);
/* How queries end: "FAILED" or "CANCELLED", with Athena's own words and the members of
 * AthenaError ("" = none); NULL: well again. */
void aws_fake_outcome(struct aws_fake *, const char *state, const char *reason, const char *error);
/* Queries stay queued for good. */
void aws_fake_hold(struct aws_fake *, bool);

/* The current version of a secret: a string or base64, the other one NULL; both NULL: it
 * is to be deleted. */
void aws_fake_put_secret(struct aws_fake *, const char *name, const char *string, const char *binary);

/* Requests so far for an operation, answered well or not; "" = all. */
size_t aws_fake_count(struct aws_fake *, const char *operation);
/* Waits for so many; false after `seconds`. */
bool aws_fake_wait(struct aws_fake *, const char *operation, size_t count, unsigned seconds);
/* Queries that have been started, and those that have not ended. */
size_t aws_fake_started(struct aws_fake *);
size_t aws_fake_unended(struct aws_fake *);
/* The statement of the i-th query; lives as long as the fake. NULL: there is none. */
const char *aws_fake_sql(struct aws_fake *, size_t i);
/* Why the last signature was refused; "" = none was. Lives until the next refusal. */
const char *aws_fake_refusal(struct aws_fake *);

#endif
