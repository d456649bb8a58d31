/* The words of a user's command: user_commands.c reads the file, this reads the words. */
#ifndef VIEWS_USER_COMMAND_WORDS_H
#define VIEWS_USER_COMMAND_WORDS_H

#include "views/user_commands.h"

/* Every name in them exists where the command applies, no value would become the program
 * or part of a shell's, no secret stands there. */
bool user_command_check(const struct user_command *, const struct workspace *, struct err *);

#endif
