/* The engine: worker threads, lanes, retries, breakers, and the investigations
 * they serve. One thread owns it (the UI's, or the headless command's); only that
 * thread calls these functions, none of which blocks but engine_free().
 *
 *   engine thread                       worker
 *   ready section -> job (copies) ----> client->run() -> chunks, outcome
 *   engine_tick() <---- mailbox <------ (immutable, owned by the letter)
 */
#ifndef SECTIONS_ENGINE_H
#define SECTIONS_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "clients/reach.h"
#include "sections/ask.h"
#include "sections/config.h"
#include "sections/freshness.h"
#include "sections/investigation.h"
#include "sections/policy.h"
#include "sections/pulse.h"

struct engine;

/* First thing in main(), before threads: takes the workspace's secrets out of the
 * environment and removes what the client libraries would read behind our back. */
void engine_prepare(const struct workspace *);

/* Keeps `config` and `clock`. Starts the workers. */
struct engine *engine_new(const struct config *, const struct workspace *, const struct clock *,
			  struct err *);
/* Nothing will be asked any more: fires every cancel, lets the workers close what is
 * connected and end, while the caller still reads the investigations. Only engine_free()
 * may follow. NULL allowed. */
void engine_stop(struct engine *);
/* After engine_stop(), which it calls: waits at most `grace` for the workers to tell their servers,
 * then leaves the rest behind (returns false; the process is about to end, and the
 * configuration must stay until then). */
bool engine_free(struct engine *, usec grace);

/* Told of every attempt that ended, in words of the trail and nothing of the case. Called on
 * the engine's thread; must not block, but for release(). */
struct attempt_observer {
	void *ctx;
	void (*ended)(void *ctx, const struct attempt *);
	void (*stop)(void *ctx);        /* engine_stop(): nothing will be asked any more */
	/* engine_free(): nothing will end any more. Blocks for `grace` and a moment at most; false
	 * when something is left behind that still reads the configuration. */
	bool (*release)(void *ctx, usec grace);
};
/* At most one; before the first tick. */
void engine_observe(struct engine *, const struct attempt_observer *);

/* Readable when engine_tick() has mail to read. */
int engine_fd(const struct engine *);
/* Takes the mail, moves every section on, starts what can start. Returns the
 * monotonic time of the next thing to do (a retry, a breaker), or TIME_NONE.
 * *changed (NULL allowed) tells whether anything visible changed. */
usec engine_tick(struct engine *, bool *changed);

/* Begins an investigation; owned by the engine. ERR_CONFIG for an unusable identifier. */
struct investigation *engine_open(struct engine *, const char *typed, struct err *);
/* Cancels what is under way for it; late answers find nobody. */
void engine_close(struct engine *, struct investigation *);
/* From now on it is the first to get free workers and lanes; one just opened is. */
void engine_prefer(struct engine *, struct investigation *);

/* Asks a section on demand about that, or about the case as a whole (NULL), after those that
 * it follows, and asks these first where they are on demand too. When it was asked just that
 * already nothing happens: asking again is refetching. What it had for another subject is
 * dropped. False without memory: it is then as if it had never been asked. */
bool engine_ask(struct engine *, struct investigation *, size_t section, const struct subject *,
		struct err *);
/* The same for one that tells somebody outside about the case (section_def.told): whoever calls
 * has shown the text to a person who agreed. Asks anew each time; nothing else asks it at all. */
bool engine_tell(struct engine *, struct investigation *, size_t section, const char *text, struct err *);
/* Asks one section again, and those that were skipped for want of it; paused and
 * locked sources of its chain may be tried again (breaker_nudge()). A running
 * fetch of it is superseded: its late answers are dropped. */
void engine_refetch(struct engine *, struct investigation *, size_t section);
void engine_refetch_all(struct engine *, struct investigation *);
void engine_cancel(struct engine *, struct investigation *, size_t section);
void engine_cancel_all(struct engine *, struct investigation *);
/* From now on asks the section, if it was asked at all, again by itself, an interval after each answer (follow.h);
 * 0 ends it. What is refused stays refused: only the user nudges breakers. Each round takes
 * as much from the source's retry budget as a retry would, and leaves half of it to them.
 * Cancelling holds it. */
void engine_follow(struct engine *, struct investigation *, size_t section, usec interval);
/* Holds it, or lets it go on. */
void engine_hold(struct engine *, struct investigation *, size_t section, bool hold);
/* Restricts a fetch to these sections (and what they need), on demand or not; before the first
 * tick. */
void engine_only(struct engine *, struct investigation *, const char *const *ids, size_t n);

/* The user's own choice for a section's chain: never ask this source, or ask only
 * this one. Takes effect at the next refetch. `source` NULL clears. */
enum source_rule { SOURCE_ALLOWED, SOURCE_FORBIDDEN, SOURCE_ONLY };
void engine_rule(struct engine *, struct investigation *, size_t section, const char *source,
		 enum source_rule);
enum source_rule engine_rule_of(const struct engine *, const struct investigation *, size_t section,
				const char *source);

/* Sources as they stand, for the sources pane and `sextant sources`. */
struct source_status {
	const struct source *source;
	unsigned in_flight, queued;
	enum breaker_state breaker;
	usec retry_at;                  /* OPEN: monotonic */
	struct err last;                /* last failure; kind ERR_NONE = none */
	uint64_t ok, failed;
	bool down;                      /* the last thing it was asked failed */
	usec p50, p95;                  /* of the last answers; 0 = none yet */
	struct pulse pulse;
	bool checking, checked;         /* engine_check() */
	uint64_t ok_then, failed_then;  /* `ok` and `failed` when the check was over */
	bool healthy;
	struct reach reach;             /* how far the check came */
	struct health health;
	struct freshness freshness;
	struct err check_err;
	usec check_time;                /* how long the check took */
};
size_t engine_sources(const struct engine *);
const struct source_status *engine_source(struct engine *, size_t i);
/* Really asks a source (configured ones only), from the next engine_tick() on; the
 * status shows the answer. */
void engine_check(struct engine *, size_t source);

#endif
