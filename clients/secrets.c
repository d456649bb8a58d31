#include "clients/secrets.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/flight.h"
#include "clients/secrets_impl.h"

#define FETCH_TIME  (10 * USEC_SEC)
#define FETCH_AGAIN (30 * USEC_SEC)  /* after fetching failed and the old value still holds */
#define MARGIN_MAX  (30 * USEC_SEC)  /* before a lease ends */
#define RETURN_TIME USEC_SEC         /* for giving back at once what came too late */

static const struct secret_store *const stores[] = {
	&vault_kv_store, &vault_db_store, &secretsmanager_store, &vault_token_store,
	&redshift_iam_store, &file_store, &command_store,
};

static struct secrets kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct secrets *secrets_lock(void)
{
	pthread_mutex_lock(&kept.lock);
	return &kept;
}

void secrets_unlock(void)
{
	pthread_mutex_unlock(&kept.lock);
}

/* What the thread's request was given. */
static _Thread_local struct { const struct source *source; unsigned generation; } given;

void issued_release(struct issued *i)
{
	secret_release(&i->secret);
	explicit_bzero(i, sizeof(*i));
}

/* ---- references -------------------------------------------------------------------- */

static const struct secret_store *store_of(const char *ref)
{
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		if (strncmp(stores[i]->scheme, ref, strlen(stores[i]->scheme)) == 0)
			return stores[i];
	}
	return NULL;
}

bool secrets_stored(const char *ref)
{
	const struct secret_store *store = store_of(ref);

	return store && !store->local;
}

bool secrets_kept(const char *ref)
{
	return store_of(ref) != NULL;
}

const char *secrets_wrong(const char *ref)
{
	const struct secret_store *store = store_of(ref);

	for (const char *at = ref; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return "it has a control character";
	}
	return store ? store->wrong(ref + strlen(store->scheme)) : "it is in no store";
}

const struct source *secrets_lacking(const struct source *s, const char *ref)
{
	static const struct source none = { .name = "store", .title = "a store", .missing = "there is none" };
	const struct secret_store *store = store_of(ref);
	const struct source *has;

	if (!store || !store->needs)
		return NULL;
	has = strcmp(store->needs, "vault") == 0 ? s->vault : s->aws;
	if (!has)
		return &none;
	return has->configured ? NULL : has;
}

/* ---- entries, all under the lock ----------------------------------------------------- */

static bool is_of(const struct secret_entry *n, const struct source *s, const char *ref)
{
	return n->source == s && strcmp(n->ref, ref) == 0;
}

static struct secret_entry *entry_of(const struct source *s, const char *ref)
{
	struct secret_entry *n = kept.entries;

	while (n && !is_of(n, s, ref))
		n = n->next;
	if (n || !(n = calloc(1, sizeof(*n))))
		return n;
	n->source = s;
	n->store = store_of(ref);
	n->renew_at = n->ends = TIME_NONE;
	n->refs = 1;
	n->ref = strdup(ref);
	if (!n->ref) {
		free(n);
		return NULL;
	}
	n->next = kept.entries;
	kept.entries = n;
	return n;
}

void secret_entry_unref(struct secret_entry *n)
{
	if (--n->refs > 0)
		return;
	issued_release(&n->known);
	free(n->ref);
	free(n);
}

static bool is_good(const struct secret_entry *n)
{
	return n->generation > 0 && !n->refused && now_mono() < n->refresh_at;
}

/* A while longer than we know of: clocks differ, and giving back twice does no harm. */
bool secret_entry_lent(const struct secret_entry *n)
{
	return n->known.lease[0] && n->store->revoke &&
	       (n->ends == TIME_NONE || n->ends + USEC_MIN > now_mono());
}

void secret_entry_time(struct secret_entry *n)
{
	usec now = now_mono(), lasts = n->known.lasts, margin = lasts / 6;
	bool keep = n->known.renewable && n->store->renew && lasts > 0;

	if (margin > MARGIN_MAX)
		margin = MARGIN_MAX;
	/* One whose store lengthens it less and less is near its end for good. */
	if (keep && n->longest > 3 * lasts)
		keep = false;
	if (n->longest < lasts)
		n->longest = lasts;
	n->ends = lasts > 0 ? now + lasts : TIME_NONE;
	n->renew_at = keep ? now + 2 * lasts / 3 : TIME_NONE;
	n->refresh_at = lasts <= 0 ? now + n->store->fresh : keep ? n->ends - margin : now + 2 * lasts / 3;
}

