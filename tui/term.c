#include "tui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "tui/term_caps.h"
#include "tui/term_guard.h"
#include "tui/term_input.h"
#include "tui/term_put.h"

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

enum { ESC_MS = 25, LENT_MAX = 8, MOVE_COST = 7, LOOK_COST = 9 };

struct term {
	SCREEN *screen;
	struct term_input input;
	struct theme theme;
	struct theme_mode mode;
	bool plain;                   /* ASCII whatever the theme says */
	bool pastes;
	char sync_on[CAPS_SYNC_MAX], sync_off[CAPS_SYNC_MAX];
	struct canvas shown;          /* the last frame, as curses was told */
	size_t cost;                  /* of the last frame, about */
	bool repaint;                 /* curses was told nothing that still counts */
	bool cut;                     /* a sequence of ours is open: end it before all else */
	int stop;
	int cursor;                   /* as in curs_set(); -1 = unknown */
};

/* --- opening and closing --- */

static bool locale_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool locale_draws_boxes(void)
{
	return locale_is_utf8() && wcwidth(L'│') == 1;
}

static struct theme_mode mode_for(const struct term_options *o, const struct term_caps *caps)
{
	struct theme_env env = {
		.term = getenv("TERM"),
		.no_color = getenv("NO_COLOR"),
		.colorfgbg = getenv("COLORFGBG"),
		.colours = caps->colours,
		.light = o->light,
	};

	return theme_mode(&env);
}

/* Past curses, which has no call for it; the terminal takes it at any time. */
static void set_paste(const struct term *t, const char *sequence)
{
	if (t->pastes)
		term_put_mark(sequence);
}

/* A pair per role, all on the terminal's own background. Looks without a colour have
 * one as well: from a colour to pair 0 curses resets all attributes. */
static void set_pairs(const struct term *t)
{
	if (t->mode.depth == THEME_MONO)
		return;
	for (unsigned role = 0; role < ROLE_COUNT; role++)
		init_pair((short)(role + 1), theme_look(&t->theme, role, &t->mode).colour, -1);
}

static void set_modes(struct term *t)
{
	raw();
	noecho();
	nonl();
	set_escdelay(ESC_MS);
	if (t->mode.depth != THEME_MONO) {
		start_color();
		use_default_colors();
		set_pairs(t);
	}
	set_paste(t, PASTE_ON);
}

static bool start_curses(struct term *t, const char *name, bool safe, struct err *e)
{
	t->screen = newterm(name, stdout, stdin);
	if (!t->screen)
		return err_set(e, ERR_CONFIG, 0, "curses cannot use TERM=%s", name);
	if (safe)
		idcok(stdscr, FALSE);
	set_modes(t);
	return input_init(&t->input, e);
}

/* What brings the screen back, for the guard: paste off and terminfo's strings. */
static bool start_guard(const struct term *t, const struct term_caps *caps, struct err *e)
{
	char reset[CAPS_RESET_MAX + sizeof(PASTE_OFF)];
	size_t len = t->pastes ? sizeof(PASTE_OFF) - 1 : 0;

	memcpy(reset, PASTE_OFF, len);
	memcpy(reset + len, caps->reset, caps->reset_len);
	return guard_start(STDIN_FILENO, STDOUT_FILENO, reset, len + caps->reset_len, e);
}

struct term *term_open(const struct term_options *o, struct err *e)
{
	struct term_caps caps;
	struct term *t;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(e, ERR_CONFIG, 0, "input and output must be a terminal; \"sextant show\" needs none");
		return NULL;
	}
	if (!term_caps_read(&caps, getenv("TERM"), o->safe, STDOUT_FILENO, e))
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t) {
		err_set(e, ERR_MEMORY, 0, "no memory for the screen");
		return NULL;
	}
	t->theme = *o->theme;
	t->mode = mode_for(o, &caps);
	t->pastes = !t->mode.ascii;
	t->plain = o->ascii || t->mode.ascii || !locale_draws_boxes();
	memcpy(t->sync_on, caps.sync_on, sizeof(t->sync_on));
	memcpy(t->sync_off, caps.sync_off, sizeof(t->sync_off));
	t->repaint = true;
	t->cursor = -1;
	/* First, so that curses leaves the signals to the guard. */
	if (start_guard(t, &caps, e) && start_curses(t, caps.name, o->safe, e))
		return t;
	term_close(t);
	return NULL;
}

