#include "sections/telemetry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/cancel.h"
#include "base/secret.h"
#include "clients/otlp.h"
#include "clients/otlp_post.h"
#include "sections/worker.h"

#define RETRY_FIRST (500 * USEC_MS)
#define RETRY_MOST  (30 * USEC_SEC)
#define LAST_GRACE  (100 * USEC_MS)     /* for a cancelled request to end, at least */

enum { SERIES_MAX = 256 };

struct telemetry {
	const struct telemetry_settings *settings;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct cancel cancel;
	unsigned char seed[24];         /* of the ids */
	usec started;                   /* wall */

	/* Under the lock. */
	struct otlp_attempt queue[TELEMETRY_QUEUE];
	size_t first, waiting;
	usec oldest;                    /* monotonic: when the first of the queue came */
	struct otlp_series series[SERIES_MAX];
	size_t nseries;
	bool fresh;                     /* the series changed since they were told */
	usec metrics_at;                /* monotonic: the next time */
	usec rest_until;                /* monotonic: the collector asked to be left alone; 0 = it did not */
	uint64_t spans;
	bool stopping, ask, over;
	usec deadline;                  /* monotonic, of everything; none before on_release() */
	struct telemetry_status status;

	/* The thread's own. */
	struct otlp_link *links[OTLP_SIGNALS];
	struct otlp_attempt batch[TELEMETRY_BATCH];
	struct otlp_series told[SERIES_MAX];
};

/* ---- on the engine's thread ----------------------------------------------------------------- */

