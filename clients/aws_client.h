/* A connection to one AWS service: the endpoint and who signs there. What the clients of
 * the services have in common. */
#ifndef CLIENTS_AWS_CLIENT_H
#define CLIENTS_AWS_CLIENT_H

#include <stdbool.h>

#include "clients/aws_call.h"
#include "clients/aws_credentials.h"

struct aws_client {
	const struct source *source;
	struct aws_endpoint endpoint;
	struct aws_credentials *credentials;
	struct aws_identity who;
	int64_t skew_ms;              /* of the last answer: its Date minus our clock; 0 = unknown */
};

/* `url` NULL: the service's own place. */
bool aws_client_init(struct aws_client *, const struct source *, const char *url, const char *region,
		     const char *service, struct err *);
void aws_client_release(struct aws_client *);   /* zeroed ones too */

/* A signed call: true when an answer came. Unless that is a success (HTTP 2xx), *fault
 * says what it is, and aws_client_err() which error. Credentials that ran out are
 * searched anew, once: *renewed belongs to all calls of one question. */
bool aws_client_call(struct aws_client *, struct aws_call *, bool *renewed, struct aws_fault *,
		     struct err *);
bool aws_client_success(const struct aws_call *);
/* Credentials that are refused are forgotten, so that the user's next try searches.
 * Returns false. */
bool aws_client_err(struct aws_client *, const struct aws_call *, const struct aws_fault *,
		    struct err *);

#endif
