/* Sections that are asked only when somebody opens them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/support/fake_engine.h"
#include "tests/support/section_rows.h"

/* ---- a small workspace ------------------------------------------------------------------ */

static const struct column_def columns[] = {
	{ "id", "id", COLUMN_TEXT, 1, 8, true },
	{ "missing", "missing", COLUMN_TEXT, 1, 8, false },
};
static const struct step head_steps[] = { { .source = "a", .query = "by_id", .authority = true } };
static const struct step side_steps[] = { { .source = "a", .query = "side", .authority = true } };
static const struct step more_steps[] = { { .source = "b", .query = "by_any", .authority = true } };
static const struct step last_steps[] = { { .source = "c", .query = "mem", .authority = true } };
static const char *const after_head[] = { "head", NULL };
static const char *const after_more[] = { "head", "more", NULL };

static const struct ask_def asks[] = {
	{ "more about this", "side", { { "id", "more_id" }, { "missing", "more_missing" } } },
	{ "more about what is missing", "side", { { "missing", "more_missing" } } },
};

static const struct section_def head = {
	.id = "head", .title = "Head", .letter = 'H', .columns = columns, .ncolumns = 2,
	.steps = head_steps, .nsteps = 1,
};
static const struct section_def side = {
	.id = "side", .title = "Side", .letter = 'S', .columns = columns, .ncolumns = 2,
	.after = after_head, .steps = side_steps, .nsteps = 1,
};
static const struct section_def more = {
	.id = "more", .title = "More", .letter = 'M', .columns = columns, .ncolumns = 2,
	.after = after_head, .steps = more_steps, .nsteps = 1,
	.on_demand = true, .question = "what else there is", .asks = asks, .nasks = 2,
};
static const struct section_def last = {
	.id = "last", .title = "Last", .letter = 'Z', .columns = columns, .ncolumns = 2,
	.after = after_more, .steps = last_steps, .nsteps = 1,
	.on_demand = true, .question = "what is left",
};
static const char *const needs_story[] = { "story", NULL };
static const struct step outside_steps[] = {
	{ .source = "c", .query = "mem", .needs = needs_story, .authority = true },
};
static const struct section_def outside = {
	.id = "outside", .title = "Outside", .letter = 'X', .columns = columns, .ncolumns = 2,
	.steps = outside_steps, .nsteps = 1, .on_demand = true, .question = "what others say", .told = "story",
};
static const struct section_def *const sections[] = { &head, &side, &more, &last, &outside };
enum { HEAD, SIDE, MORE, LAST, OUTSIDE };

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	(void)e;
	return facts_set(f, "identifier", typed, "");
}

static void find_window(const struct facts *f, usec now, struct window *w)
{
	(void)f;
	w->to = w->anchor = now;
	w->from = now - USEC_DAY;
}

static const struct workspace workspace = {
	.name = "test", .subject = "thing", .sections = sections, .nsections = 5,
	.identify = identify, .window = find_window,
};

static const struct act all_well[] = {
	{ "a", "by_id", 1 }, { "a", "side", 3 }, { "b", "by_any", 2 }, { "c", "mem", 1 }, { 0 },
};

static const struct act slow_head[] = {
	{ "a", "by_id", 1, .hang = true }, { "a", "side", 3 }, { "b", "by_any", 2 }, { "c", "mem", 1 }, { 0 },
};

static const struct act slow_more[] = {
	{ "a", "by_id", 1 }, { "a", "side", 3 }, { "b", "by_any", 2, .hang = true }, { 0 },
};

static struct section *section(size_t i)
{
	return &fake.inv->sections[i];
}

static void ask(size_t i, const struct subject *about)
{
	struct err e = { 0 };

	assert_true(engine_ask(fake.engine, fake.inv, i, about, &e));
}

static bool head_running(void)
{
	return section(HEAD)->state == SECTION_RUNNING && fake_in_run() == 1;
}

static bool more_running(void)
{
	return section(MORE)->state == SECTION_RUNNING && section(MORE)->rows.rows == 2;
}

