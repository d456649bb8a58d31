#include "clients/aside.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A peer that never answers must not collect threads without end. */
static atomic_int running;

void aside_unref(struct aside *a)
{
	if (atomic_fetch_sub_explicit(&a->refs, 1, memory_order_acq_rel) > 1)
		return;
	close(a->wake);
	a->free(a);
}

static void *thread_main(void *arg)
{
	struct aside *a = arg;

	a->work(a);
	atomic_fetch_sub(&running, 1);
	atomic_store_explicit(&a->done, true, memory_order_release);
	(void)!eventfd_write(a->wake, 1);
	aside_unref(a);
	return NULL;
}

/* Signals are the business of the threads that were there before. */
static int start(struct aside *a)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t thread;
	int rc;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, &attr, thread_main, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

static bool launch(struct aside *a, struct err *e)
{
	int rc;

	if (atomic_fetch_add(&running, 1) >= ASIDE_MAX) {
		atomic_fetch_sub(&running, 1);
		return err_transient(e, ERR_INTERNAL, 0,
				     "%d lookups or cancels are still without an answer",
				     (int)ASIDE_MAX);
	}
	rc = start(a);
	if (rc == 0)
		return true;
	atomic_fetch_sub(&running, 1);
	return err_set(e, ERR_INTERNAL, rc, "cannot start a thread: %s", strerror(rc));
}

bool aside_run(struct aside *a, struct cancel *c, usec deadline, struct err *e)
{
	atomic_init(&a->refs, 2);
	atomic_init(&a->done, false);
	a->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->wake < 0) {
		err_set(e, ERR_INTERNAL, errno, "cannot start a thread: %s", strerror(errno));
		a->free(a);
		return false;
	}
	if (!launch(a, e)) {
		aside_unref(a);
		aside_unref(a);
		return false;
	}
	if (cancel_wait(c, a->wake, POLLIN, deadline, e) &&
	    atomic_load_explicit(&a->done, memory_order_acquire))
		return true;
	aside_unref(a);
	return false;
}
