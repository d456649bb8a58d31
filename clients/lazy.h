/* Loading the client libraries late (lazy.sh says why). */
#ifndef CLIENTS_LAZY_H
#define CLIENTS_LAZY_H

#include <stdbool.h>

#include "base/err.h"

/* Once, before any function of libcurl, libpq or OpenSSL is called. ERR_CONFIG names
 * the library that cannot be loaded. */
bool lazy_load(struct err *);

#endif
