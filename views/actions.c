#include "views/actions.h"

#include <stdio.h>
#include <string.h>

static const struct action_info infos[ACTION_COUNT] = {
	[ACTION_NONE] = { "", 0, "", "" },
#define X(name, keys, where, brief, help) [ACTION_##name] = { keys, where, brief, help },
	ACTIONS(X)
#undef X
};

const struct action_info *action_info(enum action a)
{
	return &infos[(unsigned)a < ACTION_COUNT ? a : ACTION_NONE];
}

static bool has_key(const char *keys, struct key k)
{
	while (*keys) {
		size_t len = strcspn(keys, " ");
		struct key named;

		if (key_parse(keys, len, &named) && key_eq(named, k))
			return true;
		keys += len;
		keys += *keys == ' ';
	}
	return false;
}

enum action action_of(struct key k, unsigned where)
{
	for (unsigned a = 1; a < ACTION_COUNT; a++)
		if (infos[a].where & (where | ON_ANY) && has_key(infos[a].keys, k))
			return (enum action)a;
	return ACTION_NONE;
}

const char *action_key(char out[static KEY_NAME_MAX], enum action a)
{
	const char *keys = action_info(a)->keys;

	snprintf(out, KEY_NAME_MAX, "%.*s", (int)strcspn(keys, " "), keys);
	return out;
}
