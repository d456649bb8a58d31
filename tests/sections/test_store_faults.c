/* What goes wrong on real servers, from the wire to the state of a section. Each case
 * opens a load with an engine of its own; the last cases end the servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/stores.h"

/* S29: a truck load whose two companies are connected. */
#define CONNECTED "730540116"
/* S3: an ocean load with rows in every section. */
#define BUSY      "726100801"
/* S31: its last day of ocean events fits into little memory. */
#define HEAVY     "729655003"

static struct stores stores;

/* ---- tools ------------------------------------------------------------------------- */

static void open_with(struct opened *o, const struct stores_options *options, const char *load)
{
	struct buf config = stores_servers(&stores, options);

	opened_start(o, buf_str(&config), load);
	buf_release(&config);
}

static void open_and_run(struct opened *o, const struct stores_options *options, const char *load)
{
	open_with(o, options, load);
	opened_run(o, NULL, NULL);
}

static void assert_state(struct opened *o, const char *id, enum section_state wanted)
{
	struct section *s = opened_section(o, id);

	if (s->state != wanted)
		fail_msg("%s is %s, not %s: %s", id, section_state_word(s->state),
			 section_state_word(wanted), s->reason);
}

static void assert_answered(struct opened *o, const char *id, const char *source, bool fallback)
{
	struct section *s = opened_section(o, id);

	assert_non_null(s->answered_by);
	assert_string_equal(s->answered_by, source);
	assert_int_equal(s->fallback, fallback);
}

static void assert_says(struct opened *o, const char *id, const char *words)
{
	if (!strstr(opened_section(o, id)->reason, words))
		fail_msg("%s: \"%s\" is not in \"%s\"", id, words, opened_section(o, id)->reason);
}

static void assert_cell(struct opened *o, const char *id, const char *column, const char *wanted)
{
	struct cell c = section_cell(opened_section(o, id), 0, column);

	if (!cell_is(c, wanted))
		fail_msg("%s.%s is %.*s, not %s", id, column, (int)c.len, c.data ? c.data : "", wanted);
}

/* Attempts at a source in a section's trail that ended like this. */
static size_t attempts(struct opened *o, const char *id, const char *source,
		       enum attempt_outcome outcome, enum err_kind cls)
{
	struct section *s = opened_section(o, id);
	size_t n = 0;

	for (size_t i = 0; i < s->ntrail; i++) {
		n += strcmp(s->trail[i]->source, source) == 0 && s->trail[i]->outcome == outcome &&
		     s->trail[i]->cls == cls;
	}
	return n;
}

static void fault(const char *path, const char *spec)
{
	assert_true(api_simulator_fault(stores.api, path, spec));
	api_simulator_forget(stores.api);
}

static void must(bool ok, const struct err *e)
{
	if (!ok)
		fail_msg("%s", e->text);
}

static void postgres_must(const char *sql)
{
	struct err e = { 0 };

	must(postgres_exec(&stores.postgres, sql, &e), &e);
}

static void clickhouse_must(const char *sql)
{
	struct err e = { 0 };

	must(clickhouse_exec(&stores.clickhouse, sql, &e), &e);
}

/* ---- the company API --------------------------------------------------------------- */

static const char companies[] = "/api/v1/companies";
static const struct stores_options plain;

static void test_errors_are_not_emptiness(void **state)
{
	struct opened o;

	(void)state;
	fault(companies, "500");
	open_and_run(&o, &plain, CONNECTED);
	fault(companies, NULL);
	assert_state(&o, "network", SECTION_OK);
	assert_answered(&o, "network", "redshift", true);
	assert_cell(&o, "network", "external_id", "OT-TG");
	assert_says(&o, "network", "company: HTTP 500");
	assert_true(attempts(&o, "network", "company", ATTEMPT_FAILED, ERR_REMOTE) >= 1);
	assert_state(&o, "logs", SECTION_EMPTY);
	opened_end(&o);
}

