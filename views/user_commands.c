#include "views/user_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/config.h"
#include "views/actions.h"
#include "views/user_command_words.h"
#include "views/verbs.h"

#define LIMIT_DEFAULT (10 * USEC_MIN)
#define LIMIT_MIN     USEC_SEC
#define LIMIT_MAX     (24 * USEC_HOUR)

struct reader {
	const struct workspace *workspace;
	struct user_commands *out;
	struct user_command *command;
	struct err *e;
};

static bool wrong(const struct reader *r, const struct doc_node *at, const char *what)
{
	return err_set(r->e, ERR_CONFIG, 0, "%s: %s: %s", doc_where(at), r->command->name, what);
}

/* ---- the settings of one ------------------------------------------------------------------ */

static bool read_help(const struct reader *r, const struct doc_node *n)
{
	r->command->help = doc_str(n);
	return r->command->help || wrong(r, n, "\"help\" is one line of text");
}

static bool read_key(const struct reader *r, const struct doc_node *n)
{
	const char *word = doc_str(n);

	if (!word || !key_parse(word, strlen(word), &r->command->key))
		return wrong(r, n, "\"key\" is one key: F5, ^T, !");
	if (key_is(r->command->key, "^Z") || key_is(r->command->key, "^C"))
		return wrong(r, n, "this key keeps its meaning");
	r->command->key_at = n;
	return true;
}

static int find_section(const struct workspace *w, const char *id)
{
	for (size_t i = 0; id && i < w->nsections; i++)
		if (!strcmp(w->sections[i]->id, id))
			return (int)i;
	return -1;
}

static bool read_sections(const struct reader *r, const struct doc_node *n)
{
	if (doc_type(n) != DOC_LIST || !doc_count(n))
		return wrong(r, n, "\"sections\" is a list of their ids");
	for (size_t i = 0; i < doc_count(n); i++) {
		int section = find_section(r->workspace, doc_str(doc_item(n, i)));

		if (section < 0)
			return wrong(r, doc_item(n, i), "no such section (`sextant show` lists them)");
		r->command->sections |= UINT32_C(1) << section;
	}
	return true;
}

static bool read_run(const struct reader *r, const struct doc_node *n)
{
	if (doc_type(n) != DOC_LIST || !doc_count(n) || doc_count(n) > USER_COMMAND_WORDS)
		return wrong(r, n, "\"run\" is a list of words: [PROGRAM, \"{column}\"]");
	for (size_t i = 0; i < doc_count(n); i++)
		if (!doc_str(doc_item(n, i)))
			return wrong(r, doc_item(n, i), "a word; one with braces is put in quotes: \"{column}\"");
	r->command->run = n;
	return true;
}

static bool read_dangerous(const struct reader *r, const struct doc_node *n)
{
	return doc_bool(n, &r->command->dangerous, r->e);
}

static bool read_timeout(const struct reader *r, const struct doc_node *n)
{
	const char *text = doc_str(n);

	if (text && config_span(text, &r->command->limit) && r->command->limit >= LIMIT_MIN &&
	    r->command->limit <= LIMIT_MAX)
		return true;
	return wrong(r, n, "\"timeout\" is a time from 1s to 24h");
}

static bool is_env_name(const char *s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

	return s && *s && s[strspn(s, allowed)] == '\0';
}

static bool is_secret(const struct workspace *w, const char *name)
{
	for (size_t i = 0; w->secret_env && w->secret_env[i]; i++)
		if (!strcmp(w->secret_env[i], name))
			return true;
	return false;
}

static bool read_env(const struct reader *r, const struct doc_node *n)
{
	if (doc_type(n) != DOC_LIST || doc_count(n) > USER_COMMAND_ENV)
		return wrong(r, n, "\"env\" is a list of names");
	for (size_t i = 0; i < doc_count(n); i++) {
		if (!is_env_name(doc_str(doc_item(n, i))))
			return wrong(r, doc_item(n, i), "cannot be a name in the environment");
		if (is_secret(r->workspace, doc_str(doc_item(n, i))))
			return wrong(r, doc_item(n, i), "holds a secret of a source; no command gets it");
	}
	r->command->env = n;
	return true;
}

static const struct {
	const char *key;
	bool (*read)(const struct reader *, const struct doc_node *);
} settings[] = {
	{ "help", read_help }, { "key", read_key }, { "sections", read_sections }, { "run", read_run },
	{ "dangerous", read_dangerous }, { "timeout", read_timeout }, { "env", read_env },
};

static bool read_setting(const struct reader *r, const struct doc_node *map, size_t i)
{
	for (size_t k = 0; k < sizeof settings / sizeof settings[0]; k++)
		if (!strcmp(doc_key(map, i), settings[k].key))
			return settings[k].read(r, doc_value(map, i));
	return err_set(r->e, ERR_CONFIG, 0, "%s: unknown key \"%s\"; known: help, key, sections, run, "
	               "dangerous, timeout, env", doc_where_key(map, i), doc_key(map, i));
}

/* ---- one command ---------------------------------------------------------------------------- */

static bool is_name(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return *s >= 'a' && *s <= 'z' && strlen(s) < USER_COMMAND_NAME && s[strspn(s, allowed)] == '\0';
}

