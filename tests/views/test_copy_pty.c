/* The ways out of the program, each in a terminal: a tmux that records what it gets,
 * ones that fail or hang, a real one, and none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/process.h"
#include "tests/support/vterm_pty.h"

#define PLACE "726100801/callbacks/C"

static char dir[64], path_env[200], dir_env[100], program[300];
static struct vterm_pty *pty;

/* ---- running ---------------------------------------------------------------------------- */

static void write_tmux(const char *body)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof path, "%s/tmux", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

/* Opens the demonstration on its callbacks; `tmux` NULL: outside of tmux. */
static void start(const char *tmux)
{
	const char *const argv[] = { program, "demo", "--still", NULL };
	const char *const env[] = { "HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent", dir_env, path_env,
				    tmux ? "TMUX=/x,1,0" : NULL, NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = 80, .h = 24 };

	if (tmux)
		write_tmux(tmux);
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "5"));
}

static void file_text(const char *name, char out[static 400])
{
	char path[120];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(out, 1, 399, f);
	out[n] = '\0';
	fclose(f);
}

static void expect_message(const char *text)
{
	struct buf out = BUF_INIT;

	if (!vterm_pty_shows(pty, text)) {
		vterm_pty_text(pty, &out);
		fail_msg("\"%s\" is not on:\n%s", text, buf_str(&out));
	}
}

static bool wrote(const char *bytes)
{
	return strstr(buf_str(vterm_pty_log(pty)), bytes) != NULL;
}

static int end(void **state)
{
	(void)state;
	vterm_pty_free(pty);
	pty = NULL;
	return 0;
}

/* ---- cases ------------------------------------------------------------------------------ */

static void test_without_tmux_by_osc_52(void **state)
{
	(void)state;
	start(NULL);
	assert_true(vterm_pty_type(pty, "y"));
	expect_message("v value  r row  j JSON  p path  l link  m markdown  q query  c curl");
	assert_true(vterm_pty_type(pty, "p"));
	expect_message("bytes by OSC 52: path");
	/* "726100801/callbacks/C" */
	assert_true(wrote("\033]52;c;NzI2MTAwODAxL2NhbGxiYWNrcy9D"));
	assert_false(wrote("\033]52;c;?"));
	/* The demonstration's queries run in sqlite3. */
	assert_true(vterm_pty_type(pty, "yq"));
	expect_message("bytes by OSC 52: query");
	assert_true(wrote("\033]52;c;c3FsaXRlMyAtcmVhZG9ubHkg"));
	assert_true(vterm_pty_type(pty, "yc"));
	expect_message("no command for curl");
}

static void test_in_tmux_by_its_buffer(void **state)
{
	char text[400];

	(void)state;
	start("printf '%s.' \"$@\" > $OUT/argv; cat > $OUT/stdin");
	assert_true(vterm_pty_type(pty, "yp"));
	expect_message("bytes by tmux: path");
	assert_false(wrote("\033]52;"));
	file_text("argv", text);
	assert_string_equal(text, "load-buffer.-w.-.");
	file_text("stdin", text);
	assert_memory_equal(text, PLACE, strlen(PLACE));
}

static void test_a_tmux_that_fails(void **state)
{
	(void)state;
	start("exit 1");
	assert_true(vterm_pty_type(pty, "yp"));
	expect_message("bytes by OSC 52: path");
	assert_true(wrote("\033]52;c;NzI2"));
}

static void test_a_tmux_that_hangs(void **state)
{
	char text[400];
	usec begin;

	(void)state;
	start("echo $$ > $OUT/pid; exec sleep 60");
	begin = clock_mono(&clock_system);
	assert_true(vterm_pty_type(pty, "yp"));
	assert_in_range(clock_mono(&clock_system) - begin, 0, 10 * USEC_SEC);
	expect_message("bytes by OSC 52: path");
	/* It is not left behind. */
	file_text("pid", text);
	assert_int_equal(kill((pid_t)strtol(text, NULL, 10), 0), -1);
}

static void test_print(void **state)
{
	(void)state;
	start(NULL);
	assert_true(vterm_pty_send(pty, "Y", 1));
	assert_true(vterm_pty_wait_text(pty, "-- a key goes back --"));
	assert_false(vterm_pty_modes(pty).alternate);
	expect_message("Callbacks C");
	assert_false(vterm_pty_shows(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "x"));
	assert_true(vterm_pty_modes(pty).alternate);
	expect_message("7/7 sections");
	expect_message("printed ");
}

/* ---- a real tmux ------------------------------------------------------------------------ */

static void tmux_says(const char *words, char *out, size_t size)
{
	char line[400];
	FILE *f;
	size_t n;

	snprintf(line, sizeof line, "tmux -S %s/socket -f /dev/null %s 2>&1", dir, words);
	f = popen(line, "r");
	assert_non_null(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	pclose(f);
}

static void tmux_await(const char *words, const char *text)
{
	usec until = clock_mono(&clock_system) + 20 * USEC_SEC;
	char out[16000];

	do {
		tmux_says(words, out, sizeof out);
		if (strstr(out, text))
			return;
	} while (clock_mono(&clock_system) < until);
	fail_msg("no \"%s\" in:\n%s", text, out);
}

/* Its server stays in the foreground as a child of ours, and ends with us, also when we
 * are killed; what runs in it gets the hang-up. */
static pid_t start_server(void)
{
	char socket[100];
	pid_t parent = getpid(), pid;

	snprintf(socket, sizeof socket, "%s/socket", dir);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() == parent)
			execlp("tmux", "tmux", "-S", socket, "-f", "/dev/null", "-D", NULL);
		_exit(127);
	}
	tmux_await("show-options -sv exit-empty", "off");
	return pid;
}

static void test_a_real_tmux(void **state)
{
	char line[500], out[2000];
	pid_t server = start_server();

	(void)state;
	snprintf(line, sizeof line, "new-session -d -x 80 -y 24 'HOME=/nonexistent %s demo --still'", program);
	tmux_says(line, out, sizeof out);
	tmux_await("capture-pane -p", "7/7 sections");
	tmux_says("send-keys 5 y p", out, sizeof out);
	tmux_await("capture-pane -p", "bytes by tmux: path");
	tmux_await("show-buffer", PLACE);
	kill(server, SIGTERM);
	assert_int_equal(waitpid(server, NULL, 0), server);
}

static int set_up(void **state)
{
	const char *build = getenv("SEXTANT_BUILD");
	char *here = realpath(build ? build : "build", NULL);

	(void)state;
	assert_non_null(here);
	snprintf(program, sizeof program, "%s/sextant", here);
	free(here);
	snprintf(dir, sizeof dir, "/tmp/sextant-copy-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(dir_env, sizeof dir_env, "OUT=%s", dir);
	snprintf(path_env, sizeof path_env, "PATH=%s:/usr/bin:/bin", dir);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	temp_dir_remove(dir);
	return 0;
}

#define CASE(f) cmocka_unit_test_teardown(f, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_without_tmux_by_osc_52),
		CASE(test_in_tmux_by_its_buffer),
		CASE(test_a_tmux_that_fails),
		CASE(test_a_tmux_that_hangs),
		CASE(test_print),
		CASE(test_a_real_tmux),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
