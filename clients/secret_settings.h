/* The stores of secrets as the configuration knows them: settings and their check, and
 * nothing that could be asked. */
#ifndef CLIENTS_SECRET_SETTINGS_H
#define CLIENTS_SECRET_SETTINGS_H

#include "clients/client.h"

extern const struct client_ops vault_store_ops, aws_store_ops;

#endif
