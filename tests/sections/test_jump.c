/* Jumps between records: what the load workspace declares, and how they are followed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sections/jump.h"

/* ---- declared ---------------------------------------------------------------------------- */

static const struct section_def *section_named(const char *id)
{
	for (size_t i = 0; i < workspace_load.nsections; i++)
		if (!strcmp(workspace_load.sections[i]->id, id))
			return workspace_load.sections[i];
	return NULL;
}

static const struct column_def *column_named(const struct section_def *def, const char *id)
{
	for (size_t i = 0; i < def->ncolumns; i++)
		if (!strcmp(def->columns[i].id, id))
			return &def->columns[i];
	fail_msg("%s has no column %s", def->id, id);
	return NULL;
}

static void check_jump(const struct section_def *from, const struct jump_def *j)
{
	const struct section_def *to = section_named(j->to);

	/* What the table of the choice has room for. */
	assert_in_range(strlen(j->word), 1, 30);
	if (!to)
		fail_msg("%s: no section %s", from->id, j->to);
	for (size_t i = 0; i < JUMP_KEYS && j->same[i].here; i++) {
		column_named(from, j->same[i].here);
		column_named(to, j->same[i].there);
	}
	if (j->when == JUMP_WHENEVER) {
		assert_non_null(j->same[0].here);
		return;
	}
	assert_int_equal(column_named(from, j->at)->type, COLUMN_TIME);
	assert_int_equal(column_named(to, j->there_at)->type, COLUMN_TIME);
	assert_true(j->within > 0);
}

static void test_what_is_declared_exists(void **state)
{
	(void)state;
	for (size_t i = 0; i < workspace_load.nsections; i++) {
		const struct section_def *def = workspace_load.sections[i];

		assert_in_range(def->njumps, def->on_demand ? 0 : 1, JUMPS_MAX);
		if (def->opens)
			column_named(def, def->opens);
		for (size_t k = 0; k < def->njumps; k++)
			check_jump(def, &def->jumps[k]);
	}
}

/* ---- followed ------------------------------------------------------------------------------ */

struct load_case {
	struct section sections[SECTIONS_MAX];
	struct investigation inv;
};

static struct load_case lc;

static int open_case(void **state)
{
	(void)state;
	memset(&lc, 0, sizeof lc);
	lc.inv.sections = lc.sections;
	lc.inv.nsections = workspace_load.nsections;
	for (size_t i = 0; i < lc.inv.nsections; i++)
		lc.sections[i].def = workspace_load.sections[i];
	return 0;
}

static int close_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < lc.inv.nsections; i++)
		rowset_release(&lc.sections[i].rows);
	return 0;
}

static struct section *section(const char *id)
{
	size_t i = 0;

	while (strcmp(lc.sections[i].def->id, id) != 0)
		i++;
	return &lc.sections[i];
}

/* Column id, value, … , NULL; the other cells are NULL. */
static void row(const char *id, ...) __attribute__((sentinel));

