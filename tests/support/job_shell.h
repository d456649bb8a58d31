/* The child side of vterm_pty: a shell of the smallest kind. It leads a session
 * on the terminal, runs one program in the foreground and reports about it. */
#ifndef TESTS_SUPPORT_JOB_SHELL_H
#define TESTS_SUPPORT_JOB_SHELL_H

#include "tests/support/vterm_pty.h"

/* Called after fork(); does not return. `status` gets the program's pid and then
 * every wait status as ints; a byte from `order` is "fg", its end is the end.
 * `idle` becomes the program's SEXTANT_TEST_IDLE_FD. */
__attribute__((noreturn))
void job_shell_run(const struct vterm_pty_options *, int tty, int idle, int status, int order);

#endif
