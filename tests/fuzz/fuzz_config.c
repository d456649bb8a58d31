/* A configuration is either refused with its place, or complete: every source is
 * there, secrets are references, and its description is printable. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "clients/client.h"
#include "clients/secrets.h"
#include "sections/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct setting_def settings[] = {
	{ "host", NULL, true, false, "where it is" },
	{ "password", NULL, false, true, "of the user" },
	{ NULL, NULL, false, false, NULL },
};

static bool prepare(struct source *s, struct err *e)
{
	return s->nsettings > 0 || err_set(e, ERR_CONFIG, 0, "nothing is set");
}

static const struct client_ops kind = {
	.kind = "postgres", .settings = settings, .prepare = prepare,
};

const struct client_ops *const client_kinds[] = { &kind, NULL };

const struct client_ops *client_find(const char *name)
{
	return strcmp(name, kind.kind) == 0 ? &kind : NULL;
}

static const struct source_def sources[] = {
	{ "redshift", "Warehouse", "postgres", NULL, NULL, 0, "30h", NULL },
	{ "athena", "Archives", "athena", NULL, NULL, 0, NULL, NULL },
};

static const struct workspace workspace = { .name = "fuzz", .sources = sources, .nsources = 2 };

static void require(int ok)
{
	if (!ok)
		abort();
}

static int is_ref(const char *value)
{
	return strncmp(value, "env:", 4) == 0 || strncmp(value, "file:/", 6) == 0 ||
	       strncmp(value, "command:", 8) == 0 || secrets_stored(value);
}

static void check_source(const struct source *s)
{
	require(s->configured == !s->missing[0]);
	require(s->lane >= 1 && s->lane <= 64);
	require(s->lag >= 0 && s->timeout > 0);
	for (size_t i = 0; i < s->nsettings; i++) {
		require(text_is_utf8(s->settings[i].value, strlen(s->settings[i].value)));
		require(strncmp(s->settings[i].origin, "f:", 2) == 0);
		if (strcmp(s->settings[i].key, "password") == 0)
			require(is_ref(s->settings[i].value));
	}
}

static void check_description(const struct config *c)
{
	struct buf out = BUF_INIT;

	config_describe(c, &out);
	require(!out.failed && text_is_utf8(out.data, out.len));
	for (size_t i = 0; i < out.len; i++)
		require(out.data[i] == '\n' || (unsigned char)out.data[i] >= ' ');
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c;
	struct err e = { 0 };

	if (!config_parse(&c, &workspace, (const char *)data, size, "f", false, &e)) {
		require(e.kind == ERR_CONFIG && strncmp(e.text, "f:", 2) == 0);
		return 0;
	}
	require(c.nsources == 2 && c.workers >= 1 && c.workers <= 64);
	for (size_t i = 0; i < c.nsources; i++)
		check_source(&c.sources[i]);
	check_description(&c);
	config_release(&c);
	return 0;
}
