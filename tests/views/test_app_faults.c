/* The program itself against what terminals and their owners do to it: the numbers
 * are those of the catalogue of faults. Where queries are to be under way the source is
 * a server that accepts and never says a word. */
#include <setjmp.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/support/fault_server.h"
#include "tests/support/vterm_pty.h"

enum { END_MS = 500 };

static struct fault_server mute;
static char folder[] = "/tmp/sextant-app-faults-XXXXXX", config_path[60];

static const char *program(void)
{
	static char path[300];
	const char *build = getenv("SEXTANT_BUILD");

	snprintf(path, sizeof path, "%s/sextant", build ? build : "build");
	return path;
}

static int start_mute(void **state)
{
	FILE *f;

	(void)state;
	fault_start_mute(&mute);
	assert_non_null(mkdtemp(folder));
	snprintf(config_path, sizeof config_path, "%s/config.yaml", folder);
	f = fopen(config_path, "w");
	assert_non_null(f);
	fprintf(f, "sources:\n"
	        "  tracking: { url: \"http://127.0.0.1:%u\", secret: { env: S } }\n"
	        "  redshift: { host: 127.0.0.1, port: %u, user: u, database: d, sslmode: disable, "
	        "password: { env: S } }\n", mute.port, mute.port);
	return fclose(f);
}

static int stop_mute(void **state)
{
	(void)state;
	fault_stop(&mute);
	unlink(config_path);
	return rmdir(folder);
}

static struct vterm_pty *run(const char *const *argv, const char *extra)
{
	const char *env[] = { "HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent", "S=secret", extra, NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = 80, .h = 24 };
	struct vterm_pty *pty = vterm_pty_new(&options);

	assert_non_null(pty);
	return pty;
}

static bool another_connection(struct vterm_pty *pty, void *ctx)
{
	(void)pty;
	return mute.connections > *(unsigned *)ctx;
}

/* On the screen, and waiting for an answer that will not come. */
static struct vterm_pty *run_busy(const char *const *argv)
{
	unsigned before = mute.connections;
	struct vterm_pty *pty = run(argv, NULL);

	assert_true(vterm_pty_wait_text(pty, "? help"));
	assert_true(vterm_pty_wait(pty, another_connection, &before));
	return pty;
}

static struct vterm_pty *start_busy(void)
{
	const char *argv[] = { program(), "--still", "--config", config_path, "726100801", NULL };

	return run_busy(argv);
}

static struct vterm_pty *start_demo(const char *load, const char *extra)
{
	const char *argv[] = { program(), "--still", "demo", load, NULL };

	return run(argv, extra);
}

static void leave(struct vterm_pty *pty)
{
	int status;

	assert_true(vterm_pty_send(pty, "Q", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(vterm_pty_modes(pty).alternate);
	vterm_pty_free(pty);
}

/* What is on the screen is what painting it anew gives. */
static void check_fresh(struct vterm_pty *pty)
{
	struct buf shown = BUF_INIT, fresh = BUF_INIT;

	assert_true(vterm_pty_text(pty, &shown));
	assert_true(vterm_pty_type(pty, "\x0c"));
	assert_true(vterm_pty_text(pty, &fresh));
	assert_string_equal(buf_str(&shown), buf_str(&fresh));
	buf_release(&shown);
	buf_release(&fresh);
}

/* ---- P53: the terminal is gone -------------------------------------------------------- */

static void ends_in_time(struct vterm_pty *pty, usec since)
{
	pid_t group = vterm_pty_pid(pty);
	int status;

	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(clock_mono(&clock_system) - since <= END_MS * USEC_MS);
	assert_true(kill(-group, 0) != 0 && errno == ESRCH);    /* nothing of it is left */
	vterm_pty_free(pty);
}

static void test_P53_the_terminal_closes(void **state)
{
	const char *ignored[] = { "/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", program(), "--config",
	                          config_path, "726100801", NULL };
	struct vterm_pty *pty = start_busy();
	usec since = clock_mono(&clock_system);

	(void)state;
	vterm_pty_hang_up(pty);
	ends_in_time(pty, since);
	pty = run_busy(ignored);
	since = clock_mono(&clock_system);
	vterm_pty_hang_up(pty);
	ends_in_time(pty, since);
}

static void test_P53_signals_with_queries_under_way(void **state)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct vterm_pty *pty = start_busy();
		usec since = clock_mono(&clock_system);

		assert_int_equal(kill(vterm_pty_pid(pty), signals[i]), 0);
		ends_in_time(pty, since);
	}
}

