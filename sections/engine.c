#include "sections/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/secret.h"
#include "clients/client.h"
#include "clients/secrets.h"
#include "sections/engine_impl.h"

/* Giving leases back; whoever waits for the end waits less than that (engine_free()). */
#define SECRETS_TIME USEC_SEC

/* ---- life --------------------------------------------------------------------------- */

void engine_prepare(const struct workspace *w)
{
	size_t n = 0;

	while (w->secret_env && w->secret_env[n])
		n++;
	secret_seal_env(w->secret_env, n);
	secret_seal_env(config_secret_env, 1);
	clients_scrub_env();
}

double engine_random(struct engine *en)
{
	en->random ^= en->random << 13;
	en->random ^= en->random >> 7;
	en->random ^= en->random << 17;
	return (double)(en->random >> 11) / (double)(UINT64_C(1) << 53);
}

struct slot *engine_slot(struct engine *en, const char *source)
{
	for (size_t i = 0; i < en->config->nsources; i++)
		if (!strcmp(en->config->sources[i].name, source))
			return &en->slots[i];
	return NULL;
}

static struct origin *origin_of(struct engine *en, const struct source *src)
{
	/* What has no origin (a file, something not configured) stands for itself. */
	const char *name = src->origin[0] ? src->origin : src->name;

	for (size_t i = 0; i < en->norigins; i++)
		if (!strcmp(en->origins[i].name, name))
			return &en->origins[i];

	struct origin *o = &en->origins[en->norigins++];

	o->name = name;
	breaker_init(&o->breaker);
	return o;
}

static bool slots_init(struct engine *en)
{
	size_t n = en->config->nsources;

	en->slots = calloc(n, sizeof *en->slots);
	en->origins = calloc(n, sizeof *en->origins);
	if (!en->slots || !en->origins)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct slot *slot = &en->slots[i];
		const struct source *src = &en->config->sources[i];

		slot->status.source = src;
		slot->origin = origin_of(en, src);
		slot->idle = calloc(src->lane ? src->lane : 1, sizeof *slot->idle);
		if (!slot->idle)
			return false;
		budget_init(&slot->budget, clock_mono(en->clock));
	}
	return true;
}

static void seed(struct engine *en)
{
	if (getrandom(&en->random, sizeof en->random, 0) != sizeof en->random || !en->random)
		en->random = (uint64_t)now_mono() | 1;
	snprintf(en->run_id, sizeof en->run_id, "%016" PRIx64, en->random);
}

struct engine *engine_new(const struct config *config, const struct workspace *workspace,
			  const struct clock *clock, struct err *e)
{
	struct engine *en = calloc(1, sizeof *en);

	if (!en) {
		err_set(e, ERR_MEMORY, 0, "out of memory starting the engine");
		return NULL;
	}
	en->config = config;
	en->workspace = workspace;
	en->clock = clock;
	en->workers = config->workers ? config->workers : config_workers(config->nsources);
	seed(en);
	if (!slots_init(en))
		err_set(e, ERR_MEMORY, 0, "out of memory starting the engine");
	else if ((en->mailbox = mailbox_new(e)))
		en->pool = pool_new(en->workers, e);
	if (!en->pool) {
		engine_free(en, 0);
		return NULL;
	}
	return en;
}

static void read_mail(struct engine *en);

static void case_free(struct open_case *c)
{
	struct investigation *inv = &c->inv;

	for (size_t i = 0; i < inv->nsections; i++) {
		fetch_release(&c->fetches[i]);
		rowset_release(&inv->sections[i].rows);
		free(inv->sections[i].trail);
	}
	for (size_t i = 0; i < inv->nlog; i++)
		attempt_free(inv->log[i]);
	free(inv->log);
	free(inv->sections);
	free(inv->typed);
	free(c->fetches);
	facts_release(&inv->facts);
	free(c);
}

static void close_connections(void *engine)
{
	struct engine *en = engine;

	for (size_t i = 0; en->slots && i < en->config->nsources; i++) {
		struct slot *slot = &en->slots[i];

		while (slot->nidle)
			slot->status.source->client->close(slot->idle[--slot->nidle]);
	}
}

/* On the first worker that has nothing more to do: sources first, for what stores lent
 * is used by their connections. */
