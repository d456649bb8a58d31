/* An engine over clients that do what a test's script says, with the policy's clock
 * in the test's hand. The sources are "a", "b", "c", and "off", which is not
 * configured; their queries lie in tests/sections/engine_queries. */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

#include <stdbool.h>

#include "sections/engine.h"

struct act {
	const char *source, *query;     /* query "check": engine_check(), only to hang */
	unsigned rows;
	enum err_kind kind;             /* after the rows */
	long code;
	bool transient;
	bool hang;                      /* until cancelled, after the rows */
	usec memory_over;               /* ERR_MEMORY while the window is longer */
	const char *value;              /* of the column "id"; NULL = the row's number */
	const char *says;               /* instead of "a broke" */
	usec older_than;                /* only for windows that end earlier; 0 = any */
	const char *typed;              /* only for that investigation; NULL = any */
	int again_on;                   /* the rows once more when this can be read; 0 = never */
	int retry_after_ms;             /* what the error says; 0 = nothing */
};

enum { FAKE_A, FAKE_B, FAKE_C, FAKE_OFF, FAKE_SOURCES };

extern struct fake {
	usec mono, wall;                /* what the clock reads */
	struct source sources[FAKE_SOURCES];
	struct config config;
	struct engine *engine;
	struct investigation *inv;
	unsigned most_in_run;           /* requests at the same time, so far */
} fake;

/* cmocka's: the second ends the engine and whatever hangs. */
int fake_setup(void **state);
int fake_teardown(void **state);
/* Starts the engine and investigates "x1"; the script ends with a zero. */
void fake_begin(const struct workspace *, const struct act *script);
/* From now on another script. */
void fake_play(const struct act *script);
/* "a/by_id c/mem ": every request so far. */
bool fake_asked(const char *what);
/* How often. */
unsigned fake_count(const char *what);
/* Requests that are with a source now. */
unsigned fake_in_run(void);
/* Ticks until `done`; time moves to the next timer whenever nothing comes. */
void fake_run(bool (*done)(void));
bool fake_settled(void);
/* The word of a section's state. */
const char *fake_state(size_t section);

#endif
