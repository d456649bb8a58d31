#include "clients/aws_credentials.h"

#include <pthread.h>
#include <stdlib.h>

#include "clients/aws_chain.h"
#include "clients/flight.h"

#define REFRESH_BEFORE (5 * USEC_MIN)
#define REFRESH_AGAIN  (30 * USEC_SEC)  /* after a refresh failed and the old ones still hold */

struct aws_credentials {
	struct aws_credentials *next;
	const struct source *source;
	unsigned refs;                  /* under list_lock */
	pthread_mutex_t lock;           /* for all below */
	struct aws_identity known;      /* generation 0: none */
	unsigned generations;
	usec refresh_at;                /* wall; TIME_NONE = never */
	struct flight *flight;          /* NULL = nobody searches */
};

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct aws_credentials *list;

/* ---- the list ---------------------------------------------------------------------- */

struct aws_credentials *aws_credentials_ref(const struct source *s, struct err *e)
{
	struct aws_credentials *c;

	pthread_mutex_lock(&list_lock);
	for (c = list; c && c->source != s; c = c->next)
		;
	if (!c && (c = calloc(1, sizeof(*c)))) {
		c->source = s;
		c->known.expires = c->refresh_at = TIME_NONE;
		pthread_mutex_init(&c->lock, NULL);
		c->next = list;
		list = c;
	}
	if (c)
		c->refs++;
	else
		err_set(e, ERR_MEMORY, 0, "%s: no memory for a connection", s->name);
	pthread_mutex_unlock(&list_lock);
	return c;
}

void aws_credentials_unref(struct aws_credentials *c)
{
	struct aws_credentials **at = &list;

	if (!c)
		return;
	pthread_mutex_lock(&list_lock);
	if (--c->refs == 0) {
		while (*at != c)
			at = &(*at)->next;
		*at = c->next;
		aws_identity_release(&c->known);
		pthread_mutex_destroy(&c->lock);
		free(c);
	}
	pthread_mutex_unlock(&list_lock);
}

/* ---- what is known ----------------------------------------------------------------- */

static bool is_good(const struct aws_credentials *c)
{
	return c->known.generation > 0 && (c->refresh_at == TIME_NONE || now_wall() < c->refresh_at);
}

static void keep(struct aws_credentials *c, struct aws_identity *found)
{
	aws_identity_release(&c->known);
	c->known = *found;
	c->known.generation = ++c->generations;
	c->refresh_at = found->expires == TIME_NONE ? TIME_NONE : found->expires - REFRESH_BEFORE;
	/* What lives shorter than that is used while it lives. */
	if (c->refresh_at != TIME_NONE && c->refresh_at <= now_wall())
		c->refresh_at = now_wall() + REFRESH_AGAIN;
	*found = (struct aws_identity)AWS_IDENTITY_INIT;
}

/* The old ones may still hold although new ones cannot be had. */
static bool still_holds(struct aws_credentials *c)
{
	if (c->known.generation == 0 || c->known.expires == TIME_NONE || now_wall() >= c->known.expires)
		return false;
	c->refresh_at = now_wall() + REFRESH_AGAIN;
	return true;
}

/* Searches without the lock; whoever waits is woken. */
static bool search(struct aws_credentials *c, usec deadline, struct cancel *cancel, struct err *e)
{
	struct aws_identity found = AWS_IDENTITY_INIT;
	struct flight *f = flight_new();
	struct err why = { 0 };
	bool ok;

	if (!f)
		return err_set(e, ERR_MEMORY, 0, "%s: no memory for credentials", c->source->name);
	c->flight = f;
	pthread_mutex_unlock(&c->lock);
	ok = aws_chain(c->source, &found, deadline, cancel, &why);
	pthread_mutex_lock(&c->lock);
	if (ok)
		keep(c, &found);
	else
		ok = still_holds(c);
	c->flight = NULL;
	flight_land(f, ok, &why);
	if (!ok && e)
		*e = why;
	return ok;
}

bool aws_credentials_get(struct aws_credentials *c, struct aws_identity *out, usec deadline,
			 struct cancel *cancel, struct err *e)
{
	bool ok = true;

	pthread_mutex_lock(&c->lock);
	while (ok && !is_good(c)) {
		if (c->flight)
			ok = flight_wait(c->flight, &c->lock, cancel, deadline, e);
		else
			ok = search(c, deadline, cancel, e);
	}
	if (ok && out->generation != c->known.generation)
		ok = aws_identity_copy(out, &c->known, e);
	pthread_mutex_unlock(&c->lock);
	return ok;
}

void aws_credentials_refused(struct aws_credentials *c, const struct aws_identity *who)
{
	pthread_mutex_lock(&c->lock);
	if (who->generation == c->known.generation)
		aws_identity_release(&c->known);
	pthread_mutex_unlock(&c->lock);
}