/* ---- P54: nobody reads ------------------------------------------------------------------ */

static int shell(const char *command)
{
	char line[600];
	int status;

	snprintf(line, sizeof line, "P='%s'; %s", program(), command);
	status = system(line);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_P54_output_that_nobody_reads(void **state)
{
	static const char *const formats[] = {
		"json", "text --section load", "csv --section load",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char line[300];
		int code;

		snprintf(line, sizeof line, "x=$( { { \"$P\" --demo show 729388812 --quiet --format %s 2>&1; "
		         "echo $? >&3; } | head -c 1 >/dev/null; } 3>&1 ); exit $x", formats[i]);
		code = shell(line);
		if (code != 0 && code != 1 && code != 141)
			fail_msg("%s: exit %d", formats[i], code);
	}
	assert_int_equal(shell("\"$P\" --demo show U110045871 --quiet 2>&1 >&- | grep -q 'cannot write'"), 0);
}

/* ---- P55: sizes ---------------------------------------------------------------------------- */

static void test_P55_resizes_while_fetching(void **state)
{
	struct vterm_pty *pty = start_demo("U110045871", NULL);
	unsigned seed = 11;

	(void)state;
	for (int i = 0; i < 600; i++) {
		int w, h;

		seed = seed * 1103515245 + 12345;
		w = 1 + (int)(seed / 65536 % 500);
		seed = seed * 1103515245 + 12345;
		h = 1 + (int)(seed / 65536 % 500);
		vterm_pty_resize(pty, i % 25 == 0 ? 1 : w, i % 25 == 0 ? 1 : h);
		if (i % 20 == 0)
			assert_true(vterm_pty_send(pty, "j", 1));
	}
	vterm_pty_resize(pty, 80, 24);
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "2"));
	assert_true(vterm_pty_wait_text(pty, "NETWORK"));
	assert_true(vterm_pty_type(pty, "0"));
	assert_true(vterm_pty_wait_text(pty, "OVERVIEW"));
	assert_true(vterm_pty_type(pty, "0"));          /* changes nothing: all of it is painted */
	check_fresh(pty);
	leave(pty);
}

/* ---- P56: stopped, crashed -------------------------------------------------------------------- */

static bool is_back(struct vterm_pty *pty, void *ctx)
{
	(void)ctx;
	return vterm_pty_modes(pty).alternate;
}

static void test_P56_a_hundred_stops_while_fetching(void **state)
{
	struct vterm_pty *pty = start_busy();

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(kill(vterm_pty_pid(pty), SIGTSTP), 0);
		assert_true(vterm_pty_wait_stop(pty));
		assert_false(vterm_pty_modes(pty).alternate);
		assert_true(vterm_pty_resume(pty));
		/* A stop on the heels of SIGCONT would be thrown away by the kernel. */
		assert_true(vterm_pty_wait(pty, is_back, NULL));
	}
	assert_true(vterm_pty_wait_text(pty, "0 Overview"));
	leave(pty);
}

