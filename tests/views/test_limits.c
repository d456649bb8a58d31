/* P47: the program under the limits of a strict account: few files, small files, little
 * stack, little memory, few threads. It says what it lacks; no signal ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sections/investigation.h"
#include "tests/support/command_run.h"
#include "tests/support/hostile_extract.h"
#include "tests/support/process.h"

static char home[200], config[260];

/* The child inherits the soft limit. */
static int show_under(struct command_run *r, int resource, rlim_t limit)
{
	const char *const words[] = { "--config", config, "show", HOSTILE_LOAD, NULL };
	struct rlimit old, tight;
	int status;

	assert_int_equal(getrlimit(resource, &old), 0);
	tight = (struct rlimit){ limit, old.rlim_max };
	assert_int_equal(setrlimit(resource, &tight), 0);
	status = command_run(r, home, words);
	assert_int_equal(setrlimit(resource, &old), 0);
	return status;
}

static void check_under(int resource, rlim_t limit)
{
	struct command_run r;
	int status = show_under(&r, resource, limit);

	if (status > EXIT_NO_ANSWER)
		fail_msg("limit %d of resource %d: status %d, %.300s", (int)limit, resource, status, buf_str(&r.err));
	assert_true(r.out.len > 0 || strstr(buf_str(&r.err), "sextant: "));
	command_release(&r);
}

static void test_P47_few_files(void **state)
{
	(void)state;
	for (rlim_t n = 12; n <= 24; n++)
		check_under(RLIMIT_NOFILE, n);
}

static void test_P47_little_stack(void **state)
{
	(void)state;
#if !defined(__SANITIZE_ADDRESS__)
	check_under(RLIMIT_STACK, 256 << 10);
#endif
}

static void test_P47_little_memory(void **state)
{
	(void)state;
#if !defined(__SANITIZE_ADDRESS__)
	for (rlim_t mb = 20; mb <= 300; mb += 20)
		check_under(RLIMIT_AS, mb << 20);
#endif
}

/* ---- threads -------------------------------------------------------------------------- */

/* An account that nobody else uses, where we may change to one; its processes and threads
 * are counted. Else our own, which has more of them already. */
static uid_t lone_account(void)
{
	return geteuid() == 0 ? (uid_t)(200000 + getpid()) : 0;
}

/* Between fork and exec, which is by descriptor: the way to the program may be closed to
 * that account. */
static void become(int program, uid_t uid, rlim_t threads, int out)
{
	const char *const argv[] = { "sextant", "--config", config, "show", HOSTILE_LOAD, NULL };
	const char *const env[] = { "HOME=/nonexistent", "LC_ALL=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0", NULL };
	struct rlimit limit = { threads, threads };

	dup2(out, 1);
	dup2(out, 2);
	if (setrlimit(RLIMIT_NPROC, &limit) == 0 && (!uid || (setgroups(0, NULL) == 0 && setgid(uid) == 0 && setuid(uid) == 0)))
		fexecve(program, (char *const *)(const void *)argv, (char *const *)(const void *)env);
	_exit(126);
}

/* Ends with what it wrote in `out`; its wait status. */
static int show_with_threads(int program, uid_t uid, rlim_t threads, struct buf *out)
{
	char part[4096];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		become(program, uid, threads, fds[1]);
	close(fds[1]);
	while ((n = read(fds[0], part, sizeof part)) > 0)
		buf_put(out, part, (size_t)n);
	close(fds[0]);
	waitpid(pid, &status, 0);
	return status;
}

static void give_away(uid_t uid)
{
	char path[300];

	snprintf(path, sizeof path, "%s/extract.db", home);
	if (uid)
		assert_true(chown(home, uid, uid) == 0 && chown(config, uid, uid) == 0 && chown(path, uid, uid) == 0);
}

static void test_P47_few_threads(void **state)
{
	const char *build = getenv("SEXTANT_BUILD");
	uid_t uid = lone_account();
	char path[300];
	int program;

	(void)state;
	snprintf(path, sizeof path, "%s/sextant", build ? build : "build");
	program = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(program >= 0);
	give_away(uid);
	for (rlim_t threads = 1; threads <= (uid ? 12 : 1); threads++) {
		struct buf out = BUF_INIT;
		int status = show_with_threads(program, uid, threads, &out);

		if (!WIFEXITED(status) || WEXITSTATUS(status) > EXIT_NO_ANSWER)
			fail_msg("%d threads: status %x, %.300s", (int)threads, status, buf_str(&out));
		assert_true(out.len > 0);
		buf_release(&out);
	}
	close(program);
}

/* Standard output is a file that may not grow: SIGXFSZ must not end it. */
static void test_P47_small_files(void **state)
{
	const char *const words[] = { "--config", config, "show", HOSTILE_LOAD, "--format", "json", NULL };
	struct rlimit old, tight;
	struct command_run r;
	char path[260];
	int fd;

	(void)state;
	snprintf(path, sizeof path, "%s/out.json", home);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = (struct rlimit){ 1024, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	command_start_into(&r, home, words, fd);
	command_finish(&r);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	if (r.status >= 128)
		fail_msg("signal %d", r.status - 128);
	assert_int_not_equal(r.status, EXIT_COMPLETE);
	assert_non_null(strstr(buf_str(&r.err), "sextant: "));
	command_release(&r);
}

/* ---- set-up ----------------------------------------------------------------------------- */

static int start(void **state)
{
	(void)state;
	if (!temp_home(home, sizeof home, "limits"))
		return -1;
	snprintf(config, sizeof config, "%s/test.yaml", home);
	hostile_extract(home, hostile_texts, hostile_count, 5);
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
		cmocka_unit_test(test_P47_few_files),
		cmocka_unit_test(test_P47_little_stack),
		cmocka_unit_test(test_P47_little_memory),
		cmocka_unit_test(test_P47_small_files),
		cmocka_unit_test(test_P47_few_threads),         /* gives the files away */
	};

	return cmocka_run_group_tests(tests, start, stop);
}
