#include "sections/policy.h"

#include <string.h>

#define REFILL_PERIOD   USEC_SEC          /* one token */
#define OPEN_BASE       (5 * USEC_SEC)
#define OPEN_CAP        (60 * USEC_SEC)
#define RATE_SPAN       (30 * USEC_SEC)
#define NUDGE_PERIOD    USEC_SEC
#define RELEASE_STEP    (100 * USEC_MS)
#define RELEASE_IDLE    USEC_SEC          /* nobody asked for so long: the queue is drained */

enum { OPEN_AFTER = 5, RATE_OUTCOMES = 10, RATE_PERCENT = 50 };

/* What an outcome says about the origin. */
enum sign {
	SIGN_WORKED,
	SIGN_ANSWERED,          /* an error, but of this request: the origin is alive */
	SIGN_FAILED,
	SIGN_LOCKED,
	SIGN_UNTRUSTED,
	SIGN_NOTHING,           /* our own trouble or the user's wish */
};

static enum sign sign_of(const struct err *e)
{
	switch (e->kind) {
	case ERR_NONE:
		return SIGN_WORKED;
	case ERR_AUTH:
		return e->transient ? SIGN_ANSWERED : SIGN_LOCKED;
	case ERR_TRUST:
		return SIGN_UNTRUSTED;
	case ERR_NETWORK:
	case ERR_TIMEOUT:
	case ERR_QUOTA:
		return SIGN_FAILED;
	case ERR_REMOTE:
		return e->transient ? SIGN_FAILED : SIGN_ANSWERED;
	case ERR_MEMORY:
		return e->code != 0 ? SIGN_ANSWERED : SIGN_NOTHING;
	case ERR_DENIED:
	case ERR_DECODE:
	case ERR_LIMIT:
		return SIGN_ANSWERED;
	default:
		return SIGN_NOTHING;
	}
}

/* ---- budget ------------------------------------------------------------------ */

void budget_init(struct budget *b, usec now)
{
	b->tokens = BUDGET_FULL;
	b->refilled = now;
}

static void add_tokens(struct budget *b, double n)
{
	b->tokens += n;
	if (b->tokens > BUDGET_FULL)
		b->tokens = BUDGET_FULL;
}

static void refill(struct budget *b, usec now)
{
	if (now <= b->refilled)
		return;
	add_tokens(b, (double)(now - b->refilled) / (double)REFILL_PERIOD);
	b->refilled = now;
}

void budget_success(struct budget *b, usec now)
{
	refill(b, now);
	add_tokens(b, 1);
}

bool budget_spare(struct budget *b, unsigned cost, usec now, usec *when)
{
	double lack;

	refill(b, now);
	lack = (double)cost + BUDGET_HALF - b->tokens;
	if (lack > 0) {
		*when = now + (usec)(lack * (double)REFILL_PERIOD) + 1;
		return false;
	}
	b->tokens -= cost;
	return true;
}

void budget_recover(struct budget *b, usec now)
{
	refill(b, now);
	if (b->tokens < BUDGET_HALF)
		b->tokens = BUDGET_HALF;
}

/* ---- breaker ----------------------------------------------------------------- */

void breaker_init(struct breaker *b)
{
	memset(b, 0, sizeof(*b));
	b->nudged = b->released = TIME_NONE;
}

const char *breaker_word(enum breaker_state s)
{
	static const char *const words[] = {
		[BREAKER_CLOSED] = "closed",
		[BREAKER_OPEN] = "open",
		[BREAKER_HALF_OPEN] = "half-open",
		[BREAKER_LOCKED] = "locked",
		[BREAKER_UNTRUSTED] = "untrusted",
	};

	return (unsigned)s < sizeof(words) / sizeof(words[0]) ? words[s] : "";
}

/* Whatever was queued meanwhile starts one by one. */
static void close_breaker(struct breaker *b, usec now)
{
	usec nudged = b->nudged;

	breaker_init(b);
	b->nudged = nudged;
	b->released = now - RELEASE_STEP;
}

static usec open_wait(unsigned k, double random)
{
	usec wait = k > 4 ? OPEN_CAP : OPEN_BASE << (k - 1);

	if (wait > OPEN_CAP)
		wait = OPEN_CAP;
	return (usec)((double)wait * (0.8 + 0.4 * random));
}

