/* What gives the terminal back when the program cannot: signal handlers that
 * write a sequence made beforehand. Knows no curses. Used by term.c only. */
#ifndef TUI_TERM_GUARD_H
#define TUI_TERM_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { GUARD_RESET_MAX = 512, GUARD_STOP_MS = 300 };

/* Saves the modes of the terminal and takes over the signals. `reset` is what
 * brings the screen back; it is copied. One guard per process. */
bool guard_start(int in_fd, int out_fd, const char *reset, size_t len, struct err *);
/* Gives the signals back; the terminal was restored by the caller. The timer of
 * a stop that is under way runs on. Does nothing when not started. */
void guard_stop(void);
/* The terminal is somebody else's (suspended) or ours again. */
void guard_armed(bool armed);
/* Stops the process group as the terminal driver would; returns after SIGCONT. */
void guard_suspend(void);

int guard_fd(void);               /* readable while signals wait */
bool guard_next(int *signo);      /* the next one; false when there is none */

#endif
