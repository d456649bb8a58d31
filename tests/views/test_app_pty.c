/* The program itself on the demonstration, in a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/support/vterm_pty.h"

enum { FIRST_PAINT = 3500 };

static const char *program(void)
{
	static char path[300];
	const char *build = getenv("SEXTANT_BUILD");

	snprintf(path, sizeof path, "%s/sextant", build ? build : "build");
	return path;
}

static struct vterm_pty *start(const char *const *words, int w, int h)
{
	const char *argv[8] = { program() };
	static const char *const env[] = { "HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent", NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = w, .h = h };
	struct vterm_pty *pty;

	for (size_t i = 0; words[i] && i < 6; i++)
		argv[i + 1] = words[i];
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	return pty;
}

#define START(w, h, ...) start((const char *const[]){ __VA_ARGS__, NULL }, w, h)

static void expect_end(struct vterm_pty *pty, const struct termios *before)
{
	struct termios after;
	int status;

	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(vterm_pty_modes(pty).alternate);
	assert_true(vterm_pty_termios(pty, &after));
	assert_int_equal(after.c_lflag, before->c_lflag);
	vterm_pty_free(pty);
}

/* The last words of the first frame come before anything that was asked for. */
static void check_first_frame(const char *log)
{
	const char *end = strstr(log, "help"), *answer = strstr(log, "Norbrook");

	assert_non_null(end);
	assert_true(!answer || end < answer);
	if (end - log > FIRST_PAINT)
		fail_msg("the first frame takes %td bytes", end - log);
}

static void test_the_first_frame_comes_before_any_answer(void **state)
{
	struct vterm_pty *pty = START(80, 24, "demo");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "? help"));         /* drawn last */
	assert_true(vterm_pty_shows(pty, "0 Overview"));
	assert_true(vterm_pty_shows(pty, "726100801"));
	assert_true(vterm_pty_shows(pty, "1 Load"));
	assert_true(vterm_pty_shows(pty, "DEMO"));
	check_first_frame(buf_str(vterm_pty_log(pty)));
	assert_int_equal(vterm_pty_modes(pty).answers, 0);

	/* Answers arrive; keys work meanwhile; Q ends it with queries under way. */
	assert_true(vterm_pty_wait_text(pty, "HLXU8120447"));
	assert_true(vterm_pty_type(pty, "5"));
	assert_true(vterm_pty_wait_text(pty, "CALLBACKS"));
	vterm_pty_resize(pty, 120, 40);
	assert_true(vterm_pty_wait_text(pty, "FETCH WATERFALL"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

static void test_without_a_load_it_asks_for_one(void **state)
{
	struct vterm_pty *pty = START(80, 24, "--demo");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "booking or BOL:"));
	assert_true(vterm_pty_type(pty, "U110045871\r"));
	assert_true(vterm_pty_wait_text(pty, "Load        ✓ ok"));
	assert_true(vterm_pty_type(pty, ":quit\r") || true);
	expect_end(pty, &before);
}