static bool read_command(struct reader *r, const struct doc_node *root, size_t i)
{
	const struct doc_node *map = doc_value(root, i);
	const char *name = doc_key(root, i);

	if (!is_name(name))
		return err_set(r->e, ERR_CONFIG, 0, "%s: \"%s\" cannot be the name of a command (a to z, 0 to "
		               "9, - _, %d at most)", doc_where_key(root, i), name, USER_COMMAND_NAME - 1);
	if (verb_named(name) != VERB_COUNT)
		return err_set(r->e, ERR_CONFIG, 0, "%s: \"%s\" is a command already", doc_where_key(root, i), name);
	if (r->out->n == USER_COMMANDS)
		return err_set(r->e, ERR_CONFIG, 0, "%s: over %d commands", doc_where_key(root, i), USER_COMMANDS);
	r->command = &r->out->all[r->out->n++];
	*r->command = (struct user_command){ .name = name, .help = "", .limit = LIMIT_DEFAULT };
	if (doc_type(map) != DOC_MAP)
		return wrong(r, map, "a command is a map with \"run\"");
	for (size_t k = 0; k < doc_count(map); k++)
		if (!read_setting(r, map, k))
			return false;
	if (!r->command->run)
		return wrong(r, map, "\"run\" is missing");
	return user_command_check(r->command, r->workspace, r->e);
}

static bool read_all(struct reader *r, const struct doc_node *root, const char *name)
{
	const char *text = doc_str(root);

	/* A file of nothing but comments. */
	if (doc_type(root) == DOC_NONE || (text && !*text))
		return true;
	if (doc_type(root) != DOC_MAP)
		return err_set(r->e, ERR_CONFIG, 0, "%s: commands are a map of names", root ? doc_where(root) : name);
	for (size_t i = 0; i < doc_count(root); i++)
		if (!read_command(r, root, i))
			return false;
	return user_commands_keys(r->out, r->e);
}

bool user_commands_parse(struct user_commands *cmds, const struct workspace *w, const char *text,
                         size_t len, const char *name, struct err *e)
{
	struct user_commands read = { .doc = doc_parse(text, len, name, e) };
	struct reader r = { w, &read, NULL, e };

	if (!read.doc || !read_all(&r, doc_root(read.doc), name)) {
		user_commands_release(&read);
		return false;
	}
	user_commands_release(cmds);
	*cmds = read;
	return true;
}

bool user_commands_load(struct user_commands *cmds, const struct workspace *w, const char *path,
                        bool *absent, struct err *e)
{
	struct buf text = BUF_INIT;
	bool ok;

	if (config_read_file(path, &text, absent, e)) {
		ok = user_commands_parse(cmds, w, buf_str(&text), text.len, path, e);
	} else {
		ok = *absent;
		if (ok)
			user_commands_release(cmds);
	}
	buf_release(&text);
	return ok;
}

void user_commands_release(struct user_commands *cmds)
{
	doc_free(cmds->doc);
	*cmds = (struct user_commands){ .doc = NULL };
}

/* ---- keys -------------------------------------------------------------------------------------- */

static bool meet(const struct user_command *a, const struct user_command *b)
{
	return !a->sections || !b->sections || a->sections & b->sections;
}

static bool key_is_free(const struct user_commands *cmds, size_t i, struct err *e)
{
	const struct user_command *c = &cmds->all[i];
	char key[KEY_NAME_MAX], name[ACTION_NAME_MAX];

	key_text(key, c->key);
	for (unsigned a = 1; a < ACTION_COUNT; a++)
		if (action_key_place((enum action)a, c->key) >= 0)
			return err_set(e, ERR_CONFIG, 0, "%s: %s: %s is a key of %s already", doc_where(c->key_at),
			               c->name, key, action_name(name, (enum action)a));
	for (size_t k = 0; k < i; k++)
		if (key_eq(cmds->all[k].key, c->key) && meet(&cmds->all[k], c))
			return err_set(e, ERR_CONFIG, 0, "%s: %s: %s is the key of %s already", doc_where(c->key_at),
			               c->name, key, cmds->all[k].name);
	return true;
}

bool user_commands_keys(const struct user_commands *cmds, struct err *e)
{
	for (size_t i = 0; i < cmds->n; i++)
		if (cmds->all[i].key.code != K_NONE && !key_is_free(cmds, i, e))
			return false;
	return true;
}

/* ---- which one -------------------------------------------------------------------------------- */

bool user_command_applies(const struct user_command *c, int section)
{
	return !c->sections || (section >= 0 && c->sections >> section & 1);
}

const struct user_command *user_command_named(const struct user_commands *cmds, const char *name)
{
	for (size_t i = 0; i < cmds->n; i++)
		if (!strcmp(cmds->all[i].name, name))
			return &cmds->all[i];
	return NULL;
}

const struct user_command *user_command_of_key(const struct user_commands *cmds, struct key k, int section)
{
	const struct user_command *found = NULL;

	for (size_t i = 0; i < cmds->n; i++) {
		const struct user_command *c = &cmds->all[i];

		if (c->key.code == K_NONE || !key_eq(c->key, k))
			continue;
		if (user_command_applies(c, section))
			return c;
		found = c;
	}
	return found;
}
