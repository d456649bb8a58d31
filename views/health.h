/* The health of sources: what `sources` and `doctor` print and the sources pane shows. */
#ifndef VIEWS_HEALTH_H
#define VIEWS_HEALTH_H

#include <jansson.h>

#include "base/buf.h"
#include "sections/engine.h"
#include "sections/telemetry.h"
#include "views/command.h"

struct health_command {
	void (*print)(const struct source_status *);       /* its line */
	json_t *(*json)(const struct source_status *);     /* NULL without memory */
	void (*total)(size_t healthy, size_t configured, size_t all);  /* the last line; NULL = none */
	int (*verdict)(size_t healthy, size_t configured);
	bool telemetry;                                    /* asks the collector too, where there is one */
};
/* Asks every configured source, all at once, then prints; the exit status. */
int health_run(const struct command *, const struct health_command *);

/* How a source does by its last check and what it answered since; without a check by all
 * that it answered. */
enum health_mood { MOOD_UNKNOWN, MOOD_WELL, MOOD_MIXED, MOOD_DOWN, MOOD_ILL };
enum health_mood health_mood(const struct source_status *);

/* "healthy", "unhealthy", "not configured". */
const char *health_state(const struct source_status *);
const char *health_kind(const struct source_status *);
/* {name, kind, state, …}: one source, as docs/json.md says. NULL without memory. */
json_t *health_json(const struct source_status *);

/* One sentence on what to do about a source that is not healthy, or not for long; NULL
 * when there is nothing to say. */
const char *health_advice(const struct source_status *);
/* "120 told, 3 lost; 503 …": how telling the collector goes. */
void health_telemetry(struct buf *out, const struct telemetry_status *);
/* "clock ok", "its clock is 1h ahead"; nothing when it is not known. */
void health_clock(struct buf *out, const struct health *);
/* "secret ok  dns 3ms  tcp 12ms  tls 30ms  asked 0.4s": the way as far as it was gone. */
void health_way(struct buf *out, const struct source_status *);

#endif
