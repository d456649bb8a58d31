#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/support/vterm_pty.h"

enum { FIRST_FRAME_BYTES = 2500, MOVE_BYTES = 250, END_MS = 500 };

static struct vterm_pty *pty;
static struct buf out;
static char text_file[] = "/tmp/sextant-term-XXXXXX";
static char theme_file[] = "/tmp/sextant-theme-XXXXXX";

/* --- helpers --- */

static void write_file(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void spawn_as(const char *const *argv, const char *const *env, int w, int h)
{
	struct vterm_pty_options o = { .argv = argv, .env = env, .w = w, .h = h };

	pty = vterm_pty_new(&o);
	assert_non_null(pty);
}

static void spawn(const char *const *env)
{
	const char *const argv[] = { vterm_pty_tool("term_probe"), text_file, NULL };

	spawn_as(argv, env, 80, 24);
	assert_true(vterm_pty_wait_idle(pty));
}

static void shows(const char *text)
{
	if (vterm_pty_shows(pty, text))
		return;
	buf_clear(&out);
	vterm_pty_text(pty, &out);
	fail_msg("\"%s\" is not on:\n%s", text, buf_str(&out));
}

static void type(const char *keys, const char *event)
{
	assert_true(vterm_pty_type(pty, keys));
	shows(event);
}

static bool wrote(const char *bytes)
{
	const struct buf *log = vterm_pty_log(pty);

	return log->len && memmem(log->data, log->len, bytes, strlen(bytes));
}

/* The modes of a terminal as a program finds it, before any of ours ran. */
static struct termios fresh_modes(void)
{
	struct termios modes;
	const char *const argv[] = { "/bin/true", NULL };
	int status;

	spawn_as(argv, NULL, 80, 24);
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(vterm_pty_termios(pty, &modes));
	vterm_pty_free(pty);
	pty = NULL;
	return modes;
}

static void assert_given_back(const struct termios *before)
{
	struct vterm_pty_modes modes = vterm_pty_modes(pty);
	struct termios now;

	assert_false(modes.alternate);
	assert_true(modes.cursor_shown);
	assert_true(wrote("\x1b[?2004l"));
	assert_true(vterm_pty_termios(pty, &now));
	assert_int_equal(now.c_iflag, before->c_iflag);
	assert_int_equal(now.c_oflag, before->c_oflag);
	assert_int_equal(now.c_cflag, before->c_cflag);
	assert_int_equal(now.c_lflag, before->c_lflag);
}

static int setup(void **state)
{
	static const char lines[] = "first\x1e" "second\x1e" "third";

	(void)state;
	write_file(text_file, lines, sizeof(lines) - 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vterm_pty_free(pty);
	pty = NULL;
	buf_release(&out);
	return 0;
}

/* --- frames --- */

static const char first_frame[] =
	"probe 80x24\n"
	"\n"
	"─────────────────────────┬──────────────────────────────────────────────────────\n"
	" 1 Load  ✓ ok            │▸first\n"
	"                         │ second\n"
	"                         │ third\n"
	"                         │\n                         │\n                         │\n"
	"                         │\n                         │\n                         │\n"
	"                         │\n                         │\n                         │\n"
	"                         │\n                         │\n                         │\n"
	"                         │\n                         │\n                         │\n"
	"─────────────────────────┴──────────────────────────────────────────────────────\n"
	"event: none\n\n";

static void test_first_frame(void **state)
{
	struct vterm_pty_modes modes;

	(void)state;
	spawn(NULL);
	assert_true(vterm_pty_text(pty, &out));
	assert_string_equal(buf_str(&out), first_frame);
	modes = vterm_pty_modes(pty);
	assert_true(modes.alternate && modes.cursor_shown && !modes.mouse);
	assert_int_equal(modes.cursor_x, 26);
	assert_int_equal(modes.cursor_y, 3);
	assert_int_equal(modes.answers + modes.titles, 0);
	assert_true(vterm_pty_cell(pty, 79, 3).reverse);
	assert_false(vterm_pty_cell(pty, 26, 4).reverse);
	assert_true(wrote("\x1b[?2004h"));
	if (vterm_pty_log(pty)->len > FIRST_FRAME_BYTES)
		fail_msg("the first frame takes %zu bytes", vterm_pty_log(pty)->len);
}

static void test_a_move_is_cheap(void **state)
{
	size_t before;

	(void)state;
	spawn(NULL);
	before = vterm_pty_log(pty)->len;
	type("j", "event: key j");
	assert_true(vterm_pty_cell(pty, 79, 4).reverse);
	assert_false(vterm_pty_cell(pty, 79, 3).reverse);
	assert_int_equal(vterm_pty_modes(pty).cursor_y, 4);
	if (vterm_pty_log(pty)->len - before > MOVE_BYTES)
		fail_msg("a move takes %zu bytes", vterm_pty_log(pty)->len - before);
}

static void test_an_equal_frame_costs_nothing(void **state)
{
	size_t before;

	(void)state;
	spawn(NULL);
	type("k", "event: key k");
	before = vterm_pty_log(pty)->len;
	type("k", "event: key k");
	assert_int_equal(vterm_pty_log(pty)->len, before);
	type("l", "event: key l");
	assert_true(vterm_pty_log(pty)->len - before > 500);
}

static void test_colours(void **state)
{
	static const char theme[] = "roles: { strong: { 16: [red, bold], 256: [210, 124] } }";
	const char *const dark[] = { vterm_pty_tool("term_probe"), "--theme", theme_file, NULL };
	static const struct {
		const char *env[3];
		int colour;
	} cases[] = {
		{ { NULL }, 210 }, { { "COLORFGBG=0;15" }, 124 }, { { "TERM=xterm" }, 1 },
		{ { "NO_COLOR=1" }, -1 }, { { "TERM=xterm-mono" }, -1 }, { { "TERM=vt100" }, -1 },
		{ { "TERM=linux" }, 1 }, { { "TERM=xterm-16color" }, 1 }, { { "NO_COLOR=" }, 210 },
	};

	(void)state;
	write_file(theme_file, theme, sizeof(theme) - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		spawn_as(dark, cases[i].env, 80, 24);
		assert_true(vterm_pty_wait_idle(pty));
		shows("probe 80x24");
		assert_int_equal(vterm_pty_cell(pty, 0, 0).colour, cases[i].colour);
		assert_int_equal(vterm_pty_cell(pty, 0, 0).background, -1);
		vterm_pty_free(pty);
		pty = NULL;
	}
}

/* --- terminals that lack something --- */

static void refuses(const char *const *env, const char *reason)
{
	const char *const argv[] = { vterm_pty_tool("term_probe"), NULL };
	const struct buf *log;
	int status;

	spawn_as(argv, env, 80, 24);
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	shows(reason);
	log = vterm_pty_log(pty);
	assert_null(memchr(log->data, 0x1b, log->len));
	vterm_pty_free(pty);
	pty = NULL;
}

static void test_unusable_terminals(void **state)
{
	static const char *const unset[] = { "TERM", NULL }, *const empty[] = { "TERM=", NULL },
		*const unknown[] = { "TERM=no-such-terminal", NULL }, *const dumb[] = { "TERM=dumb", NULL };

	(void)state;
	refuses(unset, "TERM is not set");
	refuses(empty, "TERM is not set");
	refuses(unknown, "TERM=no-such-terminal is not a terminal that terminfo knows");
	refuses(dumb, "TERM=dumb cannot place the cursor");
}

static void assert_ascii_only(const char *const *env)
{
	const struct buf *log;

	spawn(env);
	shows("1 Load  + ok            |>first");
	log = vterm_pty_log(pty);
	for (size_t i = 0; i < log->len; i++)
		assert_true((unsigned char)log->data[i] < 0x80);
	vterm_pty_free(pty);
	pty = NULL;
}

static void test_ascii_terminals(void **state)
{
	static const char *const c[] = { "LC_ALL=C", NULL }, *const vt100[] = { "TERM=vt100", NULL },
		*const linux_console[] = { "TERM=linux", NULL };

	(void)state;
	assert_ascii_only(c);
	assert_ascii_only(vt100);
	assert_ascii_only(linux_console);
}

static void test_safe_terminal(void **state)
{
	static const char line[] = "==================================================";
	const char *const plain[] = { vterm_pty_tool("term_probe"), text_file, NULL };
	const char *const safe[] = { plain[0], "--safe", text_file, NULL };
	/* In UTF-8 curses does not use repeat itself. */
	static const char *const env[] = { "LC_ALL=C", NULL };

	(void)state;
	write_file(text_file, line, sizeof(line) - 1);
	spawn_as(plain, env, 80, 24);
	assert_true(vterm_pty_wait_idle(pty));
	assert_true(wrote("=\x1b[49b"));
	vterm_pty_free(pty);
	spawn_as(safe, env, 80, 24);
	assert_true(vterm_pty_wait_idle(pty));
	assert_true(wrote(line));
	type("\x1bOH", "key Home");
}

/* --- sizes --- */

static bool same_screen(struct vterm_pty *p, void *expected)
{
	bool same;

	buf_clear(&out);
	same = vterm_pty_text(p, &out) && strcmp(buf_str(&out), expected) == 0;
	return same;
}

static void test_resize_storm(void **state)
{
	char want[sizeof(first_frame)];
	unsigned seed = 7;

	(void)state;
	memcpy(want, first_frame, sizeof(want));
	spawn(NULL);
	for (int i = 0; i < 200; i++) {
		int w = 1 + (int)(seed / 65536 % 500), h;

		seed = seed * 1103515245 + 12345;
		h = 1 + (int)(seed / 65536 % 500);
		seed = seed * 1103515245 + 12345;
		vterm_pty_resize(pty, i % 20 == 0 ? 1 : w, i % 20 == 0 ? 1 : h);
		if (i % 10 == 0)
			assert_true(vterm_pty_wait_idle(pty));
	}
	vterm_pty_resize(pty, 80, 24);
	if (!vterm_pty_wait(pty, same_screen, want))
		assert_string_equal(buf_str(&out), want);
}

/* --- giving the terminal back --- */

static void test_quit(void **state)
{
	struct termios before = fresh_modes();
	int status;

	(void)state;
	spawn(NULL);
	assert_true(vterm_pty_send(pty, "q", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_given_back(&before);
}

static void test_exit_without_closing(void **state)
{
	struct termios before = fresh_modes();
	int status;

	(void)state;
	spawn(NULL);
	assert_true(vterm_pty_send(pty, "x", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	assert_given_back(&before);
}

static void test_suspend_and_resume(void **state)
{
	struct termios before = fresh_modes(), now;

	(void)state;
	spawn(NULL);
	for (int i = 0; i < 20; i++) {
		if (i % 2)
			assert_int_equal(kill(vterm_pty_pid(pty), SIGTSTP), 0);
		else
			assert_true(vterm_pty_send(pty, "\x1a", 1));
		assert_true(vterm_pty_wait_stop(pty));
		assert_given_back(&before);
		assert_true(vterm_pty_resume(pty));
		assert_true(vterm_pty_wait_text(pty, "event: resumed"));
		assert_true(vterm_pty_wait_idle(pty));
		assert_true(vterm_pty_modes(pty).alternate);
		assert_true(vterm_pty_termios(pty, &now));
		assert_false(now.c_lflag & (ICANON | ECHO | ISIG));
		shows("│▸first");
		type("k", "event: key k");
	}
}

static void test_resize_while_stopped(void **state)
{
	(void)state;
	spawn(NULL);
	assert_true(vterm_pty_send(pty, "\x1a", 1));
	assert_true(vterm_pty_wait_stop(pty));
	vterm_pty_resize(pty, 100, 30);
	assert_true(vterm_pty_resume(pty));
	assert_true(vterm_pty_wait_text(pty, "probe 100x30"));
}

static void test_crashes(void **state)
{
	static const struct {
		const char *key, *reason;
		int signo;
	} cases[] = {
		{ "S", "ended by SIGSEGV; the terminal was given back", SIGSEGV },
		{ "A", "ended by SIGABRT", SIGABRT },
		{ "B", "ended by SIGBUS", SIGBUS },
		{ "F", "ended by SIGFPE", SIGFPE },
	};
	struct termios before = fresh_modes();
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		spawn(NULL);
		assert_true(vterm_pty_send(pty, cases[i].key, 1));
		assert_true(vterm_pty_wait_exit(pty, &status));
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), cases[i].signo);
		assert_given_back(&before);
		shows(cases[i].reason);
		vterm_pty_free(pty);
		pty = NULL;
	}
}

static void ends_by(int signo, const struct termios *before)
{
	usec start = clock_mono(&clock_system);
	int status;

	assert_int_equal(kill(vterm_pty_pid(pty), signo), 0);
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signo);
	assert_true(clock_mono(&clock_system) - start <= END_MS * USEC_MS);
	assert_given_back(before);
	vterm_pty_free(pty);
	pty = NULL;
}

static void test_signals(void **state)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGQUIT };
	struct termios before = fresh_modes();

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		spawn(NULL);
		ends_by(signals[i], &before);
	}
}