#define STATE(i, what) assert_string_equal(fake_state(i), what)

/* ---- not before ------------------------------------------------------------------------------ */

static void test_not_asked_at_the_start(void **state)
{
	size_t final;

	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	STATE(SIDE, "ok");
	STATE(MORE, "not_asked");
	STATE(LAST, "not_asked");
	assert_false(fake_asked("b/by_any"));
	assert_int_equal(section(MORE)->ntrail, 0);
	assert_int_equal(fake.inv->settled_mono > 0, 1);
	assert_int_equal(investigation_asked(fake.inv, &final), 2);
	assert_int_equal(final, 2);
	assert_int_equal(investigation_exit_code(fake.inv), EXIT_COMPLETE);
}

static void test_all_again_leaves_it_out(void **state)
{
	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	engine_refetch_all(fake.engine, fake.inv);
	fake_run(fake_settled);
	assert_int_equal(fake_count("a/by_id"), 2);
	STATE(MORE, "not_asked");
	engine_cancel_all(fake.engine, fake.inv);
	STATE(MORE, "not_asked");
	/* Nor is what nobody asked followed. */
	engine_follow(fake.engine, fake.inv, MORE, FOLLOW_LEAST);
	assert_int_equal(section(MORE)->follow.state, FOLLOW_OFF);
}

/* ---- asked ------------------------------------------------------------------------------------- */

static void test_asked_once_it_is_opened(void **state)
{
	usec settled;

	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	settled = fake.inv->settled_mono;
	ask(MORE, NULL);
	assert_false(investigation_settled(fake.inv));
	assert_int_equal(investigation_asked(fake.inv, NULL), 3);
	/* The investigation itself was done before. */
	assert_int_equal(fake.inv->settled_mono, settled);
	fake_run(fake_settled);
	STATE(MORE, "ok");
	assert_int_equal(section(MORE)->rows.rows, 2);
	assert_string_equal(section(MORE)->about, "");
	assert_int_equal(fake.inv->settled_mono, settled);
	/* Opening it again asks nobody; asking again does. */
	ask(MORE, NULL);
	fake_run(fake_settled);
	assert_int_equal(fake_count("b/by_any"), 1);
	engine_refetch(fake.engine, fake.inv, MORE);
	fake_run(fake_settled);
	assert_int_equal(fake_count("b/by_any"), 2);
	assert_int_equal(fake_count("a/by_id"), 1);
	engine_refetch_all(fake.engine, fake.inv);
	fake_run(fake_settled);
	assert_int_equal(fake_count("b/by_any"), 3);
}

static void test_refetching_is_asking(void **state)
{
	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	engine_refetch(fake.engine, fake.inv, MORE);
	fake_run(fake_settled);
	STATE(MORE, "ok");
}

static void test_waits_for_what_it_follows(void **state)
{
	(void)state;
	fake_begin(&workspace, slow_head);
	fake_run(head_running);
	ask(MORE, NULL);
	engine_tick(fake.engine, NULL);
	STATE(MORE, "waiting");
	assert_string_equal(section(MORE)->waiting_on, "Head");
	assert_false(fake_asked("b/by_any"));
	fake_play(all_well);
	engine_refetch(fake.engine, fake.inv, HEAD);
	fake_run(fake_settled);
	STATE(MORE, "ok");
	assert_true(fake.inv->settled_mono > 0);
}

static void test_one_on_demand_brings_another(void **state)
{
	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	ask(LAST, NULL);
	fake_run(fake_settled);
	STATE(MORE, "ok");
	STATE(LAST, "ok");
}

static void test_stopped_and_asked_again(void **state)
{
	(void)state;
	fake_begin(&workspace, slow_more);
	fake_run(fake_settled);
	ask(MORE, NULL);
	fake_run(more_running);
	engine_cancel(fake.engine, fake.inv, MORE);
	STATE(MORE, "cancelled");
	fake_run(fake_settled);
	fake_play(all_well);
	engine_refetch(fake.engine, fake.inv, MORE);
	fake_run(fake_settled);
	STATE(MORE, "ok");
}