void term_close(struct term *t)
{
	if (!t)
		return;
	if (t->screen) {
		set_paste(t, PASTE_OFF);
		endwin();
		input_release(&t->input);
		delscreen(t->screen);
	}
	guard_stop();
	canvas_release(&t->shown);
	free(t);
}

/* --- size --- */

static int sane(int n, int otherwise)
{
	return n <= 0 ? otherwise : n < CANVAS_MAX ? n : CANVAS_MAX;
}

void term_size(const struct term *t, int *w, int *h)
{
	(void)t;
	*w = sane(COLS, 80);
	*h = sane(LINES, 24);
}

/* Asks the kernel; false when the size is what curses has already. */
static void take_size(struct term *t)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		resize_term(sane(size.ws_row, 24), sane(size.ws_col, 80));
	t->repaint = true;
}

bool term_set_mouse(struct term *t, bool on)
{
	mmask_t wanted = on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, had;

	(void)t;
	mouseinterval(0);       /* a press is a click: nothing is waited for */
	return mousemask(wanted, &had) == wanted;
}

bool term_ascii(const struct term *t)
{
	return t->plain || t->theme.ascii;
}

void term_set_theme(struct term *t, const struct theme *theme)
{
	t->theme = *theme;
	set_pairs(t);
	t->repaint = true;
}

/* --- drawing --- */

static struct look look_of(const struct term *t, const struct canvas_cell *cell)
{
	return theme_look(&t->theme, cell->role | (unsigned)cell->attrs << 8, &t->mode);
}

static attr_t attributes(const struct look *look)
{
	return (look->attrs & ATTR_REVERSE ? A_REVERSE : 0) | (look->attrs & ATTR_BOLD ? A_BOLD : 0) |
	       (look->attrs & ATTR_UNDERLINE ? A_UNDERLINE : 0);
}

/* The canvas holds valid UTF-8 only. */
static int to_wide(const struct canvas_cell *cell, wchar_t out[CCHARW_MAX + 1])
{
	int n = 0;

	for (size_t i = 0; i < cell->len && n < CCHARW_MAX; n++) {
		unsigned char lead = (unsigned char)cell->utf8[i];
		size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		wchar_t wc = len == 1 ? lead : lead & (0x7f >> len);

		for (size_t k = 1; k < len; k++)
			wc = wc << 6 | ((unsigned char)cell->utf8[i + k] & 0x3f);
		out[n] = wc;
		i += len;
	}
	if (n == 0)
		out[n++] = L' ';
	out[n] = L'\0';
	return n;
}

static void put_cell(const struct term *t, int x, int y, const struct canvas_cell *cell)
{
	struct look look = look_of(t, cell);
	wchar_t wide[CCHARW_MAX + 1];
	cchar_t cc;

	to_wide(cell, wide);
	setcchar(&cc, wide, attributes(&look),
	         t->mode.depth == THEME_MONO ? 0 : (short)(cell->role + 1), NULL);
	mvadd_wch(y, x, &cc);
}

static bool same_cell(const struct canvas_cell *a, const struct canvas_cell *b)
{
	return a->len == b->len && a->cells == b->cells && a->role == b->role && a->attrs == b->attrs &&
	       memcmp(a->utf8, b->utf8, a->len) == 0;
}

static bool shows_on_blanks(const struct term *t, const struct canvas_cell *cell)
{
	return look_of(t, cell).attrs & (ATTR_REVERSE | ATTR_UNDERLINE);
}

static int count_blanks(const struct term *t, const struct canvas_cell *row, int w)
{
	int n = 0;

	while (n < w && row[n].cells == 1 && (row[n].len == 0 || row[n].utf8[0] == ' ') &&
	       !shows_on_blanks(t, &row[n]))
		n++;
	return n;
}

