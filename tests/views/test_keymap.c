/* The user's key map: what it may say, what it changes, and that a saved file counts at
 * once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/fake_app.h"
#include "tests/support/golden.h"
#include "views/keymap.h"

static struct key_choice map;

static bool parses(const char *text, struct err *e)
{
	*e = (struct err){ 0 };
	return keymap_parse(&map, text, strlen(text), "keys.yaml", e);
}

static void accepts(const char *text)
{
	struct err e;

	if (!parses(text, &e))
		fail_msg("%s", e.text);
	actions_map(&map);
}

static void refuses(const char *text, const char *reason)
{
	struct key_choice before = map;
	struct err e;

	assert_false(parses(text, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, reason))
		fail_msg("\"%s\" lacks \"%s\"", e.text, reason);
	assert_memory_equal(&map, &before, sizeof map);
}

static int start(void **state)
{
	(void)state;
	memset(&map, 0, sizeof map);
	return 0;
}

static int end(void **state)
{
	(void)state;
	actions_map(NULL);
	return 0;
}

/* ---- what it says -------------------------------------------------------------------- */

static void test_keys_are_replaced(void **state)
{
	char name[KEY_NAME_MAX];

	(void)state;
	accepts("next_problem: [ F8, ^E ]\nquit: F10\ncancel_all: []\n");
	assert_int_equal(action_of((struct key){ K_F8, 0 }, ON_TEXT), ACTION_NEXT_PROBLEM);
	assert_int_equal(action_of(key_ctrl('E'), ON_TEXT), ACTION_NEXT_PROBLEM);
	assert_int_equal(action_of(key_rune('e'), ON_TEXT), ACTION_NONE);
	assert_int_equal(action_of(key_rune('Q'), ON_TEXT), ACTION_NONE);
	assert_int_equal(action_of(key_rune('X'), ON_TABLE), ACTION_NONE);
	assert_int_equal(action_of(key_rune('E'), ON_TABLE), ACTION_PREV_PROBLEM);
	assert_string_equal(action_key(name, ACTION_NEXT_PROBLEM), "F8");
	assert_string_equal(action_info(ACTION_NEXT_PROBLEM)->keys, "F8 ^E");
	actions_map(NULL);
	assert_int_equal(action_of(key_rune('e'), ON_TEXT), ACTION_NEXT_PROBLEM);
}

static void test_keys_change_places(void **state)
{
	(void)state;
	accepts("down: [k]\nup: [j]\n");
	assert_int_equal(action_of(key_rune('k'), ON_TABLE), ACTION_DOWN);
	assert_int_equal(action_of(key_rune('j'), ON_TREE), ACTION_UP);
	accepts("check: [ r ]\n");             /* it shares that key as built in */
	accepts("go: [ F1, F2, F3 ]\n");
	assert_int_equal(action_key_place(ACTION_GO, (struct key){ K_F2, 0 }), 1);
	assert_int_equal(action_key_place(ACTION_GO, key_rune('1')), -1);
}

static void test_P41_errors_name_their_place(void **state)
{
	char text[400] = "down: [";

	(void)state;
	refuses("down: [j]\nfly: [f]\n", "keys.yaml:2:1: unknown action \"fly\"");
	refuses("down: [j]\nup: [k, Upp]\n", "keys.yaml:2:9: no key is called \"Upp\"");
	refuses("down: [ Q ]\n", "keys.yaml:1:9: Q is a key of quit already");
	refuses("down: [ F1 ]\nquit: [ F1 ]\n", "F1 is a key of quit already");
	refuses("open: [ p ]\n", "p is a key of from already");
	refuses("down: [ ^Z ]\n", "^Z keeps its meaning");
	refuses("down: [ ^C ]\n", "^C keeps its meaning");
	refuses("interrupt: [ F1 ]\n", "keys.yaml:1:1: interrupt keeps its key");
	refuses("down: { a: b }\n", "a key is a word");
	refuses("down: [[ j ]]\n", "a key is a word");
	refuses("[]\n", "keys.yaml:1:1: a key map is lines of");
	refuses("down: [j]\ndown: [j]\n", "keys.yaml:2:1");
	refuses("\"d\x01wn\": [j]\n", "keys.yaml");
	for (int i = 0; i < 60; i++)
		strcat(text, "PgDn, ");
	strcat(text, "j]\n");
	refuses(text, "too many keys");
}

/* The whole list as a file changes nothing, and is no conflict. */
static void test_the_built_in_keys_are_a_valid_map(void **state)
{
	struct buf text = BUF_INIT;
	char name[ACTION_NAME_MAX];

	(void)state;
	for (unsigned a = 1; a < ACTION_COUNT; a++) {
		const char *keys = action_built_in((enum action)a);

		if (a == ACTION_INTERRUPT)
			continue;
		buf_printf(&text, "%s: [", action_name(name, (enum action)a));
		for (size_t len; *keys; keys += len + (keys[len] == ' ')) {
			len = strcspn(keys, " ");
			buf_printf(&text, *keys == '\'' ? " \"%.*s\"%s" : " '%.*s'%s", (int)len, keys,
			           keys[len] ? "," : "");
		}
		buf_puts(&text, " ]\n");
		assert_int_equal(action_named(name), a);
	}
	accepts(buf_str(&text));
	for (unsigned a = 1; a < ACTION_COUNT; a++)
		if (a != ACTION_INTERRUPT)
			assert_string_equal(action_info((enum action)a)->keys, action_built_in((enum action)a));
	buf_release(&text);
}

/* ---- on the screen ------------------------------------------------------------------------ */

static char folder[] = "/tmp/sextant-keys-XXXXXX", config[64], path[80], theme[80];

