#include "tests/support/job_shell.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENV_MAX = 64, IDLE_FD = 9 };

/* --- environment --- */

static size_t name_length(const char *entry)
{
	return strcspn(entry, "=");
}

static void env_put(char **env, size_t *n, const char *entry)
{
	size_t len = name_length(entry), i = 0;

	while (i < *n && !(strncmp(env[i], entry, len) == 0 && env[i][len] == '='))
		i++;
	if (entry[len] != '=') {
		if (i < *n) {
			env[i] = env[--*n];
			env[*n] = NULL;
		}
		return;
	}
	if (i == *n && *n < ENV_MAX - 1)
		++*n;
	env[i] = (char *)(uintptr_t)entry;
}

static void env_inherit(char **env, size_t *n, const char *name)
{
	extern char **environ;
	size_t len = strlen(name);

	for (char **e = environ; *e; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			env_put(env, n, *e);
}

static void make_env(const struct vterm_pty_options *o, char **env)
{
	static const char *const kept[] = { "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
	                                    "LSAN_OPTIONS" };
	static char idle[40];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		env_inherit(env, &n, kept[i]);
	snprintf(idle, sizeof(idle), "SEXTANT_TEST_IDLE_FD=%d", IDLE_FD);
	env_put(env, &n, idle);
	env_put(env, &n, "TERM=xterm-256color");
	env_put(env, &n, "LC_ALL=C.UTF-8");
	for (size_t i = 0; o->env && o->env[i]; i++)
		env_put(env, &n, o->env[i]);
}

/* --- the job --- */

static volatile sig_atomic_t shell_job;

static void forward_hup(int signo)
{
	if (shell_job > 0)
		kill(-(pid_t)shell_job, signo);
}

static void run_job(const struct vterm_pty_options *o, char **env, int tty, int idle)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	tcsetpgrp(tty, getpid());
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	dup2(tty, 0);
	dup2(tty, 1);
	dup2(tty, 2);
	dup2(idle, IDLE_FD);
	fcntl(IDLE_FD, F_SETFD, 0);
	closefrom(IDLE_FD + 1);
	execve(o->argv[0], (char **)(uintptr_t)o->argv, env);
	_exit(127);
}

static void report(int fd, int value)
{
	if (write(fd, &value, sizeof(value)) != sizeof(value))
		_exit(1);
}

/* Until the test closes the order pipe; the session keeps the tty alive so that
 * its modes can be read after the end of the job. */
static void mind_job(pid_t job, int tty, int status, int order)
{
	int st;
	char byte;

	while (waitpid(job, &st, WUNTRACED) == job) {
		tcsetpgrp(tty, getpgrp());
		report(status, st);
		if (!WIFSTOPPED(st))
			break;
		if (read(order, &byte, 1) != 1)
			return;
		tcsetpgrp(tty, job);
		kill(-job, SIGCONT);
	}
	while (read(order, &byte, 1) > 0)
		;
}

void job_shell_run(const struct vterm_pty_options *o, int tty, int idle, int status, int order)
{
	char *env[ENV_MAX] = { NULL };
	struct sigaction hup = { .sa_handler = forward_hup, .sa_flags = SA_RESTART };
	pid_t job;

	make_env(o, env);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	ioctl(tty, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	sigaction(SIGHUP, &hup, NULL);
	job = fork();
	if (job == 0)
		run_job(o, env, tty, idle);
	close(idle);
	shell_job = job;
	setpgid(job, job);
	tcsetpgrp(tty, job);
	report(status, job);
	mind_job(job, tty, status, order);
	_exit(0);
}
