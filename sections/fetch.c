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

#include "sections/engine_impl.h"
#include "sections/row_maker.h"

/* ---- notes: the sentences that become the section's reason --------------------------- */

__attribute__((format(printf, 2, 3)))
static void note(struct fetch *f, const char *fmt, ...)
{
	char text[REASON_MAX];
	size_t used = strlen(f->notes);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (!strstr(f->notes, text))
		snprintf(f->notes + used, sizeof f->notes - used, "%s%s", used ? "; " : "", text);
}

static void note_err(struct fetch *f, const char *source, const struct err *e)
{
	bool named = !strncmp(e->text, source, strlen(source));

	note(f, "%s%s%s", named ? "" : source, named ? "" : ": ", e->text);
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

/* NULL when the step applies, else why it does not. */
static const char *why_not(const struct fetch *f, const struct segment *seg, const struct step *st,
			   const struct facts *facts, char text[static REASON_MAX])
{
	if (rule_of(f, st->source) == SOURCE_FORBIDDEN)
		return "you chose not to ask it";
	for (size_t i = 0; st->needs && st->needs[i]; i++)
		if (!facts_get(facts, st->needs[i])) {
			snprintf(text, REASON_MAX, "needs %s, which is not known", st->needs[i]);
			return text;
		}
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
static bool segment_move(struct open_case *c, size_t section, struct segment *seg,
			 const struct step_result *r)
{
	const struct section_def *def = c->inv.sections[section].def;
	struct fetch_move m = fetch_next(&def->steps[seg->step], r, seg->step + 1 == def->nsteps,
					 &seg->heard);

	if (m.move == MOVE_NEXT_STEP) {
		seg->step++;
		return false;
	}
	seg->state = m.state;
	seg->done = true;
	return true;
}

/* Starts the first step from seg->step on that can be asked; notes the others. */
static void segment_go(struct engine *en, struct open_case *c, size_t section, size_t g)
{
	const struct section_def *def = c->inv.sections[section].def;
	struct fetch *f = &c->fetches[section];
	struct segment *seg = &f->segments[g];

	for (;;) {
		const struct step *st = &def->steps[seg->step];
		const struct source *src = engine_slot(en, st->source)->status.source;
		struct step_result r = { .whole = true };
		char text[REASON_MAX];
		const char *why = why_not(f, seg, st, &c->inv.facts, text);

		if (!why && src->configured) {
			if (!seg->first)
				seg->first = st;
			if (slices_make(en, c, section, g))
				return;
			why = "out of memory";
		}
		struct attempt *a = attempt_new(en, c, section, st, g, 0, seg->span);
		struct err e = { .kind = why ? ERR_NONE : ERR_CONFIG };

		snprintf(e.text, sizeof e.text, "%s", why ? why : src->missing);
		attempt_end(en, a, why ? ATTEMPT_SKIPPED : ATTEMPT_UNAVAILABLE, &e);
		if (a)
			snprintf(a->detail, sizeof a->detail, "%s", e.text);
		if (!why) {
			r.unavailable = true;
			if (!seg->first)
				seg->first = st;
			note(f, "%s: %s", st->source, src->missing);
		}
		if (segment_move(c, section, seg, &r))
			return;
	}
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void count_marks(struct section *s, struct fetch *f)
{
	if (!s->def->mark)
		return;
	for (; f->marked < s->rows.rows; f->marked++) {
		enum mark m = s->def->mark(&s->rows, f->marked);

		s->problems += m == MARK_PROBLEM;
		s->doubts += m == MARK_DOUBT;
	}
}

static void rows_clear(struct section *s, struct fetch *f)
{
	rowset_release(&s->rows);
	s->rows = (struct rowset)ROWSET_INIT;
	s->problems = s->doubts = f->marked = 0;
	s->previous = false;
}

/* What has arrived, in the order of the plan. */
static void rows_rebuild(struct section *s, struct fetch *f)
{
	struct err e;

	rows_clear(s, f);
	for (size_t g = 0; g < f->nsegments; g++)
		for (size_t i = 0; i < f->segments[g].nslices; i++) {
			struct rowset *rows = &f->segments[g].slices[i].rows;

			for (size_t k = 0; k < rows->nchunks; k++)
				rowset_append(&s->rows, chunk_ref(rows->chunks[k]), &e);
		}
	count_marks(s, f);
}

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
	struct section *s = &j->inv->sections[j->section];
	struct fetch *f = &c->fetches[j->section];
	struct slice *sl = &f->segments[j->segment].slices[j->slice];
	struct err e;

	if (j->attempt && !j->attempt->first_row)
		j->attempt->first_row = clock_mono(en->clock);
	if (j->attempt)
		j->attempt->rows += chunk_rows(chunk);
	chunk_ref(chunk);
	if (!rowset_append(&sl->rows, chunk, &e)) {
		note(f, "out of memory: rows were dropped");
		chunk_unref(chunk);
		return;
	}
	if (f->nsegments == 1 && f->segments[0].nslices == 1 && !s->previous) {
		rowset_append(&s->rows, chunk, &e);
		count_marks(s, f);
	} else {
		chunk_unref(chunk);
		rows_rebuild(s, f);
	}
	en->changed = true;
}

/* ---- the end of a section ----------------------------------------------------------------------- */

static void finish_rows(struct section *s, struct fetch *f)
{
	struct rowset done = ROWSET_INIT;
	struct err e = { 0 };

	if (!s->def->finish || !s->rows.rows)
		return;
	if (!rows_finish(s->def, &s->rows, f->now, &done, &e)) {
		note(f, "shown as it came: %s", e.text);
		return;
	}
	rows_clear(s, f);
	s->rows = done;
	count_marks(s, f);
}

/* Who answered, and whether that was whom we would have liked. */
static const struct step *answerer(struct section *s, struct fetch *f)
{
	const struct step *answered = NULL;

	s->fallback = false;
	for (size_t g = 0; g < f->nsegments; g++) {
		struct segment *seg = &f->segments[g];

		if (!seg->answered)
			continue;
		if (!answered) {
			answered = seg->answered;
			s->as_of = seg->answered_wall;
		}
		if (seg->first && strcmp(seg->first->source, seg->answered->source))
			s->fallback = true;
	}
	s->answered_by = answered ? answered->source : NULL;
	return answered;
}

static void forget_learnt(struct facts *facts, const char *id)
{
	for (size_t i = facts->n; i-- > 0;)
		if (facts->items[i].from && !strcmp(facts->items[i].from, id))
			facts_set(facts, facts->items[i].name, NULL, id);
}

/* Asks the chain once more with what was learnt; the trail goes on. */
static void ask_again(struct engine *en, struct open_case *c, size_t section)
{
	struct fetch *f = &c->fetches[section];

	f->asked_again = true;
	f->notes[0] = '\0';
	c->inv.sections[section].previous = true;
	for (size_t g = 0; g < f->nsegments; g++) {
		struct span span = f->segments[g].span;

		slices_free(&f->segments[g]);
		f->segments[g] = (struct segment){ .span = span, .kept = true };
		segment_go(en, c, section, g);
	}
	c->inv.sections[section].state = SECTION_QUEUED;
}

static void note_unkept(struct fetch *f, const struct section_def *def)
{
	char day[TIME_TEXT_MAX];

	for (size_t g = 0; g < f->nsegments; g++)
		if (!f->segments[g].kept) {
			time_iso(day, f->segments[g].span.to, false);
			note(f, "nothing older than %.10s is kept (%u days)", day,
			     plan_kept_days(def));
			return;
		}
}

static void conclude(struct open_case *c, size_t section, enum section_state state)
{
	struct section *s = &c->inv.sections[section];
	struct fetch *f = &c->fetches[section];
	char reason[REASON_MAX] = "";

	if (state == SECTION_EMPTY || state == SECTION_SKIPPED)
		rows_clear(s, f);
	if (s->def->verdict && s->def->verdict(s, &c->inv.facts, reason)) {
		if (state == SECTION_OK)
			state = SECTION_PARTIAL;
		note(f, "%s", reason);
	}
	snprintf(s->reason, sizeof s->reason, "%s", f->notes);
	s->state = state;
}

static void settle(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];
	struct fetch *f = &c->fetches[section];
	enum section_state states[PLAN_SEGMENTS], state;

	for (size_t g = 0; g < f->nsegments; g++)
		states[g] = f->segments[g].state;
	state = plan_merge(states, f->nsegments);

	const struct step *answered = answerer(s, f);

	if (answered) {
		struct slot *slot = engine_slot(en, answered->source);

		s->as_of -= slot->status.source->lag;
		rows_rebuild(s, f);
		finish_rows(s, f);
	}
	note_unkept(f, s->def);
	s->state = state;
	if (s->def->learn && (state == SECTION_OK || state == SECTION_PARTIAL)) {
		forget_learnt(&c->inv.facts, s->def->id);
		if (s->def->learn(s, answered, &c->inv.facts) && !f->asked_again) {
			ask_again(en, c, section);
			return;
		}
	}
	conclude(c, section, state);
	f->active = false;
	s->running_source = NULL;
	s->settled_mono = clock_mono(en->clock);
	en->changed = true;
}

/* ---- the end of a slice, a step, a segment ---------------------------------------------------------- */

static void step_result(struct fetch *f, struct segment *seg, const struct step *st,
			struct step_result *r)
{
	*r = (struct step_result){ .asked = true, .whole = true };
	for (size_t i = 0; i < seg->nslices; i++) {
		struct slice *sl = &seg->slices[i];

		r->rows += sl->rows.rows;
		if (sl->shrunk || sl->full || sl->err.kind != ERR_NONE)
			r->whole = false;
		if (sl->err.kind != ERR_NONE && r->err.kind == ERR_NONE)
			r->err = sl->err;
		if (sl->err.kind != ERR_NONE)
			note_err(f, st->source, &sl->err);
		if (sl->full && sl->err.kind == ERR_NONE)
			note(f, "the first %zu rows; there may be more", sl->rows.rows);
		if (sl->shrunk)
			note(f, "%s ran out of memory: only the last %d d of %d d", st->source,
			     (int)((sl->span.to - sl->span.from) / USEC_DAY),
			     (int)((seg->span.to - seg->span.from + USEC_DAY - 1) / USEC_DAY));
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
	step_result(f, seg, st, &r);
	if (r.rows)
		seg->answered = st;
	if (!segment_move(c, section, seg, &r))
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

static bool slice_retry(struct engine *en, struct open_case *c, struct job *j, struct slice *sl)
{
	struct fetch *f = &c->fetches[j->section];
	const struct segment *seg = &f->segments[j->segment];
	usec now = clock_mono(en->clock);
	struct retry again = retry_decide(&en->slots[j->source_index].budget, sl->tries, &sl->err,
					  sl->rows.rows > 0, now, f->deadline, engine_random(en));

	if (!again.again)
		return false;
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
	struct slice *sl = &c->fetches[j->section].segments[j->segment].slices[j->slice];
	unsigned max = j->def->max_rows;

	sl->job = NULL;
	sl->err = m->err;
	sl->full = max && m->rows >= max;
	c->fetches[j->section].segments[j->segment].answered_wall = clock_wall(en->clock);
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

	rows_clear(s, &c->fetches[section]);
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
	s->state = SECTION_QUEUED;
	plan_segments(&plan, s->def, &c->inv.window, f->now);
	f->nsegments = plan.n;
	for (size_t g = 0; g < plan.n; g++) {
		f->segments[g] = (struct segment){ .span = plan.segments[g], .kept = plan.kept[g] };
		if (plan.kept[g]) {
			segment_go(en, c, section, g);
		} else {
			f->segments[g].done = true;
			f->segments[g].state = SECTION_SKIPPED;
		}
	}
	en->changed = true;
}

void fetch_advance(struct engine *en, struct open_case *c, size_t section)
{
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
		if (done == f->nsegments)
			settle(en, c, section);
		else if (!moved)
			return;
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
	f->active = false;
	s->generation++;
	s->running_source = NULL;
	en->changed = true;
}
