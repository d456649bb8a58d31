#include "sections/plan.h"

static usec age_edge(usec now, unsigned days)
{
	return now - (usec)days * USEC_DAY;
}

static bool step_ages(const struct step *s)
{
	return s->age_from || s->age_to;
}

bool plan_covers(const struct step *s, struct span span, usec now)
{
	if (!step_ages(s) || span.from == TIME_NONE)
		return true;
	if (s->age_to && span.from < age_edge(now, s->age_to))
		return false;
	return !s->age_from || span.to <= age_edge(now, s->age_from);
}

unsigned plan_kept_days(const struct section_def *def)
{
	unsigned oldest = 0;

	for (size_t i = 0; i < def->nsteps; i++) {
		if (!def->steps[i].age_to)
			return 0;
		if (def->steps[i].age_to > oldest)
			oldest = def->steps[i].age_to;
	}
	return oldest;
}

/* The newest edge strictly inside (from, to), or TIME_NONE. */
static usec next_edge(const struct section_def *def, usec from, usec to, usec now)
{
	usec best = TIME_NONE;

	for (size_t i = 0; i < def->nsteps; i++) {
		unsigned ages[] = { def->steps[i].age_from, def->steps[i].age_to };

		for (size_t k = 0; k < 2; k++) {
			usec edge = age_edge(now, ages[k]);

			if (ages[k] && edge > from && edge < to && (best == TIME_NONE || edge > best))
				best = edge;
		}
	}
	return best;
}

static bool anyone_covers(const struct section_def *def, struct span span, usec now)
{
	for (size_t i = 0; i < def->nsteps; i++)
		if (plan_covers(&def->steps[i], span, now))
			return true;
	return false;
}

void plan_segments(struct plan *p, const struct section_def *def, const struct window *w, usec now)
{
	p->n = 1;
	p->kept[0] = true;
	p->segments[0] = (struct span){ TIME_NONE, TIME_NONE };
	if (!def->windowed || w->from == TIME_NONE)
		return;

	usec to = w->to == TIME_NONE ? now : w->to;
	usec from = w->from - (usec)def->lead_days * USEC_DAY;

	/* A source's clock may be ahead of ours; backwards windows answer "nothing". */
	if (to <= from)
		to = from + USEC_DAY;
	p->n = 0;
	while (p->n < PLAN_SEGMENTS) {
		usec edge = p->n + 1 < PLAN_SEGMENTS ? next_edge(def, from, to, now) : TIME_NONE;
		struct span s = { edge == TIME_NONE ? from : edge, to };

		p->segments[p->n] = s;
		p->kept[p->n++] = anyone_covers(def, s, now);
		if (edge == TIME_NONE)
			break;
		to = edge;
	}
}

/* Length of one slice: chunk_days, or more when the segment is very long. */
static usec slice_length(struct span s, unsigned chunk_days)
{
	usec length = (usec)chunk_days * USEC_DAY;

	while ((s.to - s.from + length - 1) / length > PLAN_SLICES)
		length *= 2;
	return length;
}

size_t plan_slices(struct span s, unsigned chunk_days)
{
	if (!chunk_days || s.from == TIME_NONE || s.to <= s.from)
		return 1;

	usec length = slice_length(s, chunk_days);

	return (size_t)((s.to - s.from + length - 1) / length);
}

struct span plan_slice(struct span s, unsigned chunk_days, size_t i)
{
	if (plan_slices(s, chunk_days) == 1)
		return s;

	usec length = slice_length(s, chunk_days);
	usec to = s.to - (usec)i * length;
	usec from = to - length;

	return (struct span){ from < s.from ? s.from : from, to };
}

bool plan_shrink(struct span segment, struct span asked, usec anchor, struct span *next)
{
	if (asked.from == TIME_NONE)
		return false;

	usec end = anchor > segment.from && anchor < segment.to ? anchor : segment.to;

	for (usec days = 3; days >= 1; days--) {
		usec length = days * USEC_DAY;

		if (length >= asked.to - asked.from)
			continue;
		*next = (struct span){ end - length, end };
		if (next->from < segment.from)
			*next = (struct span){ segment.from, segment.from + length };
		return true;
	}
	return false;
}

static void hear_authority(bool *heard, usec *smallest, usec lag)
{
	if (!*heard || lag < *smallest)
		*smallest = lag;
	*heard = true;
}

static void hear(struct hearing *h, const struct step *step, const struct step_result *r)
{
	bool failed = r->err.kind != ERR_NONE || !r->whole;

	if (r->unavailable)
		h->unavailable = true;
	if (r->unavailable || !r->asked)
		return;
	if (step->authority && failed)
		hear_authority(&h->authority_failed, &h->failed_lag, r->lag);
	else if (step->authority)
		hear_authority(&h->authority_empty, &h->empty_lag, r->lag);
	h->failed = h->failed || failed;
	h->copy_empty = h->copy_empty || (!failed && !step->authority);
}

static bool proven_empty(const struct hearing *h)
{
	return h->authority_empty && (!h->authority_failed || h->empty_lag <= h->failed_lag);
}

struct fetch_move fetch_next(const struct step *step, const struct step_result *r, bool last,
			     struct hearing *h)
{
	struct fetch_move end = { MOVE_END, SECTION_SKIPPED };

	if (r->asked && r->rows) {
		end.state = r->whole && r->err.kind == ERR_NONE ? SECTION_OK : SECTION_PARTIAL;
		return end;
	}
	hear(h, step, r);
	if (!last)
		return (struct fetch_move){ MOVE_NEXT_STEP, SECTION_QUEUED };
	if (proven_empty(h))
		end.state = SECTION_EMPTY;
	else if (h->failed)
		end.state = SECTION_FAILED;
	else if (h->unavailable || h->copy_empty)
		end.state = SECTION_UNAVAILABLE;
	return end;
}

enum section_state plan_merge(const enum section_state *states, size_t n)
{
	size_t count[SECTION_STATE_COUNT] = { 0 };

	for (size_t i = 0; i < n; i++)
		count[states[i]]++;

	size_t known = count[SECTION_OK] + count[SECTION_EMPTY];

	if (known == n)
		return count[SECTION_OK] ? SECTION_OK : SECTION_EMPTY;
	if (known || count[SECTION_PARTIAL])
		return SECTION_PARTIAL;
	if (count[SECTION_FAILED])
		return SECTION_FAILED;
	return count[SECTION_UNAVAILABLE] ? SECTION_UNAVAILABLE : SECTION_SKIPPED;
}