/* The main loop hangs: the guard ends the program by itself. */
static void test_signals_while_stuck(void **state)
{
	struct termios before = fresh_modes();

	(void)state;
	spawn(NULL);
	assert_true(vterm_pty_send(pty, "H", 1));
	ends_by(SIGTERM, &before);
}

static void hang_up_ends(const char *const *argv)
{
	usec start;
	int status;

	spawn_as(argv, NULL, 80, 24);
	assert_true(vterm_pty_wait_idle(pty));
	start = clock_mono(&clock_system);
	vterm_pty_hang_up(pty);
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(clock_mono(&clock_system) - start <= END_MS * USEC_MS);
	vterm_pty_free(pty);
	pty = NULL;
}

static void test_hang_up(void **state)
{
	const char *const plain[] = { vterm_pty_tool("term_probe"), text_file, NULL };
	const char *const ignored[] = { "/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", plain[0],
	                                text_file, NULL };

	(void)state;
	hang_up_ends(plain);
	hang_up_ends(ignored);
}

/* --- hostile text --- */

/* P01-P05, one line each. */
static const char hostile[] =
	"\x1b[2J\x1b[H\x1b]0;T\x07\x1b]52;c;Q0FO\x07\x1b]52;c;?\x07\x1e"
	"\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\\x1e"
	"\x1bP$qm\x1b\\\x1b_G\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\\x1bPtmux;\x1b\x1b[2J\x1b\\\x1e"
	"\x9b" "31m\x9d" "0;x\x9c\xc2\x9b" "31m\xc2\x9d" "0;y\xc2\x9c\x1e"
	"abc\b\b\bXYZ visible\rHIDDEN\n\v\f\0\x7f\x05\x0e\x0f end\x1e"
	"\xe2\x80\xaeRLO\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8b\xe2\x80\x8e\xef\xbb\xbf\xc2\xad\xe2\x80\xa8\x1e"
	"\xf3\xa0\x81\x81tag\xef\xbf\xb9\xff\xfe\xc0\xaf\xed\xa0\x80\xe6\x97\x1e"
	"日本語 e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 👩\xe2\x80\x8d👩";