static bool followed_twice(void)
{
	return fake_count("b/by_any") >= 3;
}

static void test_followed_once_it_was_asked(void **state)
{
	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	ask(MORE, NULL);
	fake_run(fake_settled);
	engine_follow(fake.engine, fake.inv, MORE, FOLLOW_LEAST);
	fake_run(followed_twice);
	assert_int_equal(fake_count("a/by_id"), 1);
	assert_false(fake_asked("c/mem"));
}

static void test_only_it(void **state)
{
	static const char *const ids[] = { "more" };

	(void)state;
	fake_begin(&workspace, all_well);
	engine_only(fake.engine, fake.inv, ids, 1);
	fake_run(fake_settled);
	STATE(HEAD, "ok");
	STATE(SIDE, "skipped");
	STATE(MORE, "ok");
	STATE(LAST, "not_asked");
	assert_true(fake.inv->settled_mono > 0);
	/* Later it may be asked all the same. */
	ask(LAST, NULL);
	fake_run(fake_settled);
	STATE(LAST, "ok");
}

static void test_a_failure_of_it_counts_once_it_was_asked(void **state)
{
	static const struct act broken[] = {
		{ "a", "by_id", 1 }, { "a", "side", 3 }, { "b", "by_any", 0, ERR_REMOTE, 500 }, { 0 },
	};

	(void)state;
	fake_begin(&workspace, broken);
	fake_run(fake_settled);
	assert_int_equal(investigation_exit_code(fake.inv), EXIT_COMPLETE);
	ask(MORE, NULL);
	fake_run(fake_settled);
	STATE(MORE, "failed");
	assert_int_equal(investigation_exit_code(fake.inv), EXIT_INCOMPLETE);
}

/* ---- about a record ----------------------------------------------------------------------------- */

static void test_asked_about_a_record(void **state)
{
	struct subject first, second;

	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	assert_true(subject_take(&first, &asks[0], section(SIDE), 1));
	assert_true(subject_take(&second, &asks[0], section(SIDE), 2));
	assert_false(subject_take(&second, &asks[1], section(SIDE), 2));   /* nothing in that column */
	assert_false(subject_take(&second, &asks[0], section(HEAD), 0));   /* another section */
	assert_false(subject_take(&second, &asks[0], section(SIDE), 3));   /* no such row */
	assert_true(subject_take(&second, &asks[0], section(SIDE), 2));
	ask(MORE, &first);
	assert_string_equal(facts_get(&fake.inv->facts, "more_id"), "1");
	assert_null(facts_get(&fake.inv->facts, "more_missing"));
	assert_string_equal(section(MORE)->about, "1");
	fake_run(fake_settled);
	assert_int_equal(fake_count("b/by_any"), 1);
	ask(MORE, &first);                       /* just that was asked */
	fake_run(fake_settled);
	assert_int_equal(fake_count("b/by_any"), 1);
	ask(MORE, &second);
	/* What is shown is never the answer about another record. */
	assert_int_equal(section(MORE)->rows.rows, 0);
	assert_false(section(MORE)->previous);
	fake_run(fake_settled);
	assert_int_equal(fake_count("b/by_any"), 2);
	assert_string_equal(facts_get(&fake.inv->facts, "more_id"), "2");
	/* Asking again keeps the subject, even when all are asked again. */
	engine_refetch(fake.engine, fake.inv, MORE);
	engine_refetch_all(fake.engine, fake.inv);
	fake_run(fake_settled);
	assert_string_equal(section(MORE)->about, "2");
	assert_string_equal(facts_get(&fake.inv->facts, "more_id"), "2");
	ask(MORE, NULL);
	assert_string_equal(section(MORE)->about, "");
	assert_null(facts_get(&fake.inv->facts, "more_id"));
	fake_run(fake_settled);
	STATE(MORE, "ok");
}