static void leave(void *engine)
{
	close_connections(engine);
	secrets_close(SECRETS_TIME);
}

static void slots_release(struct engine *en)
{
	close_connections(en);
	for (size_t i = 0; en->slots && i < en->config->nsources; i++)
		free(en->slots[i].idle);
	free(en->slots);
	free(en->origins);
}

void engine_stop(struct engine *en)
{
	if (!en || !en->pool || en->stopped)
		return;
	en->stopped = true;
	for (struct job *j = en->flying; j; j = j->also_flying)
		cancel_fire(&j->cancel);
	pool_stop(en->pool, leave, en);
	if (en->observer.stop)
		en->observer.stop(en->observer.ctx);
}

void engine_observe(struct engine *en, const struct attempt_observer *o)
{
	en->observer = *o;
}

static bool release_observer(struct engine *en, usec end)
{
	usec left = end - now_mono();
	bool all = !en->observer.release || en->observer.release(en->observer.ctx, left > 0 ? left : 0);

	en->observer = (struct attempt_observer){ NULL };
	return all;
}

bool engine_free(struct engine *en, usec grace)
{
	usec end = now_mono() + grace;
	bool all;

	if (!en)
		return true;
	engine_stop(en);
	if (!pool_free(en->pool, grace)) {
		release_observer(en, end);
		return false;
	}
	if (en->mailbox)
		read_mail(en);
	all = release_observer(en, end);
	while (en->cases)
		engine_close(en, &en->cases->inv);
	slots_release(en);
	mailbox_free(en->mailbox);
	free(en);
	return all;
}

int engine_fd(const struct engine *en)
{
	return mailbox_fd(en->mailbox);
}

/* ---- mail ------------------------------------------------------------------------------ */

static void take_sent(struct job *j, struct job_mail *m)
{
	struct attempt *a = j->inv ? j->attempt : NULL;

	if (!a || !m->text)
		return;
	free(a->sent);
	a->sent = m->text;
	m->text = NULL;
	attempt_keep_params(a, j);
}

static void take_letter(struct engine *en, struct job_mail *m)
{
	struct job *j = m->job;

	switch (m->kind) {
	case MAIL_SENT:
		take_sent(j, m);
		en->changed = true;
		break;
	case MAIL_PENDING:
		if (j->flush_at == TIME_NONE)
			j->flush_at = now_mono() + JOB_FLUSH_MS * USEC_MS;
		break;
	case MAIL_ROWS:
		fetch_rows(en, j, m->chunk);
		m->chunk = NULL;
		break;
	case MAIL_PROGRESS:
		if (j->inv && j->attempt) {
			j->attempt->progress = m->progress;
			j->attempt->bytes = m->bytes;
			en->changed = true;
		}
		break;
	case MAIL_DONE:
		launch_landed(en, j, m);
		fetch_done(en, j, m);
		break;
	}
}

static void read_mail(struct engine *en)
{
	struct mail *next;

	for (struct mail *mail = mailbox_take(en->mailbox); mail; mail = next) {
		struct job_mail *m = (struct job_mail *)mail;
		struct job *over = m->kind == MAIL_DONE ? m->job : NULL;

		next = mail->next;
		take_letter(en, m);
		job_mail_free(m);
		job_free(over);
	}
}

/* Rows that waited long enough in a worker are fetched. Returns the next such time,
 * on the engine's clock. */
static usec flush_due(struct engine *en)
{
	usec now = now_mono(), next = TIME_NONE;

	for (struct job *j = en->flying; j; j = j->also_flying) {
		if (j->flush_at == TIME_NONE)
			continue;
		if (j->flush_at <= now) {
			j->flush_at = TIME_NONE;
			job_flush(j);
		} else if (next == TIME_NONE || j->flush_at < next) {
			next = j->flush_at;
		}
	}
	return next == TIME_NONE ? next : next - now + clock_mono(en->clock);
}

/* ---- moving on ----------------------------------------------------------------------------- */

/* The section that this one still waits for, or NULL. */
static const struct section *awaited(struct investigation *inv, const struct section_def *def)
{
	for (size_t i = 0; def->after && def->after[i]; i++) {
		const struct section *s = investigation_section(inv, def->after[i]);

		if (s && !section_state_final(s->state))
			return s;
	}
	return def->windowed && !inv->window_known && inv->sections[0].def != def ?
	       &inv->sections[0] : NULL;
}

