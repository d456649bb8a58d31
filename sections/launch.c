/* From a ready slice to a job on a worker and back: lanes, breakers, connections,
 * and the trail's lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/engine_impl.h"

/* ---- the trail ------------------------------------------------------------------- */

static bool grow(struct attempt ***list, size_t n, struct attempt *a)
{
	struct attempt **more = realloc(*list, (n + 1) * sizeof *more);

	if (!more)
		return false;
	*list = more;
	more[n] = a;
	return true;
}

static bool shown(const struct section *s, const struct attempt *a)
{
	for (size_t i = 0; i < s->ntrail; i++)
		if (s->trail[i] == a)
			return true;
	return false;
}

void attempt_free(struct attempt *a)
{
	params_free(a->params, a->nparams);
	free(a->sent);
	free(a);
}

/* The trail lists what a statement binds below it. */
static bool is_bound(const struct attempt *a, const char *name)
{
	char line[FACT_NAME_MAX + 16];

	snprintf(line, sizeof line, "\n-- :%s = ", name);
	return strstr(a->sent, line) != NULL;
}

void attempt_keep_params(struct attempt *a, const struct job *j)
{
	if (a->params || !j->nparams)
		return;
	a->params = calloc(j->nparams, sizeof *a->params);
	for (size_t i = 0; a->params && i < j->nparams; i++) {
		const struct param *p = &j->params[i];
		struct param kept = { NULL, NULL };

		if (!is_bound(a, p->name))
			continue;
		kept.name = strdup(p->name);
		kept.value = p->value ? strdup(p->value) : NULL;
		a->params[a->nparams++] = kept;
		if (kept.name && (kept.value || !p->value))
			continue;
		params_free(a->params, a->nparams);
		a->params = NULL;
		a->nparams = 0;
	}
}

/* The log keeps what a section still shows; of the rest the oldest goes first. */
static void log_trim(struct investigation *inv)
{
	for (size_t i = 0; i < inv->nlog && inv->nlog > LOG_MAX; i++) {
		struct attempt *a = inv->log[i];

		if (a->outcome <= ATTEMPT_RUNNING ||
		    shown(investigation_section(inv, a->section), a))
			continue;
		attempt_free(a);
		memmove(&inv->log[i], &inv->log[i + 1], (--inv->nlog - i) * sizeof inv->log[0]);
		i--;
	}
}

struct attempt *attempt_new(struct engine *en, struct open_case *c, size_t section,
			    const struct step *step, size_t segment, size_t slice, struct span span)
{
	struct section *s = &c->inv.sections[section];
	struct slot *slot = engine_slot(en, step->source);
	struct attempt *a = calloc(1, sizeof *a);

	if (!a || !grow(&c->inv.log, c->inv.nlog, a)) {
		free(a);
		return NULL;
	}
	a->number = ++c->attempts;
	a->of_case = c->number;
	a->section = s->def->id;
	a->source = step->source;
	a->kind = slot ? slot->status.source->client ? slot->status.source->client->kind : "" : "";
	a->query = step->query;
	a->generation = s->generation;
	a->segment = (unsigned)segment;
	a->slice = (unsigned)slice;
	a->from = span.from;
	a->to = span.to;
	a->queued = clock_mono(en->clock);
	a->started_wall = clock_wall(en->clock);
	c->inv.nlog++;
	if (grow(&s->trail, s->ntrail, a))
		s->ntrail++;
	log_trim(&c->inv);
	en->changed = true;
	return a;
}

void attempt_end(struct engine *en, struct attempt *a, enum attempt_outcome outcome,
		 const struct err *e)
{
	if (!a)
		return;
	a->outcome = outcome;
	a->ended = clock_mono(en->clock);
	a->ended_wall = clock_wall(en->clock);
	if (e && e->kind != ERR_NONE) {
		a->cls = e->kind;
		a->code = e->code;
		snprintf(a->detail, sizeof a->detail, "%s", e->text);
	}
	if (en->observer.ended)
		en->observer.ended(en->observer.ctx, a);
	en->changed = true;
}

/* ---- jobs ---------------------------------------------------------------------------- */

static bool param_add(struct job *j, const char *name, const char *value)
{
	struct param p = { strdup(name), value ? strdup(value) : NULL };

	if (!p.name || (value && !p.value)) {
		free((void *)(uintptr_t)p.name);
		return false;
	}
	j->params[j->nparams++] = p;
	return true;
}