/* The same lines as text_safe() prints them. */
static void write_harmless(const char *path)
{
	struct buf safe = BUF_INIT;
	const char *in = hostile, *end = hostile + sizeof(hostile) - 1;

	while (in < end) {
		const char *stop = memchr(in, 0x1e, (size_t)(end - in));
		size_t len = stop ? (size_t)(stop - in) : (size_t)(end - in);

		assert_true(buf_put_safe(&safe, in, len));
		assert_true(buf_putc(&safe, 0x1e));
		in += len + 1;
	}
	write_file(path, safe.data, safe.len);
	buf_release(&safe);
}

static void log_of(int w, struct buf *log)
{
	const char *const argv[] = { vterm_pty_tool("term_probe"), "--theme", theme_file, text_file, NULL };
	struct vterm_pty_modes modes;

	spawn_as(argv, NULL, w, 24);
	assert_true(vterm_pty_wait_idle(pty));
	assert_true(vterm_pty_type(pty, "jjjjj"));
	assert_true(vterm_pty_type(pty, "l"));
	assert_true(buf_put(log, vterm_pty_log(pty)->data, vterm_pty_log(pty)->len));
	modes = vterm_pty_modes(pty);
	assert_int_equal(modes.titles + modes.answers, 0);
	vterm_pty_free(pty);
	pty = NULL;
}

