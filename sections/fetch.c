/* A section's way through its chain: segments, steps, slices, and what is said at
 * the end. The decisions are plan.c's and policy.c's; this carries them out.
 *
 *   WAITING --[fetch_begin]--> QUEUED --[launch]--> RUNNING
 *      \--[fetch_begin: skip()]--> SKIPPED            | every segment done
 *                                                     v [settle]
 *            CANCELLED <--[fetch_stop]--   OK EMPTY PARTIAL FAILED UNAVAILABLE SKIPPED */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sections/engine_impl.h"

/* ---- notes: the sentences that become the section's reason --------------------------- */

void fetch_note(struct fetch *f, const char *fmt, ...)
{
	char text[REASON_MAX + ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (strstr(f->notes, text))
		return;

	size_t used = strlen(f->notes);

	used += (size_t)snprintf(f->notes + used, sizeof f->notes - used, "%s", used ? "; " : "");
	if (used < sizeof f->notes)      /* cut, if at all, between characters */
		text_safe(f->notes + used, sizeof f->notes - used, text, strlen(text));
}

static void note_err(struct fetch *f, const char *source, const struct err *e)
{
	bool named = !strncmp(e->text, source, strlen(source));

	fetch_note(f, "%s%s%s", named ? "" : source, named ? "" : ": ", e->text);
}

/* ---- one step ------------------------------------------------------------------------------ */

static enum source_rule rule_of(const struct fetch *f, const char *source)
{
	enum source_rule rule = SOURCE_ALLOWED;

	for (size_t i = 0; i < f->nrules; i++) {
		if (!strcmp(f->rules[i].source, source))
			return f->rules[i].rule;
		if (f->rules[i].rule == SOURCE_ONLY)
			rule = SOURCE_FORBIDDEN;
	}
	return rule;
}

/* False with the reason when a fact that the step asks by is not known. */
static bool knows_enough(const struct step *st, const struct facts *facts, char text[static REASON_MAX])
{
	size_t len;

	for (size_t i = 0; st->needs && st->needs[i]; i++)
		if (!facts_get(facts, st->needs[i])) {
			snprintf(text, REASON_MAX, "needs %s, which is not known", st->needs[i]);
			return false;
		}
	if (!st->needs_one)
		return true;
	len = (size_t)snprintf(text, REASON_MAX, "needs %s", st->needs_one[0]);
	for (size_t i = 0; st->needs_one[i]; i++) {
		if (facts_get(facts, st->needs_one[i]))
			return true;
		if (i > 0 && len < REASON_MAX)
			len += (size_t)snprintf(text + len, REASON_MAX - len, " or %s", st->needs_one[i]);
	}
	if (len < REASON_MAX)
		snprintf(text + len, REASON_MAX - len, ", none is known");
	return false;
}

/* NULL when the step applies, else why it does not. */
static const char *why_not(const struct fetch *f, const struct segment *seg, const struct step *st,
			   const struct facts *facts, char text[static REASON_MAX])
{
	if (rule_of(f, st->source) == SOURCE_FORBIDDEN)
		return "you chose not to ask it";
	if (!knows_enough(st, facts, text))
		return text;
	if (st->applies && !st->applies(facts))
		return "does not apply to this identifier";
	if (!plan_covers(st, seg->span, f->now)) {
		snprintf(text, REASON_MAX, "holds data of %u to %u days only", st->age_from, st->age_to);
		return text;
	}
	return NULL;
}

static void slices_free(struct segment *seg)
{
	for (size_t i = 0; i < seg->nslices; i++)
		rowset_release(&seg->slices[i].rows);
	free(seg->slices);
	seg->slices = NULL;
	seg->nslices = 0;
}

static bool slices_make(struct engine *en, struct open_case *c, size_t section, size_t g)
{
	struct segment *seg = &c->fetches[section].segments[g];
	const struct step *st = &c->inv.sections[section].def->steps[seg->step];
	size_t n = plan_slices(seg->span, st->chunk_days);

	slices_free(seg);
	seg->slices = calloc(n, sizeof *seg->slices);
	if (!seg->slices)
		return false;
	seg->nslices = n;
	for (size_t i = 0; i < n; i++) {
		struct slice *sl = &seg->slices[i];

		sl->span = plan_slice(seg->span, st->chunk_days, i);
		sl->attempt = attempt_new(en, c, section, st, g, i, sl->span);
	}
	return true;
}

/* Decides what the step's result means. True when the segment has ended. */
static bool segment_move(struct engine *en, struct open_case *c, size_t section,
			 struct segment *seg, const struct step_result *r)
{
	const struct section_def *def = c->inv.sections[section].def;
	const struct step *st = &def->steps[seg->step];
	const struct hearing before = seg->heard;
	struct fetch_move m = fetch_next(st, r, seg->step + 1 == def->nsteps, &seg->heard);

	if (seg->heard.authority_empty &&
	    (!before.authority_empty || seg->heard.empty_lag < before.empty_lag)) {
		seg->silent = st;
		seg->silent_wall = clock_wall(en->clock);
	}
	if (m.move == MOVE_NEXT_STEP) {
		seg->step++;
		return false;
	}
	seg->state = m.state;
	seg->done = true;
	return true;
}

/* Why a step was not asked, in the trail. */
static void trail_unasked(struct engine *en, struct open_case *c, size_t section, size_t g,
			  enum attempt_outcome outcome, enum err_kind cls, const char *why)
{
	const struct segment *seg = &c->fetches[section].segments[g];
	const struct step *st = &c->inv.sections[section].def->steps[seg->step];
	struct attempt *a = attempt_new(en, c, section, st, g, 0, seg->span);

	if (!a)
		return;
	attempt_end(en, a, outcome, NULL);
	a->cls = cls;
	snprintf(a->detail, sizeof a->detail, "%s", why);
}

/* Asks the step that the segment stands at. False with its result: there is nothing
 * to wait for. */
static bool step_begin(struct engine *en, struct open_case *c, size_t section, size_t g,
		       struct step_result *r)
{
	struct fetch *f = &c->fetches[section];
	struct segment *seg = &f->segments[g];
	const struct step *st = &c->inv.sections[section].def->steps[seg->step];
	const struct source *src = engine_slot(en, st->source)->status.source;
	char text[REASON_MAX];
	const char *why = why_not(f, seg, st, &c->inv.facts, text);

	*r = (struct step_result){ .whole = true, .lag = src->lag };
	if (why) {
		trail_unasked(en, c, section, g, ATTEMPT_SKIPPED, ERR_NONE, why);
		return false;
	}
	if (!seg->first)
		seg->first = st;
	if (!src->configured) {
		trail_unasked(en, c, section, g, ATTEMPT_UNAVAILABLE, ERR_CONFIG, src->missing);
		fetch_note(f, "%s: %s", st->source, src->missing);
		r->unavailable = true;
		return false;
	}
	if (slices_make(en, c, section, g))
		return true;
	r->asked = true;
	err_set(&r->err, ERR_MEMORY, 0, "out of memory");
	note_err(f, st->source, &r->err);
	return false;
}

/* Starts the first step from seg->step on that can be asked. */
static void segment_go(struct engine *en, struct open_case *c, size_t section, size_t g)
{
	struct segment *seg = &c->fetches[section].segments[g];
	struct step_result r;

	while (!step_begin(en, c, section, g, &r))
		if (segment_move(en, c, section, seg, &r))
			return;
}

static void segment_begin(struct engine *en, struct open_case *c, size_t section, size_t g,
			  struct span span, bool kept)
{
	struct segment *seg = &c->fetches[section].segments[g];

	*seg = (struct segment){ .span = span, .kept = kept, .done = !kept,
				 .state = SECTION_SKIPPED };
	if (kept)
		segment_go(en, c, section, g);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool job_current(const struct job *j)
{
	return j->inv && j->def && j->inv->sections[j->section].generation == j->generation;
}

void fetch_rows(struct engine *en, struct job *j, struct chunk *chunk)
{
	if (!job_current(j)) {
		chunk_unref(chunk);
		return;
	}

	struct open_case *c = (struct open_case *)j->inv;
	struct fetch *f = &c->fetches[j->section];
	struct segment *seg = &f->segments[j->segment];

	if (j->attempt && !j->attempt->first_row)
		j->attempt->first_row = clock_mono(en->clock);
	if (j->attempt)
		j->attempt->rows += chunk_rows(chunk);
	seg->answered = &j->def->steps[seg->step];
	seg->answered_wall = clock_wall(en->clock);
	if (!answer_add(&j->inv->sections[j->section], f, j->segment, j->slice, chunk))
		seg->slices[j->slice].lost = true;
	en->changed = true;
}

/* ---- the end of a section ----------------------------------------------------------------------- */

/* Asks the chain once more with what was learnt; the trail goes on. */
static void ask_again(struct engine *en, struct open_case *c, size_t section)
{
	struct fetch *f = &c->fetches[section];

	f->asked_again = true;
	f->notes[0] = '\0';
	c->inv.sections[section].previous = true;
	for (size_t g = 0; g < f->nsegments; g++) {
		slices_free(&f->segments[g]);
		segment_begin(en, c, section, g, f->segments[g].span, f->segments[g].kept);
	}
	c->inv.sections[section].state = SECTION_QUEUED;
}

static void note_unkept(struct fetch *f, const struct section_def *def)
{
	char day[TIME_TEXT_MAX];

	for (size_t g = 0; g < f->nsegments; g++)
		if (!f->segments[g].kept) {
			time_iso(day, f->segments[g].span.to, false);
			fetch_note(f, "nothing older than %.10s is kept (%u days)", day,
			     plan_kept_days(def));
			return;
		}
}

static enum section_state merged(const struct fetch *f)
{
	enum section_state states[PLAN_SEGMENTS];

	for (size_t g = 0; g < f->nsegments; g++)
		states[g] = f->segments[g].state;
	return plan_merge(states, f->nsegments);
}

/* Puts the answer in the place of the former one. Without an answer the former
 * stays; of a fetch that asked twice the first answer stands. */
static enum section_state show_answer(struct engine *en, struct section *s, struct fetch *f,
				      const struct step **answered)
{
	enum section_state state = merged(f);

	*answered = NULL;
	if ((state == SECTION_FAILED || state == SECTION_UNAVAILABLE) && s->previous) {
		s->previous = !f->asked_again;
		return f->asked_again ? SECTION_PARTIAL : state;
	}
	if (!answer_rebuild(s, f)) {
		fetch_note(f, "out of memory: not all rows are shown");
		state = state == SECTION_OK ? SECTION_PARTIAL : state;
	}
	*answered = answer_name(en, s, f, state);
	answer_finish(s, f);
	return state;
}

static void conclude(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];
	struct fetch *f = &c->fetches[section];
	char reason[REASON_MAX] = "";

	if ((s->state == SECTION_OK || s->state == SECTION_PARTIAL) && s->def->verdict &&
	    s->def->verdict(s, &c->inv.facts, reason)) {
		s->state = SECTION_PARTIAL;
		fetch_note(f, "%s", reason);
	}
	if ((s->state == SECTION_FAILED || s->state == SECTION_UNAVAILABLE) && s->def->otherwise)
		fetch_note(f, "%s", s->def->otherwise);
	snprintf(s->reason, sizeof s->reason, "%s", f->notes);
	for (size_t g = 0; g < f->nsegments; g++)
		slices_free(&f->segments[g]);
	f->active = false;
	s->running_source = NULL;
	s->settled_mono = clock_mono(en->clock);
	en->changed = true;
}

static void settle(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];
	struct fetch *f = &c->fetches[section];
	const struct step *answered;

	s->state = show_answer(en, s, f, &answered);
	note_unkept(f, s->def);
	if (answered && answer_learn(&c->inv, s, answered) && !f->asked_again)
		ask_again(en, c, section);
	else
		conclude(en, c, section);
}

