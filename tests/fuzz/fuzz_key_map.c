/* A key map of anybody: refused with its place, and nothing changed, or every action
 * has a list of keys that ends. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "views/keymap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

/* Every key that an action has leads back to some action. */
static void check_action(enum action a)
{
	char first[KEY_NAME_MAX];
	struct key k;

	action_key(first, a);
	if (first[0]) {
		require(key_parse(first, strlen(first), &k));
		require(action_of(k, action_info(a)->where) != ACTION_NONE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct key_choice c, before;
	struct err e = { 0 };

	memset(&c, 0, sizeof c);
	if (!keymap_parse(&c, (const char *)data, size, "f", &e)) {
		require(e.kind == ERR_CONFIG && strncmp(e.text, "f:", 2) == 0);
		require(memcmp(&c, &before, sizeof c) == 0);
		return 0;
	}
	for (size_t a = 0; a < ACTION_COUNT; a++)
		require(strnlen(c.keys[a], sizeof c.keys[a]) < sizeof c.keys[a]);
	actions_map(&c);
	for (unsigned a = ACTION_NONE + 1; a < ACTION_COUNT; a++)
		check_action((enum action)a);
	actions_map(NULL);
	return 0;
}
