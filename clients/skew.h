/* How far the clocks of servers are from ours, learnt from refused signatures and
 * shared by all connections to an origin. Thread-safe. */
#ifndef CLIENTS_SKEW_H
#define CLIENTS_SKEW_H

#include <stdbool.h>

#include "base/clock.h"

/* What to add to our wall clock for this origin; 0 when nothing was learnt. */
usec skew_offset(const char *origin);
/* Keeps the offset. The oldest of too many origins is forgotten. */
void skew_learn(const char *origin, usec offset);

/* More than services accept, which is about five minutes. */
bool skew_matters(usec skew);
/* Learns it, unless it is over a day: that is somebody's lie. */
bool skew_correct(const char *origin, usec skew);
/* Its size, for people. */
long long skew_minutes(usec skew);

#endif
