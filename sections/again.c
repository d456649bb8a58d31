/* Asking again: because the user wants to, or by itself while a section is followed. */
#include <stdio.h>
#include <string.h>

#include "sections/engine_impl.h"

static void restart(struct engine *en, struct open_case *c, size_t section, bool by_itself)
{
	struct section *s = &c->inv.sections[section];

	fetch_stop(en, c, section);
	s->ntrail = 0;
	s->reason[0] = '\0';
	s->previous = s->rows.rows > 0;
	s->by_itself = by_itself;
	s->state = SECTION_WAITING;
	s->settled_mono = 0;
	if (!by_itself && !s->def->on_demand)
		c->inv.settled_mono = 0;
}

static bool depends(const struct section_def *def, const char *id)
{
	for (size_t i = 0; def->after && def->after[i]; i++)
		if (!strcmp(def->after[i], id))
			return true;
	return false;
}

/* With those that were skipped for want of it, and those for want of them. */
static void restart_with_skipped(struct engine *en, struct open_case *c, size_t section,
				 bool by_itself)
{
	const char *id = c->inv.sections[section].def->id;

	restart(en, c, section, by_itself);
	for (size_t i = 0; i < c->inv.nsections; i++) {
		const struct section *s = &c->inv.sections[i];

		if (s->state == SECTION_SKIPPED && depends(s->def, id) && c->fetches[i].wanted)
			restart_with_skipped(en, c, i, by_itself);
	}
	if (section == 0)
		c->inv.window_known = false;
}

/* ---- the user ------------------------------------------------------------------------ */

/* Asking again is what paused and locked sources wait for. */
static void nudge_chain(struct engine *en, const struct section_def *def)
{
	for (size_t i = 0; i < def->nsteps; i++)
		breaker_nudge(&engine_slot(en, def->steps[i].source)->origin->breaker,
			      clock_mono(en->clock));
}

void engine_refetch(struct engine *en, struct investigation *inv, size_t section)
{
	struct open_case *c = (struct open_case *)inv;

	if (inv->sections[section].def->told)
		return;
	c->fetches[section].wanted = true;
	nudge_chain(en, inv->sections[section].def);
	restart_with_skipped(en, c, section, false);
}

void engine_refetch_all(struct engine *en, struct investigation *inv)
{
	for (size_t i = 0; i < inv->nsections; i++) {
		if (inv->sections[i].state == SECTION_UNASKED || inv->sections[i].def->told)
			continue;
		nudge_chain(en, inv->sections[i].def);
		restart(en, (struct open_case *)inv, i, false);
	}
	inv->window_known = false;
}

void engine_cancel(struct engine *en, struct investigation *inv, size_t section)
{
	struct section *s = &inv->sections[section];

	follow_hold(&s->follow);
	if (section_state_final(s->state))
		return;
	fetch_stop(en, (struct open_case *)inv, section);
	s->state = SECTION_CANCELLED;
	s->settled_mono = clock_mono(en->clock);
	snprintf(s->reason, sizeof s->reason, "stopped by you");
}

void engine_cancel_all(struct engine *en, struct investigation *inv)
{
	for (size_t i = 0; i < inv->nsections; i++)
		engine_cancel(en, inv, i);
}

/* ---- on demand ------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Gives all that the section may be asked about the subject's values. *changed: some were
 * others. */
static bool set_subject(struct facts *facts, const struct section_def *def,
			const struct subject *about, bool *changed)
{
	bool ok = true;

	for (size_t i = 0; i < def->nasks; i++)
		for (size_t k = 0; k < ASK_FACTS && def->asks[i].takes[k].fact; k++) {
			const char *fact = def->asks[i].takes[k].fact;
			const char *value = about ? subject_value(about, fact) : NULL;

			*changed = *changed || !same(facts_get(facts, fact), value);
			ok = facts_set(facts, fact, value, "") && ok;
		}
	return ok;
}

static void forget_answer(struct engine *en, struct open_case *c, size_t section)
{
	struct section *s = &c->inv.sections[section];

	fetch_stop(en, c, section);
	answer_clear(s, &c->fetches[section]);
	s->ntrail = 0;
	s->reason[0] = s->about[0] = '\0';
	s->settled_mono = s->asked_mono = 0;
	s->state = SECTION_UNASKED;
}

bool engine_ask(struct engine *en, struct investigation *inv, size_t section,
		const struct subject *about, struct err *e)
{
	struct open_case *c = (struct open_case *)inv;
	struct section *s = &inv->sections[section];
	bool other = s->state == SECTION_UNASKED, changed = false;

	if (s->def->told)
		return err_set(e, ERR_INTERNAL, 0, "%s is told nothing that nobody agreed to", s->def->title);
	if (!set_subject(&inv->facts, s->def, about, &changed)) {
		set_subject(&inv->facts, s->def, NULL, &changed);
		forget_answer(en, c, section);
		return err_set(e, ERR_MEMORY, 0, "out of memory asking for %s", s->def->title);
	}
	if (!other && !changed)
		return true;
	forget_answer(en, c, section);
	for (size_t i = 0; s->def->after && s->def->after[i]; i++) {
		struct section *first = investigation_section(inv, s->def->after[i]);

		if (first && first->state == SECTION_UNASKED &&
		    !engine_ask(en, inv, (size_t)(first - inv->sections), NULL, e))
			return false;
	}
	if (about)
		subject_text(about, s->about);
	c->fetches[section].wanted = true;
	restart(en, c, section, false);
	return true;
}