/* ---- the end of a slice, a step, a segment ---------------------------------------------------------- */

static void note_shrunk(struct fetch *f, const struct segment *seg, const struct slice *sl,
			const char *source)
{
	int days = (int)((sl->span.to - sl->span.from) / USEC_DAY);
	int of = (int)((seg->span.to - seg->span.from + USEC_DAY - 1) / USEC_DAY);
	char end[TIME_TEXT_MAX];

	if (sl->span.to == seg->span.to)
		fetch_note(f, "%s ran out of memory: only the last %d d of %d d", source, days, of);
	else
		fetch_note(f, "%s ran out of memory: only %d d of %d d, up to %s", source, days, of,
			   time_iso(end, sl->span.to, false));
}

static void step_result(struct fetch *f, struct segment *seg, const struct step *st, usec lag,
			struct step_result *r)
{
	*r = (struct step_result){ .asked = true, .whole = true, .lag = lag };
	for (size_t i = 0; i < seg->nslices; i++) {
		struct slice *sl = &seg->slices[i];

		r->rows += sl->rows.rows;
		if (sl->shrunk || sl->err.kind != ERR_NONE)
			r->whole = false;
		if (sl->err.kind != ERR_NONE && r->err.kind == ERR_NONE)
			r->err = sl->err;
		r->unavailable = r->unavailable || sl->no_query;
		if (sl->err.kind != ERR_NONE)
			note_err(f, st->source, &sl->err);
		if (sl->shrunk && sl->err.kind == ERR_NONE)
			note_shrunk(f, seg, sl, st->source);
	}
}

