/* The program under test, run as a shell would run it: its own words, its own
 * environment, both outputs kept apart. */
#ifndef TESTS_SUPPORT_COMMAND_RUN_H
#define TESTS_SUPPORT_COMMAND_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

struct command_run {
	pid_t pid;
	int out_fd, err_fd;             /* -1 = at its end */
	struct buf out, err;
	int status;                     /* exit status; 128 + signal when killed by one */
};

/* Starts $SEXTANT_BUILD/sextant (build/sextant) with these words, ended by NULL; HOME
 * and XDG_CONFIG_HOME are `home`. These fail the test when they cannot. */
void command_start(struct command_run *, const char *home, const char *const *words);
/* The same with its standard output on a descriptor, which is closed here. */
void command_start_into(struct command_run *, const char *home, const char *const *words, int out);
/* Reads until standard error contains the text. */
void command_wait_err(struct command_run *, const char *text);
/* Closes our end of its standard output. */
void command_deaf(struct command_run *);
/* Reads both to their ends and reaps it. */
void command_finish(struct command_run *);
void command_release(struct command_run *);

/* All of it. Returns the status. */
int command_run(struct command_run *, const char *home, const char *const *words);

#endif
