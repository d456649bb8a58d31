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
	/* What parts of a frame are, as measured at 80x24. */
	MARK = 54, DETAIL = 41, ROW = 80, COUNTERS = 125,
	QUEUE_MAX = 65536,
};

/* What is on its way to the terminal. */
struct link {
	double queued;
	double most, slowest;  /* bytes waiting; seconds until a key was answered */
	unsigned frames;
};

/* What the screen shows of what it should. */
struct screen {
	struct link link;
	struct pace pace;
	size_t counters;       /* bytes of a frame of what flows */
	bool rows;             /* came and are not shown */
	bool reversed;         /* the selected row is, all of it */
	unsigned behind;
};

static void send(struct link *l, size_t bytes)
{
	l->queued += (double)bytes;
	if (l->queued > l->most)
		l->most = l->queued;
}

/* Draws `bytes` and what the pace allows, as the loop does. */
static void draw(struct screen *s, enum pace_kind kind, size_t bytes, usec now)
{
	unsigned left = pace_leaves(&s->pace, kind, now), shown = s->behind & ~left;

	bytes += (shown & PACE_DETAIL ? DETAIL : 0) + (shown & PACE_ROWS ? ROW : 0);
	if (!(left & PACE_COUNTERS) && s->rows) {
		bytes += s->counters;
		s->rows = false;
	}
	s->reversed = s->reversed || shown & PACE_ROWS;
	s->behind &= left;
	s->link.frames += bytes > 0;
	send(&s->link, bytes);
	pace_drawn(&s->pace, kind, left, bytes, now);
}

static void step(struct screen *s, usec now)
{
	/* The row that was selected is no longer. */
	size_t bytes = MARK + (s->reversed ? ROW : 0);

	pace_step(&s->pace, s->rows && pace_when(&s->pace, PACE_FLOW) > now, now);
	s->reversed = false;
	s->behind = PACE_DETAIL | PACE_ROWS;
	draw(s, PACE_STEP, bytes, now);
	if (s->link.queued / LINK > s->link.slowest)
		s->link.slowest = s->link.queued / LINK;
}

static void pass(struct screen *s, usec now)
{
	s->link.queued = s->link.queued > LINK / 1000.0 ? s->link.queued - LINK / 1000.0 : 0;
	if (s->behind && now >= pace_rest(&s->pace, s->behind))
		draw(s, PACE_STEP, 0, now);
	else if (s->rows && now >= pace_when(&s->pace, PACE_FLOW))
		draw(s, PACE_FLOW, 0, now);
}

/* A minute of rows, a key now and then; 0 = none. */
static struct screen minute(size_t counters, int key_ms)
{
	struct screen s = { .counters = counters, .reversed = true };

	for (int ms = 0; ms < MINUTE_MS; ms++) {
		usec now = USEC_SEC + ms * USEC_MS;

		s.rows = s.rows || ms % ROWS_MS == 0;
		if (key_ms && ms > USEC_SEC / USEC_MS && ms % key_ms == key_ms - 1)
			step(&s, now);
		pass(&s, now);
	}
	return s;
}

static void test_a_minute_of_rows_over_a_slow_link(void **state)
{
	static const int every[] = { 400, 600, 777, 900, 1000, 1300, 1700, 2500, 4000 };

	(void)state;
	for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
		struct link l = minute(COUNTERS, every[i]).link;

		if (l.slowest > 1)
			fail_msg("a key every %d ms is answered after %.2f s of the link's time", every[i],
			         l.slowest);
		assert_true(l.most <= QUEUE_MAX);
		assert_true(l.frames >= 60);             /* it does not stand still either */
		assert_true(l.frames <= 400);            /* of 12,000 rows: dropped, not queued */
	}
}

/* When keys rest, all is there, and the counters went on meanwhile. */
static void test_keys_that_rest_get_all(void **state)
{
	struct screen s = minute(COUNTERS, 900);
	usec now = USEC_SEC + MINUTE_MS * USEC_MS;

	(void)state;
	step(&s, now);
	assert_int_equal(s.behind & PACE_ROWS, PACE_ROWS);
	for (int ms = 0; ms < 2500; ms++)
		pass(&s, now + ms * USEC_MS);
	assert_int_equal(s.behind, 0);
	assert_false(s.rows);
	assert_true(s.reversed);
	assert_int_equal(pace_leaves(&s.pace, PACE_FLOW, now + 3 * USEC_SEC), 0);
}