static bool is_same(const struct issued *a, const struct issued *b)
{
	return a->secret.len == b->secret.len && strcmp(a->user, b->user) == 0 &&
	       (a->secret.len == 0 || memcmp(a->secret.data, b->secret.data, a->secret.len) == 0);
}

/* Nobody has to be told of those that are over. */
static void forget_ended(void)
{
	struct secret_entry **at = &kept.retired, *n;

	while ((n = *at)) {
		if (secret_entry_lent(n)) {
			at = &n->next;
			continue;
		}
		*at = n->next;
		secret_entry_unref(n);
	}
}

/* A lease that is replaced may still carry sessions: it is given back at the end. */
static void retire(struct secret_entry *n)
{
	struct secret_entry *old = n->known.lease[0] ? calloc(1, sizeof(*old)) : NULL;

	if (!old) {
		issued_release(&n->known);
		return;
	}
	*old = (struct secret_entry){
		.source = n->source, .store = n->store, .refs = 1, .known = n->known, .ends = n->ends,
		.renew_at = TIME_NONE,
	};
	forget_ended();
	old->next = kept.retired;
	kept.retired = old;
	n->known = (struct issued){ .lasts = 0 };
}

static void keep(struct secret_entry *n, struct issued *found)
{
	bool same = n->generation > 0 && is_same(&n->known, found);

	retire(n);
	n->known = *found;
	*found = (struct issued){ .lasts = 0 };
	n->longest = 0;
	n->refused = false;
	if (!same)
		n->generation = ++kept.generations;
	secret_entry_time(n);
	if (n->renew_at != TIME_NONE)
		secrets_keeper_wake();
}

/* The store is away for a while; what it said before may still hold. */
static bool still_holds(struct secret_entry *n, const struct err *why)
{
	usec now = now_mono();

	if (n->generation == 0 || n->refused || !why->transient || (n->ends != TIME_NONE && now >= n->ends))
		return false;
	n->refresh_at = now + FETCH_AGAIN;
	return true;
}

static usec fetch_end(usec deadline)
{
	usec end = now_mono() + FETCH_TIME;

	return end < deadline ? end : deadline;
}

/* It was lent while secrets_close() gave the others back: nobody would give back this one.
 * Without the lock meanwhile. */
static bool came_too_late(const struct secret_entry *n, const struct issued *found, struct err *why)
{
	secrets_unlock();
	if (found->lease[0] && n->store->revoke)
		n->store->revoke(n->source, found, now_mono() + RETURN_TIME, NULL, NULL);
	secrets_lock();
	return err_set(why, ERR_CANCELLED, 0, "stopped");
}

/* Without the lock meanwhile; whoever waits is woken. */
static bool fetch(struct secret_entry *n, usec deadline, struct cancel *c, struct err *e)
{
	struct issued found = { .lasts = 0 };
	struct flight *flight = flight_new();
	unsigned closed = kept.closed;
	struct err why = { 0 };
	bool ok;

	if (!flight)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a secret");
	n->flight = flight;
	secrets_unlock();
	ok = n->store->fetch(n->source, n->ref + strlen(n->store->scheme), &found, fetch_end(deadline), c,
			     &why);
	secrets_lock();
	if (ok && kept.closed != closed)
		ok = came_too_late(n, &found, &why);
	else if (ok)
		keep(n, &found);
	else
		ok = still_holds(n, &why);
	issued_release(&found);
	n->flight = NULL;
	flight_land(flight, ok, &why);
	if (!ok && e)
		*e = why;
	return ok;
}

static bool copy(const struct secret_entry *n, struct login *out, struct err *e)
{
	out->ends = n->known.closes ? n->ends : TIME_NONE;
	if (out->generation == n->generation)
		return true;
	if (!secret_set(&out->secret, n->known.secret.data, n->known.secret.len, e))
		return false;
	memcpy(out->user, n->known.user, sizeof(out->user));
	out->generation = n->generation;
	return true;
}

