/* Throw-away certificates for test servers. */
#ifndef TESTS_SUPPORT_TLS_H
#define TESTS_SUPPORT_TLS_H

#include <stdbool.h>

#include "base/err.h"

/* Makes dir/ca.crt (a CA of its own), and dir/server.crt, dir/server.key signed
 * by it for localhost and 127.0.0.1, readable by the children of process.h. */
bool tls_files(const char *dir, struct err *);
/* Once those are there: dir/NAME.crt and dir/NAME.key as the server's, but with a key
 * of so many bits, and good from and until so many days from now. */
bool tls_other(const char *dir, const char *name, const char *bits, int from, int until, struct err *);

#endif
