#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/clock.h"

/* Short texts are matched by machine code that counts its steps. Longer ones, and
 * those for which the count did not do, by code that looks at the clock between any
 * two items of the pattern: a count alone does not bound it, as one step may walk
 * over the whole text and every character begins anew. */
enum {
	QUICK_TEXT = 2048, QUICK_STEPS = 5000,
	WATCHED_STEPS = 10 * 1000 * 1000, WATCHED_DEPTH = 100 * 1000, WATCHED_HEAP_KB = 64 * 1024,
	NEST_MAX = 60, STACK_FIRST = 32 * 1024, STACK_MAX = 1024 * 1024,
};
#define WATCHED_TIME (100 * USEC_MS)

struct regex {
	pcre2_code *quick, *watched;
	pcre2_match_context *limits, *watch;
	pcre2_match_data *found;
	pcre2_jit_stack *stack;
	usec until;              /* of the match under way */
};

static bool has_capital(const char *pattern, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (pattern[i] == '\\')
			i++;
		else if (pattern[i] >= 'A' && pattern[i] <= 'Z')
			return true;
	}
	return false;
}

static bool explain(struct err *e, int code, size_t at)
{
	PCRE2_UCHAR text[160];

	pcre2_get_error_message(code, text, sizeof text);
	if (code == PCRE2_ERROR_PATTERN_TOO_LARGE || code == PCRE2_ERROR_PATTERN_STRING_TOO_LONG)
		return err_set(e, ERR_LIMIT, 0, "pattern too costly: %s", (const char *)text);
	return err_set(e, ERR_CONFIG, 0, "pattern: %s at character %zu", (const char *)text, at + 1);
}

static pcre2_code *compile(const char *pattern, size_t len, uint32_t options, struct err *e)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;
	PCRE2_SIZE at = 0;
	int why = PCRE2_ERROR_HEAP_FAILED;

	if (context) {
		pcre2_set_parens_nest_limit(context, NEST_MAX);
		code = pcre2_compile((PCRE2_SPTR)pattern, len, options, &why, &at, context);
	}
	pcre2_compile_context_free(context);
	if (!code)
		explain(e, why, at);
	/* Without machine code it is only slower: the same limits hold. */
	else
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

static int look_at_clock(pcre2_callout_block *block, void *ctx)
{
	const struct regex *r = ctx;

	(void)block;
	return now_mono() < r->until ? 0 : PCRE2_ERROR_MATCHLIMIT;
}

static bool set_limits(struct regex *r)
{
	r->limits = pcre2_match_context_create(NULL);
	r->watch = pcre2_match_context_create(NULL);
	r->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MAX, NULL);
	r->found = pcre2_match_data_create(1, NULL);
	if (!r->limits || !r->watch || !r->stack || !r->found)
		return false;
	pcre2_set_match_limit(r->limits, QUICK_STEPS);
	pcre2_set_match_limit(r->watch, WATCHED_STEPS);
	pcre2_set_depth_limit(r->watch, WATCHED_DEPTH);
	pcre2_set_heap_limit(r->limits, WATCHED_HEAP_KB);
	pcre2_set_heap_limit(r->watch, WATCHED_HEAP_KB);
	pcre2_set_callout(r->watch, look_at_clock, r);
	pcre2_jit_stack_assign(r->limits, NULL, r->stack);
	pcre2_jit_stack_assign(r->watch, NULL, r->stack);
	return true;
}

struct regex *regex_new(const char *pattern, size_t len, struct err *e)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
	                   PCRE2_DOTALL | (has_capital(pattern, len) ? 0 : PCRE2_CASELESS);
	struct regex *r;

	if (len > REGEX_PATTERN_MAX) {
		err_set(e, ERR_LIMIT, 0, "pattern too long: %zu bytes; the limit is %d", len,
		        REGEX_PATTERN_MAX);
		return NULL;
	}
	r = calloc(1, sizeof *r);
	if (!r || !set_limits(r)) {
		err_set(e, ERR_MEMORY, 0, "out of memory for the pattern");
		regex_free(r);
		return NULL;
	}
	r->quick = compile(pattern, len, options, e);
	if (r->quick)
		r->watched = compile(pattern, len, options | PCRE2_AUTO_CALLOUT, e);
	if (!r->watched) {
		regex_free(r);
		return NULL;
	}
	return r;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->quick);
	pcre2_code_free(r->watched);
	pcre2_match_context_free(r->limits);
	pcre2_match_context_free(r->watch);
	pcre2_match_data_free(r->found);
	pcre2_jit_stack_free(r->stack);
	free(r);
}

static bool answered(int result)
{
	return result >= 0 || result == PCRE2_ERROR_NOMATCH;
}

enum regex_result regex_find(struct regex *r, const char *in, size_t len, size_t from,
                             size_t *start, size_t *end)
{
	int result = PCRE2_ERROR_MATCHLIMIT;
	const PCRE2_SIZE *at;

	if (len <= QUICK_TEXT)
		result = pcre2_match(r->quick, (PCRE2_SPTR)in, len, from, 0, r->found, r->limits);
	if (!answered(result)) {
		r->until = now_mono() + WATCHED_TIME;
		result = pcre2_match(r->watched, (PCRE2_SPTR)in, len, from, 0, r->found, r->watch);
	}
	if (result < 0)
		return result == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_COSTLY;
	at = pcre2_get_ovector_pointer(r->found);
	*start = at[0];
	*end = at[1];
	return REGEX_YES;
}
