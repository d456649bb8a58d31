#include "tui/term_input.h"

#include <curses.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	PASTE_QUIET_MS = 30,          /* what comes sooner after a paste belongs to it */
	PASTE_GIVE_UP = 1000,         /* ms of silence after which ^C ends a paste without end */
	CODE_PASTE_BEGIN = KEY_MAX + 1,
	CODE_PASTE_END,
};

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

bool input_init(struct term_input *in, struct err *e)
{
	*in = (struct term_input){ .pad = newpad(1, 1), .paste.max = TERM_PASTE_MAX };
	if (!in->pad)
		return err_set(e, ERR_MEMORY, 0, "no memory for the screen");
	keypad(in->pad, TRUE);
	nodelay(in->pad, TRUE);
	for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++)
		define_key(sequences[i].bytes, sequences[i].code);
	return true;
}

void input_release(struct term_input *in)
{
	if (in->pad)
		delwin(in->pad);
	buf_release(&in->paste);
}

/* --- bytes --- */

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
static bool decode(struct term_input *in, uint32_t byte, uint32_t *rune)
{
	static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };

	if (in->more > 0 && (byte & 0xc0) == 0x80) {
		in->rune = in->rune << 6 | (byte & 0x3f);
		*rune = in->rune;
		return --in->more == 0 && in->rune >= smallest[in->length];
	}
	in->more = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
	in->length = in->more;
	in->rune = byte & (0x3fu >> in->more);
	*rune = byte;
	return byte < 0x80;
}

enum input { INPUT_NONE, INPUT_RUNE, INPUT_CODE };

/* A code point, or a key code of curses; waits for neither. */
static enum input read_input(struct term_input *in, uint32_t *code)
{
	int got;

	while ((got = wgetch(in->pad)) != ERR) {
		*code = (uint32_t)got;
		if (got > 0xff)
			return INPUT_CODE;
		if (decode(in, *code, code))
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

static void paste_begin(struct term_input *in)
{
	in->pasting = true;
	in->paste_cut = false;
	in->paste_last = now_mono();
	buf_clear(&in->paste);
}

static void paste_add(struct term_input *in, struct key k)
{
	char utf8[4];
	size_t n;

	if (k.code == K_ENTER || k.code == K_TAB)
		k = key_rune(' ');
	n = key_utf8(k, utf8);
	if (n > 0 && !buf_put(&in->paste, utf8, n))
		in->paste_cut = true;
	in->paste_last = now_mono();
}

/* A pasted text may hold the end marker itself, with commands behind it: all
 * that comes along with the paste is part of it. */
static void paste_tail(struct term_input *in)
{
	uint32_t code;

	for (long n = 0; n < TERM_PASTE_MAX && readable(PASTE_QUIET_MS); n++) {
		enum input got = read_input(in, &code);

		if (got == INPUT_NONE && input_ended())
			return;
		if (got == INPUT_RUNE)
			paste_add(in, key_from_rune(code));
	}
}

/* True once the paste is complete. */
static bool paste_input(struct term_input *in, enum input got, uint32_t code)
{
	if (got == INPUT_RUNE)
		paste_add(in, key_from_rune(code));
	if (got != INPUT_CODE || code != CODE_PASTE_END)
		return false;
	paste_tail(in);
	in->pasting = false;
	return true;
}

static bool gives_up_paste(const struct term_input *in, enum input got, uint32_t code)
{
	return in->pasting && got == INPUT_RUNE && code == 0x03 &&
	       now_mono() - in->paste_last > PASTE_GIVE_UP * USEC_MS;
}

static void paste_event(const struct term_input *in, struct term_event *event)
{
	event->type = TERM_PASTE;
	event->paste = buf_str(&in->paste);
	event->paste_len = in->paste.len;
	event->paste_cut = in->paste_cut;
}

/* --- keys --- */

static bool take_mouse(struct term_event *event)
{
	MEVENT m;

	if (getmouse(&m) != OK || !(m.bstate & (BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED)))
		return false;
	event->type = TERM_MOUSE;
	event->mouse = m.bstate & BUTTON1_PRESSED ? MOUSE_CLICK
	             : m.bstate & BUTTON4_PRESSED ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
	event->x = m.x;
	event->y = m.y;
	return true;
}

/* True when the input makes an event. */
static bool take_input(struct term_input *in, enum input got, uint32_t code, struct term_event *event)
{
	if (gives_up_paste(in, got, code))
		in->pasting = false;
	if (in->pasting) {
		if (!paste_input(in, got, code))
			return false;
		paste_event(in, event);
		return true;
	}
	if (got == INPUT_CODE && code == CODE_PASTE_BEGIN) {
		paste_begin(in);
		return false;
	}
	if (got == INPUT_CODE && code == KEY_MOUSE)
		return take_mouse(event);
	event->key = got == INPUT_RUNE ? key_from_rune(code) : key_from_curses(code);
	event->type = TERM_KEY;
	return event->key.code != K_NONE;
}

bool input_next(struct term_input *in, struct term_event *event)
{
	enum input got;
	uint32_t code;

	while ((got = read_input(in, &code)) != INPUT_NONE)
		if (take_input(in, got, code, event))
			return true;
	event->type = TERM_NONE;
	if (in->gone || !input_ended())
		return false;
	in->gone = true;
	event->type = TERM_HANGUP;
	return true;
}
