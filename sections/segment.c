/* A segment's way through the section's chain: whether a step applies, the slices that it
 * is asked in, what their ends together mean. The decisions are plan.c's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/engine_impl.h"

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

void segment_clear(struct segment *seg)
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

	segment_clear(seg);
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

void segment_begin(struct engine *en, struct open_case *c, size_t section, size_t g,
		   struct span span, bool kept)
{
	struct segment *seg = &c->fetches[section].segments[g];

	*seg = (struct segment){ .span = span, .kept = kept, .done = !kept,
				 .state = SECTION_SKIPPED };
	if (kept)
		segment_go(en, c, section, g);
}

/* ---- the end of a step --------------------------------------------------------------------- */

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

bool segment_check(struct engine *en, struct open_case *c, size_t section, size_t g)
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
