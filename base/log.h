/* The debug log: off unless opened; 0600, size-capped (10 MB x 3), every byte
 * through text_safe(), secrets redacted by the callers' own care. Thread-safe. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

bool log_open(const char *path, struct err *);
void log_close(void);
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
