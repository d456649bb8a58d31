#include "tests/support/command_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { WORDS_MAX = 24 };

#define PATIENCE (90 * USEC_SEC)

static const char *program(char out[static 300])
{
	const char *build = getenv("SEXTANT_BUILD");

	snprintf(out, 300, "%s/sextant", build ? build : "build");
	return out;
}

/* Between fork and exec. */
static void become(const char *path, const char *home, const char *const *words, int out, int err)
{
	const char *argv[WORDS_MAX + 2] = { "sextant" };
	sigset_t none;

	for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
		argv[i + 1] = words[i];
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("HOME", home, 1);
	setenv("XDG_CONFIG_HOME", home, 1);
	dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
	dup2(out, 1);
	dup2(err, 2);
	execv(path, (char *const *)(const void *)argv);
	_exit(127);
}

void command_start_into(struct command_run *r, const char *home, const char *const *words, int out)
{
	int err[2];
	char path[300];

	*r = (struct command_run){ .out_fd = -1, .out = BUF_INIT, .err = BUF_INIT };
	if (access(program(path), X_OK) != 0)
		fail_msg("%s is not built", path);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	r->pid = fork();
	assert_true(r->pid >= 0);
	if (r->pid == 0)
		become(path, home, words, out, err[1]);
	close(out);
	close(err[1]);
	r->err_fd = err[0];
}

void command_start(struct command_run *r, const char *home, const char *const *words)
{
	int out[2];

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	command_start_into(r, home, words, out[1]);
	r->out_fd = out[0];
}

static void read_some(int *fd, struct buf *into)
{
	char block[16384];
	ssize_t n = read(*fd, block, sizeof block);

	if (n > 0) {
		assert_true(buf_put(into, block, (size_t)n));
		return;
	}
	close(*fd);
	*fd = -1;
}

/* False when both are at their end. */
static bool read_more(struct command_run *r, usec end)
{
	struct pollfd fds[] = { { r->out_fd, POLLIN, 0 }, { r->err_fd, POLLIN, 0 } };
	usec left = end - now_mono();

	if (r->out_fd < 0 && r->err_fd < 0)
		return false;
	if (left <= 0 || poll(fds, 2, (int)(left / USEC_MS) + 1) <= 0) {
		kill(r->pid, SIGKILL);
		fail_msg("no end in sight; it said: %s", buf_str(&r->err));
	}
	if (fds[0].revents)
		read_some(&r->out_fd, &r->out);
	if (fds[1].revents)
		read_some(&r->err_fd, &r->err);
	return true;
}

void command_wait_err(struct command_run *r, const char *text)
{
	usec end = now_mono() + PATIENCE;

	while (!strstr(buf_str(&r->err), text)) {
		if (!read_more(r, end))
			fail_msg("it never said \"%s\": %s", text, buf_str(&r->err));
	}
}

void command_deaf(struct command_run *r)
{
	close(r->out_fd);
	r->out_fd = -1;
}

void command_finish(struct command_run *r)
{
	usec end = now_mono() + PATIENCE;
	int status = 0;

	while (read_more(r, end))
		;
	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void command_release(struct command_run *r)
{
	buf_release(&r->out);
	buf_release(&r->err);
}

int command_run(struct command_run *r, const char *home, const char *const *words)
{
	command_start(r, home, words);
	command_finish(r);
	return r->status;
}
