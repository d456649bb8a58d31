/* Commands of the user's own: the file, the words with a record's values, and what is
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/task.h"
#include "tests/support/fake_scenes.h"
#include "views/actions.h"
#include "views/user_commands.h"

static struct user_commands cmds;

static bool parse(const char *text, struct err *e)
{
	*e = (struct err){ 0 };
	return user_commands_parse(&cmds, &fake_workspace, text, strlen(text), "commands.yaml", e);
}

static int release(void **state)
{
	(void)state;
	user_commands_release(&cmds);
	actions_map(NULL);
	return 0;
}

/* ---- the file ----------------------------------------------------------------------------- */

static void test_a_file(void **state)
{
	const struct user_command *c;
	struct err e;

	(void)state;
	assert_true(parse("resend:\n"
	                  "  help: send it again\n"
	                  "  key: F5\n"
	                  "  sections: [carrier_files, callbacks]\n"
	                  "  run: [tool, --at, \"{at}\", \"{load.load_number}-{ref}\"]\n"
	                  "  dangerous: true\n"
	                  "  timeout: 30s\n"
	                  "  env: [KUBECONFIG]\n"
	                  "plain:\n"
	                  "  run: [uptime]\n", &e));
	assert_int_equal(cmds.n, 2);
	c = user_command_named(&cmds, "resend");
	assert_non_null(c);
	assert_string_equal(c->help, "send it again");
	assert_true(c->dangerous);
	assert_int_equal(c->limit, 30 * USEC_SEC);
	assert_true(user_command_applies(c, 3) && user_command_applies(c, 4));
	assert_false(user_command_applies(c, 0) || user_command_applies(c, -1));
	c = user_command_named(&cmds, "plain");
	assert_false(c->dangerous);
	assert_int_equal(c->limit, 10 * USEC_MIN);
	assert_true(user_command_applies(c, 0) && user_command_applies(c, -1));
	assert_null(user_command_named(&cmds, "plai"));
	assert_ptr_equal(user_command_of_key(&cmds, (struct key){ K_F5, 0 }, 4), &cmds.all[0]);
	assert_ptr_equal(user_command_of_key(&cmds, (struct key){ K_F5, 0 }, 1), &cmds.all[0]);
	assert_null(user_command_of_key(&cmds, (struct key){ K_F6, 0 }, 4));
	assert_true(parse("# nothing yet\n", &e));
	assert_int_equal(cmds.n, 0);
}

static void test_one_key_for_two_sections(void **state)
{
	struct err e;

	(void)state;
	assert_true(parse("a: { key: F5, sections: [load], run: [a] }\n"
	                  "b: { key: F5, sections: [logs], run: [b] }\n", &e));
	assert_string_equal(user_command_of_key(&cmds, (struct key){ K_F5, 0 }, 0)->name, "a");
	assert_string_equal(user_command_of_key(&cmds, (struct key){ K_F5, 0 }, 6)->name, "b");
}

