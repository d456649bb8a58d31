/* How a source answered in the last quarter of an hour, minute by minute. Pure: the time
 * is given. */
#ifndef SECTIONS_PULSE_H
#define SECTIONS_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum { PULSE_MINUTES = 15 };

struct pulse_minute {
	int64_t minute;         /* since the monotonic clock's beginning */
	unsigned ok, failed;
	usec slowest;           /* of the answers */
};

struct pulse {
	struct pulse_minute ring[PULSE_MINUTES];
};

void pulse_note(struct pulse *, usec now, bool ok, usec took);
/* What ended `ago` minutes before this one (0 to PULSE_MINUTES - 1); NULL when nothing did. */
const struct pulse_minute *pulse_at(const struct pulse *, usec now, int ago);

#endif