/* True when the segment's step was over and it moved on. */
static bool segment_check(struct engine *en, struct open_case *c, size_t section, size_t g)
{
	struct fetch *f = &c->fetches[section];
	struct segment *seg = &f->segments[g];
	const struct step *st = &c->inv.sections[section].def->steps[seg->step];
	struct step_result r;

	for (size_t i = 0; i < seg->nslices; i++)
		if (seg->slices[i].state != SLICE_DONE)
			return false;
	step_result(f, seg, st, engine_slot(en, st->source)->status.source->lag, &r);
	if (!segment_move(en, c, section, seg, &r))
		segment_go(en, c, section, g);
	return true;
}

static bool slice_shrink(struct engine *en, struct open_case *c, struct job *j, struct slice *sl)
{
	const struct segment *seg = &c->fetches[j->section].segments[j->segment];
	const struct step *st = &j->def->steps[seg->step];

	if (!st->shrink || sl->err.kind != ERR_MEMORY || sl->rows.rows ||
	    !plan_shrink(seg->span, sl->span, c->inv.window.anchor, &sl->span))
		return false;
	sl->shrunk = true;
	sl->tries = 0;
	sl->err = (struct err){ 0 };
	sl->attempt = attempt_new(en, c, j->section, st, j->segment, j->slice, sl->span);
	sl->state = SLICE_READY;
	return true;
}

