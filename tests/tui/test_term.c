#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/term_probe.h"

enum { FIRST_FRAME_BYTES = 2500, MOVE_BYTES = 250 };

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
	probe_spawn(NULL);
	assert_true(vterm_pty_text(probe()->pty, &probe()->out));
	assert_string_equal(buf_str(&probe()->out), first_frame);
	modes = vterm_pty_modes(probe()->pty);
	assert_true(modes.alternate && modes.cursor_shown && !modes.mouse);
	assert_int_equal(modes.cursor_x, 26);
	assert_int_equal(modes.cursor_y, 3);
	assert_int_equal(modes.answers + modes.titles, 0);
	assert_true(vterm_pty_cell(probe()->pty, 79, 3).reverse);
	assert_false(vterm_pty_cell(probe()->pty, 26, 4).reverse);
	assert_true(probe_wrote("\x1b[?2004h"));
	if (vterm_pty_log(probe()->pty)->len > FIRST_FRAME_BYTES)
		fail_msg("the first frame takes %zu bytes", vterm_pty_log(probe()->pty)->len);
}

static void test_a_move_is_cheap(void **state)
{
	size_t before;

	(void)state;
	probe_spawn(NULL);
	before = vterm_pty_log(probe()->pty)->len;
	probe_type("j", "event: key j");
	assert_true(vterm_pty_cell(probe()->pty, 79, 4).reverse);
	assert_false(vterm_pty_cell(probe()->pty, 79, 3).reverse);
	assert_int_equal(vterm_pty_modes(probe()->pty).cursor_y, 4);
	if (vterm_pty_log(probe()->pty)->len - before > MOVE_BYTES)
		fail_msg("a move takes %zu bytes", vterm_pty_log(probe()->pty)->len - before);
}

static void test_an_equal_frame_costs_nothing(void **state)
{
	size_t before;

	(void)state;
	probe_spawn(NULL);
	probe_type("k", "event: key k");
	before = vterm_pty_log(probe()->pty)->len;
	probe_type("k", "event: key k");
	assert_int_equal(vterm_pty_log(probe()->pty)->len, before);
	probe_type("l", "event: key l");
	assert_true(vterm_pty_log(probe()->pty)->len - before > 500);
}

static void test_colours(void **state)
{
	static const char theme[] = "roles: { strong: { 16: [red, bold], 256: [210, 124] } }";
	const char *const dark[] = { vterm_pty_tool("term_probe"), "--theme", probe()->theme_path, NULL };
	static const struct {
		const char *env[3];
		int colour;
	} cases[] = {
		{ { NULL }, 210 }, { { "COLORFGBG=0;15" }, 124 }, { { "TERM=xterm" }, 1 },
		{ { "NO_COLOR=1" }, -1 }, { { "TERM=xterm-mono" }, -1 }, { { "TERM=vt100" }, -1 },
		{ { "TERM=linux" }, 1 }, { { "TERM=xterm-16color" }, 1 }, { { "NO_COLOR=" }, 210 },
	};

	(void)state;
	probe_write(probe()->theme_path, theme, sizeof(theme) - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		probe_run(dark, cases[i].env, 80, 24);
		assert_true(vterm_pty_wait_idle(probe()->pty));
		probe_shows("probe 80x24");
		assert_int_equal(vterm_pty_cell(probe()->pty, 0, 0).colour, cases[i].colour);
		assert_int_equal(vterm_pty_cell(probe()->pty, 0, 0).background, -1);
		vterm_pty_free(probe()->pty);
		probe()->pty = NULL;
	}
}

/* --- terminals that lack something --- */

static void refuses(const char *const *env, const char *reason)
{
	const char *const argv[] = { vterm_pty_tool("term_probe"), NULL };
	const struct buf *log;
	int status;

	probe_run(argv, env, 80, 24);
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	probe_shows(reason);
	log = vterm_pty_log(probe()->pty);
	assert_null(memchr(log->data, 0x1b, log->len));
	vterm_pty_free(probe()->pty);
	probe()->pty = NULL;
}

static void test_P57_unusable_terminals(void **state)
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

	probe_spawn(env);
	probe_shows("1 Load  + ok            |>first");
	log = vterm_pty_log(probe()->pty);
	for (size_t i = 0; i < log->len; i++)
		assert_true((unsigned char)log->data[i] < 0x80);
	vterm_pty_free(probe()->pty);
	probe()->pty = NULL;
}