static void test_another_subject_drops_the_former_answer(void **state)
{
	struct subject about;

	(void)state;
	fake_begin(&workspace, slow_more);
	fake_run(fake_settled);
	ask(MORE, NULL);
	fake_run(more_running);
	fake_play(all_well);
	assert_true(subject_take(&about, &asks[0], section(SIDE), 1));
	ask(MORE, &about);
	assert_int_equal(section(MORE)->rows.rows, 0);
	fake_run(fake_settled);
	STATE(MORE, "ok");
	assert_int_equal(section(MORE)->rows.rows, 2);
	assert_int_equal(section(MORE)->ntrail, 1);
}

/* ---- what a value becomes ------------------------------------------------------------------------ */

static void assert_fit(const char *from, const char *to)
{
	struct section_rows r;
	struct subject about;

	section_rows_init(&r, &side, "2026-01-23 14:22:07");
	section_row(&r, "id", from, NULL);
	section_finish(&r);
	assert_int_equal(subject_take(&about, &asks[0], &r.section, 0), to != NULL);
	if (to)
		assert_string_equal(about.values[0], to);
	section_rows_release(&r);
}

static void test_what_is_not_printable_is_a_blank(void **state)
{
	(void)state;
	assert_fit("signature rejected", "signature rejected");
	assert_fit("  a\tb\r\n   at c()\n", "a b    at c()");
	assert_fit("\x1b[31mred\xff\xe2\x80\xae!", "[31mred !");
	assert_fit("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac");
	assert_fit("two  blanks", "two  blanks");
	assert_fit(" \n\t ", NULL);
	assert_fit("", NULL);
	assert_fit(NULL, NULL);
}

static void test_long_values_are_cut_between_characters(void **state)
{
	static char longest[3 * ASK_VALUE];
	struct subject about = { .def = &asks[0] };
	struct section_rows r;
	char text[ABOUT_MAX];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof longest; i += 2)
		memcpy(longest + i, "\xc3\xa9", 2);
	longest[0] = longest[1] = 'x';
	section_rows_init(&r, &side, "2026-01-23 14:22:07");
	section_row(&r, "id", longest, NULL);
	section_finish(&r);
	assert_true(subject_take(&about, &asks[0], &r.section, 0));
	assert_int_equal(strlen(about.values[0]), ASK_VALUE);
	assert_true(text_is_utf8(about.values[0], ASK_VALUE));
	subject_text(&about, text);
	assert_in_range(strlen(text), ABOUT_MAX - 5, ABOUT_MAX - 1);
	assert_true(text_is_utf8(text, strlen(text)));
	assert_string_equal(text + strlen(text) - 3, "\xe2\x80\xa6");
	section_rows_release(&r);
}

/* ---- what the load's workspace declares ----------------------------------------------------------- */

static const struct section_def *def_named(const char *id)
{
	for (size_t i = 0; i < workspace_load.nsections; i++)
		if (!strcmp(workspace_load.sections[i]->id, id))
			return workspace_load.sections[i];
	fail_msg("no section %s", id);
	return NULL;
}

static void assert_column(const struct section_def *def, const char *id)
{
	for (size_t i = 0; i < def->ncolumns; i++)
		if (!strcmp(def->columns[i].id, id))
			return;
	fail_msg("%s has no column %s", def->id, id);
}

static void assert_param(const char *fact)
{
	for (size_t i = 0; workspace_load.params[i]; i++)
		if (!strcmp(workspace_load.params[i], fact))
			return;
	fail_msg("%s is no param of the workspace", fact);
}

/* Another section's question must not change with this one's. */
static void assert_own_fact(const struct section_def *own, const char *fact)
{
	for (size_t i = 0; i < workspace_load.nsections; i++) {
		const struct section_def *def = workspace_load.sections[i];

		for (size_t k = 0; def != own && k < def->nasks; k++)
			for (size_t n = 0; n < ASK_FACTS && def->asks[k].takes[n].fact; n++)
				assert_string_not_equal(def->asks[k].takes[n].fact, fact);
	}
	for (size_t i = 0; workspace_load.subject_facts[i]; i++)
		assert_string_not_equal(workspace_load.subject_facts[i], fact);
}

