#include "tui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void is(struct rect r, int x, int y, int w, int h)
{
	if (r.x != x || r.y != y || r.w != w || r.h != h)
		fail_msg("%d,%d %dx%d is not %d,%d %dx%d", r.x, r.y, r.w, r.h, x, y, w, h);
}

static void test_80x24(void **state)
{
	struct layout l = layout_compute(80, 24, LAYOUT_DETAIL | LAYOUT_EXTRA);

	(void)state;
	assert_int_equal(l.form, LAYOUT_NORMAL);
	is(l.header, 0, 0, 80, 2);
	is(l.rail, 0, 3, 25, 18);
	is(l.pane, 26, 3, 54, 9);
	is(l.detail_rule, 26, 12, 54, 1);
	is(l.detail, 26, 13, 54, 8);
	is(l.footer, 0, 22, 80, 2);
	assert_int_equal(l.top_rule, 2);
	assert_int_equal(l.bottom_rule, 21);
	assert_int_equal(l.rail_rule, 25);
	assert_int_equal(l.side_rule, -1);
	assert_int_equal(l.extra.w, 0);
	is(layout_compute(80, 24, 0).pane, 26, 3, 54, 18);
	l = layout_compute(80, 24, LAYOUT_DETAIL | LAYOUT_LIST);
	is(l.pane, 26, 3, 54, 11);
	is(l.detail, 26, 15, 54, 6);
}

static void test_rail_widths(void **state)
{
	(void)state;
	assert_int_equal(layout_compute(60, 24, 0).rail.w, 25);
	assert_int_equal(layout_compute(120, 40, 0).rail.w, 27);
	assert_int_equal(layout_compute(200, 60, 0).rail.w, 28);
}

static void test_forms(void **state)
{
	(void)state;
	assert_int_equal(layout_compute(29, 60, 0).form, LAYOUT_TINY);
	assert_int_equal(layout_compute(200, 7, 0).form, LAYOUT_TINY);
	assert_int_equal(layout_compute(30, 8, 0).form, LAYOUT_NARROW);
	assert_int_equal(layout_compute(59, 50, 0).form, LAYOUT_NARROW);
	assert_int_equal(layout_compute(200, 15, 0).form, LAYOUT_NARROW);
	assert_int_equal(layout_compute(60, 16, 0).form, LAYOUT_NORMAL);
	assert_int_equal(layout_compute(120, 40, 0).form, LAYOUT_TALL);
	assert_int_equal(layout_compute(200, 60, 0).form, LAYOUT_WIDE);
}

static void test_zoom_leaves_the_pane_alone(void **state)
{
	struct layout l = layout_compute(200, 60, LAYOUT_ZOOM | LAYOUT_DETAIL | LAYOUT_EXTRA);

	(void)state;
	is(l.pane, 0, 3, 200, 54);
	assert_int_equal(l.rail.w + l.detail.w + l.extra.w + l.side.w, 0);
	assert_int_equal(l.rail_rule, -1);
}

static bool overlap(struct rect a, struct rect b)
{
	return rect_clip(a, b).w > 0;
}

/* At every size the parts lie on the screen and apart from each other. */
static void check_size(int w, int h, unsigned flags)
{
	struct layout l = layout_compute(w, h, flags);
	struct rect parts[] = { l.header, l.rail, l.pane, l.detail_rule, l.detail, l.extra_rule, l.extra,
		l.side, l.footer, { 0, l.top_rule, l.top_rule < 0 ? 0 : w, 1 },
		{ 0, l.bottom_rule, l.bottom_rule < 0 ? 0 : w, 1 } };
	enum { N = sizeof(parts) / sizeof(*parts) };

	for (size_t i = 0; i < N; i++) {
		struct rect in = rect_clip(parts[i], (struct rect){ 0, 0, w, h });

		if (parts[i].w == 0)
			continue;
		if (memcmp(&in, &parts[i], sizeof(in)) != 0)
			fail_msg("part %zu leaves %dx%d", i, w, h);
		for (size_t k = 0; k < i; k++)
			if (overlap(parts[i], parts[k]))
				fail_msg("parts %zu and %zu overlap at %dx%d", i, k, w, h);
	}
	if (l.form != LAYOUT_TINY)
		assert_true(l.pane.h >= 4);
}

static void test_all_sizes(void **state)
{
	(void)state;
	for (int w = 1; w <= 260; w++)
		for (int h = 1; h <= 80; h++)
			for (unsigned flags = 0; flags < 8; flags++)
				check_size(w, h, flags);
}

static void test_rules(void **state)
{
	struct layout l = layout_compute(60, 16, LAYOUT_DETAIL);
	struct canvas c = CANVAS_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	assert_true(canvas_resize(&c, 60, 16, NULL));
	layout_draw_rules(&l, &c);
	assert_true(canvas_dump(&c, &out));
	assert_string_equal(buf_str(&out),
		"\n\n"
		"─────────────────────────┬──────────────────────────────────\n"
		"                         │\n"
		"                         │\n"
		"                         │\n"
		"                         │\n"
		"                         │\n"
		"                         ├──────────────────────────────────\n"
		"                         │\n"
		"                         │\n"
		"                         │\n"
		"                         │\n"
		"─────────────────────────┴──────────────────────────────────\n\n\n");
	buf_release(&out);
	canvas_release(&c);
}

static void test_wide_rules_join(void **state)
{
	struct layout l = layout_compute(200, 60, LAYOUT_DETAIL | LAYOUT_EXTRA);
	struct canvas c = CANVAS_INIT;

	(void)state;
	assert_int_equal(l.side_rule, 113);
	is(l.side, 114, 3, 86, 54);
	assert_true(canvas_resize(&c, 200, 60, NULL));
	layout_draw_rules(&l, &c);
	assert_memory_equal(c.cells[l.detail_rule.y * 200 + 28].utf8, "├", 3);
	assert_memory_equal(c.cells[l.detail_rule.y * 200 + 113].utf8, "┤", 3);
	assert_memory_equal(c.cells[2 * 200 + 113].utf8, "┬", 3);
	assert_memory_equal(c.cells[57 * 200 + 113].utf8, "┴", 3);
	canvas_release(&c);
}

static void test_stack(void **state)
{
	static const int weights[] = { 1, 1, 2 };
	struct rect out[3];

	(void)state;
	layout_stack((struct rect){ 5, 3, 40, 22 }, 3, weights, 4, out);
	is(out[0], 5, 3, 40, 6);
	is(out[1], 5, 10, 40, 6);
	is(out[2], 5, 17, 40, 8);
	layout_stack((struct rect){ 5, 3, 40, 9 }, 3, weights, 4, out);
	is(out[0], 5, 3, 40, 4);
	is(out[1], 5, 8, 40, 4);
	assert_int_equal(out[2].w, 0);
	layout_stack((struct rect){ 5, 3, 40, 3 }, 3, weights, 4, out);
	assert_int_equal(out[0].w, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_80x24),
		cmocka_unit_test(test_rail_widths),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_zoom_leaves_the_pane_alone),
		cmocka_unit_test(test_all_sizes),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_wide_rules_join),
		cmocka_unit_test(test_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
