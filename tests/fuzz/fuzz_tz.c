/* Zone files of anybody: no zone, or one that knows an offset for every time. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/tz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = {
		0, -1, 1769178127, INT64_C(4102444800), INT64_C(-62135596800), INT64_C(253402300799),
	};
	struct err e = { 0 };
	struct tz *z = tz_parse(data, size, "fuzz", &e);

	if (!z && e.kind != ERR_CONFIG)
		abort();
	for (size_t i = 0; z && i < sizeof times / sizeof times[0]; i++) {
		const char *abbr = NULL;

		tz_offset(z, times[i], &abbr);
		if (!abbr || strlen(abbr) >= TZ_ABBR_MAX)
			abort();
	}
	tz_free(z);
	return 0;
}
