/* Any head, line by line: every text that is kept must be printable and ended. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/http_head.h"

static void printable(const char *s, size_t room)
{
	size_t n = strnlen(s, room);

	if (n == room)
		abort();
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *end = s + size;
	const struct source source = { .name = "fuzz" };
	struct http_response r = { 0 };
	struct http_head h = { .response = &r };
	struct err e = { 0 };

	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = nl ? (size_t)(nl - s) + 1 : (size_t)(end - s);
		char *line = malloc(n);

		memcpy(line, s, n);
		http_head_line(&h, line, n, INT64_C(1769178031) * USEC_SEC);
		free(line);
		s += n;
	}
	printable(r.content_type, sizeof(r.content_type));
	printable(r.date, sizeof(r.date));
	printable(r.location, sizeof(r.location));
	printable(r.bucket_region, sizeof(r.bucket_region));
	if (r.retry_after_ms < 0 || strnlen(r.exception_tag, sizeof(r.exception_tag)) ==
				    sizeof(r.exception_tag))
		abort();
	if (strnlen(r.next, sizeof(r.next)) == sizeof(r.next))
		abort();
	http_status_err(&source, &r, (const char *)data, size, &e);
	printable(e.text, sizeof(e.text));
	return 0;
}