static void test_P56_a_crash_while_fetching(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct vterm_pty *pty = start_busy();
		struct termios after;
		int status;

		assert_true(vterm_pty_type(pty, ":mouse on\r"));
		assert_int_equal(kill(vterm_pty_pid(pty), signals[i]), 0);
		assert_true(vterm_pty_wait_exit(pty, &status));
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
		assert_false(vterm_pty_modes(pty).alternate);
		assert_true(vterm_pty_modes(pty).cursor_shown);
		assert_true(vterm_pty_termios(pty, &after));
		assert_true(after.c_lflag & ECHO && after.c_lflag & ICANON);
		vterm_pty_free(pty);
	}
}

/* ---- P57: terminals ------------------------------------------------------------------------------ */

static void test_P57_terminals_that_are_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "TERM", "TERM is not set" }, { "TERM=dumb", "cannot place the cursor" },
		{ "TERM=no-such-terminal", "not a terminal that terminfo knows" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct vterm_pty *pty = start_demo("U110045871", cases[i][0]);
		int status;

		assert_true(vterm_pty_wait_exit(pty, &status));
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
		assert_true(vterm_pty_shows(pty, cases[i][1]));
		assert_null(strchr(buf_str(vterm_pty_log(pty)), '\033'));
		vterm_pty_free(pty);
	}
}

static bool has_colour(const struct vterm_pty *pty_const)
{
	struct vterm_pty *pty = (struct vterm_pty *)(uintptr_t)pty_const;

	for (int y = 0; y < 24; y++)
		for (int x = 0; x < 80; x++)
			if (vterm_pty_cell(pty, x, y).colour != -1)
				return true;
	return false;
}