static void test_no_answer_is_no_evidence(void **state)
{
	const struct stores_options impatient = { .company = ", timeout: 1s" };
	struct opened o;

	(void)state;
	fault(companies, "slow:20000");
	postgres_must("ALTER TABLE pgs_company.company_relationships RENAME TO hidden");
	open_and_run(&o, &impatient, CONNECTED);
	postgres_must("ALTER TABLE pgs_company.hidden RENAME TO company_relationships");
	fault(companies, NULL);
	assert_state(&o, "network", SECTION_FAILED);
	assert_true(attempts(&o, "network", "company", ATTEMPT_FAILED, ERR_TIMEOUT) >= 1);
	assert_int_equal(attempts(&o, "network", "redshift", ATTEMPT_FAILED, ERR_REMOTE), 1);
	assert_int_equal(opened_section(&o, "network")->rows.rows, 0);
	assert_state(&o, "creation", SECTION_OK);
	assert_int_equal(investigation_exit_code(o.inv), EXIT_INCOMPLETE);
	opened_end(&o);
}

static void test_dropped_connections(void **state)
{
	struct opened o;

	(void)state;
	fault(companies, "drop");
	open_and_run(&o, &plain, CONNECTED);
	fault(companies, NULL);
	assert_state(&o, "network", SECTION_OK);
	assert_answered(&o, "network", "redshift", true);
	assert_true(attempts(&o, "network", "company", ATTEMPT_FAILED, ERR_NETWORK) >= 1);
	opened_end(&o);
}

static void test_pages_for_ever(void **state)
{
	struct opened o;

	(void)state;
	fault(companies, "pages");
	open_and_run(&o, &plain, CONNECTED);
	assert_int_equal(api_simulator_count(stores.api, companies), 4);
	fault(companies, NULL);
	assert_state(&o, "network", SECTION_PARTIAL);
	assert_int_equal(investigation_exit_code(o.inv), EXIT_INCOMPLETE);
	opened_end(&o);
}

/* ---- the tracking API --------------------------------------------------------------- */

/* A wrong secret is tried once: more would lock the account. */
static void test_P25_refused_once(void **state)
{
	struct opened o;
	bool locked = false;

	(void)state;
	fault("/api/v1/tracking", "401");
	open_and_run(&o, &plain, CONNECTED);
	assert_int_equal(api_simulator_count(stores.api, "/api/v1/tracking"), 1);
	fault("/api/v1/tracking", NULL);
	for (size_t i = 0; i < engine_sources(o.engine); i++) {
		const struct source_status *s = engine_source(o.engine, i);

		if (strcmp(s->source->name, "tracking") == 0)
			locked = s->breaker == BREAKER_LOCKED;
	}
	assert_true(locked);
	assert_answered(&o, "load", "redshift", true);
	assert_cell(&o, "load", "tracking_id", CONNECTED);
	assert_int_equal(attempts(&o, "load", "tracking", ATTEMPT_FAILED, ERR_AUTH), 1);
	opened_end(&o);
}

/* ---- ClickHouse ----------------------------------------------------------------------- */

/* Eighty megabytes of lines, all of them forty hours old, in a part of their own. */
static void fill_logs(void)
{
	clickhouse_must("SYSTEM STOP MERGES");
	clickhouse_must("INSERT INTO signoz_logs.distributed_logs SELECT"
			" toUInt64(toDateTime('2026-01-21 22:00:00', 'UTC')) * 1000000000 + number,"
			" 'mmcuw', 'INFO', concat('PROCESS_OCEAN_UPDATE " HEAVY " ',"
			" arrayStringConcat(arrayMap(x -> 'ballast ', range(125000)))), ''"
			" FROM numbers(80)");
}

static void test_memory_shrinks_the_window(void **state)
{
	const struct stores_options small = { .signoz = "small" };
	struct opened o;

	(void)state;
	fill_logs();
	open_and_run(&o, &small, HEAVY);
	assert_state(&o, "ocean_events", SECTION_PARTIAL);
	assert_says(&o, "ocean_events", "memory");
	assert_says(&o, "ocean_events", "only 1 d of 7 d, up to 2026-01-23T11:22:07Z");
	assert_true(opened_section(&o, "ocean_events")->rows.rows >= 1);
	assert_int_equal(attempts(&o, "ocean_events", "signoz", ATTEMPT_FAILED, ERR_MEMORY), 3);
	assert_int_equal(investigation_exit_code(o.inv), EXIT_INCOMPLETE);
	opened_end(&o);
}