static bool param_known(const struct job *j, const char *name)
{
	for (size_t i = 0; i < j->nparams; i++)
		if (!strcmp(j->params[i].name, name))
			return true;
	return false;
}

/* Everything known is offered, each query binds what it names; what the workspace
 * may know but does not is NULL. Facts outrank the configuration's params. */
static bool params_fill(struct job *j, const struct engine *en, const struct facts *facts,
			struct span span, unsigned limit, usec now)
{
	const struct config *config = en->config;
	const char *const *may = en->workspace->params;
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX], at[TIME_TEXT_MAX], rows[16];
	bool ok = true;
	size_t n = 0;

	while (may && may[n])
		n++;
	j->params = calloc(facts->n + config->nparams + n + 4, sizeof *j->params);
	if (!j->params)
		return false;
	if (span.from != TIME_NONE) {
		ok = param_add(j, "from", time_sql(from, span.from, false)) &&
		     param_add(j, "to", time_sql(to, span.to, false));
	}
	snprintf(rows, sizeof rows, "%u", limit ? limit : (unsigned)CLIENT_MAX_ROWS);
	ok = ok && param_add(j, "limit", rows) && param_add(j, "now", time_sql(at, now, false));
	for (size_t i = 0; ok && i < facts->n; i++)
		ok = param_add(j, facts->items[i].name, facts->items[i].value);
	for (size_t i = 0; ok && i < config->nparams; i++)
		ok = param_known(j, config->params[i].key) ||
		     param_add(j, config->params[i].key, config->params[i].value);
	for (size_t i = 0; ok && i < n; i++)
		ok = param_known(j, may[i]) || param_add(j, may[i], NULL);
	return ok;
}

static void send_job(struct engine *en, struct job *j, struct slot *slot)
{
	j->source_index = (size_t)(slot - en->slots);
	j->source = slot->status.source;
	j->config = en->config;
	if (slot->nidle)
		j->conn = slot->idle[--slot->nidle];
	snprintf(j->query.id, sizeof j->query.id, "sextant-%s-%u", en->run_id, ++en->requests);
	slot->status.in_flight++;
	en->in_flight++;
	j->also_flying = en->flying;
	en->flying = j;
	pool_submit(en->pool, j);
}

static usec attempt_deadline(struct engine *en, const struct fetch *f, const struct slot *slot)
{
	usec limit = clock_mono(en->clock) + slot->status.source->timeout;

	return limit < f->deadline ? limit : f->deadline;
}

/* Real waiting is on the system's clock; a test's clock only steers the policy. */
static usec on_system_clock(const struct engine *en, usec t)
{
	return t - clock_mono(en->clock) + now_mono();
}

static struct job *build_job(struct engine *en, struct open_case *c, size_t section,
			     const struct step *step, struct slice *sl, struct err *e)
{
	const struct section_def *def = c->inv.sections[section].def;
	struct job *j = job_new(en->mailbox, e);

	if (!j)
		return NULL;
	j->inv = &c->inv;
	j->section = section;
	j->now = c->fetches[section].now;
	j->def = def;
	j->generation = c->inv.sections[section].generation;
	j->query_name = strdup(step->query);
	/* One more than is kept: only then is it known that there are more. */
	unsigned limit = def->max_rows ? def->max_rows + 1 : 0;

	j->query.max_rows = limit;
	if (!j->query_name ||
	    !params_fill(j, en, &c->inv.facts, sl->span, limit, c->fetches[section].now)) {
		err_set(e, ERR_MEMORY, 0, "out of memory starting a request");
		job_free(j);
		return NULL;
	}
	return j;
}

static void fail_slice(struct engine *en, struct slice *sl, enum attempt_outcome outcome,
		       const struct err *e)
{
	attempt_end(en, sl->attempt, outcome, e);
	sl->state = SLICE_DONE;
	sl->err = *e;
}

