/* test_policy --trace SEED SEQUENCES prints what tests/sections/policy_model.py
 * prints for the same arguments; without arguments it runs the tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sections/policy.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MODEL "tests/sections/policy_model.py"

/* ---- dice, the same as the model's ----------------------------------------- */

struct dice {
	uint64_t x;
};

static uint32_t dice_u32(struct dice *d)
{
	d->x = d->x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(d->x >> 32);
}

static uint32_t dice_of(struct dice *d, uint32_t n)
{
	return dice_u32(d) % n;
}

static double dice_real(struct dice *d)
{
	return dice_u32(d) / 4294967296.0;
}

static struct err err_of(enum err_kind kind, bool transient, int retry_after_ms)
{
	struct err e = { .kind = kind, .transient = transient, .retry_after_ms = retry_after_ms };

	if (kind != ERR_NONE)
		snprintf(e.text, sizeof(e.text), "because of %s", err_word(kind));
	return e;
}

static const struct err ok;

/* ---- the trace --------------------------------------------------------------- */

static const struct { enum err_kind kind; bool transient; int after; } outcomes[] = {
	{ ERR_NONE, false, 0 }, { ERR_NONE, false, 0 }, { ERR_NONE, false, 0 },
	{ ERR_NETWORK, true, 0 }, { ERR_NETWORK, true, 0 }, { ERR_NETWORK, false, 0 },
	{ ERR_TIMEOUT, true, 0 }, { ERR_TIMEOUT, true, 0 }, { ERR_REMOTE, true, 0 },
	{ ERR_REMOTE, true, 5000 }, { ERR_QUOTA, true, 0 }, { ERR_QUOTA, true, 45000 },
	{ ERR_REMOTE, false, 0 }, { ERR_CANCELLED, false, 0 }, { ERR_INTERNAL, false, 0 },
	{ ERR_LIMIT, false, 0 }, { ERR_AUTH, false, 0 }, { ERR_AUTH, true, 0 },
	{ ERR_TRUST, false, 0 },
};

static const usec steps[] = {
	0, USEC_MS, 60 * USEC_MS, 100 * USEC_MS, 400 * USEC_MS, USEC_SEC, 3 * USEC_SEC,
	10 * USEC_SEC, 29 * USEC_SEC, 61 * USEC_SEC,
};

enum { RUNNING_MAX = 8, SEQUENCE_ACTS = 48 };

struct play {
	struct dice *dice;
	FILE *out;
	struct breaker breaker;
	struct budget budget;
	usec now;
	bool running[RUNNING_MAX];      /* true = the probe */
	unsigned nrunning;
	uint32_t first, kinds;          /* the outcomes that this sequence draws from */
};

static void play_admit(struct play *p)
{
	static const char *const words[] = { "admit", "probe", "later", "refused" };
	usec when = 0;
	struct err e;
	enum admission a = breaker_admit(&p->breaker, p->now, &when, &e);

	fprintf(p->out, "admit %s", words[a]);
	if (a == ADMIT_LATER)
		fprintf(p->out, " %lld", (long long)(when - p->now));
	fputc('\n', p->out);
	if (a != ADMIT && a != ADMIT_PROBE)
		return;
	if (p->nrunning < RUNNING_MAX) {
		p->running[p->nrunning++] = a == ADMIT_PROBE;
	} else if (a == ADMIT_PROBE) {
		/* No room here: a cancelled probe. */
		struct err cancelled = err_of(ERR_CANCELLED, false, 0);

		breaker_record(&p->breaker, true, &cancelled, p->now, 0);
	}
}

static const char *retry_word(const struct retry *r)
{
	static char again[32];

	if (r->again) {
		snprintf(again, sizeof(again), "again %lld", (long long)r->wait);
		return again;
	}
	if (!r->why_not)
		return "final";
	return strstr(r->why_not, "longer") ? "pause" : strstr(r->why_not, "rows") ? "rows" : strstr(r->why_not, "tried") ? "tries" :
	       strstr(r->why_not, "time") ? "deadline" : "budget";
}

