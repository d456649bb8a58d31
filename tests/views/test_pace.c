/* How often frames come, on a link whose time is only counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "views/pace.h"

enum {
	LINK = 300,            /* bytes a second */
	MINUTE_MS = 60000,
	ROWS_MS = 5,           /* 200 rows a second */
	KEY_MS = 1700,
	FRAME = 120,           /* counters, clock and a share of the rail, as measured */
	ECHO = 40,
	QUEUE_MAX = 65536,
};

/* What is on its way to the terminal. */
struct link {
	double queued;
	double most, slowest;  /* bytes waiting; seconds until a key was answered */
	unsigned frames;
};

static void send(struct link *l, size_t bytes)
{
	l->queued += (double)bytes;
	if (l->queued > l->most)
		l->most = l->queued;
}

static void draw(struct link *l, struct pace *p, enum pace_kind kind, size_t bytes, usec now)
{
	send(l, bytes);
	l->frames++;
	pace_drawn(p, kind, bytes, now);
}

/* A minute of rows; frames of `frame` bytes when there is something to show. */
static struct link minute(size_t frame)
{
	struct link l = { 0 };
	struct pace p = { 0 };
	bool rows = false;

	for (int ms = 0; ms < MINUTE_MS; ms++) {
		usec now = USEC_SEC + ms * USEC_MS;

		l.queued = l.queued > LINK / 1000.0 ? l.queued - LINK / 1000.0 : 0;
		rows = rows || ms % ROWS_MS == 0;
		if (ms % KEY_MS == KEY_MS - 1) {
			/* With the key goes what the counters have become. */
			draw(&l, &p, PACE_KEY, rows ? frame + ECHO : ECHO, now);
			rows = false;
			l.slowest = l.queued / LINK > l.slowest ? l.queued / LINK : l.slowest;
		} else if (rows && now >= pace_when(&p, PACE_FLOW)) {
			draw(&l, &p, PACE_FLOW, frame, now);
			rows = false;
		}
	}
	return l;
}

static void test_a_minute_of_rows_over_a_slow_link(void **state)
{
	struct link l = minute(FRAME);

	(void)state;
	if (l.slowest > 1)
		fail_msg("a key is answered after %.2f s of the link's time", l.slowest);
	assert_true(l.most <= QUEUE_MAX);
	assert_true(l.frames >= 60);                     /* it does not stand still either */
	assert_true(l.frames <= 120);                    /* of 12,000 rows: dropped, not queued */
}

static void test_small_frames_come_ten_times_a_second(void **state)
{
	struct link l = minute(10);

	(void)state;
	assert_in_range(l.frames, 500, 640);
	assert_true(l.slowest < 0.5);
}

/* A page of rows delays the counters after it, but neither for long nor a section's end. */
static void test_a_page_delays_what_flows(void **state)
{
	struct pace p = { 0 };
	usec now = 100 * USEC_SEC;

	(void)state;
	pace_drawn(&p, PACE_NEWS, 1500, now);
	assert_true(pace_when(&p, PACE_NEWS) <= now);
	assert_int_equal(pace_when(&p, PACE_FLOW), now + 2 * USEC_SEC);
	assert_int_equal(pace_when(&p, PACE_KEY), 0);
	for (int i = 0; i < 5; i++)
		pace_drawn(&p, PACE_NEWS, 0, now);
	assert_int_equal(pace_when(&p, PACE_NEWS), now + 400 * USEC_MS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_minute_of_rows_over_a_slow_link),
		cmocka_unit_test(test_small_frames_come_ten_times_a_second),
		cmocka_unit_test(test_a_page_delays_what_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
