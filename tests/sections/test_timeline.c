/* Moments of all sections in one order: what is read, what is merged, what is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sections/load/load.h"
#include "sections/timeline.h"
#include "tests/support/section_rows.h"

/* ---- a case of two small sections ----------------------------------------------------- */

static const struct moment_def one[] = { { .event = 1, .known = 2, .local = 3, .what = { 4 } } };
static const struct moment_def two[] = {
	{ .word = "made", .event = 1, .optional = true, .what = { 4 } },
	{ .word = "gone", .event = 2, .optional = true },
};
static const struct section_def def_one = { .id = "one", .letter = 'A', .moments = one, .nmoments = 1 };
static const struct section_def def_two = { .id = "two", .letter = 'B', .moments = two, .nmoments = 2 };

struct small {
	struct section sections[2];
	struct investigation inv;
	struct timeline t;
};

static void small_init(struct small *s)
{
	*s = (struct small){ .sections = { { .def = &def_one }, { .def = &def_two } } };
	s->inv.sections = s->sections;
	s->inv.nsections = 2;
}

static void small_release(struct small *s)
{
	timeline_release(&s->t);
	rowset_release(&s->sections[0].rows);
	rowset_release(&s->sections[1].rows);
}

static void add(struct section *s, const char *event, const char *known, const char *local,
                const char *what)
{
	struct cell cells[] = { cell_of(event), cell_of(known), cell_of(local), cell_of(what) };
	struct chunk_builder *b = chunk_builder_new(4);
	struct err e = { 0 };

	assert_true(chunk_builder_add(b, cells, &e));
	assert_true(rowset_append(&s->rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
}

/* "what/flags what/flags …" in order; flags as l, b, x. */
static void assert_order(const struct small *s, const char *want)
{
	char got[1024] = "";
	size_t used = 0;

	for (size_t i = 0; i < s->t.n; i++) {
		const struct instant *in = &s->t.all[i];
		char what[64];
		size_t len = moment_what(&s->sections[in->section], in->row, in->moment, what, sizeof what);

		used += (size_t)snprintf(got + used, sizeof got - used, "%s%.*s%s%s%s", i ? "," : "", (int)len,
		                         what, in->flags & INSTANT_LOCAL ? "~" : "",
		                         in->flags & INSTANT_BY ? "<" : "", in->flags & INSTANT_BAD ? "!" : "");
	}
	assert_string_equal(got, want);
}

/* ---- reading ------------------------------------------------------------------------------ */

static void test_by_event_time(void **state)
{
	struct small s;

	(void)state;
	small_init(&s);
	assert_false(timeline_update(&s.t, &s.inv));
	add(&s.sections[0], "2026-01-21 04:10:00", "2026-01-21 07:55:00", "true", "late");
	add(&s.sections[0], NULL, "2026-01-20 02:14:00", NULL, "by");
	add(&s.sections[1], "2026-01-21T04:09:59Z", "2026-01-22T00:00:00+02:00", NULL, "x");
	assert_true(timeline_update(&s.t, &s.inv));
	assert_order(&s, "by<,made x,late~,gone");
	assert_false(timeline_update(&s.t, &s.inv));
	small_release(&s);
}

/* P62: times that are none stand first, with what was sent; equal ones keep an order. */
static void test_P62_bad_times(void **state)
{
	static const char *const bad[] = {
		"292277026596", "-1", "NaN", "1e308", "2026-13-01 00:00:00", "2026-02-30", "0001-01-01 00:00:00",
		"9999-12-31 23:59:59", "0", "soon", "\x1b[2J", "99999999999999999999999",
	};
	struct small s;
	struct moment m;

	(void)state;
	small_init(&s);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		add(&s.sections[0], bad[i], NULL, NULL, "b");
	add(&s.sections[0], NULL, NULL, NULL, "missing");
	add(&s.sections[0], "soon", "2026-01-20 00:00:00", NULL, "half");
	timeline_update(&s.t, &s.inv);
	assert_int_equal(s.t.n, 14);
	assert_int_equal(s.t.lanes[0].bad, 14);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(s.t.all[i].row, i);
		assert_true(s.t.all[i].at == TIME_NONE);
		assert_true(moment_read(&s.sections[0], i, 0, &m));
		assert_int_equal(m.event_text.len, strlen(bad[i]));
		assert_memory_equal(m.event_text.data, bad[i], m.event_text.len);
	}
	assert_true(s.t.all[12].flags & INSTANT_BAD);
	/* It became known, so it has a place. */
	assert_int_equal(s.t.all[13].row, 13);
	assert_int_equal(s.t.all[13].flags, INSTANT_BAD | INSTANT_BY);
	small_release(&s);
}

/* P62: zones are honoured, a day without some hour is none in UTC. */
static void test_P62_zones(void **state)
{
	struct small s;

	(void)state;
	small_init(&s);
	add(&s.sections[0], "2026-03-29 02:30:00", NULL, "true", "gap");
	add(&s.sections[0], "2026-03-29T04:29:00+02:00", NULL, NULL, "berlin");
	add(&s.sections[0], "2026-03-28T21:31:00-05:00", NULL, NULL, "lima");
	add(&s.sections[1], "2026-03-29T02:30:00Z", NULL, NULL, "utc");
	add(&s.sections[0], "1774751400000", NULL, NULL, "epoch");
	timeline_update(&s.t, &s.inv);
	assert_order(&s, "berlin,gap~,epoch,made utc,lima");
	small_release(&s);
}

static void test_ties(void **state)
{
	struct small s;

	(void)state;
	small_init(&s);
	add(&s.sections[1], "2026-01-20", "2026-01-20", NULL, "1");
	add(&s.sections[1], "2026-01-20", NULL, NULL, "2");
	timeline_update(&s.t, &s.inv);
	add(&s.sections[0], "2026-01-20", NULL, NULL, "first");
	add(&s.sections[1], "2026-01-20", NULL, NULL, "3");
	timeline_update(&s.t, &s.inv);
	assert_order(&s, "first,made 1,gone,made 2,made 3");
	small_release(&s);
}

/* ---- while answers arrive --------------------------------------------------------------------- */

static void random_row(struct section *s, unsigned *seed)
{
	char event[32], what[16];
	unsigned at;

	*seed = *seed * 1103515245 + 12345;
	at = *seed >> 16;
	snprintf(event, sizeof event, "2026-01-%02u %02u:00:00", at % 28 + 1, at / 28 % 4);
	snprintf(what, sizeof what, "%zu", s->rows.rows);
	add(s, at % 11 ? event : "never", NULL, NULL, what);
}

/* Row by row or all at once: the same order. */
static void test_appended(void **state)
{
	struct small s;
	struct timeline whole = TIMELINE_INIT;
	unsigned seed = 7;

	(void)state;
	small_init(&s);
	for (int i = 0; i < 600; i++) {
		random_row(&s.sections[i * 7 % 5 > 2], &seed);
		if (i % 3)
			assert_true(timeline_update(&s.t, &s.inv));
	}
	timeline_update(&s.t, &s.inv);
	timeline_update(&whole, &s.inv);
	assert_int_equal(whole.n, 600);
	assert_int_equal(s.t.n, whole.n);
	for (size_t i = 0; i < whole.n; i++)
		assert_true(s.t.all[i].at == whole.all[i].at && s.t.all[i].row == whole.all[i].row &&
		            s.t.all[i].section == whole.all[i].section);
	timeline_release(&whole);
	small_release(&s);
}

static void test_replaced(void **state)
{
	struct small s;

	(void)state;
	small_init(&s);
	add(&s.sections[0], "2026-01-20", NULL, NULL, "old");
	add(&s.sections[1], "2026-01-21", NULL, NULL, "kept");
	timeline_update(&s.t, &s.inv);
	rowset_release(&s.sections[0].rows);
	s.sections[0].generation++;
	assert_true(timeline_update(&s.t, &s.inv));
	assert_order(&s, "made kept");
	add(&s.sections[0], "2026-01-22", NULL, NULL, "new");
	assert_true(timeline_update(&s.t, &s.inv));
	assert_order(&s, "made kept,new");
	s.sections[0].state = SECTION_OK;
	timeline_update(&s.t, &s.inv);
	assert_order(&s, "made kept,new");
	assert_true(timeline_update(&s.t, NULL));
	assert_int_equal(s.t.n, 0);
	small_release(&s);
}

static void test_too_many(void **state)
{
	struct chunk_builder *b = chunk_builder_new(4);
	struct cell cells[] = { cell_of("2026-01-20 00:00:00"), CELL_NULL, CELL_NULL, CELL_NULL };
	struct small s;
	struct err e = { 0 };

	(void)state;
	small_init(&s);
	for (int i = 0; i < TIMELINE_ROWS + 5; i++)
		assert_true(chunk_builder_add(b, cells, &e));
	assert_true(rowset_append(&s.sections[0].rows, chunk_builder_seal(b), &e));
	chunk_builder_free(b);
	add(&s.sections[1], "2026-01-19", NULL, NULL, "other");
	timeline_update(&s.t, &s.inv);
	assert_int_equal(s.t.n, TIMELINE_ROWS + 1);
	assert_int_equal(timeline_unread(&s.t), 5);
	assert_int_equal(s.t.all[0].section, 1);
	small_release(&s);
}

/* ---- counting -------------------------------------------------------------------------------- */

static void test_histogram(void **state)
{
	struct small s;
	struct histogram h = { 0 };
	usec first, last;

	(void)state;
	small_init(&s);
	assert_false(timeline_span(&s.t, &first, &last));
	add(&s.sections[0], "2026-01-20 10:10:00", NULL, NULL, "a");
	add(&s.sections[0], "2026-01-20 10:50:00", NULL, NULL, "b");
	add(&s.sections[0], "bad", NULL, NULL, "c");
	add(&s.sections[1], "2026-01-20 13:00:00", "2026-01-21 21:59:00", NULL, "d");
	timeline_update(&s.t, &s.inv);
	assert_true(timeline_span(&s.t, &first, &last));
	histogram_make(&h, &s.t, first, last, 40);
	assert_true(h.step == USEC_HOUR);
	assert_int_equal(h.count[0][0], 2);
	assert_int_equal(h.count[1][3], 1);
	assert_int_equal(h.cells, 36);
	assert_int_equal(h.count[1][35], 1);
	assert_int_equal(h.most, 2);
	assert_int_equal(h.sum[0], 2);
	assert_int_equal(h.most_sum, 2);
	assert_int_equal(histogram_level(0, h.most, 8), 0);
	assert_int_equal(histogram_level(1, h.most, 8), 4);
	assert_int_equal(histogram_level(2, h.most, 8), 8);
	histogram_make(&h, &s.t, first, last, 8);
	assert_true(h.step == 6 * USEC_HOUR);
	assert_int_equal(h.count[0][0] + h.count[1][0], 2);
	assert_int_equal(h.count[1][1], 1);
	histogram_make(&h, &s.t, first, first, 10);
	assert_int_equal(h.cells, 1);
	assert_int_equal(h.count[0][0], 1);
	assert_int_equal(timeline_find(&s.t, first), 1);
	assert_int_equal(timeline_find(&s.t, last + 1), s.t.n);
	small_release(&s);
}

/* Decades apart, thousands of cells: it always fits. */
static void test_histogram_fits(void **state)
{
	static const int widths[] = { 1, 2, 7, 80, 5000 };
	struct small s;
	struct histogram h = { 0 };
	usec first, last;

	(void)state;
	small_init(&s);
	add(&s.sections[0], "1991-01-20", NULL, NULL, "a");
	add(&s.sections[0], "2099-01-20", NULL, NULL, "b");
	timeline_update(&s.t, &s.inv);
	assert_true(timeline_span(&s.t, &first, &last));
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		unsigned sum = 0;

		histogram_make(&h, &s.t, first, last, widths[i]);
		for (int c = 0; c < h.cells; c++)
			sum += h.count[0][c];
		assert_int_equal(sum, 2);
	}
	small_release(&s);
}

