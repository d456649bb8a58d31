/* Asking a language model, as a person does it: what would be sent is seen first, nothing is
 * sent without a yes, and each further question needs another one. The program on a terminal,
 * the demonstration's rows, and a stand-in for the model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/llm_fake.h"
#include "tests/support/vterm_pty.h"

static const struct llm_script script = {
	.text = "What happened\n|The customer's endpoint refused |every callback (C1).\n"
		"What is not known\nOcean events are incomplete (O1).",
};

static char dir[] = "/tmp/sextant-tell-XXXXXX", config[100], db[PATH_MAX], program[PATH_MAX];
static struct llm_fake *fake;
static struct vterm_pty *pty;

static void write_config(bool enabled)
{
	static const char *const stores[] = { "tracking", "company", "redshift", "signoz", "rewind", "athena", "trino",
					      "ocean" };
	FILE *f = fopen(config, "w");

	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	fprintf(f, "now: 2026-01-23T14:22:07Z\nsources:\n");
	for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++)
		fprintf(f, "  %s: { kind: sqlite, path: '%s' }\n", stores[i], db);
	fprintf(f, "  llm:\n    url: http://127.0.0.1:%u\n    model: %s\n", llm_fake_port(fake), LLM_FAKE_MODEL);
	if (enabled)
		fprintf(f, "    enabled: true\n");
	assert_int_equal(fclose(f), 0);
}

static void start(bool enabled)
{
	const char *const argv[] = { program, "--config", config, "726100801", NULL };
	const char *const env[] = { "HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent", "ANTHROPIC_API_KEY=" LLM_FAKE_KEY,
				    NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = 150, .h = 40 };

	write_config(enabled);
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
}

static void expect(const char *text)
{
	struct buf out = BUF_INIT;

	if (vterm_pty_wait_text(pty, text))
		return;
	vterm_pty_text(pty, &out);
	fail_msg("\"%s\" is not on:\n%s", text, buf_str(&out));
}

static int begin(void **state)
{
	struct err e = { 0 };

	(void)state;
	fake = llm_fake_start(&script, &e);
	return fake ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	vterm_pty_free(pty);
	pty = NULL;
	llm_fake_stop(fake);
	unlink(config);
	return 0;
}

static void test_seen_first_then_sent(void **state)
{
	struct llm_seen seen;

	(void)state;
	start(true);
	assert_true(vterm_pty_type(pty, ":section explanation\r"));
	expect("to http://127.0.0.1:");
	expect("y sends it, q leaves it");
	expect("The load that was looked for: 726100801");
	assert_int_equal(llm_fake_seen(fake).questions, 0);
	assert_true(vterm_pty_type(pty, "y"));
	expect("Ocean events are incomplete (O1).");
	expect("The customer's endpoint refused every callback (C1).");
	expect("no evidence: by " LLM_FAKE_MODEL " (912 tokens in, 57 out)");
	seen = llm_fake_seen(fake);
	assert_int_equal(seen.questions, 1);
	assert_int_equal(seen.refused, 0);
	assert_non_null(strstr(seen.body, "The load that was looked for: 726100801\\n"));
	assert_non_null(strstr(seen.body, "Conclude nothing from that silence"));
	assert_false(strstr(seen.body, LLM_FAKE_KEY) != NULL);
	assert_null(strstr(buf_str(vterm_pty_log(pty)), LLM_FAKE_KEY));
}

static void test_nothing_is_sent_unless_agreed_to(void **state)
{
	(void)state;
	start(true);
	assert_true(vterm_pty_type(pty, ":section explanation\r"));
	expect("y sends it, q leaves it");
	assert_true(vterm_pty_type(pty, "q"));
	expect("nothing was sent");
	/* What asks for everything asks nobody outside. */
	assert_true(vterm_pty_type(pty, "R"));
	assert_true(vterm_pty_type(pty, "A"));
	expect("7/7 sections");
	assert_int_equal(llm_fake_seen(fake).questions, 0);
}

static void test_again_is_asked_again(void **state)
{
	(void)state;
	start(true);
	assert_true(vterm_pty_type(pty, ":section explanation\ry"));
	expect("Ocean events are incomplete (O1).");
	assert_true(vterm_pty_type(pty, "r"));
	expect("y sends it, q leaves it");
	assert_int_equal(llm_fake_seen(fake).questions, 1);
	assert_true(vterm_pty_type(pty, "q"));
	expect("Ocean events are incomplete (O1).");
	assert_int_equal(llm_fake_seen(fake).questions, 1);
}

static void test_what_it_names_is_led_to(void **state)
{
	(void)state;
	start(true);
	assert_true(vterm_pty_type(pty, ":section explanation\ry"));
	expect("Ocean events are incomplete (O1).");
	assert_true(vterm_pty_type(pty, "ggjL"));
	expect("C1: named by Explanation");
	assert_true(vterm_pty_type(pty, ":section explanation\rGL"));
	expect("O1: named by Explanation");
	assert_true(vterm_pty_type(pty, ":section explanation\rgg\r"));
	assert_true(vterm_pty_type(pty, "qj\r"));
	expect("C1, named here");
}

static void test_off_by_default(void **state)
{
	(void)state;
	start(false);
	assert_true(vterm_pty_type(pty, ":section explanation\r"));
	expect("off unless sources.llm.enabled is true");
	assert_int_equal(llm_fake_seen(fake).questions + llm_fake_seen(fake).lists, 0);
}

static int set_up(void **state)
{
	const char *build = getenv("SEXTANT_BUILD");
	char path[200];

	(void)state;
	snprintf(path, sizeof path, "%s/sextant", build ? build : "build");
	if (!realpath(path, program))
		return -1;
	snprintf(path, sizeof path, "%s/demo.db", build ? build : "build");
	if (!realpath(path, db) || !mkdtemp(dir))
		return -1;
	snprintf(config, sizeof config, "%s/config.yaml", dir);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	return rmdir(dir);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(seen_first_then_sent),
		T(nothing_is_sent_unless_agreed_to),
		T(again_is_asked_again),
		T(what_it_names_is_led_to),
		T(off_by_default),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