/* The DIFF oracle: hostile text and its printable form give the same bytes. */
static void test_hostile_text(void **state)
{
	/* No look that would tell a token or the selection. */
	static const char theme[] = "roles: { token: { mono: normal }, focus: { mono: normal } }";
	static const char *const canaries[] = { "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9b", "\x9d",
		"\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x81\xa6", "\xf3\xa0\x81\x81", "\xef\xbb\xbf", "\xff" };

	(void)state;
	write_file(theme_file, theme, sizeof(theme) - 1);
	/* Wide enough for all lines: where a line is cut, a token is left out whole. */
	for (int w = 160; w <= 240; w += 40) {
		struct buf bad = BUF_INIT, good = BUF_INIT;

		write_file(text_file, hostile, sizeof(hostile) - 1);
		log_of(w, &bad);
		write_harmless(text_file);
		log_of(w, &good);
		assert_int_equal(bad.len, good.len);
		assert_memory_equal(bad.data, good.data, good.len);
		for (size_t i = 0; i < sizeof(canaries) / sizeof(*canaries); i++)
			assert_null(memmem(bad.data, bad.len, canaries[i], strlen(canaries[i])));
		buf_release(&bad);
		buf_release(&good);
	}
}

/* --- input --- */

static void test_keys(void **state)
{
	static const struct {
		const char *bytes, *event;
	} keys[] = {
		{ "\x1bOA", "key Up" }, { "\x1b[Z", "key S-Tab" }, { "\x1b[3~", "key Del" },
		{ "\x1b[5~", "key PgUp" }, { "\x1b[1~", "key Home" }, { "\x1b[A", "key Up" }, { "\x1bOP", "key F1" }, { "\x1b", "key Esc" }, { "\r", "key Enter" },
		{ "\t", "key Tab" }, { "\x7f", "key Backspace" }, { "\x03", "key ^C" }, { "\x04", "key ^D" },
		{ "\x13", "key ^S" }, { "\x1c", "key ^\\" }, { "é", "key é" }, { "日", "key 日" },
		{ " ", "key Space" }, { "\xff\xe6\x97j", "key j" }, { "\xc0\xafk", "key k" },
		{ "\xed\xa0\x80i", "key i" }, { "\xc2\x9bh", "key h" },
	};

	(void)state;
	spawn(NULL);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		type(keys[i].bytes, keys[i].event);
}

