/* Copying by OSC 52 and printing without the screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/term_probe.h"
#include "tui/term.h"

static void spawn_with(const char *bytes, size_t len, const char *const *env)
{
	probe_write(probe()->text_path, bytes, len);
	probe_spawn(env);
}

/* What the last sequence in the log carries, decoded by hand. */
static void copied(struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const struct buf *log = vterm_pty_log(probe()->pty);
	const char *at = memmem(log->data, log->len, "\033]52;c;", 7), *end;
	unsigned bits = 0, n = 0;

	assert_non_null(at);
	at += 7;
	end = memchr(at, '\a', log->len - (size_t)(at - log->data));
	assert_non_null(end);
	assert_int_equal((end - at) % 4, 0);
	for (; at < end && *at != '='; at++) {
		assert_non_null(strchr(digits, *at));
		bits = bits << 6 | (unsigned)(strchr(digits, *at) - digits);
		n += 6;
		if (n >= 8)
			buf_putc(out, (char)(bits >> (n -= 8) & 0xff));
	}
	assert_true(end - at <= 2);
}

static void expect_copy(const char *bytes, size_t len)
{
	struct buf got = BUF_INIT;

	spawn_with(bytes, len, NULL);
	probe_type("c", "event: copy: done");
	copied(&got);
	assert_int_equal(got.len, len);
	assert_memory_equal(got.data, bytes, len);
	buf_release(&got);
}

static void test_copy(void **state)
{
	(void)state;
	expect_copy("ab\n\xc3\xbc", 5);
	/* Nothing was ever asked of the terminal. */
	assert_int_equal(vterm_pty_modes(probe()->pty).answers, 0);
	assert_false(probe_wrote("\033]52;c;?"));
	probe_teardown(NULL);
	expect_copy("abc", 3);
	probe_teardown(NULL);
	expect_copy("a", 1);
}

/* 74,994 bytes are 99,992 in base 64: what terminals and tmux take. */
static void test_as_much_as_terminals_take(void **state)
{
	char *big = malloc(TERM_COPY_MAX + 1);

	(void)state;
	memset(big, '\x1e', TERM_COPY_MAX + 1);
	for (size_t i = 100; i < TERM_COPY_MAX; i++)
		big[i] = (char)('a' + i % 26);
	expect_copy(big, TERM_COPY_MAX);
	probe_teardown(NULL);
	spawn_with(big, TERM_COPY_MAX + 1, NULL);
	probe_type("c", "event: copy: too long for OSC 52");
	assert_false(probe_wrote("\033]52"));
	free(big);
}

static void test_not_where_it_would_be_shown(void **state)
{
	static const char *const env[] = { "TERM=vt100", NULL };

	(void)state;
	spawn_with("abc", 3, env);
	probe_type("c", "event: copy: this terminal has no clipboard");
	assert_false(probe_wrote("\033]52"));
}

static void test_print(void **state)
{
	struct vterm_pty_modes modes;

	(void)state;
	spawn_with("bare text\nsecond line", 21, NULL);
	assert_true(vterm_pty_send(probe()->pty, "p", 1));
	assert_true(vterm_pty_wait_text(probe()->pty, "-- a key goes back --"));
	modes = vterm_pty_modes(probe()->pty);
	assert_false(modes.alternate);
	probe_shows("bare text");
	probe_shows("second line");
	assert_false(vterm_pty_shows(probe()->pty, "1 Load"));
	/* The key is only for going back. */
	probe_type("j", "event: key p");
	assert_true(vterm_pty_modes(probe()->pty).alternate);
	probe_shows("1 Load");
	probe_type("j", "event: key j");
	assert_true(vterm_pty_send(probe()->pty, "q", 1));
}

static void test_printing_ends_with_the_terminal(void **state)
{
	int status;

	(void)state;
	spawn_with("bare", 4, NULL);
	assert_true(vterm_pty_send(probe()->pty, "p", 1));
	assert_true(vterm_pty_wait_text(probe()->pty, "-- a key goes back --"));
	vterm_pty_hang_up(probe()->pty);
	assert_true(vterm_pty_wait_exit(probe()->pty, &status));
}

/* In another character set the parts of a character could be controls. */
static void test_print_without_utf8(void **state)
{
	static const char *const env[] = { "LC_ALL=C", NULL };

	(void)state;
	spawn_with("a\xc2\x9b" "b", 4, env);
	assert_true(vterm_pty_send(probe()->pty, "p", 1));
	assert_true(vterm_pty_wait_text(probe()->pty, "a??b"));
	assert_false(probe_wrote("\x9b"));
	probe_type(" ", "event: key p");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, probe_setup, probe_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_copy),
		CASE(test_as_much_as_terminals_take),
		CASE(test_not_where_it_would_be_shown),
		CASE(test_print),
		CASE(test_printing_ends_with_the_terminal),
		CASE(test_print_without_utf8),
	};

	return cmocka_run_group_tests(tests, probe_make_files, probe_remove_files);
}
