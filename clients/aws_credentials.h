/* Who signs for a source, shared by all its connections: searched once, refreshed five
 * minutes before the end, searched anew when the service refuses it. However many
 * threads ask at once, one searches and the others wait for it. Thread-safe. */
#ifndef CLIENTS_AWS_CREDENTIALS_H
#define CLIENTS_AWS_CREDENTIALS_H

#include <stdbool.h>

#include "clients/aws_call.h"

/* Rows of the settings of whoever signs: where the chain looks. */
#define AWS_KEY_SETTINGS \
	{ "access_key", NULL, false, true, "reference to the access key id; without it the usual " \
	  "places of AWS are searched" }, \
	{ "secret_key", NULL, false, true, "reference to the secret access key" }, \
	{ "session_token", NULL, false, true, "reference to the token of temporary keys" }, \
	{ "profile", NULL, false, false, "profile of ~/.aws/config and ~/.aws/credentials" }, \
	{ "role_arn", NULL, false, false, "role to take with what was found" }, \
	{ "external_id", NULL, false, false, "external id that the role asks for" }, \
	{ "role_session_name", NULL, false, false, "name of the session in that role; else sextant" }, \
	{ "sts_url", NULL, false, false, "endpoint of STS instead of the region's own" }, \
	{ "metadata_url", NULL, false, false, "endpoint of the instance metadata service" }

struct aws_credentials;

/* The source's; lives as long as somebody refers to it. */
struct aws_credentials *aws_credentials_ref(const struct source *, struct err *);
void aws_credentials_unref(struct aws_credentials *);  /* NULL allowed */

/* Copies what is good now into *out, unless that is it already. Blocks. */
bool aws_credentials_get(struct aws_credentials *, struct aws_identity *out, usec deadline,
			 struct cancel *, struct err *);
/* The service refused these: the next get() searches, unless others came meanwhile. */
void aws_credentials_refused(struct aws_credentials *, const struct aws_identity *);

#endif
