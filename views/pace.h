/* When the next frame may be, and what of it may come later, so that a slow link never has
 * much in front of the answer to a key. Frames are dropped, not queued: what comes is what
 * is true then.
 *
 * How fast the link is cannot be known: a pty takes all at once, and so does SSH; and the
 * terminal is never asked. So all is counted as on the slowest link: what the user did is
 * shown at once and news, such as a section that ended, at most ten times a second. What
 * merely flows, such as rows, counters and clocks, has half of that link to itself. While
 * it does, a key that moves along is answered with its mark; the rest of what it changes
 * follows once the link would have room, at most so late that nobody minds. Pure: no
 * clock, no terminal. */
#ifndef VIEWS_PACE_H
#define VIEWS_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum { PACE_LINK = 300, PACE_FLOWS = PACE_LINK / 2 };    /* bytes a second; 2400 baud */

/* Why a frame is wanted: the rest of an answer is that of a step. */
enum pace_kind { PACE_FLOW, PACE_NEWS, PACE_STEP, PACE_KEY };

/* What a frame can leave as it was. */
enum pace_part {
	PACE_DETAIL = 1,         /* of the selected row */
	PACE_ROWS = 2,           /* the selected row in reverse, all of it */
	PACE_COUNTERS = 4,       /* beside the pane: what flows */
};

struct pace {
	usec news, flow;         /* before then no frame for these; 0 = at once */
	usec flowing;            /* until then something is taken to flow */
	usec link;               /* when the slowest link has taken all */
	usec stepped;            /* the last key that moved along */
	usec detail, rows;       /* before then they are left as they were */
	usec latest;             /* when the detail has to come; 0 = nothing of it is left out */
	bool busy;               /* something flowed when that key came */
};

/* A key moved along; `waits`: a frame for what flows was put off. */
void pace_step(struct pace *, bool waits, usec now);
/* Another key: all of its answer comes at once. */
void pace_key(struct pace *);

/* The monotonic time from which on such a frame may be drawn. */
usec pace_when(const struct pace *, enum pace_kind);
/* That from which on some of these parts may be, if they were left out; TIME_NONE when
 * there are none. */
usec pace_rest(const struct pace *, unsigned parts);
/* The parts that such a frame leaves out. */
unsigned pace_leaves(const struct pace *, enum pace_kind, usec now);
/* It was drawn, without those, and sent about so many bytes. */
void pace_drawn(struct pace *, enum pace_kind, unsigned left, size_t bytes, usec now);

#endif