static void test_P57_ascii_terminals(void **state)
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
	const char *const plain[] = { vterm_pty_tool("term_probe"), probe()->text_path, NULL };
	const char *const safe[] = { plain[0], "--safe", probe()->text_path, NULL };
	/* In UTF-8 curses does not use repeat itself. */
	static const char *const env[] = { "LC_ALL=C", NULL };

	(void)state;
	probe_write(probe()->text_path, line, sizeof(line) - 1);
	probe_run(plain, env, 80, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
	assert_true(probe_wrote("=\x1b[49b"));
	vterm_pty_free(probe()->pty);
	probe_run(safe, env, 80, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
	assert_true(probe_wrote(line));
	probe_type("\x1bOH", "key Home");
}

/* A description of our own: none of Debian's knows synchronized output. */
static void describe_terminal(const char *folder)
{
	static const char text[] = "sextant-sync|with synchronized output,\n"
		"\tSync=\\E[?2026%?%p1%{1}%-%tl%eh%;, use=xterm-256color,\n";
	char line[200];
	FILE *tic;

	snprintf(line, sizeof(line), "tic -x -o %s - 2>&1", folder);
	tic = popen(line, "w");
	assert_non_null(tic);
	assert_true(fputs(text, tic) >= 0);
	assert_int_equal(pclose(tic), 0);
}

static void test_synchronized_output(void **state)
{
	char folder[] = "/tmp/sextant-terminfo-XXXXXX", where[60], file[80];
	const char *const env[] = { "TERM=sextant-sync", where, NULL };
	size_t frame;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(where, sizeof(where), "TERMINFO=%s", folder);
	describe_terminal(folder);
	probe_spawn(env);
	assert_true(probe_wrote("\x1b[?2026h"));
	assert_true(probe_wrote("\x1b[?2026l"));
	frame = vterm_pty_log(probe()->pty)->len;
	probe_type("j", "key j");
	assert_non_null(memmem(vterm_pty_log(probe()->pty)->data + frame, 8, "\x1b[?2026h", 8));
	vterm_pty_free(probe()->pty);
	probe_spawn(NULL);
	assert_false(probe_wrote("2026"));
	snprintf(file, sizeof(file), "%s/s/sextant-sync", folder);
	assert_int_equal(unlink(file), 0);
	snprintf(file, sizeof(file), "%s/s", folder);
	assert_int_equal(rmdir(file), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* What the terminal says of itself counts where its name says less, after NO_COLOR and
 * the names of plain terminals. */
static void test_COLORTERM(void **state)
{
	static const char *const yes[] = { "TERM=xterm", "COLORTERM=truecolor", NULL },
		*const no_colour[] = { "TERM=xterm", "COLORTERM=truecolor", "NO_COLOR=1", NULL },
		*const plain[] = { "TERM=linux", "COLORTERM=truecolor", NULL };
	const char *const argv[] = { vterm_pty_tool("term_probe"), "--theme", "themes/calm.yaml",
	                             probe()->text_path, NULL };

	(void)state;
	probe_run(argv, yes, 80, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
	assert_true(probe_wrote("38;5;246m"));
	vterm_pty_free(probe()->pty);
	probe_run(argv, no_colour, 80, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
	assert_false(probe_wrote("38;5"));
	vterm_pty_free(probe()->pty);
	probe_run(argv, plain, 80, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
	assert_false(probe_wrote("38;5"));
}

/* --- sizes --- */

static bool same_screen(struct vterm_pty *p, void *expected)
{
	bool same;

	buf_clear(&probe()->out);
	same = vterm_pty_text(p, &probe()->out) && strcmp(buf_str(&probe()->out), expected) == 0;
	return same;
}

static void test_P55_resize_storm(void **state)
{
	char want[sizeof(first_frame)];
	unsigned seed = 7;

	(void)state;
	memcpy(want, first_frame, sizeof(want));
	probe_spawn(NULL);
	for (int i = 0; i < 200; i++) {
		int w = 1 + (int)(seed / 65536 % 500), h;

		seed = seed * 1103515245 + 12345;
		h = 1 + (int)(seed / 65536 % 500);
		seed = seed * 1103515245 + 12345;
		vterm_pty_resize(probe()->pty, i % 20 == 0 ? 1 : w, i % 20 == 0 ? 1 : h);
		if (i % 10 == 0)
			assert_true(vterm_pty_wait_idle(probe()->pty));
	}
	vterm_pty_resize(probe()->pty, 80, 24);
	if (!vterm_pty_wait(probe()->pty, same_screen, want))
		assert_string_equal(buf_str(&probe()->out), want);
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
	probe_write(path, safe.data, safe.len);
	buf_release(&safe);
}

static void log_of(int w, struct buf *log)
{
	const char *const argv[] = { vterm_pty_tool("term_probe"), "--theme", probe()->theme_path, probe()->text_path, NULL };
	struct vterm_pty_modes modes;

	probe_run(argv, NULL, w, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
	assert_true(vterm_pty_type(probe()->pty, "jjjjj"));
	assert_true(vterm_pty_type(probe()->pty, "l"));
	assert_true(buf_put(log, vterm_pty_log(probe()->pty)->data, vterm_pty_log(probe()->pty)->len));
	modes = vterm_pty_modes(probe()->pty);
	assert_int_equal(modes.titles + modes.answers, 0);
	vterm_pty_free(probe()->pty);
	probe()->pty = NULL;
}

/* The DIFF oracle: hostile text and its printable form give the same bytes. */
static void test_hostile_text(void **state)
{
	/* No look that would tell a token or the selection. */
	static const char theme[] = "roles: { token: { mono: normal }, focus: { mono: normal } }";
	static const char *const canaries[] = { "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9b", "\x9d",
		"\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x81\xa6", "\xf3\xa0\x81\x81", "\xef\xbb\xbf", "\xff" };

	(void)state;
	probe_write(probe()->theme_path, theme, sizeof(theme) - 1);
	/* Wide enough for all lines: where a line is cut, a token is left out whole. */
	for (int w = 160; w <= 240; w += 40) {
		struct buf bad = BUF_INIT, good = BUF_INIT;

		probe_write(probe()->text_path, hostile, sizeof(hostile) - 1);
		log_of(w, &bad);
		write_harmless(probe()->text_path);
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
	probe_spawn(NULL);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		probe_type(keys[i].bytes, keys[i].event);
}

static void test_P59_key_garbage(void **state)
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
		if (strchr("qxSABFHcp\x1a~", bytes[i]))
			bytes[i] = '.';
	}
	probe_spawn(NULL);
	assert_true(vterm_pty_send(probe()->pty, bytes, SIZE));
	assert_true(vterm_pty_send(probe()->pty, "\r\t", 2));
	free(bytes);
	assert_true(vterm_pty_wait_text(probe()->pty, "event: key Tab"));
}

static void test_paste(void **state)
{
	(void)state;
	probe_spawn(NULL);
	probe_type("\x1b[200~hello\r:quit\tq\x1b[31m\x01\x1b[201~", "event: paste 17 [hello :quit q[31m]");
	probe_type("k", "event: key k");
	probe_type("\x1b[200~a\xff\xe6\x1b[201~", "event: paste 18 [a]");
	probe_type("j", "event: key j");
}

/* The end marker inside of a pasted text does not turn the rest into commands. */
static void test_P59_paste_with_end_marker(void **state)
{
	(void)state;
	probe_spawn(NULL);
	probe_type("\x1b[200~a\x1b[201~q\rx\x1b[201~", "event: paste 4 [aq x]");
	probe_type("k", "event: key k");
}

static void test_paste_in_parts(void **state)
{
	(void)state;
	probe_spawn(NULL);
	probe_type("\x1b[200~one", "event: none");
	probe_type(" two", "event: none");
	probe_type("\x1b[201~", "event: paste 7 [one two]");
}

static void test_P59_big_paste(void **state)
{
	enum { SIZE = 1000000 };
	char *bytes = malloc(SIZE);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'q', SIZE);
	probe_spawn(NULL);
	assert_true(vterm_pty_send(probe()->pty, "\x1b[200~", 6));
	assert_true(vterm_pty_send(probe()->pty, bytes, SIZE));
	assert_true(vterm_pty_send(probe()->pty, "\x1b[201~", 6));
	free(bytes);
	assert_true(vterm_pty_wait_text(probe()->pty, "event: paste 1000000 [qqqqqq"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_frame, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_a_move_is_cheap, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_an_equal_frame_costs_nothing, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_colours, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P57_unusable_terminals, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P57_ascii_terminals, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_safe_terminal, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_COLORTERM, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_synchronized_output, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P55_resize_storm, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_hostile_text, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_keys, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P59_key_garbage, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_paste, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P59_paste_with_end_marker, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_paste_in_parts, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P59_big_paste, probe_setup, probe_teardown),
	};

	return cmocka_run_group_tests(tests, probe_make_files, probe_remove_files);
}
