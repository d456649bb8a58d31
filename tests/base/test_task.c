/* Programs beside us: what they get, what is kept of what they write, and that nothing
 * of them is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/task.h"

enum { PATIENCE_MS = 20000 };

static int news;

static int make_news(void **state)
{
	(void)state;
	news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return news < 0;
}

static int close_news(void **state)
{
	(void)state;
	return close(news);
}

static char *const env[] = { "PATH=/usr/bin:/bin", "MINE=yes", NULL };

static struct task *start(char *const *argv, usec limit)
{
	struct task_spec spec = { argv, env, limit, news };
	struct err e = { 0 };
	struct task *t = task_new(&spec, &e);

	assert_non_null(t);
	return t;
}

#define SH(script) start((char *const[]){ "sh", "-c", script, "sh", NULL }, 0)

/* Until there is more to know. */
static void await_news(void)
{
	struct pollfd fd = { news, POLLIN, 0 };
	uint64_t any;

	assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
	assert_int_equal(read(news, &any, sizeof any), sizeof any);
}

static struct task_report ended(struct task *t)
{
	struct task_report r;

	for (task_report(t, &r); r.state == TASK_RUNNING; task_report(t, &r))
		await_news();
	return r;
}

static struct buf written;

static const char *output(struct task *t)
{
	buf_clear(&written);
	assert_true(task_output(t, 0, &written));
	return buf_str(&written);
}

/* Its first line is there. */
static const char *await_line(struct task *t)
{
	while (!strchr(output(t), '\n'))
		await_news();
	return buf_str(&written);
}

/* Killed processes are gone or, until their parent looks, nothing but a name. */
static bool alive(pid_t pid)
{
	char path[64], stat[256] = "";
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, stat, sizeof stat - 1);
	close(fd);
	return n > 0 && strrchr(stat, ')')[2] != 'Z';
}

/* A process that was killed may need a moment to die. */
static void await_death(pid_t pid)
{
	usec end = clock_mono(&clock_system) + PATIENCE_MS * USEC_MS;

	while (alive(pid) && clock_mono(&clock_system) < end)
		poll(NULL, 0, 1);
	assert_false(alive(pid));
}

/* ---- what it gets ------------------------------------------------------------------------- */

static void test_output_and_status(void **state)
{
	struct task *t = SH("echo out; echo err >&2; exit 3");
	struct task_report r = ended(t);

	(void)state;
	assert_int_equal(r.state, TASK_ENDED);
	assert_int_equal(r.status, 3);
	assert_int_equal(r.signal, 0);
	assert_string_equal(output(t), "out\nerr\n");
	assert_int_equal(r.written, 8);
	assert_int_equal(r.kept, 8);
	assert_true(r.ended >= r.started);
	task_free(t);
}

static void test_words_are_no_shells(void **state)
{
	struct task *t = start((char *const[]){ "printf", "%s|", "a b", "$HOME;`id`", "-rf", "", "x\ny", NULL }, 0);

	(void)state;
	assert_int_equal(ended(t).status, 0);
	assert_string_equal(output(t), "a b|$HOME;`id`|-rf||x\ny|");
	task_free(t);
}

static void test_it_gets_nothing_of_ours(void **state)
{
	struct task *t;

	(void)state;
	setenv("CANARY", "secret", 1);
	t = start((char *const[]){ "env", NULL }, 0);
	ended(t);
	assert_string_equal(output(t), "PATH=/usr/bin:/bin\nMINE=yes\n");
	task_free(t);

	/* No input, no descriptors but the three, no terminal, a session of its own. */
	t = SH("cat; ls /proc/self/fd | wc -l; (: </dev/tty) 2>/dev/null && echo tty; "
	       "set -- $(cat /proc/self/stat); [ \"$5\" = $$ ] && [ \"$6\" = $$ ] && echo own");
	ended(t);
	assert_string_equal(output(t), "4\nown\n");
	task_free(t);
}

static void test_what_cannot_run_is_said(void **state)
{
	struct task *t = start((char *const[]){ "/nonexistent/\x1b[31mtool", NULL }, 0);
	struct task_report r = ended(t);

	(void)state;
	assert_int_equal(r.state, TASK_FAILED);
	assert_string_equal(r.err.text, "cannot run /nonexistent/<1B>[31mtool: No such file or directory");
	task_free(t);
}

/* ---- what never ends ------------------------------------------------------------------------ */

