/* What somebody types as a load: refused with a reason, or facts that queries bind. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sections/load/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *typed = malloc(size + 1);
	struct facts f = { 0 };
	struct err e = { 0 };

	memcpy(typed, data, size);
	typed[size] = '\0';
	container_check(typed);
	if (load_identify(typed, &f, &e)) {
		const char *id = facts_get(&f, "identifier");
		struct window w = { 0 };

		require(id && *id);
		load_window(&f, INT64_C(1769178127) * USEC_SEC, &w);
		require(w.from == TIME_NONE || w.to == TIME_NONE || w.from <= w.to);
		require(strnlen(w.reason, sizeof w.reason) < sizeof w.reason);
	} else {
		require(e.kind != ERR_NONE && e.text[0] && text_is_utf8(e.text, strlen(e.text)));
	}
	facts_release(&f);
	free(typed);
	return 0;
}
