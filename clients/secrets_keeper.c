/* The thread that renews leases while they are used, and their end. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/secrets.h"
#include "clients/secrets_impl.h"

#define RENEW_TIME  (10 * USEC_SEC)
#define RENEW_AGAIN (2 * USEC_SEC)   /* at least, after the store was away */

enum { REVOKED_AT_ONCE = 16 };

/* Under the lock of all secrets. */
static struct keeper {
	pthread_t thread;
	pthread_cond_t wake;
	struct cancel cancel;
	bool running, stopping;
} keeper;

/* ---- renewing ------------------------------------------------------------------------ */

static void renewed(struct secret_entry *n, const struct issued *got)
{
	n->known.lasts = got->lasts;
	n->known.renewable = got->renewable;
	secret_entry_time(n);
}

static void not_renewed(struct secret_entry *n, const struct err *why)
{
	usec left = n->ends - now_mono(), wait = left / 3;

	if (wait < RENEW_AGAIN)
		wait = RENEW_AGAIN;
	n->renew_at = why->transient && wait < left ? now_mono() + wait : TIME_NONE;
	/* It is over, or cannot be lengthened: the next who wants it fetches. */
	if (n->renew_at == TIME_NONE)
		n->refresh_at = now_mono();
}

/* Without the lock meanwhile. */
static void renew(struct secret_entry *n)
{
	struct issued got = { .lasts = n->known.lasts, .renewable = true };
	unsigned generation = n->generation;
	struct err why = { 0 };
	bool ok;

	memcpy(got.lease, n->known.lease, sizeof(got.lease));
	n->refs++;
	n->renew_at = TIME_NONE;
	secrets_unlock();
	ok = n->store->renew(n->source, &got, now_mono() + RENEW_TIME, &keeper.cancel, &why);
	secrets_lock();
	if (n->generation == generation && ok)
		renewed(n, &got);
	else if (n->generation == generation)
		not_renewed(n, &why);
	secret_entry_unref(n);
}

static struct secret_entry *next_due(const struct secrets *all)
{
	struct secret_entry *first = NULL;

	for (struct secret_entry *n = all->entries; n; n = n->next) {
		if (n->renew_at != TIME_NONE && (!first || n->renew_at < first->renew_at))
			first = n;
	}
	return first;
}

static void *keeper_main(void *arg)
{
	struct secrets *all = secrets_lock();

	(void)arg;
	while (!keeper.stopping) {
		struct secret_entry *n = next_due(all);
		usec at = n ? n->renew_at : TIME_NONE;
		struct timespec until = { .tv_sec = at / USEC_SEC, .tv_nsec = at % USEC_SEC * 1000 };

		if (!n)
			pthread_cond_wait(&keeper.wake, &all->lock);
		else if (at > now_mono())
			pthread_cond_timedwait(&keeper.wake, &all->lock, &until);
		else
			renew(n);
	}
	secrets_unlock();
	return NULL;
}

/* Signals are the business of the threads that were there before. */
static bool start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	bool ok;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(thread, NULL, run, arg) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

/* Without a thread leases end when they end, and are fetched anew. */
static void start_keeper(void)
{
	pthread_condattr_t attr;

	if (!cancel_init(&keeper.cancel, NULL))
		return;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper.wake, &attr);
	pthread_condattr_destroy(&attr);
	keeper.running = start(&keeper.thread, keeper_main, NULL);
	if (!keeper.running) {
		pthread_cond_destroy(&keeper.wake);
		cancel_release(&keeper.cancel);
	}
}

void secrets_keeper_wake(void)
{
	/* Somebody who was left behind: nothing is renewed any more. */
	if (keeper.stopping)
		return;
	if (!keeper.running)
		start_keeper();
	if (keeper.running)
		pthread_cond_signal(&keeper.wake);
}

static void stop_keeper(void)
{
	bool running;

	secrets_lock();
	running = keeper.running;
	keeper.stopping = true;
	if (running) {
		cancel_fire(&keeper.cancel);
		pthread_cond_signal(&keeper.wake);
	}
	secrets_unlock();
	if (running) {
		pthread_join(keeper.thread, NULL);
		pthread_cond_destroy(&keeper.wake);
		cancel_release(&keeper.cancel);
	}
	secrets_lock();
	keeper.running = keeper.stopping = false;
	secrets_unlock();
}

/* ---- giving back --------------------------------------------------------------------- */

struct gift {
	const struct secret_store *store;
	const struct source *source;
	struct issued lent;             /* taken out of its entry, which others may still use */
	usec deadline;
	pthread_t thread;
	bool started;
};

static void *give_back(void *arg)
{
	struct gift *g = arg;

	/* What cannot be given back ends by itself: nobody is left to be told. */
	g->store->revoke(g->source, &g->lent, g->deadline, NULL, NULL);
	return NULL;
}

/* Those at the head of the list that there are threads for; the rest of it. */
static struct secret_entry *take_lent(struct secret_entry *list, struct gift gifts[static REVOKED_AT_ONCE],
				      size_t *count)
{
	secrets_lock();
	for (*count = 0; list && *count < REVOKED_AT_ONCE; list = list->next) {
		if (!secret_entry_lent(list))
			continue;
		gifts[(*count)++] = (struct gift){ .store = list->store, .source = list->source,
						   .lent = list->known };
		list->known = (struct issued){ .lasts = 0 };
		list->generation = 0;
	}
	secrets_unlock();
	return list;
}

static struct secret_entry *give_some_back(struct secret_entry *list, usec deadline)
{
	struct gift gifts[REVOKED_AT_ONCE];
	size_t count;

	list = take_lent(list, gifts, &count);
	for (size_t i = 0; i < count; i++) {
		gifts[i].deadline = deadline;
		gifts[i].started = start(&gifts[i].thread, give_back, &gifts[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (gifts[i].started)
			pthread_join(gifts[i].thread, NULL);
		issued_release(&gifts[i].lent);
	}
	return list;
}

static void give_all_back(struct secret_entry *list, usec deadline)
{
	while (list && now_mono() < deadline)
		list = give_some_back(list, deadline);
}

/* Takes out of *from what the predicate wants; under the lock. */
static struct secret_entry *take(struct secret_entry **from, bool last_too)
{
	struct secret_entry *taken = NULL, *n;

	while ((n = *from)) {
		if (n->store->last && !last_too) {
			from = &n->next;
			continue;
		}
		*from = n->next;
		n->next = taken;
		taken = n;
	}
	return taken;
}

static void let_go(struct secret_entry *list)
{
	struct secret_entry *next;

	secrets_lock();
	for (; list; list = next) {
		next = list->next;
		secret_entry_unref(list);
	}
	secrets_unlock();
}

/* Tokens last: it is with them that leases are given back. */
static void close_some(bool last_too, usec deadline)
{
	struct secrets *all = secrets_lock();
	struct secret_entry *entries = take(&all->entries, last_too);
	struct secret_entry *retired = take(&all->retired, last_too);

	secrets_unlock();
	give_all_back(retired, deadline);
	give_all_back(entries, deadline);
	let_go(retired);
	let_go(entries);
}

void secrets_close(usec budget)
{
	usec deadline = now_mono() + budget;

	secrets_lock()->closed++;
	secrets_unlock();
	stop_keeper();
	close_some(false, deadline);
	close_some(true, deadline);
}
