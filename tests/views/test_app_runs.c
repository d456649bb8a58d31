/* Commands of the user's own in the workbench: keys and names to programs, what is asked
 * before, what is shown of them, and that none outlives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"
#include "tests/support/golden.h"

enum { PATIENCE_MS = 20000 };

static const char file[] =
	"fields:\n"
	"  help: this record's fields\n"
	"  key: F2\n"
	"  sections: [callbacks]\n"
	"  run: [printf, 'sent %s\\nby %s\\n', \"{at}\", \"{load.tracking_id}\"]\n"
	"resend:\n"
	"  help: send it again\n"
	"  key: F3\n"
	"  sections: [callbacks]\n"
	"  run: [printf, '%s|', send again, \"{ref}\", \"{error}\", '']\n"
	"  dangerous: true\n"
	"missing:\n"
	"  sections: [callbacks]\n"
	"  run: [echo, \"{http}\"]\n"
	"endless:\n"
	"  key: F4\n"
	"  run: [sh, -c, 'echo up; exec sleep 1000']\n"
	"number:\n"
	"  run: [sh, -c, 'echo $$; exec sleep 1000']\n"
	"flood:\n"
	"  run: [yes, flood]\n"
	"hostile:\n"
	"  run: [printf, '\\033[31mred\\007\\n\\302\\233 c1\\n\\377 bad\\tTab\\r\\nlast']\n"
	"fails:\n"
	"  run: [sh, -c, 'echo why >&2; exit 3']\n"
	"absent:\n"
	"  run: [/nonexistent/tool]\n"
	"count:\n"
	"  run: [seq, -f, line %.0f, '3000']\n"
	"long:\n"
	"  run: [printf, '%0300d\\nshort\\n', '7']\n";

static int open_with_commands(void **state)
{
	struct err e = { 0 };

	(void)state;
	fake_case_open(&fc, "settled");
	if (!user_commands_parse(&fc.app.commands, fc.app.workspace, file, sizeof file - 1, "commands.yaml", &e))
		fail_msg("%s", e.text);
	app_draw(&fc.app);
	press("5");
	return 0;
}

static struct run *newest(void)
{
	assert_true(fc.app.runs.n > 0);
	return fc.app.runs.all[fc.app.runs.n - 1];
}

static void await_news(void)
{
	struct pollfd fd = { fc.app.runs.fd, POLLIN, 0 };

	assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
	app_update_runs(&fc.app);
}

/* It has ended, as if after 0.3 s. */
static void settle(void)
{
	struct run *run = newest();

	while (run->task)
		await_news();
	run->report.ended = run->report.started + 300 * USEC_MS;
}

static void compare(const char *name, int w, int h)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	char full[80];

	assert_true(app_resize(&fc.app, w, h, &e));
	app_draw(&fc.app);
	assert_true(canvas_dump(&fc.app.canvas, &out));
	snprintf(full, sizeof full, "%s-%dx%d%s", name, w, h, fc.app.ascii ? "-ascii" : "");
	golden_compare(full, &out);
	buf_release(&out);
}

static void compare_sizes(const char *name)
{
	compare(name, 120, 40);
	compare(name, 200, 60);
	compare(name, 50, 18);
	fc.app.ascii = true;
	compare(name, 80, 24);
	fc.app.ascii = false;
	compare(name, 80, 24);
}

/* ---- running ------------------------------------------------------------------------------- */

static void test_a_key_runs_it(void **state)
{
	(void)state;
	press("F2");
	settle();
	assert_int_equal(newest()->report.status, 0);
	assert_true(shows("COMMAND  fields"));
	assert_true(shows("exit 0 after 0.3s"));
	assert_true(shows("sent 2026-01-23T14:18:07Z"));
	compare_sizes("command");
	press("q");
	assert_string_equal(app_view(&fc.app)->ops->name, "section pane");
	type("output");
	assert_true(shows("by 726100801"));
	golden_finish();
}

/* Not to wait behind clocks and counters. */
static void test_its_end_is_news(void **state)
{
	unsigned running, ended;

	(void)state;
	press("F2");
	running = app_news(&fc.app);
	settle();
	ended = app_news(&fc.app);
	assert_true(running != ended);
	app_draw(&fc.app);
	assert_true(app_news(&fc.app) == ended);
	engine_check(fc.app.engine, 0);
	assert_true(app_news(&fc.app) != ended);
}

static void test_its_name_runs_it(void **state)
{
	(void)state;
	type("run fiel");
	settle();
	assert_true(shows("by 726100801"));
	press("q");
	type("fails");
	settle();
	assert_true(shows("why"));
	assert_true(shows("exit 3 after 0.3s"));
	press("q");
	type("absent");
	settle();
	assert_true(shows("cannot run /nonexistent/tool: No such file or dir"));
	type("run f");
	assert_true(shows("command of your own 'f' may be fields, flood, fails"));
	type("run nothing");
	assert_true(shows("no command of your own 'nothing'"));
}