/* As it was before anything flowed: nothing is put off, whatever the link has. */
static void test_at_rest_a_key_gets_all_at_once(void **state)
{
	struct pace p = { 0 };
	usec now = 100 * USEC_SEC;

	(void)state;
	for (int i = 0; i < 10; i++, now += 100 * USEC_MS) {
		pace_step(&p, false, now);
		assert_int_equal(pace_leaves(&p, PACE_STEP, now), 0);
		pace_drawn(&p, PACE_STEP, 0, 700, now);
	}
	/* Held down only the mark moves, until it is let go. */
	pace_step(&p, false, now - 60 * USEC_MS);
	assert_int_equal(pace_leaves(&p, PACE_STEP, now - 60 * USEC_MS), PACE_DETAIL | PACE_ROWS);
	assert_int_equal(pace_rest(&p, PACE_DETAIL | PACE_ROWS), now + 20 * USEC_MS);
	assert_int_equal(pace_leaves(&p, PACE_STEP, now + 20 * USEC_MS), 0);
	assert_int_equal(pace_rest(&p, 0), TIME_NONE);
}

/* The detail is late by no more than that on any link; another key gets everything. */
static void test_nothing_is_late_for_long(void **state)
{
	struct pace p = { 0 };
	usec now = 100 * USEC_SEC, first = 0;

	(void)state;
	pace_drawn(&p, PACE_FLOW, 0, 2000, now);
	for (int i = 0; i < 4; i++, now += 90 * USEC_MS) {
		pace_step(&p, true, now);
		first = first ? first : now;
		assert_int_equal(pace_leaves(&p, PACE_STEP, now),
		                 PACE_DETAIL | PACE_ROWS | PACE_COUNTERS);
		pace_drawn(&p, PACE_STEP, PACE_DETAIL | PACE_ROWS | PACE_COUNTERS, MARK, now);
	}
	assert_int_equal(pace_rest(&p, PACE_DETAIL), first + 400 * USEC_MS);
	assert_int_equal(pace_leaves(&p, PACE_FLOW, now), PACE_DETAIL | PACE_ROWS);
	assert_int_equal(pace_leaves(&p, PACE_KEY, now), PACE_DETAIL | PACE_ROWS);
	pace_key(&p);
	assert_int_equal(pace_leaves(&p, PACE_KEY, now), 0);
}

/* Keys alone could fill the link: what flows goes on, only slower. */
static void test_what_flows_is_not_starved(void **state)
{
	struct pace p = { 0 };
	usec now = 100 * USEC_SEC;
	unsigned frames = 0;

	(void)state;
	for (int i = 0; i < 1000; i++, now += 10 * USEC_MS) {
		if (i % 10 == 0) {
			pace_step(&p, true, now);
			pace_drawn(&p, PACE_STEP, PACE_COUNTERS, 200, now);
		}
		if (now < pace_when(&p, PACE_FLOW))
			continue;
		frames++;
		pace_drawn(&p, PACE_FLOW, 0, COUNTERS, now);
	}
	assert_in_range(frames, 3, 6);
}

static void test_small_frames_come_ten_times_a_second(void **state)
{
	struct link l = minute(10, 0).link;

	(void)state;
	assert_in_range(l.frames, 500, 640);
}

/* A page of rows delays the counters after it, but neither for long nor a section's end. */
static void test_a_page_delays_what_flows(void **state)
{
	struct pace p = { 0 };
	usec now = 100 * USEC_SEC;

	(void)state;
	pace_drawn(&p, PACE_NEWS, 0, 1500, now);
	assert_true(pace_when(&p, PACE_NEWS) <= now);
	assert_int_equal(pace_when(&p, PACE_FLOW), now + 2 * USEC_SEC);
	assert_int_equal(pace_when(&p, PACE_KEY), 0);
	for (int i = 0; i < 5; i++)
		pace_drawn(&p, PACE_NEWS, 0, 0, now);
	assert_int_equal(pace_when(&p, PACE_NEWS), now + 400 * USEC_MS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_minute_of_rows_over_a_slow_link),
		cmocka_unit_test(test_keys_that_rest_get_all),
		cmocka_unit_test(test_at_rest_a_key_gets_all_at_once),
		cmocka_unit_test(test_nothing_is_late_for_long),
		cmocka_unit_test(test_what_flows_is_not_starved),
		cmocka_unit_test(test_small_frames_come_ten_times_a_second),
		cmocka_unit_test(test_a_page_delays_what_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
