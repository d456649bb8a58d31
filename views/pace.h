/* When the next frame may be, so that a slow link never has much in front of the answer
 * to a key. Frames are dropped, not queued: what comes is what is true then.
 *
 * What the user did is shown at once and news, such as a section that ended, at most ten
 * times a second. What merely flows, such as rows, counters and clocks, has so many bytes
 * a second to itself as half of the slowest link takes. Pure: no clock, no terminal. */
#ifndef VIEWS_PACE_H
#define VIEWS_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum { PACE_BYTES = 150 };       /* a second; half of what 2400 baud take */

struct pace {
	usec news, flow;         /* before then no frame for these; 0 = at once */
};

enum pace_kind { PACE_FLOW, PACE_NEWS, PACE_KEY };

/* The monotonic time from which on such a frame may be drawn. */
usec pace_when(const struct pace *, enum pace_kind);
/* It was, and sent about so many bytes. */
void pace_drawn(struct pace *, enum pace_kind, size_t bytes, usec now);

#endif