static void test_it_is_told_to_end(void **state)
{
	struct task *t = SH("trap 'echo told; exit 5' TERM; echo up; sleep 1000 & wait");
	struct task_report r;

	(void)state;
	await_line(t);
	task_cancel(t);
	task_cancel(t);
	r = ended(t);
	assert_true(r.cancelled);
	assert_int_equal(r.status, 5);
	assert_string_equal(output(t), "up\ntold\n");
	task_free(t);
}

static void test_who_does_not_listen_is_killed(void **state)
{
	struct task *t = SH("trap '' TERM; echo up; while :; do sleep 0.1; done");
	struct task_report r;

	(void)state;
	await_line(t);
	task_cancel(t);
	r = ended(t);
	assert_true(r.cancelled);
	assert_int_equal(r.signal, SIGKILL);
	assert_true(r.ended - r.started < 10 * USEC_SEC);
	task_free(t);
}

static void test_a_stopped_one_ends_too(void **state)
{
	struct task *t = SH("echo up; kill -STOP $$; echo on");

	(void)state;
	await_line(t);
	task_cancel(t);
	assert_true(ended(t).signal != 0);
	task_free(t);
}

static void test_it_takes_too_long(void **state)
{
	struct task *t = start((char *const[]){ "sleep", "1000", NULL }, 50 * USEC_MS);
	struct task_report r = ended(t);

	(void)state;
	assert_true(r.late);
	assert_false(r.cancelled);
	assert_int_equal(r.signal, SIGTERM);
	task_free(t);
}

static void test_its_whole_group_ends(void **state)
{
	int one, two, three;
	struct task *t = SH("sleep 1000 & a=$!; (trap '' TERM; sleep 1000 & echo $a $! $$; wait)");

	(void)state;
	assert_int_equal(sscanf(await_line(t), "%d %d %d", &one, &two, &three), 3);
	assert_true(alive(one) && alive(two) && alive(three));
	task_free(t);
	await_death(one);
	await_death(two);
	await_death(three);
}

/* What a program leaves running ends with it. */
static void test_nothing_is_left_behind(void **state)
{
	struct task *t = SH("sleep 1000 & echo $!");
	int pid;

	(void)state;
	assert_int_equal(ended(t).status, 0);
	assert_int_equal(sscanf(output(t), "%d", &pid), 1);
	await_death(pid);
	task_free(t);
}

static void test_freed_at_any_moment(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++) {
		struct task *t = SH("echo up; sleep 1000");

		if (i % 2)
			await_news();
		if (i % 4 == 3)
			task_cancel(t);
		task_free(t);
	}
	task_free(NULL);
}

/* ---- floods ---------------------------------------------------------------------------------- */

static void test_a_flood_is_bounded(void **state)
{
	struct task *t = start((char *const[]){ "yes", "flood", NULL }, 0);
	struct task_report r;

	(void)state;
	for (task_report(t, &r); r.written < 3 * (uint64_t)TASK_OUTPUT_MAX; task_report(t, &r))
		await_news();
	assert_int_equal(r.kept, TASK_OUTPUT_MAX);
	assert_int_equal(r.state, TASK_RUNNING);
	assert_int_equal(strlen(output(t)), TASK_OUTPUT_MAX);
	task_cancel(t);
	assert_true(ended(t).cancelled);
	task_free(t);
}

static void test_all_of_it_is_counted(void **state)
{
	struct task *t = SH("head -c 5000000 /dev/zero; echo end");
	struct task_report r = ended(t);

	(void)state;
	assert_int_equal(r.written, 5000004);
	assert_int_equal(r.kept, TASK_OUTPUT_MAX);
	task_free(t);
}

static void test_output_goes_on_where_it_was(void **state)
{
	struct task *t = SH("printf 0123456789");

	(void)state;
	ended(t);
	buf_clear(&written);
	assert_true(task_output(t, 7, &written));
	assert_string_equal(buf_str(&written), "789");
	assert_true(task_output(t, 99, &written));
	assert_string_equal(buf_str(&written), "789");
	task_free(t);
}

static int release(void **state)
{
	(void)state;
	buf_release(&written);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_news, close_news)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_output_and_status), TEST(test_words_are_no_shells), TEST(test_it_gets_nothing_of_ours),
		TEST(test_what_cannot_run_is_said), TEST(test_it_is_told_to_end),
		TEST(test_who_does_not_listen_is_killed), TEST(test_a_stopped_one_ends_too),
		TEST(test_it_takes_too_long), TEST(test_its_whole_group_ends), TEST(test_nothing_is_left_behind),
		TEST(test_freed_at_any_moment), TEST(test_a_flood_is_bounded), TEST(test_all_of_it_is_counted),
		TEST(test_output_goes_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
