/* A time zone by its name, from the system's zone files (TZif, RFC 9636). The C library
 * knows one zone per process; here are as many as one likes, and no global state. */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { TZ_NAME_MAX = 48, TZ_ABBR_MAX = 12 };

struct tz;

/* "Europe/Amsterdam". ERR_CONFIG: no such name, no such zone, a file that is none. */
struct tz *tz_load(const char *name, struct err *);
struct tz *tz_parse(const void *data, size_t len, const char *name, struct err *);
void tz_free(struct tz *);                    /* NULL allowed */

const char *tz_name(const struct tz *);
/* Seconds east of UTC at that time (seconds since 1970); its abbreviation where wanted. */
long tz_offset(const struct tz *, int64_t when, const char **abbr);

#endif
