/* The Security Token Service: another role, for credentials or for a web identity. */
#ifndef CLIENTS_AWS_STS_H
#define CLIENTS_AWS_STS_H

#include <stdbool.h>

#include "clients/aws_call.h"

struct aws_role {
	const char *arn;
	const char *session;       /* NULL = "sextant" */
	const char *external_id;   /* NULL = none */
	const char *seconds;       /* that it is to last; NULL or no number = an hour */
	const char *token;         /* of a web identity, instead of signing; NULL = none */
};

/* `who` and `out` may be the same. Blocks. */
bool aws_assume_role(const struct source *, const char *region, const struct aws_role *,
		     const struct aws_identity *who, struct aws_identity *out, usec deadline,
		     struct cancel *, struct err *);

/* The credentials in the answer to `action` ("AssumeRole"). Pure. */
bool aws_sts_read(const char *xml, size_t len, const char *action, struct aws_identity *out,
		  struct err *);

#endif
