/* JSON that is read can be written, and reads as the same text again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/jsontext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err e = { 0 };
	json_t *v = jsontext_read((const char *)data, size, &e);

	if (!v) {
		require((e.kind == ERR_DECODE || e.kind == ERR_LIMIT) && e.text[0]);
		return 0;
	}
	require(jsontext_write(&once, v, NULL, NULL, &e));
	json_decref(v);
	v = jsontext_read(once.data, once.len, &e);
	require(v != NULL);
	require(jsontext_write(&twice, v, NULL, NULL, &e));
	require(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
	json_decref(v);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
