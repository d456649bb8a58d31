/* A program on a terminal that tests can read: a pty, a small job-control shell
 * that starts the program in the foreground, and libvterm for the screen.
 *
 * Nothing sleeps: a test waits until the program says that it is idle (term_idle()
 * writes to the descriptor in SEXTANT_TEST_IDLE_FD) and then reads exactly what
 * was written before, or until the screen shows something. */
#ifndef TESTS_SUPPORT_VTERM_PTY_H
#define TESTS_SUPPORT_VTERM_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#include "base/buf.h"

struct vterm_pty;

enum { VTERM_PTY_SECONDS = 30 };   /* how long any wait may take */

struct vterm_pty_options {
	const char *const *argv;   /* argv[0] is a path */
	/* NAME=VALUE each, NULL-terminated; NULL allowed. The environment is else
	 * PATH, TERM=xterm-256color, LC_ALL=C.UTF-8 and the sanitizers' options; an
	 * entry without '=' removes that name. */
	const char *const *env;
	int w, h;
};

/* NULL when it could not be started. */
struct vterm_pty *vterm_pty_new(const struct vterm_pty_options *);
/* Ends the program and the shell by their pids. NULL allowed. */
void vterm_pty_free(struct vterm_pty *);

/* Sends bytes; reads the screen meanwhile, so that big inputs do not block. */
bool vterm_pty_send(struct vterm_pty *, const char *bytes, size_t len);
/* Sends the bytes of a string, waits for idle. */
bool vterm_pty_type(struct vterm_pty *, const char *keys);
/* Waits until the program has gone to sleep after what was sent last. */
bool vterm_pty_wait_idle(struct vterm_pty *);
/* Waits until some line of the screen contains the text. */
bool vterm_pty_wait_text(struct vterm_pty *, const char *text);
bool vterm_pty_wait(struct vterm_pty *, bool (*seen)(struct vterm_pty *, void *), void *ctx);
/* Changes the size; the program gets SIGWINCH. */
void vterm_pty_resize(struct vterm_pty *, int w, int h);

/* From now on the terminal takes nothing, as after Ctrl-S or on a dead link: its
 * buffer is full and nobody reads. */
bool vterm_pty_stall(struct vterm_pty *);
/* It reads again. */
void vterm_pty_go_on(struct vterm_pty *);

/* The screen: lines, trailing blanks trimmed. */
bool vterm_pty_text(struct vterm_pty *, struct buf *out);
bool vterm_pty_shows(struct vterm_pty *, const char *text);

struct vterm_pty_cell {
	char utf8[32];             /* NUL-terminated; "" = right half of a wide character */
	bool bold, underline, reverse;
	int colour, background;    /* palette index; -1 = the terminal's own */
};
struct vterm_pty_cell vterm_pty_cell(struct vterm_pty *, int x, int y);
/* One letter per cell: r reverse, b bold, u underline, c only a colour, x the
 * background is not the terminal's own; a capital when there is a colour too. A
 * blank on which nobody sees it is a space. */
bool vterm_pty_attrs(struct vterm_pty *, struct buf *out);

struct vterm_pty_modes {
	bool alternate, cursor_shown, mouse;
	int cursor_x, cursor_y;
	int titles;                /* how often a title was set */
	int answers;               /* how often the terminal was asked something */
};
struct vterm_pty_modes vterm_pty_modes(struct vterm_pty *);
/* Every byte that the program wrote so far. */
const struct buf *vterm_pty_log(struct vterm_pty *);
bool vterm_pty_termios(struct vterm_pty *, struct termios *out);

pid_t vterm_pty_pid(const struct vterm_pty *);
/* Waits for the end (wait status in *status), and reads all output. */
bool vterm_pty_wait_exit(struct vterm_pty *, int *status);
/* Waits until the program was stopped (Ctrl-Z); vterm_pty_resume() is "fg". */
bool vterm_pty_wait_stop(struct vterm_pty *);
bool vterm_pty_resume(struct vterm_pty *);
/* The terminal goes away. */
void vterm_pty_hang_up(struct vterm_pty *);

/* The path of a program from tests/tools/ beside the running test. */
const char *vterm_pty_tool(const char *name);

#endif
