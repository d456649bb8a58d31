/* Where AWS credentials come from: the first link of the chain that has any.
 *
 *   settings access_key, secret_key, session_token
 *   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 *   the profile's role, taken by another profile or place
 *   AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN
 *   the profile's web identity, keys in the credentials file, credential_process, keys in
 *   the configuration
 *   a container's agent, an instance's metadata service
 *
 * The profile is that of the setting, which leaves both links of the environment out, or
 * AWS_PROFILE's, or "default". The setting role_arn is taken with whatever was found. A link
 * that has something which does not work ends the search: who else could sign is
 * not who was meant. */
#ifndef CLIENTS_AWS_CHAIN_H
#define CLIENTS_AWS_CHAIN_H

#include <stdbool.h>

#include "clients/aws_call.h"

/* Blocks. `out->origin` says which link answered. ERR_CONFIG when there are none: nobody
 * refused us. */
bool aws_chain(const struct source *, struct aws_identity *out, usec deadline, struct cancel *,
	       struct err *);


#endif