static usec wish_of(const struct err *e)
{
	return e->retry_after_ms * USEC_MS;
}

static bool wants_rest(const struct err *e)
{
	return wish_of(e) > RETRY_AFTER_CAP;
}

static void open_breaker(struct breaker *b, const struct err *e, usec now, double random)
{
	usec wait = wish_of(e);

	b->state = BREAKER_OPEN;
	b->probing = false;
	b->wished = wants_rest(e);
	if (!b->wished) {
		b->k++;
		wait = open_wait(b->k, random);
		wait = wait > wish_of(e) ? wait : wish_of(e);
	}
	b->until = now + wait;
	b->last = *e;
}

static void shut(struct breaker *b, enum breaker_state state, const struct err *e)
{
	b->state = state;
	b->probing = false;
	b->last = *e;
}

static void remember(struct breaker *b, usec now, bool failed)
{
	b->seen[b->next].at = now;
	b->seen[b->next].failed = failed;
	b->next = (b->next + 1) % BREAKER_WINDOW;
	if (b->nseen < BREAKER_WINDOW)
		b->nseen++;
}

/* Failures among the outcomes of the last 30 s, when they are too many; else 0. */
static unsigned failing_rate(const struct breaker *b, usec now)
{
	unsigned all = 0, failed = 0;

	for (unsigned i = 0; i < b->nseen; i++) {
		if (now - b->seen[i].at >= RATE_SPAN)
			continue;
		all++;
		failed += b->seen[i].failed;
	}
	return all >= RATE_OUTCOMES && failed * 100 >= all * RATE_PERCENT ? failed : 0;
}

static void record_closed(struct breaker *b, enum sign sign, const struct err *e, usec now,
			  double random)
{
	unsigned failed;

	if (sign == SIGN_WORKED || sign == SIGN_ANSWERED)
		b->failures = 0;
	if (sign == SIGN_WORKED)
		remember(b, now, false);
	if (sign != SIGN_FAILED)
		return;
	remember(b, now, true);
	b->failures++;
	failed = failing_rate(b, now);
	if (b->failures < OPEN_AFTER && failed == 0 && !wants_rest(e))
		return;
	/* From here on only for the words. */
	if (failed > b->failures)
		b->failures = failed;
	open_breaker(b, e, now, random);
}

static void record_probe(struct breaker *b, enum sign sign, const struct err *e, usec now,
			 double random)
{
	switch (sign) {
	case SIGN_WORKED:
	case SIGN_ANSWERED:
		close_breaker(b, now);
		break;
	case SIGN_FAILED:
		b->failures++;
		open_breaker(b, e, now, random);
		break;
	default:
		/* It told nothing: the next request is the probe. */
		b->probing = false;
	}
}

/* Several were under way when it asked for a rest: the longest counts. */
static void record_open(struct breaker *b, enum sign sign, const struct err *e, usec now)
{
	if (sign != SIGN_FAILED || !wants_rest(e) || now + wish_of(e) <= b->until)
		return;
	b->wished = true;
	b->until = now + wish_of(e);
	b->last = *e;
}

void breaker_record(struct breaker *b, bool probe, const struct err *e, usec now, double random)
{
	enum sign sign = sign_of(e);

	if (b->state == BREAKER_LOCKED || b->state == BREAKER_UNTRUSTED)
		return;
	if (sign == SIGN_LOCKED)
		shut(b, BREAKER_LOCKED, e);
	else if (sign == SIGN_UNTRUSTED)
		shut(b, BREAKER_UNTRUSTED, e);
	else if (b->state == BREAKER_CLOSED)
		record_closed(b, sign, e, now, random);
	else if (b->state == BREAKER_OPEN)
		record_open(b, sign, e, now);
	else if (probe)
		record_probe(b, sign, e, now, random);
}

static enum admission start_probe(struct breaker *b)
{
	b->state = BREAKER_HALF_OPEN;
	b->probing = true;
	return ADMIT_PROBE;
}

