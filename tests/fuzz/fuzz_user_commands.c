/* Commands of anybody: refused with their place, and nothing changed, or every one of them
 * gives words that hold the hostile value whole, or says why not. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/task.h"
#include "views/user_commands.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_words(const struct user_command *c, const struct copy_what *what)
{
	struct err e = { 0 };
	char **words = user_command_words(c, what, &e), **env = user_command_env(c, &e);
	size_t n = 0;

	require(env != NULL);
	task_words_free(env);
	if (!words) {
		require(e.kind == ERR_CONFIG || e.kind == ERR_LIMIT);
		return;
	}
	while (words[n])
		n++;
	require(n == doc_count(c->run) && words[0][0] != '\0');
	task_words_free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char value[] = "-x; $(id)\n\x1b[31m'\"";
	struct investigation inv = { .workspace = &workspace_load };
	struct copy_what what = { .inv = &inv, .ref = "C4" };
	struct user_commands cmds = { .n = 0 };
	struct err e = { 0 };

	if (!user_commands_parse(&cmds, &workspace_load, (const char *)data, size, "f", &e)) {
		require(e.kind == ERR_CONFIG && strncmp(e.text, "f:", 2) == 0);
		require(cmds.n == 0 && !cmds.doc);
		return 0;
	}
	facts_set(&inv.facts, "tracking_id", value, "load");
	facts_set(&inv.facts, "load_number", "NB-1", "load");
	for (size_t i = 0; i < cmds.n; i++)
		check_words(&cmds.all[i], &what);
	facts_release(&inv.facts);
	user_commands_release(&cmds);
	return 0;
}