/* Blanks between words take the look before them, or it would be switched at every
 * word; in reverse are only those that should be, so that a mark that comes or goes
 * changes nothing beside it. They become characters, as an untouched cell is of another
 * look to curses. Longer gaps it jumps over. */
static void lend_looks(const struct term *t, struct canvas_cell *row, int w)
{
	int lender = -1;

	for (int x = 0; x < w; x++) {
		int n = lender < 0 ? 0 : count_blanks(t, &row[x], w - x);

		if (n > 0 && x + n - lender <= LENT_MAX + 1 && x + n < w)
			for (int i = 0; i < n; i++) {
				row[x + i].utf8[0] = ' ';
				row[x + i].len = 1;
				row[x + i].role = row[lender].role;
				row[x + i].attrs = row[lender].attrs;
			}
		x += n;
		if (x < w && !shows_on_blanks(t, &row[x]))
			lender = x;
	}
}

/* About what a cell costs: its bytes, the way to it and a change of look. */
static size_t cost_of(const struct canvas_cell *cell, const struct canvas_cell *before, bool next)
{
	bool same = next && before && before->role == cell->role && before->attrs == cell->attrs;

	return (cell->len ? cell->len : 1) + (next ? 0 : MOVE_COST) + (same ? 0 : LOOK_COST);
}

/* Hands the cells of a row that differ from the last frame to curses. */
static void put_row(struct term *t, const struct canvas *c, int y, int w)
{
	struct canvas_cell *old = &t->shown.cells[(size_t)y * (size_t)t->shown.w];
	struct canvas_cell row[CANVAS_MAX];
	int last = -2;

	memcpy(row, &c->cells[(size_t)y * (size_t)c->w], (size_t)w * sizeof(*row));
	lend_looks(t, row, w);
	for (int x = 0; x < w; x++) {
		if (same_cell(&old[x], &row[x]))
			continue;
		t->cost += cost_of(&row[x], x > 0 ? &row[x - 1] : NULL, x == last + 1);
		last = x;
		old[x] = row[x];
		if (row[x].cells > 0)
			put_cell(t, x, y, &row[x]);
	}
}

static bool writable(void)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	return poll(&p, 1, 0) == 1;
}

/* After a terminal stopped reading in the middle of a sequence. */
static bool end_sequence(struct term *t)
{
	if (t->cut && write(STDOUT_FILENO, "\033\\", 2) == 2)
		t->cut = false;
	return !t->cut;
}

static void put_cursor(struct term *t, const struct canvas *c)
{
	if (t->cursor != c->cursor_shown) {
		t->cursor = c->cursor_shown;
		curs_set(t->cursor);
	}
	move(c->cursor_y < LINES ? c->cursor_y : LINES - 1, c->cursor_x < COLS ? c->cursor_x : COLS - 1);
}

/* What only moves the cursor needs no marks. */
static void show(const struct term *t)
{
	bool marked = t->sync_on[0] && is_wintouched(stdscr);

	if (marked)
		term_put_mark(t->sync_on);
	refresh();
	if (marked)
		term_put_mark(t->sync_off);
}

bool term_present(struct term *t, const struct canvas *c)
{
	int w, h;

	if (!writable() || !end_sequence(t))
		return false;
	t->cost = 0;
	term_size(t, &w, &h);
	if (t->repaint || t->shown.w != w || t->shown.h != h) {
		if (!canvas_resize(&t->shown, w, h, NULL))
			return false;
		erase();
		/* A blank screen of curses is what the first frame starts from. */
		clearok(curscr, TRUE);
		t->repaint = false;
	}
	for (int y = 0; y < h && y < c->h; y++)
		put_row(t, c, y, w < c->w ? w : c->w);
	put_cursor(t, c);
	show(t);
	return true;
}

size_t term_cost(const struct term *t)
{
	return t->cost;
}

void term_redraw(struct term *t)
{
	t->repaint = true;
}