static void test_key_garbage(void **state)
{
	enum { SIZE = 100000 };
	char *bytes = malloc(SIZE);
	unsigned seed = 11;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < SIZE; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (char)(seed >> 16);
		/* Not what the probe ends or stops upon, and no start of a paste. */
		if (strchr("qxSABFH\x1a~", bytes[i]))
			bytes[i] = '.';
	}
	spawn(NULL);
	assert_true(vterm_pty_send(pty, bytes, SIZE));
	assert_true(vterm_pty_send(pty, "\r\t", 2));
	free(bytes);
	assert_true(vterm_pty_wait_text(pty, "event: key Tab"));
}

static void test_paste(void **state)
{
	(void)state;
	spawn(NULL);
	type("\x1b[200~hello\r:quit\tq\x1b[31m\x01\x1b[201~", "event: paste 17 [hello :quit q[31m]");
	type("k", "event: key k");
	type("\x1b[200~a\xff\xe6\x1b[201~", "event: paste 18 [a]");
	type("j", "event: key j");
}

/* The end marker inside of a pasted text does not turn the rest into commands. */
static void test_paste_with_end_marker(void **state)
{
	(void)state;
	spawn(NULL);
	type("\x1b[200~a\x1b[201~q\rx\x1b[201~", "event: paste 4 [aq x]");
	type("k", "event: key k");
}

static void test_paste_in_parts(void **state)
{
	(void)state;
	spawn(NULL);
	type("\x1b[200~one", "event: none");
	type(" two", "event: none");
	type("\x1b[201~", "event: paste 7 [one two]");
}

static void test_big_paste(void **state)
{
	enum { SIZE = 1000000 };
	char *bytes = malloc(SIZE);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'q', SIZE);
	spawn(NULL);
	assert_true(vterm_pty_send(pty, "\x1b[200~", 6));
	assert_true(vterm_pty_send(pty, bytes, SIZE));
	assert_true(vterm_pty_send(pty, "\x1b[201~", 6));
	free(bytes);
	assert_true(vterm_pty_wait_text(pty, "event: paste 1000000 [qqqqqq"));
}

static int make_files(void **state)
{
	int text = mkstemp(text_file), theme = mkstemp(theme_file);

	(void)state;
	if (text < 0 || theme < 0)
		return -1;
	close(text);
	close(theme);
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	unlink(text_file);
	unlink(theme_file);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_move_is_cheap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_equal_frame_costs_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_colours, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unusable_terminals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ascii_terminals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_safe_terminal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resize_storm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_quit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exit_without_closing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_suspend_and_resume, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resize_while_stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crashes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signals_while_stuck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hang_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_key_garbage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paste, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paste_with_end_marker, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paste_in_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_big_paste, setup, teardown),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
