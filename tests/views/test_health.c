/* What doctor and the sources pane advise: one sentence for everything that can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "views/health.h"

static struct source source = { .name = "signoz", .configured = true };

static struct source_status well(void)
{
	return (struct source_status){ .source = &source, .checked = true, .healthy = true };
}

static struct source_status ill(enum err_kind kind, long code)
{
	return (struct source_status){ .source = &source, .checked = true, .check_err = { .kind = kind, .code = code } };
}

static struct source_status stopped_at(enum reach_name step, enum err_kind why, enum peer_flaw flaw)
{
	struct source_status st = ill(why, 0);

	st.reach.steps[step].outcome = REACH_FAILED;
	st.reach.steps[step].why = why;
	st.reach.flaw = flaw;
	return st;
}

static void advises(struct source_status st, const char *words)
{
	const char *advice = health_advice(&st);

	if (!advice || !strstr(advice, words))
		fail_msg("\"%s\" lacks \"%s\"", advice ? advice : "(none)", words);
}

static void the_way(void **state)
{
	(void)state;
	advises(stopped_at(REACH_SECRET, ERR_CONFIG, PEER_NO_FLAW), "set what it refers to");
	advises(stopped_at(REACH_SECRET, ERR_TIMEOUT, PEER_NO_FLAW), "the store is not reachable");
	advises(stopped_at(REACH_NAME, ERR_NETWORK, PEER_NO_FLAW), "spelt right, and are you on the VPN?");
	advises(stopped_at(REACH_CONNECT, ERR_NETWORK, PEER_NO_FLAW), "is the port right");
	advises(stopped_at(REACH_CONNECT, ERR_TIMEOUT, PEER_NO_FLAW), "not reachable: are you on the VPN?");
	advises(stopped_at(REACH_TLS, ERR_TRUST, PEER_EXPIRED), "has to renew it");
	advises(stopped_at(REACH_TLS, ERR_TRUST, PEER_NOT_YET_VALID), "this machine's clock");
	advises(stopped_at(REACH_TLS, ERR_TRUST, PEER_OTHER_NAME), "for another name");
	advises(stopped_at(REACH_TLS, ERR_TRUST, PEER_UNKNOWN_ISSUER), "is ca_file set");
	advises(stopped_at(REACH_TLS, ERR_TRUST, PEER_UNTRUSTED), "is not trusted");
	advises(stopped_at(REACH_TLS, ERR_TRUST, PEER_NO_TLS), "does not speak TLS");
	advises(stopped_at(REACH_TLS, ERR_TIMEOUT, PEER_SILENT), "says nothing");
}

/* Whatever fails: there is something to say about it. */
static void every_answer(void **state)
{
	struct source_status st = ill(ERR_AUTH, 403);

	(void)state;
	for (int kind = ERR_NONE + 1; kind < ERR_KIND_COUNT; kind++)
		advises(ill((enum err_kind)kind, 0), " ");
	advises(st, "has the secret been changed");
	st.health.skew_ms = -3600000;
	advises(st, "the clocks differ: is this machine's right, has the secret been changed?");
	advises(ill(ERR_REMOTE, 404), "is the url right?");
	advises(ill(ERR_REMOTE, 500), "ask who runs it");
	advises(ill(ERR_TRUST, 302), "a login page");
	advises(ill(ERR_NETWORK, 0), "in between");
	st = ill(ERR_NETWORK, 0);
	snprintf(source.origin, sizeof source.origin, "http://logs:8443");
	advises(st, "does it want https?");
	source.origin[0] = '\0';
}

static void what_is_well_for_now(void **state)
{
	struct source_status st = well();

	(void)state;
	assert_null(health_advice(&st));
	st.health.rights = RIGHTS_READ;
	assert_null(health_advice(&st));
	st.health.rights = RIGHTS_WRITE;
	advises(st, "only reads would be safer");
	st.freshness = (struct freshness){ .asked = true, .newest = 10 * USEC_DAY, .now = 20 * USEC_DAY };
	advises(st, "nothing new came");
	st.freshness.err.kind = ERR_REMOTE;
	advises(st, "not about its data");
	st.reach.expires = true;
	st.reach.days_left = 3;
	advises(st, "ends soon");
	st.health.skew_ms = 3600000;
	advises(st, "clock");
	st.checked = false;
	assert_null(health_advice(&st));
}

/* A check that is older than the last failures does not hide them, nor the other way. */
static void moods_go_on_after_a_check(void **state)
{
	struct source_status st = { .source = &source };

	(void)state;
	assert_int_equal(health_mood(&st), MOOD_UNKNOWN);
	st.failed = 3;
	assert_int_equal(health_mood(&st), MOOD_ILL);
	st.ok = 2;
	assert_int_equal(health_mood(&st), MOOD_MIXED);
	st.checked = st.healthy = true;
	st.ok_then = 2;
	st.failed_then = 3;
	assert_int_equal(health_mood(&st), MOOD_WELL);
	st.failed = 4;
	assert_int_equal(health_mood(&st), MOOD_MIXED);
	st.down = true;
	assert_int_equal(health_mood(&st), MOOD_DOWN);
	st.failed_then = 4;
	st.healthy = false;
	assert_int_equal(health_mood(&st), MOOD_ILL);
	st.ok = 3;
	assert_int_equal(health_mood(&st), MOOD_DOWN);
	st.down = false;
	assert_int_equal(health_mood(&st), MOOD_MIXED);
}

static void clock_is(int64_t skew_ms, const char *text)
{
	struct health h = { .skew_ms = skew_ms };
	struct buf out = BUF_INIT;

	health_clock(&out, &h);
	assert_string_equal(buf_str(&out), text);
	buf_release(&out);
}

static void clocks_in_words(void **state)
{
	(void)state;
	clock_is(0, "");
	clock_is(-400, "clock ok");
	clock_is(3600000, "its clock is 1h ahead");
	clock_is(-5000, "its clock is 5.0s behind");
}

static void the_way_names_each_step(void **state)
{
	struct source_status st = well();
	struct buf out = BUF_INIT;

	(void)state;
	st.reach.steps[REACH_SECRET] = (struct reach_step){ .outcome = REACH_OK, .text = "found: password" };
	st.reach.steps[REACH_NAME] = (struct reach_step){ .outcome = REACH_OK, .took = 3 * USEC_MS };
	st.reach.steps[REACH_CONNECT] = (struct reach_step){ .outcome = REACH_OK, .took = 12 * USEC_MS };
	st.check_time = 100 * USEC_MS;
	health_way(&out, &st);
	assert_string_equal(buf_str(&out), "secret ok  dns 3ms  tcp 12ms  asked 85ms");
	buf_release(&out);
	st.healthy = false;
	st.reach.steps[REACH_SECRET] = (struct reach_step){ .outcome = REACH_OK, .text = "found: password (vault:a#b)" };
	st.reach.steps[REACH_TLS].outcome = REACH_FAILED;
	out = (struct buf)BUF_INIT;
	health_way(&out, &st);
	assert_string_equal(buf_str(&out), "secret found: password (vault:a#b)  dns 3ms  tcp 12ms  tls failed");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way),
		cmocka_unit_test(every_answer),
		cmocka_unit_test(what_is_well_for_now),
		cmocka_unit_test(moods_go_on_after_a_check),
		cmocka_unit_test(clocks_in_words),
		cmocka_unit_test(the_way_names_each_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