/* --- copying and printing --- */

bool term_copy(struct term *t, const char *text, size_t len, struct err *e)
{
	struct buf out = BUF_INIT;
	bool ok;

	if (len > TERM_COPY_MAX)
		return err_set(e, ERR_LIMIT, 0, "too long for OSC 52");
	if (t->mode.ascii)
		return err_set(e, ERR_CONFIG, 0, "this terminal has no clipboard");
	buf_puts(&out, "\033]52;c;");
	term_put_base64(&out, text, len);
	buf_putc(&out, '\a');
	ok = !out.failed && end_sequence(t);
	if (ok && !term_put(out.data, out.len))
		t->cut = true;
	ok = ok && !t->cut;
	buf_release(&out);
	return ok || err_set(e, ERR_TIMEOUT, 0, "the terminal does not read");
}

static void await_key(void)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 }, { guard_fd(), POLLIN, 0 } };
	char dropped[64];

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[0].revents & POLLIN && read(STDIN_FILENO, dropped, sizeof dropped) < 0)
		errno = 0;
	/* The rest of a paste must not become keys. */
	tcflush(STDIN_FILENO, TCIFLUSH);
}

void term_print(struct term *t, const char *text, size_t len)
{
	if (!end_sequence(t))
		return;
	set_paste(t, PASTE_OFF);
	endwin();
	term_put_text(text, len, locale_is_utf8());
	reset_prog_mode();
	await_key();
	term_put("\r\n", 2);
	take_size(t);
	set_paste(t, PASTE_ON);
	clearok(curscr, TRUE);
	refresh();
}

/* --- signals --- */

static void suspend(struct term *t)
{
	set_paste(t, PASTE_OFF);
	endwin();
	guard_armed(false);
	guard_suspend();
	guard_armed(true);
	take_size(t);
	set_paste(t, PASTE_ON);
	/* Leaves endwin()'s state and paints what curses still holds. */
	clearok(curscr, TRUE);
	refresh();
}

/* The modes may be anybody's after a stop that we did not see coming. */
static void resume(struct term *t)
{
	reset_prog_mode();
	take_size(t);
}

static bool next_signal(struct term *t, struct term_event *event)
{
	int signo;

	if (!guard_next(&signo))
		return false;
	switch (signo) {
	case SIGWINCH:
		take_size(t);
		event->type = TERM_RESIZE;
		break;
	case SIGTSTP:
		suspend(t);
		event->type = TERM_RESUMED;
		break;
	case SIGCONT:
		resume(t);
		event->type = TERM_RESUMED;
		break;
	default:
		t->stop = signo;
		event->type = signo == SIGHUP ? TERM_HANGUP : TERM_STOP;
	}
	return true;
}

int term_signal_fd(const struct term *t)
{
	(void)t;
	return guard_fd();
}

int term_stop_signal(const struct term *t)
{
	return t->stop;
}

/* --- input --- */

int term_input_fd(const struct term *t)
{
	(void)t;
	return STDIN_FILENO;
}

bool term_next(struct term *t, struct term_event *event)
{
	*event = (struct term_event){ .type = TERM_NONE };
	if (next_signal(t, event))
		return true;
	if (!input_next(&t->input, event))
		return false;
	if (event->type == TERM_KEY && key_eq(event->key, key_ctrl('Z'))) {
		suspend(t);
		event->type = TERM_RESUMED;
	}
	return true;
}

void term_idle(bool idle)
{
	const char *fd = getenv("SEXTANT_TEST_IDLE_FD");
	const unsigned char said[TERM_IDLE_BYTES] = {
		idle ? 'i' : 'w', (unsigned char)COLS, (unsigned char)(COLS >> 8),
		(unsigned char)LINES, (unsigned char)(LINES >> 8),
	};
	char *end;
	long n;

	if (!fd || !*fd)
		return;
	n = strtol(fd, &end, 10);
	if (*end == '\0' && n > STDERR_FILENO && n < 1024 && write((int)n, said, sizeof said) < 0)
		errno = 0;
}
