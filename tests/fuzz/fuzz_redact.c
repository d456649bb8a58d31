/* Whatever stands before them, a secret that is held and one that is named do not go through. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/secret.h"

#define HELD  "battery staple 7"
#define NAMED "hunter2canary"

static struct redact *redact;

static void begin(void)
{
	static struct secret held;
	struct err e = { 0 };

	redact = redact_new(&e);
	if (!redact || !secret_set(&held, HELD, sizeof(HELD) - 1, &e))
		abort();
}

static void put(struct buf *out, const struct buf *in)
{
	size_t hidden = 0;

	if (!redact_put(redact, out, buf_str(in), in->len, &hidden))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf in = BUF_INIT, out = BUF_INIT;

	if (!redact)
		begin();
	if (memmem(data, size, NAMED, sizeof(NAMED) - 1))
		return 0;
	buf_put(&in, (const char *)data, size);
	buf_puts(&in, HELD " password=" NAMED);
	put(&out, &in);
	if (memmem(buf_str(&out), out.len, HELD, sizeof(HELD) - 1) ||
	    memmem(buf_str(&out), out.len, NAMED, sizeof(NAMED) - 1))
		abort();
	buf_release(&in);
	buf_release(&out);
	return 0;
}