static void launch(struct engine *en, struct open_case *c, size_t section, size_t segment,
		   size_t slice, struct slot *slot, bool probe)
{
	struct fetch *f = &c->fetches[section];
	struct segment *seg = &f->segments[segment];
	struct slice *sl = &seg->slices[slice];
	const struct step *step = &c->inv.sections[section].def->steps[seg->step];
	struct err e = { 0 };
	struct job *j = build_job(en, c, section, step, sl, &e);

	if (!j) {
		/* It was admitted: a probe that never flew must not be waited for. */
		breaker_record(&slot->origin->breaker, probe, &e, clock_mono(en->clock),
			       engine_random(en));
		fail_slice(en, sl, ATTEMPT_FAILED, &e);
		return;
	}
	j->segment = segment;
	j->slice = slice;
	j->probe = probe;
	j->attempt = sl->attempt;
	sl->job = j;
	sl->state = SLICE_FLYING;
	sl->tries++;
	sl->deadline = attempt_deadline(en, f, slot);
	j->query.deadline = on_system_clock(en, sl->deadline);
	send_job(en, j, slot);

	struct attempt *a = sl->attempt;

	if (a) {
		a->outcome = ATTEMPT_RUNNING;
		a->started = clock_mono(en->clock);
		a->started_wall = clock_wall(en->clock);
		a->tries = sl->tries;
		memcpy(a->id, j->query.id, sizeof a->id);
	}
	en->changed = true;
}

/* From when on it is too late to start anything of the fetch. */
static usec too_late(const struct fetch *f)
{
	return f->deadline - DEADLINE_MIN_LEFT;
}

/* Starts the slice if a worker, the lane and the breaker let it. */
static void try_launch(struct engine *en, struct open_case *c, size_t section, size_t segment,
		       size_t slice)
{
	struct segment *seg = &c->fetches[section].segments[segment];
	struct slice *sl = &seg->slices[slice];
	struct slot *slot = engine_slot(en, c->inv.sections[section].def->steps[seg->step].source);
	usec now = clock_mono(en->clock);
	struct err e = { 0 };

	if (sl->state == SLICE_DELAYED && sl->not_before <= now)
		sl->state = SLICE_READY;
	if (sl->state != SLICE_READY)
		return;
	if (now >= too_late(&c->fetches[section])) {
		err_set(&e, ERR_TIMEOUT, 0, "%s was not asked: the section's time was used up",
			slot->status.source->name);
		fail_slice(en, sl, ATTEMPT_SKIPPED, &e);
		return;
	}
	if (en->in_flight >= en->workers || slot->status.in_flight >= slot->status.source->lane)
		return;

	switch (breaker_admit(&slot->origin->breaker, now, &sl->not_before, &e)) {
	case ADMIT:
		launch(en, c, section, segment, slice, slot, false);
		break;
	case ADMIT_PROBE:
		launch(en, c, section, segment, slice, slot, true);
		break;
	case ADMIT_LATER:
		sl->state = SLICE_DELAYED;
		break;
	case ADMIT_REFUSED:
		fail_slice(en, sl, ATTEMPT_PAUSED, &e);
		break;
	}
}

void launch_ready(struct engine *en, struct open_case *c, size_t section)
{
	struct fetch *f = &c->fetches[section];

	for (size_t g = 0; g < f->nsegments; g++) {
		struct segment *seg = &f->segments[g];

		for (size_t i = 0; !seg->done && i < seg->nslices; i++)
			try_launch(en, c, section, g, i);
	}
}

/* What waits for a worker or its lane is woken by the mail that frees them, unless
 * its time is up before. */
static usec look_again(const struct fetch *f, const struct slice *sl)
{
	if (sl->state == SLICE_DELAYED)
		return sl->not_before;
	return sl->state == SLICE_READY ? too_late(f) : TIME_NONE;
}

usec launch_next(const struct open_case *c)
{
	usec next = TIME_NONE;

	for (size_t s = 0; s < c->inv.nsections; s++) {
		const struct fetch *f = &c->fetches[s];

		for (size_t g = 0; f->active && g < f->nsegments; g++)
			for (size_t i = 0; i < f->segments[g].nslices; i++) {
				usec at = look_again(f, &f->segments[g].slices[i]);

				if (at != TIME_NONE && (next == TIME_NONE || at < next))
					next = at;
			}
	}
	return next;
}

static void check_over(struct source_status *st, const struct reach *reach,
                       const struct health *health, const struct freshness *freshness, const struct err *e)
{
	st->checking = false;
	st->checked = true;
	st->ok_then = st->ok;
	st->failed_then = st->failed;
	st->healthy = e->kind == ERR_NONE;
	st->down = !st->healthy;
	st->reach = *reach;
	st->health = *health;
	st->freshness = *freshness;
	st->check_err = *e;
	st->check_time = now_mono() - st->check_time;
}

