#include "views/actions.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	struct action_info info;
	const char *name;
} built_in[ACTION_COUNT] = {
	[ACTION_NONE] = { { "", 0, "", "" }, "" },
#define X(name, keys, where, brief, help) [ACTION_##name] = { { keys, where, brief, help }, #name },
	ACTIONS(X)
#undef X
};

/* Those that a key map changed; the others have no keys here. */
static struct action_info mapped[ACTION_COUNT];

static unsigned known(enum action a)
{
	return (unsigned)a < ACTION_COUNT ? a : ACTION_NONE;
}

const struct action_info *action_info(enum action a)
{
	return mapped[known(a)].keys ? &mapped[known(a)] : &built_in[known(a)].info;
}

const char *action_built_in(enum action a)
{
	return built_in[known(a)].info.keys;
}

void actions_map(const struct key_choice *map)
{
	memset(mapped, 0, sizeof mapped);
	for (unsigned a = 1; map && a < ACTION_COUNT; a++) {
		if (!map->given[a])
			continue;
		mapped[a] = built_in[a].info;
		mapped[a].keys = map->keys[a];
	}
}

static int key_place(const char *keys, struct key k)
{
	for (int place = 0; *keys; place++) {
		size_t len = strcspn(keys, " ");
		struct key named;

		if (key_parse(keys, len, &named) && key_eq(named, k))
			return place;
		keys += len;
		keys += *keys == ' ';
	}
	return -1;
}

int action_key_place(enum action a, struct key k)
{
	return key_place(action_info(a)->keys, k);
}

enum action action_of(struct key k, unsigned where)
{
	for (unsigned a = 1; a < ACTION_COUNT; a++)
		if (built_in[a].info.where & (where | ON_ANY) && action_key_place((enum action)a, k) >= 0)
			return (enum action)a;
	return ACTION_NONE;
}

const char *action_key(char out[static KEY_NAME_MAX], enum action a)
{
	const char *keys = action_info(a)->keys;

	snprintf(out, KEY_NAME_MAX, "%.*s", (int)strcspn(keys, " "), keys);
	return out;
}

const char *action_name(char out[static ACTION_NAME_MAX], enum action a)
{
	snprintf(out, ACTION_NAME_MAX, "%s", built_in[known(a)].name);
	for (char *at = out; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return out;
}

enum action action_named(const char *name)
{
	for (unsigned a = 1; a < ACTION_COUNT; a++)
		if (strcasecmp(name, built_in[a].name) == 0)
			return (enum action)a;
	return ACTION_NONE;
}
