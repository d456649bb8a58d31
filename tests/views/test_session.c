/* A recorded session: sizes, a suspension, copies, a bare print and a crash, with what
 * the screen, the modes and the line discipline are after each, and what the terminal
 * got. The recording is tests/screens/session.txt; this replays it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/support/golden.h"
#include "tests/support/sequences.h"
#include "tests/support/vterm_pty.h"

static struct vterm_pty *pty;
static struct buf record;
static size_t logged;           /* of what the terminal got, this was told */

/* Those sequences that switch something; which way the text got there is curses' affair. */
static void put_switches(void)
{
	const struct buf *log = vterm_pty_log(pty);
	struct buf part = BUF_INIT, seen = BUF_INIT, copied = BUF_INIT;

	buf_put(&part, log->data + logged, log->len - logged);
	logged = log->len;
	sequences_of(&part, &seen, &copied);
	buf_puts(&record, "terminal got:");
	for (const char *at = buf_str(&seen); *at; at += strcspn(at, "\n") + 1)
		if (strncmp(at, "[csi 1b[?", 9) == 0 || strncmp(at, "[clip", 5) == 0)
			buf_printf(&record, " %.*s", (int)strcspn(at, "\n"), at);
	buf_putc(&record, '\n');
	if (copied.len)
		buf_printf(&record, "copied: %s", buf_str(&copied));
	buf_release(&part);
	buf_release(&seen);
	buf_release(&copied);
}

static void put_step(const char *what)
{
	struct vterm_pty_modes m = vterm_pty_modes(pty);
	struct termios tio;

	assert_true(vterm_pty_termios(pty, &tio));
	buf_printf(&record, "==== %s\n", what);
	vterm_pty_text(pty, &record);
	buf_printf(&record, "---- %s screen, cursor %s at %d,%d, echo %s, lines %s\n", m.alternate ? "alternate" : "main",
		   m.cursor_shown ? "shown" : "hidden", m.cursor_x, m.cursor_y, tio.c_lflag & ECHO ? "on" : "off",
		   tio.c_lflag & ICANON ? "on" : "off");
	put_switches();
}

static void type(const char *keys)
{
	char what[60];

	assert_true(vterm_pty_type(pty, keys));
	snprintf(what, sizeof what, "%s", keys);
	put_step(what);
}

static void resize(int w, int h, const char *shows)
{
	char what[40];

	vterm_pty_resize(pty, w, h);
	assert_true(vterm_pty_wait_text(pty, shows));
	assert_true(vterm_pty_wait_idle(pty));
	snprintf(what, sizeof what, "resized to %dx%d", w, h);
	put_step(what);
}

static bool is_back(struct vterm_pty *p, void *ctx)
{
	(void)ctx;
	return vterm_pty_modes(p).alternate;
}

static void suspend_and_resume(void)
{
	assert_true(vterm_pty_send(pty, "\x1a", 1));
	assert_true(vterm_pty_wait_stop(pty));
	put_step("^Z");
	assert_true(vterm_pty_resume(pty));
	assert_true(vterm_pty_wait(pty, is_back, NULL));
	assert_true(vterm_pty_wait_text(pty, "CALLBACKS"));
	assert_true(vterm_pty_wait_idle(pty));
	put_step("fg");
}

/* The line discipline changes without a byte that could be waited for. */
static bool comes_to_raw(void)
{
	usec end = clock_mono(&clock_system) + VTERM_PTY_SECONDS * USEC_SEC;
	struct termios tio;

	while (vterm_pty_termios(pty, &tio) && tio.c_lflag & (ECHO | ICANON))
		if (clock_mono(&clock_system) > end)
			return false;
	return true;
}

static void print(void)
{
	assert_true(vterm_pty_send(pty, "Y", 1));
	assert_true(vterm_pty_wait_text(pty, "-- a key goes back --"));
	assert_true(comes_to_raw());
	put_step("Y");
	assert_true(vterm_pty_type(pty, " "));
	put_step("a key");
}

static void crash(void)
{
	int status;

	assert_int_equal(kill(vterm_pty_pid(pty), SIGSEGV), 0);
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	put_step("crashed");
}

static void test_P56_a_recorded_session(void **state)
{
	const char *argv[] = { vterm_pty_tool("screen"), "settled", "calm", NULL };
	struct vterm_pty_options options = { .argv = argv, .w = 80, .h = 24 };

	(void)state;
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_wait_idle(pty));
	put_step("started");
	type("5jj");
	resize(120, 40, "FETCH WATERFALL");
	resize(28, 7, "Callbacks: 12 sent");
	resize(80, 24, "C10 Enter shows");
	suspend_and_resume();
	type("yp");
	type("ym");
	print();
	crash();
	vterm_pty_free(pty);
	golden_compare("session", &record);
	golden_finish();
	buf_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P56_a_recorded_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