static void play_record(struct play *p)
{
	uint32_t i = dice_of(p->dice, p->nrunning);
	bool probe = p->running[i];
	uint32_t o = p->first + dice_of(p->dice, p->kinds - p->first);
	struct err e = err_of(outcomes[o].kind, outcomes[o].transient, outcomes[o].after);
	double random = dice_real(p->dice), random2 = dice_real(p->dice);
	unsigned tries = 1 + dice_of(p->dice, 3);
	bool rows = dice_of(p->dice, 6) == 0;
	usec left = dice_of(p->dice, 4) == 0 ? 500 * USEC_MS : 60 * USEC_SEC;
	enum breaker_state before = p->breaker.state;
	const char *said = "ok";
	struct retry r;

	memmove(p->running + i, p->running + i + 1, --p->nrunning - i);
	breaker_record(&p->breaker, probe, &e, p->now, random);
	if (before == BREAKER_HALF_OPEN && p->breaker.state == BREAKER_CLOSED)
		budget_recover(&p->budget, p->now);
	if (e.kind == ERR_NONE) {
		budget_success(&p->budget, p->now);
	} else {
		r = retry_decide(&p->budget, tries, &e, rows, p->now, p->now + left, random2);
		said = retry_word(&r);
	}
	fprintf(p->out, "record %d %s %s %lld\n", probe, err_word(e.kind), said,
		(long long)p->breaker.until);
}

static void play_act(struct play *p)
{
	uint32_t act = dice_of(p->dice, 8);

	if (act < 2) {
		p->now += steps[dice_of(p->dice, COUNT(steps))];
		fprintf(p->out, "step %lld\n", (long long)p->now);
	} else if (act < 5) {
		play_admit(p);
	} else if (act < 7) {
		if (p->nrunning == 0)
			return;
		play_record(p);
	} else {
		breaker_nudge(&p->breaker, p->now);
		fputs("nudge\n", p->out);
	}
	fprintf(p->out, "  %s k=%u row=%u tokens=%.6f\n", breaker_word(p->breaker.state),
		p->breaker.k, p->breaker.state == BREAKER_CLOSED ? p->breaker.failures : 0,
		p->budget.tokens);
}

static void trace(FILE *out, uint64_t seed, unsigned sequences)
{
	static const uint32_t kinds[] = { 19, 12, 16 }, firsts[] = { 0, 3 };
	struct dice dice = { seed };

	for (unsigned n = 0; n < sequences; n++) {
		struct play p = { .dice = &dice, .out = out, .now = USEC_SEC };

		p.kinds = kinds[dice_of(&dice, 3)];
		p.first = firsts[dice_of(&dice, 2)];
		breaker_init(&p.breaker);
		budget_init(&p.budget, p.now);
		fprintf(out, "sequence %u\n", n);
		for (int i = 0; i < SEQUENCE_ACTS; i++)
			play_act(&p);
	}
}

static FILE *model_trace(const char *seed, const char *sequences)
{
	FILE *out = tmpfile();
	int status;
	pid_t pid;

	assert_non_null(out);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fileno(out), STDOUT_FILENO);
		execlp("python3", "python3", MODEL, seed, sequences, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	rewind(out);
	return out;
}

static void test_against_model(void **state)
{
	FILE *model = model_trace("20260123", "10000");
	FILE *mine = tmpfile();
	char a[128], b[128], sequence[128] = "";
	unsigned long line = 0, opened = 0, probed = 0, locked = 0;

	(void)state;
	assert_non_null(mine);
	trace(mine, 20260123, 10000);
	rewind(mine);
	while (fgets(a, sizeof(a), mine)) {
		line++;
		if (!fgets(b, sizeof(b), model) || strcmp(a, b) != 0)
			fail_msg("line %lu, %s  here:  %s  model: %s", line, sequence, a, b);
		if (strncmp(a, "sequence", 8) == 0)
			memcpy(sequence, a, sizeof(sequence));
		opened += strncmp(a, "  open", 6) == 0;
		probed += strncmp(a, "admit probe", 11) == 0;
		locked += strncmp(a, "  locked", 8) == 0;
	}
	assert_null(fgets(b, sizeof(b), model));
	fclose(mine);
	fclose(model);
	/* The sequences must have been somewhere. */
	assert_true(line > 500000);
	assert_true(opened > 1000);
	assert_true(probed > 1000);
	assert_true(locked > 1000);
}

/* ---- breaker --------------------------------------------------------------------- */

