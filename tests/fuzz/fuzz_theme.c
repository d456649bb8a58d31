/* A theme of anybody: refused with its place, and nothing changed, or every look of it
 * is one that a terminal has. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct theme t, before;
	struct err e = { 0 };

	theme_init(&t);
	before = t;
	if (!theme_parse(&t, (const char *)data, size, "f", &e)) {
		/* An empty one has no place. */
		require(e.kind == ERR_CONFIG && (!strncmp(e.text, "f:", 2) || !strncmp(e.text, "theme:", 6)));
		require(memcmp(&t, &before, sizeof t) == 0);
		return 0;
	}
	for (size_t r = 0; r < ROLE_COUNT; r++)
		for (size_t d = 0; d < THEME_DEPTH_COUNT; d++)
			for (size_t light = 0; light < 2; light++)
				require(t.looks[r][d][light].colour >= -1 && t.looks[r][d][light].colour < 256);
	return 0;
}