static enum admission admit_closed(struct breaker *b, usec now, usec *when)
{
	if (b->released == TIME_NONE)
		return ADMIT;
	if (now - b->released >= RELEASE_STEP + RELEASE_IDLE) {
		b->released = TIME_NONE;
		return ADMIT;
	}
	if (now - b->released < RELEASE_STEP) {
		*when = b->released + RELEASE_STEP;
		return ADMIT_LATER;
	}
	b->released = now;
	return ADMIT;
}

static enum admission refuse_open(const struct breaker *b, usec now, struct err *e)
{
	long long seconds = (b->until - now + USEC_SEC - 1) / USEC_SEC;
	char span[TIME_SPAN_MAX];

	if (b->wished) {
		err_set(e, b->last.kind, b->last.code, "paused as it asked, next try in %s; r tries now (%s)",
			time_span(span, seconds * USEC_SEC), b->last.text);
		return ADMIT_REFUSED;
	}
	err_set(e, b->last.kind, b->last.code,
		"paused after %u failures, next try in %lld s; r tries now (%s)", b->failures,
		seconds, b->last.text);
	return ADMIT_REFUSED;
}

static enum admission refuse(const struct breaker *b, struct err *e, const char *why)
{
	err_set(e, b->last.kind, b->last.code, "%s (%s)", why, b->last.text);
	return ADMIT_REFUSED;
}

enum admission breaker_admit(struct breaker *b, usec now, usec *when, struct err *e)
{
	switch (b->state) {
	case BREAKER_OPEN:
		return now < b->until ? refuse_open(b, now, e) : start_probe(b);
	case BREAKER_HALF_OPEN:
		return b->probing ? refuse(b, e, "paused, one request is trying whether it is back")
				  : start_probe(b);
	case BREAKER_LOCKED:
		return refuse(b, e, "locked until you try again with r: the source refused us");
	case BREAKER_UNTRUSTED:
		return refuse(b, e, "untrusted until you try again with r");
	default:
		return admit_closed(b, now, when);
	}
}

void breaker_nudge(struct breaker *b, usec now)
{
	if (b->state == BREAKER_LOCKED || b->state == BREAKER_UNTRUSTED) {
		close_breaker(b, now);
		return;
	}
	if (b->state != BREAKER_OPEN)
		return;
	if (b->nudged != TIME_NONE && now - b->nudged < NUDGE_PERIOD)
		return;
	b->nudged = now;
	b->until = now;
}

/* ---- retry ------------------------------------------------------------------- */

static usec spread(usec base, unsigned tries, double random)
{
	usec limit = tries > 16 ? RETRY_CAP : base << (tries - 1);

	if (limit > RETRY_CAP)
		limit = RETRY_CAP;
	return (usec)((double)limit * random);
}

static usec wait_before(const struct err *e, unsigned tries, double random)
{
	usec wait;

	if (e->kind != ERR_QUOTA && wish_of(e) <= 0)
		return spread(RETRY_BASE, tries, random);
	wait = spread(RETRY_BASE_QUOTA, tries, random);
	return wait > wish_of(e) ? wait : wish_of(e);
}

static bool retryable(const struct err *e)
{
	return e->transient && sign_of(e) == SIGN_FAILED;
}

static struct retry no_retry(const char *why)
{
	return (struct retry){ .why_not = why };
}

struct retry retry_decide(struct budget *b, unsigned tries, const struct err *e, bool rows,
			  usec now, usec deadline, double random)
{
	double cost = e->kind == ERR_TIMEOUT ? BUDGET_RETRY_TIMEOUT : BUDGET_RETRY;
	bool skew = e->kind == ERR_AUTH && e->transient && tries == 1;
	usec wait = skew ? 0 : wait_before(e, tries, random);

	if (!retryable(e) && !skew)
		return no_retry(NULL);
	if (wants_rest(e))
		return no_retry("it asks for a longer pause");
	if (rows)
		return no_retry("rows had arrived");
	if (tries >= RETRY_ATTEMPTS)
		return no_retry("tried 3 times");
	if (now + wait + DEADLINE_MIN_LEFT > deadline)
		return no_retry("no time left");
	refill(b, now);
	if (b->tokens < cost)
		return no_retry("retry budget empty");
	b->tokens -= cost;
	return (struct retry){ .again = true, .wait = wait };
}
