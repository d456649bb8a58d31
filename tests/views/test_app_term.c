/* The application on a terminal: themes at three sizes, what keys and resizes cost,
 * and the terminal given back. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/golden.h"
#include "tests/support/vterm_pty.h"

enum { START_SMALL = 2400, FULL_SMALL = 3200, FULL_LARGE = 11500, MOVE_BYTES = 200, MOVE_WITH_DETAIL = 470,
       HELD_STEPS = 2000, STEP_DOWN = 40, STEP_UP = 60, STEP_FLOWING = 120 };

static struct vterm_pty *start_with(const char *scene, const char *theme, const char *more, const char *and,
                                    int w, int h)
{
	const char *argv[] = { vterm_pty_tool("screen"), scene, theme, more, and, NULL };
	struct vterm_pty_options options = { .argv = argv, .w = w, .h = h };
	struct vterm_pty *pty = vterm_pty_new(&options);

	assert_non_null(pty);
	assert_true(vterm_pty_wait_idle(pty));
	return pty;
}

static struct vterm_pty *start(const char *scene, const char *theme, const char *more, int w, int h)
{
	return start_with(scene, theme, more, NULL, w, h);
}

static void quit(struct vterm_pty *pty)
{
	int status;

	assert_true(vterm_pty_send(pty, "Q", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(vterm_pty_modes(pty).alternate);
	vterm_pty_free(pty);
}

static void compare(struct vterm_pty *pty, const char *name)
{
	struct buf out = BUF_INIT;

	assert_true(vterm_pty_text(pty, &out));
	buf_puts(&out, "--\n");
	assert_true(vterm_pty_attrs(pty, &out));
	golden_compare(name, &out);
	buf_release(&out);
}

static void test_themes_and_sizes(void **state)
{
	static const struct { const char *name, *theme, *more; } looks[] = {
		{ "calm", "calm", NULL }, { "light", "calm", "--light" }, { "mono", "mono", NULL },
		{ "ascii", "ascii", NULL }, { "contrast", "contrast", NULL }, { "cvd", "cvd", NULL },
	};
	static const struct { int w, h; } sizes[] = { { 80, 24 }, { 120, 40 }, { 200, 60 } };

	(void)state;
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
			struct vterm_pty *pty = start("settled", looks[i].theme, looks[i].more,
			                              sizes[k].w, sizes[k].h);
			char name[80];

			assert_true(vterm_pty_type(pty, "5jj"));
			snprintf(name, sizeof name, "term-%s-%dx%d", looks[i].name, sizes[k].w, sizes[k].h);
			compare(pty, name);
			quit(pty);
		}
	}
	golden_finish();
}

static void check_cost(const char *what, size_t bytes, size_t most)
{
	if (bytes > most)
		fail_msg("%s takes %zu bytes, %zu are allowed", what, bytes, most);
}

static size_t cost(struct vterm_pty *pty, const char *keys)
{
	size_t before = vterm_pty_log(pty)->len;

	assert_true(vterm_pty_type(pty, keys));
	return vterm_pty_log(pty)->len - before;
}

static void test_bytes(void **state)
{
	struct vterm_pty *pty = start("starting", "calm", NULL, 80, 24);

	(void)state;
	check_cost("a screen while nothing answered at 80x24", vterm_pty_log(pty)->len, START_SMALL);
	quit(pty);
	pty = start("settled", "calm", NULL, 80, 24);
	check_cost("a full screen at 80x24", vterm_pty_log(pty)->len, FULL_SMALL);
	check_cost("a move that changes the box on the rail", cost(pty, "j"), MOVE_WITH_DETAIL);
	cost(pty, "5");
	check_cost("a move that changes the detail", cost(pty, "j"), MOVE_WITH_DETAIL);
	cost(pty, "z");
	check_cost("a move in a zoomed pane", cost(pty, "j"), MOVE_BYTES);
	cost(pty, "g");
	assert_int_equal(cost(pty, "k"), 0);    /* nothing changed, nothing is written */
	quit(pty);
	pty = start("settled", "calm", NULL, 200, 60);
	check_cost("a full screen at 200x60", vterm_pty_log(pty)->len, FULL_LARGE);
	quit(pty);
}

