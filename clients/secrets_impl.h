/* What secrets.c and secrets_keeper.c share. For them, and for the stores. */
#ifndef CLIENTS_SECRETS_IMPL_H
#define CLIENTS_SECRETS_IMPL_H

#include <pthread.h>
#include <stdbool.h>

#include "clients/secret_stores.h"

struct flight;

enum { SECRETS_OF_ONE = 8 };            /* that one source has in stores */

struct secret_entry {
	struct secret_entry *next;
	const struct source *source;    /* whom it is for, and nobody else */
	const struct secret_store *store;
	char *ref;
	unsigned refs;                  /* of the list, and of who uses it without the lock */
	struct issued known;
	unsigned generation;            /* 0 = nothing is known yet */
	bool refused;                   /* it is not to be used again */
	usec refresh_at;                /* monotonic: good until then */
	usec renew_at, ends;            /* monotonic; TIME_NONE = never */
	usec longest;                   /* that it was given for */
	struct flight *flight;          /* NULL = nobody fetches it */
};

/* What the process has of stores. */
struct secrets {
	pthread_mutex_t lock;           /* for all below */
	struct secret_entry *entries;
	struct secret_entry *retired;   /* leases that were replaced */
	unsigned generations;
	unsigned closed;                /* how often secrets_close() was called */
};

struct secrets *secrets_lock(void);
void secrets_unlock(void);

/* Under the lock. */
void secret_entry_unref(struct secret_entry *);
void secret_entry_time(struct secret_entry *);  /* from known.lasts */
bool secret_entry_lent(const struct secret_entry *);    /* it has something to give back */
void secrets_keeper_wake(void);                 /* something is to be renewed */

/* Somebody refused it: the next secrets_get() fetches, unless something else came
 * meanwhile. */
void secrets_refused(const struct source *, const char *ref, unsigned generation);

#endif
