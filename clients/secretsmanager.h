/* The answer of AWS Secrets Manager. */
#ifndef CLIENTS_SECRETSMANAGER_H
#define CLIENTS_SECRETSMANAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "clients/secret_stores.h"

/* Of GetSecretValue: its text, or with a field the member of that name of the JSON that
 * it is, and then the member "username" as well. Pure. */
bool secretsmanager_read(const char *text, size_t len, const char *field, struct issued *,
			 struct err *);

#endif
