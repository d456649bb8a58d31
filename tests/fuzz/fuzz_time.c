/* A time that is read can be written, and what was written reads as the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_text(const char *s, usec want)
{
	usec back = TIME_NONE;

	require(strlen(s) < TIME_TEXT_MAX);
	require(time_parse(s, strlen(s), &back) && back == want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TIME_TEXT_MAX], span[TIME_SPAN_MAX];
	usec t = TIME_NONE, ms, raw;

	if (time_parse((const char *)data, size, &t)) {
		ms = t - ((t % USEC_MS) + USEC_MS) % USEC_MS;
		check_text(time_iso(text, t, true), ms);
		check_text(time_sql(text, t, true), ms);
		require(strlen(time_iso(text, t, false)) == 20);
		require(strlen(time_sql(text, t, false)) == 19);
		for (size_t i = 0; i < size; i++)
			require(data[i] >= 0x20 && data[i] < 0x7f);
	} else {
		require(t == TIME_NONE);
	}
	if (size >= sizeof(raw)) {
		memcpy(&raw, data, sizeof(raw));
		require(strlen(time_span(span, raw)) < TIME_SPAN_MAX);
		require(strlen(time_iso(text, raw, true)) < TIME_TEXT_MAX);
	}
	return 0;
}