/* What was there stays; the error names the place. */
static void test_P41_what_is_wrong_is_named(void **state)
{
	static const struct { const char *text, *error; } wrong[] = {
		{ "- a\n", "commands.yaml:1:1: commands are a map of names" },
		{ "a: [b]\n", "a: a command is a map with \"run\"" },
		{ "a: { help: x }\n", "\"run\" is missing" },
		{ "A b: { run: [x] }\n", "commands.yaml:1:1: \"A b\" cannot be the name of a command" },
		{ "quit: { run: [x] }\n", "\"quit\" is a command already" },
		{ "a: { run: [x], shell: true }\n", "unknown key \"shell\"; known: help, key" },
		{ "a: { run: x }\n", "\"run\" is a list of words" },
		{ "a: { run: [] }\n", "\"run\" is a list of words" },
		{ "a: { run: [x, {at}] }\n", "commands.yaml:1:15: a: a word; one with braces is put in quotes" },
		{ "a: { run: [\"{load.mode}\"] }\n", "no value may name the program" },
		{ "a: { run: [\"\"] }\n", "no value may name the program" },
		{ "a: { sections: [nowhere], run: [x] }\n", "commands.yaml:1:17: a: no such section" },
		{ "a: { sections: [], run: [x] }\n", "\"sections\" is a list of their ids" },
		{ "a: { run: [x, \"{at}\"] }\n", "{at} is neither a column of a section (name the sections)" },
		{ "a: { sections: [callbacks, load], run: [x, \"{http}\"] }\n", "{http} is neither a column of its "
		  "sections nor an identifier of the load" },
		{ "a: { sections: [callbacks], run: [x, \"{load.http}\"] }\n", "{load.http} is neither" },
		{ "a: { run: [x, \"{\"] }\n", "a brace without its partner" },
		{ "a: { run: [x, \"{}\"] }\n", "a brace without its partner" },
		{ "a: { run: [x, \"a}\"] }\n", "a brace without its partner" },
		{ "a: { run: [x, \"{load.mode\"] }\n", "a brace without its partner" },
		{ "a: { run: [sh, -c, \"echo {load.mode}\"] }\n", "part of a shell's program" },
		{ "a: { run: [env, A=1, /bin/bash, -ec, \"x {load.mode}\"] }\n", "part of a shell's program" },
		{ "a: { run: [x, --api-token=abc] }\n", "commands.yaml:1:15: a: everybody on the machine" },
		{ "a: { run: [x, --password, abc] }\n", "everybody on the machine" },
		{ "a: { key: q, run: [x] }\n", "commands.yaml:1:11: a: q is a key of back already" },
		{ "a: { key: ^C, run: [x] }\n", "this key keeps its meaning" },
		{ "a: { key: Hyper, run: [x] }\n", "\"key\" is one key" },
		{ "a: { key: F5, run: [x] }\nb: { key: F5, sections: [load], run: [x] }\n",
		  "commands.yaml:2:11: b: F5 is the key of a already" },
		{ "a: { run: [x], dangerous: maybe }\n", "commands.yaml:1:27" },
		{ "a: { run: [x], timeout: 500ms }\n", "from 1s to 24h" },
		{ "a: { run: [x], timeout: 25h }\n", "from 1s to 24h" },
		{ "a: { run: [x], env: [A=b] }\n", "cannot be a name in the environment" },
		{ "a: { run: [x] }\na: { run: [y] }\n", "commands.yaml:2" },
		{ "a: { help: [x], run: [x] }\n", "\"help\" is one line" },
	};
	struct err e;

	(void)state;
	assert_true(parse("kept: { key: F9, run: [x] }\n", &e));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(parse(wrong[i].text, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		assert_non_null(strstr(e.text, "commands.yaml:"));
		if (!strstr(e.text, wrong[i].error))
			fail_msg("%s\nsaid: %s\nnot:  %s", wrong[i].text, e.text, wrong[i].error);
		assert_int_equal(cmds.n, 1);
		assert_string_equal(cmds.all[0].name, "kept");
	}
}

static void test_too_many(void **state)
{
	struct buf text = BUF_INIT;
	struct err e;

	(void)state;
	for (int i = 0; i <= USER_COMMANDS; i++)
		buf_printf(&text, "c%d: { run: [x] }\n", i);
	assert_false(parse(buf_str(&text), &e));
	assert_non_null(strstr(e.text, "over 32 commands"));
	buf_clear(&text);
	buf_puts(&text, "a:\n  run: [x");
	for (int i = 0; i < USER_COMMAND_WORDS; i++)
		buf_puts(&text, ", y");
	buf_puts(&text, "]\n");
	assert_false(parse(buf_str(&text), &e));
	buf_release(&text);
}

static void test_keys_that_the_user_moved(void **state)
{
	struct key_choice map = { 0 };
	struct err e;

	(void)state;
	assert_true(parse("a: { key: F5, run: [x] }\n", &e));
	snprintf(map.keys[ACTION_ZOOM], sizeof map.keys[0], "F5");
	map.given[ACTION_ZOOM] = true;
	actions_map(&map);
	assert_false(user_commands_keys(&cmds, &e));
	assert_non_null(strstr(e.text, "F5 is a key of zoom already"));
	assert_true(parse("a: { key: z, run: [x] }\n", &e));     /* free now */
}

/* ---- the words --------------------------------------------------------------------------------- */

static struct investigation inv = { .workspace = &fake_workspace };
static struct section callbacks;

/* The fourth section but one: at, result, http, type, error, tries, url. */
static struct copy_what record(const char *type, size_t len)
{
	struct cell cells[7] = { cell_of("2026-01-23T12:00:00Z"), cell_of("failed"), CELL_NULL, { type, len },
	                         cell_of(""), cell_of("5"), cell_of("https://x.example/") };
	struct chunk_builder *b = chunk_builder_new(7);
	struct err e = { 0 };

	rowset_release(&callbacks.rows);
	callbacks.def = fake_workspace.sections[4];
	assert_true(chunk_builder_add(b, cells, &e));
	assert_true(rowset_append(&callbacks.rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
	facts_clear(&inv.facts);
	facts_set(&inv.facts, "tracking_id", "726100801", "load");
	facts_set(&inv.facts, "load_number", "-rf", "load");
	return (struct copy_what){ .inv = &inv, .section = &callbacks, .has_row = true, .ref = "C4" };
}

static char **words(const char *run, const struct copy_what *what, struct err *e)
{
	char text[600];

	snprintf(text, sizeof text, "a: { sections: [callbacks], run: [%s] }\n", run);
	if (!parse(text, e))
		fail_msg("%s", e->text);
	return user_command_words(&cmds.all[0], what, e);
}

static void expect(const char *run, const char *type, const char *expected)
{
	struct copy_what what = record(type, strlen(type));
	struct err e;
	char **got = words(run, &what, &e), joined[600] = "";

	if (!got)
		fail_msg("%s: %s", run, e.text);
	for (size_t i = 0; got[i]; i++)
		snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s|", got[i]);
	assert_string_equal(joined, expected);
	task_words_free(got);
}

static void refuse(const char *run, const char *type, size_t len, const char *expected)
{
	struct copy_what what = record(type, len);
	struct err e;

	assert_null(words(run, &what, &e));
	if (!strstr(e.text, expected))
		fail_msg("%s\nsaid: %s\nnot:  %s", run, e.text, expected);
}

static void test_values_take_their_places(void **state)
{
	(void)state;
	expect("tool, \"{type}\", \"{result}/{tries}\"", "UPDATE", "tool|UPDATE|failed/5|");
	expect("tool, \"{load.tracking_id}\", \"{tracking_id}\", \"{ref} {section}\"", "U",
	       "tool|726100801|726100801|C4 callbacks|");
	expect("tool, \"{{type}}\", \"\"", "U", "tool|{type}||");
}

/* One word each, byte by byte, whatever it holds. */
static void test_P37_hostile_values_stay_one_word(void **state)
{
	(void)state;
	expect("tool, \"{type}\"", "a b", "tool|a b|");
	expect("tool, \"{type}\"", "'; rm -rf / #\"", "tool|'; rm -rf / #\"|");
	expect("tool, \"{type}\"", "$(id)`id`\\", "tool|$(id)`id`\\|");
	expect("tool, \"{type}\"", "x\ny\r\x1b[31m", "tool|x\ny\r\x1b[31m|");
	expect("tool, \"{type}\"", "{url}", "tool|{url}|");          /* a value is not read again */
	expect("tool, \"{type}\"", "\xff\xfe", "tool|\xff\xfe|");
	expect("sh, -c, 'echo \"$1\"', sh, \"{type}\"", "; id", "sh|-c|echo \"$1\"|sh|; id|");
}

static void test_options_are_no_values(void **state)
{
	(void)state;
	refuse("tool, \"{type}\"", "-rf", 3, "take the value for an option; put -- in front of {type}");
	refuse("tool, \"{type}\"", "--help", 6, "for an option");
	refuse("tool, \"{load.load_number}\"", "x", 1, "for an option");
	refuse("tool, \"{type}\", --", "-rf", 3, "for an option");
	expect("tool, --, \"{type}\"", "-rf", "tool|--|-rf|");
	expect("tool, \"--type={type}\"", "-rf", "tool|--type=-rf|");
}

static void test_what_is_missing_is_said(void **state)
{
	struct copy_what what = record("x", 1);
	struct err e;

	(void)state;
	refuse("tool, \"{http}\"", "x", 1, "a: this record has no {http}");       /* NULL */
	refuse("tool, \"{error}\"", "x", 1, "this record has no {error}");        /* empty */
	refuse("tool, \"{load.mode}\"", "x", 1, "nothing is known of {load.mode}");
	refuse("tool, \"{type}\"", "a\0b", 3, "no word can hold the NUL byte in {type}");
	what.has_row = false;
	what.ref[0] = '\0';
	assert_null(words("tool, \"{type}\"", &what, &e));
	assert_string_equal(e.text, "a: select a record first, for {type}");
	assert_null(words("tool, \"{ref}\"", &what, &e));
	/* What needs no record needs none. */
	assert_true(parse("a: { run: [tool, \"{load.tracking_id}\"] }\n", &e));
	what.section = NULL;
	task_words_free(user_command_words(&cmds.all[0], &what, &e));
	assert_int_equal(e.kind, ERR_NONE);
	what.inv = NULL;
	assert_null(user_command_words(&cmds.all[0], &what, &e));
	assert_non_null(strstr(e.text, "nothing is known of {load.tracking_id}"));
}

static void test_values_are_bounded(void **state)
{
	static char big[USER_COMMAND_VALUE + 2];

	(void)state;
	memset(big, 'x', sizeof big - 1);
	refuse("tool, \"{type}\"", big, sizeof big - 1, "a word of over 64 KiB");
	refuse("tool, \"{type}{type}\"", big, USER_COMMAND_VALUE / 2 + 9, "a word of over 64 KiB");
}

/* ---- the environment ----------------------------------------------------------------------------- */

static bool has(char **env, const char *start)
{
	for (; *env; env++)
		if (!strncmp(*env, start, strlen(start)))
			return true;
	return false;
}

static void test_the_environment_is_small(void **state)
{
	struct err e;
	char **env;

	(void)state;
	setenv("CANARY_PASSWORD", "hunter2", 1);
	setenv("CANARY_PROFILE", "mine", 1);
	assert_true(parse("a: { run: [x], env: [CANARY_PROFILE, CANARY_ABSENT] }\nb: { run: [x] }\n", &e));
	env = user_command_env(&cmds.all[0], &e);
	assert_true(has(env, "PATH=") && has(env, "CANARY_PROFILE=mine") && has(env, "TERM=dumb"));
	assert_false(has(env, "CANARY_PASSWORD") || has(env, "CANARY_ABSENT"));
	task_words_free(env);
	env = user_command_env(&cmds.all[1], &e);
	assert_false(has(env, "CANARY"));
	task_words_free(env);
}

static int release_rows(void **state)
{
	(void)state;
	rowset_release(&callbacks.rows);
	facts_release(&inv.facts);
	return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_file), TEST(test_one_key_for_two_sections), TEST(test_P41_what_is_wrong_is_named),
		TEST(test_too_many), TEST(test_keys_that_the_user_moved), TEST(test_values_take_their_places),
		TEST(test_P37_hostile_values_stay_one_word), TEST(test_options_are_no_values),
		TEST(test_what_is_missing_is_said), TEST(test_values_are_bounded), TEST(test_the_environment_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, release_rows);
}
