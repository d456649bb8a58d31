/* The mouse: off at first; clicks select, the wheel scrolls. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"
#include "tests/support/vterm_pty.h"

static void at(enum term_mouse what, int x, int y)
{
	app_mouse(&fc.app, what, x, y);
	app_draw(&fc.app);
}

static void press_and_draw(const char *key)
{
	press(key);
	app_draw(&fc.app);
}

static size_t selected(int pane)
{
	size_t row;

	assert_true(section_pane_selected(fc.app.desk->panes[pane], &row));
	return row;
}

static void test_a_click_on_the_rail_goes_there(void **state)
{
	const struct rect rail = fc.app.layout.rail;

	(void)state;
	at(MOUSE_CLICK, rail.x + 4, rail.y + 5);
	assert_int_equal(fc.app.desk->base, 5);
	at(MOUSE_CLICK, rail.x, rail.y + 7);
	assert_int_equal(fc.app.desk->base, 7);
	at(MOUSE_CLICK, rail.x + 4, rail.y + 8);
	assert_true(app_at_timeline(&fc.app));
	at(MOUSE_CLICK, rail.x + 4, rail.y + 9);        /* below all of them */
	assert_true(app_at_timeline(&fc.app));
	at(MOUSE_CLICK, rail.x + 4, rail.y);
	assert_int_equal(fc.app.desk->base, 0);
}

static void test_a_click_selects_the_row(void **state)
{
	int first;

	(void)state;
	press_and_draw("5");
	first = fc.app.canvas.cursor_y;
	for (int row = 4; row >= 0; row -= 2) {
		at(MOUSE_CLICK, 40, first + row);
		assert_int_equal(selected(4), row);
		assert_int_equal(fc.app.canvas.cursor_y, first + row);
	}
	at(MOUSE_CLICK, 40, first - 1);                 /* the titles: the first row */
	assert_int_equal(selected(4), 0);
	at(MOUSE_CLICK, 40, 23);                        /* the footer */
	assert_int_equal(selected(4), 0);
}

static void test_a_click_in_the_overview(void **state)
{
	int first = fc.app.canvas.cursor_y, lines;

	(void)state;
	press_and_draw("j");
	lines = fc.app.canvas.cursor_y - first;
	press_and_draw("k");
	at(MOUSE_CLICK, 40, first + 3 * lines);
	assert_int_equal(app_focus(&fc.app), 3);
	/* Any line of a section means the section. */
	at(MOUSE_CLICK, 40, first + lines + (lines > 1));
	assert_int_equal(app_focus(&fc.app), 1);
}

static void test_the_wheel_moves(void **state)
{
	(void)state;
	press_and_draw("5");
	at(MOUSE_WHEEL_DOWN, 40, 10);
	assert_int_equal(selected(4), 3);
	at(MOUSE_WHEEL_UP, 40, 10);
	at(MOUSE_WHEEL_UP, 40, 10);
	assert_int_equal(selected(4), 0);
}

static void test_a_click_beside_goes_there(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_true(app_resize(&fc.app, 200, 60, &e));
	press_and_draw("5");
	assert_true(fc.app.layout.side.w > 0);
	at(MOUSE_CLICK, fc.app.layout.side.x + 3, fc.app.layout.side.y + 1);
	assert_int_equal(fc.app.desk->base, 1);
}

/* Whoever types is not interrupted; odd places do no harm at any size. */
static void test_odd_clicks(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 20, 5 }, { 50, 18 }, { 80, 24 }, { 160, 48 } };
	struct err e = { 0 };

	(void)state;
	press_and_draw(":");
	at(MOUSE_CLICK, fc.app.layout.rail.x, fc.app.layout.rail.y + 3);
	assert_int_equal(fc.app.desk->base, 0);
	assert_int_equal(fc.app.prompting, PROMPT_COMMAND);
	press_and_draw("Esc");
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		assert_true(app_resize(&fc.app, sizes[i][0], sizes[i][1], &e));
		for (int y = -1; y <= sizes[i][1]; y += 3)
			for (int x = -1; x <= sizes[i][0]; x += 7)
				at((enum term_mouse)((x + y + 2) % 3), x, y);
	}
}

/* ---- on a terminal ----------------------------------------------------------------------- */

static struct vterm_pty *start(const char *term)
{
	const char *argv[] = { vterm_pty_tool("screen"), "settled", NULL };
	const char *env[] = { term, NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = 80, .h = 24 };
	struct vterm_pty *pty = vterm_pty_new(&options);

	assert_non_null(pty);
	assert_true(vterm_pty_wait_idle(pty));
	return pty;
}

/* As the last of xterm's switches left it; libvterm obeys only the first of two modes. */
static bool mouse_on(struct vterm_pty *pty)
{
	static const char on[] = "\x1b[?1006;1000h", off[] = "\x1b[?1006;1000l";
	const char *log = buf_str(vterm_pty_log(pty)), *at = log, *last_on = NULL, *last_off = NULL;

	for (; (at = strstr(at, on)) != NULL; at++)
		last_on = at;
	for (at = log; (at = strstr(at, off)) != NULL; at++)
		last_off = at;
	return last_on && last_on > last_off;
}

static void test_on_a_terminal(void **state)
{
	struct vterm_pty *pty = start("TERM=xterm-256color");
	int status;

	(void)state;
	assert_false(mouse_on(pty));
	assert_true(vterm_pty_type(pty, ":mouse on\r"));
	assert_true(mouse_on(pty));
	assert_true(vterm_pty_type(pty, "\x1b[<0;5;9M\x1b[<0;5;9m"));    /* the rail: 5 */
	assert_true(vterm_pty_shows(pty, "CALLBACKS"));
	assert_true(vterm_pty_type(pty, "\x1b[<65;40;9M"));
	assert_true(vterm_pty_shows(pty, "C9 "));
	assert_true(vterm_pty_send(pty, "\x1a", 1));
	assert_true(vterm_pty_wait_stop(pty));
	assert_false(mouse_on(pty));
	assert_true(vterm_pty_resume(pty));
	assert_true(vterm_pty_wait_text(pty, "CALLBACKS"));
	assert_true(vterm_pty_type(pty, "j"));
	assert_true(mouse_on(pty));
	assert_true(vterm_pty_type(pty, ":mouse off\r"));
	assert_false(mouse_on(pty));
	assert_true(vterm_pty_type(pty, ":mouse on\r"));
	assert_true(mouse_on(pty));
	assert_int_equal(kill(vterm_pty_pid(pty), SIGSEGV), 0);
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_false(mouse_on(pty));
	vterm_pty_free(pty);
}

static void test_a_terminal_without_one(void **state)
{
	struct vterm_pty *pty = start("TERM=vt100");

	(void)state;
	assert_true(vterm_pty_type(pty, ":mouse on\r"));
	assert_true(vterm_pty_shows(pty, "this terminal has no mouse"));
	vterm_pty_free(pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_click_on_the_rail_goes_there, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_click_selects_the_row, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_click_in_the_overview, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_the_wheel_moves, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_click_beside_goes_there, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_odd_clicks, open_case, close_case),
		cmocka_unit_test(test_on_a_terminal),
		cmocka_unit_test(test_a_terminal_without_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
