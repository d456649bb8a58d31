#include "tests/support/term_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct probe *probe(void)
{
	static struct probe one = {
		.text_path = "/tmp/sextant-term-XXXXXX",
		.theme_path = "/tmp/sextant-theme-XXXXXX",
	};

	return &one;
}

void probe_write(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

void probe_run(const char *const *argv, const char *const *env, int w, int h)
{
	struct vterm_pty_options o = { .argv = argv, .env = env, .w = w, .h = h };

	probe()->pty = vterm_pty_new(&o);
	assert_non_null(probe()->pty);
}

void probe_spawn(const char *const *env)
{
	const char *const argv[] = { vterm_pty_tool("term_probe"), probe()->text_path, NULL };

	probe_run(argv, env, 80, 24);
	assert_true(vterm_pty_wait_idle(probe()->pty));
}

void probe_shows(const char *text)
{
	if (vterm_pty_shows(probe()->pty, text))
		return;
	buf_clear(&probe()->out);
	vterm_pty_text(probe()->pty, &probe()->out);
	fail_msg("\"%s\" is not on:\n%s", text, buf_str(&probe()->out));
}

void probe_type(const char *keys, const char *event)
{
	assert_true(vterm_pty_type(probe()->pty, keys));
	probe_shows(event);
}

bool probe_wrote(const char *bytes)
{
	const struct buf *log = vterm_pty_log(probe()->pty);

	return log->len && memmem(log->data, log->len, bytes, strlen(bytes));
}

int probe_setup(void **state)
{
	static const char lines[] = "first\x1e" "second\x1e" "third";

	(void)state;
	probe_write(probe()->text_path, lines, sizeof(lines) - 1);
	return 0;
}

int probe_teardown(void **state)
{
	(void)state;
	vterm_pty_free(probe()->pty);
	probe()->pty = NULL;
	buf_release(&probe()->out);
	return 0;
}

int probe_make_files(void **state)
{
	int text = mkstemp(probe()->text_path), theme = mkstemp(probe()->theme_path);

	(void)state;
	if (text < 0 || theme < 0)
		return -1;
	close(text);
	close(theme);
	return 0;
}

int probe_remove_files(void **state)
{
	(void)state;
	unlink(probe()->text_path);
	unlink(probe()->theme_path);
	return 0;
}
