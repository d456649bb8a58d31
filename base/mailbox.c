#include "base/mailbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A stack that anybody pushes to and the reader empties in one exchange, so
 * nobody ever waits for a lock and no letter can be taken twice. */
struct mailbox {
	_Atomic(struct mail *) newest;
	int fd;
};

struct mailbox *mailbox_new(struct err *e)
{
	struct mailbox *box = calloc(1, sizeof(*box));

	if (!box) {
		err_set(e, ERR_MEMORY, 0, "out of memory for a mailbox");
		return NULL;
	}
	atomic_init(&box->newest, NULL);
	box->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (box->fd < 0) {
		err_set(e, ERR_INTERNAL, errno, "cannot make a mailbox: %s", strerror(errno));
		free(box);
		return NULL;
	}
	return box;
}

void mailbox_free(struct mailbox *box)
{
	if (!box)
		return;
	close(box->fd);
	free(box);
}

int mailbox_fd(const struct mailbox *box)
{
	return box->fd;
}

void mailbox_post(struct mailbox *box, struct mail *m)
{
	struct mail *old = atomic_load_explicit(&box->newest, memory_order_relaxed);
	int fd = box->fd;

	do {
		m->next = old;
	} while (!atomic_compare_exchange_weak_explicit(&box->newest, &old, m,
							memory_order_release,
							memory_order_relaxed));
	/* From here on the letter belongs to the reader. The counter cannot be
	 * full, so the only failure left is a box that was freed too early. */
	if (!old)
		(void)!eventfd_write(fd, 1);
}

struct mail *mailbox_take(struct mailbox *box)
{
	struct mail *m, *oldest = NULL;
	eventfd_t ignored;

	/* Silence the descriptor first: a letter that comes between the two
	 * steps is taken now, one that comes later rings again. */
	(void)!eventfd_read(box->fd, &ignored);
	m = atomic_exchange_explicit(&box->newest, NULL, memory_order_acquire);
	while (m) {
		struct mail *next = m->next;

		m->next = oldest;
		oldest = m;
		m = next;
	}
	return oldest;
}
