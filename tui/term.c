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
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tui/term_caps.h"
#include "tui/term_guard.h"

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

enum {
	ESC_MS = 25,
	PASTE_QUIET_MS = 30,          /* what comes sooner after a paste belongs to it */
	PASTE_GIVE_UP = 1000,         /* ms of silence after which ^C ends a paste without end */
	CODE_PASTE_BEGIN = KEY_MAX + 1,
	CODE_PASTE_END,
};

struct term {
	SCREEN *screen;
	WINDOW *input;                /* a pad: reading from it never draws */
	struct theme theme;
	struct theme_mode mode;
	bool ascii, pastes;
	struct canvas shown;          /* the last frame, as curses was told */
	bool repaint;                 /* curses was told nothing that still counts */
	bool gone;                    /* end of input was reported */
	int stop;
	int cursor;                   /* as in curs_set(); -1 = unknown */
	uint32_t rune;                /* of which `more` bytes are to come */
	int more, length;
	bool pasting;
	struct buf paste;
	bool paste_cut;
	usec paste_last;              /* when its last character came */
};

/* --- opening and closing --- */

static bool locale_draws_boxes(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && wcwidth(L'│') == 1;
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
	if (t->pastes && write(STDOUT_FILENO, sequence, strlen(sequence)) < 0)
		errno = 0;
}

/* A pair per role, all on the terminal's own background. */
static void set_pairs(const struct term *t)
{
	if (t->mode.depth == THEME_MONO)
		return;
	for (unsigned role = 0; role < ROLE_COUNT; role++)
		init_pair((short)(role + 1), theme_look(&t->theme, role, &t->mode).colour, -1);
}

/* Terminals often send other keys than the description of their TERM says. */
static const struct {
	const char *bytes;
	int code;
} sequences[] = {
	{ "\033[200~", CODE_PASTE_BEGIN }, { "\033[201~", CODE_PASTE_END },
	{ "\033[H", KEY_HOME }, { "\033OH", KEY_HOME }, { "\033[1~", KEY_HOME }, { "\033[7~", KEY_HOME },
	{ "\033[F", KEY_END }, { "\033OF", KEY_END }, { "\033[4~", KEY_END }, { "\033[8~", KEY_END },
	{ "\033[A", KEY_UP }, { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT }, { "\033[D", KEY_LEFT },
	{ "\033OA", KEY_UP }, { "\033OB", KEY_DOWN }, { "\033OC", KEY_RIGHT }, { "\033OD", KEY_LEFT },
	{ "\033[Z", KEY_BTAB }, { "\033OP", KEY_F(1) }, { "\033[11~", KEY_F(1) },
};

static void set_modes(struct term *t)
{
	raw();
	noecho();
	nonl();
	set_escdelay(ESC_MS);
	keypad(t->input, TRUE);
	nodelay(t->input, TRUE);
	if (t->mode.depth != THEME_MONO) {
		start_color();
		use_default_colors();
		set_pairs(t);
	}
	for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++)
		define_key(sequences[i].bytes, sequences[i].code);
	set_paste(t, PASTE_ON);
}

static bool start_curses(struct term *t, const char *name, bool safe, struct err *e)
{
	t->screen = newterm(name, stdout, stdin);
	if (!t->screen)
		return err_set(e, ERR_CONFIG, 0, "curses cannot use TERM=%s", name);
	if (safe)
		idcok(stdscr, FALSE);
	t->input = newpad(1, 1);
	if (!t->input)
		return err_set(e, ERR_MEMORY, 0, "no memory for the screen");
	set_modes(t);
	return true;
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
	t->ascii = o->ascii || t->theme.ascii || t->mode.ascii || !locale_draws_boxes();
	t->repaint = true;
	t->cursor = -1;
	t->paste.max = TERM_PASTE_MAX;
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
		if (t->input)
			delwin(t->input);
		delscreen(t->screen);
	}
	guard_stop();
	canvas_release(&t->shown);
	buf_release(&t->paste);
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

bool term_ascii(const struct term *t)
{
	return t->ascii;
}