static bool cursor_at(struct vterm_pty *pty, void *row)
{
	return vterm_pty_modes(pty).cursor_y == *(int *)row;
}

/* The bytes until the cursor is on the other row, while keys follow on each other. On a
 * slow machine the detail may come between two of them, so the first step that is cheap
 * enough counts, of many. */
static size_t cheapest_step(struct vterm_pty *pty, int delta, size_t enough)
{
	int row = vterm_pty_modes(pty).cursor_y;
	size_t least = SIZE_MAX;

	for (int i = 0; i < HELD_STEPS && (least > enough || i % 2 == 1); i++) {
		size_t before = vterm_pty_log(pty)->len;
		int next = i % 2 ? row : row + delta;

		assert_true(vterm_pty_send(pty, next > vterm_pty_modes(pty).cursor_y ? "j" : "k", 1));
		assert_true(vterm_pty_wait(pty, cursor_at, &next));
		if (i % 2 == 0 && vterm_pty_log(pty)->len - before < least)
			least = vterm_pty_log(pty)->len - before;
	}
	assert_true(vterm_pty_wait_idle(pty));
	return least;
}

static void test_bytes_of_a_key_held_down(void **state)
{
	struct vterm_pty *pty = start("settled", "calm", NULL, 80, 24);

	(void)state;
	cost(pty, "5");
	check_cost("a step down", cheapest_step(pty, 1, STEP_DOWN), STEP_DOWN);
	cost(pty, "j");
	check_cost("a step up", cheapest_step(pty, -1, STEP_UP), STEP_UP);
	assert_true(vterm_pty_shows(pty, "C11 Enter shows"));     /* the detail followed */
	assert_true(vterm_pty_type(pty, "jjjjjjjj"));
	assert_true(vterm_pty_shows(pty, "C3 Enter shows"));
	quit(pty);
}

/* ---- while rows flow -------------------------------------------------------------------- */

static void one_more_row(struct vterm_pty *pty, int fifo, int rows)
{
	char title[32];

	snprintf(title, sizeof title, "%d sent", rows);
	assert_int_equal(write(fifo, "x", 1), 1);
	assert_true(vterm_pty_wait_text(pty, title));
}

static bool row_in_reverse(struct vterm_pty *pty, void *column)
{
	return vterm_pty_cell(pty, *(int *)column, vterm_pty_modes(pty).cursor_y).reverse;
}

/* The bytes from a key, which moves to that line, until a row more is counted. */
static size_t step_and_row(struct vterm_pty *pty, const char *key, int line, int fifo, int rows)
{
	size_t before = vterm_pty_log(pty)->len;

	assert_true(vterm_pty_send(pty, key, 1));
	assert_true(vterm_pty_wait(pty, cursor_at, &line));
	one_more_row(pty, fifo, rows);
	return vterm_pty_log(pty)->len - before;
}

/* A link of 300 bytes a second has more to carry then: a key gets its mark, not the row in
 * reverse, which comes once keys rest. On a slow machine they may do so between two of
 * them, so the first step that is cheap enough counts. */
