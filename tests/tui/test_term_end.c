#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/support/term_probe.h"

enum { END_MS = 500 };

/* The modes of a terminal as a program finds it, before any of ours ran. */
static struct termios fresh_modes(void)
{
	struct termios modes;
	const char *const argv[] = { "/bin/true", NULL };
	int status;

	probe_run(argv, NULL, 80, 24);
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
	assert_true(vterm_pty_termios(probe()->pty, &modes));
	vterm_pty_free(probe()->pty);
	probe()->pty = NULL;
	return modes;
}

static void assert_given_back(const struct termios *before)
{
	struct vterm_pty_modes modes = vterm_pty_modes(probe()->pty);
	struct termios now;

	assert_false(modes.alternate);
	assert_true(modes.cursor_shown);
	assert_true(probe_wrote("\x1b[?2004l"));
	assert_true(vterm_pty_termios(probe()->pty, &now));
	assert_int_equal(now.c_iflag, before->c_iflag);
	assert_int_equal(now.c_oflag, before->c_oflag);
	assert_int_equal(now.c_cflag, before->c_cflag);
	assert_int_equal(now.c_lflag, before->c_lflag);
}

static void test_quit(void **state)
{
	struct termios before = fresh_modes();
	int status;

	(void)state;
	probe_spawn(NULL);
	assert_true(vterm_pty_send(probe()->pty, "q", 1));
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_given_back(&before);
}

static void test_exit_without_closing(void **state)
{
	struct termios before = fresh_modes();
	int status;

	(void)state;
	probe_spawn(NULL);
	assert_true(vterm_pty_send(probe()->pty, "x", 1));
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	assert_given_back(&before);
}

static void test_P56_suspend_and_resume(void **state)
{
	struct termios before = fresh_modes(), now;

	(void)state;
	probe_spawn(NULL);
	for (int i = 0; i < 20; i++) {
		if (i % 2)
			assert_int_equal(kill(vterm_pty_pid(probe()->pty), SIGTSTP), 0);
		else
			assert_true(vterm_pty_send(probe()->pty, "\x1a", 1));
		assert_true(vterm_pty_wait_stop(probe()->pty));
		assert_given_back(&before);
		assert_true(vterm_pty_resume(probe()->pty));
		assert_true(vterm_pty_wait_text(probe()->pty, "event: resumed"));
		assert_true(vterm_pty_wait_idle(probe()->pty));
		assert_true(vterm_pty_modes(probe()->pty).alternate);
		assert_true(vterm_pty_termios(probe()->pty, &now));
		assert_false(now.c_lflag & (ICANON | ECHO | ISIG));
		probe_shows("│▸first");
		probe_type("k", "event: key k");
	}
}

static void test_resize_while_stopped(void **state)
{
	(void)state;
	probe_spawn(NULL);
	assert_true(vterm_pty_send(probe()->pty, "\x1a", 1));
	assert_true(vterm_pty_wait_stop(probe()->pty));
	vterm_pty_resize(probe()->pty, 100, 30);
	assert_true(vterm_pty_resume(probe()->pty));
	assert_true(vterm_pty_wait_text(probe()->pty, "probe 100x30"));
}

static void test_P56_crashes(void **state)
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
		probe_spawn(NULL);
		assert_true(vterm_pty_send(probe()->pty, cases[i].key, 1));
		assert_true(vterm_pty_wait_exit(probe()->pty, &status));
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), cases[i].signo);
		assert_given_back(&before);
		probe_shows(cases[i].reason);
		vterm_pty_free(probe()->pty);
		probe()->pty = NULL;
	}
}

static void ends_by(int signo, const struct termios *before)
{
	usec start = clock_mono(&clock_system);
	int status;

	assert_int_equal(kill(vterm_pty_pid(probe()->pty), signo), 0);
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signo);
	assert_true(clock_mono(&clock_system) - start <= END_MS * USEC_MS);
	assert_given_back(before);
	vterm_pty_free(probe()->pty);
	probe()->pty = NULL;
}

static void test_signals(void **state)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGQUIT };
	struct termios before = fresh_modes();

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		probe_spawn(NULL);
		ends_by(signals[i], &before);
	}
}

/* The main loop hangs: the guard ends the program by itself. */
static void test_signals_while_stuck(void **state)
{
	struct termios before = fresh_modes();

	(void)state;
	probe_spawn(NULL);
	assert_true(vterm_pty_send(probe()->pty, "H", 1));
	ends_by(SIGTERM, &before);
}

/* A terminal that does not read can be given back no more, but we end in time. */
static void test_P58_signals_while_stalled(void **state)
{
	usec start;
	int status;

	(void)state;
	probe_spawn(NULL);
	assert_true(vterm_pty_stall(probe()->pty));
	assert_true(vterm_pty_send(probe()->pty, "l", 1));
	start = clock_mono(&clock_system);
	assert_int_equal(kill(vterm_pty_pid(probe()->pty), SIGTERM), 0);
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
	assert_true(clock_mono(&clock_system) - start <= END_MS * USEC_MS);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void hang_up_ends(const char *const *argv)
{
	usec start;
	int status;

	probe_run(argv, NULL, 80, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
	start = clock_mono(&clock_system);
	vterm_pty_hang_up(probe()->pty);
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
	assert_true(clock_mono(&clock_system) - start <= END_MS * USEC_MS);
	vterm_pty_free(probe()->pty);
	probe()->pty = NULL;
}

static void test_P53_hang_up(void **state)
{
	const char *const plain[] = { vterm_pty_tool("term_probe"), probe()->text_path, NULL };
	const char *const ignored[] = { "/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", plain[0],
	                                probe()->text_path, NULL };

	(void)state;
	hang_up_ends(plain);
	hang_up_ends(ignored);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_quit, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_exit_without_closing, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P56_suspend_and_resume, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_resize_while_stopped, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P56_crashes, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_signals, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_signals_while_stuck, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P58_signals_while_stalled, probe_setup, probe_teardown),
		cmocka_unit_test_setup_teardown(test_P53_hang_up, probe_setup, probe_teardown),
	};

	return cmocka_run_group_tests(tests, probe_make_files, probe_remove_files);
}