/* The user wants to know: the breaker lets it through, as its probe when it is open. */
static struct job *build_check(struct engine *en, struct slot *slot, struct err *e)
{
	struct breaker *breaker = &slot->origin->breaker;
	usec now = clock_mono(en->clock), later;
	struct job *j = job_new(en->mailbox, e);

	if (!j)
		return NULL;
	breaker_nudge(breaker, now);
	switch (breaker_admit(breaker, now, &later, e)) {
	case ADMIT_REFUSED:
		job_free(j);
		return NULL;
	case ADMIT_PROBE:
		j->probe = true;
		break;
	case ADMIT:
	case ADMIT_LATER:                /* one request more does not make a rush */
		break;
	}
	return j;
}

static void start_check(struct engine *en, struct slot *slot)
{
	struct err e = { 0 };
	struct job *j = build_check(en, slot, &e);

	slot->check_wanted = false;
	slot->status.check_time = now_mono();
	en->changed = true;
	if (!j) {
		check_over(&slot->status, &(struct reach){ 0 }, &(struct health){ 0 },
		           &(struct freshness){ 0 }, &e);
		return;
	}
	j->now = clock_wall(en->clock);
	j->query.deadline = slot->status.check_time + slot->status.source->timeout;
	en->checks++;
	send_job(en, j, slot);
}

/* While somebody investigates, dead sources must not hold all workers. */
void launch_checks(struct engine *en)
{
	unsigned most = en->cases ? (en->workers + 1) / 2 : en->workers;

	for (size_t i = 0; i < en->config->nsources; i++)
		if (en->slots[i].check_wanted && en->checks < most && en->in_flight < en->workers)
			start_check(en, &en->slots[i]);
}

/* ---- back ---------------------------------------------------------------------------------- */

static int by_length(const void *a, const void *b)
{
	usec x = *(const usec *)a, y = *(const usec *)b;

	return (x > y) - (x < y);
}

static void sample(struct slot *slot, usec now, usec took)
{
	usec sorted[SLOT_SAMPLES];
	size_t n;

	pulse_note(&slot->status.pulse, now, true, took);
	slot->samples[slot->nsamples++ % SLOT_SAMPLES] = took;
	n = slot->nsamples < SLOT_SAMPLES ? slot->nsamples : SLOT_SAMPLES;
	memcpy(sorted, slot->samples, n * sizeof sorted[0]);
	qsort(sorted, n, sizeof sorted[0], by_length);
	slot->status.p50 = sorted[n / 2];
	slot->status.p95 = sorted[n * 95 / 100 < n ? n * 95 / 100 : n - 1];
}

static void no_longer_flying(struct engine *en, struct job *j)
{
	struct job **at = &en->flying;

	while (*at != j)
		at = &(*at)->also_flying;
	*at = j->also_flying;
	en->in_flight--;
	if (!j->def)
		en->checks--;
	en->slots[j->source_index].status.in_flight--;
}

void launch_landed(struct engine *en, struct job *j, const struct job_mail *m)
{
	struct slot *slot = &en->slots[j->source_index];
	usec now = clock_mono(en->clock);
	const struct err *e = &m->err;

	no_longer_flying(en, j);
	if (j->conn && slot->nidle < slot->status.source->lane)
		slot->idle[slot->nidle++] = j->conn;
	else if (j->conn)
		slot->status.source->client->close(j->conn);
	j->conn = NULL;
	breaker_record(&slot->origin->breaker, j->probe, e, now, engine_random(en));
	if (j->probe && e->kind == ERR_NONE)
		budget_recover(&slot->budget, now);
	if (!j->def) {
		check_over(&slot->status, &j->reach, &m->health, &j->freshness, e);
	} else if (e->kind == ERR_NONE) {
		slot->status.ok++;
		slot->status.down = false;
		budget_success(&slot->budget, now);
		if (j->attempt && j->attempt->started)
			sample(slot, now, now - j->attempt->started);
	} else if (e->kind != ERR_CANCELLED && !m->no_query) {
		slot->status.failed++;
		slot->status.down = true;
		pulse_note(&slot->status.pulse, now, false, 0);
		slot->status.last = *e;
	}
	en->changed = true;
}