static void find_window(struct engine *en, struct investigation *inv)
{
	if (inv->window_known || !section_state_final(inv->sections[0].state))
		return;
	inv->workspace->window(&inv->facts, clock_wall(en->clock), &inv->window);
	inv->window_known = true;
	en->changed = true;
}

static void advance_sections(struct engine *en, struct open_case *c)
{
	struct investigation *inv = &c->inv;

	for (size_t i = 0; i < inv->nsections; i++) {
		struct section *s = &inv->sections[i];

		find_window(en, inv);
		if (s->state == SECTION_WAITING) {
			const struct section *other = awaited(inv, s->def);

			snprintf(s->waiting_on, sizeof s->waiting_on, "%s",
				 other ? other->def->title : "");
			if (!other)
				fetch_begin(en, c, i);
		}
		fetch_advance(en, c, i);
	}
}

static size_t final_sections(const struct investigation *inv)
{
	size_t n = 0;

	for (size_t i = 0; i < inv->nsections; i++)
		n += section_state_final(inv->sections[i].state);
	return n;
}

/* A section that ends may be what an earlier one of the list waits for. */
static void advance_case(struct engine *en, struct open_case *c)
{
	struct investigation *inv = &c->inv;
	size_t before;

	do {
		before = final_sections(inv);
		advance_sections(en, c);
	} while (final_sections(inv) != before);
	if (!inv->settled_mono && investigation_settled(inv))
		inv->settled_mono = clock_mono(en->clock);
}

static void count_queued(struct engine *en)
{
	for (size_t i = 0; i < en->config->nsources; i++)
		en->slots[i].status.queued = 0;
	for (struct open_case *c = en->cases; c; c = c->next)
		for (size_t i = 0; i < c->inv.nsections; i++) {
			struct section *s = &c->inv.sections[i];

			for (size_t k = 0; c->fetches[i].active && k < s->ntrail; k++)
				if (s->trail[k]->outcome == ATTEMPT_QUEUED)
					engine_slot(en, s->trail[k]->source)->status.queued++;
		}
}

static usec earlier(usec a, usec b)
{
	if (a == TIME_NONE || b == TIME_NONE)
		return a == TIME_NONE ? b : a;
	return a < b ? a : b;
}

usec engine_tick(struct engine *en, bool *changed)
{
	usec next;

	/* Not with the first request, which would compete with the start of the others. */
	if (en->in_flight)
		pool_fill(en->pool);
	read_mail(en);
	launch_checks(en);
	for (struct open_case *c = en->cases; c; c = c->next) {
		again_begin(en, c);
		advance_case(en, c);
	}
	if (en->in_flight > 1)
		pool_fill(en->pool);
	count_queued(en);
	next = flush_due(en);
	for (struct open_case *c = en->cases; c; c = c->next)
		next = earlier(next, earlier(launch_next(c), again_next(en, c)));
	if (changed)
		*changed = en->changed;
	en->changed = false;
	return next;
}

/* ---- investigations -------------------------------------------------------------------------- */

static bool case_init(struct open_case *c, const struct workspace *w, const char *typed,
		      struct err *e)
{
	struct investigation *inv = &c->inv;

	inv->workspace = w;
	inv->typed = strdup(typed);
	inv->sections = calloc(w->nsections, sizeof *inv->sections);
	c->fetches = calloc(w->nsections, sizeof *c->fetches);
	if (!inv->typed || !inv->sections || !c->fetches)
		return err_set(e, ERR_MEMORY, 0, "out of memory opening %s", typed);
	inv->nsections = w->nsections;
	for (size_t i = 0; i < w->nsections; i++) {
		inv->sections[i].def = w->sections[i];
		inv->sections[i].state = w->sections[i]->on_demand ? SECTION_UNASKED : SECTION_WAITING;
		inv->sections[i].as_of = TIME_NONE;
		follow_stop(&inv->sections[i].follow);
		inv->sections[i].nsteps = (unsigned)w->sections[i]->nsteps;
		c->fetches[i].wanted = true;
	}
	inv->window = (struct window){ TIME_NONE, TIME_NONE, TIME_NONE, "" };
	return w->identify(typed, &inv->facts, e);
}

