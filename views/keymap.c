#include "views/keymap.h"

#include <stdio.h>
#include <string.h>

#include "base/doc.h"
#include "sections/config.h"

/* ---- one key ------------------------------------------------------------------------- */

static bool add_key(struct key_choice *map, enum action a, struct key k, const struct doc_node *at,
                    struct err *e)
{
	size_t used = strlen(map->keys[a]);
	char name[KEY_NAME_MAX];

	key_text(name, k);
	if (used + strlen(name) + 2 > ACTION_KEYS_MAX)
		return err_set(e, ERR_CONFIG, 0, "%s: too many keys", doc_where(at));
	snprintf(map->keys[a] + used, ACTION_KEYS_MAX - used, "%s%s", used ? " " : "", name);
	return true;
}

static bool read_key(struct key_choice *map, enum action a, const struct doc_node *n, struct err *e)
{
	const char *word = doc_str(n);
	struct key k;

	if (!word)
		return err_set(e, ERR_CONFIG, 0, "%s: a key is a word: j, ^D, Enter, PgDn, F5, Space",
		               doc_where(n));
	if (!key_parse(word, strlen(word), &k))
		return err_set(e, ERR_CONFIG, 0, "%s: no key is called \"%s\" (j, ^D, Enter, PgDn, F5, Space)",
		               doc_where(n), word);
	if (key_is(k, "^Z") || (key_is(k, "^C") && a != ACTION_INTERRUPT))
		return err_set(e, ERR_CONFIG, 0, "%s: %s keeps its meaning", doc_where(n), word);
	return add_key(map, a, k, n, e);
}

static bool read_action(struct key_choice *map, const struct doc_node *root, size_t i, struct err *e)
{
	const struct doc_node *value = doc_value(root, i);
	enum action a = action_named(doc_key(root, i));

	if (a == ACTION_NONE)
		return err_set(e, ERR_CONFIG, 0, "%s: unknown action \"%s\" (:keys lists them)",
		               doc_where_key(root, i), doc_key(root, i));
	if (a == ACTION_INTERRUPT)
		return err_set(e, ERR_CONFIG, 0, "%s: interrupt keeps its key", doc_where_key(root, i));
	map->given[a] = true;
	if (doc_type(value) != DOC_LIST)
		return read_key(map, a, value, e);
	for (size_t k = 0; k < doc_count(value); k++)
		if (!read_key(map, a, doc_item(value, k), e))
			return false;
	return true;
}

/* ---- conflicts ------------------------------------------------------------------------- */

/* Some view may know both. A view is a table, a text or a tree, never two of them. */
static bool meet(enum action a, enum action b)
{
	unsigned wa = action_info(a)->where, wb = action_info(b)->where;

	return wa & wb || (wa | wb) & ~(unsigned)ON_MOVE;
}

static bool in_words(const char *words, struct key k)
{
	for (size_t len; *words; words += len + (words[len] == ' ')) {
		struct key named;

		len = strcspn(words, " ");
		if (key_parse(words, len, &named) && key_eq(named, k))
			return true;
	}
	return false;
}

static const char *keys_of(const struct key_choice *map, enum action a)
{
	return map->given[a] ? map->keys[a] : action_built_in(a);
}

/* What else the key would mean; a pair that shares it as built in is meant to. */
static enum action rival(const struct key_choice *map, enum action a, struct key k)
{
	bool own = in_words(action_built_in(a), k);

	for (unsigned b = 1; b < ACTION_COUNT; b++)
		if (b != a && meet(a, (enum action)b) && in_words(keys_of(map, (enum action)b), k) &&
		    !(own && in_words(action_built_in((enum action)b), k)))
			return (enum action)b;
	return ACTION_NONE;
}

static bool check_key(const struct key_choice *map, enum action a, const struct doc_node *n,
                      struct err *e)
{
	char name[ACTION_NAME_MAX];
	enum action other;
	struct key k;

	if (!key_parse(doc_str(n), strlen(doc_str(n)), &k))
		return false;
	other = rival(map, a, k);
	if (other == ACTION_NONE)
		return true;
	return err_set(e, ERR_CONFIG, 0, "%s: %s is a key of %s already; give that another one",
	               doc_where(n), doc_str(n), action_name(name, other));
}

static bool check_conflicts(const struct key_choice *map, const struct doc_node *root, struct err *e)
{
	for (size_t i = 0; i < doc_count(root); i++) {
		enum action a = action_named(doc_key(root, i));
		const struct doc_node *value = doc_value(root, i);
		bool list = doc_type(value) == DOC_LIST;

		for (size_t k = 0; k < (list ? doc_count(value) : 1); k++)
			if (!check_key(map, a, list ? doc_item(value, k) : value, e))
				return false;
	}
	return true;
}

/* ---- the file ------------------------------------------------------------------------------ */

static bool read_map(struct key_choice *map, const struct doc_node *root, const char *name, struct err *e)
{
	struct key_choice read = { 0 };

	if (doc_type(root) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: a key map is lines of \"action: [keys]\"",
		               root ? doc_where(root) : name);
	for (size_t i = 0; i < doc_count(root); i++)
		if (!read_action(&read, root, i, e))
			return false;
	if (!check_conflicts(&read, root, e))
		return false;
	*map = read;
	return true;
}

bool keymap_parse(struct key_choice *map, const char *text, size_t len, const char *name, struct err *e)
{
	struct doc *doc = doc_parse(text, len, name, e);
	bool ok = doc && read_map(map, doc_root(doc), name, e);

	doc_free(doc);
	return ok;
}

bool keymap_load(struct key_choice *map, const char *path, bool *absent, struct err *e)
{
	struct buf text = BUF_INIT;
	bool ok;

	if (config_read_file(path, &text, absent, e)) {
		ok = keymap_parse(map, buf_str(&text), text.len, path, e);
	} else {
		ok = *absent;
		if (ok)
			*map = (struct key_choice){ 0 };
	}
	buf_release(&text);
	return ok;
}
