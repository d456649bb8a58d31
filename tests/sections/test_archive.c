/* A load of two months ago, whose callbacks, files, events and logs only the archive
 * holds: Athena must say what the embedded database says, in slices of a week, and
 * nothing may be left running there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/ask.h"
#include "tests/support/aws_fake.h"
#include "tests/support/fixtures.h"
#include "tests/support/gzip.h"
#include "tests/support/stores.h"

#define OLD "714008233"

static struct fixtures fixtures;
static struct aws_fake *fake;

static const char *const archived[] = { "callbacks", "carrier_files", "ocean_events" };

/* The fixture's tables as the archive has them: partitioned by day, times as text. */
static const char tables[] =
	"ATTACH '%s' AS d;"
	"CREATE TABLE callbacks_v2 AS SELECT *, substr(ts, 1, 10) AS datestr FROM d.callbacks_v2;"
	"CREATE VIEW \"callbacks_v2$partitions\" AS SELECT DISTINCT datestr FROM callbacks_v2;"
	"CREATE TABLE load_files AS SELECT r.*, f.received_timestamp, f.record_count, f.processing_status,"
	" substr(r.process_completed_timestamp, 1, 10) AS datestr FROM d.fact_load_file_records r"
	" LEFT JOIN d.fact_load_file_logs f ON f.file_uuid = r.file_uuid;"
	"CREATE TABLE logs AS SELECT strftime('%%Y-%%m-%%d %%H:%%M:%%f', timestamp / 1e9, 'unixepoch')"
	" AS timestamp, service_name, severity_text, body, trace_id,"
	" date(timestamp / 1000000000, 'unixepoch') AS datestr FROM d.distributed_logs;";

static void start_fake(const char *sql)
{
	const struct aws_fake_options options = { .sql = sql };
	struct err e = { 0 };

	fake = aws_fake_start(&options, &e);
	if (!fake)
		fail_msg("%s", e.text);
}

static int start(void **state)
{
	struct err e = { 0 };
	char sql[2000];

	(void)state;
	if (!fixtures.dir && !fixtures_init(&fixtures, &e))
		fail_msg("%s", e.text);
	snprintf(sql, sizeof(sql), tables, fixtures.db_file);
	start_fake(sql);
	setenv("TEST_ID", AWS_FAKE_ID, 1);
	setenv("TEST_SECRET", AWS_FAKE_SECRET, 1);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	aws_fake_stop(fake);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	fixtures_release(&fixtures);
	return 0;
}

/* All others are the embedded database; `athena` may be, too. */
static struct buf config(bool embedded)
{
	static const char *const others[] = { "tracking", "company", "redshift", "signoz", "rewind" };
	struct buf out = BUF_INIT;

	buf_puts(&out, "now: " FIXTURES_NOW "\nsources:\n  trino: { enabled: false }\n"
		 "  ocean: { enabled: false }\n");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		buf_printf(&out, "  %s: { kind: sqlite, scripted: false, path: '%s' }\n", others[i],
			   fixtures.db_file);
	if (embedded)
		buf_printf(&out, "  athena: { kind: sqlite, scripted: false, path: '%s' }\n",
			   fixtures.db_file);
	else
		buf_printf(&out, "  athena: { url: 'http://127.0.0.1:%u', output_location: 's3://r/',"
			   " access_key: { env: TEST_ID }, secret_key: { env: TEST_SECRET } }\n",
			   aws_fake_port(fake));
	buf_printf(&out, "  edi: { url: 'http://127.0.0.1:%u', bucket: files, region: us-east-1,"
		   " access_key: { env: TEST_ID }, secret_key: { env: TEST_SECRET } }\n", aws_fake_port(fake));
	return out;
}

static void open_old(struct opened *o, bool embedded)
{
	struct buf text = config(embedded);

	opened_start(o, buf_str(&text), OLD);
	buf_release(&text);
}