static void say_why_not(struct err *e, const char *why)
{
	usec wish = e->retry_after_ms * USEC_MS;
	const struct err was = *e;
	char span[TIME_SPAN_MAX];

	if (wish > RETRY_AFTER_CAP)
		err_set(e, was.kind, was.code, "%s (left alone for %s; r asks now)", was.text,
			time_span(span, wish));
	else if (why)
		err_set(e, was.kind, was.code, "%s (%s)", was.text, why);
}

static bool slice_retry(struct engine *en, struct open_case *c, struct job *j, struct slice *sl)
{
	struct fetch *f = &c->fetches[j->section];
	const struct segment *seg = &f->segments[j->segment];
	usec now = clock_mono(en->clock);
	struct retry again = retry_decide(&en->slots[j->source_index].budget, sl->tries, &sl->err,
					  sl->rows.rows > 0, now, f->deadline, engine_random(en));

	if (!again.again) {
		say_why_not(&sl->err, again.why_not);
		return false;
	}
	sl->err = (struct err){ 0 };
	sl->attempt = attempt_new(en, c, j->section, &j->def->steps[seg->step], j->segment, j->slice,
				  sl->span);
	sl->not_before = now + again.wait;
	sl->state = SLICE_DELAYED;
	return true;
}

static enum attempt_outcome outcome_of(const struct job_mail *m, size_t rows)
{
	if (m->no_query)
		return ATTEMPT_UNAVAILABLE;
	if (m->err.kind == ERR_CANCELLED)
		return ATTEMPT_CANCELLED;
	if (m->err.kind != ERR_NONE)
		return rows ? ATTEMPT_PARTIAL : ATTEMPT_FAILED;
	return rows ? ATTEMPT_OK : ATTEMPT_EMPTY;
}

void fetch_done(struct engine *en, struct job *j, const struct job_mail *m)
{
	if (!j->inv || !j->def)
		return;
	if (j->attempt) {
		j->attempt->bytes = m->bytes;
		attempt_end(en, j->attempt, outcome_of(m, (size_t)j->attempt->rows), &m->err);
	}
	if (!job_current(j))
		return;

	struct open_case *c = (struct open_case *)j->inv;
	struct segment *seg = &c->fetches[j->section].segments[j->segment];
	struct slice *sl = &seg->slices[j->slice];

	sl->job = NULL;
	sl->err = m->err;
	sl->no_query = m->no_query;
	if (sl->lost && sl->err.kind == ERR_NONE)
		err_set(&sl->err, ERR_MEMORY, 0, "out of memory: rows were dropped");
	sl->lost = false;
	if (sl->rows.rows)
		seg->answered_wall = clock_wall(en->clock);
	if (sl->err.kind == ERR_NONE || (!slice_shrink(en, c, j, sl) && !slice_retry(en, c, j, sl)))
		sl->state = SLICE_DONE;
}