struct investigation *engine_open(struct engine *en, const char *typed, struct err *e)
{
	struct open_case *c = calloc(1, sizeof *c);

	if (!c) {
		err_set(e, ERR_MEMORY, 0, "out of memory opening an investigation");
		return NULL;
	}
	if (!case_init(c, en->workspace, typed, e)) {
		case_free(c);
		return NULL;
	}
	c->number = ++en->opened;
	c->inv.opened_mono = clock_mono(en->clock);
	c->inv.opened_wall = clock_wall(en->clock);
	c->next = en->cases;
	en->cases = c;
	en->changed = true;
	return &c->inv;
}

/* Takes it out of the list; NULL when it is not there. */
static struct open_case *unlist(struct engine *en, const struct investigation *inv)
{
	struct open_case **at = &en->cases, *c;

	while (*at && &(*at)->inv != inv)
		at = &(*at)->next;
	c = *at;
	if (c)
		*at = c->next;
	return c;
}

void engine_prefer(struct engine *en, struct investigation *inv)
{
	struct open_case *c = unlist(en, inv);

	if (!c)
		return;
	c->next = en->cases;
	en->cases = c;
}

void engine_close(struct engine *en, struct investigation *inv)
{
	struct open_case *c = unlist(en, inv);

	if (!c)
		return;
	for (struct job *j = en->flying; j; j = j->also_flying)
		if (j->inv == inv) {
			cancel_fire(&j->cancel);
			j->inv = NULL;
			j->attempt = NULL;
		}
	case_free(c);
}

static void want(struct open_case *c, const char *id)
{
	for (size_t i = 0; i < c->inv.nsections; i++) {
		const struct section_def *def = c->inv.sections[i].def;

		if (strcmp(def->id, id) || c->fetches[i].wanted)
			continue;
		c->fetches[i].wanted = true;
		c->inv.sections[i].state = SECTION_WAITING;
		for (size_t k = 0; def->after && def->after[k]; k++)
			want(c, def->after[k]);
	}
}

void engine_only(struct engine *en, struct investigation *inv, const char *const *ids, size_t n)
{
	struct open_case *c = (struct open_case *)inv;

	for (size_t i = 0; i < inv->nsections; i++)
		c->fetches[i].wanted = false;
	for (size_t i = 0; i < n; i++)
		want(c, ids[i]);
	en->changed = true;
}

void engine_rule(struct engine *en, struct investigation *inv, size_t section, const char *source,
		 enum source_rule rule)
{
	struct fetch *f = &((struct open_case *)inv)->fetches[section];
	size_t i = 0;

	en->changed = true;
	if (!source || rule == SOURCE_ONLY)
		f->nrules = 0;
	if (!source || !engine_slot(en, source))
		return;
	while (i < f->nrules && strcmp(f->rules[i].source, source))
		i++;
	if (rule == SOURCE_ALLOWED) {
		if (i < f->nrules)
			f->rules[i] = f->rules[--f->nrules];
		return;
	}
	if (i == f->nrules) {
		void *more = realloc(f->rules, (i + 1) * sizeof *f->rules);

		if (!more)
			return;
		f->rules = more;
		f->nrules++;
		f->rules[i].source = engine_slot(en, source)->status.source->name;
	}
	f->rules[i].rule = rule;
}

enum source_rule engine_rule_of(const struct engine *en, const struct investigation *inv,
				size_t section, const char *source)
{
	const struct fetch *f = &((const struct open_case *)inv)->fetches[section];

	(void)en;
	for (size_t i = 0; i < f->nrules; i++)
		if (!strcmp(f->rules[i].source, source))
			return f->rules[i].rule;
	return SOURCE_ALLOWED;
}

/* ---- sources --------------------------------------------------------------------------------------- */

size_t engine_sources(const struct engine *en)
{
	return en->config->nsources;
}

const struct source_status *engine_source(struct engine *en, size_t i)
{
	struct slot *slot = &en->slots[i];

	slot->status.breaker = slot->origin->breaker.state;
	slot->status.retry_at = slot->origin->breaker.until;
	return &slot->status;
}

void engine_check(struct engine *en, size_t source)
{
	struct slot *slot = &en->slots[source];

	if (slot->status.checking || !slot->status.source->configured)
		return;
	slot->check_wanted = slot->status.checking = true;
	en->changed = true;
}
