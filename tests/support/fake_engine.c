#include "tests/support/fake_engine.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fake fake;

/* ---- a clock that only moves when told ------------------------------------------- */

static usec test_mono(const struct clock *c) { (void)c; return fake.mono; }
static usec test_wall(const struct clock *c) { (void)c; return fake.wall; }
static const struct clock test_clock = { test_mono, test_wall, 0 };

/* ---- a scripted client -------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;   /* guards all of these */
static const struct act *script;
static char asked[4096];
static unsigned in_run;

void fake_play(const struct act *acts)
{
	pthread_mutex_lock(&lock);
	script = acts;
	pthread_mutex_unlock(&lock);
}

bool fake_asked(const char *what)
{
	pthread_mutex_lock(&lock);
	bool found = strstr(asked, what) != NULL;
	pthread_mutex_unlock(&lock);
	return found;
}

unsigned fake_count(const char *what)
{
	unsigned n = 0;

	pthread_mutex_lock(&lock);
	for (const char *at = asked; (at = strstr(at, what)); at++)
		n++;
	pthread_mutex_unlock(&lock);
	return n;
}

unsigned fake_in_run(void)
{
	pthread_mutex_lock(&lock);
	unsigned n = in_run;
	pthread_mutex_unlock(&lock);
	return n;
}

static const char *param_of(const struct query *q, const char *name)
{
	for (size_t i = 0; i < q->nparams; i++)
		if (!strcmp(q->params[i].name, name))
			return q->params[i].value;
	return NULL;
}

static bool window_of(const struct query *q, usec *from, usec *to)
{
	const char *f = param_of(q, "from"), *t = param_of(q, "to");

	return f && t && time_parse(f, strlen(f), from) && time_parse(t, strlen(t), to);
}

static bool is_for(const struct act *a, const struct query *q)
{
	const char *typed = q ? param_of(q, "identifier") : NULL;

	return !a->typed || (typed && !strcmp(a->typed, typed));
}

/* With the lock held. */
static const struct act *find_act(const char *source, const char *query, const struct query *q)
{
	usec from = 0, to = 0;

	if (q)
		window_of(q, &from, &to);
	for (const struct act *a = script; a->source; a++)
		if (!strcmp(a->source, source) && !strcmp(a->query, query) &&
		    (!a->older_than || to < a->older_than) && is_for(a, q))
			return a;
	return NULL;
}

/* Notes the request and says what to do. */
static struct act enter(const struct source *s, const struct query *q)
{
	static const struct act unexpected = { .kind = ERR_INTERNAL, .says = "nobody expected this" };

	pthread_mutex_lock(&lock);
	const struct act *a = find_act(s->name, q->name, q);
	size_t used = strlen(asked);
	snprintf(asked + used, sizeof asked - used, "%s/%s ", s->name, q->name);
	if (++in_run > fake.most_in_run)
		fake.most_in_run = in_run;
	pthread_mutex_unlock(&lock);
	return a ? *a : unexpected;
}

static void leave(void)
{
	pthread_mutex_lock(&lock);
	in_run--;
	pthread_mutex_unlock(&lock);
}

static bool send_columns(struct row_sink *sink, struct err *e)
{
	static const char *const names[] = { "other", "id" };

	return sink->columns(sink, names, 2, e);
}

static bool send_rows(const struct act *a, struct row_sink *sink, struct err *e)
{
	for (unsigned i = 0; i < a->rows; i++) {
		char id[16];

		snprintf(id, sizeof id, "%u", i);
		struct cell cells[] = { cell_of("x"), cell_of(a->value ? a->value : id) };

		if (!sink->row(sink, cells, e))
			return false;
	}
	return true;
}

static bool out_of_memory(const struct act *a, const struct query *q)
{
	usec from, to;

	return a->memory_over && window_of(q, &from, &to) && to - from > a->memory_over;
}

static bool break_off(const struct source *s, const struct act *a, struct err *e)
{
	const char *says = a->says ? a->says : "broke";

	err_set(e, a->kind, a->code, "%s %s", s->name, says);
	e->transient = a->transient;
	e->retry_after_ms = a->retry_after_ms;
	return false;
}