/* ---- the sections of a load ---------------------------------------------------------------------- */

static void assert_moment(const struct section_rows *r, size_t moment, const char *what, bool has_known,
                          unsigned flags)
{
	char text[256];
	struct moment m;
	size_t len;

	assert_true(moment_read(&r->section, 0, moment, &m));
	assert_true(m.event != TIME_NONE || flags);
	assert_int_equal(m.known != TIME_NONE, has_known);
	assert_int_equal(m.flags, flags);
	len = moment_what(&r->section, 0, moment, text, sizeof text - 1);
	text[len] = '\0';
	assert_string_equal(text, what);
}

static void finished(struct section_rows *r, void (*check)(const struct section_rows *))
{
	section_finish(r);
	check(r);
	section_rows_release(r);
}

static void check_callback(const struct section_rows *r)
{
	assert_moment(r, 0, "ARRIVED failed 401 bad signature", false, 0);
}

static void check_file(const struct section_rows *r)
{
	struct moment m;

	assert_moment(r, 0, "unmatched a.csv", true, 0);
	assert_true(moment_read(&r->section, 0, 0, &m));
	assert_true(m.known - m.event == 4 * USEC_MIN);
}

static void check_load(const struct section_rows *r)
{
	struct moment m;
	size_t n = 0;

	assert_moment(r, 0, "created", false, 0);
	for (size_t i = 0; i < r->section.def->nmoments; i++)
		n += moment_read(&r->section, 0, i, &m);
	assert_int_equal(n, 2);
}

