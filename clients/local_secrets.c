/* Secrets in files, and those that a program prints, kept like those of stores: read once
 * however many connections want them, and anew when the source refuses them. */
#include <string.h>

#include "clients/secret_stores.h"

static const char *never_wrong(const char *what)
{
	(void)what;
	return NULL;
}

/* What was read before holds while this fails, unless it was refused: a file may be gone for
 * a moment, or for good once it was read. */
static bool read_again(const char *ref, struct issued *out, usec deadline, struct cancel *cancel,
		       struct err *e)
{
	bool ok = secret_read_until(&out->secret, ref, deadline, cancel, e);

	if (!ok && e)
		e->transient = true;
	return ok;
}

static bool file_fetch(const struct source *s, const char *what, struct issued *out, usec deadline,
		       struct cancel *cancel, struct err *e)
{
	(void)s;
	/* What stands behind the scheme stands in the whole reference. */
	return read_again(what - strlen("file:"), out, deadline, cancel, e);
}

static bool command_fetch(const struct source *s, const char *what, struct issued *out, usec deadline,
			  struct cancel *cancel, struct err *e)
{
	(void)s;
	return read_again(what - strlen("command:"), out, deadline, cancel, e);
}

const struct secret_store file_store = {
	.scheme = "file:", .local = true, .fresh = 5 * USEC_SEC, .wrong = never_wrong, .fetch = file_fetch,
};

/* It may ask a person something: only when it has to be. */
const struct secret_store command_store = {
	.scheme = "command:", .local = true, .fresh = 365 * USEC_DAY, .wrong = never_wrong,
	.fetch = command_fetch,
};
