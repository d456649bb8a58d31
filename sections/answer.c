/* What a section shows of a fetch, who answered, and what is learnt from it. */
#include <string.h>

#include "sections/engine_impl.h"
#include "sections/row_maker.h"

/* ---- rows -------------------------------------------------------------------------- */

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
	s->revision++;
	s->problems = s->doubts = f->marked = 0;
	s->previous = false;
}

/* Who answered goes with the rows: the former answer's stay as long as those. */
void answer_clear(struct section *s, struct fetch *f)
{
	rows_clear(s, f);
	s->answered_by = NULL;
	s->as_of = TIME_NONE;
	s->fallback = false;
}

bool answer_rebuild(struct section *s, struct fetch *f)
{
	bool all = true;
	struct err e;

	answer_clear(s, f);
	f->out_of_order = false;
	for (size_t g = 0; g < f->nsegments; g++)
		for (size_t i = 0; i < f->segments[g].nslices; i++) {
			struct rowset *rows = &f->segments[g].slices[i].rows;

			for (size_t k = 0; k < rows->nchunks; k++)
				all = rowset_append(&s->rows, chunk_ref(rows->chunks[k]), &e) && all;
		}
	count_marks(s, f);
	return all;
}

/* Whether nothing of the plan behind this slice has rows yet. */
static bool is_end(const struct fetch *f, size_t segment, size_t slice)
{
	for (size_t g = segment; g < f->nsegments; g++)
		for (size_t i = g == segment ? slice + 1 : 0; i < f->segments[g].nslices; i++)
			if (f->segments[g].slices[i].rows.rows)
				return false;
	return true;
}

bool answer_add(struct section *s, struct fetch *f, size_t segment, size_t slice,
		struct chunk *chunk)
{
	struct err e;

	chunk_ref(chunk);
	if (!rowset_append(&f->segments[segment].slices[slice].rows, chunk, &e)) {
		chunk_unref(chunk);
		return false;
	}
	if (s->previous || f->out_of_order || !is_end(f, segment, slice)) {
		f->out_of_order = true;
		chunk_unref(chunk);
		return true;
	}
	if (!rowset_append(&s->rows, chunk, &e))
		f->out_of_order = true;  /* settle() tries once more */
	count_marks(s, f);
	return true;
}

void answer_finish(struct section *s, struct fetch *f)
{
	struct rowset done = ROWSET_INIT;
	struct err e = { 0 };

	if (!s->def->finish || !s->rows.rows)
		return;
	if (!rows_finish(s->def, &s->rows, f->now, &done, &e)) {
		fetch_note(f, "shown as it came: %s", e.text);
		return;
	}
	rows_clear(s, f);
	s->rows = done;
	count_marks(s, f);
}

/* ---- who answered --------------------------------------------------------------------- */

const struct step *answer_name(struct engine *en, struct section *s, struct fetch *f,
			       enum section_state state)
{
	const struct step *answered = NULL;

	s->fallback = false;
	s->as_of = TIME_NONE;
	for (size_t g = 0; g < f->nsegments; g++) {
		const struct segment *seg = &f->segments[g];
		bool empty = state == SECTION_EMPTY;
		const struct step *by = empty ? seg->silent : seg->answered;

		if (!by)
			continue;

		usec at = (empty ? seg->silent_wall : seg->answered_wall) -
			  engine_slot(en, by->source)->status.source->lag;
		bool fell_back = seg->first && strcmp(seg->first->source, by->source);

		if (!answered || (fell_back && !s->fallback))
			answered = by;
		s->fallback = s->fallback || fell_back;
		if (s->as_of == TIME_NONE || at < s->as_of)
			s->as_of = at;
	}
	s->answered_by = answered ? answered->source : NULL;
	return answered;
}

/* ---- what a section teaches --------------------------------------------------------------------- */

/* Marks facts of an answer that is superseded; no section has this id. */
static const char former[] = "former answer";

static void age_learnt(struct facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->n; i++)
		if (facts->items[i].from && !strcmp(facts->items[i].from, id))
			facts->items[i].from = former;
}

/* What the user typed holds again where the former answer had known better. */
static void forget_former(struct investigation *inv)
{
	struct facts *facts = &inv->facts, typed = FACTS_INIT;
	struct err e;

	inv->workspace->identify(inv->typed, &typed, &e);
	for (size_t i = facts->n; i-- > 0;) {
		const char *name = facts->items[i].name;

		if (facts->items[i].from == former)
			facts_set(facts, name, facts_get(&typed, name), "");
	}
	facts_release(&typed);
}

bool answer_learn(struct investigation *inv, struct section *s, const struct step *answered)
{
	bool again;

	if (!s->def->learn)
		return false;
	age_learnt(&inv->facts, s->def->id);
	again = s->state != SECTION_EMPTY && s->def->learn(s, answered, &inv->facts);
	forget_former(inv);
	return again;
}
