/* The zones that times may be shown in: UTC, the machine's own, those of the configuration,
 * those that the open load's rows name. */
#ifndef VIEWS_ZONES_H
#define VIEWS_ZONES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/tz.h"
#include "sections/config.h"
#include "sections/investigation.h"
#include "views/format.h"

enum { ZONES_MAX = 12 };           /* by name */
enum { ZONE_UTC, ZONE_LOCAL, ZONE_NAMED };

struct zones {
	struct tz *named[ZONES_MAX];   /* owned */
	size_t n;
	int at;                        /* ZONE_UTC, ZONE_LOCAL, ZONE_NAMED + index */
};

void zones_release(struct zones *);
/* Takes those of the configuration, and those in rows (inv NULL: none are). */
void zones_collect(struct zones *, const struct config *, const struct investigation *);
/* One by its name, from now on among them. */
bool zones_add(struct zones *, const char *name, struct err *);
/* The next one after this one that shows other times. */
void zones_next(struct zones *, usec now);
struct zone zones_zone(const struct zones *, usec now);

#endif
