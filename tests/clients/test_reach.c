/* The way to a source, step by step: against a real PostgreSQL with TLS, an HTTPS
 * server of OpenSSL's, and servers that do not do what they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/reach.h"
#include "clients/registry.h"
#include "tests/support/api_simulator.h"
#include "tests/support/client_fixture.h"
#include "tests/support/fault_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/tls.h"

static struct postgres_server server;
static char port_text[12];

/* Goes the way; frees the source. */
static bool go(struct source *s, struct reach *reach, usec deadline)
{
	struct cancel cancel;
	struct err e = { 0 };
	bool ok;

	assert_true(cancel_init(&cancel, &e));
	ok = reach_check(s, reach, &cancel, deadline);
	cancel_release(&cancel);
	source_free(s);
	return ok;
}

static const struct reach_step *expect(const struct reach *reach, enum reach_name name,
				       enum reach_outcome outcome, const char *text)
{
	const struct reach_step *step = &reach->steps[name];

	if (step->outcome != outcome || !strstr(step->text, text))
		fail_msg("%s: outcome %d, \"%s\"", reach_word(name), step->outcome, step->text);
	return step;
}

static struct source *database(const char *host, const char *port, const char *secret)
{
	return source_make(&postgres_ops, "warehouse", "host", host, "port", port, "user", "analyst",
			   "password", secret, "database", "postgres", "ca_file", server.ca_file, NULL);
}

static void all_steps_are_gone(void **state)
{
	struct reach reach;
	char tls[80];

	(void)state;
	assert_true(go(database("localhost", port_text, "env:TEST_PASSWORD"), &reach, in_ms(10000)));
	expect(&reach, REACH_SECRET, REACH_OK, "found: password");
	expect(&reach, REACH_NAME, REACH_OK, "");
	expect(&reach, REACH_CONNECT, REACH_OK, port_text);
	/* It was made for two days: both are left within the second in which it was made. */
	assert_true(reach.expires);
	assert_in_range(reach.days_left, 1, 2);
	snprintf(tls, sizeof(tls), "TLSv1.3, issuer Sextant test CA, %d day%s left", reach.days_left,
		 reach.days_left == 1 ? "" : "s");
	expect(&reach, REACH_TLS, REACH_OK, tls);
	assert_true(reach.steps[REACH_TLS].took > 0);
}

static void secrets_come_first_and_are_not_told(void **state)
{
	struct reach reach;

	(void)state;
	assert_false(go(database("localhost", port_text, "env:NO_SUCH_PASSWORD"), &reach, in_ms(10000)));
	expect(&reach, REACH_SECRET, REACH_FAILED, "NO_SUCH_PASSWORD is not set");
	assert_int_equal(reach.steps[REACH_SECRET].why, ERR_CONFIG);
	for (int i = REACH_NAME; i < REACH_STEP_COUNT; i++)
		expect(&reach, (enum reach_name)i, REACH_SKIPPED, "the step before failed");
	assert_true(go(database("localhost", port_text, "env:TEST_PASSWORD"), &reach, in_ms(10000)));
	for (int i = 0; i < REACH_STEP_COUNT; i++)
		assert_null(strstr(reach.steps[i].text, "s3cret"));
}

static void a_name_without_addresses(void **state)
{
	struct reach reach;

	(void)state;
	assert_false(go(database("no-such-host.invalid", "5432", "env:TEST_PASSWORD"), &reach, in_ms(10000)));
	expect(&reach, REACH_NAME, REACH_FAILED, "cannot resolve no-such-host.invalid");
	expect(&reach, REACH_CONNECT, REACH_SKIPPED, "");
}

static void nobody_accepts(void **state)
{
	struct reach reach;

	(void)state;
	assert_false(go(database("127.0.0.1", "1", "env:TEST_PASSWORD"), &reach, in_ms(10000)));
	expect(&reach, REACH_CONNECT, REACH_FAILED, "Connection refused");
	assert_int_equal(reach.steps[REACH_CONNECT].why, ERR_NETWORK);
	expect(&reach, REACH_TLS, REACH_SKIPPED, "");
}

/* The client shall refuse it itself, in its own words; the way only tells. */
static void the_certificate_of_another(void **state)
{
	struct reach reach;

	(void)state;
	assert_true(go(database("127.0.0.2", port_text, "env:TEST_PASSWORD"), &reach, in_ms(10000)));
	expect(&reach, REACH_TLS, REACH_FAILED, "IP address mismatch; TLSv1.3, issuer Sextant test CA");
	assert_int_equal(reach.steps[REACH_TLS].why, ERR_TRUST);
	assert_int_equal(reach.flaw, PEER_OTHER_NAME);
}

/* As from a CA that is not in our file. */
static void the_certificate_of_an_unknown_issuer(void **state)
{
	struct reach reach;

	(void)state;
	assert_true(go(source_make(&postgres_ops, "warehouse", "host", "localhost", "port", port_text, "user",
				   "analyst", "database", "postgres", NULL), &reach, in_ms(10000)));
	expect(&reach, REACH_TLS, REACH_FAILED, "unable to get local issuer certificate");
	assert_int_equal(reach.flaw, PEER_UNKNOWN_ISSUER);
}

