#include "tests/support/fake_case.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/fake_scenes.h"

enum { PATIENCE_MS = 10000 };

/* ---- a clock that only moves when told ------------------------------------------------ */

static const usec opened_mono = 1000 * USEC_SEC;
static const usec opened_wall = INT64_C(1769178127) * USEC_SEC;   /* 2026-01-23T14:22:07Z */
static usec elapsed;

static usec test_mono(const struct clock *c) { (void)c; return opened_mono + elapsed; }
static usec test_wall(const struct clock *c) { (void)c; return opened_wall + elapsed; }
static const struct clock test_clock = { test_mono, test_wall, 0 };

void fake_case_at(long seconds)
{
	elapsed = seconds * USEC_SEC;
}

/* ---- the client: one kind for all sources ---------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct fake_scene *scene;
static int more_rows = -1;

void fake_case_rows_from(int fd)
{
	more_rows = fd;
}

void fake_case_play(const char *name)
{
	const struct fake_scene *found = fake_scene(name);

	if (!found) {
		fprintf(stderr, "no scene '%s'\n", name);
		abort();
	}
	pthread_mutex_lock(&lock);
	scene = found;
	pthread_mutex_unlock(&lock);
}

/* Loads that are opened beside the scene's have answers of their own. */
static const struct fake_act *act_for(const char *typed, const char *source, const char *query)
{
	const struct fake_act *found = NULL;
	const struct fake_scene *beside = fake_scene_beside(typed);

	pthread_mutex_lock(&lock);
	for (const struct fake_act *a = (beside ? beside : scene)->acts; a->source && !found; a++)
		if (!strcmp(a->source, source) && !strcmp(a->query, query))
			found = a;
	pthread_mutex_unlock(&lock);
	return found;
}

static void *fake_open(const struct source *s, struct err *e)
{
	(void)e;
	return (void *)(uintptr_t)s;
}

static const struct section_def *def_of(const char *query)
{
	for (size_t i = 0; i < fake_workspace.nsections; i++)
		if (!strcmp(fake_workspace.sections[i]->id, query))
			return fake_workspace.sections[i];
	return NULL;
}

static bool send_columns(const struct section_def *def, struct row_sink *sink, struct err *e)
{
	const char *names[32];

	for (size_t i = 0; i < def->ncolumns; i++)
		names[i] = def->columns[i].id;
	return sink->columns(sink, names, def->ncolumns, e);
}

/* "a|b||d": cells in the section's order; an empty one is NULL. */
static bool send_row(const char *row, size_t columns, struct row_sink *sink, struct err *e)
{
	struct cell cells[32];

	for (size_t i = 0; i < columns; i++) {
		size_t len = strcspn(row, "|");

		cells[i] = len ? (struct cell){ row, len } : CELL_NULL;
		row += len;
		row += *row == '|';
	}
	return sink->row(sink, cells, e);
}

static const char *param_of(const struct query *q, const char *name)
{
	for (size_t i = 0; i < q->nparams; i++)
		if (!strcmp(q->params[i].name, name) && q->params[i].value)
			return q->params[i].value;
	return "";
}

static void say_sent(const struct query *q, struct row_sink *sink)
{
	char sent[1024];

	snprintf(sent, sizeof sent, "%s\n-- :tracking_id = '%s'", q->text, param_of(q, "tracking_id"));
	sink->sent(sink, sent);
}

static bool hang(const struct fake_act *a, size_t columns, struct cancel *c, struct row_sink *sink,
		 struct err *e)
{
	char byte;

	while (cancel_wait(c, a->rows ? more_rows : -1, POLLIN, INT64_MAX, e))
		if (read(more_rows, &byte, 1) == 1 && !send_row(a->rows[0], columns, sink, e))
			return false;
	return false;
}

static bool fake_run(void *conn, const struct query *q, struct cancel *c, struct row_sink *sink,
		     struct err *e)
{
	const struct source *s = conn;
	const struct fake_act *a = act_for(param_of(q, "identifier"), s->name, q->name);
	const struct section_def *def = def_of(q->name);
	bool ok;

	if (!a || !def)
		return err_set(e, ERR_INTERNAL, 0, "nobody expected %s/%s", s->name, q->name);
	say_sent(q, sink);
	ok = send_columns(def, sink, e);
	for (size_t i = 0; ok && a->rows && a->rows[i]; i++) {
		sink->bytes(sink, strlen(a->rows[i]));
		ok = send_row(a->rows[i], def->ncolumns, sink, e);
	}
	if (ok && a->hangs)
		ok = hang(a, def->ncolumns, c, sink, e);
	return ok && a->kind ? err_set(e, a->kind, a->code, "%s", a->text) : ok;
}

static bool fake_check(void *conn, usec deadline, struct cancel *c, struct health *h, struct err *e)
{
	const struct source *s = conn;

	(void)deadline, (void)c;
	if (!strcmp(s->name, "signoz"))
		return err_set(e, ERR_NETWORK, 0, "connection refused; are you on the VPN?");
	snprintf(h->server, sizeof h->server, "Fake 1.0");
	snprintf(h->user, sizeof h->user, "reader");
	h->read_only = true;
	return true;
}

static void fake_close(void *conn) { (void)conn; }

static const struct setting_def no_settings[] = { { .key = NULL } };

static const struct client_ops fake_ops = {
	.kind = "fake", .settings = no_settings, .open = fake_open, .run = fake_run, .check = fake_check, .close = fake_close,
};

/* ---- the configuration ----------------------------------------------------------------------- */

