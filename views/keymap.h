/* A key map: which keys the user gave to which actions.
 *
 *   next_problem: [n, F8]     # instead of the built-in ones
 *   cancel_all: []            # no key at all
 *
 * Names of actions are those of ACTIONS in small letters, `:keys` lists them. A key
 * that would mean two things in one place is an error, as is an unknown name. */
#ifndef VIEWS_KEYMAP_H
#define VIEWS_KEYMAP_H

#include "base/err.h"
#include "views/actions.h"

/* ERR_CONFIG names file, line and column; the map is unchanged then. */
bool keymap_parse(struct key_choice *, const char *text, size_t len, const char *name, struct err *);
/* A file that is not there is a map that changes nothing. */
bool keymap_load(struct key_choice *, const char *path, bool *absent, struct err *);

#endif
