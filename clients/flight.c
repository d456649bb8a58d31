#include "clients/flight.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The last one out closes it. */
struct flight {
	int fd;                         /* readable once it is over */
	unsigned refs;
	bool ok;
	struct err err;
};

struct flight *flight_new(void)
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

static void unref(struct flight *f)
{
	if (--f->refs > 0)
		return;
	close(f->fd);
	free(f);
}

bool flight_wait(struct flight *f, pthread_mutex_t *lock, struct cancel *cancel, usec deadline,
		 struct err *e)
{
	bool ok;

	f->refs++;
	pthread_mutex_unlock(lock);
	ok = cancel_wait(cancel, f->fd, POLLIN, deadline, e);
	pthread_mutex_lock(lock);
	if (ok && !f->ok && f->err.kind != ERR_CANCELLED && f->err.kind != ERR_TIMEOUT) {
		ok = false;
		if (e)
			*e = f->err;
	}
	unref(f);
	return ok;
}

void flight_land(struct flight *f, bool ok, const struct err *why)
{
	f->ok = ok;
	f->err = *why;
	(void)!eventfd_write(f->fd, 1);
	unref(f);
}
