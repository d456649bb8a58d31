/* Runs a helper program without a shell and reads what it prints. */
#ifndef BASE_HELPER_H
#define BASE_HELPER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"

/* `line` is split at blanks; '...' and "..." hold blanks together, and nothing
 * else is special. stdin and stderr are /dev/null. Blocks until `deadline` (TIME_NONE:
 * none), 10 s at most, or until `cancel` (NULL allowed) fires; then the helper and its
 * process group are killed. Output over `size` is cut: *len is `size` then. ERR_CONFIG
 * when it cannot run or fails, ERR_TIMEOUT when it is late, ERR_CANCELLED.
 * Errors name the program only: arguments and output may be confidential. */
bool helper_run(const char *line, char *out, size_t size, size_t *len, usec deadline,
		struct cancel *, struct err *);

/* Runs argv[0] (searched in PATH; argv ends with NULL) and gives it `data` on stdin;
 * what it prints is lost. Blocks, `ms` at most; then it is killed with its group.
 * ERR_CONFIG when it cannot run or fails, ERR_TIMEOUT when it is late. */
bool helper_feed(const char *const argv[], const char *data, size_t len, int ms, struct err *);

#endif