static void number_into(unsigned char *id, size_t len, const unsigned char *seed, uint64_t number)
{
	memcpy(id, seed, len);
	for (size_t i = 0; i < 8; i++)
		id[len - 1 - i] ^= (unsigned char)(number >> (8 * i));
	id[0] |= 1;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void count(struct telemetry *t, const struct otlp_attempt *a)
{
	size_t i = 0;

	while (i < t->nseries && !(same(t->series[i].source, a->source) && same(t->series[i].kind, a->kind) &&
				   same(t->series[i].outcome, a->outcome) && same(t->series[i].error, a->error)))
		i++;
	if (i == SERIES_MAX)
		return;
	if (i == t->nseries)
		t->series[t->nseries++] = (struct otlp_series){ .source = a->source, .kind = a->kind,
								.outcome = a->outcome, .error = a->error };
	otlp_series_add(&t->series[i], a);
	t->fresh = true;
}

static void enqueue(struct telemetry *t, const struct otlp_attempt *a)
{
	if (t->waiting == TELEMETRY_QUEUE) {
		t->first = (t->first + 1) % TELEMETRY_QUEUE;
		t->waiting--;
		t->status.dropped++;
	}
	if (t->waiting == 0)
		t->oldest = now_mono();
	t->queue[(t->first + t->waiting++) % TELEMETRY_QUEUE] = *a;
}

/* The texts are those of tables and of the configuration, which outlive the engine. */
static void on_ended(void *ctx, const struct attempt *a)
{
	struct telemetry *t = ctx;
	usec end = now_wall();
	struct otlp_attempt told = {
		.source = a->source, .kind = a->kind, .section = a->section, .query = a->query,
		.outcome = attempt_outcome_word(a->outcome), .error = err_word(a->cls),
		.failed = a->outcome == ATTEMPT_FAILED || a->outcome == ATTEMPT_PARTIAL,
		/* The engine's clock may pretend. */
		.start = a->started ? end - (a->ended - a->started) : end, .end = end,
		.rows = a->rows, .bytes = a->bytes, .tries = a->tries,
	};

	pthread_mutex_lock(&t->lock);
	number_into(told.trace, sizeof(told.trace), t->seed, a->of_case);
	number_into(told.span, sizeof(told.span), t->seed + 16, ++t->spans);
	count(t, &told);
	enqueue(t, &told);
	if (t->waiting == 1 || t->waiting >= TELEMETRY_BATCH)
		pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

static void on_stop(void *ctx)
{
	struct telemetry *t = ctx;

	pthread_mutex_lock(&t->lock);
	t->stopping = true;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

/* ---- waiting ---------------------------------------------------------------------------------- */

static struct timespec as_timespec(usec t)
{
	return (struct timespec){ .tv_sec = t / USEC_SEC, .tv_nsec = t % USEC_SEC * 1000 };
}

/* Under the lock; wakes for news as well. */
static void wait_until(struct telemetry *t, usec when)
{
	struct timespec until = as_timespec(when);

	if (when == TIME_NONE)
		pthread_cond_wait(&t->changed, &t->lock);
	else
		pthread_cond_timedwait(&t->changed, &t->lock, &until);
}

static bool resting(const struct telemetry *t)
{
	return now_mono() < t->rest_until;
}

/* When there is something to send at the latest; TIME_NONE: not before there is news. */
static usec due(const struct telemetry *t)
{
	usec when = TIME_NONE;

	if (t->stopping || t->ask)
		return 0;
	if (resting(t))
		return t->rest_until;
	if (t->waiting >= TELEMETRY_BATCH)
		return 0;
	if (t->waiting > 0)
		when = t->oldest + TELEMETRY_LINGER;
	if (t->fresh && (when == TIME_NONE || t->metrics_at < when))
		when = t->metrics_at;
	return when;
}

/* ---- sending ------------------------------------------------------------------------------------ */

/* Under the lock. The next try, or TIME_NONE when there is none. */
static usec next_try(const struct telemetry *t, unsigned tries, const struct otlp_outcome *o)
{
	usec wait = RETRY_FIRST << (tries - 1), wish = o->retry_after_ms * USEC_MS;

	wait = wait < RETRY_MOST ? wait : RETRY_MOST;
	wait = wish > wait ? wish : wait;
	if (!o->again || wish > RETRY_MOST || tries >= TELEMETRY_TRIES || (t->stopping && now_mono() + wait >= t->deadline))
		return TIME_NONE;
	return now_mono() + wait;
}

/* False when it is not worth waiting, or not any more. */
static bool pause_before(struct telemetry *t, unsigned tries, const struct otlp_outcome *o)
{
	usec when;

	pthread_mutex_lock(&t->lock);
	when = next_try(t, tries, o);
	while (when != TIME_NONE && now_mono() < when) {
		wait_until(t, when);
		if (t->stopping && when >= t->deadline)
			when = TIME_NONE;
	}
	pthread_mutex_unlock(&t->lock);
	return when != TIME_NONE;
}

static usec deadline_of(struct telemetry *t, const struct source *target)
{
	usec deadline = now_mono() + target->timeout;

	pthread_mutex_lock(&t->lock);
	if (t->stopping && t->deadline < deadline)
		deadline = t->deadline;
	pthread_mutex_unlock(&t->lock);
	return deadline;
}

/* Signals that go to one server share a connection. */
static struct otlp_link *open_link(struct telemetry *t, enum otlp_signal signal, const struct source *target,
				   struct err *e)
{
	if (strcmp(target->origin, t->settings->traces.origin) == 0)
		signal = OTLP_TRACES;
	if (!t->links[signal] && worker_libraries(e))
		t->links[signal] = otlp_link_new(target, t->settings->headers, t->settings->nheaders,
						 t->settings->env_headers, e);
	return t->links[signal];
}

static void note(struct telemetry *t, const struct otlp_outcome *o, const struct err *e)
{
	usec wish = o->retry_after_ms * USEC_MS;

	pthread_mutex_lock(&t->lock);
	t->status.err = *e;
	t->rest_until = wish > RETRY_MOST ? now_mono() + wish : 0;
	pthread_mutex_unlock(&t->lock);
}

/* True when it was taken. */
static bool send_body(struct telemetry *t, enum otlp_signal signal, const struct buf *body, uint64_t *rejected)
{
	const struct source *target = signal == OTLP_TRACES ? &t->settings->traces : &t->settings->metrics;
	struct otlp_outcome o = { 0 };
	struct otlp_link *link;
	unsigned tries = 0;
	struct err e;
	bool ok;

	do {
		e = (struct err){ 0 };
		link = body->failed ? NULL : open_link(t, signal, target, &e);
		ok = link && otlp_post(link, source_get(target, "url", ""), body, deadline_of(t, target), &t->cancel, &o, &e);
		note(t, &o, &e);
	} while (!ok && pause_before(t, ++tries, &o));
	*rejected = o.rejected;
	return ok;
}

/* Under the lock, which it lets go while it sends. */
static void send_spans(struct telemetry *t)
{
	struct buf body = BUF_INIT;
	uint64_t rejected = 0;
	size_t n = t->waiting < TELEMETRY_BATCH ? t->waiting : TELEMETRY_BATCH;
	bool ok;

	for (size_t i = 0; i < n; i++)
		t->batch[i] = t->queue[(t->first + i) % TELEMETRY_QUEUE];
	t->first = (t->first + n) % TELEMETRY_QUEUE;
	t->waiting -= n;
	t->oldest = now_mono();
	pthread_mutex_unlock(&t->lock);
	otlp_traces(&body, SEXTANT_VERSION, t->batch, n);
	ok = send_body(t, OTLP_TRACES, &body, &rejected);
	buf_release(&body);
	pthread_mutex_lock(&t->lock);
	t->status.rejected += rejected;
	if (ok) {
		t->status.told += n;
		t->status.told_at = now_wall();
	} else {
		t->status.dropped += n;
	}
}

static void send_metrics(struct telemetry *t)
{
	struct buf body = BUF_INIT;
	size_t n = t->nseries;
	uint64_t dropped = t->status.dropped, rejected;

	memcpy(t->told, t->series, n * sizeof(t->told[0]));
	t->fresh = false;
	t->metrics_at = now_mono() + TELEMETRY_EVERY;
	pthread_mutex_unlock(&t->lock);
	otlp_metrics(&body, SEXTANT_VERSION, t->told, n, dropped, t->started, now_wall());
	send_body(t, OTLP_METRICS, &body, &rejected);
	buf_release(&body);
	pthread_mutex_lock(&t->lock);
}

/* A request with no spans, and one with what there is to count. */
static void answer_ask(struct telemetry *t)
{
	struct buf body = BUF_INIT;
	usec began = now_mono();
	uint64_t rejected;
	bool ok;

	t->ask = false;
	pthread_mutex_unlock(&t->lock);
	otlp_traces(&body, SEXTANT_VERSION, NULL, 0);
	ok = send_body(t, OTLP_TRACES, &body, &rejected);
	buf_release(&body);
	pthread_mutex_lock(&t->lock);
	if (ok)
		send_metrics(t);
	t->status.asked = true;
	t->status.ask_time = now_mono() - began;
	pthread_cond_broadcast(&t->changed);
}

/* Whether there is a while left to send something in. */
static bool has_time(const struct telemetry *t)
{
	return !t->stopping || (now_mono() < t->deadline && !resting(t));
}

static void *attend(void *ctx)
{
	struct telemetry *t = ctx;
	usec when;

	pthread_mutex_lock(&t->lock);
	while (!t->stopping || ((t->waiting > 0 || t->fresh) && has_time(t))) {
		when = due(t);
		if (when == TIME_NONE || when > now_mono()) {
			wait_until(t, when);
			continue;
		}
		if (t->ask)
			answer_ask(t);
		if (resting(t))
			continue;
		if (t->waiting > 0)
			send_spans(t);
		/* The counters are told last, so that they are those of the end. */
		if (t->fresh && (t->stopping ? t->waiting == 0 : t->metrics_at <= now_mono()))
			send_metrics(t);
	}
	t->over = true;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

/* ---- life ------------------------------------------------------------------------------------------ */

static void telemetry_free(struct telemetry *t)
{
	for (size_t i = 0; i < OTLP_SIGNALS; i++)
		otlp_link_free(t->links[i]);
	cancel_release(&t->cancel);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static bool over_by(struct telemetry *t, usec deadline)
{
	bool over;

	pthread_mutex_lock(&t->lock);
	while (!t->over && now_mono() < deadline)
		wait_until(t, deadline);
	over = t->over;
	pthread_mutex_unlock(&t->lock);
	return over;
}

/* A thread that hangs in a library is left behind: the process is about to end. */
static bool on_release(void *ctx, usec grace)
{
	struct telemetry *t = ctx;
	usec last = grace / 9 > LAST_GRACE ? grace / 9 : LAST_GRACE;

	on_stop(t);
	pthread_mutex_lock(&t->lock);
	t->deadline = now_mono() + (grace > last ? grace - last : 0);
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	if (!over_by(t, t->deadline)) {
		cancel_fire(&t->cancel);
		if (!over_by(t, now_mono() + last)) {
			pthread_detach(t->thread);
			return false;
		}
	}
	pthread_join(t->thread, NULL);
	telemetry_free(t);
	return true;
}

static bool init(struct telemetry *t)
{
	pthread_condattr_t attr;
	struct err e;

	if (getrandom(t->seed, sizeof(t->seed), 0) != sizeof(t->seed) || !cancel_init(&t->cancel, &e))
		return false;
	t->started = now_wall();
	t->metrics_at = now_mono() + TELEMETRY_EVERY;
	t->status.told_at = TIME_NONE;
	t->deadline = INT64_MAX;
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->changed, &attr);
	pthread_condattr_destroy(&attr);
	return true;
}

struct telemetry *telemetry_attach(struct engine *en, const struct telemetry_settings *settings)
{
	struct telemetry *t = settings->on ? calloc(1, sizeof(*t)) : NULL;

	if (!t)
		return NULL;
	t->settings = settings;
	if (!init(t)) {
		free(t);
		return NULL;
	}
	if (pthread_create(&t->thread, NULL, attend, t) != 0) {
		telemetry_free(t);
		return NULL;
	}
	engine_observe(en, &(struct attempt_observer){ t, on_ended, on_stop, on_release });
	return t;
}

/* ---- what became of it ------------------------------------------------------------------------------- */

void telemetry_status(struct telemetry *t, struct telemetry_status *out)
{
	*out = (struct telemetry_status){ .told_at = TIME_NONE };
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	*out = t->status;
	out->waiting = t->waiting;
	pthread_mutex_unlock(&t->lock);
}

void telemetry_ask(struct telemetry *t)
{
	pthread_mutex_lock(&t->lock);
	t->ask = true;
	t->status.asked = false;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

bool telemetry_asked(struct telemetry *t, usec deadline)
{
	bool asked;

	pthread_mutex_lock(&t->lock);
	while (!t->status.asked && now_mono() < deadline)
		wait_until(t, deadline);
	asked = t->status.asked;
	pthread_mutex_unlock(&t->lock);
	return asked;
}
