/* Servers that the tests start: as nobody when we are root, in a directory of
 * their own, on free loopback ports, in a process group of their own, and gone
 * with the test (also when it is killed). */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct child {
	pid_t pid;      /* 0 = not running */
};

/* Runs argv[0] (searched in PATH) with `dir` as its working directory and HOME.
 * stdout and stderr are appended to dir/output. The error tells when it could
 * not be executed at all. */
bool child_start(struct child *, const char *const argv[], const char *dir, struct err *);
/* Runs it to its end; false with the status and the end of dir/output. */
bool child_run(const char *const argv[], const char *dir, struct err *);
/* SIGTERM to its group, after 10 s SIGKILL; reaps it. Does nothing when not running. */
void child_stop(struct child *);
/* The same with another first signal (SIGINT, SIGQUIT). */
void child_stop_by(struct child *, int signal);
/* False once it has ended by itself. */
bool child_alive(struct child *);

/* A loopback TCP port that nothing listens on, not given out before. */
unsigned free_port(void);
/* True as soon as something accepts connections there; false after `seconds`
 * or when the child (NULL allowed) has ended. */
bool port_wait(unsigned port, struct child *, unsigned seconds);

/* A new directory that the children own and we can read and write;
 * "/tmp/sextant-NAME-XXXXXX". The caller frees the name. */
char *temp_dir(const char *name, struct err *);
/* The same, for a group of tests: false after saying why not. */
bool temp_home(char *out, size_t size, const char *name);
/* Removes the directory and everything in it. */
void temp_dir_remove(const char *dir);
/* Writes a file into the directory, readable by the children; `mode` is its mode. */
bool temp_file(const char *dir, const char *name, const char *text, mode_t mode, struct err *);

#endif
