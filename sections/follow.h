/* Following: a section is asked for again by itself, at an interval. When the next
 * round may begin, and when there is to be none. Pure functions over structs and
 * monotonic times handed in, like policy.h; the engine's thread owns all of it.
 *
 *        [follow_start]                [follow_hold]
 *   OFF ----------------> ON <------------------------> HELD
 *    ^                    |           [follow_go_on]
 *    |                    | refused, not trusted, nobody to ask  [follow_heard]
 *    +---[follow_stop]----+---> STOPPED, with the reason --[follow_start]--> ON
 *
 * A round begins an interval after the former ended, never while one is under way,
 * whoever began that. Every round in a row that brings no answer doubles the wait,
 * up to eight times the interval. */
#ifndef SECTIONS_FOLLOW_H
#define SECTIONS_FOLLOW_H

#include <stdbool.h>

#include "base/clock.h"

#define FOLLOW_USUAL (30 * USEC_SEC)
#define FOLLOW_LEAST (5 * USEC_SEC)
#define FOLLOW_MOST  USEC_HOUR

enum { FOLLOW_WHY = 120, FOLLOW_DOUBLED = 3 };

enum follow_state { FOLLOW_OFF, FOLLOW_ON, FOLLOW_HELD, FOLLOW_STOPPED };

struct follow {
	enum follow_state state;
	usec interval;
	usec next;                      /* ON: when the next round begins; TIME_NONE = one is under way */
	unsigned failures;              /* rounds in a row that brought no answer */
	char why[FOLLOW_WHY];           /* STOPPED; printable */
};

/* What a round came to. */
enum follow_heard { FOLLOW_ANSWERED, FOLLOW_FAILED, FOLLOW_REFUSED };

/* `settled`: when the last answer came; 0 = one is under way. An answer older than the
 * interval is asked for at once. */
void follow_start(struct follow *, usec interval, usec settled, usec now);
void follow_stop(struct follow *);
void follow_hold(struct follow *);
void follow_go_on(struct follow *);

/* On, or held. */
static inline bool follow_is_on(const struct follow *f)
{
	return f->state == FOLLOW_ON || f->state == FOLLOW_HELD;
}
bool follow_due(const struct follow *, usec now);
/* A round is under way. */
void follow_began(struct follow *);
/* It ended. `why` of REFUSED: it is not to be asked again before the user says so. */
void follow_heard(struct follow *, enum follow_heard, const char *why, usec now);
/* Not now, but from then on. */
void follow_put_off(struct follow *, usec until);
/* When to look again; TIME_NONE = nothing to do. */
usec follow_next(const struct follow *);

#endif
