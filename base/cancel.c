#include "base/cancel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

bool cancel_init(struct cancel *c, struct err *e)
{
	atomic_init(&c->fired, false);
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->fd < 0)
		return err_set(e, ERR_INTERNAL, errno, "cannot prepare a cancel: %s",
			       strerror(errno));
	return true;
}

void cancel_release(struct cancel *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void cancel_fire(struct cancel *c)
{
	int saved = errno;

	if (!atomic_exchange_explicit(&c->fired, true, memory_order_acq_rel))
		(void)!eventfd_write(c->fd, 1);
	errno = saved;
}

static struct timespec time_left(usec deadline)
{
	usec now = now_mono();
	usec left = deadline > now ? deadline - now : 0;

	return (struct timespec){
		.tv_sec = (time_t)(left / USEC_SEC),
		.tv_nsec = (long)(left % USEC_SEC) * 1000,
	};
}

bool cancel_wait(struct cancel *c, int fd, short events, usec deadline, struct err *e)
{
	struct pollfd on[] = {
		{ .fd = fd, .events = events },
		{ .fd = c ? c->fd : -1, .events = POLLIN },
	};
	struct timespec left;
	int n;

	do {
		if (cancel_fired(c))
			return err_set(e, ERR_CANCELLED, 0, "stopped");
		left = time_left(deadline);
		n = ppoll(on, 2, &left, NULL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, ERR_INTERNAL, errno, "cannot wait: %s", strerror(errno));
	if (cancel_fired(c))
		return err_set(e, ERR_CANCELLED, 0, "stopped");
	if (on[0].revents & POLLNVAL)
		return err_set(e, ERR_INTERNAL, EBADF, "cannot wait: %s", strerror(EBADF));
	if (on[0].revents || (n == 0 && fd < 0))
		return true;
	return err_transient(e, ERR_TIMEOUT, 0, "the deadline passed");
}
