#include "tests/support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned differ;

static bool read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "r");
	char part[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_put(out, part, n);
	fclose(f);
	return !out->failed;
}

static void write_file(const char *path, const struct buf *in)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(buf_str(in), 1, in->len, f) != in->len || fclose(f))
		fail_msg("cannot write %s", path);
}

/* The lines that differ, expected first. */
static void show_lines(const char *a, const char *b)
{
	for (int line = 1; *a || *b; line++) {
		size_t na = strcspn(a, "\n"), nb = strcspn(b, "\n");

		if (na != nb || memcmp(a, b, na) != 0)
			print_message("  %2d -%.*s\n  %2d +%.*s\n", line, (int)na, a, line, (int)nb, b);
		a += na + (a[na] == '\n');
		b += nb + (b[nb] == '\n');
	}
}

void golden_compare(const char *name, const struct buf *actual)
{
	struct buf expected = BUF_INIT;
	char path[160];

	snprintf(path, sizeof path, "tests/screens/%s.txt", name);
	if (getenv("UPDATE_GOLDEN")) {
		write_file(path, actual);
		return;
	}
	if (!read_file(path, &expected)) {
		print_message("%s: there is no such screen yet (UPDATE_GOLDEN=1 makes it)\n", path);
		differ++;
	} else if (strcmp(buf_str(&expected), buf_str(actual)) != 0) {
		print_message("%s differs:\n", path);
		show_lines(buf_str(&expected), buf_str(actual));
		differ++;
	}
	buf_release(&expected);
}

void golden_finish(void)
{
	unsigned n = differ;

	differ = 0;
	if (n)
		fail_msg("%u screens differ", n);
}
