/* A pattern (to the first newline) over a text: an answer in time, and a match that
 * lies in the text, behind where it was to begin. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/regex.h"

/* Sanitizers slow it down. */
#define PATIENCE (8 * USEC_SEC)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void find_all(struct regex *r, const char *text, size_t len)
{
	size_t start, end, from = 0;

	while (from <= len && regex_find(r, text, len, from, &start, &end) == REGEX_YES) {
		require(start >= from && start <= end && end <= len);
		from = end > start ? end : end + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *text = size ? memchr(s, '\n', size) : NULL;
	usec begin = clock_mono(&clock_system);
	struct regex *r;
	struct err e = { 0 };

	if (!text)
		return 0;
	r = regex_new(s, (size_t)(text - s), &e);
	if (!r)
		require((e.kind == ERR_CONFIG || e.kind == ERR_LIMIT) && e.text[0]);
	else
		find_all(r, text + 1, size - (size_t)(text + 1 - s));
	regex_free(r);
	require(clock_mono(&clock_system) - begin < PATIENCE);
	return 0;
}
