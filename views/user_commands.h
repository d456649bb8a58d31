/* Commands of the user's own: programs that get fields of the selected record or
 * identifiers of the load as words.
 *
 *   resend:                               # its name, for :run
 *     help: ask the carrier to send the file again
 *     key: F5                             # optional
 *     sections: [carrier_files]           # where it means something; none: everywhere
 *     run: [carrier-tool, resend, --file, "{file_name}", --, "{load_number}"]
 *     dangerous: true                     # asks first
 *     timeout: 30s                        # 1s to 24h; without it 10m
 *     env: [CARRIER_TOOL_PROFILE]         # what it may see besides PATH, HOME and the like
 *
 * A name in braces stands for a column of the record, else for an identifier of the load;
 * {load.NAME} always for the latter, {ref} and {section} for themselves, {{ for a brace.
 * No shell reads any of it, and no value becomes the program or part of a shell's. */
#ifndef VIEWS_USER_COMMANDS_H
#define VIEWS_USER_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/doc.h"
#include "base/err.h"
#include "sections/section.h"
#include "tui/keys.h"
#include "views/copy.h"

enum {
	USER_COMMANDS = 32,            /* in one file */
	USER_COMMAND_NAME = 24,
	USER_COMMAND_WORDS = 64,       /* of a command line */
	USER_COMMAND_ENV = 32,         /* names */
	USER_COMMAND_VALUE = 64 << 10, /* bytes of one word */
};

struct user_command {
	const char *name, *help;       /* the file's */
	struct key key;                /* K_NONE = none */
	const struct doc_node *key_at; /* in the file */
	uint32_t sections;             /* a bit each; 0 = everywhere */
	const struct doc_node *run, *env;
	bool dangerous;
	usec limit;
};

struct user_commands {
	struct doc *doc;               /* owned; what the texts belong to */
	struct user_command all[USER_COMMANDS];
	size_t n;
};

void user_commands_release(struct user_commands *);
/* ERR_CONFIG names file, line and column; what was there is unchanged then. */
bool user_commands_parse(struct user_commands *, const struct workspace *, const char *text, size_t len,
                         const char *name, struct err *);
/* A file that is not there has no commands. */
bool user_commands_load(struct user_commands *, const struct workspace *, const char *path, bool *absent,
                        struct err *);
/* No key of theirs does something else; by the keys as they are now. */
bool user_commands_keys(const struct user_commands *, struct err *);

const struct user_command *user_command_named(const struct user_commands *, const char *name);
/* The one of that key; the one for that section when there are several. NULL = none. */
const struct user_command *user_command_of_key(const struct user_commands *, struct key, int section);
bool user_command_applies(const struct user_command *, int section);

/* Its words with the values of what is selected. NULL with ERR_CONFIG that says which value
 * is missing or cannot be given. Words end with NULL; task_words_free(). */
char **user_command_words(const struct user_command *, const struct copy_what *, struct err *);
/* What it may see of the environment: few names, none of which holds a secret. */
char **user_command_env(const struct user_command *, struct err *);

#endif