static void fail_times(struct breaker *b, int n, usec now)
{
	struct err e = err_of(ERR_NETWORK, true, 0);

	for (int i = 0; i < n; i++)
		breaker_record(b, false, &e, now, 0.5);
}

static enum admission admit(struct breaker *b, usec now)
{
	usec when = 0;
	struct err e;

	return breaker_admit(b, now, &when, &e);
}

/* What one outcome makes of a breaker, by where it was before. */
static void test_outcomes(void **state)
{
	enum { C = BREAKER_CLOSED, O = BREAKER_OPEN, H = BREAKER_HALF_OPEN, L = BREAKER_LOCKED,
	       U = BREAKER_UNTRUSTED };
	static const struct {
		enum err_kind kind;
		bool transient;
		long code;
		int after_four;         /* closed, four failures in a row before it */
		int row;                /* … and failures counted then, when still closed */
		int as_probe;
		int late;               /* open, from a request that started before */
	} table[] = {
		{ ERR_NONE,      false, 0,   C, 0, C, O },
		{ ERR_NETWORK,   true,  0,   O, 0, O, O },
		{ ERR_NETWORK,   false, 0,   O, 0, O, O },
		{ ERR_TIMEOUT,   true,  0,   O, 0, O, O },
		{ ERR_QUOTA,     true,  429, O, 0, O, O },
		{ ERR_REMOTE,    true,  503, O, 0, O, O },
		{ ERR_REMOTE,    false, 404, C, 0, C, O },
		{ ERR_DECODE,    false, 0,   C, 0, C, O },
		{ ERR_LIMIT,     false, 0,   C, 0, C, O },
		{ ERR_MEMORY,    false, 241, C, 0, C, O },
		{ ERR_MEMORY,    false, 0,   C, 4, H, O },
		{ ERR_CANCELLED, false, 0,   C, 4, H, O },
		{ ERR_INTERNAL,  false, 0,   C, 4, H, O },
		{ ERR_CONFIG,    false, 0,   C, 4, H, O },
		{ ERR_AUTH,      false, 401, L, 0, L, L },
		{ ERR_AUTH,      true,  401, C, 0, C, O },
		{ ERR_TRUST,     false, 302, U, 0, U, U },
	};
	struct breaker b;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct err e = err_of(table[i].kind, table[i].transient, 0);

		e.code = table[i].code;
		breaker_init(&b);
		fail_times(&b, 4, 0);
		breaker_record(&b, false, &e, 0, 0.5);
		assert_int_equal(b.state, table[i].after_four);
		if (b.state == BREAKER_CLOSED)
			assert_int_equal(b.failures, table[i].row);

		breaker_init(&b);
		fail_times(&b, 5, 0);
		breaker_record(&b, false, &e, 0, 0.5);
		assert_int_equal(b.state, table[i].late);

		breaker_init(&b);
		fail_times(&b, 5, 0);
		assert_int_equal(admit(&b, 10 * USEC_SEC), ADMIT_PROBE);
		breaker_record(&b, true, &e, 10 * USEC_SEC, 0.5);
		assert_int_equal(b.state, table[i].as_probe);
		if (b.state == BREAKER_HALF_OPEN)
			assert_int_equal(admit(&b, 10 * USEC_SEC), ADMIT_PROBE);
	}
}

static void test_failure_rate(void **state)
{
	struct err bad = err_of(ERR_TIMEOUT, true, 0);
	struct breaker b;
	usec now = 0;

	(void)state;
	/* Alternating: never five in a row, but half of ten. */
	breaker_init(&b);
	for (int i = 0; i < 9; i++)
		breaker_record(&b, false, i % 2 ? &bad : &ok, now += USEC_SEC, 0.5);
	assert_int_equal(b.state, BREAKER_CLOSED);
	breaker_record(&b, false, &bad, now += USEC_SEC, 0.5);
	assert_int_equal(b.state, BREAKER_OPEN);
	assert_int_equal(b.failures, 5);

	/* The same, too slow: older than 30 s does not count. */
	breaker_init(&b);
	for (int i = 0; i < 100; i++)
		breaker_record(&b, false, i % 2 ? &bad : &ok, now += 4 * USEC_SEC, 0.5);
	assert_int_equal(b.state, BREAKER_CLOSED);

	/* A third of many is fine, also past the end of the ring. */
	breaker_init(&b);
	for (int i = 0; i < 300; i++)
		breaker_record(&b, false, i % 3 ? &ok : &bad, now += USEC_MS, 0.5);
	assert_int_equal(b.state, BREAKER_CLOSED);
}

