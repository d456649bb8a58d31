/* A section's way from being asked to its answer: its segments (segment.c), the rows and
 * ends of their requests, and what is said at the end. The decisions are plan.c's and
 * policy.c's; this carries them out.
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
		segment_clear(&f->segments[g]);
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
			fetch_note(f, "nothing older than %.10s is kept (%u days)%s%s", day,
				   plan_kept_days(def), def->older ? ", " : "",
				   def->older ? def->older : "");
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
		segment_clear(&f->segments[g]);
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

/* ---- the end of a slice ---------------------------------------------------------------------------- */

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
		segment_clear(&f->segments[g]);
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