void term_set_theme(struct term *t, const struct theme *theme)
{
	t->theme = *theme;
	t->ascii = t->ascii || theme->ascii;
	set_pairs(t);
	t->repaint = true;
}

/* --- drawing --- */

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
	struct look look = theme_look(&t->theme, cell->role | (unsigned)cell->attrs << 8, &t->mode);
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

/* Hands the cells that differ from the last frame to curses; how many. */
static size_t put_changes(struct term *t, const struct canvas *c, int w, int h)
{
	size_t changes = 0;

	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			struct canvas_cell *old = &t->shown.cells[(size_t)y * (size_t)t->shown.w + (size_t)x];
			const struct canvas_cell *new = &c->cells[(size_t)y * (size_t)c->w + (size_t)x];

			if (same_cell(old, new))
				continue;
			*old = *new;
			changes++;
			if (new->cells > 0)
				put_cell(t, x, y, new);
		}
	return changes;
}

static bool writable(void)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	return poll(&p, 1, 0) == 1;
}

static void put_cursor(struct term *t, const struct canvas *c)
{
	if (t->cursor != c->cursor_shown) {
		t->cursor = c->cursor_shown;
		curs_set(t->cursor);
	}
	move(c->cursor_y < LINES ? c->cursor_y : LINES - 1, c->cursor_x < COLS ? c->cursor_x : COLS - 1);
}

bool term_present(struct term *t, const struct canvas *c)
{
	int w, h;

	if (!writable())
		return false;
	term_size(t, &w, &h);
	if (t->repaint || t->shown.w != w || t->shown.h != h) {
		if (!canvas_resize(&t->shown, w, h, NULL))
			return false;
		erase();
		/* A blank screen of curses is what the first frame starts from. */
		clearok(curscr, TRUE);
		t->repaint = false;
	}
	put_changes(t, c, w < c->w ? w : c->w, h < c->h ? h : c->h);
	put_cursor(t, c);
	refresh();
	return true;
}

void term_redraw(struct term *t)
{
	t->repaint = true;
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

static bool readable(int ms)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };

	return poll(&p, 1, ms) == 1;
}

/* True when nothing will ever come again: end of file, error, hang-up. */
static bool input_ended(void)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	int waiting = 0;

	if (poll(&p, 1, 0) != 1)
		return false;
	if (p.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0;
}

/* Takes one byte of UTF-8; true when it completes a character. What is none is
 * dropped, byte by byte: get_wch() would swallow the keys behind it. */
static bool decode(struct term *t, uint32_t byte, uint32_t *rune)
{
	static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };

	if (t->more > 0 && (byte & 0xc0) == 0x80) {
		t->rune = t->rune << 6 | (byte & 0x3f);
		*rune = t->rune;
		return --t->more == 0 && t->rune >= smallest[t->length];
	}
	t->more = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
	t->length = t->more;
	t->rune = byte & (0x3fu >> t->more);
	*rune = byte;
	return byte < 0x80;
}

enum input { INPUT_NONE, INPUT_RUNE, INPUT_CODE };

/* A code point, or a key code of curses; waits for neither. */
static enum input read_input(struct term *t, uint32_t *code)
{
	int got;

	while ((got = wgetch(t->input)) != ERR) {
		*code = (uint32_t)got;
		if (got > 0xff)
			return INPUT_CODE;
		if (decode(t, *code, code))
			return INPUT_RUNE;
	}
	return INPUT_NONE;
}

static const struct {
	uint32_t code;
	enum key_code key;
} curses_keys[] = {
	{ KEY_UP, K_UP }, { KEY_DOWN, K_DOWN }, { KEY_LEFT, K_LEFT }, { KEY_RIGHT, K_RIGHT },
	{ KEY_HOME, K_HOME }, { KEY_END, K_END }, { KEY_PPAGE, K_PAGE_UP }, { KEY_NPAGE, K_PAGE_DOWN },
	{ KEY_IC, K_INSERT }, { KEY_DC, K_DELETE }, { KEY_BTAB, K_BACKTAB },
	{ KEY_ENTER, K_ENTER }, { KEY_BACKSPACE, K_BACKSPACE },
};

