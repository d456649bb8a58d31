/* Driving tests/tools/term_probe_main.c; for the tests of tui/term.c. */
#ifndef TESTS_SUPPORT_TERM_PROBE_H
#define TESTS_SUPPORT_TERM_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "tests/support/vterm_pty.h"

struct probe {
	struct vterm_pty *pty;
	struct buf out;
	char text_path[32], theme_path[32];   /* files that the probe reads */
};

struct probe *probe(void);            /* the one of this process */

/* For cmocka: the files once, then a text of three lines for every test. */
int probe_make_files(void **state);
int probe_remove_files(void **state);
int probe_setup(void **state);
int probe_teardown(void **state);

void probe_write(const char *path, const char *bytes, size_t len);
/* Runs a program; the probe itself at 80x24, until it is idle. */
void probe_run(const char *const *argv, const char *const *env, int w, int h);
void probe_spawn(const char *const *env);
/* Fails with the screen unless it shows the text. */
void probe_shows(const char *text);
/* Types, waits for idle, and expects the text. */
void probe_type(const char *keys, const char *text);
bool probe_wrote(const char *bytes);

#endif
