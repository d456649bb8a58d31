/* P09: lines of megabytes and thousands of fields on a screen: ends can be reached, what
 * is cut says so, and keys are answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "tests/support/hostile_extract.h"
#include "tests/support/process.h"
#include "tests/support/vterm_pty.h"

enum { FIELDS = 4096 };

static char home[200];

static struct vterm_pty *open_with(const struct hostile *cells, size_t n, size_t nlogs)
{
	char path[260], config[260], program[300], home_is[220];
	const char *build = getenv("SEXTANT_BUILD");
	const char *const argv[] = { program, "--config", config, "--still", HOSTILE_LOAD, NULL };
	const char *const env[] = { home_is, NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = 80, .h = 24 };
	struct vterm_pty *pty;

	snprintf(path, sizeof path, "%s/extract.db", home);
	remove(path);
	hostile_extract(home, cells, n, nlogs);
	hostile_config(home, "athena trino ocean", NULL);
	snprintf(config, sizeof config, "%s/test.yaml", home);
	snprintf(home_is, sizeof home_is, "HOME=%s", home);
	snprintf(program, sizeof program, "%s/sextant", build ? build : "build");
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_wait_idle(pty));
	return pty;
}

static void expect(struct vterm_pty *pty, const char *text)
{
	struct buf screen = BUF_INIT;

	if (vterm_pty_shows(pty, text))
		return;
	vterm_pty_text(pty, &screen);
	fail_msg("\"%s\" is not on\n%s", text, buf_str(&screen));
}

static void type(struct vterm_pty *pty, const char *keys, const char *shows)
{
	if (!vterm_pty_type(pty, keys))
		fail_msg("no answer to '%s'", keys);
	expect(pty, shows);
}

static void leave(struct vterm_pty *pty)
{
	int status;

	assert_true(vterm_pty_send(pty, "Q", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	vterm_pty_free(pty);
}

/* A line of as many bytes between others; it ends with a Z. */
static struct vterm_pty *open_line(size_t len)
{
	struct hostile cells[] = { HOSTILE("the load"), HOSTILE("before"), { NULL, 0 }, HOSTILE("behind") };
	char *line = malloc(len);
	struct vterm_pty *pty;

	assert_non_null(line);
	memset(line, 'a', len);
	line[len - 1] = 'Z';
	cells[2] = (struct hostile){ line, len };
	pty = open_with(cells, 4, 4);
	free(line);
	return pty;
}

/* Its record says that it is cut; its raw form has all of it. */
static void test_P09_a_line_of_300_kilobytes(void **state)
{
	struct vterm_pty *pty = open_line(300 << 10);

	(void)state;
	type(pty, "7", "LOGS  4 lines");
	type(pty, "j\r", "aaaaaaaa");
	type(pty, "G", "bytes in all; s shows it");
	type(pty, "g", "time");
	type(pty, "q", "LOGS  4 lines");
	type(pty, "s", "RAW");
	type(pty, "G", "Z");
	type(pty, "q", "LOGS  4 lines");
	type(pty, "/aZ\r", "LOGS");
	leave(pty);
}

/* More than is kept of one: said, and what came before it is there. */
static void test_P09_a_line_of_10_megabytes(void **state)
{
	struct vterm_pty *pty = open_line(10 << 20);

	(void)state;
	type(pty, "5", "part");
	expect(pty, "a row over 1024");
	expect(pty, "the load");
	type(pty, "p", "1024 KB");
	type(pty, "q", "CALLBACKS");
	type(pty, "7", "reached a limit");
	leave(pty);
}

static void test_P09_4096_fields(void **state)
{
	struct hostile cells[] = { HOSTILE("the load"), HOSTILE("before"), { NULL, 0 }, HOSTILE("behind") };
	struct buf json = BUF_INIT;
	struct vterm_pty *pty;

	(void)state;
	buf_puts(&json, "[ProcessOceanEvents] {\"first\":0");
	for (int i = 1; i < FIELDS; i++)
		buf_printf(&json, ",\"field%d\":\"%d\"", i, i);
	buf_puts(&json, "}");
	cells[2] = (struct hostile){ json.data, json.len };
	pty = open_with(cells, 4, 4);
	buf_release(&json);
	type(pty, "7", "LOGS  4 lines");
	type(pty, "js", "first");
	type(pty, "G", "field4095");
	type(pty, "g", "first");
	leave(pty);
}

/* ---- set-up ------------------------------------------------------------------------------ */

static int start(void **state)
{
	(void)state;
	if (!temp_home(home, sizeof home, "long"))
		return -1;
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
		cmocka_unit_test(test_P09_a_line_of_300_kilobytes),
		cmocka_unit_test(test_P09_a_line_of_10_megabytes),
		cmocka_unit_test(test_P09_4096_fields),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