static void row(const char *id, ...)
{
	struct section *s = section(id);
	struct cell cells[64] = { { 0 } };
	struct chunk_builder *b = chunk_builder_new(s->def->ncolumns);
	struct err e = { 0 };
	const char *column;
	va_list ap;

	va_start(ap, id);
	while ((column = va_arg(ap, const char *)))
		cells[column_named(s->def, column) - s->def->columns] = cell_of(va_arg(ap, const char *));
	va_end(ap);
	assert_true(chunk_builder_add(b, cells, &e));
	assert_true(rowset_append(&s->rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
}

/* The jump of that word from that row: "section/row of fits", "not given", … */
static struct jump follow(const char *from, size_t at, const char *word)
{
	const struct section *s = section(from);
	struct jump out;

	for (size_t i = 0; i < s->def->njumps; i++) {
		if (!strstr(s->def->jumps[i].word, word))
			continue;
		jump_follow(&lc.inv, s, at, &s->def->jumps[i], &out);
		return out;
	}
	fail_msg("%s has no jump '%s'", from, word);
	return out;
}

static void expect_found(struct jump j, const char *to, size_t at, size_t fits)
{
	assert_int_equal(j.outcome, JUMP_FOUND);
	assert_string_equal(lc.sections[j.section].def->id, to);
	assert_int_equal(j.row, at);
	assert_int_equal(j.fits, fits);
	assert_false(j.cut);
}

static void test_a_callback_and_its_event(void **state)
{
	(void)state;
	row("callbacks", "ts", "2026-01-23T12:00:00Z", "fk_tracking_id", "726100801", NULL);
	row("callbacks", "ts", "2026-01-23T08:00:00Z", NULL);
	row("callbacks", "ts", "soon", NULL);
	assert_int_equal(follow("callbacks", 0, "event").outcome, JUMP_NO_ROWS);
	row("ocean_events", "known_at", "2026-01-23T12:00:01Z", NULL);
	row("ocean_events", "known_at", "2026-01-23T11:59:00Z", NULL);
	row("ocean_events", "known_at", "yesterday", NULL);
	row("ocean_events", "known_at", "2026-01-23T11:00:00Z", NULL);
	row("ocean_events", "known_at", "2026-01-21T11:00:00Z", NULL);
	expect_found(follow("callbacks", 0, "event"), "ocean_events", 1, 2);
	assert_int_equal(follow("callbacks", 1, "event").outcome, JUMP_NO_MATCH);
	assert_int_equal(follow("callbacks", 2, "event").outcome, JUMP_NOT_GIVEN);
	/* And back: the first one after it. */
	expect_found(follow("ocean_events", 3, "callback"), "callbacks", 0, 1);
	assert_int_equal(follow("ocean_events", 4, "callback").outcome, JUMP_NO_MATCH);
}

static void test_a_file_and_its_load(void **state)
{
	(void)state;
	row("load", "tracking_id", "1", "load_number", "A-1", NULL);
	row("load", "tracking_id", "726100801", "container_number", "HLXU8120447", NULL);
	row("carrier_files", "matched_load_id", "726100801", NULL);
	row("carrier_files", "container_number", "hlxu8120447 ", NULL);
	row("carrier_files", "load_identifier_1", "A-1", "booking_number", "B", NULL);
	row("carrier_files", "file_name", "a.edi", NULL);
	row("carrier_files", "matched_load_id", "", "container_number", "X", NULL);
	expect_found(follow("carrier_files", 0, "matched"), "load", 1, 1);
	assert_int_equal(follow("carrier_files", 0, "identifiers").outcome, JUMP_NOT_GIVEN);
	expect_found(follow("carrier_files", 1, "identifiers"), "load", 1, 1);
	expect_found(follow("carrier_files", 2, "identifiers"), "load", 0, 1);
	assert_int_equal(follow("carrier_files", 3, "identifiers").outcome, JUMP_NOT_GIVEN);
	/* Nothing is equal to nothing. */
	assert_int_equal(follow("carrier_files", 4, "matched").outcome, JUMP_NOT_GIVEN);
	assert_int_equal(follow("carrier_files", 4, "identifiers").outcome, JUMP_NO_MATCH);
}

static void test_messages_are_joined_by_their_correlation(void **state)
{
	(void)state;
	row("logs", "correlation_id", "01b0ba93e956", NULL);
	row("logs", "correlation_id", "ffffffffffff", NULL);
	row("ocean_events", "correlation_id", "267e37fb42e9", NULL);
	row("ocean_events", "correlation_id", "01B0BA93E956", NULL);
	row("ocean_events", "correlation_id", "01b0ba93e956", NULL);
	expect_found(follow("logs", 0, "message"), "ocean_events", 1, 2);
	assert_int_equal(follow("logs", 1, "message").outcome, JUMP_NO_MATCH);
	assert_int_equal(follow("logs", 0, "trace").outcome, JUMP_NOT_GIVEN);
	expect_found(follow("ocean_events", 2, "message"), "logs", 0, 1);
}

/* Of very many rows some are looked through, and that is told. */
static void test_rows_have_a_limit(void **state)
{
	struct section *s = section("ocean_events");
	struct chunk_builder *b = chunk_builder_new(s->def->ncolumns);
	struct cell cells[64] = { { 0 } };
	struct err e = { 0 };

	(void)state;
	row("logs", "correlation_id", "01b0ba93e956", NULL);
	for (size_t i = 0; i < JUMP_ROWS; i++) {
		assert_true(chunk_builder_add(b, cells, &e));
		if (chunk_builder_rows(b) == CHUNK_ROWS)
			assert_true(rowset_append(&s->rows, chunk_builder_seal(b), &e));
	}
	assert_true(rowset_append(&s->rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
	assert_false(follow("logs", 0, "message").cut);
	row("ocean_events", "correlation_id", "01b0ba93e956", NULL);
	assert_int_equal(follow("logs", 0, "message").outcome, JUMP_NO_MATCH);
	assert_true(follow("logs", 0, "message").cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_declared_exists),
		cmocka_unit_test_setup_teardown(test_a_callback_and_its_event, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_a_file_and_its_load, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_messages_are_joined_by_their_correlation, open_case, close_case),
		cmocka_unit_test_setup_teardown(test_rows_have_a_limit, open_case, close_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