static void set_up(struct fake_case *fc)
{
	static char queries[] = "tests/support/fake_queries";

	for (size_t i = 0; i < FAKE_SOURCES; i++) {
		struct source *s = &fc->sources[i];
		const struct source_def *def = &fake_workspace.sources[i];

		*s = (struct source){ .client = &fake_ops, .lane = 4, .timeout = 30 * USEC_SEC,
				      .configured = strcmp(def->name, "trino") != 0 };
		snprintf(s->name, sizeof s->name, "%s", def->name);
		snprintf(s->title, sizeof s->title, "%s", def->title);
		snprintf(s->origin, sizeof s->origin, "fake://%s", def->name);
		if (!s->configured)
			snprintf(s->missing, sizeof s->missing, "no host: set sources.%s.host", def->name);
		if (!strcmp(def->name, "rewind"))
			s->lag = 22 * USEC_MIN;
	}
	fc->config = (struct config){ .sources = fc->sources, .nsources = FAKE_SOURCES, .workers = 1,
				      .override_dir = queries, .now = TIME_NONE };
}

/* ---- running the scene -------------------------------------------------------------------------- */

/* Every section is final or has a source that hangs, with its rows read. */
static bool arrived(const struct investigation *inv)
{
	for (size_t i = 0; i < inv->nsections; i++) {
		const struct section *s = &inv->sections[i];
		bool hangs = s->state == SECTION_WAITING;

		for (size_t k = 0; k < s->ntrail; k++) {
			const struct attempt *a = s->trail[k];
			const struct fake_act *act = act_for(inv->typed, a->source, a->query);
			size_t rows = 0;

			while (act && act->rows && act->rows[rows])
				rows++;
			if (a->outcome != ATTEMPT_RUNNING)
				continue;
			if (section_state_final(s->state))
				return false;    /* stopped, and has not said so yet */
			if (act && act->hangs && a->sent && s->rows.rows >= rows)
				hangs = true;
		}
		if (!section_state_final(s->state) && !hangs)
			return false;
	}
	return true;
}

static bool all_arrived(const struct app *app)
{
	for (int i = 0; i < app->ndesks; i++)
		if (app->desks[i]->inv && !arrived(app->desks[i]->inv))
			return false;
	return true;
}

void fake_case_settle(struct fake_case *fc)
{
	struct pollfd p = { engine_fd(fc->app.engine), POLLIN, 0 };

	for (;;) {
		usec next = engine_tick(fc->app.engine, NULL);

		if (all_arrived(&fc->app))
			break;
		/* A timer is for rows that wait in a worker: the real clock tells when. */
		if (poll(&p, 1, next == TIME_NONE ? PATIENCE_MS : 60) == 0 && next == TIME_NONE) {
			fprintf(stderr, "the scene does not come to rest\n");
			abort();
		}
	}
}

/* ---- the times that the scene tells ---------------------------------------------------------------- */

static usec at(long ms)
{
	return opened_mono + ms * USEC_MS;
}

static void set_attempt(const char *typed, struct attempt *a)
{
	const struct fake_act *act = act_for(typed, a->source, a->query);

	snprintf(a->id, sizeof a->id, "sextant-test-%u", a->number);
	if (!act || !a->started)
		return;
	a->queued = at(act->queued);
	a->started = at(act->queued + act->waited);
	a->started_wall = opened_wall + (a->started - opened_mono);
	if (a->first_row)
		a->first_row = a->started + 80 * USEC_MS;
	if (a->ended)
		a->ended = at(act->queued + act->waited + act->took);
}

static void set_section(struct section *s)
{
	usec first = 0, last = 0;

	for (size_t i = 0; i < s->ntrail; i++) {
		const struct attempt *a = s->trail[i];

		if (!a->started)
			continue;
		if (!first || a->queued < first)
			first = a->queued;
		if (a->ended > last)
			last = a->ended;
	}
	if (first)
		s->asked_mono = first;
	if (s->deadline)
		s->deadline = s->asked_mono + 30 * USEC_SEC;
	if (last && section_state_final(s->state))
		s->settled_mono = last;
}

static void tell_times(struct fake_case *fc)
{
	struct investigation *inv = fc->app.desk->inv;

	for (size_t i = 0; i < inv->nlog; i++)
		set_attempt(inv->typed, inv->log[i]);
	for (size_t i = 0; i < inv->nsections; i++)
		set_section(&inv->sections[i]);
	if (inv->settled_mono)
		inv->settled_mono = at(scene->settled);
}

/* ---- life ---------------------------------------------------------------------------------------------- */

static void must(bool ok, const struct err *e)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", e->text);
	abort();
}

void fake_case_open(struct fake_case *fc, const char *name)
{
	struct err e = { 0 };
	struct app *app = &fc->app;

	memset(fc, 0, sizeof *fc);
	set_up(fc);
	elapsed = 0;
	fake_case_play(name);
	if (scene->busy)
		fc->config.workers = 8;
	must(app_init(app, &fake_workspace, &fc->config, &test_clock, &e), &e);
	must(app_theme(app, "calm", &e), &e);
	app->demo = true;
	must(app_resize(app, 80, 24, &e), &e);
	must(app_start(app, &e), &e);
	if (!scene->typed)
		return;
	app_open(app, scene->typed);
	must(app->desk->inv, &e);
	fake_case_settle(fc);
	tell_times(fc);
	fake_case_at(scene->seconds);
	app_update(app);
	app->message[0] = '\0';
}

void fake_case_close(struct fake_case *fc)
{
	struct err e = { .text = "the engine does not end" };

	must(engine_free(fc->app.engine, 5 * USEC_SEC), &e);
	app_release(&fc->app);
}