static void write_file(const char *name, const char *text)
{
	char beside[100];
	FILE *f;

	/* As editors do: beside it, then renamed. */
	snprintf(beside, sizeof beside, "%s~", name);
	f = fopen(beside, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(beside, name), 0);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(config, sizeof config, "%s/sextant", folder);
	snprintf(path, sizeof path, "%s/keys.yaml", config);
	snprintf(theme, sizeof theme, "%s/mine.yaml", config);
	setenv("XDG_CONFIG_HOME", folder, 1);
	return mkdir(config, 0700);
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	unlink(theme);
	rmdir(config);
	return rmdir(folder);
}

static int close_all(void **state)
{
	(void)state;
	fake_case_close(&fc);
	unlink(path);
	return 0;
}

static void test_help_and_hints_show_the_effective_keys(void **state)
{
	struct err e = { 0 };

	(void)state;
	write_file(path, "from: [ F5 ]\nrefetch: [ F6 ]\nback: [ q, Esc ]\n");
	fake_case_open(&fc, "settled");
	assert_true(app_load_keys(&fc.app, &e));
	assert_true(app_resize(&fc.app, 100, 30, &e));
	press("5");
	assert_true(shows("F5 from where"));
	assert_true(shows("F5 details  F6 refetch"));
	press("?");
	assert_true(shows("F5               from where"));
	assert_false(shows("q Esc Backspace"));
	press("q");
	type("keys");
	assert_true(shows("3 of your own"));
	press("^D");
	assert_true(shows("* from            F5"));
	press("q");
	press("F5");
	assert_string_equal(app_view(&fc.app)->ops->name, "from where");
}

static void test_a_wrong_map_is_an_error_at_start(void **state)
{
	struct err e = { 0 };

	(void)state;
	write_file(path, "fly: [f]\n");
	fake_case_open(&fc, "settled");
	assert_false(app_load_keys(&fc.app, &e));
	assert_non_null(strstr(e.text, "keys.yaml:1:1: unknown action \"fly\""));
}

/* The mode of the file counts as the configuration's does. */
static void test_P42_a_map_that_others_may_write(void **state)
{
	struct err e = { 0 };

	(void)state;
	write_file(path, "from: [ F5 ]\n");
	assert_int_equal(chmod(path, 0666), 0);
	fake_case_open(&fc, "settled");
	assert_false(app_load_keys(&fc.app, &e));
	assert_non_null(strstr(e.text, "chmod go-w"));
}

static void test_a_saved_map_counts_at_once(void **state)
{
	struct err e = { 0 };

	(void)state;
	fake_case_open(&fc, "settled");
	assert_true(app_load_keys(&fc.app, &e));
	assert_false(app_reload(&fc.app));
	press("5");
	write_file(path, "from: [ F5 ]\n");
	assert_true(app_reload(&fc.app));
	assert_true(shows("the keys were read again"));
	assert_true(shows("F5 from where") || shows("F5 details"));
	write_file(path, "from: [ Q ]\n");
	assert_true(app_reload(&fc.app));
	assert_true(shows("keys as before:"));
	assert_int_equal(action_of((struct key){ K_F5, 0 }, ON_SECTION), ACTION_FROM);
	assert_int_equal(unlink(path), 0);
	assert_true(app_reload(&fc.app));
	assert_true(shows("as built in again"));
	assert_int_equal(action_of(key_rune('p'), ON_SECTION), ACTION_FROM);
	assert_false(app_reload(&fc.app));     /* its own folder stays quiet */
}

static void test_a_saved_theme_counts_at_once(void **state)
{
	struct err e = { 0 };

	(void)state;
	write_file(theme, "glyphs: utf8\n");
	fake_case_open(&fc, "settled");
	assert_true(app_load_keys(&fc.app, &e));
	assert_true(app_theme(&fc.app, theme, &e));
	assert_false(fc.app.ascii);
	write_file(theme, "glyphs: ascii\n");
	assert_true(app_reload(&fc.app));
	assert_true(fc.app.ascii);
	write_file(theme, "glyphs: none\n");
	assert_true(app_reload(&fc.app));
	assert_true(shows("theme as before:"));
	assert_true(fc.app.ascii);
	/* A built-in one is not watched, the keys still are. */
	assert_true(app_theme(&fc.app, "calm", &e));
	write_file(theme, "glyphs: ascii\n");
	app_reload(&fc.app);
	assert_false(fc.app.ascii);
	write_file(path, "from: [ F5 ]\n");
	assert_true(app_reload(&fc.app));
}

static void test_the_keys_as_built_in(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	fake_case_open(&fc, "settled");
	type("keys");
	app_draw(&fc.app);
	assert_true(canvas_dump(&fc.app.canvas, &out));
	golden_compare("keys-80x24", &out);
	golden_finish();
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_keys_are_replaced, start, end),
		cmocka_unit_test_setup_teardown(test_keys_change_places, start, end),
		cmocka_unit_test_setup_teardown(test_P41_errors_name_their_place, start, end),
		cmocka_unit_test_setup_teardown(test_the_built_in_keys_are_a_valid_map, start, end),
		cmocka_unit_test_teardown(test_help_and_hints_show_the_effective_keys, close_all),
		cmocka_unit_test_teardown(test_a_wrong_map_is_an_error_at_start, close_all),
		cmocka_unit_test_teardown(test_P42_a_map_that_others_may_write, close_all),
		cmocka_unit_test_teardown(test_a_saved_map_counts_at_once, close_all),
		cmocka_unit_test_teardown(test_a_saved_theme_counts_at_once, close_all),
		cmocka_unit_test_teardown(test_the_keys_as_built_in, close_all),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