static void test_waits_grow(void **state)
{
	static const int seconds[] = { 5, 10, 20, 40, 60, 60, 60 };
	struct err bad = err_of(ERR_NETWORK, true, 0);
	struct breaker b;
	usec now = USEC_SEC;

	(void)state;
	breaker_init(&b);
	fail_times(&b, 4, now);
	for (size_t i = 0; i < COUNT(seconds); i++) {
		static const double randoms[] = { 0, 0.5, 0.999999 };
		double r = randoms[i % 3];

		breaker_record(&b, i > 0, &bad, now, r);
		assert_int_equal(b.state, BREAKER_OPEN);
		assert_int_equal(b.k, i + 1);
		assert_int_equal(b.until - now, (usec)(seconds[i] * 1e6 * (0.8 + 0.4 * r)));
		assert_int_equal(admit(&b, b.until - 1), ADMIT_REFUSED);
		now = b.until;
		assert_int_equal(admit(&b, now), ADMIT_PROBE);
		assert_int_equal(admit(&b, now), ADMIT_REFUSED);
	}
	breaker_record(&b, true, &ok, now, 0.5);
	assert_int_equal(b.state, BREAKER_CLOSED);
	assert_int_equal(b.k, 0);
}

/* Ten minutes of outage, somebody asking every 100 ms: 5 calls and 12 probes. */
static void test_P64_outage_is_quiet(void **state)
{
	struct err bad = err_of(ERR_NETWORK, true, 0);
	struct breaker b;
	int sent = 0;

	(void)state;
	breaker_init(&b);
	for (usec now = 0; now < 10 * USEC_MIN; now += 100 * USEC_MS) {
		enum admission a = admit(&b, now);

		if (a != ADMIT && a != ADMIT_PROBE)
			continue;
		sent++;
		breaker_record(&b, a == ADMIT_PROBE, &bad, now, 0.5);
	}
	assert_int_equal(sent, 17);
}

static void test_slow_release(void **state)
{
	struct breaker b;
	struct err e;
	usec now = USEC_MIN, when = 0;

	(void)state;
	breaker_init(&b);
	fail_times(&b, 5, 0);
	assert_int_equal(admit(&b, now), ADMIT_PROBE);
	breaker_record(&b, true, &ok, now, 0.5);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(breaker_admit(&b, now, &when, &e), ADMIT);
		assert_int_equal(breaker_admit(&b, now, &when, &e), ADMIT_LATER);
		assert_int_equal(when, now + 100 * USEC_MS);
		assert_int_equal(breaker_admit(&b, when - 1, &when, &e), ADMIT_LATER);
		now = when;
	}
	/* Once nobody waits any longer, all may start at once. */
	now += 2 * USEC_SEC;
	for (int i = 0; i < 20; i++)
		assert_int_equal(breaker_admit(&b, now, &when, &e), ADMIT);
}

static void test_nudge(void **state)
{
	struct err bad = err_of(ERR_NETWORK, true, 0);
	struct breaker b;
	usec now = USEC_MIN;
	int probes = 0;

	(void)state;
	breaker_init(&b);
	breaker_nudge(&b, now);
	assert_int_equal(b.state, BREAKER_CLOSED);
	fail_times(&b, 5, now);
	/* Leaning on the key for three seconds: three probes. */
	for (int i = 0; i < 30; i++, now += 100 * USEC_MS) {
		breaker_nudge(&b, now);
		if (admit(&b, now) != ADMIT_PROBE)
			continue;
		probes++;
		breaker_nudge(&b, now);
		assert_int_equal(admit(&b, now), ADMIT_REFUSED);
		breaker_record(&b, true, &bad, now, 0.5);
	}
	assert_int_equal(probes, 3);
}