static void check_ask(const struct section_def *def, const struct ask_def *ask)
{
	assert_true(ask->word && ask->word[0]);
	assert_non_null(ask->takes[0].column);
	for (size_t i = 0; i < ASK_FACTS && ask->takes[i].column; i++) {
		assert_column(def_named(ask->from), ask->takes[i].column);
		assert_param(ask->takes[i].fact);
		assert_own_fact(def, ask->takes[i].fact);
	}
}

static void test_what_the_workspace_declares(void **state)
{
	bool behind = false;

	(void)state;
	assert_in_range(workspace_load.nsections, 1, SECTIONS_MAX);
	for (size_t i = 0; i < workspace_load.nsections; i++) {
		const struct section_def *def = workspace_load.sections[i];

		assert_true(def->on_demand || !behind);      /* numbers first */
		behind = def->on_demand;
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(workspace_load.sections[k]->letter, def->letter);
		for (size_t k = 0; def->after && def->after[k]; k++)
			assert_true(def->on_demand || !def_named(def->after[k])->on_demand);
		assert_true(def->on_demand ? def->question != NULL : !def->nasks);
		for (size_t k = 0; k < def->nasks; k++)
			check_ask(def, &def->asks[k]);
	}
}

/* ---- what somebody outside is told -------------------------------------------------------- */

static void tell(const char *story)
{
	struct err e = { 0 };

	assert_true(engine_tell(fake.engine, fake.inv, OUTSIDE, story, &e));
	fake_run(fake_settled);
}

static void test_told_only_what_was_agreed_to(void **state)
{
	struct err e = { 0 };

	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	assert_false(engine_ask(fake.engine, fake.inv, OUTSIDE, NULL, &e));
	engine_refetch(fake.engine, fake.inv, OUTSIDE);
	engine_refetch_all(fake.engine, fake.inv);
	fake_run(fake_settled);
	STATE(OUTSIDE, "not_asked");
	tell("a story");
	STATE(OUTSIDE, "ok");
	assert_string_equal(facts_get(&fake.inv->facts, "story"), "a story");
	assert_int_equal(fake_count("c/mem"), 1);
}

static void test_told_again_only_when_agreed_to_again(void **state)
{
	(void)state;
	fake_begin(&workspace, all_well);
	fake_run(fake_settled);
	tell("a story");
	engine_refetch(fake.engine, fake.inv, OUTSIDE);
	engine_refetch_all(fake.engine, fake.inv);
	engine_follow(fake.engine, fake.inv, OUTSIDE, FOLLOW_LEAST);
	assert_int_equal(section(OUTSIDE)->follow.state, FOLLOW_OFF);
	fake_run(fake_settled);
	assert_int_equal(fake_count("c/mem"), 1);
	STATE(OUTSIDE, "ok");
	tell("another story");
	assert_int_equal(fake_count("c/mem"), 2);
	assert_string_equal(facts_get(&fake.inv->facts, "story"), "another story");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, fake_setup, fake_teardown)
		T(not_asked_at_the_start),
		T(all_again_leaves_it_out),
		T(asked_once_it_is_opened),
		T(refetching_is_asking),
		T(waits_for_what_it_follows),
		T(one_on_demand_brings_another),
		T(stopped_and_asked_again),
		T(followed_once_it_was_asked),
		T(only_it),
		T(a_failure_of_it_counts_once_it_was_asked),
		T(asked_about_a_record),
		T(another_subject_drops_the_former_answer),
		cmocka_unit_test(test_what_the_workspace_declares),
		T(told_only_what_was_agreed_to),
		T(told_again_only_when_agreed_to_again),
		cmocka_unit_test(test_what_is_not_printable_is_a_blank),
		cmocka_unit_test(test_long_values_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
