/* The states of a section and the outcomes of an attempt. One list gives the
 * enum, the word in JSON, the short word on the rail and the docs. */
#ifndef SECTIONS_STATE_H
#define SECTIONS_STATE_H

/* X(NAME, word, rail word, meaning). The first three are in flight; the words of
 * the others are the stable contract of `show --format json`. */
#define SECTION_STATES(X) \
	X(WAITING,     "waiting",     "wait", "needs another section first") \
	X(QUEUED,      "queued",      "wait", "ready, waiting for a free lane or a retry") \
	X(RUNNING,     "running",     "run",  "a source is being asked") \
	X(OK,          "ok",          "ok",   "a source answered with rows") \
	X(EMPTY,       "empty",       "none", "a source that would know answered: there is nothing") \
	X(PARTIAL,     "partial",     "part", "some rows; the reason says what is missing") \
	X(SKIPPED,     "skipped",     "skip", "not asked; the reason says why") \
	X(FAILED,      "failed",      "fail", "asked, no usable answer") \
	X(UNAVAILABLE, "unavailable", "n/a",  "no source that would know is configured") \
	X(CANCELLED,   "cancelled",   "canc", "stopped by the user") \
	X(UNASKED,     "not_asked",   "idle", "on demand: asked once it is opened")

enum section_state {
#define X(name, word, rail, meaning) SECTION_##name,
	SECTION_STATES(X)
#undef X
	SECTION_STATE_COUNT
};

const char *section_state_word(enum section_state);
const char *section_state_rail(enum section_state);
/* Nothing is under way: there is an answer, or there will be none by itself. */
static inline _Bool section_state_final(enum section_state s) { return s >= SECTION_OK; }

/* X(NAME, word, meaning): what became of one attempt ("outcome" in the trail). */
#define ATTEMPT_OUTCOMES(X) \
	X(QUEUED,      "queued",      "not sent yet") \
	X(RUNNING,     "running",     "sent, no end yet") \
	X(OK,          "ok",          "rows") \
	X(EMPTY,       "empty",       "answered, no rows") \
	X(PARTIAL,     "partial",     "broke off after some rows") \
	X(FAILED,      "failed",      "an error; class and detail say which") \
	X(PAUSED,      "paused",      "not sent: the breaker of the source is open, locked or untrusted") \
	X(UNAVAILABLE, "unavailable", "not sent: the source is not configured") \
	X(SKIPPED,     "skipped",     "not sent: does not apply, or forbidden by the user") \
	X(CANCELLED,   "cancelled",   "stopped by the user or superseded")

enum attempt_outcome {
#define X(name, word, meaning) ATTEMPT_##name,
	ATTEMPT_OUTCOMES(X)
#undef X
	ATTEMPT_OUTCOME_COUNT
};

const char *attempt_outcome_word(enum attempt_outcome);

#endif