bool engine_tell(struct engine *en, struct investigation *inv, size_t section, const char *text,
		 struct err *e)
{
	struct open_case *c = (struct open_case *)inv;
	const struct section_def *def = inv->sections[section].def;

	forget_answer(en, c, section);
	if (!facts_set(&inv->facts, def->told, text, ""))
		return err_set(e, ERR_MEMORY, 0, "out of memory asking for %s", def->title);
	c->fetches[section].wanted = true;
	nudge_chain(en, def);
	restart(en, c, section, false);
	return true;
}

/* ---- following ------------------------------------------------------------------------- */

static bool last_of_source(const struct section *s, size_t at)
{
	for (size_t i = at + 1; i < s->ntrail; i++)
		if (!strcmp(s->trail[i]->source, s->trail[at]->source))
			return false;
	return true;
}

static bool is_refusal(const struct attempt *a)
{
	return (a->outcome == ATTEMPT_FAILED || a->outcome == ATTEMPT_PAUSED) &&
	       (a->cls == ERR_AUTH || a->cls == ERR_DENIED || a->cls == ERR_TRUST);
}

/* Whether the last round ended so that only the user may ask again: a source that may be
 * asked lets nobody in, or there is none. Of several attempts at a source the last counts:
 * the one before may have been of a clock that was off. */
static bool refused(const struct engine *en, const struct investigation *inv, size_t section,
		    char why[static FOLLOW_WHY])
{
	const struct section *s = &inv->sections[section];

	for (size_t i = 0; i < s->ntrail; i++) {
		const struct attempt *a = s->trail[i];

		if (!is_refusal(a) || !last_of_source(s, i) ||
		    engine_rule_of(en, inv, section, a->source) == SOURCE_FORBIDDEN)
			continue;
		snprintf(why, FOLLOW_WHY, "%s %s", a->source,
			 a->cls == ERR_TRUST ? "is not trusted" :
			 a->outcome == ATTEMPT_PAUSED ? "is locked" : "refused us");
		return true;
	}
	snprintf(why, FOLLOW_WHY, "no source that would know is configured");
	return s->state == SECTION_UNAVAILABLE;
}

void engine_follow(struct engine *en, struct investigation *inv, size_t section, usec interval)
{
	struct section *s = &inv->sections[section];
	usec now = clock_mono(en->clock);
	char why[FOLLOW_WHY];

	en->changed = true;
	if (!interval || s->state == SECTION_UNASKED || s->def->told) {
		follow_stop(&s->follow);
		return;
	}
	follow_start(&s->follow, interval, s->settled_mono, now);
	if (section_state_final(s->state) && refused(en, inv, section, why))
		follow_heard(&s->follow, FOLLOW_REFUSED, why, now);
}

void engine_hold(struct engine *en, struct investigation *inv, size_t section, bool hold)
{
	struct follow *f = &inv->sections[section].follow;

	en->changed = true;
	if (hold)
		follow_hold(f);
	else
		follow_go_on(f);
}

static void hear(struct engine *en, struct investigation *inv, size_t section)
{
	struct section *s = &inv->sections[section];
	enum follow_heard heard = s->state == SECTION_FAILED ? FOLLOW_FAILED : FOLLOW_ANSWERED;
	char why[FOLLOW_WHY];

	if (refused(en, inv, section, why))
		heard = FOLLOW_REFUSED;
	follow_heard(&s->follow, heard, why, clock_mono(en->clock));
}

/* The source that is asked first pays for it; NULL when there is none. */
static struct budget *budget_of(struct engine *en, const struct open_case *c, size_t section)
{
	const struct section_def *def = c->inv.sections[section].def;

	for (size_t i = 0; i < def->nsteps; i++) {
		struct slot *slot = engine_slot(en, def->steps[i].source);

		if (slot->status.source->configured &&
		    engine_rule_of(en, &c->inv, section, def->steps[i].source) != SOURCE_FORBIDDEN)
			return &slot->budget;
	}
	return NULL;
}

void again_begin(struct engine *en, struct open_case *c)
{
	usec now = clock_mono(en->clock), when;

	for (size_t i = 0; i < c->inv.nsections; i++) {
		struct section *s = &c->inv.sections[i];
		struct budget *budget;

		if (!follow_due(&s->follow, now) || !section_state_final(s->state))
			continue;
		budget = budget_of(en, c, i);
		if (budget && !budget_spare(budget, BUDGET_RETRY, now, &when)) {
			follow_put_off(&s->follow, when);
			continue;
		}
		follow_began(&s->follow);
		restart_with_skipped(en, c, i, true);
	}
}

usec again_next(struct engine *en, struct open_case *c)
{
	usec next = TIME_NONE;

	for (size_t i = 0; i < c->inv.nsections; i++) {
		struct section *s = &c->inv.sections[i];
		usec at;

		if (!follow_is_on(&s->follow))
			continue;
		if (!section_state_final(s->state))
			follow_began(&s->follow);
		else if (s->follow.next == TIME_NONE)
			hear(en, &c->inv, i);
		at = follow_next(&s->follow);
		if (at != TIME_NONE && (next == TIME_NONE || at < next))
			next = at;
	}
	return next;
}