static void test_P25_locked_needs_the_user(void **state)
{
	static const enum err_kind kinds[] = { ERR_AUTH, ERR_TRUST };

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct err e = err_of(kinds[i], false, 0), said;
		struct breaker b;
		usec when;

		breaker_init(&b);
		breaker_record(&b, false, &e, 0, 0.5);
		breaker_record(&b, false, &ok, 0, 0.5);
		for (usec now = 0; now < USEC_DAY; now += USEC_HOUR) {
			assert_int_equal(breaker_admit(&b, now, &when, &said), ADMIT_REFUSED);
			assert_int_equal(said.kind, kinds[i]);
			assert_false(said.transient);
		}
		breaker_nudge(&b, USEC_DAY);
		assert_int_equal(b.state, BREAKER_CLOSED);
		/* One at a time: it may well be refused again. */
		assert_int_equal(admit(&b, USEC_DAY), ADMIT);
		assert_int_equal(admit(&b, USEC_DAY), ADMIT_LATER);
	}
}

/* "Come back in ten minutes": nobody but the user asks before that. */
static void test_P24_a_long_pause_is_kept(void **state)
{
	struct err busy = err_of(ERR_QUOTA, true, 600000), longer = err_of(ERR_QUOTA, true, 900000), e;
	struct err soon = err_of(ERR_QUOTA, true, 20000);
	struct breaker b;
	usec when;

	(void)state;
	breaker_init(&b);
	breaker_record(&b, false, &busy, 0, 0.5);
	assert_int_equal(b.state, BREAKER_OPEN);
	breaker_admit(&b, 90 * USEC_SEC, &when, &e);
	assert_string_equal(e.text, "paused as it asked, next try in 8m30s; r tries now (because of quota)");
	assert_int_equal(e.kind, ERR_QUOTA);
	/* Another that was under way asks for more, and one for less. */
	breaker_record(&b, false, &longer, USEC_SEC, 0.5);
	breaker_record(&b, false, &busy, USEC_SEC, 0.5);
	assert_int_equal(b.until, 901 * USEC_SEC);
	for (usec now = USEC_SEC; now < b.until; now += 10 * USEC_SEC)
		assert_int_equal(admit(&b, now), ADMIT_REFUSED);
	/* Refused again, it waits again as long as it is told; a key asks once. */
	assert_int_equal(admit(&b, b.until), ADMIT_PROBE);
	breaker_record(&b, true, &busy, 901 * USEC_SEC, 0.5);
	assert_int_equal(b.until, 1501 * USEC_SEC);
	breaker_nudge(&b, 1000 * USEC_SEC);
	assert_int_equal(admit(&b, 1000 * USEC_SEC), ADMIT_PROBE);
	breaker_record(&b, true, &busy, 1000 * USEC_SEC, 0.5);
	assert_int_equal(b.until, 1600 * USEC_SEC);
	/* It was no failure: the next one does not count as the second in a row. */
	assert_int_equal(b.k, 0);
	assert_int_equal(admit(&b, b.until), ADMIT_PROBE);
	breaker_record(&b, true, &ok, b.until, 0.5);
	assert_int_equal(b.state, BREAKER_CLOSED);
	/* Opened by failures, it waits no less than the source asked for. */
	breaker_init(&b);
	fail_times(&b, 4, 0);
	breaker_record(&b, false, &soon, 0, 0.5);
	assert_int_equal(b.until, 20 * USEC_SEC);
	breaker_admit(&b, 0, &when, &e);
	assert_non_null(strstr(e.text, "paused after 5 failures, next try in 20 s"));
}

static void test_words(void **state)
{
	struct err auth = err_of(ERR_AUTH, false, 0), e;
	struct breaker b;
	usec when;

	(void)state;
	breaker_init(&b);
	fail_times(&b, 5, 0);
	breaker_admit(&b, 1, &when, &e);
	assert_string_equal(e.text, "paused after 5 failures, next try in 5 s; r tries now "
				    "(because of network)");
	assert_int_equal(e.kind, ERR_NETWORK);
	breaker_admit(&b, 4 * USEC_SEC + 1, &when, &e);
	assert_non_null(strstr(e.text, "next try in 1 s;"));
	breaker_admit(&b, 5 * USEC_SEC, &when, &e);
	breaker_admit(&b, 5 * USEC_SEC, &when, &e);
	assert_non_null(strstr(e.text, "one request is trying"));
	breaker_record(&b, true, &auth, 5 * USEC_SEC, 0);
	breaker_admit(&b, 5 * USEC_SEC, &when, &e);
	assert_string_equal(e.text, "locked until you try again with r: the source refused us "
				    "(because of auth)");
	assert_string_equal(breaker_word(BREAKER_CLOSED), "closed");
	assert_string_equal(breaker_word(BREAKER_OPEN), "open");
	assert_string_equal(breaker_word(BREAKER_HALF_OPEN), "half-open");
	assert_string_equal(breaker_word(BREAKER_LOCKED), "locked");
	assert_string_equal(breaker_word(BREAKER_UNTRUSTED), "untrusted");
}

