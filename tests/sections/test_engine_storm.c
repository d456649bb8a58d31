/* The engine under a user who does anything at any time, over sources that do
 * anything: nothing leaks, nothing is mixed, nothing waits for ever, and once the
 * sources are well again everything is answered. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_engine.h"

/* ---- a workspace with everything in it -------------------------------------------------- */

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	(void)e;
	return facts_set(f, "candidate", typed, "");
}

static void find_window(const struct facts *f, usec now, struct window *w)
{
	(void)f;
	*w = (struct window){ now - 50 * USEC_DAY, now, now - USEC_DAY, "" };
}

static bool learn(const struct section *s, const struct step *answered, struct facts *f)
{
	facts_set_cell(f, "id", section_cell(s, 0, "id"), s->def->id);
	return !strcmp(answered->source, "b");
}

static bool skip_unknown(const struct facts *f, char reason[static REASON_MAX])
{
	memcpy(reason, "no id", sizeof "no id");
	return !facts_get(f, "id");
}

static const struct column_def columns[] = { { .id = "id" } };
static const char *const after_head[] = { "head", NULL };
static const struct step head_steps[] = {
	{ .source = "a", .query = "by_id", .authority = true },
	{ .source = "b", .query = "by_any" },
};
static const struct step old_steps[] = {
	{ .source = "a", .query = "side", .authority = true, .age_to = 30 },
	{ .source = "b", .query = "side_old", .authority = true, .age_from = 30, .chunk_days = 7 },
	{ .source = "off", .query = "side" },
	{ .source = "c", .query = "by_any" },
};
static const struct step mem_steps[] = {
	{ .source = "c", .query = "mem", .authority = true, .shrink = true },
	{ .source = "c", .query = "absent" },
};
#define CHAIN(name) .columns = columns, .ncolumns = 1, .steps = name, \
	.nsteps = sizeof name / sizeof name[0]

static const struct section_def head = { .id = "head", .title = "H", CHAIN(head_steps), .learn = learn };
static const struct section_def old = {
	.id = "old", .title = "O", CHAIN(old_steps), .after = after_head, .windowed = true,
};
static const struct section_def mem = {
	.id = "mem", .title = "M", CHAIN(mem_steps), .after = after_head, .windowed = true, .skip = skip_unknown,
};
static const struct section_def *const sections[] = { &head, &old, &mem };
static const struct workspace workspace = {
	.name = "test", .subject = "thing", .sections = sections, .nsections = 3,
	.identify = identify, .window = find_window,
};

/* ---- moods of the sources ------------------------------------------------------------------ */

/* Each has its own value, so that late rows of another show. */
#define MOOD(v, ...) { \
	{ "a", "by_id", 1, .value = v, __VA_ARGS__ }, { "a", "side", 1500, .value = v, __VA_ARGS__ }, \
	{ "b", "by_any", 1, .value = v }, { "b", "side_old", 3, .value = v, __VA_ARGS__ }, \
	{ "c", "mem", 2, .value = v, __VA_ARGS__ }, { "c", "by_any", 1, .value = v }, { 0 } }
#define DEAD(...) { \
	{ "a", "by_id", 0, __VA_ARGS__ }, { "a", "side", 0, __VA_ARGS__ }, \
	{ "b", "by_any", 0, __VA_ARGS__ }, { "b", "side_old", 0, __VA_ARGS__ }, \
	{ "c", "mem", 0, __VA_ARGS__ }, { "c", "by_any", 0, __VA_ARGS__ }, { 0 } }

static const struct act moods[][7] = {
	MOOD("1", .hang = false), MOOD("2", .hang = true), MOOD("3", .memory_over = 2 * USEC_DAY),
	MOOD("4", .kind = ERR_NETWORK, .transient = true), MOOD("5", .hang = false),
	DEAD(.kind = ERR_NETWORK, .transient = true), DEAD(.kind = ERR_AUTH, .code = 403),
	DEAD(.kind = ERR_TRUST), DEAD(.hang = true), DEAD(.kind = ERR_NONE),
};
enum { MOODS = sizeof moods / sizeof moods[0], WELL = 0 };

/* ---- the storm --------------------------------------------------------------------------------- */

static uint32_t dice;

static unsigned roll(unsigned sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % sides;
}

static void reopen(void)
{
	struct err e;

	engine_close(fake.engine, fake.inv);
	fake.inv = engine_open(fake.engine, "x2", &e);
	assert_non_null(fake.inv);
}

static void do_anything(void)
{
	switch (roll(15)) {
	case 0: engine_refetch(fake.engine, fake.inv, roll(3)); break;
	case 1: engine_refetch_all(fake.engine, fake.inv); break;
	case 2: engine_cancel(fake.engine, fake.inv, roll(3)); break;
	case 3: engine_cancel_all(fake.engine, fake.inv); break;
	case 4: engine_check(fake.engine, roll(FAKE_SOURCES)); break;
	case 5: fake_play(moods[roll(MOODS)]); break;
	case 6: fake.mono += roll(20) * USEC_SEC; break;
	case 7:
		if (roll(4) == 0)
			reopen();
		break;
	default:
		poll(&(struct pollfd){ engine_fd(fake.engine), POLLIN, 0 }, 1, 2);
	}
	engine_tick(fake.engine, NULL);
}

static bool all_quiet(void)
{
	for (size_t i = 0; i < FAKE_SOURCES; i++)
		if (engine_source(fake.engine, i)->in_flight || engine_source(fake.engine, i)->checking)
			return false;
	return fake_settled();
}

static void come_to_rest(void)
{
	fake_play(moods[WELL]);
	engine_cancel_all(fake.engine, fake.inv);        /* what hangs would hang for 30 s */
	fake_run(all_quiet);
	fake.mono += 2 * USEC_MIN;
	for (int round = 0; round < 2; round++) {        /* the first may only be a probe */
		engine_refetch_all(fake.engine, fake.inv);
		fake_run(all_quiet);
		fake.mono += 2 * USEC_MIN;
	}
	for (size_t i = 0; i < fake.inv->nsections; i++) {
		const struct section *s = &fake.inv->sections[i];

		assert_string_equal(section_state_word(s->state), "ok");
		assert_false(s->previous);
		for (size_t row = 0; row < s->rows.rows; row++)
			assert_true(cell_is(section_cell(s, row, "id"), "1"));
	}
	assert_int_equal(fake.inv->sections[1].rows.rows, 1500 + 3 * 3);
	for (size_t i = 0; i < fake.inv->nlog; i++)
		assert_true(fake.inv->log[i]->outcome > ATTEMPT_RUNNING);
}

static void test_storm(void **state)
{
	(void)state;
	fake_begin(&workspace, moods[WELL]);
	for (unsigned storm = 0; storm < 40; storm++) {
		dice = storm;
		for (int i = 0; i < 120; i++)
			do_anything();
		come_to_rest();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_storm, fake_setup, fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
