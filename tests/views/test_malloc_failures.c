/* P44: one allocation fails, whichever, or one and all behind it: no death by a signal, a
 * message or an answer, and the terminal given back. Here every so many-th is tried, which
 * takes half a minute; SEXTANT_FAIL_STRIDE=1 tries all, start to quit (docs/faults.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "sections/investigation.h"
#include "tests/support/command_run.h"
#include "tests/support/hostile_extract.h"
#include "tests/support/process.h"
#include "tests/support/vterm_pty.h"

enum { SHOW_STRIDE = 7, ON_STRIDE = 37, TERMINAL_STRIDE = 53 };

static char home[200], config[260], preload[320];

static const char *build(void)
{
	const char *set = getenv("SEXTANT_BUILD");

	return set ? set : "build";
}

static unsigned long stride(unsigned long usual)
{
	const char *set = getenv("SEXTANT_FAIL_STRIDE");

	return set ? strtoul(set, NULL, 10) : usual;
}

/* ---- headless ------------------------------------------------------------------------- */

/* `on`: all behind that one, too. */
static int show(struct command_run *r, unsigned long n, bool on)
{
	const char *const words[] = { "--config", config, "show", HOSTILE_LOAD, NULL };
	char number[32];
	int status;

	snprintf(number, sizeof number, "%lu", n);
	setenv("LD_PRELOAD", preload, 1);
	setenv("FAIL_MALLOC", number, 1);
	setenv("FAIL_MALLOC_FD", "2", 1);
	if (on)
		setenv("FAIL_MALLOC_ON", "1", 1);
	status = command_run(r, home, words);
	unsetenv("LD_PRELOAD");
	unsetenv("FAIL_MALLOC");
	unsetenv("FAIL_MALLOC_FD");
	unsetenv("FAIL_MALLOC_ON");
	return status;
}

/* The number that it ends with is the library's. */
static unsigned long counted(const struct buf *b)
{
	size_t end = b->len;

	while (end > 0 && strchr("\r\n", b->data[end - 1]))
		end--;
	while (end > 0 && b->data[end - 1] >= '0' && b->data[end - 1] <= '9')
		end--;
	return strtoul(buf_str(b) + end, NULL, 10);
}

static void fail_show(bool on, unsigned long step)
{
	struct command_run r;
	unsigned long total;

	assert_in_range(show(&r, 0, false), EXIT_COMPLETE, EXIT_INCOMPLETE);
	total = counted(&r.err);
	command_release(&r);
	assert_in_range(total, 1000, 200000);
	for (unsigned long n = 1; n <= total; n += step) {
		int status = show(&r, n, on);

		if (status > EXIT_NO_ANSWER)
			fail_msg("allocation %lu of %lu: status %d, %.300s", n, total, status, buf_str(&r.err));
		if (r.out.len == 0 && !strstr(buf_str(&r.err), "sextant: "))
			fail_msg("allocation %lu of %lu: status %d and no word", n, total, status);
		command_release(&r);
	}
}

static void test_P44_show(void **state)
{
	(void)state;
	fail_show(false, stride(SHOW_STRIDE));
}

static void test_P44_show_without_memory_from_there_on(void **state)
{
	(void)state;
	fail_show(true, stride(ON_STRIDE));
}

/* ---- on a terminal ---------------------------------------------------------------------- */

static struct vterm_pty *start_session(unsigned long n)
{
	char program[300], library[340], number[40], home_is[220];
	const char *const argv[] = { program, "--config", config, "--still", HOSTILE_LOAD, NULL };
	const char *const env[] = { library, number, home_is, "FAIL_MALLOC_FD=2", NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = 80, .h = 24 };
	struct vterm_pty *pty;

	snprintf(program, sizeof program, "%s/sextant", build());
	snprintf(library, sizeof library, "LD_PRELOAD=%s", preload);
	snprintf(number, sizeof number, "FAIL_MALLOC=%lu", n);
	snprintf(home_is, sizeof home_is, "HOME=%s", home);
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	return pty;
}

/* Each key may come too late: it may have ended with a message. */
static int use_session(struct vterm_pty *pty, unsigned long n)
{
	static const char *const keys[] = { "5", "\r", "=", "q", "q", "ma", "L", "[", "/", "P0\r", "8", "yp", ":log\r", "d", "\r",
	                                   "5", ":lookup issues\r", ":lookup issues all\r", "0" };
	int status;

	for (size_t i = 0; vterm_pty_wait_idle(pty) && i < sizeof keys / sizeof *keys; i++)
		if (!vterm_pty_send(pty, keys[i], strlen(keys[i])))
			break;
	vterm_pty_send(pty, "Q", 1);
	if (!vterm_pty_wait_exit(pty, &status))
		fail_msg("allocation %lu: it does not end", n);
	return status;
}

/* Opens the load, looks at what there is, finds, copies, quits; how many it took. */
static unsigned long session(unsigned long n)
{
	struct vterm_pty *pty = start_session(n);
	int status = use_session(pty, n);
	struct termios after;
	unsigned long total;

	if (!WIFEXITED(status))
		fail_msg("allocation %lu: signal %d", n, WTERMSIG(status));
	if (vterm_pty_modes(pty).alternate || !vterm_pty_modes(pty).cursor_shown)
		fail_msg("allocation %lu: the screen was not given back", n);
	assert_true(vterm_pty_termios(pty, &after));
	if ((after.c_lflag & (ICANON | ECHO)) != (ICANON | ECHO))
		fail_msg("allocation %lu: the terminal was left raw", n);
	total = counted(vterm_pty_log(pty));
	vterm_pty_free(pty);
	return total;
}

static void test_P44_terminal(void **state)
{
	unsigned long total = session(0);

	(void)state;
	assert_in_range(total, 1000, 200000);
	for (unsigned long n = 1; n <= total; n += stride(TERMINAL_STRIDE))
		session(n);
	print_message("%lu allocations\n", total);
}

/* ---- set-up -------------------------------------------------------------------------------- */

static int start(void **state)
{
	char *cwd = realpath(build(), NULL);

	(void)state;
	if (!cwd || !temp_home(home, sizeof home, "malloc"))
		return -1;
	snprintf(preload, sizeof preload, "%s/tests/preload/fail_malloc.so", cwd);
	snprintf(config, sizeof config, "%s/test.yaml", home);
	free(cwd);
	hostile_extract(home, hostile_texts, 5, 5);
	hostile_config(home, "athena trino ocean", NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	temp_dir_remove(home);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P44_show),
		cmocka_unit_test(test_P44_show_without_memory_from_there_on),
		cmocka_unit_test(test_P44_terminal),
	};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("allocations of a sanitizer cannot be made to fail\n");
	return 0;
#endif
	return cmocka_run_group_tests(tests, start, stop);
}