bool secrets_get(const struct source *s, const char *ref, struct login *out, usec deadline,
		 struct cancel *c, struct err *e)
{
	const struct source *lacking = secrets_lacking(s, ref);
	struct secret_entry *n;
	bool ok = true;

	if (cancel_fired(c))
		return err_set(e, ERR_CANCELLED, 0, "stopped");
	if (lacking)
		return err_set(e, ERR_CONFIG, 0, "%s: %s", lacking->name, lacking->missing);
	secrets_lock();
	n = entry_of(s, ref);
	if (!n) {
		secrets_unlock();
		return err_set(e, ERR_MEMORY, 0, "out of memory for a secret");
	}
	n->refs++;
	while (ok && !is_good(n))
		ok = n->flight ? flight_wait(n->flight, &kept.lock, c, deadline, e)
			       : fetch(n, deadline, c, e);
	ok = ok && copy(n, out, e);
	if (ok) {
		given.source = s;
		given.generation = n->generation;
	}
	secret_entry_unref(n);
	secrets_unlock();
	return ok;
}

/* ---- refused ------------------------------------------------------------------------- */

void secrets_begin(void)
{
	given.source = NULL;
	given.generation = 0;
}

/* The newest generation of all that the source has of stores. */
static unsigned newest(const struct source *s)
{
	unsigned most = 0;

	for (const struct secret_entry *n = kept.entries; n; n = n->next) {
		if (n->source == s && n->generation > most)
			most = n->generation;
	}
	return most;
}

void secrets_refused(const struct source *s, const char *ref, unsigned generation)
{
	struct secret_entry *n;

	secrets_lock();
	for (n = kept.entries; n && !is_of(n, s, ref); n = n->next)
		;
	if (n && n->generation == generation)
		n->refused = true;
	secrets_unlock();
}

/* Marks what was refused; its references, for the caller to free. */
static size_t mark_refused(const struct source *s, unsigned was, char *refs[static SECRETS_OF_ONE])
{
	size_t count = 0;

	secrets_lock();
	if (newest(s) <= was) {
		for (struct secret_entry *n = kept.entries; n; n = n->next) {
			if (n->source != s || count == SECRETS_OF_ONE || !(refs[count] = strdup(n->ref)))
				continue;
			n->refused = true;
			count++;
		}
	}
	secrets_unlock();
	return count;
}

static bool is_newer(const struct source *s, unsigned was)
{
	bool newer;

	secrets_lock();
	newer = newest(s) > was;
	secrets_unlock();
	return newer;
}

/* What was refused and is all that there is: whoever asks next has it read anew. Returns
 * how to say so. */
static const char *nothing_newer(const struct source *s)
{
	bool local = true;

	secrets_lock();
	for (struct secret_entry *n = kept.entries; n; n = n->next) {
		if (n->source != s)
			continue;
		n->refused = true;
		local = local && n->store->local;
	}
	secrets_unlock();
	return local ? "read anew, the secret is the same" : "its store has no other credentials";
}

static bool told(struct err *e, const char *what)
{
	const struct err was = *e;

	return err_set(e, was.kind, was.code, "%s; %s", was.text, what);
}

bool secrets_again(const struct source *s, usec deadline, struct cancel *c, struct err *e)
{
	unsigned was = given.source == s ? given.generation : 0;
	char *refs[SECRETS_OF_ONE];
	struct err why = { 0 };
	bool ok = true;
	size_t count;

	if (was == 0 || e->kind != ERR_AUTH || cancel_fired(c))
		return false;
	count = mark_refused(s, was, refs);
	for (size_t i = 0; i < count; i++) {
		struct login l = LOGIN_INIT;

		ok = ok && secrets_get(s, refs[i], &l, deadline, c, &why);
		login_release(&l);
		free(refs[i]);
	}
	if (!ok)
		return told(e, why.text);
	if (!is_newer(s, was))
		return told(e, nothing_newer(s));
	return true;
}
