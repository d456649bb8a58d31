/* An old load: what only the archives still hold comes from Trino when Athena is not
 * configured. The other sources are the embedded demonstration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "clients/client.h"
#include "tests/support/stores.h"
#include "tests/support/trino_fake.h"

/* S3, seen two months later. */
#define BUSY "726100801"
#define NOW  "2026-03-25T00:00:00Z"

static struct stores stores;

#define CALLBACK_COLUMNS "[{\"name\":\"uuid\"},{\"name\":\"ts\"},{\"name\":\"ext_request_status\"}," \
			 "{\"name\":\"message_type\"},{\"name\":\"error_msg\"}]"

static const struct trino_answer callback[] = {
	{ 0 }, { .rows = "[[\"u1\",\"2026-01-22 10:00:00.000\",503,\"TRACKING_UPDATE\",\"gone\"]]" }, { 0 },
};

static const struct trino_answer nothing[] = { { 0 }, { 0 } };

static const struct trino_answer denied[] = {
	{ 0 }, { .error = "{\"message\":\"Access Denied: Cannot select from table logs\",\"errorCode\":4,"
			  "\"errorName\":\"PERMISSION_DENIED\",\"errorType\":\"USER_ERROR\"}" },
};

static void open_old(struct opened *o, struct trino_fake *fake)
{
	struct buf config = BUF_INIT;
	static const char *const embedded[] = { "tracking", "company", "redshift", "signoz", "rewind" };

	buf_puts(&config, "now: " NOW "\nsources:\n  athena: { enabled: false }\n  ocean: { enabled: false }\n");
	for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++)
		buf_printf(&config, "  %s: { kind: sqlite, scripted: false, path: '%s' }\n", embedded[i],
			   stores.fixtures.db_file);
	/* The stand-in knows one query at a time. */
	buf_printf(&config, "  trino: { url: 'http://127.0.0.1:%u', auth: none, user: alice, lane: 1 }\n",
		   trino_fake_port(fake));
	opened_start(o, buf_str(&config), BUSY);
	opened_run(o, NULL, NULL);
	buf_release(&config);
}

static size_t attempts(struct section *s, const char *source, enum attempt_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < s->ntrail; i++)
		n += strcmp(s->trail[i]->source, source) == 0 && s->trail[i]->outcome == outcome;
	return n;
}

static void begin(struct trino_fake **fake, const struct trino_answer *answers, size_t n)
{
	const struct trino_options options = { .answers = answers, .nanswers = n,
					       .columns = CALLBACK_COLUMNS };
	struct err e = { 0 };

	*fake = trino_fake_start(&options, &e);
	assert_non_null(*fake);
}

static void the_archive_falls_to_trino(void **state)
{
	struct trino_fake *fake;
	struct opened o;
	struct section *s;

	(void)state;
	begin(&fake, callback, 3);
	open_old(&o, fake);
	s = opened_section(&o, "callbacks");
	assert_int_equal(s->state, SECTION_OK);
	assert_string_equal(s->answered_by, "trino");
	assert_true(s->fallback);
	assert_non_null(strstr(s->reason, "athena: "));
	assert_true(attempts(s, "athena", ATTEMPT_UNAVAILABLE) >= 1);
	/* The weeks, one by one. */
	assert_true(attempts(s, "trino", ATTEMPT_OK) >= 2);
	assert_true(cell_is(section_cell(s, 0, "result"), "failed"));
	assert_true(cell_is(section_cell(s, 0, "ext_request_status"), "503"));
	opened_end(&o);
	trino_fake_stop(fake);
}

static void an_empty_archive_is_evidence(void **state)
{
	struct trino_fake *fake;
	struct trino_seen seen;
	struct opened o;
	struct section *s;

	(void)state;
	begin(&fake, nothing, 2);
	open_old(&o, fake);
	s = opened_section(&o, "logs");
	assert_int_equal(s->state, SECTION_EMPTY);
	assert_true(attempts(s, "trino", ATTEMPT_EMPTY) >= 2);
	opened_end(&o);
	seen = trino_fake_seen(fake);
	assert_non_null(strstr(seen.statement, "datestr"));
	assert_non_null(strstr(seen.statement, "'" BUSY "'"));
	assert_string_equal(seen.catalog, "hive");
	assert_string_equal(seen.schema, "log");
	trino_fake_stop(fake);
}

static void a_refusing_archive_is_none(void **state)
{
	struct trino_fake *fake;
	struct opened o;
	struct section *s;

	(void)state;
	begin(&fake, denied, 2);
	open_old(&o, fake);
	s = opened_section(&o, "logs");
	/* Nothing in the last month, which is known; nothing is known of the time before. */
	assert_int_equal(s->state, SECTION_PARTIAL);
	if (!strstr(s->reason, "PERMISSION_DENIED"))
		fail_msg("%s", s->reason);
	opened_end(&o);
	trino_fake_stop(fake);
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	return clients_init(&e) && fixtures_init(&stores.fixtures, &e) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	fixtures_release(&stores.fixtures);
	clients_release();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_archive_falls_to_trino),
		cmocka_unit_test(an_empty_archive_is_evidence),
		cmocka_unit_test(a_refusing_archive_is_none),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
