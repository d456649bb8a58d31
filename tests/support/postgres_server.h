/* A real PostgreSQL of its own for a test program: Debian's, on a free loopback
 * port and on a socket in its directory, with TLS and scram passwords. */
#ifndef TESTS_SUPPORT_POSTGRES_SERVER_H
#define TESTS_SUPPORT_POSTGRES_SERVER_H

#include <stdbool.h>

#include "base/err.h"
#include "tests/support/process.h"

struct postgres_server {
	struct child child;
	unsigned port;          /* 127.0.0.1 and 127.0.0.2; the certificate knows the first only */
	char *dir;              /* holds the socket, ca.crt and data/ */
	char ca_file[300];
};

bool postgres_installed(void);
/* Roles: analyst ("s3cret pass", reads all), writer ("w", owns schema public). */
bool postgres_start(struct postgres_server *, struct err *);
void postgres_stop(struct postgres_server *);

/* As the superuser, over the socket. The answer is the first cell, "" when there
 * is none; the caller frees it. NULL on error. */
char *postgres_ask(const struct postgres_server *, const char *sql, struct err *);
bool postgres_exec(const struct postgres_server *, const char *sql, struct err *);
/* Asks again and again until the first cell is `wanted`; false after 10 s. */
bool postgres_wait(const struct postgres_server *, const char *sql, const char *wanted);

#endif
