#include "views/user_command_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/task.h"

/* ---- parts of a word: text, or a name in braces ---------------------------------------------- */

struct part {
	const char *text;
	size_t len;
	bool name;
};

/* The next part, or false at the end; *bad when a brace is open or closes nothing. */
static bool next_part(const char **at, struct part *out, bool *bad)
{
	const char *from = *at, *end;

	*bad = false;
	if (!*from)
		return false;
	if ((from[0] == '{' || from[0] == '}') && from[1] == from[0]) {
		*out = (struct part){ from, 1, false };
		*at = from + 2;
		return true;
	}
	if (*from == '{') {
		end = from + 1 + strcspn(from + 1, "{}");
		*bad = *end != '}' || end == from + 1;
		*out = (struct part){ from + 1, (size_t)(end - from - 1), true };
		*at = *bad ? end : end + 1;
		return true;
	}
	*bad = *from == '}';
	*out = (struct part){ from, *bad ? 1 : strcspn(from, "{}"), false };
	*at = from + out->len;
	return true;
}

static bool has_names(const char *word)
{
	struct part p;
	bool bad;

	while (next_part(&word, &p, &bad))
		if (p.name)
			return true;
	return false;
}

static bool called(const struct part *p, const char *name)
{
	return strlen(name) == p->len && !memcmp(name, p->text, p->len);
}

/* ---- what a name stands for -------------------------------------------------------------------- */

static const char load_prefix[] = "load.";
enum { LOAD_PREFIX = sizeof load_prefix - 1 };

static int find_column(const struct section_def *def, const struct part *p)
{
	for (size_t i = 0; i < def->ncolumns; i++)
		if (called(p, def->columns[i].id))
			return (int)i;
	return -1;
}

static const char *find_fact(const struct workspace *w, struct part p)
{
	if (p.len > LOAD_PREFIX && !memcmp(p.text, load_prefix, LOAD_PREFIX)) {
		p.text += LOAD_PREFIX;
		p.len -= LOAD_PREFIX;
	}
	for (size_t i = 0; w->subject_facts[i]; i++)
		if (called(&p, w->subject_facts[i]))
			return w->subject_facts[i];
	return NULL;
}

/* It stands for something in each of the sections. */
static bool known(const struct user_command *c, const struct workspace *w, const struct part *p)
{
	if (find_fact(w, *p) || called(p, "ref") || called(p, "section"))
		return true;
	for (size_t i = 0; i < w->nsections; i++)
		if (c->sections >> i & 1 && find_column(w->sections[i], p) < 0)
			return false;
	return c->sections != 0;
}

/* ---- what may not stand there ------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_shell(const char *word)
{
	static const char *const shells[] = { "sh", "bash", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "busybox" };

	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
		if (!strcmp(base_name(word), shells[i]))
			return true;
	return false;
}

/* The word behind a shell's -c (-ec, -lc) is a program. */
static bool is_program_text(const struct doc_node *run, size_t i)
{
	const char *before = i ? doc_str(doc_item(run, i - 1)) : "";
	size_t len = strlen(before);
	bool shell = false;

	for (size_t k = 0; k + 1 < i; k++)
		shell = shell || is_shell(doc_str(doc_item(run, k)));
	return shell && len > 1 && before[0] == '-' && before[1] != '-' && before[len - 1] == 'c';
}

static bool check_word(const struct user_command *c, const struct workspace *w, size_t i, struct err *e)
{
	const struct doc_node *n = doc_item(c->run, i);
	const char *at = doc_str(n);
	struct part p;
	bool bad;

	if (*at == '-' && secret_named(at))
		return err_set(e, ERR_CONFIG, 0, "%s: %s: everybody on the machine can read the words of a "
		               "command; it should take its secret from elsewhere", doc_where(n), c->name);
	while (next_part(&at, &p, &bad)) {
		if (bad)
			return err_set(e, ERR_CONFIG, 0, "%s: %s: a brace without its partner; {{ and }} stand for "
			               "themselves", doc_where(n), c->name);
		if (p.name && !known(c, w, &p))
			return err_set(e, ERR_CONFIG, 0, "%s: %s: {%.*s} is neither a column of %s nor an identifier "
			               "of the %s", doc_where(n), c->name, (int)p.len, p.text,
			               c->sections ? "its sections" : "a section (name the sections)", w->subject);
	}
	return true;
}

bool user_command_check(const struct user_command *c, const struct workspace *w, struct err *e)
{
	for (size_t i = 0; i < doc_count(c->run); i++) {
		const char *word = doc_str(doc_item(c->run, i));

		if (!check_word(c, w, i, e))
			return false;
		if (i == 0 && (has_names(word) || !*word))
			return err_set(e, ERR_CONFIG, 0, "%s: %s: no value may name the program",
			               doc_where(doc_item(c->run, i)), c->name);
		if (has_names(word) && is_program_text(c->run, i))
			return err_set(e, ERR_CONFIG, 0, "%s: %s: a value would become part of a shell's program; "
			               "give it behind as $1", doc_where(doc_item(c->run, i)), c->name);
	}
	return true;
}

