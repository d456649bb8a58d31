#include "clients/aws_credentials.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clients/aws_chain.h"

#define REFRESH_BEFORE (5 * USEC_MIN)
#define REFRESH_AGAIN  (30 * USEC_SEC)  /* after a refresh failed and the old ones still hold */

/* A search that others wait for. The last one out closes it. */
struct flight {
	int fd;                         /* readable once it is over */
	unsigned refs;
	bool ok;
	struct err err;
};

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

/* ---- flights ----------------------------------------------------------------------- */

static struct flight *flight_new(void)
{
	struct flight *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->refs = 1;
	if (f->fd >= 0)
		return f;
	free(f);
	return NULL;
}

static void flight_unref(struct flight *f)
{
	if (--f->refs > 0)
		return;
	close(f->fd);
	free(f);
}

/* Waits for the one who searches, without the lock. */
static bool wait_for(struct aws_credentials *c, struct flight *f, usec deadline,
		     struct cancel *cancel, struct err *e)
{
	bool ok;

	f->refs++;
	pthread_mutex_unlock(&c->lock);
	ok = cancel_wait(cancel, f->fd, POLLIN, deadline, e);
	pthread_mutex_lock(&c->lock);
	/* A search that its own user stopped, or ran late, says nothing: search again. */
	if (ok && !f->ok && f->err.kind != ERR_CANCELLED && f->err.kind != ERR_TIMEOUT) {
		ok = false;
		if (e)
			*e = f->err;
	}
	flight_unref(f);
	return ok;
}

/* ---- what is known ----------------------------------------------------------------- */

static usec now_wall(void)
{
	return clock_wall(&clock_system);
}

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
	f->ok = ok;
	f->err = why;
	c->flight = NULL;
	(void)!eventfd_write(f->fd, 1);
	flight_unref(f);
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
			ok = wait_for(c, c->flight, deadline, cancel, e);
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
