/* How a section's question is cut up and walked along its chain. Pure: no clock,
 * no threads, no memory; the engine carries the results out.
 *
 * A window is cut into segments where the set of stores that hold data of that
 * age changes; each segment walks the chain on its own. A step that wants short
 * windows asks its segment in slices. Newest first throughout. */
#ifndef SECTIONS_PLAN_H
#define SECTIONS_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "sections/section.h"
#include "sections/state.h"

enum { PLAN_SEGMENTS = 8, PLAN_SLICES = 32 };

struct span {
	usec from, to;           /* TIME_NONE, TIME_NONE = the section has no window */
};

struct plan {
	struct span segments[PLAN_SEGMENTS];
	bool kept[PLAN_SEGMENTS];        /* false: no store of the chain holds that age */
	size_t n;
};

/* Cuts `window` (its open end is `now`) for the section. At least one segment. */
void plan_segments(struct plan *, const struct section_def *, const struct window *, usec now);
/* Whether the step's source holds data of the whole span. */
bool plan_covers(const struct step *, struct span, usec now);
/* The oldest age in days that any step holds; 0 = no limit. */
unsigned plan_kept_days(const struct section_def *);

/* Slices of a segment: how many, and the i-th, newest first. At most PLAN_SLICES;
 * the slices grow beyond chunk_days when the segment is longer than that. */
size_t plan_slices(struct span, unsigned chunk_days);
struct span plan_slice(struct span, unsigned chunk_days, size_t i);

/* The window to repeat with after a memory error: 3, 2, then 1 days at `anchor`'s
 * end of the segment. False when the ladder is used up. */
bool plan_shrink(struct span segment, struct span asked, usec anchor, struct span *next);

/* What became of one step of a segment, all slices together. */
struct step_result {
	bool asked;              /* false: did not apply, forbidden, or not configured */
	bool unavailable;        /* not configured */
	size_t rows;
	bool whole;              /* every slice answered to its end, none cut or shrunk */
	struct err err;          /* the first error; kind ERR_NONE = none */
	usec lag;                /* how far the source's data is behind */
};

/* What a segment has heard on its way. Zero-initialised. */
struct hearing {
	bool authority_empty;    /* a source that would know says: nothing */
	bool authority_failed;
	usec empty_lag, failed_lag;      /* the smallest of those authorities */
	bool copy_empty;         /* a source that need not know has nothing */
	bool failed, unavailable;
};

enum move { MOVE_NEXT_STEP, MOVE_END };

struct fetch_move {
	enum move move;
	enum section_state state;        /* of the segment, with MOVE_END */
};

/* The state machine of a segment; `last` tells that no step follows.
 *
 *              asked, rows, whole
 *   STEP k ----------------------------------> OK
 *     |  \---- asked, rows, not whole -------> PARTIAL
 *     |
 *     |  no rows: noted in `hearing`           [fetch_next]
 *     |  (empty / failed / unavailable)
 *     v
 *   STEP k+1 ... last:
 *       an authority said nothing  ----------> EMPTY  (none with fresher data failed)
 *       somebody failed            ----------> FAILED
 *       somebody is not configured ----------> UNAVAILABLE
 *       only copies had nothing    ----------> UNAVAILABLE
 *       nobody applied             ----------> SKIPPED
 *
 * An authority's "nothing" outweighs failures of copies and of other sources, but
 * not that of an authority with fresher data: what is new would only be there. It
 * never outweighs rows. Retries and shrinking happen below, inside a step. */
struct fetch_move fetch_next(const struct step *, const struct step_result *, bool last,
			     struct hearing *);

/* The section's state from its segments' states. */
enum section_state plan_merge(const enum section_state *states, size_t n);

#endif
