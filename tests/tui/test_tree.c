#include "tui/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAP(d, k, n) { .depth = d, .type = TREE_MAP, .key = k, .key_len = sizeof(k) - 1, .children = n }
#define LEAF(d, t, k, v) { .depth = d, .type = t, .key = k, .key_len = sizeof(k) - 1, \
                           .value = v, .value_len = sizeof(v) - 1 }

static struct tree tree;
static struct tree_node nodes[9];

static int setup(void **state)
{
	static const struct tree_node fresh[9] = {
		{ .depth = 0, .type = TREE_MAP, .children = 4 },
		LEAF(1, TREE_STRING, "event", "VA"),
		MAP(1, "place", 2),
		LEAF(2, TREE_STRING, "code", "US\x1b[2JLGB"),
		{ .depth = 2, .type = TREE_LIST, .key = "ids", .key_len = 3, .children = 1 },
		{ .depth = 3, .type = TREE_NUMBER, .value = "7", .value_len = 1 },
		LEAF(1, TREE_WORD, "final", "true"),
		MAP(1, "none", 0),
		LEAF(1, TREE_STRING, "long", "0123456789abcdefghij"),
	};

	(void)state;
	memcpy(nodes, fresh, sizeof(nodes));
	tree_init(&tree, nodes, 9);
	tree_place(&tree, 5);
	return 0;
}

static void draws(int h, const char *expected)
{
	struct canvas c = CANVAS_INIT;
	struct buf out = BUF_INIT;

	assert_true(canvas_resize(&c, 24, h, NULL));
	tree_draw(&tree, &c, canvas_rect(&c), true);
	assert_true(canvas_dump(&c, &out));
	assert_string_equal(buf_str(&out), expected);
	assert_true(c.cursor_shown);
	buf_release(&out);
	canvas_release(&c);
}

static void test_drawing(void **state)
{
	(void)state;
	tree_place(&tree, 9);
	draws(9,
	      "▸  {\n"
	      "     event: VA\n"
	      "     place: {\n"
	      "       code: US<1B>[2JL…\n"
	      "       ids: [\n"
	      "         7\n"
	      "     final: true\n"
	      "     none: {}\n"
	      "     long: 0123456789ab…\n");
}

static void test_folding(void **state)
{
	(void)state;
	tree_move(&tree, 2);
	tree_toggle(&tree);
	tree_place(&tree, 5);
	draws(5,
	      "   {\n"
	      "     event: VA\n"
	      "▸  ▸ place: {…} 2\n"
	      "     final: true\n"
	      "     none: {}\n");
	tree_move(&tree, 1);
	assert_int_equal(tree.selected, 6);
	tree_move(&tree, -1);
	assert_int_equal(tree.selected, 2);
	tree_expand(&tree);
	assert_int_equal(tree.selected, 2);
	tree_expand(&tree);
	assert_int_equal(tree.selected, 3);
	tree_expand(&tree);
	assert_int_equal(tree.selected, 3);
	tree_collapse(&tree);
	assert_int_equal(tree.selected, 2);
	assert_false(nodes[2].collapsed);
	tree_collapse(&tree);
	assert_true(nodes[2].collapsed);
	tree_collapse(&tree);
	assert_int_equal(tree.selected, 0);
}

static void test_empty_branches_do_not_fold(void **state)
{
	(void)state;
	tree_bottom(&tree);
	tree_move(&tree, -1);
	tree_toggle(&tree);
	assert_false(nodes[7].collapsed);
}

static void test_paging(void **state)
{
	(void)state;
	tree_page(&tree, 2);
	assert_int_equal(tree.selected, 4);
	assert_int_equal(tree.top, 0);
	tree_page(&tree, 1);
	assert_int_equal(tree.selected, 6);
	assert_int_equal(tree.top, 2);
	tree_bottom(&tree);
	assert_int_equal(tree.top, 4);
	tree_move(&tree, 10);
	assert_int_equal(tree.selected, 8);
	tree_top(&tree);
	assert_int_equal(tree.top, 0);
}

static void test_nothing(void **state)
{
	(void)state;
	tree_init(&tree, NULL, 0);
	tree_place(&tree, 5);
	tree_move(&tree, 1);
	tree_bottom(&tree);
	tree_expand(&tree);
	tree_collapse(&tree);
	assert_int_equal(tree.selected, 0);
}

/* 200,000 items in one list: every move stays cheap enough to be instant. */
static void test_big_flat_list(void **state)
{
	enum { COUNT = 200000 };
	struct tree_node *big = calloc(COUNT, sizeof(*big));

	(void)state;
	assert_non_null(big);
	big[0] = (struct tree_node){ .type = TREE_LIST, .children = COUNT - 1 };
	for (size_t i = 1; i < COUNT; i++)
		big[i] = (struct tree_node){ .depth = 1, .type = TREE_NUMBER, .value = "1", .value_len = 1 };
	tree_init(&tree, big, COUNT);
	tree_place(&tree, 50);
	tree_bottom(&tree);
	assert_int_equal(tree.selected, COUNT - 1);
	assert_int_equal(tree.top, COUNT - 50);
	tree_page(&tree, -2);
	assert_int_equal(tree.selected, COUNT - 50);
	tree_collapse(&tree);
	assert_int_equal(tree.selected, 0);
	free(big);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_drawing, setup),
		cmocka_unit_test_setup(test_folding, setup),
		cmocka_unit_test_setup(test_empty_branches_do_not_fold, setup),
		cmocka_unit_test_setup(test_paging, setup),
		cmocka_unit_test_setup(test_nothing, setup),
		cmocka_unit_test_setup(test_big_flat_list, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
