/* A small load workspace whose sources do what a scene says, and an application
 * over it whose clock stands still: the same screens every time. */
#ifndef TESTS_SUPPORT_FAKE_CASE_H
#define TESTS_SUPPORT_FAKE_CASE_H

#include <stdbool.h>

#include "sections/config.h"
#include "views/app.h"

enum { FAKE_SOURCES = 6 };

struct fake_case {
	struct source sources[FAKE_SOURCES];
	struct config config;
	struct app app;
};

/* Scenes:
 *   settled     every kind of answer but "skipped"
 *   running     some sources do not answer; time is at 26 s
 *   starting    the first section is still asked for
 *   absent      the load is nowhere
 *   candidates  three loads match
 *   hostile     rows full of what terminals must not get
 *   empty       nothing is open
 * Returns with the engine as far as the scene goes, and all times as it tells. Fails
 * the running test when it does not get there. `terminal` NULL: none. */
void fake_case_open(struct fake_case *, const char *scene);
void fake_case_close(struct fake_case *);

/* Moves on until the engine has nothing left to do; those that hang, hang. */
void fake_case_settle(struct fake_case *);
/* From now on the sources answer as in that scene. */
void fake_case_play(const char *scene);
/* While a source that sent rows hangs, a byte that can be read there is its first row once
 * more. For cases that are opened later; the descriptor stays the caller's. */
void fake_case_rows_from(int fd);
/* So many seconds after the case was opened. */
void fake_case_at(long seconds);

#endif
