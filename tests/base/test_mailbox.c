#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/mailbox.h"

enum { WORKERS = 4, LETTERS = 20000 };

struct letter {
	struct mail mail;
	int worker, number;
};

struct worker {
	struct mailbox *box;
	int id;
};

static bool rings(struct mailbox *box, int ms)
{
	struct pollfd p = { .fd = mailbox_fd(box), .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static void letters_come_in_order(void **state)
{
	struct mailbox *box = mailbox_new(NULL);
	struct mail m[3], *got;

	(void)state;
	assert_non_null(box);
	assert_null(mailbox_take(box));
	for (int i = 0; i < 3; i++)
		mailbox_post(box, &m[i]);
	got = mailbox_take(box);
	for (int i = 0; i < 3; i++, got = got->next)
		assert_ptr_equal(got, &m[i]);
	assert_null(got);
	mailbox_free(box);
}

static void only_the_first_letter_rings(void **state)
{
	struct mailbox *box = mailbox_new(NULL);
	struct mail m[3];
	eventfd_t count;

	(void)state;
	assert_false(rings(box, 0));
	for (int i = 0; i < 3; i++)
		mailbox_post(box, &m[i]);
	assert_true(rings(box, 0));
	assert_int_equal(eventfd_read(mailbox_fd(box), &count), 0);
	assert_int_equal(count, 1);
	assert_non_null(mailbox_take(box));
	assert_false(rings(box, 0));
	mailbox_post(box, &m[0]);
	assert_true(rings(box, 0));
	assert_ptr_equal(mailbox_take(box), &m[0]);
	assert_false(rings(box, 0));
	mailbox_free(box);
}

static void *post_all(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < LETTERS; i++) {
		struct letter *l = calloc(1, sizeof(*l));

		if (!l)
			abort();
		l->worker = w->id;
		l->number = i;
		mailbox_post(w->box, &l->mail);
	}
	return NULL;
}

/* Every letter arrives once, in the order of its sender, and no ring is lost:
 * the reader sleeps until it is rung. */
static void many_threads_post(void **state)
{
	struct mailbox *box = mailbox_new(NULL);
	struct worker w[WORKERS];
	pthread_t t[WORKERS];
	int next[WORKERS] = { 0 };

	(void)state;
	for (int i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){ box, i };
		assert_int_equal(pthread_create(&t[i], NULL, post_all, &w[i]), 0);
	}
	for (int left = WORKERS * LETTERS; left > 0;) {
		assert_true(rings(box, 30000));
		for (struct mail *m = mailbox_take(box), *after; m; m = after, left--) {
			struct letter *l = (struct letter *)m;

			after = m->next;
			assert_int_equal(l->number, next[l->worker]++);
			free(l);
		}
	}
	for (int i = 0; i < WORKERS; i++)
		pthread_join(t[i], NULL);
	assert_null(mailbox_take(box));
	mailbox_free(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_come_in_order),
		cmocka_unit_test(only_the_first_letter_rings),
		cmocka_unit_test(many_threads_post),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
