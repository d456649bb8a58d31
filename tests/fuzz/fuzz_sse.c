/* A stream of events, whole and cut by its own bytes: both must tell the same. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/sse.h"

struct tally {
	uint64_t sum;
	size_t events;
};

static void add(struct tally *t, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		t->sum = t->sum * 31 + (unsigned char)s[i];
	t->sum = t->sum * 31 + len;
}

static bool on_event(void *ctx, const char *name, struct cell data, struct err *e)
{
	struct tally *t = ctx;

	(void)e;
	if (!*name || strlen(name) > SSE_NAME_MAX || !data.data || data.len > SSE_DATA_MAX)
		abort();
	add(t, name, strlen(name));
	add(t, data.data, data.len);
	t->events++;
	return true;
}

static struct tally read_all(const char *text, size_t size, bool cut)
{
	struct sse s = SSE_INIT;
	struct tally t = { 0 };
	struct err e = { 0 };

	for (size_t at = 0; at < size;) {
		size_t n = cut ? (unsigned char)text[at] % 7 + 1 : size;

		n = n < size - at ? n : size - at;
		if (!sse_feed(&s, text + at, n, on_event, &t, &e))
			abort();
		at += n;
	}
	sse_release(&s);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally whole = read_all((const char *)data, size, false);
	struct tally cut = read_all((const char *)data, size, true);

	if (whole.sum != cut.sum || whole.events != cut.events)
		abort();
	return 0;
}
