/* How windows are cut and chains are walked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/plan.h"

#define NOW (INT64_C(20000) * USEC_DAY)
#define AGO(days) (NOW - (days) * USEC_DAY)

static const struct step stores[] = {
	{ .source = "live", .age_to = 30, .authority = true },
	{ .source = "archive", .age_from = 30, .age_to = 180, .chunk_days = 7, .authority = true },
};
static const struct section_def kept = { .steps = stores, .nsteps = 2, .windowed = true };

static const struct step with_copy[] = {
	{ .source = "live", .age_to = 30, .authority = true },
	{ .source = "copy" },
};
static const struct section_def copied = { .steps = with_copy, .nsteps = 2, .windowed = true };

static struct plan cut(const struct section_def *def, usec from, usec to)
{
	struct window w = { from, to, to, "" };
	struct plan p;

	plan_segments(&p, def, &w, NOW);
	return p;
}

static void test_recent_window_is_one_segment(void **state)
{
	(void)state;
	struct plan p = cut(&kept, AGO(5), TIME_NONE);

	assert_int_equal(p.n, 1);
	assert_int_equal(p.segments[0].from, AGO(5));
	assert_int_equal(p.segments[0].to, NOW);
	assert_true(p.kept[0]);
}

static void test_straddling_window_is_split_newest_first(void **state)
{
	(void)state;
	struct plan p = cut(&kept, AGO(200), AGO(10));

	assert_int_equal(p.n, 3);
	assert_int_equal(p.segments[0].from, AGO(30));
	assert_int_equal(p.segments[0].to, AGO(10));
	assert_int_equal(p.segments[1].from, AGO(180));
	assert_int_equal(p.segments[1].to, AGO(30));
	assert_true(p.kept[1]);
	assert_int_equal(p.segments[2].from, AGO(200));
	assert_false(p.kept[2]);
	assert_int_equal(plan_kept_days(&kept), 180);
}

static void test_segments_tile_the_window(void **state)
{
	(void)state;
	for (int from = 1; from < 400; from += 7)
		for (int to = 0; to < from; to += 11) {
			struct plan p = cut(&kept, AGO(from), AGO(to));

			assert_int_equal(p.segments[0].to, AGO(to));
			assert_int_equal(p.segments[p.n - 1].from, AGO(from));
			for (size_t i = 1; i < p.n; i++)
				assert_int_equal(p.segments[i].to, p.segments[i - 1].from);
		}
}

static void test_a_store_without_limits_covers_everything(void **state)
{
	(void)state;
	struct plan p = cut(&copied, AGO(400), AGO(1));

	for (size_t i = 0; i < p.n; i++)
		assert_true(p.kept[i]);
	assert_int_equal(plan_kept_days(&copied), 0);
	assert_false(plan_covers(&with_copy[0], (struct span){ AGO(40), AGO(1) }, NOW));
	assert_true(plan_covers(&with_copy[1], (struct span){ AGO(40), AGO(1) }, NOW));
}

static void test_slices_tile_the_segment(void **state)
{
	(void)state;
	for (int days = 1; days < 600; days++) {
		struct span s = { AGO(days), NOW };
		size_t n = plan_slices(s, 7);

		assert_in_range(n, 1, PLAN_SLICES);
		assert_int_equal(plan_slice(s, 7, 0).to, NOW);
		assert_int_equal(plan_slice(s, 7, n - 1).from, s.from);
		for (size_t i = 1; i < n; i++)
			assert_int_equal(plan_slice(s, 7, i).to, plan_slice(s, 7, i - 1).from);
	}
	assert_int_equal(plan_slices((struct span){ AGO(30), NOW }, 7), 5);
	assert_int_equal(plan_slices((struct span){ AGO(30), NOW }, 0), 1);
}

static void test_shrinking_goes_three_two_one(void **state)
{
	(void)state;
	struct span seg = { AGO(5), NOW }, s = seg;
	usec days[3];
	size_t n = 0;

	while (plan_shrink(seg, s, TIME_NONE, &s)) {
		assert_int_equal(s.to, NOW);
		days[n++] = (s.to - s.from) / USEC_DAY;
		assert_true(n <= 3);
	}
	assert_int_equal(n, 3);
	assert_int_equal(days[0], 3);
	assert_int_equal(days[1], 2);
	assert_int_equal(days[2], 1);
}

static void test_shrinking_is_anchored(void **state)
{
	(void)state;
	struct span seg = { AGO(10), NOW }, s;

	assert_true(plan_shrink(seg, seg, AGO(4), &s));
	assert_int_equal(s.to, AGO(4));
	assert_int_equal(s.from, AGO(7));
	assert_true(plan_shrink(seg, seg, AGO(9), &s));      /* no room before the anchor */
	assert_int_equal(s.from, AGO(10));
	assert_int_equal(s.to, AGO(7));
	assert_true(plan_shrink((struct span){ AGO(3), AGO(1) }, (struct span){ AGO(3), AGO(1) }, NOW, &s));
	assert_int_equal(s.to - s.from, USEC_DAY);
}