static void test_load_sections(void **state)
{
	static const char now[] = "2026-01-23 14:00:00";
	struct section_rows r;

	(void)state;
	section_rows_init(&r, &section_callbacks, now);
	section_row(&r, "ts", "2026-01-23 10:00:00", "message_type", "ARRIVED", "ext_request_status", "401",
	            "error_msg", "bad signature", NULL);
	finished(&r, check_callback);
	section_rows_init(&r, &section_carrier_files, now);
	section_row(&r, "received_timestamp", "2026-01-23 10:00:00", "process_completed_timestamp",
	            "2026-01-23 10:04:00", "file_name", "a.csv", NULL);
	finished(&r, check_file);
	section_rows_init(&r, &section_load, now);
	section_row(&r, "tracking_id", "1", "created_at", "2026-01-03 10:00:00", "updated_at", "garbage", NULL);
	finished(&r, check_load);
}

/* What moments name are columns of the section, times where times are meant. */
static void test_moment_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < workspace_load.nsections; i++) {
		const struct section_def *def = workspace_load.sections[i];

		assert_true(def->nmoments > 0 || def->on_demand);
		for (size_t k = 0; k < def->nmoments; k++) {
			const struct moment_def *m = &def->moments[k];

			assert_in_range(m->event, 1, def->ncolumns);
			assert_true(m->known <= def->ncolumns);
			assert_true(!m->known || def->columns[m->known - 1].type == COLUMN_TIME);
			assert_true(!m->local || def->columns[m->local - 1].type == COLUMN_FLAG);
			for (size_t w = 0; w < MOMENT_WHAT; w++)
				assert_true(m->what[w] <= def->ncolumns);
		}
	}
	assert_true(workspace_load.nsections <= TIMELINE_LANES);
}

static void test_what_is_cut(void **state)
{
	struct small s;
	char out[6];

	(void)state;
	small_init(&s);
	add(&s.sections[1], "2026-01-20", NULL, NULL, "abcdef");
	assert_int_equal(moment_what(&s.sections[1], 0, 0, out, sizeof out), 6);
	assert_memory_equal(out, "made a", 6);
	assert_int_equal(moment_what(&s.sections[1], 0, 0, out, 2), 2);
	small_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_event_time),
		cmocka_unit_test(test_P62_bad_times),
		cmocka_unit_test(test_P62_zones),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_appended),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_histogram_fits),
		cmocka_unit_test(test_load_sections),
		cmocka_unit_test(test_moment_columns),
		cmocka_unit_test(test_what_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
