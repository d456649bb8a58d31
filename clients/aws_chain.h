/* Where AWS credentials come from: the first link of the chain that has any.
 *
 *   settings access_key, secret_key, session_token
 *   setting profile
 *   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 *   AWS_PROFILE, or the profile "default"
 *   AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN
 *   a container's agent, an instance's metadata service
 *
 * A profile has keys, a credential_process, a web identity, or a role that another
 * profile or place takes. The setting role_arn is taken with whatever was found. A link
 * that has something which does not work ends the search: who else could sign is
 * not who was meant. */
#ifndef CLIENTS_AWS_CHAIN_H
#define CLIENTS_AWS_CHAIN_H

#include <stdbool.h>

#include "clients/aws_call.h"

/* Blocks. `out->origin` says which link answered. ERR_AUTH when there are none. */
bool aws_chain(const struct source *, struct aws_identity *out, usec deadline, struct cancel *,
	       struct err *);


#endif