static struct key key_from_curses(uint32_t code)
{
	for (size_t i = 0; i < sizeof(curses_keys) / sizeof(*curses_keys); i++)
		if (curses_keys[i].code == code)
			return (struct key){ curses_keys[i].key, 0 };
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return (struct key){ (enum key_code)(K_F1 + (code - KEY_F(1))), 0 };
	return (struct key){ K_NONE, 0 };
}

/* --- pastes --- */

static void paste_begin(struct term *t)
{
	t->pasting = true;
	t->paste_cut = false;
	t->paste_last = clock_mono(&clock_system);
	buf_clear(&t->paste);
}

static void paste_add(struct term *t, struct key k)
{
	char utf8[4];
	size_t n;

	if (k.code == K_ENTER || k.code == K_TAB)
		k = key_rune(' ');
	n = key_utf8(k, utf8);
	if (n > 0 && !buf_put(&t->paste, utf8, n))
		t->paste_cut = true;
	t->paste_last = clock_mono(&clock_system);
}

/* A pasted text may hold the end marker itself, with commands behind it: all
 * that comes along with the paste is part of it. */
static void paste_tail(struct term *t)
{
	uint32_t code;

	for (long n = 0; n < TERM_PASTE_MAX && readable(PASTE_QUIET_MS); n++) {
		enum input got = read_input(t, &code);

		if (got == INPUT_NONE && input_ended())
			return;
		if (got == INPUT_RUNE)
			paste_add(t, key_from_rune(code));
	}
}

/* True once the paste is complete. */
static bool paste_input(struct term *t, enum input got, uint32_t code)
{
	if (got == INPUT_RUNE)
		paste_add(t, key_from_rune(code));
	if (got != INPUT_CODE || code != CODE_PASTE_END)
		return false;
	paste_tail(t);
	t->pasting = false;
	return true;
}

static bool gives_up_paste(const struct term *t, enum input got, uint32_t code)
{
	return t->pasting && got == INPUT_RUNE && code == 0x03 &&
	       clock_mono(&clock_system) - t->paste_last > PASTE_GIVE_UP * USEC_MS;
}

static void paste_event(const struct term *t, struct term_event *event)
{
	event->type = TERM_PASTE;
	event->paste = buf_str(&t->paste);
	event->paste_len = t->paste.len;
	event->paste_cut = t->paste_cut;
}

/* --- keys --- */

/* True when the input makes an event. */
static bool take_input(struct term *t, enum input got, uint32_t code, struct term_event *event)
{
	if (gives_up_paste(t, got, code))
		t->pasting = false;
	if (t->pasting) {
		if (!paste_input(t, got, code))
			return false;
		paste_event(t, event);
		return true;
	}
	if (got == INPUT_CODE && code == CODE_PASTE_BEGIN) {
		paste_begin(t);
		return false;
	}
	event->key = got == INPUT_RUNE ? key_from_rune(code) : key_from_curses(code);
	if (event->key.code == K_CTRL && event->key.rune == 'Z') {
		suspend(t);
		event->type = TERM_RESUMED;
		return true;
	}
	event->type = TERM_KEY;
	return event->key.code != K_NONE;
}

bool term_next(struct term *t, struct term_event *event)
{
	enum input got;
	uint32_t code;

	*event = (struct term_event){ .type = TERM_NONE };
	if (next_signal(t, event))
		return true;
	while ((got = read_input(t, &code)) != INPUT_NONE)
		if (take_input(t, got, code, event))
			return true;
	event->type = TERM_NONE;
	if (t->gone || !input_ended())
		return false;
	t->gone = true;
	event->type = TERM_HANGUP;
	return true;
}

void term_idle(void)
{
	const char *fd = getenv("SEXTANT_TEST_IDLE_FD");
	char *end;
	long n;

	if (!fd || !*fd)
		return;
	n = strtol(fd, &end, 10);
	if (*end == '\0' && n > STDERR_FILENO && n < 1024 && write((int)n, "", 1) < 0)
		errno = 0;
}