static void certificates_by_their_days(void **state)
{
	static const struct { const char *name; int from, until; enum peer_flaw flaw; const char *says; } trials[] = {
		{ "over", -10, -3, PEER_EXPIRED, "certificate has expired; TLS" },
		{ "early", 3, 10, PEER_NOT_YET_VALID, "certificate is not yet valid; TLS" },
		{ "good", -1, 60, PEER_NO_FLAW, "issuer Sextant test CA" },
	};
	struct err e = { 0 };
	char crt[300], key[300], url[60];

	(void)state;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		struct api_options o = { .cert_file = crt, .key_file = key };
		struct api_simulator *api;
		struct reach reach;

		snprintf(crt, sizeof(crt), "%s/%s.crt", server.dir, trials[i].name);
		snprintf(key, sizeof(key), "%s/%s.key", server.dir, trials[i].name);
		api = tls_other(server.dir, trials[i].name, "2048", trials[i].from, trials[i].until, &e) ?
		      api_simulator_start(&o, &e) : NULL;
		if (!api)
			fail_msg("%s", e.text);
		snprintf(url, sizeof(url), "https://localhost:%u", api_simulator_port(api));
		assert_true(go(source_make(&rest_ops, "api", "url", url, "ca_file", server.ca_file, NULL), &reach,
			       in_ms(10000)));
		expect(&reach, REACH_TLS, trials[i].flaw ? REACH_FAILED : REACH_OK, trials[i].says);
		assert_int_equal(reach.flaw, trials[i].flaw);
		assert_true(trials[i].flaw == PEER_EXPIRED ? reach.days_left < 0 : reach.days_left > 0);
		api_simulator_stop(api);
	}
}

static void plain_text_where_tls_should_be(void **state)
{
	struct err e = { 0 };
	struct api_simulator *http = api_simulator_start(&(struct api_options){ 0 }, &e);
	struct reach reach;
	char url[60];

	(void)state;
	if (!http)
		fail_msg("%s", e.text);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u", api_simulator_port(http));
	assert_true(go(source_make(&clickhouse_ops, "logs", "url", url, NULL), &reach, in_ms(10000)));
	expect(&reach, REACH_TLS, REACH_FAILED, "does not shake hands");
	assert_int_equal(reach.flaw, PEER_NO_TLS);
	api_simulator_stop(http);
}

static void silence_ends_with_the_deadline(void **state)
{
	struct fault_server mute;
	struct reach reach;
	char url[60];

	(void)state;
	fault_start_mute(&mute);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u", mute.port);
	assert_true(go(source_make(&clickhouse_ops, "logs", "url", url, NULL), &reach, in_ms(300)));
	expect(&reach, REACH_SECRET, REACH_SKIPPED, "none is configured");
	expect(&reach, REACH_CONNECT, REACH_OK, "127.0.0.1 port");
	expect(&reach, REACH_TLS, REACH_FAILED, "in time");
	assert_int_equal(reach.steps[REACH_TLS].why, ERR_TIMEOUT);
	assert_int_equal(reach.flaw, PEER_SILENT);
	fault_stop(&mute);
}

static void plain_text_and_proxies(void **state)
{
	struct fault_server mute;
	struct reach reach;
	char url[60];

	(void)state;
	fault_start_mute(&mute);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", mute.port);
	assert_true(go(source_make(&clickhouse_ops, "logs", "url", url, NULL), &reach, in_ms(5000)));
	expect(&reach, REACH_TLS, REACH_SKIPPED, "not used");
	/* The name need not be known here: the proxy looks it up. */
	assert_true(go(source_make(&clickhouse_ops, "logs", "url", "https://no-such-host.invalid",
				   "proxy", url, NULL), &reach, in_ms(5000)));
	expect(&reach, REACH_NAME, REACH_OK, "127.0.0.1");
	expect(&reach, REACH_TLS, REACH_SKIPPED, "through the proxy");
	fault_stop(&mute);
}

static void a_file_has_no_way(void **state)
{
	struct reach reach;

	(void)state;
	assert_true(go(source_make(&sqlite_ops, "extract", "path", "/tmp/nothing.db", NULL), &reach, in_ms(5000)));
	for (int i = REACH_NAME; i < REACH_STEP_COUNT; i++)
		expect(&reach, (enum reach_name)i, REACH_SKIPPED, "on this machine");
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	setenv("TEST_PASSWORD", "s3cret pass", 1);
	if (!postgres_start(&server, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	snprintf(port_text, sizeof(port_text), "%u", server.port);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	postgres_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_steps_are_gone),
		cmocka_unit_test(secrets_come_first_and_are_not_told),
		cmocka_unit_test(a_name_without_addresses),
		cmocka_unit_test(nobody_accepts),
		cmocka_unit_test(the_certificate_of_another),
		cmocka_unit_test(the_certificate_of_an_unknown_issuer),
		cmocka_unit_test(certificates_by_their_days),
		cmocka_unit_test(plain_text_where_tls_should_be),
		cmocka_unit_test(silence_ends_with_the_deadline),
		cmocka_unit_test(plain_text_and_proxies),
		cmocka_unit_test(a_file_has_no_way),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
