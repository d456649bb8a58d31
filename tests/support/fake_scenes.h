/* The workspace of fake_case.c and what its sources do in each scene. */
#ifndef TESTS_SUPPORT_FAKE_SCENES_H
#define TESTS_SUPPORT_FAKE_SCENES_H

#include <stdbool.h>

#include "base/err.h"
#include "sections/section.h"

extern const struct workspace fake_workspace;

/* Milliseconds: `queued` since the case was opened, then `waited`, then `took`. */
struct fake_act {
	const char *source, *query;
	long queued, waited, took;
	const char *const *rows;        /* "a|b|c"; NULL-ended; NULL = none */
	enum err_kind kind;             /* after the rows */
	long code;
	const char *text;
	bool hangs;                     /* after the rows */
};

struct fake_scene {
	const char *name, *typed;
	const struct fake_act *acts;    /* ends with a NULL source */
	long seconds;                   /* what time it is then */
	long settled;                   /* ms */
	bool busy;                      /* sources hang: one worker would not do */
	bool beside;                    /* answers for its load whatever scene is played */
};

/* NULL when there is none of that name. */
const struct fake_scene *fake_scene(const char *name);
/* The scene of a load that may be opened beside another; NULL when it is none. */
const struct fake_scene *fake_scene_beside(const char *typed);

#endif