static void same_rows(const struct section *a, const struct section *b)
{
	assert_true(a->rows.rows > 0);
	assert_int_equal(a->rows.rows, b->rows.rows);
	for (size_t i = 0; i < a->rows.rows; i++) {
		for (size_t c = 0; c < a->def->ncolumns; c++) {
			const char *id = a->def->columns[c].id;
			struct cell x = section_cell(a, i, id), y = section_cell(b, i, id);

			/* The archive's table counts no attempts; its log keeps milliseconds. */
			if (strcmp(id, "attempt_count") == 0 || strcmp(id, "known_at") == 0)
				continue;
			if (!cell_eq(x, y))
				fail_msg("%s, row %zu, %s: %.*s, embedded %.*s", a->def->id, i, id,
					 (int)x.len, x.data ? x.data : "", (int)y.len, y.data ? y.data : "");
		}
	}
}

static void the_archive_says_what_the_copy_says(void **state)
{
	struct opened archive, embedded;

	(void)state;
	open_old(&archive, false);
	opened_run(&archive, NULL, NULL);
	open_old(&embedded, true);
	opened_run(&embedded, NULL, NULL);
	for (size_t i = 0; i < sizeof(archived) / sizeof(archived[0]); i++) {
		struct section *s = opened_section(&archive, archived[i]);

		if (s->state != SECTION_OK || !s->answered_by)
			fail_msg("%s is %s: %s (%s)", archived[i], section_state_word(s->state), s->reason,
				 aws_fake_refusal(fake));
		same_rows(s, opened_section(&embedded, archived[i]));
	}
	assert_string_equal(opened_section(&archive, "callbacks")->answered_by, "athena");
	assert_string_equal(opened_section(&archive, "ocean_events")->answered_by, "athena");
	assert_int_equal(opened_section(&archive, "logs")->state,
			 opened_section(&embedded, "logs")->state);
	assert_int_equal(aws_fake_unended(fake), 0);
	opened_end(&archive);
	opened_end(&embedded);
}

/* Newest first, without gap or overlap, a week at most, and each bound by its days. */
static void weeks_in_order(void **state)
{
	struct section *s;
	struct opened o;
	size_t slices = 0;
	usec edge = TIME_NONE;

	(void)state;
	open_old(&o, false);
	opened_run(&o, NULL, NULL);
	s = opened_section(&o, "callbacks");
	for (size_t i = 0; i < s->ntrail; i++) {
		const struct attempt *a = s->trail[i];

		if (strcmp(a->source, "athena") != 0)
			continue;
		slices++;
		assert_true(a->to - a->from <= 7 * USEC_DAY);
		assert_true(edge == TIME_NONE || a->to == edge);
		assert_non_null(strstr(a->sent, "WHERE datestr >= CAST(date_add('day', -1, from_iso8601_date("
						"substr('20"));
		assert_non_null(strstr(a->sent, "-- execution "));
		edge = a->from;
	}
	assert_true(slices >= 4);
	for (size_t i = 1; i < s->rows.rows; i++) {
		struct cell newer = section_cell(s, i - 1, "ts"), older = section_cell(s, i, "ts");

		assert_true(memcmp(newer.data, older.data, 19) >= 0);
	}
	opened_end(&o);
}

static bool some_run(struct opened *o, void *ctx)
{
	(void)o;
	(void)ctx;
	return aws_fake_count(fake, "GetQueryExecution") >= 4;
}

static void test_P66_cancel_leaves_nothing_running(void **state)
{
	struct opened o;

	(void)state;
	aws_fake_hold(fake, true);
	open_old(&o, false);
	opened_run(&o, some_run, NULL);
	engine_cancel_all(o.engine, o.inv);
	opened_run(&o, NULL, NULL);
	assert_int_equal(opened_section(&o, "callbacks")->state, SECTION_CANCELLED);
	/* A worker tells the service before it reports. */
	opened_end(&o);
	assert_true(aws_fake_started(fake) > 0);
	assert_int_equal(aws_fake_unended(fake), 0);
	assert_int_equal(aws_fake_count(fake, "StopQueryExecution"), aws_fake_started(fake));
}

static bool settled(struct opened *o, void *ctx)
{
	struct section *s = opened_section(o, ctx);

	return s->state != SECTION_UNASKED && section_state_final(s->state);
}

