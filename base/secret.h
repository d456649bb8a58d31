/* A secret value: locked out of swap and core dumps where the system allows,
 * wiped when released. Never formatted, logged or stored by anything. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"

enum { SECRET_MAX = 4096 };

struct secret {
	char *data;      /* NUL-terminated; NULL when empty */
	size_t len;
};

#define SECRET_INIT { 0 }
bool secret_set(struct secret *, const char *data, size_t len, struct err *);
void secret_release(struct secret *);

/* Reads a secret by reference:
 *   env:NAME       the environment as it was at start (secret_seal_env)
 *   file:PATH      regular file, owned by us, no group/other bits (as ssh does);
 *                  one trailing newline is dropped
 *   command:PROG ARG...  stdout of a helper run without a shell; 10 s; blocks
 * ERR_CONFIG says which rule failed and what to run (chmod 600 PATH). */
bool secret_read(struct secret *, const char *ref, struct err *);
/* The same for somebody who may stop waiting: see helper_run(). */
bool secret_read_until(struct secret *, const char *ref, usec deadline, struct cancel *, struct err *);

/* An option of a command line that is called as one for a secret: "--api-token=...". */
bool secret_named(const char *word);

/* Reads at most `size` bytes of a file with secrets in it, under the rule of file:.
 * The error's code is ENOENT when there is none. The caller wipes `out`. */
bool secret_file(const char *path, char *out, size_t size, size_t *len, struct err *);

/* Takes the named environment variables into locked memory, overwrites them in
 * the process environment and unsets them; from then on the process leaves no core
 * and lets no debugger in. Before threads. */
void secret_seal_env(const char *const *names, size_t count);
/* Value sealed at start, or getenv(); NULL when absent. */
const char *secret_env(const char *name);

struct buf;
/* Puts `instead` in place of every secret that somebody holds now, if it is long enough to be
 * told from words. Returns how many it found. Thread-safe. */
size_t secret_hide(struct buf *text, const char *instead);

#endif