static void test_only_where_it_applies(void **state)
{
	(void)state;
	press("4");
	press("F2");
	assert_true(shows("fields is for records of Callbacks"));
	press("5");
	type("missing");
	assert_true(shows("missing: this record has no {http}"));
	assert_int_equal(fc.app.runs.n, 0);
	/* In the record's own view it is the same record. */
	press("j");
	press("Enter");
	press("F2");
	settle();
	assert_true(shows("sent 2026-01-23T13:18:03Z"));
}

static void test_hostile_output(void **state)
{
	(void)state;
	type("hostile");
	settle();
	assert_true(shows("<1B>[31mred<07>"));
	assert_true(shows("<U+009B> c1"));
	assert_true(shows("<FF> bad<09>Tab<0D>"));
	assert_true(shows("last"));
	compare("command-hostile", 80, 24);
	press("Y");
	assert_true(shows("printed "));
	assert_null(memchr(fc.app.copied.data, '\x1b', fc.app.copied.len));
	golden_finish();
}

static void test_a_long_line_is_shown_below(void **state)
{
	(void)state;
	type("long");
	settle();
	press("g");
	assert_true(shows("the whole line"));
	compare("command-long", 80, 24);
	press("G");
	assert_false(shows("the whole line"));
	golden_finish();
}

