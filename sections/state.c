#include "sections/state.h"

const char *section_state_word(enum section_state s)
{
	static const char *const words[] = {
#define X(name, word, rail, meaning) [SECTION_##name] = word,
		SECTION_STATES(X)
#undef X
	};

	return (unsigned)s < SECTION_STATE_COUNT ? words[s] : "";
}

const char *section_state_rail(enum section_state s)
{
	static const char *const words[] = {
#define X(name, word, rail, meaning) [SECTION_##name] = rail,
		SECTION_STATES(X)
#undef X
	};

	return (unsigned)s < SECTION_STATE_COUNT ? words[s] : "";
}

const char *attempt_outcome_word(enum attempt_outcome o)
{
	static const char *const words[] = {
#define X(name, word, meaning) [ATTEMPT_##name] = word,
		ATTEMPT_OUTCOMES(X)
#undef X
	};

	return (unsigned)o < ATTEMPT_OUTCOME_COUNT ? words[o] : "";
}
