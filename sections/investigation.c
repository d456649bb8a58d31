#include "sections/investigation.h"

#include <string.h>

struct section *investigation_section(struct investigation *inv, const char *id)
{
	for (size_t i = 0; i < inv->nsections; i++)
		if (!strcmp(inv->sections[i].def->id, id))
			return &inv->sections[i];
	return NULL;
}

bool investigation_settled(const struct investigation *inv)
{
	for (size_t i = 0; i < inv->nsections; i++)
		if (!section_state_final(inv->sections[i].state))
			return false;
	return true;
}

size_t investigation_asked(const struct investigation *inv, size_t *final)
{
	size_t asked = 0, over = 0;

	for (size_t i = 0; i < inv->nsections; i++) {
		enum section_state state = inv->sections[i].state;

		asked += state != SECTION_UNASKED;
		over += state != SECTION_UNASKED && section_state_final(state);
	}
	if (final)
		*final = over;
	return asked;
}

bool section_stale(const struct section *s, usec mono_now)
{
	return s->def->ttl && s->settled_mono && mono_now - s->settled_mono > s->def->ttl;
}

struct cell section_cell(const struct section *s, size_t row, const char *column)
{
	for (size_t c = 0; c < s->def->ncolumns; c++)
		if (!strcmp(s->def->columns[c].id, column))
			return rowset_cell(&s->rows, row, c);
	return CELL_NULL;
}

const char *section_absent(const struct section *s)
{
	return s->def->absent ? s->def->absent : "there is nothing";
}

static bool has_answer(enum section_state s)
{
	return s == SECTION_OK || s == SECTION_PARTIAL || s == SECTION_EMPTY;
}

static bool complete(enum section_state s)
{
	return s == SECTION_OK || s == SECTION_EMPTY || s == SECTION_SKIPPED ||
	       s == SECTION_UNASKED;
}

int investigation_exit_code(const struct investigation *inv)
{
	bool all = true, any = false;

	if (inv->sections[0].state == SECTION_EMPTY)
		return EXIT_NOT_FOUND;
	for (size_t i = 0; i < inv->nsections; i++) {
		all = all && complete(inv->sections[i].state);
		any = any || has_answer(inv->sections[i].state);
	}
	if (all)
		return EXIT_COMPLETE;
	return any ? EXIT_INCOMPLETE : EXIT_NO_ANSWER;
}
