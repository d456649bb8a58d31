/* Starts a program without a shell: fresh signals, a group of its own to be killed as
 * one, and none of our descriptors. */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

struct spawn {
	char *const *argv;       /* ends with NULL; argv[0] is searched in PATH */
	char *const *env;        /* NAME=VALUE, ends with NULL; NULL = ours */
	int in, out, err;        /* -1 = /dev/null */
	bool session;            /* and no terminal: not even /dev/tty is one */
};

/* 0, or why not as in errno. The group's number is the process's. */
int spawn_program(const struct spawn *, pid_t *pid);

#endif
