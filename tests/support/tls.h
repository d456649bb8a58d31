/* Throw-away certificates for test servers. */
#ifndef TESTS_SUPPORT_TLS_H
#define TESTS_SUPPORT_TLS_H

#include <stdbool.h>

#include "base/err.h"

/* Makes dir/ca.crt (a CA of its own), and dir/server.crt, dir/server.key signed
 * by it for localhost and 127.0.0.1, readable by the children of process.h. */
bool tls_files(const char *dir, struct err *);

#endif