static bool fake_run_query(void *conn, const struct query *q, struct cancel *c,
			   struct row_sink *sink, struct err *e)
{
	const struct source *s = conn;
	struct act a = enter(s, q);
	bool ok;

	sink->sent(sink, q->text);
	ok = out_of_memory(&a, q) ? err_set(e, ERR_MEMORY, 241, "Memory limit exceeded")
				  : send_columns(sink, e) && send_rows(&a, sink, e);
	if (ok && a.again_on)
		ok = cancel_wait(c, a.again_on, POLLIN, q->deadline, e) && send_rows(&a, sink, e);
	if (ok && a.hang)
		ok = cancel_wait(c, -1, 0, q->deadline, e);
	if (ok && a.kind)
		ok = break_off(s, &a, e);
	leave();
	return ok;
}

static bool fake_check(void *conn, usec deadline, struct cancel *c, struct health *h, struct err *e)
{
	const struct source *s = conn;

	pthread_mutex_lock(&lock);
	const struct act *a = find_act(s->name, "check", NULL);
	bool hang = a && a->hang;
	pthread_mutex_unlock(&lock);
	snprintf(h->server, sizeof h->server, "fake 1.0");
	return !hang || cancel_wait(c, -1, 0, deadline, e);
}

static atomic_int connected;

static void *fake_open(const struct source *s, struct err *e)
{
	(void)e;
	atomic_fetch_add(&connected, 1);
	return (void *)(uintptr_t)s;
}

static void fake_close(void *conn)
{
	(void)conn;
	atomic_fetch_sub(&connected, 1);
}

static const struct setting_def no_settings[] = { { NULL, NULL, false, false, NULL } };

static const struct client_ops ops = {
	.kind = "sqlite", .settings = no_settings, .open = fake_open, .run = fake_run_query, .check = fake_check,
	.close = fake_close,
};

/* ---- the harness --------------------------------------------------------------------- */

static void source_set(struct source *s, const char *name, bool configured)
{
	*s = (struct source){ .client = &ops, .lane = 2, .timeout = 30 * USEC_SEC,
			      .configured = configured, .missing = "no host" };
	snprintf(s->name, sizeof s->name, "%s", name);
	snprintf(s->origin, sizeof s->origin, "fake://%s", name);
}

int fake_setup(void **state)
{
	static char queries[] = "tests/sections/engine_queries";

	(void)state;
	fake = (struct fake){ .mono = 1000 * USEC_SEC,
			      .wall = INT64_C(1769178127) * USEC_SEC };   /* 2026-01-23T14:22:07Z */
	source_set(&fake.sources[FAKE_A], "a", true);
	source_set(&fake.sources[FAKE_B], "b", true);
	source_set(&fake.sources[FAKE_C], "c", true);
	source_set(&fake.sources[FAKE_OFF], "off", false);
	fake.config = (struct config){ .sources = fake.sources, .nsources = FAKE_SOURCES,
				       .workers = 4, .override_dir = queries, .now = TIME_NONE };
	asked[0] = '\0';
	return 0;
}

void fake_begin(const struct workspace *workspace, const struct act *acts)
{
	struct err e = { 0 };

	fake_play(acts);
	fake.engine = engine_new(&fake.config, workspace, &test_clock, &e);
	assert_non_null(fake.engine);
	fake.inv = engine_open(fake.engine, "x1", &e);
	assert_non_null(fake.inv);
}

int fake_teardown(void **state)
{
	(void)state;
	assert_true(engine_free(fake.engine, 5 * USEC_SEC));
	assert_int_equal(atomic_load(&connected), 0);
	fake.engine = NULL;
	return 0;
}

void fake_run(bool (*done)(void))
{
	for (int i = 0; i < 100000; i++) {
		usec next = engine_tick(fake.engine, NULL);

		if (done())
			return;
		struct pollfd p = { .fd = engine_fd(fake.engine), .events = POLLIN };
		if (poll(&p, 1, next == TIME_NONE ? 5000 : 60) == 0 && next != TIME_NONE &&
		    next > fake.mono)
			fake.mono = next;
	}
	fail_msg("it never came");
}

bool fake_settled(void)
{
	return investigation_settled(fake.inv);
}

const char *fake_state(size_t section)
{
	return section_state_word(fake.inv->sections[section].state);
}