/* What comes later is looked through too. */
static void test_output_is_filtered(void **state)
{
	(void)state;
	type("count");
	type("filter output~99$");
	settle();
	while (app_work(&fc.app, INT64_MAX))
		;
	assert_true(shows("30 of 3000   output~99$"));
	press("Esc");
	press("/");
	for (const char *at = "2999"; *at; at++)
		app_key(&fc.app, key_rune((unsigned char)*at));
	press("Enter");
	while (app_work(&fc.app, INT64_MAX))
		;
	assert_true(shows("▸line 2999"));
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void test_dangerous_ones_ask(void **state)
{
	(void)state;
	press("j");
	press("F3");
	assert_int_equal(fc.app.runs.n, 0);
	assert_true(shows("RUN IT?"));
	compare_sizes("confirm");
	press("q");
	assert_true(shows("it was not run"));
	/* The way back does not lead to a question. */
	press("[");
	assert_false(shows("RUN IT?"));
	press("]");
	press("F3");
	press("F3");
	press("Enter");
	assert_int_equal(fc.app.runs.n, 0);
	press("y");
	settle();
	assert_true(shows("send again|C11|Failed to open TCP"));
	/* Again asks again. */
	press("r");
	assert_true(shows("RUN IT?"));
	assert_int_equal(fc.app.runs.n, 1);
	golden_finish();
}

static void test_what_was_not_seen_is_not_agreed_to(void **state)
{
	struct err e = { 0 };

	(void)state;
	press("j");
	assert_true(app_resize(&fc.app, 80, 16, &e));
	app_draw(&fc.app);
	press("F3");
	app_draw(&fc.app);
	press("y");
	assert_true(shows("the end of it was not shown yet"));
	assert_int_equal(fc.app.runs.n, 0);
	press("G");
	app_draw(&fc.app);
	press("y");
	assert_int_equal(fc.app.runs.n, 1);
	assert_true(app_resize(&fc.app, 28, 7, &e));
	press("q");
	press("F3");
	app_draw(&fc.app);
	press("y");
	assert_int_equal(fc.app.runs.n, 1);
}

/* ---- ending ------------------------------------------------------------------------------------ */

static void test_x_ends_it(void **state)
{
	struct run *run;

	(void)state;
	press("F4");
	run = newest();
	while (!run->nlines)
		await_news();
	assert_true(shows("running 0s"));
	compare("command-running", 80, 24);
	press("x");
	assert_true(shows("endless: told to end"));
	settle();
	assert_true(shows("signal 15 (TERM) after 0.3s, stopped by you"));
	press("x");
	assert_true(shows("endless has ended"));
	golden_finish();
}

static void test_a_flood_leaves_the_keys_alone(void **state)
{
	struct run *run;

	(void)state;
	type("flood");
	run = newest();
	while (run->report.written <= TASK_OUTPUT_MAX)
		await_news();
	assert_int_equal(run->output.len, TASK_OUTPUT_MAX);
	press("g");
	assert_true(shows("flood"));
	press("^C");
	settle();
	assert_true(shows("first 1 MB of"));
}

static void test_P66_quitting_says_what_it_ends(void **state)
{
	pid_t pid = 0;

	(void)state;
	type("number");
	while (!newest()->nlines)
		await_news();
	assert_int_equal(sscanf(buf_str(&newest()->output), "%d", &pid), 1);
	press("Q");
	assert_false(fc.app.quit);
	assert_true(shows("1 command is still running; again stops it and quits"));
	press("j");
	type("quit");
	assert_false(fc.app.quit);
	type("quit");
	assert_true(fc.app.quit);
	runs_release(&fc.app.runs);
	/* Waited for by its thread: the number is nobody's any more. */
	assert_int_equal(kill(pid, 0), -1);
}

static void test_ended_behind_ones_back(void **state)
{
	(void)state;
	type("fails");
	press("q");
	while (newest()->task)
		await_news();
	assert_true(shows("fails: exit 3 after"));
	assert_true(shows(":output shows it"));
}

static void test_old_runs_give_way(void **state)
{
	(void)state;
	for (int i = 0; i < RUNS_MAX; i++)
		press("F4");
	assert_int_equal(fc.app.runs.n, RUNS_MAX);
	press("F2");
	assert_true(shows("fields is for records of Callbacks"));   /* not of an output */
	press("q");
	press("F2");
	assert_true(shows("8 commands run already"));
	type("output");
	press("x");
	settle();
	press("q");
	press("F2");
	assert_int_equal(fc.app.runs.n, RUNS_MAX);
	settle();
	assert_true(shows("COMMAND  fields"));
}

/* ---- the list and the file -------------------------------------------------------------------------- */

static void test_they_are_listed(void **state)
{
	struct err e = { 0 };

	(void)state;
	press(":");
	for (const char *at = "run re"; *at; at++)
		app_key(&fc.app, key_rune((unsigned char)*at));
	press("Down");
	compare("palette-commands", 80, 24);
	press("Esc");
	press(":");
	for (const char *at = "rese"; *at; at++)
		app_key(&fc.app, key_rune((unsigned char)*at));
	assert_true(shows("send it again"));
	press("Esc");
	assert_true(app_resize(&fc.app, 100, 60, &e));
	press("?");
	assert_true(shows("Your own commands"));
	assert_true(shows("F3  :resend"));
	press("q");
	press("4");
	press("?");
	assert_false(shows(":resend"));
	golden_finish();
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void test_a_saved_file_counts_at_once(void **state)
{
	char folder[] = "/tmp/sextant-runs.XXXXXX", config[60], commands[80], keys[80];
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(config, sizeof config, "%s/sextant", folder);
	snprintf(commands, sizeof commands, "%s/commands.yaml", config);
	snprintf(keys, sizeof keys, "%s/keys.yaml", config);
	assert_int_equal(mkdir(config, 0700), 0);
	setenv("XDG_CONFIG_HOME", folder, 1);
	fc.app.demo = false;
	assert_true(app_load_keys(&fc.app, &e));
	assert_true(app_load_commands(&fc.app, &e));
	assert_int_equal(fc.app.commands.n, 0);
	type("run x");
	assert_true(shows("there are none;"));
	write_file(commands, "one: { key: F7, run: [echo, one] }\n");
	assert_true(app_reload(&fc.app));
	assert_true(shows("1 command of your own"));
	press("F7");
	settle();
	assert_true(shows("COMMAND  one"));
	write_file(commands, "one: { key: F7, run: echo }\n");
	assert_true(app_reload(&fc.app));
	assert_true(shows("commands as before: "));
	assert_int_equal(fc.app.commands.n, 1);
	/* The key is taken; the map that takes it as well is refused whole. */
	write_file(keys, "zoom: [F7]\n");
	assert_true(app_reload(&fc.app));
	assert_true(shows("keys as before: "));
	assert_int_equal(action_of((struct key){ K_F7, 0 }, ON_TABLE), ACTION_NONE);
	assert_int_equal(unlink(commands), 0);
	assert_true(app_reload(&fc.app));
	assert_int_equal(fc.app.commands.n, 0);
	press("r");
	assert_true(shows("one is not in the file any more"));
	unlink(keys);
	rmdir(config);
	assert_int_equal(rmdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_with_commands, close_case)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_key_runs_it), TEST(test_its_end_is_news), TEST(test_its_name_runs_it), TEST(test_only_where_it_applies),
		TEST(test_hostile_output), TEST(test_a_long_line_is_shown_below), TEST(test_output_is_filtered), TEST(test_dangerous_ones_ask),
		TEST(test_what_was_not_seen_is_not_agreed_to), TEST(test_x_ends_it),
		TEST(test_a_flood_leaves_the_keys_alone), TEST(test_P66_quitting_says_what_it_ends),
		TEST(test_ended_behind_ones_back), TEST(test_old_runs_give_way), TEST(test_they_are_listed),
		TEST(test_a_saved_file_counts_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
