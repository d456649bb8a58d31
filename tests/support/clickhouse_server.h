/* A real ClickHouse (the Debian package) on loopback ports, for one test program.
 *
 * Users: default (no password), analyst (password "s3cret pass"), strict
 * (readonly=1), tiny and small (max_memory_usage of 8 and 40 MB, readonly=2). */
#ifndef TESTS_SUPPORT_CLICKHOUSE_SERVER_H
#define TESTS_SUPPORT_CLICKHOUSE_SERVER_H

#include <stdbool.h>

#include "base/err.h"
#include "tests/support/process.h"

struct clickhouse_server {
	struct child child;
	unsigned port;          /* plain HTTP */
	unsigned native_port;   /* what clickhouse-client speaks */
	unsigned tls_port;      /* HTTPS, for localhost, signed by ca_file */
	char *dir;
	char ca_file[256];
};

/* True when the package is installed. */
bool clickhouse_installed(void);
/* Returns when it answers; bounded by 30 s. */
bool clickhouse_start(struct clickhouse_server *, struct err *);
void clickhouse_stop(struct clickhouse_server *);
/* Runs one statement as default and gives its output (caller frees; NULL with
 * the server's error). Data for an INSERT follows its FORMAT clause. */
char *clickhouse_ask(const struct clickhouse_server *, const char *sql, struct err *);
bool clickhouse_exec(const struct clickhouse_server *, const char *sql, struct err *);

#endif