/* What can be typed behind a colon can stand on the command line. */
static void test_verbs_of_the_command_line(void **state)
{
	struct vterm_pty *pty = START(80, 24, "demo", ":section", "callb", ":", "filter", "type:location");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "CALLBACKS"));
	assert_true(vterm_pty_wait_text(pty, "type:location"));
	assert_true(vterm_pty_wait_text(pty, "LOCATION_UPDATE"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

/* From a callback to the one before it, to what it has to do with, and back. */
static void test_records_of_the_demonstration(void **state)
{
	struct vterm_pty *pty = START(100, 30, "demo", ":section", "callbacks");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "C62"));
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "="));
	assert_true(vterm_pty_wait_text(pty, "COMPARE  the one before"));
	assert_true(vterm_pty_wait_text(pty, "C61"));
	assert_true(vterm_pty_type(pty, "qL"));
	assert_true(vterm_pty_wait_text(pty, "RELATED  to Callbacks C62"));
	assert_true(vterm_pty_wait_text(pty, "the last event known before it"));
	assert_true(vterm_pty_type(pty, "j\r"));
	assert_true(vterm_pty_wait_text(pty, "OCEAN EVENTS"));
	assert_true(vterm_pty_type(pty, "[["));
	assert_true(vterm_pty_wait_text(pty, "CALLBACKS"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

/* The demonstration's own commands: one that shows fields, one that asks, one that never
 * ends and is gone with the program. */
static void test_commands_of_the_users_own(void **state)
{
	struct vterm_pty *pty = START(80, 24, "demo", ":section", "callbacks");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "C62"));            /* its number, at the end */
	assert_true(vterm_pty_type(pty, "\x1bOQ"));                 /* F2 */
	assert_true(vterm_pty_wait_text(pty, "of load NB-2026-004417"));
	assert_true(vterm_pty_wait_text(pty, "exit 0 after"));
	assert_true(vterm_pty_type(pty, "q\x1bOR"));                /* F3 */
	assert_true(vterm_pty_wait_text(pty, "Marked dangerous"));
	assert_true(vterm_pty_type(pty, "y"));
	assert_true(vterm_pty_wait_text(pty, "would ask the carrier"));
	assert_true(vterm_pty_type(pty, "q:watch\r"));
	assert_true(vterm_pty_wait_text(pty, "waiting for news of 726100801"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	assert_true(vterm_pty_wait_text(pty, "still running; again"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

/* A child of that process; 0 = it has none. */
static pid_t child_of(pid_t parent)
{
	DIR *proc = opendir("/proc");
	pid_t found = 0;

	assert_non_null(proc);
	for (struct dirent *d; !found && (d = readdir(proc));) {
		char path[300], stat[400] = "";
		FILE *f;
		int ppid = 0;

		snprintf(path, sizeof path, "/proc/%s/stat", d->d_name);
		f = d->d_name[0] >= '1' && d->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (f && fgets(stat, sizeof stat, f) && strrchr(stat, ')') &&
		    sscanf(strrchr(stat, ')') + 1, " %*c %d", &ppid) == 1 && ppid == parent)
			found = (pid_t)strtol(d->d_name, NULL, 10);
		if (f)
			fclose(f);
	}
	closedir(proc);
	return found;
}

/* Whatever ends the program ends its commands. */
static void test_P53_commands_end_with_it(void **state)
{
	static const int signals[] = { 0, SIGTERM, SIGHUP, SIGINT };

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct vterm_pty *pty = START(80, 24, "demo");
		pid_t child;
		int status;

		assert_true(vterm_pty_wait_text(pty, "HLXU8120447"));
		assert_true(vterm_pty_send(pty, ":watch\r", 7));
		assert_true(vterm_pty_wait_text(pty, "waiting for news of 726100801"));
		child = child_of(vterm_pty_pid(pty));
		assert_true(child > 0);
		if (signals[i])
			kill(vterm_pty_pid(pty), signals[i]);
		else
			vterm_pty_hang_up(pty);
		assert_true(vterm_pty_wait_exit(pty, &status));
		assert_true(kill(child, 0) != 0 && errno == ESRCH);
		vterm_pty_free(pty);
	}
}

static void test_a_wrong_identifier_is_explained(void **state)
{
	struct vterm_pty *pty = START(80, 24, "--demo", "   ");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "0/7 sections"));
	assert_true(vterm_pty_wait_idle(pty));
	assert_true(vterm_pty_shows(pty, "0 Overview"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

static void test_suspend_and_resume(void **state)
{
	struct vterm_pty *pty = START(80, 24, "demo", "--still");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "HLXU8120447"));
	assert_true(vterm_pty_send(pty, "\x1a", 1));
	assert_true(vterm_pty_wait_stop(pty));
	assert_false(vterm_pty_modes(pty).alternate);
	assert_true(vterm_pty_resume(pty));
	assert_true(vterm_pty_wait_text(pty, "HLXU8120447"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

static void test_several_loads(void **state)
{
	struct vterm_pty *pty = START(100, 30, "--demo", "--still", "726100801", "718220415");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "1/2  726100801"));
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "}"));
	assert_true(vterm_pty_shows(pty, "2/2  718220415"));
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "b"));
	assert_true(vterm_pty_shows(pty, "OPEN LOADS  2 of 8"));
	assert_true(vterm_pty_type(pty, "kx"));
	assert_true(vterm_pty_shows(pty, "OPEN LOADS  1 of 8"));
	assert_true(vterm_pty_shows(pty, " 718220415"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

/* The query behind the rows is a late one: by then more than ten others were asked. */
static bool asked_again(struct vterm_pty *pty, void *ctx)
{
	struct buf out = BUF_INIT;
	const char *at;
	bool late;

	(void)ctx;
	assert_true(vterm_pty_text(pty, &out));
	at = strstr(buf_str(&out), "1 row · q");
	late = at && strspn(at + strlen("1 row · q"), "0123456789") >= 2;
	buf_release(&out);
	return late;
}

/* The loop wakes for the next round by itself. */
static void test_following(void **state)
{
	struct vterm_pty *pty = START(120, 30, "--demo", "726100801");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "1:follow 5s\r"));
	assert_true(vterm_pty_wait_text(pty, "1 followed, "));
	assert_true(vterm_pty_wait_text(pty, "every 5s, next in"));
	assert_true(vterm_pty_wait(pty, asked_again, NULL));
	assert_true(vterm_pty_type(pty, "a"));
	assert_true(vterm_pty_shows(pty, "no longer followed"));
	assert_false(vterm_pty_shows(pty, "1 followed"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

/* Every letter narrows the rows; what is wrong so far is said and changes nothing. */
static void test_a_filter_as_it_is_typed(void **state)
{
	struct vterm_pty *pty = START(100, 30, "demo", "--still");
	struct termios before;

	(void)state;
	assert_true(vterm_pty_termios(pty, &before));
	before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_type(pty, "5"));
	assert_true(vterm_pty_type(pty, "&http>="));
	assert_true(vterm_pty_shows(pty, "a value is missing at character 7"));
	assert_true(vterm_pty_type(pty, "400"));
	assert_true(vterm_pty_shows(pty, " of "));
	assert_true(vterm_pty_shows(pty, "   http>=400"));
	assert_true(vterm_pty_type(pty, " /[/"));
	assert_true(vterm_pty_shows(pty, "from character 11 on: pattern: missing"));
	assert_true(vterm_pty_type(pty, "\r"));
	assert_true(vterm_pty_shows(pty, "   http>=400"));
	assert_true(vterm_pty_type(pty, "\033"));
	assert_false(vterm_pty_shows(pty, "http>=400"));
	assert_true(vterm_pty_shows(pty, "CALLBACKS"));
	assert_true(vterm_pty_send(pty, "Q", 1));
	expect_end(pty, &before);
}

static void test_not_a_terminal(void **state)
{
	char line[400];
	FILE *f;
	int status;

	(void)state;
	snprintf(line, sizeof line, "%s demo </dev/null 2>&1 | head -c 300", program());
	f = popen(line, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	status = pclose(f);
	assert_true(WIFEXITED(status));
	assert_non_null(strstr(line, "sextant: "));
	assert_null(strchr(line, '\033'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_frame_comes_before_any_answer),
		cmocka_unit_test(test_without_a_load_it_asks_for_one),
		cmocka_unit_test(test_verbs_of_the_command_line),
		cmocka_unit_test(test_records_of_the_demonstration),
		cmocka_unit_test(test_commands_of_the_users_own),
		cmocka_unit_test(test_P53_commands_end_with_it),
		cmocka_unit_test(test_a_wrong_identifier_is_explained),
		cmocka_unit_test(test_suspend_and_resume),
		cmocka_unit_test(test_several_loads),
		cmocka_unit_test(test_following),
		cmocka_unit_test(test_a_filter_as_it_is_typed),
		cmocka_unit_test(test_not_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
