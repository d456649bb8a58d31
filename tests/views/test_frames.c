/* What a frame leaves as it was, so that a slow link has room for the answer to a key:
 * the screen stays true, and is the whole one again afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"
#include "views/pace.h"

enum { W = 80, H = 24, ALL = PACE_DETAIL | PACE_ROWS | PACE_COUNTERS, SECONDS = 61 };

static struct canvas before;

static int open_scene(const char *scene)
{
	fake_case_open(&fc, scene);
	assert_true(app_resize(&fc.app, W, H, NULL));
	assert_true(canvas_resize(&before, W, H, NULL));
	press("5 j");
	app_draw(&fc.app);
	return 0;
}

static int open_running(void **state)
{
	(void)state;
	return open_scene("running");
}

static int open_settled(void **state)
{
	(void)state;
	return open_scene("settled");
}

static int close_scene(void **state)
{
	canvas_release(&before);
	return close_case(state);
}

static void remember(void)
{
	canvas_copy(&before, &fc.app.canvas, canvas_rect(&before));
}

static void draw(unsigned leaves)
{
	fc.app.leaves = leaves;
	app_draw(&fc.app);
}

static bool same(int x, int y)
{
	const struct canvas_cell *a = &before.cells[y * W + x], *b = &fc.app.canvas.cells[y * W + x];

	return a->len == b->len && a->role == b->role && a->attrs == b->attrs &&
	       memcmp(a->utf8, b->utf8, a->len) == 0;
}

/* The lines that changed within some columns, a bit each. */
static unsigned changed(int from, int to)
{
	unsigned lines = 0;

	for (int y = 0; y < H; y++)
		for (int x = from; x < to; x++)
			lines |= same(x, y) ? 0 : 1u << y;
	return lines;
}

/* As if there had been no frame before. */
static void assert_whole(void)
{
	remember();
	fc.app.drawn_view = NULL;
	draw(0);
	assert_int_equal(changed(0, W), 0);
}

static int selected_line(void)
{
	return fc.app.canvas.cursor_y;
}

static void test_a_step_moves_the_mark_only(void **state)
{
	int mark = fc.app.layout.pane.x, line = selected_line();

	(void)state;
	remember();
	fake_case_at(SECONDS);
	press("j");
	draw(ALL);
	assert_int_equal(selected_line(), line + 1);
	/* Where it was the whole row changes, where it is the mark; nothing else does. */
	assert_int_equal(changed(0, mark), 0);
	assert_int_equal(changed(mark, mark + 1), 3u << line);
	assert_int_equal(changed(mark + 1, W), 1u << line);
	remember();
	press("j");
	draw(ALL);
	assert_int_equal(changed(0, W), 3u << (line + 1));
	assert_int_equal(changed(mark + 1, W), 0);
}

/* Not only once, and not at the price of anything that is left out meanwhile. */
static void test_what_was_left_out_comes(void **state)
{
	static const unsigned orders[][3] = {
		{ ALL, PACE_COUNTERS, 0 }, { ALL, PACE_ROWS, 0 }, { ALL, PACE_DETAIL | PACE_ROWS, 0 },
		{ PACE_ROWS | PACE_COUNTERS, PACE_ROWS, 0 }, { ALL, ALL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		fake_case_at(SECONDS * (long)(i + 1));
		press(i % 2 ? "k" : "j");
		for (size_t k = 0; k < 3; k++)
			draw(orders[i][k]);
		assert_whole();
	}
}

/* Once it has a reference the detail tells of which record it is. */
static void test_a_detail_that_is_late_tells_its_record(void **state)
{
	(void)state;
	assert_true(shows("C11 Enter shows"));
	press("j");
	fc.app.leaves = ALL;
	assert_true(shows("C11 Enter shows"));
	fc.app.leaves = PACE_ROWS;
	assert_true(shows("C10 Enter shows"));
}

/* Nothing of another view, another place or another size is kept. */
static void test_only_the_same_places_are_kept(void **state)
{
	static const char *const keys[] = { "6", "z", "z", "0", "j", "5", "?", "q", "8" };

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct rect rail;

		fake_case_at(SECONDS * (long)(i + 1));
		press(keys[i]);
		draw(PACE_DETAIL | PACE_COUNTERS);
		remember();
		rail = fc.app.layout.rail;
		fc.app.drawn_view = NULL;
		draw(0);
		if (strcmp(keys[i], "j") != 0)
			assert_int_equal(changed(0, W), 0);
		else     /* The overview's step moves the box on the rail. */
			assert_int_equal(changed(rail.x, rail.x + rail.w), 0);
	}
	assert_true(app_resize(&fc.app, W, H, NULL));
	draw(ALL & ~PACE_ROWS);
	assert_whole();
}

/* What a key says is its answer; and it goes with the next key. */
static void test_words_are_not_left_out(void **state)
{
	(void)state;
	app_say(&fc.app, "said by a key");
	draw(ALL);
	assert_int_equal(changed(0, W) >> fc.app.layout.footer.y & 1, 1);
	press("j");
	draw(ALL);
	assert_false(shows("said by a key"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_running, close_scene)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_a_step_moves_the_mark_only), TEST(test_what_was_left_out_comes),
		cmocka_unit_test_setup_teardown(test_a_detail_that_is_late_tells_its_record, open_settled,
		                                close_scene),
		TEST(test_only_the_same_places_are_kept),
		TEST(test_words_are_not_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
