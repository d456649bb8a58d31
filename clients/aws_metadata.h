/* What a machine or a container of AWS knows of its own role. Asked in the clear and
 * near by: never through a proxy, and only where such services are. */
#ifndef CLIENTS_AWS_METADATA_H
#define CLIENTS_AWS_METADATA_H

#include <stdbool.h>

#include "clients/aws_call.h"

/* What a link of the chain found. */
enum aws_found { AWS_ABSENT, AWS_FOUND, AWS_FAILED };

/* ECS and EKS, when AWS_CONTAINER_CREDENTIALS_* names an endpoint. Blocks. */
enum aws_found aws_container(const struct source *, struct aws_identity *, usec deadline,
			     struct cancel *, struct err *);
/* The instance metadata service, version 2 only. Nobody there is AWS_ABSENT, with
 * the reason in *e. Blocks. */
enum aws_found aws_instance(const struct source *, struct aws_identity *, usec deadline,
			    struct cancel *, struct err *);

/* {"AccessKeyId", "SecretAccessKey", "Token" or "SessionToken", "Expiration"} as these,
 * and credential_process, write it. Pure. */
bool aws_json_identity(const char *text, size_t len, struct aws_identity *, struct err *);

#endif