/* A query of the site's own in place of the built-in one. */
static void put_query(char dir[static 200], const char *sql)
{
	char path[300];
	FILE *f;

	snprintf(dir, 200, "%s/queries", stores.fixtures.dir);
	mkdir(dir, 0755);
	snprintf(path, sizeof path, "%s/clickhouse", dir);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/clickhouse/logs.sql", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(sql, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static const char endless[] =
	"SELECT count() AS timestamp FROM system.numbers WHERE NOT ignore(sipHash64(number))";

/* Sixty big rows, and then nothing more for ever. */
static const char stuck[] =
	"SELECT toUInt64(1769177000000000000) AS timestamp, 'ERROR' AS severity, 'mmcuw' AS service,"
	" '' AS trace_id, arrayStringConcat(arrayMap(x -> 'line ', range(8000))) AS body"
	" FROM system.numbers WHERE number < 60 OR sipHash64(number) = 0";

static bool running_there(struct opened *o, void *ctx)
{
	struct section *s = opened_section(o, "logs");
	char sql[200], *text;

	if (s->state != SECTION_RUNNING || !s->ntrail || !s->trail[0]->id[0])
		return false;
	snprintf(sql, sizeof sql, "SELECT count() FROM system.processes WHERE query_id LIKE '%s%%'",
		 s->trail[0]->id);
	text = clickhouse_ask(&stores.clickhouse, sql, NULL);
	snprintf(ctx, QUERY_ID_MAX, "%s", s->trail[0]->id);
	bool there = text && strcmp(text, "0\n") != 0;

	free(text);
	return there;
}

static void assert_gone_there(const char *id)
{
	usec end = clock_mono(&clock_system) + 10 * USEC_SEC;
	char sql[200], *text;
	bool gone = false;

	snprintf(sql, sizeof sql, "SELECT count() FROM system.processes WHERE query_id LIKE '%s%%'", id);
	while (!gone && clock_mono(&clock_system) < end) {
		text = clickhouse_ask(&stores.clickhouse, sql, NULL);
		gone = text && strcmp(text, "0\n") == 0;
		free(text);
	}
	assert_true(gone);
}

static void test_cancel_one(void **state)
{
	char head[220], dir[200], id[QUERY_ID_MAX] = "";
	const struct stores_options o_site = { .head = head };
	struct opened o;

	(void)state;
	put_query(dir, endless);
	snprintf(head, sizeof head, "queries: '%s'\n", dir);
	open_with(&o, &o_site, BUSY);
	opened_run(&o, running_there, id);
	assert_false(investigation_settled(o.inv));
	engine_cancel(o.engine, o.inv, (size_t)(opened_section(&o, "logs") - o.inv->sections));
	opened_run(&o, NULL, NULL);
	assert_state(&o, "logs", SECTION_CANCELLED);
	assert_state(&o, "load", SECTION_OK);
	assert_state(&o, "carrier_files", SECTION_OK);
	assert_state(&o, "callbacks", SECTION_OK);
	assert_state(&o, "ocean_events", SECTION_OK);
	assert_int_equal(investigation_exit_code(o.inv), EXIT_INCOMPLETE);
	assert_gone_there(id);
	opened_end(&o);
}

static bool others_done(struct opened *o, void *ctx)
{
	bool done = opened_section(o, "logs")->rows.rows > 0;

	(void)ctx;
	for (size_t i = 0; i < o->inv->nsections; i++) {
		done = done && (section_state_final(o->inv->sections[i].state) ||
				strcmp(o->inv->sections[i].def->id, "logs") == 0);
	}
	return done;
}

/* ---- the ends of servers ----------------------------------------------------------------- */

static void test_clickhouse_dies_while_it_answers(void **state)
{
	char head[220], dir[200];
	const struct stores_options site = { .head = head };
	struct opened o;

	(void)state;
	put_query(dir, stuck);
	snprintf(head, sizeof head, "queries: '%s'\n", dir);
	open_with(&o, &site, BUSY);
	opened_run(&o, others_done, NULL);
	assert_state(&o, "logs", SECTION_RUNNING);
	child_stop_by(&stores.clickhouse.child, SIGKILL);
	opened_run(&o, NULL, NULL);
	assert_state(&o, "logs", SECTION_PARTIAL);
	assert_true(opened_section(&o, "logs")->rows.rows > 0);
	assert_int_equal(attempts(&o, "logs", "signoz", ATTEMPT_PARTIAL, ERR_NETWORK), 1);
	assert_state(&o, "callbacks", SECTION_OK);
	opened_end(&o);
}

/* Carrier files wait for the lock, everything else of the warehouse is answered. */
static bool warehouse_waits(struct opened *o, void *ctx)
{
	char *text;
	bool waits;

	(void)ctx;
	if (!section_state_final(opened_section(o, "creation")->state))
		return false;
	text = postgres_ask(&stores.postgres, "SELECT count(*) FROM pg_stat_activity WHERE"
			    " wait_event_type = 'Lock' AND usename = 'analyst'", NULL);
	waits = text && strcmp(text, "0") != 0;
	free(text);
	return waits;
}

static PGconn *lock_records(void)
{
	char text[400];
	PGconn *conn;
	PGresult *r;

	snprintf(text, sizeof text, "host=%s port=%u user=admin dbname=postgres", stores.postgres.dir,
		 stores.postgres.port);
	conn = PQconnectdb(text);
	r = PQexec(conn, "BEGIN; LOCK TABLE hadoop.fact_carrier_record_logs IN ACCESS EXCLUSIVE MODE");
	assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
	PQclear(r);
	return conn;
}

static void test_P35_postgres_dies_while_it_answers(void **state)
{
	PGconn *conn = lock_records();
	struct opened o;

	(void)state;
	open_with(&o, &plain, BUSY);
	opened_run(&o, warehouse_waits, NULL);
	assert_state(&o, "carrier_files", SECTION_RUNNING);
	child_stop_by(&stores.postgres.child, SIGQUIT);
	PQfinish(conn);
	opened_run(&o, NULL, NULL);
	assert_state(&o, "carrier_files", SECTION_OK);
	assert_answered(&o, "carrier_files", "rewind", true);
	assert_true(opened_section(&o, "carrier_files")->rows.rows >= 5);
	assert_true(attempts(&o, "carrier_files", "redshift", ATTEMPT_FAILED, ERR_NETWORK) >= 1);
	assert_says(&o, "carrier_files", "redshift");
	opened_end(&o);
}

static void test_postgres_is_not_there(void **state)
{
	struct opened o;

	(void)state;
	open_and_run(&o, &plain, BUSY);
	assert_state(&o, "load", SECTION_OK);
	assert_state(&o, "network", SECTION_OK);
	assert_state(&o, "creation", SECTION_FAILED);
	assert_true(attempts(&o, "creation", "redshift", ATTEMPT_FAILED, ERR_NETWORK) >= 1);
	assert_answered(&o, "carrier_files", "rewind", true);
	assert_int_equal(investigation_exit_code(o.inv), EXIT_INCOMPLETE);
	opened_end(&o);
}

/* Nobody is left who could say that a load is not there. */
static void test_nobody_is_there(void **state)
{
	struct opened o;

	(void)state;
	fault("", "drop");
	open_and_run(&o, &plain, "NB-55120093");
	fault("", NULL);
	assert_state(&o, "load", SECTION_FAILED);
	assert_state(&o, "carrier_files", SECTION_SKIPPED);
	assert_int_equal(investigation_exit_code(o.inv), EXIT_NO_ANSWER);
	opened_end(&o);
}

/* ---- set-up --------------------------------------------------------------------------------- */

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (!stores_installed()) {
		print_message("skipped: PostgreSQL 15 or ClickHouse is not installed\n");
		exit(0);
	}
	if (stores_start(&stores, &e))
		return 0;
	print_error("%s\n", e.text);
	return -1;
}

static int stop(void **state)
{
	(void)state;
	stores_stop(&stores);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_are_not_emptiness),
		cmocka_unit_test(test_no_answer_is_no_evidence),
		cmocka_unit_test(test_dropped_connections),
		cmocka_unit_test(test_pages_for_ever),
		cmocka_unit_test(test_P25_refused_once),
		cmocka_unit_test(test_cancel_one),
		cmocka_unit_test(test_memory_shrinks_the_window),
		cmocka_unit_test(test_P35_postgres_dies_while_it_answers),
		cmocka_unit_test(test_postgres_is_not_there),
		cmocka_unit_test(test_clickhouse_dies_while_it_answers),
		cmocka_unit_test(test_nobody_is_there),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
