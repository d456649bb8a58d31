/* How far the clocks of servers are from ours, learnt from refused signatures and
 * shared by all connections to an origin. Thread-safe. */
#ifndef CLIENTS_SKEW_H
#define CLIENTS_SKEW_H

#include "base/clock.h"

/* What to add to our wall clock for this origin; 0 when nothing was learnt. */
usec skew_offset(const char *origin);
/* Keeps the offset. The oldest of too many origins is forgotten. */
void skew_learn(const char *origin, usec offset);

#endif
