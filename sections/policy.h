/* Deadlines, retries and circuit breaking, in one place, for every source.
 * Pure functions over structs and times handed in: no clock, no I/O, no threads
 * (the engine's thread owns all of it). Times are monotonic. */
#ifndef SECTIONS_POLICY_H
#define SECTIONS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

/* ---- retry budget: a bucket per source ------------------------------------ */
enum { BUDGET_FULL = 50, BUDGET_RETRY = 5, BUDGET_RETRY_TIMEOUT = 10, BUDGET_HALF = 25 };

struct budget {
	double tokens;
	usec refilled;                  /* when refill was last counted */
};

void budget_init(struct budget *, usec now);
void budget_success(struct budget *, usec now);
/* For what nobody waits for: takes `cost` if half a bucket stays for retries; else *when is
 * from when on it will. */
bool budget_spare(struct budget *, unsigned cost, usec now, usec *when);
/* The source's breaker went from HALF_OPEN to CLOSED: at least half a bucket. */
void budget_recover(struct budget *, usec now);

/* ---- breaker: one per origin ------------------------------------------------
 *
 *           5 transient failures in a row, or
 *           >= 10 outcomes in 30 s with >= 50 % failed      [breaker_record]
 *   CLOSED ------------------------------------------------> OPEN(k)
 *     |  \  auth class  [breaker_record] -> LOCKED              |  wait over, or the user asks
 *     |   \ trust class [breaker_record] -> UNTRUSTED           v  [breaker_admit, breaker_nudge]
 *     |                                                      HALF_OPEN: exactly one probe
 *     +<--------- probe ok [breaker_record] -------------------+  |
 *                 OPEN(k+1) <--- probe failed [breaker_record] ---+
 *   LOCKED, UNTRUSTED --- only the user [breaker_nudge] ---> CLOSED
 *
 * OPEN(k) waits min(60 s, 5 s * 2^(k-1)) +- 20 %, k = 1 at first, and no less than the
 * source asks for (Retry-After). One that asks for more than RETRY_AFTER_CAP opens it at
 * once, for just as long. Auth and trust lock from any state. Failed: network, timeout, quota, and transient errors of
 * the source. Any other answer of the source lets a probe pass and ends a row of
 * failures, uncounted otherwise; a cancel or a trouble of our own tells nothing
 * (after such a probe, the next request is the probe). Answers to requests that
 * started before it opened change nothing, but for auth, trust and a longer pause. */
enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN, BREAKER_LOCKED, BREAKER_UNTRUSTED };

enum { BREAKER_WINDOW = 64 };

struct breaker {
	enum breaker_state state;
	unsigned k;                     /* consecutive openings */
	unsigned failures;              /* transient ones in a row; once not CLOSED: that opened it */
	usec until;                     /* OPEN: next probe allowed at */
	usec nudged;                    /* last user-forced probe; TIME_NONE = never */
	usec released;                  /* after an outage: the last start, the next comes 100 ms
	                                 * later, until nobody asked for 1 s; TIME_NONE = at will */
	bool probing;                   /* HALF_OPEN: the probe is out */
	bool wished;                    /* OPEN: the source itself said until when */
	struct { usec at; bool failed; } seen[BREAKER_WINDOW];
	unsigned nseen, next;
	struct err last;                /* why it is not closed */
};

void breaker_init(struct breaker *);
enum admission { ADMIT, ADMIT_PROBE, ADMIT_LATER, ADMIT_REFUSED };
/* May a request start now? ADMIT and ADMIT_PROBE (this request is the probe) count
 * as a start: the caller does start, and hands every outcome to breaker_record(),
 * a cancelled one too. ADMIT_LATER: not before *when (slow release after an outage).
 * ADMIT_REFUSED: *e says so in words with the countdown ("paused after 5 failures,
 * next try in 12 s; r tries now"). */
enum admission breaker_admit(struct breaker *, usec now, usec *when, struct err *e);
/* The outcome of an admitted request; `e->kind` ERR_NONE means it worked.
 * `random` in [0,1) spreads the wait by ±20 %. */
void breaker_record(struct breaker *, bool probe, const struct err *e, usec now, double random);
/* The user asks again: OPEN may probe at once (at most once a second), LOCKED and
 * UNTRUSTED go back to CLOSED. */
void breaker_nudge(struct breaker *, usec now);
const char *breaker_word(enum breaker_state);    /* "closed", "open", "half-open", "locked", "untrusted" */

/* ---- retry ------------------------------------------------------------------- */
enum { RETRY_ATTEMPTS = 3 };
#define RETRY_BASE        (100 * USEC_MS)
#define RETRY_BASE_QUOTA  (500 * USEC_MS)
#define RETRY_CAP         (20 * USEC_SEC)
#define RETRY_AFTER_CAP   (30 * USEC_SEC)   /* waited for within a request; longer is the breaker's */
#define DEADLINE_DEFAULT  (60 * USEC_SEC)
#define DEADLINE_MIN_LEFT (250 * USEC_MS)

struct retry {
	bool again;
	usec wait;                      /* before the next attempt */
	const char *why_not;            /* static text when !again and it could have been: "retry budget empty" */
};

/* Attempt number `tries` (1 = first) ended with `e`; `rows` had been delivered.
 * Takes from the budget when it says again. A transient ERR_AUTH means that the
 * client learnt how far our clock is off: one more try, at once, signed anew. */
struct retry retry_decide(struct budget *, unsigned tries, const struct err *e, bool rows,
			  usec now, usec deadline, double random);

#endif