/* ---- with values --------------------------------------------------------------------------------- */

static bool missing(const struct user_command *c, const struct part *p, const char *what, struct err *e)
{
	return err_set(e, ERR_CONFIG, 0, "%s: %s {%.*s}", c->name, what, (int)p->len, p->text);
}

static bool value_of(const struct user_command *c, const struct part *p, const struct copy_what *what,
                     struct cell *out, struct err *e)
{
	int column = what->section ? find_column(what->section->def, p) : -1;
	const char *fact = what->inv ? find_fact(what->inv->workspace, *p) : NULL;

	if (called(p, "section"))
		*out = cell_of(what->section ? what->section->def->id : NULL);
	else if (called(p, "ref"))
		*out = cell_of(what->ref[0] ? what->ref : NULL);
	else if (column >= 0 && !what->has_row)
		return missing(c, p, "select a record first, for", e);
	else if (column >= 0)
		*out = rowset_cell(&what->section->rows, what->row, (size_t)column);
	else
		*out = cell_of(fact ? facts_get(&what->inv->facts, fact) : NULL);
	if (cell_is_null(*out) || !out->len)
		return missing(c, p, column >= 0 ? "this record has no" : "nothing is known of", e);
	if (memchr(out->data, '\0', out->len))
		return missing(c, p, "no word can hold the NUL byte in", e);
	return true;
}

/* What begins with a minus is an option to the program, unless it stands behind "--". */
static bool safe_start(const struct user_command *c, const struct part *p, struct cell value, size_t used,
                       bool only_words, struct err *e)
{
	if (used || only_words || value.data[0] != '-')
		return true;
	return missing(c, p, "the program would take the value for an option; put -- in front of", e);
}

static char *make_word(const struct user_command *c, const char *at, const struct copy_what *what,
                       bool only_words, struct err *e)
{
	struct buf word = { .max = USER_COMMAND_VALUE };
	bool bad, ok = true;
	struct part p;

	while (ok && next_part(&at, &p, &bad)) {
		struct cell value = { p.text, p.len };

		ok = !p.name || (value_of(c, &p, what, &value, e) &&
		                 safe_start(c, &p, value, word.len, only_words, e));
		ok = ok && buf_put(&word, value.data, value.len);
	}
	if (word.failed)
		err_set(e, ERR_LIMIT, 0, "%s: a word of over %d KiB", c->name, USER_COMMAND_VALUE >> 10);
	if (ok)
		return buf_detach(&word);
	buf_release(&word);
	return NULL;
}

char **user_command_words(const struct user_command *c, const struct copy_what *what, struct err *e)
{
	size_t n = doc_count(c->run);
	char **words = calloc(n + 1, sizeof *words);
	bool only_words = false;

	if (!words)
		err_set(e, ERR_MEMORY, 0, "out of memory");
	for (size_t i = 0; words && i < n; i++) {
		const char *word = doc_str(doc_item(c->run, i));

		words[i] = make_word(c, word, what, only_words, e);
		if (!words[i]) {
			task_words_free(words);
			return NULL;
		}
		only_words = only_words || !strcmp(word, "--");
	}
	return words;
}

/* ---- the environment ------------------------------------------------------------------------------- */

/* Where programs are, who one is, how text is written. */
static const char *const passed[] = {
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ", "TMPDIR",
};

static bool add_env(char **env, size_t *n, const char *name)
{
	const char *value = getenv(name);

	if (!value)
		return true;
	if (asprintf(&env[*n], "%s=%s", name, value) < 0) {
		env[*n] = NULL;
		return false;
	}
	++*n;
	return true;
}

char **user_command_env(const struct user_command *c, struct err *e)
{
	enum { PASSED = sizeof passed / sizeof passed[0] };
	char **env = calloc(PASSED + doc_count(c->env) + 2, sizeof *env);
	bool ok = env != NULL;
	size_t n = 0;

	for (size_t i = 0; ok && i < PASSED; i++)
		ok = add_env(env, &n, passed[i]);
	for (size_t i = 0; ok && i < doc_count(c->env); i++)
		ok = add_env(env, &n, doc_str(doc_item(c->env, i)));
	/* A pane is no terminal: nothing is to be coloured for it. */
	ok = ok && (env[n] = strdup("TERM=dumb"));
	if (ok)
		return env;
	task_words_free(env);
	err_set(e, ERR_MEMORY, 0, "out of memory");
	return NULL;
}