/* ---- retry ------------------------------------------------------------------------- */

static void test_P24_retry_table(void **state)
{
	static const struct {
		enum err_kind kind;
		bool transient;
		int after;
		unsigned tries;
		bool rows;
		usec left;
		double random;
		bool again;
		usec wait;
		const char *why_not;
	} table[] = {
		{ ERR_NETWORK, true,  0, 1, false, USEC_MIN, 0.5, true, 50 * USEC_MS, NULL },
		{ ERR_NETWORK, true,  0, 2, false, USEC_MIN, 0.5, true, 100 * USEC_MS, NULL },
		{ ERR_NETWORK, true,  0, 2, false, USEC_MIN, 0, true, 0, NULL },
		{ ERR_NETWORK, true,  0, 3, false, USEC_MIN, 0.5, false, 0, "tried 3 times" },
		{ ERR_NETWORK, false, 0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_NETWORK, true,  0, 1, true,  USEC_MIN, 0.5, false, 0, "rows had arrived" },
		{ ERR_TIMEOUT, true,  0, 1, false, USEC_MIN, 0.5, true, 50 * USEC_MS, NULL },
		{ ERR_REMOTE,  true,  0, 1, false, USEC_MIN, 0.5, true, 50 * USEC_MS, NULL },
		{ ERR_REMOTE,  false, 0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_REMOTE,  true,  700, 1, false, USEC_MIN, 0.5, true, 700 * USEC_MS, NULL },
		{ ERR_QUOTA,   true,  0, 1, false, USEC_MIN, 0.5, true, 250 * USEC_MS, NULL },
		{ ERR_QUOTA,   true,  0, 2, false, USEC_MIN, 0.5, true, 500 * USEC_MS, NULL },
		{ ERR_QUOTA,   true,  5000, 1, false, USEC_MIN, 0.5, true, 5 * USEC_SEC, NULL },
		{ ERR_QUOTA,   true,  100, 2, false, USEC_MIN, 0.5, true, 500 * USEC_MS, NULL },
		{ ERR_QUOTA,   true,  30000, 1, false, USEC_MIN, 0.5, true, 30 * USEC_SEC, NULL },
		{ ERR_QUOTA,   true,  30001, 1, false, USEC_MIN, 0.5, false, 0, "it asks for a longer pause" },
		{ ERR_QUOTA,   true,  600000, 1, false, USEC_HOUR, 0.5, false, 0, "it asks for a longer pause" },
		{ ERR_QUOTA,   false, 600000, 1, false, USEC_HOUR, 0.5, false, 0, NULL },
		{ ERR_QUOTA,   true,  5000, 1, false, 5 * USEC_SEC, 0.5, false, 0, "no time left" },
		{ ERR_QUOTA,   true,  5000, 1, false, 5250 * USEC_MS, 0.5, true, 5 * USEC_SEC, NULL },
		{ ERR_QUOTA,   true,  5000, 1, false, 5250 * USEC_MS - 1, 0.5, false, 0, "no time left" },
		{ ERR_QUOTA,   false, 0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_AUTH,    false, 0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_AUTH,    true,  0, 1, false, USEC_MIN, 0.5, true, 0, NULL },
		{ ERR_AUTH,    true,  0, 2, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_TRUST,   true,  0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_CANCELLED, true, 0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_MEMORY,  true,  0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
		{ ERR_LIMIT,   true,  0, 1, false, USEC_MIN, 0.5, false, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct err e = err_of(table[i].kind, table[i].transient, table[i].after);
		struct budget b;
		struct retry r;

		budget_init(&b, 0);
		r = retry_decide(&b, table[i].tries, &e, table[i].rows, USEC_HOUR,
				 USEC_HOUR + table[i].left, table[i].random);
		if (r.again != table[i].again || r.wait != table[i].wait)
			fail_msg("row %zu: again %d, wait %lld", i, r.again, (long long)r.wait);
		if (table[i].why_not)
			assert_string_equal(r.why_not, table[i].why_not);
		else
			assert_null(r.why_not);
		if (!r.again)
			assert_true(b.tokens >= BUDGET_FULL);
	}
}

static unsigned retries_left(struct budget *b, enum err_kind kind, usec now)
{
	struct err e = err_of(kind, true, 0);
	unsigned n = 0;
	struct retry r;

	while ((r = retry_decide(b, 1, &e, false, now, now + USEC_MIN, 0)).again)
		n++;
	assert_string_equal(r.why_not, "retry budget empty");
	return n;
}

static void test_budget(void **state)
{
	struct budget b;

	(void)state;
	budget_init(&b, 0);
	assert_int_equal(retries_left(&b, ERR_NETWORK, 0), 10);
	assert_int_equal(retries_left(&b, ERR_NETWORK, 4 * USEC_SEC), 0);
	assert_int_equal(retries_left(&b, ERR_NETWORK, 5 * USEC_SEC), 1);
	for (int i = 0; i < 10; i++)
		budget_success(&b, 5 * USEC_SEC);
	assert_int_equal(retries_left(&b, ERR_TIMEOUT, 5 * USEC_SEC), 1);
	budget_recover(&b, 5 * USEC_SEC);
	assert_int_equal(retries_left(&b, ERR_NETWORK, 5 * USEC_SEC), 5);
	/* Full is full, however long it rests, and recovery takes nothing away. */
	assert_int_equal(retries_left(&b, ERR_NETWORK, USEC_DAY), 10);
	budget_success(&b, 2 * USEC_DAY);
	budget_recover(&b, 2 * USEC_DAY);
	assert_int_equal(retries_left(&b, ERR_TIMEOUT, 2 * USEC_DAY), 5);
}

/* Full jitter must spread evenly: chi-square over 20 bins; with 19 degrees of
 * freedom a fair spread stays below 43.8 in 999 of 1,000 runs. */
static double chi_square(const unsigned *bins, size_t n, double expected)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ((double)bins[i] - expected) * ((double)bins[i] - expected) / expected;
	return sum;
}

static void test_jitter_is_uniform(void **state)
{
	enum { BINS = 20, DRAWS = 100000 };
	struct err net = err_of(ERR_NETWORK, true, 0);
	struct dice dice = { 7 };
	unsigned waits[BINS] = { 0 }, opens[BINS] = { 0 };

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		struct budget budget;
		struct breaker b;
		struct retry r;

		budget_init(&budget, 0);
		r = retry_decide(&budget, 2, &net, false, 0, USEC_MIN, dice_real(&dice));
		assert_in_range(r.wait, 0, 200 * USEC_MS - 1);
		waits[r.wait * BINS / (200 * USEC_MS)]++;

		breaker_init(&b);
		fail_times(&b, 4, 0);
		breaker_record(&b, false, &net, 0, dice_real(&dice));
		assert_in_range(b.until, 4 * USEC_SEC, 6 * USEC_SEC - 1);
		opens[(b.until - 4 * USEC_SEC) * BINS / (2 * USEC_SEC)]++;
	}
	assert_true(chi_square(waits, BINS, DRAWS / BINS) < 43.8);
	assert_true(chi_square(opens, BINS, DRAWS / BINS) < 43.8);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_failure_rate),
		cmocka_unit_test(test_waits_grow),
		cmocka_unit_test(test_P64_outage_is_quiet),
		cmocka_unit_test(test_slow_release),
		cmocka_unit_test(test_nudge),
		cmocka_unit_test(test_P25_locked_needs_the_user),
		cmocka_unit_test(test_P24_a_long_pause_is_kept),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_P24_retry_table),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_jitter_is_uniform),
		cmocka_unit_test(test_against_model),
	};

	if (argc == 4 && strcmp(argv[1], "--trace") == 0) {
		trace(stdout, strtoull(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10));
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
