/* The kinds of sources. A new kind adds its table here and its line in registry.c. */
#ifndef CLIENTS_REGISTRY_H
#define CLIENTS_REGISTRY_H

#include "clients/client.h"

extern const struct client_ops postgres_ops;
extern const struct client_ops clickhouse_ops;
extern const struct client_ops rest_ops;
extern const struct client_ops sqlite_ops;
extern const struct client_ops trino_ops;
extern const struct client_ops athena_ops;
extern const struct client_ops llm_ops;
extern const struct client_ops s3_ops;
extern const struct client_ops neo4j_ops;

#endif
