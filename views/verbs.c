#include "views/verbs.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/prompt.h"
#include "views/fuzzy.h"

static const struct verb_info verbs[] = {
#define X(word, usage, takes, needs, alone, action, help) \
	[VERB_##word] = { #word, usage, help, TAKES_##takes, NEEDS_##needs, alone, ACTION_##action },
	VERBS(X)
#undef X
};

const struct verb_info *verb_info(enum verb v)
{
	return &verbs[v];
}

enum verb verb_find(const char *typed, size_t len, struct err *e)
{
	struct fuzzy_name names[VERB_COUNT];
	int found;

	for (int i = 0; i < VERB_COUNT; i++)
		names[i] = (struct fuzzy_name){ verbs[i].word, i };
	found = fuzzy_pick(typed, len, names, VERB_COUNT, "command", e);
	if (found >= 0)
		return (enum verb)found;
	if (found == FUZZY_NONE)
		err_set(e, ERR_CONFIG, 0, "no command '%.*s'; : lists them", len < 40 ? (int)len : 40, typed);
	return VERB_COUNT;
}

enum verb verb_named(const char *word)
{
	unsigned v = 0;

	while (v < VERB_COUNT && strcmp(verbs[v].word, word) != 0)
		v++;
	return (enum verb)v;
}

bool verb_wants_more(const struct verb_info *v)
{
	return v->usage[0] && v->usage[0] != '[';
}

/* ---- on the command line --------------------------------------------------------------- */

size_t verbs_line(char *line, size_t size, const char *const *words, size_t n)
{
	size_t used = 0;

	line[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		bool colon = words[i][0] == ':';
		const char *word = words[i] + colon;

		if (colon && i)
			return i;
		if (word[0] && used < size)
			used += (size_t)snprintf(line + used, size - used, "%s%s", used ? " " : "", word);
	}
	return n;
}

static bool is_called(const char *name, const char *typed, size_t len)
{
	return strlen(name) == len && !strncasecmp(name, typed, len);
}

int verbs_on_demand(const struct workspace *w, const char *typed, size_t len)
{
	for (size_t i = 0; i < w->nsections; i++) {
		const struct section_def *def = w->sections[i];

		if (def->on_demand && (is_called(def->id, typed, len) || is_called(def->title, typed, len)))
			return (int)i;
	}
	return -1;
}

bool verbs_check(const struct workspace *w, const char *const *words, size_t n, struct err *e)
{
	char line[PROMPT_MAX];

	for (size_t took; n; words += took, n -= took) {
		took = verbs_line(line, sizeof line, words, n);
		if (line[0] && verbs_on_demand(w, line, strlen(line)) < 0 && verb_find(line, strcspn(line, " "), e) == VERB_COUNT)
			return false;
	}
	return true;
}