static void a_message_is_followed(void **state)
{
	struct section *events, *trace;
	struct subject about;
	struct opened o;
	struct err e = { 0 };
	char section[] = "ocean_trace";

	(void)state;
	open_old(&o, false);
	opened_run(&o, NULL, NULL);
	events = opened_section(&o, "ocean_events");
	trace = opened_section(&o, "ocean_trace");
	assert_true(subject_take(&about, &trace->def->asks[0], events, 0));
	assert_true(engine_ask(o.engine, o.inv, (size_t)(trace - o.inv->sections), &about, &e));
	opened_run(&o, settled, section);
	if (trace->state != SECTION_OK)
		fail_msg("%s", trace->reason);
	assert_true(cell_eq(section_cell(trace, 0, "correlation_id"), section_cell(events, 0, "correlation_id")));
	opened_end(&o);
}

/* What the pane of a file says of one with this key. */
static struct section *open_file(struct opened *o, const char *key)
{
	char section[] = "edi_315";
	struct section *s;
	struct subject about;
	struct err e = { 0 };

	open_old(o, true);
	opened_run(o, NULL, NULL);
	s = opened_section(o, section);
	assert_true(subject_of_text(&about, &s->def->asks[0], key));
	assert_true(engine_ask(o->engine, o->inv, (size_t)(s - o->inv->sections), &about, &e));
	opened_run(o, settled, section);
	return s;
}

/* Never as the bytes that it is packed into. */
static void a_packed_file_is_shown_or_named(void **state)
{
	static const char file[] = "ISA*00*          *00*          *ZZ*A              *ZZ*B              "
				   "*260120*0101*U*00401*000000001*0*P*>~ST*315*0001~SE*2*0001~";
	struct buf packed = BUF_INIT;
	struct section *s;
	struct opened o;

	(void)state;
	gzip_put(&packed, file, sizeof(file) - 1);
	aws_fake_object(fake, "files", "edi/a.edi.gz", packed.data, packed.len);
	aws_fake_object(fake, "files", "edi/b.zip", "PK\003\004....", 8);
	buf_release(&packed);
	s = open_file(&o, "edi/a.edi.gz");
	assert_true(s->rows.rows >= 3);
	assert_true(cell_is(section_cell(s, 0, "tag"), "ISA"));
	opened_end(&o);
	s = open_file(&o, "edi/b.zip");
	assert_int_equal(s->state, SECTION_FAILED);
	assert_string_equal(s->reason, "edi: the object is zip, 8 bytes: not unpacked");
	assert_int_equal(s->rows.rows, 0);
	opened_end(&o);
}

/* FAILED is never "nothing there". */
static void a_failure_is_no_silence(void **state)
{
	struct section *s;
	struct opened o;

	(void)state;
	aws_fake_outcome(fake, "FAILED", "COLUMN_NOT_FOUND: line 4:2: Column 'uuid' cannot be resolved", "");
	open_old(&o, false);
	opened_run(&o, NULL, NULL);
	s = opened_section(&o, "ocean_events");
	assert_int_equal(s->state, SECTION_FAILED);
	assert_non_null(strstr(s->reason, "COLUMN_NOT_FOUND"));
	opened_end(&o);
}

static size_t index_of(struct engine *en, const char *source)
{
	size_t i = 0;

	while (strcmp(engine_source(en, i)->source->name, source) != 0)
		i++;
	return i;
}

static bool athena_checked(struct opened *o, void *ctx)
{
	return engine_source(o->engine, *(size_t *)ctx)->checked;
}

/* From the names of its partitions, which costs nothing. */
static void the_archive_tells_how_far_it_reaches(void **state)
{
	const struct freshness *f;
	struct opened o;
	size_t athena;

	(void)state;
	open_old(&o, false);
	athena = index_of(o.engine, "athena");
	engine_check(o.engine, athena);
	opened_run(&o, athena_checked, &athena);
	f = &engine_source(o.engine, athena)->freshness;
	if (f->err.kind != ERR_NONE)
		fail_msg("%s", f->err.text);
	assert_true(f->asked && f->oldest < f->newest && f->newest < f->now);
	opened_end(&o);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_archive_says_what_the_copy_says),
		CASE(weeks_in_order),
		CASE(test_P66_cancel_leaves_nothing_running),
		CASE(a_message_is_followed),
		CASE(a_packed_file_is_shown_or_named),
		CASE(a_failure_is_no_silence),
		CASE(the_archive_tells_how_far_it_reaches),
	};

	return cmocka_run_group_tests(tests, NULL, clear);
}
