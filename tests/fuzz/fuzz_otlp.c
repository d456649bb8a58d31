/* What a collector answers, and names of attempts: what is read is printable, what is
 * written is JSON. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/jsontext.h"
#include "clients/otlp.h"

static void require(int ok)
{
	if (!ok)
		abort();
}

static void read_answer(const char *text, size_t len)
{
	struct buf why = BUF_INIT;
	struct err e = { 0 };
	uint64_t rejected;

	if (!otlp_read_answer(text, len, &rejected, &why, &e))
		require(e.kind != ERR_NONE);
	for (size_t i = 0; i < why.len; i++)
		require((unsigned char)why.data[i] >= 0x20);
	buf_release(&why);
}

static void require_json(struct buf *out)
{
	json_t *root = jsontext_read(buf_str(out), out->len, NULL);

	require(root != NULL);
	json_decref(root);
	buf_release(out);
}

static void write_names(const char *text, size_t len)
{
	char *name = strndup(text, len);
	struct otlp_attempt a = { .trace = { 1 }, .span = { 1 }, .source = name, .query = name, .outcome = "ok",
				  .rows = len };
	struct otlp_series s = { .source = name, .kind = name, .outcome = "ok" };
	struct buf out = BUF_INIT;

	otlp_series_add(&s, &a);
	require(otlp_traces(&out, name, &a, 1));
	require_json(&out);
	require(otlp_metrics(&out, name, &s, 1, len, 0, 1));
	require_json(&out);
	free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_answer((const char *)data, size);
	write_names((const char *)data, size);
	return 0;
}
