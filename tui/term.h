/* The terminal: the only part of the program that knows curses. One per
 * process, used by one thread. It is given back whole on term_close(), exit(),
 * suspend, SIGHUP, SIGTERM, SIGINT and on crashes. It never asks the terminal
 * anything and writes nothing but terminfo's strings, bracketed paste on/off
 * and the cells of a canvas. A frame is written between the marks of synchronized
 * output where terminfo has them (its extension Sync, as tmux names it). */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/theme.h"

struct term;

struct term_options {
	const struct theme *theme;  /* copied */
	enum theme_light light;
	bool ascii;                 /* ASCII glyphs whatever the locale says */
	bool safe;                  /* no repeat, erase and insert of characters */
};

/* ERR_CONFIG, before anything is written: not a terminal, TERM unset or unknown,
 * or one that cannot place the cursor. Takes over SIGHUP, SIGTERM, SIGINT,
 * SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH and the crash signals. setlocale() must
 * have been called. */
struct term *term_open(const struct term_options *, struct err *);
void term_close(struct term *);                      /* NULL allowed */

void term_size(const struct term *, int *w, int *h); /* at least 1x1 */
bool term_ascii(const struct term *);                /* what canvases should be set to */
void term_set_theme(struct term *, const struct theme *);
/* Off at first, so that the terminal selects text. False when it has no mouse. */
bool term_set_mouse(struct term *, bool on);

/* Shows the canvas: only cells that changed since the last frame are written.
 * False, with nothing written, while the terminal does not read (Ctrl-S, a dead
 * link): try again once term_input_fd() has POLLOUT. */
bool term_present(struct term *, const struct canvas *);
/* About how many bytes the last frame was. */
size_t term_cost(const struct term *);
/* The next frame is painted from scratch (Ctrl-L). */
void term_redraw(struct term *);

/* Gives the text to the terminal's clipboard (OSC 52); never asks for what is in it.
 * ERR_LIMIT for more than TERM_COPY_MAX bytes, ERR_CONFIG when the terminal is of a kind
 * that would show the sequence, ERR_TIMEOUT when it does not read. Whether the terminal
 * obeys cannot be known. */
enum { TERM_COPY_MAX = 74994 };
bool term_copy(struct term *, const char *text, size_t len, struct err *);

/* Leaves the screen, prints the text as it is (printable but for its own newlines and
 * tabs) and waits for a key; comes back by itself when a signal arrives. Draw again. */
void term_print(struct term *, const char *text, size_t len);

enum term_event_type {
	TERM_NONE,
	TERM_KEY,
	TERM_PASTE,     /* a whole paste; newlines and tabs are spaces, other controls are gone */
	TERM_MOUSE,     /* only after term_set_mouse() */
	TERM_RESIZE,    /* draw again with term_size() */
	TERM_RESUMED,   /* after Ctrl-Z and fg: draw again */
	TERM_HANGUP,    /* the terminal is gone: save, close, end */
	TERM_STOP,      /* SIGTERM, SIGINT, SIGQUIT: save, close, end; see term_stop_signal() */
};

enum term_mouse { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct term_event {
	enum term_event_type type;
	struct key key;
	const char *paste;   /* valid until the next call */
	size_t paste_len;
	enum term_mouse mouse;
	int x, y;            /* where the mouse was */
	bool paste_cut;      /* longer than TERM_PASTE_MAX; the rest was dropped */
};

enum { TERM_PASTE_MAX = 1 << 20 };

/* Poll both for POLLIN, then call term_next() until it returns false.
 * Ctrl-Z and SIGTSTP are handled inside: the call returns after fg. */
int term_input_fd(const struct term *);
int term_signal_fd(const struct term *);
bool term_next(struct term *, struct term_event *);
/* The signal behind TERM_HANGUP and TERM_STOP; 0 when there was none. After
 * term_close() end by raising it. 300 ms after the signal the process ends by
 * itself, terminal restored. */
int term_stop_signal(const struct term *);

/* Tells the tests: true before going to sleep with nothing left to draw, false after
 * waking and before anything is read. TERM_IDLE_BYTES each: 'i' or 'w', then the
 * screen's width and height, the low byte first. */
enum { TERM_IDLE_BYTES = 5 };
void term_idle(bool idle);

#endif