static void test_P57_terminals_that_are_used(void **state)
{
	static const struct { const char *env; bool ascii, colour; } cases[] = {
		{ "TERM=xterm-256color", false, true }, { "TERM=xterm", false, true },
		{ "TERM=xterm-mono", false, false }, { "TERM=screen", false, true },
		{ "TERM=vt100", true, false }, { "TERM=linux", true, true }, { "NO_COLOR=1", false, false },
		{ "LC_ALL=C", true, true }, { "LC_ALL=nowhere.UTF-8", true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct vterm_pty *pty = start_demo("U110045871", cases[i].env);
		const struct buf *log = vterm_pty_log(pty);
		bool ascii = true;

		assert_true(vterm_pty_wait_text(pty, "? help"));
		for (size_t k = 0; k < log->len; k++)
			ascii = ascii && (unsigned char)log->data[k] < 0x80;
		if (ascii != cases[i].ascii || has_colour(pty) != cases[i].colour)
			fail_msg("%s: ascii %d, colour %d", cases[i].env, ascii, has_colour(pty));
		leave(pty);
	}
}

/* ---- P58: the terminal does not read ----------------------------------------------------------------- */

static void test_P58_a_stalled_terminal(void **state)
{
	struct vterm_pty *pty = start_busy();
	unsigned before;

	(void)state;
	assert_true(vterm_pty_stall(pty));
	before = mute.connections;
	assert_true(vterm_pty_send(pty, "R", 1));
	assert_true(vterm_pty_wait(pty, another_connection, &before));   /* it works on */
	vterm_pty_go_on(pty);
	assert_true(vterm_pty_send(pty, "X", 1));
	assert_true(vterm_pty_wait_text(pty, "tracking  ⊖ canc"));      /* the last of the news */
	assert_true(vterm_pty_type(pty, "1"));
	assert_true(vterm_pty_type(pty, "0"));
	check_fresh(pty);
	leave(pty);
}

/* ---- P59: pastes and garbage ---------------------------------------------------------------------------- */

static void test_P59_pastes_and_garbage(void **state)
{
	static const char marked[] = "\x1b[200~abc\x1b[201~:quit\r";
	struct vterm_pty *pty = start_demo("U110045871", NULL);
	struct buf big = BUF_INIT;

	(void)state;
	assert_true(vterm_pty_wait_text(pty, "? help"));
	assert_true(vterm_pty_send(pty, marked, sizeof marked - 1));
	assert_true(vterm_pty_wait_text(pty, "press : first to paste"));
	buf_puts(&big, "\x1b[200~");
	for (int i = 0; i < 1 << 20; i++)
		buf_putc(&big, i % 64 == 63 ? '\r' : 'Q');
	buf_puts(&big, "\x1b[201~");
	assert_true(vterm_pty_send(pty, big.data, big.len));
	buf_clear(&big);
	for (unsigned i = 0; i < 100000; i++)
		buf_putc(&big, (char)(0x80 | (i * 2654435761u >> 24)));
	assert_true(vterm_pty_send(pty, big.data, big.len));
	assert_true(vterm_pty_send(pty, "\x1b\x1b", 2));
	assert_true(vterm_pty_send(pty, "?", 1));
	assert_true(vterm_pty_wait_text(pty, "HELP"));
	buf_release(&big);
	leave(pty);
}

/* ---- P68: interrupts in prompts; there is no password prompt ------------------------------------------------ */

static void interrupt_prompt(struct vterm_pty *pty, const char *opens, const char *label)
{
	assert_true(vterm_pty_type(pty, opens));
	assert_true(vterm_pty_wait_text(pty, label));
	assert_true(vterm_pty_send(pty, "\x1a", 1));
	assert_true(vterm_pty_wait_stop(pty));
	assert_false(vterm_pty_modes(pty).alternate);
	assert_true(vterm_pty_resume(pty));
	assert_true(vterm_pty_wait_text(pty, label));
	assert_true(vterm_pty_type(pty, "\x1c"));
	assert_true(vterm_pty_wait_text(pty, label));
	assert_true(vterm_pty_type(pty, "\x03"));
	assert_false(vterm_pty_shows(pty, label));
}

static void test_P68_interrupts_in_prompts(void **state)
{
	const char *argv[] = { program(), "--still", "--demo", NULL };
	struct vterm_pty *pty = run(argv, NULL);
	struct termios after;
	int status;

	(void)state;
	assert_true(vterm_pty_wait_text(pty, "booking or BOL:"));
	interrupt_prompt(pty, "abc", "BOL: abc");
	interrupt_prompt(pty, ":abc", ":abc");
	assert_true(vterm_pty_send(pty, "Q", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(vterm_pty_termios(pty, &after));
	assert_true(after.c_lflag & ECHO && after.c_lflag & ICANON && after.c_lflag & ISIG);
	vterm_pty_free(pty);
}

/* Every prompt over an open load; popups are left by any key. */
static void test_P68_interrupts_in_prompts_over_a_load(void **state)
{
	static const struct { const char *opens, *label; } dialogs[] = {
		{ "/qqq", "qqq" }, { "&qqq", "qqq" }, { ":qqq", ":qqq" },
	};
	struct vterm_pty *pty = start_demo("U110045871", NULL);

	(void)state;
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	for (size_t i = 0; i < sizeof dialogs / sizeof dialogs[0]; i++) {
		assert_true(vterm_pty_type(pty, "5j"));         /* three in a row would quit */
		interrupt_prompt(pty, dialogs[i].opens, dialogs[i].label);
	}
	leave(pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P53_the_terminal_closes),
		cmocka_unit_test(test_P53_signals_with_queries_under_way),
		cmocka_unit_test(test_P54_output_that_nobody_reads),
		cmocka_unit_test(test_P55_resizes_while_fetching),
		cmocka_unit_test(test_P56_a_hundred_stops_while_fetching),
		cmocka_unit_test(test_P56_a_crash_while_fetching),
		cmocka_unit_test(test_P57_terminals_that_are_refused),
		cmocka_unit_test(test_P57_terminals_that_are_used),
		cmocka_unit_test(test_P58_a_stalled_terminal),
		cmocka_unit_test(test_P59_pastes_and_garbage),
		cmocka_unit_test(test_P68_interrupts_in_prompts),
		cmocka_unit_test(test_P68_interrupts_in_prompts_over_a_load),
	};

	return cmocka_run_group_tests(tests, start_mute, stop_mute);
}
