/* Any bytes as an X12 file: every segment and element lies in the text, and they cover it
 * but for what parts them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "sections/load/x12.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *behind = text;
	struct x12_reader r;
	struct x12_segment s;

	x12_begin(&r, text, size);
	while (x12_next(&r, &s)) {
		require(s.text.data >= behind && s.text.data + s.text.len <= text + size);
		require(s.tag.data == s.text.data && s.tag.len <= s.text.len);
		require(s.ended || r.at == r.end);
		for (size_t i = 0; i < 20; i++) {
			struct cell c = x12_element(&s, i);

			require(cell_is_null(c) || (c.len > 0 && c.data >= s.text.data &&
						    c.data + c.len <= s.text.data + s.text.len));
		}
		behind = s.text.data + s.text.len;
	}
	require(r.at == r.end);
	x12_is(text, size);
	return 0;
}