/* ---- begin, advance, stop ------------------------------------------------------------------------------ */

static void fetch_reset(struct fetch *f)
{
	for (size_t g = 0; g < f->nsegments; g++)
		slices_free(&f->segments[g]);
	f->nsegments = 0;
	f->notes[0] = '\0';
	f->asked_again = false;
	f->active = false;
}

void fetch_release(struct fetch *f)
{
	fetch_reset(f);
	free(f->rules);
}

static void skip_section(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];

	answer_clear(s, &c->fetches[section]);
	s->state = SECTION_SKIPPED;
	s->settled_mono = clock_mono(en->clock);
	en->changed = true;
}

void fetch_begin(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];
	struct fetch *f = &c->fetches[section];
	struct plan plan;

	fetch_reset(f);
	s->reason[0] = '\0';
	s->asked_mono = clock_mono(en->clock);
	if (!f->wanted) {
		snprintf(s->reason, sizeof s->reason, "not asked for");
		skip_section(en, c, section);
		return;
	}
	if (s->def->skip && s->def->skip(&c->inv.facts, s->reason)) {
		skip_section(en, c, section);
		return;
	}
	f->now = clock_wall(en->clock);
	f->deadline = s->asked_mono + (s->def->deadline ? s->def->deadline : DEADLINE_DEFAULT);
	f->active = true;
	s->nsteps = (unsigned)s->def->nsteps;
	s->deadline = 0;
	s->state = SECTION_QUEUED;
	plan_segments(&plan, s->def, &c->inv.window, f->now);
	f->nsegments = plan.n;
	for (size_t g = 0; g < plan.n; g++)
		segment_begin(en, c, section, g, plan.segments[g], plan.kept[g]);
	en->changed = true;
}

/* Who is being asked now: of several the first in the order of the plan. */
static void show_progress(struct section *s, const struct fetch *f)
{
	s->state = SECTION_QUEUED;
	s->running_source = NULL;
	for (size_t g = 0; g < f->nsegments; g++)
		for (size_t i = 0; i < f->segments[g].nslices; i++) {
			const struct slice *sl = &f->segments[g].slices[i];

			if (sl->state != SLICE_FLYING)
				continue;
			s->state = SECTION_RUNNING;
			s->running_source = s->def->steps[f->segments[g].step].source;
			s->step = (unsigned)f->segments[g].step + 1;
			s->deadline = sl->deadline;
			return;
		}
}

/* Puts what is there so far in the place of the former answer, at most once a tick
 * however many rows came. A round of following shows nothing before it is over: the
 * selected row may come last. */
static void show_arrived(struct section *s, struct fetch *f)
{
	if (f->out_of_order && !(s->previous && s->by_itself))
		answer_rebuild(s, f);
}

void fetch_advance(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];
	struct fetch *f = &c->fetches[section];
	size_t done;
	bool moved;

	while (f->active) {
		launch_ready(en, c, section);
		moved = false;
		done = 0;
		for (size_t g = 0; g < f->nsegments; g++) {
			if (!f->segments[g].done && segment_check(en, c, section, g))
				moved = true;
			done += f->segments[g].done;
		}
		if (done == f->nsegments) {
			settle(en, c, section);
		} else if (!moved) {
			show_arrived(s, f);
			show_progress(s, f);
			return;
		}
	}
}

void fetch_stop(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];
	struct fetch *f = &c->fetches[section];

	for (size_t g = 0; g < f->nsegments; g++)
		for (size_t i = 0; i < f->segments[g].nslices; i++) {
			struct slice *sl = &f->segments[g].slices[i];

			if (sl->state == SLICE_FLYING)
				cancel_fire(&sl->job->cancel);
			else if (sl->state != SLICE_DONE)
				attempt_end(en, sl->attempt, ATTEMPT_CANCELLED, NULL);
			sl->state = SLICE_DONE;
		}
	/* What had arrived stays, with its name. */
	if (f->active)
		show_arrived(s, f);
	if (f->active && s->rows.rows && !s->previous)
		answer_name(en, s, f, SECTION_CANCELLED);
	f->active = false;
	s->generation++;
	s->running_source = NULL;
	en->changed = true;
}
