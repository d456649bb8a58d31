/* Tells a collector of every attempt, on a thread of its own: nobody waits for it, its
 * troubles are its own, and what it cannot tell in time is forgotten, the oldest first. */
#ifndef SECTIONS_TELEMETRY_H
#define SECTIONS_TELEMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "sections/config.h"
#include "sections/engine.h"

enum {
	TELEMETRY_QUEUE = 2048,         /* attempts that wait at most */
	TELEMETRY_BATCH = 256,          /* spans in one request */
	TELEMETRY_TRIES = 5,            /* of one request, where the collector asks for another */
};
#define TELEMETRY_LINGER (2 * USEC_SEC) /* an attempt waits so long for others */
#define TELEMETRY_EVERY  (30 * USEC_SEC) /* between metrics */

struct telemetry;

/* Hears of the engine's attempts until engine_free(), which ends it within its grace: what
 * waits since engine_stop() is told until then, or lost. Keeps the settings. NULL when
 * telemetry is off or cannot be started. */
struct telemetry *telemetry_attach(struct engine *, const struct telemetry_settings *);

struct telemetry_status {
	uint64_t waiting, told, rejected, dropped; /* attempts; told includes rejected */
	usec told_at;                   /* wall; TIME_NONE = never */
	struct err err;                 /* of the last request that failed; ERR_NONE = none, or it works again */
	bool asked;                     /* telemetry_ask() has its answer */
	usec ask_time;                  /* how long that took */
};

/* Any thread; NULL: all zero. */
void telemetry_status(struct telemetry *, struct telemetry_status *);
/* Sends two empty requests, so that the status says whether the collector takes them. */
void telemetry_ask(struct telemetry *);
/* Waits for that; false when it took longer. */
bool telemetry_asked(struct telemetry *, usec deadline);

#endif