static void test_a_key_while_rows_flow(void **state)
{
	enum { KEYS = 40, FIRST = 13, ROWS = 99, COLUMN = 30 };
	char dir[] = "/tmp/sextant-rows-XXXXXX", path[64];
	struct vterm_pty *pty;
	size_t least = SIZE_MAX;
	int fifo, line, column = COLUMN;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fifo >= 0);
	pty = start_with("running", "calm", "--rows", path, 80, 24);
	assert_true(vterm_pty_type(pty, "5zj"));
	line = vterm_pty_modes(pty).cursor_y;
	/* Those that may still fill a screen are news, which do not wait. */
	for (int rows = FIRST; rows < ROWS; rows++)
		assert_int_equal(write(fifo, "x", 1), 1);
	one_more_row(pty, fifo, ROWS);
	for (int i = 1; i <= KEYS && least > STEP_FLOWING; i++) {
		size_t cost = step_and_row(pty, i % 2 ? "j" : "k", line + i % 2, fifo, ROWS + i);

		least = cost < least ? cost : least;
	}
	check_cost("a step and what flows", least, STEP_FLOWING);
	assert_true(vterm_pty_wait(pty, row_in_reverse, &column));
	quit(pty);
	close(fifo);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_resize(void **state)
{
	struct vterm_pty *pty = start("settled", "calm", NULL, 80, 24);

	(void)state;
	assert_true(vterm_pty_type(pty, "5jj"));
	vterm_pty_resize(pty, 120, 40);
	assert_true(vterm_pty_wait_text(pty, "FETCH WATERFALL"));
	vterm_pty_resize(pty, 28, 7);
	assert_true(vterm_pty_wait_text(pty, "! Callbacks: 12 sent"));
	vterm_pty_resize(pty, 80, 24);
	assert_true(vterm_pty_wait_text(pty, "C10 Enter shows"));    /* the same record */
	assert_true(vterm_pty_type(pty, "jk"));
	compare(pty, "term-resized-80x24");
	quit(pty);
	golden_finish();
}

static void test_commands(void **state)
{
	struct vterm_pty *pty = start("settled", "calm", NULL, 80, 24);

	(void)state;
	assert_true(vterm_pty_type(pty, ":theme mono\r"));
	assert_int_equal(vterm_pty_cell(pty, 1, 0).colour, -1);
	assert_true(vterm_pty_type(pty, ":theme nosuch\r"));
	assert_true(vterm_pty_shows(pty, "no theme 'nosuch'"));
	assert_true(vterm_pty_type(pty, ":ascii\r"));
	assert_true(vterm_pty_shows(pty, "+ ok"));
	assert_true(vterm_pty_type(pty, "\x03\x03"));
	assert_true(vterm_pty_shows(pty, "^C once more quits"));
	assert_true(vterm_pty_type(pty, "j\x03"));
	assert_true(vterm_pty_shows(pty, "^C twice more quits"));
	quit(pty);
}

/* Screen readers and magnifiers follow the cursor. */
static void test_the_cursor_is_on_the_selected_row(void **state)
{
	static const char *const keys[] = { "j", "5", "jj", "z", ":log\r", "j", ":sources\r", "q" };
	struct vterm_pty *pty = start("settled", "calm", NULL, 80, 24);

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct vterm_pty_modes modes;

		assert_true(vterm_pty_type(pty, keys[i]));
		modes = vterm_pty_modes(pty);
		assert_true(modes.cursor_shown);
		if (strcmp(vterm_pty_cell(pty, modes.cursor_x, modes.cursor_y).utf8, "▸") != 0)
			fail_msg("after %s the cursor is at %d,%d", keys[i], modes.cursor_x, modes.cursor_y);
	}
	quit(pty);
}

static void test_P68_three_interrupts_quit(void **state)
{
	struct vterm_pty *pty = start("running", "calm", NULL, 80, 24);
	int status;

	(void)state;
	assert_true(vterm_pty_send(pty, "\x03\x03\x03", 3));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(vterm_pty_modes(pty).alternate);
	vterm_pty_free(pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_themes_and_sizes),
		cmocka_unit_test(test_bytes), cmocka_unit_test(test_bytes_of_a_key_held_down),
		cmocka_unit_test(test_a_key_while_rows_flow),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_the_cursor_is_on_the_selected_row),
		cmocka_unit_test(test_P68_three_interrupts_quit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