/* A source's clock may be ahead of ours. */
static void test_a_window_is_never_backwards(void **state)
{
	(void)state;
	struct plan p = cut(&kept, NOW + 3 * USEC_DAY, TIME_NONE);

	assert_int_equal(p.n, 1);
	assert_int_equal(p.segments[0].from, NOW + 3 * USEC_DAY);
	assert_int_equal(p.segments[0].to, NOW + 4 * USEC_DAY);
	p = cut(&kept, TIME_NONE, TIME_NONE);                /* not found yet */
	assert_int_equal(p.segments[0].from, TIME_NONE);
}

/* What a chain of one or two steps ends as. 'o' rows, 'p' rows but not all, 'e'
 * empty, 'f' failed, 'u' not configured, '-' not asked; '!' an authority, '<' whose
 * data are behind. */
static struct step_result result(const char *spec)
{
	char what = spec[0];
	struct step_result r = { .asked = what != '-' && what != 'u', .whole = what != 'p',
				 .unavailable = what == 'u' };

	r.rows = what == 'o' || what == 'p' ? 3 : 0;
	if (what == 'f')
		r.err.kind = ERR_TIMEOUT;
	if (strchr(spec, '<'))
		r.lag = USEC_HOUR;
	return r;
}

static enum section_state walk(const char *first, const char *second)
{
	struct step steps[2] = { { .authority = first[1] == '!' }, { .authority = second[1] == '!' } };
	struct hearing h = { 0 };
	struct step_result a = result(first), b = result(second);
	struct fetch_move m = fetch_next(&steps[0], &a, false, &h);

	if (m.move == MOVE_NEXT_STEP)
		m = fetch_next(&steps[1], &b, true, &h);
	assert_int_equal(m.move, MOVE_END);
	return m.state;
}

static void test_the_walk(void **state)
{
	static const struct { const char *first, *second; enum section_state end; } cases[] = {
		{ "o!", "o!", SECTION_OK },          { "p!", "o!", SECTION_PARTIAL },
		{ "e!", "o",  SECTION_OK },          { "f!", "o",  SECTION_OK },
		{ "f!", "p",  SECTION_PARTIAL },     { "e!", "e",  SECTION_EMPTY },
		{ "e!", "f",  SECTION_EMPTY },       { "e!", "u",  SECTION_EMPTY },
		{ "f!", "e",  SECTION_FAILED },      /* a copy's silence is no evidence */
		{ "f!", "e!", SECTION_EMPTY },       { "f!", "f",  SECTION_FAILED },
		{ "u!", "f",  SECTION_FAILED },      { "u!", "u!", SECTION_UNAVAILABLE },
		{ "u!", "e",  SECTION_UNAVAILABLE }, { "-",  "e",  SECTION_UNAVAILABLE },
		{ "-",  "-",  SECTION_SKIPPED },     { "-",  "e!", SECTION_EMPTY },
		{ "-",  "u",  SECTION_UNAVAILABLE },
		{ "f!", "e!<", SECTION_FAILED },     /* what is new only the first would know */
		{ "f!<", "e!", SECTION_EMPTY },      { "f!<", "e!<", SECTION_EMPTY },
		{ "e!<", "f!", SECTION_FAILED },     { "e!", "f!<", SECTION_EMPTY },
		{ "f!", "o!<", SECTION_OK },         { "u!", "e!<", SECTION_EMPTY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (walk(cases[i].first, cases[i].second) != cases[i].end)
			fail_msg("%s then %s: %s", cases[i].first, cases[i].second,
				 section_state_word(walk(cases[i].first, cases[i].second)));
}

static void test_merging(void **state)
{
	static const struct { enum section_state a, b, whole; } cases[] = {
		{ SECTION_OK, SECTION_OK, SECTION_OK },
		{ SECTION_OK, SECTION_EMPTY, SECTION_OK },
		{ SECTION_EMPTY, SECTION_EMPTY, SECTION_EMPTY },
		{ SECTION_EMPTY, SECTION_FAILED, SECTION_PARTIAL },     /* never EMPTY */
		{ SECTION_EMPTY, SECTION_SKIPPED, SECTION_PARTIAL },
		{ SECTION_OK, SECTION_UNAVAILABLE, SECTION_PARTIAL },
		{ SECTION_FAILED, SECTION_UNAVAILABLE, SECTION_FAILED },
		{ SECTION_UNAVAILABLE, SECTION_SKIPPED, SECTION_UNAVAILABLE },
		{ SECTION_SKIPPED, SECTION_SKIPPED, SECTION_SKIPPED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum section_state ab[] = { cases[i].a, cases[i].b }, ba[] = { cases[i].b, cases[i].a };

		assert_int_equal(plan_merge(ab, 2), cases[i].whole);
		assert_int_equal(plan_merge(ba, 2), cases[i].whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recent_window_is_one_segment),
		cmocka_unit_test(test_straddling_window_is_split_newest_first),
		cmocka_unit_test(test_segments_tile_the_window),
		cmocka_unit_test(test_a_store_without_limits_covers_everything),
		cmocka_unit_test(test_slices_tile_the_segment),
		cmocka_unit_test(test_shrinking_goes_three_two_one),
		cmocka_unit_test(test_shrinking_is_anchored),
		cmocka_unit_test(test_a_window_is_never_backwards),
		cmocka_unit_test(test_the_walk),
		cmocka_unit_test(test_merging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
