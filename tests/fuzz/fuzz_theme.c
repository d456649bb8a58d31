/* A theme or a key map of anybody: refused with its place, and nothing changed, or
 * every look of it is one that a terminal has. The first byte says which of the two. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tui/theme.h"
#include "views/keymap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* As in fuzz_doc.c. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_theme(const char *text, size_t len)
{
	struct theme t, before;
	struct err e = { 0 };

	theme_init(&t);
	before = t;
	if (!theme_parse(&t, text, len, "f", &e)) {
		/* An empty one has no place. */
		require(e.kind == ERR_CONFIG && (!strncmp(e.text, "f:", 2) || !strncmp(e.text, "theme:", 6)));
		require(memcmp(&t, &before, sizeof t) == 0);
		return;
	}
	for (size_t r = 0; r < ROLE_COUNT; r++)
		for (size_t d = 0; d < THEME_DEPTH_COUNT; d++)
			for (size_t light = 0; light < 2; light++)
				require(t.looks[r][d][light].colour >= -1 && t.looks[r][d][light].colour < 256);
}

static void check_keys(const char *text, size_t len)
{
	struct key_choice c, before;
	struct err e = { 0 };

	memset(&c, 0, sizeof c);
	before = c;
	if (!keymap_parse(&c, text, len, "f", &e)) {
		require(e.kind == ERR_CONFIG && strncmp(e.text, "f:", 2) == 0);
		require(memcmp(&c, &before, sizeof c) == 0);
	}
	for (size_t a = 0; a < ACTION_COUNT; a++)
		require(strnlen(c.keys[a], sizeof c.keys[a]) < sizeof c.keys[a]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'k')
		check_keys((const char *)data + 1, size - 1);
	else
		check_theme((const char *)data + 1, size - 1);
	return 0;
}
